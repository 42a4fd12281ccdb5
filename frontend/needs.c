/* The linker would find missing symbols too (-z defs), but it knows neither functions in the source
 * nor what library has a symbol that nobody listed. */
#include "frontend/needs.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "frontend/imports.h"
#include "frontend/input.h"
#include "frontend/root.h"
#include "frontend/soname.h"
#include "frontend/start.h"
#include "stubs/elfstub.h"

#define IMPORT_POINTER "__imp_" /* before the name of a DLL's symbol: the pointer to it */

/* a library that may provide symbols */
struct provider {
	const char *name;      /* as the loader knows it */
	struct stub_list list; /* a symbol list, or */
	struct names symbols;  /* what the file itself exports */
	bool is_file;
};

/* an undefined symbol */
struct use {
	const char *file; /* the native input that uses it, or NULL: the package's own code */
	bool strong;
	bool direct; /* Windows: not through a pointer of the import table, as DLLs' data must be */
};

struct resolver {
	struct arena *a;
	struct diags *d;
	const struct package *p;
	const struct target *t;
	const struct modules *m;
	const char *dir; /* of the platform's symbol lists */
	struct names defined, wanted, start;
	struct use *uses; /* [wanted.n] */
	size_t uses_cap;
	struct imports *imports;
	struct needs *out;
	/* only once something is missing: every list there is */
	struct provider *known;
	size_t nknown, known_cap;
	struct names suggested;
};

/* ---- symbols of the objects */

/* what linkers define by themselves */
static const char *const of_elf[] = { "_GLOBAL_OFFSET_TABLE_", "_DYNAMIC", "__ehdr_start",
	"__executable_start", "_end", "end", "_etext", "etext", "_edata", "edata", "__bss_start",
	".TOC.", "__exidx_start", "__exidx_end", "__global_pointer$", "__start_*", "__stop_*",
	/* PowerPC's functions that save registers */
	"_savegpr0_*", "_savegpr1_*", "_restgpr0_*", "_restgpr1_*", NULL };
static const char *const of_macho[] = { "__dso_handle", "_mh_dylib_header", "section$*",
	"segment$*", NULL };
static const char *const of_pe[] = { "__ImageBase", "__CTOR_LIST__", "__DTOR_LIST__", NULL };

static bool is_dll(const struct target *t)
{
	return t->platform->family == FAMILY_MINGW;
}

static bool is_of_linker(const struct resolver *r, const char *s)
{
	bool darwin = r->t->platform->family == FAMILY_DARWIN;

	if (str_eq(s, ROOT_SELF_SYMBOL)) /* or of the root object, which comes later */
		return true;
	for (const char *const *v = is_dll(r->t) ? of_pe : darwin ? of_macho : of_elf; *v; v++) {
		if (fnmatch(*v, s, 0) == 0)
			return true;
	}
	return false;
}

static void add_use(struct resolver *r, const char *symbol, const char *file, bool strong)
{
	bool direct = !is_dll(r->t) || !str_starts(symbol, IMPORT_POINTER);
	const char *name = direct ? symbol : symbol + strlen(IMPORT_POINTER);
	size_t before = r->wanted.n, i = names_add(&r->wanted, name);
	struct use *u;

	if (r->wanted.n > before) {
		arena_push_room(r->a, r->uses, i, r->uses_cap);
		r->uses[i] = (struct use) { file, strong, direct };
		return;
	}
	u = &r->uses[i];
	if ((strong && !u->strong) || (direct && !u->direct))
		u->file = file;
	u->strong |= strong;
	u->direct |= direct;
}

static void collect(struct resolver *r, const struct ll_symbol *v, size_t n, bool native)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i].undefined && !is_of_linker(r, v[i].name))
			add_use(r, v[i].name, native ? v[i].file : NULL, !v[i].weak);
		else if (!v[i].undefined && (v[i].global || v[i].weak))
			names_add(&r->defined, v[i].name);
	}
}

