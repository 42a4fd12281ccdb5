/* The packages of a store, one after the other. */
#ifndef CACHE_WALK_H
#define CACHE_WALK_H

#include "cache/internal.h"

struct package_at {
	struct pkgimg_cache *cache;
	size_t store;
	const char *package, *path;
	int fd; /* of the folder */
};
typedef void walk_fn(void *ctx, const struct package_at *at);
/* returns 0, or -1 with errno: the store cannot be listed; one that is not there has no packages */
int walk_store(struct pkgimg_cache *c, size_t store, const char *package, walk_fn *each, void *ctx);

#endif
