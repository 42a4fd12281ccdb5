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

void tc_unused(struct tc *t, struct loc at, const char *spelling)
{
	if (!tc_flag(t, JF_QUIET_UNUSED))
		diag_warn(t->d, at, "option '%s' is not used for this link", spelling);
}

void tc_warn_unused(struct tc *t, const struct unused_flag *flags)
{
	for (; flags->flag; flags++)
		if (tc_flag(t, flags->flag))
			tc_unused(t, t->job->flag[flags->flag].at, flags->spelling);
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

bool tc_input_present(const struct job_input *in)
{
	return in->kind != JOB_IN_FILE || file_exists(in->text);
}

/* ---- shared slots */

void slot_sysroot(struct tc *t, const struct slot *s)
{
	const struct job_word *w = &t->job->str[JS_SYSROOT];

	if (w->text && *w->text)
		tc_wordf(t, s, w->at, "--sysroot=%s", w->text);
}

void slot_emulation(struct tc *t, const struct slot *s)
{
	const struct fact *m = &t->pf->emulation;

	if (!m->text)
		return;
	tc_word(t, s, m->at, "-m");
	tc_word(t, s, m->at, m->text);
}

void slot_compress(struct tc *t, const struct slot *s)
{
	const struct job_word *w = &t->job->str[JS_COMPRESS_DEBUG];

	if (w->text)
		tc_wordf(t, s, w->at, "--compress-debug-sections=%s", w->text);
}

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

/* LIBRARY_PATH counts for links to this machine; the driver puts it into the job for those */
static void library_path(struct tc *t, const struct slot *s)
{
	const struct job_words *l = &t->job->list[JL_LIBRARY_PATH];

	for (size_t i = 0; i < l->n; i++)
		tc_wordf(t, s, l->v[i].at, "-L%s", l->v[i].text);
}

/* -lstdc++ stands for the C++ library of the link, unless the user says all libraries himself */
static bool says_libraries(const struct tc *t)
{
	return tc_flag(t, JF_NOSTDLIB) || tc_flag(t, JF_NODEFAULTLIBS) ||
	       tc_flag(t, JF_NOSTDLIBXX) || !t->pf->libcxx_libraries.n;
}

void slot_inputs(struct tc *t, const struct slot *s)
{
	library_path(t, s);
	for (size_t i = 0; i < t->job->ninputs; i++) {
		const struct job_input *in = &t->job->inputs[i];

		if (!tc_input_present(in))
			continue;
		if (in->kind == JOB_IN_LIB && str_eq(in->text, "stdc++") && !says_libraries(t))
			cxx_library_bare(t, s);
		else if (in->kind == JOB_IN_LIB)
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

static void add_file_dir(struct tc *t, const char **v, const char *dir)
{
	const char *sysroot = t->job->str[JS_SYSROOT].text;

	if (!dir || !*dir)
		return;
	if (*dir == '=') /* GCC's sign for the sysroot */
		dir = str_fmt(t->mem, "%s%s", sysroot ? sysroot : "", dir + 1);
	v[t->nfile_dirs++] = dir;
}

/* -B folders, clang's own, the library folders, LLVM's */
static void find_file_dirs(struct tc *t)
{
	const struct job_words *prefixes = &t->job->list[JL_PREFIXES], *dirs = &t->library_dirs;
	const char **v = arena_array(t->mem, const char *, prefixes->n + dirs->n + 4);

	for (size_t i = 0; i < prefixes->n; i++)
		add_file_dir(t, v, prefixes->v[i].text);
	add_file_dir(t, v, t->resource_dir);
	add_file_dir(t, v, compiler_rt_os_dir(t));
	add_file_dir(t, v, compiler_rt_target_dir(t));
	for (size_t i = 0; i < dirs->n; i++)
		add_file_dir(t, v, dirs->v[i].text);
	add_file_dir(t, v, compiler_rt_llvm_lib_dir(t));
	t->file_dirs = v;
}

const char *tc_find_file(struct tc *t, const char *name)
{
	for (size_t i = 0; i < t->nfile_dirs; i++) {
		const char *path = path_join(t->mem, t->file_dirs[i], name);

		if (file_exists(path))
			return path;
	}
	return name;
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
	/* each of them would be looked into some 140 times */
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]) && n + 1 < cap; i++) {
		const char *prefix = str_fmt(t->mem, "/opt/rh/%s/root/usr", sets[i]);

		if (file_exists(prefix))
			v[n++] = prefix;
	}
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
				"crtbegin.o",
				dir->text, t->triple);
		return;
	}
	if (!t->job->str[JS_GCC_TOOLCHAIN].text &&
		gcc_gentoo(t->mem, &w, t->vars.v[VAR_SYSROOT], &t->gcc))
		return;
	n = gcc_prefixes(t, prefixes, sizeof(prefixes) / sizeof(prefixes[0]));
	t->gcc = gcc_find(t->mem, &w, prefixes, n);
}

