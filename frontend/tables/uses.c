#include "frontend/tables/uses.h"

#include <inttypes.h>

#include "base/str.h"

/* Who may know more types of a dependency counts as a user of all of it: a longer list would be
 * most of what a lookup reads, and a loader compares each with each. */
enum { MOST_TYPES = 1024 };

/* `known` of a type of the dependency */
enum { KNOWN = 1, WALKED = 2 };

struct finder {
	struct arena *a;
	struct strings *s;
	const struct needs *needs;
	struct names types; /* that the package may know, by their names */
	bool *open;         /* [types.n] with all that it leads to */
	bool any_type;      /* it may know every one */
	struct img_use *v;
	size_t n, cap;
};

/* one dependency */
struct side {
	const struct img_view *v;
	uint8_t *known;  /* [ntypes] */
	uint32_t *stack; /* [ntypes] */
};

/* ---- what the package knows */

static void add_known(struct finder *f, const struct modules *m)
{
	size_t cap = 0;

	for (size_t i = 0; i < m->n; i++) {
		const struct module_input *in = &m->v[i];

		f->any_type |= !in->types_told;
		for (size_t k = 0; k < in->known_types.n; k++) {
			const struct ll_known_type *t = &in->known_types.v[k];
			size_t before = f->types.n, at = names_add(&f->types, t->name);

			if (f->types.n > before) {
				arena_push_room(f->a, f->open, at, cap);
				f->open[at] = false;
			}
			f->open[at] |= t->open;
		}
	}
}

/* ---- types of a dependency */

static void push(struct side *s, uint32_t type, uint32_t *n)
{
	if (!type || s->known[type] & WALKED)
		return;
	s->known[type] = KNOWN | WALKED;
	s->stack[(*n)++] = type;
}

/* a type and all that it leads to, through pointers too */
static void know_all_of(struct side *s, uint32_t type)
{
	uint32_t n = 0;

	push(s, type, &n);
	while (n) {
		const struct img_type *t = &s->v->types[s->stack[--n]];

		push(s, t->target, &n);
		if (t->kind == IMG_T_MEMBER_POINTER)
			push(s, (uint32_t)t->count, &n);
		for (uint32_t i = 0; i < t->nmembers; i++)
			push(s, s->v->members[t->members + i].type, &n);
	}
}

static void find_known(const struct finder *f, struct side *s)
{
	for (uint32_t i = 1; i < s->v->ntypes; i++) {
		const char *name = img_str(s->v, s->v->types[i].name);
		size_t at = *name && !f->any_type ? names_find(&f->types, name) : NAMES_NONE;

		if (f->any_type)
			s->known[i] = KNOWN;
		else if (at != NAMES_NONE && f->open[at])
			know_all_of(s, i);
		else if (at != NAMES_NONE)
			s->known[i] |= KNOWN;
	}
}

static const struct img_type *pointee(const struct img_view *v, const struct img_type *t)
{
	bool points = t->kind == IMG_T_POINTER || t->kind == IMG_T_REF ||
		      t->kind == IMG_T_RVALUE_REF || t->kind == IMG_T_MEMBER_POINTER;

	t = &v->types[points ? t->target : 0];
	while (t->kind == IMG_T_ARRAY || t->kind == IMG_T_CONST || t->kind == IMG_T_VOLATILE ||
		t->kind == IMG_T_RESTRICT || t->kind == IMG_T_ATOMIC)
		t = &v->types[t->target];
	return t;
}

/* A struct without a name behind a pointer: it is in no digest but that of the whole interface. */
static bool points_to_unnamed(const struct img_view *v)
{
	for (uint32_t i = 1; i < v->ntypes; i++) {
		const struct img_type *to = pointee(v, &v->types[i]);

		if ((to->kind == IMG_T_STRUCT || to->kind == IMG_T_CLASS ||
			    to->kind == IMG_T_UNION || to->kind == IMG_T_ENUM) &&
			!*img_str(v, to->name))
			return true;
	}
	return false;
}

/* ---- uses */

static const char *type_key(struct arena *a, const char *name, uint64_t digest)
{
	return str_fmt(a, "%s %016" PRIx64, name, digest);
}

static bool is_used(const struct finder *f, const struct side *s, const struct img_part *p)
{
	uint64_t first = (uint64_t)s->v->nmethods + s->v->nglobals;

	return p->kind == IMG_USE_TYPE ? s->known[p->index - first] != 0
				       : names_find(f->needs->wanted, p->name) != NAMES_NONE;
}

static void add_uses(struct finder *f, const struct side *s, uint32_t number)
{
	const struct img_view *dep = s->v;
	struct names seen = { .mem = f->a };
	size_t start = f->n, ntypes = 0;
	struct img_parts parts;
	struct img_part p;

	img_parts_start(&parts, dep, arena_array(f->a, uint32_t, 2 * (size_t)dep->ntypes));
	for (uint64_t i = 0; i < img_nparts(dep); i++) {
		size_t before = seen.n;
		uint64_t digest;

		if (!img_part_at(dep, i, &p) || !is_used(f, s, &p))
			continue;
		digest = p.kind == IMG_USE_TYPE ? img_part_digest(&parts, &p) : 0;
		names_add(&seen, p.kind == IMG_USE_TYPE ? type_key(f->a, p.name, digest) : p.name);
		if (seen.n == before) /* a symbol of two names */
			continue;
		arena_push_room(f->a, f->v, f->n, f->cap);
		f->v[f->n++] = (struct img_use) { .dependency = number,
			.kind = p.kind,
			.name = strings_add(f->s, p.name),
			.digest = digest ? digest : img_part_digest(&parts, &p) };
		ntypes += p.kind == IMG_USE_TYPE;
	}
	if (ntypes > MOST_TYPES || (ntypes && points_to_unnamed(dep)))
		f->n = start;
}

static void find_uses(struct finder *f, const struct img_view *dep, uint32_t number)
{
	struct side s = { .v = dep,
		.known = arena_array(f->a, uint8_t, dep->ntypes),
		.stack = arena_array(f->a, uint32_t, dep->ntypes) };

	find_known(f, &s);
	add_uses(f, &s, number);
}

const struct img_use *uses_find(struct arena *a, const struct package *p, const struct modules *m,
	const struct needs *n, struct strings *s, size_t *count)
{
	struct finder f = { .a = a, .s = s, .needs = n, .types.mem = a };

	*count = 0;
	if (!p->ndeps || !n->wanted)
		return NULL;
	add_known(&f, m);
	for (size_t i = 0; i < p->ndeps; i++)
		find_uses(&f, &p->deps[i].view, (uint32_t)i);
	*count = f.n;
	return f.v;
}
