/* llvm/shim.h: debug information, from the metadata of a module and from the DWARF that LLVM makes
 * of it; both must tell the same. The modules are test/unit/Inputs/debug*.ll. */
#include <llvm-c/Core.h>
#include <llvm-c/IRReader.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"
#include "caught.h"
#include "unit.h"
#include "llvm/shim.h"

struct input {
	struct arena a;
	LLVMContextRef context;
	LLVMModuleRef module;
	struct ll_debug debug;
};

static bool open_input(struct unit *u, struct input *in, const char *name, bool dwarf)
{
	struct caught c;
	LLVMMemoryBufferRef buffer;
	char *text, *error;
	void *object = NULL;
	size_t n;

	*in = (struct input) { 0 };
	ll_start();
	if (!CHECK_INT(file_read(&in->a, caught_start(&c), NOWHERE, "module",
			       path_join(&in->a, INPUTS, name), 1 << 24, &text, &n),
		    0))
		return false;
	in->context = LLVMContextCreate();
	buffer = LLVMCreateMemoryBufferWithMemoryRangeCopy(text, n, name);
	if (!CHECK(!LLVMParseIRInContext(
		    in->context, buffer, &in->module, &error))) /* takes buffer */
		return false;
	if (!dwarf)
		return CHECK(ll_debug_from_module(&in->a, in->module, &in->debug));
	CHECK_INT(
		ll_compile_ir(&c.d, name, text, "x86_64-unknown-linux-gnu", NULL, &object, &n), 0);
	CHECK(ll_debug_from_object(&in->a, object, n, &in->debug));
	for (size_t cut = 0; cut < n; cut += 97) { /* no crash, whatever comes of it */
		struct arena scratch = { 0 };
		struct ll_debug some;
		ll_debug_from_object(&scratch, object, cut, &some);
		arena_free(&scratch);
	}
	free(object);
	return true;
}

static void close_input(struct input *in)
{
	LLVMDisposeModule(in->module);
	LLVMContextDispose(in->context);
	arena_free(&in->a);
}

static const struct ll_type *type(const struct ll_debug *g, const char *name)
{
	static const struct ll_type none = { .name = "none" };

	for (size_t i = 0; i < g->ntypes; i++)
		if (!strcmp(g->types[i].name, name) && g->types[i].kind != LL_T_OPAQUE)
			return &g->types[i];
	return &none;
}

static const struct ll_type *at(const struct ll_debug *g, uint32_t i)
{
	return &g->types[i];
}

static const struct ll_member *member(const struct ll_type *t, const char *name)
{
	static const struct ll_member none = { .bit_offset = UINT64_MAX };

	for (size_t i = 0; i < t->nmembers; i++)
		if (!strcmp(t->members[i].name, name))
			return &t->members[i];
	return &none;
}

static const struct ll_func *func(const struct ll_debug *g, const char *name)
{
	static const struct ll_func none;

	for (size_t i = 0; i < g->nfuncs; i++)
		if (!strcmp(g->funcs[i].name, name))
			return &g->funcs[i];
	return &none;
}

static const struct ll_var *var(const struct ll_debug *g, const char *name)
{
	static const struct ll_var none;

	for (size_t i = 0; i < g->nvars; i++)
		if (!strcmp(g->vars[i].name, name))
			return &g->vars[i];
	return &none;
}

static void check_layout(struct unit *u, const struct ll_debug *g)
{
	static const struct row {
		const char *name;
		enum ll_type_kind kind;
		unsigned size, align;
		bool packed;
	} rows[] = {
		{ "point", LL_T_STRUCT, 8, 4, false },
		{ "point_t", LL_T_TYPEDEF, 8, 4, false },
		{ "node", LL_T_STRUCT, 24, 8, false },
		{ "packed", LL_T_STRUCT, 5, 1, true },
		{ "pack2", LL_T_STRUCT, 10, 2, true },
		{ "flex", LL_T_STRUCT, 4, 4, false },
		{ "aligned", LL_T_STRUCT, 64, 32, false },
		{ "many", LL_T_STRUCT, 160, 16, false },
		{ "callback", LL_T_TYPEDEF, 8, 8, false },
		{ "v4", LL_T_TYPEDEF, 16, 16, false },
		{ "long double", LL_T_FLOAT, 16, 16, false },
		{ "__int128", LL_T_INT, 16, 16, false },
		{ "_Bool", LL_T_BOOL, 1, 1, false },
		{ "char", LL_T_CHAR, 1, 1, false },
		{ "color", LL_T_ENUM, 4, 4, false },
		{ "wide", LL_T_ENUM, 8, 8, false },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct ll_type *t = type(g, rows[i].name);
		u->row = rows[i].name;
		CHECK_INT(t->kind, rows[i].kind);
		CHECK_INT(t->size, rows[i].size);
		CHECK_INT(t->align, rows[i].align);
		CHECK_INT(t->packed, rows[i].packed);
	}
	u->row = NULL;
}