static int collect_all(struct resolver *r, const struct objects *objects)
{
	const struct ll_symbol *v;
	size_t n;

	for (size_t i = 0; i < objects->n; i++) {
		LLVMMemoryBufferRef object = objects->v[i];

		if (ll_object_symbols(r->a, r->d, NOWHERE, r->p->name, LLVMGetBufferStart(object),
			    LLVMGetBufferSize(object), r->t->triple.normal, &v, &n))
			return -1;
		collect(r, v, n, false);
	}
	for (size_t i = 0; i < r->m->n; i++) {
		if (r->m->v[i].native)
			collect(r, r->m->v[i].symbols, r->m->v[i].nsymbols, true);
	}
	return 0;
}

/* ---- libraries */

static const char *list_path(const struct resolver *r, const char *soname)
{
	return str_fmt(r->a, "%s/%s.list", r->dir, soname);
}

/* On i386 "f@8" is f, called by stdcall with 8 bytes of arguments. */
static const struct stub_symbol *listed(const struct stub_list *l, const char *symbol)
{
	const char *at = strrchr(symbol, '@');
	char name[512];
	const struct stub_symbol *s;
	bool decorated = at && at > symbol && at[1] && !at[1 + strspn(at + 1, "0123456789")];

	if (!decorated || (size_t)(at - symbol) >= sizeof(name)) {
		s = stub_list_find(l, symbol);
		return s && !s->stdcall ? s : NULL;
	}
	memcpy(name, symbol, (size_t)(at - symbol));
	name[at - symbol] = '\0';
	s = stub_list_find(l, name);
	return s && s->stdcall && s->args == strtoul(at + 1, NULL, 10) ? s : NULL;
}

static bool provides(const struct provider *x, const char *symbol)
{
	return x->is_file ? names_find(&x->symbols, symbol) != NAMES_NONE
			  : listed(&x->list, symbol) != NULL;
}

/* a DLL, whose exports tell, or its import library, whose symbols do */
static int open_dll(
	struct resolver *r, struct need *need, const char *data, size_t size, struct provider *out)
{
	const char *path = need->word.text;
	const struct ll_symbol *v;
	struct ll_names exports;
	size_t n;

	if (ll_dll_read(r->a, data, size, &need->name, &exports))
		return diag_err(r->d, need->word.at,
			"'needs' wants DLLs and import libraries, '%s' is neither; give objects "
			"and archives as modules",
			path);
	out->name = need->name = need->name ? need->name : path_base(path);
	out->is_file = true;
	out->symbols.mem = r->a;
	for (size_t i = 0; i < exports.n; i++)
		names_add(&out->symbols, exports.v[i]);
	if (exports.n)
		return 0;
	if (ll_object_symbols(
		    r->a, r->d, need->word.at, path, data, size, r->t->triple.normal, &v, &n))
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!v[i].undefined && v[i].global && str_starts(v[i].name, IMPORT_POINTER))
			names_add(&out->symbols, v[i].name + strlen(IMPORT_POINTER));
	}
	return 0;
}

