#include "frontend/tables/metadata.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "frontend/heap/tables.h"
#include "frontend/imports.h"
#include "frontend/tables/types.h"
#include "frontend/tables/uses.h"
#include "image/image.h"

/* one export on its way into a table */
struct entry {
	const struct definition *def;
	const struct ll_func *func; /* or NULL */
	const struct ll_var *var;
	const char *name, *symbol;
};

struct table {
	const void *v;
	size_t count;
	uint32_t entry_size;
};

struct writer {
	struct arena *a;
	struct diags *d;
	const struct package *p;
	const struct target *t;
	struct modules *m;
	const struct exports *e;
	const struct metadata_dispatch *dispatch; /* or NULL */
	struct strings strings;
	struct type_table types;
	struct entry *methods, *globals;
	size_t nmethods, nglobals;
	const char **symbols; /* [naddresses] */
	size_t naddresses;
	struct heap *heap;                           /* or NULL */
	const struct img_bitcode *bitcode;           /* or NULL */
	struct names method_symbols, global_symbols; /* numbers are indices */
	struct names slots;                          /* functions that have one; likewise */
	struct table tables[IMG_TABLE_KINDS];
};

static void set_table(
	struct writer *w, enum img_table_kind kind, const void *v, size_t count, size_t entry_size)
{
	w->tables[kind] = (struct table) { v, count, (uint32_t)entry_size };
}

/* ---- package, targets, needs, dependencies */

static int put_package(struct writer *w)
{
	struct img_package *out = arena_new(w->a, struct img_package);
	const struct ll_debug *first = NULL;
	char abi[128];

	for (size_t i = 0; i < w->m->n && !first; i++) {
		if (w->m->v[i].has_debug)
			first = &w->m->v[i].debug;
	}
	if (!img_abi_text(w->t->triple.normal, abi, sizeof(abi)))
		return diag_err(w->d, w->t->at,
			"package images for '%s' are not defined in this version",
			w->t->triple.normal);
	out->name = strings_add(&w->strings, w->p->name);
	out->version = strings_add(&w->strings, w->p->version);
	out->triple = strings_add(&w->strings, w->t->triple.normal);
	out->abi_text = strings_add(&w->strings, str_dup(w->a, abi));
	out->producer = strings_add(
		&w->strings, str_fmt(w->a, "pkgimg %s, LLVM %s", PKGIMG_VERSION, ll_version()));
	out->source = strings_add(&w->strings, first ? first->producer : "");
	out->language = strings_add(&w->strings, first ? first->language : "");
	memcpy(out->uuid, w->p->uuid, sizeof(out->uuid));
	set_table(w, IMG_PACKAGE, out, 1, sizeof(*out));
	return 0;
}

static void put_targets(struct writer *w)
{
	struct img_target *out = arena_array(w->a, struct img_target, w->t->ncpus);

	if (w->bitcode) { /* it becomes code for whatever CPU it is loaded on */
		out[0].cpu = strings_add(&w->strings, "generic");
		set_table(w, IMG_TARGETS, out, 1, sizeof(*out));
		return;
	}
	for (size_t i = 0; i < w->t->ncpus; i++) {
		const struct cpu_target *c = &w->t->cpus[i];

		out[i].cpu = strings_add(&w->strings, c->cpu);
		out[i].features = strings_add(&w->strings, c->features);
		out[i].flags = (i && c->clone_all ? (uint32_t)IMG_TGF_CLONE_ALL : 0) |
			       (c->opt_size ? (uint32_t)IMG_TGF_OPT_SIZE : 0) |
			       (c->min_size ? (uint32_t)IMG_TGF_MIN_SIZE : 0);
		out[i].base = (uint32_t)c->base;
		memcpy(out[i].needs, c->needs, sizeof(out[i].needs));
	}
	set_table(w, IMG_TARGETS, out, w->t->ncpus, sizeof(*out));
}

