/* What clang-19 does with a module between its frontend and the object file, through LLVM-C. Where
 * the two differ in defaults, clang's is set here: unrolling by level, and on ELF constructors in
 * .init_array (LLVM-C's target machine would put them in .ctors, which no loader runs). */
#include "frontend/code/codegen.h"

#include <string.h>

#include <llvm-c/Transforms/PassBuilder.h>

#include "base/str.h"

/* clang's tuning for a level (CompilerInvocation: UnrollLoops). The vectorisers follow from the
 * pipeline's name, on from O2, as in clang; but clang leaves the SLP vectoriser on at -Oz, which no
 * pipeline by name does. */
struct level {
	char name;
	const char *pipeline;
	bool unroll;
};
static const struct level levels[] = {
	/* at O0 nothing else removes what the choice of exports left without a use */
	{ '0', "globaldce,default<O0>", false },
	{ '1', "default<O1>", false },
	{ '2', "default<O2>", true },
	{ '3', "default<O3>", true },
	{ 's', "default<Os>", true },
	{ 'z', "default<Oz>", true },
};

static const struct level *level_of(char name)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (levels[i].name == name)
			return &levels[i];
	}
	diag_bug("no optimisation level '%c'", name);
}

/* ---- CPU attributes */

static const char *string_attribute(LLVMValueRef f, const char *key, unsigned *n)
{
	LLVMAttributeRef old =
		LLVMGetStringAttributeAtIndex(f, LLVM_OF_FUNCTION, key, (unsigned)strlen(key));

	*n = 0;
	return old ? LLVMGetStringAttributeValue(old, n) : "";
}

static void set_string_attribute(LLVMValueRef f, const char *key, const char *value)
{
	LLVMContextRef ctx = LLVMGetModuleContext(LLVMGetGlobalParent(f));

	LLVMAddAttributeAtIndex(f, LLVM_OF_FUNCTION,
		LLVMCreateStringAttribute(
			ctx, key, (unsigned)strlen(key), value, (unsigned)strlen(value)));
}

/* The target's features come behind those the function was compiled with, so that a function with
 * features of its own keeps them. */
static void set_cpu(struct arena *a, LLVMValueRef f, const struct cpu_target *cpu)
{
	static const char tune[] = "tune-cpu";
	unsigned n;
	const char *old = string_attribute(f, "target-features", &n);

	set_string_attribute(f, "target-cpu", cpu->cpu);
	LLVMRemoveStringAttributeAtIndex(f, LLVM_OF_FUNCTION, tune, sizeof(tune) - 1);
	if (*cpu->features)
		set_string_attribute(f, "target-features",
			str_fmt(a, "%.*s%s%s", (int)n, old, n ? "," : "", cpu->features));
}

static bool has_attribute(LLVMValueRef f, const char *name)
{
	return LLVMGetEnumAttributeAtIndex(
		f, LLVM_OF_FUNCTION, LLVMGetEnumAttributeKindForName(name, strlen(name)));
}

static void set_attribute(LLVMValueRef f, const char *name)
{
	unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));

	LLVMAddAttributeAtIndex(f, LLVM_OF_FUNCTION,
		LLVMCreateEnumAttribute(LLVMGetModuleContext(LLVMGetGlobalParent(f)), kind, 0));
}

/* minsize is more than optsize, and has it along; neither goes with optnone */
static void set_size(LLVMValueRef f, const struct cpu_target *cpu)
{
	if (has_attribute(f, "optnone"))
		return;
	if (cpu->opt_size || cpu->min_size)
		set_attribute(f, "optsize");
	if (cpu->min_size)
		set_attribute(f, "minsize");
}

void codegen_set_cpu(struct arena *a, LLVMModuleRef m, const struct cpu_target *cpu)
{
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f)) {
		if (LLVMIsDeclaration(f))
			continue;
		set_cpu(a, f, cpu);
		set_size(f, cpu);
	}
}

/* Features that clang takes for granted because libgcc.a is at hand. Their helpers are in no shared
 * library; without the feature the code stands in the function itself. */
