/* Check of the heap part: its tables (FORMAT.md 12 to 15), in time that does not depend on the
 * heap's size. What lies in the heap itself is not read here; FORMAT.md 10 says how a loader stays
 * safe all the same. */
#include <string.h>

#include "image/container.h"

enum {
	MOST_TYPES = 1 << 16, /* their numbers are u16 in the heap */
	TYPE_FLAGS = IMG_HTF_MUTABLE | IMG_HTF_INTERNED,
};

static const char reserved[] = "reserved fields are not zero";

/* ---- where things are */

static const struct img_heap_section *scratch(const struct img_view *v)
{
	return &v->heap_sections[v->nheap_sections - 1];
}

/* [at, at + n) is in the section */
static bool inside(const struct img_heap_section *s, uint64_t at, uint64_t n)
{
	return at >= s->offset && at - s->offset <= s->size && n <= s->size - (at - s->offset);
}

uint32_t img_heap_section_at(const struct img_view *v, uint64_t offset, uint64_t n)
{
	for (uint32_t i = 0; i < v->nheap_sections; i++) {
		if (v->heap_sections[i].fate != IMG_FATE_SCRATCH &&
			inside(&v->heap_sections[i], offset, n))
			return i;
	}
	return UINT32_MAX;
}

uint64_t img_heap_object_size(
	const struct img_view *v, const uint8_t *heap, uint64_t offset, uint32_t type)
{
	const struct img_heap_type *t = &v->heap_types[type];
	const struct img_heap_section *s;
	uint64_t size = v->types[t->type].size, count = 0, room;
	uint32_t in = img_heap_section_at(v, offset, size);

	if (in == UINT32_MAX)
		return 0;
	s = &v->heap_sections[in];
	room = s->size - (offset - s->offset) - size;
	if (t->count_at == IMG_NO_COUNTER)
		return size;
	for (uint32_t i = t->count_size; i-- > 0;)
		count = count << 8 | heap[offset + t->count_at + i];
	return count <= room / t->element_size ? size + count * t->element_size : 0;
}

const char *img_fate_name(uint32_t fate)
{
	static const char *const names[IMG_FATES] = { "?", "data", "constant", "mutable",
		"bound_constant", "bound_mutable", "scratch" };

	return names[fate < IMG_FATES ? fate : 0];
}

/* n bytes for the loader at `at`: in the scratch section */
static bool in_scratch(struct img_rd *r, const struct img_view *v, uint64_t at, uint64_t n)
{
	if (at % 8)
		return img_bad_value(
			r, "what it has for the loader is not aligned", "a multiple of ", 8, at);
	return inside(scratch(v), at, n) ||
	       img_bad_value(r, "what it has for the loader is not in the scratch section",
		       "at least ", scratch(v)->offset, at);
}

/* a word that the loader or the host changes, in a section of one of two fates */
static bool check_word(
	struct img_rd *r, const struct img_view *v, uint64_t at, uint32_t fate, uint32_t or_fate)
{
	uint32_t i = img_heap_section_at(v, at, v->heap->word);

	if (at % v->heap->word)
		return img_bad_value(
			r, "its word is not aligned", "a multiple of ", v->heap->word, at);
	if (i == UINT32_MAX)
		return img_bad_value(r, "its word is in no section", "below ", v->heap->mapped, at);
	if (v->heap_sections[i].fate != fate && v->heap_sections[i].fate != or_fate)
		return img_bad_value(r, "its word is in a section of another fate", "", fate,
			v->heap_sections[i].fate);
	return true;
}

static bool check_object(struct img_rd *r, const struct img_view *v, uint64_t at, uint64_t size)
{
	if (at % IMG_HEAP_GRAIN)
		return img_bad_value(
			r, "its object is not aligned", "a multiple of ", IMG_HEAP_GRAIN, at);
	return img_heap_section_at(v, at, size) != UINT32_MAX ||
	       img_bad_value(r, "its object is in no section", "below ", v->heap->mapped, at);
}

