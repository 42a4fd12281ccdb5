/* Parts of the runtime that an image carries if its code needs them.
 *
 * The selector: the object by which an image chooses its CPU target itself, as its first
 * constructor (runtime/select/select.c). It is for images whose code may run before a loader has
 * filled the slots. */
#ifndef FRONTEND_SELECTOR_H
#define FRONTEND_SELECTOR_H

#include "frontend/target.h"

/* is there one for that triple? */
bool selector_exists(struct arena *a, const char *triple);

/* Compile it for the target; link it before other objects with constructors. Its undefined symbols
 * are ROOT_SELF_SYMBOL, the linker's, and on Windows and macOS functions of kernel32.dll and
 * libSystem. object: in the arena. returns 0, or -1 reported */
int selector_make(struct arena *a, struct diags *d, const struct target *t, const void **object,
	size_t *size);

/* Is it a name that __builtin_cpu_supports, __builtin_cpu_is or target_clones look into? (With or
 * without Mach-O's underscore.) */
bool cpu_query_is(const char *symbol);
/* The object that defines them all (runtime/select/query.c), hidden, for the target; link it before
 * other objects with constructors. It needs nothing on Linux. object: in the arena; NULL if there
 * is none for the target. returns 0, or -1 reported */
int cpu_query_make(struct arena *a, struct diags *d, const struct target *t, const void **object,
	size_t *size);

#endif
