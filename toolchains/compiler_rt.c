/* compiler-rt's libraries, in the two layouts that LLVM installs: one folder per target,
 * lib/TRIPLE/libclang_rt.NAME.a, and one per system, lib/OS/libclang_rt.NAME-ARCH.a. */
#include "toolchains/toolchain.h"

#include "base/file.h"
#include "base/str.h"

/* lib/OS; an unknown system's is lib itself */
static const char *os_dir(struct tc *t)
{
	const char *os = t->pf->runtime_os.text, *env = t->vars.v[VAR_OS_ENV];

	if (!os && (!env || str_eq(env, "unknown")))
		return str_fmt(t->mem, "%s/lib", t->resource_dir);
	if (!os)
		os = str_ndup(t->mem, env, strcspn(env, "-"));
	return str_fmt(t->mem, "%s/lib/%s", t->resource_dir, os);
}

/* the folder of the triple: as it was spelled, if there is one, else as it is normalised */
const char *tc_runtime_dir(struct tc *t)
{
	const char *target = t->job->str[JS_TARGET].text;

	if (t->pf->runtime_in_os_dir)
		return os_dir(t);
	if (target) {
		const char *dir = str_fmt(t->mem, "%s/lib/%s", t->resource_dir, target);

		if (file_is_dir(dir))
			return dir;
	}
	return str_fmt(t->mem, "%s/lib/%s", t->resource_dir, t->vars.v[VAR_TRIPLE]);
}

/* The one that exists; if none does, the new layout's name, for the linker to miss. */
const char *tc_compiler_rt(struct tc *t, const char *name)
{
	const char *arch = t->pf->runtime_arch.text ? t->pf->runtime_arch.text : t->pf->arch.text;
	const char *mine = str_fmt(t->mem, "%s/libclang_rt.%s.a", tc_runtime_dir(t), name);
	const char *old = str_fmt(t->mem, "%s/libclang_rt.%s-%s.a", os_dir(t), name, arch);

	return !file_exists(mine) && file_exists(old) ? old : mine;
}
