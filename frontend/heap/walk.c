/* From the entries to every object. The table of objects is the queue as well: nothing recurses,
 * and an object's edges lie in the order of its words, behind those of the object before it. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "frontend/heap/heap.h"

enum {
	LINE = 40,   /* from there on an object may lie in another cache line */
	BATCH = 128, /* words */
};

/* a weak reference: what it leads to is known when all objects are */
struct heap_weak {
	uint64_t edge, word;
};

/* where a word was found */
struct place {
	uint32_t object; /* HEAP_ENTRY: entry number `via` */
	uint64_t via;
};

static const char *path_of(const struct heap *h, const struct place *at)
{
	return heap_path(h, at->object, at->via);
}

static heap_edge bad(struct heap *h)
{
	h->errors++;
	return EDGE_KEEP;
}

/* ---- references out of this heap */

/* the dependency in whose heap the address is, or -1 */
static int dependency_of(const struct heap *h, uint64_t address)
{
	for (size_t i = 0; i < h->deps.n; i++) {
		const struct pkgimg_dependency *d = heap_dep_at(h, i);
		uint64_t start = (uint64_t)(uintptr_t)d->heap;

		if (d->heap && address >= start && address - start < d->heap_size)
			return (int)i;
	}
	return -1;
}

static int compare_symbols(const void *a, const void *b)
{
	const struct heap_symbol *x = a, *y = b;

	return x->address != y->address ? (x->address < y->address ? -1 : 1)
					: strcmp(x->name, y->name);
}

/* the host's word on live addresses of code: the last symbol at or before it */
static const struct heap_symbol *symbol_of(const struct heap *h, uint64_t address)
{
	const struct heap_symbol *v = h->symbols.v, *s;
	size_t lo = 0, hi = h->symbols.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (v[mid].address <= address)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo)
		return NULL;
	s = &v[lo - 1];
	return address - s->address < (s->bytes ? s->bytes : 1) ? s : NULL;
}

static heap_edge add_extern(struct heap *h, const struct heap_extern *x)
{
	const struct heap_extern *v = h->externs.v;

	for (size_t i = h->deps.n; i < h->externs.n; i++) {
		if (v[i].address == x->address && v[i].kind == x->kind)
			return EDGE_EXTERN + (heap_edge)i;
	}
	heap_room(&h->externs, 1, sizeof(*x));
	*HEAP_AT(h->externs, struct heap_extern, h->externs.n) = *x;
	return EDGE_EXTERN + (heap_edge)h->externs.n++;
}

/* EDGE_KEEP: the address is not of code */
static heap_edge code_edge(struct heap *h, uint64_t address)
{
	const struct heap_symbol *s = symbol_of(h, address);

	if (s)
		return add_extern(h, &(struct heap_extern) { s->host ? EXTERN_HOST : EXTERN_SYMBOL,
					     0, false, s->name, s->address });
	for (size_t i = 0; i < h->deps.n; i++) {
		const struct pkgimg_dependency *d = heap_dep_at(h, i);
		uint64_t offset = 0;
		int function = 0;
		const char *name =
			d->symbol ? d->symbol(d, (void *)(uintptr_t)address, &offset, &function)
				  : NULL;

		if (!name)
			continue;
		h->dep_used[i] = true;
		return add_extern(
			h, &(struct heap_extern) { EXTERN_CODE, (uint32_t)i, function != 0,
				   str_dup(h->a, name), address - offset });
	}
	return EDGE_KEEP;
}

/* ---- objects */

