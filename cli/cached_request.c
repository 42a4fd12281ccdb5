#include <elf.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cache/interface.h"
#include "cli/cached.h"
#include "driver/driver.h"
#include "driver/options.h"
#include "frontend/cpu/target.h"
#include "frontend/package.h"
#include "image/image.h"
#include "pkgimg/runtime.h"
#include "workspace/options.h"

/* ---- options */

bool cached_apply(struct cli *c, const struct ll_arg *arg, struct cached_options *o)
{
	struct job_words *list = NULL;
	struct job_word word = { arg->nvalues ? arg->values[0] : NULL, cli_place(c, arg) };

	switch (arg->id) {
	case OPT_cache: o->cache = true; return true;
	case OPT_rebuild: o->rebuild = true; return true;
	case OPT_native_code_EQ: o->native = word; return true;
	case OPT_depfile: list = &o->depfiles; break;
	case OPT_store_EQ: list = &o->stores; break;
	default: return false;
	}
	arena_push_room(c->mem, list->v, list->n, list->cap);
	list->v[list->n++] = word;
	return true;
}

bool cached_wanted(const struct cached_options *o)
{
	return o->cache || o->rebuild || o->depfiles.n || o->stores.n ||
	       (o->native.text && str_eq(o->native.text, "existing"));
}

int cached_native(struct diags *d, const struct job_word *said, uint32_t *out)
{
	static const char *const words[] = { [PKGIMG_CACHE_NATIVE_YES] = "yes",
		[PKGIMG_CACHE_NATIVE_NO] = "no",
		[PKGIMG_CACHE_NATIVE_EXISTING] = "existing" };

	for (uint32_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!said->text || str_eq(said->text, words[i])) {
			*out = i;
			return 0;
		}
	return diag_err(d, said->at,
		"--pkgimage-native-code wants 'yes', 'no' or 'existing', got '%s'", said->text);
}

struct pkgimg_cache *cached_open(
	struct arena *a, struct diags *d, const struct cached_options *o, unsigned flags)
{
	struct pkgimg_cache_options options = { .size = sizeof(options), .flags = flags };
	const char **stores = arena_array(a, const char *, o->stores.n);
	struct pkgimg_cache_error e;
	struct pkgimg_cache *c;

	for (size_t i = 0; i < o->stores.n; i++) {
		stores[i] = o->stores.v[i].text;
		if (!*stores[i]) {
			diag_err(d, o->stores.v[i].at, "--store wants a folder, got an empty name");
			return NULL;
		}
	}
	options.stores = o->stores.n ? stores : NULL;
	options.nstores = o->stores.n;
	if (!pkgimg_cache_open(&options, &c, &e))
		return c;
	diag_err(d, NOWHERE, "%s", e.text);
	return NULL;
}

/* ---- the toolchain */

struct note {
	const uint8_t *id;
	size_t n;
};

/* the build id of the first object, which is the program */
static int find_build_id(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct note *out = ctx;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		const uint8_t *at, *end;

		if (p->p_type != PT_NOTE)
			continue;
		at = (const uint8_t *)(info->dlpi_addr + p->p_vaddr);
		end = at + p->p_memsz;
		while (at + sizeof(ElfW(Nhdr)) <= end) {
			const ElfW(Nhdr) *n = (const void *)at;
			const uint8_t *desc = at + sizeof(*n) + (n->n_namesz + 3) / 4 * 4;

			if (n->n_type == NT_GNU_BUILD_ID && n->n_namesz == 4)
				*out = (struct note) { desc, n->n_descsz };
			at = desc + (n->n_descsz + 3) / 4 * 4;
		}
	}
	return 1;
}

const char *cached_toolchain(struct arena *a)
{
	struct strbuf b = { .mem = a };
	struct note note = { 0 };

	dl_iterate_phdr(find_build_id, &note);
	strbuf_fmt(&b, "pkgimg %s, LLVM %s", PKGIMG_VERSION, ll_version());
	for (size_t i = 0; i < note.n && i < 8; i++)
		strbuf_fmt(&b, "%s%02x", i ? "" : ", build ", note.id[i]);
	return strbuf_text(&b);
}

const char *cached_features(struct arena *a)
{
	size_t n = pkgimg_cpu_features(NULL, 0);
	char *text = arena_alloc(a, n + 1, 1);

	pkgimg_cpu_features(text, n + 1);
	return text;
}

