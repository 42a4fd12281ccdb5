/* What the heap says in the metadata of its image. */
#ifndef FRONTEND_HEAP_TABLES_H
#define FRONTEND_HEAP_TABLES_H

#include "frontend/heap/heap.h"
#include "frontend/tables/strings.h"
#include "frontend/tables/types.h"

/* The rest of the metadata as the heap's tables need it. */
struct heap_link {
	struct strings *strings;
	struct type_table *types;
	void *ctx;
	/* index of a method or a global by its linkage name; UINT32_MAX: there is none */
	uint32_t (*method)(void *ctx, const char *symbol);
	uint32_t (*global)(void *ctx, const char *symbol);
	/* img_variable.address of a symbol */
	uint32_t (*variable)(void *ctx, const char *symbol);
	/* take a table; its entries live as long as the arena of the heap */
	void (*table)(void *ctx, uint32_t kind, const void *v, size_t n, size_t entry_size);
};

/* All tables from IMG_HEAP to IMG_INSERTS, and IMG_DEPENDENCIES. returns 0, or -1 reported */
int heap_put_tables(struct heap *h, const struct heap_link *l);

#endif
