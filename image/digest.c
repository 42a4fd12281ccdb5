/* Digests of types and of the interface, FORMAT.md 7 and 9. */
#include <string.h>

#include "image/image.h"
#include "image/sum.h"
#include "image/text.h"

enum { OPEN = 255 }; /* depth of a type whose walk has begun; above IMG_MAX_DEPTH */

/* where digests of held types come from while one is made */
typedef uint64_t held_fn(const struct img_view *v, uint32_t type);

static void put_sum(void *ctx, const char *s, size_t n)
{
	img_sum_add(ctx, s, n);
}

static bool points(uint8_t kind)
{
	return kind == IMG_T_POINTER || kind == IMG_T_REF || kind == IMG_T_RVALUE_REF ||
	       kind == IMG_T_MEMBER_POINTER;
}

static void add_member(struct img_sum *s, const struct img_view *v, const struct img_type *y,
	const struct img_member *m, held_fn *held)
{
	/* the names of parameters are no part of a function's type */
	img_sum_str(s, y->kind == IMG_T_FUNCTION ? "" : img_str(v, m->name));
	img_sum_uint(s, m->flags, 4);
	img_sum_uint(s, m->bit_size, 4);
	img_sum_uint(s, (uint64_t)m->value, 8);
	img_sum_uint(
		s, y->kind == IMG_T_ENUM || (m->flags & IMG_MF_STATIC) ? 0 : held(v, m->type), 8);
}

static uint64_t digest(const struct img_view *v, uint32_t type, held_fn *held)
{
	const struct img_type *y = &v->types[type];
	struct img_sum s;

	img_sum_start(&s);
	img_sum_uint(&s, y->kind, 1);
	img_sum_uint(&s, y->tag, 1);
	img_sum_uint(&s, y->flags, 1);
	img_sum_uint(&s, y->size, 8);
	img_sum_uint(&s, y->align, 4);
	img_sum_uint(&s, y->kind == IMG_T_MEMBER_POINTER ? 0 : y->count, 8);
	img_sum_str(&s, img_str(v, y->name));
	if (points(y->kind)) {
		img_text_walk(v, type, "", NULL, put_sum, &s);
		img_sum_uint(&s, 0, 1);
	} else {
		img_sum_uint(&s, y->target ? held(v, y->target) : 0, 8);
		img_sum_uint(&s, y->nmembers, 4);
		for (uint32_t k = 0; k < y->nmembers; k++)
			add_member(&s, v, y, &v->members[y->members + k], held);
	}
	return img_sum_end(&s);
}

static uint64_t stored(const struct img_view *v, uint32_t type)
{
	return v->types[type].digest;
}

uint64_t img_type_digest(const struct img_view *v, uint32_t type)
{
	struct img_view plain = *v;

	plain.style = IMG_STYLE_DIGEST;
	return digest(&plain, type, stored);
}

/* ---- all types of a new image: depth first, so that what is held is done first */

struct walk {
	struct img_view v;
	struct img_type *types;
	uint32_t bad; /* the type that ended the walk */
};

static bool visit(struct walk *w, uint32_t type, unsigned level);

/* done before the type that holds it by value, whose depth rises above its */
static bool visit_held(struct walk *w, uint32_t held, unsigned *depth, unsigned level)
{
	if (!visit(w, held, level + 1))
		return false;
	if (*depth <= w->types[held].depth)
		*depth = w->types[held].depth + 1u;
	return true;
}

static bool holds_target(uint8_t kind)
{
	switch (kind) {
	case IMG_T_ARRAY:
	case IMG_T_VECTOR:
	case IMG_T_ENUM:
	case IMG_T_TYPEDEF:
	case IMG_T_CONST:
	case IMG_T_VOLATILE:
	case IMG_T_RESTRICT:
	case IMG_T_ATOMIC:
	case IMG_T_FUNCTION: return true;
	default: return false;
	}
}

static bool visit(struct walk *w, uint32_t type, unsigned level)
{
	struct img_type *y = &w->types[type];
	unsigned depth = 0;

	w->bad = type;
	if (y->depth == OPEN || level > IMG_MAX_DEPTH)
		return false;
	if (y->digest)
		return true;
	y->depth = OPEN;
	if (holds_target(y->kind) && !visit_held(w, y->target, &depth, level))
		return false;
	for (uint32_t k = 0; k < y->nmembers && y->kind != IMG_T_ENUM; k++) {
		const struct img_member *m = &w->v.members[y->members + k];

		if (!(m->flags & IMG_MF_STATIC) && !visit_held(w, m->type, &depth, level))
			return false;
	}
	w->bad = type;
	if (depth > IMG_MAX_DEPTH)
		return false;
	y->depth = (uint8_t)depth;
	y->digest = digest(&w->v, type, stored);
	return true;
}

uint32_t img_digest_types(
	struct img_type *types, uint32_t n, const struct img_member *members, const char *strings)
{
	struct walk w = {
		.v = { .types = types,
			.members = members,
			.strings = strings,
			.ntypes = n,
			.style = IMG_STYLE_DIGEST },
		.types = types,
	};

	for (uint32_t i = 0; i < n; i++)
		types[i].depth = 0, types[i].digest = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (!visit(&w, i, 0))
			return w.bad;
	}
	return n;
}

static void add_heap(struct img_sum *s, const struct img_view *v)
{
	if (!v->nroots && !v->ninserts)
		return;
	img_sum_uint(s, v->nroots, 4);
	for (uint32_t i = 0; i < v->nroots; i++) {
		img_sum_str(s, img_str(v, v->roots[i].name));
		img_sum_uint(s, v->roots[i].flags, 4);
	}
	img_sum_uint(s, v->ninserts, 4);
	for (uint32_t i = 0; i < v->ninserts; i++) {
		img_sum_str(s, img_str(v, v->inserts[i].function));
		img_sum_str(s, img_str(v, v->inserts[i].signature));
		img_sum_uint(s, v->inserts[i].image, 4);
	}
}

uint64_t img_interface_digest(const struct img_view *v)
{
	uint64_t types = 0; /* a sum: their order does not count */
	struct img_sum s;

	img_sum_start(&s);
	img_sum_str(&s, img_str(v, v->package->abi_text));
	img_sum_uint(&s, v->nneeds, 4);
	for (uint32_t i = 0; i < v->nneeds; i++) {
		img_sum_uint(&s, v->needs[i].kind, 4);
		img_sum_str(&s, img_str(v, v->needs[i].name));
	}
	img_sum_uint(&s, v->nmethods, 4);
	for (uint32_t i = 0; i < v->nmethods; i++) {
		const struct img_method *m = &v->methods[i];

		img_sum_str(&s, img_str(v, m->name));
		img_sum_str(&s, img_str(v, m->symbol));
		img_sum_uint(&s, m->type ? v->types[m->type].digest : 0, 8);
	}
	img_sum_uint(&s, v->nglobals, 4);
	for (uint32_t i = 0; i < v->nglobals; i++) {
		const struct img_global *g = &v->globals[i];

		img_sum_str(&s, img_str(v, g->name));
		img_sum_str(&s, img_str(v, g->symbol));
		img_sum_uint(&s, g->type ? v->types[g->type].digest : 0, 8);
		img_sum_uint(&s, g->size, 8);
		img_sum_uint(&s, g->flags, 4);
	}
	for (uint32_t i = 0; i < v->ntypes; i++)
		types += v->types[i].digest;
	img_sum_uint(&s, types, 8);
	add_heap(&s, v);
	return img_sum_end(&s);
}
