#include "frontend/code/modules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llvm-c/Analysis.h>
#include <llvm-c/BitReader.h>
#include <llvm-c/DebugInfo.h>
#include <llvm-c/IRReader.h>
#include <llvm-c/Linker.h>

#include "base/str.h"
#include "frontend/code/pic.h"
#include "frontend/input.h"

enum { READER_MAJOR = 19 };

/* ---- values */

LLVMValueRef *module_values(struct arena *a, LLVMModuleRef m, size_t *n)
{
	LLVMValueRef *v = NULL, x;
	size_t cap = 0;

	*n = 0;
	for (x = LLVMGetFirstFunction(m); x; x = LLVMGetNextFunction(x)) {
		arena_push_room(a, v, *n, cap);
		v[(*n)++] = x;
	}
	for (x = LLVMGetFirstGlobal(m); x; x = LLVMGetNextGlobal(x)) {
		arena_push_room(a, v, *n, cap);
		v[(*n)++] = x;
	}
	for (x = LLVMGetFirstGlobalAlias(m); x; x = LLVMGetNextGlobalAlias(x)) {
		arena_push_room(a, v, *n, cap);
		v[(*n)++] = x;
	}
	for (x = LLVMGetFirstGlobalIFunc(m); x; x = LLVMGetNextGlobalIFunc(x)) {
		arena_push_room(a, v, *n, cap);
		v[(*n)++] = x;
	}
	return v;
}

const char *module_name_of(LLVMValueRef v)
{
	size_t n;

	return LLVMGetValueName2(v, &n);
}

bool module_defines(LLVMValueRef v)
{
	return !LLVMIsDeclaration(v) && LLVMGetLinkage(v) != LLVMAvailableExternallyLinkage;
}

/* ---- what an input defines */

const struct definition *modules_find(const struct modules *m, const char *symbol)
{
	size_t i = names_find(&m->defined, symbol);

	return i == NAMES_NONE ? NULL : &m->defs[i];
}

const struct ll_func *module_func(const struct module_input *in, const char *symbol)
{
	size_t i = names_find(&in->funcs, symbol);

	return i == NAMES_NONE ? NULL : in->func_of[i];
}

const struct ll_var *module_var(const struct module_input *in, const char *symbol)
{
	size_t i = names_find(&in->vars, symbol);

	return i == NAMES_NONE ? NULL : in->var_of[i];
}

/* "'a.bc' (src/a.c:12)" */
static const char *where_defined(struct modules *m, const struct definition *def)
{
	const struct module_input *in = &m->v[def->input];
	const struct ll_func *f = module_func(in, def->name);
	const struct ll_var *v = module_var(in, def->name);
	const char *file = f ? f->file : v ? v->file : "";

	if (!*file)
		return str_fmt(m->mem, "'%s'", in->path);
	return str_fmt(m->mem, "'%s' (%s:%u)", in->path, file, f ? f->line : v->line);
}

/* The strong one of two wins, of two weak ones the first, of two common ones the larger. */
static void add_definition(struct modules *m, const struct definition *def)
{
	size_t n = m->defined.n, i = names_add(&m->defined, def->name);
	struct definition *old;

	if (m->defined.n > n) {
		arena_push_room(m->mem, m->defs, i, m->defs_cap);
		m->defs[i] = *def;
		return;
	}
	old = &m->defs[i];
	if (old->weak || old->common) {
		if (!(def->weak || def->common) || (old->weak && def->common) ||
			(old->common && def->common && def->size > old->size))
			*old = *def;
		return;
	}
	if (def->weak || def->common)
		return;
	diag_err(m->d, m->v[def->input].at,
		"'%s' is defined in %s and in %s; rename one, or make it static", def->name,
		where_defined(m, old), where_defined(m, def));
}

static void define_native(struct modules *m, size_t input)
{
	const struct module_input *in = &m->v[input];

	for (size_t i = 0; i < in->nsymbols; i++) {
		const struct ll_symbol *s = &in->symbols[i];
		struct definition def = { s->name, input, DEF_VISIBLE, s->weak, s->common,
			s->function, s->tls, false, true, s->size, false };

		if (s->undefined) {
			names_add(&m->wanted, s->name);
			continue;
		}
		if (!s->global && !s->weak)
			continue;
		if (s->hidden)
			def.cls = DEF_HIDDEN;
		else if (s->weak)
			def.cls = DEF_INLINE;
		add_definition(m, &def);
	}
}

