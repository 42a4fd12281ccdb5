/* The private directory in which an output is made (outfile.c). */
#ifndef BASE_OUTDIR_H
#define BASE_OUTDIR_H

#include "base/arena.h"

struct outdir {
	const char *path;
	int lock; /* the open directory, locked; -1: there are no locks here */
};

/* Make one in `folder` for an output called `base`. Removes what killed processes of this user left
 * of the same output.
 * out      untouched on error
 * returns  0 or an errno
 * threads  any, also for one output at a time */
int outdir_make(struct arena *a, const char *folder, const char *base, struct outdir *out);

/* remove it, and the files in it */
void outdir_remove(const struct outdir *dir);

#endif
