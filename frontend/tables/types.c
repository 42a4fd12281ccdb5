/* The inputs' type graphs side by side are one graph; types that cannot be told apart by walking it
 * are one type of the image. That is found as for states of an automaton: every type gets a colour
 * from its own fields, then again and again from its colour and those it refers to, until no more
 * colours appear. Cycles need no care that way.
 *
 * A type that one input only declares is the one that another defines, if all definitions of that
 * name are the same type. */
#include "frontend/tables/types.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "image/sum.h"

enum { COMPLETIONS = 8 }; /* each may make definitions equal that were told apart before */

#define SAME(x) _Static_assert((int)LL_M_##x == (int)IMG_MF_##x, "image/format.h, llvm/shim.h")
SAME(BITFIELD);
SAME(BASE);
SAME(STATIC);
SAME(VIRTUAL_BASE);
SAME(ARTIFICIAL);
SAME(ANONYMOUS);

static const uint8_t image_kind[] = {
	[LL_T_VOID] = IMG_T_VOID,
	[LL_T_BOOL] = IMG_T_BOOL,
	[LL_T_INT] = IMG_T_INT,
	[LL_T_UINT] = IMG_T_UINT,
	[LL_T_CHAR] = IMG_T_CHAR,
	[LL_T_UCHAR] = IMG_T_UCHAR,
	[LL_T_FLOAT] = IMG_T_FLOAT,
	[LL_T_COMPLEX] = IMG_T_COMPLEX,
	[LL_T_UTF] = IMG_T_UTF,
	[LL_T_DECIMAL] = IMG_T_OTHER,
	[LL_T_POINTER] = IMG_T_POINTER,
	[LL_T_REF] = IMG_T_REF,
	[LL_T_RVALUE_REF] = IMG_T_RVALUE_REF,
	[LL_T_MEMBER_POINTER] = IMG_T_MEMBER_POINTER,
	[LL_T_NULLPTR] = IMG_T_NULLPTR,
	[LL_T_ARRAY] = IMG_T_ARRAY,
	[LL_T_VECTOR] = IMG_T_VECTOR,
	[LL_T_STRUCT] = IMG_T_STRUCT,
	[LL_T_CLASS] = IMG_T_CLASS,
	[LL_T_UNION] = IMG_T_UNION,
	[LL_T_ENUM] = IMG_T_ENUM,
	[LL_T_TYPEDEF] = IMG_T_TYPEDEF,
	[LL_T_CONST] = IMG_T_CONST,
	[LL_T_VOLATILE] = IMG_T_VOLATILE,
	[LL_T_RESTRICT] = IMG_T_RESTRICT,
	[LL_T_ATOMIC] = IMG_T_ATOMIC,
	[LL_T_FUNCTION] = IMG_T_FUNCTION,
	[LL_T_OPAQUE] = IMG_T_OPAQUE,
};

struct node {
	const struct ll_type *type;
	uint32_t base;     /* node of type 0 of its input: indices of the input start there */
	uint32_t redirect; /* itself, or the definition of what it declares */
	uint32_t image;    /* index in the image */
	bool marked;
	uint64_t own, colour, next;
};

struct graph {
	struct modules *m;
	struct node *v;
	uint32_t n;
	uint32_t *stack; /* of the walk that marks */
	size_t nstack;
	uint64_t *sorted;
};

/* ---- edges */

static uint32_t follow(const struct graph *g, const struct node *from, uint32_t type)
{
	return g->v[from->base + type].redirect;
}

static bool has_target(const struct ll_type *t)
{
	switch (t->kind) {
	case LL_T_POINTER:
	case LL_T_REF:
	case LL_T_RVALUE_REF:
	case LL_T_MEMBER_POINTER:
	case LL_T_ARRAY:
	case LL_T_VECTOR:
	case LL_T_ENUM:
	case LL_T_TYPEDEF:
	case LL_T_CONST:
	case LL_T_VOLATILE:
	case LL_T_RESTRICT:
	case LL_T_ATOMIC:
	case LL_T_FUNCTION: return true;
	default: return false;
	}
}