static void describe_value(LLVMValueRef v, const struct target *t, struct definition *def)
{
	LLVMTypeRef type = LLVMGlobalGetValueType(v);
	LLVMLinkage linkage = LLVMGetLinkage(v);

	def->function = LLVMGetTypeKind(type) == LLVMFunctionTypeKind;
	def->weak = linkage == LLVMWeakAnyLinkage || linkage == LLVMWeakODRLinkage ||
		    linkage == LLVMLinkOnceAnyLinkage || linkage == LLVMLinkOnceODRLinkage;
	def->common = linkage == LLVMCommonLinkage;
	if (linkage == LLVMLinkOnceAnyLinkage || linkage == LLVMLinkOnceODRLinkage)
		def->cls = DEF_INLINE;
	def->one_copy = !def->function && LLVMGetUnnamedAddress(v) != LLVMGlobalUnnamedAddr;
	if (LLVMGetVisibility(v) == LLVMHiddenVisibility)
		def->cls = DEF_HIDDEN;
	if (!def->function)
		def->size = LLVMABISizeOfType(t->layout, type);
	if (LLVMIsAGlobalVariable(v)) {
		def->tls = LLVMIsThreadLocal(v);
		def->constant = LLVMIsGlobalConstant(v);
	}
}

static void define_module(struct modules *m, const struct target *t, size_t input)
{
	size_t n;
	LLVMValueRef *v = module_values(m->mem, m->v[input].module, &n);

	for (size_t i = 0; i < n; i++) {
		struct definition def = { .name = module_name_of(v[i]), .input = input };
		LLVMLinkage linkage = LLVMGetLinkage(v[i]);

		if (!module_defines(v[i]) || str_starts(def.name, "llvm."))
			continue;
		if (!*def.name) { /* nobody outside can mean it */
			LLVMSetDLLStorageClass(v[i], LLVMDefaultStorageClass);
			LLVMSetLinkage(v[i], LLVMInternalLinkage);
			continue;
		}
		def.name = str_dup(m->mem, def.name);
		if (linkage == LLVMInternalLinkage || linkage == LLVMPrivateLinkage) {
			names_add(&m->locals, def.name);
			continue;
		}
		describe_value(v[i], t, &def);
		add_definition(m, &def);
	}
}

/* ---- debug information */

static void index_debug(struct modules *m, struct module_input *in)
{
	const struct ll_debug *g = &in->debug;

	in->funcs.mem = in->vars.mem = m->mem;
	in->func_of = arena_array(m->mem, const struct ll_func *, g->nfuncs);
	in->var_of = arena_array(m->mem, const struct ll_var *, g->nvars);
	for (size_t i = 0; i < g->nfuncs; i++) {
		if (!g->funcs[i].local)
			in->func_of[names_add(&in->funcs, g->funcs[i].symbol)] = &g->funcs[i];
	}
	for (size_t i = 0; i < g->nvars; i++) {
		if (!g->vars[i].local)
			in->var_of[names_add(&in->vars, g->vars[i].symbol)] = &g->vars[i];
	}
}

static void read_debug(struct modules *m, struct module_input *in)
{
	in->has_debug = in->native ? ll_debug_from_object(m->mem, in->data, in->size, &in->debug)
				   : ll_debug_from_module(m->mem, in->module, &in->debug);
	if (in->has_debug)
		index_debug(m, in);
	else if (!in->memory &&
		 !in->debug_left_out) /* a compiler that calls us knows what it does */
		diag_warn(m->d, in->at,
			"'%s' has no debug information: its methods have names but no signatures; "
			"compile with -g",
			in->path);
}

/* ---- bitcode and IR text */

static LLVMMemoryBufferRef buffer_of(const struct module_input *in)
{
	/* file_read put a NUL behind it */
	return LLVMCreateMemoryBufferWithMemoryRange(in->data, in->size, in->path, 1);
}

static int report_newer(struct modules *m, const struct module_input *in, const char *producer)
{
	const char *version = str_starts(producer, "LLVM") ? producer + 4 : producer;
	size_t n = strspn(version, "0123456789.");

	return diag_err(m->d, in->at,
		"'%s' was written by LLVM %s (%s), this pkgimg reads up to LLVM %s; compile with "
		"an "
		"older compiler, or get a pkgimg with a newer LLVM",
		in->path, str_ndup(m->mem, version, n), producer, ll_version());
}

