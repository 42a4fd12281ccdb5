/* What Darwin links of its own accord: start objects, which only old systems have; the compiler's
 * runtimes, one file for all architectures of a system; libSystem, which is the C library. */
#include "toolchains/darwin.h"

#include "base/file.h"
#include "base/str.h"
#include "toolchains/compiler_rt.h"
#include "toolchains/profile.h"

/* ---- start objects */

/* The first row "VERSION WORDS" whose version is above the target's. returns whether there is one
 */
static bool start_objects(struct tc *t, const struct slot *s, const struct yml_strs *rows)
{
	const struct darwin_version *v = &darwin_of(t)->target.native;

	yml_each (i, rows) {
		const char *words = strchr(rows->v[i], ' ');
		struct darwin_version below = darwin_version_prefix(rows->v[i]);

		if (!words || darwin_version_compare(v, &below) >= 0)
			continue;
		while (*words) {
			size_t n = strcspn(++words, " ");

			tc_wordf(t, s, rows->at[i], "%.*s", (int)n, words);
			words += n;
		}
		return true;
	}
	return false;
}

static bool is_crt0(struct tc *t)
{
	return darwin_is_static(t) || darwin_option(t, "-object") || darwin_option(t, "-preload");
}

/* gprof's start object ended with macOS 10.8; a static program has another one */
static void profile_start(struct tc *t, const struct slot *s)
{
	const struct darwin_target *g = &darwin_of(t)->target;

	if (g->system.os == DARWIN_MACOS && is_crt0(t) && darwin_version_less(&g->native, 10, 9)) {
		tc_word(t, s, t->job->flag[JF_PROFILE_PG].at, "-lgcrt0.o");
		if (!darwin_version_less(&g->native, 10, 8))
			tc_word(t, s, t->job->flag[JF_PROFILE_PG].at, "-no_new_main");
	} else if (!start_objects(t, s, &t->pf->darwin.start_profile)) {
		diag_err(t->d, t->job->flag[JF_PROFILE_PG].at,
			"'-pg' ended with macOS 10.8; '-fprofile-instr-generate' is what there is");
	}
}

void darwin_start_objects(struct tc *t, const struct slot *s)
{
	const struct darwin_target *g = &darwin_of(t)->target;
	bool pg = tc_flag(t, JF_PROFILE_PG) && g->x86;

	if (tc_flag(t, JF_NOSTDLIB) || tc_flag(t, JF_NOSTARTFILES))
		return;
	if (tc_flag(t, JF_SHARED))
		start_objects(t, s, &t->pf->darwin.start_dylib);
	else if (darwin_option(t, "-bundle")) {
		if (!darwin_is_static(t))
			start_objects(t, s, &t->pf->darwin.start_bundle);
	} else if (pg)
		profile_start(t, s);
	else if (is_crt0(t))
		tc_word(t, s, NOWHERE, "-lcrt0.o");
	else if (g->system.os == DARWIN_MACOS || !g->arm64) /* 64-bit iOS never had one */
		start_objects(t, s, &t->pf->darwin.start_program);
	if (g->system.os == DARWIN_MACOS && tc_flag(t, JF_SHARED_LIBGCC) &&
		darwin_version_less(&g->native, 10, 5))
		tc_word(t, s, t->job->flag[JF_SHARED_LIBGCC].at, tc_find_file(t, "crt3.o"));
}

/* ---- Objective-C */

/* XCODE.app/Contents/Developer of an SDK in it, or NULL */
static const char *xcode_of(struct arena *a, const struct job_word *sdk)
{
	static const char suffix[] = ".app/Contents/Developer";
	const char *at = sdk->text ? strstr(sdk->text, suffix) : NULL;

	return at ? str_ndup(a, sdk->text, (size_t)(at - sdk->text) + sizeof(suffix) - 1) : NULL;
}

/* beside the compiler, else in the Xcode that the SDK lies in */
static const char *arclite_dir(struct tc *t)
{
	const struct job_word *sdks[] = { &t->job->str[JS_ISYSROOT], &t->job->str[JS_SYSROOT] };
	const char *dir = path_join(t->mem, compiler_rt_llvm_lib_dir(t), "arc");

	for (size_t i = 0; i < 2 && !file_exists(dir); i++) {
		const char *xcode = xcode_of(t->mem, sdks[i]);

		if (xcode)
			dir = path_join(
				t->mem, xcode, "Toolchains/XcodeDefault.xctoolchain/usr/lib/arc");
	}
	return dir;
}

