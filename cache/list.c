/* What is in the stores, whatever is asked for. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cache/internal.h"
#include "cache/walk.h"

int walk_store(struct pkgimg_cache *c, size_t store, const char *package, walk_fn *each, void *ctx)
{
	struct arena mem = { 0 };
	struct names_in packages = { 0 };
	int root, failed = 0;

	if (package) {
		packages.v = arena_array(&mem, char *, 1);
		packages.v[packages.n++] = str_dup(&mem, package);
	} else {
		root = open(c->stores[store].path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (root >= 0) {
			failed = names_in(&mem, root, "", &packages);
			close(root);
		}
	}
	for (size_t i = 0; i < packages.n; i++) {
		struct package_at at = { .cache = c, .store = store, .package = packages.v[i] };

		if (!ca_package_name(at.package))
			continue;
		at.fd = package_folder(&mem, &c->stores[store], at.package, &at.path);
		if (at.fd < 0)
			continue;
		each(ctx, &at);
		close(at.fd);
	}
	arena_free(&mem);
	return failed;
}

/* ---- list */

struct full_list {
	struct pkgimg_cache_list l;
	struct arena mem;
	size_t cap, cap_broken;
};

static void add_broken(
	struct full_list *f, const struct package_at *at, const char *name, const struct trouble *t)
{
	struct pkgimg_cache_candidate *v = (void *)f->l.broken;
	struct reasons why = { .mem = &f->mem };

	match_trouble(&why, t);
	arena_push_room(&f->mem, v, f->l.nbroken, f->cap_broken);
	f->l.broken = v;
	v[f->l.nbroken++] =
		(struct pkgimg_cache_candidate) { .sidecar = path_join(&f->mem, at->path, name),
			.store = at->store,
			.nrejections = 1,
			.rejections = why.v };
}

static void list_package(void *ctx, const struct package_at *at)
{
	struct full_list *f = ctx;
	struct names_in names;

	if (names_in(&f->mem, at->fd, SIDECAR_SUFFIX, &names))
		return;
	for (size_t i = 0; i < names.n; i++) {
		struct pkgimg_cache_image *v = (void *)f->l.images;
		struct sidecar s;
		struct trouble t;
		int err;

		if (sidecar_read(&f->mem, at->fd, names.v[i], &s, &t, &err)) {
			if (err != ENOENT)
				add_broken(f, at, names.v[i], &t);
			continue;
		}
		arena_push_room(&f->mem, v, f->l.n, f->cap);
		f->l.images = v;
		image_of(&f->mem, &s, str_dup(&f->mem, at->path), names.v[i], at->store,
			&v[f->l.n++]);
	}
}

static int compare_images(const void *a, const void *b)
{
	const struct pkgimg_cache_image *x = a, *y = b;
	int order = strcmp(x->package, y->package);

	if (order)
		return order;
	if (x->used != y->used)
		return x->used < y->used ? 1 : -1;
	return strcmp(x->sidecar, y->sidecar);
}

int pkgimg_cache_list(struct pkgimg_cache *c, const char *package, struct pkgimg_cache_list **out,
	struct pkgimg_cache_error *e)
{
	struct full_list *f;

	if (!c || !out || (package && !ca_package_name(package)))
		return ca_fail(e, PKGIMG_CACHE_E_ARGUMENT, 0,
			"a list wants a cache and the name of a package");
	f = calloc(1, sizeof(*f));
	if (!f)
		return ca_fail(e, PKGIMG_CACHE_E_IO, ENOMEM, "out of memory");
	for (size_t i = 0; i < c->nstores; i++)
		walk_store(c, i, package, list_package, f);
	if (f->l.n > 1)
		qsort((void *)f->l.images, f->l.n, sizeof(*f->l.images), compare_images);
	*out = &f->l;
	return PKGIMG_CACHE_OK;
}

void pkgimg_cache_list_free(struct pkgimg_cache_list *l)
{
	struct full_list *f = (struct full_list *)(void *)l;

	if (!f)
		return;
	arena_free(&f->mem);
	free(f);
}
