/* What a package takes from the interfaces of those it is built with. */
#ifndef FRONTEND_USES_H
#define FRONTEND_USES_H

#include "frontend/code/modules.h"
#include "frontend/needs.h"
#include "frontend/package.h"
#include "frontend/tables/strings.h"

/* The symbols that the package's code leaves open and the dependency has, and the dependency's
 * types that the package may know the layout of: those that its debug information names, all if a
 * module has none. Nothing is said where it is not known: a dependency without entries counts as a
 * whole.
 * n        resolved
 * s        the package's own strings
 * returns  [*count], sorted by dependency; the arena's */
const struct img_use *uses_find(struct arena *a, const struct package *p, const struct modules *m,
	const struct needs *n, struct strings *s, size_t *count);

#endif
