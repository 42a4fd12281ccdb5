/* Link-time optimisation (facts/toolchains.md 1.1, slot 15), spelled for LLD: no -plugin, options
 * behind -plugin-opt=. */
#include "toolchains/lto.h"

#include <stdlib.h>

#include "base/str.h"
#include "toolchains/compiler_rt.h"

/* Names of an architecture or CPU that stand for another name: ARM's architectures for the CPU they
 * began with, PowerPC's long names for LLVM's. Facts of LLVM's, not of a platform. */
static const struct alias {
	const char *arch, *name, *cpu;
} aliases[] = {
	{ "arm", "armv4t", "arm7tdmi" },
	{ "arm", "armv5t", "arm10tdmi" },
	{ "arm", "armv5te", "arm1022e" },
	{ "arm", "armv6", "arm1136jf-s" },
	{ "arm", "armv6k", "mpcore" },
	{ "arm", "armv6kz", "arm1176jzf-s" },
	{ "arm", "armv6t2", "arm1156t2-s" },
	{ "arm", "armv6-m", "cortex-m0" },
	{ "arm", "armv7-m", "cortex-m3" },
	{ "arm", "armv7e-m", "cortex-m4" },
	{ "arm", "armv7-r", "cortex-r4" },
	{ "powerpc", "power3", "pwr3" },
	{ "powerpc", "power4", "pwr4" },
	{ "powerpc", "power5", "pwr5" },
	{ "powerpc", "power6", "pwr6" },
	{ "powerpc", "power7", "pwr7" },
	{ "powerpc", "power8", "pwr8" },
	{ "powerpc", "power9", "pwr9" },
	{ "powerpc", "power10", "pwr10" },
	{ "powerpc", "power11", "pwr11" },
};

static const char *alias(const struct tc *t, const char *name)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (str_starts(t->pf->arch.text, aliases[i].arch) && str_eq(name, aliases[i].name))
			return aliases[i].cpu;
	return NULL;
}

/* ARM: -march= names an architecture, and counts when there is no -mcpu=. `native` of another
 * machine is no ARM: no CPU is named then. returns NULL if -march= does not say */
static const char *arm_cpu(struct tc *t)
{
	const struct job_word *w = &t->job->str[JS_ARCH_NAME];
	const char *name, *cpu;

	if (!w->text || t->job->str[JS_CPU].text || !str_starts(t->pf->arch.text, "arm"))
		return NULL;
	if (str_eq(w->text, "native"))
		return "";
	name = str_ndup(t->mem, w->text, strcspn(w->text, "+"));
	cpu = alias(t, name);
	if (cpu)
		return cpu;
	return str_starts(name, "armv7") || str_starts(name, "armv8") || str_starts(name, "armv9")
		       ? "generic"
		       : NULL;
}

const char *lto_cpu(struct tc *t, struct loc *at)
{
	bool by_arch = t->pf->lto_cpu_option.text && str_eq(t->pf->lto_cpu_option.text, "march");
	const struct job_word *w = &t->job->str[by_arch ? JS_ARCH_NAME : JS_CPU];
	const char *host = t->job->str[JS_HOST_CPU].text;

	*at = t->job->str[JS_ARCH_NAME].at;
	if (arm_cpu(t))
		return arm_cpu(t);
	/* MIPS has the two options for one thing, and leaves `native` to the linker */
	if (str_starts(t->pf->arch.text, "mips")) {
		if (!w->text)
			w = &t->job->str[JS_CPU];
		host = "native";
	}
	*at = w->at;
	if (w->text && *w->text && str_eq(w->text, "native"))
		return host ? host : t->pf->lto_cpu.text;
	if (w->text && *w->text) {
		const char *name = str_ndup(t->mem, w->text, strcspn(w->text, "+"));
		const char *cpu = alias(t, name);

		return cpu ? cpu : name;
	}
	*at = t->pf->lto_cpu.at;
	return t->pf->lto_cpu.text ? platform_subst(t->mem, &t->vars, t->pf->lto_cpu.text) : NULL;
}

static void option(struct tc *t, const struct slot *s, struct loc at, const char *text)
{
	tc_wordf(t, s, at, "-plugin-opt=%s", text);
}

/* what stands behind -O in LLD's terms: its levels are 0 to 3 */
static void level(struct tc *t, const struct slot *s)
{
	static const char *const names[][2] = { { "", "O1" }, { "g", "O1" }, { "s", "O2" },
		{ "z", "O2" }, { "fast", "O3" }, { "4", "O3" } };
	const struct job_word *w = &t->job->str[JS_OPT_LEVEL];

	if (!w->text)
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq(w->text, names[i][0])) {
			option(t, s, w->at, names[i][1]);
			return;
		}
	option(t, s, w->at, str_fmt(t->mem, "O%s", w->text));
}

static void jobs(struct tc *t, const struct slot *s)
{
	const struct job_word *w = &t->job->str[JS_LTO_JOBS];
	char *end;

	if (!w->text || !*w->text)
		return;
	strtoul(w->text, &end, 10);
	if (*end && !str_eq(w->text, "all"))
		diag_err(t->d, w->at, "'-flto-jobs=' wants a number or 'all', got '%s'", w->text);
	option(t, s, w->at, str_fmt(t->mem, "jobs=%s", w->text));
}

/* The last of -fX and -fno-X that the list has for an option ("-emulated-tls" or "no
 * -emulated-tls",
 * "-data-sections=0") says; NULL: none was given. */
static const struct job_word *last_said(const struct tc *t, const char *name)
{
	const struct job_words *l = &t->job->list[JL_LTO_OPTIONS];
	const struct job_word *found = NULL;

	for (size_t i = 0; i < l->n; i++) {
		const char *text = l->v[i].text;

		if (str_starts(text, "no "))
			text += 3;
		if (str_starts(text, name))
			found = &l->v[i];
	}
	return found;
}