static void put_needs(struct writer *w, const struct needs *n)
{
	struct img_need *out = arena_array(w->a, struct img_need, n->nlibraries + n->nhost);
	size_t count = 0;

	for (size_t i = 0; i < n->nlibraries; i++) {
		if (n->libraries[i].used)
			out[count++] = (struct img_need) { IMG_NEED_LIBRARY,
				strings_add(&w->strings, n->libraries[i].name) };
	}
	for (size_t i = 0; i < n->nhost; i++) {
		if (n->host[i].used)
			out[count++] = (struct img_need) { IMG_NEED_HOST,
				strings_add(&w->strings, n->host[i].name) };
	}
	set_table(w, IMG_NEEDS, out, count, sizeof(*out));
}

static void put_dependencies(struct writer *w)
{
	struct img_dependency *out = arena_array(w->a, struct img_dependency, w->p->ndeps);

	for (size_t i = 0; i < w->p->ndeps; i++) {
		const struct package_dep *dep = &w->p->deps[i];

		out[i].name = strings_add(&w->strings, dep->name);
		out[i].version = strings_add(&w->strings, dep->version);
		memcpy(out[i].uuid, dep->uuid, sizeof(out[i].uuid));
		memcpy(out[i].build_id, dep->build_id, sizeof(out[i].build_id));
		out[i].interface_digest = dep->interface_digest;
		out[i].heap_base = dep->base && dep->view.heap ? dep->view.heap->base : 0;
		out[i].flags = dep->base ? IMG_DEP_BASE | IMG_DEP_BUILD : 0;
	}
	set_table(w, IMG_DEPENDENCIES, out, w->p->ndeps, sizeof(*out));
}

/* A heap has its own dependencies and order of them, which refer to builds. */
static void put_uses(struct writer *w, const struct needs *n)
{
	size_t count = 0;
	const struct img_use *v = NULL;

	if (!w->heap)
		v = uses_find(w->a, w->p, w->m, n, &w->strings, &count);
	if (count)
		set_table(w, IMG_USES, v, count, sizeof(*v));
}

/* ---- methods and globals */

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c ? c : strcmp(x->symbol, y->symbol);
}

/* names as the string table has them, so that their order is the table's */
static const char *table_text(struct writer *w, const char *text)
{
	uint32_t at = strings_add(&w->strings, text); /* may move the bytes */

	return w->strings.bytes + at;
}

static void sort_exports(struct writer *w, const struct exports *e)
{
	w->methods = arena_array(w->a, struct entry, e->n);
	w->globals = arena_array(w->a, struct entry, e->n);
	for (size_t i = 0; i < e->n; i++) {
		const struct definition *def = e->v[i];
		const struct module_input *in = &w->m->v[def->input];
		struct entry x = { def, NULL, NULL, def->name, target_spelled(def->name) };

		if (def->function) {
			x.func = module_func(in, def->name);
			x.name = x.func && *x.func->name ? x.func->name : x.symbol;
		} else {
			x.var = module_var(in, def->name);
			x.name = x.var && *x.var->name ? x.var->name : x.symbol;
		}
		x.name = str_dup(w->a, table_text(w, x.name));
		if (def->function)
			w->methods[w->nmethods++] = x;
		else
			w->globals[w->nglobals++] = x;
	}
	if (w->nmethods)
		qsort(w->methods, w->nmethods, sizeof(*w->methods), compare_entries);
	if (w->nglobals)
		qsort(w->globals, w->nglobals, sizeof(*w->globals), compare_entries);
}

static uint32_t add_address(struct writer *w, const char *symbol)
{
	w->symbols[w->naddresses] = symbol;
	return (uint32_t)w->naddresses++;
}

/* type of an input's debug information -> the image's */
static uint32_t image_type(const struct writer *w, const struct definition *def, uint32_t type)
{
	return w->types.index[def->input][type];
}

/* Is it a function there? DWARF and metadata of unusual languages may say otherwise. */
static uint32_t method_type(const struct writer *w, const struct entry *x)
{
	uint32_t type = x->func ? image_type(w, x->def, x->func->type) : 0;

	return w->types.types[type].kind == IMG_T_FUNCTION ? type : 0;
}

