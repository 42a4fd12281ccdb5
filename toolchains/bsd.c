/* Link lines of FreeBSD, NetBSD, OpenBSD and DragonFly as clang 19 builds them (facts/toolchains.md
 * 2).
 *
 * Each system has a table of its own: their orders differ in small ways that no fact explains
 * (where -pie, -s and -T stand, whether -L comes before them), and a table says an order best. The
 * rules are shared, and what differs in them is a fact of the platform (platforms/freebsd.yaml,
 * ...):
 *
 *   - library folders are named whether they exist or not;
 *   - -static-pie means nothing; -pie is honoured only when it is said;
 *   - with -pg, libraries may have a suffix, on FreeBSD only before some version;
 *   - the profiling runtime comes last, behind the end files. */
#include "toolchains/toolchain.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"
#include "toolchains/compiler_rt.h"
#include "toolchains/lto.h"
#include "toolchains/profile.h"
#include "toolchains/runtime.h"
#include "toolchains/sanitize.h"

static void flag_word(struct tc *t, const struct slot *s, enum job_flag f, const char *word)
{
	if (tc_flag(t, f))
		tc_word(t, s, tc_flag_at(t, f), word);
}

static bool is_pie(const struct tc *t)
{
	return tc_flag(t, JF_PIE) && !tc_flag(t, JF_SHARED);
}

/* OpenBSD's linker makes position-independent programs unless told; a -pie behind -no-pie does not
 * take that back, and profiled code is not position independent. */
static bool is_nopie(const struct tc *t)
{
	const struct loc no_pie = tc_flag_at(t, JF_NO_PIE);

	return no_pie.arg || no_pie.file || tc_flag(t, JF_NO_PIE) || tc_flag(t, JF_NOPIE) ||
	       tc_flag(t, JF_PROFILE_PG);
}

/* ---- the mode */

static void slot_pie(struct tc *t, const struct slot *s)
{
	if (is_pie(t))
		tc_word(t, s, tc_flag_at(t, JF_PIE), "-pie");
}

static void slot_nopie(struct tc *t, const struct slot *s)
{
	static const enum job_flag why[] = { JF_NO_PIE, JF_NOPIE, JF_PROFILE_PG };

	if (!is_nopie(t))
		return;
	for (size_t i = 0; i < sizeof(why) / sizeof(why[0]); i++)
		if (tc_flag(t, why[i])) {
			tc_word(t, s, tc_flag_at(t, why[i]), "-nopie");
			return;
		}
	tc_word(t, s, tc_flag_at(t, JF_NO_PIE), "-nopie");
}

/* the entry symbol is that of the start files, so it goes when they are refused wholesale */
static void slot_entry(struct tc *t, const struct slot *s)
{
	if (tc_flag(t, JF_NOSTDLIB) || tc_flag(t, JF_SHARED) || tc_flag(t, JF_RELOCATABLE))
		return;
	tc_word(t, s, t->pf->entry.at, "-e");
	tc_word(t, s, t->pf->entry.at, t->pf->entry.text);
}

static void dynamic_linker(struct tc *t, const struct slot *s)
{
	tc_word(t, s, t->pf->dynamic_linker.at, "-dynamic-linker");
	tc_word(t, s, t->pf->dynamic_linker.at, t->pf->dynamic_linker.text);
}

/* -static wins over -shared and -rdynamic */
static void slot_mode(struct tc *t, const struct slot *s)
{
	if (tc_flag(t, JF_STATIC)) {
		tc_word(t, s, tc_flag_at(t, JF_STATIC), "-Bstatic");
		return;
	}
	flag_word(t, s, JF_RDYNAMIC, "-export-dynamic");
	flag_word(t, s, JF_SHARED, "-shared");
	if (!tc_flag(t, JF_SHARED) && !tc_flag(t, JF_RELOCATABLE))
		dynamic_linker(t, s);
}

