/* The heap part of an image in the making: what comes before its tables are made, and what comes
 * behind the link. */
#ifndef FRONTEND_HEAP_APPEND_H
#define FRONTEND_HEAP_APPEND_H

#include "frontend/heap/heap.h"
#include "frontend/package.h"
#include "frontend/tables/metadata.h"
#include "frontend/target.h"

/* Walk the heap and lay it out for the package and its target. returns 0, or -1 reported */
int heap_prepare(struct heap *h, const struct package *p, const struct target *t);

/* What is linked with the image so that it can hold the heap: an object for Mach-O, where a
 * signature has to cover it.
 * out      IR text in the arena, or NULL: nothing
 * returns  0, or -1 reported: no file of the kind can hold it */
int heap_room_ir(const struct heap *h, const struct target *t, const char **out);

/* For driver_run_options.before_publish: the heap behind the linked library, then the seal. */
struct heap_seal {
	struct loc at;
	const struct heap *heap; /* NULL, or without a heap part: only the seal */
};
int heap_seal_image(void *ctx, struct diags *d, const char *path, const struct ll_sums *sums);

/* A file of data alone: metadata, bitcode, heap; sealed. The metadata says where they are.
 * h        NULL: there is none
 * returns 0, or -1 reported; then no file is there */
int heap_write_data(struct arena *a, struct diags *d, const struct heap *h,
	const struct metadata *meta, const void *bitcode, const struct job_word *output);

#endif
