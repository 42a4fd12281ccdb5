/* PACKAGE.yaml by tables, then the command line over it. Keys are described in frontend/PACKAGE.md.
 */
#include "frontend/package.h"

#include <string.h>

#include "base/str.h"
#include "base/yml.h"
#include "frontend/input.h"
#include "image/image.h"

enum { NAME_MOST = 128 };

static const char *const opt_names[] = { "0", "1", "2", "3", "s", "z", NULL };

/* The file as it is written, before anything is looked at. */
struct manifest {
	uint64_t schema;
	struct job_word name, version, uuid, target, platform, output;
	int opt_level; /* index in opt_names */
	struct yml_strs modules, exports, cpu_targets;
	struct yml_node *needs, *dependencies;
};

#define M(member)               offsetof(struct manifest, member)
#define WORD(key, member, need) { key, YML_T_STR, need, M(member.text), M(member.at), NULL, 0 }
#define STRS(key, member, need) { key, YML_T_STRS, need, M(member), YML_NO_AT, NULL, 0 }
#define NODE(key, member)       { key, YML_T_NODE, YML_OPTIONAL, M(member), YML_NO_AT, NULL, 0 }

static const struct yml_field manifest_fields[] = {
	{ "schema", YML_T_UINT, YML_REQUIRED, M(schema), YML_NO_AT, NULL, 1 },
	WORD("name", name, YML_REQUIRED),
	WORD("uuid", uuid, YML_OPTIONAL),
	WORD("version", version, YML_OPTIONAL),
	STRS("modules", modules, YML_REQUIRED),
	STRS("exports", exports, YML_OPTIONAL),
	NODE("needs", needs),
	NODE("dependencies", dependencies),
	STRS("cpu-targets", cpu_targets, YML_OPTIONAL),
	{ "opt-level", YML_T_ENUM, YML_OPTIONAL, M(opt_level), YML_NO_AT, opt_names, 0 },
	WORD("target", target, YML_OPTIONAL),
	WORD("platform", platform, YML_OPTIONAL),
	WORD("output", output, YML_OPTIONAL),
	{ NULL, 0, 0, 0, 0, NULL, 0 },
};

struct dep_entry {
	struct job_word name, path;
};
static const struct yml_field dep_fields[] = {
	{ "name", YML_T_STR, YML_REQUIRED, offsetof(struct dep_entry, name.text),
		offsetof(struct dep_entry, name.at), NULL, 0 },
	{ "path", YML_T_STR, YML_REQUIRED, offsetof(struct dep_entry, path.text),
		offsetof(struct dep_entry, path.at), NULL, 0 },
	{ NULL, 0, 0, 0, 0, NULL, 0 },
};

struct need_entry {
	struct job_word library;
	struct yml_strs host;
};
static const struct yml_field need_fields[] = {
	{ "library", YML_T_STR, YML_OPTIONAL, offsetof(struct need_entry, library.text),
		offsetof(struct need_entry, library.at), NULL, 0 },
	{ "host", YML_T_STRS, YML_OPTIONAL, offsetof(struct need_entry, host), YML_NO_AT, NULL, 0 },
	{ NULL, 0, 0, 0, 0, NULL, 0 },
};

struct reader {
	struct arena *mem;
	struct diags *d;
	const char *dir; /* of the manifest: its paths are relative to it */
	struct package *p;
};

static void add_word(struct arena *a, struct job_words *l, const char *text, struct loc at)
{
	arena_push_room(a, l->v, l->n, l->cap);
	l->v[l->n++] = (struct job_word) { text, at };
	l->given = true;
}

/* ---- checks of single words */

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool package_uuid(const char *text, uint8_t out[16])
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	uint8_t bytes[16] = { 0 };
	size_t digits = 0;

	if (strlen(text) != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; shape[i]; i++) {
		int value = hex_value(text[i]);

		if (shape[i] == '-') {
			if (text[i] != '-')
				return false;
			continue;
		}
		if (value < 0)
			return false;
		bytes[digits / 2] = (uint8_t)(bytes[digits / 2] << 4 | value);
		digits++;
	}
	memcpy(out, bytes, sizeof(bytes));
	return true;
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

