#include "frontend/heap/heap.h"

int heap_serialize(struct heap *h)
{
	return heap_types_finish(h) || heap_walk(h) || heap_lay_out(h) || heap_emit(h) ? -1 : 0;
}

void heap_free(struct heap *h)
{
	struct heap_array *const arrays[] = { &h->types, &h->entries, &h->methods, &h->variables,
		&h->symbols, &h->deps, &h->objects, &h->type_of, &h->edges, &h->externs, &h->weak,
		&h->copies, &h->relocs, &h->binds, &h->uses, &h->interned, &h->hooks };

	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
		heap_array_free(arrays[i]);
	heap_pages_free(h->shifts, h->objects.n * sizeof(*h->shifts));
	for (unsigned f = 0; f < IMG_FATES; f++)
		heap_pages_free(h->sections[f].bytes, h->sections[f].made);
	heap_index_free(&h->index);
}
