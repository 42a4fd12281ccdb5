/* The workspace file by tables. A package is described in it, or in a PACKAGE.yaml of its own that
 * it names; both are read by the keys of frontend/manifest.h. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "frontend/manifest.h"
#include "image/format.h"
#include "workspace/workspace.h"

struct top {
	uint64_t schema;
	struct job_word output, base;
	struct yml_node *options, *packages;
};

#define T(member)  offsetof(struct top, member)
#define AT(member) T(member.text), T(member.at), NULL, 0
#define END        { NULL, 0, 0, 0, 0, NULL, 0 }

static const struct yml_field top_fields[] = {
	{ "schema", YML_T_UINT, YML_REQUIRED, T(schema), YML_NO_AT, NULL, 1 },
	{ "output", YML_T_STR, YML_OPTIONAL, AT(output) },
	{ "base", YML_T_STR, YML_OPTIONAL, AT(base) },
	{ "options", YML_T_MAP, YML_OPTIONAL, T(options), YML_NO_AT, NULL, 0 },
	{ "packages", YML_T_NODE, YML_REQUIRED, T(packages), YML_NO_AT, NULL, 0 },
	END,
};

/* An entry of `packages`, or `options`: the keys of a package file, and these. */
struct entry {
	struct manifest m; /* first: its own table fills it in */
	struct job_word path, native;
	bool strip;
};

#define E(member) offsetof(struct entry, member)
static const struct yml_field entry_fields[] = {
	{ "path", YML_T_STR, YML_OPTIONAL, E(path.text), E(path.at), NULL, 0 },
	{ "native-code", YML_T_STR, YML_OPTIONAL, E(native.text), E(native.at), NULL, 0 },
	{ "strip", YML_T_BOOL, YML_OPTIONAL, E(strip), YML_NO_AT, NULL, 0 },
};
enum { NENTRY = sizeof(entry_fields) / sizeof(entry_fields[0]), MOST_FIELDS = 32 };

/* keys that may stand beside `path`, and in `options` but for those of one package */
static const char *const of_options[] = { "cpu-targets", "opt-level", "target", "platform",
	"native-code", "strip", NULL };
static const char *const of_path[] = { "path", "output", "dependencies", "cpu-targets", "opt-level",
	"target", "platform", "native-code", "strip", NULL };

struct reader {
	struct arena *mem;
	struct diags *d;
	const struct ws_host *host;
	struct ws *ws;
	struct yml_field fields[MOST_FIELDS], options[MOST_FIELDS], paths[MOST_FIELDS];
};

static bool is_among(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (str_eq(word, *words))
			return true;
	return false;
}

/* those rows of both tables whose keys are in `keys` (NULL: all but "schema") */
static void make_fields(struct yml_field *to, const char *const *keys)
{
	size_t n = 0;

	for (const struct yml_field *f = manifest_fields; f->key; f++) {
		if (keys ? is_among(f->key, keys) : !str_eq(f->key, "schema")) {
			to[n] = *f;
			to[n++].need = keys ? YML_OPTIONAL : f->need;
		}
	}
	for (size_t i = 0; i < NENTRY; i++)
		if (!keys || is_among(entry_fields[i].key, keys))
			to[n++] = entry_fields[i];
	if (n >= MOST_FIELDS)
		diag_bug("more than %d keys of a package", MOST_FIELDS - 1);
	to[n] = (struct yml_field)END;
}

static const char *beside(struct arena *a, const char *dir, const char *path)
{
	return *path == '/' || str_eq(dir, ".") ? path : path_join(a, dir, path);
}

/* ---- settings */

static bool has_slash(const struct job_word *w)
{
	return w->text && strchr(w->text, '/');
}

/* what is said here goes over what is said for all */
static void take_settings(struct reader *r, const struct yml_node *node, const struct entry *e,
	const char *dir, struct ws_settings *s)
{
	const struct yml_node *level = yml_get(node, "opt-level");

	if (level)
		s->opt_level = (struct job_word) { manifest_opt_levels[e->m.opt_level], level->at };
	if (e->m.target.text || e->m.platform.text) { /* each chooses a platform: both go */
		s->target = e->m.target;
		s->platform = e->m.platform;
		if (has_slash(&s->platform))
			s->platform.text = beside(r->mem, dir, s->platform.text);
	}
	if (yml_get(node, "cpu-targets")) {
		s->cpu_targets = (struct job_words) { 0 };
		yml_each (i, &e->m.cpu_targets)
			job_words_add(r->mem, &s->cpu_targets, e->m.cpu_targets.v[i],
				e->m.cpu_targets.at[i]);
	}
	if (e->native.text)
		s->native = e->native;
	if (yml_get(node, "strip"))
		s->strip = e->strip;
}