static bool is_name(const char *s)
{
	return *s && strchr(LETTERS, *s) && !s[strspn(s, LETTERS ".+-")] && strlen(s) <= NAME_MOST;
}

static void set_name(struct reader *r, const struct job_word *w)
{
	if (!is_name(w->text))
		diag_err(r->d, w->at,
			"package name '%s' wants letters, digits and '_', '.', '+', '-' behind the "
			"first, "
			"at most %d in all; choose another name",
			str_shown(r->mem, w->text), NAME_MOST);
	r->p->name = w->text;
}

static void set_version(struct reader *r, const struct job_word *w)
{
	bool sound = *w->text && strlen(w->text) <= NAME_MOST;

	for (const char *s = w->text; *s; s++)
		sound = sound && (unsigned char)*s > ' ' && *s != 0x7f;
	if (!sound)
		diag_err(r->d, w->at,
			"version '%s' wants at most %d characters without blanks, such as 1.4.2",
			str_shown(r->mem, w->text), NAME_MOST);
	r->p->version = w->text;
}

static void set_uuid(struct reader *r, const struct job_word *w)
{
	if (!package_uuid(w->text, r->p->uuid))
		diag_err(r->d, w->at,
			"uuid wants 32 hex digits as f81d4fae-7dec-11d0-a765-00a0c91e6bf6, got "
			"'%s'; "
			"'uuidgen' makes one",
			str_shown(r->mem, w->text));
}

