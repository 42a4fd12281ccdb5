/* The bytes of what has pointers, with all addresses as they are when every heap is at its place;
 * and what a loader needs besides: relocations, binds, where objects begin. Plain objects are not
 * copied: they are written from where they lie (heap_stream).
 *
 * Two threads do it, each for one half of the objects. Their bytes and types lie apart; bitmaps
 * each has of its own, and lists are joined in the order of the objects: the image is the same. */
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "frontend/heap/heap.h"

enum {
	PAGE = 4096,
	WINDOW = 1 << 20,
	WORDS = 64,
	EDGES_AHEAD = 24, /* whose objects are fetched before their turn */
	SHARED = 4096,    /* objects that are worth a second thread */
};

/* ---- scratch: starts, types */

struct emitter {
	const struct heap *h;
	uint32_t from, to;                     /* objects */
	uint64_t copy;                         /* of the next that has one */
	uint8_t *starts;                       /* [mapped / 64] */
	uint16_t *types;                       /* [nobjects] */
	uint64_t ranks[BUCKETS];               /* of the next object in each bucket */
	struct heap_relocs *relocs[IMG_FATES]; /* [1 + ndependencies]; .bits NULL: none */
	uint64_t starts_size, types_size;
	struct heap_array binds, uses, hooks, overlaps; /* as those of the heap */
	uint64_t external;
};

static void note_object(struct emitter *m, uint32_t i)
{
	const struct heap *h = m->h;
	const struct heap_object *o = heap_object_at(h, i);
	const struct heap_type *t = heap_type_at(h, heap_type_of(h, i));
	uint64_t bit = o->place / IMG_HEAP_GRAIN;

	m->starts[bit / 8] |= (uint8_t)(1u << bit % 8);
	m->types[h->buckets[o->bucket].first + m->ranks[o->bucket]++] = (uint16_t)t->number;
	if (*t->hook) {
		heap_room(&m->hooks, 1, sizeof(i));
		*HEAP_AT(m->hooks, uint32_t, m->hooks.n++) = i;
	}
}

/* ---- words */

static uint64_t bitmap_size(const struct heap_section *s)
{
	return (s->size / HEAP_WORD + WORDS) / WORDS * 8;
}

/* at: of the word, in our copy of the section */
static inline void note_reloc(struct emitter *m, unsigned fate, uint32_t image, const uint8_t *at)
{
	const struct heap_section *s = &m->h->sections[fate];
	struct heap_relocs *r = &m->relocs[fate][image];
	uint64_t i = (uint64_t)(at - s->bytes) / HEAP_WORD;

	if (!r->bits)
		r->bits = heap_pages(bitmap_size(s));
	r->bits[i / WORDS] |= UINT64_C(1) << i % WORDS;
}

static uint64_t place_of(const struct emitter *m, unsigned fate, const uint8_t *at)
{
	const struct heap_section *s = &m->h->sections[fate];

	return s->offset + (uint64_t)(at - s->bytes);
}

static void note_use(struct emitter *m, uint32_t object, uint64_t place)
{
	heap_room(&m->uses, 1, sizeof(struct heap_use));
	*HEAP_AT(m->uses, struct heap_use, m->uses.n++) = (struct heap_use) { object, place };
}

static void note_bind(struct emitter *m, uint64_t place, uint32_t target, uint64_t word)
{
	const struct heap_extern *x = HEAP_AT(m->h->externs, struct heap_extern, target);

	heap_room(&m->binds, 1, sizeof(struct heap_bind));
	*HEAP_AT(m->binds, struct heap_bind, m->binds.n++) =
		(struct heap_bind) { place, target, (int64_t)(word - x->address) };
}

/* a word that leads out of this heap, or nowhere; returns what it is in the image */
static uint64_t outer_word(
	struct emitter *m, unsigned fate, const uint8_t *at, heap_edge e, uint64_t word)
{
	const struct heap *h = m->h;

	if (e == EDGE_NULL)
		return 0;
	if (e - EDGE_EXTERN < h->deps.n) {
		const struct pkgimg_dependency *d = heap_dep_at(h, e - EDGE_EXTERN);

		note_reloc(m, fate, 1 + (e - EDGE_EXTERN), at);
		m->external++;
		return word + (d->heap_base - (uint64_t)(uintptr_t)d->heap);
	}
	note_bind(m, place_of(m, fate, at), e - EDGE_EXTERN, word);
	return 0;
}

/* The word at `at` in our copy of a section, which has the live value. */
static inline void put_word(struct emitter *m, unsigned fate, uint8_t *at, heap_edge e)
{
	uint64_t word = 0;

	if (e == EDGE_KEEP)
		return;
	memcpy(&word, at, HEAP_WORD);
	if (e < EDGE_EXTERN) {
		const uint64_t shift = m->h->shifts[e];

		word += shift & ~SHIFT_INTERNED;
		note_reloc(m, fate, IMG_SELF, at);
		if (shift & SHIFT_INTERNED)
			note_use(m, e, place_of(m, fate, at));
	} else {
		word = outer_word(m, fate, at, e, word);
	}
	memcpy(at, &word, HEAP_WORD);
}

