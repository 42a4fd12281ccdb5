/* How much code and data an image has: its code reaches its data, and its tables what it offers, by
 * distances of 32 bits, and LLD does not say so for every kind of file. Heaps are not counted. */
#ifndef FRONTEND_REACH_H
#define FRONTEND_REACH_H

#include <llvm-c/Core.h>

#include "frontend/code/compile.h"
#include "frontend/code/llvmdiag.h"
#include "frontend/code/modules.h"

/* An optimised module, before it is emitted: COFF's sizes of sections would not say it any more.
 * returns 0, or -1 reported */
int reach_check_module(struct llvm_diag *diag, LLVMModuleRef m);

/* All objects of an image, and its native inputs. returns 0, or -1 reported at `at` */
int reach_check(
	struct diags *d, struct loc at, const struct objects *code, const struct modules *all);

#endif
