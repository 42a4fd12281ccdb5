/* CCC_OVERRIDE_OPTIONS: edits of a command line that one cannot reach, as clang has them. */
#ifndef DRIVER_OVERRIDE_H
#define DRIVER_OVERRIDE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"

/* The words with the edits of `edits` (the variable's text) done, in order, separated by spaces:
 *   ^WORD  first      +WORD  last      xWORD  WORD is left out      XWORD  the same, and what
 * follows OWORD  -O options are left out, -OWORD is last s/RE/TEXT/  the first match of RE in each
 * word becomes TEXT A leading '#' says to be quiet; else each edit is told on stderr. origin[i]
 * goes along: a word of the variable has the origin of the last word. */
struct words {
	struct arena *mem;
	const char **v;
	unsigned *origin;
	size_t n, cap;
};
void words_add(struct words *w, const char *word, unsigned origin);
/* returns 0, or -1 reported: an edit that means nothing, a broken regular expression */
int override_apply(struct diags *d, const char *edits, struct words *words);

#endif
