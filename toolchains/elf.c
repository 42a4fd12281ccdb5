/* ELF link lines: programs and libraries as clang 19 links them (Gnu.cpp, gnutools::Linker;
 * facts/toolchains.md 1.1 numbers the slots). What is fixed for a platform is in its YAML; the
 * functions here are the rules that need two facts:
 *
 *   - the mode words depend on pairs (-shared -static gives both; -rdynamic -static drops one);
 *   - start files depend on the kind and on what the sysroot has;
 *   - the default libraries come once in a group (static) or twice around libc (dynamic). */
#include "toolchains/toolchain.h"

#include "base/file.h"
#include "base/str.h"
#include "toolchains/compiler_rt.h"
#include "toolchains/elf_arch.h"
#include "toolchains/lto.h"
#include "toolchains/profile.h"
#include "toolchains/runtime.h"
#include "toolchains/sanitize.h"

/* PIE: the last of -pie and -no-pie wins (the command line keeps only that one); the platform's
 * default otherwise; never for what is not a dynamic executable. */
static bool is_pie(const struct tc *t)
{
	if (tc_flag(t, JF_SHARED) || tc_flag(t, JF_STATIC) || tc_flag(t, JF_RELOCATABLE))
		return false;
	if (tc_flag(t, JF_NO_PIE))
		return false;
	return tc_flag(t, JF_PIE) || t->pf->pie || t->san.pie;
}

static bool is_static_pie(const struct tc *t)
{
	return tc_flag(t, JF_STATIC_PIE) && !tc_flag(t, JF_NO_PIE);
}

/* ARM's -EB and -EL make the same target work in the other byte order */
static bool is_flipped(const struct tc *t)
{
	const char *endian = t->job->str[JS_ENDIAN].text;

	return endian && t->pf->other_emulation.text &&
	       str_eq(endian, "big") != (t->pf->big_endian);
}

static void slot_arch_options(struct tc *t, const struct slot *s)
{
	const struct job_word *cpu = &t->job->str[JS_CPU];

	if (is_flipped(t) != t->pf->big_endian)
		arm_be8(t, s);
	tc_words(t, s, is_flipped(t) ? &t->pf->other_arch_options : &t->pf->arch_options);
	/* an erratum of this CPU, which any Android device may have */
	if (t->is_android && str_eq(t->pf->arch.text, "aarch64") &&
		(!cpu->text || str_eq(cpu->text, "generic") || str_eq(cpu->text, "cortex-a53")))
		tc_word(t, s, cpu->at, "--fix-cortex-a53-843419");
}

/* Android's loader reads GNU's hash tables since API level 23 */
static void slot_hash_style(struct tc *t, const struct slot *s)
{
	const struct fact *f = &t->pf->hash_style;

	if (t->is_android && t->api < 23)
		tc_word(t, s, f->at, "--hash-style=both");
	else if (f->text && !str_eq(f->text, "none"))
		tc_wordf(t, s, f->at, "--hash-style=%s", f->text);
}

/* MIPS has the sysroot a second time, among the fixed words */
static void slot_sysroot_again(struct tc *t, const struct slot *s)
{
	if (t->pf->sysroot_twice)
		slot_sysroot(t, s);
}

static void slot_elf_emulation(struct tc *t, const struct slot *s)
{
	const struct fact *f = is_flipped(t) ? &t->pf->other_emulation : &t->pf->emulation;

	tc_word(t, s, f->at, "-m");
	tc_word(t, s, f->at, mips_emulation(t, f->text));
	tc_words(t, s, &t->pf->emulation_options);
	if (tc_flag(t, JF_NO_RELAX) && str_starts(t->pf->arch.text, "riscv"))
		tc_word(t, s, tc_flag_at(t, JF_NO_RELAX), "--no-relax");
}

/* The platform's, or the one for the float ABI that an option chooses */
static const struct fact *linker_fact(const struct tc *t)
{
	const char *abi = t->job->str[JS_FLOAT_ABI].text;

	if (abi && str_eq(abi, "hard") && t->pf->hard_float_linker.text)
		return &t->pf->hard_float_linker;
	if (t->is_android && t->api >= 34 && sanitize_has(t, "hwaddress") &&
		t->pf->hwasan_linker.text)
		return &t->pf->hwasan_linker;
	return &t->pf->dynamic_linker;
}

static void dynamic_linker(struct tc *t, const struct slot *s)
{
	const struct job_word *prefix = &t->job->str[JS_DYLD_PREFIX];
	const struct fact *f = linker_fact(t);
	const char *path = f->text ? platform_subst(t->mem, &t->vars, f->text) : NULL;

	if (!path)
		return;
	tc_word(t, s, f->at, "-dynamic-linker");
	tc_wordf(t, s, prefix->text ? prefix->at : f->at, "%s%s", prefix->text ? prefix->text : "",
		mips_dynamic_linker(t, path));
}

