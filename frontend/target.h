/* What the code is for: platform, triple, CPU. */
#ifndef FRONTEND_TARGET_H
#define FRONTEND_TARGET_H

#include <llvm-c/Core.h>
#include <llvm-c/TargetMachine.h>
#include <stdbool.h>

#include "frontend/build.h"
#include "frontend/cpu/target.h"
#include "frontend/package.h"
#include "toolchains/platform.h"
#include "llvm/shim.h"

struct target {
	const struct platform *platform;
	struct ll_triple triple;
	struct loc at;           /* who chose it */
	struct cpu_target *cpus; /* [ncpus], at least one; `machine` makes code for cpus[0] */
	size_t ncpus;
	const struct cpu_arch *arch; /* of the features in cpus; NULL: they are not told */
	const char *abi;             /* ABI text; "" if the triple has none */
	bool plain; /* the platform's base: functions keep the CPU they were compiled for */
	char opt_level;
	LLVMTargetMachineRef machine;
	LLVMTargetDataRef layout;
	char *layout_text;
};

/* Choose the platform, and read and check the CPU target. Starts LLVM's targets. `out` is for
 * target_free, whatever the result. returns 0, or -1 reported */
int target_open(struct arena *a, struct diags *d, const struct package *p, struct target *out);
void target_free(struct target *t);

/* Only the platform, the triple and the CPU targets, as a build by that request would have them.
 * Calls ll_start. returns 0, or -1 reported; there is nothing to free */
int target_read(
	struct arena *a, struct diags *d, const struct build_request *r, struct target *out);

/* A machine like the target's, owned by the caller; NULL reported. */
LLVMTargetMachineRef target_machine(struct arena *a, struct diags *d, const struct target *t);

/* The CPUs and features there are for the request's platform, as text of many lines. Calls
 * ll_start. returns it, or NULL reported */
const char *target_cpu_help(struct arena *a, struct diags *d, const struct build_request *r);

/* A symbol as objects have it: C's '_' in front where the platform has one. In the arena, or `name`
 * or a part of it. */
const char *target_symbol(struct arena *a, const struct target *t, const char *name);
/* the other way: the linkage name of an object's symbol, a part of it */
const char *target_linkage(const struct target *t, const char *symbol);
/* A name of LLVM IR as an image's tables have it: LLVM marks what an object has just as it is
 * (\1_f@8, i386's stdcall). */
static inline const char *target_spelled(const char *name)
{
	return name + (*name == '\1');
}

#endif