/* The ABI in the names of folders and dynamic linkers: -mabi=, or what other options amount to (the
 * extensions behind RISC-V's -march=, LoongArch without floating point); the platform's otherwise.
 * "elfv2" counts as "2". */
static const char *abi_name(struct tc *t)
{
	const char *abi = t->job->str[JS_ABI].text, *march = t->job->str[JS_ARCH_NAME].text;
	const char *platform = t->pf->abi.text;
	size_t n;

	if (!platform)
		return NULL;
	if (abi && str_starts(t->pf->arch.text, "powerpc"))
		return str_starts(abi, "elfv") ? abi + 4 : platform;
	if (abi)
		return abi;
	if (job_option_last(t->job, "-msoft-float") && str_starts(platform, "lp64") &&
		str_starts(t->pf->arch.text, "loongarch"))
		return "lp64s";
	if (!march || !str_starts(march, "rv") || !str_starts(t->pf->arch.text, "riscv"))
		return platform;
	n = strcspn(march, "_");
	march = str_ndup(t->mem, march, n);
	abi = str_starts(march, "rv64") ? "lp64" : "ilp32";
	if (strchr(march + 4, 'e'))
		return str_fmt(t->mem, "%se", abi);
	if (strchr(march + 4, 'g') || strchr(march + 4, 'd'))
		return str_fmt(t->mem, "%sd", abi);
	return strchr(march + 4, 'f') ? str_fmt(t->mem, "%sf", abi) : abi;
}

/* what stands behind ARCH-VENDOR- in a normalised triple, or NULL */
static const char *os_env(const char *triple)
{
	const char *dash = strchr(triple, '-');

	dash = dash ? strchr(dash + 1, '-') : NULL;
	return dash ? dash + 1 : NULL;
}

/* Debian's name. On 64-bit MIPS there are two, and each counts only if the system has its folder.
 */
static const char *multiarch(struct tc *t, const char *triple)
{
	const char *name = t->pf->multiarch.text, *lib, *other;

	if (!name)
		return triple;
	if (!str_starts(t->pf->arch.text, "mips64"))
		return name;
	lib = str_fmt(t->mem, "%s/lib", t->vars.v[VAR_SYSROOT]);
	if (file_exists(path_join(t->mem, lib, name)))
		return name;
	other = str_fmt(t->mem, "%s-linux-gnu", t->pf->arch.text);
	if (file_exists(path_join(t->mem, lib, other)))
		return other;
	return triple;
}

/* The system's library folder below usr. 64-bit systems of OpenEmbedded may have no usr/lib to go
 * through. */
