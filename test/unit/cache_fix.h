/* A package of two sources, in a folder of its own with a store. */
#ifndef CACHE_FIX_H
#define CACHE_FIX_H

#include "pkgimg/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cache/internal.h"
#include "unit.h"

struct fix {
	struct unit *u;
	struct arena mem;
	char dir[64];
	const char *store, *work;
	struct pkgimg_cache *cache;
	struct pkgimg_cache_request q;
	struct pkgimg_cache_source sources[3];
	struct pkgimg_cache_root root;
	struct pkgimg_cache_dependency deps[2];
	struct pkgimg_cache_symbol symbols[2];
	struct pkgimg_cache_option flags[2], preferences[1];
	const char *discovered; /* path, or NULL */
	const char *use;        /* of dependency 0, or NULL */
	unsigned made;
	char why[512];
};

static inline const char *at(struct fix *f, const char *folder, const char *name)
{
	return path_join(&f->mem, folder, name);
}

static inline void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		abort();
	close(fd);
}

static inline void open_stale(struct fix *f, unsigned flags, unsigned stale_seconds)
{
	struct pkgimg_cache_options o = { .size = sizeof(o),
		.flags = flags,
		.nstores = 1,
		.stores = &f->store,
		.stale_seconds = stale_seconds };

	pkgimg_cache_close(f->cache);
	if (pkgimg_cache_open(&o, &f->cache, NULL))
		abort();
}

static inline void open_cache(struct fix *f, unsigned flags)
{
	open_stale(f, flags, 1);
}

static inline void start(struct fix *f, struct unit *u)
{
	*f = (struct fix) { .u = u, .dir = "/tmp/pkgimg-cache-XXXXXX" };
	if (!mkdtemp(f->dir))
		abort();
	f->store = at(f, f->dir, "store");
	f->work = at(f, f->dir, "work");
	mkdir(f->work, 0777);
	put(at(f, f->work, "a.src"), "source a");
	put(at(f, f->work, "b.src"), "source b");
	put(at(f, f->work, "late.src"), "found late");
	f->sources[0].path = at(f, f->work, "a.src");
	f->sources[1].path = at(f, f->work, "b.src");
	f->root = (struct pkgimg_cache_root) { "workspace", f->work };
	f->symbols[0] = (struct pkgimg_cache_symbol) { .name = "one", .digest = 1 };
	f->symbols[1] = (struct pkgimg_cache_symbol) { .name = "two", .digest = 2 };
	f->deps[0] = (struct pkgimg_cache_dependency) { .name = "base",
		.interface_digest = 5,
		.build_id = { 1 },
		.symbols = f->symbols,
		.nsymbols = 2 };
	f->flags[0] = (struct pkgimg_cache_option) { "opt-level", "2" };
	f->preferences[0] = (struct pkgimg_cache_option) { "threads", "8" };
	f->q = (struct pkgimg_cache_request) { .size = sizeof(f->q),
		.package = "geo",
		.flags = PKGIMG_CACHE_OPAQUE,
		.version = "1.0",
		.uuid = { 7 },
		.toolchain = "tool 1",
		.abi = "abi 1",
		.cpu_target = "generic",
		.flags_set = f->flags,
		.nflags = 1,
		.preferences = f->preferences,
		.npreferences = 1,
		.sources = f->sources,
		.nsources = 2,
		.roots = &f->root,
		.nroots = 1,
		.dependencies = f->deps,
		.ndependencies = 1 };
	open_cache(f, 0);
}

static inline void finish(struct fix *f)
{
	pkgimg_cache_close(f->cache);
	place_remove_tree(f->dir);
	arena_free(&f->mem);
}

static inline int make(void *ctx, struct pkgimg_cache_build *b)
{
	struct fix *f = ctx;
	const struct pkgimg_cache_source late = { .path = f->discovered };

	f->made++;
	put(pkgimg_cache_build_output(b), "a library");
	if (f->use)
		pkgimg_cache_build_use(b, 0, f->use);
	return f->discovered ? pkgimg_cache_build_source(b, &late, NULL) : 0;
}

static inline const char *reasons_of(struct fix *f, const struct pkgimg_cache_answer *a)
{
	const struct pkgimg_cache_rejection *r;

	if (a->found || !a->ncandidates)
		return a->found ? "accepted" : "none";
	r = a->candidates[0].rejections;
	snprintf(f->why, sizeof(f->why), "%s: %s: wanted %s, found %s", r->code, r->field,
		r->expected, r->found);
	return f->why;
}

/* what a lookup says: "accepted", "none", or the first reason of the first candidate */
static inline const char *ask(struct fix *f)
{
	struct pkgimg_cache_answer *a;
	struct pkgimg_cache_error e;
	const char *why;

	if (pkgimg_cache_lookup(f->cache, &f->q, &a, &e))
		return "error";
	why = reasons_of(f, a);
	pkgimg_cache_answer_free(a);
	return why;
}

static inline bool get(struct fix *f)
{
	struct pkgimg_cache_answer *a;
	struct pkgimg_cache_error e;
	struct unit *u = f->u;

	if (pkgimg_cache_get(f->cache, &f->q, make, f, &a, &e)) {
		printf("%s\n", e.text);
		return CHECK(false);
	}
	pkgimg_cache_answer_free(a);
	return true;
}

/* ---- files of the store */

static inline const char *file_of(struct fix *f, const char *suffix)
{
	const char *folder = at(f, f->store, "v1/geo");
	int fd = open(folder, O_RDONLY | O_DIRECTORY);
	struct names_in names;

	if (fd < 0 || names_in(&f->mem, fd, suffix, &names) || !names.n)
		abort();
	close(fd);
	return at(f, folder, names.v[0]);
}

static inline uint8_t *read_whole(const char *path, size_t *n)
{
	int fd = open(path, O_RDONLY);
	uint8_t *data;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || !(data = malloc((size_t)st.st_size)))
		abort();
	*n = (size_t)read(fd, data, (size_t)st.st_size);
	close(fd);
	return data;
}

static inline void write_whole(const char *path, const void *data, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, data, n) != (ssize_t)n)
		abort();
	close(fd);
}

/* change a sidecar by hand, its sum made right again */
static inline void patch(struct fix *f, size_t offset, uint32_t value, bool sum)
{
	size_t n;
	uint8_t *data = read_whole(file_of(f, ".pki"), &n);

	memcpy(data + offset, &value, sizeof(value));
	if (sum)
		sidecar_sum(data);
	write_whole(file_of(f, ".pki"), data, n);
	free(data);
}

#endif