static void check_members(struct unit *u, const struct ll_debug *g)
{
	const struct ll_type *node = type(g, "node"), *many = type(g, "many"), *t;

	t = at(g, member(node, "next")->type);
	CHECK_INT(t->kind, LL_T_POINTER);
	CHECK(at(g, t->target) == node);
	CHECK_INT(member(node, "")->flags, LL_M_ANONYMOUS);
	CHECK_INT(at(g, member(node, "")->type)->kind, LL_T_UNION);
	CHECK_INT(member(node, "b")->flags, LL_M_BITFIELD);
	CHECK_INT(member(node, "b")->bit_offset, 16 * 8 + 3);
	CHECK_INT(member(node, "b")->bit_size, 5);
	CHECK_INT(member(node, "c")->bit_offset, 16 * 8 + 8);
	t = at(g, member(type(g, "flex"), "data")->type);
	CHECK(t->kind == LL_T_ARRAY && t->count == UINT64_MAX && t->size == 0);
	t = at(g, member(many, "grid")->type);
	CHECK(t->kind == LL_T_ARRAY && t->count == 3 && t->size == 48);
	CHECK(at(g, t->target)->count == 4 && at(g, t->target)->size == 16);
	CHECK_INT(at(g, member(many, "at")->type)->kind, LL_T_ATOMIC);
	CHECK_INT(at(g, member(many, "vi")->type)->kind, LL_T_VOLATILE);
	CHECK_INT(at(g, member(many, "cd")->type)->kind, LL_T_COMPLEX);
	t = at(g, at(g, member(many, "h")->type)->target);
	CHECK(t->kind == LL_T_OPAQUE && t->tag == LL_T_STRUCT && !strcmp(t->name, "hidden"));
	t = at(g, at(g, member(many, "old")->type)->target);
	CHECK(t->kind == LL_T_FUNCTION && t->no_prototype && t->target == 0);
	t = at(g, at(g, type(g, "callback")->target)->target);
	CHECK(t->kind == LL_T_FUNCTION && t->variadic && !t->no_prototype && t->nmembers == 1);
	CHECK_INT(at(g, t->members[0].type)->kind, LL_T_RESTRICT);
	t = at(g, type(g, "v4")->target);
	CHECK(t->kind == LL_T_VECTOR && t->count == 4);
	CHECK(type(g, "sign")->is_signed && member(type(g, "sign"), "MINUS")->value == -1);
	CHECK(!type(g, "wide")->is_signed && member(type(g, "wide"), "ALL")->value == -1);
	CHECK_INT(member(type(g, "color"), "GREEN")->value, 5);
	CHECK_INT(member(type(g, "aligned"), "x")->align, 32);
}

static void check_c(struct unit *u, const struct ll_debug *g)
{
	const struct ll_func *f = func(g, "add");

	CHECK_STR(g->language, "C11"); /* clang 19 says so for C17 as well */
	CHECK(strstr(g->producer, "clang version 19") != NULL);
	check_layout(u, g);
	check_members(u, g);
	CHECK_INT(g->nfuncs, 3);
	CHECK_STR(f->symbol, "add");
	CHECK_STR(f->file, "debug.c");
	CHECK(f->line > 50 && !f->local);
	CHECK_INT(at(g, f->type)->nmembers, 2);
	CHECK_STR(f->params[0], "a");
	CHECK_STR(f->params[1], "p");
	CHECK(func(g, "twice")->local);
	CHECK(at(g, func(g, "format")->type)->variadic);
	CHECK(var(g, "per_thread")->tls && var(g, "per_thread")->local);
	CHECK(var(g, "constant")->constant && !var(g, "constant")->local);
	CHECK(at(g, var(g, "many")->type) == type(g, "many"));
}

