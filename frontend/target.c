/* CPU targets have the grammar of JULIA_CPU_TARGET: targets with ';' between them, each a CPU's
 * name and then features (+name, -name) and flags with ',' between them. This version takes one
 * target without flags. */
#include "frontend/target.h"

#include <string.h>

#include "base/str.h"
#include "driver/driver.h"

/* ---- CPU */

static int unknown_name(struct arena *a, struct diags *d, struct loc at, const char *what,
	const char *name, const char *triple, const struct ll_names *known)
{
	const char *near = str_nearest(name, known->v, known->n);

	return diag_err(d, at, "unknown %s '%s' for %s%s%s%s", what, str_shown(a, name), triple,
		near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool is_known(const char *name, const struct ll_names *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (str_eq(l->v[i], name))
			return true;
	}
	return false;
}

/* one word behind the CPU's name: appended to `features` when it is one */
static int read_feature(struct arena *a, struct diags *d, struct loc at, const char *word,
	const char *triple, struct strbuf *features)
{
	struct ll_names known;

	if (str_eq(word, "clone_all") || str_eq(word, "opt_size") || str_eq(word, "min_size") ||
		str_starts(word, "base("))
		return diag_err(d, at,
			"cpu target: flag '%s' is for images with several targets, this version "
			"builds for "
			"one; leave it out",
			str_shown(a, word));
	if (*word != '+' && *word != '-')
		return diag_err(d, at, "cpu target: '%s' wants a sign: +%s to use it, -%s not to",
			str_shown(a, word), str_shown(a, word), str_shown(a, word));
	if (ll_feature_names(a, triple, &known))
		return diag_err(d, at, "LLVM has no CPU tables for %s", triple);
	if (!is_known(word + 1, &known))
		return unknown_name(a, d, at, "CPU feature", word + 1, triple, &known);
	strbuf_fmt(features, "%s%s", features->n ? "," : "", word);
	return 0;
}

static int read_cpu_name(struct arena *a, struct diags *d, struct loc at, const char *name,
	const char *triple, const char **cpu, struct strbuf *features)
{
	struct ll_names known;

	*cpu = name;
	if (str_eq(name, "native")) {
		*cpu = ll_host_cpu(a);
		strbuf_puts(features, ll_host_features(a));
		return 0;
	}
	/* LLVM's "generic" of x86-64 lacks what every such CPU has; clang says x86-64 as well */
	if (str_eq(name, "generic") && str_starts(triple, "x86_64")) {
		*cpu = "x86-64";
		return 0;
	}
	if (ll_cpu_names(a, triple, &known))
		return diag_err(d, at, "LLVM has no CPU tables for %s", triple);
	if (str_eq(name, "help") || !*name)
		return diag_err(
			d, at, "a cpu target wants a CPU's name, such as 'native' or 'generic'");
	return is_known(name, &known) ? 0 : unknown_name(a, d, at, "CPU", name, triple, &known);
}

int target_read_cpu(struct arena *a, struct diags *d, const struct job_word *text,
	const char *triple, const char **cpu, const char **features)
{
	struct strbuf all = { .mem = a };
	char *words = str_dup(a, text->text), *rest = words, *word;
	int failed;

	*cpu = "generic";
	*features = "";
	if (strchr(words, ';'))
		return diag_err(d, text->at,
			"cpu target '%s' has several targets, this version builds for one; give "
			"one such as "
			"'haswell' or 'generic,+avx2'",
			str_shown(a, text->text));
	word = strsep(&rest, ",");
	failed = read_cpu_name(a, d, text->at, word, triple, cpu, &all);
	while ((word = strsep(&rest, ",")))
		failed |= read_feature(a, d, text->at, word, triple, &all);
	*features = strbuf_text(&all);
	return failed ? -1 : 0;
}

/* ---- platform and triple */

/* The triple as said; else the platform's name if that is one; else its CPU's and this system's. */
static void find_triple(struct arena *a, const struct package *p, struct target *t)
{
	const struct platform *pf = t->platform;

	t->at = p->target.text ? p->target.at : p->platform.at;
	if (p->target.text) {
		ll_triple_parse(a, ll_code_triple(a, p->target.text), &t->triple);
		return;
	}
	if (pf->family == FAMILY_DARWIN) { /* one platform file for all CPUs */
		ll_triple_parse(a, pf->triple.text, &t->triple);
		return;
	}
	ll_triple_parse(a, ll_code_triple(a, pf->name), &t->triple);
	if (!t->triple.known || str_eq(t->triple.os, "unknown"))
		ll_triple_parse(
			a, pf->multiarch.text ? pf->multiarch.text : ll_host_triple(a), &t->triple);
}

static int choose_platform(
	struct arena *a, struct diags *d, const struct package *p, struct target *t)
{
	struct link_job job = { .mem = a };

	if (p->target.text)
		job_set_str(&job, JS_TARGET, p->target.text, p->target.at);
	if (p->platform.text)
		job_set_str(&job, JS_PLATFORM, p->platform.text, p->platform.at);
	t->platform = driver_platform(a, d, &job);
	if (!t->platform)
		return -1;
	if (t->platform->family != FAMILY_ELF && t->platform->family != FAMILY_DARWIN &&
		!t->platform->image_start.text)
		return diag_err(d, p->target.text ? p->target.at : p->platform.at,
			"platform '%s' has no package images in this version; ELF platforms, "
			"Apple's and Windows with MinGW have",
			t->platform->name);
	find_triple(a, p, t);
	if (!t->triple.little_endian)
		return diag_err(d, t->at,
			"package images are little-endian, '%s' is not; `pkgimg link --image "
			"--root-symbol=NAME` links objects for it, with a root of their own in "
			"place of tables",
			t->triple.text);
	return 0;
}

static LLVMCodeGenOptLevel codegen_level(char opt_level)
{
	switch (opt_level) {
	case '0': return LLVMCodeGenLevelNone;
	case '1': return LLVMCodeGenLevelLess;
	case '3': return LLVMCodeGenLevelAggressive;
	default: return LLVMCodeGenLevelDefault;
	}
}

LLVMTargetMachineRef target_machine(struct arena *a, struct diags *d, const struct target *t)
{
	char *message = NULL;
	LLVMTargetRef target;
	LLVMTargetMachineRef m;

	if (LLVMGetTargetFromTriple(t->triple.normal, &target, &message)) {
		diag_err(d, t->at, "LLVM cannot make code for '%s': %s", t->triple.normal,
			str_shown(a, message));
		LLVMDisposeMessage(message);
		return NULL;
	}
	m = LLVMCreateTargetMachine(target, t->triple.normal, t->cpu, t->features,
		codegen_level(t->opt_level), LLVMRelocPIC, LLVMCodeModelDefault);
	if (!m)
		diag_err(d, t->at, "LLVM cannot make code for '%s'", t->triple.normal);
	return m;
}

int target_open(struct arena *a, struct diags *d, const struct package *p, struct target *out)
{
	struct job_word cpu = p->cpu_target;

	*out = (struct target) { .opt_level = p->opt_level };
	if (choose_platform(a, d, p, out))
		return -1;
	ll_init_targets();
	if (!cpu.text) {
		const struct fact *f = &out->platform->cpu_target;

		cpu = (struct job_word) { f->text ? f->text : "generic", f->at };
		out->plain = true;
	}
	out->plain |= str_eq(cpu.text, "generic");
	if (target_read_cpu(a, d, &cpu, out->triple.normal, &out->cpu, &out->features))
		return -1;
	out->machine = target_machine(a, d, out);
	if (!out->machine)
		return -1;
	out->layout = LLVMCreateTargetDataLayout(out->machine);
	out->layout_text = LLVMCopyStringRepOfTargetData(out->layout);
	return 0;
}

void target_free(struct target *t)
{
	if (t->layout_text)
		LLVMDisposeMessage(t->layout_text);
	if (t->layout)
		LLVMDisposeTargetData(t->layout);
	if (t->machine)
		LLVMDisposeTargetMachine(t->machine);
	*t = (struct target) { 0 };
}
