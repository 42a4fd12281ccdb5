/* A request, checked and made plain: names of sources, sorted options, the key. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "cache/internal.h"
#include "image/format.h"

/* ---- sources and roots */

static const char *absolute(struct arena *a, const char *path)
{
	char cwd[PATH_MAX];

	if (*path == '/' || !getcwd(cwd, sizeof(cwd)))
		return path;
	while (path[0] == '.' && path[1] == '/')
		for (path++; *path == '/';)
			path++;
	return path_join(a, cwd, path);
}

/* the part of `path` behind the folder, or NULL */
static const char *behind(const char *folder, const char *path)
{
	size_t n = strlen(folder);

	while (n && folder[n - 1] == '/')
		n--;
	return !strncmp(folder, path, n) && path[n] == '/' && path[n + 1] ? path + n + 1 : NULL;
}

static const char *real_path(struct arena *a, const char *path)
{
	char *real = realpath(path, NULL);
	const char *kept = real ? str_dup(a, real) : path;

	free(real);
	return kept;
}

static void open_roots(struct request *r)
{
	r->roots = arena_array(r->mem, struct root, r->q->nroots);
	for (size_t i = 0; i < r->q->nroots; i++) {
		const struct pkgimg_cache_root *from = &r->q->roots[i];

		r->roots[i] = (struct root) { from->name, absolute(r->mem, from->path), NULL };
	}
}

/* The longest root that holds the path, as they are spelled; else with links in the roots followed,
 * which costs a look at each folder on the way. */
static const struct root *find_root(
	const struct request *r, const char *path, bool real, const char **rel)
{
	const struct root *best = NULL;

	for (size_t i = 0; i < r->q->nroots; i++) {
		struct root *o = &r->roots[i];
		const char *rest;

		if (real && !o->real)
			o->real = real_path(r->mem, o->path);
		rest = behind(real ? o->real : o->path, path);
		if (rest && (!best || strlen(rest) < strlen(*rel))) {
			best = o;
			*rel = rest;
		}
	}
	return best;
}

static bool has_dots(const char *path)
{
	return strstr(path, "/../") || strstr(path, "/./") || strstr(path, "//") ||
	       str_ends(path, "/..") || str_ends(path, "/.");
}

/* "workspace:src/a.c"; every lookup makes one for each source, so not with a format */
static const char *label_in(struct arena *a, const char *root, const char *rel)
{
	size_t n = strlen(root), m = strlen(rel);
	char *p = arena_alloc(a, n + m + 2, 1);

	memcpy(p, root, n);
	p[n] = ':';
	memcpy(p + n + 1, rel, m);
	return p;
}

void request_place(const struct request *r, const struct pkgimg_cache_source *s, struct place *out)
{
	const char *path = absolute(r->mem, s->path);
	const struct root *o;

	if (has_dots(path))
		path = real_path(r->mem, path);
	*out = (struct place) { .root = "", .rel = path, .path = s->path, .track = s->track };
	o = find_root(r, path, false, &out->rel);
	o = o ? o : find_root(r, path, true, &out->rel);
	if (o)
		out->root = o->name;
	if (s->name)
		out->label = s->name;
	else
		out->label = o ? label_in(r->mem, o->name, out->rel) : path_base(path);
}

const char *request_resolve(const struct request *r, const char *root, const char *rel)
{
	if (!*root)
		return rel;
	for (size_t i = 0; i < r->q->nroots; i++)
		if (str_eq(r->roots[i].name, root))
			return path_join(r->mem, r->roots[i].path, rel);
	return NULL;
}

/* ---- options */

static int compare_options(const void *a, const void *b)
{
	return strcmp(((const struct pkgimg_cache_option *)a)->name,
		((const struct pkgimg_cache_option *)b)->name);
}

static const struct pkgimg_cache_option *sorted(
	struct arena *a, const struct pkgimg_cache_option *v, size_t n)
{
	struct pkgimg_cache_option *copy = arena_array(a, struct pkgimg_cache_option, n);

	if (!n)
		return copy;
	memcpy(copy, v, n * sizeof(*v));
	qsort(copy, n, sizeof(*copy), compare_options);
	return copy;
}