static int open_file(struct resolver *r, struct need *need, struct provider *out)
{
	const char *path = need->word.text, *soname;
	const struct ll_symbol *v;
	char *data;
	size_t size, n;

	if (input_read(r->a, r->d, need->word.at, "library", path, &data, &size))
		return -1;
	if (is_dll(r->t))
		return open_dll(r, need, data, size, out);
	if (ll_file_kind(path, data, size) != LL_FILE_SHARED)
		return diag_err(r->d, need->word.at,
			"'needs' wants shared libraries, '%s' is none; give objects and archives "
			"as modules",
			path);
	if (ll_object_symbols(
		    r->a, r->d, need->word.at, path, data, size, r->t->triple.normal, &v, &n))
		return -1;
	soname = soname_find(data, size);
	if (!soname)
		soname = ll_stub_install_name(r->a, data, size);
	need->name = soname ? soname : path_base(path);
	out->is_file = true;
	out->symbols.mem = r->a;
	for (size_t i = 0; i < n; i++) {
		if (!v[i].undefined && (v[i].global || v[i].weak))
			names_add(&out->symbols, v[i].name);
	}
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* sonames that have a list, sorted */
static const char **list_names(const struct resolver *r, size_t *n)
{
	DIR *dir = opendir(r->dir);
	const char **v = NULL;
	struct dirent *e;
	size_t cap = 0;

	*n = 0;
	while (dir && (e = readdir(dir))) {
		if (!str_ends(e->d_name, ".list"))
			continue;
		arena_push_room(r->a, v, *n, cap);
		v[(*n)++] = str_ndup(r->a, e->d_name, strlen(e->d_name) - strlen(".list"));
	}
	if (dir)
		closedir(dir);
	if (*n)
		qsort(v, *n, sizeof(*v), compare_names);
	return v;
}

static int report_no_list(struct resolver *r, const struct need *need)
{
	struct strbuf b = { .mem = r->a };
	size_t n;
	const char **names = list_names(r, &n);

	for (size_t i = 0; i < n; i++)
		strbuf_fmt(&b, "%s%s", i ? ", " : "", names[i]);
	return diag_err(r->d, need->word.at,
		"no symbol list for the library '%s' on %s; there are lists for %s; any other is "
		"named by "
		"its file, with a '/' in the path",
		str_shown(r->a, need->word.text), r->t->platform->name,
		n ? strbuf_text(&b) : "none");
}

static int read_list(struct resolver *r, struct loc at, const char *soname, struct stub_list *out)
{
	if (stub_list_read(r->a, r->d, at, list_path(r, soname), out))
		return -1;
	if (is_dll(r->t))
		stub_list_narrow(out, r->t->platform->arch.text);
	return 0;
}

static int open_library(struct resolver *r, struct need *need, struct provider *out)
{
	out->name = need->name = need->word.text;
	if (strchr(need->word.text, '/'))
		return open_file(r, need, out);
	if (!file_exists(list_path(r, need->name)))
		return report_no_list(r, need);
	if (read_list(r, need->word.at, need->name, &out->list))
		return -1;
	need->name = out->list.soname; /* Apple's have a path */
	return 0;
}

static void open_libraries(struct resolver *r)
{
	const struct job_words *given = &r->p->needs;
	const struct yml_strs *defaults = &r->t->platform->image_needs;
	size_t n = given->given ? given->n : defaults->n;

	r->out->libraries = arena_array(r->a, struct need, n);
	r->out->providers = arena_array(r->a, struct provider, n);
	for (size_t i = 0; i < n; i++) {
		struct need *need = &r->out->libraries[r->out->nlibraries];

		need->word = given->given ? given->v[i]
					  : (struct job_word) { defaults->v[i], defaults->at[i] };
		if (!open_library(r, need, &r->out->providers[r->out->nlibraries]))
			r->out->nlibraries++;
	}
	r->out->host = arena_array(r->a, struct need, r->p->host.n);
	for (size_t i = 0; i < r->p->host.n; i++)
		r->out->host[r->out->nhost++] =
			(struct need) { .name = r->p->host.v[i].text, .word = r->p->host.v[i] };
}

/* ---- missing symbols */

static void open_known(struct resolver *r)
{
	size_t n;
	const char **names;

	if (r->known)
		return;
	names = list_names(r, &n);
	r->known = arena_array(r->a, struct provider, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct provider *x = &r->known[r->nknown];

		x->name = names[i];
		if (!read_list(r, NOWHERE, names[i], &x->list))
			r->nknown++;
	}
}

static const char *who_uses(const struct resolver *r, const char *name, const struct use *u)
{
	const char *user;

	if (u->file)
		return str_fmt(r->a, "used in '%s'", u->file);
	user = r->m->merged ? ll_module_user(r->a, r->m->merged, name) : NULL;
	return user ? str_fmt(r->a, "used %s", user) : "used by the generated code";
}

/* parts of runtime libraries that no list has */
static const char *runtime_part(const char *name)
{
	static const struct {
		const char *glob, *is;
	} parts[] = {
		{ "__*ti[1-9]", "a helper for 128-bit integers" },
		{ "__*ti", "a helper for 128-bit integers" },
		{ "__*tf*", "a helper for 128-bit floating point" },
		{ "__*xf*", "a helper for 80-bit floating point" },
		{ "__*[ds]i[1-9]", "a helper for integers" },
		{ "__emutls_*", "of GCC's way of thread-local variables (clang has Windows' own)" },
		{ "_Unwind_*", "of the unwinder" },
		{ "__gxx_personality_*", "of the C++ library" },
		{ "__cxa_*", "of the C++ library" },
		{ "_ZSt*", "of the C++ library" },
		{ "_ZNSt*", "of the C++ library" },
		{ "_Zn[wa]*", "of the C++ library" },
		{ "_Zd[la]*", "of the C++ library" },
		{ "__mingw_*", "of MinGW's C library" },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (fnmatch(parts[i].glob, name, 0) == 0)
			return parts[i].is;
	}
	return NULL;
}

/* what compilers of other languages call, and where they keep it */
static const char *language_part(const char *name)
{
	static const char rust[] =
		"it is of Rust's library: add the file of libstd-*.so to 'needs', or compile with "
		"'#![no_std]' and '-C panic=abort'";
	static const char *const rows[][2] = {
		{ "_Fortran",
			"it is of flang's runtime: add libFortranRuntime.a and "
			"libFortranDecimal.a to the modules, and the C++ library to 'needs'" },
		{ "_gfortran_", "it is of GNU Fortran's runtime: add the file of libgfortran.so.5 "
				"to 'needs'" },
		{ "_d_", "it is of D's runtime: add the file of libdruntime-ldc-shared.so to "
			 "'needs', or compile with -betterC" },
		{ "_D", "it is of a D module: add that, or for 'object', 'core' and 'std' the "
			"files of libdruntime-ldc-shared.so and libphobos2-ldc-shared.so to "
			"'needs'" },
		{ "__rust_", rust },
		{ "rust_", rust },
	};
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (str_starts(name, rows[i][0]))
			return rows[i][1];
	}
	/* Rust's names end in a hash */
	return n > 20 && str_starts(name, "_ZN") && str_starts(name + n - 20, "17h") ? rust : NULL;
}

