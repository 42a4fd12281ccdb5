/* clang's resource folder and the libraries of compiler-rt in it. */
#ifndef TOOLCHAINS_COMPILER_RT_H
#define TOOLCHAINS_COMPILER_RT_H

#include "toolchains/toolchain.h"

enum runtime_file { RUNTIME_OBJECT, RUNTIME_STATIC, RUNTIME_SHARED };

/* -resource-dir, or lib/clang/MAJOR beside the folder of the program, as clang's */
const char *compiler_rt_resource_dir(struct tc *t);
/* RES/lib/TRIPLE, there or not */
const char *compiler_rt_target_dir(struct tc *t);
/* RES/lib/OS, the layout with the architecture in the files' names */
const char *compiler_rt_os_dir(struct tc *t);

/* The path of a runtime: compiler_rt_file(t, "asan", RUNTIME_STATIC). First RES/lib/TRIPLE/NAME,
 * then RES/lib/OS/NAME-ARCH; when neither is there the first, so that the linker reports it. */
const char *compiler_rt_file(struct tc *t, const char *component, enum runtime_file kind);

#endif
