/* compiler-rt in clang's resource folder. Two layouts are about: a folder per triple
 * (RES/lib/x86_64-unknown-linux-gnu/libclang_rt.asan.a) and one per system with the architecture in
 * the names (RES/lib/linux/libclang_rt.asan-x86_64.a). The first is looked for first. */
#include "toolchains/compiler_rt.h"

#include "base/file.h"
#include "base/str.h"

const char *compiler_rt_resource_dir(struct tc *t)
{
	const char *given = t->job->str[JS_RESOURCE_DIR].text;
	const char *prefix = path_dir(t->mem, path_dir(t->mem, t->data)); /* of PREFIX/share/x */

	if (given && *given)
		return given;
	return str_fmt(t->mem, "%s/lib/clang/%.*s", prefix,
		(int)strcspn(PKGIMG_LLVM_VERSION, "."), PKGIMG_LLVM_VERSION);
}

const char *compiler_rt_target_dir(struct tc *t)
{
	return str_fmt(t->mem, "%s/lib/%s", t->resource_dir, t->triple);
}

const char *compiler_rt_os_dir(struct tc *t)
{
	const char *os = t->pf->runtime_os.text ? t->pf->runtime_os.text : "";

	return str_fmt(t->mem, "%s/lib/%s", t->resource_dir, os);
}

const char *compiler_rt_file(struct tc *t, const char *component, enum runtime_file kind)
{
	static const struct {
		const char *prefix, *suffix;
	} names[] = {
		[RUNTIME_OBJECT] = { "clang_rt.", ".o" },
		[RUNTIME_STATIC] = { "libclang_rt.", ".a" },
		[RUNTIME_SHARED] = { "libclang_rt.", ".so" },
	};
	const char *arch = t->pf->runtime_arch.text ? t->pf->runtime_arch.text : t->pf->arch.text;
	const char *path = str_fmt(t->mem, "%s/%s%s%s", compiler_rt_target_dir(t),
		names[kind].prefix, component, names[kind].suffix);
	const char *old = str_fmt(t->mem, "%s/%s%s-%s%s", compiler_rt_os_dir(t),
		names[kind].prefix, component, arch, names[kind].suffix);

	return !file_exists(path) && file_exists(old) ? old : path;
}
