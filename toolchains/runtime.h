/* Which runtime, unwinder and C++ library a link gets (-rtlib=, -unwindlib=, -stdlib=, else the
 * platform's), and their words. */
#ifndef TOOLCHAINS_RUNTIME_H
#define TOOLCHAINS_RUNTIME_H

#include "toolchains/toolchain.h"

enum rtlib { RTLIB_LIBGCC, RTLIB_COMPILER_RT };
enum unwindlib { UNWIND_NONE, UNWIND_LIBGCC, UNWIND_LIBUNWIND };
enum stdlib { STDLIB_LIBSTDCXX, STDLIB_LIBCXX };

enum rtlib runtime_rtlib(const struct tc *t);
enum unwindlib runtime_unwindlib(const struct tc *t);
enum stdlib runtime_stdlib(const struct tc *t);
/* contradictions between the three, reported once for a plan */
void runtime_check(struct tc *t);

/* how libgcc and the unwinder are linked: RT_STATIC, RT_SHARED, or by language RT_C, RT_CXX */
enum runtime_kind runtime_kind(const struct tc *t);
/* the runtime and its unwinder */
void runtime_words(struct tc *t, const struct slot *s);

/* the C++ library's words alone: "-lc++", "-lstdc++" */
void cxx_library_bare(struct tc *t, const struct slot *s);
/* the same, in -Bstatic ... -Bdynamic for -static-libstdc++ */
void cxx_library_words(struct tc *t, const struct slot *s);

#endif
