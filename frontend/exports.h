/* What an image offers by name; everything else in it becomes internal. */
#ifndef FRONTEND_EXPORTS_H
#define FRONTEND_EXPORTS_H

#include "frontend/modules.h"

struct exports {
	const struct definition **v; /* [n], in the order of definition */
	size_t n, cap;
};

/* Decide by the list `words` (names and globs), or without one take all that is visible.
 * returns 0, or -1 with every name reported that nothing defines */
int exports_choose(struct modules *m, const struct job_words *words, struct exports *out);

/* Make the rest of the merged module internal, and what is exported hidden: other modules of the
 * image reach it, nothing outside does. */
void exports_apply(struct modules *m, const struct exports *e);

#endif