/* a reference to the heap of `image`, of which there must be one */
static bool check_image(struct img_rd *r, const struct img_view *v, uint32_t image)
{
	if (image > v->ndependencies)
		return img_bad_value(
			r, "its image is out of range", "at most ", v->ndependencies, image);
	if (image == IMG_SELF)
		return v->heap || img_bad(r, "there is no heap that it could lead to");
	if (!(v->dependencies[image - 1].flags & IMG_DEP_BUILD) ||
		!v->dependencies[image - 1].heap_base)
		return img_bad(r, "it leads to a dependency of which any build would do");
	return true;
}

/* ---- the heap and its sections */

static bool check_place(struct img_rd *r, const struct img_heap *h)
{
	if (h->at % IMG_HEAP_ALIGN)
		return img_bad_value(r, "its place in the file is not aligned", "a multiple of ",
			IMG_HEAP_ALIGN, h->at);
	if (!h->size || h->size % IMG_HEAP_ALIGN || h->size > UINT64_MAX - h->at)
		return img_bad_value(
			r, "its size is impossible", "a multiple of ", IMG_HEAP_ALIGN, h->size);
	if (!h->base || h->base % IMG_HEAP_ALIGN || h->size > UINT64_MAX - h->base)
		return img_bad_value(
			r, "its address is impossible", "a multiple of ", IMG_HEAP_ALIGN, h->base);
	return true;
}

static bool check_heap(struct img_rd *r, const struct img_view *v)
{
	const struct img_heap *h = v->heap;
	const char *abi = img_str(v, v->package->abi_text);
	size_t n = strlen(abi);
	uint32_t word = n >= 2 && !strcmp(abi + n - 2, "64") ? 8 : 4;

	r->doing = "heap";
	if (!check_place(r, h))
		return false;
	if (h->word != word)
		return img_bad_value(r, "words are not as wide as pointers", "", word, h->word);
	return !h->reserved || img_bad(r, reserved);
}

static uint64_t rounded(uint64_t n)
{
	return (n + IMG_HEAP_ALIGN - 1) / IMG_HEAP_ALIGN * IMG_HEAP_ALIGN;
}

static bool check_sections(struct img_rd *r, const struct img_view *v)
{
	const struct img_heap *h = v->heap;
	uint64_t end = 0;
	uint32_t last = 0;

	r->doing = "heap sections";
	if (v->nheap_sections < 2)
		return img_bad_value(r, "there are too few", "at least ", 2, v->nheap_sections);
	for (r->entry = 0; r->entry < v->nheap_sections; r->entry++) {
		const struct img_heap_section *s = &v->heap_sections[r->entry];

		if (s->fate <= last || s->fate >= IMG_FATES)
			return img_bad_value(r, "an unknown fate, twice, or out of order", "above ",
				last, s->fate);
		last = s->fate;
		if (s->reserved)
			return img_bad(r, reserved);
		if (s->offset != end)
			return img_bad_value(
				r, "not right behind the section before", "", end, s->offset);
		if (!s->size || s->size > h->size - end)
			return img_bad_value(
				r, "its size is impossible", "at most ", h->size - end, s->size);
		end += rounded(s->size); /* h->size is a multiple of the same */
	}
	r->entry = IMG_NO_ENTRY;
	if (last != IMG_FATE_SCRATCH)
		return img_bad_value(
			r, "the last one is not for scratch", "", IMG_FATE_SCRATCH, last);
	r->doing = "heap";
	if (end != h->size)
		return img_bad_value(r, "its size is not that of its sections", "", end, h->size);
	if (h->mapped != scratch(v)->offset)
		return img_bad_value(r, "what is mapped is not all but the scratch section", "",
			scratch(v)->offset, h->mapped);
	if (h->nobjects > h->mapped / IMG_HEAP_GRAIN)
		return img_bad_value(
			r, "too many objects", "at most ", h->mapped / IMG_HEAP_GRAIN, h->nobjects);
	return in_scratch(r, v, h->starts, h->mapped / IMG_HEAP_GRAIN / 8) &&
	       in_scratch(r, v, h->types, h->nobjects * sizeof(uint16_t));
}

/* ---- types */