/* size of the object, with its elements; 0 reported */
static uint64_t measure(struct heap *h, const struct heap_object *o, const struct heap_type *t)
{
	const struct place at = { o->parent, o->via };
	uint64_t count = 0, size = t->bytes;

	if ((o->address & 4095) + t->bytes > 4096 &&
		!heap_readable(&h->index, o->address, t->bytes))
		goto unmapped;
	if (!t->count_size)
		return size;
	if (t->count_size == sizeof(count))
		memcpy(&count, (char *)(uintptr_t)o->address + t->count_at, sizeof(count));
	else
		memcpy(&count, (char *)(uintptr_t)o->address + t->count_at, t->count_size);
	if (count > (UINT64_C(1) << 48) / t->element_bytes) {
		diag_err(h->d, NOWHERE,
			"%s: the '%s' at 0x%" PRIx64 " says that it has %" PRIu64
			" elements; is it one?",
			path_of(h, &at), t->name, o->address, count);
		return 0;
	}
	size += count * t->element_bytes;
	if ((o->address & 4095) + size <= 4096 || heap_readable(&h->index, o->address, size))
		return size;
unmapped:
	diag_err(h->d, NOWHERE,
		"%s: the '%s' at 0x%" PRIx64 ", %" PRIu64
		" bytes, goes beyond the memory that is there; is it one?",
		path_of(h, &at), t->name, o->address, size);
	return 0;
}

/* for as many objects, and as many words */
static void make_room(struct heap *h, uint32_t n)
{
	heap_room(&h->objects, n, sizeof(struct heap_object));
	heap_room(&h->type_of, n, sizeof(uint16_t));
	heap_room(&h->edges, n, sizeof(heap_edge));
	heap_room(&h->copies, n * (size_t)HEAP_COPIED, 1);
}

static void copy_object(struct heap *h, const struct heap_object *o, const struct heap_type *t)
{
	uint64_t n = heap_copied(t, o->size);

	if (n)
		memcpy(HEAP_AT(h->copies, uint8_t, h->copies.n), (void *)(uintptr_t)o->address,
			o->size);
	h->copies.n += n;
}

/* There is room for it. */
static heap_edge add_object(
	struct heap *h, uint64_t address, uint16_t type, uint32_t *slot, const struct place *at)
{
	const struct heap_type *t = heap_type_at(h, type);
	struct heap_object *o = heap_object_at(h, h->objects.n);
	size_t n = h->objects.n;

	if (n >= EDGE_EXTERN) {
		h->errors = HEAP_ERRORS;
		diag_err(h->d, NOWHERE, "there are more than %u objects, an image holds no more",
			EDGE_EXTERN);
		return EDGE_KEEP;
	}
	*o = (struct heap_object) {
		.address = address, .parent = at->object, .via = (uint32_t)at->via
	};
	*HEAP_AT(h->type_of, uint16_t, n) = type;
	h->objects.n = h->type_of.n = n + 1;
	*slot = (uint32_t)n + 1;
	o->size = measure(h, o, t);
	h->errors += !o->size;
	copy_object(h, o, t);
	return (heap_edge)n;
}

static heap_edge nowhere(struct heap *h, uint64_t word, const struct place *at)
{
	diag_err(h->d, NOWHERE,
		"%s: points to 0x%" PRIx64 ", which is in no object, no module and no dependency",
		path_of(h, at), word);
	return bad(h);
}

/* what the host says about an address that no field tells the type of; slot: of the address, if
 * that is known */
static heap_edge described(
	struct heap *h, uint64_t address, uint32_t *slot, bool weak, const struct place *at)
{
	struct pkgimg_build_object o = { 0 };
	uint64_t start;

	if (!h->describe || !h->describe(h->describe_ctx, (void *)(uintptr_t)address, &o))
		return weak ? EDGE_NULL : nowhere(h, address, at);
	start = (uint64_t)(uintptr_t)o.start;
	if (o.type >= h->types.n || start > address || start % IMG_HEAP_GRAIN) {
		diag_err(h->d, NOWHERE,
			"%s: 0x%" PRIx64 " was described as in an object at 0x%" PRIx64
			" of type number %u; it wants a registered type and a start at or before "
			"the address that is a multiple of %d",
			path_of(h, at), address, start, o.type, IMG_HEAP_GRAIN);
		return bad(h);
	}
	if (start != address || !slot)
		slot = heap_index_slot(&h->index, start);
	if (!slot)
		return nowhere(h, address, at);
	if (*slot)
		return *slot - 1;
	return weak ? EDGE_NULL : add_object(h, start, (uint16_t)o.type, slot, at);
}

