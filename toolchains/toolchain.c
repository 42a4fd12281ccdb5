/* What the families share: the slot machine, the variables of facts, the search for files. */
#include "toolchains/toolchain.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"
#include "toolchains/compiler_rt.h"
#include "toolchains/runtime.h"
#include "toolchains/sanitize.h"

void tc_word(struct tc *t, const struct slot *s, struct loc at, const char *word)
{
	argv_add(&t->plan->argv, (struct argv_why) { at, s->name }, word);
}

void tc_wordf(struct tc *t, const struct slot *s, struct loc at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tc_word(t, s, at, str_vfmt(t->mem, fmt, ap));
	va_end(ap);
}

void tc_words(struct tc *t, const struct slot *s, const struct yml_strs *words)
{
	yml_each (i, words) {
		const char *text = platform_subst(t->mem, &t->vars, words->v[i]);

		if (text)
			tc_word(t, s, words->at[i], text);
	}
}

static void run_row(struct tc *t, const struct slot *s)
{
	const char *pf = (const char *)t->pf;

	if (s->flag && !t->job->flag[s->flag].on)
		return;
	if (s->list)
		tc_words(t, s, (const struct yml_strs *)(const void *)(pf + s->list));
	else if (s->fact) {
		const struct fact *f = (const struct fact *)(const void *)(pf + s->fact);
		const char *text = f->text ? platform_subst(t->mem, &t->vars, f->text) : NULL;

		if (text)
			tc_wordf(t, s, f->at, "%s%s", s->word, text);
	} else {
		tc_word(t, s, t->job->flag[s->flag].at, s->word);
	}
}

void slots_run(struct tc *t, const struct slot *slots)
{
	for (const struct slot *s = slots; s->name; s++)
		if (s->emit)
			s->emit(t, s);
		else
			run_row(t, s);
}

/* ---- checks */

bool tc_choice(struct tc *t, enum job_str s, const char *option, const char *choices)
{
	const struct job_word *w = &t->job->str[s];
	size_t n;

	if (!w->text)
		return true;
	n = strlen(w->text);
	for (const char *c = choices; *c; c += strcspn(c, "|"), c += *c == '|')
		if (strcspn(c, "|") == n && !strncmp(c, w->text, n))
			return true;
	diag_err(t->d, w->at, "'%s' wants one of %s for '%s', got '%s'", option, choices,
		t->pf->name, w->text);
	return false;
}

void tc_unused(struct tc *t, enum job_flag f, const char *option)
{
	if (tc_flag(t, f) && !tc_flag(t, JF_QUIET_UNUSED))
		diag_warn(t->d, t->job->flag[f].at, "option '%s' is not used for '%s'", option,
			t->pf->name);
}

bool tc_input_present(const struct job_input *in)
{
	return in->kind != JOB_IN_FILE || file_exists(in->text);
}

/* ---- shared slots */

void slot_output(struct tc *t, const struct slot *s)
{
	const struct job_word *o = &t->job->str[JS_OUTPUT];
	struct loc at = o->text ? o->at : t->pf->output.at;

	t->plan->output = o->text ? o->text : t->pf->output.text;
	t->plan->output_at = at;
	tc_word(t, s, at, "-o");
	t->plan->output_index = t->plan->argv.n;
	tc_word(t, s, at, t->plan->output);
}

void slot_inputs(struct tc *t, const struct slot *s)
{
	for (size_t i = 0; i < t->job->ninputs; i++) {
		const struct job_input *in = &t->job->inputs[i];

		if (!tc_input_present(in))
			continue;
		if (in->kind == JOB_IN_LIB)
			tc_wordf(t, s, in->at, "-l%s", in->text);
		else
			tc_word(t, s, in->at, in->text);
	}
}

void slot_user_library_dirs(struct tc *t, const struct slot *s)
{
	const struct job_words *l = &t->job->list[JL_LIBRARY_DIRS];

	for (size_t i = 0; i < l->n; i++)
		tc_wordf(t, s, l->v[i].at, "-L%s", l->v[i].text);
}

void slot_library_dirs(struct tc *t, const struct slot *s)
{
	for (size_t i = 0; i < t->library_dirs.n; i++)
		tc_wordf(t, s, t->library_dirs.v[i].at, "-L%s", t->library_dirs.v[i].text);
}

