/* Other programs: an external linker (--ld-path), wasm-opt. */
#ifndef DRIVER_SPAWN_H
#define DRIVER_SPAWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"
#include "toolchains/link_job.h"

/* Run argv[0] (searched in PATH if it has no '/') with both its streams caught; its lines go to
 * `line` as they come, when that is not NULL, and the first bytes of them all to *text, when that
 * is not NULL.
 * returns its exit status, 128 + N after signal N, or -1 reported: it cannot be started */
int spawn_run(struct arena *a, struct diags *d, struct loc at, const char *const argv[],
	void (*line)(void *ctx, const char *text), void *ctx, const char **text);

/* Is the program a linker that takes the plan's words? Its --version must name LLD, or where the
 * words are GNU's a linker compatible with GNU's; one of those also says by -V which emulations it
 * has, and the plan's must be among them. returns 0 or -1 reported */
int spawn_check_linker(
	struct arena *a, struct diags *d, const struct link_plan *plan, const char *program);

#endif