/* slot 10 of facts/toolchains.md 1.1 */
static void slot_mode(struct tc *t, const struct slot *s)
{
	static const char *const static_pie[] = { "-static", "-pie", "--no-dynamic-linker", "-z",
		"text" };

	if (tc_flag(t, JF_SHARED))
		tc_word(t, s, tc_flag_at(t, JF_SHARED), "-shared");
	if (is_static_pie(t)) {
		for (size_t i = 0; i < sizeof(static_pie) / sizeof(static_pie[0]); i++)
			tc_word(t, s, tc_flag_at(t, JF_STATIC_PIE), static_pie[i]);
		return;
	}
	if (tc_flag(t, JF_STATIC)) {
		tc_word(t, s, tc_flag_at(t, JF_STATIC), "-static");
		return;
	}
	if (tc_flag(t, JF_RELOCATABLE))
		return;
	if (tc_flag(t, JF_RDYNAMIC))
		tc_word(t, s, tc_flag_at(t, JF_RDYNAMIC), "-export-dynamic");
	if (tc_flag(t, JF_SHARED))
		return;
	if (is_pie(t))
		tc_word(t, s, tc_flag(t, JF_PIE) ? tc_flag_at(t, JF_PIE) : t->pf->pie_at, "-pie");
	dynamic_linker(t, s);
}

/* crtbegin*.o and crtend*.o: compiler-rt has one file for every kind of output */
static const char *start_file(struct tc *t, const char *name)
{
	bool begin = str_starts(name, "crtbegin");
	const char *path;

	if (runtime_rtlib(t) == RTLIB_COMPILER_RT && !t->is_android &&
		(begin || str_starts(name, "crtend"))) {
		path = compiler_rt_file(t, begin ? "crtbegin" : "crtend", RUNTIME_OBJECT);
		if (file_exists(path))
			return path;
	}
	return tc_find_file(t, name);
}

static void start_files(
	struct tc *t, const struct slot *s, const struct yml_strs *files, bool first_is_crt1)
{
	yml_each (i, files) {
		const char *name = files->v[i];
		struct loc at = files->at[i];

		if (first_is_crt1 && i == 0 && tc_flag(t, JF_PROFILE_PG) &&
			t->pf->profile_crt1.text && *t->pf->profile_crt1.text) {
			name = t->pf->profile_crt1.text;
			at = t->pf->profile_crt1.at;
		}
		tc_word(t, s, at, start_file(t, name));
	}
}

/* The object that makes the CPU flush denormal numbers: for fast arithmetic, and only where GCC
 * brings one. -ffast-math comes from -Ofast too, unless that was taken back. */
static void fast_math(struct tc *t, const struct slot *s)
{
	const struct job_word *level = &t->job->str[JS_OPT_LEVEL];
	bool fast = level->text && str_eq(level->text, "fast");
	const char *path;

	if (tc_flag(t, JF_SHARED) || (!fast && !tc_flag(t, JF_FAST_MATH)))
		return;
	path = tc_find_file(t, "crtfastmath.o");
	if (!str_eq(path, "crtfastmath.o"))
		tc_word(t, s, fast ? level->at : tc_flag_at(t, JF_FAST_MATH), path);
}

/* Android's loader may pad the segments of objects that say so */
static void pad_segment(struct tc *t, const struct slot *s)
{
	if (t->is_android && tc_flag(t, JF_PAD_SEGMENT))
		tc_word(t, s, tc_flag_at(t, JF_PAD_SEGMENT), tc_find_file(t, "crt_pad_segment.o"));
}

static void slot_start_files(struct tc *t, const struct slot *s)
{
	if (!tc_wants_start_files(t))
		return;
	start_files(t, s, &t->pf->crt[t->crt].begin, t->crt != CRT_SHARED);
	fast_math(t, s);
	pad_segment(t, s);
}

static void slot_end_files(struct tc *t, const struct slot *s)
{
	if (tc_wants_start_files(t))
		start_files(t, s, &t->pf->crt[t->crt].end, false);
}

static void slot_undefined(struct tc *t, const struct slot *s)
{
	const struct job_words *l = &t->job->list[JL_UNDEFINED];

	for (size_t i = 0; i < l->n; i++) {
		tc_word(t, s, l->v[i].at, "-u");
		tc_word(t, s, l->v[i].at, l->v[i].text);
	}
}

static void slot_cxx(struct tc *t, const struct slot *s)
{
	if (!tc_flag(t, JF_CXX) || !tc_wants_libraries(t))
		return;
	if (!tc_flag(t, JF_NOSTDLIBXX))
		cxx_library_words(t, s);
	tc_word(t, s, tc_flag_at(t, JF_CXX), "-lm");
}

static void compiler_runtime(struct tc *t, const struct slot *s)
{
	runtime_words(t, s);
	/* Android's unwinder looks the loaded objects up with libdl */
	if (t->is_android && !tc_flag(t, JF_STATIC) && !tc_flag(t, JF_STATIC_PIE))
		tc_word(t, s, NOWHERE, "-ldl");
}

/* Bionic has its threads in libc. */
static void threads(struct tc *t, const struct slot *s)
{
	if (t->is_android)
		return;
	if (tc_flag(t, JF_PTHREAD))
		tc_word(t, s, tc_flag_at(t, JF_PTHREAD), "-lpthread");
	else if (openmp_is_on(t))
		tc_word(t, s, openmp_library(t).at, "-lpthread");
}

