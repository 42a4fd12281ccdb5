#include <stdlib.h>
#include <string.h>

#include "runtime/world.h"

const struct img_view *pkgimg_view(const struct pkgimg_image *image)
{
	return &image->view;
}

static void *address(const struct img_view *v, uint32_t index)
{
	return (void *)((uintptr_t)v->header + (uintptr_t)(intptr_t)v->addresses[index]);
}

/* of a method, or behind them a global, of an image without native code: what the host made */
static void **compiled_at(const struct pkgimg_image *image, uint64_t number)
{
	return image->member && image->member->compiled ? &image->member->compiled[number] : NULL;
}

static void *compiled(const struct pkgimg_image *image, uint64_t number)
{
	void **at = compiled_at(image, number);

	return at ? __atomic_load_n(at, __ATOMIC_ACQUIRE) : NULL;
}

/* the version for this machine, without the way over the slot */
static void *method_address(const struct pkgimg_image *image, const struct img_method *m)
{
	const struct img_view *v = &image->view;

	if (!v->naddresses)
		return compiled(image, (uint64_t)(m - v->methods));
	if (!m->slot)
		return address(v, m->address);
	return (void *)((uintptr_t)v->header +
			(uintptr_t)(intptr_t)
				v->entries[(size_t)image->target * v->dispatch->nslots + m->slot -
					   1]);
}

/* Once for each: by one thread, which has the world's lock. NULL if it has native code, or the host
 * does not compile */
static void *compile(const struct pkgimg_image *image, uint64_t number, uint32_t symbol)
{
	void **at = compiled_at(image, number), *code = compiled(image, number);
	struct pkgimg_world *w = image->member ? image->member->world : NULL;

	if (code || !at || image->heap_only || !w->host.compile)
		return code;
	rt_world_lock(w);
	code = *at;
	if (!code && rt_variables_compiled(image))
		code = w->host.compile(w->host.ctx, image, img_str(&image->view, symbol));
	__atomic_store_n(at, code, __ATOMIC_RELEASE);
	rt_world_unlock(w);
	return code;
}

void *rt_method_code(const struct pkgimg_image *image, uint32_t index)
{
	const struct img_method *m = &image->view.methods[index];
	void *code = method_address(image, m);

	return code ? code : compile(image, index, m->symbol);
}

static void *global_address(const struct pkgimg_image *image, const struct img_global *g)
{
	const struct img_view *v = &image->view;

	if (!v->naddresses)
		return compiled(image, v->nmethods + (uint64_t)(g - v->globals));
	return g->address != IMG_NO_ADDRESS ? address(v, g->address) : NULL;
}

void *rt_global_address(const struct pkgimg_image *image, uint32_t index)
{
	const struct img_global *g = &image->view.globals[index];
	void *at = global_address(image, g);

	return at || g->flags & IMG_GF_TLS
		       ? at
		       : compile(image, (uint64_t)image->view.nmethods + index, g->symbol);
}

static void free_symbols(struct rt_map *m)
{
	if (m)
		rt_map_free(m);
	free(m);
}

void rt_symbols_free(struct pkgimg_image *image)
{
	free_symbols(image->symbols);
}

/* globals are entered as numbers behind those of the methods. NULL: out of memory */
static struct rt_map *index_symbols(const struct img_view *v)
{
	struct rt_map *m = calloc(1, sizeof(*m));
	bool ok = m != NULL;

	for (uint64_t i = 0; ok && i < (uint64_t)v->nmethods + v->nglobals; i++) {
		const char *symbol =
			img_str(v, i < v->nmethods ? v->methods[i].symbol
						   : v->globals[i - v->nmethods].symbol);

		ok = rt_map_add(m, img_sum64(symbol, strlen(symbol)), (void *)(uintptr_t)(i + 1));
	}
	if (ok)
		return m;
	free_symbols(m);
	return NULL;
}

