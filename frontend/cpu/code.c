/* What the modules were compiled for, before they came here. A function with features of its own
 * is the program's business: it knows when to call it. What every function has is not. */
#include "frontend/cpu/code.h"

#include <string.h>

#include "base/str.h"

/* one pair of attributes, which most functions of a module share */
struct compiled_for {
	const char *cpu, *features;
	uint64_t set[IMG_FEATURE_WORDS];
};

struct scan {
	struct arena *a;
	const struct target *t;
	struct ll_names cpus;
	struct compiled_for *v;
	size_t n, cap;
	uint64_t all[IMG_FEATURE_WORDS]; /* features of every function so far */
};

static const char *attribute(struct arena *a, LLVMValueRef f, const char *key)
{
	LLVMAttributeRef at = LLVMGetStringAttributeAtIndex(
		f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, key, (unsigned)strlen(key));
	const char *text;
	unsigned n;

	if (!at)
		return "";
	text = LLVMGetStringAttributeValue(at, &n);
	return str_ndup(a, text, n);
}

static bool has_name(const struct ll_names *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++) {
		if (str_eq(l->v[i], name))
			return true;
	}
	return false;
}

static const struct compiled_for *look_up(struct scan *s, const char *cpu, const char *features)
{
	struct compiled_for *c;
	struct ll_names on;

	for (size_t i = 0; i < s->n; i++) {
		if (str_eq(s->v[i].cpu, cpu) && str_eq(s->v[i].features, features))
			return &s->v[i];
	}
	arena_push_room(s->a, s->v, s->n, s->cap);
	c = &s->v[s->n++];
	*c = (struct compiled_for) { .cpu = cpu, .features = features };
	if (*cpu && !has_name(&s->cpus, cpu)) /* of a later LLVM, whose words mean nothing here */
		return c;
	ll_cpu_features(s->a, s->t->triple.normal, cpu, features, &on);
	for (size_t i = 0; i < on.n; i++) {
		int row = img_cpu_feature(s->t->arch, on.v[i]);

		if (row >= 0 && !(s->t->arch->features[row].flags & CPU_SAID) &&
			img_cpu_testable(s->t->arch, (unsigned)row, s->t->abi))
			img_cpu_add(c->set, (unsigned)row);
	}
	return c;
}

/* returns whether anything is left */
static bool keep_common(struct scan *s, LLVMValueRef f)
{
	const struct compiled_for *c =
		look_up(s, attribute(s->a, f, "target-cpu"), attribute(s->a, f, "target-features"));
	uint64_t any = 0;

	for (unsigned w = 0; w < IMG_FEATURE_WORDS; w++) {
		s->all[w] &= c->set[w];
		any |= s->all[w];
	}
	return any;
}

static void add(struct scan *s, struct diags *d, struct loc at, struct target *t)
{
	uint64_t more[IMG_FEATURE_WORDS], any = 0;
	char text[160];

	for (unsigned w = 0; w < IMG_FEATURE_WORDS; w++) {
		more[w] = s->all[w] & ~t->cpus[0].needs[w];
		any |= more[w];
		for (size_t i = 0; i < t->ncpus; i++)
			t->cpus[i].needs[w] |= more[w];
	}
	if (!any)
		return;
	img_cpu_names(t->arch, more, 6, ", ", text, sizeof(text));
	diag_warn(d, at,
		"the modules were compiled for CPUs with %s, which cpu target '%s' does not have; "
		"the image will run on such CPUs alone. Compile them without -march or -mcpu",
		text, t->cpus[0].name);
}

void cpu_targets_add_code(
	struct arena *a, struct diags *d, struct loc at, struct target *t, LLVMModuleRef m)
{
	struct scan s = { .a = a, .t = t };
	bool any = false;

	if (!t->arch || !m || ll_cpu_names(a, t->triple.normal, &s.cpus))
		return;
	memset(s.all, 0xff, sizeof(s.all));
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f)) {
		if (LLVMIsDeclaration(f))
			continue;
		any = true;
		if (!keep_common(&s, f))
			return;
	}
	if (any)
		add(&s, d, at, t);
}
