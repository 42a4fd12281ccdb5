/* Interned objects: each behind those it refers to, with the uses of each, and what they are as a
 * number (FORMAT.md 14). */
#include <inttypes.h>
#include <string.h>

#include "frontend/heap/heap.h"
#include "image/image.h"
#include "image/sum.h"

/* a step of the way down: an object whose words from `word` on are to be visited */
struct step {
	uint32_t object;
	uint64_t word;
};

struct order {
	struct heap *h;
	struct heap_array steps;
	uint32_t *ordinal; /* [objects.n] 1 + in h->interned; 0: not yet, OPEN: on the way */
};
#define OPEN UINT32_MAX

static bool is_interned(const struct heap *h, heap_edge e)
{
	return e < EDGE_EXTERN && heap_type_at(h, heap_type_of(h, e))->flags & PKGIMG_TYPE_INTERNED;
}

static void push(struct order *o, uint32_t object)
{
	heap_room(&o->steps, 1, sizeof(struct step));
	*HEAP_AT(o->steps, struct step, o->steps.n++) = (struct step) { object, 0 };
	o->ordinal[object] = OPEN;
}

static void close_step(struct order *o, uint32_t object)
{
	struct heap *h = o->h;

	o->steps.n--;
	heap_room(&h->interned, 1, sizeof(struct heap_interned));
	*HEAP_AT(h->interned, struct heap_interned, h->interned.n++) =
		(struct heap_interned) { .object = object };
	o->ordinal[object] = (uint32_t)h->interned.n;
}

static int visit(struct order *o, uint32_t object)
{
	struct heap *h = o->h;

	push(o, object);
	while (o->steps.n) {
		struct step *s = HEAP_AT(o->steps, struct step, o->steps.n - 1);
		const struct heap_object *x = heap_object_at(h, s->object);
		const struct heap_type *t = heap_type_at(h, heap_type_of(h, s->object));
		uint64_t n = heap_words(t, x->size), offset;
		heap_edge next = EDGE_KEEP;

		for (; s->word < n && next == EDGE_KEEP; s->word++) {
			heap_edge e = *HEAP_AT(h->edges, heap_edge, x->edge + s->word);

			if (heap_word_at(t, s->word, &offset)->kind == PKGIMG_STRONG &&
				is_interned(h, e))
				next = e;
		}
		if (next == EDGE_KEEP) {
			close_step(o, s->object);
		} else if (o->ordinal[next] == OPEN) {
			return diag_err(h->d, NOWHERE,
				"%s: an interned object refers to itself; equal ones could not be "
				"told",
				heap_path(h, s->object, s->word - 1));
		} else if (!o->ordinal[next]) {
			push(o, next);
		}
	}
	return 0;
}

static int compare_uses(const void *a, const void *b)
{
	const struct heap_use *x = a, *y = b;

	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

int heap_intern(struct heap *h)
{
	struct order o = { .h = h };
	int failed = 0;

	if (!h->interns)
		return 0;
	o.ordinal = calloc(h->objects.n + 1, sizeof(*o.ordinal));
	if (!o.ordinal)
		diag_fatal("out of memory: %zu objects", h->objects.n);
	for (uint32_t i = 0; i < h->objects.n && !failed; i++) {
		if (is_interned(h, i) && !o.ordinal[i])
			failed = visit(&o, i);
	}
	if (!failed) {
		for (size_t i = 0; i < h->uses.n; i++) {
			struct heap_use *u = HEAP_AT(h->uses, struct heap_use, i);

			u->object = o.ordinal[u->object] - 1;
			HEAP_AT(h->interned, struct heap_interned, u->object)->nuses++;
		}
		if (h->uses.n)
			qsort(h->uses.v, h->uses.n, sizeof(struct heap_use), compare_uses);
	}
	free(o.ordinal);
	heap_array_free(&o.steps);
	return failed;
}

/* ---- hashes */

static uint64_t hash_dependency(const struct heap *h, heap_edge e, uint64_t word)
{
	const struct pkgimg_dependency *d = heap_dep_at(h, e - EDGE_EXTERN);
	struct img_sum s;

	img_sum_start(&s);
	img_sum_str(&s, d->name);
	img_sum_add(&s, d->uuid, sizeof(d->uuid));
	img_sum_uint(&s, word - (uint64_t)(uintptr_t)d->heap, 8);
	return img_sum_end(&s);
}

/* what a strong word is in the hash; ordinal: of each object */
static uint64_t word_hash(const struct heap *h, const uint32_t *ordinal, heap_edge e, uint64_t word)
{
	if (e < EDGE_EXTERN)
		return HEAP_AT(h->interned, struct heap_interned, ordinal[e])->hash +
		       (word - heap_object_at(h, e)->address);
	if (e == EDGE_KEEP || e == EDGE_NULL)
		return word;
	return hash_dependency(h, e, word);
}

static uint64_t hash(
	const struct heap *h, const uint32_t *ordinal, uint32_t object, uint64_t digest)
{
	const struct heap_object *o = heap_object_at(h, object);
	const struct heap_type *t = heap_type_at(h, heap_type_of(h, object));
	const uint8_t *live = (const uint8_t *)(uintptr_t)o->address;
	uint64_t n = heap_words(t, o->size), offset;
	uint8_t *copy = malloc(o->size);
	struct img_sum s;

	if (!copy)
		diag_fatal("out of memory: %" PRIu64 " bytes wanted", o->size);
	memcpy(copy, live, o->size);
	img_sum_start(&s);
	img_sum_uint(&s, digest, 8);
	for (uint64_t i = 0; i < n; i++) {
		heap_word_at(t, i, &offset);
		memset(copy + offset, 0, HEAP_WORD);
	}
	img_sum_add(&s, copy, o->size);
	for (uint64_t i = 0; i < n; i++) {
		uint64_t word = 0;

		if (heap_word_at(t, i, &offset)->kind != PKGIMG_STRONG)
			continue;
		memcpy(&word, live + offset, HEAP_WORD);
		img_sum_uint(&s,
			word_hash(h, ordinal, *HEAP_AT(h->edges, heap_edge, o->edge + i), word), 8);
	}
	free(copy);
	return img_sum_end(&s);
}

void heap_hash_interned(struct heap *h, const uint64_t *digests)
{
	uint32_t *ordinal = calloc(h->objects.n + 1, sizeof(*ordinal));

	if (!ordinal)
		diag_fatal("out of memory: %zu objects", h->objects.n);
	for (uint32_t i = 0; i < h->interned.n; i++) {
		struct heap_interned *n = HEAP_AT(h->interned, struct heap_interned, i);

		ordinal[n->object] = i;
		n->hash = hash(h, ordinal, n->object, digests[heap_type_of(h, n->object)]);
	}
	free(ordinal);
}