/* of the edges of the objects that come next */
static void fetch_targets(const struct heap *h, uint64_t from, uint64_t to)
{
	const heap_edge *v = h->edges.v;

	if (to > h->edges.n)
		to = h->edges.n;
	for (uint64_t i = from; i < to && i < from + EDGES_AHEAD; i++) {
		if (v[i] < EDGE_EXTERN)
			__builtin_prefetch(&h->shifts[v[i]]);
	}
}

/* live: its bytes, there or in a copy */
static void put_object(struct emitter *m, uint32_t i, const uint8_t *live)
{
	const struct heap *h = m->h;
	const struct heap_object *o = heap_object_at(h, i);
	const struct heap_type *t = heap_type_at(h, heap_type_of(h, i));
	unsigned fate = o->bucket / GROUPS;
	const struct heap_section *s = &h->sections[fate];
	uint8_t *to = s->bytes + (o->place - s->offset);
	const heap_edge *e = HEAP_AT(h->edges, heap_edge, o->edge);

	fetch_targets(h, o->edge + EDGES_AHEAD,
		(i + 1 < h->objects.n ? o[1].edge : h->edges.n) + EDGES_AHEAD);
	memcpy(to, live, o->size);
	for (uint32_t k = 0; k < t->nfixed; k++)
		put_word(m, fate, to + t->fixed[k].offset, *e++);
	if (!t->nelement)
		return;
	for (uint64_t at = t->bytes; at < o->size; at += t->element_bytes) {
		for (uint32_t k = 0; k < t->nelement; k++)
			put_word(m, fate, to + at + t->element[k].offset, *e++);
	}
}

static void put_cells(struct emitter *m)
{
	for (size_t i = 0; i < m->h->entries.n; i++) {
		const struct heap_entry *e = HEAP_AT(m->h->entries, struct heap_entry, i);
		unsigned fate = e->flags & PKGIMG_ROOT_CONST ? IMG_FATE_CONST : IMG_FATE_MUTABLE;
		const struct heap_section *s = &m->h->sections[fate];
		uint8_t *at = s->bytes + (e->cell - s->offset);

		if (e->kind != ENTRY_ROOT)
			continue;
		memcpy(at, &e->word, HEAP_WORD);
		put_word(m, fate, at, e->edge);
	}
}

/* ---- relocations: from bitmaps of whole sections to what has bits */

static void trim(struct heap_relocs *r, const struct heap_section *s)
{
	uint64_t total = s->size / HEAP_WORD, n = (total + WORDS - 1) / WORDS, from = 0, to = n;
	const uint64_t per_page = PAGE / HEAP_WORD / WORDS;

	while (!r->bits[from])
		from++;
	while (!r->bits[to - 1])
		to--;
	r->first = from * WORDS;
	r->nwords = (to * WORDS < total ? to * WORDS : total) - r->first;
	for (uint64_t i = from; i < to;) {
		uint64_t end = (i / per_page + 1) * per_page, any = 0;

		for (; i < to && i < end; i++) {
			r->count += (uint64_t)__builtin_popcountll(r->bits[i]);
			any |= r->bits[i];
		}
		r->npages += any != 0;
	}
}

static void take_relocs(struct heap *h, struct emitter *m)
{

	for (uint32_t image = 0; image <= h->deps.n; image++) {
		for (unsigned f = IMG_FATE_CONST; f < IMG_FATE_SCRATCH; f++) {
			struct heap_relocs *r = &m->relocs[f][image];

			if (!r->bits)
				continue;
			r->image = image;
			r->fate = f;
			trim(r, &h->sections[f]);
			heap_room(&h->relocs, 1, sizeof(*r));
			*HEAP_AT(h->relocs, struct heap_relocs, h->relocs.n++) = *r;
		}
	}
}

/* ---- the scratch section */

static uint64_t add_part(uint64_t *end, uint64_t n)
{
	uint64_t at = *end;

	*end = (at + n + 7) & ~(uint64_t)7;
	return at;
}

