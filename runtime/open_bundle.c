/* Open a bundle: one file, one library, many images. The whole file is checked first; what is
 * loaded has the same headers and the same directory, so that its segments, and with them all
 * addresses of the images, are where the checker saw them. */
#include "runtime/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "image/bundle.h"
#include "image/out.h"
#include "runtime/open.h"

enum { NAME_ROOM = 256 };

/* The open of one bundle. */
struct opener {
	struct rt_work *w;
	struct img_bundle checked; /* of w->bytes */
	struct rt_bundle *bundle;
	const uint8_t *loaded; /* where its first byte is */
	uint32_t *targets;     /* [n] */
	struct pkgimg_image **images;
	size_t n, nopen;
	struct pkgimg_world *world;
	bool private;
	char path[RT_PATH_SIZE + NAME_ROOM]; /* for errors: "app.so:NAME" */
};

static int fail_memory(struct opener *o)
{
	return rt_fail(o->w->err, PKGIMG_E_MEMORY, o->w->path, ": out of memory", (char *)NULL);
}

void rt_bundle_drop(struct rt_bundle *b)
{
	if (!b || __atomic_sub_fetch(&b->holds, 1, __ATOMIC_ACQ_REL))
		return;
	rt_library_unload(&b->library);
	for (size_t i = b->nneeds; i-- > 0;)
		rt_library_unload(&b->needs[i]);
	rt_unmap(b->file, b->size);
	free(b);
}

/* of the file; what is loaded has the same bytes */
static void view_of(const struct opener *o, size_t i, struct img_view *out)
{
	img_bundle_view(&o->checked, o->checked.file, (uint32_t)i, out);
}

/* errors from here on are about that image */
static void name_member(struct opener *o, const char *name)
{
	struct img_out out = { o->path, sizeof(o->path), 0 };

	img_out_str(&out, o->w->path);
	img_out_str(&out, ":");
	img_out_str(&out, name);
}

static const char *name_of(const struct img_view *v)
{
	return img_str(v, v->package->name);
}

/* ---- before it is loaded */

static int check(struct opener *o)
{
	struct rt_work *w = o->w;
	unsigned flags = w->opt.flags & PKGIMG_VERIFY ? IMG_CHECK_FILE_SUM : 0;
	struct img_error e;
	struct img_view v;

	if (!img_bundle_is(w->bytes, w->size))
		return rt_fail(w->err, PKGIMG_E_FORMAT, w->path,
			": it is no bundle of images; open an image with pkgimg_open",
			(char *)NULL);
	if (img_bundle_check(w->bytes, w->size, flags, &o->checked, NULL, &e))
		return rt_fail_image(w->err, w->path, &e);
	o->n = o->checked.header->nmembers;
	view_of(o, 0, &v); /* all of them are for one platform */
	if (!(w->opt.flags & PKGIMG_ALLOW_FOREIGN) && img_check_abi(&v, &e))
		return rt_fail_image(w->err, w->path, &e);
	return PKGIMG_OK;
}

static int choose_targets(struct opener *o)
{
	struct img_view v;
	int code = PKGIMG_OK;

	o->targets = calloc(o->n, sizeof(*o->targets));
	o->images = calloc(o->n, sizeof(struct pkgimg_image *));
	if (!o->targets || !o->images)
		return fail_memory(o);
	for (size_t i = 0; i < o->n && !code; i++) {
		view_of(o, i, &v);
		name_member(o, name_of(&v));
		code = rt_choose_target(o->path, &o->w->opt, &v, &o->targets[i], o->w->err);
	}
	return code;
}

/* The names of what images need, each once. */
struct names {
	struct rt_map map; /* of name -> its text */
	const struct img_need **v;
	const char **text;
	size_t n;
};

static bool add_name(struct names *s, const struct img_need *need, const char *text)
{
	uint64_t hash = img_sum64(text, strlen(text)) + need->kind;
	size_t at = 0;
	char *known;

	while ((known = rt_map_next(&s->map, hash, &at)) != NULL) {
		if (!strcmp(known, text))
			return true;
	}
	if (!rt_map_add(&s->map, hash, (void *)text))
		return false;
	s->v[s->n] = need;
	s->text[s->n++] = text;
	return true;
}

