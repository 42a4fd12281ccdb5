/* The inputs: bitcode and IR text as LLVM modules, objects and archives as they are; what each
 * defines, and all modules linked into one. */
#ifndef FRONTEND_MODULES_H
#define FRONTEND_MODULES_H

#include <llvm-c/Core.h>
#include <stdbool.h>

#include "base/names.h"
#include "frontend/code/llvmdiag.h"
#include "frontend/target.h"
#include "llvm/shim.h"

struct module_input {
	const char *path;
	struct loc at;
	enum ll_file_kind kind;
	bool memory; /* `data` was given by the caller */
	bool native; /* an object or archive: goes to the linker as it is */
	char *data;
	size_t size;
	LLVMModuleRef module;            /* NULL: native, or linked into the merged one */
	const struct ll_symbol *symbols; /* native */
	size_t nsymbols;
	struct ll_debug debug;
	bool has_debug, debug_left_out;    /* left out: it was not sound, and that is said */
	bool types_told;                   /* known_types is all that the code knows */
	struct ll_known_types known_types; /* of packages with dependencies */
	struct names funcs, vars;       /* symbols of debug.funcs and .vars, local ones left out */
	const struct ll_func **func_of; /* [funcs.n] */
	const struct ll_var **var_of;   /* [vars.n] */
};

enum def_class {
	DEF_VISIBLE, /* exported unless a list says otherwise */
	DEF_INLINE,  /* many copies may exist: C++ inline functions, weak symbols of objects */
	DEF_HIDDEN,  /* hidden visibility */
	DEF_LOCAL,   /* static: only here to be named in messages */
};

/* What defines an external symbol. */
struct definition {
	const char *name;
	size_t input; /* index in modules.v */
	enum def_class cls;
	bool weak, common, function, tls, constant, native;
	uint64_t size; /* data; 0 if unknown */
	bool one_copy; /* inline data of which a program may tell two copies apart */
};

struct modules {
	struct arena *mem;
	struct diags *d;
	LLVMContextRef ctx;
	bool crashed; /* LLVM crashed in a module: its context is not to be touched again */
	bool owns_ctx;
	struct llvm_diag diag;
	struct module_input *v;
	size_t n;
	LLVMModuleRef merged; /* NULL: native inputs only */
	struct names defined; /* numbers index defs */
	struct definition *defs;
	size_t defs_cap;
	struct names locals; /* static symbols of modules */
	struct names wanted; /* undefined in native inputs */
};

/* Load and check every input of p into `ctx`, or into a context of its own if that is NULL. `out`
 * is for modules_free, whatever the result; it must not move after this. returns 0, or -1 with
 * every mistake reported */
int modules_load(struct arena *a, struct diags *d, const struct package *p, const struct target *t,
	LLVMContextRef ctx, struct modules *out);
/* Link the modules into .merged, named `name`. returns 0, or -1 reported */
int modules_link(struct modules *m, const char *name);
void modules_free(struct modules *m);

/* debug information of an external symbol in an input, or NULL */
const struct ll_func *module_func(const struct module_input *in, const char *symbol);
const struct ll_var *module_var(const struct module_input *in, const char *symbol);

/* the definition of an external symbol, or NULL */
const struct definition *modules_find(const struct modules *m, const char *symbol);

/* all functions, variables, aliases and ifuncs of a module */
LLVMValueRef *module_values(struct arena *a, LLVMModuleRef m, size_t *n);
/* does it define something here: no declaration, no copy of something defined elsewhere */
bool module_defines(LLVMValueRef v);
/* a global's name, NUL-terminated; borrowed until it is renamed or deleted */
const char *module_name_of(LLVMValueRef v);

#endif
