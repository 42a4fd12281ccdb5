/* One module -> optimised -> one object. */
#ifndef FRONTEND_CODEGEN_H
#define FRONTEND_CODEGEN_H

#include <llvm-c/Core.h>

#include "frontend/code/llvmdiag.h"
#include "frontend/target.h"

/* Say in every function's attributes which CPU its code is for; a function with features of its own
 * keeps them. */
void codegen_set_cpu(struct arena *a, LLVMModuleRef m, const struct cpu_target *cpu);

/* Optimise as clang does at the target's level. returns 0, or -1 reported */
int codegen_optimise(struct llvm_diag *diag, LLVMModuleRef m, const struct target *t);

/* Make an object of it, in memory; the module is used up but for its names and places.
 * returns it, owned by the caller; NULL reported */
LLVMMemoryBufferRef codegen_emit(struct llvm_diag *diag, LLVMModuleRef m, const struct target *t);

#endif
