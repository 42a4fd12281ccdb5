/* A copy of a request, for a build that outlives the call that asked for it. */
#include "cache/build.h"

static const char *keep(struct arena *a, const char *s)
{
	return s ? str_dup(a, s) : NULL;
}

static void *keep_n(struct arena *a, const void *v, size_t n, size_t size)
{
	void *copy = arena_alloc_array(a, n, size, _Alignof(max_align_t));

	if (n)
		memcpy(copy, v, n * size);
	return copy;
}

static const struct pkgimg_cache_option *keep_options(
	struct arena *a, const struct pkgimg_cache_option *v, size_t n)
{
	struct pkgimg_cache_option *copy = keep_n(a, v, n, sizeof(*v));

	for (size_t i = 0; i < n; i++)
		copy[i] = (struct pkgimg_cache_option) { keep(a, v[i].name), keep(a, v[i].value) };
	return copy;
}

static const struct pkgimg_cache_dependency *keep_dependencies(
	struct arena *a, const struct pkgimg_cache_dependency *v, size_t n)
{
	struct pkgimg_cache_dependency *copy = keep_n(a, v, n, sizeof(*v));

	for (size_t i = 0; i < n; i++) {
		struct pkgimg_cache_symbol *symbols =
			keep_n(a, v[i].symbols, v[i].nsymbols, sizeof(*symbols));
		const char **uses = keep_n(a, v[i].uses, v[i].nuses, sizeof(*uses));

		for (size_t k = 0; k < v[i].nsymbols; k++)
			symbols[k].name = keep(a, symbols[k].name);
		for (size_t k = 0; k < v[i].nuses; k++)
			uses[k] = keep(a, uses[k]);
		copy[i].name = keep(a, v[i].name);
		copy[i].version = keep(a, v[i].version);
		copy[i].symbols = v[i].symbols ? symbols : NULL;
		copy[i].uses = v[i].uses ? uses : NULL;
	}
	return copy;
}

const struct pkgimg_cache_request *keep_request(
	struct arena *a, const struct pkgimg_cache_request *q)
{
	struct pkgimg_cache_request *r = keep_n(a, q, 1, sizeof(*q));
	struct pkgimg_cache_source *sources = keep_n(a, q->sources, q->nsources, sizeof(*sources));
	struct pkgimg_cache_root *roots = keep_n(a, q->roots, q->nroots, sizeof(*roots));

	for (size_t i = 0; i < q->nsources; i++) {
		sources[i].path = keep(a, sources[i].path);
		sources[i].name = keep(a, sources[i].name);
	}
	for (size_t i = 0; i < q->nroots; i++)
		roots[i] = (struct pkgimg_cache_root) { keep(a, roots[i].name),
			keep(a, roots[i].path) };
	r->package = keep(a, q->package);
	r->version = keep(a, q->version);
	r->toolchain = keep(a, q->toolchain);
	r->abi = keep(a, q->abi);
	r->cpu_target = keep(a, q->cpu_target);
	r->cpu_features = keep(a, q->cpu_features);
	r->suffix = keep(a, q->suffix);
	r->flags_set = keep_options(a, q->flags_set, q->nflags);
	r->preferences = keep_options(a, q->preferences, q->npreferences);
	r->dependencies = keep_dependencies(a, q->dependencies, q->ndependencies);
	r->sources = sources;
	r->roots = roots;
	return r;
}