/* NetBSD: -pie stands with the dynamic linker, or with the word that there is none */
static void slot_netbsd_mode(struct tc *t, const struct slot *s)
{
	if (tc_flag(t, JF_STATIC)) {
		tc_word(t, s, tc_flag_at(t, JF_STATIC), "-Bstatic");
		flag_word(t, s, JF_PIE, "-pie");
		flag_word(t, s, JF_PIE, "--no-dynamic-linker");
		return;
	}
	flag_word(t, s, JF_RDYNAMIC, "-export-dynamic");
	flag_word(t, s, JF_SHARED, "-shared");
	if (tc_flag(t, JF_SHARED) || tc_flag(t, JF_RELOCATABLE))
		return;
	flag_word(t, s, JF_PIE, "-pie");
	dynamic_linker(t, s);
}

static void slot_dynamic_options(struct tc *t, const struct slot *s)
{
	const struct fact *hash = &t->pf->hash_style;

	if (tc_flag(t, JF_STATIC))
		return;
	if (hash->text)
		tc_wordf(t, s, hash->at, "--hash-style=%s", hash->text);
	tc_words(t, s, &t->pf->dynamic_options);
}

/* ---- start files and folders */

static void crt_files(struct tc *t, const struct slot *s, const struct yml_strs *files, bool crt1)
{
	const struct fact *profile = &t->pf->profile_crt1;

	if (!tc_wants_start_files(t))
		return;
	yml_each (i, files)
		if (crt1 && i == 0 && tc_flag(t, JF_PROFILE_PG) && profile->text)
			tc_word(t, s, profile->at, tc_find_file(t, profile->text));
		else
			tc_word(t, s, files->at[i], tc_find_file(t, files->v[i]));
}

static void slot_start_files(struct tc *t, const struct slot *s)
{
	crt_files(t, s, &t->pf->crt[t->crt].begin, !tc_flag(t, JF_SHARED));
}

static void slot_end_files(struct tc *t, const struct slot *s)
{
	crt_files(t, s, &t->pf->crt[t->crt].end, false);
}

/* NetBSD's folders go with -nostdlib, those of the others stay */
static void slot_netbsd_library_dirs(struct tc *t, const struct slot *s)
{
	if (!tc_flag(t, JF_NOSTDLIB))
		slot_library_dirs(t, s);
}

/* Words that stand in one place in the order the user gave them. */
struct ordered {
	unsigned arg;
	struct loc at;
	const char *word, *value;
};
struct ordered_words {
	struct ordered *v;
	size_t n, cap;
};

static void ordered_add(
	struct tc *t, struct ordered_words *w, struct loc at, const char *word, const char *value)
{
	size_t i;

	arena_push_room(t->mem, w->v, w->n, w->cap);
	for (i = w->n++; i > 0 && w->v[i - 1].arg > at.arg; i--)
		w->v[i] = w->v[i - 1];
	w->v[i] = (struct ordered) { at.arg, at, word, value };
}

static void ordered_emit(
	struct tc *t, const struct slot *s, struct ordered_words *w, bool with_library_dirs)
{
	const struct job_words *dirs = &t->job->list[JL_LIBRARY_DIRS];
	const struct job_words *scripts = &t->job->list[JL_SCRIPTS];

	for (size_t i = 0; with_library_dirs && i < dirs->n; i++)
		ordered_add(t, w, dirs->v[i].at, str_fmt(t->mem, "-L%s", dirs->v[i].text), NULL);
	for (size_t i = 0; i < scripts->n; i++)
		ordered_add(t, w, scripts->v[i].at, "-T", scripts->v[i].text);
	if (tc_flag(t, JF_STRIP))
		ordered_add(t, w, tc_flag_at(t, JF_STRIP), "-s", NULL);
	if (tc_flag(t, JF_TRACE))
		ordered_add(t, w, tc_flag_at(t, JF_TRACE), "-t", NULL);
	for (size_t i = 0; i < w->n; i++) {
		tc_word(t, s, w->v[i].at, w->v[i].word);
		if (w->v[i].value)
			tc_word(t, s, w->v[i].at, w->v[i].value);
	}
}

/* -T, -s and -t, as they were given */
static void slot_user_words(struct tc *t, const struct slot *s)
{
	struct ordered_words w = { 0 };

	ordered_emit(t, s, &w, false);
}

/* the same with -L among them */
static void slot_user_words_and_dirs(struct tc *t, const struct slot *s)
{
	struct ordered_words w = { 0 };

	ordered_emit(t, s, &w, true);
}