static bool is_record(enum ll_type_kind k)
{
	return k == LL_T_STRUCT || k == LL_T_CLASS || k == LL_T_UNION;
}

static bool has_members(const struct ll_type *t)
{
	return is_record(t->kind) || t->kind == LL_T_ENUM || t->kind == LL_T_FUNCTION;
}

static void push(struct graph *g, uint32_t i)
{
	if (g->v[i].marked)
		return;
	g->v[i].marked = true;
	g->stack[g->nstack++] = i;
}

/* mark a type and all it refers to */
static void mark(struct graph *g, uint32_t start)
{
	push(g, start);
	while (g->nstack) {
		const struct node *x = &g->v[g->stack[--g->nstack]];
		const struct ll_type *t = x->type;

		if (has_target(t))
			push(g, x->base + t->target);
		if (t->kind == LL_T_MEMBER_POINTER)
			push(g, x->base + t->cls);
		for (size_t i = 0; has_members(t) && t->kind != LL_T_ENUM && i < t->nmembers; i++)
			push(g, x->base + t->members[i].type);
	}
}

/* ---- colours */

static uint32_t align_of(const struct ll_type *t)
{
	return t->align & (t->align - 1) ? 0 : t->align;
}

static uint64_t own_colour(const struct ll_type *t)
{
	struct img_sum s;

	img_sum_start(&s);
	img_sum_uint(&s, t->kind, 1);
	img_sum_uint(&s, t->kind == LL_T_OPAQUE ? t->tag : 0, 1);
	img_sum_uint(&s, t->size, 8);
	img_sum_uint(&s, align_of(t), 4);
	img_sum_uint(&s, t->count, 8);
	img_sum_uint(&s,
		(uint64_t)t->variadic | (uint64_t)t->no_prototype << 1 |
			(uint64_t)t->is_signed << 2 | (uint64_t)t->packed << 3,
		1);
	img_sum_str(&s, t->name);
	img_sum_uint(&s, has_members(t) ? t->nmembers : 0, 8);
	for (size_t i = 0; has_members(t) && i < t->nmembers; i++) {
		const struct ll_member *m = &t->members[i];

		img_sum_str(&s, t->kind == LL_T_FUNCTION ? "" : m->name);
		img_sum_uint(&s, m->flags, 4);
		img_sum_uint(&s, m->bit_offset, 8);
		img_sum_uint(&s, m->bit_size, 4);
		img_sum_uint(&s, (uint64_t)m->value, 8);
	}
	return img_sum_end(&s);
}