static heap_edge check_pointee(
	struct heap *h, heap_edge e, uint16_t pointee, uint64_t address, const struct place *at)
{
	uint16_t got = heap_type_of(h, e);

	if (pointee == HEAP_NO_TYPE || pointee == got)
		return e;
	diag_err(h->d, NOWHERE, "%s: points to a '%s' at 0x%" PRIx64 ", but its field wants a '%s'",
		path_of(h, at), heap_type_at(h, got)->name, address,
		heap_type_at(h, pointee)->name);
	return bad(h);
}

/* where an address leads that is not null; slot: of it, if that is known */
static heap_edge reach(
	struct heap *h, uint64_t address, uint32_t *slot, uint16_t pointee, const struct place *at)
{
	heap_edge e;
	int dep;

	if (address % IMG_HEAP_GRAIN == 0) {
		if (!slot)
			slot = heap_index_slot(&h->index, address);
		if (slot && *slot)
			return check_pointee(h, *slot - 1, pointee, address, at);
	}
	dep = h->deps.n ? dependency_of(h, address) : -1;
	if (dep >= 0) {
		h->dep_used[dep] = true;
		return EDGE_EXTERN + (heap_edge)dep;
	}
	if (h->symbols.n || (h->deps.n && pointee == HEAP_NO_TYPE)) {
		e = code_edge(h, address);
		if (e != EDGE_KEEP)
			return e;
	}
	if (pointee == HEAP_NO_TYPE)
		return described(h, address, slot, false, at);
	return slot ? add_object(h, address, pointee, slot, at) : nowhere(h, address, at);
}

/* is the word a reference, and with which tag */
static inline bool is_reference(const struct heap *h, uint64_t word, uint64_t *tag)
{
	const struct pkgimg_pattern *p = h->patterns;

	for (size_t i = 0; i < h->npatterns; i++, p++) {
		if ((word & p->mask) != p->tag)
			continue;
		*tag = p->tag;
		return word != p->tag;
	}
	return false;
}

static heap_edge code_word(struct heap *h, uint64_t word, const struct place *at)
{
	heap_edge e = word ? code_edge(h, word) : EDGE_NULL;

	if (e != EDGE_KEEP)
		return e;
	diag_err(h->d, NOWHERE,
		"%s: points to 0x%" PRIx64
		", which is no code that a module, the host or a dependency is known to have",
		path_of(h, at), word);
	return bad(h);
}

/* a word that was read */
struct word {
	const struct heap_word *w; /* NULL: no reference */
	uint64_t address;
	uint32_t *slot; /* NULL if it is not known yet, or not to be looked at */
};

static inline void look_at(
	const struct heap *h, const struct heap_word *w, uint64_t word, struct word *out)
{
	uint64_t tag = 0;

	*out = (struct word) { w, word, NULL };
	if (w->kind != PKGIMG_STRONG && w->kind != PKGIMG_WEAK)
		return;
	if (!is_reference(h, word, &tag)) {
		out->w = NULL;
		return;
	}
	out->address = word - tag;
	if (w->kind == PKGIMG_STRONG && out->address % IMG_HEAP_GRAIN == 0)
		out->slot = heap_index_find(&h->index, out->address);
}

static heap_edge edge_of(struct heap *h, const struct word *x, const struct place *at)
{
	if (!x->w)
		return EDGE_KEEP;
	if (x->w->kind == PKGIMG_TRANSIENT)
		return EDGE_NULL;
	if (x->w->kind == PKGIMG_CODE)
		return code_word(h, x->address, at);
	if (x->w->kind == PKGIMG_STRONG)
		return reach(h, x->address, x->slot, x->w->pointee, at);
	heap_room(&h->weak, 1, sizeof(struct heap_weak));
	*HEAP_AT(h->weak, struct heap_weak, h->weak.n++) =
		(struct heap_weak) { heap_object_at(h, at->object)->edge + at->via, x->address };
	return EDGE_NULL;
}

