/* The interface of an image by name, as requests and sidecars have it. */
#ifndef CACHE_INTERFACE_H
#define CACHE_INTERFACE_H

#include "base/arena.h"
#include "image/image.h"
#include "pkgimg/cache.h"

/* Symbols and types (image/FORMAT.md 9), sorted by name, then kind and digest.
 * returns [*n], the arena's; names are the view's */
struct pkgimg_cache_symbol *interface_symbols(
	struct arena *a, const struct img_view *v, uint32_t *n);

#endif