static void report_unknown(struct resolver *r, const char *name, const struct use *u)
{
	const char *part = is_dll(r->t) ? runtime_part(name) : NULL;

	if (language_part(name))
		diag_err(r->d, NOWHERE, "undefined symbol '%s', %s; %s", name, who_uses(r, name, u),
			language_part(name));
	else if (part)
		diag_err(r->d, NOWHERE,
			"undefined symbol '%s', %s; it is %s, which is in no DLL of Windows: give "
			"a static library that has it (libgcc.a, libclang_rt.builtins, ...) as a "
			"module",
			name, who_uses(r, name, u), part);
	else if (is_dll(r->t)) /* an import has the name of a DLL: no host provides it */
		diag_err(r->d, NOWHERE,
			"undefined symbol '%s', %s; add the module that defines it, or the DLL "
			"that has it to 'needs'",
			name, who_uses(r, name, u));
	else
		diag_err(r->d, NOWHERE,
			"undefined symbol '%s', %s; add the module that defines it, or the "
			"library that has it to 'needs', or list it under 'host' if the host "
			"program provides it",
			name, who_uses(r, name, u));
}

/* On i386 a declaration with another calling convention, or other parameters, is another name.
 * returns whether that was it, reported */
static bool report_convention(struct resolver *r, const char *name, const struct use *u)
{
	const char *at = strrchr(name, '@');
	const char *plain = at ? str_ndup(r->a, name, (size_t)(at - name)) : name;

	for (size_t i = 0; i < r->out->nlibraries; i++) {
		const struct provider *x = &r->out->providers[i];
		const struct stub_symbol *s = x->is_file ? NULL : stub_list_find(&x->list, plain);

		if (!s || (!s->stdcall && !at))
			continue;
		if (s->stdcall)
			diag_err(r->d, NOWHERE,
				"undefined symbol '%s', %s; %s has it as __stdcall, with %u bytes "
				"of arguments: declare it so",
				name, who_uses(r, name, u), x->name, (unsigned)s->args);
		else
			diag_err(r->d, NOWHERE,
				"undefined symbol '%s', %s; %s has it as __cdecl: declare it so",
				name, who_uses(r, name, u), x->name);
		return true;
	}
	return false;
}

/* Data of a DLL is reached through a pointer, which the code must know of. */
static void check_data_use(
	struct resolver *r, const char *name, const struct use *u, const struct provider *x)
{
	const struct stub_symbol *s = x->is_file ? NULL : listed(&x->list, name);

