/* Whole files in memory, as readers of binary formats want them. */
#ifndef FRONTEND_INPUT_H
#define FRONTEND_INPUT_H

#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"

/* A file's bytes, aligned to 16, with a NUL behind them. `what` names it for messages.
 * returns 0, or -1 reported: missing, a folder, empty, unreadable, over 4 GiB */
int input_read(struct arena *a, struct diags *d, struct loc at, const char *what, const char *path,
	char **out, size_t *size);

#endif
