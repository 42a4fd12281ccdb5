/* Job -> plan: find the platform, let its family's toolchain write the words. */
#include "driver/driver.h"

#include "base/str.h"
#include "driver/target.h"
#include "toolchains/toolchain.h"
#include "llvm/shim.h"

/* The names under which a triple's platform may be filed, in order. Versions and vendors take no
 * part: x86_64-unknown-freebsd14 is x86_64-freebsd, aarch64-linux-android21 aarch64-linux-android.
 * A Linux without an environment (x86_64-redhat-linux) has glibc. */
static const struct platform *by_triple(
	struct arena *a, struct diags *d, struct loc asked, const struct ll_triple *t)
{
	const char *env = !*t->env && str_eq(t->os, "linux") ? "gnu" : t->env;
	const char *names[] = {
		t->text,
		str_fmt(a, "%s-%s-%s", t->arch, t->os, env),
		str_fmt(a, "%s-%s-%s", t->arch_name, t->os, env),
		str_fmt(a, "%s-%s", t->arch_name, t->os),
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		unsigned before = d->errors;
		const struct platform *p;

		if (strchr(names[i], '/'))
			continue;
		p = platform_load(a, d, asked, names[i], true);
		if (p || d->errors != before)
			return p;
	}
	diag_err(d, asked,
		"there is no platform for the target '%s'; `pkgimg platforms` lists those "
		"there are, and `--platform FILE` takes one of your own",
		t->text);
	return NULL;
}

const struct platform *driver_platform(struct arena *a, struct diags *d, const struct link_job *job)
{
	const struct job_word *name = &job->str[JS_PLATFORM], *target = &job->str[JS_TARGET];
	struct ll_triple t;

	if (name->text)
		return platform_load(a, d, name->at, name->text, false);
	target_of_job(a, job, &t);
	return by_triple(a, d, target->at, &t);
}

const struct platform *driver_target(
	struct arena *a, struct diags *d, const struct link_job *job, const char **triple)
{
	const struct platform *pf = driver_platform(a, d, job);
	const char *target = job->str[JS_TARGET].text;
	struct ll_triple t;

	if (!pf)
		return NULL;
	if (target || !job->str[JS_PLATFORM].text)
		target_of_job(a, job, &t);
	else
		ll_triple_parse(a, pf->triple.text, &t);
	*triple = t.normal;
	return pf;
}

int driver_plan(
	struct arena *a, struct diags *d, const struct link_job *asked, struct link_plan *out)
{
	struct link_job *job = arena_new(a, struct link_job);
	const char *triple;
	const struct platform *pf = driver_target(a, d, asked, &triple);

	if (!pf)
		return -1;
	*job = *asked;
	job->str[JS_HOST_CPU].text = ll_host_cpu(a);
	return toolchain_plan(a, d, job, pf, triple, out);
}
