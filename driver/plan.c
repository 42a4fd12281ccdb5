/* Job -> plan: find the platform, let its family's toolchain write the words. */
#include "driver/driver.h"

#include <stdlib.h>

#include "base/str.h"
#include "driver/sdk.h"
#include "driver/target.h"
#include "toolchains/toolchain.h"
#include "llvm/shim.h"

/* Apple's platforms are files for all architectures: "ios-simulator". macOS has three names in
 * triples. returns NULL for other systems */
static const char *apple_system(const struct ll_triple *t)
{
	static const char *const systems[] = { "ios", "tvos", "watchos", "xros", "driverkit" };

	if (str_eq(t->os, "macosx") || str_eq(t->os, "darwin"))
		return "macos";
	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++)
		if (str_eq(t->os, systems[i]))
			return systems[i];
	return NULL;
}

/* Families with linkers of their own, which this program does not drive. `env` NULL: any. */
static const struct {
	const char *os, *env, *name;
} not_linked[] = {
	{ "windows", "msvc", "Microsoft's link.exe" },
	{ "windows", "itanium", "Windows with the Itanium C++ ABI" },
	{ "windows", "cygnus", "Cygwin" },
	{ "solaris", NULL, "Solaris" },
	{ "fuchsia", NULL, "Fuchsia" },
	{ "haiku", NULL, "Haiku" },
	{ "aix", NULL, "AIX" },
	{ "zos", NULL, "z/OS" },
};

/* "a, b, c" of the platforms there are */
static const char *platform_text(struct arena *a)
{
	struct strbuf b = { .mem = a };
	const char *const *names;
	size_t n;

	platform_names(a, &names, &n);
	for (size_t i = 0; i < n; i++)
		strbuf_fmt(&b, "%s%s", i ? ", " : "", names[i]);
	return strbuf_text(&b);
}

static bool report_not_linked(
	struct arena *a, struct diags *d, struct loc asked, const struct ll_triple *t)
{
	for (size_t i = 0; i < sizeof(not_linked) / sizeof(not_linked[0]); i++) {
		if (!str_eq(not_linked[i].os, t->os) ||
			(not_linked[i].env && !str_eq(not_linked[i].env, t->env)))
			continue;
		diag_err(d, asked, "'%s' is of a family that pkgimg does not link: %s", t->text,
			not_linked[i].name);
		diag_note(d, NOWHERE, "the platforms it links for are: %s", platform_text(a));
		return true;
	}
	return false;
}

/* The names under which a triple's platform may be filed, in order. Versions and vendors take no
 * part: x86_64-unknown-freebsd14 is x86_64-freebsd, aarch64-linux-android21 aarch64-linux-android.
 * A Linux without an environment (x86_64-redhat-linux) has glibc. */
static const struct platform *by_triple(
	struct arena *a, struct diags *d, const struct link_job *job, const struct ll_triple *t)
{
	struct loc asked = job->str[JS_TARGET].at;
	const char *env = !*t->env && str_eq(t->os, "linux") ? "gnu" : t->env;
	const char *apple = apple_system(t);
	const char *any_env = str_starts(env, "musl") ? "musl" : "gnu";
	bool has_any = str_eq(t->os, "linux") || str_eq(env, "gnux32");
	const char *names[] = {
		t->text,
		str_fmt(a, "%s-%s-%s", t->arch, t->os, env),
		str_fmt(a, "%s-%s-%s", t->arch_name, t->os, env),
		/* an environment that another architecture has: aarch64-linux-gnueabihf, by -m64 */
		str_fmt(a, "%s-%s-%s", t->arch_name, t->os, has_any ? any_env : env),
		str_fmt(a, "%s-%s", t->arch, t->os),
		str_fmt(a, "%s-%s", t->arch_name, t->os),
		apple ? str_fmt(a, "%s-%s", apple, t->env) : "/",
		apple ? apple : "/",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		unsigned before = d->errors;
		const struct platform *p;

		if (strchr(names[i], '/'))
			continue;
		p = platform_load(a, d, job->kept, asked, names[i], true);
		if (p || d->errors != before)
			return p;
	}
	if (report_not_linked(a, d, asked, t))
		return NULL;
	diag_err(d, asked,
		"there is no platform for the target '%s'; `pkgimg platforms` lists those "
		"there are, and `--platform FILE` takes one of your own",
		t->text);
	return NULL;
}

const struct platform *driver_platform(struct arena *a, struct diags *d, const struct link_job *job)
{
	const struct job_word *name = &job->str[JS_PLATFORM];
	struct ll_triple t;

	if (name->text)
		return platform_load(a, d, job->kept, name->at, name->text, false);
	target_of_job(a, job, &t);
	return by_triple(a, d, job, &t);
}