static int parse_bitcode(struct modules *m, struct module_input *in)
{
	unsigned major = 0;
	const char *producer = ll_bitcode_producer(m->mem, in->data, in->size, &major);
	LLVMMemoryBufferRef buffer;
	LLVMBool failed;

	if (producer && major > READER_MAJOR)
		return report_newer(m, in, producer);
	buffer = buffer_of(in);
	failed = LLVMParseBitcodeInContext2(m->ctx, buffer, &in->module);
	LLVMDisposeMemoryBuffer(buffer);
	if (!failed)
		return 0;
	in->module = NULL;
	return diag_err(m->d, in->at,
		"'%s' is no sound bitcode: %s; it is cut or damaged, make it again", in->path,
		m->diag.held ? m->diag.held : "LLVM gave no reason");
}

/* Who made IR text, from !llvm.ident or a compile unit: "clang version 20.1.0 (...)", or NULL. Both
 * lie at the end. The string is found by its look: what does not parse has no better structure. */
static const char *text_producer(struct arena *a, const struct module_input *in)
{
	static const char *const before[] = { "!{!\"", "producer: \"" };
	const char *text = in->data, *at = text;

	while ((at = strstr(at, " version "))) {
		const char *start = at, *end = at + strcspn(at, "\"\n");

		while (start > text && start[-1] != '"' && start[-1] != '\n')
			start--;
		for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
			size_t n = strlen(before[i]);

			if (*end == '"' && (size_t)(start - text) >= n &&
				!memcmp(start - n, before[i], n))
				return str_ndup(a, start, (size_t)(end - start));
		}
		at = end;
	}
	return NULL;
}

/* Compilers of LLVM's own have its version; for others the reader has to know. */
static void note_newer_text(struct modules *m, const struct module_input *in)
{
	const char *producer = text_producer(m->mem, in);
	const char *version = producer ? strstr(producer, " version ") : NULL;
	bool of_llvm = version && !strstr(producer, "Apple") &&
		       (strstr(producer, "clang ") || strstr(producer, "flang"));

	if (!producer ||
		(of_llvm && strtol(version + strlen(" version "), NULL, 10) <= READER_MAJOR))
		return;
	diag_note(m->d, in->at,
		"'%s' was written by '%s', this pkgimg reads the IR of LLVM up to %s%s", in->path,
		str_shown(m->mem, producer), ll_version(),
		of_llvm ? "; compile with an older compiler, or get a pkgimg with a newer LLVM"
			: "; is that one's LLVM newer?");
}

/* LLVM says "PATH:3:10: error: text\n  source line\n   ^" */
static int report_ir_text(struct modules *m, const struct module_input *in, const char *message)
{
	struct loc at = { .file = in->path };
	size_t n = strlen(in->path);
	int used = 0;

	if (strncmp(message, in->path, n) == 0 &&
		sscanf(message + n, ":%u:%u: error: %n", &at.line, &at.col, &used) >= 2 && used)
		return diag_err(
			m->d, at, "%s", llvm_first_line(m->mem, message + n + (size_t)used));
	return diag_err(
		m->d, in->at, "'%s' is no LLVM IR: %s", in->path, llvm_first_line(m->mem, message));
}

static int parse_text(struct modules *m, struct module_input *in)
{
	char *message = NULL;
	int result = 0;

	LLVMContextSetDiscardValueNames(m->ctx, 0); /* the text is full of them */
	if (LLVMParseIRInContext(m->ctx, buffer_of(in), &in->module, &message)) {
		result = report_ir_text(m, in, message ? message : "LLVM gave no reason");
		note_newer_text(m, in);
		in->module = NULL;
	}
	LLVMContextSetDiscardValueNames(m->ctx, 1);
	if (message)
		LLVMDisposeMessage(message);
	return result;
}

static int check_triple(struct modules *m, const struct module_input *in, const struct target *t)
{
	const char *text = LLVMGetTarget(in->module), *layout;
	const struct ll_triple *want = &t->triple;
	struct ll_triple got;

	ll_triple_parse(m->mem, *text ? text : want->normal, &got);
	if (!str_eq(got.arch_name, want->arch_name) || !str_eq(got.os, want->os))
		return diag_err(m->d, in->at,
			"'%s' is for %s, the image is for %s; compile it with --target=%s, or "
			"build with --target=%s",
			in->path, got.normal, want->normal, want->normal, got.normal);
	if (!str_eq(got.env, want->env))
		diag_warn(m->d, in->at, "'%s' was compiled for %s, the image is for %s", in->path,
			got.normal, want->normal);
	layout = LLVMGetDataLayoutStr(in->module);
	if (*layout && !str_eq(layout, t->layout_text))
		return diag_err(m->d, in->at,
			"'%s' has data layout '%s', %s has '%s'; compile it for that target",
			in->path, layout, want->normal, t->layout_text);
	LLVMSetTarget(in->module, want->normal);
	LLVMSetModuleDataLayout(in->module, t->layout);
	return 0;
}