/* ---- libraries */

/* "x86_64-unknown-freebsd13.2" is 13; 0: the triple names no version */
static unsigned long os_major(const struct tc *t)
{
	const char *s = t->plan->triple;

	for (int dashes = 0; *s && dashes < 2; s++)
		dashes += *s == '-';
	while (isalpha((unsigned char)*s))
		s++;
	return strtoul(s, NULL, 10);
}

/* do the libraries for -pg have names of their own here? FreeBSD 14 did away with them, and a
 * FreeBSD without a version is the newest */
static bool is_profiled(const struct tc *t)
{
	unsigned long before = t->pf->profile_suffix_before, version = os_major(t);

	return tc_flag(t, JF_PROFILE_PG) && t->pf->profile_suffix.text &&
	       (!before || (version && version < before));
}

static void library(struct tc *t, const struct slot *s, struct loc at, const char *word, bool p)
{
	tc_wordf(t, s, at, "%s%s", word, p ? t->pf->profile_suffix.text : "");
}

/* FreeBSD and OpenBSD give no choice: both lists of their platforms are libc++. Its experimental
 * part, which has no form for -pg, stands behind the library itself. */
static void cxx_library(struct tc *t, const struct slot *s)
{
	const struct yml_strs *libcxx = &t->pf->libcxx_libraries;
	const struct yml_strs *words =
		runtime_stdlib(t) == STDLIB_LIBCXX ? libcxx : &t->pf->cxx_libraries;

	yml_each (i, words) {
		library(t, s, words->at[i], words->v[i], is_profiled(t));
		if (tc_flag(t, JF_EXPERIMENTAL_LIBRARY) && str_eq(words->v[i], libcxx->v[0]))
			tc_words(t, s, &t->pf->libcxx_experimental);
	}
}

static void slot_cxx(struct tc *t, const struct slot *s)
{
	if (!tc_flag(t, JF_CXX) || !tc_wants_libraries(t))
		return;
	if (!tc_flag(t, JF_NOSTDLIBXX))
		cxx_library(t, s);
	library(t, s, tc_flag_at(t, JF_CXX), "-lm", is_profiled(t));
}

static const struct yml_strs *runtime(const struct tc *t)
{
	bool is_static = tc_flag(t, JF_STATIC);
	enum runtime_kind k = is_static ? RT_STATIC : RT_C;

	if (is_profiled(t) && t->pf->runtime[RT_PROFILE].n)
		k = is_static ? RT_STATIC_PROFILE : RT_PROFILE;
	return &t->pf->runtime[k];
}

/* DragonFly alone listens to -static-libgcc and -shared-libgcc; a library that shares libgcc takes
 * nothing of the static one */
static const struct yml_strs *dragonfly_runtime(const struct tc *t)
{
	if (tc_flag(t, JF_STATIC) || tc_flag(t, JF_STATIC_LIBGCC))
		return &t->pf->runtime[RT_STATIC];
	if (tc_flag(t, JF_SHARED_LIBGCC))
		return &t->pf->runtime[tc_flag(t, JF_SHARED) ? RT_SHARED_LIBRARY : RT_SHARED];
	return &t->pf->runtime[RT_C];
}

static void threads(struct tc *t, const struct slot *s, bool profiled)
{
	if (tc_flag(t, JF_PTHREAD))
		library(t, s, tc_flag_at(t, JF_PTHREAD), "-lpthread", profiled);
}

static void c_libraries(struct tc *t, const struct slot *s, bool profiled)
{
	yml_each (i, &t->pf->c_libraries)
		library(t, s, t->pf->c_libraries.at[i], t->pf->c_libraries.v[i], profiled);
}

static void slot_openmp(struct tc *t, const struct slot *s)
{
	if (tc_wants_libraries(t))
		openmp_libraries(t, s, true);
}

/* What the runtimes of instrumented code need of the system. OpenBSD's lists begin with
 * compiler-rt's builtins. */
static void slot_instrument_libraries(struct tc *t, const struct slot *s)
{
	if (!tc_wants_libraries(t))
		return;
	sanitizer_libraries(t, s);
	xray_libraries(t, s);
}