/* LIBRARY_PATH names folders of this machine, so it counts only for its own architecture and
 * system. An empty part is the working folder. */
static void add_library_path(struct arena *a, struct link_job *job, const struct platform *pf)
{
	const char *env = getenv("LIBRARY_PATH");
	struct ll_triple host, target;

	ll_triple_parse(a, ll_host_triple(a), &host);
	ll_triple_parse(a, pf->triple.text, &target);
	if (!env || !*env || !str_eq(host.arch_name, target.arch_name) ||
		!str_eq(host.os, target.os))
		return;
	for (const char *s = env;; s++) {
		size_t n = strcspn(s, ":");

		job_add(job, JL_LIBRARY_PATH, n ? str_ndup(a, s, n) : ".", NOWHERE);
		s += n;
		if (!*s)
			break;
	}
}

/* COMPILER_PATH names folders as -B does, behind those of the command line */
static void add_compiler_path(struct arena *a, struct link_job *job)
{
	const char *env = getenv("COMPILER_PATH");

	while (env && *env) {
		size_t n = strcspn(env, ":");

		if (n)
			job_add(job, JL_PREFIXES, str_ndup(a, env, n), NOWHERE);
		env += n + (env[n] == ':');
	}
}

void driver_environment(struct arena *a, struct link_job *job, const struct platform *pf)
{
	if (job->flag[JF_IMAGE].on) /* an image takes nothing from the system */
		return;
	add_library_path(a, job, pf);
	add_compiler_path(a, job);
}

/* Elsewhere -arch would mean another target, which is a mistake; the others of ld64 are not used.
 * Compile options (-f..., -m...) may have a meaning there and are left alone; so is what stands
 * among the inputs, which went to the linker as it is. */
static void refuse_apple(struct diags *d, const struct link_job *job, const char *target)
{
	static const char *const fine[] = { "-f", "-m", "-no-", "-save", "-filelist", "-alias_list",
		"-framework", "-weak", "-reexport", "-lazy", "-isysroot", "-d" };
	bool quiet = job_option_last(job, "-Wno-unused-command-line-argument") ||
		     job_option_last(job, "-Qunused-arguments");

	for (size_t i = 0; i < job->noptions; i++) {
		const struct job_option *o = &job->options[i];
		bool other = false;

		for (size_t k = 0; k < sizeof(fine) / sizeof(fine[0]); k++)
			other |= str_starts(o->name, fine[k]);
		if (str_eq(o->name, "-dead_strip") || str_starts(o->name, "-dy"))
			other = false;
		if (!o->apple || other)
			continue;
		if (str_eq(o->name, "-arch"))
			diag_err(d, o->at, "'-arch' is for Apple's systems, and '%s' is not one",
				target);
		else if (!quiet)
			diag_warn(d, o->at, "option '%s' is not used for this link", o->name);
	}
}

/* what only this family takes from the command line and its surroundings */
static void darwin_job(struct arena *a, struct diags *d, struct link_job *job)
{
	const struct job_option *o = job_option_last(job, "-dynamiclib");

	if (o)
		job_set_flag(job, JF_SHARED, o->at);
	if (!job->flag[JF_IMAGE].on) /* an image is the same whatever SDKs are here */
		driver_add_sdk(a, d, job);
}

/* Only then is it asked for: `cpuid` ends up in the hypervisor where there is one, a dozen times.
 */
static bool asks_for_host_cpu(const struct link_job *job)
{
	static const enum job_str where[] = { JS_CPU, JS_ARCH_NAME };

	for (size_t i = 0; i < sizeof(where) / sizeof(where[0]); i++)
		if (job->str[where[i]].text && str_eq(job->str[where[i]].text, "native"))
			return true;
	return false;
}

int driver_plan(
	struct arena *a, struct diags *d, const struct link_job *asked, struct link_plan *out)
{
	struct link_job *job = arena_new(a, struct link_job);
	const struct platform *pf = driver_platform(a, d, asked);
	const char *target = asked->str[JS_TARGET].text;
	unsigned before = d->errors;
	struct ll_triple t;

	*job = *asked;
	if (!pf)
		return -1;
	if (asks_for_host_cpu(job))
		job->str[JS_HOST_CPU].text = ll_host_cpu(a);
	driver_environment(a, job, pf);
	if (target || !asked->str[JS_PLATFORM].text)
		target_of_job(a, asked, &t);
	else
		ll_triple_parse(a, pf->triple.text, &t);
	if (pf->family == FAMILY_DARWIN)
		darwin_job(a, d, job);
	else
		refuse_apple(d, job, t.text);
	if (d->errors != before)
		return -1;
	return toolchain_plan(a, d, job, pf, t.normal, out);
}
