/* WebAssembly link lines as clang 19 makes them (WebAssembly.cpp; facts/toolchains.md 5). There is
 * one start file and no end file, and the output's name comes last. Rules that are code:
 *
 *   - commands and reactors: -mexec-model= decides, else -shared makes a reactor; a sysroot that
 *     has crt1-command.o is newer than one that has only crt1.o;
 *   - `-lstdc++` among the inputs means the C++ library of the mode, wherever it stands;
 *   - wasm-opt, where it is installed, asks for a section to be kept and runs after the link. */
#include "toolchains/toolchain.h"

#include "base/file.h"
#include "base/str.h"
#include "toolchains/compiler_rt.h"

static bool wants_libraries(const struct tc *t)
{
	return !tc_flag(t, JF_NOSTDLIB) && !tc_flag(t, JF_NODEFAULTLIBS);
}

static bool is_reactor(const struct tc *t)
{
	const char *model = t->job->str[JS_EXEC_MODEL].text;

	if (model)
		return str_eq(model, "reactor");
	return tc_flag(t, JF_SHARED);
}

/* -L and -u in one run, as the user mixed them, would need their common order; clang keeps it */
static void slot_dirs_and_undefined(struct tc *t, const struct slot *s)
{
	const struct job_words *dirs = &t->job->list[JL_LIBRARY_DIRS];
	const struct job_words *undef = &t->job->list[JL_UNDEFINED];
	size_t d = 0, u = 0;

	while (d < dirs->n || u < undef->n)
		if (u == undef->n || (d < dirs->n && dirs->v[d].at.arg <= undef->v[u].at.arg)) {
			tc_wordf(t, s, dirs->v[d].at, "-L%s", dirs->v[d].text);
			d++;
		} else {
			tc_word(t, s, undef->v[u].at, "-u");
			tc_word(t, s, undef->v[u].at, undef->v[u].text);
			u++;
		}
}

/* the first start file that the sysroot has, else the last of the list by its bare name */
static void slot_start_file(struct tc *t, const struct slot *s)
{
	const struct yml_strs *files =
		is_reactor(t) ? &t->pf->reactor_start_files : &t->pf->command_start_files;

	if (tc_flag(t, JF_NOSTDLIB) || tc_flag(t, JF_NOSTARTFILES))
		return;
	yml_each (i, files) {
		const char *path = tc_find_file(t, files->v[i]);

		if (!str_eq(path, files->v[i]) || i + 1 == files->n) {
			tc_word(t, s, files->at[i], path);
			return;
		}
	}
}

static void slot_entry(struct tc *t, const struct slot *s)
{
	if (!is_reactor(t) || !t->pf->reactor_entry.text)
		return;
	tc_word(t, s, t->pf->reactor_entry.at, "--entry");
	tc_word(t, s, t->pf->reactor_entry.at, t->pf->reactor_entry.text);
}

static void cxx_libraries(struct tc *t, const struct slot *s)
{
	const char *lib = t->job->str[JS_STDLIB].text;

	if (lib && str_eq(lib, "libstdc++"))
		tc_words(t, s, &t->pf->cxx_libraries);
	else {
		tc_words(t, s, &t->pf->libcxx_libraries);
		if (tc_flag(t, JF_EXPERIMENTAL_LIBRARY))
			tc_words(t, s, &t->pf->libcxx_experimental);
		tc_words(t, s, &t->pf->libcxx_abi);
	}
}

/* compiler-rt's builtins: RES/lib/TRIPLE, or the layout of wasi-sdk, whose folder is the triple's
 * word for the system (wasip1), not a fact of the platform */
static const char *builtins(struct tc *t)
{
	const char *path = compiler_rt_file(t, "builtins", RUNTIME_STATIC), *old;
	const char *os = t->vars.v[VAR_OS_ENV] ? t->vars.v[VAR_OS_ENV] : "";

	if (file_exists(path))
		return path;
	if (str_eq(os, "unknown"))
		os = "";
	old = str_fmt(t->mem, "%s/lib%s%.*s/libclang_rt.builtins-%s.a", t->resource_dir,
		*os ? "/" : "", (int)strcspn(os, "-"), os, t->pf->arch.text);
	return file_exists(old) ? old : path;
}

static void slot_wasm_inputs(struct tc *t, const struct slot *s)
{
	bool reserved = wants_libraries(t) && !tc_flag(t, JF_NOSTDLIBXX);

	for (size_t i = 0; i < t->job->ninputs; i++) {
		const struct job_input *in = &t->job->inputs[i];

		if (!tc_input_present(in))
			continue;
		if (in->kind != JOB_IN_LIB)
			tc_word(t, s, in->at, in->text);
		else if (reserved && str_eq(in->text, "stdc++"))
			cxx_libraries(t, s);
		else
			tc_wordf(t, s, in->at, "-l%s", in->text);
	}
}

/* -rtlib= is looked at only where its library is linked, like clang's */
static void slot_libraries(struct tc *t, const struct slot *s)
{
	if (!wants_libraries(t))
		return;
	if (tc_flag(t, JF_CXX) && !tc_flag(t, JF_NOSTDLIBXX)) {
		if (tc_choice(t, JS_STDLIB, "-stdlib=", "libc++|libstdc++"))
			cxx_libraries(t, s);
	}
	if (tc_flag(t, JF_PTHREAD))
		tc_words(t, s, &t->pf->thread_libraries);
	tc_words(t, s, &t->pf->c_libraries);
	tc_choice(t, JS_RTLIB, "-rtlib=", "compiler-rt");
	tc_choice(t, JS_UNWINDLIB, "-unwindlib=", "none|platform|libunwind|libgcc");
	tc_word(t, s, t->pf->rtlib.at, builtins(t));
}

