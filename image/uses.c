/* An interface in parts, and what an image uses of another one's, FORMAT.md 6 and 9. */
#include <string.h>

#include "image/image.h"
#include "image/sum.h"

/* Above this many steps all types count for each symbol: the digests of a large interface would
 * take seconds. */
enum { MOST_STEPS = 64 << 20 };

void img_parts_start(struct img_parts *p, const struct img_view *v, uint32_t *room)
{
	uint64_t n = (uint64_t)v->nmethods + v->nglobals;

	*p = (struct img_parts) { .v = v, .mark = room, .stack = room + v->ntypes };
	p->coarse = v->ntypes && n > MOST_STEPS / v->ntypes;
	for (uint32_t i = 0; p->coarse && i < v->ntypes; i++)
		p->all += v->types[i].digest;
}

static void push(struct img_parts *p, uint32_t type, uint32_t *n)
{
	if (!type || p->mark[type] == p->round)
		return;
	p->mark[type] = p->round;
	p->stack[(*n)++] = type;
}

/* the sum of the digests of a type and all types that it leads to, through pointers too */
static uint64_t reach(struct img_parts *p, uint32_t type)
{
	uint32_t n = 0;
	uint64_t sum = 0;

	if (p->coarse)
		return p->all;
	p->round++;
	push(p, type, &n);
	while (n) {
		const struct img_type *t = &p->v->types[p->stack[--n]];

		sum += t->digest;
		push(p, t->target, &n);
		if (t->kind == IMG_T_MEMBER_POINTER)
			push(p, (uint32_t)t->count, &n);
		for (uint32_t i = 0; i < t->nmembers; i++)
			push(p, p->v->members[t->members + i].type, &n);
	}
	return sum;
}

static uint64_t symbol_digest(
	struct img_parts *p, uint32_t symbol, uint32_t type, uint64_t size, uint32_t flags)
{
	struct img_sum s;

	img_sum_start(&s);
	img_sum_str(&s, img_str(p->v, symbol));
	img_sum_uint(&s, type ? p->v->types[type].digest : 0, 8);
	img_sum_uint(&s, size, 8);
	img_sum_uint(&s, flags, 4);
	img_sum_uint(&s, reach(p, type), 8);
	return img_sum_end(&s);
}

static bool is_defined(uint32_t kind)
{
	return kind == IMG_T_STRUCT || kind == IMG_T_CLASS || kind == IMG_T_UNION ||
	       kind == IMG_T_ENUM || kind == IMG_T_TYPEDEF;
}

uint64_t img_nparts(const struct img_view *v)
{
	return (uint64_t)v->nmethods + v->nglobals + v->ntypes;
}

bool img_part_at(const struct img_view *v, uint64_t i, struct img_part *out)
{
	const struct img_type *t;

	*out = (struct img_part) { .index = i, .kind = IMG_USE_SYMBOL };
	if (i < v->nmethods) {
		out->name = img_str(v, v->methods[i].symbol);
		return true;
	}
	i -= v->nmethods;
	if (i < v->nglobals) {
		out->name = img_str(v, v->globals[i].symbol);
		return true;
	}
	t = &v->types[i - v->nglobals];
	out->name = img_str(v, t->name);
	out->kind = IMG_USE_TYPE;
	return is_defined(t->kind) && *out->name;
}

uint64_t img_part_digest(struct img_parts *p, const struct img_part *part)
{
	const struct img_view *v = p->v;
	uint64_t i = part->index;
	const struct img_global *g;

	if (i < v->nmethods)
		return symbol_digest(p, v->methods[i].symbol, v->methods[i].type, 0, 0);
	i -= v->nmethods;
	if (i >= v->nglobals)
		return v->types[i - v->nglobals].digest;
	g = &v->globals[i];
	return symbol_digest(p, g->symbol, g->type, g->size, 1 + g->flags);
}

/* A type that is no longer there cannot be another one; a symbol can. */
static bool holds(struct img_parts *now, const struct img_use *u, const char *name)
{
	bool found = u->kind == IMG_USE_SYMBOL;
	struct img_part p;

	for (uint64_t i = 0; i < img_nparts(now->v); i++) {
		if (!img_part_at(now->v, i, &p) || p.kind != u->kind || strcmp(p.name, name))
			continue;
		if (img_part_digest(now, &p) == u->digest)
			return true;
		found = true;
	}
	return !found;
}

bool img_uses_hold(
	const struct img_view *v, uint32_t dependency, struct img_parts *now, const char **changed)
{
	bool listed = false;

	for (uint32_t i = 0; i < v->nuses; i++) {
		const struct img_use *u = &v->uses[i];

		if (u->dependency != dependency)
			continue;
		listed = true;
		*changed = img_str(v, u->name);
		if (!holds(now, u, *changed))
			return false;
	}
	*changed = NULL;
	return listed;
}