static void said(struct tc *t, const struct slot *s, const char *name)
{
	const struct job_word *w = last_said(t, name);

	if (w && !str_starts(w->text, "no "))
		option(t, s, w->at, w->text);
}

/* Profiles of callers are made by LTO's own passes, so the linker must know where they go. */
static void profiles(struct tc *t, const struct slot *s)
{
	const struct job_word *sample = &t->job->str[JS_SAMPLE_PROFILE];
	const struct job_word *dir = &t->job->str[JS_CS_PROFILE_DIR];
	const struct job_word *use = &t->job->str[JS_PROFILE_USE];
	struct loc at = dir->text ? dir->at : t->job->flag[JF_CS_PROFILE].at;

	if (sample->text)
		option(t, s, sample->at, str_fmt(t->mem, "sample-profile=%s", sample->text));
	if (dir->text || tc_flag(t, JF_CS_PROFILE)) {
		const char *file = "default_%m.profraw";

		if (dir->text)
			file = path_join(t->mem, dir->text, file);
		option(t, s, at, "cs-profile-generate");
		option(t, s, at, str_fmt(t->mem, "cs-profile-path=%s", file));
	} else if (use->text) {
		option(t, s, use->at, str_fmt(t->mem, "cs-profile-path=%s", use->text));
	}
}

/* Android's loader learned real thread-local storage with API level 29 */
static void emulated_tls(struct tc *t, const struct slot *s)
{
	if (last_said(t, "-emulated-tls"))
		said(t, s, "-emulated-tls");
	else if (t->pf->emulated_tls)
		option(t, s, NOWHERE, "-emulated-tls");
	else if (t->is_android && t->api < 29 && !str_starts(t->pf->arch.text, "riscv"))
		option(t, s, NOWHERE, "-emulated-tls");
}

/* Linkers other than LLD have LTO as a plugin, LLVM's; OpenBSD's linker is LLD under another name.
 * Objects with both kinds of code are LLD's alone. */
static void lto_plugin(struct tc *t, const struct slot *s)
{
	const struct job_word *w = &t->plan->external;
	const char *name = w->text ? path_base(w->text) : "ld.lld";

	bool lld =
		str_eq(name, "ld.lld") || (str_starts(name, "ld.lld.") && !strchr(name + 7, '.'));

	if (lld || t->pf->family == FAMILY_OPENBSD) {
		if (tc_flag(t, JF_FAT_LTO))
			tc_word(t, s, t->job->flag[JF_FAT_LTO].at, "--fat-lto-objects");
		return;
	}
	tc_word(t, s, w->at, "-plugin");
	tc_wordf(t, s, w->at, "%s/bin/../lib/LLVMgold.so",
		path_dir(t->mem, compiler_rt_llvm_lib_dir(t)));
}

/* Thread-local storage by descriptors: a choice where the architecture has both, the rule on
 * Android with RISC-V */
static void tls_descriptors(struct tc *t, const struct slot *s)
{
	static const struct {
		const char *arch, *with, *without;
	} dialects[] = {
		{ "riscv", "desc", "trad" },
		{ "loongarch", "desc", "trad" },
		{ "x86_64", "gnu2", "gnu" },
		{ "i386", "gnu2", "gnu" },
	};
	const struct job_option *o = job_option_last(t->job, "-mtls-dialect=");

	if (!o && t->is_android && str_starts(t->pf->arch.text, "riscv"))
		option(t, s, NOWHERE, "-enable-tlsdesc");
	for (size_t i = 0; o && i < sizeof(dialects) / sizeof(dialects[0]); i++) {
		if (!str_starts(t->pf->arch.text, dialects[i].arch))
			continue;
		if (str_eq(o->values[0], dialects[i].with))
			option(t, s, o->at, "-enable-tlsdesc");
		else if (!str_eq(o->values[0], dialects[i].without))
			diag_err(t->d, o->at, "'-mtls-dialect=' wants %s or %s for '%s', got '%s'",
				dialects[i].with, dialects[i].without, t->pf->name, o->values[0]);
		return;
	}
	if (o)
		diag_err(t->d, o->at, "there is no '-mtls-dialect=' for '%s'", t->pf->name);
}

void slot_lto(struct tc *t, const struct slot *s)
{
	const struct job_word *lto = &t->job->str[JS_LTO], *debugger = &t->job->str[JS_DEBUGGER];
	const struct job_word *vectors = &t->job->str[JS_VECTOR_LIBRARY];
	struct loc at;
	const char *cpu;

	if (!lto_is_on(t))
		return;
	cpu = lto_cpu(t, &at);
	lto_plugin(t, s);
	if (vectors->text && !str_eq(vectors->text, "none"))
		option(t, s, vectors->at, str_fmt(t->mem, "-vector-library=%s", vectors->text));
	if (cpu && *cpu)
		option(t, s, at, str_fmt(t->mem, "mcpu=%s", cpu));
	level(t, s);
	if (tc_flag(t, JF_SPLIT_DWARF))
		option(t, s, t->job->flag[JF_SPLIT_DWARF].at,
			str_fmt(t->mem, "dwo_dir=%s_dwo", t->plan->output));
	if (lto_is_thin(t))
		option(t, s, lto->at, "thinlto");
	jobs(t, s);
	if (debugger->text)
		option(t, s, debugger->at, str_fmt(t->mem, "-debugger-tune=%s", debugger->text));
	said(t, s, "-function-sections");
	said(t, s, "-data-sections");
	said(t, s, "-split-machine-functions");
	profiles(t, s);
	emulated_tls(t, s);
	tls_descriptors(t, s);
	said(t, s, "-stack-size-section");
}