const char *cached_abi(
	struct arena *a, const char *target, const char *platform, const struct platform *p)
{
	char *text = arena_alloc(a, 256, 1);
	const char *triple = target ? target : p->name;

	if (!target && !platform)
		return img_host_abi_text();
	if (!target && !p->multiarch.text)
		return p->name;
	if (img_abi_text(ll_code_triple(a, triple), text, 256))
		return text;
	return triple;
}

/* ---- the request */

struct making {
	struct arena *mem;
	struct diags *d;
	const struct build_request *r;
	const struct cached_options *o;
	struct package p;
	const struct platform *platform;
	struct cached *out;
	struct pkgimg_cache_source *sources;
	struct option_list flags, preferences;
	const char *folder; /* of the package file, as its modules' paths begin */
	size_t nsources, cap_sources;
};

static void add_source(struct making *m, const char *path, const char *name)
{
	arena_push_room(m->mem, m->sources, m->nsources, m->cap_sources);
	m->sources[m->nsources++] = (struct pkgimg_cache_source) { .path = path, .name = name };
}

static int choose_platform(struct making *m)
{
	struct link_job job = { .mem = m->mem };

	if (m->p.target.text)
		job_set_str(&job, JS_TARGET, m->p.target.text, m->p.target.at);
	if (m->p.platform.text)
		job_set_str(&job, JS_PLATFORM, m->p.platform.text, m->p.platform.at);
	m->platform = driver_platform(m->mem, m->d, &job);
	return m->platform ? 0 : -1;
}

/* an image that this one is built with says by its interface whether it changed */
static const struct package_dep *dependency_at(const struct package *p, const char *path)
{
	for (size_t i = 0; i < p->ndeps; i++)
		if (str_eq(p->deps[i].path, path))
			return &p->deps[i];
	return NULL;
}

/* the package's own files, and the platform's: what it says decides about the link */
static void add_sources(struct making *m)
{
	const struct package *p = &m->p;

	for (size_t i = 0; i < p->modules.n; i++)
		add_source(m, p->modules.v[i].text,
			source_name(m->mem, m->folder, p->modules.v[i].text));
	for (size_t i = 0; i < p->needs.n; i++) {
		const char *path = p->needs.v[i].text;
		const struct package_dep *dep = dependency_at(p, path);

		if (dep)
			option_add(&m->flags, str_fmt(m->mem, "soname of %s", dep->name),
				dep->soname ? dep->soname : path_base(path));
		else if (strchr(path, '/'))
			add_source(m, path, source_name(m->mem, m->folder, path));
	}
	for (const char *const *f = m->platform->chain; f && *f; f++)
		add_source(m, *f, str_fmt(m->mem, "platform:%s", path_base(*f)));
	m->out->q.sources = m->sources;
	m->out->q.nsources = m->nsources;
}

static void add_flags(struct making *m, const char *cpus)
{
	const struct package *p = &m->p;
	struct image_options o = {
		.opt_level = "?",
		.output = m->out->base,
		.exports_given = p->exports.given,
		.exports = &p->exports,
		.native = p->native,
		.soname = p->soname.text,
		.needs_given = p->needs.given,
		.needs = &p->needs,
		.host = &p->host,
		.target = p->target.text,
		.platform = p->platform.text,
		.strip = m->r->strip,
		.cpus = cpus,
		.cpu_features = cached_features(m->mem),
		.base_build_id = p->ndeps ? p->deps[0].build_id : NULL,
	};

	for (size_t i = 0; manifest_opt_levels[i]; i++)
		if (manifest_opt_levels[i][0] == p->opt_level)
			o.opt_level = manifest_opt_levels[i];
	options_add(&m->flags, &o);
	preferences_add(&m->preferences, &p->preferences);
	m->out->q.preferences = m->preferences.v;
	m->out->q.npreferences = m->preferences.n;
	option_add(&m->flags, "kind", m->r->object_only ? "object" : NULL);
	option_add(&m->flags, "shard-size", m->r->shard_size.text);
	m->out->q.flags_set = m->flags.v;
	m->out->q.nflags = m->flags.n;
}

