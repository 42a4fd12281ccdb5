/* Open: check the file, bring in what it needs, let the system's loader map it, and make sure that
 * what was mapped is what was checked. Each step has a named error, and undoes those before it. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/internal.h"

/* The work of one open; what is in it is undone by drop(). */
struct work {
	const char *path;
	const struct pkgimg_options *opt;
	struct pkgimg_error *err;
	void *file; /* mapped read-only during the check */
	size_t size;
	struct img_view checked; /* of `file` */
	struct pkgimg_image *image;
	uint32_t target;
	char loader_said[256]; /* of the first library that could not be loaded */
	char absolute[PATH_MAX];
};

static int fail_io(struct work *w, const char *problem, int number)
{
	struct img_error e = { .code = IMG_E_IO,
		.doing = "open",
		.problem = problem,
		.entry = IMG_NO_ENTRY,
		.got = (uint64_t)number };

	return rt_fail_image(w->err, w->path, &e);
}

static int map_fd(struct work *w, int fd)
{
	struct stat st;
	void *file;

	if (fstat(fd, &st))
		return fail_io(w, "the file cannot be examined", errno);
	if (!S_ISREG(st.st_mode))
		return fail_io(w, "it is no regular file", S_ISDIR(st.st_mode) ? EISDIR : EINVAL);
	if (st.st_size == 0)
		return rt_fail(
			w->err, PKGIMG_E_FORMAT, w->path, ": the file is empty", (char *)NULL);
	file = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED)
		return fail_io(w, "the file cannot be mapped", errno);
	w->file = file;
	w->size = (size_t)st.st_size;
	return PKGIMG_OK;
}

