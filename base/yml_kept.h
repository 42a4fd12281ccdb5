/* YAML files that a process reads again and again: a worker's platforms. */
#ifndef BASE_YML_KEPT_H
#define BASE_YML_KEPT_H

#include "base/yml.h"

struct yml_kept_file;

/* {0} is one that has nothing. The trees lie in `mem`, which is theirs alone, until it is freed. */
struct yml_kept {
	struct arena mem;
	struct yml_kept_file *first;
};

/* yml_read, or what it returned earlier for that file, if it has not been changed since. The tree
 * is not to be changed. kept: NULL to read in any case, into `a`
 * threads  one at a time for one `kept` */
struct yml_node *yml_kept_read(struct yml_kept *kept, struct arena *a, struct diags *d,
	struct loc asked, const char *what, const char *path);

#endif
