/* Check of types and members, FORMAT.md 7.
 *
 * What has to hold for the code that walks types: indices are in range, each kind has the fields
 * it may have, and no type holds itself by value. The last is proved by img_type.depth: it falls
 * along each edge "holds by value", so a walk along such edges ends after 250 steps. */
#include "image/image.h"
#include "image/rd.h"

enum { ALL_FLAGS = IMG_TF_VARIADIC | IMG_TF_SIGNED | IMG_TF_PACKED | IMG_TF_NO_PROTOTYPE };
enum {
	ALL_MEMBER_FLAGS = IMG_MF_BITFIELD | IMG_MF_BASE | IMG_MF_STATIC | IMG_MF_VIRTUAL_BASE |
			   IMG_MF_ARTIFICIAL | IMG_MF_ANONYMOUS
};

/* what a kind has, and whether its target is held by value */
enum { TARGET = 1, BY_VALUE = 2, COUNT = 4, FIELDS = 8, VALUES = 16, PARAMS = 32 };

static const uint8_t shapes[IMG_T_KINDS] = {
	[IMG_T_POINTER] = TARGET,
	[IMG_T_REF] = TARGET,
	[IMG_T_RVALUE_REF] = TARGET,
	[IMG_T_MEMBER_POINTER] = TARGET | COUNT,
	[IMG_T_ARRAY] = TARGET | BY_VALUE | COUNT,
	[IMG_T_VECTOR] = TARGET | BY_VALUE | COUNT,
	[IMG_T_STRUCT] = FIELDS,
	[IMG_T_CLASS] = FIELDS,
	[IMG_T_UNION] = FIELDS,
	[IMG_T_ENUM] = TARGET | BY_VALUE | VALUES,
	[IMG_T_TYPEDEF] = TARGET | BY_VALUE,
	[IMG_T_CONST] = TARGET | BY_VALUE,
	[IMG_T_VOLATILE] = TARGET | BY_VALUE,
	[IMG_T_RESTRICT] = TARGET | BY_VALUE,
	[IMG_T_ATOMIC] = TARGET | BY_VALUE,
	[IMG_T_FUNCTION] = TARGET | BY_VALUE | PARAMS,
};

static bool check_depth(
	struct img_rd *r, const struct img_view *v, const struct img_type *t, uint32_t held)
{
	if (t->depth > v->types[held].depth)
		return true;
	return img_bad_value(r, "it may hold itself (depth of what it holds)", "below ", t->depth,
		v->types[held].depth);
}

static bool check_field(struct img_rd *r, const struct img_view *v, const struct img_type *t,
	const struct img_member *m)
{
	uint64_t bits = t->size * 8;

	if (!(m->flags & IMG_MF_STATIC) && !check_depth(r, v, t, m->type))
		return false;
	if (m->value < 0 || (uint64_t)m->value > bits)
		return img_bad_value(r, "a field begins outside of its type", "at most ", bits,
			(uint64_t)m->value);
	if (m->bit_size > bits - (uint64_t)m->value)
		return img_bad_value(r, "a bit field is wider than its type", "at most ",
			bits - (uint64_t)m->value, m->bit_size);
	if (!(m->flags & IMG_MF_BITFIELD) != !m->bit_size)
		return img_bad(r, "a field has a width without being a bit field, or the reverse");
	return true;
}

/* members of type r->entry; each was checked alone before */
static bool check_members_of(struct img_rd *r, const struct img_view *v, const struct img_type *t)
{
	uint8_t shape = shapes[t->kind];

	for (uint32_t k = 0; k < t->nmembers; k++) {
		const struct img_member *m = &v->members[t->members + k];

		if ((shape & FIELDS) && !check_field(r, v, t, m))
			return false;
		if ((shape & PARAMS) && !check_depth(r, v, t, m->type))
			return false;
		if ((shape & PARAMS) && (m->value || m->bit_size))
			return img_bad(r, "a parameter has an offset or a width");
		if ((shape & VALUES) && (m->type || m->bit_size || m->flags))
			return img_bad(r, "an enumerator has a type, a width or flags");
	}
	return true;
}

static bool check_fields_of_kind(
	struct img_rd *r, const struct img_view *v, const struct img_type *t)
{
	uint8_t shape = shapes[t->kind];

