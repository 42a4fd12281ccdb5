#include "frontend/cpu/clones.h"

#include <string.h>

#include <llvm-c/Transforms/PassBuilder.h>

#include "base/str.h"
#include "llvm/shim.h"

/* ---- what gains by what */

/* A function with the trait gains if the target adds one of the features, LLVM's names. A '*' at
 * the end stands for any letters. */
struct gain {
	uint32_t trait;
	const char *because;
	const char *features;
};

#define VECTORS                                                                                    \
	"sse sse2 sse3 ssse3 sse4.1 sse4.2 avx avx2 avx512* avx10* avxvnni* avxifma "              \
	"neon fp-armv8 sve* sme* dotprod i8mm mve* vfp* "                                          \
	"v zve* zvl* zvbb zvkb altivec vsx power8-vector power9-vector power10-vector mma "        \
	"vector vector-enhancements-1 vector-enhancements-2 lsx lasx "
static const struct gain gains[] = {
	{ LL_F_COUNTED, "a loop that vectors can serve", VECTORS },
	{ LL_F_TIGHT, "a loop without calls", VECTORS "bmi2 zbb cssc" },
	{ LL_F_FLOAT_LOOP, "floating point in a loop",
		VECTORS "fma fma4 fullfp16 d f f64 fpregs vfp4" },
	{ LL_F_BIT_LOOP, "bits counted or moved in a loop",
		"popcnt lzcnt bmi bmi2 movbe gfni avx512bitalg avx512vpopcntdq cssc zbb zbkb zba "
		"zbs zvbb v6t2 v7 popcntd" },
	{ LL_F_VECTOR, "vectors", VECTORS },
	{ LL_F_MATH, "fused or fast floating point",
		"fma fma4 avx avx512f vfp4 sve neon d f v zve64d vsx vector-enhancements-1" },
	{ LL_F_HALF, "half floats", "f16c avx512fp16 fullfp16 fp16fml zfh zfhmin zvfh zvfhmin" },
	{ LL_F_BFLOAT, "brain floats",
		"avx512bf16 avxneconvert bf16 sve-b16b16 zfbfmin zvfbfmin zvfbfwma" },
	{ LL_F_ROUND, "rounding", "sse4.1 fp-armv8* zfa fprnd" },
	{ LL_F_CPU_QUERY, "asks what the CPU has", "*" },
};
enum { GAINS = sizeof(gains) / sizeof(gains[0]) };

static bool is_in(const char *name, const struct ll_names *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (str_eq(l->v[i], name))
			return true;
	}
	return false;
}

static bool matches(const char *name, const char *words)
{
	size_t n = strlen(name);

	while (*words) {
		size_t w = strcspn(words, " ");

		if (w && words[w - 1] == '*' ? strncmp(name, words, w - 1) == 0
					     : w == n && memcmp(name, words, n) == 0)
			return true;
		words += w + strspn(words + w, " ");
	}
	return false;
}

static void features_of(struct arena *a, const struct target *t, size_t cpu, struct ll_names *out)
{
	const struct cpu_target *c = &t->cpus[cpu];

	if (ll_cpu_features(a, t->triple.normal, c->cpu, c->features, out))
		*out = (struct ll_names) { 0 };
}

/* the traits that gain by what a target adds to its base */
static uint32_t gaining(struct arena *a, const struct target *t, size_t cpu)
{
	struct ll_names has, base;
	uint32_t traits = 0;

	features_of(a, t, cpu, &has);
	features_of(a, t, t->cpus[cpu].base, &base);
	for (size_t i = 0; i < has.n; i++) {
		if (is_in(has.v[i], &base))
			continue;
		for (size_t g = 0; g < GAINS; g++) {
			if (matches(has.v[i], gains[g].features))
				traits |= gains[g].trait;
		}
	}
	return traits;
}

/* ---- the choice */

