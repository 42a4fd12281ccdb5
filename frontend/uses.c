#include "frontend/uses.h"

#include <inttypes.h>

#include "base/str.h"

struct finder {
	struct arena *a;
	struct strings *s;
	struct names types; /* of the package: "point 0123456789abcdef" */
	struct img_use *v;
	size_t n, cap;
};

static const char *type_key(struct arena *a, const char *name, uint64_t digest)
{
	return str_fmt(a, "%s %016" PRIx64, name, digest);
}

/* Without debug information a module does not say what types it knows. */
static bool is_known(const struct modules *m, const struct needs *n)
{
	for (size_t i = 0; i < m->n; i++)
		if (!m->v[i].has_debug)
			return false;
	return n->wanted != NULL;
}

static void add_own_types(struct finder *f, const struct type_table *t)
{
	struct img_view own = { .types = t->types, .ntypes = t->ntypes, .strings = f->s->bytes };
	struct img_part p;

	for (uint64_t i = 0; i < img_nparts(&own); i++)
		if (img_part_at(&own, i, &p))
			names_add(&f->types, type_key(f->a, p.name, t->types[i].digest));
}

static bool is_used(
	struct finder *f, const struct needs *n, const struct img_part *p, const char *key)
{
	return p->kind == IMG_USE_TYPE ? names_find(&f->types, key) != NAMES_NONE
				       : names_find(n->wanted, p->name) != NAMES_NONE;
}

static void add_uses(
	struct finder *f, const struct needs *n, const struct img_view *dep, uint32_t number)
{
	struct names seen = { .mem = f->a };
	struct img_parts parts;
	struct img_part p;

	img_parts_start(&parts, dep, arena_array(f->a, uint32_t, 2 * (size_t)dep->ntypes));
	for (uint64_t i = 0; i < img_nparts(dep); i++) {
		const char *key = NULL;
		size_t before = seen.n;
		uint64_t digest = 0;

		if (!img_part_at(dep, i, &p))
			continue;
		if (p.kind == IMG_USE_TYPE) {
			digest = img_part_digest(&parts, &p);
			key = type_key(f->a, p.name, digest);
		}
		if (!is_used(f, n, &p, key))
			continue;
		names_add(&seen, key ? key : p.name);
		if (seen.n == before) /* a symbol of two names */
			continue;
		arena_push_room(f->a, f->v, f->n, f->cap);
		f->v[f->n++] = (struct img_use) { .dependency = number,
			.kind = p.kind,
			.name = strings_add(f->s, p.name),
			.digest = key ? digest : img_part_digest(&parts, &p) };
	}
}

const struct img_use *uses_find(struct arena *a, const struct package *p, const struct modules *m,
	const struct needs *n, struct strings *s, const struct type_table *t, size_t *count)
{
	struct finder f = { .a = a, .s = s, .types.mem = a };

	*count = 0;
	if (!p->ndeps || !is_known(m, n))
		return NULL;
	add_own_types(&f, t);
	for (size_t i = 0; i < p->ndeps; i++)
		if (p->deps[i].view.header->flags & IMG_DEBUG_INFO)
			add_uses(&f, n, &p->deps[i].view, (uint32_t)i);
	*count = f.n;
	return f.v;
}