/* not symmetric: at the start a node's colour is its own fields' sum */
static uint64_t mix(uint64_t h, uint64_t x)
{
	h = ((h << 23 | h >> 41) ^ x) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

static uint64_t next_colour(const struct graph *g, const struct node *x)
{
	const struct ll_type *t = x->type;
	uint64_t h = mix(x->own, x->colour);

	if (has_target(t))
		h = mix(h, g->v[follow(g, x, t->target)].colour);
	if (t->kind == LL_T_MEMBER_POINTER)
		h = mix(h, g->v[follow(g, x, t->cls)].colour);
	for (size_t i = 0; has_members(t) && t->kind != LL_T_ENUM && i < t->nmembers; i++)
		h = mix(h, g->v[follow(g, x, t->members[i].type)].colour);
	return h;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static size_t count_colours(struct graph *g)
{
	size_t n = 0, distinct = 0;

	for (uint32_t i = 0; i < g->n; i++) {
		if (g->v[i].marked && g->v[i].redirect == i)
			g->sorted[n++] = g->v[i].colour;
	}
	qsort(g->sorted, n, sizeof(*g->sorted), compare_u64);
	for (size_t i = 0; i < n; i++)
		distinct += !i || g->sorted[i] != g->sorted[i - 1];
	return distinct;
}

static void colour(struct graph *g)
{
	size_t count, before;

	for (uint32_t i = 0; i < g->n; i++)
		g->v[i].colour = g->v[i].own;
	count = count_colours(g);
	do {
		before = count;
		for (uint32_t i = 0; i < g->n; i++) {
			if (g->v[i].marked)
				g->v[i].next = next_colour(g, &g->v[i]);
		}
		for (uint32_t i = 0; i < g->n; i++)
			g->v[i].colour = g->v[i].next;
		count = count_colours(g);
	} while (count > before);
}

/* ---- declarations and their definitions */

struct definitions {
	struct names names; /* "u:ns::value" */
	uint32_t *node;     /* [names.n], the first */
	bool *ambiguous;
	size_t cap_node, cap_ambiguous;
};

/* struct and class may stand for each other */
static const char *definition_key(struct arena *a, enum ll_type_kind tag, const char *name)
{
	return str_fmt(a, "%c:%s", tag == LL_T_UNION ? 'u' : tag == LL_T_ENUM ? 'e' : 's', name);
}

static void find_definitions(struct graph *g, struct definitions *d)
{
	struct arena *a = g->m->mem;

	*d = (struct definitions) { .names.mem = a };
	for (uint32_t i = 0; i < g->n; i++) {
		const struct ll_type *t = g->v[i].type;
		size_t before = d->names.n, k;

		if (!g->v[i].marked || !*t->name || !(is_record(t->kind) || t->kind == LL_T_ENUM))
			continue;
		k = names_add(&d->names, definition_key(a, t->kind, t->name));
		if (k < before) {
			d->ambiguous[k] |= g->v[d->node[k]].colour != g->v[i].colour;
			continue;
		}
		arena_push_room(a, d->node, k, d->cap_node);
		arena_push_room(a, d->ambiguous, k, d->cap_ambiguous);
		d->node[k] = i;
		d->ambiguous[k] = false;
	}
}

/* returns whether any declaration found its definition */
static bool complete(struct graph *g)
{
	struct definitions d;
	bool changed = false;

	find_definitions(g, &d);
	for (uint32_t i = 0; i < g->n; i++) {
		struct node *x = &g->v[i];
		size_t k;

		if (!x->marked || x->type->kind != LL_T_OPAQUE || x->redirect != i ||
			!*x->type->name)
			continue;
		k = names_find(&d.names, definition_key(g->m->mem, x->type->tag, x->type->name));
		if (k == NAMES_NONE || d.ambiguous[k])
			continue;
		x->redirect = d.node[k];
		changed = true;
	}
	return changed;
}

/* ---- the graph */

static void mark_exports(struct graph *g, const struct exports *e, const uint32_t *base)
{
	for (size_t i = 0; i < e->n; i++) {
		const struct module_input *in = &g->m->v[e->v[i]->input];
		const struct ll_func *f = module_func(in, e->v[i]->name);
		const struct ll_var *v = module_var(in, e->v[i]->name);

		if (f)
			mark(g, base[e->v[i]->input] + f->type);
		if (v)
			mark(g, base[e->v[i]->input] + v->type);
	}
}

static void mark_named(struct graph *g)
{
	for (uint32_t i = 0; i < g->n; i++) {
		const struct ll_type *t = g->v[i].type;

		if (*t->name &&
			(is_record(t->kind) || t->kind == LL_T_ENUM || t->kind == LL_T_TYPEDEF))
			mark(g, i);
	}
}

static int make_graph(struct modules *m, const struct exports *e, struct graph *g)
{
	uint32_t *base = arena_array(m->mem, uint32_t, m->n + 1);
	size_t total = 0;

	for (size_t i = 0; i < m->n; i++) {
		base[i] = (uint32_t)total;
		total += m->v[i].debug.ntypes;
		if (total >= UINT32_MAX)
			return diag_err(m->d, NOWHERE, "more than %u types, an image holds no more",
				UINT32_MAX - 1);
	}
	*g = (struct graph) { .m = m, .n = (uint32_t)total };
	g->v = arena_array(m->mem, struct node, total);
	g->stack = arena_array(m->mem, uint32_t, total);
	g->sorted = arena_array(m->mem, uint64_t, total);
	for (size_t i = 0; i < m->n; i++) {
		for (uint32_t k = 0; k < m->v[i].debug.ntypes; k++) {
			struct node *x = &g->v[base[i] + k];

			x->type = &m->v[i].debug.types[k];
			x->base = base[i];
			x->redirect = base[i] + k;
			x->own = own_colour(x->type);
		}
	}
	mark_exports(g, e, base);
	mark_named(g);
	colour(g);
	for (int i = 0; i < COMPLETIONS && complete(g); i++)
		colour(g);
	return 0;
}

/* ---- numbers in the image: void, then by first appearance */

struct pair {
	uint64_t colour;
	uint32_t node;
};

static int compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->colour != y->colour)
		return x->colour < y->colour ? -1 : 1;
	return (x->node > y->node) - (x->node < y->node);
}

