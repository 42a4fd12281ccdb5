/* Rules of single architectures on ELF: ARM's byte order, MIPS's loaders. */
#ifndef TOOLCHAINS_ELF_ARCH_H
#define TOOLCHAINS_ELF_ARCH_H

#include "toolchains/toolchain.h"

/* ARM: the subarchitecture that is linked for, "v7": of -mcpu= and -march=, else the triple's,
 * else the platform's. returns NULL elsewhere */
const char *arm_subarch(struct tc *t);
/* Big-endian ARM programs have little-endian code from version 7 on, which the linker must know. */
void arm_be8(struct tc *t, const struct slot *s);

/* MIPS: the emulation `name` of the platform, or n32's, where -mabi= says it and the platform does
 * not (musl has one name for both ABIs) */
const char *mips_emulation(struct tc *t, const char *name);
/* MIPS: the dynamic linker `path` of the platform, or the one for another libc (-muclibc) or for
 * the other encoding of NaN (-mnan=, or an architecture that has it) in the same folder */
const char *mips_dynamic_linker(struct tc *t, const char *path);

#endif
