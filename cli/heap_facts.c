#include "cli/heap_facts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

const char *heap_type_name(const struct img_view *v, uint32_t type)
{
	return img_str(v, v->types[v->heap_types[type].type].name);
}

/* ---- objects */

static int broken(struct diags *d, const struct inspected *in, uint64_t offset)
{
	return diag_err(d, (struct loc) { .file = in->path },
		"the list of objects of its heap is broken at offset %" PRIu64
		"; build the image again",
		offset);
}

static uint64_t word_at(const uint8_t *bytes, uint64_t at)
{
	uint64_t word;

	memcpy(&word, bytes + at, sizeof(word));
	return word;
}

static int read_objects(
	struct arena *a, struct diags *d, const struct inspected *in, struct heap_facts *h)
{
	const struct img_heap *heap = h->v->heap;
	struct heap_object *object = arena_array(a, struct heap_object, heap->nobjects);
	uint64_t words = heap->mapped / IMG_HEAP_GRAIN / 64, end = 0;

	for (uint64_t w = 0; w < words; w++) {
		uint64_t bits = word_at(h->bytes, heap->starts + 8 * w);

		for (; bits; bits &= bits - 1) {
			uint64_t at = (64 * w + (uint64_t)__builtin_ctzll(bits)) * IMG_HEAP_GRAIN;
			uint16_t type;

			if (h->n == heap->nobjects || at < end)
				return broken(d, in, at);
			memcpy(&type, h->bytes + heap->types + 2 * h->n, sizeof(type));
			if (type >= h->v->nheap_types)
				return broken(d, in, at);
			object[h->n] = (struct heap_object) { at,
				img_heap_object_size(h->v, h->bytes, at, type), type };
			if (!object[h->n].size)
				return broken(d, in, at);
			end = at + object[h->n++].size;
		}
	}
	h->object = object;
	return h->n == heap->nobjects ? 0 : broken(d, in, heap->mapped);
}

static void sum_up(struct arena *a, struct heap_facts *h)
{
	h->type = arena_array(a, struct heap_type_sum, h->v->nheap_types);
	h->biggest = arena_array(a, const struct heap_object *, HEAP_MOST_BIG);
	for (uint64_t i = 0; i < h->n; i++) {
		const struct heap_object *o = &h->object[i];
		unsigned at = h->nbiggest;

		h->type[o->type].n++;
		h->type[o->type].bytes += o->size;
		if (at == HEAP_MOST_BIG && h->biggest[at - 1]->size >= o->size)
			continue;
		if (at < HEAP_MOST_BIG)
			h->nbiggest++;
		else
			at--;
		for (; at && h->biggest[at - 1]->size < o->size; at--)
			h->biggest[at] = h->biggest[at - 1];
		h->biggest[at] = o;
	}
	for (uint32_t i = 0; i < h->v->nbinds; i++) /* they rise */
		h->bind_pages += !i || h->v->binds[i].offset / HEAP_PAGE !=
					       h->v->binds[i - 1].offset / HEAP_PAGE;
}

int heap_facts(struct arena *a, struct diags *d, const struct inspected *in, struct heap_facts *out)
{
	struct heap_facts h = { .v = &in->view, .bytes = (const uint8_t *)in->file + in->heap_at };

	if (read_objects(a, d, in, &h))
		return -1;
	sum_up(a, &h);
	*out = h;
	return 0;
}

const struct heap_object *heap_object_at(const struct heap_facts *h, uint64_t offset)
{
	uint64_t lo = 0, hi = h->n;

	while (lo < hi) {
		uint64_t mid = lo + (hi - lo) / 2;
		const struct heap_object *o = &h->object[mid];

		if (offset < o->offset)
			hi = mid;
		else if (offset - o->offset >= o->size)
			lo = mid + 1;
		else
			return o;
	}
	return NULL;
}

/* ---- paths */

/* the word leads into this very heap: the loader's list says so */
static bool leads_here(const struct img_view *v, const uint8_t *bytes, uint64_t at)
{
	for (uint32_t i = 0; i < v->nheap_relocs; i++) {
		const struct img_heap_reloc *r = &v->heap_relocs[i];
		uint64_t bit = (at - r->first) / v->heap->word;

		if (r->image == IMG_SELF && at >= r->first && bit < r->nwords &&
			bytes[r->bits + bit / 8] >> bit % 8 & 1)
			return true;
	}
	return false;
}

/* where a word of this heap leads to, or NULL */
static const struct heap_object *target_of(const struct heap_facts *h, uint64_t at)
{
	uint64_t word = 0;

	if (!leads_here(h->v, h->bytes, at))
		return NULL;
	memcpy(&word, h->bytes + at, h->v->heap->word);
	return heap_object_at(h, word - h->v->heap->base);
}

/* What an image holds objects by, numbered: its roots, variables of its code, methods it adds. */
enum start_kind { START_ROOT, START_VARIABLE, START_INSERT };

static enum start_kind start_of(const struct img_view *v, uint64_t n, uint64_t *index)
{
	*index = n;
	if (n < v->nroots)
		return START_ROOT;
	*index -= v->nroots;
	if (*index < v->nvariables)
		return START_VARIABLE;
	*index -= v->nvariables;
	return START_INSERT;
}

