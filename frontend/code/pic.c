/* Three things in IR are only true in an executable:
 *
 * - the module flag "PIE Level": thread-local variables are then reached by the local-exec model,
 *   whose relocations no shared library can have. Flags cannot be removed by LLVM-C; the value is
 *   replaced by 0, which means the same as no flag.
 * - local-exec said outright on a variable (-ftls-model=local-exec, or -fno-pic).
 * - "dso_local" on declarations (-fno-pic): the address is then taken without the GOT. LLVM-C can
 *   neither see nor clear it, so in a module without the flag "PIC Level" each declaration gives
 *   way to a new one of the same name. */
#include "frontend/code/pic.h"

#include <string.h>

#include <llvm-c/DebugInfo.h>

#include "base/str.h"
#include "frontend/code/llvmdiag.h"

static void clear_pie_level(struct arena *a, LLVMModuleRef m)
{
	unsigned n = LLVMGetNamedMetadataNumOperands(m, "llvm.module.flags");
	LLVMValueRef *flags = arena_array(a, LLVMValueRef, n), parts[3];
	LLVMContextRef ctx = LLVMGetModuleContext(m);
	unsigned length;

	LLVMGetNamedMetadataOperands(m, "llvm.module.flags", flags);
	for (unsigned i = 0; i < n; i++) {
		const char *key;

		if (LLVMGetMDNodeNumOperands(flags[i]) != 3)
			continue;
		LLVMGetMDNodeOperands(flags[i], parts);
		key = parts[1] ? LLVMGetMDString(parts[1], &length) : NULL;
		if (key && length == strlen("PIE Level") && memcmp(key, "PIE Level", length) == 0) {
			LLVMValueRef zero = LLVMConstInt(LLVMInt32TypeInContext(ctx), 0, 0);

			LLVMReplaceMDNodeOperandWith(flags[i], 2, LLVMValueAsMetadata(zero));
		}
	}
}

static void copy_attributes(
	LLVMValueRef from, LLVMValueRef to, LLVMAttributeIndex index, struct arena *a)
{
	unsigned n = LLVMGetAttributeCountAtIndex(from, index);
	LLVMAttributeRef *v = arena_array(a, LLVMAttributeRef, n);

	LLVMGetAttributesAtIndex(from, index, v);
	for (unsigned i = 0; i < n; i++)
		LLVMAddAttributeAtIndex(to, index, v[i]);
}

static LLVMValueRef renewed_function(struct arena *a, LLVMModuleRef m, LLVMValueRef old)
{
	LLVMTypeRef type = LLVMGlobalGetValueType(old);
	LLVMValueRef f = LLVMAddFunction(m, "", type);
	LLVMMetadataRef place = LLVMGetSubprogram(old);

	LLVMSetFunctionCallConv(f, LLVMGetFunctionCallConv(old));
	copy_attributes(old, f, LLVM_OF_FUNCTION, a);
	copy_attributes(old, f, LLVMAttributeReturnIndex, a);
	for (unsigned i = 0; i < LLVMCountParamTypes(type); i++)
		copy_attributes(old, f, i + 1, a);
	if (place)
		LLVMSetSubprogram(f, place);
	return f;
}

static LLVMValueRef renewed_variable(LLVMModuleRef m, LLVMValueRef old)
{
	LLVMValueRef v = LLVMAddGlobal(m, LLVMGlobalGetValueType(old), "");

	LLVMSetGlobalConstant(v, LLVMIsGlobalConstant(old));
	LLVMSetThreadLocalMode(v, LLVMGetThreadLocalMode(old));
	LLVMSetExternallyInitialized(v, LLVMIsExternallyInitialized(old));
	LLVMSetAlignment(v, LLVMGetAlignment(old));
	return v;
}

static void replace(struct arena *a, LLVMValueRef old, LLVMValueRef new)
{
	size_t n;
	const char *name = LLVMGetValueName2(old, &n);
	char *copy = str_ndup(a, name, n);

	LLVMSetLinkage(new, LLVMGetLinkage(old));
	LLVMSetUnnamedAddress(new, LLVMGetUnnamedAddress(old));
	LLVMReplaceAllUsesWith(old, new);
	if (LLVMIsAFunction(old))
		LLVMDeleteFunction(old);
	else
		LLVMDeleteGlobal(old);
	LLVMSetValueName2(new, copy, n);
}

static bool is_renewable(LLVMValueRef v)
{
	size_t n;
	const char *name = LLVMGetValueName2(v, &n);

	return LLVMIsDeclaration(v) && LLVMGetVisibility(v) == LLVMDefaultVisibility &&
	       strncmp(name, "llvm.", 5) != 0;
}

/* New ones go to the end of LLVM's lists: the last old one ends each walk. */
static void renew_declarations(struct arena *a, LLVMModuleRef m)
{
	LLVMValueRef v, next, last = LLVMGetLastFunction(m);

	for (v = LLVMGetFirstFunction(m); v; v = next) {
		next = v == last ? NULL : LLVMGetNextFunction(v);
		if (is_renewable(v))
			replace(a, v, renewed_function(a, m, v));
	}
	last = LLVMGetLastGlobal(m);
	for (v = LLVMGetFirstGlobal(m); v; v = next) {
		next = v == last ? NULL : LLVMGetNextGlobal(v);
		if (is_renewable(v))
			replace(a, v, renewed_variable(m, v));
	}
}

void pic_prepare(struct arena *a, LLVMModuleRef m)
{
	clear_pie_level(a, m);
	for (LLVMValueRef v = LLVMGetFirstGlobal(m); v; v = LLVMGetNextGlobal(v)) {
		if (LLVMGetThreadLocalMode(v) == LLVMLocalExecTLSModel)
			LLVMSetThreadLocalMode(v, LLVMLocalDynamicTLSModel);
	}
	if (!LLVMGetModuleFlag(m, "PIC Level", strlen("PIC Level")))
		renew_declarations(a, m);
}
