/* What goes: what was not used for long, more than the bytes that are wanted, what killed builds
 * left. Sidecars go first: without one, a library is nobody's.
 *
 * Whoever loads an image while it goes either has it open already or finds no file and asks again.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cache/internal.h"
#include "cache/walk.h"

struct entry {
	const char *folder, *sidecar, *library;
	int64_t used;
	uint64_t bytes;
};

struct sweep {
	struct arena mem;
	struct pkgimg_cache *cache;
	struct pkgimg_cache_gc *gc;
	int64_t clock; /* of the store's file system, ns */
	int64_t grace; /* ns: what is younger may be in the making */
	struct entry *v;
	size_t n, cap;
	int failed; /* errno of the first */
	const char *failed_path;
};

static bool drop(struct sweep *s, const char *path)
{
	if (s->gc->dry_run || !unlink(path) || errno == ENOENT)
		return true;
	if (!s->failed) {
		s->failed = errno;
		s->failed_path = path;
	}
	return false;
}

static void drop_leftover(struct sweep *s, const char *path, uint64_t bytes)
{
	if (!drop(s, path))
		return;
	s->gc->leftovers++;
	s->gc->bytes_removed += bytes;
}

/* ---- the images */

static bool is_used(const struct sweep *s, size_t first, const char *name)
{
	for (size_t i = first; i < s->n; i++)
		if (str_eq(path_base(s->v[i].library), name))
			return true;
	return false;
}

/* "KEY16.so", "KEY16-1.so", "KEY16.pki", "KEY16.lock": no other file is touched */
static bool is_ours(const char *name)
{
	return strspn(name, "0123456789abcdef") == SHORT_KEY &&
	       (name[SHORT_KEY] == '.' || name[SHORT_KEY] == '-');
}

/* a library without sidecar, a lock of the dead, a file of a refresh that was killed */
static void sweep_file(struct sweep *s, const struct package_at *at, size_t first, const char *name)
{
	const char *path = path_join(&s->mem, at->path, name);
	struct owner o;
	struct stat st;

	if (lstat(path, &st) || !S_ISREG(st.st_mode))
		return;
	if (is_ours(name) && str_ends(name, LOCK_SUFFIX)) {
		if (owner_is_gone(s->cache, path, s->clock, &o))
			drop_leftover(s, path, 0);
		return;
	}
	if (!(str_starts(name, REFRESH_PREFIX) ||
		    (is_ours(name) && !str_ends(name, SIDECAR_SUFFIX) && !is_used(s, first, name))))
		return;
	if (s->clock - ca_ns(st.st_ctim) > s->grace)
		drop_leftover(s, path, (uint64_t)st.st_size);
}

static void read_package(struct sweep *s, const struct package_at *at, const struct names_in *names)
{
	for (size_t i = 0; i < names->n; i++) {
		const char *path = path_join(&s->mem, at->path, names->v[i]);
		struct sidecar side;
		struct trouble t;
		struct entry *e;
		int err;

		if (!is_ours(names->v[i]))
			continue;
		if (sidecar_read(&s->mem, at->fd, names->v[i], &side, &t, &err)) {
			if (err != ENOENT) /* broken, or of another version: no one can use it */
				drop_leftover(s, path, 0);
			continue;
		}
		arena_push_room(&s->mem, s->v, s->n, s->cap);
		e = &s->v[s->n++];
		*e = (struct entry) { .folder = str_dup(&s->mem, at->path),
			.sidecar = path,
			.library =
				path_join(&s->mem, at->path, sidecar_str(&side, side.h->library)),
			.used = ca_ns(side.st.st_mtim),
			.bytes = side.h->file_size + side.h->library_size };
	}
}

