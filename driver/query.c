/* Queries: build systems ask where a start file or the runtime library lies. */
#include "driver/query.h"

#include "base/file.h"
#include "base/str.h"
#include "driver/driver.h"
#include "driver/target.h"
#include "toolchains/compiler_rt.h"
#include "toolchains/elf_arch.h"
#include "toolchains/runtime.h"
#include "llvm/shim.h"

static const char *libgcc_file_name(struct tc *t, const char *name)
{
	(void)name;
	if (runtime_rtlib(t) == RTLIB_COMPILER_RT)
		return compiler_rt_file(t, "builtins", RUNTIME_STATIC);
	return tc_find_file(t, "libgcc.a");
}

static const char *runtime_dir(struct tc *t, const char *name)
{
	(void)name;
	return compiler_rt_target_dir(t);
}

static const char *resource_dir(struct tc *t, const char *name)
{
	(void)name;
	return t->resource_dir;
}

static const char *version(struct tc *t, const char *name)
{
	(void)t;
	(void)name;
	return ll_version();
}

static const char *triple(struct tc *t, const char *name)
{
	(void)name;
	return t->triple;
}

/* the triple code is made for: on ARM the subarchitecture of the CPU takes the place of "arm" */
static const char *effective_triple(struct tc *t, const char *name)
{
	const char *subarch = arm_subarch(t), *rest = strchr(t->triple, '-');
	const char *thumb = job_option_last(t->job, "-mthumb") ? "thumb" : "arm";
	bool big = str_starts(t->pf->arch.text, "armeb");

	(void)name;
	if (!subarch || !rest)
		return t->triple;
	return str_fmt(t->mem, "%s%s%s%s", thumb, big ? "eb" : "", subarch, rest);
}

static const char *multiarch(struct tc *t, const char *name)
{
	(void)name;
	return t->vars.v[VAR_MULTIARCH];
}

static const char *search_dirs(struct tc *t, const char *name)
{
	struct strbuf b = { .mem = t->mem };

	(void)name;
	strbuf_fmt(&b, "programs: =%s", tc_program_dir(t));
	if (t->gcc.dir)
		strbuf_fmt(&b, ":%s%s/../%s/bin", t->gcc.dir, t->gcc.up, t->gcc.triple);
	strbuf_fmt(&b, "\nlibraries: =%s", t->resource_dir);
	for (size_t i = 0; i < t->library_dirs.n; i++)
		strbuf_fmt(&b, ":%s", t->library_dirs.v[i].text);
	return strbuf_text(&b);
}

/* The folder of our width in GCC's, without the slash; only where GCC's files are looked for */
static const char *multi_directory(struct tc *t, const char *name)
{
	(void)name;
	if (t->pf->family != FAMILY_ELF)
		return "";
	return t->gcc.suffix && *t->gcc.suffix ? t->gcc.suffix + 1 : ".";
}

/* The widths that GCC has files for, with their options. What stands at its top is of the target's
 * own width, unless that one has a folder. */
static const char *multi_lib(struct tc *t, const char *name)
{
	static const struct {
		const char *dir, *option;
	} widths[] = { { "/64", "m64" }, { "/32", "m32" }, { "/x32", "mx32" } };
	const char *own = "/64", *top;
	struct strbuf b = { .mem = t->mem };

	(void)name;
	if (!t->gcc.dir)
		return "";
	yml_each (i, &t->pf->gcc_multilib)
		own = t->pf->gcc_multilib.v[i];
	top = str_eq(own, t->gcc.suffix) ? (str_eq(own, "/64") ? "/32" : "/64") : own;
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		if (str_eq(widths[i].dir, top))
			strbuf_fmt(&b, ".;@%s", widths[i].option);
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		if (file_exists(str_fmt(t->mem, "%s%s/crtbegin.o", t->gcc.dir, widths[i].dir)))
			strbuf_fmt(&b, "\n%s;@%s", widths[i].dir + 1, widths[i].option);
	return strbuf_text(&b);
}

static const struct query {
	const char *word; /* as driver/cmdline.c files it in JS_QUERY */
	const char *(*answer)(struct tc *t, const char *name);
} queries[] = {
	{ "file-name", tc_find_file },
	{ "prog-name", tc_find_program },
	{ "libgcc-file-name", libgcc_file_name },
	{ "runtime-dir", runtime_dir },
	{ "resource-dir", resource_dir },
	{ "target-triple", triple },
	{ "effective-triple", effective_triple },
	{ "multiarch", multiarch },
	{ "search-dirs", search_dirs },
	{ "version", version },
	{ "multi-lib", multi_lib },
	{ "multi-directory", multi_directory },
};

/* no answer is no line */
static void say(struct diags *d, const char *text)
{
	if (*text)
		diag_output(d, text);
}

int query_answer(struct arena *a, struct diags *d, const struct link_job *asked)
{
	struct link_job *job = arena_new(a, struct link_job);
	const char *word = asked->str[JS_QUERY].text, *name = asked->str[JS_QUERY_NAME].text;
	const struct platform *pf = driver_platform(a, d, asked);
	struct link_plan plan;
	struct ll_triple triple_of_job;
	struct tc t;

	if (!pf)
		return -1;
	*job = *asked;
	driver_environment(a, job, pf);
	target_of_job(a, job, &triple_of_job);
	if (toolchain_begin(a, d, job, pf, triple_of_job.normal, &plan, &t))
		return -1;
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
		if (str_eq(queries[i].word, word))
			say(d, queries[i].answer(&t, name ? name : ""));
	return 0;
}
