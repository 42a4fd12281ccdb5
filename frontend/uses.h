/* What a package takes from the interfaces of those it is built with. */
#ifndef FRONTEND_USES_H
#define FRONTEND_USES_H

#include "frontend/modules.h"
#include "frontend/needs.h"
#include "frontend/package.h"
#include "frontend/types.h"

/* The symbols that the package's code leaves open and the dependency has, and the types that both
 * have. Nothing is said where it is not known: a dependency without entries counts as a whole.
 * n        resolved
 * s, t     the package's own strings and types
 * returns  [*count], sorted by dependency; the arena's */
const struct img_use *uses_find(struct arena *a, const struct package *p, const struct modules *m,
	const struct needs *n, struct strings *s, const struct type_table *t, size_t *count);

#endif
