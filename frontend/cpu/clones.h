/* Which functions get a version for which CPU target, and the modules that come of it.
 *
 * Target 0 has all functions. A target with clone_all has a version of every function that can have
 * several; another one has versions of those that gain by the features it adds to its base, of
 * those that inline such a function, and of those between them, so that calls inside stay direct.
 * Where a target has no version, its base's serves. docs/cpu-targets.md tells users. */
#ifndef FRONTEND_CLONES_H
#define FRONTEND_CLONES_H

#include <llvm-c/Core.h>

#include "frontend/code/modules.h"
#include "frontend/target.h"

struct clone_module {
	LLVMModuleRef m;
	size_t cpu; /* index in target.cpus */
};

/* one function of one target, for --explain-clones */
struct clone_why {
	size_t func;        /* index in clones.funcs */
	const char *reason; /* "a loop that vectors can serve, fma" */
	const char *symbol; /* of the version */
};

struct clone_whys {
	struct clone_why *v; /* [n] in the modules' order */
	size_t n, cap;
};

struct clones {
	struct clone_module *v; /* [n] target 0's is modules.merged; the others are owned */
	size_t n;
	const struct ll_func_facts *funcs; /* [nfuncs] of the merged module before */
	size_t nfuncs;
	struct clone_whys *why; /* [ncpus] */
	const char **functions; /* [nslots] linkage names */
	const char **entries;   /* [ncpus * nslots] symbol of the version a target calls */
	size_t nslots;
	bool self_select; /* code of the image runs before a loader can choose */
};

/* Decide and make them. With one target, or when nothing gains, `out` has the merged module alone
 * and the module is as it was. `out` is for clones_free, whatever the result.
 * returns 0, or -1 reported */
int clones_make(struct arena *a, struct diags *d, struct modules *m, const struct target *t,
	struct clones *out);
/* Drop the modules that clones_make made. */
void clones_free(struct clones *c);

/* What --explain-clones prints. `sizes` may tell bytes of machine code by symbol, or be NULL. */
struct clone_size {
	const char *symbol;
	uint64_t bytes;
};
const char *clones_explain(struct arena *a, const struct target *t, const struct clones *c,
	const struct clone_size *sizes, size_t nsizes);

#endif
