/* PACKAGE.yaml by tables, then the command line over it. Keys are described in frontend/PACKAGE.md.
 */
#include "frontend/package.h"

#include <string.h>

#include "base/str.h"
#include "base/yml.h"
#include "frontend/cpu/target.h"
#include "frontend/input.h"
#include "frontend/manifest.h"
#include "frontend/soname.h"
#include "image/image.h"

struct reader {
	struct arena *mem;
	struct diags *d;
	const char *dir; /* of the manifest: its paths are relative to it */
	const struct build_request *q;
	bool *said_used; /* [q->dependencies.n] */
	struct package *p;
};

/* ---- checks of single words */

static void set_name(struct reader *r, const struct job_word *w)
{
	if (!manifest_is_name(w->text))
		diag_err(r->d, w->at,
			"package name '%s' wants letters, digits and '_', '.', '+', '-' behind the "
			"first, "
			"at most %d in all; choose another name",
			str_shown(r->mem, w->text), MANIFEST_NAME_MOST);
	r->p->name = w->text;
}

static void set_version(struct reader *r, const struct job_word *w)
{
	bool sound = *w->text && strlen(w->text) <= MANIFEST_NAME_MOST;

	for (const char *s = w->text; *s; s++)
		sound = sound && (unsigned char)*s > ' ' && *s != 0x7f;
	if (!sound)
		diag_err(r->d, w->at,
			"version '%s' wants at most %d characters without blanks, such as 1.4.2",
			str_shown(r->mem, w->text), MANIFEST_NAME_MOST);
	r->p->version = w->text;
}

static void set_uuid(struct reader *r, const struct job_word *w)
{
	if (!manifest_uuid(w->text, r->p->uuid))
		diag_err(r->d, w->at,
			"uuid wants 32 hex digits as f81d4fae-7dec-11d0-a765-00a0c91e6bf6, got "
			"'%s'; "
			"'uuidgen' makes one",
			str_shown(r->mem, w->text));
}

static void set_opt_level(struct reader *r, const struct job_word *w)
{
	for (size_t i = 0; manifest_opt_levels[i]; i++) {
		if (str_eq(manifest_opt_levels[i], w->text)) {
			r->p->opt_level = w->text[0];
			return;
		}
	}
	diag_err(r->d, w->at, "'-O%s' is no optimisation level; use 0, 1, 2, 3, s or z",
		str_shown(r->mem, w->text));
}

/* ---- lists of the manifest */

static const char *beside_manifest(struct reader *r, const char *path)
{
	return *path == '/' || str_eq(r->dir, ".") ? path : path_join(r->mem, r->dir, path);
}

static void read_host(struct reader *r, const struct yml_strs *names)
{
	yml_each (i, names) {
		if (!*names->v[i])
			diag_err(r->d, names->at[i], "'host' wants symbol names, got ''");
		job_words_add(r->mem, &r->p->host, names->v[i], names->at[i]);
	}
}

/* a library: a soname, or a file when there is a '/' in it */
static void read_library(struct reader *r, const char *text, struct loc at)
{
	if (!*text) {
		diag_err(
			r->d, at, "'needs' wants the name of a library, such as libm.so.6, got ''");
		return;
	}
	job_words_add(
		r->mem, &r->p->needs, strchr(text, '/') ? beside_manifest(r, text) : text, at);
}

static void read_need(struct reader *r, const struct yml_node *n)
{
	struct manifest_need e = { 0 };

	if (n->kind == YML_SCALAR) {
		read_library(r, n->text, n->at);
		return;
	}
	if (n->kind != YML_MAP) {
		diag_err(r->d, n->at,
			"an entry of 'needs' wants a library name, 'library: NAME' or 'host: "
			"[SYMBOL, ...]', got %s",
			yml_kind_name(n));
		return;
	}
	if (yml_fill(r->mem, r->d, n, "an entry of 'needs'", manifest_need_fields, &e))
		return;
	if (!e.library.text && !yml_get(n, "host"))
		diag_err(r->d, n->at,
			"an entry of 'needs' wants 'library: NAME' or 'host: [SYMBOL, ...]', got "
			"neither");
	if (e.library.text)
		read_library(r, e.library.text, e.library.at);
	read_host(r, &e.host);
}

