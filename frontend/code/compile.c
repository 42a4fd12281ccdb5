/* One thread takes the modules apart, largest shards first, while others compile them already; then
 * it joins in. With a store, a shard whose bitcode was compiled before is not compiled again. */
#include "frontend/code/compile.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "frontend/code/codegen.h"
#include "frontend/code/shards.h"
#include "frontend/code/store.h"
#include "frontend/reach.h"

/* Small shards are found unchanged more often and spread better; large ones repeat less: copies of
 * functions to inline, and types of debug information. */
enum { SHARD_SIZE = 4000, MIN_SHARD_SIZE = 1, MAX_SHARD_SIZE = 1 << 30 };

struct source {
	const struct clone_module *module;
	struct ll_split *split;
	size_t first; /* index of its first shard */
	size_t n;
};

struct compiling {
	struct arena *a;
	struct llvm_diag *diag;
	struct modules *all;
	const struct target *t;
	const struct compile_options *o;
	struct store store;
	struct source *sources;
	size_t nsources;
	struct shard *shards;
	size_t n;
	struct shard_pool *pool;
	struct objects *out;
};

/* ---- shards */

static bool is_taken(void *ctx, const char *name)
{
	const struct modules *m = ctx;

	return modules_find(m, name) || names_find(&m->wanted, name) != NAMES_NONE;
}

static int read_size(struct compiling *c, uint64_t *out)
{
	const struct job_word *said = &c->o->shard_size;
	char *end;

	*out = SHARD_SIZE;
	if (!said->text)
		return 0;
	*out = strtoull(said->text, &end, 10);
	if (*said->text < '0' || *said->text > '9' || *end || *out < MIN_SHARD_SIZE ||
		*out > MAX_SHARD_SIZE)
		return diag_err(c->diag->d, said->at,
			"--shard-size wants a number of instructions from %d to %d, got '%s'",
			MIN_SHARD_SIZE, MAX_SHARD_SIZE, str_shown(c->a, said->text));
	return 0;
}

static int take_apart(struct compiling *c, const struct clone_module *v, size_t n)
{
	struct ll_split_options o = { .imports = c->t->opt_level != '0',
		.no_file_sums = c->store.dir,
		.taken = is_taken,
		.ctx = c->all };
	const struct ll_shard **found = arena_array(c->a, const struct ll_shard *, n);

	if (read_size(c, &o.size))
		return -1;
	c->sources = arena_array(c->a, struct source, n);
	for (; c->nsources < n; c->nsources++) {
		struct source *s = &c->sources[c->nsources];

		s->module = &v[c->nsources];
		s->first = c->n;
		/* data is in the first module alone; what is local elsewhere has a name of its own
		 */
		o.tag = s->module->cpu ? str_fmt(c->a, ".local.%zu", s->module->cpu) : ".local";
		s->split = ll_split_make(c->a, s->module->m, &o, &found[c->nsources], &s->n);
		c->n += s->n;
	}
	c->shards = arena_array(c->a, struct shard, c->n);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < c->sources[i].n; k++) {
			struct shard *s = &c->shards[c->sources[i].first + k];

			s->what = found[i][k];
			s->cpu = v[i].cpu;
		}
	}
	return 0;
}

static int by_weight(const void *a, const void *b)
{
	const struct shard *x = *(struct shard *const *)a, *y = *(struct shard *const *)b;

	if (x->what.weight != y->what.weight)
		return x->what.weight < y->what.weight ? 1 : -1;
	return (x > y) - (x < y);
}

static const struct source *source_of(const struct compiling *c, const struct shard *s)
{
	size_t i = 0, at = (size_t)(s - c->shards);

	while (at >= c->sources[i].first + c->sources[i].n)
		i++;
	return &c->sources[i];
}

/* on this thread, while the pool's compile what is there */
static void write_all(void *ctx)
{
	struct compiling *c = ctx;
	struct shard **order = arena_array(c->a, struct shard *, c->n);

	for (size_t i = 0; i < c->n; i++)
		order[i] = &c->shards[i];
	qsort(order, c->n, sizeof(struct shard *), by_weight);
	for (size_t i = 0; i < c->n; i++) {
		struct shard *s = order[i];
		const struct source *from = source_of(c, s);

		ll_split_write(
			from->split, (size_t)(s - c->shards) - from->first, &s->bitcode, &s->size);
		if (c->store.dir) {
			store_key(&c->store, s->bitcode, s->size, s->cpu, s->key);
			s->object = store_get(&c->store, s->key);
		}
		if (s->object) {
			s->reused = true;
			free(s->bitcode);
		} else {
			shard_pool_add(c->pool, s);
		}
	}
}

