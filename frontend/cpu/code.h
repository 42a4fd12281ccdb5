/* The features that the package's code has already. */
#ifndef FRONTEND_CPU_CODE_H
#define FRONTEND_CPU_CODE_H

#include <llvm-c/Core.h>

#include "frontend/target.h"

/* Features that every function of the module was compiled for are needed by every target; say so
 * with a warning at `at` when that is more than target 0 has. m may be NULL. */
void cpu_targets_add_code(
	struct arena *a, struct diags *d, struct loc at, struct target *t, LLVMModuleRef m);

#endif
