/* LLVM's own messages: none prints by itself, all come through here. */
#ifndef FRONTEND_LLVMDIAG_H
#define FRONTEND_LLVMDIAG_H

#include <llvm-c/Core.h>
#include <llvm-c/Error.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/diag.h"

/* where attributes of a function itself are; LLVM-C has it as a signed number */
#define LLVM_OF_FUNCTION ((LLVMAttributeIndex)LLVMAttributeFunctionIndex)

/* The handler's state; installed on a context, it must outlive it. */
struct llvm_diag {
	struct arena *mem;
	struct diags *d;
	const char *about; /* file or package that LLVM is busy with */
	struct loc at;
	bool hold;        /* keep the first error's text instead of reporting errors */
	const char *held; /* or NULL */
	unsigned nerrors;
};

void llvm_diag_install(struct llvm_diag *s, LLVMContextRef ctx);

/* Report a failure of a call that has consumed `e`: "'about': doing: text". returns 0 if there is
 * no error, else -1 */
int llvm_take_error(struct llvm_diag *s, const char *doing, LLVMErrorRef e);
/* the same for the calls that hand out a message; `message` (or NULL) is disposed of */
int llvm_take_message(struct llvm_diag *s, const char *doing, int failed, char *message);

/* first line of a text of LLVM, without the mark at its end, in the arena */
const char *llvm_first_line(struct arena *a, const char *text);

#endif