/* ---- files */

static const char *in_dir(struct tc *t, const char *dir, const char *name)
{
	const char *sysroot = t->job->str[JS_SYSROOT].text, *path;

	if (!dir || !*dir)
		return NULL;
	if (*dir == '=') /* GCC's sign for the sysroot */
		dir = str_fmt(t->mem, "%s%s", sysroot ? sysroot : "", dir + 1);
	path = path_join(t->mem, dir, name);
	return file_exists(path) ? path : NULL;
}

const char *tc_find_file(struct tc *t, const char *name)
{
	const struct job_words *prefixes = &t->job->list[JL_PREFIXES];
	const char *clang[] = { t->resource_dir, compiler_rt_os_dir(t), compiler_rt_target_dir(t) };
	const char *path = NULL;

	for (size_t i = 0; !path && i < prefixes->n; i++)
		path = in_dir(t, prefixes->v[i].text, name);
	for (size_t i = 0; !path && i < sizeof(clang) / sizeof(clang[0]); i++)
		path = in_dir(t, clang[i], name);
	for (size_t i = 0; !path && i < t->library_dirs.n; i++)
		path = in_dir(t, t->library_dirs.v[i].text, name);
	if (!path)
		path = in_dir(t, compiler_rt_llvm_lib_dir(t), name);
	return path ? path : name;
}

/* Where installations are looked for: --gcc-toolchain only, if given; else the sysroot and its usr;
 * without a sysroot the folders in which Red Hat's newer compilers come, newest first, and /usr */
static size_t gcc_prefixes(struct tc *t, const char **v, size_t cap)
{
	static const char *const sets[] = { "gcc-toolset-12", "gcc-toolset-11", "gcc-toolset-10",
		"devtoolset-12", "devtoolset-11", "devtoolset-10", "devtoolset-9", "devtoolset-8",
		"devtoolset-7", "devtoolset-6", "devtoolset-4", "devtoolset-3", "devtoolset-2" };
	const struct job_word *toolchain = &t->job->str[JS_GCC_TOOLCHAIN];
	const char *sysroot = t->job->str[JS_SYSROOT].text;
	size_t n = 0;

	if (toolchain->text && *toolchain->text) {
		size_t len = strlen(toolchain->text);

		while (len > 1 && toolchain->text[len - 1] == '/')
			len--;
		v[n++] = str_ndup(t->mem, toolchain->text, len);
		return n;
	}
	if (sysroot && *sysroot) {
		v[n++] = sysroot;
		v[n++] = path_join(t->mem, sysroot, "usr");
	}
	if (sysroot && *sysroot && !str_eq(sysroot, "/"))
		return n;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]) && n + 1 < cap; i++)
		v[n++] = str_fmt(t->mem, "/opt/rh/%s/root/usr", sets[i]);
	v[n++] = "/usr";
	return n;
}

static void find_gcc(struct tc *t)
{
	const struct job_word *dir = &t->job->str[JS_GCC_INSTALL_DIR];
	struct gcc_wanted w = { t->pf, t->triple, t->job->str[JS_GCC_TRIPLE].text, &t->vars };
	const char *prefixes[24];
	size_t n;

	if (w.only_triple && !*w.only_triple)
		w.only_triple = NULL;
	if (dir->text && *dir->text) {
		size_t len = strlen(dir->text);

		while (len > 1 && dir->text[len - 1] == '/')
			len--;
		if (!gcc_at(t->mem, &w, str_ndup(t->mem, dir->text, len), &t->gcc))
			diag_err(t->d, dir->at,
				"'%s' is no GCC installation for '%s'; wanted is a folder with "
				"crtbegin.o", dir->text, t->triple);
		return;
	}
	n = gcc_prefixes(t, prefixes, sizeof(prefixes) / sizeof(prefixes[0]));
	t->gcc = gcc_find(t->mem, &w, prefixes, n);
}

/* what stands behind ARCH-VENDOR- in a normalised triple, or NULL */
static const char *os_env(const char *triple)
{
	const char *dash = strchr(triple, '-');

	dash = dash ? strchr(dash + 1, '-') : NULL;
	return dash ? dash + 1 : NULL;
}

