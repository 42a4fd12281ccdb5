#include "frontend/heap/heap.h"

#include <sys/mman.h>

int heap_serialize(struct heap *h)
{
	return heap_types_finish(h) || heap_walk(h) || heap_lay_out(h) || heap_emit(h) ? -1 : 0;
}

void heap_free(struct heap *h)
{
	struct heap_array *const arrays[] = { &h->types, &h->entries, &h->methods, &h->variables,
		&h->symbols, &h->deps, &h->objects, &h->type_of, &h->edges, &h->externs, &h->weak,
		&h->relocs, &h->binds, &h->uses, &h->interned, &h->hooks };

	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
		free(arrays[i]->v);
	for (unsigned f = 0; f < IMG_FATES; f++) {
		if (h->sections[f].bytes)
			munmap(h->sections[f].bytes, h->sections[f].made);
	}
	heap_index_free(&h->index);
}