static bool collect_names(struct opener *o, struct names *s)
{
	struct img_view v;
	size_t total = 1;

	for (size_t i = 0; i < o->n; i++) {
		view_of(o, i, &v);
		total += v.nneeds;
	}
	s->v = calloc(total, sizeof(*s->v));
	s->text = calloc(total, sizeof(*s->text));
	if (!s->v || !s->text)
		return false;
	for (size_t i = 0; i < o->n; i++) {
		view_of(o, i, &v);
		for (uint32_t k = 0; k < v.nneeds; k++) {
			if (!add_name(s, &v.needs[k], img_str(&v, v.needs[k].name)))
				return false;
		}
	}
	return true;
}

/* libraries come in before the bundle, as they do for images */
static int bring_needs(struct opener *o, const struct names *s)
{
	struct rt_work *w = o->w;
	struct rt_bundle *b = calloc(1, sizeof(*b) + s->n * sizeof(b->needs[0]));

	if (!b)
		return fail_memory(o);
	o->bundle = b;
	b->holds = 1;
	b->nneeds = s->n;
	for (size_t i = 0; i < s->n; i++) {
		size_t room = w->loader_said[0] ? 0 : sizeof(w->loader_said);

		if (s->v[i]->kind == IMG_NEED_LIBRARY)
			rt_library_load(
				s->text[i], RT_LIBRARY_NAME, &b->needs[i], w->loader_said, room);
		else if (!rt_host_has(s->text[i]))
			return rt_open_fail_host(w, s->text[i]);
	}
	return PKGIMG_OK;
}

/* ---- the library */

/* Which one is missing: those that are loaded now, by the search path of the bundle, are not. */
static int check_needs(struct opener *o, const struct names *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i]->kind == IMG_NEED_LIBRARY && !o->bundle->needs[i].handle &&
			rt_library_load(
				s->text[i], RT_LIBRARY_LOADED, &o->bundle->needs[i], NULL, 0))
			return rt_open_fail_need(o->w, s->text[i]);
	}
	return PKGIMG_OK;
}

static int check_loaded(struct opener *o)
{
	const struct img_bundle_header *h = o->checked.header;
	const struct rt_library *l = &o->bundle->library;
	uintptr_t root = (uintptr_t)rt_library_symbol(l, IMG_BUNDLE_SYMBOL);
	size_t head = (size_t)(h->self + sizeof(*h) +
			       h->nmembers * (uint64_t)sizeof(struct img_bundle_member));

	/* the checker has seen that the ELF file's own headers are before `head`, too */
	if (!root || !rt_library_maps(l, root, sizeof(*h)) ||
		memcmp((const void *)root, h, sizeof(*h)) ||
		!rt_library_maps(l, root - (uintptr_t)h->self, head) ||
		memcmp((const void *)(root - (uintptr_t)h->self), o->w->bytes, head) ||
		!rt_open_is_the_file(o->w, (const void *)root))
		return rt_open_fail_changed(o->w);
	o->loaded = (const uint8_t *)(root - (uintptr_t)h->self);
	return PKGIMG_OK;
}

static int load(struct opener *o, const struct names *s)
{
	struct rt_work *w = o->w;
	char why[256] = "";
	bool refused;
	int code = rt_open_library(w, &o->bundle->library, &refused, why, sizeof(why));

	if (!code)
		code = check_needs(o, s);
	if (!code && refused)
		code = rt_fail(
			w->err, PKGIMG_E_LOAD, w->path, ": cannot be loaded: ", why, (char *)NULL);
	return code ? code : check_loaded(o);
}

static int load_library(struct opener *o)
{
	struct names s = { 0 };
	int code = collect_names(o, &s) ? bring_needs(o, &s) : fail_memory(o);

	if (!code)
		code = load(o, &s);
	if (!code) { /* for the scratch of heaps, and so that the images' needs stay checked */
		o->bundle->file = o->w->bytes;
		o->bundle->size = o->w->size;
		o->w->bytes = NULL;
	}
	rt_map_free(&s.map);
	free(s.v);
	free(s.text);
	return code;
}

/* ---- its images */

/* What the system's loader does for a library: whole pages, and none that are shared with what is
 * behind. Segments of a bundle begin at pages. */
static int protect(struct opener *o, const struct img_bundle_member *m)
{
	uintptr_t page = rt_page_size(), from = (uintptr_t)o->loaded + (uintptr_t)m->relro;
	uintptr_t to = (from + (uintptr_t)m->relro_size) & ~(page - 1);

	from &= ~(page - 1);
	if (to <= from || !rt_protect((void *)from, to - from, RT_READ))
		return PKGIMG_OK;
	return rt_fail(o->w->err, PKGIMG_E_LOAD, o->path, ": its memory cannot be made read-only",
		(char *)NULL);
}