struct choice {
	struct arena *a;
	const struct ll_func_facts *funcs;
	size_t n;
	bool *chosen;        /* [n] of the target at hand */
	const char **reason; /* [n] */
	uint32_t *traits;    /* [n] its own, and of what it inlines */
	double *work;        /* [n] likewise, ll_func_facts.work and .gaining */
	double *gaining;
	uint32_t *via; /* [n] the inlined function that most of it is in, or itself */
	const struct ll_func_facts **end; /* [n] find_end's */
	enum { NEW, OPEN, DONE } * state; /* [n] of the walk that fills these in */
};

enum { INLINE_SMALL = 60, INLINE_HINTED = 150, INLINE_ONCE = 400 };

/* as LLVM's inliner mostly does */
static bool is_inlined(const struct ll_func_facts *f)
{
	if (f->traits & LL_F_ALWAYS)
		return true;
	if (f->traits & (LL_F_NOINLINE | LL_F_OPTNONE | LL_F_COLD))
		return false;
	return f->size <= INLINE_SMALL || (f->traits & LL_F_HINT && f->size <= INLINE_HINTED) ||
	       (f->traits & LL_F_ONE_CALL && f->size <= INLINE_ONCE);
}

enum { GAIN_TRAITS = 0xffff };

static bool is_open(const struct choice *c, size_t i)
{
	return c->state[i] == OPEN;
}

/* What a function inlines is in it, as often as it is called. Functions that inline each other in
 * a circle are cut where the walk closes it. */
static void gather(struct choice *c, size_t i)
{
	const struct ll_func_facts *f = &c->funcs[i];
	double most = 0;

	c->state[i] = OPEN;
	c->traits[i] = f->traits & GAIN_TRAITS;
	c->work[i] = (double)f->work;
	c->gaining[i] = most = (double)f->gaining;
	c->via[i] = (uint32_t)i;
	for (size_t k = 0; k < f->ncallees; k++) {
		const struct ll_callee *to = &f->callees[k];
		double gaining;

		if (!is_inlined(&c->funcs[to->func]) || is_open(c, to->func))
			continue;
		if (c->state[to->func] == NEW)
			gather(c, to->func);
		gaining = (double)to->weight * c->gaining[to->func];
		c->traits[i] |= c->traits[to->func];
		c->work[i] += (double)to->weight * c->work[to->func];
		c->gaining[i] += gaining;
		if (gaining > most) {
			most = gaining;
			c->via[i] = to->func;
		}
	}
	c->state[i] = DONE;
}

static bool is_idle(const struct ll_func_facts *f)
{
	return f->traits & (LL_F_COLD | LL_F_OPTNONE);
}

static const char *words_of(struct choice *c, size_t i, uint32_t gain)
{
	struct strbuf b = { .mem = c->a };
	uint32_t traits = c->funcs[c->via[i]].traits & gain;

	if (!traits)
		traits = c->traits[i] & gain;
	if (traits & LL_F_COUNTED)
		traits &= ~(uint32_t)LL_F_TIGHT;
	for (size_t g = 0; g < GAINS; g++) {
		if (traits & gains[g].trait)
			strbuf_fmt(&b, "%s%s", b.n ? ", " : "", gains[g].because);
	}
	if (c->via[i] != i)
		strbuf_fmt(&b, " (of '%s', which it inlines)", c->funcs[c->via[i]].name);
	return strbuf_text(&b);
}

static void take(struct choice *c, size_t i, const char *reason)
{
	c->chosen[i] = true;
	c->reason[i] = reason;
}

/* percent: less of a function's time is not worth a second version. A loop that vectors cannot
 * serve gains little, by better instructions for single bits and bytes: it has a second version
 * where that costs little, in a small function that does nothing else. */
enum { LEAST_GAIN = 20, TINY_SIZE = 60, SMALL_SIZE = 150 };

static bool gains_enough(const struct choice *c, size_t i, uint32_t gain)
{
	uint32_t traits = c->traits[i] & gain;

	if (traits & LL_F_TIGHT && c->funcs[i].size <= TINY_SIZE &&
		2 * c->funcs[i].tight >= c->funcs[i].work)
		return true;
	traits &= ~(uint32_t)LL_F_TIGHT;
	return traits & LL_F_CPU_QUERY ||
	       (traits && c->gaining[i] * 100 >= c->work[i] * (double)LEAST_GAIN);
}

