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

#include "image/cpu_features.h"
#include "toolchains/link_job.h"

struct img_view;

struct cpu_target {
	const char *name;     /* as said: "x86-64-v3", "native" */
	const char *suffix;   /* of its clones: "x86-64-v3"; unique: "haswell.2" */
	const char *cpu;      /* LLVM's name, for tuning */
	const char *features; /* behind the CPU's own, for LLVM: "+aes,-avx" */
	/* the features that a CPU must have to take it, as rows of the architecture's table: its
	 * own, and those of its base and of target 0, whose functions it calls */
	uint64_t needs[IMG_FEATURE_WORDS];
	bool clone_all, opt_size, min_size; /* target 0 is clone_all: it has all functions */
	size_t base; /* index of the target it refines; 0 if it does not say */
};

struct cpu_targets {
	struct cpu_target *v; /* [n], at least one */
	size_t n;
	const struct cpu_arch *arch; /* NULL: one target only, and its features are not told */
	const char *abi;             /* the ABI text of the triple; "" if it has none */
};

/* Read and check the words, targets one after the other, each word one or several of them. All
 * mistakes of all words are reported, with the place in the word. Starts LLVM's targets.
 * base     what `base` and `sysimage` stand for: the targets of the base image; NULL if there is
 *          none
 * returns 0, or -1 reported */
int cpu_targets_read(struct arena *a, struct diags *d, const struct job_word *words, size_t nwords,
	const char *base, const char *triple, struct cpu_targets *out);

/* Where the words come from if neither the command line nor the package says: PKGIMG_CPU_TARGET,
 * JULIA_CPU_TARGET, both if not empty. returns false if neither is set */
bool cpu_targets_from_environment(struct job_word *out);

/* Does a word ask for the list of CPUs and features? */
bool cpu_targets_want_help(const struct job_word *words, size_t nwords);
/* the list, many lines; NULL reported */
const char *cpu_targets_help(struct arena *a, struct diags *d, struct loc at, const char *triple);

/* The targets as one string that means the same on any machine: "native" is spelled out. */
const char *cpu_targets_text(struct arena *a, const struct cpu_targets *t);
/* the same of an image: what `base` means to those that are built with it */
const char *cpu_targets_of_image(struct arena *a, const struct img_view *v);

#endif