static void read_needs(struct reader *r, const struct yml_node *n)
{
	if (!n)
		return;
	if (n->kind != YML_SEQ) {
		read_need(r, n);
		return;
	}
	if (!n->n)
		r->p->needs.given = true; /* an empty list: nothing from outside */
	yml_each (i, n)
		read_need(r, n->items[i]);
}

/* ---- exports */

static void set_native(struct reader *r, struct loc at)
{
	r->p->native = true;
	r->p->native_at = at;
}

static void take_exports(struct reader *r, const struct yml_node *n)
{
	struct manifest_exports e;

	manifest_read_exports(r->mem, r->d, n, &e);
	r->p->exports = e.names;
	if (e.native)
		set_native(r, e.native_at);
}

/* ---- dependencies */

static const char *kind_of(const struct package_dep *dep)
{
	return dep->base ? "base image" : "dependency";
}

static int read_dep_image(struct reader *r, struct package_dep *dep)
{
	struct img_error e = { 0 };
	struct img_view v;
	char *data, text[512];
	size_t size;

	if (input_read(r->mem, r->d, dep->path_at, kind_of(dep), dep->path, &data, &size))
		return -1;
	if (img_check_file(data, size, 0, &v, NULL, &e)) {
		img_error_text(&e, text, sizeof(text));
		return diag_err(r->d, dep->path_at, "%s '%s' is no sound package image: %s",
			kind_of(dep), dep->path, text);
	}
	if (!str_eq(img_str(&v, v.package->name), dep->name))
		return diag_err(r->d, dep->at, "%s wants package '%s', but '%s' is package '%s'",
			kind_of(dep), dep->name, dep->path, img_str(&v, v.package->name));
	dep->version = img_str(&v, v.package->version);
	dep->targets = cpu_targets_of_image(r->mem, &v);
	memcpy(dep->uuid, v.package->uuid, sizeof(dep->uuid));
	memcpy(dep->build_id, v.header->build_id, sizeof(dep->build_id));
	dep->interface_digest = v.header->interface_digest;
	dep->view = v;
	dep->soname = soname_find(data, size);
	dep->form = img_form(&v);
	return 0;
}

/* FILE of NAME=FILE, or NULL: it is not about `name` */
static const char *file_said(const struct job_word *w, const char *name)
{
	size_t n = strlen(name);

	return w->text && !strncmp(w->text, name, n) && w->text[n] == '=' ? w->text + n + 1 : NULL;
}

/* --base or --dependency that is about it; NULL: none is */
static const struct job_word *find_said(struct reader *r, const char *name)
{
	if (file_said(&r->q->base, name))
		return &r->q->base;
	for (size_t i = 0; i < r->q->dependencies.n; i++) {
		if (file_said(&r->q->dependencies.v[i], name)) {
			r->said_used[i] = true;
			return &r->q->dependencies.v[i];
		}
	}
	return NULL;
}

/* the command line's file goes over the manifest's. returns 0, or -1 reported */
static int read_said_dep(struct reader *r, struct package_dep *dep)
{
	const struct job_word *said = find_said(r, dep->name);

	if (said) {
		dep->path = file_said(said, dep->name);
		dep->path_at = said->at;
	}
	if (!dep->path)
		return diag_err(r->d, dep->at,
			"%s '%s' wants a file; write '{ name: %s, path: FILE }', or give "
			"--%s=%s=FILE",
			kind_of(dep), str_shown(r->mem, dep->name), dep->name,
			dep->base ? "base" : "dependency", dep->name);
	return read_dep_image(r, dep);
}