/* NetBSD finds shared runtimes at run time without being asked to */
static void slot_runtime_rpath(struct tc *t, const struct slot *s)
{
	if (!t->san.shared)
		return;
	tc_word(t, s, t->san.at, "-rpath");
	tc_word(t, s, t->san.at, compiler_rt_os_dir(t));
}

/* The archive alone: nothing of it is asked for with -u, instrumented code refers to it. */
static void slot_bsd_profile(struct tc *t, const struct slot *s)
{
	if (profile_is_on(t) || profile_is_coverage(t))
		tc_word(t, s, profile_at(t), compiler_rt_file(t, "profile", RUNTIME_STATIC));
}

static void slot_freebsd_libraries(struct tc *t, const struct slot *s)
{
	if (!tc_wants_libraries(t))
		return;
	tc_words(t, s, runtime(t));
	threads(t, s, is_profiled(t));
	c_libraries(t, s, is_profiled(t) && !tc_flag(t, JF_SHARED));
	tc_words(t, s, runtime(t));
}

static void slot_netbsd_libraries(struct tc *t, const struct slot *s)
{
	if (!tc_wants_libraries(t))
		return;
	threads(t, s, false);
	c_libraries(t, s, false);
	tc_words(t, s, runtime(t));
}

/* OpenBSD's shared libraries are not linked with libc: the program brings it */
static void slot_openbsd_libraries(struct tc *t, const struct slot *s)
{
	bool shared = tc_flag(t, JF_SHARED);

	if (!tc_wants_libraries(t))
		return;
	tc_words(t, s, runtime(t));
	threads(t, s, is_profiled(t) && !shared);
	if (!shared)
		c_libraries(t, s, is_profiled(t));
	tc_words(t, s, runtime(t));
}

static void slot_dragonfly_libraries(struct tc *t, const struct slot *s)
{
	if (!tc_wants_libraries(t))
		return;
	threads(t, s, false);
	if (!tc_flag(t, JF_NOLIBC))
		c_libraries(t, s, false);
	tc_words(t, s, dragonfly_runtime(t));
}

/* where DragonFly's shared libgcc is at run time */
static void slot_rpath(struct tc *t, const struct slot *s)
{
	const struct fact *dir = &t->pf->rpath;

	if (!tc_wants_libraries(t) || tc_flag(t, JF_STATIC) || !dir->text)
		return;
	tc_word(t, s, dir->at, "-rpath");
	tc_word(t, s, dir->at, dir->text);
}

/* ---- the orders */

#define PF(member) offsetof(struct platform, member)
static const struct slot freebsd_slots[] = {
	{ "sysroot", .emit = slot_sysroot },
	{ "pie", .emit = slot_pie },
	{ "eh-frame-hdr", .word = "--eh-frame-hdr" },
	{ "mode", .emit = slot_mode },
	{ "dynamic-options", .emit = slot_dynamic_options },
	{ "emulation", .emit = slot_emulation },
	{ "emulation-options", .list = PF(emulation_options) },
	{ "no-relax", .flag = JF_NO_RELAX, .word = "", .fact = PF(no_relax) },
	{ "output", .emit = slot_output },
	{ "start-files", .emit = slot_start_files },
	{ "user-library-dirs", .emit = slot_user_library_dirs },
	{ "library-dirs", .emit = slot_library_dirs },
	{ "user-words", .emit = slot_user_words },
	{ "lto", .emit = slot_lto },
	{ "sanitizers", .emit = slot_sanitizers },
	{ "xray", .emit = slot_xray },
	{ "compress", .emit = slot_compress },
	{ "inputs", .emit = slot_inputs },
	{ "openmp", .emit = slot_openmp },
	{ "c++-libraries", .emit = slot_cxx },
	{ "instrument-libraries", .emit = slot_instrument_libraries },
	{ "libraries", .emit = slot_freebsd_libraries },
	{ "end-files", .emit = slot_end_files },
	{ "profile", .emit = slot_bsd_profile },
	{ 0 },
};