static void check_interned(struct heap *h, heap_edge e, const struct place *at)
{
	if (e >= EDGE_EXTERN ? e == EDGE_NULL || e == EDGE_KEEP || e - EDGE_EXTERN < h->deps.n
			     : heap_type_at(h, heap_type_of(h, e))->flags & PKGIMG_TYPE_INTERNED)
		return;
	diag_err(h->d, NOWHERE,
		"%s: an interned object refers to something of this process; it may refer to "
		"interned objects and to dependencies only",
		path_of(h, at));
	h->errors++;
}

/* ---- the words of all objects, one after the other
 *
 * A heap is larger than caches, and each pointer leads to another place in the index, maybe to an
 * object that nothing was read of. So words are taken in batches, three times: they are read, and
 * their slots fetched; the objects of empty slots are fetched; they become edges. */

/* the pointer words of an object */
struct cursor {
	const char *at; /* the fixed part, then an element */
	const struct heap_type *t;
	const struct heap_word *w; /* the next */
	uint64_t nwords;           /* from there on, of this part */
	uint64_t left, step;       /* bytes of elements; to the next part */
	uint32_t pitch; /* from a word to the next of `at`, with the same `w`; 0: next `w` */
};

/* live: its bytes, there or in a copy */
static void cursor_start(
	struct cursor *c, const struct heap_object *o, const struct heap_type *t, const char *live)
{
	*c = (struct cursor) { live, t, t->fixed, o->size ? t->nfixed : 0,
		o->size && t->nelement ? o->size - t->bytes : 0, t->bytes, 0 };
}

static bool cursor_has_word(struct cursor *c)
{
	while (!c->nwords) {
		if (!c->left)
			return false;
		c->at += c->step;
		c->step = c->t->element_bytes;
		c->w = c->t->element;
		if (c->step == HEAP_WORD) { /* elements that are a pointer each: all in one part */
			c->pitch = HEAP_WORD;
			c->nwords = c->left / HEAP_WORD;
			c->left = 0;
			return true;
		}
		c->left -= c->step;
		c->nwords = c->t->nelement;
	}
	return true;
}

static inline void cursor_next(struct cursor *c)
{
	c->nwords--;
	c->at += c->pitch;
	c->w += c->pitch == 0;
}

struct reader {
	struct word words[BATCH];
	uint32_t nwords;
	uint32_t first, next; /* objects: of the first word; behind that of the last */
	uint64_t copy;        /* of the next that has one */
	struct cursor c;
};

/* returns false if there are no more objects for now, or too many errors */
static bool next_object(struct heap *h, struct reader *r)
{
	struct heap_object *o = heap_object_at(h, r->next);
	const struct heap_type *t;
	uint64_t copied;

	if (r->next >= h->objects.n || h->errors >= HEAP_ERRORS)
		return false;
	t = heap_type_at(h, heap_type_of(h, r->next));
	copied = heap_copied(t, o->size);
	o->edge = h->edges.n + r->nwords;
	cursor_start(&r->c, o, t,
		copied ? HEAP_AT(h->copies, char, r->copy) : (const char *)(uintptr_t)o->address);
	r->copy += copied;
	r->next++;
	return true;
}

/* words of this part of the object, as many as the batch holds */
static void read_part(const struct heap *h, struct reader *r)
{
	struct cursor c = r->c;
	struct word *x = &r->words[r->nwords];
	uint32_t room = BATCH - r->nwords, n = c.nwords < room ? (uint32_t)c.nwords : room;

	r->nwords += n;
	for (; n--; x++, cursor_next(&c)) {
		uint64_t word = 0;

		memcpy(&word, c.at + c.w->offset, HEAP_WORD);
		look_at(h, c.w, word, x);
		__builtin_prefetch(x->slot);
	}
	r->c = c;
}