static void sweep_package(void *ctx, const struct package_at *at)
{
	struct sweep *s = ctx;
	struct names_in sidecars;
	size_t first = s->n;
	int copy = openat(at->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	/* files first, then sidecars: one committed in between is seen with its library */
	struct names_in files = { 0 };

	while (dir && (e = readdir(dir))) {
		arena_push_room(&s->mem, files.v, files.n, files.cap);
		files.v[files.n++] = str_dup(&s->mem, e->d_name);
	}
	if (dir)
		closedir(dir);
	if (names_in(&s->mem, at->fd, SIDECAR_SUFFIX, &sidecars))
		return;
	read_package(s, at, &sidecars);
	for (size_t i = 0; i < files.n; i++)
		sweep_file(s, at, first, files.v[i]);
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->used != y->used ? (x->used < y->used) - (x->used > y->used)
				  : strcmp(x->sidecar, y->sidecar);
}

/* the newest first; what does not fit goes */
static void sweep_images(struct sweep *s)
{
	struct pkgimg_cache_gc *gc = s->gc;
	int64_t oldest = gc->max_age ? s->clock - (int64_t)gc->max_age * 1000000000 : INT64_MIN;
	bool full = false;

	if (s->n > 1)
		qsort(s->v, s->n, sizeof(*s->v), compare_entries);
	for (size_t i = 0; i < s->n; i++) {
		const struct entry *e = &s->v[i];

		full |= gc->max_bytes && gc->bytes_kept + e->bytes > gc->max_bytes;
		if (!full && e->used >= oldest) {
			gc->kept++;
			gc->bytes_kept += e->bytes;
		} else if (drop(s, e->sidecar) && drop(s, e->library)) {
			gc->removed++;
			gc->bytes_removed += e->bytes;
		}
	}
}

/* ---- workplaces of the dead */

static void sweep_workplaces(struct sweep *s, const struct store *store, const char *own)
{
	const char *folder = path_join(&s->mem, store->path, TEMPORARY_FOLDER);
	DIR *dir = opendir(folder);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		const char *path = path_join(&s->mem, folder, e->d_name);
		const char *owner = path_join(&s->mem, path, "owner");
		struct owner o;
		struct stat st;

		if (e->d_name[0] == '.' || str_eq(path, own) || lstat(path, &st) ||
			!S_ISDIR(st.st_mode))
			continue;
		if (!owner_is_gone(s->cache, owner, s->clock, &o) &&
			!(access(owner, F_OK) && s->clock - ca_ns(st.st_ctim) > s->grace))
			continue;
		if (!s->gc->dry_run)
			place_remove_tree(path);
		s->gc->leftovers++;
	}
	if (dir)
		closedir(dir);
}

int pkgimg_cache_gc(
	struct pkgimg_cache *c, struct pkgimg_cache_gc *gc, struct pkgimg_cache_error *e)
{
	struct sweep s = { .cache = c, .gc = gc };
	const struct store *store;
	struct workplace *w;
	int code;

	if (!c || !gc || gc->size != sizeof(*gc))
		return ca_fail(e, PKGIMG_CACHE_E_ARGUMENT, 0, "gc: a NULL, or of another size");
	gc->kept = gc->removed = gc->leftovers = gc->bytes_kept = gc->bytes_removed = 0;
	store = ca_writable(c);
	if (!store)
		return ca_fail(e, PKGIMG_CACHE_E_NO_STORE, 0,
			"no store can be written to: '%s' is read-only", c->stores[0].path);
	if (access(store->path, F_OK))
		return PKGIMG_CACHE_OK;
	code = workplace_open(c, store, "gc", &w, e);
	if (code)
		return code;
	s.clock = workplace_clock(w);
	s.grace = (int64_t)c->stale_seconds * 1000000000;
	walk_store(c, (size_t)(store - c->stores), NULL, sweep_package, &s);
	/* behind the packages: a library's other name may be in there, and losing it makes it young
	 */
	sweep_workplaces(&s, store, workplace_path(w));
	sweep_images(&s);
	workplace_close(w);
	if (s.failed) {
		errno = s.failed;
		code = ca_fail_io(e, "remove", s.failed_path);
	}
	arena_free(&s.mem);
	return code;
}
