/* Open: check the file, bring in what it needs, let the system's loader map it, and make sure that
 * what was mapped is what was checked. Each step has a named error, and undoes those before it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/bundle.h"
#include "image/out.h"
#include "runtime/bundle.h"
#include "runtime/open.h"

static unsigned flags_of(const struct rt_work *w)
{
	return w->opt.flags;
}

int rt_open_fail_io(struct rt_work *w, const char *problem, int number)
{
	struct img_error e = { .code = IMG_E_IO,
		.doing = "open",
		.problem = problem,
		.entry = IMG_NO_ENTRY,
		.got = (uint64_t)number };

	return rt_fail_image(w->err, w->path, &e);
}

/* Who may write the file decides what runs. Its folder need not be looked at: what is put in the
 * file's place belongs to whoever put it there. */
static int check_owner(struct rt_work *w, const struct rt_file_facts *facts)
{
	char found[32] = "";
	struct img_out o = { found, sizeof(found), 0 };

	if (flags_of(w) & PKGIMG_ALLOW_UNTRUSTED)
		return PKGIMG_OK;
	if (facts->flags & RT_FILE_WORLD_WRITABLE)
		return rt_fail(w->err, PKGIMG_E_OWNER, w->path,
			": everybody may write to it, so its code may be anybody's; take that "
			"permission away (chmod o-w), or open it with PKGIMG_ALLOW_UNTRUSTED",
			(char *)NULL);
	if (facts->flags & RT_FILE_OURS)
		return PKGIMG_OK;
	img_out_str(&o, facts->owner == UINT64_MAX ? "another user" : "user ");
	if (facts->owner != UINT64_MAX)
		img_out_uint(&o, facts->owner);
	return rt_fail_values(w->err, PKGIMG_E_OWNER, w->path,
		"it belongs to somebody else (copy it, change its owner, or open it with "
		"PKGIMG_ALLOW_UNTRUSTED)",
		"this user or the administrator", found);
}

int rt_open_map(struct rt_work *w)
{
	struct rt_file_facts facts;
	int error = rt_file_open(w->path, &w->file), code;

	if (error)
		return rt_open_fail_io(w, "the file cannot be opened", error);
	error = rt_file_facts(&w->file, &facts);
	if (error)
		return rt_open_fail_io(w, "the file cannot be examined", error);
	if (!(facts.flags & RT_FILE_REGULAR))
		return rt_open_fail_io(
			w, "it is no regular file", facts.flags & RT_FILE_FOLDER ? EISDIR : EINVAL);
	if (facts.size == 0)
		return rt_fail(
			w->err, PKGIMG_E_FORMAT, w->path, ": the file is empty", (char *)NULL);
	if (facts.size > SIZE_MAX)
		return rt_open_fail_io(w, "the file cannot be mapped", ENOMEM);
	code = check_owner(w, &facts);
	if (code)
		return code;
	w->size = (size_t)facts.size;
	error = rt_map(&w->file, 0, w->size, NULL, RT_READ, &w->bytes);
	return error ? rt_open_fail_io(w, "the file cannot be mapped", error) : PKGIMG_OK;
}

/* its heap may be of any platform on which a pointer is what it is here */
static int check_heap_only(struct rt_work *w)
{
	const struct img_heap *heap = w->checked.heap;

	if (!w->opt.world)
		return rt_fail(w->err, PKGIMG_E_ARGUMENT, w->path,
			": PKGIMG_HEAP_ONLY wants a world in the options", (char *)NULL);
	if (!heap || heap->word != sizeof(void *))
		return rt_fail(w->err, PKGIMG_E_ABI, w->path,
			heap ? ": its heap has pointers of another size" : ": it has no heap",
			(char *)NULL);
	return PKGIMG_OK;
}