static void set_opt_level(struct reader *r, const struct job_word *w)
{
	for (size_t i = 0; opt_names[i]; i++) {
		if (str_eq(opt_names[i], w->text)) {
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
		add_word(r->mem, &r->p->host, names->v[i], names->at[i]);
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
	add_word(r->mem, &r->p->needs, strchr(text, '/') ? beside_manifest(r, text) : text, at);
}

static void read_need(struct reader *r, const struct yml_node *n)
{
	struct need_entry e = { 0 };

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
	if (yml_fill(r->mem, r->d, n, "an entry of 'needs'", need_fields, &e))
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

/* ---- dependencies */

static int read_dep_image(struct reader *r, struct package_dep *dep)
{
	struct img_error e = { 0 };
	struct img_view v;
	char *data, text[512];
	size_t size;

	if (input_read(r->mem, r->d, dep->path_at, "dependency", dep->path, &data, &size))
		return -1;
	if (img_check_file(data, size, 0, &v, NULL, &e)) {
		img_error_text(&e, text, sizeof(text));
		return diag_err(r->d, dep->path_at, "dependency '%s' is no sound package image: %s",
			dep->path, text);
	}
	if (!str_eq(img_str(&v, v.package->name), dep->name))
		return diag_err(r->d, dep->at,
			"dependency wants package '%s', but '%s' is package '%s'", dep->name,
			dep->path, img_str(&v, v.package->name));
	dep->version = img_str(&v, v.package->version);
	memcpy(dep->uuid, v.package->uuid, sizeof(dep->uuid));
	memcpy(dep->build_id, v.header->build_id, sizeof(dep->build_id));
	dep->interface_digest = v.header->interface_digest;
	return 0;
}

static void read_dep(struct reader *r, const struct yml_node *n)
{
	struct package *p = r->p;
	struct dep_entry e = { 0 };
	struct package_dep dep = { 0 };

	if (n->kind != YML_MAP) {
		diag_err(r->d, n->at,
			"an entry of 'dependencies' wants a mapping of 'name' and 'path', got %s",
			yml_kind_name(n));
		return;
	}
	if (yml_fill(r->mem, r->d, n, "an entry of 'dependencies'", dep_fields, &e))
		return;
	dep.name = e.name.text;
	dep.at = e.name.at;
	dep.path = beside_manifest(r, e.path.text);
	dep.path_at = e.path.at;
	for (size_t i = 0; i < p->ndeps; i++) {
		if (str_eq(p->deps[i].name, dep.name)) {
			diag_err(r->d, dep.at, "dependency '%s' is given twice", dep.name);
			diag_note(r->d, p->deps[i].at, "first given here");
			return;
		}
	}
	if (read_dep_image(r, &dep))
		return;
	arena_push_room(r->mem, p->deps, p->ndeps, p->deps_cap);
	p->deps[p->ndeps++] = dep;
}

static void read_deps(struct reader *r, const struct yml_node *n)
{
	if (!n)
		return;
	if (n->kind != YML_SEQ) {
		diag_err(r->d, n->at, "'dependencies' wants a list of mappings, got %s",
			yml_kind_name(n));
		return;
	}
	yml_each (i, n)
		read_dep(r, n->items[i]);
}

/* ---- the manifest */

static void take_lists(struct reader *r, const struct manifest *m, const struct yml_node *top)
{
	const struct yml_node *modules = yml_get(top, "modules");
	struct package *p = r->p;

	yml_each (i, &m->modules)
		add_word(
			r->mem, &p->modules, beside_manifest(r, m->modules.v[i]), m->modules.at[i]);
	if (modules && modules->kind == YML_SEQ && !modules->n)
		diag_err(r->d, modules->at, "'modules' wants at least one file, got an empty list");
	yml_each (i, &m->exports)
		add_word(r->mem, &p->exports, m->exports.v[i], m->exports.at[i]);
	if (yml_get(top, "exports"))
		p->exports.given = true;
	read_needs(r, m->needs);
	read_deps(r, m->dependencies);
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
	p->opt_level = opt_names[m.opt_level][0];
	p->target = m.target;
	p->platform = m.platform;
	yml_each (i, &m.cpu_targets)
		add_word(r->mem, &p->cpu_targets, m.cpu_targets.v[i], m.cpu_targets.at[i]);
	take_lists(r, &m, top);
}

/* ---- the command line */

static bool is_manifest(const char *path)
{
	return str_ends(path, ".yaml") || str_ends(path, ".yml");
}

static void append_words(struct reader *r, struct job_words *to, const struct job_words *from)
{
	for (size_t i = 0; i < from->n; i++)
		add_word(r->mem, to, from->v[i].text, from->v[i].at);
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
		add_word(r->mem, &p->cpu_targets, q->cpu_target.text, q->cpu_target.at);
	}
	if (q->output.text)
		p->output = q->output;
	/* each of the two chooses a platform: the nearer one replaces both of the manifest's */
	if (q->target.text || q->platform.text) {
		p->target = q->target;
		p->platform = q->platform;
	}
	append_words(r, &p->exports, &q->exports);
	append_words(r, &p->needs, &q->needs);
	append_words(r, &p->host, &q->host);
}

/* name and output each have the other as default */
static void default_names(struct reader *r, const struct build_request *q)
{
	struct package *p = r->p;

	if (!p->name && p->output.text) {
		struct job_word w = { bare_name(r->mem, p->output.text), p->output.at };

		if (!is_name(w.text))
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
	struct reader r = { .mem = a, .d = d, .dir = ".", .p = out };
	unsigned before = d->errors;
	const struct job_word *manifest;

	*out = (struct package) { .version = "", .opt_level = '2' };
	manifest = find_manifest(&r, q);
	out->from_file = manifest != NULL;
	if (manifest) {
		read_manifest(&r, manifest->text, manifest->at);
	} else {
		for (size_t i = 0; i < q->ninputs; i++)
			add_word(a, &out->modules, q->inputs[i].text, q->inputs[i].at);
		if (!q->ninputs && !q->nmemory && !q->heap)
			diag_err(d, NOWHERE,
				"no input; name a package file or at least one .bc, .ll, .o or .a "
				"file");
	}
	out->memory = q->memory;
	out->nmemory = q->nmemory;
	take_command_line(&r, q);
	default_names(&r, q);
	return d->errors == before ? 0 : -1;
}
