/* Everything that decides about the bytes of an image, and nothing else: no path, no comment of a
 * package file. Its options count as they are meant, so a file may be written anew in other words.
 */
#include "workspace/request.h"

#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "frontend/manifest.h"
#include "image/image.h"

/* ---- YAML as one line that says the same exactly if the trees are the same */

static void put_scalar(struct strbuf *b, const char *s)
{
	if (*s && !s[strcspn(s, ",:[]{}\"\\ \t\n")]) {
		strbuf_puts(b, s);
		return;
	}
	strbuf_putc(b, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			strbuf_putc(b, '\\');
		strbuf_putc(b, *s);
	}
	strbuf_putc(b, '"');
}

static void put_node(struct strbuf *b, const struct yml_node *n)
{
	if (n->kind == YML_SCALAR) {
		put_scalar(b, n->text);
		return;
	}
	strbuf_putc(b, n->kind == YML_SEQ ? '[' : '{');
	yml_each (i, n) {
		strbuf_puts(b, i ? ", " : "");
		if (n->kind == YML_MAP) {
			put_scalar(b, n->keys[i]->text);
			strbuf_puts(b, ": ");
		}
		put_node(b, n->items[i]);
	}
	strbuf_putc(b, n->kind == YML_SEQ ? ']' : '}');
}

/* ---- options */

struct options {
	struct arena *mem;
	struct pkgimg_cache_option *v;
	size_t n, cap;
};

static void add_option(struct options *o, const char *name, const char *value)
{
	if (!value)
		return;
	arena_push_room(o->mem, o->v, o->n, o->cap);
	o->v[o->n++] = (struct pkgimg_cache_option) { name, value };
}

static void add_node(struct options *o, const char *name, const struct yml_node *n)
{
	struct strbuf b = { .mem = o->mem };

	if (n) {
		put_node(&b, n);
		add_option(o, name, strbuf_text(&b));
	}
}

/* "generic;haswell", by the nearest place that says it; NULL: the platform's own */
static const char *cpu_target(struct arena *a, const struct ws_package *p)
{
	const struct yml_node *own = p->file.text ? yml_get(p->node, "cpu-targets") : NULL;
	const struct job_words *said = &p->settings.cpu_targets;
	struct strbuf b = { .mem = a };

	if (!said->n && (!own || own->kind != YML_SEQ))
		return own ? own->text : NULL;
	for (size_t i = 0; i < (said->n ? said->n : own->n); i++)
		strbuf_fmt(
			&b, "%s%s", i ? ";" : "", said->n ? said->v[i].text : own->items[i]->text);
	return strbuf_text(&b);
}

static void add_options(
	struct options *o, const struct ws_package *p, const struct ws_host *host, const char *cpus)
{
	const struct yml_node *level = p->file.text ? yml_get(p->node, "opt-level") : NULL;

	add_option(o, "opt-level",
		p->settings.opt_level.text ? p->settings.opt_level.text
		: level                    ? level->text
					   : "2");
	add_node(o, "exports", yml_get(p->node, "exports"));
	add_node(o, "soname", yml_get(p->node, "soname"));
	add_node(o, "needs", yml_get(p->node, "needs"));
	add_option(o, "target", p->target.text);
	if (p->chosen.text)
		add_option(o, "platform", path_base(p->chosen.text));
	add_option(o, "output", path_base(p->library)); /* it is in the library */
	if (p->settings.strip)
		add_option(o, "strip", "true");
	if (cpus && strstr(cpus, "native"))
		add_option(o, "native-cpu", host->cpu_features);
}

/* ---- sources */

static void add_source(struct pkgimg_cache_source *v, size_t *n, const char *path, const char *name)
{
	v[(*n)++] = (struct pkgimg_cache_source) { .path = path, .name = name };
}

/* in the order that the linker sees modules; the platform's files have names of their own, since
 * they lie where pkgimg is installed */
static const struct pkgimg_cache_source *sources(
	struct arena *a, const struct ws_package *p, size_t *out)
{
	const char *const *files = p->platform ? p->platform->files : NULL;
	struct pkgimg_cache_source *v;
	size_t n = 0;

	while (files && files[n])
		n++;
	v = arena_array(a, struct pkgimg_cache_source, p->modules.n + p->files.n + n);
	n = 0;
	for (size_t i = 0; i < p->modules.n; i++)
		add_source(v, &n, p->modules.v[i].text, NULL);
	for (size_t i = 0; i < p->files.n; i++)
		add_source(v, &n, p->files.v[i].text, NULL);
	for (; files && *files; files++)
		add_source(v, &n, *files, str_fmt(a, "platform %s", path_base(*files)));
	*out = n;
	return v;
}

void ws_request(struct arena *a, const struct ws *ws, size_t i, const struct ws_host *host,
	const struct pkgimg_cache_dependency *dependencies, struct pkgimg_cache_request *out)
{
	const struct ws_package *p = &ws->v[i];
	const char *cpus = cpu_target(a, p);
	struct options o = { .mem = a };
	struct pkgimg_cache_root *root = arena_new(a, struct pkgimg_cache_root);

	*root = (struct pkgimg_cache_root) { "workspace", ws->root };
	add_options(&o, p, host, cpus);
	*out = (struct pkgimg_cache_request) {
		.size = sizeof(*out),
		.package = p->name,
		.version = p->version.text,
		.toolchain = host->toolchain,
		.abi = p->platform ? p->platform->abi : "",
		.cpu_target = cpus,
		.suffix = p->platform ? p->platform->suffix : NULL,
		.native = p->data_only ? PKGIMG_CACHE_NATIVE_NO : PKGIMG_CACHE_NATIVE_YES,
		.flags_set = o.v,
		.nflags = o.n,
		.roots = root,
		.nroots = 1,
		.dependencies = dependencies,
		.ndependencies = p->ndeps,
	};
	if (p->uuid.text)
		manifest_uuid(p->uuid.text, out->uuid);
	out->sources = sources(a, p, &out->nsources);
}

/* ---- images that are there already */

int ws_outside_image(struct arena *a, struct diags *d, const struct ws_dependency *dep,
	struct pkgimg_cache_dependency *out)
{
	struct img_error e = { 0 };
	struct img_view v;
	char *data, text[512];
	size_t size;

	if (file_check_input(d, dep->path.at, "dependency", dep->path.text) ||
		file_read(a, d, dep->path.at, "dependency", dep->path.text, SIZE_MAX / 2, &data,
			&size))
		return -1;
	if (img_check_file(data, size, 0, &v, NULL, &e)) {
		img_error_text(&e, text, sizeof(text));
		return diag_err(d, dep->path.at, "dependency '%s' is no sound package image: %s",
			dep->path.text, text);
	}
	*out = (struct pkgimg_cache_dependency) {
		.name = dep->name,
		.version = img_str(&v, v.package->version),
		.interface_digest = v.header->interface_digest,
		.flags = img_form(&v) == IMG_FORM_BITCODE ? PKGIMG_CACHE_DEP_DATA_ONLY : 0,
	};
	memcpy(out->uuid, v.package->uuid, sizeof(out->uuid));
	memcpy(out->build_id, v.header->build_id, sizeof(out->build_id));
	return 0;
}