static void c_source(struct unit *u)
{
	struct input in;

	if (open_input(u, &in, "debug.ll", false)) {
		check_c(u, &in.debug);
		CHECK_STR(var(&in.debug, "add::calls")->symbol, "add.calls");
		CHECK_STR(ll_module_user(&in.a, in.module, "missing"), "in 'add' (debug.c:70)");
		CHECK_STR(ll_module_user(&in.a, in.module, "nothing"), NULL);
	}
	close_input(&in);
	if (open_input(u, &in, "debug.ll", true))
		check_c(u, &in.debug);
	close_input(&in);
}

static void check_cpp(struct unit *u, const struct ll_debug *g)
{
	const struct ll_type *derived = type(g, "ns::derived"), *t;
	const struct ll_func *f = func(g, "ns::area");

	CHECK_STR(g->language, "C++14");
	CHECK_INT(derived->kind, LL_T_CLASS);
	CHECK_INT(member(derived, "")->flags, LL_M_BASE);
	CHECK(at(g, member(derived, "")->type) == type(g, "ns::base"));
	CHECK_INT(member(derived, "count")->flags, LL_M_STATIC);
	CHECK(member(derived, "m")->bit_offset == UINT64_MAX); /* methods are no members */
	CHECK_INT(member(type(g, "ns::base"), "_vptr$base")->flags, LL_M_ARTIFICIAL);
	CHECK_INT(type(g, "ns::lazy")->members[0].flags, LL_M_BASE | LL_M_VIRTUAL_BASE);
	t = at(g, member(derived, "method")->type);
	CHECK(t->kind == LL_T_MEMBER_POINTER && t->size == 16 && at(g, t->cls) == derived);
	CHECK_INT(at(g, t->target)->kind, LL_T_FUNCTION);
	t = at(g, member(derived, "field")->type);
	CHECK(t->kind == LL_T_MEMBER_POINTER && t->size == 8 && at(g, t->target)->kind == LL_T_INT);
	t = type(g, "ns::derived::level");
	CHECK(t->kind == LL_T_ENUM && t->size == 1 && member(t, "high")->value == 255);
	CHECK_INT(at(g, member(type(g, "ns::derived::inner"), "l")->type)->kind, LL_T_ENUM);
	CHECK_INT(type(g, "ns::array<int, 3>")->size, 12);
	CHECK_STR(f->symbol, "_ZN2ns4areaEiOiPNS_5arrayIiLi3EEEDn");
	if (CHECK_INT(at(g, f->type)->nmembers, 4)) {
		CHECK_INT(at(g, at(g, f->type)->members[1].type)->kind, LL_T_RVALUE_REF);
		CHECK_INT(at(g, at(g, f->type)->members[3].type)->kind, LL_T_NULLPTR);
		CHECK_STR(f->params[1], "h");
		CHECK_STR(f->params[3], "");
	}
	CHECK(func(g, "ns::(anonymous namespace)::secret")->local);
	f = func(g, "ns::derived::m");
	CHECK_STR(f->params[0], "this");
	CHECK_INT(at(g, f->type)->members[0].flags, LL_M_ARTIFICIAL);
	CHECK_STR(var(g, "ns::derived::count")->symbol, "_ZN2ns7derived5countE");
}

static void cpp_source(struct unit *u)
{
	struct input in;

	for (int dwarf = 0; dwarf < 2; dwarf++) {
		u->row = dwarf ? "DWARF" : "metadata";
		if (open_input(u, &in, "debug_cpp.ll", dwarf))
			check_cpp(u, &in.debug);
		close_input(&in);
	}
}

/* layout that contains itself ends in void */
static void cycles(struct unit *u)
{
	struct input in;
	const struct ll_debug *g = &in.debug;

	if (open_input(u, &in, "cyclic.ll", false)) {
		uint32_t t = var(g, "a")->type;
		for (int i = 0; i < 8 && t; i++)
			t = at(g, t)->target;
		CHECK_INT(t, 0);
		CHECK_INT(member(type(g, "s"), "self")->type, 0);
		CHECK_INT(at(g, var(g, "c")->type)->target, 0);
	}
	close_input(&in);
}

static void nothing(struct unit *u)
{
	struct arena a = { 0 };
	struct ll_debug g;

	CHECK(!ll_debug_from_object(&a, "hello", 5, &g));
	CHECK(g.ntypes == 1 && g.nfuncs == 0);
	CHECK(!ll_debug_from_object(&a, "!<arch>\nbroken", 14, &g));
	arena_free(&a);
}

UNIT_MAIN(c_source, cpp_source, cycles, nothing)
