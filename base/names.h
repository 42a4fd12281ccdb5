/* A set of names that numbers them: the first one added is 0, the next new one 1, and so on. */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define NAMES_NONE SIZE_MAX

struct names {
	struct arena *mem;
	const char **v; /* [n], borrowed from those who added them */
	size_t n, cap;
	uint32_t *slots; /* open addressing, number + 1; 0 = free */
	size_t nslots;   /* a power of two */
};

/* the number of a name; `s` is kept, not copied, when it is new */
size_t names_add(struct names *t, const char *s);
/* the number, or NAMES_NONE */
size_t names_find(const struct names *t, const char *s);

#endif