	if (s && s->kind == STUB_OBJECT && u->direct)
		diag_err(r->d, NOWHERE,
			"'%s', %s, is data of %s: declare it __declspec(dllimport), and take its "
			"address at run time",
			name, who_uses(r, name, u), x->name);
}

static void report_missing(struct resolver *r, const char *name, const struct use *u)
{
	const struct provider *has = NULL;

	if (is_dll(r->t) && report_convention(r, name, u))
		return;
	open_known(r);
	for (size_t i = 0; i < r->nknown && !has; i++) {
		if (provides(&r->known[i], name))
			has = &r->known[i];
	}
	if (has) {
		names_add(&r->suggested, has->name);
		diag_err(r->d, NOWHERE,
			"undefined symbol '%s', %s; %s provides it: add that to 'needs'", name,
			who_uses(r, name, u), has->name);
		return;
	}
	if (!is_dll(r->t) && stub_libgcc_remedy(name)) {
		diag_err(r->d, NOWHERE, "undefined symbol '%s', %s; %s", name, who_uses(r, name, u),
			stub_libgcc_remedy(name));
		return;
	}
	report_unknown(r, name, u);
}

/* the list that would do, since `needs` replaces the platform's own */
static void suggest(struct resolver *r)
{
	struct strbuf b = { .mem = r->a };
	const char *before = r->p->from_file ? "" : "--needs ";
	const char *between = r->p->from_file ? ", " : " ";

	if (!r->suggested.n)
		return;
	for (size_t i = 0; i < r->out->nlibraries; i++) {
		const struct need *n = &r->out->libraries[i];

		if (n->used || r->p->needs.given)
			strbuf_fmt(&b, "%s%s%s", b.n ? between : "", before, n->word.text);
	}
	for (size_t i = 0; i < r->suggested.n; i++)
		strbuf_fmt(&b, "%s%s%s", b.n ? between : "", before, r->suggested.v[i]);
	if (r->p->from_file)
		diag_note(r->d, NOWHERE, "write 'needs: [%s]'", strbuf_text(&b));
	else
		diag_note(r->d, NOWHERE, "say '%s'", strbuf_text(&b));
}

/* ---- each symbol has a provider */

static bool take_provider(struct need *need, bool strong)
{
	need->linked = true;
	need->used |= strong;
	return true;
}

/* the host's row of a symbol, or NULL */
static struct need *host_of(const struct needs *n, const char *symbol)
{
	for (size_t i = 0; i < n->nhost; i++) {
		if (str_eq(n->host[i].name, symbol))
			return &n->host[i];
	}
	return NULL;
}

/* the first library that has it: below nlibraries, or that */
static size_t library_of(const struct needs *n, const char *symbol)
{
	size_t i = 0;

	while (i < n->nlibraries && !provides(&n->providers[i], symbol))
		i++;
	return i;
}

bool needs_has(const struct needs *n, const char *symbol)
{
	return host_of(n, symbol) || library_of(n, symbol) < n->nlibraries;
}

static bool find_provider(struct resolver *r, const char *name, bool strong, const struct use *u)
{
	struct needs *out = r->out;
	struct need *host = host_of(out, name);
	size_t i = host ? 0 : library_of(out, name);

	if (host)
		return take_provider(host, strong);
	if (i == out->nlibraries)
		return false;
	if (u && is_dll(r->t))
		check_data_use(r, name, u, &out->providers[i]);
	return take_provider(&out->libraries[i], strong);
}

/* What is injected into every image (the platform's `image: start:`) defines a few, with the help
 * of functions of the system's libraries if they are there. */
static bool is_of_start(struct resolver *r, const char *name)
{
	static const char *const helpers[][2] = {
		{ "atexit", "__cxa_atexit" },
		{ "at_quick_exit", "__cxa_at_quick_exit" },
		{ "pthread_atfork", "__register_atfork" },
		{ "atexit", "GetProcessHeap" },
		{ "atexit", "HeapAlloc" },
		{ "atexit", "GetProcessHeap@0" },
		{ "atexit", "HeapAlloc@12" },
	};

	if (names_find(&r->start, name) == NAMES_NONE)
		return false;
	for (size_t i = 0; i < sizeof(helpers) / sizeof(helpers[0]); i++) {
		if (str_eq(helpers[i][0], name))
			find_provider(r, helpers[i][1], true, NULL);
	}
	return true;
}

