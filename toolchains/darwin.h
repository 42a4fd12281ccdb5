/* What the files of the Darwin family share. */
#ifndef TOOLCHAINS_DARWIN_H
#define TOOLCHAINS_DARWIN_H

#include "toolchains/darwin_target.h"
#include "toolchains/toolchain.h"

/* what the slots know besides the job: `tc` is the first member, so a slot's argument is this */
struct darwin {
	struct tc tc;
	struct darwin_target target;
	struct darwin_version linker; /* -mlinker-version=; no parts: not said */
	bool universal;               /* several -arch: this plan is for one of them */
};

static inline struct darwin *darwin_of(struct tc *t)
{
	return (struct darwin *)(void *)t;
}

/* the last of two opposite options decides */
bool darwin_flag(const struct tc *t, const char *on, const char *off);
static inline const struct job_option *darwin_option(const struct tc *t, const char *name)
{
	return job_option_last(t->job, name);
}
/* the last of several, ended by NULL; or NULL */
const struct job_option *darwin_option_of(const struct tc *t, const char *const names[]);
/* -mkernel and -fapple-kext mean -static, but not on systems without static kernel code */
bool darwin_is_static(struct tc *t);
bool darwin_is_kext(const struct tc *t);
bool darwin_wants_libraries(const struct tc *t);

/* the file that this plan's link writes, as the line says it */
const char *darwin_output(struct tc *t);

/* one plan for each -arch, or the target's, by a table of slots */
void darwin_plan_archs(struct tc *t, const struct slot *slots);
/* slots that images have as well */
void darwin_arch(struct tc *t, const struct slot *s);
void darwin_platform_version(struct tc *t, const struct slot *s);
void darwin_output_word(struct tc *t, const struct slot *s);

/* darwin_lto.c */
void darwin_profile_paths(struct tc *t, const struct slot *s);
void darwin_remarks(struct tc *t, const struct slot *s);
void darwin_stats(struct tc *t, const struct slot *s);

/* darwin_runtime.c: start objects, the compiler's runtimes, the C and C++ libraries */
void darwin_start_objects(struct tc *t, const struct slot *s);
void darwin_objc(struct tc *t, const struct slot *s);
void darwin_profile(struct tc *t, const struct slot *s);
void darwin_cxx_library(struct tc *t, const struct slot *s, struct loc at);
void darwin_kext_library(struct tc *t, const struct slot *s, struct loc at);
/* darwin_sanitize.c */
void darwin_sanitizers(struct tc *t, const struct slot *s);
void darwin_xray(struct tc *t, const struct slot *s);
void darwin_libraries(struct tc *t, const struct slot *s);
/* "asan" -> .../libclang_rt.asan_osx_dynamic.dylib; the component NULL is compiler-rt itself */
const char *darwin_runtime_path(struct tc *t, const char *component, bool shared);
/* the static one, if it is installed: links can do without */
void darwin_runtime_if_there(struct tc *t, const struct slot *s, const char *component);

#endif
