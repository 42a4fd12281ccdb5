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

const char *tc_find_file(struct tc *t, const char *name)
{
	struct job_word resource = { t->resource_dir, NOWHERE };
	const struct job_words resource_dir = { &resource, 1, 1, true };
	const struct job_words *lists[] = { &t->job->list[JL_PREFIXES], &resource_dir,
		&t->library_dirs };

	for (size_t l = 0; l < sizeof(lists) / sizeof(lists[0]); l++)
		for (size_t i = 0; i < lists[l]->n; i++) {
			const char *path = str_fmt(t->mem, "%s/%s", lists[l]->v[i].text, name);

			if (file_exists(path))
				return path;
		}
	return name;
}

static void find_gcc(struct tc *t)
{
	const char *sysroot = t->job->str[JS_SYSROOT].text;
	const char *toolchain = t->job->str[JS_GCC_TOOLCHAIN].text;
	const char *prefixes[2];
	size_t n = 0;

	if (toolchain && *toolchain)
		prefixes[n++] = toolchain;
	else if (sysroot && *sysroot) {
		prefixes[n++] = sysroot;
		prefixes[n++] = str_fmt(t->mem, "%s/usr", sysroot);
	} else {
		prefixes[n++] = "/usr";
	}
	t->gcc = gcc_find(t->mem, t->pf, prefixes, n);
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

	t->vars.v[VAR_SYSROOT] = sysroot ? sysroot : "";
	t->vars.v[VAR_ARCH] = t->pf->arch.text;
	t->vars.v[VAR_TRIPLE] = triple;
	t->vars.v[VAR_MULTIARCH] = t->pf->multiarch.text;
	t->vars.v[VAR_OSLIB] = t->pf->oslib.text;
	t->vars.v[VAR_GCC] = t->gcc.dir;
	t->vars.v[VAR_GCC_TRIPLE] = t->gcc.triple;
	/* libraries beside GCC are preferred only if the GCC is the sysroot's own */
	if (t->gcc.dir && str_starts(t->gcc.dir, t->vars.v[VAR_SYSROOT]))
		t->vars.v[VAR_GCC_IN_SYSROOT] = t->gcc.dir;
	t->vars.v[VAR_DATA] = t->data;
	t->vars.v[VAR_OS_ENV] = os_env(triple);
	t->vars.v[VAR_LLVM_VERSION] = PKGIMG_LLVM_VERSION;
	t->vars.v[VAR_RESOURCE_DIR] = t->resource_dir;
}

static void add_library_dirs(struct tc *t, const struct yml_strs *dirs, bool must_exist)
{
	struct job_words *l = &t->library_dirs;

	yml_each (i, dirs) {
		const char *dir = platform_subst(t->mem, &t->vars, dirs->v[i]);

		if (!dir || (must_exist && !file_is_dir(dir)))
			continue;
		arena_push_room(t->mem, l->v, l->n, l->cap);
		l->v[l->n++] = (struct job_word) { dir, dirs->at[i] };
	}
}

/* clang looks whether the folders of ELF systems are there, and does not for WebAssembly's */
static void find_library_dirs(struct tc *t)
{
	bool must_exist = t->pf->family != FAMILY_WASM;

	if (t->job->str[JS_LTO].text)
		add_library_dirs(t, &t->pf->lto_library_dirs, must_exist);
	add_library_dirs(t, &t->pf->library_dirs, must_exist);
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
	if (t->kind != JOB_IMAGE)
		find_gcc(t);
	set_vars(t, triple);
	if (t->kind != JOB_IMAGE)
		find_library_dirs(t);
}

/* -fuse-ld= is honoured or refused, never ignored; -nopie was only ever OpenBSD's */
static void check_refused(struct tc *t)
{
	const struct job_word *w = &t->job->str[JS_FUSE_LD];

	if (w->text && str_eq(w->text, "ld") && t->pf->family != FAMILY_WASM)
		diag_err(t->d, w->at,
			"'-fuse-ld=ld' is the system's own linker, which is not in this program; "
			"--ld-path=PROGRAM runs it");
	if (tc_flag(t, JF_NOPIE) && !t->pf->takes_nopie)
		diag_err(t->d, t->job->flag[JF_NOPIE].at,
			"'-nopie' is no option for '%s'; it is spelled -no-pie", t->pf->name);
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