static int compile_all(struct compiling *c)
{
	const char *why;
	bool written;

	c->pool = shard_pool_open(c->a, c->t, c->diag->about, &c->o->jobs, c->n);
	written = ll_guarded(c->a, write_all, c, &why);
	shard_pool_close(c->pool);
	if (written)
		return 0;
	c->all->crashed = true;
	return diag_err(
		c->diag->d, NOWHERE, "LLVM failed to take '%s' apart: %s", c->diag->about, why);
}

/* ---- what came of them */

static void say(const struct compiling *c, const struct shard *s)
{
	const char *cpu = c->t->ncpus > 1 ? str_fmt(c->a, " for %s", c->t->cpus[s->cpu].name) : "";

	if (s->reused)
		diag_text("pkgimg: shard %zu%s: %s: not changed\n", (size_t)(s - c->shards), cpu,
			shard_name(c->a, s));
	else
		diag_text("pkgimg: shard %zu%s: %s, %llu instructions: optimised in %.1f ms, "
			  "emitted in %.1f ms\n",
			(size_t)(s - c->shards), cpu, shard_name(c->a, s),
			(unsigned long long)s->what.weight, s->optimise_ms, s->emit_ms);
}

/* Shards fail alike; what two have to say is said once. */
static bool was_said(const struct compiling *c, const struct shard *s, size_t line)
{
	for (const struct shard *x = c->shards; x <= s; x++) {
		size_t n = x == s ? line : x->nlines;

		for (size_t i = 0; i < n; i++) {
			if (str_eq(x->lines[i].text, s->lines[line].text))
				return true;
		}
	}
	return false;
}

static int report(struct compiling *c)
{
	int failed = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct shard *s = &c->shards[i];

		for (size_t k = 0; k < s->nlines; k++) {
			if (!was_said(c, s, k))
				diag_line(c->diag->d, s->lines[k].kind, s->lines[k].text);
		}
		failed |= !s->object;
		if (c->o->timings && s->object)
			say(c, s);
	}
	return failed ? -1 : 0;
}

static void keep(struct compiling *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct shard *s = &c->shards[i];

		if (s->object && !s->reused)
			store_put(&c->store, c->diag->d, s->key, s->object);
	}
	store_trim(&c->store);
}

static void add_object(struct compiling *c, LLVMMemoryBufferRef object, bool reused)
{
	if (!object)
		return;
	c->out->v[c->out->n++] = object;
	c->out->size += LLVMGetBufferSize(object);
	c->out->reused += reused;
	c->out->compiled += !reused;
}

/* One shard needs no thread and no context of its own. */
static int compile_here(struct compiling *c)
{
	LLVMModuleRef m = c->sources->module->m;

	if (codegen_optimise(c->diag, m, c->t) || reach_check_module(c->diag, m))
		return -1;
	add_object(c, codegen_emit(c->diag, m, c->t), false);
	return c->out->n ? 0 : -1;
}

static int compile_apart(struct compiling *c)
{
	int failed = compile_all(c) | report(c);

	keep(c);
	for (size_t i = 0; i < c->n; i++) {
		add_object(c, c->shards[i].object, c->shards[i].reused);
		arena_free(&c->shards[i].mem);
	}
	return failed;
}

int compile_modules(struct arena *a, struct llvm_diag *diag, const struct clone_module *v, size_t n,
	struct modules *all, const struct target *t, const struct compile_options *o,
	struct objects *out)
{
	struct compiling c = { .a = a, .diag = diag, .all = all, .t = t, .o = o, .out = out };
	int failed = -1;

	*out = (struct objects) { 0 };
	if (!n)
		return 0;
	if (!(store_open(a, diag->d, &o->store, t, &c.store) | take_apart(&c, v, n))) {
		out->v = arena_array(a, LLVMMemoryBufferRef, c.n);
		failed = c.n == 1 && !c.store.dir ? compile_here(&c) : compile_apart(&c);
	}
	for (size_t i = 0; i < c.nsources && !all->crashed; i++)
		ll_split_end(c.sources[i].split);
	return failed;
}

void objects_free(struct objects *o)
{
	for (size_t i = 0; i < o->n; i++)
		LLVMDisposeMemoryBuffer(o->v[i]);
	*o = (struct objects) { 0 };
}
