/* The string table of an image in the making: each string once, UTF-8 as the format wants it. */
#ifndef FRONTEND_STRINGS_H
#define FRONTEND_STRINGS_H

#include <stdbool.h>

#include "base/names.h"

struct strings {
	struct arena *mem;
	struct names names;
	uint32_t *offset; /* [names.n] */
	char *bytes;      /* [n], the empty string first */
	size_t n, cap_offset, cap_bytes;
	bool full; /* past 4 GiB: the rest is missing */
};

void strings_init(struct strings *s, struct arena *mem);
/* its place in the table; bytes that are no UTF-8 become '?' */
uint32_t strings_add(struct strings *s, const char *text);

#endif