static const char *usr_oslib(struct tc *t)
{
	const char *oslib = t->vars.v[VAR_OSLIB];
	bool wide = strstr(t->pf->arch.text, "64") || str_eq(t->pf->arch.text, "s390x") ||
		    str_eq(t->pf->arch.text, "sparcv9");

	if (!oslib)
		return NULL;
	return strstr(t->triple, "-oe-") && wide ? oslib : str_fmt(t->mem, "lib/../%s", oslib);
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
	t->vars.v[VAR_MULTIARCH] = multiarch(t, triple);
	t->vars.v[VAR_OSLIB] = t->pf->oslib.text;
	t->vars.v[VAR_LLVM] = path_dir(t->mem, compiler_rt_llvm_lib_dir(t));
	t->vars.v[VAR_BUILTINS] = compiler_rt_file(t, "builtins", RUNTIME_STATIC);
	t->vars.v[VAR_ARCH_WORD] = str_ndup(t->mem, triple, strcspn(triple, "-"));
	t->vars.v[VAR_ABI] = abi_name(t);
	if (t->api)
		t->vars.v[VAR_API] = str_fmt(t->mem, "%u", t->api);
	/* the one folder name that an option changes: MIPS keeps n32 in lib32 */
	if (abi && str_eq(abi, "n32") && str_starts(t->pf->arch.text, "mips"))
		t->vars.v[VAR_OSLIB] = "lib32";
	t->vars.v[VAR_OS_ENV] = os_env(triple);
	t->vars.v[VAR_USR_OSLIB] = usr_oslib(t);
	t->vars.v[VAR_MINGW] = t->mingw.base;
	t->vars.v[VAR_MINGW_NAME] = t->mingw.name;
	t->vars.v[VAR_MINGW_ROOT] = t->mingw.root;
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

static void add_library_dir(struct tc *t, const char *dir, struct loc at, bool if_there)
{
	struct job_words *l = &t->library_dirs;

	if (!dir || (if_there && !file_exists(dir)))
		return;
	arena_push_room(t->mem, l->v, l->n, l->cap);
	l->v[l->n++] = (struct job_word) { dir, at };
}

/* LLVM's runtimes for this very target come before the system's libraries */
static void find_library_dirs(struct tc *t)
{
	bool if_there = t->pf->family != FAMILY_MINGW; /* clang names MinGW's folders in any case */

	if (t->pf->family == FAMILY_ELF && t->pf->runtime_os.text) {
		add_library_dir(t, compiler_rt_stdlib_dir(t), NOWHERE, true);
		add_library_dir(
			t, str_fmt(t->mem, "%s/lib/%s", t->resource_dir, t->triple), NOWHERE, true);
		add_library_dir(t,
			str_fmt(t->mem, "%s/%s", compiler_rt_os_dir(t), t->pf->arch.text), NOWHERE,
			true);
	}
	yml_each (i, &t->pf->library_dirs)
		add_library_dir(t, platform_subst(t->mem, &t->vars, t->pf->library_dirs.v[i]),
			t->pf->library_dirs.at[i], if_there);
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

static void no_plan(struct tc *t)
{
	diag_err(t->d, t->job->str[JS_TARGET].at,
		"%s are not linked for '%s' by this version; choose another platform or kind",
		t->kind == JOB_IMAGE ? "package images" : "files", t->pf->name);
}

/* by family: links as clang's, package images */
static void (*const families[FAMILIES][2])(struct tc *) = {
	[FAMILY_ELF] = { elf_plan, elf_image_plan },
	[FAMILY_MINGW] = { mingw_plan, mingw_image_plan },
	[FAMILY_DARWIN] = { darwin_plan, darwin_image_plan },
	[FAMILY_WASM] = { wasm_plan, no_plan },
	[FAMILY_FREEBSD] = { bsd_plan, no_plan },
	[FAMILY_NETBSD] = { bsd_plan, no_plan },
	[FAMILY_OPENBSD] = { bsd_plan, no_plan },
	[FAMILY_DRAGONFLY] = { bsd_plan, no_plan },
};

/* what a link that is no image takes from the sysroot */
static void look_around(struct tc *t)
{
	if (t->pf->family == FAMILY_WASM) {
		wasm_library_dirs(t);
		return;
	}
	if (t->pf->family != FAMILY_MINGW) /* mingw_find has found it with the rest */
		find_gcc(t);
	set_gcc_vars(t);
	if (platform_is_bsd(t->pf))
		bsd_library_dirs(t);
	else
		find_library_dirs(t);
}

/* what a link that is no image can have wrong */
static void read_runtimes(struct tc *t)
{
	if (t->kind == JOB_IMAGE || t->pf->family == FAMILY_WASM) /* clang never asks there */
		return;
	if (t->pf->family ==
		FAMILY_DARWIN) /* one runtime; its platform is not known for sure by now */
		return;
	/* DragonFly has no runtimes of sanitizers; its options are only warned of */
	if (t->pf->family != FAMILY_DRAGONFLY)
		sanitize_read(t, &t->san);
	runtime_check(t);
}

int toolchain_begin(struct arena *a, struct diags *d, const struct link_job *job,
	const struct platform *pf, const char *triple, struct link_plan *out, struct tc *t)
{
	unsigned before = d->errors;

	*t = (struct tc) { .mem = a, .d = d, .job = job, .pf = pf, .plan = out, .triple = triple };
	*out = (struct link_plan) { .argv = { .mem = a },
		.triple = triple,
		.arch = pf->arch.text,
		.cpu = pf->cpu_target.text };
	t->kind = out->kind = job_kind(job);
	out->host_symbols = &job->list[JL_HOST_SYMBOLS];
	t->data = file_data_dir(a);
	t->vars.v[VAR_DATA] = t->data;
	t->vars.v[VAR_LLVM_VERSION] = PKGIMG_LLVM_VERSION;
	t->vars.v[VAR_LLVM_MAJOR] =
		str_ndup(a, PKGIMG_LLVM_VERSION, strcspn(PKGIMG_LLVM_VERSION, "."));
	t->resource_dir = compiler_rt_resource_dir(t);
	android_level(t);
	if (pf->family == FAMILY_MINGW)
		mingw_find(t);
	set_vars(t, triple);
	if (t->kind != JOB_IMAGE)
		look_around(t);
	find_file_dirs(t);
	out->file_dirs = t->file_dirs;
	out->nfile_dirs = t->nfile_dirs;
	list_input_files(t);
	return d->errors == before ? 0 : -1;
}

int toolchain_plan(struct arena *a, struct diags *d, const struct link_job *job,
	const struct platform *pf, const char *triple, struct link_plan *out)
{
	unsigned before = d->errors;
	struct tc t;

	toolchain_begin(a, d, job, pf, triple, out, &t);
	read_runtimes(&t);
	if (tc_flag(&t, JF_NOPIE) && pf->family != FAMILY_OPENBSD)
		diag_err(d, job->flag[JF_NOPIE].at,
			"'-nopie' is an option of OpenBSD, and '%s' is not; '-no-pie' is the usual "
			"word",
			pf->name);
	out->external = tc_linker(&t);
	families[pf->family][t.kind == JOB_IMAGE](&t);
	return d->errors == before ? 0 : -1;
}