static void choose_gaining(struct choice *c, uint32_t gain)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!c->funcs[i].kept && !is_idle(&c->funcs[i]) && gains_enough(c, i, gain))
			take(c, i, words_of(c, i, gain));
	}
}

static bool is_free(const struct choice *c, size_t i)
{
	return !c->chosen[i] && !c->funcs[i].kept && !is_idle(&c->funcs[i]);
}

/* The first chosen function that i calls, itself or in what it inlines; or NULL. */
static const struct ll_func_facts *find_end(struct choice *c, size_t i)
{
	const struct ll_func_facts *f = &c->funcs[i];

	c->state[i] = OPEN;
	c->end[i] = NULL;
	for (size_t k = 0; k < f->ncallees && !c->end[i]; k++) {
		uint32_t to = f->callees[k].func;

		if (to == i || is_open(c, to))
			continue;
		if (c->chosen[to])
			c->end[i] = &c->funcs[to];
		else if (is_free(c, to) && is_inlined(&c->funcs[to]))
			c->end[i] = c->state[to] == DONE ? c->end[to] : find_end(c, to);
	}
	c->state[i] = DONE;
	return c->end[i];
}

/* Is it called often? What is inlined itself may be so into a loop. */
static bool is_hot(const struct choice *c, size_t i, const struct ll_callee *to)
{
	return to->weight > 1 || (is_inlined(&c->funcs[i]) && is_inlined(&c->funcs[to->func]));
}

/* Between two versions there should be no call through a slot where it is hot: from a loop to a
 * small function. A large one does more than a slot costs. */
static void close_over_calls(struct choice *c)
{
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < c->n; i++)
			c->state[i] = NEW;
		for (size_t i = 0; i < c->n; i++) {
			for (size_t k = 0; c->chosen[i] && k < c->funcs[i].ncallees; k++) {
				const struct ll_callee *callee = &c->funcs[i].callees[k];
				uint32_t to = callee->func;

				if (!is_hot(c, i, callee) || c->funcs[to].size > SMALL_SIZE ||
					!is_free(c, to))
					continue;
				if (c->state[to] != DONE)
					find_end(c, to);
				if (!c->end[to])
					continue;
				take(c, to,
					str_fmt(c->a, "between '%s' and '%s'", c->funcs[i].name,
						c->end[to]->name));
				more = true;
			}
		}
	}
}

static void choose_all(struct choice *c)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!c->funcs[i].kept)
			take(c, i, "clone_all");
	}
}

static void note_reasons(struct choice *c, struct clone_whys *out)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!c->chosen[i])
			continue;
		arena_push_room(c->a, out->v, out->n, out->cap);
		out->v[out->n++] = (struct clone_why) { .func = i, .reason = c->reason[i] };
	}
}

/* returns whether any target has a version of its own */
static bool choose(struct arena *a, const struct target *t, struct clones *out, bool *chosen)
{
	size_t n = out->nfuncs;
	struct choice c = { .a = a, .funcs = out->funcs, .n = n };
	bool any = false;

	c.traits = arena_array(a, uint32_t, n);
	c.work = arena_array(a, double, n);
	c.gaining = arena_array(a, double, n);
	c.state = arena_alloc_array(a, n, sizeof(*c.state), _Alignof(int));
	c.via = arena_array(a, uint32_t, n);
	c.end = arena_array(a, const struct ll_func_facts *, n);
	for (size_t i = 0; i < n; i++) {
		if (c.state[i] == NEW)
			gather(&c, i);
	}
	for (size_t cpu = 1; cpu < t->ncpus; cpu++) {
		c.chosen = chosen + cpu * n;
		c.reason = arena_array(a, const char *, n);
		if (t->cpus[cpu].clone_all)
			choose_all(&c);
		else
			choose_gaining(&c, gaining(a, t, cpu));
		close_over_calls(&c);
		note_reasons(&c, &out->why[cpu]);
		any |= out->why[cpu].n > 0;
	}
	return any;
}

