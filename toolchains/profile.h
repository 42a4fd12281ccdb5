/* Runtimes of instrumentation that are no sanitizers: profiles and coverage, XRay, OpenMP. */
#ifndef TOOLCHAINS_PROFILE_H
#define TOOLCHAINS_PROFILE_H

#include "toolchains/toolchain.h"

/* some option asks for the profile's runtime; with gcov's coverage alone nothing pulls it in */
bool profile_is_on(const struct tc *t);
bool profile_is_coverage(const struct tc *t);
/* the option that asked */
struct loc profile_at(const struct tc *t);
/* ELF's way: -u__llvm_profile_runtime and the archive */
void slot_profile(struct tc *t, const struct slot *s);

/* XRay's archives, where the output is a program; they need the platform's xray-libraries */
bool xray_is_on(struct tc *t);
void slot_xray(struct tc *t, const struct slot *s);
void xray_libraries(struct tc *t, const struct slot *s);

/* -fopenmp: the library (libomp, libgomp, libiomp5), with the platform's openmp-libraries behind
 * libgomp, an rpath if one is asked for, and LLVM's own library folder when `with_dir` */
bool openmp_is_on(const struct tc *t);
/* its name; text NULL: off. -fopenmp alone keeps the name that -fopenmp= said before it */
struct job_word openmp_library(const struct tc *t);
void openmp_libraries(struct tc *t, const struct slot *s, bool with_dir);

#endif
