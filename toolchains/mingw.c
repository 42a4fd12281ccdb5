/* MinGW link lines: programs and DLLs for Windows as clang 19 links them (MinGW.cpp;
 * facts/toolchains.md 3). What is fixed for a platform is in its YAML; the functions here are the
 * rules that need two facts or a look at the disk:
 *
 *   - the sysroot is found by the folders that MinGW's packagers made, GCC in it by version;
 *   - DLLs have an entry point and start files of their own, -mdll all but the runtime library;
 *   - the C runtime gives way to another one the user links; so do the system's libraries. */
#include "toolchains/toolchain.h"

#include <dirent.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"
#include "toolchains/compiler_rt.h"
#include "toolchains/lto.h"
#include "toolchains/profile.h"
#include "toolchains/runtime.h"
#include "toolchains/sanitize.h"

/* ---- the sysroot */

/* the triple as spelled, but for its architecture, which -m32 may have changed; unset variables of
 * the rest do not matter for the names */
static struct platform_vars name_vars(struct tc *t)
{
	const char *triple = t->plan->triple, *dash = strchr(triple, '-');
	const char *spelled = t->job->str[JS_TARGET].text;
	const char *arch = dash ? str_ndup(t->mem, triple, (size_t)(dash - triple)) : triple;
	struct platform_vars vars = { 0 };

	if (!spelled)
		spelled = t->pf->triple.text;
	dash = strchr(spelled, '-');
	vars.v[VAR_TRIPLE] = triple;
	vars.v[VAR_ARCH_WORD] = arch;
	vars.v[VAR_TARGET] = str_fmt(t->mem, "%s%s", arch, dash ? dash : "");
	return vars;
}

/* the greatest version in LIBDIR/gcc/NAME; MinGW's GCC need not have start files */
static bool find_version(struct tc *t, const char *dir, const char *name)
{
	struct gcc_version best = { .suffix = "" }, v;
	DIR *d = opendir(dir);

	for (struct dirent *e; d && (e = readdir(d));) {
		const char *text;

		if (!gcc_version_parse(e->d_name, &v) || gcc_version_compare(&v, &best) <= 0)
			continue;
		text = str_dup(t->mem, e->d_name);
		gcc_version_parse(text, &best);
		t->gcc = (struct gcc_install) {
			.dir = str_fmt(t->mem, "%s/%s", dir, text),
			.triple = name,
			.version = text,
			.suffix = "",
			.up = "/../../..",
		};
	}
	if (d)
		closedir(d);
	return t->gcc.dir;
}

static void find_gcc(struct tc *t)
{
	struct platform_vars vars = name_vars(t);

	yml_each (l, &t->pf->gcc_lib_dirs)
		yml_each (n, &t->pf->gcc_triples) {
			const char *name = platform_subst(t->mem, &vars, t->pf->gcc_triples.v[n]);
			const char *dir = str_fmt(t->mem, "%s/%s/gcc/%s", t->mingw.base,
				t->pf->gcc_lib_dirs.v[l], name);

			if (find_version(t, dir, name)) {
				t->mingw.name = name;
				return;
			}
		}
}

/* PREFIX/NAME, for a compiler that came with its own sysroot (llvm-mingw) */
static bool try_prefix(struct tc *t, const char *prefix)
{
	struct platform_vars vars = name_vars(t);

	yml_each (n, &t->pf->gcc_triples) {
		const char *name = platform_subst(t->mem, &vars, t->pf->gcc_triples.v[n]);

		if (!file_exists(path_join(t->mem, prefix, name)))
			continue;
		t->mingw.base = prefix;
		t->mingw.name = name;
		return true;
	}
	return false;
}

/* the folder above the one with NAME-gcc, of those in PATH */
static const char *prefix_of_gcc(struct tc *t)
{
	struct platform_vars vars = name_vars(t);
	const char *path = getenv("PATH");

	yml_each (n, &t->pf->gcc_triples) {
		const char *name = platform_subst(t->mem, &vars, t->pf->gcc_triples.v[n]);

		for (const char *p = path; p && *p; p += strcspn(p, ":"), p += *p == ':') {
			const char *dir = str_ndup(t->mem, p, strcspn(p, ":"));

			if (file_is_regular(str_fmt(t->mem, "%s/%s-gcc", dir, name)))
				return path_dir(t->mem, dir);
		}
	}
	return NULL;
}

