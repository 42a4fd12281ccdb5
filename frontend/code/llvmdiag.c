#include "frontend/code/llvmdiag.h"

#include <string.h>

#include "base/str.h"

const char *llvm_first_line(struct arena *a, const char *text)
{
	size_t n = strcspn(text, "\r\n");

	while (n && strchr(".! ", text[n - 1]))
		n--;
	return str_ndup(a, text, n);
}

/* Remarks and notes are for those who ask LLVM for them; nobody here does. */
static void handle(LLVMDiagnosticInfoRef info, void *ctx)
{
	struct llvm_diag *s = ctx;
	LLVMDiagnosticSeverity severity = LLVMGetDiagInfoSeverity(info);
	char *text;
	const char *line;

	if (severity != LLVMDSError && severity != LLVMDSWarning)
		return;
	text = LLVMGetDiagInfoDescription(info);
	line = llvm_first_line(s->mem, text);
	LLVMDisposeMessage(text);
	if (severity == LLVMDSWarning) {
		if (!s->hold)
			diag_warn(s->d, s->at, "'%s': %s", s->about, line);
		return;
	}
	s->nerrors++;
	if (!s->hold)
		diag_err(s->d, s->at, "'%s': %s", s->about, line);
	else if (!s->held)
		s->held = line;
}

void llvm_diag_install(struct llvm_diag *s, LLVMContextRef ctx)
{
	LLVMContextSetDiagnosticHandler(ctx, handle, s);
}

int llvm_take_message(struct llvm_diag *s, const char *doing, int failed, char *message)
{
	if (failed)
		diag_err(s->d, s->at, "'%s': %s: %s", s->about, doing,
			message && *message ? llvm_first_line(s->mem, message)
					    : "LLVM gave no reason");
	if (message)
		LLVMDisposeMessage(message);
	return failed ? -1 : 0;
}

int llvm_take_error(struct llvm_diag *s, const char *doing, LLVMErrorRef e)
{
	char *message;

	if (!e)
		return 0;
	message = LLVMGetErrorMessage(e);
	diag_err(s->d, s->at, "'%s': %s: %s", s->about, doing, llvm_first_line(s->mem, message));
	LLVMDisposeErrorMessage(message);
	return -1;
}
