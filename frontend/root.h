/* The object with the root symbol: the metadata, and where everything in it is. */
#ifndef FRONTEND_ROOT_H
#define FRONTEND_ROOT_H

#include "frontend/code/llvmdiag.h"
#include "frontend/tables/metadata.h"
#include "frontend/target.h"

#define ROOT_SELF_SYMBOL "pkgimg_self" /* the root, hidden: for the image's own code */

/* returns the object, owned by the caller; NULL reported */
LLVMMemoryBufferRef root_emit(struct llvm_diag *diag, LLVMContextRef ctx, const struct target *t,
	const struct metadata *meta);
/* the same for Mach-O (root_macho.c) */
LLVMMemoryBufferRef root_emit_macho(
	struct arena *a, struct diags *d, const struct target *t, const struct metadata *meta);

#endif
