/* compiler-rt in clang's resource folder. Two layouts are about: a folder per triple
 * (RES/lib/x86_64-unknown-linux-gnu/libclang_rt.asan.a) and one per system with the architecture in
 * the names (RES/lib/linux/libclang_rt.asan-x86_64.a). The first is looked for first. */
#include "toolchains/compiler_rt.h"

#include <dirent.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"

const char *compiler_rt_resource_dir(struct tc *t)
{
	const char *given = t->job->str[JS_RESOURCE_DIR].text, *first = NULL;

	if (given && *given)
		return given;
	yml_each (i, &t->pf->resource_dirs) {
		const char *dir = platform_subst(t->mem, &t->vars, t->pf->resource_dirs.v[i]);

		if (dir && file_is_dir(dir))
			return dir;
		if (!first)
			first = dir;
	}
	return first ? first : path_join(t->mem, t->data, "clang");
}

const char *compiler_rt_llvm_lib_dir(struct tc *t)
{
	return path_dir(t->mem, path_dir(t->mem, t->resource_dir));
}

/* Folders of an Android triple carry an API level; one for an older level serves a newer target.
 * returns the one with the greatest level up to ours, or NULL */
static const char *android_dir(struct tc *t, const char *base)
{
	size_t stem = strlen(t->triple);
	const char *best = NULL;
	long best_level = -1;
	DIR *d;

	while (stem && strchr("0123456789", t->triple[stem - 1]))
		stem--;
	d = opendir(base);
	for (struct dirent *e; d && (e = readdir(d));) {
		char *end;
		long level;

		if (strncmp(e->d_name, t->triple, stem))
			continue;
		level = strtol(e->d_name + stem, &end, 10);
		if (*end || level > (long)t->api || level <= best_level)
			continue;
		best_level = level;
		best = path_join(t->mem, base, str_dup(t->mem, e->d_name));
	}
	if (d)
		closedir(d);
	return best;
}

/* the folder for our triple below `base`, or NULL. ARM's subarchitectures share one. */
static const char *triple_dir(struct tc *t, const char *base)
{
	const char *dir = path_join(t->mem, base, t->triple), *rest = strchr(t->triple, '-');

	if (file_exists(dir))
		return dir;
	if (rest && str_starts(t->pf->arch.text, "arm")) {
		dir = path_join(t->mem, base, str_fmt(t->mem, "%s%s", t->pf->arch.text, rest));
		if (file_exists(dir))
			return dir;
	}
	return t->api ? android_dir(t, base) : NULL;
}

const char *compiler_rt_target_dir(struct tc *t)
{
	const char *base = path_join(t->mem, t->resource_dir, "lib");
	const char *dir = triple_dir(t, base);

	if (t->pf->family == FAMILY_DARWIN) /* one folder for all of Apple's systems */
		return path_join(t->mem, base, "darwin");
	return dir ? dir : path_join(t->mem, base, t->triple);
}

const char *compiler_rt_os_dir(struct tc *t)
{
	const char *os = t->pf->runtime_os.text ? t->pf->runtime_os.text : "";

	return str_fmt(t->mem, "%s/lib/%s", t->resource_dir, os);
}

const char *compiler_rt_stdlib_dir(struct tc *t)
{
	const char *prefix = path_dir(t->mem, compiler_rt_llvm_lib_dir(t));

	return triple_dir(t, str_fmt(t->mem, "%s/bin/../lib", prefix));
}

/* ARM's two float ABIs have a library each, and -mfloat-abi= chooses; the platform's name for the
 * architecture serves the others. */
static const char *arch_in_names(struct tc *t)
{
	const char *arch = t->pf->runtime_arch.text ? t->pf->runtime_arch.text : t->pf->arch.text;
	const char *abi = t->job->str[JS_FLOAT_ABI].text;

	if (abi && str_starts(arch, "armhf"))
		return str_eq(abi, "hard") ? arch : str_fmt(t->mem, "arm%s", arch + 5);
	if (abi && str_starts(arch, "arm") && str_eq(abi, "hard"))
		return str_fmt(t->mem, "armhf%s", arch + 3);
	return arch;
}

const char *compiler_rt_file(struct tc *t, const char *component, enum runtime_file kind)
{
	const char *prefix = kind == RUNTIME_OBJECT ? "" : "lib";
	const char *suffix = kind == RUNTIME_OBJECT ? ".o" : ".a";
	const char *wanted, *old;

	if (t->pf->family == FAMILY_DARWIN && str_eq(component, "builtins"))
		return str_fmt(t->mem, "%s/libclang_rt.%s.a", compiler_rt_target_dir(t),
			t->pf->darwin.runtime.text);
	if (kind == RUNTIME_SHARED)
		suffix = t->pf->family == FAMILY_MINGW ? ".dll.a" : ".so";
	wanted = str_fmt(
		t->mem, "%s/%sclang_rt.%s%s", compiler_rt_target_dir(t), prefix, component, suffix);
	if (file_exists(wanted))
		return wanted;
	old = str_fmt(t->mem, "%s/%sclang_rt.%s-%s%s", compiler_rt_os_dir(t), prefix, component,
		arch_in_names(t), suffix);
	return file_exists(old) ? old : wanted;
}

void compiler_rt_rpath(struct tc *t, const struct slot *s)
{
	const char *dirs[] = {
		str_fmt(t->mem, "%s/lib/%s", t->resource_dir, t->triple),
		str_fmt(t->mem, "%s/%s", compiler_rt_os_dir(t), t->pf->arch.text),
		compiler_rt_stdlib_dir(t),
	};
	struct loc at = t->job->flag[JF_RTLIB_ADD_RPATH].at;

	if (!tc_flag(t, JF_RTLIB_ADD_RPATH))
		return;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if (!dirs[i] || !file_exists(dirs[i]))
			continue;
		tc_word(t, s, at, "-rpath");
		tc_word(t, s, at, dirs[i]);
	}
}