static int verify(struct modules *m, struct module_input *in)
{
	const char *debug, *fault = ll_module_fault(m->mem, in->module, &debug);

	if (fault)
		return diag_err(m->d, in->at,
			"'%s' is no valid IR: %s; its compiler made a mistake", in->path,
			llvm_first_line(m->mem, fault));
	in->debug_left_out = debug != NULL;
	if (debug)
		diag_warn(m->d, in->at,
			"'%s' has debug information that is left out: %s; its methods have no "
			"signatures",
			in->path, llvm_first_line(m->mem, debug));
	return 0;
}

static int check_limits(struct modules *m, const struct module_input *in)
{
	const char *fault = ll_module_limits(m->mem, in->module);

	return fault ? diag_err(m->d, in->at, "'%s': %s", in->path, fault) : 0;
}

/* clang -O0 marks all its functions so, and LLVM then leaves them as they are */
static void warn_optnone(struct modules *m, const struct module_input *in, const struct target *t)
{
	unsigned kind = LLVMGetEnumAttributeKindForName("optnone", 7);
	unsigned marked = 0;

	for (LLVMValueRef f = LLVMGetFirstFunction(in->module); f; f = LLVMGetNextFunction(f)) {
		if (LLVMGetEnumAttributeAtIndex(f, LLVM_OF_FUNCTION, kind))
			marked++;
	}
	if (marked && t->opt_level != '0')
		diag_warn(m->d, in->at,
			"'%s' was compiled with -O0: %u functions are marked 'optnone' and stay as "
			"they are; "
			"compile with -O1, or with -Xclang -disable-O0-optnone",
			in->path, marked);
}

static int load_module_now(struct modules *m, struct module_input *in, const struct target *t)
{
	m->diag.about = in->path;
	m->diag.at = in->at;
	m->diag.hold = true;
	m->diag.held = NULL;
	if (in->kind == LL_FILE_BITCODE ? parse_bitcode(m, in) : parse_text(m, in))
		return -1;
	m->diag.hold = false;
	if (check_triple(m, in, t) || verify(m, in) || check_limits(m, in))
		return -1;
	read_debug(m, in);
	warn_optnone(m, in, t);
	if (t->platform->family != FAMILY_MINGW) /* DLLs are moved as they are, by their base */
		pic_prepare(m->mem, in->module);
	return 0;
}

struct loading {
	struct modules *m;
	struct module_input *in;
	const struct target *t;
	int result;
};

static void load_module_work(void *ctx)
{
	struct loading *l = ctx;

	l->result = load_module_now(l->m, l->in, l->t);
}

/* LLVM's bitcode reader takes its input for sound: damaged bytes can end in a crash of it. */
static int load_module(struct modules *m, struct module_input *in, const struct target *t)
{
	struct loading l = { m, in, t, -1 };
	const char *why;

	bool done;

	if (m->crashed)
		return -1;
	ll_readers_verify(false); /* verify() does */
	done = ll_guarded(m->mem, load_module_work, &l, &why);
	ll_readers_verify(true);
	if (done)
		return l.result;
	in->module = NULL;
	m->crashed = true;
	return diag_err(m->d, in->at, "'%s' is damaged: %s; make it again", in->path, why);
}

/* ---- any input */

static int load_native(struct modules *m, struct module_input *in, const struct target *t)
{
	in->native = true;
	if (ll_object_symbols(m->mem, m->d, in->at, in->path, in->data, in->size, t->triple.normal,
		    &in->symbols, &in->nsymbols))
		return -1;
	read_debug(m, in);
	return 0;
}