/* ---- the modules */

/* Does code run as soon as the library is mapped? */
static bool has_constructors(LLVMModuleRef m)
{
	LLVMValueRef v = LLVMGetNamedGlobal(m, "llvm.global_ctors");
	LLVMValueRef list = v ? LLVMGetInitializer(v) : NULL;

	return list && LLVMGetNumOperands(list) > 0;
}

static void native_symbols(const struct modules *m, struct names *defined, struct names *all)
{
	for (size_t i = 0; i < m->defined.n; i++) {
		if (m->defs[i].native)
			names_add(defined, m->defined.v[i]);
		names_add(all, m->defined.v[i]);
	}
	for (size_t i = 0; i < m->wanted.n; i++)
		names_add(all, m->wanted.v[i]);
}

static int make(struct arena *a, struct diags *d, struct modules *m, const struct target *t,
	struct ll_clone_plan *plan, struct clones *out)
{
	struct ll_clone_cpu *cpus = arena_array(a, struct ll_clone_cpu, t->ncpus);
	struct ll_clones made;

	for (size_t i = 0; i < t->ncpus; i++)
		cpus[i] = (struct ll_clone_cpu) { t->cpus[i].suffix, t->cpus[i].cpu,
			t->cpus[i].features, t->cpus[i].base };
	plan->cpus = cpus;
	plan->ncpus = t->ncpus;
	if (ll_clone_make(a, d, m->merged, plan, &made))
		return -1;
	out->v = arena_array(a, struct clone_module, t->ncpus);
	out->n = 0;
	for (size_t i = 0; i < t->ncpus; i++) {
		if (made.modules[i])
			out->v[out->n++] = (struct clone_module) { made.modules[i], i };
	}
	out->functions = made.slots;
	out->entries = made.entries;
	out->nslots = made.nslots;
	for (size_t i = 1; i < t->ncpus; i++) {
		for (size_t k = 0; k < out->why[i].n; k++) {
			struct clone_why *w = &out->why[i].v[k];

			w->symbol = made.symbols[i * out->nfuncs + w->func];
		}
	}
	return 0;
}

/* What must be inlined has no versions, so its calls would go through slots, in the versions that
 * it comes to be in too. Inlined before there are versions, its calls are theirs. */
static void inline_always(LLVMModuleRef m, const struct target *t)
{
	LLVMPassBuilderOptionsRef o = LLVMCreatePassBuilderOptions();
	LLVMErrorRef e = LLVMRunPasses(m, "always-inline", t->machine, o);

	LLVMDisposePassBuilderOptions(o);
	if (e)
		diag_bug("always-inline: %s", LLVMGetErrorMessage(e));
}

int clones_make(struct arena *a, struct diags *d, struct modules *m, const struct target *t,
	struct clones *out)
{
	struct names native = { .mem = a }, all = { .mem = a };
	struct ll_clone_plan plan = { 0 };
	bool *chosen;

	*out = (struct clones) { 0 };
	if (!m->merged)
		return 0;
	out->v = arena_new(a, struct clone_module);
	out->v[0] = (struct clone_module) { m->merged, 0 };
	out->n = 1;
	if (t->ncpus < 2)
		return 0;
	inline_always(m->merged, t);
	native_symbols(m, &native, &all);
	out->why = arena_array(a, struct clone_whys, t->ncpus);
	out->funcs = ll_clone_facts(a, m->merged, t->machine, t->cpus[0].cpu, t->cpus[0].features,
		native.v, native.n, &out->nfuncs);
	chosen = arena_array(a, bool, t->ncpus * out->nfuncs);
	if (!choose(a, t, out, chosen))
		return 0;
	plan.chosen = chosen;
	plan.funcs = out->funcs;
	plan.nfuncs = out->nfuncs;
	plan.taken = all.v;
	plan.ntaken = all.n;
	out->self_select = has_constructors(m->merged);
	return make(a, d, m, t, &plan, out);
}

void clones_free(struct clones *c)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].cpu)
			LLVMDisposeModule(c->v[i].m);
	}
	*c = (struct clones) { 0 };
}