static const char *own_prefix(struct tc *t)
{
	const char *self = file_self(t->mem);

	return self ? path_dir(t->mem, path_dir(t->mem, self)) : "/usr";
}

/* A sysroot that was given is the base. Otherwise this program may lie in a MinGW toolchain, as
 * clang does in llvm-mingw, else a GCC in PATH shows where the sysroot is. */
void mingw_find(struct tc *t)
{
	const char *sysroot = t->job->str[JS_SYSROOT].text, *prefix = own_prefix(t);
	struct platform_vars vars = name_vars(t);

	t->vars.v[VAR_TARGET] = vars.v[VAR_TARGET];
	if (sysroot && *sysroot) {
		t->mingw.base = t->mingw.root = sysroot;
	} else if (!try_prefix(t, prefix)) {
		const char *toplevel = path_join(t->mem, prefix, "include/_mingw.h");
		const char *gcc = prefix_of_gcc(t);

		t->mingw.base = gcc && !file_exists(toplevel) ? gcc : prefix;
	}
	if (!t->mingw.name)
		t->mingw.name = str_fmt(t->mem, "%s-w64-mingw32", vars.v[VAR_ARCH_WORD]);
	find_gcc(t);
	/* Fedora and openSUSE */
	prefix = str_fmt(t->mem, "%s/sys-root/mingw", t->mingw.name);
	if (file_exists(str_fmt(t->mem, "%s/%s", t->mingw.base, prefix)))
		t->mingw.name = prefix;
}

/* ---- the line */

static bool is_dll(const struct tc *t)
{
	return tc_flag(t, JF_SHARED) || tc_flag(t, JF_DLL);
}

static bool wants_start_files(const struct tc *t)
{
	return !tc_flag(t, JF_NOSTDLIB) && !tc_flag(t, JF_NOSTARTFILES);
}

static bool wants_libraries(const struct tc *t)
{
	return !tc_flag(t, JF_NOSTDLIB) && !tc_flag(t, JF_NODEFAULTLIBS);
}

static void flag_word(struct tc *t, const struct slot *s, enum job_flag f, const char *word)
{
	tc_word(t, s, t->job->flag[f].at, word);
}

/* the last one said, though -mwindows links its libraries in any case */
static void slot_subsystem(struct tc *t, const struct slot *s)
{
	enum job_flag f = JF_WINDOWS;

	if (tc_flag(t, JF_CONSOLE) &&
		(!tc_flag(t, f) || t->job->flag[JF_CONSOLE].at.arg > t->job->flag[f].at.arg))
		f = JF_CONSOLE;
	if (!tc_flag(t, f))
		return;
	flag_word(t, s, f, "--subsystem");
	flag_word(t, s, f, f == JF_WINDOWS ? "windows" : "console");
}

static void slot_mode(struct tc *t, const struct slot *s)
{
	enum job_flag f = tc_flag(t, JF_DLL) ? JF_DLL : JF_SHARED;

	if (tc_flag(t, f))
		flag_word(t, s, f, f == JF_DLL ? "--dll" : "--shared");
	flag_word(t, s, JF_STATIC, tc_flag(t, JF_STATIC) ? "-Bstatic" : "-Bdynamic");
	if (!tc_flag(t, f))
		return;
	tc_word(t, s, t->pf->dll_entry.at, "-e");
	tc_word(t, s, t->pf->dll_entry.at, t->pf->dll_entry.text);
	flag_word(t, s, f, "--enable-auto-image-base");
}

static void slot_guard(struct tc *t, const struct slot *s)
{
	const struct job_word *w = &t->job->str[JS_GUARD];

	if (w->text)
		tc_word(t, s, w->at, str_eq(w->text, "none") ? "--no-guard-cf" : "--guard-cf");
}

