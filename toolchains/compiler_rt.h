/* clang's resource folder and the libraries of compiler-rt in it. */
#ifndef TOOLCHAINS_COMPILER_RT_H
#define TOOLCHAINS_COMPILER_RT_H

#include "toolchains/toolchain.h"

enum runtime_file { RUNTIME_OBJECT, RUNTIME_STATIC, RUNTIME_SHARED };

/* -resource-dir, or the first of the platform's resource-dirs that exists (else the first of them;
 * `clang` beside our own data for a platform that names none); never NULL. Called once for a plan;
 * t->resource_dir afterwards. */
const char *compiler_rt_resource_dir(struct tc *t);
/* the folder of LLVM's own libraries, two above the resource folder: PREFIX/lib */
const char *compiler_rt_llvm_lib_dir(struct tc *t);
/* RES/lib/TRIPLE, there or not (for an Android API level below: the nearest that is there) */
const char *compiler_rt_target_dir(struct tc *t);
/* RES/lib/OS, the layout with the architecture in the files' names */
const char *compiler_rt_os_dir(struct tc *t);
/* PREFIX/bin/../lib/TRIPLE, if it is there; else NULL */
const char *compiler_rt_stdlib_dir(struct tc *t);

/* The path of a runtime: compiler_rt_file(t, "asan", RUNTIME_STATIC). First RES/lib/TRIPLE/NAME,
 * then RES/lib/OS/NAME-ARCH; when neither is there the first, so that the linker reports it. */
const char *compiler_rt_file(struct tc *t, const char *component, enum runtime_file kind);

/* -frtlib-add-rpath: an rpath for each runtime folder that exists */
void compiler_rt_rpath(struct tc *t, const struct slot *s);

#endif
