/* ORC's LLJIT over LLVM-C. Its C interface does not run static constructors, so these become one
 * function that is called before the first address is given out. */
#include "frontend/code/jit.h"

#include <dlfcn.h>
#include <string.h>

#include <llvm-c/DebugInfo.h>
#include <llvm-c/LLJIT.h>
#include <llvm-c/Orc.h>

#include "base/clock.h"
#include "base/str.h"
#include "frontend/code/codegen.h"
#include "frontend/exports.h"
#include "frontend/imports.h"
#include "frontend/tables/metadata.h"

#define INIT_FUNCTION "pkgimg.jit.init"

struct jit {
	struct arena *a;
	struct diags *d;
	struct package p;
	struct target t;
	struct modules m;
	struct exports exports;
	struct needs needs;
	struct metadata meta;
	struct jit_timings timings;
	LLVMOrcThreadSafeContextRef ctx;
	LLVMOrcLLJITRef lljit;
	bool initialised;
};

/* ---- constructors */

struct constructor {
	unsigned long long priority;
	LLVMValueRef f;
};

/* sorted by priority, in the order of the list where that is the same */
static size_t read_constructors(struct arena *a, LLVMValueRef list, struct constructor **out)
{
	LLVMValueRef entries = LLVMGetInitializer(list);
	int count = entries ? LLVMGetNumOperands(entries) : 0;
	struct constructor *v = arena_array(a, struct constructor, (size_t)count);
	size_t n = 0;

	for (int i = 0; i < count; i++) {
		LLVMValueRef entry = LLVMGetOperand(entries, (unsigned)i);
		struct constructor c;
		size_t k = n++;

		c.priority = LLVMConstIntGetZExtValue(LLVMGetOperand(entry, 0));
		c.f = LLVMGetOperand(entry, 1);
		for (; k && v[k - 1].priority > c.priority; k--)
			v[k] = v[k - 1];
		v[k] = c;
	}
	*out = v;
	return n;
}

static void make_init_function(struct arena *a, LLVMModuleRef m)
{
	LLVMContextRef ctx = LLVMGetModuleContext(m);
	LLVMTypeRef type = LLVMFunctionType(LLVMVoidTypeInContext(ctx), NULL, 0, 0);
	LLVMValueRef list = LLVMGetNamedGlobal(m, "llvm.global_ctors");
	LLVMValueRef init = LLVMAddFunction(m, INIT_FUNCTION, type);
	LLVMBuilderRef b = LLVMCreateBuilderInContext(ctx);
	struct constructor *v = NULL;
	size_t n = list ? read_constructors(a, list, &v) : 0;

	LLVMPositionBuilderAtEnd(b, LLVMAppendBasicBlockInContext(ctx, init, ""));
	for (size_t i = 0; i < n; i++) {
		if (!LLVMIsNull(v[i].f))
			LLVMBuildCall2(b, type, v[i].f, NULL, 0, "");
	}
	LLVMBuildRetVoid(b);
	LLVMDisposeBuilder(b);
	if (list)
		LLVMDeleteGlobal(list);
}

/* ---- open */

static int create_lljit(struct jit *j)
{
	LLVMTargetMachineRef machine = target_machine(j->a, j->d, &j->t);
	LLVMOrcLLJITBuilderRef builder;

	if (!machine)
		return -1;
	builder = LLVMOrcCreateLLJITBuilder();
	LLVMOrcLLJITBuilderSetJITTargetMachineBuilder(builder,
		LLVMOrcJITTargetMachineBuilderCreateFromTargetMachine(machine)); /* takes it */
	return llvm_take_error(
		&j->m.diag, "no JIT can be made", LLVMOrcCreateLLJIT(&j->lljit, builder));
}

static int add_native(struct jit *j, const struct module_input *in)
{
	LLVMMemoryBufferRef buffer;

	if (in->kind == LL_FILE_ARCHIVE)
		return diag_err(j->d, in->at,
			"'%s' is an archive, which the JIT does not take; give bitcode or objects",
			in->path);
	buffer = LLVMCreateMemoryBufferWithMemoryRangeCopy(in->data, in->size, in->path);
	return llvm_take_error(&j->m.diag, "an object cannot be loaded",
		LLVMOrcLLJITAddObjectFile(j->lljit, LLVMOrcLLJITGetMainJITDylib(j->lljit), buffer));
}

static int add_modules(struct jit *j)
{
	LLVMOrcThreadSafeModuleRef module;

	for (size_t i = 0; i < j->m.n; i++) {
		if (j->m.v[i].native && add_native(j, &j->m.v[i]))
			return -1;
	}
	if (!j->m.merged)
		return 0;
	make_init_function(j->a, j->m.merged);
	module = LLVMOrcCreateNewThreadSafeModule(j->m.merged, j->ctx);
	j->m.merged = NULL; /* ORC's now */
	return llvm_take_error(&j->m.diag, "it cannot be given to the JIT",
		LLVMOrcLLJITAddLLVMIRModule(
			j->lljit, LLVMOrcLLJITGetMainJITDylib(j->lljit), module));
}

