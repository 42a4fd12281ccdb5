/* Everything that decides about the bytes of an image, and nothing else: no path, no comment of a
 * package file. Its options count as they are meant, so a file may be written anew in other words.
 */
#include "workspace/request.h"

#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "cache/interface.h"
#include "frontend/manifest.h"
#include "image/image.h"
#include "workspace/options.h"

/* ---- options */

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

struct said {
	struct job_words libraries, host;
	bool given; /* a list of libraries, maybe an empty one */
};

static void take_need(struct arena *a, const struct yml_node *n, struct said *out)
{
	const struct yml_node *library = n->kind == YML_SCALAR ? n : yml_get(n, "library");
	const struct yml_node *host = yml_get(n, "host");

	if (library)
		job_words_add(a, &out->libraries, library->text, library->at);
	if (host && host->kind == YML_SCALAR)
		job_words_add(a, &out->host, host->text, host->at);
	else if (host)
		yml_each (i, host)
			job_words_add(a, &out->host, host->items[i]->text, host->items[i]->at);
}

static struct said needs_of(struct arena *a, const struct ws_package *p)
{
	struct said out = { 0 };

	if (!p->needs)
		return out;
	out.given = p->needs->kind == YML_SEQ && !p->needs->n;
	if (p->needs->kind == YML_SEQ)
		yml_each (i, p->needs)
			take_need(a, p->needs->items[i], &out);
	else
		take_need(a, p->needs, &out);
	return out;
}

static void add_options(struct option_list *l, const struct ws_package *p,
	const struct ws_host *host, const char *cpus,
	const struct pkgimg_cache_dependency *dependencies)
{
	const struct yml_node *level = p->file.text ? yml_get(p->node, "opt-level") : NULL;
	const struct said said = needs_of(l->mem, p);
	const struct image_options o = {
		.opt_level = p->settings.opt_level.text ? p->settings.opt_level.text
			     : level                    ? level->text
							: "2",
		.output = path_base(p->library), /* of either form */
		.exports_given = p->exports.names.given,
		.exports = &p->exports.names,
		.native = p->exports.native,
		.soname = p->soname.text,
		.needs_given = said.given,
		.needs = &said.libraries,
		.host = &said.host,
		.target = p->target.text,
		.platform = p->chosen.text,
		.strip = p->settings.strip,
		.cpus = cpus,
		.cpu_features = host->cpu_features,
		.base_build_id = p->ndeps ? dependencies[0].build_id : NULL,
	};

	options_add(l, &o);
}

/* ---- sources */

const struct ws_package *ws_dependency_at(
	const struct ws *ws, const struct ws_package *p, const char *path)
{
	for (size_t i = 0; i < p->ndeps; i++)
		if (p->deps[i].package != WS_OUTSIDE &&
			str_eq(ws->v[p->deps[i].package].output.text, path))
			return &ws->v[p->deps[i].package];
	return NULL;
}

static void add_source(struct pkgimg_cache_source *v, size_t *n, const char *path, const char *name)
{
	v[(*n)++] = (struct pkgimg_cache_source) { .path = path, .name = name };
}

/* in the order that the linker sees modules; the platform's files have names of their own, since
 * they lie where pkgimg is installed */
static const struct pkgimg_cache_source *sources(struct arena *a, const struct ws *ws,
	const struct ws_package *p, struct option_list *l, size_t *out)
{
	const char *const *files = p->platform ? p->platform->files : NULL;
	struct pkgimg_cache_source *v;
	size_t n = 0;

	while (files && files[n])
		n++;
	v = arena_array(a, struct pkgimg_cache_source, p->modules.n + p->files.n + n);
	n = 0;
	for (size_t i = 0; i < p->modules.n; i++)
		add_source(
			v, &n, p->modules.v[i].text, source_name(a, p->dir, p->modules.v[i].text));
	for (size_t i = 0; i < p->files.n; i++) {
		const char *path = p->files.v[i].text;
		const struct ws_package *dep = ws_dependency_at(ws, p, path);

		if (dep) /* its interface says whether it changed; its soname is in our library */
			option_add(l, str_fmt(a, "soname of %s", dep->name),
				dep->soname.text ? dep->soname.text : path_base(path));
		else
			add_source(v, &n, path, source_name(a, p->dir, path));
	}
	for (; files && *files; files++)
		add_source(v, &n, *files, str_fmt(a, "platform:%s", path_base(*files)));
	*out = n;
	return v;
}

void ws_request(struct arena *a, const struct ws *ws, size_t i, const struct ws_host *host,
	const struct pkgimg_cache_dependency *dependencies, struct pkgimg_cache_request *out)
{
	const struct ws_package *p = &ws->v[i];
	const char *cpus = cpu_target(a, p);
	struct option_list o = { .mem = a }, preferences = { .mem = a };
	const struct pkgimg_cache_source *from;
	size_t nsources;
	struct pkgimg_cache_root *root = arena_new(a, struct pkgimg_cache_root);

	*root = (struct pkgimg_cache_root) { "workspace", ws->root };
	add_options(&o, p, host, cpus, dependencies);
	from = sources(a, ws, p, &o, &nsources);
	preferences_add(&preferences, &p->preferences);
	*out = (struct pkgimg_cache_request) {
		.size = sizeof(*out),
		.package = p->name,
		.version = p->version.text,
		.toolchain = host->toolchain,
		.abi = p->platform ? p->platform->abi : "",
		.cpu_target = cpus,
		.suffix = p->platform ? p->platform->suffix : NULL,
		.sources = from,
		.nsources = nsources,
		.native = p->data_only ? PKGIMG_CACHE_NATIVE_NO : PKGIMG_CACHE_NATIVE_YES,
		.flags_set = o.v,
		.nflags = o.n,
		.preferences = preferences.v,
		.npreferences = preferences.n,
		.roots = root,
		.nroots = 1,
		.dependencies = dependencies,
		.ndependencies = p->ndeps,
	};
	if (p->uuid.text)
		manifest_uuid(p->uuid.text, out->uuid);
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
	out->symbols = interface_symbols(a, &v, &out->nsymbols);
	memcpy(out->uuid, v.package->uuid, sizeof(out->uuid));
	memcpy(out->build_id, v.header->build_id, sizeof(out->build_id));
	return 0;
}