static size_t find_dep(const struct package *p, const char *name)
{
	size_t i = 0;

	while (i < p->ndeps && !str_eq(p->deps[i].name, name))
		i++;
	return i;
}

static void add_dep(struct reader *r, struct package_dep dep)
{
	struct package *p = r->p;
	size_t at = find_dep(p, dep.name);

	if (at < p->ndeps) {
		diag_err(r->d, dep.at, "dependency '%s' is given twice", dep.name);
		diag_note(r->d, p->deps[at].at, "first given here");
		return;
	}
	read_said_dep(r, &dep); /* if it cannot be read it stays, so that it is told once */
	arena_push_room(r->mem, p->deps, p->ndeps, p->deps_cap);
	p->deps[p->ndeps++] = dep;
}

/* in front of the dependencies, one of which it may be */
static void add_base(struct reader *r, struct package_dep base)
{
	struct package *p = r->p;
	size_t at = find_dep(p, base.name);

	base.base = true;
	if (at < p->ndeps && !base.path) {
		base = p->deps[at];
		base.base = true;
	} else if (read_said_dep(r, &base)) {
		return;
	}
	if (at == p->ndeps) {
		arena_push_room(r->mem, p->deps, p->ndeps, p->deps_cap);
		p->ndeps++;
	}
	memmove(p->deps + 1, p->deps, at * sizeof(base));
	p->deps[0] = base;
}

/* one of the manifest. returns 0, or -1 reported */
static int read_dep(
	struct reader *r, const char *what, const struct yml_node *n, struct package_dep *out)
{
	struct manifest_dependency e;

	if (manifest_read_dependency(r->mem, r->d, what, n, &e))
		return -1;
	*out = (struct package_dep) { .name = e.name.text,
		.at = e.name.at,
		.path = e.path.text ? beside_manifest(r, e.path.text) : NULL,
		.path_at = e.path.at };
	return 0;
}

static void read_deps(struct reader *r, const struct yml_node *n)
{
	if (!n)
		return;
	if (n->kind != YML_SEQ) {
		diag_err(r->d, n->at, "'dependencies' wants a list of names and mappings, got %s",
			yml_kind_name(n));
		return;
	}
	yml_each (i, n) {
		struct package_dep dep;

		if (!read_dep(r, MANIFEST_DEPENDENCY, n->items[i], &dep))
			add_dep(r, dep);
	}
}

/* behind the dependencies; --base goes over it */
static void read_base(struct reader *r, const struct yml_node *n)
{
	struct package_dep base;

	if (n && !r->q->base.text && !read_dep(r, MANIFEST_BASE, n, &base))
		add_base(r, base);
}

/* ---- the manifest */

static void take_lists(struct reader *r, const struct manifest *m, const struct yml_node *top)
{
	const struct yml_node *modules = yml_get(top, "modules");
	struct package *p = r->p;

	yml_each (i, &m->modules)
		job_words_add(
			r->mem, &p->modules, beside_manifest(r, m->modules.v[i]), m->modules.at[i]);
	if (modules && modules->kind == YML_SEQ && !modules->n)
		diag_err(r->d, modules->at, "'modules' wants at least one file, got an empty list");
	take_exports(r, m->exports);
	manifest_read_preferences(r->mem, r->d, m->preferences, &p->preferences);
	yml_each (i, &m->depfiles)
		job_words_add(r->mem, &p->depfiles, beside_manifest(r, m->depfiles.v[i]),
			m->depfiles.at[i]);
	read_needs(r, m->needs);
	read_deps(r, m->dependencies);
	read_base(r, m->base);
}

