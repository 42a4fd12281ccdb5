/* A private folder for a build's objects. */
#ifndef FRONTEND_TMPDIR_H
#define FRONTEND_TMPDIR_H

#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"

/* In $TMPDIR or /tmp; what killed builds of this user left there is removed on the way.
 * returns its path, or NULL reported */
const char *tmpdir_make(struct arena *a, struct diags *d);
/* data[0..n) as a file in it. returns its path, or NULL reported; nothing half written stays */
const char *tmpdir_write(struct arena *a, struct diags *d, const char *dir, const char *name,
	const void *data, size_t n);
/* remove it and the files in it; NULL is fine */
void tmpdir_remove(const char *dir);

#endif
