/* A package without native code: all its modules as one, and the tables of an image. */
#ifndef FRONTEND_DATA_ONLY_H
#define FRONTEND_DATA_ONLY_H

#include <stddef.h>

#include "frontend/build.h"

struct data_only {
	const void *bitcode, *metadata; /* in the arena; metadata is not sealed, addresses are 0 */
	size_t bitcode_size, metadata_size;
};

/* Load and link the modules as frontend_build does; nothing is optimised, no code is made.
 * returns 0, or -1 with every mistake reported; objects and archives are mistakes here */
int data_only_make(
	struct arena *a, struct diags *d, const struct build_request *r, struct data_only *out);

#endif