static int check_file(struct rt_work *w)
{
	unsigned flags = flags_of(w) & PKGIMG_VERIFY ? IMG_CHECK_FILE_SUM : 0;
	struct img_container box;
	struct img_error e;

	if (img_bundle_is(w->bytes, w->size))
		return rt_fail(w->err, PKGIMG_E_FORMAT, w->path,
			": it is a bundle of images; open it with pkgimg_open_bundle, or say "
			"which one: `pkgimg run BUNDLE:NAME`",
			(char *)NULL);
	if (img_check_file(w->bytes, w->size, flags, &w->checked, &box, &e))
		return rt_fail_image(w->err, w->path, &e);
	w->no_code = box.no_code || flags_of(w) & PKGIMG_HEAP_ONLY;
	if (flags_of(w) & PKGIMG_HEAP_ONLY)
		return check_heap_only(w);
	if (!(flags_of(w) & PKGIMG_ALLOW_FOREIGN) && img_check_abi(&w->checked, &e))
		return rt_fail_image(w->err, w->path, &e);
	return PKGIMG_OK;
}

/* each image it was built with is among those given, with the interface it had then */
static int check_dependencies(struct rt_work *w)
{
	const struct img_view *v = &w->checked;
	size_t given = w->opt.ndependencies;

	for (uint32_t i = 0; i < v->ndependencies; i++) {
		const struct img_dependency *d = &v->dependencies[i];
		const struct img_view *o = NULL;
		const char *name = img_str(v, d->name);
		int code;
		size_t k;

		for (k = 0; k < given && !o; k++) {
			o = &w->opt.dependencies[k]->view;
			if (strcmp(img_str(o, o->package->name), name) ||
				memcmp(o->package->uuid, d->uuid, sizeof(d->uuid)))
				o = NULL;
		}
		if (!o)
			return rt_fail(w->err, PKGIMG_E_DEPENDENCY, w->path,
				": it was built with '", name,
				"', which is not among the open images given", (char *)NULL);
		code = rt_check_interface(w->path, v, i, o, w->err);
		if (code)
			return code;
		if (rt_check_form(w->err, w->path, img_form(v), w->opt.dependencies[k - 1]))
			return PKGIMG_E_DEPENDENCY;
	}
	return PKGIMG_OK;
}

int rt_open_fail_host(struct rt_work *w, const char *name)
{
	return rt_fail(w->err, PKGIMG_E_NEEDS, w->path, ": needs '", name,
		"', which the host program does not provide (is it linked with -rdynamic?)",
		(char *)NULL);
}

/* Libraries come in before the image, so that a missing one has its own error. One that is not
 * found here may still be found by the image's own search path; check_needs looks again. */
static int bring_needs(struct rt_work *w)
{
	const struct img_view *v = &w->checked;
	struct pkgimg_image *image;

	image = calloc(1, sizeof(*image) + v->nneeds * sizeof(image->needs[0]));
	if (!image)
		return rt_fail(w->err, PKGIMG_E_MEMORY, w->path, ": out of memory", (char *)NULL);
	image->nneeds = flags_of(w) & PKGIMG_HEAP_ONLY ? 0 : v->nneeds;
	image->member = w->opening.member; /* NULL outside of worlds */
	w->opening.member = NULL;
	w->image = image;
	for (uint32_t i = 0; i < image->nneeds; i++) {
		const char *name = img_str(v, v->needs[i].name);
		size_t room = w->loader_said[0] ? 0 : sizeof(w->loader_said);

		if (v->needs[i].kind == IMG_NEED_LIBRARY)
			rt_library_load(
				name, RT_LIBRARY_NAME, &image->needs[i], w->loader_said, room);
		else if (!rt_host_has(name))
			return rt_open_fail_host(w, name);
	}
	return PKGIMG_OK;
}

int rt_open_fail_need(struct rt_work *w, const char *name)
{
	return rt_fail(w->err, PKGIMG_E_NEEDS, w->path, ": needs '", name,
		"', which cannot be loaded: ", w->loader_said, (char *)NULL);
}

static bool is_missing(const struct rt_work *w, uint32_t i)
{
	return w->checked.needs[i].kind == IMG_NEED_LIBRARY && !w->image->needs[i].handle;
}

