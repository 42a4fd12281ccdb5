/* Types of all inputs -> one table of the image, each type once. */
#ifndef FRONTEND_TYPES_H
#define FRONTEND_TYPES_H

#include "frontend/exports.h"
#include "frontend/tables/strings.h"
#include "image/image.h"

struct type_table {
	struct img_type *types;
	struct img_member *members;
	uint32_t ntypes, nmembers;
	const uint32_t *const
		*index; /* [input][type of its ll_debug] -> the image's, 0 if left out */
};

/* In the image are the types that exports use, and every complete type with a name.
 * returns 0, or -1 when there are more than an image can hold */
int types_build(
	struct modules *m, const struct exports *e, struct strings *s, struct type_table *out);

#endif
