/* The CPU targets of a build, read from a string with the grammar of JULIA_CPU_TARGET:
 *
 *   targets = target (";" target)* ;   target = cpu ("," option)*
 *   option  = clone_all | -clone_all | base(N) | opt_size | min_size | +feature | -feature
 *
 * "generic;x86-64-v3,clone_all;x86-64-v4,base(1)". docs/cpu-targets.md explains it to users. */
#ifndef FRONTEND_CPU_TARGET_H
#define FRONTEND_CPU_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/format.h"

struct cpu_target {
	const char *name;                  /* as said: "x86-64-v3", "native" */
	const char *suffix;                /* of its clones: "x86-64-v3"; unique: "haswell.2" */
	const char *cpu;                   /* LLVM's name, for tuning */
	const char *features;              /* behind the CPU's own, for LLVM: "+aes,-avx" */
	uint64_t needs[IMG_FEATURE_WORDS]; /* all ISA features it has on (image/cpu_features.h) */
	bool clone_all, opt_size, min_size;
	size_t base; /* index of the target it refines; 0 if it does not say */
};

#endif
