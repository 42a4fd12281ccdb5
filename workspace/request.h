/* A package as the cache is asked for it. */
#ifndef WORKSPACE_REQUEST_H
#define WORKSPACE_REQUEST_H

#include "pkgimg/cache.h"
#include "workspace/workspace.h"

/* What the cache is asked for, for package `i`.
 * dependencies  [ws->v[i].ndeps] what their images are now, in their order; borrowed
 * out           points into `a` and the arguments */
void ws_request(struct arena *a, const struct ws *ws, size_t i, const struct ws_host *host,
	const struct pkgimg_cache_dependency *dependencies, struct pkgimg_cache_request *out);

/* the package among its dependencies whose image is at `path`, or NULL */
const struct ws_package *ws_dependency_at(
	const struct ws *ws, const struct ws_package *p, const char *path);

/* An image outside of the workspace, as a dependency: its file is read and checked.
 * returns 0, or -1 reported */
int ws_outside_image(struct arena *a, struct diags *d, const struct ws_dependency *dep,
	struct pkgimg_cache_dependency *out);

#endif