static void make_scratch(struct heap *h, const struct emitter *m)
{
	struct heap_section *s = &h->sections[IMG_FATE_SCRATCH];
	uint64_t end = h->mapped;

	s->offset = end;
	h->starts_at = add_part(&end, m->starts_size);
	h->types_at = add_part(&end, m->types_size);
	for (size_t i = 0; i < h->relocs.n; i++) {
		struct heap_relocs *r = HEAP_AT(h->relocs, struct heap_relocs, i);

		r->at = add_part(&end, (r->nwords + WORDS - 1) / WORDS * 8);
	}
	for (size_t i = 0; i < h->interned.n; i++) {
		struct heap_interned *n = HEAP_AT(h->interned, struct heap_interned, i);

		n->uses = add_part(&end, n->nuses * sizeof(uint64_t));
	}
	s->size = s->made = end - s->offset;
	s->bytes = heap_pages(s->size);
	h->size = (end + IMG_HEAP_ALIGN - 1) / IMG_HEAP_ALIGN * IMG_HEAP_ALIGN;
	memcpy(s->bytes + (h->starts_at - s->offset), m->starts, m->starts_size);
	if (m->types_size)
		memcpy(s->bytes + (h->types_at - s->offset), m->types, m->types_size);
	for (size_t i = 0; i < h->relocs.n; i++) {
		const struct heap_relocs *r = HEAP_AT(h->relocs, struct heap_relocs, i);

		memcpy(s->bytes + (r->at - s->offset), r->bits + r->first / WORDS,
			(r->nwords + WORDS - 1) / WORDS * 8);
	}
	for (size_t i = 0, k = 0; i < h->interned.n; i++) {
		const struct heap_interned *n = HEAP_AT(h->interned, struct heap_interned, i);

		for (uint32_t j = 0; j < n->nuses; j++, k++)
			memcpy(s->bytes + (n->uses - s->offset) + j * sizeof(uint64_t),
				&HEAP_AT(h->uses, struct heap_use, k)->place, sizeof(uint64_t));
	}
}

static int compare_binds(const void *a, const void *b)
{
	const struct heap_bind *x = a, *y = b;

	return x->place < y->place ? -1 : x->place > y->place;
}

/* ---- two of them */

static void start(struct emitter *m, const struct heap *h)
{
	*m = (struct emitter) { .h = h, .to = (uint32_t)h->objects.n };
	m->starts_size = h->mapped / IMG_HEAP_GRAIN / 8;
	m->starts = heap_pages(m->starts_size);
	for (unsigned f = IMG_FATE_DATA; f < IMG_FATE_SCRATCH; f++)
		m->relocs[f] = arena_array(h->a, struct heap_relocs, h->deps.n + 1);
}

static void *emit_objects(void *ctx)
{
	struct emitter *m = ctx;
	const struct heap *h = m->h;

	heap_overlaps_find(h, m->from, m->to, &m->overlaps);
	for (uint32_t i = m->from; i < m->to && !m->overlaps.n; i++) {
		const struct heap_object *o = heap_object_at(h, i);
		const struct heap_section *s = &h->sections[o->bucket / GROUPS];
		uint64_t copied = heap_copied(heap_type_at(h, heap_type_of(h, i)), o->size);

		note_object(m, i);
		if (o->place - s->offset < s->made)
			put_object(m, i,
				copied ? HEAP_AT(h->copies, uint8_t, m->copy)
				       : (const uint8_t *)(uintptr_t)o->address);
		m->copy += copied;
	}
	return NULL;
}

static void join_bits(uint64_t *to, const uint64_t *from, uint64_t bytes)
{
	for (uint64_t i = 0; i < bytes / sizeof(*to); i++)
		to[i] |= from[i];
}

static void join_array(struct heap_array *to, const struct heap_array *from, size_t size)
{
	if (!from->n)
		return;
	heap_room(to, from->n, size);
	memcpy((char *)to->v + to->n * size, from->v, from->n * size);
	to->n += from->n;
}

/* the second half behind the first */
static void join(struct emitter *m, struct emitter *second)
{
	const struct heap *h = m->h;

	for (uint64_t i = 0; i < m->starts_size; i++)
		m->starts[i] |= second->starts[i];
	for (unsigned f = IMG_FATE_DATA; f < IMG_FATE_SCRATCH; f++) {
		for (size_t i = 0; i <= h->deps.n; i++) {
			uint64_t **bits = &m->relocs[f][i].bits, *other = second->relocs[f][i].bits;

			if (*bits && other)
				join_bits(*bits, other, bitmap_size(&h->sections[f]));
			if (*bits)
				continue;
			*bits = other;
			second->relocs[f][i].bits = NULL;
		}
	}
	join_array(&m->binds, &second->binds, sizeof(struct heap_bind));
	join_array(&m->uses, &second->uses, sizeof(struct heap_use));
	join_array(&m->hooks, &second->hooks, sizeof(uint32_t));
	join_array(&m->overlaps, &second->overlaps, sizeof(struct heap_overlap));
	m->external += second->external;
}

static void finish(struct emitter *m)
{
	const struct heap *h = m->h;

	heap_pages_free(m->starts, m->starts_size);
	for (unsigned f = IMG_FATE_DATA; f < IMG_FATE_SCRATCH; f++) {
		for (size_t i = 0; i <= h->deps.n; i++)
			heap_pages_free(m->relocs[f][i].bits, bitmap_size(&h->sections[f]));
	}
	heap_array_free(&m->overlaps);
}