static bool check_pointers(
	struct img_rd *r, const struct img_view *v, uint32_t first, uint32_t n, uint64_t room)
{
	uint64_t end = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct img_heap_pointer *p = &v->heap_pointers[first + i];

		if (p->kind < IMG_P_STRONG || p->kind > IMG_P_CODE)
			return img_bad_value(
				r, "an unknown kind of pointer", "at most ", IMG_P_CODE, p->kind);
		if (p->offset % v->heap->word || p->offset < end)
			return img_bad_value(r, "pointers are not aligned or not in order",
				"at least ", end, p->offset);
		end = p->offset + (uint64_t)v->heap->word;
		if (end > room)
			return img_bad_value(
				r, "a pointer is outside of the object", "at most ", room, end);
	}
	return true;
}

static bool check_count(struct img_rd *r, const struct img_view *v, const struct img_heap_type *t)
{
	uint64_t size = v->types[t->type].size;

	if (t->count_at == IMG_NO_COUNTER) {
		if (t->count_size || t->element_size || t->nelement)
			return img_bad(r, "elements, but no counter of them");
		return true;
	}
	if (!t->count_size || t->count_size > 8 || (t->count_size & (t->count_size - 1)))
		return img_bad_value(
			r, "the counter's size is impossible", "1, 2, 4, ", 8, t->count_size);
	if (t->count_at + (uint64_t)t->count_size > size)
		return img_bad_value(r, "the counter is outside of the object", "at most ", size,
			t->count_at + (uint64_t)t->count_size);
	if (!t->element_size || t->element_size > UINT64_C(1) << 56)
		return img_bad_value(r, "the size of an element is impossible", "below ",
			UINT64_C(1) << 56, t->element_size);
	if (t->nelement && (t->element_size % v->heap->word || size % v->heap->word))
		return img_bad_value(r, "elements with pointers are not aligned", "a multiple of ",
			v->heap->word, t->element_size);
	return true;
}

static bool check_type(
	struct img_rd *r, const struct img_view *v, const struct img_heap_type *t, uint32_t first)
{
	const struct img_type *y;

	if (t->type >= v->ntypes)
		return img_bad_value(r, "its type is out of range", "below ", v->ntypes, t->type);
	y = &v->types[t->type];
	if (y->kind != IMG_T_STRUCT || !*img_str(v, y->name) || !y->size ||
		y->align > IMG_HEAP_ALIGN)
		return img_bad_value(r, "its type is no struct of known size with a name", "",
			IMG_T_STRUCT, y->kind);
	if (t->flags & ~(uint32_t)TYPE_FLAGS || t->flags == TYPE_FLAGS)
		return img_bad_value(
			r, "unknown flags, or mutable and interned at once", "", 0, t->flags);
	if (t->pointers != first || t->npointers > v->nheap_pointers - first ||
		t->nelement > v->nheap_pointers - first - t->npointers)
		return img_bad_value(
			r, "its pointers are out of range or out of order", "", first, t->pointers);
	return check_pointers(r, v, first, t->npointers, y->size) &&
	       check_pointers(r, v, first + t->npointers, t->nelement, t->element_size) &&
	       check_count(r, v, t) && img_check_string(r, v, t->hook);
}

static bool check_types(struct img_rd *r, const struct img_view *v)
{
	uint32_t first = 0;
	const char *last = "";

	r->doing = "heap types";
	if (v->nheap_types > MOST_TYPES)
		return img_bad_value(
			r, "there are too many", "at most ", MOST_TYPES, v->nheap_types);
	for (r->entry = 0; r->entry < v->nheap_types; r->entry++) {
		const struct img_heap_type *t = &v->heap_types[r->entry];

		if (!check_type(r, v, t, first))
			return false;
		if (strcmp(last, img_str(v, v->types[t->type].name)) >= 0)
			return img_bad(r, "not sorted by name");
		last = img_str(v, v->types[t->type].name);
		first += t->npointers + t->nelement;
	}
	r->entry = IMG_NO_ENTRY;
	return first == v->nheap_pointers ||
	       img_bad_value(r, "pointers that belong to no type", "", first, v->nheap_pointers);
}

/* ---- roots, relocations, binds */

