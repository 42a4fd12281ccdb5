#include "frontend/imports.h"

#include <string.h>

#include "base/str.h"
#include "frontend/code/codegen.h"
#include "frontend/heap/heap.h"
#include "frontend/needs.h"
#include "llvm/shim.h"

enum kind { NONE, METHOD, GLOBAL, EITHER };

void imports_open(struct arena *a, struct diags *d, const struct package *p, const struct target *t,
	const struct heap *heap, struct imports *out)
{
	*out = (struct imports) { .a = a, .d = d, .p = p, .t = t, .heap = heap, .names.mem = a };
}

static size_t ndependencies(const struct imports *s)
{
	return s->heap ? s->heap->deps.n : s->p->ndeps;
}

const char *imports_owner(const struct imports *s, const struct import *x)
{
	return s->heap ? heap_dep_at(s->heap, x->dependency)->name : s->p->deps[x->dependency].name;
}

/* ---- what dependencies have */

static void list_symbols(struct imports *s)
{
	s->methods = arena_array(s->a, struct names, s->p->ndeps);
	s->globals = arena_array(s->a, struct names, s->p->ndeps);
	for (size_t i = 0; i < s->p->ndeps; i++) {
		const struct img_view *v = &s->p->deps[i].view;

		s->methods[i].mem = s->globals[i].mem = s->a;
		for (uint32_t k = 0; k < v->nmethods; k++)
			names_add(&s->methods[i], img_str(v, v->methods[k].symbol));
		for (uint32_t k = 0; k < v->nglobals; k++)
			names_add(&s->globals[i], img_str(v, v->globals[k].symbol));
	}
}

static enum kind kind_in_heap(const struct pkgimg_dependency *d, const char *symbol)
{
	if (d->size < offsetof(struct pkgimg_dependency, find) + sizeof(d->find) || !d->find)
		return NONE;
	switch (d->find(d, symbol)) {
	case PKGIMG_SYMBOL_FUNCTION: return METHOD;
	case PKGIMG_SYMBOL_VARIABLE: return GLOBAL;
	default: return NONE;
	}
}

static enum kind kind_in(struct imports *s, size_t dependency, const char *symbol)
{
	if (s->heap)
		return kind_in_heap(heap_dep_at(s->heap, dependency), symbol);
	if (!s->methods)
		list_symbols(s);
	return names_find(&s->methods[dependency], symbol) != NAMES_NONE   ? METHOD
	       : names_find(&s->globals[dependency], symbol) != NAMES_NONE ? GLOBAL
									   : NONE;
}

/* the first dependency that has it. returns the import, noted down, or NULL */
static struct import *find(struct imports *s, const char *symbol, enum kind wanted)
{
	size_t n = ndependencies(s), before = s->names.n;
	size_t known = names_find(&s->names, symbol); /* IR can spell a name in two ways */

	if (known != NAMES_NONE)
		return &s->v[known];
	for (size_t i = 0; i < n; i++) {
		enum kind kind = kind_in(s, i, symbol);

		if (kind == NONE || (wanted != EITHER && kind != wanted))
			continue;
		symbol = str_dup(s->a, symbol);
		names_add(&s->names, symbol);
		arena_push_room(s->a, s->v, before, s->cap);
		s->v[before] = (struct import) { .symbol = symbol,
			.slot = str_fmt(s->a, LL_IMPORT_PREFIX "%s", symbol),
			.dependency = (uint32_t)i,
			.variable = kind == GLOBAL };
		s->n = s->names.n;
		return &s->v[before];
	}
	return NULL;
}

/* ---- of the merged module */

static const char *user_of(const struct imports *s, const struct modules *m, const char *symbol)
{
	const char *user = ll_module_user(s->a, m->merged, symbol);

	return user ? user : "in the package";
}

static void report_thread_local(
	const struct imports *s, const struct modules *m, const struct import *x)
{
	diag_err(s->d, NOWHERE,
		"'%s', used %s, is thread-local: no other image can reach it; have '%s' export a "
		"function that gives its address",
		x->symbol, user_of(s, m, x->symbol), imports_owner(s, x));
}

static void report_constant(
	const struct imports *s, const struct modules *m, const struct import *x)
{
	diag_err(s->d, NOWHERE,
		"'%s', used %s, is a variable of '%s': its address is known when the image is "
		"loaded, and not in an initialiser; take it in a function, or have '%s' export it "
		"natively and add its file to 'needs'",
		x->symbol, user_of(s, m, x->symbol), imports_owner(s, x), imports_owner(s, x));
}

static void use_value(
	struct imports *s, const struct modules *m, LLVMValueRef v, struct import *x, bool native)
{
	bool stub;

