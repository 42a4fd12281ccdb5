/* The compiler's runtime, the unwinder and the C++ library. */
#include "toolchains/runtime.h"

#include "base/str.h"
#include "toolchains/compiler_rt.h"

/* what was said, or what the platform says when nothing or `platform` was */
static const char *chosen(const struct tc *t, enum job_str option, const struct fact *by_platform)
{
	const char *said = t->job->str[option].text;

	if (said && !str_eq(said, "platform"))
		return said;
	return by_platform->text ? by_platform->text : "";
}

enum rtlib runtime_rtlib(const struct tc *t)
{
	return str_eq(chosen(t, JS_RTLIB, &t->pf->rtlib), "compiler-rt") ? RTLIB_COMPILER_RT
									 : RTLIB_LIBGCC;
}

/* by itself libgcc has its unwinder and compiler-rt has none, but where the platform says so */
enum unwindlib runtime_unwindlib(const struct tc *t)
{
	const char *said = t->job->str[JS_UNWINDLIB].text;

	if (!said || str_eq(said, "platform")) {
		if (runtime_rtlib(t) == RTLIB_LIBGCC)
			return UNWIND_LIBGCC;
		said = t->pf->unwindlib.text ? t->pf->unwindlib.text : "none";
	}
	if (str_eq(said, "libunwind"))
		return UNWIND_LIBUNWIND;
	return str_eq(said, "none") ? UNWIND_NONE : UNWIND_LIBGCC;
}

enum stdlib runtime_stdlib(const struct tc *t)
{
	return str_eq(chosen(t, JS_STDLIB, &t->pf->stdlib), "libc++") ? STDLIB_LIBCXX
								      : STDLIB_LIBSTDCXX;
}

void runtime_check(struct tc *t)
{
	if (runtime_rtlib(t) == RTLIB_LIBGCC && runtime_unwindlib(t) == UNWIND_LIBUNWIND)
		diag_err(t->d, t->job->str[JS_UNWINDLIB].at,
			"libgcc works with its own unwinder only; use '-unwindlib=libgcc', or "
			"'-rtlib=compiler-rt'");
}

enum runtime_kind runtime_kind(const struct tc *t)
{
	if (tc_flag(t, JF_STATIC) || tc_flag(t, JF_STATIC_PIE) || tc_flag(t, JF_STATIC_LIBGCC) ||
		t->is_android)
		return RT_STATIC;
	if (tc_flag(t, JF_SHARED_LIBGCC))
		return RT_SHARED;
	return tc_flag(t, JF_CXX) ? RT_CXX : RT_C;
}

void runtime_words(struct tc *t, const struct slot *s)
{
	enum runtime_kind kind = runtime_kind(t);
	enum unwindlib unwind = runtime_unwindlib(t);

	if (runtime_rtlib(t) == RTLIB_LIBGCC) {
		tc_words(t, s, &t->pf->runtime[unwind == UNWIND_NONE ? RT_NO_UNWINDER : kind]);
		return;
	}
	tc_word(t, s, t->job->str[JS_RTLIB].text ? t->job->str[JS_RTLIB].at : t->pf->rtlib.at,
		compiler_rt_file(t, "builtins", RUNTIME_STATIC));
	if (unwind == UNWIND_LIBGCC)
		tc_words(t, s, &t->pf->unwind_libgcc[kind]);
	else if (unwind == UNWIND_LIBUNWIND)
		tc_words(t, s, &t->pf->unwind_libunwind[kind]);
}

void cxx_library_bare(struct tc *t, const struct slot *s)
{
	if (runtime_stdlib(t) == STDLIB_LIBSTDCXX) {
		tc_words(t, s, &t->pf->cxx_libraries);
		return;
	}
	tc_words(t, s, &t->pf->libcxx_libraries);
	if (tc_flag(t, JF_EXPERIMENTAL_LIBRARY))
		tc_words(t, s, &t->pf->libcxx_experimental);
}

void cxx_library_words(struct tc *t, const struct slot *s)
{
	bool only_this = tc_flag(t, JF_STATIC_LIBSTDCXX) && !tc_flag(t, JF_STATIC) &&
			 !tc_flag(t, JF_STATIC_PIE);

	if (only_this)
		tc_word(t, s, t->job->flag[JF_STATIC_LIBSTDCXX].at, "-Bstatic");
	cxx_library_bare(t, s);
	if (only_this)
		tc_word(t, s, t->job->flag[JF_STATIC_LIBSTDCXX].at, "-Bdynamic");
}