static bool has(struct tc *t, const struct fact *since)
{
	struct darwin_version v;

	return !since->text ||
	       (darwin_version_parse(since->text, 3, &v) &&
		       darwin_version_compare(&darwin_of(t)->target.native, &v) >= 0);
}

/* Systems before ARC, or before x[i] on their collections, need a library that adds it. None did
 * with arm64 programs on macOS, and 32-bit macOS never got one. */
static void arclite(struct tc *t, const struct slot *s, bool arc, struct loc at)
{
	const struct darwin_target *g = &darwin_of(t)->target;
	const char *path;

	if (!t->pf->darwin.arclite.text || str_eq(g->arch, "arm64e") ||
		(darwin_is_mac(g) && (g->arm64 || (g->x86 && !str_starts(g->arch, "x86_64")))))
		return;
	if ((has(t, &t->pf->darwin.arc_since) || !arc) && has(t, &t->pf->darwin.subscripting_since))
		return;
	path = str_fmt(t->mem, "%s/libarclite_%s.a", arclite_dir(t), t->pf->darwin.arclite.text);
	if (!file_exists(path))
		diag_err(t->d, at,
			"Objective-C on so old a system needs '%s', which is not there; ask for a "
			"newer version of the system",
			path);
	tc_word(t, s, at, "-force_load");
	tc_word(t, s, at, path);
}

void darwin_objc(struct tc *t, const struct slot *s)
{
	bool arc = darwin_flag(t, "-fobjc-arc", "-fno-objc-arc");
	const struct job_option *o = darwin_option(t, arc ? "-fobjc-arc" : "-fobjc-link-runtime");

	if (!o || !darwin_wants_libraries(t))
		return;
	arclite(t, s, arc, o->at);
	tc_word(t, s, o->at, "-framework");
	tc_word(t, s, o->at, "Foundation");
	tc_word(t, s, o->at, "-lobjc");
}

/* ---- the compiler's runtimes */

/* "builtins" has no part in the name: libclang_rt.osx.a */
const char *darwin_runtime_path(struct tc *t, const char *component, bool shared)
{
	return str_fmt(t->mem, "%s/lib/darwin/libclang_rt.%s%s%s%s", t->resource_dir,
		component ? component : "", component ? "_" : "", t->pf->darwin.runtime.text,
		shared ? "_dynamic.dylib" : ".a");
}

void darwin_runtime_if_there(struct tc *t, const struct slot *s, const char *component)
{
	const char *path = darwin_runtime_path(t, component, false);

	if (file_exists(path))
		tc_word(t, s, t->pf->darwin.runtime.at, path);
}

void darwin_kext_library(struct tc *t, const struct slot *s, struct loc at)
{
	const char *name = t->pf->darwin.kext_runtime.text;
	const char *path;

	if (!name)
		return;
	path = str_fmt(t->mem, "%s/lib/darwin/libclang_rt.%s.a", t->resource_dir, name);
	if (file_exists(path))
		tc_word(t, s, at, path);
}

static void exported(struct tc *t, const struct slot *s, const char *symbol)
{
	tc_word(t, s, t->job->flag[JF_COVERAGE].at, "-exported_symbol");
	tc_word(t, s, t->job->flag[JF_COVERAGE].at, symbol);
}

/* the user says which symbols are exported, so what gcov's runtime must export has to be added */
static bool says_exports(struct tc *t)
{
	if (darwin_option(t, "-exported_symbols_list"))
		return true;
	for (size_t i = 0; i < t->job->ninputs; i++) {
		const struct job_input *in = &t->job->inputs[i];

		if (in->kind == JOB_IN_WORD && (str_eq(in->text, "-exported_symbols_list") ||
						       str_eq(in->text, "-exported_symbol")))
			return true;
	}
	return false;
}

/* The sections of counters are mapped to the profile's file while the program runs, so each has
 * pages of its own, 16 KiB on the newest devices. gcov writes its file at the end. */
