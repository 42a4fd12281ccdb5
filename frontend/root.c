/* An address in the image is a displacement from the root, `sym - root`: the linker computes it,
 * and no relocation is left for the loader. LLVM sees that only if both ends are known to be in
 * this image, so the root is a local variable and IMG_ROOT_SYMBOL a visible alias of it. */
#include "frontend/root.h"

#include <string.h>

#include "frontend/code/codegen.h"
#include "image/format.h"

enum { ROOT_ALIGN = 64 };

struct root {
	LLVMContextRef ctx;
	LLVMModuleRef m;
	LLVMTypeRef i8, i32, word; /* as wide as a pointer */
	LLVMValueRef root;
	bool native; /* metadata.native: a hidden reference would hide what is exported */
};

static LLVMValueRef displacement(const struct root *r, const char *symbol)
{
	LLVMValueRef v = LLVMGetNamedGlobal(r->m, symbol), there, here;

	if (!v) {
		v = LLVMAddGlobal(r->m, r->i8, symbol);
		if (!r->native)
			LLVMSetVisibility(v, LLVMHiddenVisibility);
	}
	there = LLVMConstPtrToInt(v, r->word);
	here = LLVMConstPtrToInt(r->root, r->word);
	there = LLVMConstSub(there, here);
	return r->word == r->i32 ? there : LLVMConstTrunc(there, r->i32);
}

static LLVMValueRef displacements(
	struct arena *a, const struct root *r, const struct metadata_run *run)
{
	LLVMValueRef *v = arena_array(a, LLVMValueRef, run->n);

	for (size_t i = 0; i < run->n; i++)
		v[i] = displacement(r, run->symbols[i]);
	return LLVMConstArray2(r->i32, v, run->n);
}

enum { PARTS = 2 * METADATA_RUNS + 1 };

/* Bytes and runs of displacements in turn: types with init NULL, else initialisers. */
static LLVMTypeRef add_parts(struct arena *a, const struct root *r, const struct metadata *meta,
	LLVMTypeRef types[PARTS], LLVMValueRef *init)
{
	const char *bytes = (const char *)meta->bytes;
	size_t at = 0, n = 0;

	for (size_t i = 0; i <= METADATA_RUNS; i++) {
		const struct metadata_run *run = i < METADATA_RUNS ? &meta->runs[i] : NULL;
		size_t end = run ? run->at : meta->size;

		if (run && !run->n)
			continue;
		if (init)
			init[n] = LLVMConstStringInContext2(r->ctx, bytes + at, end - at, 1);
		types[n++] = LLVMArrayType2(r->i8, end - at);
		if (!run)
			break;
		if (init)
			init[n] = displacements(a, r, run);
		types[n++] = LLVMArrayType2(r->i32, run->n);
		at = end + run->n * sizeof(int32_t);
	}
	if (init)
		LLVMSetInitializer(r->root, LLVMConstStructInContext(r->ctx, init, (unsigned)n, 1));
	return LLVMStructTypeInContext(r->ctx, types, (unsigned)n, 1);
}

/* where the loader or the image's own selector leaves which target was taken */
static void add_chosen(const struct root *r)
{
	LLVMValueRef v = LLVMAddGlobal(r->m, r->i32, METADATA_CHOSEN);

	LLVMSetInitializer(v, LLVMConstNull(r->i32));
	LLVMSetVisibility(v, LLVMHiddenVisibility);
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
	/* the selector's way to it: the other name may lead to another image's */
	alias = LLVMAddAlias2(r->m, r->i8, 0, r->root, ROOT_SELF_SYMBOL);
	LLVMSetVisibility(alias, LLVMHiddenVisibility);
}

/* Not loaded; the seal has its header show the heap, which no linker sees. */
static const char heap_header[] = ".section " IMG_HEAP_SECTION ",\"\",%progbits\n.byte 0\n";

LLVMMemoryBufferRef root_emit(struct llvm_diag *diag, LLVMContextRef ctx, const struct target *t,
	const struct metadata *meta)
{
	struct root r = { .ctx = ctx, .m = LLVMModuleCreateWithNameInContext("pkgimg.root", ctx) };
	LLVMTypeRef types[PARTS];
	LLVMValueRef init[PARTS];
	LLVMMemoryBufferRef object;

	r.native = meta->native;
	if (t->platform->family == FAMILY_DARWIN) {
		LLVMDisposeModule(r.m);
		return root_emit_macho(diag->mem, diag->d, t, meta);
	}
	r.i8 = LLVMInt8TypeInContext(ctx);
	r.i32 = LLVMInt32TypeInContext(ctx);
	r.word = LLVMIntPtrTypeInContext(ctx, t->layout);
	LLVMSetTarget(r.m, t->triple.normal);
	LLVMSetModuleDataLayout(r.m, t->layout);
	if (meta->heap && t->platform->family != FAMILY_MINGW)
		LLVMSetModuleInlineAsm2(r.m, heap_header, sizeof(heap_header) - 1);
	r.root = LLVMAddGlobal(r.m, add_parts(diag->mem, &r, meta, types, NULL), "pkgimg.meta");
	add_root(&r);
	if (meta->has_chosen)
		add_chosen(&r);
	add_parts(diag->mem, &r, meta, types, init);
	object = codegen_emit(diag, r.m, t);
	LLVMDisposeModule(r.m);
	return object;
}