/* Of the objects that are known so far. No batch ends within an object that has a copy, as copies
 * may move when there are more. */
static void read_batch(struct heap *h, struct reader *r)
{
	r->first = r->next - (r->next != 0);
	r->nwords = 0;
	while (r->nwords < BATCH) {
		if (cursor_has_word(&r->c))
			read_part(h, r);
		else if (r->nwords > BATCH - HEAP_COPIED / HEAP_WORD || !next_object(h, r))
			break;
	}
}

/* New objects are described, which most hosts do by what lies before them, measured and copied. */
static void fetch_new(const struct reader *r)
{
	for (uint32_t i = 0; i < r->nwords; i++) {
		const struct word *x = &r->words[i];

		if (x->slot && !*x->slot) {
			__builtin_prefetch((void *)(uintptr_t)x->address);
			__builtin_prefetch((void *)(uintptr_t)(x->address + LINE));
		}
	}
}

static uint8_t flags_of(const struct heap *h, const struct word *x, heap_edge e)
{
	/* what is written as null is not written from where it lies */
	if (e < EDGE_EXTERN || (e == EDGE_NULL && x->w->kind != PKGIMG_CODE))
		return OBJECT_POINTS;
	if (e >= EDGE_NULL)
		return 0;
	return e - EDGE_EXTERN < h->deps.n ? OBJECT_DEPENDENT : OBJECT_BOUND;
}

/* n words of an object, from `via` on */
static void take_words(
	struct heap *h, const struct word *x, uint64_t n, uint32_t object, uint64_t via)
{
	heap_edge *to = HEAP_AT(h->edges, heap_edge, h->edges.n);
	uint8_t flags = 0;

	for (uint64_t i = 0; i < n; i++, x++) {
		const uint32_t number = x->slot ? *x->slot : 0;

		if (number && x->w->pointee == HEAP_NO_TYPE) { /* most are seen before */
			to[i] = number - 1;
			flags |= OBJECT_POINTS;
		} else if (!x->w) {
			to[i] = EDGE_KEEP;
		} else {
			to[i] = edge_of(h, x, &(struct place) { object, via + i });
			flags |= flags_of(h, x, to[i]);
			if (h->errors >= HEAP_ERRORS)
				return;
		}
	}
	h->edges.n += n;
	heap_object_at(h, object)->flags |= flags;
	if (heap_type_at(h, heap_type_of(h, object))->flags & PKGIMG_TYPE_INTERNED)
		for (uint64_t i = 0; i < n; i++)
			check_interned(h, to[i], &(struct place) { object, via + i });
}

static void take_batch(struct heap *h, const struct reader *r)
{
	uint64_t begin = h->edges.n, end = begin + r->nwords;

	make_room(h, r->nwords);
	for (uint32_t i = r->first; i < r->next && h->errors < HEAP_ERRORS; i++) {
		const struct heap_object *o = heap_object_at(h, i);
		uint64_t to = i + 1 < r->next ? o[1].edge : end;

		if (to > h->edges.n)
			take_words(h, &r->words[h->edges.n - begin], to - h->edges.n, i,
				h->edges.n - o->edge);
	}
}

/* ---- all */

