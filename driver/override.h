/* CCC_OVERRIDE_OPTIONS: edits of a command line that one cannot reach, as clang has them. */
#ifndef DRIVER_OVERRIDE_H
#define DRIVER_OVERRIDE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"

/* The words of a command line. origin[i] is the argument that words[i] is or came from. */
struct words {
	struct arena *mem;
	const char **v;
	unsigned *origin;
	size_t n, cap;
};
void words_add(struct words *w, const char *word, unsigned origin);

/* Do the edits of `edits` (the variable's text), in order, separated by spaces:
 *
 *   ^WORD       WORD is put first
 *   +WORD       WORD is put last
 *   xWORD       WORD is left out wherever it stands
 *   XWORD       the same, with the word behind it
 *   OLEVEL      all -O options are left out, -OLEVEL is put last
 *   s/RE/TEXT/  the first match of RE in each word becomes TEXT, \1 being its first group
 *
 * A leading '#' says to be quiet; else each edit is told on stderr. What is no edit is warned of
 * and left out. A word of the variable has the origin of the line's last word. */
void override_apply(struct diags *d, const char *edits, struct words *words);

#endif