static bool check_roots(struct img_rd *r, const struct img_view *v)
{
	const char *last = "";

	r->doing = "roots";
	for (r->entry = 0; r->entry < v->nroots; r->entry++) {
		const struct img_root *root = &v->roots[r->entry];
		uint32_t fate = root->flags ? IMG_FATE_CONST : IMG_FATE_MUTABLE;

		if (!img_check_name(r, v, root->name))
			return false;
		if (strcmp(last, img_str(v, root->name)) >= 0)
			return img_bad(r, "not sorted by name");
		last = img_str(v, root->name);
		if (root->flags & ~(uint32_t)IMG_ROOT_CONST)
			return img_bad_value(
				r, "unknown flags", "at most ", IMG_ROOT_CONST, root->flags);
		if (!check_word(r, v, root->cell, fate, fate))
			return false;
	}
	r->entry = IMG_NO_ENTRY;
	return true;
}

static bool check_reloc(struct img_rd *r, const struct img_view *v, const struct img_heap_reloc *l)
{
	const struct img_heap_section *s;
	uint64_t word = v->heap->word;

	if (!check_image(r, v, l->image))
		return false;
	if (l->section >= v->nheap_sections)
		return img_bad_value(
			r, "its section is out of range", "below ", v->nheap_sections, l->section);
	s = &v->heap_sections[l->section];
	if (s->fate == IMG_FATE_SCRATCH || s->fate == IMG_FATE_DATA)
		return img_bad_value(
			r, "its section has no pointers", "above ", IMG_FATE_DATA, s->fate);
	if (l->first % (64 * word))
		return img_bad_value(
			r, "its first word is not aligned", "a multiple of ", 64 * word, l->first);
	if (!l->nwords || l->nwords > s->size / word || !inside(s, l->first, l->nwords * word))
		return img_bad_value(r, "its words are outside of the section", "at most ",
			s->size / word, l->nwords);
	if (!l->count || l->count > l->nwords)
		return img_bad_value(
			r, "its number of words is impossible", "at most ", l->nwords, l->count);
	if (!l->npages || l->npages > l->count)
		return img_bad_value(
			r, "its number of pages is impossible", "at most ", l->count, l->npages);
	return in_scratch(r, v, l->bits, (l->nwords + 63) / 64 * 8);
}

static bool check_relocs(struct img_rd *r, const struct img_view *v)
{
	r->doing = "heap relocations";
	for (r->entry = 0; r->entry < v->nheap_relocs; r->entry++) {
		const struct img_heap_reloc *l = &v->heap_relocs[r->entry];

		if (!check_reloc(r, v, l))
			return false;
		if (r->entry && (l[-1].image > l->image ||
					(l[-1].image == l->image && l[-1].section >= l->section)))
			return img_bad(r, "not sorted by image and section");
	}
	r->entry = IMG_NO_ENTRY;
	return true;
}

static bool check_bind_target(struct img_rd *r, const struct img_view *v, const struct img_bind *b)
{
	bool other = b->kind == IMG_BIND_DEPENDENCY_METHOD || b->kind == IMG_BIND_DEPENDENCY_GLOBAL;

	if (b->image > v->ndependencies || other != (b->image != IMG_SELF))
		return img_bad_value(
			r, "its image is out of range", "at most ", v->ndependencies, b->image);
	switch (b->kind) {
	case IMG_BIND_METHOD:
		return b->index < v->nmethods || img_bad_value(r, "its method is out of range",
							 "below ", v->nmethods, b->index);
	case IMG_BIND_GLOBAL:
		if (b->index >= v->nglobals)
			return img_bad_value(
				r, "its global is out of range", "below ", v->nglobals, b->index);
		return !(v->globals[b->index].flags & IMG_GF_TLS) ||
		       img_bad(r, "its global has an address in each thread");
	case IMG_BIND_HOST:
	case IMG_BIND_DEPENDENCY_METHOD:
	case IMG_BIND_DEPENDENCY_GLOBAL: return img_check_name(r, v, b->index);
	default:
		return img_bad_value(
			r, "an unknown kind", "at most ", IMG_BIND_DEPENDENCY_GLOBAL, b->kind);
	}
}