static void resolve(struct resolver *r)
{
	for (size_t i = 0; i < r->wanted.n; i++) {
		const char *name = r->wanted.v[i];

		if (names_find(&r->defined, name) != NAMES_NONE ||
			(is_dll(r->t) && is_of_start(r, name)))
			continue;
		if (find_provider(r, name, r->uses[i].strong, &r->uses[i]) ||
			is_of_start(r, name) || imports_take(r->imports, name, r->uses[i].file) ||
			!r->uses[i].strong)
			continue;
		report_missing(r, name, &r->uses[i]);
	}
	if (r->t->platform->image_start.text)
		find_provider(r, "__cxa_finalize", false, NULL);
	suggest(r);
}

static struct resolver start(struct arena *a, struct diags *d, const struct package *p,
	const struct target *t, struct needs *n)
{
	const struct fact *stubs = &t->platform->image_stubs;

	return (struct resolver) { .a = a,
		.d = d,
		.p = p,
		.t = t,
		.out = n,
		.dir = str_fmt(a, "%s/stubs/lists/%s", file_data_dir(a),
			stubs->text ? stubs->text : t->platform->name),
		.defined.mem = a,
		.wanted.mem = a,
		.start.mem = a,
		.suggested.mem = a };
}

int needs_open(struct arena *a, struct diags *d, const struct package *p, const struct target *t,
	struct needs *out)
{
	struct resolver r = start(a, d, p, t, out);
	unsigned before = d->errors;

	*out = (struct needs) { 0 };
	open_libraries(&r);
	return d->errors == before ? 0 : -1;
}

static struct names *linkage_names(const struct resolver *r)
{
	struct names *all = arena_new(r->a, struct names);

	all->mem = r->a;
	for (size_t i = 0; i < r->wanted.n; i++)
		names_add(all, target_linkage(r->t, r->wanted.v[i]));
	for (size_t i = 0; i < r->imports->n; i++) {
		if (r->imports->v[i].used)
			names_add(all, r->imports->v[i].symbol);
	}
	return all;
}

int needs_resolve(struct arena *a, struct diags *d, const struct package *p, const struct target *t,
	const struct modules *m, const struct objects *objects, struct imports *imports,
	struct needs *n)
{
	struct resolver r = start(a, d, p, t, n);
	unsigned before = d->errors;

	r.m = m;
	r.imports = imports;
	if (start_defines(a, d, t, &r.start) || collect_all(&r, objects))
		return -1;
	resolve(&r);
	if (p->ndeps)
		n->wanted = linkage_names(&r);
	return d->errors == before ? 0 : -1;
}

void needs_find(struct arena *a, struct diags *d, const struct package *p, const struct target *t,
	const struct modules *m, struct needs *n)
{
	struct resolver r = start(a, d, p, t, n);
	size_t count = 0;
	LLVMValueRef *v = m->merged ? module_values(a, m->merged, &count) : NULL;

	for (size_t i = 0; i < count; i++) {
		const char *name = module_name_of(v[i]);

		if (module_defines(v[i]) || !LLVMGetFirstUse(v[i]) || str_starts(name, "llvm."))
			continue;
		find_provider(&r, target_symbol(a, t, name),
			LLVMGetLinkage(v[i]) != LLVMExternalWeakLinkage, NULL);
	}
}

/* Windows' data of DLLs is imported whether its declaration says so or not; functions are found by
 * either name. */
void needs_import_data(
	struct arena *a, const struct target *t, const struct modules *m, const struct needs *n)
{
	size_t count;
	LLVMValueRef *v;

	if (!is_dll(t) || !m->merged)
		return;
	v = module_values(a, m->merged, &count);
	for (size_t i = 0; i < count; i++) {
		if (!LLVMIsAGlobalVariable(v[i]) || module_defines(v[i]) ||
			modules_find(m, module_name_of(v[i])))
			continue;
		if (library_of(n, module_name_of(v[i])) < n->nlibraries)
			LLVMSetDLLStorageClass(v[i], LLVMDLLImportStorageClass);
	}
}
