/* What the code of an image refers to in its dependencies (image/FORMAT.md 16): each load stores
 * the addresses in pointers of the image. Libraries are loaded once and images may be open in
 * several worlds, so the pointers may be set already: then they must lead where this load has them
 * lead. */
#include <stdlib.h>
#include <string.h>

#include "runtime/world.h"

static const char *symbol_of(const struct img_view *v, uint32_t i)
{
	return img_str(v, v->imports[i].symbol);
}

static const char *owner_name(const struct img_view *v, uint32_t i)
{
	return img_str(v, v->dependencies[v->imports[i].dependency].name);
}

static const struct pkgimg_image *owner_of(const struct pkgimg_image *image, uint32_t i)
{
	const struct rt_member *m = image->member;
	uint32_t d = image->view.imports[i].dependency;

	if (!m)
		return NULL;
	return m->dependencies[d] ? m->dependencies[d] : m->given[d];
}

/* Its index in the owner, which has it with an address: a global of each thread has none.
 * returns PKGIMG_OK, PKGIMG_E_NOT_FOUND, PKGIMG_E_MEMORY */
static int find(const struct pkgimg_image *image, uint32_t i, uint32_t *out)
{
	const struct pkgimg_image *owner = owner_of(image, i);
	bool global = image->view.imports[i].kind == IMG_IMPORT_GLOBAL;
	int code;

	if (!owner)
		return PKGIMG_E_NOT_FOUND;
	code = rt_symbol_find(owner, symbol_of(&image->view, i), global, out);
	if (!code && global && owner->view.globals[*out].flags & IMG_GF_TLS)
		code = PKGIMG_E_NOT_FOUND;
	return code;
}

static void *address_in(const struct pkgimg_image *image, uint32_t i, uint32_t index)
{
	const struct pkgimg_image *owner = owner_of(image, i);

	return image->view.imports[i].kind == IMG_IMPORT_GLOBAL ? rt_global_address(owner, index)
								: rt_method_code(owner, index);
}

/* ---- pointers of loaded code */

static uintptr_t at(const struct img_view *v, uint32_t address)
{
	return (uintptr_t)v->header + (uintptr_t)(intptr_t)v->addresses[address];
}

static uintptr_t *slot(const struct img_view *v, uint32_t i)
{
	return (uintptr_t *)at(v, v->imports[i].address);
}

static int fail_memory(struct rt_opening *o)
{
	return rt_fail(o->err, PKGIMG_E_MEMORY, o->path, ": out of memory", (char *)NULL);
}

/* wanted    [nimports] where pointers are to lead; bitcode has none, and gets 0 */
static int find_all(struct rt_opening *o, const struct pkgimg_image *image, uintptr_t *wanted)
{
	const struct img_view *v = &image->view;

	for (uint32_t i = 0; i < v->nimports; i++) {
		uint32_t index;
		int code = find(image, i, &index);

		if (code == PKGIMG_E_MEMORY)
			return fail_memory(o);
		wanted[i] = 0;
		if (!code && v->naddresses)
			wanted[i] = (uintptr_t)address_in(image, i, index);
		if (code || (v->naddresses && !wanted[i]))
			return rt_fail(o->err, PKGIMG_E_DEPENDENCY, o->path,
				": its code refers to '", symbol_of(v, i), "', which '",
				owner_name(v, i), "' does not have", (char *)NULL);
	}
	return PKGIMG_OK;
}

static int fail_bound(struct rt_opening *o, const struct img_view *v, uint32_t i)
{
	return rt_fail(o->err, PKGIMG_E_CONFLICT, o->path,
		": it is loaded in this process already, and its code refers to '", symbol_of(v, i),
		"' of another build or copy of '", owner_name(v, i),
		"' there; use one for all, or open a copy of this image", (char *)NULL);
}

/* What there is to set lies in [*from, *to); 0 and 0: nothing. returns the number of imports, or of
 * the first one whose pointer leads elsewhere */
static uint32_t compare(
	const struct img_view *v, const uintptr_t *wanted, uintptr_t *from, uintptr_t *to)
{
	*from = *to = 0;
	for (uint32_t i = 0; i < v->nimports; i++) {
		uintptr_t *place = slot(v, i), now = __atomic_load_n(place, __ATOMIC_RELAXED);

		if (now == wanted[i])
			continue;
		if (now != at(v, v->imports[i].unset))
			return i;
		if (!*to || (uintptr_t)place < *from)
			*from = (uintptr_t)place;
		if ((uintptr_t)(place + 1) > *to)
			*to = (uintptr_t)(place + 1);
	}
	return v->nimports;
}

/* returns 0 or an errno: then what was read-only is so again, if the system lets it */
static int store(const struct img_view *v, const uintptr_t *wanted,
	const struct rt_segment segments[], size_t nsegments, uintptr_t from, uintptr_t to)
{
	int error = rt_protect_sealed(segments, nsegments, from, to, RT_COPY), again;

	for (uint32_t i = 0; !error && i < v->nimports; i++) {
		if (__atomic_load_n(slot(v, i), __ATOMIC_RELAXED) != wanted[i])
			__atomic_store_n(slot(v, i), wanted[i], __ATOMIC_RELAXED);
	}
	again = rt_protect_sealed(segments, nsegments, from, to, RT_READ);
	return error ? error : again;
}

/* Another world may be at it, too, with the same library: who comes first sets all of them. */
static int set_all(struct rt_opening *o, const struct img_view *v, const uintptr_t *wanted,
	const struct rt_segment segments[], size_t nsegments)
{
	uintptr_t from, to;
	uint32_t bad;
	int error = 0;

	rt_process_lock();
	bad = compare(v, wanted, &from, &to);
	if (bad == v->nimports && to)
		error = store(v, wanted, segments, nsegments, from, to);
	rt_process_unlock();
	if (bad < v->nimports)
		return fail_bound(o, v, bad);
	return error ? rt_fail(o->err, PKGIMG_E_LOAD, o->path,
			       ": the memory of its imports cannot be made writable", (char *)NULL)
		     : PKGIMG_OK;
}

int rt_imports_fill(struct rt_opening *o, struct pkgimg_image *image,
	const struct rt_segment segments[], size_t nsegments)
{
	const struct img_view *v = &image->view;
	uintptr_t *wanted;
	int code;

	if (image->heap_only || !v->nimports)
		return PKGIMG_OK;
	wanted = malloc(v->nimports * sizeof(*wanted));
	if (!wanted)
		return fail_memory(o);
	code = find_all(o, image, wanted);
	if (!code && v->naddresses)
		code = set_all(o, v, wanted, segments, nsegments);
	free(wanted);
	return code;
}

/* ---- for hosts */

uint32_t pkgimg_import_count(const struct pkgimg_image *image)
{
	return image ? image->view.nimports : 0;
}

int pkgimg_import_at(const struct pkgimg_image *image, uint32_t index, struct pkgimg_import *out)
{
	if (!image || !out || index >= image->view.nimports)
		return PKGIMG_E_ARGUMENT;
	*out = (struct pkgimg_import) { .symbol = symbol_of(&image->view, index),
		.owner = owner_of(image, index),
		.is_function = image->view.imports[index].kind == IMG_IMPORT_METHOD };
	return PKGIMG_OK;
}

void *pkgimg_import_address(const struct pkgimg_image *image, uint32_t index)
{
	uint32_t found;

	if (!image || index >= image->view.nimports || find(image, index, &found))
		return NULL;
	return address_in(image, index, found);
}
