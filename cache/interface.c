#include "cache/interface.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	const struct pkgimg_cache_symbol *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (!order)
		order = (x->kind > y->kind) - (x->kind < y->kind);
	return order ? order : (x->digest > y->digest) - (x->digest < y->digest);
}

struct pkgimg_cache_symbol *interface_symbols(
	struct arena *a, const struct img_view *v, uint32_t *n)
{
	struct pkgimg_cache_symbol *all =
		arena_array(a, struct pkgimg_cache_symbol, (size_t)img_nparts(v));
	struct img_parts parts;
	struct img_part p;
	uint32_t count = 0, kept = 0;

	img_parts_start(&parts, v, arena_array(a, uint32_t, 2 * (size_t)v->ntypes));
	for (uint64_t i = 0; i < img_nparts(v); i++)
		if (img_part_at(v, i, &p))
			all[count++] = (struct pkgimg_cache_symbol) { p.name,
				img_part_digest(&parts, &p), p.kind, 0 };
	if (count)
		qsort(all, count, sizeof(*all), compare);
	for (uint32_t i = 0; i < count; i++) /* functions of two names are one symbol */
		if (!kept || compare(&all[kept - 1], &all[i]))
			all[kept++] = all[i];
	*n = kept;
	return all;
}
