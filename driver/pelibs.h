/* Libraries of Windows links, found before LLD looks for them: names that differ in case only (they
 * are one on Windows), and one message for all that are missing. */
#ifndef DRIVER_PELIBS_H
#define DRIVER_PELIBS_H

#include "toolchains/link_job.h"

/* Look for every -lNAME and start file of a MinGW plan, as LLD will.
 * found    [plan->argv.n] words to say instead, NULL where the plan's own will do; in the arena.
 *          NULL for plans of other formats, and where words only LLD can read are among them
 * returns  0, or -1 with all reported that are missing */
int pelibs_find(
	struct arena *a, struct diags *d, const struct link_plan *plan, const char *const **found);

#endif