static int load_input(struct modules *m, struct module_input *in, const struct target *t)
{
	if (!in->memory &&
		input_read(m->mem, m->d, in->at, "module", in->path, &in->data, &in->size))
		return -1;
	in->kind = ll_file_kind(in->path, in->data, in->size);
	if (in->memory && in->kind == LL_FILE_UNKNOWN)
		in->kind = LL_FILE_IR_TEXT; /* text needs no name that says so */
	switch (in->kind) {
	case LL_FILE_BITCODE:
	case LL_FILE_IR_TEXT: return load_module(m, in, t);
	case LL_FILE_ELF_OBJECT:
	case LL_FILE_COFF_OBJECT:
	case LL_FILE_MACHO_OBJECT:
	case LL_FILE_WASM_OBJECT:
	case LL_FILE_ARCHIVE: return load_native(m, in, t);
	case LL_FILE_SHARED:
		return diag_err(m->d, in->at,
			"'%s' is linked already, a module wants bitcode, IR text, an object or an "
			"archive; "
			"list a shared library under 'needs'",
			in->path);
	case LL_FILE_UNKNOWN: break;
	}
	return diag_err(m->d, in->at,
		"'%s' is neither bitcode, IR text (named .ll), an object nor an archive; 'clang -g "
		"-O1 "
		"-emit-llvm -c' makes bitcode",
		in->path);
}

/* the same file twice would only give one message per symbol */
static bool is_repeated(struct modules *m, const struct module_input *in)
{
	for (const struct module_input *x = m->v; x < in; x++) {
		if (str_eq(x->path, in->path)) {
			diag_err(m->d, in->at, "'%s' is given twice", in->path);
			return true;
		}
	}
	return false;
}

/* LLVM's readers want a NUL behind the bytes */
static void take_memory(struct modules *m, struct module_input *in, const struct build_module *from)
{
	in->path = from->name;
	in->memory = true;
	in->data = arena_alloc(m->mem, from->size + 1, 16);
	in->size = from->size;
	if (from->size)
		memcpy(in->data, from->data, from->size);
}

int modules_load(struct arena *a, struct diags *d, const struct package *p, const struct target *t,
	LLVMContextRef ctx, struct modules *m)
{
	unsigned before = d->errors;

	*m = (struct modules) {
		.mem = a, .d = d, .defined.mem = a, .locals.mem = a, .wanted.mem = a
	};
	m->diag = (struct llvm_diag) { .mem = a, .d = d, .about = p->name };
	m->owns_ctx = !ctx;
	m->ctx = ctx ? ctx : LLVMContextCreate();
	LLVMContextSetDiscardValueNames(m->ctx, 1);
	llvm_diag_install(&m->diag, m->ctx);
	m->v = arena_array(a, struct module_input, p->modules.n + p->nmemory);
	for (size_t i = 0; i < p->modules.n + p->nmemory; i++) {
		struct module_input *in = &m->v[i];

		m->n = i + 1;
		if (i < p->modules.n) {
			in->path = p->modules.v[i].text;
			in->at = p->modules.v[i].at;
		} else {
			take_memory(m, in, &p->memory[i - p->modules.n]);
		}
		if (is_repeated(m, in) || load_input(m, in, t))
			continue;
		if (!in->native && in->has_debug && p->ndeps) /* uses.c asks */
			in->types_told = ll_module_known_types(a, in->module, &in->known_types);
		if (in->native)
			define_native(m, i);
		else
			define_module(m, t, i);
	}
	return d->errors == before ? 0 : -1;
}

int modules_link(struct modules *m, const char *name)
{
	unsigned before = m->d->errors;

	for (size_t i = 0; i < m->n && m->d->errors == before; i++) {
		struct module_input *in = &m->v[i];
		LLVMModuleRef x = in->module;

		if (!x)
			continue;
		in->module = NULL; /* merged, or consumed by the linker */
		m->diag.about = in->path;
		m->diag.at = in->at;
		if (!m->merged)
			m->merged = x;
		else if (LLVMLinkModules2(m->merged, x) && m->d->errors == before)
			diag_err(m->d, in->at, "'%s' cannot be linked to the others", in->path);
	}
	m->diag.about = name;
	m->diag.at = NOWHERE;
	if (m->d->errors != before)
		return -1;
	if (m->merged)
		LLVMSetModuleIdentifier(m->merged, name, strlen(name));
	return 0;
}

void modules_free(struct modules *m)
{
	if (m->crashed) { /* lost with all that is in it */
		*m = (struct modules) { 0 };
		return;
	}
	for (size_t i = 0; i < m->n; i++) {
		if (m->v[i].module)
			LLVMDisposeModule(m->v[i].module);
	}
	if (m->merged)
		LLVMDisposeModule(m->merged);
	if (m->ctx && m->owns_ctx)
		LLVMContextDispose(m->ctx);
	else if (m->ctx) /* its handler's state ends here */
		LLVMContextSetDiagnosticHandler(m->ctx, NULL, NULL);
	*m = (struct modules) { 0 };
}