/* the second half of the objects by another thread, if there is one to be had */
static void emit_halves(struct emitter *m)
{
	const struct heap *h = m->h;
	struct emitter second;
	pthread_t thread;

	if (h->objects.n >= SHARED) {
		start(&second, h);
		second.types = m->types;
		second.from = m->to / 2;
		second.copy = h->copies_half;
		for (unsigned k = 0; k < BUCKETS; k++)
			second.ranks[k] = h->buckets[k].nhalf;
		if (!pthread_create(&thread, NULL, emit_objects, &second)) {
			m->to = second.from;
			emit_objects(m);
			pthread_join(thread, NULL);
			join(m, &second);
			heap_array_free(&second.binds);
			heap_array_free(&second.uses);
			heap_array_free(&second.hooks);
			finish(&second);
			return;
		}
		finish(&second);
	}
	emit_objects(m);
}

static int take_lists(struct heap *h, struct emitter *m)
{
	h->binds = m->binds;
	h->uses = m->uses;
	h->hooks = m->hooks;
	h->external = m->external;
	if (heap_overlaps_tell(h, &m->overlaps))
		return -1;
	if (h->binds.n)
		qsort(h->binds.v, h->binds.n, sizeof(struct heap_bind), compare_binds);
	take_relocs(h, m);
	if (heap_intern(h))
		return -1;
	make_scratch(h, m);
	return 0;
}

int heap_emit(struct heap *h)
{
	double begin = clock_ms();
	struct emitter m;
	int failed;

	if (!h->mapped)
		return 0;
	for (unsigned f = IMG_FATE_DATA; f < IMG_FATE_SCRATCH; f++)
		h->sections[f].bytes = heap_pages(h->sections[f].made);
	start(&m, h);
	m.types_size = h->nobjects * sizeof(uint16_t);
	m.types = heap_pages(m.types_size);
	put_cells(&m);
	emit_halves(&m);
	heap_array_free(&h->copies);
	failed = take_lists(h, &m);
	heap_pages_free(m.types, m.types_size);
	finish(&m);
	h->emit_ms = clock_ms() - begin;
	return failed;
}

/* ---- in the order of the file */

/* A window that gathers small pieces; large ones go through as they are. */
struct stream {
	heap_put_fn *put;
	void *ctx;
	uint8_t *window;
	size_t n;
	uint64_t at; /* in the heap, behind the window */
};

static int flush(struct stream *s)
{
	int failed = s->n ? s->put(s->ctx, s->window, s->n) : 0;

	s->n = 0;
	return failed;
}

static int put(struct stream *s, const void *data, uint64_t n)
{
	s->at += n;
	if (n > WINDOW - s->n) {
		int failed = flush(s);

		if (failed || n >= WINDOW)
			return failed ? failed : s->put(s->ctx, data, n);
	}
	if (n)
		memcpy(s->window + s->n, data, n);
	s->n += n;
	return 0;
}

static int put_zeros(struct stream *s, uint64_t end)
{
	static const uint8_t zeros[PAGE];
	int failed = 0;

	while (!failed && s->at < end)
		failed = put(s, zeros, end - s->at < PAGE ? end - s->at : PAGE);
	return failed;
}

/* the live objects of a bucket, in their order */
static int put_bucket(struct stream *s, const struct heap *h, unsigned bucket)
{
	uint64_t left = h->buckets[bucket].nobjects;
	int failed = 0;

	for (size_t i = 0; i < h->objects.n && left && !failed; i++) {
		const struct heap_object *o = heap_object_at(h, i);
		const uint8_t *from = (const uint8_t *)(uintptr_t)o->address;

		if (o->bucket != bucket)
			continue;
		left--;
		failed = put_zeros(s, o->place);
		if (!failed)
			failed = put(s, from, o->size);
	}
	return failed;
}

int heap_stream(const struct heap *h, heap_put_fn *put_to, void *ctx)
{
	struct stream s = { put_to, ctx, heap_pages(WINDOW), 0, 0 };
	int failed = 0;

	for (unsigned f = IMG_FATE_DATA; f < IMG_FATES && !failed; f++) {
		const struct heap_section *x = &h->sections[f];

		if (!x->size)
			continue;
		failed = put_zeros(&s, x->offset);
		if (!failed)
			failed = put(&s, x->bytes, x->made);
		if (!failed && x->size > x->made)
			failed = put_bucket(&s, h, f * GROUPS + GROUP_PLAIN);
	}
	if (!failed)
		failed = put_zeros(&s, h->size);
	if (!failed)
		failed = flush(&s);
	heap_pages_free(s.window, WINDOW);
	return failed;
}
