/* Platform, triple and the machine that makes code for its first CPU target. */
#include "frontend/target.h"

#include <string.h>

#include "base/str.h"
#include "driver/driver.h"

/* ---- platform and triple */

/* with the text as given, though code may be made for another spelling */
static void parse_triple(struct arena *a, const char *text, struct ll_triple *out)
{
	ll_triple_parse(a, ll_code_triple(a, text), out);
	out->text = text;
}

/* The triple as said; else the platform's name if that is one; else its CPU's and this system's. */
static void find_triple(struct arena *a, const struct package *p, struct target *t)
{
	const struct platform *pf = t->platform;

	t->at = p->target.text ? p->target.at : p->platform.at;
	if (p->target.text) {
		parse_triple(a, p->target.text, &t->triple);
		return;
	}
	if (pf->family == FAMILY_DARWIN) { /* one platform file for all CPUs */
		ll_triple_parse(a, pf->triple.text, &t->triple);
		return;
	}
	parse_triple(a, pf->name, &t->triple);
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
	m = LLVMCreateTargetMachine(target, t->triple.normal, t->cpus[0].cpu, t->cpus[0].features,
		codegen_level(t->opt_level), LLVMRelocPIC, LLVMCodeModelDefault);
	if (!m)
		diag_err(d, t->at, "LLVM cannot make code for '%s'", t->triple.normal);
	return m;
}

/* The nearest that says it: command line or package, environment, platform. */
static struct job_words cpu_words(struct arena *a, const struct package *p, struct target *t)
{
	const struct fact *f = &t->platform->cpu_target;
	struct job_words one = { .v = arena_new(a, struct job_word), .n = 1 };

	if (p->cpu_targets.n)
		return p->cpu_targets;
	if (!cpu_targets_from_environment(one.v)) {
		*one.v = (struct job_word) { f->text ? f->text : "generic", f->at };
		t->plain = true;
	}
	return one;
}

static int open_machine(struct arena *a, struct diags *d, struct target *t)
{
	t->machine = target_machine(a, d, t);
	if (!t->machine)
		return -1;
	t->layout = LLVMCreateTargetDataLayout(t->machine);
	t->layout_text = LLVMCopyStringRepOfTargetData(t->layout);
	return 0;
}

static int read_cpus(struct arena *a, struct diags *d, const struct package *p, struct target *t)
{
	struct job_words cpus;
	struct cpu_targets read;

	ll_init_targets();
	cpus = cpu_words(a, p, t);
	if (cpu_targets_read(a, d, cpus.v, cpus.n, p->ndeps ? p->deps[0].targets : NULL,
		    t->triple.normal, &read))
		return -1;
	t->cpus = read.v;
	t->ncpus = read.n;
	t->arch = read.arch;
	t->abi = read.abi;
	t->plain &= t->ncpus == 1;
	t->plain |= t->ncpus == 1 && cpus.n == 1 && str_eq(cpus.v->text, "generic");
	return 0;
}

int target_open(struct arena *a, struct diags *d, const struct package *p, struct target *out)
{
	*out = (struct target) { .opt_level = p->opt_level };
	if (choose_platform(a, d, p, out) || read_cpus(a, d, p, out))
		return -1;
	return open_machine(a, d, out);
}

/* what a request says of the target, without its package file */
static struct package request_package(struct arena *a, const struct build_request *r)
{
	struct package p = { .target = r->target, .platform = r->platform };

	if (r->cpu_target.text) {
		p.cpu_targets.v = arena_new(a, struct job_word);
		p.cpu_targets.v[p.cpu_targets.n++] = r->cpu_target;
	}
	return p;
}

int target_read(struct arena *a, struct diags *d, const struct build_request *r, struct target *out)
{
	const struct package p = request_package(a, r);

	*out = (struct target) { 0 };
	ll_start();
	return choose_platform(a, d, &p, out) || read_cpus(a, d, &p, out) ? -1 : 0;
}

const char *target_cpu_help(struct arena *a, struct diags *d, const struct build_request *r)
{
	const struct package p = request_package(a, r);
	struct target t = { 0 };

	ll_start();
	if (choose_platform(a, d, &p, &t))
		return NULL;
	ll_init_targets();
	return cpu_targets_help(a, d, t.at, t.triple.normal);
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

static bool has_prefix(const struct target *t)
{
	return strstr(t->layout_text, "m:o") || strstr(t->layout_text, "m:x");
}

const char *target_symbol(struct arena *a, const struct target *t, const char *name)
{
	if (*name == '\1')
		return name + 1;
	return has_prefix(t) ? str_fmt(a, "_%s", name) : name;
}

const char *target_linkage(const struct target *t, const char *symbol)
{
	return symbol + (has_prefix(t) && *symbol == '_');
}
