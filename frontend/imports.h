/* What the package's code refers to in its dependencies: functions and variables that no library
 * and no host provides. Each load finds them (image/FORMAT.md 16); the code goes through a pointer
 * of its own for each, the slot. */
#ifndef FRONTEND_IMPORTS_H
#define FRONTEND_IMPORTS_H

#include "frontend/code/modules.h"
#include "frontend/package.h"

struct heap;
struct needs;

struct import {
	const char *symbol; /* linkage name, as the dependency's tables have it */
	const char *slot;   /* symbol of the pointer */
	uint32_t dependency;
	bool variable;
	bool used; /* by the code that was made: it is in the image */
	bool stub; /* something else than instructions of modules refers to it: a function that
		    * jumps through the slot has its name */
};

struct imports {
	struct arena *a;
	struct diags *d;
	const struct package *p;
	const struct target *t;
	const struct heap *heap; /* whose dependencies count then; NULL: the package's */
	struct names *methods,
		*globals; /* [p->ndeps] linkage names; made when they are asked for */
	struct import *v;
	size_t n, cap;
	struct names names; /* numbers index v */
};

/* heap  or NULL */
void imports_open(struct arena *a, struct diags *d, const struct package *p, const struct target *t,
	const struct heap *heap, struct imports *out);
/* what a dependency is called, for messages */
const char *imports_owner(const struct imports *s, const struct import *x);

/* Have the merged module take what only dependencies have from slots; without native code they are
 * only written down. returns 0, or -1 with every use reported that cannot be */
int imports_use(struct imports *s, struct modules *m, const struct needs *n, bool native);

/* An undefined symbol of an object: is it a slot, or does a dependency have it, which is written
 * down then? file: the native input that refers to it, or NULL.
 * returns 1, 0, or -1 reported: it cannot be reached from there */
int imports_take(struct imports *s, const char *symbol, const char *file);

/* The object with slots and stubs. returns it, owned by the caller; NULL: there are none, or
 * *failed: reported */
LLVMMemoryBufferRef imports_emit(struct imports *s, struct modules *m, bool *failed);

#endif
