#include "image/image.h"

#include <string.h>

#include "image/rd.h"

/* C has tags: "C", "C11"; not "C++17". Bounded, as the strings may not be checked yet. */
static enum img_style style_of(const struct img_view *v)
{
	uint32_t at;
	char second;

	if (!v->package)
		return IMG_STYLE_PLAIN;
	at = v->package->language;
	if (v->nstrings < 2 || at >= v->nstrings - 1 || v->strings[at] != 'C')
		return IMG_STYLE_PLAIN;
	second = v->strings[at + 1];
	return !second || (second >= '0' && second <= '9') ? IMG_STYLE_C : IMG_STYLE_PLAIN;
}

/* table */
static void place(struct img_view *v, uint32_t kind, const void *at, uint32_t n)
{
	switch (kind) {
	case IMG_STRINGS: v->strings = at, v->nstrings = n; break;
	case IMG_PACKAGE: v->package = n ? at : NULL; break;
	case IMG_TARGETS: v->targets = at, v->ntargets = n; break;
	case IMG_NEEDS: v->needs = at, v->nneeds = n; break;
	case IMG_DEPENDENCIES: v->dependencies = at, v->ndependencies = n; break;
	case IMG_TYPES: v->types = at, v->ntypes = n; break;
	case IMG_MEMBERS: v->members = at, v->nmembers = n; break;
	case IMG_METHODS: v->methods = at, v->nmethods = n; break;
	case IMG_PARAMS: v->params = at, v->nparams = n; break;
	case IMG_GLOBALS: v->globals = at, v->nglobals = n; break;
	case IMG_ADDRESSES: v->addresses = at, v->naddresses = n; break;
	case IMG_DISPATCH: v->dispatch = n ? at : NULL; break;
	case IMG_ENTRIES: v->entries = at, v->nentries = n; break;
	case IMG_HEAP: v->heap = n ? at : NULL; break;
	case IMG_HEAP_SECTIONS: v->heap_sections = at, v->nheap_sections = n; break;
	case IMG_HEAP_TYPES: v->heap_types = at, v->nheap_types = n; break;
	case IMG_HEAP_POINTERS: v->heap_pointers = at, v->nheap_pointers = n; break;
	case IMG_ROOTS: v->roots = at, v->nroots = n; break;
	case IMG_HEAP_RELOCS: v->heap_relocs = at, v->nheap_relocs = n; break;
	case IMG_BINDS: v->binds = at, v->nbinds = n; break;
	case IMG_VARIABLES: v->variables = at, v->nvariables = n; break;
	case IMG_INTERNED: v->interned = at, v->ninterned = n; break;
	case IMG_HOOKS: v->hooks = at, v->nhooks = n; break;
	case IMG_INSERTS: v->inserts = at, v->ninserts = n; break;
	case IMG_BITCODE: v->bitcode = at, v->nbitcode = n; break;
	case IMG_USES: v->uses = at, v->nuses = n; break;
	case IMG_IMPORTS: v->imports = at, v->nimports = n; break;
	default: break;
	}
}

void img_view_at(const void *meta, struct img_view *out)
{
	const struct img_header *h = meta;
	const struct img_table *dir = (const void *)(h + 1);
	struct img_view v = { .header = h };

	/* a table that is absent is an empty one, so that `table + 0` is a pointer as any */
	for (uint32_t kind = IMG_STRINGS; kind < IMG_TABLE_KINDS; kind++)
		place(&v, kind, meta, 0);
	for (uint32_t i = 0; i < h->ntables; i++)
		place(&v, dir[i].kind, (const uint8_t *)meta + dir[i].offset,
			(uint32_t)dir[i].count);
	v.style = style_of(&v);
	*out = v;
}

const char *img_need_kind_name(uint32_t kind)
{
	switch (kind) {
	case IMG_NEED_LIBRARY: return "library";
	case IMG_NEED_HOST: return "host";
	default: return "?";
	}
}

const char *img_use_kind_name(uint32_t kind)
{
	switch (kind) {
	case IMG_USE_SYMBOL: return "symbol";
	case IMG_USE_TYPE: return "type";
	default: return "?";
	}
}

