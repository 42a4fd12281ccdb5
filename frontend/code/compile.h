/* Modules -> shards -> optimised -> objects, on several threads. The shards, and every byte of the
 * objects, depend on the modules and the target alone, not on threads, store or machine. */
#ifndef FRONTEND_COMPILE_H
#define FRONTEND_COMPILE_H

#include <llvm-c/Core.h>

#include "frontend/code/jobs.h"
#include "frontend/code/llvmdiag.h"
#include "frontend/code/modules.h"
#include "frontend/cpu/clones.h"
#include "frontend/target.h"

struct compile_options {
	struct jobs jobs;
	struct job_word store;      /* folder of objects of earlier builds; text NULL: none */
	struct job_word shard_size; /* instructions; text NULL: as many as is good */
	bool timings;               /* a line per shard on stderr */
};

struct objects {
	LLVMMemoryBufferRef *v; /* [n], owned: objects_free */
	size_t n;
	size_t compiled, reused; /* of n: made now, taken from the store */
	uint64_t size;           /* bytes of all */
};

/* Compile every module. They are as they were afterwards, but for names of local symbols; a single
 * shard without a store is optimised where it is.
 * `out` is for objects_free, whatever the result. returns 0, or -1 with the mistakes of all shards
 * reported, in their order */
int compile_modules(struct arena *a, struct llvm_diag *diag, const struct clone_module *v, size_t n,
	struct modules *all, const struct target *t, const struct compile_options *o,
	struct objects *out);
void objects_free(struct objects *o);

#endif