static int map_file(struct work *w)
{
	int fd, code;

	do {
		fd = open(w->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not block */
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return fail_io(w, "the file cannot be opened", errno);
	code = map_fd(w, fd);
	close(fd);
	return code;
}

static unsigned flags_of(const struct work *w)
{
	return w->opt ? w->opt->flags : 0;
}

static int check_file(struct work *w)
{
	unsigned flags = flags_of(w) & PKGIMG_VERIFY ? IMG_CHECK_FILE_SUM : 0;
	struct img_error e;

	if (img_check_file(w->file, w->size, flags, &w->checked, NULL, &e))
		return rt_fail_image(w->err, w->path, &e);
	if (!(flags_of(w) & PKGIMG_ALLOW_FOREIGN) && img_check_abi(&w->checked, &e))
		return rt_fail_image(w->err, w->path, &e);
	return PKGIMG_OK;
}

static void put_hex(char *buf, uint64_t value)
{
	for (int i = 15; i >= 0; i--, value >>= 4)
		buf[i] = "0123456789abcdef"[value & 15];
	buf[16] = '\0';
}

/* each image it was built with is among those given, with the interface it had then */
static int check_dependencies(struct work *w)
{
	const struct img_view *v = &w->checked;
	size_t given = w->opt ? w->opt->ndependencies : 0;

	for (uint32_t i = 0; i < v->ndependencies; i++) {
		const struct img_dependency *d = &v->dependencies[i];
		const struct img_view *o = NULL;
		const char *name = img_str(v, d->name);
		char wanted[17], got[17];

		for (size_t k = 0; k < given && !o; k++) {
			o = &w->opt->dependencies[k]->view;
			if (strcmp(img_str(o, o->package->name), name) ||
				memcmp(o->package->uuid, d->uuid, sizeof(d->uuid)))
				o = NULL;
		}
		if (!o)
			return rt_fail(w->err, PKGIMG_E_DEPENDENCY, w->path,
				": it was built with '", name,
				"', which is not among the open images given", (char *)NULL);
		put_hex(wanted, d->interface_digest);
		put_hex(got, o->header->interface_digest);
		if (o->header->interface_digest != d->interface_digest)
			return rt_fail_values(w->err, PKGIMG_E_DEPENDENCY, w->path,
				"the interface of an image it was built with has changed", wanted,
				got);
	}
	return PKGIMG_OK;
}

static const char *loader_error(void)
{
	const char *text = dlerror();

	return text ? text : "the loader gives no reason";
}

/* Libraries come in before the image, so that a missing one has its own error. One that is not
 * found here may still be found by the image's own search path; check_needs looks again. */
static int bring_needs(struct work *w)
{
	const struct img_view *v = &w->checked;
	struct pkgimg_image *image;

	image = calloc(1, sizeof(*image) + v->nneeds * sizeof(image->needs[0]));
	if (!image)
		return rt_fail(w->err, PKGIMG_E_MEMORY, w->path, ": out of memory", (char *)NULL);
	image->nneeds = v->nneeds;
	w->image = image;
	for (uint32_t i = 0; i < v->nneeds; i++) {
		const char *name = img_str(v, v->needs[i].name);

		if (v->needs[i].kind == IMG_NEED_HOST) {
			dlerror();
			if (!dlsym(RTLD_DEFAULT, name) && dlerror())
				return rt_fail(w->err, PKGIMG_E_NEEDS, w->path, ": needs '", name,
					"', which the host program does not provide (is it linked "
					"with -rdynamic?)",
					(char *)NULL);
			continue;
		}
		image->needs[i] = dlopen(name, RTLD_NOW | RTLD_LOCAL);
		if (!image->needs[i] && !w->loader_said[0])
			strncpy(w->loader_said, loader_error(), sizeof(w->loader_said) - 1);
	}
	return PKGIMG_OK;
}

static int fail_need(struct work *w, uint32_t i)
{
	const struct img_view *v = &w->checked;

	return rt_fail(w->err, PKGIMG_E_NEEDS, w->path, ": needs '", img_str(v, v->needs[i].name),
		"', which cannot be loaded: ", w->loader_said, (char *)NULL);
}

static bool is_missing(const struct work *w, uint32_t i)
{
	return w->checked.needs[i].kind == IMG_NEED_LIBRARY && !w->image->needs[i];
}

static int check_needs(struct work *w)
{
	const struct img_view *v = &w->checked;

	for (uint32_t i = 0; i < v->nneeds; i++) {
		if (!is_missing(w, i))
			continue;
		w->image->needs[i] =
			dlopen(img_str(v, v->needs[i].name), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
		if (!w->image->needs[i])
			return fail_need(w, i);
	}
	return PKGIMG_OK;
}

/* debuggers and profilers see the path given to dlopen; one with no '/' would be searched for */
static int make_absolute(struct work *w)
{
	size_t n = strlen(w->path), at = 0;

	if (w->path[0] != '/') {
		if (!getcwd(w->absolute, sizeof(w->absolute)))
			return fail_io(w, "the current folder is not known", errno);
		at = strlen(w->absolute);
		if (at < sizeof(w->absolute))
			w->absolute[at++] = '/';
	}
	if (n >= sizeof(w->absolute) - at)
		return fail_io(w, "the path is too long", ENAMETOOLONG);
	memcpy(w->absolute + at, w->path, n + 1);
	return PKGIMG_OK;
}

static int load(struct work *w)
{
	int code = make_absolute(w);

	if (code)
		return code;
	w->image->library = dlopen(w->absolute, RTLD_NOW | RTLD_LOCAL);
	if (w->image->library)
		return check_needs(w);
	for (uint32_t i = 0; i < w->checked.nneeds; i++) {
		if (is_missing(w, i))
			return fail_need(w, i);
	}
	return rt_fail(w->err, PKGIMG_E_LOAD, w->path, ": cannot be loaded: ", loader_error(),
		(char *)NULL);
}

static bool in_segments(
	const struct dl_phdr_info *info, uintptr_t from, uintptr_t size, uint32_t flags)
{
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_LOAD && (p->p_flags & flags) == flags && from >= start &&
			from - start < p->p_memsz && size <= p->p_memsz - (from - start))
			return true;
	}
	return false;
}

/* the loaded library that holds the metadata, and whether all its addresses are its own */
struct owner {
	const struct img_view *view;
	uintptr_t header, meta_size;
	bool found, ok;
};

static int look_at_library(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct owner *o = ctx;
	const struct img_view *v = o->view;

	(void)size;
	if (!in_segments(info, o->header, o->meta_size, PF_R))
		return 0;
	o->found = o->ok = true;
	for (uint32_t i = 0; i < v->naddresses && o->ok; i++)
		o->ok = in_segments(info, o->header + (uintptr_t)(intptr_t)v->addresses[i], 1, 0);
	for (uint32_t i = 0; i < v->nmethods && o->ok; i++)
		o->ok = in_segments(info,
			o->header + (uintptr_t)(intptr_t)v->addresses[v->methods[i].address], 1,
			PF_X);
	for (uint32_t i = 0; i < v->nentries && o->ok; i++)
		o->ok = in_segments(info, o->header + (uintptr_t)(intptr_t)v->entries[i], 1, PF_X);
	return 1;
}

/* the loader opened the path again: it must have found the bytes that were checked */
static int check_loaded(struct work *w)
{
	const struct img_view *v = &w->checked;
	struct owner o = { .view = v, .meta_size = (uintptr_t)v->header->meta_size };
	const void *root = dlsym(w->image->library, IMG_ROOT_SYMBOL);

	o.header = (uintptr_t)root;
	if (root)
		dl_iterate_phdr(look_at_library, &o);
	if (!o.found || memcmp(root, v->header, v->header->meta_size))
		return rt_fail(w->err, PKGIMG_E_CHANGED, w->path,
			": the loader has another version of this file than the one that was "
			"checked; was it replaced while it was open?",
			(char *)NULL);
	if (!o.ok)
		return rt_fail(w->err, PKGIMG_E_FORMAT, w->path,
			": an address in it leads outside of its memory", (char *)NULL);
	img_view_at(root, &w->image->view);
	return PKGIMG_OK;
}

/* size of the options when they ended behind ndependencies */
enum { OPTIONS_BEFORE_CPUS = offsetof(struct pkgimg_options, cpu_cap) };

static int check_arguments(const char *path, const struct pkgimg_options *opt,
	struct pkgimg_image **out, struct pkgimg_error *err)
{
	if (!path || !path[0] || !out)
		return rt_fail(err, PKGIMG_E_ARGUMENT, "pkgimg_open: path and out are wanted",
			(char *)NULL);
	if (!opt)
		return PKGIMG_OK;
	if (opt->size != sizeof(*opt) && opt->size != OPTIONS_BEFORE_CPUS)
		return rt_fail(err, PKGIMG_E_ARGUMENT,
			"pkgimg_open: the options' size is not "
			"sizeof(struct pkgimg_options)",
			(char *)NULL);
	if (opt->flags & ~(uint32_t)(PKGIMG_VERIFY | PKGIMG_ALLOW_FOREIGN))
		return rt_fail(err, PKGIMG_E_ARGUMENT, "pkgimg_open: unknown flags", (char *)NULL);
	if (opt->ndependencies && !opt->dependencies)
		return rt_fail(
			err, PKGIMG_E_ARGUMENT, "pkgimg_open: dependencies is NULL", (char *)NULL);
	for (size_t i = 0; i < opt->ndependencies; i++) {
		if (!opt->dependencies[i])
			return rt_fail(err, PKGIMG_E_ARGUMENT, "pkgimg_open: a dependency is NULL",
				(char *)NULL);
	}
	return PKGIMG_OK;
}

int pkgimg_open(const char *path, const struct pkgimg_options *opt, struct pkgimg_image **out,
	struct pkgimg_error *err)
{
	struct work w = { .path = path, .opt = opt, .err = err };
	int code = check_arguments(path, opt, out, err);

	if (code)
		return code;
	code = map_file(&w);
	if (!code)
		code = check_file(&w);
	if (!code)
		code = check_dependencies(&w);
	if (!code)
		code = rt_choose_target(path, opt, &w.checked, &w.target, err);
	if (!code)
		code = bring_needs(&w);
	if (!code)
		code = load(&w);
	if (!code)
		code = check_loaded(&w);
	if (!code)
		code = rt_take_target(path, opt, &w.image->view, &w.target, err);
	if (!code)
		w.image->target = w.target;
	if (w.file)
		munmap(w.file, w.size);
	if (code)
		pkgimg_close(w.image);
	else
		*out = w.image;
	return code;
}

/* the image first: it may use its libraries while it goes */
void pkgimg_close(struct pkgimg_image *image)
{
	if (!image)
		return;
	if (image->library)
		dlclose(image->library);
	for (size_t i = image->nneeds; i-- > 0;) {
		if (image->needs[i])
			dlclose(image->needs[i]);
	}
	free(image);
}