static int check_needs(struct rt_work *w)
{
	const struct img_view *v = &w->checked;

	for (uint32_t i = 0; i < v->nneeds; i++) {
		if (is_missing(w, i) && rt_library_load(img_str(v, v->needs[i].name),
						RT_LIBRARY_LOADED, &w->image->needs[i], NULL, 0))
			return rt_open_fail_need(w, img_str(v, v->needs[i].name));
	}
	return PKGIMG_OK;
}

/* debuggers and profilers see the path that the loader got; one with no '/' would be searched for
 */
int rt_open_library(
	struct rt_work *w, struct rt_library *out, bool *refused, char *why, size_t size)
{
	int error = rt_absolute(w->path, w->absolute, sizeof(w->absolute));
	uint64_t loads;

	if (error)
		return rt_open_fail_io(w,
			error == ENAMETOOLONG ? "the path is too long"
					      : "the current folder is not known",
			error);
	loads = rt_library_loads();
	*refused = rt_library_load(w->absolute, RT_LIBRARY_FILE, out, why, size);
	w->was_loaded = !*refused && loads && loads == rt_library_loads();
	return PKGIMG_OK;
}

static int load(struct rt_work *w)
{
	const struct img_view *v = &w->checked;
	char why[256] = "";
	bool refused;
	int code = rt_open_library(w, &w->image->library, &refused, why, sizeof(why));

	if (code || !refused)
		return code ? code : check_needs(w);
	for (uint32_t i = 0; i < v->nneeds; i++) {
		if (is_missing(w, i))
			return rt_open_fail_need(w, img_str(v, v->needs[i].name));
	}
	return rt_fail(w->err, PKGIMG_E_LOAD, w->path, ": cannot be loaded: ", why, (char *)NULL);
}

/* ---- what was loaded */

static bool in_segments(const struct rt_work *w, uintptr_t from, uintptr_t size, unsigned flags)
{
	for (size_t i = 0; i < w->nsegments; i++) {
		const struct rt_segment *s = &w->segments[i];

		if ((s->flags & flags) == flags && from >= s->from && from - s->from < s->size &&
			size <= s->size - (from - s->from))
			return true;
	}
	return false;
}

/* a pointer variable that the loader sets: what was made read-only is none of them */
static bool is_variable(const struct rt_work *w, uintptr_t at)
{
	for (size_t i = 0; i < w->nsegments; i++) {
		const struct rt_segment *s = &w->segments[i];

		if (s->flags & RT_SEGMENT_SEALED && at + sizeof(void *) > s->from &&
			at < s->from + s->size)
			return false;
	}
	return in_segments(w, at, sizeof(void *), RT_SEGMENT_WRITE);
}

/* the loader sets it too, and it may be of what was made read-only */
static bool is_slot(const struct rt_work *w, uintptr_t at)
{
	return in_segments(w, at, sizeof(void *), RT_SEGMENT_WRITE) ||
	       in_segments(w, at, sizeof(void *), RT_SEGMENT_SEALED);
}

static bool addresses_are_its_own(const struct rt_work *w, uintptr_t header)
{
	const struct img_view *v = &w->checked;
	bool ok = true;

	for (uint32_t i = 0; i < v->naddresses && ok; i++)
		ok = in_segments(w, header + (uintptr_t)(intptr_t)v->addresses[i], 1, 0);
	for (uint32_t i = 0; i < v->nmethods && ok; i++)
		ok = in_segments(w,
			header + (uintptr_t)(intptr_t)v->addresses[v->methods[i].address], 1,
			RT_SEGMENT_EXEC);
	for (uint32_t i = 0; i < v->nentries && ok; i++)
		ok = in_segments(
			w, header + (uintptr_t)(intptr_t)v->entries[i], 1, RT_SEGMENT_EXEC);
	for (uint32_t i = 0; i < v->nvariables && ok; i++)
		ok = is_variable(
			w, header + (uintptr_t)(intptr_t)v->addresses[v->variables[i].address]);
	for (uint32_t i = 0; i < v->nimports && ok; i++) {
		const struct img_import *n = &v->imports[i];

		ok = is_slot(w, header + (uintptr_t)(intptr_t)v->addresses[n->address]) &&
		     in_segments(w, header + (uintptr_t)(intptr_t)v->addresses[n->unset], 1,
			     RT_SEGMENT_EXEC);
	}
	return ok;
}

