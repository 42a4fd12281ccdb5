/* Check of imports (FORMAT.md 16): what their table says, and where it leads in the file. */
#include <string.h>

#include "image/container.h"

/* Two slots that touch are one slot, as each is aligned. With no memory for a list of all, those
 * of one stretch are marked at a time; a limit on the stretches keeps the time linear. */
enum { STRETCH = 1 << 16 /* pointers */, MOST_STRETCHES = 64 };

struct stretch {
	uint64_t from; /* in pointers, as all places here */
	uint64_t taken[STRETCH / 64];
};

/* with bitcode there are no addresses yet */
static bool check_index(
	struct img_rd *r, const struct img_view *v, uint32_t index, const char *problem)
{
	if (v->nbitcode)
		return !index || img_bad_value(r, "with bitcode it has no address", "", 0, index);
	return index < v->naddresses || img_bad_value(r, problem, "below ", v->naddresses, index);
}

static bool is_before(
	const struct img_view *v, const struct img_import *a, const struct img_import *b)
{
	if (a->dependency != b->dependency)
		return a->dependency < b->dependency;
	return strcmp(img_str(v, a->symbol), img_str(v, b->symbol)) < 0;
}

bool img_check_imports(struct img_rd *r, const struct img_view *v)
{
	r->doing = "imports";
	for (r->entry = 0; r->entry < v->nimports; r->entry++) {
		const struct img_import *n = &v->imports[r->entry];

		if (!img_check_name(r, v, n->symbol))
			return false;
		if (n->dependency >= v->ndependencies)
			return img_bad_value(r, "its dependency is out of range", "below ",
				v->ndependencies, n->dependency);
		if (n->kind != IMG_IMPORT_METHOD && n->kind != IMG_IMPORT_GLOBAL)
			return img_bad_value(
				r, "an unknown kind", "at most ", IMG_IMPORT_GLOBAL, n->kind);
		if (!check_index(r, v, n->address, "the address of its slot is out of range") ||
			!check_index(r, v, n->unset, "where it leads unset is out of range"))
			return false;
		if (n->reserved)
			return img_bad(r, "reserved fields are not zero");
		if (r->entry && !is_before(v, n - 1, n))
			return img_bad(r, "not sorted by dependency and symbol");
	}
	r->entry = IMG_NO_ENTRY;
	return true;
}

/* ---- the file */

static uint64_t place_of(const struct img_container *c, const struct img_view *v, uint32_t address)
{
	return (c->meta_vaddr + (uint64_t)(int64_t)v->addresses[address]) / c->pointer;
}

static bool is_taken(const struct stretch *s, uint64_t at)
{
	return at >= s->from && at - s->from < STRETCH &&
	       s->taken[(at - s->from) / 64] >> (at - s->from) % 64 & 1;
}

/* next: set to the first slot behind the stretch; UINT64_MAX: there is none */
static bool check_stretch(struct img_rd *r, const struct img_container *c, const struct img_view *v,
	struct stretch *s, uint64_t *next)
{
	*next = UINT64_MAX;
	memset(s->taken, 0, sizeof(s->taken));
	r->doing = "imports";
	for (r->entry = 0; r->entry < v->nimports; r->entry++) {
		uint64_t at = place_of(c, v, v->imports[r->entry].address);

		if (is_taken(s, at))
			return img_bad(r, "its slot is that of another import");
		if (at >= s->from && at - s->from < STRETCH)
			s->taken[(at - s->from) / 64] |= UINT64_C(1) << (at - s->from) % 64;
		else if (at >= s->from && at < *next)
			*next = at;
	}
	r->doing = "variables";
	for (r->entry = 0; r->entry < v->nvariables; r->entry++) {
		if (is_taken(s, place_of(c, v, v->variables[r->entry].address)))
			return img_bad(r, "it is the slot of an import");
	}
	r->doing = "imports";
	r->entry = IMG_NO_ENTRY;
	return true;
}

static bool check_slots(struct img_rd *r, const struct img_container *c, const struct img_view *v)
{
	struct stretch s;
	uint64_t next = UINT64_MAX;

	for (uint32_t i = 0; i < v->nimports; i++) {
		uint64_t at = place_of(c, v, v->imports[i].address);

		next = at < next ? at : next;
	}
	for (unsigned n = 0; next != UINT64_MAX; n++) {
		if (n == MOST_STRETCHES)
			return img_bad_value(r, "their slots are too far from each other",
				"at most ", MOST_STRETCHES, n + (uint64_t)1);
		s.from = next;
		if (!check_stretch(r, c, v, &s, &next))
			return false;
	}
	return true;
}

bool img_check_imports_file(
	struct img_rd *r, const struct img_container *c, const struct img_view *v)
{
	r->doing = "imports";
	for (r->entry = 0; r->entry < v->nimports && !v->nbitcode; r->entry++) {
		const struct img_import *n = &v->imports[r->entry];

		if (!img_check_pointer(r, c, v, n->address))
			return false;
		if (!img_leads_to(c, v->addresses[n->unset], 1, IMG_REGION_EXEC))
			return img_bad(r, "where it leads unset is not in executable memory");
	}
	r->entry = IMG_NO_ENTRY;
	return v->nbitcode || !v->nimports || check_slots(r, c, v);
}