/* ---- what a package takes */

static void take_need(struct reader *r, struct ws_package *p, const struct yml_node *n)
{
	struct manifest_need e = { 0 };

	if (n->kind == YML_SCALAR) {
		e.library = (struct job_word) { n->text, n->at };
	} else if (n->kind != YML_MAP) {
		diag_err(r->d, n->at,
			"an entry of 'needs' wants a library name, 'library: NAME' or 'host: "
			"[SYMBOL, ...]', got %s",
			yml_kind_name(n));
		return;
	} else if (yml_fill(r->mem, r->d, n, "an entry of 'needs'", manifest_need_fields, &e)) {
		return;
	}
	if (has_slash(&e.library))
		job_words_add(
			r->mem, &p->files, beside(r->mem, p->dir, e.library.text), e.library.at);
}

static void take_needs(struct reader *r, struct ws_package *p, const struct yml_node *needs)
{
	if (needs && needs->kind == YML_SEQ)
		yml_each (i, needs)
			take_need(r, p, needs->items[i]);
	else if (needs)
		take_need(r, p, needs);
}

static size_t find_dependency(const struct ws_package *p, const char *name)
{
	size_t i = 0;

	while (i < p->ndeps && !str_eq(p->deps[i].name, name))
		i++;
	return i;
}

static void push_dependency(struct reader *r, struct ws_package *p, struct ws_dependency dep)
{
	dep.package = WS_OUTSIDE;
	arena_push_room(r->mem, p->deps, p->ndeps, p->deps_cap);
	p->deps[p->ndeps++] = dep;
}

static void add_dependency(struct reader *r, struct ws_package *p, struct ws_dependency dep)
{
	size_t at = find_dependency(p, dep.name);

	if (at == p->ndeps) {
		push_dependency(r, p, dep);
	} else if (dep.at.file == p->deps[at].at.file || dep.path.text) {
		diag_err(r->d, dep.at, "dependency '%s' is given twice", dep.name);
		diag_note(r->d, p->deps[at].at, "first given here");
	} /* else its own file has it already, the workspace says so again */
}

/* the first of what the package is built with, one of which it may be already */
static void add_base(struct reader *r, struct ws_package *p, struct ws_dependency base)
{
	size_t at = find_dependency(p, base.name);

	if (at && p->ndeps && p->deps[0].base) {
		diag_err(r->d, base.at,
			"package '%s' gets the base image '%s' and has '%s'; an image has one",
			p->name, base.name, p->deps[0].name);
		diag_note(r->d, p->deps[0].at, "the other one is given here");
		return;
	}
	if (at == p->ndeps)
		push_dependency(r, p, base);
	if (!base.path.text)
		base = p->deps[at];
	base.package = WS_OUTSIDE;
	base.base = true;
	memmove(p->deps + 1, p->deps, at * sizeof(base));
	p->deps[0] = base;
}

/* returns 0, or -1 reported */
static int read_dependency(struct reader *r, const char *what, const char *dir,
	const struct yml_node *n, struct ws_dependency *out)
{
	struct manifest_dependency e;

	if (manifest_read_dependency(r->mem, r->d, what, n, &e))
		return -1;
	if (e.path.text)
		e.path.text = beside(r->mem, dir, e.path.text);
	*out = (struct ws_dependency) { .name = e.name.text, .at = e.name.at, .path = e.path };
	return 0;
}

static void take_dependency(
	struct reader *r, struct ws_package *p, const char *dir, const struct yml_node *n)
{
	struct ws_dependency dep;

	if (!read_dependency(r, MANIFEST_DEPENDENCY, dir, n, &dep))
		add_dependency(r, p, dep);
}

static void take_dependencies(
	struct reader *r, struct ws_package *p, const char *dir, const struct yml_node *list)
{
	if (list && list->kind != YML_SEQ)
		diag_err(r->d, list->at,
			"'dependencies' wants a list of names and mappings, got %s",
			yml_kind_name(list));
	else if (list)
		yml_each (i, list)
			take_dependency(r, p, dir, list->items[i]);
}

