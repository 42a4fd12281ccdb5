/* An open image as the build of another one has to know it, and what its addresses are called. */
#include <stdlib.h>
#include <string.h>

#include "runtime/world.h"

/* A method, which has one address, or a variable. */
struct code {
	uintptr_t from, to; /* to: behind it */
	uintptr_t reach;    /* the largest `to` of this one and all before it */
	uint32_t index;
	uint32_t function; /* 1, or 0 for a variable */
};

/* By address; of several at one address the one to be named comes last. */
struct rt_codes {
	size_t n;
	struct code v[];
};

/* of equal addresses: variables, then methods; of either the first of its table is the last */
static int by_address(const void *a, const void *b)
{
	const struct code *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	return (x->index < y->index) - (x->index > y->index);
}

static void add_code(struct rt_codes *c, const void *at, uint64_t size, uint32_t i, uint32_t f)
{
	uintptr_t from = (uintptr_t)at, room = UINTPTR_MAX - from;

	if (at)
		c->v[c->n++] = (struct code) { .from = from,
			.to = from + (size > room   ? room
					     : size ? (uintptr_t)size
						    : 1),
			.index = i,
			.function = f };
}

/* NULL: out of memory. Without code here there is none to name. */
static struct rt_codes *sort_codes(const struct pkgimg_image *image)
{
	const struct img_view *v = &image->view;
	bool has_code = v->naddresses && !image->heap_only;
	size_t room = has_code ? (size_t)v->nmethods + v->nglobals : 0;
	struct rt_codes *c = NULL;
	uintptr_t reach = 0;

	if (room < (SIZE_MAX - sizeof(*c)) / sizeof(c->v[0]))
		c = malloc(sizeof(*c) + room * sizeof(c->v[0]));
	if (!c)
		return NULL;
	c->n = 0;
	for (uint32_t i = 0; has_code && i < v->nmethods; i++)
		add_code(c, rt_method_code(image, i), 1, i, 1);
	for (uint32_t i = 0; has_code && i < v->nglobals; i++)
		add_code(c, rt_global_address(image, i), v->globals[i].size, i, 0);
	if (c->n)
		qsort(c->v, c->n, sizeof(c->v[0]), by_address);
	for (size_t i = 0; i < c->n; i++) {
		reach = c->v[i].to > reach ? c->v[i].to : reach;
		c->v[i].reach = reach;
	}
	return c;
}

/* made once; of two threads that make it one throws its own away. It is const for its callers. */
static const struct rt_codes *codes_of(const struct pkgimg_image *image)
{
	struct rt_codes **place = &((struct pkgimg_image *)(uintptr_t)image)->codes;
	struct rt_codes *c = __atomic_load_n(place, __ATOMIC_ACQUIRE), *mine;

	if (c)
		return c;
	mine = sort_codes(image);
	if (!mine || __atomic_compare_exchange_n(
			     place, &c, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return mine;
	free(mine);
	return c;
}

/* the last one that begins at or before the address and holds it; variables may lie in others */
static const char *symbol_at(const struct pkgimg_dependency *dependency, const void *address,
	uint64_t *offset, int *function)
{
	const struct pkgimg_image *image = dependency->image;
	const struct img_view *v = &image->view;
	const struct rt_codes *c = codes_of(image);
	uintptr_t at = (uintptr_t)address;
	size_t lo = 0, hi = c ? c->n : 0;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->v[mid].from <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo > 0 && c->v[lo - 1].reach > at; lo--) {
		const struct code *e = &c->v[lo - 1];

		if (at >= e->to)
			continue;
		*offset = at - e->from;
		*function = (int)e->function;
		return img_str(
			v, e->function ? v->methods[e->index].symbol : v->globals[e->index].symbol);
	}
	return NULL;
}

static uint32_t form_flags(const struct img_view *v)
{
	static const uint32_t flags[] = { [IMG_FORM_NATIVE] = PKGIMG_DEPENDENCY_NATIVE,
		[IMG_FORM_BITCODE] = PKGIMG_DEPENDENCY_BITCODE };

	return flags[img_form(v)];
}

/* of a linkage name; the build of another image asks */
static int find_symbol(const struct pkgimg_dependency *d, const char *symbol)
{
	uint32_t index;

	if (!rt_symbol_find(d->image, symbol, false, &index))
		return PKGIMG_SYMBOL_FUNCTION;
	return rt_symbol_find(d->image, symbol, true, &index) ? PKGIMG_SYMBOL_NONE
							      : PKGIMG_SYMBOL_VARIABLE;
}

/* size of the struct when it ended behind `symbol` */
enum { DEPENDENCY_BEFORE_FIND = offsetof(struct pkgimg_dependency, find) };

int pkgimg_describe(const struct pkgimg_image *image, struct pkgimg_dependency *out)
{
	struct pkgimg_dependency said;
	const struct img_view *v;
	const struct rt_heap *h;
	size_t size = image && out ? out->size : 0;

	if (size != sizeof(*out) && size != DEPENDENCY_BEFORE_FIND)
		return PKGIMG_E_ARGUMENT;
	if (!codes_of(image))
		return PKGIMG_E_MEMORY;
	v = &image->view;
	h = image->member && image->member->heap.at ? &image->member->heap : NULL;
	said = (struct pkgimg_dependency) { .size = (uint32_t)size,
		.flags = form_flags(v),
		.name = pkgimg_name(image),
		.version = pkgimg_version(image),
		.interface_digest = v->header->interface_digest,
		.image = image,
		.symbol = symbol_at,
		.find = find_symbol };
	memcpy(said.uuid, v->package->uuid, sizeof(said.uuid));
	memcpy(said.build_id, v->header->build_id, sizeof(said.build_id));
	if (h) {
		said.heap_base = v->heap->base;
		said.heap_size = v->heap->mapped;
		said.heap = h->at;
	}
	memcpy(out, &said, size);
	return PKGIMG_OK;
}
