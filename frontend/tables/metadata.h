/* The metadata of an image: header, directory and tables as image/FORMAT.md has them. */
#ifndef FRONTEND_METADATA_H
#define FRONTEND_METADATA_H

#include "frontend/exports.h"
#include "frontend/needs.h"
#include "frontend/package.h"
#include "frontend/target.h"
#include "image/format.h"

#define METADATA_SLOTS  "pkgimg.slots"  /* symbol: void *[nslots], one run, hidden */
#define METADATA_CHOSEN "pkgimg.chosen" /* symbol: uint32_t, hidden; root.c defines it */

/* Functions that have several versions. */
struct metadata_dispatch {
	size_t nslots;
	const char *const *functions; /* [nslots] linkage name, as an export has it */
	const char *const *entries;   /* [t->ncpus * nslots] symbol of the version of each target */
	bool self;                    /* the image has a selector (IMG_DF_SELF) */
};

/* int32_t[n] whose values the linker fills in */
struct metadata_run {
	size_t at; /* bytes from the start of the metadata */
	size_t n;
	const char *const *symbols; /* [n] whose address belongs there */
};
enum { METADATA_RUNS = 2 };

struct heap;
struct imports;

struct metadata {
	uint64_t *bytes;                         /* [size / 8], runs all zero, not sealed */
	size_t size;                             /* bytes, a multiple of 8 */
	struct metadata_run runs[METADATA_RUNS]; /* in order, not touching; n may be 0 */
	struct img_bitcode *bitcode;             /* in bytes; NULL: none */
	struct img_heap *heap;                   /* the same */
	bool has_chosen;                         /* METADATA_CHOSEN is wanted */
	bool native;                             /* other objects' symbols may be visible */
	uint32_t nmethods, nglobals, ntypes;
};

/* dispatch   NULL or with 0 slots: each function has one version
 * heap       NULL, or serialized: its tables
 * bitcode    NULL, or: there is no native code, and methods have no addresses; .size counts
 * returns 0, or -1 reported */
int metadata_build(struct arena *a, struct diags *d, const struct package *p,
	const struct target *t, struct modules *m, const struct exports *e, const struct needs *n,
	const struct imports *imports, const struct metadata_dispatch *dispatch, struct heap *heap,
	const struct img_bitcode *bitcode, struct metadata *out);

#endif
