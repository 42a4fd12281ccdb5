/* Profiles, coverage, XRay and OpenMP. */
#include "toolchains/profile.h"

#include "base/str.h"
#include "toolchains/compiler_rt.h"

bool profile_is_on(const struct tc *t)
{
	return tc_flag(t, JF_PROFILE) || tc_flag(t, JF_CS_PROFILE) ||
	       t->job->str[JS_CS_PROFILE_DIR].text;
}

bool profile_is_coverage(const struct tc *t)
{
	return tc_flag(t, JF_COVERAGE);
}

/* the option that asked for a profile */
struct loc profile_at(const struct tc *t)
{
	static const enum job_flag flags[] = { JF_PROFILE, JF_CS_PROFILE, JF_COVERAGE };

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (tc_flag(t, flags[i]))
			return t->job->flag[flags[i]].at;
	return t->job->str[JS_CS_PROFILE_DIR].at;
}

void slot_profile(struct tc *t, const struct slot *s)
{
	if (profile_is_on(t))
		tc_word(t, s, profile_at(t), "-u__llvm_profile_runtime");
	if (profile_is_on(t) || profile_is_coverage(t))
		tc_word(t, s, profile_at(t), compiler_rt_file(t, "profile", RUNTIME_STATIC));
}

/* ---- XRay */

bool xray_is_on(struct tc *t)
{
	return tc_flag(t, JF_XRAY) && !tc_flag(t, JF_NO_XRAY_LINK_DEPS);
}

static bool in_strs(const struct yml_strs *l, const char *word)
{
	yml_each (i, l)
		if (str_eq(l->v[i], word))
			return true;
	return false;
}

/* one runtime for each mode that is asked for, comma-separated; "all" and "none" stand alone */
static void xray_modes(struct tc *t, const struct slot *s)
{
	static const char *const all[] = { "xray-basic", "xray-fdr", "xray-profiling" };
	const struct job_word *w = &t->job->str[JS_XRAY_MODES];
	struct loc at = t->job->flag[JF_XRAY].at;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		bool on = !w->text && i < 2; /* profiling only when asked for */

		for (const char *m = w->text; m && *m; m += strcspn(m, ",")) {
			size_t n;

			m += *m == ',';
			n = strcspn(m, ",");
			if (n == 3 && !strncmp(m, "all", n))
				on = i < 2;
			else if (n == 4 && !strncmp(m, "none", n))
				on = false;
			else if (n == strlen(all[i]) && !strncmp(m, all[i], n))
				on = true;
		}
		if (on)
			tc_word(t, s, w->text ? w->at : at,
				compiler_rt_file(t, all[i], RUNTIME_STATIC));
	}
}

void slot_xray(struct tc *t, const struct slot *s)
{
	struct loc at = t->job->flag[JF_XRAY].at;

	if (tc_flag(t, JF_XRAY) && t->pf->xray_archs.n &&
		!in_strs(&t->pf->xray_archs, t->pf->arch.text)) {
		diag_err(t->d, at,
			"there is no XRay runtime for '%s'; leave '-fxray-instrument' out",
			t->triple);
		return;
	}
	if (!xray_is_on(t) || tc_flag(t, JF_SHARED))
		return;
	tc_word(t, s, at, "--whole-archive");
	tc_word(t, s, at, compiler_rt_file(t, "xray", RUNTIME_STATIC));
	xray_modes(t, s);
	tc_word(t, s, at, "--no-whole-archive");
}

void xray_libraries(struct tc *t, const struct slot *s)
{
	if (xray_is_on(t) && !tc_flag(t, JF_SHARED))
		tc_words(t, s, &t->pf->xray_libraries);
}

/* ---- OpenMP */

static const char *const openmp_names[][2] = { { "libomp", "-lomp" }, { "libgomp", "-lgomp" },
	{ "libiomp5", "-liomp5" } };

bool openmp_is_on(const struct tc *t)
{
	return tc_flag(t, JF_OPENMP);
}

struct job_word openmp_library(const struct tc *t)
{
	const struct job_word *w = &t->job->str[JS_OPENMP];

	if (!openmp_is_on(t))
		return (struct job_word) { 0 };
	return w->text ? *w : (struct job_word) { "libomp", tc_flag_at(t, JF_OPENMP) };
}

static const char *openmp_word(const struct tc *t)
{
	const char *name = openmp_library(t).text;

	for (size_t i = 0; name && i < sizeof(openmp_names) / sizeof(openmp_names[0]); i++)
		if (str_eq(name, openmp_names[i][0]))
			return openmp_names[i][1];
	return NULL;
}

void openmp_libraries(struct tc *t, const struct slot *s, bool with_dir)
{
	struct job_word w = openmp_library(t);
	const char *word = openmp_word(t);
	bool is_static = tc_flag(t, JF_STATIC_OPENMP) && !tc_flag(t, JF_STATIC);

	if (!w.text)
		return;
	if (!word) {
		diag_err(t->d, w.at, "'-fopenmp=' wants one of libomp, libgomp, libiomp5, got '%s'",
			w.text);
		return;
	}
	if (is_static)
		tc_word(t, s, t->job->flag[JF_STATIC_OPENMP].at, "-Bstatic");
	tc_word(t, s, w.at, word);
	if (is_static)
		tc_word(t, s, t->job->flag[JF_STATIC_OPENMP].at, "-Bdynamic");
	if (str_eq(word, "-lgomp"))
		tc_words(t, s, &t->pf->openmp_libraries);
	compiler_rt_rpath(t, s);
	if (with_dir)
		tc_wordf(t, s, w.at, "-L%s", compiler_rt_llvm_lib_dir(t));
}
