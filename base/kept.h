/* What a process made of files that it reads again and again: a worker's platforms, its lists of
 * symbols. */
#ifndef BASE_KEPT_H
#define BASE_KEPT_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/arena.h"

struct kept_file;

/* {0} is one that has nothing. What is kept lies in `mem`, which is its alone, until it is freed.
 * threads  one at a time for one `kept` */
struct kept {
	struct arena mem;
	struct kept_file *first;
};

/* Can what is made of the file be kept? Not of one that was changed just now, since its times may
 * not show another change. kept: NULL for no
 * now      the file's state, for the two functions below; it is read after this call
 * returns  false: read it anew each time */
bool kept_can(const struct kept *kept, const char *path, struct stat *now);

/* What was kept of the file, of this kind, if the file has not been changed since; else NULL. It is
 * not to be changed. */
const void *kept_find(
	const struct kept *kept, const char *kind, const char *path, const struct stat *now);

/* between two of such states, the file was not changed */
bool kept_is_same(const struct stat *a, const struct stat *b);

/* thing    in kept->mem
 * kind     a literal: what it is that was made of the file */
void kept_add(struct kept *kept, const char *kind, const char *path, const struct stat *now,
	const void *thing);

#endif