/* img_method.slot of an export */
static uint32_t slot_of(const struct writer *w, const char *symbol)
{
	size_t i = names_find(&w->slots, symbol);

	return i == NAMES_NONE ? 0 : (uint32_t)i + 1;
}

static void put_methods(struct writer *w)
{
	struct img_method *out = arena_array(w->a, struct img_method, w->nmethods);
	uint32_t *params;
	size_t nparams = 0, at = 0;

	for (size_t i = 0; w->dispatch && i < w->dispatch->nslots; i++)
		names_add(&w->slots, w->dispatch->functions[i]);
	for (size_t i = 0; i < w->nmethods; i++)
		nparams += w->types.types[method_type(w, &w->methods[i])].nmembers;
	params = arena_array(w->a, uint32_t, nparams);
	for (size_t i = 0; i < w->nmethods; i++) {
		const struct entry *x = &w->methods[i];
		struct img_method *m = &out[i];

		m->name = strings_add(&w->strings, x->name);
		m->symbol = strings_add(&w->strings, x->symbol);
		m->type = method_type(w, x);
		names_add(&w->method_symbols, x->symbol);
		m->address = w->bitcode ? IMG_NO_ADDRESS : add_address(w, x->def->name);
		m->slot = slot_of(w, x->def->name);
		if (!x->func)
			continue;
		m->file = strings_add(&w->strings, x->func->file);
		m->line = x->func->line;
		m->params = (uint32_t)at;
		for (uint32_t k = 0; k < w->types.types[m->type].nmembers; k++)
			params[at++] = strings_add(&w->strings, x->func->params[k]);
	}
	set_table(w, IMG_METHODS, out, w->nmethods, sizeof(*out));
	set_table(w, IMG_PARAMS, params, nparams, sizeof(*params));
}

static void put_globals(struct writer *w)
{
	struct img_global *out = arena_array(w->a, struct img_global, w->nglobals);

	for (size_t i = 0; i < w->nglobals; i++) {
		const struct entry *x = &w->globals[i];
		struct img_global *g = &out[i];

		g->name = strings_add(&w->strings, x->name);
		g->symbol = strings_add(&w->strings, x->symbol);
		names_add(&w->global_symbols, x->symbol);
		g->address = x->def->tls || w->bitcode
				     ? IMG_NO_ADDRESS
				     : add_address(w, exports_address(w->a, w->e, x->def));
		g->size = x->def->size;
		g->flags = (x->def->tls ? IMG_GF_TLS : 0u) | (x->def->constant ? IMG_GF_CONST : 0u);
		if (!x->var)
			continue;
		g->type = image_type(w, x->def, x->var->type);
		g->file = strings_add(&w->strings, x->var->file);
		g->line = x->var->line;
	}
	set_table(w, IMG_GLOBALS, out, w->nglobals, sizeof(*out));
}

static void put_dispatch(struct writer *w)
{
	const struct metadata_dispatch *in = w->dispatch;
	struct img_dispatch *out = arena_new(w->a, struct img_dispatch);
	size_t n;

	if (!in)
		return;
	n = w->t->ncpus * in->nslots;
	out->nslots = (uint32_t)in->nslots;
	out->flags = in->self ? IMG_DF_SELF : 0;
	out->slots = add_address(w, METADATA_SLOTS);
	out->chosen = add_address(w, METADATA_CHOSEN);
	set_table(w, IMG_DISPATCH, out, 1, sizeof(*out));
	set_table(w, IMG_ENTRIES, arena_array(w->a, int32_t, n), n, sizeof(int32_t));
}

/* ---- the heap's */

static uint32_t index_of(const struct names *names, const char *symbol)
{
	size_t i = names_find(names, symbol);

	return i == NAMES_NONE ? UINT32_MAX : (uint32_t)i;
}

static uint32_t method_index(void *ctx, const char *symbol)
{
	return index_of(&((struct writer *)ctx)->method_symbols, symbol);
}

static uint32_t global_index(void *ctx, const char *symbol)
{
	return index_of(&((struct writer *)ctx)->global_symbols, symbol);
}