static int make_image(struct opener *o, size_t i, struct pkgimg_image **out)
{
	const struct img_bundle_member *m = &o->checked.members[i];
	struct rt_work *w = o->w;
	struct pkgimg_image *image = calloc(1, sizeof(*image));
	int code;

	if (!image)
		return fail_memory(o);
	*out = image;
	__atomic_add_fetch(&o->bundle->holds, 1, __ATOMIC_RELAXED);
	image->bundle = o->bundle;
	image->member = w->opening.member;
	image->member->private = o->private;
	w->opening.member = NULL;
	if (memcmp(o->loaded + m->meta, w->checked.header, w->checked.header->meta_size))
		return rt_open_fail_changed(w);
	img_bundle_view(&o->checked, o->loaded, (uint32_t)i, &image->view);
	image->target = o->targets[i];
	/* nothing of it is read-only yet if nobody has it open, and else its slots are filled */
	code = rt_take_target(o->path, &w->opt, &image->view, NULL, 0, &image->target, w->err);
	if (!code)
		code = rt_imports_fill(&w->opening, image, NULL, 0);
	return code ? code : protect(o, m);
}

static int open_member(struct opener *o, size_t i)
{
	struct rt_work *w = o->w;
	struct pkgimg_image *open, *image = NULL;
	int code;

	view_of(o, i, &w->checked);
	name_member(o, name_of(&w->checked));
	w->opening = (struct rt_opening) { .path = o->path,
		.opt = &w->opt,
		.err = w->err,
		.checked = &w->checked,
		.file = &w->file,
		.file_bytes = o->bundle->file,
		.heap_at = o->checked.members[i].heap,
		.world = o->world };
	code = rt_world_enter(&w->opening, &open);
	if (!code && !open) {
		code = make_image(o, i, &image);
		if (!code)
			code = rt_world_add(&w->opening, image);
	}
	rt_world_leave(&w->opening, code ? image : NULL);
	if (!code)
		o->images[o->nopen++] = open ? open : image;
	return code;
}

static int open_members(struct opener *o)
{
	int code = PKGIMG_OK;

	o->world = o->w->opt.world;
	o->private = !o->world;
	if (o->private && pkgimg_world_new(NULL, NULL, 0, &o->world))
		return fail_memory(o);
	for (size_t i = 0; i < o->n && !code; i++)
		code = open_member(o, i);
	if (!code)
		return PKGIMG_OK;
	if (o->private && !o->nopen)
		pkgimg_world_free(o->world);
	while (o->nopen) /* the last one of a private world takes it along */
		pkgimg_close(o->images[--o->nopen]);
	return code;
}

/* ---- all of it */

static int check_flags(struct opener *o)
{
	if (o->w->opt.flags & PKGIMG_HEAP_ONLY)
		return rt_fail(o->w->err, PKGIMG_E_ARGUMENT, o->w->path,
			": PKGIMG_HEAP_ONLY is not for bundles; open the image's own file",
			(char *)NULL);
	return PKGIMG_OK;
}

int pkgimg_open_bundle(const char *path, const struct pkgimg_options *opt,
	struct pkgimg_image ***images, size_t *n, struct pkgimg_error *err)
{
	static int (*const steps[])(struct opener *) = { check_flags, check, choose_targets,
		load_library, open_members };
	struct rt_work *w;
	struct opener *o;
	int code = rt_open_begin("pkgimg_open_bundle", images && n ? path : NULL, opt, err, &w);

	if (code)
		return code;
	o = calloc(1, sizeof(*o));
	if (o)
		o->w = w;
	code = o ? rt_open_map(w)
		 : rt_fail(err, PKGIMG_E_MEMORY, path, ": out of memory", (char *)NULL);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !code; i++)
		code = steps[i](o);
	if (!code) {
		*images = o->images;
		*n = o->nopen;
	} else if (o) {
		free(o->images);
	}
	if (o) {
		rt_bundle_drop(o->bundle);
		free(o->targets);
	}
	free(o);
	rt_open_end(w);
	return code;
}

void pkgimg_free_images(struct pkgimg_image **images)
{
	free(images);
}