/* every marked node's redirect becomes the first node of its colour; returns how many there are */
static uint32_t number_types(struct graph *g)
{
	struct pair *v = arena_array(g->m->mem, struct pair, g->n);
	size_t n = 0;
	uint32_t count = 1;

	for (uint32_t i = 0; i < g->n; i++) {
		if (g->v[i].marked)
			v[n++] = (struct pair) { g->v[g->v[i].redirect].colour, i };
	}
	qsort(v, n, sizeof(*v), compare_pairs);
	for (size_t i = 0, first = 0; i < n; i++) {
		if (v[i].colour != v[first].colour)
			first = i;
		/* the first of a colour may be a declaration: then its definition speaks for it */
		if (i == first)
			g->v[v[i].node].next = g->v[v[i].node].redirect;
		g->v[v[i].node].redirect = v[first].node;
	}
	for (uint32_t i = 0; i < g->n; i++) {
		struct node *x = &g->v[i];

		if (!x->marked || x->redirect != i)
			continue;
		x->type = g->v[x->next].type;
		x->base = g->v[x->next].base;
		x->image = x->type->kind == LL_T_VOID ? 0 : count++;
	}
	return count;
}

/* ---- into the image */

static uint8_t flags_of(const struct ll_type *t)
{
	return (uint8_t)((t->kind == LL_T_FUNCTION && t->variadic ? IMG_TF_VARIADIC : 0) |
			 (t->kind == LL_T_ENUM && t->is_signed ? IMG_TF_SIGNED : 0) |
			 (is_record(t->kind) && t->packed ? IMG_TF_PACKED : 0) |
			 (t->kind == LL_T_FUNCTION && t->no_prototype ? IMG_TF_NO_PROTOTYPE : 0));
}

static uint32_t image_index(const struct graph *g, const struct node *from, uint32_t type)
{
	return g->v[g->v[from->base + type].redirect].image;
}

/* Can the format say where its fields are? Debug information of unusual languages may not. */
static bool is_sound(const struct ll_type *t)
{
	uint64_t bits = t->size * 8;

	if (t->size > UINT64_C(1) << 56)
		return false;
	for (size_t i = 0; is_record(t->kind) && i < t->nmembers; i++) {
		const struct ll_member *m = &t->members[i];

		if (!(m->flags & (LL_M_STATIC | LL_M_VIRTUAL_BASE)) &&
			(m->bit_offset > bits || m->bit_size > bits - m->bit_offset))
			return false;
	}
	return true;
}

static void put_member(const struct graph *g, const struct node *x, const struct ll_member *m,
	struct strings *s, struct img_member *out)
{
	enum ll_type_kind kind = x->type->kind;

	out->name = strings_add(s, kind == LL_T_FUNCTION ? "" : m->name);
	if (kind == LL_T_ENUM) {
		out->value = m->value;
		return;
	}
	out->type = image_index(g, x, m->type);
	out->flags = m->flags;
	if (kind == LL_T_FUNCTION || (m->flags & (LL_M_STATIC | LL_M_VIRTUAL_BASE))) {
		out->flags &= ~(uint32_t)IMG_MF_BITFIELD;
		return;
	}
	out->value = (int64_t)m->bit_offset;
	out->bit_size = m->flags & LL_M_BITFIELD ? m->bit_size : 0;
	if (!out->bit_size)
		out->flags &= ~(uint32_t)IMG_MF_BITFIELD;
}