static bool check_binds(struct img_rd *r, const struct img_view *v)
{
	r->doing = "binds";
	for (r->entry = 0; r->entry < v->nbinds; r->entry++) {
		const struct img_bind *b = &v->binds[r->entry];

		if (!check_word(r, v, b->offset, IMG_FATE_BOUND_CONST, IMG_FATE_BOUND_MUTABLE) ||
			!check_bind_target(r, v, b))
			return false;
		if (b->reserved)
			return img_bad(r, reserved);
		if (r->entry && b[-1].offset >= b->offset)
			return img_bad_value(
				r, "not sorted by place", "above ", b[-1].offset, b->offset);
	}
	r->entry = IMG_NO_ENTRY;
	return true;
}

/* ---- interned objects, hooks, insertions, variables, bitcode */

static bool check_typed_object(
	struct img_rd *r, const struct img_view *v, uint64_t at, uint32_t type)
{
	if (type >= v->nheap_types)
		return img_bad_value(r, "its type is out of range", "below ", v->nheap_types, type);
	return check_object(r, v, at, v->types[v->heap_types[type].type].size);
}

static bool check_interned(struct img_rd *r, const struct img_view *v)
{
	r->doing = "interned objects";
	for (r->entry = 0; r->entry < v->ninterned; r->entry++) {
		const struct img_interned *n = &v->interned[r->entry];

		if (!check_typed_object(r, v, n->offset, n->type))
			return false;
		if (!(v->heap_types[n->type].flags & IMG_HTF_INTERNED))
			return img_bad(r, "its type is not interned");
		if (!in_scratch(r, v, n->uses, n->nuses * (uint64_t)sizeof(uint64_t)))
			return false;
	}
	r->doing = "hooks";
	for (r->entry = 0; r->entry < v->nhooks; r->entry++) {
		const struct img_hook *h = &v->hooks[r->entry];

		if (!check_typed_object(r, v, h->offset, h->type))
			return false;
		if (!*img_str(v, v->heap_types[h->type].hook))
			return img_bad(r, "its type has none");
		if (h->reserved)
			return img_bad(r, reserved);
	}
	r->entry = IMG_NO_ENTRY;
	return true;
}

static bool check_inserts(struct img_rd *r, const struct img_view *v)
{
	r->doing = "insertions";
	for (r->entry = 0; r->entry < v->ninserts; r->entry++) {
		const struct img_insert *n = &v->inserts[r->entry];

		if (!img_check_name(r, v, n->function) || !img_check_string(r, v, n->signature))
			return false;
		if (n->image > v->ndependencies)
			return img_bad_value(r, "its image is out of range", "at most ",
				v->ndependencies, n->image);
		if (n->method != IMG_NO_METHOD && n->method >= v->nmethods)
			return img_bad_value(
				r, "its method is out of range", "below ", v->nmethods, n->method);
		if (n->object == IMG_NO_OBJECT)
			continue;
		if (!v->heap)
			return img_bad(r, "there is no heap that it could lead to");
		if (!check_object(r, v, n->object, IMG_HEAP_GRAIN))
			return false;
	}
	r->entry = IMG_NO_ENTRY;
	return true;
}

static bool check_variables(struct img_rd *r, const struct img_view *v)
{
	r->doing = "variables";
	for (r->entry = 0; r->entry < v->nvariables; r->entry++) {
		const struct img_variable *n = &v->variables[r->entry];

		if (v->nbitcode && !img_check_string(r, v, n->address))
			return false;
		if (v->nbitcode && !*img_str(v, n->address))
			return img_bad(r, "its symbol has no name");
		if (!v->nbitcode && n->address >= v->naddresses)
			return img_bad_value(r, "its address is out of range", "below ",
				v->naddresses, n->address);
		if (!check_image(r, v, n->image))
			return false;
		if (n->image == IMG_SELF && n->offset >= v->heap->mapped)
			return img_bad_value(r, "it leads outside of the heap", "below ",
				v->heap->mapped, n->offset);
	}
	r->entry = IMG_NO_ENTRY;
	return true;
}