static const struct slot netbsd_slots[] = {
	{ "sysroot", .emit = slot_sysroot },
	{ "eh-frame-hdr", .word = "--eh-frame-hdr" },
	{ "mode", .emit = slot_netbsd_mode },
	{ "arch-options", .list = PF(arch_options) },
	{ "emulation", .emit = slot_emulation },
	{ "emulation-options", .list = PF(emulation_options) },
	{ "no-relax", .flag = JF_NO_RELAX, .word = "", .fact = PF(no_relax) },
	{ "output", .emit = slot_output },
	{ "start-files", .emit = slot_start_files },
	{ "user-words", .emit = slot_user_words_and_dirs },
	{ "library-dirs", .emit = slot_netbsd_library_dirs },
	{ "sanitizers", .emit = slot_sanitizers },
	{ "xray", .emit = slot_xray },
	{ "inputs", .emit = slot_inputs },
	{ "runtime-rpath", .emit = slot_runtime_rpath },
	{ "openmp", .emit = slot_openmp },
	{ "c++-libraries", .emit = slot_cxx },
	{ "instrument-libraries", .emit = slot_instrument_libraries },
	{ "libraries", .emit = slot_netbsd_libraries },
	{ "end-files", .emit = slot_end_files },
	{ "profile", .emit = slot_bsd_profile },
	{ 0 },
};

static const struct slot openbsd_slots[] = {
	{ "sysroot", .emit = slot_sysroot },
	{ "arch-options", .list = PF(arch_options) },
	{ "entry", .emit = slot_entry },
	{ "eh-frame-hdr", .word = "--eh-frame-hdr" },
	{ "mode", .emit = slot_mode },
	{ "pie", .flag = JF_PIE, .word = "-pie" },
	{ "nopie", .emit = slot_nopie },
	{ "emulation-options", .list = PF(emulation_options) },
	{ "no-relax", .flag = JF_NO_RELAX, .word = "", .fact = PF(no_relax) },
	{ "output", .emit = slot_output },
	{ "start-files", .emit = slot_start_files },
	{ "user-library-dirs", .emit = slot_user_library_dirs },
	{ "library-dirs", .emit = slot_library_dirs },
	{ "user-words", .emit = slot_user_words },
	{ "lto", .emit = slot_lto },
	{ "sanitizers", .emit = slot_sanitizers },
	{ "xray", .emit = slot_xray },
	{ "inputs", .emit = slot_inputs },
	{ "openmp", .emit = slot_openmp },
	{ "c++-libraries", .emit = slot_cxx },
	{ "instrument-libraries", .emit = slot_instrument_libraries },
	{ "libraries", .emit = slot_openbsd_libraries },
	{ "end-files", .emit = slot_end_files },
	{ "profile", .emit = slot_bsd_profile },
	{ 0 },
};

static const struct slot dragonfly_slots[] = {
	{ "sysroot", .emit = slot_sysroot },
	{ "eh-frame-hdr", .word = "--eh-frame-hdr" },
	{ "mode", .emit = slot_mode },
	{ "dynamic-options", .emit = slot_dynamic_options },
	{ "emulation", .emit = slot_emulation },
	{ "output", .emit = slot_output },
	{ "start-files", .emit = slot_start_files },
	{ "user-words", .emit = slot_user_words_and_dirs },
	{ "library-dirs", .emit = slot_library_dirs },
	{ "inputs", .emit = slot_inputs },
	{ "rpath", .emit = slot_rpath },
	{ "openmp", .emit = slot_openmp },
	{ "c++-libraries", .emit = slot_cxx },
	{ "libraries", .emit = slot_dragonfly_libraries },
	{ "end-files", .emit = slot_end_files },
	{ "profile", .emit = slot_bsd_profile },
	{ 0 },
};

static const struct slot *slots_of(const struct tc *t)
{
	switch ((enum platform_family)t->pf->family) {
	case FAMILY_NETBSD: return netbsd_slots;
	case FAMILY_OPENBSD: return openbsd_slots;
	case FAMILY_DRAGONFLY: return dragonfly_slots;
	default: return freebsd_slots;
	}
}