/* a walk in breadth from there; `from` is 1 + who led to an object, STARTED + a start's number */
struct walk {
	const struct heap_facts *h;
	uint64_t *from;  /* [h->n] 0: not seen yet */
	uint64_t *word;  /* [h->n] the word that led to it */
	uint64_t *queue; /* [h->n] */
	uint64_t head, tail;
};
#define STARTED (UINT64_C(1) << 63)

static void add(struct walk *w, const struct heap_object *o, uint64_t word, uint64_t from)
{
	uint64_t i = o ? (uint64_t)(o - w->h->object) : 0;

	if (!o || w->from[i])
		return;
	w->from[i] = from;
	w->word[i] = word;
	w->queue[w->tail++] = i;
}

static void add_start(struct walk *w, uint64_t n)
{
	const struct img_view *v = w->h->v;
	uint64_t i, place;

	switch (start_of(v, n, &i)) {
	case START_ROOT: add(w, target_of(w->h, v->roots[i].cell), 0, STARTED + n); return;
	case START_VARIABLE:
		place = v->variables[i].image == IMG_SELF ? v->variables[i].offset : UINT64_MAX;
		break;
	default: place = v->inserts[i].object; break;
	}
	if (place < v->heap->mapped)
		add(w, heap_object_at(w->h, place), 0, STARTED + n);
}

static void walk_to(struct walk *w, uint64_t to)
{
	const struct img_view *v = w->h->v;
	uint64_t step = v->heap->word, n = (uint64_t)v->nroots + v->nvariables + v->ninserts;

	for (uint64_t i = 0; i < n; i++)
		add_start(w, i);
	while (w->head < w->tail && !w->from[to]) {
		uint64_t i = w->queue[w->head++];
		const struct heap_object *o = &w->h->object[i];

		for (uint64_t at = o->offset; o->size >= step && at <= o->offset + o->size - step;
			at += step)
			add(w, target_of(w->h, at), at, i + 1);
	}
}

/* "Main.cache", "variable known", "method show(circle)" */
static const char *start_name(struct arena *a, const struct img_view *v, uint64_t n)
{
	uint64_t i;

	switch (start_of(v, n, &i)) {
	case START_ROOT: return img_str(v, v->roots[i].name);
	case START_VARIABLE:
		for (uint32_t k = 0; k < v->nglobals; k++) {
			if (v->globals[k].address == v->variables[i].address)
				return str_fmt(a, "variable %s", img_str(v, v->globals[k].symbol));
		}
		return str_fmt(a, "variable %" PRIu64 " of the code", i);
	default:
		return str_fmt(a, "method %s(%s)", img_str(v, v->inserts[i].function),
			img_str(v, v->inserts[i].signature));
	}
}

static const char *member_name(const struct img_view *v, uint32_t type, uint64_t offset)
{
	const struct img_type *t = &v->types[type];

	for (uint32_t i = 0; i < t->nmembers; i++) {
		const struct img_member *m = &v->members[t->members + i];

		if (m->value >= 0 && (uint64_t)m->value == 8 * offset)
			return img_str(v, m->name);
	}
	return "?";
}

/* ".next", "[3]", "[3].key": which word of the object it is */
static const char *step_name(
	struct arena *a, const struct heap_facts *h, const struct heap_object *o, uint64_t at)
{
	const struct img_view *v = h->v;
	const struct img_heap_type *t = &v->heap_types[o->type];
	const struct img_type *fixed = &v->types[t->type];
	uint64_t offset = at - o->offset, i;
	const struct img_member *last;
	const char *name;

	if (offset < fixed->size)
		return str_fmt(a, ".%s", member_name(v, t->type, offset));
	if (!t->element_size || !fixed->nmembers)
		return "?";
	i = (offset - fixed->size) / t->element_size;
	/* the elements are the last member: an array of structs */
	last = &v->members[fixed->members + fixed->nmembers - 1];
	name = member_name(
		v, v->types[last->type].target, (offset - fixed->size) % t->element_size);
	return *name && !str_eq(name, "?") ? str_fmt(a, "[%" PRIu64 "].%s", i, name)
					   : str_fmt(a, "[%" PRIu64 "]", i);
}

const char *heap_path(struct arena *a, const struct heap_facts *h, const struct heap_object *to)
{
	struct walk w = { .h = h,
		.from = arena_array(a, uint64_t, h->n),
		.word = arena_array(a, uint64_t, h->n),
		.queue = arena_array(a, uint64_t, h->n) };
	uint64_t i = (uint64_t)(to - h->object);
	const char *text = "";

	walk_to(&w, i);
	if (!w.from[i])
		return NULL;
	for (; !(w.from[i] & STARTED); i = w.from[i] - 1) {
		const struct heap_object *o = &h->object[w.from[i] - 1];

		text = str_fmt(a, " -> %s%s", step_name(a, h, o, w.word[i]), text);
	}
	return str_fmt(a, "%s%s", start_name(a, h->v, w.from[i] & ~STARTED), text);
}