/* slot 21: static kinds bracket everything in one group, the others name the runtime on both sides
 * of libc, which refer to each other */
static void slot_libraries(struct tc *t, const struct slot *s)
{
	bool group = tc_flag(t, JF_STATIC) || tc_flag(t, JF_STATIC_PIE);

	if (!tc_wants_libraries(t))
		return;
	if (group)
		tc_word(t, s, NOWHERE, "--start-group");
	sanitizer_libraries(t, s);
	xray_libraries(t, s);
	openmp_libraries(t, s, true);
	compiler_runtime(t, s);
	tc_words(t, s, &t->pf->arch_libraries);
	threads(t, s);
	if (tc_flag(t, JF_SPLIT_STACK))
		tc_word(t, s, tc_flag_at(t, JF_SPLIT_STACK), "--wrap=pthread_create");
	if (!tc_flag(t, JF_NOLIBC))
		tc_words(t, s, &t->pf->c_libraries);
	if (group)
		tc_word(t, s, NOWHERE, "--end-group");
	else
		compiler_runtime(t, s);
}

static void slot_scripts(struct tc *t, const struct slot *s)
{
	const struct job_words *l = &t->job->list[JL_SCRIPTS];

	for (size_t i = 0; i < l->n; i++) {
		tc_word(t, s, l->v[i].at, "-T");
		tc_word(t, s, l->v[i].at, l->v[i].text);
	}
}

#define PF(member) offsetof(struct platform, member)
static const struct slot elf_slots[] = {
	{ "sysroot", .emit = slot_sysroot },
	{ "strip", .flag = JF_STRIP, .word = "-s" },
	{ "arch-options", .emit = slot_arch_options },
	{ "link-options", .list = PF(link_options) },
	{ "sysroot", .emit = slot_sysroot_again },
	{ "hash-style", .emit = slot_hash_style },
	{ "eh-frame-hdr", .word = "--eh-frame-hdr" },
	{ "emulation", .emit = slot_elf_emulation },
	{ "mode", .emit = slot_mode },
	{ "output", .emit = slot_output },
	{ "start-files", .emit = slot_start_files },
	{ "user-library-dirs", .emit = slot_user_library_dirs },
	{ "undefined", .emit = slot_undefined },
	{ "library-dirs", .emit = slot_library_dirs },
	{ "lto", .emit = slot_lto },
	{ "no-demangle", .flag = JF_NO_DEMANGLE, .word = "--no-demangle" },
	{ "sanitizers", .emit = slot_sanitizers },
	{ "xray", .emit = slot_xray },
	{ "compress", .emit = slot_compress },
	{ "inputs", .emit = slot_inputs },
	{ "profile", .emit = slot_profile },
	{ "c++-libraries", .emit = slot_cxx },
	{ "libraries", .emit = slot_libraries },
	{ "end-files", .emit = slot_end_files },
	{ "scripts", .emit = slot_scripts },
	{ 0 },
};

static enum crt_kind crt_of(const struct tc *t)
{
	if (tc_flag(t, JF_SHARED))
		return CRT_SHARED;
	if (is_static_pie(t))
		return CRT_STATIC_PIE;
	if (tc_flag(t, JF_STATIC))
		return CRT_STATIC;
	return is_pie(t) ? CRT_PIE : CRT_EXE;
}

static const struct unused_flag elf_unused[] = {
	{ JF_TRACE, "-t" },
	{ JF_WINDOWS, "-mwindows" },
	{ JF_CONSOLE, "-mconsole" },
	{ JF_DLL, "-mdll" },
	{ JF_UNICODE, "-municode" },
	{ JF_MTHREADS, "-mthreads" },
	{ JF_NO_AUTO_IMPORT, "-fno-auto-import" },
	{ 0 },
};

void elf_plan(struct tc *t)
{
	if (tc_flag(t, JF_STATIC_PIE) && tc_flag(t, JF_NO_PIE))
		diag_err(t->d, tc_flag_at(t, JF_NO_PIE),
			"'-no-pie' and '-static-pie' contradict each other; give one of them");
	if (tc_flag(t, JF_TRACE))
		tc_unused(t, tc_flag_at(t, JF_TRACE), "-t");
	if (t->job->list[JL_UNDEF_LONG].n)
		diag_warn(t->d, t->job->list[JL_UNDEF_LONG].v[0].at,
			"option '-undefined' is not used for this link; '-u' is");
	if (t->is_android && str_eq(t->pf->arch.text, "arm") && t->job->str[JS_FLOAT_ABI].text &&
		str_eq(t->job->str[JS_FLOAT_ABI].text, "hard"))
		diag_err(t->d, t->job->str[JS_FLOAT_ABI].at,
			"Android on ARM passes no values in floating-point registers; use "
			"'-mfloat-abi=softfp'");
	t->plan->flavor = PLAN_GNU;
	t->plan->linker = "ld.lld";
	t->crt = crt_of(t);
	tc_warn_unused(t, elf_unused);
	slots_run(t, elf_slots);
}