static void drop_features(struct arena *a, LLVMModuleRef m)
{
	static const char *const features[] = {
		"+outline-atomics", /* AArch64: __aarch64_ldadd8_relax and so on */
		"+save-restore",    /* RISC-V: __riscv_save_0 */
	};

	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f)) {
		unsigned n;
		const char *old = string_attribute(f, "target-features", &n);
		char *text = str_ndup(a, old, n), *at;
		bool found = false;

		for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
			if ((at = strstr(text, features[i]))) {
				*at = '-';
				found = true;
			}
		}
		if (found)
			set_string_attribute(f, "target-features", text);
	}
}

/* ---- optimise */

int codegen_optimise(struct llvm_diag *diag, LLVMModuleRef m, const struct target *t)
{
	const struct level *l = level_of(t->opt_level);
	LLVMPassBuilderOptionsRef o = LLVMCreatePassBuilderOptions();
	unsigned before = diag->d->errors;
	LLVMErrorRef e;

	if (!t->plain)
		codegen_set_cpu(diag->mem, m, t->cpus);
	drop_features(diag->mem, m);
	LLVMPassBuilderOptionsSetLoopInterleaving(o, l->unroll);
	LLVMPassBuilderOptionsSetLoopUnrolling(o, l->unroll);
	LLVMPassBuilderOptionsSetMergeFunctions(o, 0);
	e = LLVMRunPasses(m, l->pipeline, t->machine, o);
	LLVMDisposePassBuilderOptions(o);
	if (llvm_take_error(diag, "cannot be optimised", e))
		return -1;
	return diag->d->errors == before ? 0 : -1;
}

/* ---- constructors */

/* One entry of llvm.global_ctors as a pointer in a section that the loader runs: ".init_array.101"
 * for priority 101, ".init_array" for the default; linkers sort them. */
static void place_constructor(
	struct arena *a, LLVMModuleRef m, const char *section, LLVMValueRef entry)
{
	LLVMValueRef f = LLVMGetOperand(entry, 1), v;
	unsigned long long priority = LLVMConstIntGetZExtValue(LLVMGetOperand(entry, 0));

	if (LLVMIsNull(f))
		return;
	v = LLVMAddGlobal(m, LLVMTypeOf(f), "");
	LLVMSetInitializer(v, f);
	LLVMSetGlobalConstant(v, 0);
	LLVMSetLinkage(v, LLVMPrivateLinkage);
	LLVMSetAlignment(v, LLVMABIAlignmentOfType(LLVMGetModuleDataLayout(m), LLVMTypeOf(f)));
	LLVMSetSection(v, priority == 65535 ? section : str_fmt(a, "%s.%llu", section, priority));
}

static void place_constructors(
	struct arena *a, LLVMModuleRef m, const char *list, const char *section)
{
	LLVMValueRef v = LLVMGetNamedGlobal(m, list);
	LLVMValueRef entries = v ? LLVMGetInitializer(v) : NULL;

	if (!v)
		return;
	for (int i = 0; entries && i < LLVMGetNumOperands(entries); i++) {
		LLVMValueRef entry = LLVMGetOperand(entries, (unsigned)i);

		if (LLVMIsAConstantStruct(entry))
			place_constructor(a, m, section, entry);
	}
	LLVMDeleteGlobal(v);
}

/* ---- emit */

LLVMMemoryBufferRef codegen_emit(struct llvm_diag *diag, LLVMModuleRef m, const struct target *t)
{
	unsigned before = diag->d->errors;
	LLVMMemoryBufferRef object = NULL;
	char *message = NULL;
	LLVMBool failed;

	/* COFF of MinGW has .ctors, Mach-O sections of its own: LLVM knows them */
	if (t->platform->family == FAMILY_ELF) {
		place_constructors(diag->mem, m, "llvm.global_ctors", ".init_array");
		place_constructors(diag->mem, m, "llvm.global_dtors", ".fini_array");
	}
	failed = LLVMTargetMachineEmitToMemoryBuffer(
		t->machine, m, LLVMObjectFile, &message, &object);
	if (llvm_take_message(diag, "no code can be made of it", failed, failed ? message : NULL))
		return NULL;
	if (diag->d->errors == before)
		return object;
	LLVMDisposeMemoryBuffer(object); /* inline assembly that is wrong, and the like */
	return NULL;
}