static enum crt_kind crt_of(const struct tc *t)
{
	if (t->pf->family == FAMILY_OPENBSD && tc_flag(t, JF_STATIC) && is_nopie(t) &&
		!tc_flag(t, JF_SHARED))
		return CRT_EXE;
	if (tc_flag(t, JF_SHARED))
		return tc_flag(t, JF_STATIC) ? CRT_STATIC_SHARED : CRT_SHARED;
	if (tc_flag(t, JF_STATIC))
		return is_pie(t) ? CRT_STATIC_PIE : CRT_STATIC;
	return is_pie(t) ? CRT_PIE : CRT_EXE;
}

/* The platform's folders, without a look whether they exist: an absent one is the linker's to
 * report. Only the folder for programs of the smaller word size is probed, by its crt1.o; it
 * replaces the others. */
void bsd_library_dirs(struct tc *t)
{
	const struct fact *compat = &t->pf->compat_library_dir;
	struct job_words *l = &t->library_dirs;
	const char *dir;

	*l = (struct job_words) { 0 };
	dir = compat->text ? platform_subst(t->mem, &t->vars, compat->text) : NULL;
	if (dir && file_exists(path_join(t->mem, dir, "crt1.o"))) {
		arena_push_room(t->mem, l->v, l->n, l->cap);
		l->v[l->n++] = (struct job_word) { dir, compat->at };
		return;
	}
	yml_each (i, &t->pf->library_dirs) {
		dir = platform_subst(t->mem, &t->vars, t->pf->library_dirs.v[i]);
		if (!dir)
			continue;
		arena_push_room(t->mem, l->v, l->n, l->cap);
		l->v[l->n++] = (struct job_word) { dir, t->pf->library_dirs.at[i] };
	}
}

enum { FREE = 1 << FAMILY_FREEBSD, NET = 1 << FAMILY_NETBSD, OPEN = 1 << FAMILY_OPENBSD };
enum { DRAGONFLY = 1 << FAMILY_DRAGONFLY, ALL = FREE | NET | OPEN | DRAGONFLY };

/* options that mean something on other systems */
static void warn_unused(struct tc *t)
{
	static const struct {
		enum job_flag flag;
		const char *word;
		unsigned families;
	} flags[] = {
		{ JF_STATIC_PIE, "-static-pie", ALL },
		{ JF_STATIC_LIBSTDCXX, "-static-libstdc++", ALL },
		{ JF_NO_PIE, "-no-pie", FREE | NET | DRAGONFLY },
		{ JF_STATIC_LIBGCC, "-static-libgcc", FREE | NET | OPEN },
		{ JF_SHARED_LIBGCC, "-shared-libgcc", FREE | NET | OPEN },
		{ JF_NOLIBC, "-nolibc", FREE | NET | OPEN },
		{ JF_PROFILE_PG, "-pg", NET },
	};
	static const struct {
		enum job_str str;
		const char *word;
	} strs[] = {
		{ JS_RTLIB, "-rtlib=" },
		{ JS_UNWINDLIB, "-unwindlib=" },
		{ JS_DYLD_PREFIX, "--dyld-prefix=" },
	};
	const struct job_words *undefined = &t->job->list[JL_UNDEFINED];
	const struct job_words *sanitize = &t->job->list[JL_SANITIZE];

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (tc_flag(t, flags[i].flag) && (flags[i].families >> t->pf->family & 1))
			tc_unused(t, tc_flag_at(t, flags[i].flag), flags[i].word);
	if (tc_flag(t, JF_STATIC) && tc_flag(t, JF_RDYNAMIC))
		tc_unused(t, tc_flag_at(t, JF_RDYNAMIC), "-rdynamic");
	for (size_t i = 0; i < sizeof(strs) / sizeof(strs[0]); i++)
		if (t->job->str[strs[i].str].text)
			tc_unused(t, t->job->str[strs[i].str].at, strs[i].word);
	for (size_t i = 0; i < undefined->n; i++)
		tc_unused(t, undefined->v[i].at, "-u");
	for (size_t i = 0; t->pf->family == FAMILY_DRAGONFLY && i < sanitize->n; i++)
		tc_unused(t, sanitize->v[i].at, "-fsanitize=");
}

void bsd_plan(struct tc *t)
{
	t->plan->flavor = PLAN_GNU;
	t->plan->linker = "ld.lld";
	t->crt = crt_of(t);
	warn_unused(t);
	slots_run(t, slots_of(t));
}