static bool check_bitcode(struct img_rd *r, const struct img_view *v)
{
	uint64_t end = v->header->meta_size;

	r->doing = "bitcode";
	for (r->entry = 0; r->entry < v->nbitcode; r->entry++) {
		const struct img_bitcode *b = &v->bitcode[r->entry];

		if (!img_check_string(r, v, b->name))
			return false;
		if (b->reserved)
			return img_bad(r, reserved);
		if (b->at % 16 || b->at < end || b->size > UINT64_MAX - b->at)
			return img_bad_value(r, "not aligned, or not behind what is before",
				"above ", end, b->at);
		end = b->at + b->size;
	}
	r->entry = IMG_NO_ENTRY;
	if (v->nbitcode && v->naddresses)
		return img_bad(r, "an image has native code or bitcode, not both");
	return true;
}

/* tables that are nothing without a heap */
static bool check_absent(struct img_rd *r, const struct img_view *v)
{
	r->doing = "heap";
	return !(v->nheap_sections || v->nheap_types || v->nheap_pointers || v->nroots ||
		       v->nheap_relocs || v->nbinds || v->ninterned || v->nhooks) ||
	       img_bad(r, "there is none, but tables about it");
}

bool img_check_heap(struct img_rd *r, const struct img_view *v, uint64_t count)
{
	if (count > 1) {
		r->doing = "heap";
		return img_bad_value(r, "wrong number of entries", "at most ", 1, count);
	}
	if (!v->heap && !check_absent(r, v))
		return false;
	if (v->heap && !(check_heap(r, v) && check_sections(r, v) && check_types(r, v) &&
			       check_roots(r, v) && check_relocs(r, v) && check_binds(r, v) &&
			       check_interned(r, v)))
		return false;
	return check_inserts(r, v) && check_variables(r, v) && check_bitcode(r, v);
}

/* ---- the file */

/* What the system maps of the file and the heap do not touch; but in Mach-O, where a signature has
 * to cover it, the heap is a segment of its own. */
static bool check_heap_place(
	struct img_rd *r, const struct img_container *c, const struct img_view *v)
{
	const struct img_heap *h = v->heap;
	uint64_t before = c->no_code ? c->meta_at + v->header->meta_size : 0;

	r->doing = "heap";
	if (h->at > c->summed || h->size > c->summed - h->at)
		return img_bad_value(r, "cut", "at most ", c->summed, h->at + h->size);
	if (v->nbitcode)
		before = v->bitcode[v->nbitcode - 1].at + v->bitcode[v->nbitcode - 1].size;
	if (h->at < before)
		return img_bad_value(r, "it overlaps what is before", "at least ", before, h->at);
	for (unsigned i = 0; i < c->nregions; i++) {
		const struct img_region *s = &c->regions[i];

		if (h->at >= s->at + s->filesz || h->at + h->size <= s->at)
			continue;
		if (c->kind->heap_segment && h->at >= s->at && !(s->access & IMG_REGION_EXEC) &&
			h->at + h->size <= s->at + s->filesz &&
			(c->meta_at < s->at || c->meta_at >= s->at + s->filesz))
			continue;
		return img_bad_value(r, "it overlaps what the system maps", "at least ",
			s->at + s->filesz, h->at);
	}
	return true;
}

bool img_check_heap_file(struct img_rd *r, const struct img_container *c, const struct img_view *v)
{
	const struct img_bitcode *last = v->nbitcode ? &v->bitcode[v->nbitcode - 1] : NULL;

	if (v->heap && !c->in_bundle && !check_heap_place(r, c, v))
		return false;
	r->doing = "bitcode";
	if (last && !c->no_code)
		return img_bad(r, "a library has native code instead");
	if (last && last->at + last->size > c->summed)
		return img_bad_value(r, "cut", "at most ", c->summed, last->at + last->size);
	r->doing = "variables";
	for (r->entry = 0; r->entry < v->nvariables && !v->nbitcode; r->entry++) {
		if (!img_check_pointer(r, c, v, v->variables[r->entry].address))
			return false;
	}
	r->entry = IMG_NO_ENTRY;
	return true;
}