	if (t->kind == IMG_T_OPAQUE) {
		if (t->tag != IMG_T_STRUCT && t->tag != IMG_T_CLASS && t->tag != IMG_T_UNION &&
			t->tag != IMG_T_ENUM)
			return img_bad_value(r, "an opaque type with another tag", "at most ",
				IMG_T_ENUM, t->tag);
	} else if (t->tag) {
		return img_bad_value(r, "a tag on a type that is not opaque", "", 0, t->tag);
	}
	if (t->target >= v->ntypes || (!(shape & TARGET) && t->target))
		return img_bad_value(r, "the target type is out of range", "below ",
			shape & TARGET ? v->ntypes : 1, t->target);
	if (!(shape & COUNT) && t->count)
		return img_bad_value(r, "a count on a type that has none", "", 0, t->count);
	if (t->kind == IMG_T_MEMBER_POINTER && t->count >= v->ntypes)
		return img_bad_value(r, "the class is out of range", "below ", v->ntypes, t->count);
	if (t->nmembers && !(shape & (FIELDS | VALUES | PARAMS)))
		return img_bad_value(r, "members on a type that has none", "", 0, t->nmembers);
	if (!t->nmembers && t->members)
		return img_bad_value(r, "a first member without members", "", 0, t->members);
	return true;
}

static bool check_type(struct img_rd *r, const struct img_view *v, const struct img_type *t)
{
	if (t->kind >= IMG_T_KINDS)
		return img_bad_value(r, "an unknown kind", "below ", IMG_T_KINDS, t->kind);
	if (!img_string_ok(v, t->name))
		return img_bad_value(r, "a string is out of range", "below ", v->nstrings, t->name);
	if (t->flags & ~ALL_FLAGS)
		return img_bad_value(r, "unknown flags", "at most ", ALL_FLAGS, t->flags);
	if (t->depth > IMG_MAX_DEPTH)
		return img_bad_value(r, "nested too deep", "at most ", IMG_MAX_DEPTH, t->depth);
	if (t->align & (t->align - 1))
		return img_bad_value(r, "the alignment is no power of two", "", 0, t->align);
	if (t->size > UINT64_C(1) << 56)
		return img_bad_value(r, "impossibly large", "at most ", UINT64_C(1) << 56, t->size);
	if (!check_fields_of_kind(r, v, t))
		return false;
	if (t->members > v->nmembers || t->nmembers > v->nmembers - t->members)
		return img_bad_value(r, "its members are out of range", "at most ", v->nmembers,
			t->members + (uint64_t)t->nmembers);
	if ((shapes[t->kind] & BY_VALUE) && !check_depth(r, v, t, t->target))
		return false;
	return check_members_of(r, v, t);
}

static bool check_all_members(struct img_rd *r, const struct img_view *v)
{
	r->doing = "members";
	for (r->entry = 0; r->entry < v->nmembers; r->entry++) {
		const struct img_member *m = &v->members[r->entry];

		if (!img_string_ok(v, m->name))
			return img_bad_value(
				r, "a string is out of range", "below ", v->nstrings, m->name);
		if (m->type >= v->ntypes)
			return img_bad_value(
				r, "the type is out of range", "below ", v->ntypes, m->type);
		if (m->flags & ~(uint32_t)ALL_MEMBER_FLAGS)
			return img_bad_value(
				r, "unknown flags", "at most ", ALL_MEMBER_FLAGS, m->flags);
	}
	r->entry = IMG_NO_ENTRY;
	return true;
}

bool img_check_types(struct img_rd *r, const struct img_view *v)
{
	uint64_t owned = 0;

	r->doing = "types";
	if (v->ntypes == 0 || v->types[0].kind != IMG_T_VOID)
		return img_bad(r, "entry 0 is not void");
	if (!check_all_members(r, v))
		return false;
	r->doing = "types";
	for (r->entry = 0; r->entry < v->ntypes; r->entry++) {
		owned += v->types[r->entry].nmembers;
		if (owned > v->nmembers) /* so that the walk over all stays linear */
			return img_bad_value(
				r, "more members than there are", "at most ", v->nmembers, owned);
		if (!check_type(r, v, &v->types[r->entry]))
			return false;
	}
	r->entry = IMG_NO_ENTRY;
	return true;
}