/* made once; of two threads that make them one throws its own away. They are const for callers. */
static const struct rt_map *symbols_of(const struct pkgimg_image *image)
{
	struct rt_map **place = &((struct pkgimg_image *)(uintptr_t)image)->symbols;
	struct rt_map *m = __atomic_load_n(place, __ATOMIC_ACQUIRE), *mine;

	if (m)
		return m;
	mine = index_symbols(&image->view);
	if (!mine || __atomic_compare_exchange_n(
			     place, &m, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return mine;
	free_symbols(mine);
	return m;
}

int rt_symbol_find(const struct pkgimg_image *image, const char *symbol, bool global, uint32_t *out)
{
	const struct img_view *v = &image->view;
	const struct rt_map *symbols = symbols_of(image);
	uint64_t hash = img_sum64(symbol, strlen(symbol));
	size_t at = 0;
	void *value;

	if (!symbols)
		return PKGIMG_E_MEMORY;
	while ((value = rt_map_next(symbols, hash, &at)) != NULL) {
		uintptr_t i = (uintptr_t)value - 1;

		if (global != (i >= v->nmethods))
			continue;
		i -= global ? v->nmethods : 0;
		if (strcmp(img_str(v, global ? v->globals[i].symbol : v->methods[i].symbol),
			    symbol))
			continue;
		*out = (uint32_t)i;
		return PKGIMG_OK;
	}
	return PKGIMG_E_NOT_FOUND;
}

uint32_t pkgimg_method_count(const struct pkgimg_image *image)
{
	return image ? image->view.nmethods : 0;
}

int pkgimg_method_at(const struct pkgimg_image *image, uint32_t index, struct pkgimg_method *out)
{
	const struct img_view *v;
	const struct img_method *m;

	if (!image || !out || index >= image->view.nmethods)
		return PKGIMG_E_ARGUMENT;
	v = &image->view;
	m = &v->methods[index];
	*out = (struct pkgimg_method) { .name = img_str(v, m->name),
		.symbol = img_str(v, m->symbol),
		.file = img_str(v, m->file),
		.line = m->line,
		.index = index,
		.address = method_address(image, m) };
	return PKGIMG_OK;
}

int pkgimg_find(const struct pkgimg_image *image, const char *name, const char *signature,
	struct pkgimg_method *out, struct pkgimg_error *err)
{
	uint32_t first, n;

	if (!image || !name || !out)
		return rt_fail(err, PKGIMG_E_ARGUMENT,
			"pkgimg_find: image, name and out are wanted", (char *)NULL);
	n = img_find_method(&image->view, name, signature, &first);
	if (n == 1) {
		pkgimg_method_at(image, first, out);
		out->address = rt_method_code(image, first);
		return PKGIMG_OK;
	}
	if (n > 1)
		return rt_fail(err, PKGIMG_E_AMBIGUOUS, pkgimg_name(image),
			": several methods are named '", name,
			signature ? "' with that signature; find one by its symbol"
				  : "'; say which by its signature",
			(char *)NULL);
	if (signature && img_find_method(&image->view, name, NULL, &first))
		return rt_fail(err, PKGIMG_E_NOT_FOUND, pkgimg_name(image), ": '", name,
			"' has no method with the signature '", signature, "'", (char *)NULL);
	return rt_fail(err, PKGIMG_E_NOT_FOUND, pkgimg_name(image), ": no method '", name, "'",
		(char *)NULL);
}

size_t pkgimg_signature(const struct pkgimg_image *image, uint32_t index, char *buf, size_t size)
{
	if (buf && size)
		buf[0] = '\0';
	if (!image || index >= image->view.nmethods)
		return 0;
	return img_signature(&image->view, index, true, buf, buf ? size : 0);
}

uint32_t pkgimg_global_count(const struct pkgimg_image *image)
{
	return image ? image->view.nglobals : 0;
}

int pkgimg_global_at(const struct pkgimg_image *image, uint32_t index, struct pkgimg_global *out)
{
	const struct img_view *v;
	const struct img_global *g;

	if (!image || !out || index >= image->view.nglobals)
		return PKGIMG_E_ARGUMENT;
	v = &image->view;
	g = &v->globals[index];
	*out = (struct pkgimg_global) { .name = img_str(v, g->name),
		.symbol = img_str(v, g->symbol),
		.file = img_str(v, g->file),
		.line = g->line,
		.index = index,
		.size = g->size,
		.is_const = (g->flags & IMG_GF_CONST) != 0,
		.address = global_address(image, g) };
	return PKGIMG_OK;
}

int pkgimg_find_global(const struct pkgimg_image *image, const char *name,
	struct pkgimg_global *out, struct pkgimg_error *err)
{
	uint32_t first, n;

	if (!image || !name || !out)
		return rt_fail(err, PKGIMG_E_ARGUMENT,
			"pkgimg_find_global: image, name and out are wanted", (char *)NULL);
	n = img_find_global(&image->view, name, &first);
	if (n == 1) {
		pkgimg_global_at(image, first, out);
		out->address = rt_global_address(image, first);
		return PKGIMG_OK;
	}
	return rt_fail(err, n ? PKGIMG_E_AMBIGUOUS : PKGIMG_E_NOT_FOUND, pkgimg_name(image),
		n ? ": several globals are named '" : ": no global '", name, "'", (char *)NULL);
}

const char *pkgimg_name(const struct pkgimg_image *image)
{
	return image ? img_str(&image->view, image->view.package->name) : "";
}

const char *pkgimg_version(const struct pkgimg_image *image)
{
	return image ? img_str(&image->view, image->view.package->version) : "";
}

const uint8_t *pkgimg_build_id(const struct pkgimg_image *image)
{
	return image ? image->view.header->build_id : NULL;
}

const char *pkgimg_host_abi(void)
{
	return img_host_abi_text();
}
