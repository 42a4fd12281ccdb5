/* Objects that lie in each other: a host that describes an object in the middle of another one
 * would get both twice over. */
#include <inttypes.h>

#include "frontend/heap/heap.h"

enum { AHEAD = 32 }; /* objects whose slots are fetched before their turn */

/* The first object that begins behind the first 8 bytes of this one, or none. slot: its own */
static const uint32_t *inner_of(
	const struct heap *h, const struct heap_object *o, const uint32_t *slot)
{
	uint64_t end = o->address + o->size, page = o->address | (HEAP_PAGE - 1);
	uint64_t at = o->address + IMG_HEAP_GRAIN;

	for (slot++;; slot = heap_index_find(&h->index, at), page += HEAP_PAGE) {
		for (; slot && at < end && at <= page; at += IMG_HEAP_GRAIN, slot++) {
			if (*slot)
				return slot;
		}
		if (page >= end - 1)
			return NULL;
		at = page + 1;
	}
}

void heap_overlaps_find(const struct heap *h, uint32_t from, uint32_t to, struct heap_array *out)
{
	const uint32_t *slots[AHEAD], *inner;
	uint32_t found = from;

	for (uint32_t i = from; i < to && out->n < HEAP_ERRORS; i++) {
		for (; found < to && found < i + AHEAD; found++) {
			slots[found % AHEAD] =
				heap_index_find(&h->index, heap_object_at(h, found)->address);
			__builtin_prefetch(slots[found % AHEAD]);
		}
		inner = inner_of(h, heap_object_at(h, i), slots[i % AHEAD]);
		if (!inner)
			continue;
		heap_room(out, 1, sizeof(struct heap_overlap));
		*HEAP_AT(*out, struct heap_overlap, out->n++) =
			(struct heap_overlap) { i, *inner - 1 };
	}
}

int heap_overlaps_tell(const struct heap *h, const struct heap_array *found)
{
	for (size_t i = 0; i < found->n && i < HEAP_ERRORS; i++) {
		const struct heap_overlap *p = HEAP_AT(*found, struct heap_overlap, i);
		const struct heap_object *a = heap_object_at(h, p->outer);
		const struct heap_object *b = heap_object_at(h, p->inner);

		diag_err(h->d, NOWHERE,
			"%s: leads to a '%s' at 0x%" PRIx64 ", %" PRIu64
			" bytes, and %s to a '%s' at 0x%" PRIx64
			", which begins in it; objects must not overlap",
			heap_path(h, a->parent, a->via),
			heap_type_at(h, heap_type_of(h, p->outer))->name, a->address, a->size,
			heap_path(h, b->parent, b->via),
			heap_type_at(h, heap_type_of(h, p->inner))->name, b->address);
	}
	return found->n ? -1 : 0;
}