	if (LLVMIsAGlobalVariable(v) && LLVMIsThreadLocal(v)) {
		report_thread_local(s, m, x);
		return;
	}
	x->used = !native;
	stub = names_find(&m->wanted, target_symbol(s->a, s->t, x->symbol)) != NAMES_NONE;
	if (native && ll_import_use(m->merged, module_name_of(v), stub && !x->variable) &&
		x->variable)
		report_constant(s, m, x);
}

static bool is_import(
	const struct imports *s, const struct modules *m, const struct needs *n, LLVMValueRef v)
{
	const char *name = module_name_of(v);

	return !module_defines(v) && LLVMGetFirstUse(v) && !str_starts(name, "llvm.") &&
	       (LLVMIsAFunction(v) || LLVMIsAGlobalVariable(v)) && !modules_find(m, name) &&
	       !needs_has(n, target_symbol(s->a, s->t, name));
}

/* a constructor runs before slots are set */
static int check_constructors(struct imports *s, const struct modules *m)
{
	const char *early = ll_import_early(s->a, m->merged);

	return early ? diag_err(s->d, NOWHERE,
			       "'%s', which a constructor calls, uses functions or variables of a "
			       "dependency: those are found when constructors have run; do it in a "
			       "function that the host calls",
			       early)
		     : 0;
}

int imports_use(struct imports *s, struct modules *m, const struct needs *n, bool native)
{
	unsigned before = s->d->errors;
	size_t count = 0;
	LLVMValueRef *v;

	if (!m->merged || !ndependencies(s))
		return 0;
	v = module_values(s->a, m->merged, &count);
	for (size_t i = 0; i < count; i++) {
		struct import *x;

		if (!is_import(s, m, n, v[i]))
			continue;
		x = find(s, target_spelled(module_name_of(v[i])),
			LLVMIsAFunction(v[i]) ? METHOD : GLOBAL);
		if (x)
			use_value(s, m, v[i], x, native);
	}
	if (s->n && native)
		check_constructors(s, m);
	return s->d->errors == before ? 0 : -1;
}

/* ---- of objects */

int imports_take(struct imports *s, const char *symbol, const char *file)
{
	const char *name = target_linkage(s->t, symbol);
	bool slot = str_starts(name, LL_IMPORT_PREFIX);
	size_t i = names_find(&s->names, slot ? name + strlen(LL_IMPORT_PREFIX) : name);
	struct import *x = i != NAMES_NONE ? &s->v[i] : slot ? NULL : find(s, name, EITHER);

	if (!x)
		return 0;
	x->used = true;
	x->stub |= !slot;
	if (!x->stub || !x->variable)
		return 1;
	return diag_err(s->d, NOWHERE,
		"'%s', used in '%s', is a variable of '%s', which machine code cannot reach; give "
		"the module as bitcode, or have '%s' export it natively and add its file to "
		"'needs'",
		name, file ? file : "the generated code", imports_owner(s, x), imports_owner(s, x));
}

/* Who links against an image with native exports has no loader of ours. */
static int check_native(const struct imports *s, const struct import *x)
{
	return s->p->native
		       ? diag_err(s->d, s->p->native_at,
				 "'%s' of '%s' is found by a loader that users of native "
				 "exports do without; have '%s' export it natively and add its "
				 "file to 'needs', or leave native exports out here",
				 x->symbol, imports_owner(s, x), imports_owner(s, x))
		       : 0;
}

static int define(
	struct imports *s, const struct modules *m, LLVMModuleRef to, const struct import *x)
{
	if (check_native(s, x))
		return -1;
	if (!ll_import_define(to, x->symbol, m->merged, x->stub))
		return 0;
	return diag_err(s->d, NOWHERE,
		"'%s' of '%s' cannot be called from machine code or from an initialiser: this "
		"version has no way to do so on %s; use it in functions of bitcode",
		x->symbol, imports_owner(s, x), s->t->platform->name);
}

static bool any_used(const struct imports *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i].used)
			return true;
	}
	return false;
}

LLVMMemoryBufferRef imports_emit(struct imports *s, struct modules *m, bool *failed)
{
	LLVMModuleRef to;
	LLVMMemoryBufferRef object = NULL;

	*failed = false;
	if (!any_used(s))
		return NULL;
	to = LLVMModuleCreateWithNameInContext("pkgimg.imports", m->ctx);
	LLVMSetTarget(to, s->t->triple.normal);
	LLVMSetModuleDataLayout(to, s->t->layout);
	for (size_t i = 0; i < s->n; i++)
		*failed |= s->v[i].used && define(s, m, to, &s->v[i]);
	if (!*failed) {
		object = codegen_emit(&m->diag, to, s->t);
		*failed = !object;
	}
	LLVMDisposeModule(to);
	return object;
}