static void take_files(struct reader *r, struct ws_package *p, const struct manifest *m)
{
	struct ws_dependency base;

	yml_each (i, &m->modules)
		job_words_add(r->mem, &p->modules, beside(r->mem, p->dir, m->modules.v[i]),
			m->modules.at[i]);
	yml_each (i, &m->depfiles)
		job_words_add(r->mem, &p->depfiles, beside(r->mem, p->dir, m->depfiles.v[i]),
			m->depfiles.at[i]);
	if (yml_get(p->node, "modules") && !m->modules.n &&
		yml_get(p->node, "modules")->kind == YML_SEQ)
		diag_err(r->d, yml_get(p->node, "modules")->at,
			"'modules' wants at least one file, got an empty list");
	manifest_read_exports(r->mem, r->d, m->exports, &p->exports);
	manifest_read_preferences(r->mem, r->d, m->preferences, &p->preferences);
	p->soname = m->soname;
	if (m->import_library.text)
		diag_err(r->d, m->import_library.at,
			"a workspace keeps images in its cache and no import libraries; build this "
			"package by itself, or leave 'import-library' out");
	p->needs = m->needs;
	p->version = m->version;
	p->uuid = m->uuid;
	take_needs(r, p, m->needs);
	take_dependencies(r, p, p->dir, m->dependencies);
	if (m->base && !read_dependency(r, MANIFEST_BASE, p->dir, m->base, &base))
		add_base(r, p, base);
}

/* ---- one package */

static void check_name(struct reader *r, struct ws_package *p, const struct job_word *name)
{
	p->name = name->text ? name->text : "";
	if (name->text && !manifest_is_name(name->text))
		diag_err(r->d, name->at,
			"package name '%s' wants letters, digits and '_', '.', '+', '-' behind the "
			"first, at most %d in all; choose another name",
			str_shown(r->mem, name->text), MANIFEST_NAME_MOST);
}

/* PACKAGE.yaml. The workspace's word goes over the file's, as that of the command line does; what
 * the file alone says stays there, but for the platform that decides about the output's suffix. */
static void read_package_file(struct reader *r, struct ws_package *p, struct manifest *m)
{
	p->node = yml_read(r->mem, r->d, p->file.at, "package file", p->file.text);
	if (!p->node)
		return;
	yml_fill(r->mem, r->d, p->node, "a package file", manifest_fields, m);
	check_name(r, p, &m->name);
	take_files(r, p, m);
}

/* the same place for an image without native code */
static const char *data_name(struct arena *a, const char *library, const char *suffix)
{
	size_t n = strlen(library);

	if (str_ends(library, IMG_DATA_SUFFIX))
		return library;
	n -= str_ends(library, suffix) ? strlen(suffix) : 0;
	return str_fmt(a, "%.*s" IMG_DATA_SUFFIX, (int)n, library);
}

/* NAME.so in the folder of the workspace, if nothing else is said */
static void set_output(
	struct reader *r, struct ws_package *p, const struct entry *e, const struct manifest *own)
{
	const struct ws_settings *s = &p->settings;
	bool here = s->target.text || s->platform.text;

	if (has_slash(&s->platform))
		job_words_add(r->mem, &p->files, s->platform.text, s->platform.at);
	p->target = here ? s->target : own->target;
	p->chosen = here ? s->platform : own->platform;
	p->platform = r->host->platform(r->host->ctx, &p->target, &p->chosen);
	if (e->m.output.text)
		p->output = (struct job_word) { beside(r->mem, r->ws->dir, e->m.output.text),
			e->m.output.at };
	else
		p->output = (struct job_word) {
			path_join(r->mem, r->ws->output,
				str_fmt(r->mem, "%s%s", p->name,
					p->platform ? p->platform->suffix : "")),
			p->at,
		};
	p->library = p->output.text;
	p->data = data_name(r->mem, p->library, p->platform ? p->platform->suffix : "");
}

static void read_mapping(struct reader *r, struct ws_package *p, struct yml_node *n)
{
	struct entry e = { .m = { .schema = 1 } };
	struct manifest own = { .schema = 1 };
	bool has_file = yml_get(n, "path");
	struct diags *d = r->d;

	if (yml_fill(r->mem, d, n, has_file ? "a package with a 'path'" : "a package",
		    has_file ? r->paths : r->fields, &e) &&
		!(has_file ? e.path.text : e.m.name.text))
		return;
	p->settings = r->ws->settings;
	take_settings(r, n, &e, r->ws->dir, &p->settings);
	if (has_file) {
		p->file = (struct job_word) { beside(r->mem, r->ws->dir, e.path.text), e.path.at };
		p->dir = path_dir(r->mem, p->file.text);
		read_package_file(r, p, &own);
		if (p->node)
			take_dependencies(r, p, r->ws->dir, e.m.dependencies);
	} else {
		p->dir = r->ws->dir;
		p->node = n;
		check_name(r, p, &e.m.name);
		take_files(r, p, &e.m);
	}
	if (!p->node)
		return;
	p->has_targets = own.cpu_targets.n;
	if (has_slash(&own.platform))
		own.platform.text = beside(r->mem, p->dir, own.platform.text);
	if (!p->settings.cpu_targets.n && !p->has_targets && r->host->cpu_target.text)
		job_words_add(r->mem, &p->settings.cpu_targets, r->host->cpu_target.text,
			r->host->cpu_target.at);
	set_output(r, p, &e, &own);
}