/* as GCC does for Windows, on every host: a name without an extension gets one */
static void slot_mingw_output(struct tc *t, const struct slot *s)
{
	slot_output(t, s);
	if (strchr(path_base(t->plan->output), '.'))
		return;
	t->plan->output = str_fmt(t->mem, "%s.exe", t->plan->output);
	t->plan->argv.v[t->plan->output_index] = t->plan->output;
}

/* the folders of compiler-rt's libraries, for -lclang_rt... */
static void slot_runtime_dirs(struct tc *t, const struct slot *s)
{
	const char *dirs[] = { compiler_rt_target_dir(t), compiler_rt_os_dir(t) };

	for (size_t i = 0; i < 2; i++)
		if (file_exists(dirs[i]))
			tc_wordf(t, s, NOWHERE, "-L%s", dirs[i]);
}

/* -u and -undefined in the user's order */
static void slot_undefined(struct tc *t, const struct slot *s)
{
	const struct job_words *u = &t->job->list[JL_UNDEFINED];
	const struct job_words *l = &t->job->list[JL_UNDEF_LONG];

	for (size_t i = 0, j = 0; i < u->n || j < l->n;) {
		bool is_u = j == l->n || (i < u->n && u->v[i].at.arg < l->v[j].at.arg);
		const struct job_word *w = is_u ? &u->v[i++] : &l->v[j++];

		tc_word(t, s, w->at, is_u ? "-u" : "-undefined");
		tc_word(t, s, w->at, w->text);
	}
}

static void slot_start_files(struct tc *t, const struct slot *s)
{
	const struct yml_strs *files = &t->pf->crt[t->crt].begin;

	if (!wants_start_files(t))
		return;
	yml_each (i, files) {
		const struct fact *unicode = &t->pf->unicode_crt1, *gmon = &t->pf->profile_crt1;
		bool first_of_program = i == 0 && !is_dll(t);

		if (first_of_program && tc_flag(t, JF_UNICODE) && unicode->text)
			tc_word(t, s, unicode->at, tc_find_file(t, unicode->text));
		else
			tc_word(t, s, files->at[i], tc_find_file(t, files->v[i]));
		if (i == 0 && tc_flag(t, JF_PROFILE_PG) && gmon->text)
			tc_word(t, s, gmon->at, tc_find_file(t, gmon->text));
	}
}

/* flushes denormals to zero at start; not in a DLL, whose host may count on them */
static void fast_math(struct tc *t, const struct slot *s)
{
	const char *level = t->job->str[JS_OPT_LEVEL].text;
	const char *path = tc_find_file(t, "crtfastmath.o");

	if (tc_flag(t, JF_SHARED) || str_eq(path, "crtfastmath.o"))
		return;
	if (tc_flag(t, JF_FAST_MATH) || (level && str_eq(level, "fast")))
		flag_word(t, s, JF_FAST_MATH, path);
}

static void slot_end_files(struct tc *t, const struct slot *s)
{
	const struct yml_strs *files = &t->pf->crt[t->crt].end;

	if (!wants_start_files(t))
		return;
	fast_math(t, s);
	yml_each (i, files)
		tc_word(t, s, files->at[i], tc_find_file(t, files->v[i]));
}

static void slot_cxx(struct tc *t, const struct slot *s)
{
	bool static_cxx = tc_flag(t, JF_STATIC_LIBSTDCXX) && !tc_flag(t, JF_STATIC);

	if (!tc_flag(t, JF_CXX) || tc_flag(t, JF_NOSTDLIBXX) || !wants_libraries(t))
		return;
	if (static_cxx)
		flag_word(t, s, JF_STATIC_LIBSTDCXX, "-Bstatic");
	cxx_library_bare(t, s);
	if (static_cxx)
		flag_word(t, s, JF_STATIC_LIBSTDCXX, "-Bdynamic");
}

/* does an -l of the user start with one of these? */
static bool links(const struct tc *t, const struct yml_strs *starts)
{
	for (size_t i = 0; i < t->job->ninputs; i++)
		if (t->job->inputs[i].kind == JOB_IN_LIB)
			yml_each (k, starts)
				if (str_starts(t->job->inputs[i].text, starts->v[k]))
					return true;
	return false;
}

