/* The place of each object. Objects of one fate and group lie together, in the order of the walk;
 * one pass over the objects finds the size of each such bucket, a second one the places. */
#include <inttypes.h>
#include <string.h>

#include "frontend/heap/heap.h"
#include "image/image.h"
#include "image/sum.h"

static uint64_t align_up(uint64_t n, uint64_t align)
{
	return (n + align - 1) & ~(align - 1);
}

static uint8_t bucket_of(const struct heap_type *t, const struct heap_object *o)
{
	bool mutable = t->flags & PKGIMG_TYPE_MUTABLE;
	unsigned group = o->flags & OBJECT_DEPENDENT ? GROUP_DEPENDENT
			 : o->flags & OBJECT_POINTS  ? GROUP_POINTS
						     : GROUP_PLAIN;
	unsigned fate = o->flags & OBJECT_BOUND
				? (mutable ? IMG_FATE_BOUND_MUTABLE : IMG_FATE_BOUND_CONST)
			: mutable              ? IMG_FATE_MUTABLE
			: group == GROUP_PLAIN ? IMG_FATE_DATA
					       : IMG_FATE_CONST;

	return (uint8_t)(fate * GROUPS + group);
}

static void fill_buckets(struct heap *h)
{
	uint64_t copies = 0;

	for (size_t i = 0; i < h->objects.n; i++) {
		struct heap_object *o = heap_object_at(h, i);
		const struct heap_type *t = heap_type_at(h, heap_type_of(h, i));
		struct heap_bucket *b;

		for (unsigned k = 0; i == h->objects.n / 2 && k < BUCKETS; k++)
			h->buckets[k].nhalf = h->buckets[k].nobjects;
		if (i == h->objects.n / 2)
			h->copies_half = copies;
		copies += heap_copied(t, o->size);
		o->bucket = bucket_of(t, o);
		b = &h->buckets[o->bucket];
		o->place = align_up(b->size, t->align);
		b->size = o->place + o->size;
		if (t->align > b->align)
			b->align = t->align;
		b->nobjects++;
	}
}

/* the cells of roots, in the order in which they were registered */
static void place_cells(struct heap *h)
{
	for (size_t i = 0; i < h->entries.n; i++) {
		struct heap_entry *e = HEAP_AT(h->entries, struct heap_entry, i);
		struct heap_section *s =
			&h->sections[e->flags & PKGIMG_ROOT_CONST ? IMG_FATE_CONST
								  : IMG_FATE_MUTABLE];

		if (e->kind != ENTRY_ROOT)
			continue;
		e->cell = s->cells;
		s->cells += HEAP_WORD;
	}
}

/* What lies in the live heap until the file is written: the plain objects that end a section */
static void place_section(struct heap *h, unsigned fate, uint64_t *end, uint64_t *first)
{
	struct heap_section *s = &h->sections[fate];
	uint64_t at = *end + s->cells;

	s->offset = *end;
	s->made = s->cells;
	for (unsigned g = 0; g < GROUPS; g++) {
		struct heap_bucket *b = &h->buckets[fate * GROUPS + g];

		if (!b->nobjects)
			continue;
		at = align_up(at, b->align);
		b->place = at;
		b->first = *first;
		at += b->size;
		*first += b->nobjects;
		if (g != GROUP_PLAIN || fate == IMG_FATE_BOUND_CONST ||
			fate == IMG_FATE_BOUND_MUTABLE)
			s->made = at - s->offset;
	}
	s->size = at - s->offset;
	*end = align_up(at, IMG_HEAP_ALIGN);
}

/* FORMAT.md 12: what decides it does not depend on where objects lie in this process */
static int choose_base(struct heap *h)
{
	uint64_t room = h->range[1] - h->range[0], n;
	struct img_sum s;

	if (h->size > room)
		return diag_err(h->d, NOWHERE,
			"the heap has %" PRIu64 " bytes, the addresses of the platform's "
			"'heap-range' %" PRIu64,
			h->size, room);
	n = (room - h->size) / IMG_HEAP_ALIGN + 1;
	img_sum_start(&s);
	img_sum_str(&s, h->name);
	img_sum_add(&s, h->uuid, sizeof(h->uuid));
	img_sum_uint(&s, h->nobjects, 8);
	for (unsigned f = IMG_FATE_DATA; f < IMG_FATES; f++)
		img_sum_uint(&s, h->sections[f].size, 8);
	h->base = h->range[0] + img_sum_end(&s) % n * IMG_HEAP_ALIGN;
	return 0;
}

static void set_places(struct heap *h)
{
	h->shifts = heap_pages(h->objects.n * sizeof(*h->shifts));
	for (size_t i = 0; i < h->objects.n; i++) {
		struct heap_object *o = heap_object_at(h, i);

		o->place += h->buckets[o->bucket].place;
		h->shifts[i] = h->base + o->place - o->address;
		if (h->interns && heap_type_at(h, heap_type_of(h, i))->flags & PKGIMG_TYPE_INTERNED)
			h->shifts[i] |= SHIFT_INTERNED;
	}
}

int heap_lay_out(struct heap *h)
{
	uint64_t end = 0, first = 0;

	place_cells(h);
	fill_buckets(h);
	for (unsigned f = IMG_FATE_DATA; f < IMG_FATE_SCRATCH; f++)
		place_section(h, f, &end, &first);
	if (!end)
		return 0; /* no heap */
	for (size_t i = 0; i < h->entries.n; i++) {
		struct heap_entry *e = HEAP_AT(h->entries, struct heap_entry, i);

		e->cell += h->sections[e->flags & PKGIMG_ROOT_CONST ? IMG_FATE_CONST
								    : IMG_FATE_MUTABLE]
				   .offset;
	}
	h->nobjects = first;
	h->mapped = end;
	h->size = end; /* grows by scratch in emit.c; the base depends on what is mapped */
	if (choose_base(h))
		return -1;
	set_places(h);
	return 0;
}
