#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "frontend/cpu/clones.h"
#include "llvm/shim.h"

static int compare_sizes(const void *a, const void *b)
{
	const struct clone_size *x = a, *y = b;

	return strcmp(x->symbol, y->symbol);
}

static uint64_t size_of(const struct clone_size *v, size_t n, const char *symbol)
{
	const struct clone_size wanted = { symbol, 0 };
	const struct clone_size *at =
		symbol && n ? bsearch(&wanted, v, n, sizeof(*v), compare_sizes) : NULL;

	return at ? at->bytes : 0;
}

static void put_version(struct strbuf *b, const struct clones *c, const struct clone_why *w,
	const struct clone_size *sizes, size_t nsizes)
{
	uint64_t bytes = size_of(sizes, nsizes, w->symbol);

	if (bytes)
		strbuf_fmt(b, "  %s (%" PRIu64 " bytes): %s\n", c->funcs[w->func].name, bytes,
			w->reason);
	else
		strbuf_fmt(b, "  %s (%" PRIu32 " instructions, inlined): %s\n",
			c->funcs[w->func].name, c->funcs[w->func].size, w->reason);
}

static void put_target(struct strbuf *b, const struct target *t, size_t cpu, const struct clones *c,
	const struct clone_size *sizes, size_t nsizes)
{
	const struct clone_whys *why = &c->why[cpu];
	uint64_t bytes = 0, instructions = 0, all = 0;

	for (size_t i = 0; i < why->n; i++) {
		bytes += size_of(sizes, nsizes, why->v[i].symbol);
		instructions += c->funcs[why->v[i].func].size;
	}
	for (size_t i = 0; i < c->nfuncs; i++)
		all += c->funcs[i].size;
	strbuf_fmt(b,
		"target %zu '%s': %zu of %zu functions, %" PRIu64 " of %" PRIu64
		" instructions, %" PRIu64 " bytes of code\n",
		cpu, t->cpus[cpu].name, why->n, c->nfuncs, instructions, all, bytes);
	for (size_t i = 0; i < why->n; i++)
		put_version(b, c, &why->v[i], sizes, nsizes);
}

static bool is_wanted(const struct ll_func_facts *f)
{
	return f->kept && !(f->traits & LL_F_ALWAYS);
}

static void put_kept(struct strbuf *b, const struct clones *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->nfuncs; i++)
		n += is_wanted(&c->funcs[i]);
	if (!n)
		return;
	strbuf_fmt(b, "one version only: %zu functions\n", n);
	for (size_t i = 0; i < c->nfuncs; i++) {
		if (is_wanted(&c->funcs[i]))
			strbuf_fmt(b, "  %s: %s\n", c->funcs[i].name, c->funcs[i].kept);
	}
}

const char *clones_explain(struct arena *a, const struct target *t, const struct clones *c,
	const struct clone_size *sizes, size_t nsizes)
{
	struct strbuf b = { .mem = a };
	struct clone_size *sorted = arena_array(a, struct clone_size, nsizes);

	if (!c->why)
		return "one target: every function has one version\n";
	if (nsizes) {
		memcpy(sorted, sizes, nsizes * sizeof(*sorted));
		qsort(sorted, nsizes, sizeof(*sorted), compare_sizes);
	}
	for (size_t cpu = 1; cpu < t->ncpus; cpu++)
		put_target(&b, t, cpu, c, sorted, nsizes);
	put_kept(&b, c);
	strbuf_fmt(&b, "%zu functions are called through a slot%s\n", c->nslots,
		c->self_select ? "; the image chooses by itself, before its constructors" : "");
	return strbuf_text(&b);
}
