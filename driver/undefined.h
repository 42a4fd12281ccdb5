/* Package images with host symbols: what stays undefined must have been declared. */
#ifndef DRIVER_UNDEFINED_H
#define DRIVER_UNDEFINED_H

#include "base/diag.h"
#include "stubs/elfstub.h"
#include "toolchains/link_job.h"

/* Check the linked file of a plan that lets symbols undefined (others: nothing to do).
 * lists    [plan->nmakes] as stublists_read gave them, or NULL: the plan has none
 * returns  0, or -1 with every undeclared symbol reported */
int undefined_check(struct arena *a, struct diags *d, const struct link_plan *plan,
	const struct stub_list *lists, const char *path);

#endif