/* without native code there are no addresses, and its symbol says which one it is */
static uint32_t variable_at(void *ctx, const char *symbol)
{
	struct writer *w = ctx;

	return w->bitcode ? strings_add(&w->strings, symbol) : add_address(w, symbol);
}

/* ---- imports */

static int compare_imports(const void *a, const void *b)
{
	const struct import *x = *(const struct import *const *)a;
	const struct import *y = *(const struct import *const *)b;

	return x->dependency != y->dependency ? (x->dependency > y->dependency ? 1 : -1)
					      : strcmp(x->symbol, y->symbol);
}

static void put_imports(struct writer *w, const struct imports *s)
{
	const struct import **v = arena_array(w->a, const struct import *, s->n);
	struct img_import *out = arena_array(w->a, struct img_import, s->n);
	uint32_t unset = 0;
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i].used)
			v[n++] = &s->v[i];
	}
	if (!n)
		return;
	qsort(v, n, sizeof(*v), compare_imports);
	if (!w->bitcode)
		unset = add_address(w, LL_IMPORT_UNSET);
	for (size_t i = 0; i < n; i++)
		out[i] = (struct img_import) { .symbol = strings_add(&w->strings, v[i]->symbol),
			.dependency = v[i]->dependency,
			.kind = v[i]->variable ? IMG_IMPORT_GLOBAL : IMG_IMPORT_METHOD,
			.address = w->bitcode ? 0 : add_address(w, v[i]->slot),
			.unset = unset };
	set_table(w, IMG_IMPORTS, out, n, sizeof(*out));
}

static void take_table(void *ctx, uint32_t kind, const void *v, size_t n, size_t entry_size)
{
	set_table(ctx, kind, v, n, entry_size);
}

static int put_heap(struct writer *w)
{
	const struct heap_link link = { .strings = &w->strings,
		.types = &w->types,
		.ctx = w,
		.method = method_index,
		.global = global_index,
		.variable = variable_at,
		.table = take_table };

	return w->heap ? heap_put_tables(w->heap, &link) : 0;
}

/* ---- together */

static bool has_debug(const struct modules *m)
{
	for (size_t i = 0; i < m->n; i++) {
		if (m->v[i].has_debug)
			return true;
	}
	return false;
}

static bool is_written(const struct writer *w, size_t kind)
{
	return w->tables[kind].count || kind == IMG_STRINGS || kind == IMG_TYPES;
}

/* places the tables; returns the size of the whole */
static size_t lay_out(const struct writer *w, struct img_table *dir, uint32_t *ntables)
{
	size_t at;

	*ntables = 0;
	for (uint32_t k = IMG_STRINGS; k < IMG_TABLE_KINDS; k++)
		*ntables += is_written(w, k);
	at = sizeof(struct img_header) + *ntables * sizeof(struct img_table);
	for (uint32_t k = IMG_STRINGS; k < IMG_TABLE_KINDS; k++) {
		const struct table *t = &w->tables[k];

		if (!is_written(w, k))
			continue;
		at = (at + 7) / 8 * 8;
		*dir++ = (struct img_table) { k, t->entry_size, at, t->count };
		at += t->count * t->entry_size;
	}
	return (at + 7) / 8 * 8;
}

/* in a file of data alone what comes behind the metadata has its place already */
static void place_data(struct metadata *m)
{
	uint64_t end = m->size;

	if (m->bitcode) {
		m->bitcode->at = (end + 15) / 16 * 16;
		end = m->bitcode->at + m->bitcode->size;
	}
	if (m->heap)
		m->heap->at = (end + IMG_HEAP_ALIGN - 1) / IMG_HEAP_ALIGN * IMG_HEAP_ALIGN;
}