/* wasm-opt's -O: -O0 and no -O run nothing; -O alone is 1; what it does not know is its best */
static const char *wasm_opt_level(const struct tc *t)
{
	const char *level = t->job->str[JS_OPT_LEVEL].text;

	if (!level || str_eq(level, "0"))
		return NULL;
	if (!*level)
		return "1";
	return str_eq(level, "fast") ? "4" : level;
}

/* clang 19.1 makes the link job itself only inside the branch that asks whether wasm-opt is wanted,
 * so --no-wasm-opt leaves nothing to do: no line is printed (fixed upstream later). Here -### does
 * the same, so that the lines stay comparable, and a real link links all the same. */
static void slot_wasm_opt(struct tc *t, const struct slot *s)
{
	const char *level = wasm_opt_level(t), *program;

	if (tc_flag(t, JF_NO_WASM_OPT)) {
		t->plan->no_link = true;
		return;
	}
	program = tc_find_program(t, "wasm-opt");
	if (str_eq(program, "wasm-opt"))
		return;
	tc_word(t, s, NOWHERE, "--keep-section=target_features");
	if (!level)
		return;
	t->plan->post.mem = t->mem;
	argv_add(&t->plan->post, (struct argv_why) { NOWHERE, s->name }, program);
	argv_add(&t->plan->post, (struct argv_why) { NOWHERE, s->name }, t->plan->output);
	argv_addf(&t->plan->post, (struct argv_why) { t->job->str[JS_OPT_LEVEL].at, s->name },
		"-O%s", level);
	argv_add(&t->plan->post, (struct argv_why) { NOWHERE, s->name }, "-o");
	argv_add(&t->plan->post, (struct argv_why) { NOWHERE, s->name }, t->plan->output);
	t->plan->post_output[0] = 1;
	t->plan->post_output[1] = 4;
}

static void add_dirs(struct tc *t, const struct yml_strs *dirs)
{
	struct job_words *l = &t->library_dirs;

	yml_each (i, dirs) {
		const char *dir = platform_subst(t->mem, &t->vars, dirs->v[i]);

		if (!dir)
			continue;
		arena_push_room(t->mem, l->v, l->n, l->cap);
		l->v[l->n++] = (struct job_word) { dir, dirs->at[i] };
	}
}

/* Named whether they are there or not: clang does not look. LTO's own come first. The sysroot is
 * the text that was given, slashes at its end and all. */
void wasm_library_dirs(struct tc *t)
{
	const char *sysroot = t->job->str[JS_SYSROOT].text;

	if (!sysroot || !*sysroot)
		sysroot = t->pf->default_sysroot.text;
	t->vars.v[VAR_SYSROOT] = sysroot ? sysroot : "";
	if (t->job->str[JS_LTO].text)
		add_dirs(t, &t->pf->lto_library_dirs);
	add_dirs(t, &t->pf->library_dirs);
}

static const struct slot wasm_slots[] = {
	{ "emulation", .emit = slot_emulation },
	{ "strip", .flag = JF_STRIP, .word = "--strip-all" },
	{ "user-library-dirs", .emit = slot_dirs_and_undefined },
	{ "library-dirs", .emit = slot_library_dirs },
	{ "start-file", .emit = slot_start_file },
	{ "entry", .emit = slot_entry },
	{ "shared", .flag = JF_SHARED, .word = "-shared" },
	{ "no-demangle", .flag = JF_NO_DEMANGLE, .word = "--no-demangle" },
	{ "inputs", .emit = slot_wasm_inputs },
	{ "libraries", .emit = slot_libraries },
	{ "output", .emit = slot_output },
	{ "wasm-opt", .emit = slot_wasm_opt },
	{ 0 },
};

void wasm_plan(struct tc *t)
{
	static const struct unused_flag unused[] = {
		{ JF_PIE, "-pie" },
		{ JF_NO_PIE, "-no-pie" },
		{ JF_STATIC_PIE, "-static-pie" },
		{ JF_NOLIBC, "-nolibc" },
		{ JF_RDYNAMIC, "-rdynamic" },
		{ JF_STATIC_LIBSTDCXX, "-static-libstdc++" },
		{ JF_STATIC_LIBGCC, "-static-libgcc" },
		{ JF_SHARED_LIBGCC, "-shared-libgcc" },
		{ JF_PROFILE_PG, "-pg" },
		{ 0 },
	};

	tc_warn_unused(t, unused);
	if (t->job->list[JL_SCRIPTS].n)
		tc_unused(t, t->job->list[JL_SCRIPTS].v[0].at, "-T");
	if (t->job->list[JL_UNDEF_LONG].n)
		tc_unused(t, t->job->list[JL_UNDEF_LONG].v[0].at, "-undefined");
	tc_choice(t, JS_EXEC_MODEL, "-mexec-model=", "command|reactor");
	t->plan->flavor = PLAN_WASM;
	t->plan->linker = "wasm-ld";
	slots_run(t, wasm_slots);
}