static const char *cpu_text(struct making *m)
{
	struct job_word one = { 0 };
	struct strbuf b = { .mem = m->mem };

	if (!m->p.cpu_targets.n && cpu_targets_from_environment(&one))
		return one.text;
	for (size_t i = 0; i < m->p.cpu_targets.n; i++)
		strbuf_fmt(&b, "%s%s", i ? ";" : "", m->p.cpu_targets.v[i].text);
	return strbuf_text(&b);
}

static void add_dependencies(struct making *m)
{
	const struct package *p = &m->p;
	struct pkgimg_cache_dependency *v =
		arena_array(m->mem, struct pkgimg_cache_dependency, p->ndeps);

	for (size_t i = 0; i < p->ndeps; i++) {
		v[i].name = p->deps[i].name;
		v[i].version = p->deps[i].version;
		v[i].interface_digest = p->deps[i].interface_digest;
		v[i].symbols = interface_symbols(m->mem, &p->deps[i].view, &v[i].nsymbols);
		memcpy(v[i].uuid, p->deps[i].uuid, 16);
		memcpy(v[i].build_id, p->deps[i].build_id, 16);
		v[i].flags = p->deps[i].form == IMG_FORM_BITCODE ? PKGIMG_CACHE_DEP_DATA_ONLY : 0;
		v[i].flags |= p->deps[i].base ? (unsigned)PKGIMG_CACHE_DEP_BASE : 0;
	}
	m->out->q.dependencies = v;
	m->out->q.ndependencies = p->ndeps;
}

/* the folder of the package file, or the current one: what is below it has one name wherever it is
 */
static int add_roots(struct making *m)
{
	struct pkgimg_cache_root *root = arena_new(m->mem, struct pkgimg_cache_root);
	const char *manifest = m->p.from_file && m->r->ninputs ? m->r->inputs[0].text : "./x";
	char cwd[4096];

	if (m->p.from_file && m->r->package.text)
		manifest = m->r->package.text;
	if (!getcwd(cwd, sizeof(cwd)))
		return diag_err(m->d, NOWHERE, "the current folder has no path");
	root->name = "workspace";
	root->path = m->folder = path_dir(m->mem, manifest);
	if (*root->path != '/')
		root->path = str_eq(root->path, ".") ? str_dup(m->mem, cwd)
						     : path_join(m->mem, cwd, root->path);
	m->out->q.roots = root;
	m->out->q.nroots = 1;
	return 0;
}

static void name_output(struct making *m)
{
	const struct package *p = &m->p;
	const char *suffix = m->platform->image_suffix.text ? m->platform->image_suffix.text : "";

	if (m->r->object_only)
		suffix = ".o";
	m->out->output = p->output_bare ? NULL : p->output.text;
	/* the name in a library; without native code there is none, and the key is that of the form
	 */
	m->out->base = p->output_bare || m->out->q.native == PKGIMG_CACHE_NATIVE_NO
			       ? str_fmt(m->mem, "%s%s", p->name, suffix)
			       : path_base(p->output.text);
	m->out->q.suffix = *suffix ? suffix : NULL;
}

int cached_request(struct arena *a, struct diags *d, const struct build_request *r,
	const struct cached_options *o, struct cached *out)
{
	struct making m = {
		.mem = a, .d = d, .r = r, .o = o, .out = out, .flags.mem = a, .preferences.mem = a
	};
	struct pkgimg_cache_request *q = &out->q;

	*out = (struct cached) { .q = { .size = sizeof(out->q) } };
	if (cached_native(d, &o->native, &q->native) | package_read(a, d, r, &m.p) ||
		choose_platform(&m) || add_roots(&m))
		return -1;
	name_output(&m);
	q->package = m.p.name;
	q->version = m.p.version;
	memcpy(q->uuid, m.p.uuid, 16);
	q->toolchain = cached_toolchain(a);
	q->abi = cached_abi(a, m.p.target.text, m.p.platform.text, m.platform);
	q->cpu_target = cpu_text(&m);
	if (str_eq(q->abi, img_host_abi_text()))
		q->cpu_features = cached_features(a);
	q->flags |= o->rebuild ? PKGIMG_CACHE_REBUILD : 0;
	q->flags |= r->object_only ? PKGIMG_CACHE_OPAQUE : 0;
	add_sources(&m);
	add_flags(&m, q->cpu_target);
	add_dependencies(&m);
	return 0;
}