/* What is mapped must be the file that was checked, not one that was at its path for a moment. If
 * it was loaded before this open its code has run: then the same metadata, which has the sums of
 * all the file, will do. */
bool rt_open_is_the_file(const struct rt_work *w, const void *root)
{
	enum rt_same same = w->was_loaded ? RT_SAME : rt_same_file(root, w->bytes);

	return same == RT_SAME || (same == RT_UNKNOWN && rt_file_is_at(&w->file, w->absolute));
}

int rt_open_fail_changed(struct rt_work *w)
{
	return rt_fail(w->err, PKGIMG_E_CHANGED, w->path,
		": the loader has another version of this file than the one that was checked; was "
		"it replaced while it was open?",
		(char *)NULL);
}

/* the loader opened the path again: it must have found the bytes that were checked */
static int check_loaded(struct rt_work *w)
{
	const struct img_header *h = w->checked.header;
	const void *root = rt_library_symbol(&w->image->library, IMG_ROOT_SYMBOL);

	if (root)
		w->nsegments = rt_library_segments(&w->image->library, root, w->segments);
	if (!root || !in_segments(w, (uintptr_t)root, (uintptr_t)h->meta_size, RT_SEGMENT_READ) ||
		memcmp(root, h, h->meta_size) || !rt_open_is_the_file(w, root))
		return rt_open_fail_changed(w);
	if (!addresses_are_its_own(w, (uintptr_t)root))
		return rt_fail(w->err, PKGIMG_E_FORMAT, w->path,
			": an address in it leads outside of its memory", (char *)NULL);
	img_view_at(root, &w->image->view);
	return PKGIMG_OK;
}

/* sizes of the options when they ended behind ndependencies, and behind cpu_target */
enum {
	OPTIONS_BEFORE_CPUS = offsetof(struct pkgimg_options, cpu_cap),
	OPTIONS_BEFORE_WORLD = offsetof(struct pkgimg_options, world),
};
enum {
	ALL_FLAGS = PKGIMG_VERIFY | PKGIMG_ALLOW_FOREIGN | PKGIMG_ALLOW_UNTRUSTED | PKGIMG_MOVE |
		    PKGIMG_HEAP_ONLY
};

static int check_arguments(const char *call, const char *path, const struct pkgimg_options *opt,
	struct pkgimg_error *err)
{
	const char *problem = NULL;

	if (!path || !path[0])
		problem = "a path and places for the results are wanted";
	else if (opt && opt->size != sizeof(*opt) && opt->size != OPTIONS_BEFORE_CPUS &&
		 opt->size != OPTIONS_BEFORE_WORLD)
		problem = "the options' size is not sizeof(struct pkgimg_options)";
	else if (opt && opt->flags & ~(uint32_t)ALL_FLAGS)
		problem = "unknown flags";
	else if (opt && opt->ndependencies && !opt->dependencies)
		problem = "dependencies is NULL";
	for (size_t i = 0; opt && !problem && i < opt->ndependencies; i++)
		problem = opt->dependencies[i] ? NULL : "a dependency is NULL";
	return problem ? rt_fail(err, PKGIMG_E_ARGUMENT, call, ": ", problem, (char *)NULL)
		       : PKGIMG_OK;
}

int rt_open_begin(const char *call, const char *path, const struct pkgimg_options *opt,
	struct pkgimg_error *err, struct rt_work **out)
{
	struct rt_work *w;
	int code = check_arguments(call, path, opt, err);

	if (code)
		return code;
	w = malloc(sizeof(*w));
	if (!w)
		return rt_fail(err, PKGIMG_E_MEMORY, path, ": out of memory", (char *)NULL);
	/* not all of it: the large parts are filled before they are read */
	w->path = path;
	w->opt = (struct pkgimg_options) { 0 };
	if (opt)
		memcpy(&w->opt, opt, opt->size);
	w->opt.size = sizeof(w->opt);
	w->err = err;
	w->file = (struct rt_file) { 0 };
	w->bytes = NULL;
	w->image = NULL;
	w->opening.member = NULL;
	w->nsegments = 0;
	w->was_loaded = false;
	w->target = 0;
	w->loader_said[0] = '\0';
	*out = w;
	return PKGIMG_OK;
}