/* libwindowsapp has what the desktop's libraries have, and must be the only one to have it */
static bool links_windowsapp(const struct tc *t)
{
	for (size_t i = 0; i < t->job->ninputs; i++)
		if (t->job->inputs[i].kind == JOB_IN_LIB &&
			str_eq(t->job->inputs[i].text, "windowsapp"))
			return true;
	return false;
}

/* -mdll is no -shared here: the runtime library of a program */
static void runtime(struct tc *t, const struct slot *s)
{
	enum runtime_kind k = RT_C;

	if (runtime_rtlib(t) == RTLIB_COMPILER_RT) {
		runtime_words(t, s);
		return;
	}
	if (tc_flag(t, JF_STATIC) || tc_flag(t, JF_STATIC_LIBGCC))
		k = RT_STATIC;
	else if (tc_flag(t, JF_SHARED))
		k = RT_SHARED;
	else if (tc_flag(t, JF_CXX))
		k = RT_CXX;
	tc_words(t, s, &t->pf->runtime[k]);
}

/* the C library and the compiler's, which refer to each other and to the system's libraries */
static void c_group(struct tc *t, const struct slot *s)
{
	if (tc_flag(t, JF_MTHREADS))
		flag_word(t, s, JF_MTHREADS, "-lmingwthrd");
	tc_words(t, s, &t->pf->first_libraries);
	runtime(t, s);
	tc_words(t, s, &t->pf->c_libraries);
	if (!links(t, &t->pf->other_crts))
		tc_words(t, s, &t->pf->crt_libraries);
}

static void system_libraries(struct tc *t, const struct slot *s)
{
	if (links_windowsapp(t))
		return;
	if (tc_flag(t, JF_WINDOWS))
		tc_words(t, s, &t->pf->gui_libraries);
	tc_words(t, s, &t->pf->sys_libraries);
}

/* Before all other libraries, so that asan is started before them; again in its place below. */
static void slot_asan(struct tc *t, const struct slot *s)
{
	if (sanitize_has(t, "address") && wants_libraries(t))
		tc_word(t, s, t->san.at, compiler_rt_file(t, "asan_dynamic", RUNTIME_SHARED));
}

/* the C runtime is a DLL, so asan is one as well, with a thunk that must be linked whole */
static void asan(struct tc *t, const struct slot *s)
{
	const char *thunk;

	if (!sanitize_has(t, "address"))
		return;
	thunk = compiler_rt_file(t, "asan_dynamic_runtime_thunk", RUNTIME_STATIC);
	tc_word(t, s, t->san.at, compiler_rt_file(t, "asan_dynamic", RUNTIME_SHARED));
	tc_word(t, s, t->san.at, thunk);
	tc_word(t, s, t->san.at, "--require-defined");
	tc_word(t, s, t->pf->seh_interceptor.at, t->pf->seh_interceptor.text);
	tc_word(t, s, t->san.at, "--whole-archive");
	tc_word(t, s, t->san.at, thunk);
	tc_word(t, s, t->san.at, "--no-whole-archive");
}

/* Intel's has a name of its own on Windows, the others need nothing beside them */
static void openmp(struct tc *t, const struct slot *s)
{
	struct job_word w = openmp_library(t);

	if (w.text && str_eq(w.text, "libiomp5"))
		tc_word(t, s, w.at, "-liomp5md");
	else if (w.text && str_eq(w.text, "libgomp"))
		tc_word(t, s, w.at, "-lgomp");
	else if (w.text && str_eq(w.text, "libomp"))
		tc_word(t, s, w.at, "-lomp");
	else if (w.text)
		openmp_libraries(t, s, false); /* says what is wrong */
}

static void profile(struct tc *t, const struct slot *s)
{
	if (profile_is_on(t) || profile_is_coverage(t))
		tc_word(t, s, NOWHERE, compiler_rt_file(t, "profile", RUNTIME_STATIC));
}