static void join(struct writer *w, struct metadata *out)
{
	struct img_table dir[IMG_TABLE_KINDS];
	struct img_header h = { .version = IMG_VERSION,
		.header_size = sizeof(h),
		.flags = has_debug(w->m) ? IMG_DEBUG_INFO : 0 };
	uint8_t *bytes;

	out->size = lay_out(w, dir, &h.ntables);
	h.meta_size = out->size;
	out->bytes = arena_array(w->a, uint64_t, out->size / 8);
	bytes = (uint8_t *)out->bytes;
	memcpy(h.magic, IMG_MAGIC, sizeof(h.magic));
	memcpy(bytes, &h, sizeof(h));
	memcpy(bytes + sizeof(h), dir, h.ntables * sizeof(*dir));
	for (uint32_t i = 0; i < h.ntables; i++) {
		const struct table *t = &w->tables[dir[i].kind];

		if (t->count)
			memcpy(bytes + dir[i].offset, t->v, t->count * t->entry_size);
		if (dir[i].kind == IMG_ADDRESSES)
			out->runs[0] =
				(struct metadata_run) { dir[i].offset, t->count, w->symbols };
		else if (dir[i].kind == IMG_ENTRIES)
			out->runs[1] = (struct metadata_run) { dir[i].offset, t->count,
				w->dispatch->entries };
		else if (dir[i].kind == IMG_BITCODE)
			out->bitcode = (void *)(bytes + dir[i].offset);
		else if (dir[i].kind == IMG_HEAP)
			out->heap = (void *)(bytes + dir[i].offset);
	}
	if (w->bitcode)
		place_data(out);
	out->has_chosen = w->dispatch != NULL;
	out->native = w->e->native != NULL;
	out->nmethods = (uint32_t)w->nmethods;
	out->nglobals = (uint32_t)w->nglobals;
	out->ntypes = w->types.ntypes;
}

/* what is written must pass the check of those who read it */
static void check(const struct metadata *m)
{
	struct img_error e = { 0 };
	struct img_view v;
	char text[512];

	if (!img_check_meta(m->bytes, m->size, 0, IMG_CHECK_UNSEALED, &v, &e))
		return;
	img_error_text(&e, text, sizeof(text));
	diag_bug("the metadata made here is not sound: %s", text);
}

int metadata_build(struct arena *a, struct diags *d, const struct package *p,
	const struct target *t, struct modules *m, const struct exports *e, const struct needs *n,
	const struct imports *imports, const struct metadata_dispatch *dispatch, struct heap *heap,
	const struct img_bitcode *bitcode, struct metadata *out)
{
	struct writer w = { .a = a,
		.d = d,
		.p = p,
		.t = t,
		.m = m,
		.e = e,
		.dispatch = dispatch && dispatch->nslots ? dispatch : NULL,
		.heap = heap,
		.bitcode = bitcode,
		.method_symbols.mem = a,
		.global_symbols.mem = a,
		.slots.mem = a };

	*out = (struct metadata) { 0 };
	strings_init(&w.strings, a);
	if (put_package(&w) || types_build(m, e, &w.strings, &w.types))
		return -1;
	w.symbols = arena_array(
		a, const char *, e->n + 3 + imports->n + (heap ? heap->variables.n : 0));
	sort_exports(&w, e);
	put_targets(&w);
	put_needs(&w, n);
	put_dependencies(&w);
	put_uses(&w, n);
	put_methods(&w);
	put_globals(&w);
	put_dispatch(&w);
	put_imports(&w, imports);
	if (put_heap(&w))
		return -1;
	if (bitcode && bitcode->size)
		set_table(&w, IMG_BITCODE, bitcode, 1, sizeof(*bitcode));
	if (w.strings.full)
		return diag_err(d, NOWHERE, "more than 4 GiB of names, an image holds no more");
	set_table(&w, IMG_STRINGS, w.strings.bytes, w.strings.n, 1);
	set_table(&w, IMG_TYPES, w.types.types, w.types.ntypes, sizeof(struct img_type));
	set_table(&w, IMG_MEMBERS, w.types.members, w.types.nmembers, sizeof(struct img_member));
	set_table(&w, IMG_ADDRESSES, arena_array(a, int32_t, w.naddresses), w.naddresses,
		sizeof(int32_t));
	join(&w, out);
	check(out);
	return 0;
}