static const char *repeated(const struct pkgimg_cache_option *v, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (str_eq(v[i - 1].name, v[i].name))
			return v[i].name;
	return NULL;
}

/* ---- checks */

bool request_partial(const struct request *r)
{
	return r->q->flags & PKGIMG_CACHE_PARTIAL;
}

static const char *options_problem(const struct pkgimg_cache_option *v, size_t n)
{
	if (n && !v)
		return "a list of options is NULL";
	for (size_t i = 0; i < n; i++)
		if (!v[i].name || !*v[i].name || !v[i].value)
			return "an option has no name or no value";
	return NULL;
}

static const char *dependency_problem(const struct pkgimg_cache_dependency *d)
{
	if (!ca_package_name(d->name))
		return "the name of a dependency is none";
	if ((d->nsymbols && !d->symbols) || (d->nuses && !d->uses))
		return "a list of a dependency is NULL";
	return NULL;
}

static const char *problem(const struct pkgimg_cache_request *q)
{
	const char *p;

	if (!q || q->size != sizeof(*q))
		return "NULL, or of another size";
	if (!ca_package_name(q->package))
		return "the name of the package wants letters, digits and '_', '.', '+', '-' "
		       "behind the first, at most 128 in all";
	if (q->native > PKGIMG_CACHE_NATIVE_EXISTING)
		return "'native' is out of range";
	if (q->suffix && (*q->suffix != '.' || strchr(q->suffix, '/') || strlen(q->suffix) > 16))
		return "the suffix wants a '.' and no '/'";
	if (!(q->flags & PKGIMG_CACHE_PARTIAL) && (!q->toolchain || !q->abi))
		return "toolchain or abi is NULL";
	if ((q->nsources && !q->sources) || (q->nroots && !q->roots) ||
		(q->ndependencies && !q->dependencies))
		return "a list is NULL";
	for (size_t i = 0; i < q->nsources; i++)
		if (!q->sources[i].path || q->sources[i].track > PKGIMG_CACHE_TRACK_FOLDER)
			return "a source has no path, or is tracked in no known way";
	for (size_t i = 0; i < q->nroots; i++)
		if (!q->roots[i].name || !*q->roots[i].name || strpbrk(q->roots[i].name, "/:") ||
			!q->roots[i].path || *q->roots[i].path != '/')
			return "a root wants a name without '/' and ':' and an absolute path";
	for (size_t i = 0; i < q->ndependencies; i++)
		if ((p = dependency_problem(&q->dependencies[i])))
			return p;
	if ((p = options_problem(q->flags_set, q->nflags)))
		return p;
	return options_problem(q->preferences, q->npreferences);
}

#if defined(__APPLE__)
#define SUFFIX ".dylib"
#elif defined(_WIN32)
#define SUFFIX ".dll"
#else
#define SUFFIX ".so"
#endif

int request_open(struct arena *mem, struct files *files, const struct pkgimg_cache_request *q,
	struct request *out, struct pkgimg_cache_error *e)
{
	const char *wrong = problem(q), *twice;

	if (wrong)
		return ca_fail(e, PKGIMG_CACHE_E_ARGUMENT, 0, "a request to the cache: %s", wrong);
	*out = (struct request) { .q = q,
		.mem = mem,
		.files = files,
		.version = q->version ? q->version : "",
		.cpu_target = q->cpu_target ? q->cpu_target : "",
		.suffix = q->suffix ? q->suffix : SUFFIX,
		.native = q->native == PKGIMG_CACHE_NATIVE_YES };
	if (!out->native)
		out->suffix = IMG_DATA_SUFFIX;
	out->flags = sorted(mem, q->flags_set, q->nflags);
	out->preferences = sorted(mem, q->preferences, q->npreferences);
	twice = repeated(out->flags, q->nflags);
	if (!twice)
		twice = repeated(out->preferences, q->npreferences);
	if (twice)
		return ca_fail(e, PKGIMG_CACHE_E_ARGUMENT, 0,
			"a request to the cache: option '%s' is given twice", twice);
	open_roots(out);
	out->sources = arena_array(mem, struct place, q->nsources);
	for (size_t i = 0; i < q->nsources; i++)
		request_place(out, &q->sources[i], &out->sources[i]);
	return PKGIMG_CACHE_OK;
}

/* ---- the key */