/* static: all in one group; otherwise the C group stands on both sides of the system's libraries,
 * and kernel32, which it needs, once more behind it */
static void slot_libraries(struct tc *t, const struct slot *s)
{
	const struct yml_strs *sys = &t->pf->sys_libraries;
	bool group = tc_flag(t, JF_STATIC);

	if (!wants_libraries(t))
		return;
	if (group)
		flag_word(t, s, JF_STATIC, "--start-group");
	if (tc_flag(t, JF_STACK_PROTECTOR)) {
		flag_word(t, s, JF_STACK_PROTECTOR, "-lssp_nonshared");
		flag_word(t, s, JF_STACK_PROTECTOR, "-lssp");
	}
	openmp(t, s);
	c_group(t, s);
	if (tc_flag(t, JF_PROFILE_PG))
		flag_word(t, s, JF_PROFILE_PG, "-lgmon");
	if (tc_flag(t, JF_PTHREAD))
		flag_word(t, s, JF_PTHREAD, "-lpthread");
	asan(t, s);
	profile(t, s);
	system_libraries(t, s);
	if (group) {
		flag_word(t, s, JF_STATIC, "--end-group");
		return;
	}
	c_group(t, s);
	if (!links_windowsapp(t) && sys->n)
		tc_word(t, s, sys->at[sys->n - 1], sys->v[sys->n - 1]);
}

static const struct slot mingw_slots[] = {
	{ "sysroot", .emit = slot_sysroot },
	{ "strip", .flag = JF_STRIP, .word = "-s" },
	{ "emulation", .emit = slot_emulation },
	{ "subsystem", .emit = slot_subsystem },
	{ "mode", .emit = slot_mode },
	{ "no-demangle", .flag = JF_NO_DEMANGLE, .word = "--no-demangle" },
	{ "no-auto-import", .flag = JF_NO_AUTO_IMPORT, .word = "--disable-auto-import" },
	{ "guard", .emit = slot_guard },
	{ "output", .emit = slot_mingw_output },
	{ "relocatable", .flag = JF_RELOCATABLE, .word = "-r" },
	{ "strip", .flag = JF_STRIP, .word = "-s" }, /* again, as clang has it */
	{ "trace", .flag = JF_TRACE, .word = "-t" },
	{ "undefined", .emit = slot_undefined },
	{ "asan", .emit = slot_asan },
	{ "start-files", .emit = slot_start_files },
	{ "user-library-dirs", .emit = slot_user_library_dirs },
	{ "library-dirs", .emit = slot_library_dirs },
	{ "runtime-dirs", .emit = slot_runtime_dirs },
	{ "inputs", .emit = slot_inputs },
	{ "lto", .emit = slot_lto },
	{ "c++-libraries", .emit = slot_cxx },
	{ "libraries", .emit = slot_libraries },
	{ "end-files", .emit = slot_end_files },
	{ 0 },
};

static const struct unused_flag mingw_unused[] = {
	{ JF_PIE, "-pie" },
	{ JF_NO_PIE, "-no-pie" },
	{ JF_STATIC_PIE, "-static-pie" },
	{ JF_RDYNAMIC, "-rdynamic" },
	{ JF_NOLIBC, "-nolibc" },
	{ 0 },
};

void mingw_plan(struct tc *t)
{
	const struct job_words *scripts = &t->job->list[JL_SCRIPTS];

	if (mingw_is_x32(t)) {
		mingw_x32_plan(t);
		return;
	}
	tc_warn_unused(t, mingw_unused);
	if (tc_flag(t, JF_NOPIE))
		diag_err(t->d, t->job->flag[JF_NOPIE].at, "'-nopie' is OpenBSD's; use '-no-pie'");
	for (size_t i = 0; i < scripts->n; i++)
		tc_unused(t, scripts->v[i].at, "-T");
	t->plan->flavor = PLAN_MINGW;
	t->plan->linker = "ld.lld";
	t->crt = is_dll(t) ? CRT_SHARED : CRT_EXE;
	slots_run(t, mingw_slots);
}