void rt_open_end(struct rt_work *w)
{
	rt_unmap(w->bytes, w->size);
	rt_file_close(&w->file);
	free(w);
}

static int load_code(struct rt_work *w)
{
	bool heap_only = flags_of(w) & PKGIMG_HEAP_ONLY;
	int code = heap_only ? PKGIMG_OK
			     : rt_choose_target(w->path, &w->opt, &w->checked, &w->target, w->err);

	if (!code)
		code = bring_needs(w);
	if (!code && w->no_code) {
		w->image->view = w->checked;
		w->image->heap_only = heap_only;
		if (heap_only) /* they are of memory that is not there */
			w->image->view.naddresses = 0;
		code = heap_only ? PKGIMG_OK : check_needs(w);
	} else if (!code) {
		code = load(w);
		if (!code)
			code = check_loaded(w);
		if (!code)
			code = rt_take_target(w->path, &w->opt, &w->image->view, w->segments,
				w->nsegments, &w->target, w->err);
	}
	if (!code)
		w->image->target = w->target;
	return code;
}

/* the file stays mapped where its metadata or the scratch of its heap is needed */
static void keep_file(struct rt_work *w)
{
	if (!w->checked.heap && !w->no_code)
		return;
	w->image->member->file = w->bytes;
	w->image->member->file_size = w->size;
	w->bytes = NULL;
}

static int open_in_world(struct rt_work *w)
{
	struct pkgimg_image *open;
	int code;

	w->opening = (struct rt_opening) { .path = w->path,
		.opt = &w->opt,
		.err = w->err,
		.checked = &w->checked,
		.file = &w->file,
		.file_bytes = w->bytes,
		.heap_at = w->checked.heap ? w->checked.heap->at : 0,
		.world = w->opt.world };
	code = rt_world_enter(&w->opening, &open);
	if (!code && !open) {
		code = load_code(w);
		if (!code)
			code = rt_imports_fill(&w->opening, w->image, w->segments, w->nsegments);
		if (!code) {
			keep_file(w);
			code = rt_world_add(&w->opening, w->image);
		}
	}
	rt_world_leave(&w->opening, code ? w->image : NULL);
	w->image = code ? NULL : open ? open : w->image;
	return code;
}

static bool wants_world(const struct rt_work *w)
{
	return w->opt.world || w->no_code || w->checked.heap || w->checked.nvariables ||
	       w->checked.nimports;
}

static int open_steps(struct rt_work *w)
{
	int code = rt_open_map(w);

	if (!code)
		code = check_file(w);
	if (!code && wants_world(w))
		return open_in_world(w);
	if (!code)
		code = check_dependencies(w);
	if (!code)
		code = load_code(w);
	if (code && w->image)
		rt_image_free(w->image);
	return code;
}

int pkgimg_open(const char *path, const struct pkgimg_options *opt, struct pkgimg_image **out,
	struct pkgimg_error *err)
{
	struct rt_work *w;
	int code = rt_open_begin("pkgimg_open", out ? path : NULL, opt, err, &w);

	if (code)
		return code;
	code = open_steps(w);
	if (!code)
		*out = w->image;
	rt_open_end(w);
	return code;
}

/* the image first: it may use its libraries while it goes */
void rt_image_free(struct pkgimg_image *image)
{
	rt_library_unload(&image->library);
	for (size_t i = image->nneeds; i-- > 0;)
		rt_library_unload(&image->needs[i]);
	rt_bundle_drop(image->bundle);
	rt_symbols_free(image);
	free(image->codes);
	free(image);
}

void pkgimg_close(struct pkgimg_image *image)
{
	if (image && image->member)
		rt_world_close(image);
	else if (image)
		rt_image_free(image);
}