/* The libraries that an image would have beside it; ORC looks symbols up in the process. */
static void load_libraries(struct jit *j)
{
	const struct job_words *given = &j->p.needs;
	const struct yml_strs *defaults = &j->t.platform->image_needs;
	size_t n = given->given ? given->n : defaults->n;

	for (size_t i = 0; i < n; i++) {
		const char *name = given->given ? given->v[i].text : defaults->v[i];

		if (!dlopen(name, RTLD_NOW | RTLD_GLOBAL) && given->given)
			diag_err(j->d, given->v[i].at, "library '%s' cannot be loaded: %s", name,
				dlerror());
	}
}

/* Code in memory has one version. The environment's targets are for images. */
static int open_target(struct jit *j)
{
	if (!j->p.cpu_targets.n) {
		j->p.cpu_targets.v = arena_new(j->a, struct job_word);
		j->p.cpu_targets.v[j->p.cpu_targets.n++].text = "generic";
	}
	if (target_open(j->a, j->d, &j->p, &j->t))
		return -1;
	if (j->t.ncpus > 1 || j->t.cpus->opt_size || j->t.cpus->min_size)
		return diag_err(j->d, j->p.cpu_targets.v->at,
			"several CPU targets, opt_size and min_size are for images; code in memory "
			"has one target");
	return 0;
}

static int load(struct jit *j, const struct build_request *r)
{
	const struct imports none = { 0 };

	if (package_read(j->a, j->d, r, &j->p) || open_target(j))
		return -1;
	j->ctx = LLVMOrcCreateNewThreadSafeContext();
	if (modules_load(
		    j->a, j->d, &j->p, &j->t, LLVMOrcThreadSafeContextGetContext(j->ctx), &j->m) ||
		(exports_choose(&j->m, &j->p.exports, &j->exports) |
			modules_link(&j->m, j->p.name)))
		return -1;
	load_libraries(j);
	if (metadata_build(j->a, j->d, &j->p, &j->t, &j->m, &j->exports, &j->needs, &none, NULL,
		    NULL, NULL, &j->meta))
		return -1;
	if (j->m.merged)
		LLVMStripModuleDebugInfo(j->m.merged); /* nobody could see it */
	return j->d->errors ? -1 : 0;
}

struct jit *jit_open(struct arena *a, struct diags *d, const struct build_request *r)
{
	struct jit *j = arena_new(a, struct jit);
	double start = clock_ms(), loaded;

	j->a = a;
	j->d = d;
	ll_start();
	if (load(j, r))
		goto fail;
	loaded = clock_ms();
	j->timings.load_ms = loaded - start;
	if (j->m.merged && codegen_optimise(&j->m.diag, j->m.merged, &j->t))
		goto fail;
	j->timings.optimise_ms = clock_ms() - loaded;
	if (create_lljit(j) || add_modules(j))
		goto fail;
	return j;
fail:
	jit_close(j);
	return NULL;
}

/* ---- use */

const void *jit_metadata(const struct jit *j, size_t *size)
{
	*size = j->meta.size;
	return j->meta.bytes;
}

const struct jit_timings *jit_timings(const struct jit *j)
{
	return &j->timings;
}

static void *look_up(struct jit *j, const char *symbol)
{
	LLVMOrcExecutorAddress address = 0;
	LLVMErrorRef e = LLVMOrcLLJITLookup(j->lljit, &address, symbol);

	j->m.diag.about = symbol;
	if (llvm_take_error(&j->m.diag, "cannot be compiled in memory", e))
		return NULL;
	return (void *)(uintptr_t)address;
}

static int initialise(struct jit *j)
{
	void *address;
	void (*init)(void);
	bool has_code = false;

	for (size_t i = 0; i < j->m.n; i++)
		has_code |= !j->m.v[i].native;
	if (j->initialised || !has_code)
		return 0;
	address = look_up(j, INIT_FUNCTION);
	if (!address)
		return -1;
	j->initialised = true;
	memcpy(&init, &address, sizeof(init));
	init();
	return 0;
}

int jit_define(struct jit *j, const char *symbol, void *address)
{
	LLVMOrcCSymbolMapPair pair = { LLVMOrcLLJITMangleAndIntern(j->lljit, symbol),
		{ (uintptr_t)address, { LLVMJITSymbolGenericFlagsExported, 0 } } };

	j->m.diag.about = symbol;
	return llvm_take_error(&j->m.diag, "cannot be given to the JIT",
		LLVMOrcJITDylibDefine(
			LLVMOrcLLJITGetMainJITDylib(j->lljit), LLVMOrcAbsoluteSymbols(&pair, 1)));
}

void *jit_address(struct jit *j, const char *symbol)
{
	double start = clock_ms();
	void *address = initialise(j) ? NULL : look_up(j, symbol);

	j->timings.compile_ms += clock_ms() - start;
	return address;
}

void jit_close(struct jit *j)
{
	if (!j)
		return;
	if (j->lljit)
		llvm_take_error(
			&j->m.diag, "the JIT cannot be closed", LLVMOrcDisposeLLJIT(j->lljit));
	modules_free(&j->m);
	if (j->ctx)
		LLVMOrcDisposeThreadSafeContext(j->ctx);
	target_free(&j->t);
}
