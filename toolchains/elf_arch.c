#include "toolchains/elf_arch.h"

#include <stdlib.h>

#include "base/str.h"

/* ---- ARM */

/* How subarchitectures and CPUs begin, and what LLVM calls the subarchitecture; the first row that
 * fits counts. Facts of LLVM's, not of a platform. */
static const struct {
	const char *prefix, *subarch;
} spellings[] = {
	{ "v8-m.m", "v8m.main" },
	{ "v8-m.b", "v8m.base" },
	{ "v8-r", "v8r" },
	{ "v8.", "v8" },
	{ "v8", "v8a" },
	{ "v9", "v9a" },
	{ "v7-m", "v7m" },
	{ "v7m", "v7m" },
	{ "v7e-m", "v7em" },
	{ "v7em", "v7em" },
	{ "v7-r", "v7r" },
	{ "v7r", "v7r" },
	{ "v7s", "v7s" },
	{ "v7k", "v7k" },
	{ "v7", "v7" },
	{ "v6-m", "v6m" },
	{ "v6m", "v6m" },
	{ "v6kz", "v6kz" },
	{ "v6k", "v6k" },
	{ "v6t2", "v6t2" },
	{ "v6", "v6" },
	{ "v5", "v5e" },
	{ "v4t", "v4t" },
	{ "v4", "v4" },
	{ "cortex-m0", "v6m" },
	{ "cortex-m1", "v6m" },
	{ "cortex-m3", "v7m" },
	{ "cortex-m4", "v7em" },
	{ "cortex-m7", "v7em" },
	{ "cortex-m23", "v8m.base" },
	{ "cortex-m", "v8m.main" },
	{ "cortex-r52", "v8r" },
	{ "cortex-r", "v7r" },
	{ "cortex-a15", "v7" },
	{ "cortex-a17", "v7" },
	{ "cortex-a12", "v7" },
	{ "cortex-a32", "v8a" },
	{ "cortex-a35", "v8a" },
	{ "cortex-a5", "v8a" },
	{ "cortex-a7", "v8a" },
	{ "cortex-a", "v7" },
	{ "arm1156", "v6t2" },
	{ "arm1176", "v6kz" },
	{ "arm11", "v6" },
	{ "mpcore", "v6k" },
	{ "arm9", "v5e" },
	{ "arm10", "v5e" },
	{ "arm7", "v4t" },
};

static const char *spelled(const char *text)
{
	static const char *const plain[] = { "cortex-a5", "cortex-a7" }; /* CPUs, not beginnings */

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (str_eq(text, plain[i]))
			return "v7";
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++)
		if (str_starts(text, spellings[i].prefix))
			return spellings[i].subarch;
	return NULL;
}

/* "v7a" of "armv7a", "armebv7a", "armv7aeb", "thumbv7a"; "" of "arm" */
static const char *behind_arm(const char *word)
{
	static const char *const begin[] = { "armeb", "arm", "thumbeb", "thumb" };

	for (size_t i = 0; i < sizeof(begin) / sizeof(begin[0]); i++)
		if (str_starts(word, begin[i]))
			return word + strlen(begin[i]);
	return "";
}

const char *arm_subarch(struct tc *t)
{
	const struct job_word *cpu = &t->job->str[JS_CPU], *arch = &t->job->str[JS_ARCH_NAME];
	const char *found = NULL;

	if (t->pf->family == FAMILY_DARWIN ||
		(!str_eq(t->pf->arch.text, "arm") && !str_eq(t->pf->arch.text, "armeb")))
		return NULL;
	if (cpu->text)
		found = spelled(cpu->text);
	if (!found && arch->text)
		found = spelled(behind_arm(arch->text));
	if (!found)
		found = spelled(behind_arm(t->triple));
	if (!found && t->pf->effective_arch.text)
		found = behind_arm(t->pf->effective_arch.text);
	return found ? found : "v5e";
}

void arm_be8(struct tc *t, const struct slot *s)
{
	const char *subarch = arm_subarch(t);

	if (!subarch || tc_flag(t, JF_RELOCATABLE))
		return;
	if (strtoul(subarch + 1, NULL, 10) >= 7 || str_eq(subarch, "v6m"))
		tc_word(t, s, t->job->str[JS_ENDIAN].at, "--be8");
}

/* ---- MIPS */

/* release 6 of the architecture has the encoding of IEEE 754-2008 only, the older ones may */
static bool is_nan2008(const struct tc *t)
{
	const struct job_option *nan = job_option_last(t->job, "-mnan=");
	const char *arch = t->job->str[JS_ARCH_NAME].text, *cpu = t->job->str[JS_CPU].text;

	if (nan && str_eq(nan->values[0], "2008"))
		return true;
	if (nan && str_eq(nan->values[0], "legacy"))
		return false;
	if (!arch)
		arch = cpu;
	if (arch)
		return str_eq(arch, "mips32r6") || str_eq(arch, "mips64r6");
	return str_starts(t->triple, "mipsisa") || strstr(t->triple, "-img-");
}

const char *mips_dynamic_linker(struct tc *t, const char *path)
{
	const struct job_option *libc = NULL;
	static const char *const names[] = { "-muclibc", "-mglibc", "-mmusl", "-mbionic" };
	bool nan2008 = is_nan2008(t);
	const char *name;

	if (!str_starts(t->pf->arch.text, "mips") || str_starts(path_base(path), "ld-musl"))
		return path;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct job_option *o = job_option_last(t->job, names[i]);

		if (o && (!libc || o > libc))
			libc = o;
	}
	if (libc && str_eq(libc->name, "-muclibc"))
		name = nan2008 ? "ld-uClibc-mipsn8.so.0" : "ld-uClibc.so.0";
	else
		name = nan2008 ? "ld-linux-mipsn8.so.1" : "ld.so.1";
	return path_join(t->mem, path_dir(t->mem, path), name);
}

const char *mips_emulation(struct tc *t, const char *name)
{
	const char *abi = t->job->str[JS_ABI].text;

	if (!abi || !str_eq(abi, "n32") || !str_starts(name, "elf64") ||
		!str_starts(t->pf->arch.text, "mips"))
		return name;
	return str_fmt(t->mem, "elf32%sn32", name + 5);
}