void darwin_profile(struct tc *t, const struct slot *s)
{
	static const char *const sections[] = { "__llvm_prf_cnts", "__llvm_prf_bits",
		"__llvm_prf_data" };
	static const char *const symbols[] = { "___gcov_dump", "___gcov_reset", "_writeout_fn_list",
		"_reset_fn_list" };
	struct loc at =
		profile_is_on(t) ? t->job->flag[JF_PROFILE].at : t->job->flag[JF_COVERAGE].at;

	if (!profile_is_on(t) && !profile_is_coverage(t))
		return;
	tc_word(t, s, at, darwin_runtime_path(t, "profile", false));
	if (profile_is_coverage(t)) {
		for (size_t i = 0; i < 4 && says_exports(t); i++)
			exported(t, s, symbols[i]);
		return;
	}
	for (size_t i = 0; i < 3; i++) {
		tc_word(t, s, at, "-sectalign");
		tc_word(t, s, at, "__DATA");
		tc_word(t, s, at, sections[i]);
		tc_word(t, s, at, "0x4000");
	}
}

/* ---- libraries */

/* Apple's libstdc++ was only there as libstdc++.6 in some SDKs */
static void libstdcxx(struct tc *t, const struct slot *s, struct loc at)
{
	const char *sdk = t->job->str[JS_ISYSROOT].text;
	const char *plain, *six;

	if (sdk) {
		plain = path_join(t->mem, sdk, "usr/lib/libstdc++.dylib");
		six = path_join(t->mem, sdk, "usr/lib/libstdc++.6.dylib");
		if (!file_exists(plain) && file_exists(six)) {
			tc_word(t, s, at, six);
			return;
		}
	}
	tc_word(t, s, at, "-lstdc++");
}

void darwin_cxx_library(struct tc *t, const struct slot *s, struct loc at)
{
	const char *asked = t->job->str[JS_STDLIB].text;

	if (asked && str_eq(asked, "libstdc++")) {
		libstdcxx(t, s, at);
		return;
	}
	tc_words(t, s, &t->pf->cxx_libraries);
	if (tc_flag(t, JF_EXPERIMENTAL_LIBRARY))
		tc_word(t, s, t->job->flag[JF_EXPERIMENTAL_LIBRARY].at, "-lc++experimental");
}

/* compiler-rt is the only runtime there is. returns 0, or -1 reported */
static int check_runtime(struct tc *t)
{
	const struct job_word *rtlib = &t->job->str[JS_RTLIB];

	if (rtlib->text && !str_eq(rtlib->text, "compiler-rt") && !str_eq(rtlib->text, "platform"))
		return diag_err(t->d, rtlib->at,
			"Apple's systems have no '%s'; '-rtlib=' wants compiler-rt or platform",
			rtlib->text);
	if (!darwin_is_static(t) && !darwin_is_kext(t) && tc_flag(t, JF_STATIC_LIBGCC))
		return diag_err(t->d, t->job->flag[JF_STATIC_LIBGCC].at,
			"Apple's systems have no libgcc to link statically");
	return 0;
}

/* A static link gets nothing at all: there are no static programs but kernels and their kin. */
void darwin_libraries(struct tc *t, const struct slot *s)
{
	const struct darwin_target *g = &darwin_of(t)->target;
	const struct job_option *builtins = darwin_option(t, "-fapple-link-rtlib");

	if (!darwin_wants_libraries(t)) {
		if (builtins)
			darwin_runtime_if_there(t, s, NULL);
		return;
	}
	if (check_runtime(t))
		return;
	if (darwin_is_static(t) || darwin_is_kext(t)) {
		if (builtins)
			darwin_runtime_if_there(t, s, NULL);
		return;
	}
	darwin_sanitizers(t, s);
	darwin_xray(t, s);
	if (g->system.os != DARWIN_DRIVERKIT || !darwin_option(t, "-nodriverkitlib"))
		tc_words(t, s, &t->pf->c_libraries);
	/* libgcc_s was part of iOS before 5, but not of its simulator */
	if (darwin_is_ios(g) && g->system.env == DARWIN_DEVICE && !g->arm64 &&
		darwin_version_less(&g->system.version, 5, 0))
		tc_word(t, s, NOWHERE, "-lgcc_s.1");
	darwin_runtime_if_there(t, s, NULL);
}
