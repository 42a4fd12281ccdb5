/* The linker would find missing symbols too (-z defs), but it knows neither functions in the source
 * nor what library has a symbol that nobody listed. */
#include "frontend/needs.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "frontend/input.h"
#include "frontend/soname.h"
#include "stubs/elfstub.h"

/* a library that may provide symbols */
struct provider {
	const char *name;
	struct stub_list list; /* a symbol list, or */
	struct names symbols;  /* what the file itself exports */
	bool is_file;
};

/* an undefined symbol */
struct use {
	const char *file; /* the native input that uses it, or NULL: the package's own code */
	bool strong;
};

struct resolver {
	struct arena *a;
	struct diags *d;
	const struct package *p;
	const struct target *t;
	const struct modules *m;
	const char *dir; /* of the platform's symbol lists */
	struct names defined, wanted;
	struct use *uses; /* [wanted.n] */
	size_t uses_cap;
	struct needs *out;
	/* only once something is missing: every list there is */
	struct provider *known;
	size_t nknown, known_cap;
	struct names suggested;
};

/* ---- symbols of the objects */

/* what linkers define by themselves */
static bool is_of_linker(const char *s)
{
	static const char *const names[] = { "_GLOBAL_OFFSET_TABLE_", "_DYNAMIC", "__ehdr_start",
		"__executable_start", "_end", "end", "_etext", "etext", "_edata", "edata",
		"__bss_start" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq(names[i], s))
			return true;
	}
	return str_starts(s, "__start_") || str_starts(s, "__stop_");
}

static void add_use(struct resolver *r, const char *name, const char *file, bool strong)
{
	size_t before = r->wanted.n, i = names_add(&r->wanted, name);

	if (r->wanted.n > before) {
		arena_push_room(r->a, r->uses, i, r->uses_cap);
		r->uses[i] = (struct use) { file, strong };
	} else if (strong && !r->uses[i].strong) {
		r->uses[i] = (struct use) { file, true };
	}
}

static void collect(struct resolver *r, const struct ll_symbol *v, size_t n, bool native)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i].undefined && !is_of_linker(v[i].name))
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

static bool provides(const struct provider *x, const char *symbol)
{
	return x->is_file ? names_find(&x->symbols, symbol) != NAMES_NONE
			  : stub_list_has(&x->list, symbol);
}

static int open_file(struct resolver *r, struct need *need, struct provider *out)
{
	const char *path = need->word.text, *soname;
	const struct ll_symbol *v;
	char *data;
	size_t size, n;

	if (input_read(r->a, r->d, need->word.at, "library", path, &data, &size))
		return -1;
	if (ll_file_kind(path, data, size) != LL_FILE_SHARED)
		return diag_err(r->d, need->word.at,
			"'needs' wants shared libraries, '%s' is none; give objects and archives "
			"as modules",
			path);
	if (ll_object_symbols(
		    r->a, r->d, need->word.at, path, data, size, r->t->triple.normal, &v, &n))
		return -1;
	soname = soname_find(data, size);
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

static int open_library(struct resolver *r, struct need *need, struct provider *out)
{
	out->name = need->name = need->word.text;
	if (strchr(need->word.text, '/'))
		return open_file(r, need, out);
	if (!file_exists(list_path(r, need->name)))
		return report_no_list(r, need);
	return stub_list_read(r->a, r->d, need->word.at, list_path(r, need->name), &out->list);
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
		if (!stub_list_read(r->a, r->d, NOWHERE, list_path(r, names[i]), &x->list))
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

static void report_missing(struct resolver *r, const char *name, const struct use *u)
{
	const struct provider *has = NULL;

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
	diag_err(r->d, NOWHERE,
		"undefined symbol '%s', %s; add the module that defines it, or the library that "
		"has it "
		"to 'needs', or list it under 'host' if the host program provides it",
		name, who_uses(r, name, u));
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

static bool find_provider(struct resolver *r, const char *name, bool strong)
{
	struct needs *out = r->out;

	if (names_find(&r->defined, name) != NAMES_NONE)
		return true;
	for (size_t i = 0; i < out->nhost; i++) {
		if (str_eq(out->host[i].name, name))
			return take_provider(&out->host[i], strong);
	}
	for (size_t i = 0; i < out->nlibraries; i++) {
		if (provides(&out->providers[i], name))
			return take_provider(&out->libraries[i], strong);
	}
	return false;
}

/* What is injected into every image (the platform's `image: start:`) defines a few, with the help
 * of functions of the C library if they are there. */
static bool is_of_start(struct resolver *r, const char *name)
{
	static const char *const helpers[][2] = {
		{ "atexit", "__cxa_atexit" },
		{ "at_quick_exit", "__cxa_at_quick_exit" },
		{ "pthread_atfork", "__register_atfork" },
	};

	if (!r->t->platform->image_start.text || !stub_elf_image_defines(name))
		return false;
	for (size_t i = 0; i < sizeof(helpers) / sizeof(helpers[0]); i++) {
		if (str_eq(helpers[i][0], name))
			find_provider(r, helpers[i][1], true);
	}
	return true;
}

static void resolve(struct resolver *r)
{
	for (size_t i = 0; i < r->wanted.n; i++) {
		const char *name = r->wanted.v[i];

		if (find_provider(r, name, r->uses[i].strong) || is_of_start(r, name) ||
			!r->uses[i].strong)
			continue;
		report_missing(r, name, &r->uses[i]);
	}
	if (r->t->platform->image_start.text)
		find_provider(r, "__cxa_finalize", false);
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

int needs_resolve(struct arena *a, struct diags *d, const struct package *p, const struct target *t,
	const struct modules *m, const struct objects *objects, struct needs *n)
{
	struct resolver r = start(a, d, p, t, n);
	unsigned before = d->errors;

	r.m = m;
	if (collect_all(&r, objects))
		return -1;
	resolve(&r);
	return d->errors == before ? 0 : -1;
}