static void read_package(struct reader *r, struct yml_node *n)
{
	struct ws *ws = r->ws;
	struct ws_package p = { .name = "", .at = n->at };
	struct yml_node path_key = { .kind = YML_SCALAR, .at = n->at, .text = "path" };
	struct yml_node *keys[] = { &path_key }, *items[] = { n };
	struct yml_node short_form = {
		.kind = YML_MAP, .at = n->at, .n = 1, .items = items, .keys = keys
	};

	if (n->kind == YML_SEQ) {
		diag_err(r->d, n->at,
			"an entry of 'packages' wants a package file or a mapping, got %s",
			yml_kind_name(n));
		return;
	}
	read_mapping(r, &p, n->kind == YML_MAP ? n : &short_form);
	if (!p.node)
		return;
	arena_push_room(r->mem, ws->v, ws->n, ws->cap);
	ws->v[ws->n++] = p;
}

/* ---- the workspace */

/* every package stands on the base, but for the base and what that is built with itself */
static void add_base_to_all(struct reader *r)
{
	struct ws *ws = r->ws;
	bool *below = arena_array(r->mem, bool, ws->n + 1), more = true;
	size_t base = 0;

	while (base < ws->n && !str_eq(ws->v[base].name, ws->base.text))
		base++;
	if (base == ws->n) {
		diag_err(r->d, ws->base.at,
			"'base' wants the name of a package in 'packages', got '%s'",
			str_shown(r->mem, ws->base.text));
		return;
	}
	below[base] = true;
	while (more) { /* as many rounds as the base's dependencies are deep */
		more = false;
		for (size_t i = 0; i < ws->n; i++)
			for (size_t k = 0; below[i] && k < ws->v[i].ndeps; k++)
				for (size_t j = 0; j < ws->n; j++)
					if (!below[j] &&
						str_eq(ws->v[j].name, ws->v[i].deps[k].name))
						more = below[j] = true;
	}
	for (size_t i = 0; i < ws->n; i++)
		if (!below[i])
			add_base(r, &ws->v[i],
				(struct ws_dependency) {
					.name = ws->base.text, .at = ws->base.at });
}

static void read_top(struct reader *r, const struct yml_node *node)
{
	struct top top = { .schema = 1, .output = { "out", NOWHERE } };
	struct entry all = { 0 };
	struct ws *ws = r->ws;

	yml_fill(r->mem, r->d, node, "a workspace file", top_fields, &top);
	if (!top.schema)
		diag_err(r->d, yml_get(node, "schema")->at, "'schema' wants 1, got 0");
	ws->output = beside(r->mem, ws->dir, top.output.text);
	ws->base = top.base;
	if (top.options) {
		yml_fill(r->mem, r->d, top.options, "'options'", r->options, &all);
		take_settings(r, top.options, &all, ws->dir, &ws->settings);
	}
	if (top.packages && top.packages->kind != YML_SEQ)
		diag_err(r->d, top.packages->at, "'packages' wants a list, got %s",
			yml_kind_name(top.packages));
	else if (top.packages && !top.packages->n)
		diag_err(r->d, top.packages->at,
			"'packages' wants at least one package, got an empty list");
	else if (top.packages)
		yml_each (i, top.packages)
			read_package(r, top.packages->items[i]);
}

int ws_read(struct arena *a, struct diags *d, const char *path, const struct ws_host *host,
	struct ws *out)
{
	struct reader r = { .mem = a, .d = d, .host = host, .ws = out };
	unsigned before = d->errors;
	struct yml_node *node;
	char *real;

	*out = (struct ws) { .mem = a, .path = path, .dir = path_dir(a, path) };
	real = realpath(out->dir, NULL);
	out->root = real ? str_dup(a, real) : "/";
	free(real);
	make_fields(r.fields, NULL);
	make_fields(r.options, of_options);
	make_fields(r.paths, of_path);
	node = yml_read(a, d, host->asked, "workspace file", path);
	if (!node)
		return -1;
	read_top(&r, node);
	if (out->base.text && out->n)
		add_base_to_all(&r);
	ws_graph(d, host, out);
	ws_forms(d, host, out);
	return d->errors == before ? 0 : -1;
}
