/* The build of a workspace. */
#ifndef WORKSPACE_BUILD_H
#define WORKSPACE_BUILD_H

#include "pkgimg/cache.h"
#include "workspace/progress.h"
#include "workspace/workspace.h"

struct ws_build_options {
	struct pkgimg_cache *cache;
	unsigned jobs;  /* processes at once, at most */
	bool jobs_said; /* by the user: a jobserver of make does not make it more */
	bool force;     /* build all that is wanted */
	enum ws_show show;
	FILE *json; /* for WS_SHOW_JSON */
};

/* Build what is wanted and needed.
 * ws       where 'existing' was said of native code, what that comes to is written there
 * returns  0; -1 with every failure reported; or the number of a signal that stopped it, when what
 *          was finished is in its place and nothing else is left
 * threads  the caller has one; children are started by fork */
int ws_build(struct arena *a, struct diags *d, struct ws *ws, const struct ws_host *host,
	const struct ws_build_options *o);

#endif
