/* The metadata of an image: header, directory and tables as image/FORMAT.md has them. */
#ifndef FRONTEND_METADATA_H
#define FRONTEND_METADATA_H

#include "frontend/exports.h"
#include "frontend/needs.h"
#include "frontend/package.h"
#include "frontend/target.h"

struct metadata {
	uint64_t *bytes;     /* [size / 8], addresses all zero, not sealed */
	size_t size;         /* bytes, a multiple of 8 */
	size_t addresses_at; /* bytes: int32_t[naddresses], the last table */
	size_t naddresses;
	const char **symbols; /* [naddresses] whose address belongs there */
	uint32_t nmethods, nglobals, ntypes;
};

/* returns 0, or -1 reported */
int metadata_build(struct arena *a, struct diags *d, const struct package *p,
	const struct target *t, struct modules *m, const struct exports *e, const struct needs *n,
	struct metadata *out);

#endif