const char *img_import_kind_name(uint32_t kind)
{
	switch (kind) {
	case IMG_IMPORT_METHOD: return "method";
	case IMG_IMPORT_GLOBAL: return "global";
	default: return "?";
	}
}

const char *img_type_kind_name(uint32_t kind)
{
	static const char *const names[IMG_T_KINDS] = {
		[IMG_T_VOID] = "void",
		[IMG_T_BOOL] = "bool",
		[IMG_T_INT] = "int",
		[IMG_T_UINT] = "uint",
		[IMG_T_CHAR] = "char",
		[IMG_T_UCHAR] = "uchar",
		[IMG_T_FLOAT] = "float",
		[IMG_T_COMPLEX] = "complex",
		[IMG_T_UTF] = "utf",
		[IMG_T_OTHER] = "other",
		[IMG_T_POINTER] = "pointer",
		[IMG_T_REF] = "reference",
		[IMG_T_RVALUE_REF] = "rvalue_reference",
		[IMG_T_MEMBER_POINTER] = "member_pointer",
		[IMG_T_NULLPTR] = "nullptr",
		[IMG_T_ARRAY] = "array",
		[IMG_T_VECTOR] = "vector",
		[IMG_T_STRUCT] = "struct",
		[IMG_T_CLASS] = "class",
		[IMG_T_UNION] = "union",
		[IMG_T_ENUM] = "enum",
		[IMG_T_TYPEDEF] = "typedef",
		[IMG_T_CONST] = "const",
		[IMG_T_VOLATILE] = "volatile",
		[IMG_T_RESTRICT] = "restrict",
		[IMG_T_ATOMIC] = "atomic",
		[IMG_T_FUNCTION] = "function",
		[IMG_T_OPAQUE] = "opaque",
	};

	return kind < IMG_T_KINDS ? names[kind] : "?";
}

uint32_t img_type_bare(const struct img_view *v, uint32_t type)
{
	for (;;) {
		switch (v->types[type].kind) { /* ends: depth falls at each step */
		case IMG_T_TYPEDEF:
		case IMG_T_CONST:
		case IMG_T_VOLATILE:
		case IMG_T_RESTRICT:
		case IMG_T_ATOMIC: type = v->types[type].target; break;
		default: return type;
		}
	}
}

/* first method whose name is >= name (after: > name) */
static uint32_t method_bound(const struct img_view *v, const char *name, bool after)
{
	uint32_t lo = 0, hi = v->nmethods;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int c = strcmp(img_str(v, v->methods[mid].name), name);

		if (c < 0 || (after && c == 0))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

uint32_t img_method_range(const struct img_view *v, const char *name, uint32_t *first)
{
	*first = method_bound(v, name, false);
	return method_bound(v, name, true) - *first;
}

uint32_t img_find_method(
	const struct img_view *v, const char *name, const char *signature, uint32_t *out)
{
	uint32_t first, n = img_method_range(v, name, &first), end, found = 0;
	bool by_symbol = n == 0;

	end = by_symbol ? v->nmethods : first + n;
	for (uint32_t i = by_symbol ? 0 : first; i < end; i++) {
		if (by_symbol && strcmp(img_str(v, v->methods[i].symbol), name))
			continue;
		if (signature && !img_signature_matches(v, i, signature))
			continue;
		if (found++ == 0 && out)
			*out = i;
	}
	return found;
}

/* globals are few; a walk finds names and symbols, names first */
uint32_t img_find_global(const struct img_view *v, const char *name, uint32_t *out)
{
	uint32_t found = 0;

	for (int by_symbol = 0; by_symbol < 2 && !found; by_symbol++) {
		for (uint32_t i = 0; i < v->nglobals; i++) {
			const struct img_global *g = &v->globals[i];

			if (strcmp(img_str(v, by_symbol ? g->symbol : g->name), name))
				continue;
			if (found++ == 0 && out)
				*out = i;
		}
	}
	return found;
}

enum img_form img_form(const struct img_view *v)
{
	return v->nbitcode ? IMG_FORM_BITCODE : v->naddresses ? IMG_FORM_NATIVE : IMG_FORM_NONE;
}

const char *img_form_name(enum img_form form)
{
	static const char *const names[] = { "no code", "native code", "bitcode" };

	return names[form];
}