static void read_manifest(struct reader *r, const char *path, struct loc asked)
{
	struct package *p = r->p;
	struct manifest m = { .schema = 1, .opt_level = 2 };
	struct yml_node *top;

	r->dir = path_dir(r->mem, path);
	top = yml_read(r->mem, r->d, asked, "package file", path);
	if (!top)
		return;
	yml_fill(r->mem, r->d, top, "a package file", manifest_fields, &m);
	if (!m.schema)
		diag_err(r->d, yml_get(top, "schema")->at, "'schema' wants 1, got 0");
	if (m.name.text)
		set_name(r, &m.name);
	if (m.version.text)
		set_version(r, &m.version);
	if (m.uuid.text)
		set_uuid(r, &m.uuid);
	if (m.output.text)
		p->output = (struct job_word) { beside_manifest(r, m.output.text), m.output.at };
	p->opt_level = manifest_opt_levels[m.opt_level][0];
	p->target = m.target;
	p->platform = m.platform;
	p->soname = m.soname;
	if (m.import_library.text)
		p->import_library = (struct job_word) { beside_manifest(r, m.import_library.text),
			m.import_library.at };
	yml_each (i, &m.cpu_targets)
		job_words_add(r->mem, &p->cpu_targets, m.cpu_targets.v[i], m.cpu_targets.at[i]);
	take_lists(r, &m, top);
}

/* ---- the command line */

static bool is_manifest(const char *path)
{
	return str_ends(path, ".yaml") || str_ends(path, ".yml");
}

/* NAME of NAME=FILE, or NULL reported */
static const char *name_said(struct reader *r, const char *option, const struct job_word *w)
{
	const char *eq = strchr(w->text, '=');

	if (eq && eq > w->text && eq[1])
		return str_ndup(r->mem, w->text, (size_t)(eq - w->text));
	diag_err(r->d, w->at, "%s wants NAME=FILE, got '%s'", option, str_shown(r->mem, w->text));
	return NULL;
}

/* --dependency: those that the manifest does not have */
static void add_said_deps(struct reader *r)
{
	for (size_t i = 0; i < r->q->dependencies.n; i++) {
		const struct job_word *w = &r->q->dependencies.v[i];
		const char *name = name_said(r, "--dependency", w);

		if (name && !r->said_used[i])
			add_dep(r, (struct package_dep) { .name = name, .at = w->at });
	}
}

static void add_said_base(struct reader *r)
{
	const struct job_word *w = &r->q->base;
	const char *name = w->text ? name_said(r, "--base", w) : NULL;

	if (name)
		add_base(r, (struct package_dep) { .name = name,
				    .at = w->at,
				    .path = file_said(w, name),
				    .path_at = w->at });
}

static void append_words(struct reader *r, struct job_words *to, const struct job_words *from)
{
	for (size_t i = 0; i < from->n; i++)
		job_words_add(r->mem, to, from->v[i].text, from->v[i].at);
	to->given |= from->given;
}

/* the manifest's word, or NULL; reports a manifest among modules */
static const struct job_word *find_manifest(struct reader *r, const struct build_request *q)
{
	const struct job_word *found = q->package.text ? &q->package : NULL;

	for (size_t i = 0; i < q->ninputs; i++) {
		const struct job_word *w = &q->inputs[i];

		if (!is_manifest(w->text))
			continue;
		if (found)
			diag_err(r->d, w->at,
				"'%s' is a second package file after '%s'; build one at a time",
				w->text, found->text);
		else
			found = w;
	}
	for (size_t i = 0; found && i < q->ninputs; i++) {
		if (!is_manifest(q->inputs[i].text))
			diag_err(r->d, q->inputs[i].at,
				"'%s' beside a package file; list it under 'modules' in '%s'",
				q->inputs[i].text, found->text);
	}
	return found;
}

/* "dir/libfoo.so" -> "libfoo" */
static const char *bare_name(struct arena *a, const char *output)
{
	const char *base = path_base(output), *dot = strchr(base, '.');

	return dot && dot != base ? str_ndup(a, base, (size_t)(dot - base)) : base;
}

