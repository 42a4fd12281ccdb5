/* What this machine offers, and which target of an image it takes. No memory, no state; compiled
 * into libpkgimg and, without a libc, into images that choose for themselves (select.c). */
#ifndef RUNTIME_CPU_H
#define RUNTIME_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/cpu_features.h"

#ifdef PKGIMG_SELECT
#define RT_CPU static
#else
#define RT_CPU
#endif

#ifndef PKGIMG_SELECT
/* the table of the machine this is compiled for; NULL: none */
const struct cpu_arch *rt_cpu_arch(void);
#endif

/* Which features of `wanted` the machine and its system offer, as bits of the table of the machine
 * this is compiled for; those that every machine of the ABI has are always among them. CPUID
 * is slow in virtual machines, so only what the answer takes is asked. */
RT_CPU void rt_cpu_detect(const struct cpu_arch *arch, const uint64_t wanted[IMG_FEATURE_WORDS],
	uint64_t out[IMG_FEATURE_WORDS]);

/* Lower what is offered to "LEVEL(,+feature|,-feature)*"; "native" is all there is, "generic" the
 * least. returns NULL, or what is wrong with the word *word, of *len bytes: "is no level ..." */
RT_CPU const char *rt_cpu_cap(const struct cpu_arch *arch, const char *text,
	uint64_t offered[IMG_FEATURE_WORDS], const char **word, size_t *len);

/* out = what the target needs and is not offered. returns true if that is nothing */
RT_CPU bool rt_cpu_accepts(const uint64_t offered[IMG_FEATURE_WORDS],
	const uint64_t needs[IMG_FEATURE_WORDS], uint64_t lacks[IMG_FEATURE_WORDS]);

/* The accepted target that uses most features; of equals the last. returns its index, or n */
RT_CPU uint32_t rt_cpu_choose(
	const struct img_target *targets, uint32_t n, const uint64_t offered[IMG_FEATURE_WORDS]);

#endif