static void start(struct heap *h, uint32_t i)
{
	struct heap_entry *e = HEAP_AT(h->entries, struct heap_entry, i);
	struct heap_word w = { .kind = PKGIMG_STRONG };
	const struct place at = { HEAP_ENTRY, i };
	struct word x;
	int type = heap_type_find(h, e->pointee_name);
	heap_edge edge;

	if (type < 0) {
		diag_err(h->d, NOWHERE,
			"%s is said to be of type '%s', which is no heap type; register it",
			e->name, e->pointee_name);
		h->errors++;
		return;
	}
	w.pointee = (uint16_t)type;
	look_at(h, &w, e->word, &x);
	edge = edge_of(h, &x, &at);
	if (edge >= EDGE_EXTERN && edge < EDGE_NULL && edge - EDGE_EXTERN >= h->deps.n) {
		diag_err(h->d, NOWHERE,
			"%s leads to code; a root wants an object, let it lead to one that holds "
			"the code",
			e->name);
		h->errors++;
	}
	if (e->kind != ENTRY_ROOT && edge >= EDGE_EXTERN &&
		(e->kind == ENTRY_METHOD || edge >= EDGE_NULL)) {
		diag_err(h->d, NOWHERE, "%s wants an object of this heap%s", e->name,
			e->kind == ENTRY_METHOD ? "" : " or of a dependency's");
		h->errors++;
	}
	HEAP_AT(h->entries, struct heap_entry, i)->edge = edge;
}

/* weak references to what is in the image after all */
static void hold_weak(struct heap *h)
{
	const struct heap_weak *v = h->weak.v;
	const struct place none = { HEAP_ENTRY, 0 };

	for (size_t i = 0; i < h->weak.n; i++) {
		heap_edge *e = HEAP_AT(h->edges, heap_edge, v[i].edge);
		uint32_t *slot =
			v[i].word % IMG_HEAP_GRAIN ? NULL : heap_index_slot(&h->index, v[i].word);
		int dep = dependency_of(h, v[i].word);

		if (slot && *slot)
			*e = *slot - 1;
		else if (dep >= 0)
			*e = EDGE_EXTERN + (heap_edge)dep;
		else if (h->describe)
			*e = described(h, v[i].word, NULL, true, &none);
		if (dep >= 0)
			h->dep_used[dep] = true;
	}
}

/* an object that got a reference by hold_weak is of the fate that has them */
static void flag_weak(struct heap *h)
{
	const struct heap_weak *v = h->weak.v;
	uint32_t o = 0;

	for (size_t i = 0; i < h->weak.n; i++) {
		heap_edge e = *HEAP_AT(h->edges, heap_edge, v[i].edge);

		while (o + 1 < h->objects.n && heap_object_at(h, o + 1)->edge <= v[i].edge)
			o++;
		if (e < EDGE_EXTERN)
			heap_object_at(h, o)->flags |= OBJECT_POINTS;
		else if (e < EDGE_NULL)
			heap_object_at(h, o)->flags |= OBJECT_DEPENDENT;
	}
}

int heap_walk(struct heap *h)
{
	double begin = clock_ms();
	struct reader r = { .next = 0 };

	heap_index_start(&h->index);
	if (!h->npatterns)
		h->npatterns = 1; /* {0}: every word but 0 is a reference */
	make_room(h, (uint32_t)h->entries.n);
	h->dep_used = arena_array(h->a, bool, h->deps.n);
	heap_room(&h->externs, h->deps.n, sizeof(struct heap_extern));
	for (uint32_t i = 0; i < h->deps.n; i++)
		*HEAP_AT(h->externs, struct heap_extern, h->externs.n++) =
			(struct heap_extern) { EXTERN_HEAP, i, false, NULL,
				(uint64_t)(uintptr_t)heap_dep_at(h, i)->heap };
	if (h->symbols.n)
		qsort(h->symbols.v, h->symbols.n, sizeof(struct heap_symbol), compare_symbols);
	for (uint32_t i = 0; i < h->entries.n && h->errors < HEAP_ERRORS; i++)
		start(h, i);
	while (h->errors < HEAP_ERRORS) {
		read_batch(h, &r);
		if (!r.nwords)
			break;
		fetch_new(&r);
		take_batch(h, &r);
	}
	hold_weak(h);
	if (h->errors)
		return -1;
	flag_weak(h);
	h->walk_ms = clock_ms() - begin;
	return 0;
}