static void put_opaque(struct img_type *out, enum ll_type_kind tag)
{
	bool known = is_record(tag) || tag == LL_T_ENUM;

	*out = (struct img_type) { .kind = IMG_T_OPAQUE,
		.name = out->name,
		.tag = known ? image_kind[tag] : IMG_T_STRUCT };
}

static void put_type(
	const struct graph *g, const struct node *x, struct strings *s, struct type_table *t)
{
	const struct ll_type *in = x->type;
	struct img_type *out = &t->types[x->image];

	*out = (struct img_type) { .kind = image_kind[in->kind], .name = strings_add(s, in->name) };
	if (in->kind == LL_T_OPAQUE || !is_sound(in)) {
		put_opaque(out, in->kind == LL_T_OPAQUE ? in->tag : in->kind);
		return;
	}
	out->flags = flags_of(in);
	out->size = in->size;
	out->align = align_of(in);
	out->target = has_target(in) ? image_index(g, x, in->target) : 0;
	if (in->kind == LL_T_ARRAY || in->kind == LL_T_VECTOR)
		out->count = in->count;
	else if (in->kind == LL_T_MEMBER_POINTER)
		out->count = image_index(g, x, in->cls);
	if (!has_members(in) || !in->nmembers)
		return;
	out->members = t->nmembers;
	out->nmembers = (uint32_t)in->nmembers;
	for (size_t i = 0; i < in->nmembers; i++)
		put_member(g, x, &in->members[i], s, &t->members[t->nmembers++]);
}

static int put_all(struct graph *g, struct strings *s, struct type_table *t)
{
	uint64_t nmembers = 0;

	for (uint32_t i = 0; i < g->n; i++) {
		if (g->v[i].marked && g->v[i].redirect == i && has_members(g->v[i].type))
			nmembers += g->v[i].type->nmembers;
	}
	if (nmembers >= UINT32_MAX)
		return diag_err(g->m->d, NOWHERE,
			"more than %u members of types, an image holds no more", UINT32_MAX - 1);
	t->types = arena_array(g->m->mem, struct img_type, t->ntypes);
	t->members = arena_array(g->m->mem, struct img_member, nmembers);
	for (uint32_t i = 0; i < g->n; i++) {
		if (g->v[i].marked && g->v[i].redirect == i && g->v[i].image)
			put_type(g, &g->v[i], s, t);
	}
	return 0;
}

/* A type that holds itself, or is nested deeper than the format goes, is no sound C or C++; it
 * keeps its name. */
static void digest(struct type_table *t, const struct strings *s)
{
	uint32_t bad;

	while ((bad = img_digest_types(t->types, t->ntypes, t->members, s->bytes)) < t->ntypes)
		put_opaque(&t->types[bad], LL_T_STRUCT);
}

static void index_inputs(const struct graph *g, struct type_table *t)
{
	const uint32_t **index = arena_array(g->m->mem, const uint32_t *, g->m->n);
	uint32_t at = 0;

	for (size_t i = 0; i < g->m->n; i++) {
		size_t n = g->m->v[i].debug.ntypes;
		uint32_t *v = arena_array(g->m->mem, uint32_t, n);

		for (size_t k = 0; k < n; k++, at++)
			v[k] = g->v[at].marked ? g->v[g->v[at].redirect].image : 0;
		index[i] = v;
	}
	t->index = index;
}

int types_build(
	struct modules *m, const struct exports *e, struct strings *s, struct type_table *out)
{
	struct graph g;

	*out = (struct type_table) { 0 };
	if (make_graph(m, e, &g))
		return -1;
	out->ntypes = number_types(&g);
	if (put_all(&g, s, out))
		return -1;
	digest(out, s);
	index_inputs(&g, out);
	return 0;
}
