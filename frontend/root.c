/* An address in the image is a displacement from the root, `sym - root`: the linker computes it,
 * and no relocation is left for the loader. LLVM sees that only if both ends are known to be in
 * this image, so the root is a local variable and IMG_ROOT_SYMBOL a visible alias of it. */
#include "frontend/root.h"

#include <string.h>

#include "frontend/codegen.h"
#include "image/format.h"

enum { ROOT_ALIGN = 64 };

struct root {
	LLVMContextRef ctx;
	LLVMModuleRef m;
	LLVMTypeRef i8, i32, word; /* as wide as a pointer */
	LLVMValueRef root;
};

static LLVMValueRef displacement(const struct root *r, const char *symbol)
{
	LLVMValueRef v = LLVMGetNamedGlobal(r->m, symbol), there, here;

	if (!v) {
		v = LLVMAddGlobal(r->m, r->i8, symbol);
		LLVMSetVisibility(v, LLVMHiddenVisibility);
	}
	there = LLVMConstPtrToInt(v, r->word);
	here = LLVMConstPtrToInt(r->root, r->word);
	there = LLVMConstSub(there, here);
	return r->word == r->i32 ? there : LLVMConstTrunc(there, r->i32);
}

static void fill(struct arena *a, const struct root *r, const struct metadata *meta)
{
	const char *bytes = (const char *)meta->bytes;
	size_t tail = meta->size - meta->addresses_at - 4 * meta->naddresses;
	LLVMValueRef *v = arena_array(a, LLVMValueRef, meta->naddresses), parts[3];

	for (size_t i = 0; i < meta->naddresses; i++)
		v[i] = displacement(r, meta->symbols[i]);
	parts[0] = LLVMConstStringInContext2(r->ctx, bytes, meta->addresses_at, 1);
	parts[1] = LLVMConstArray2(r->i32, v, meta->naddresses);
	parts[2] = LLVMConstStringInContext2(r->ctx, bytes + meta->size - tail, tail, 1);
	LLVMSetInitializer(r->root, LLVMConstStructInContext(r->ctx, parts, 3, 1));
}

static void add_root(const struct root *r)
{
	LLVMValueRef alias;

	LLVMSetGlobalConstant(r->root, 1);
	LLVMSetLinkage(r->root, LLVMInternalLinkage);
	LLVMSetSection(r->root, IMG_SECTION);
	LLVMSetAlignment(r->root, ROOT_ALIGN);
	alias = LLVMAddAlias2(r->m, r->i8, 0, r->root, IMG_ROOT_SYMBOL);
	LLVMSetVisibility(alias, LLVMDefaultVisibility);
}

LLVMMemoryBufferRef root_emit(struct llvm_diag *diag, LLVMContextRef ctx, const struct target *t,
	const struct metadata *meta)
{
	struct root r = { .ctx = ctx, .m = LLVMModuleCreateWithNameInContext("pkgimg.root", ctx) };
	size_t tail = meta->size - meta->addresses_at - 4 * meta->naddresses;
	LLVMTypeRef parts[3], type;
	LLVMMemoryBufferRef object;

	if (t->platform->family == FAMILY_DARWIN) {
		LLVMDisposeModule(r.m);
		return root_emit_macho(diag->mem, diag->d, t, meta);
	}
	r.i8 = LLVMInt8TypeInContext(ctx);
	r.i32 = LLVMInt32TypeInContext(ctx);
	r.word = LLVMIntPtrTypeInContext(ctx, t->layout);
	LLVMSetTarget(r.m, t->triple.normal);
	LLVMSetModuleDataLayout(r.m, t->layout);
	parts[0] = LLVMArrayType2(r.i8, meta->addresses_at);
	parts[1] = LLVMArrayType2(r.i32, meta->naddresses);
	parts[2] = LLVMArrayType2(r.i8, tail);
	type = LLVMStructTypeInContext(ctx, parts, 3, 1);
	r.root = LLVMAddGlobal(r.m, type, "pkgimg.meta");
	add_root(&r);
	fill(diag->mem, &r, meta);
	object = codegen_emit(diag, r.m, t);
	LLVMDisposeModule(r.m);
	return object;
}