static void set_vars(struct tc *t, const char *triple)
{
	const char *sysroot = t->job->str[JS_SYSROOT].text;
	const char *abi = t->job->str[JS_ABI].text;
	size_t n = sysroot ? strlen(sysroot) : 0;

	while (n && sysroot[n - 1] == '/')
		n--;
	t->vars.v[VAR_SYSROOT] = str_ndup(t->mem, sysroot ? sysroot : "", n);
	t->vars.v[VAR_ARCH] = t->pf->arch.text;
	t->vars.v[VAR_TRIPLE] = triple;
	t->vars.v[VAR_MULTIARCH] = t->pf->multiarch.text ? t->pf->multiarch.text : triple;
	t->vars.v[VAR_OSLIB] = t->pf->oslib.text;
	t->vars.v[VAR_DATA] = t->data;
	t->vars.v[VAR_OS_ENV] = os_env(triple);
	t->vars.v[VAR_LLVM_VERSION] = PKGIMG_LLVM_VERSION;
	t->vars.v[VAR_ARCH_WORD] = str_ndup(t->mem, triple, strcspn(triple, "-"));
	t->vars.v[VAR_ABI] = abi ? abi : t->pf->abi.text;
	if (t->api)
		t->vars.v[VAR_API] = str_fmt(t->mem, "%u", t->api);
	/* the one folder name that an option changes: MIPS keeps n32 in lib32 */
	if (abi && str_eq(abi, "n32"))
		t->vars.v[VAR_OSLIB] = "lib32";
}

static void set_gcc_vars(struct tc *t)
{
	const char *sysroot = t->job->str[JS_SYSROOT].text;

	if (!t->gcc.dir)
		return;
	t->vars.v[VAR_GCC] = t->gcc.dir;
	t->vars.v[VAR_GCC_TRIPLE] = t->gcc.triple;
	t->vars.v[VAR_GCC_SUFFIX] = t->gcc.suffix;
	t->vars.v[VAR_GCC_UP] = t->gcc.up;
	t->vars.v[VAR_GCC_OS_SUFFIX] = t->pf->gcc_any ? t->gcc.suffix : "";
	/* libraries beside GCC are preferred only if the GCC is the sysroot's own */
	if (str_starts(t->gcc.dir, sysroot ? sysroot : ""))
		t->vars.v[VAR_GCC_IN_SYSROOT] = t->gcc.dir;
}

static void add_library_dir(struct tc *t, const char *dir, struct loc at)
{
	struct job_words *l = &t->library_dirs;

	if (!dir || !file_exists(dir))
		return;
	arena_push_room(t->mem, l->v, l->n, l->cap);
	l->v[l->n++] = (struct job_word) { dir, at };
}

/* LLVM's runtimes for this very target come before the system's libraries */
static void find_library_dirs(struct tc *t)
{
	if (t->pf->runtime_os.text) {
		add_library_dir(t, compiler_rt_stdlib_dir(t), NOWHERE);
		add_library_dir(t, str_fmt(t->mem, "%s/lib/%s", t->resource_dir, t->triple),
			NOWHERE);
		add_library_dir(t,
			str_fmt(t->mem, "%s/%s", compiler_rt_os_dir(t), t->pf->arch.text),
			NOWHERE);
	}
	yml_each (i, &t->pf->library_dirs)
		add_library_dir(t,
			platform_subst(t->mem, &t->vars, t->pf->library_dirs.v[i]),
			t->pf->library_dirs.at[i]);
}

/* the inputs that are files, for the check before the link */
static void list_input_files(struct tc *t)
{
	struct job_word *v = arena_array(t->mem, struct job_word, t->job->ninputs + 1);

	for (size_t i = 0; i < t->job->ninputs; i++)
		if (t->job->inputs[i].kind == JOB_IN_FILE)
			v[t->plan->ninputs++] =
				(struct job_word) { t->job->inputs[i].text, t->job->inputs[i].at };
	t->plan->inputs = v;
}

/* aarch64-unknown-linux-android21: the level is a part of the triple */
static void android_level(struct tc *t)
{
	const char *env = strstr(t->triple, "-android");

	t->is_android = env != NULL;
	if (!env)
		return;
	while (*env && !strchr("0123456789", *env))
		env++;
	t->api = (unsigned)strtoul(env, NULL, 10);
}

