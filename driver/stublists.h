/* The symbol lists of which a plan's ELF stub libraries are made. */
#ifndef DRIVER_STUBLISTS_H
#define DRIVER_STUBLISTS_H

#include "base/diag.h"
#include "stubs/elfstub.h"
#include "toolchains/link_job.h"

/* Read the list of each PLAN_ELF_STUB of the plan: where that is known to be enough, only the
 * symbols that the inputs mention.
 * kept     lists that this process has read, or NULL
 * out      [plan->nmakes], in the arena; {0} where a make is of another kind
 * returns  0, or -1 reported */
int stublists_read(struct arena *a, struct diags *d, const struct link_plan *plan,
	struct kept *kept, struct stub_list **out);

#endif
