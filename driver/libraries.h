/* Libraries and start files of a link, looked for before LLD does: one message for all that are
 * missing, with every folder that was tried; for Windows also names that differ in case only (they
 * are one there). */
#ifndef DRIVER_LIBRARIES_H
#define DRIVER_LIBRARIES_H

#include "toolchains/link_job.h"

/* Look for every -lNAME, -framework NAME and start file of a plan, as LLD will.
 * found    [plan->argv.n] words to say instead, NULL where the plan's own will do; in the arena.
 *          NULL for formats where names are what they are
 * returns  0, or -1 with all reported that are missing. Where words that only LLD can read may name
 *          more folders (linker scripts, response files behind -Wl,), it is left to LLD: 0.
 * Images and links by other programs (--ld-path) are not looked at. */
int libraries_find(
	struct arena *a, struct diags *d, const struct link_plan *plan, const char *const **found);

/* The file that LLD will take for -lNAME of a plan, by its exact name; NULL: there is none. */
const char *libraries_file(struct arena *a, const struct link_plan *plan, const char *name);

#endif