static void take_command_line(struct reader *r, const struct build_request *q)
{
	struct package *p = r->p;

	if (q->name.text)
		set_name(r, &q->name);
	if (q->version.text)
		set_version(r, &q->version);
	if (q->uuid.text)
		set_uuid(r, &q->uuid);
	if (q->opt_level.text)
		set_opt_level(r, &q->opt_level);
	if (q->cpu_target.text) {
		p->cpu_targets = (struct job_words) { 0 };
		job_words_add(r->mem, &p->cpu_targets, q->cpu_target.text, q->cpu_target.at);
	}
	if (q->output.text)
		p->output = q->output;
	/* each of the two chooses a platform: the nearer one replaces both of the manifest's */
	if (q->target.text || q->platform.text) {
		p->target = q->target;
		p->platform = q->platform;
	}
	if (q->exports_as.text && !str_eq(q->exports_as.text, "native"))
		diag_err(r->d, q->exports_as.at,
			"--exports wants 'native', got '%s'; what is exported is said with "
			"--export=%s",
			str_shown(r->mem, q->exports_as.text),
			str_shown(r->mem, q->exports_as.text));
	else if (q->exports_as.text)
		set_native(r, q->exports_as.at);
	if (q->soname.text)
		p->soname = q->soname;
	if (q->import_library.text)
		p->import_library = q->import_library;
	append_words(r, &p->exports, &q->exports);
	append_words(r, &p->needs, &q->needs);
	append_words(r, &p->host, &q->host);
	add_said_deps(r);
	add_said_base(r);
}

/* what goes with native exports alone */
static void check_native(struct reader *r, const struct build_request *q)
{
	const struct package *p = r->p;
	const struct job_word *file = &p->import_library;

	if (p->soname.text && (!*p->soname.text || strpbrk(p->soname.text, "\r\n")))
		diag_err(r->d, p->soname.at, "'soname' wants a name such as libfoo.so.1, got '%s'",
			str_shown(r->mem, p->soname.text));
	if (p->native && q->object_only)
		diag_err(r->d, p->native_at,
			"native exports are made by the link of an image, not by '-c'; leave one "
			"of the two out");
	if (file->text && !p->native)
		diag_err(r->d, file->at,
			"an import library is of native exports; say 'exports: native' or "
			"--exports=native");
}

/* name and output each have the other as default */
static void default_names(struct reader *r, const struct build_request *q)
{
	struct package *p = r->p;

	if (!p->name && p->output.text) {
		struct job_word w = { bare_name(r->mem, p->output.text), p->output.at };

		if (!manifest_is_name(w.text))
			diag_err(r->d, w.at,
				"no package name can be made of the output's name '%s'; give one "
				"with --name",
				str_shown(r->mem, path_base(p->output.text)));
		p->name = w.text;
	}
	if (!p->name && q->ninputs) {
		struct job_word w = { bare_name(r->mem, q->inputs[0].text), q->inputs[0].at };

		set_name(r, &w);
	}
	if (!p->output.text) {
		p->output = (struct job_word) { p->name ? p->name : "", NOWHERE };
		p->output_bare = true;
	}
}

int package_read(
	struct arena *a, struct diags *d, const struct build_request *q, struct package *out)
{
	struct reader r = { .mem = a, .d = d, .dir = ".", .q = q, .p = out };
	unsigned before = d->errors;
	const struct job_word *manifest;

	*out = (struct package) { .version = "", .opt_level = '2' };
	manifest = find_manifest(&r, q);
	out->from_file = manifest != NULL;
	r.said_used = arena_array(a, bool, q->dependencies.n);
	if (manifest) {
		read_manifest(&r, manifest->text, manifest->at);
	} else {
		for (size_t i = 0; i < q->ninputs; i++)
			job_words_add(a, &out->modules, q->inputs[i].text, q->inputs[i].at);
		if (!q->ninputs && !q->nmemory && !q->heap)
			diag_err(d, NOWHERE,
				"no input; name a package file or at least one .bc, .ll, .o or .a "
				"file");
	}
	out->memory = q->memory;
	out->nmemory = q->nmemory;
	take_command_line(&r, q);
	check_native(&r, q);
	default_names(&r, q);
	return d->errors == before ? 0 : -1;
}
