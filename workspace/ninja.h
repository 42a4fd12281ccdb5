/* The graph of a workspace as a file for ninja. */
#ifndef WORKSPACE_NINJA_H
#define WORKSPACE_NINJA_H

#include "workspace/workspace.h"

/* Write it. Every package is a statement whose inputs, outputs and command are all in it; nothing
 * else is written, now or by ninja, but the outputs and their interface files.
 * output   of the file; ninja runs where this process does
 * again    [nagain] words behind the program's name that write the same file again
 * returns  0, or -1 reported */
int ws_ninja(struct arena *a, struct diags *d, const struct ws *ws, const struct ws_host *host,
	const char *output, const char *const again[], size_t nagain);

#endif