/* what is known before the first word: folders, variables */
static void prepare(struct tc *t, const char *triple)
{
	t->kind = job_kind(t->job);
	t->data = file_data_dir(t->mem);
	t->triple = triple;
	t->resource_dir = compiler_rt_resource_dir(t);
	android_level(t);
	set_vars(t, triple);
	if (t->kind == JOB_IMAGE)
		return;
	if (t->pf->family == FAMILY_WASM) {
		wasm_library_dirs(t);
		return;
	}
	find_gcc(t);
	set_gcc_vars(t);
	find_library_dirs(t);
}

/* -fuse-ld= is honoured or refused, never ignored */
static void check_refused(struct tc *t)
{
	const struct job_word *w = &t->job->str[JS_FUSE_LD];

	if (w->text && str_eq(w->text, "ld") && t->pf->family != FAMILY_WASM)
		diag_err(t->d, w->at,
			"'-fuse-ld=ld' is the system's own linker, which is not in this program; "
			"--ld-path=PROGRAM runs it");
}

/* Darwin's runtimes have no folder per target, and a name per system for the builtins */
static const char *runtime_dir(struct tc *t)
{
	return t->pf->runtime_in_os_dir ? compiler_rt_os_dir(t) : compiler_rt_target_dir(t);
}

static const char *builtins(struct tc *t)
{
	const char *name = t->pf->runtime_builtins.text;

	if (t->pf->runtime_in_os_dir)
		return str_fmt(t->mem, "%s/libclang_rt.%s.a", compiler_rt_os_dir(t),
			name ? name : "builtins");
	return compiler_rt_file(t, name ? name : "builtins", RUNTIME_STATIC);
}

void toolchain_facts(struct arena *a, struct diags *d, const struct link_job *job,
	const struct platform *pf, const char *triple, struct tc_facts *out)
{
	struct tc *t = arena_new(a, struct tc);
	const char *rtlib = job->str[JS_RTLIB].text;
	const char *arch = pf->effective_arch.text;

	*t = (struct tc) { .mem = a, .d = d, .job = job, .pf = pf };
	prepare(t, triple);
	if (!rtlib || str_eq(rtlib, "platform"))
		rtlib = pf->rtlib.text ? pf->rtlib.text : "libgcc";
	*out = (struct tc_facts) {
		.resource_dir = t->resource_dir,
		.runtime_dir = runtime_dir(t),
		.libgcc_file = str_eq(rtlib, "libgcc") ? tc_find_file(t, "libgcc.a") : builtins(t),
		.effective_triple =
			arch ? str_fmt(a, "%s%s", arch, triple + strcspn(triple, "-")) : triple,
		.library_dirs = t->library_dirs,
		.tc = t,
	};
}

int toolchain_plan(struct arena *a, struct diags *d, const struct link_job *job,
	const struct platform *pf, const char *triple, struct link_plan *out)
{
	struct tc t = { .mem = a, .d = d, .job = job, .pf = pf, .plan = out, .triple = triple };
	unsigned before = d->errors;

	*out = (struct link_plan) { .argv = { .mem = a }, .triple = triple, .arch = pf->arch.text };
	prepare(&t, triple);
	out->kind = t.kind;
	out->host_symbols = &job->list[JL_HOST_SYMBOLS];
	out->external = job->str[JS_LD_PATH];
	check_refused(&t);
	/* WebAssembly has one runtime and links no sanitizers: clang never asks for either */
	if (t.kind != JOB_IMAGE && pf->family != FAMILY_WASM) {
		sanitize_read(&t, &t.san);
		runtime_check(&t);
	}
	list_input_files(&t);
	switch ((enum platform_family)pf->family) {
	case FAMILY_ELF:
		if (t.kind == JOB_IMAGE)
			elf_image_plan(&t);
		else
			elf_plan(&t);
		break;
	case FAMILY_WASM: wasm_plan(&t); break;
	default:
		diag_err(d, job->str[JS_TARGET].at,
			"'%s' is a platform of a family that this version does not link; it links "
			"elf and wasm",
			pf->name);
	}
	return d->errors == before ? 0 : -1;
}
