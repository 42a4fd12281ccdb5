/* What an image offers by name; everything else in it becomes internal. */
#ifndef FRONTEND_EXPORTS_H
#define FRONTEND_EXPORTS_H

#include "frontend/code/modules.h"

struct exports {
	const struct definition **v; /* [n], in the order of definition */
	size_t n, cap;
	/* `exports: native`: the image has them as ordinary symbols too, for this target; NULL: the
	 * root is its one symbol */
	const struct target *native;
	bool visible; /* the modules stay bitcode: who compiles them looks for the symbols */
	/* natively also exported, though no list of the image has them: data of C++ of which all
	 * libraries of a process share one copy, parts of functions that choose by the CPU */
	const struct definition **shared; /* [nshared] */
	size_t nshared, shared_cap;
};

/* Decide by the list `words` (names and globs), or without one take all that is visible.
 * returns 0, or -1 with every name reported that nothing defines */
int exports_choose(struct modules *m, const struct job_words *words, struct exports *out);

/* Let them be ordinary symbols as well. Before exports_apply. */
void exports_publish(struct modules *m, const struct job_words *words, const struct target *t,
	struct exports *e);

/* The symbol by which the image's tables reach an export: its own, or if that is preemptible the
 * one that toolchains/elf_image.c makes for it. */
const char *exports_address(struct arena *a, const struct exports *e, const struct definition *def);

/* Make the rest of the merged module internal, and what is exported hidden: other modules of the
 * image reach it, nothing outside does, or visible if the exports are native. */
void exports_apply(struct modules *m, const struct exports *e);

#endif
