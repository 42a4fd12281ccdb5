/* Job -> plan: find the platform, let its family's toolchain write the words. */
#include "driver/driver.h"

#include "base/str.h"
#include "toolchains/toolchain.h"
#include "llvm/shim.h"

/* The names under which a triple's platform may be filed, in order. Versions and vendors take no
 * part: x86_64-unknown-freebsd14 is x86_64-freebsd. */
static const struct platform *by_triple(
	struct arena *a, struct diags *d, struct loc asked, const struct ll_triple *t)
{
	const char *names[] = {
		t->text,
		str_fmt(a, "%s-%s-%s", t->arch, t->os, t->env),
		str_fmt(a, "%s-%s-%s", t->arch_name, t->os, t->env),
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

/* -m32 and -m64: the other width of the target, for the architectures that have one */
static const char *width_variant(
	struct arena *a, const struct link_job *job, const char *triple, const char *arch_name)
{
	static const struct {
		const char *arch, *m32, *m64;
	} variants[] = {
		{ "wasm32", "wasm32", "wasm64" },
		{ "wasm64", "wasm32", "wasm64" },
	};
	bool m32 = job->flag[JF_M32].on, m64 = job->flag[JF_M64].on;

	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		if ((m32 || m64) && str_eq(arch_name, variants[i].arch))
			return str_fmt(a, "%s%s", m32 ? variants[i].m32 : variants[i].m64,
				triple + strcspn(triple, "-"));
	return triple;
}

static void target_of(
	struct arena *a, const struct link_job *job, const char *text, struct ll_triple *out)
{
	ll_triple_parse(a, text, out);
	ll_triple_parse(a, width_variant(a, job, text, out->arch_name), out);
}

const struct platform *driver_platform(struct arena *a, struct diags *d, const struct link_job *job)
{
	const struct job_word *name = &job->str[JS_PLATFORM], *target = &job->str[JS_TARGET];
	struct ll_triple t;

	if (name->text)
		return platform_load(a, d, name->at, name->text, false);
	target_of(a, job, target->text ? target->text : ll_host_triple(a), &t);
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
	target_of(a, job, target ? target : pf->triple.text, &t);
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
