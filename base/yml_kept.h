/* YAML files that a process reads again and again: a worker's platforms. */
#ifndef BASE_YML_KEPT_H
#define BASE_YML_KEPT_H

#include "base/kept.h"
#include "base/yml.h"

/* yml_read, or what it returned earlier for that file, if it has not been changed since. The tree
 * is not to be changed. kept: NULL to read in any case, into `a` */
const struct yml_node *yml_kept_read(struct kept *kept, struct arena *a, struct diags *d,
	struct loc asked, const char *what, const char *path);

#endif