/* Each field with its name and its length, so that no two requests are the same bytes. */
static void add(struct blake3 *b, const char *field, const void *data, size_t n)
{
	uint8_t size[8];

	for (int i = 0; i < 8; i++)
		size[i] = (uint8_t)((uint64_t)n >> 8 * i);
	blake3_add(b, field, strlen(field) + 1);
	blake3_add(b, size, sizeof(size));
	blake3_add(b, data, n);
}

static void add_str(struct blake3 *b, const char *field, const char *s)
{
	add(b, field, s, strlen(s));
}

static void add_options(
	struct blake3 *b, const char *field, const struct pkgimg_cache_option *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		add_str(b, field, v[i].name);
		add_str(b, "value", v[i].value);
	}
}

static void add_dependency(struct blake3 *b, const struct pkgimg_cache_dependency *d)
{
	bool very = d->flags & (PKGIMG_CACHE_DEP_INLINED | PKGIMG_CACHE_DEP_BASE);
	uint8_t digest[8];

	for (int i = 0; i < 8; i++)
		digest[i] = (uint8_t)(d->interface_digest >> 8 * i);
	add_str(b, d->flags & PKGIMG_CACHE_DEP_BASE ? "base" : "dependency", d->name);
	add(b, "uuid", d->uuid, sizeof(d->uuid));
	add_str(b, "form", d->flags & PKGIMG_CACHE_DEP_DATA_ONLY ? "data" : "native");
	add(b, "interface", digest, sizeof(digest));
	if (very)
		add(b, "implementation", d->build_id, sizeof(d->build_id));
}

static int add_source(struct blake3 *b, const struct request *r, const struct place *p,
	struct pkgimg_cache_error *e)
{
	struct now *n = files_at(r->files, p->path);
	char why[128];
	uint8_t time[8];

	if (p->track != PKGIMG_CACHE_TRACK_TIME)
		files_hash(n, p->track);
	if (n->err)
		return ca_fail(e, PKGIMG_CACHE_E_SOURCE, n->err, "source '%s' cannot be read: %s",
			p->path, file_error_text(n->err, why, sizeof(why)));
	add_str(b, "source", p->label);
	if (p->track == PKGIMG_CACHE_TRACK_TIME) {
		for (int i = 0; i < 8; i++)
			time[i] = (uint8_t)((uint64_t)ca_ns(n->st.st_mtim) >> 8 * i);
		add(b, "time", time, sizeof(time));
	} else {
		add(b, "content", n->digest, sizeof(n->digest));
	}
	return PKGIMG_CACHE_OK;
}

int request_key(const struct request *r, uint8_t out[32], struct pkgimg_cache_error *e)
{
	const struct pkgimg_cache_request *q = r->q;
	struct blake3 b;

	blake3_start(&b);
	add_str(&b, "pkgimg cache key", "1");
	add_str(&b, "package", q->package);
	add_str(&b, "version", r->version);
	add(&b, "uuid", q->uuid, sizeof(q->uuid));
	add_str(&b, "toolchain", q->toolchain ? q->toolchain : "");
	add_str(&b, "abi", q->abi ? q->abi : "");
	add_str(&b, "cpu-target", r->cpu_target);
	add_str(&b, "form", r->native ? "native" : "data");
	add_str(&b, "suffix", r->suffix);
	add_options(&b, "flag", r->flags, q->nflags);
	add_options(&b, "preference", r->preferences, q->npreferences);
	for (size_t i = 0; i < q->ndependencies; i++)
		add_dependency(&b, &q->dependencies[i]);
	for (size_t i = 0; i < q->nsources; i++)
		if (add_source(&b, r, &r->sources[i], e))
			return PKGIMG_CACHE_E_SOURCE;
	blake3_end(&b, out);
	return PKGIMG_CACHE_OK;
}

int pkgimg_cache_key(struct pkgimg_cache *c, const struct pkgimg_cache_request *q, uint8_t out[32],
	struct pkgimg_cache_error *e)
{
	struct arena mem = { 0 };
	struct files files = { .mem = &mem };
	struct request r;
	int code;

	(void)c;
	code = request_open(&mem, &files, q, &r, e);
	if (!code)
		code = request_key(&r, out, e);
	arena_free(&mem);
	return code;
}
