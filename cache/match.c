/* A sidecar against a request. The checks go from cheap to dear; `all` makes them go on behind the
 * first that fails. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "cache/internal.h"
#include "image/image.h"

/* table */
static const struct {
	const char *code, *remedy;
} reasons[PKGIMG_REJECT_REASONS] = {
	[PKGIMG_REJECT_NONE] = { "none", "" },
	[PKGIMG_REJECT_UNREADABLE] = { "unreadable", "check the modes of the store; `pkgimg cache "
						     "verify --repair` removes broken files" },
	[PKGIMG_REJECT_MAGIC] = { "magic", "`pkgimg cache verify --repair` removes it" },
	[PKGIMG_REJECT_VERSION] = { "version", "it is made again by this version; gc removes it" },
	[PKGIMG_REJECT_MALFORMED] = { "malformed", "`pkgimg cache verify --repair` removes it" },
	[PKGIMG_REJECT_SIDECAR_SUM] = { "sidecar-checksum",
		"it was cut or changed; `pkgimg cache verify --repair` removes it" },
	[PKGIMG_REJECT_KEY] = { "key", "it was renamed; give it its name back or remove it" },
	[PKGIMG_REJECT_PACKAGE] = { "package",
		"it was moved; give it its folder back or remove it" },
	[PKGIMG_REJECT_UUID] = { "uuid", "packages of one name need stores of their own" },
	[PKGIMG_REJECT_PACKAGE_VERSION] = { "package-version",
		"the other version is made; both stay" },
	[PKGIMG_REJECT_TOOLCHAIN] = { "toolchain",
		"it is made again by this toolchain; both stay" },
	[PKGIMG_REJECT_ABI] = { "abi", "one for this platform is made; both stay" },
	[PKGIMG_REJECT_FLAGS] = { "flags", "one with these options is made; both stay" },
	[PKGIMG_REJECT_NATIVE_REQUIRED] = { "native-required",
		"one with native code is made; --pkgimage-native-code=existing accepts this one" },
	[PKGIMG_REJECT_NATIVE_FORBIDDEN] = { "native-forbidden",
		"a data-only one is made; --pkgimage-native-code=yes accepts this one" },
	[PKGIMG_REJECT_CPU_TARGET] = { "cpu-target", "one for these targets is made; both stay" },
	[PKGIMG_REJECT_CPU_HOST] = { "cpu-host",
		"add a target that this CPU can run, such as 'generic', to the CPU targets" },
	[PKGIMG_REJECT_LIBRARY_MISSING] = { "library-missing", "it is made again" },
	[PKGIMG_REJECT_LIBRARY_SIZE] = { "library-size",
		"it was cut or replaced; it is made again" },
	[PKGIMG_REJECT_LIBRARY_SUM] = { "library-checksum", "it was changed; it is made again" },
	[PKGIMG_REJECT_BUILD_ID] = { "build-id", "it was replaced; it is made again" },
	[PKGIMG_REJECT_BASE] = { "base-changed", "it is made again for this base image" },
	[PKGIMG_REJECT_DEP_MISSING] = { "dependency-missing", "it is made again without it" },
	[PKGIMG_REJECT_DEP_ADDED] = { "dependency-added", "it is made again with it" },
	[PKGIMG_REJECT_DEP_UUID] = { "dependency-uuid", "it is another package; it is made again" },
	[PKGIMG_REJECT_DEP_INTERFACE] = { "dependency-interface", "it is made again" },
	[PKGIMG_REJECT_DEP_BUILD] = { "dependency-build", "it is made again: code was inlined" },
	[PKGIMG_REJECT_DEP_FORM] = { "dependency-form",
		"native and data-only images do not mix in one load; it is made again" },
	[PKGIMG_REJECT_ROOT] = { "root-unresolved", "say where the root is" },
	[PKGIMG_REJECT_SOURCE_LIST] = { "source-list", "it is made again from these" },
	[PKGIMG_REJECT_SOURCE_MISSING] = { "source-missing", "it is made again without it" },
	[PKGIMG_REJECT_SOURCE_SIZE] = { "source-size", "it is made again" },
	[PKGIMG_REJECT_SOURCE_CONTENT] = { "source-content", "it is made again" },
	[PKGIMG_REJECT_SOURCE_TIME] = { "source-time", "it is made again" },
	[PKGIMG_REJECT_PREFERENCES] = { "preferences", "one with these is made; both stay" },
	[PKGIMG_REJECT_FORCED] = { "forced", "it is made again, as was said" },
};

const char *pkgimg_cache_reason_code(int reason)
{
	return reason >= 0 && reason < PKGIMG_REJECT_REASONS ? reasons[reason].code : "?";
}

const char *reason_remedy(int reason)
{
	return reasons[reason].remedy;
}

const char *form_name(bool native)
{
	return native ? "native code" : "data only";
}

/* ---- reporting */

static void reject(
	struct match *m, int reason, const char *field, const char *expected, const char *found)
{
	struct trouble t = { reason, field, expected, found };

	match_trouble(m->why, &t);
}

void match_trouble(struct reasons *r, const struct trouble *t)
{
	arena_push_room(r->mem, r->v, r->n, r->cap);
	r->v[r->n++] = (struct pkgimg_cache_rejection) { .reason = t->reason,
		.code = pkgimg_cache_reason_code(t->reason),
		.field = str_shown(r->mem, t->field),
		.expected = str_shown(r->mem, t->expected),
		.found = str_shown(r->mem, t->found),
		.remedy = reason_remedy(t->reason) };
}

static bool done(const struct match *m)
{
	return m->why->n && !m->why->all;
}

static const char *hex(struct match *m, const uint8_t *bytes, size_t n)
{
	char *text = arena_alloc(m->why->mem, 2 * n + 1, 1);

	ca_hex(bytes, n, text);
	return text;
}

static const char *hex64(struct match *m, uint64_t v)
{
	return str_fmt(m->why->mem, "%016llx", (unsigned long long)v);
}

static bool is_zero(const uint8_t *p, size_t n)
{
	while (n && !*p)
		p++, n--;
	return !n;
}

static void compare(
	struct match *m, int reason, const char *field, const char *wanted, uint32_t string)
{
	const char *found = sidecar_str(&m->s, string);

	if (!wanted || (!*wanted && request_partial(m->r)))
		return;
	if (!str_eq(wanted, found))
		reject(m, reason, field, *wanted ? wanted : "none", *found ? found : "none");
}

/* ---- who it is */

static void match_identity(struct match *m)
{
	const struct pkgimg_cache_request *q = m->r->q;
	const struct pki_header *h = m->s.h;
	char key[2 * 32 + 1];

	ca_hex(h->key, sizeof(h->key), key);
	if (strncmp(m->name, key, SHORT_KEY) || !str_eq(m->name + SHORT_KEY, SIDECAR_SUFFIX))
		reject(m, PKGIMG_REJECT_KEY, "file name",
			str_fmt(m->why->mem, "%.16s" SIDECAR_SUFFIX, key), m->name);
	compare(m, PKGIMG_REJECT_PACKAGE, "package", q->package, h->package);
	if (memcmp(q->uuid, h->uuid, sizeof(h->uuid)) &&
		!(request_partial(m->r) && is_zero(q->uuid, sizeof(q->uuid))))
		reject(m, PKGIMG_REJECT_UUID, "uuid", hex(m, q->uuid, 16), hex(m, h->uuid, 16));
	compare(m, PKGIMG_REJECT_PACKAGE_VERSION, "package version", m->r->version,
		h->package_version);
	compare(m, PKGIMG_REJECT_TOOLCHAIN, "toolchain", q->toolchain, h->toolchain);
	compare(m, PKGIMG_REJECT_ABI, "platform", q->abi, h->abi);
}

static void match_form(struct match *m)
{
	bool native = m->s.h->flags & PKI_NATIVE;
	unsigned mode = m->r->q->native;

	if (request_partial(m->r) && !(m->r->q->flags & PKGIMG_CACHE_FORM))
		return;
	if (mode == PKGIMG_CACHE_NATIVE_YES && !native)
		reject(m, PKGIMG_REJECT_NATIVE_REQUIRED, "native code",
			"native code (--pkgimage-native-code=yes)", form_name(false));
	if (mode == PKGIMG_CACHE_NATIVE_NO && native)
		reject(m, PKGIMG_REJECT_NATIVE_FORBIDDEN, "native code",
			"data only (--pkgimage-native-code=no)", form_name(true));
}

/* every word of needs is one of has */
static const char *missing_word(struct arena *a, const char *needs, const char *has)
{
	while (*needs) {
		size_t n = strcspn(needs, " "), k;
		const char *p = has;

		for (; *p; p += k + (p[k] == ' ')) {
			k = strcspn(p, " ");
			if (k == n && !strncmp(p, needs, n))
				break;
		}
		if (n && !*p)
			return str_ndup(a, needs, n);
		needs += n + (needs[n] == ' ');
	}
	return NULL;
}

static void match_cpu(struct match *m)
{
	const struct pki_header *h = m->s.h;
	const char *has = m->r->q->cpu_features, *lacks = NULL;
	uint32_t n = h->tables[PKI_TARGETS].count;
	struct strbuf b = { .mem = m->why->mem };

	compare(m, PKGIMG_REJECT_CPU_TARGET, "CPU targets", m->r->cpu_target, h->cpu_target);
	if (!has || !n)
		return;
	for (uint32_t i = 0; i < n; i++) {
		const struct pki_target *t = &m->s.targets[i];

		lacks = missing_word(m->why->mem, sidecar_str(&m->s, t->needs), has);
		if (!lacks)
			return;
		strbuf_fmt(&b, "%s%s needs %s", i ? ", " : "", sidecar_str(&m->s, t->cpu), lacks);
	}
	reject(m, PKGIMG_REJECT_CPU_HOST, "CPU", "a target that this CPU can run", strbuf_text(&b));
}

/* ---- options: both lists are sorted by name */

static void match_options(struct match *m, int reason, const struct pkgimg_cache_option *want,
	size_t nwant, const struct pki_option *have, size_t nhave)
{
	size_t i = 0, k = 0;

	if (request_partial(m->r) && !nwant)
		return;
	while ((i < nwant || k < nhave) && !done(m)) {
		const char *name = k < nhave ? sidecar_str(&m->s, have[k].name) : NULL;
		int order = !name ? -1 : i == nwant ? 1 : strcmp(want[i].name, name);

		if (order < 0) {
			reject(m, reason, want[i].name, want[i].value, "not set");
		} else if (order > 0) {
			reject(m, reason, name, "not set", sidecar_str(&m->s, have[k].value));
		} else if (!str_eq(want[i].value, sidecar_str(&m->s, have[k].value))) {
			reject(m, reason, name, want[i].value, sidecar_str(&m->s, have[k].value));
		}
		i += order <= 0;
		k += order >= 0;
	}
}

/* ---- dependencies */

static const struct pkgimg_cache_dependency *find_wanted(
	const struct pkgimg_cache_request *q, const char *name)
{
	for (size_t i = 0; i < q->ndependencies; i++)
		if (str_eq(q->dependencies[i].name, name))
			return &q->dependencies[i];
	return NULL;
}

static bool has_dependency(const struct match *m, const char *name)
{
	for (uint32_t i = 0; i < m->s.h->tables[PKI_DEPENDENCIES].count; i++)
		if (str_eq(sidecar_str(&m->s, m->s.dependencies[i].name), name))
			return true;
	return false;
}

static size_t first_named(const struct pkgimg_cache_dependency *d, const char *name)
{
	size_t low = 0, high = d->nsymbols;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (strcmp(d->symbols[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Does what is used still have its digest? A type that is not there is no other one, as the loader
 * sees it (image/FORMAT.md 6). *now: one of that name, or NULL */
static bool use_holds(const struct pkgimg_cache_dependency *d, const char *name,
	const struct pki_symbol *use, const struct pkgimg_cache_symbol **now)
{
	*now = NULL;
	for (size_t i = first_named(d, name); i < d->nsymbols && str_eq(d->symbols[i].name, name);
		i++) {
		if (d->symbols[i].kind != use->kind)
			continue;
		*now = &d->symbols[i];
		if (d->symbols[i].digest == use->digest)
			return true;
	}
	return use->kind && !*now;
}

static const char *dependency_field(struct match *m, bool base, const char *name)
{
	return str_fmt(m->why->mem, "%s '%s'", base ? "base image" : "dependency", name);
}

/* The interface changed: did something that is used? */
static void match_uses(struct match *m, const struct pkgimg_cache_dependency *want,
	const struct pki_dependency *have, const char *field)
{
	for (uint32_t i = 0; i < have->nuses && !done(m); i++) {
		const struct pki_symbol *use = &m->s.uses[have->first_use + i];
		const char *name = sidecar_str(&m->s, use->name);
		const struct pkgimg_cache_symbol *now;

		if (use_holds(want, name, use, &now))
			continue;
		reject(m, PKGIMG_REJECT_DEP_INTERFACE,
			str_fmt(m->why->mem, "%s, %s'%s'", field, use->kind ? "type " : "", name),
			now ? hex64(m, now->digest) : "no such symbol", hex64(m, use->digest));
	}
}

/* it must be the very build */
static bool is_very(const struct pkgimg_cache_dependency *want, const struct pki_dependency *have)
{
	return (have->flags | want->flags) & (PKGIMG_CACHE_DEP_INLINED | PKGIMG_CACHE_DEP_BASE);
}

static bool is_as_it_was(
	const struct pkgimg_cache_dependency *want, const struct pki_dependency *have)
{
	return !memcmp(want->uuid, have->uuid, sizeof(have->uuid)) &&
	       !((want->flags ^ have->flags) &
		       (PKGIMG_CACHE_DEP_DATA_ONLY | PKGIMG_CACHE_DEP_BASE)) &&
	       want->interface_digest == have->interface_digest &&
	       (!is_very(want, have) ||
		       !memcmp(want->build_id, have->build_id, sizeof(have->build_id)));
}

static void match_dependency(struct match *m, const struct pki_dependency *have)
{
	const char *name = sidecar_str(&m->s, have->name), *field;
	bool base = have->flags & PKGIMG_CACHE_DEP_BASE;
	const struct pkgimg_cache_dependency *want = find_wanted(m->r->q, name);
	int build = base ? PKGIMG_REJECT_BASE : PKGIMG_REJECT_DEP_BUILD;

	if (want && is_as_it_was(want, have))
		return;
	field = dependency_field(m, base, name);
	if (!want) {
		reject(m, base ? PKGIMG_REJECT_BASE : PKGIMG_REJECT_DEP_MISSING, field, "none",
			hex(m, have->build_id, 16));
		return;
	}
	if (memcmp(want->uuid, have->uuid, sizeof(have->uuid)))
		reject(m, PKGIMG_REJECT_DEP_UUID, field, hex(m, want->uuid, 16),
			hex(m, have->uuid, 16));
	else if ((want->flags ^ have->flags) & PKGIMG_CACHE_DEP_DATA_ONLY)
		reject(m, PKGIMG_REJECT_DEP_FORM, field,
			form_name(!(want->flags & PKGIMG_CACHE_DEP_DATA_ONLY)),
			form_name(want->flags & PKGIMG_CACHE_DEP_DATA_ONLY));
	else if ((want->flags ^ have->flags) & PKGIMG_CACHE_DEP_BASE)
		reject(m, PKGIMG_REJECT_BASE, field, base ? "a dependency" : "the base image",
			base ? "the base image" : "a dependency");
	else if (is_very(want, have) &&
		 memcmp(want->build_id, have->build_id, sizeof(have->build_id)))
		reject(m, build, field, hex(m, want->build_id, 16), hex(m, have->build_id, 16));
	else if (want->interface_digest != have->interface_digest && have->nuses && want->symbols)
		match_uses(m, want, have, field);
	else if (want->interface_digest != have->interface_digest)
		reject(m, base ? PKGIMG_REJECT_BASE : PKGIMG_REJECT_DEP_INTERFACE, field,
			hex64(m, want->interface_digest), hex64(m, have->interface_digest));
}

static void match_dependencies(struct match *m)
{
	const struct pkgimg_cache_request *q = m->r->q;

	if (request_partial(m->r) && !q->ndependencies)
		return;
	for (uint32_t i = 0; i < m->s.h->tables[PKI_DEPENDENCIES].count && !done(m); i++)
		match_dependency(m, &m->s.dependencies[i]);
	for (size_t i = 0; i < q->ndependencies && !done(m); i++) {
		const struct pkgimg_cache_dependency *d = &q->dependencies[i];
		bool base = d->flags & PKGIMG_CACHE_DEP_BASE;

		if (!has_dependency(m, d->name))
			reject(m, base ? PKGIMG_REJECT_BASE : PKGIMG_REJECT_DEP_ADDED,
				dependency_field(m, base, d->name), hex(m, d->build_id, 16),
				"none");
	}
}

/* ---- the library */

static const char *bytes(struct match *m, uint64_t n)
{
	return str_fmt(m->why->mem, "%llu bytes", (unsigned long long)n);
}

/* a copied store: with its old time the library need not be read again */
static void keep_time(const struct match *m, int fd)
{
	int64_t ns = m->s.h->library_mtime;
	struct timespec t[2] = { { 0, UTIME_OMIT }, { ns / 1000000000, (long)(ns % 1000000000) } };

	if (m->store->writable)
		futimens(fd, t);
}

/* Changed bytes, or a sound image of another build? */
static bool is_other_build(struct match *m, int fd, uint8_t build_id[16])
{
	const struct pki_header *h = m->s.h;
	size_t size = (size_t)h->library_size;
	struct img_error e;
	struct img_view v;
	bool other = false;
	void *file;

	if (h->flags & PKI_OPAQUE || !size)
		return false;
	file = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED)
		return false;
	if (!img_check_file(file, size, IMG_CHECK_FILE_SUM, &v, NULL, &e)) {
		memcpy(build_id, v.header->build_id, 16);
		other = memcmp(build_id, h->build_id, 16) != 0;
	}
	munmap(file, size);
	return other;
}

static void match_library_content(struct match *m, int fd, const char *library)
{
	const struct pki_header *h = m->s.h;
	uint8_t digest[32], build_id[16];

	if (!files_digest(fd, digest)) {
		reject(m, PKGIMG_REJECT_LIBRARY_MISSING, library, "a file that can be read",
			strerror(errno));
	} else if (!memcmp(digest, h->library_digest, sizeof(digest))) {
		keep_time(m, fd);
	} else if (is_other_build(m, fd, build_id)) {
		reject(m, PKGIMG_REJECT_BUILD_ID, library, hex(m, h->build_id, 16),
			hex(m, build_id, 16));
	} else {
		reject(m, PKGIMG_REJECT_LIBRARY_SUM, library, hex(m, h->library_digest, 32),
			hex(m, digest, 32));
	}
}

/* whole: read it even if size and time are right */
void match_library(struct match *m, bool whole)
{
	const struct pki_header *h = m->s.h;
	const char *library = sidecar_str(&m->s, h->library);
	struct stat st;
	int fd;

	if (fstatat(m->folder, library, &st, 0)) {
		reject(m, PKGIMG_REJECT_LIBRARY_MISSING, library, bytes(m, h->library_size),
			"no file");
		return;
	}
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != h->library_size) {
		reject(m, PKGIMG_REJECT_LIBRARY_SIZE, library, bytes(m, h->library_size),
			bytes(m, (uint64_t)st.st_size));
		return;
	}
	if (!whole && files_same_time(h->library_mtime, ca_ns(st.st_mtim)))
		return;
	fd = openat(m->folder, library, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		reject(m, PKGIMG_REJECT_LIBRARY_MISSING, library, "a file that can be read",
			strerror(errno));
		return;
	}
	match_library_content(m, fd, library);
	close(fd);
}

/* ---- sources */

/* texts are made when there is something to tell */
static const char *source_field(struct match *m, const struct pki_source *s)
{
	return str_fmt(m->why->mem, "source %s", sidecar_str(&m->s, s->label));
}

static bool same_stat(const struct match *m, const struct pki_source *s, const struct now *n)
{
	int64_t mtime = ca_ns(n->st.st_mtim);

	if ((uint64_t)n->st.st_size != s->size)
		return false;
	if (m->cache->flags & PKGIMG_CACHE_TRUST_TIMES)
		return files_same_time(s->mtime, mtime);
	return s->ctime && mtime == s->mtime && ca_ns(n->st.st_ctim) == s->ctime &&
	       (uint64_t)n->st.st_ino == s->inode;
}

static const char *time_text(struct match *m, int64_t ns)
{
	return str_fmt(m->why->mem, "%lld.%09lld", (long long)(ns / 1000000000),
		(long long)(ns % 1000000000));
}

static void reject_missing(struct match *m, const struct pki_source *s, const struct now *n)
{
	reject(m, PKGIMG_REJECT_SOURCE_MISSING, source_field(m, s),
		str_fmt(m->why->mem, "none that can be read (%s)", strerror(n->err)),
		"one it was made with");
}

static void match_content(struct match *m, const struct pki_source *s, struct now *n)
{
	unsigned track = s->flags & PKI_TRACK;
	bool same = same_stat(m, s, n);

	if (track == PKGIMG_CACHE_TRACK_TIME) {
		if (!files_same_time(s->mtime, ca_ns(n->st.st_mtim)))
			reject(m, PKGIMG_REJECT_SOURCE_TIME, source_field(m, s),
				time_text(m, ca_ns(n->st.st_mtim)), time_text(m, s->mtime));
		return;
	}
	if (same && !m->r->all && !(m->cache->flags & PKGIMG_CACHE_VERIFY))
		return;
	if (track == PKGIMG_CACHE_TRACK_CONTENT && (uint64_t)n->st.st_size != s->size) {
		reject(m, PKGIMG_REJECT_SOURCE_SIZE, source_field(m, s),
			bytes(m, (uint64_t)n->st.st_size), bytes(m, s->size));
		return;
	}
	if (!files_hash(n, track))
		reject_missing(m, s, n);
	else if (memcmp(n->digest, s->digest, sizeof(s->digest)))
		reject(m, PKGIMG_REJECT_SOURCE_CONTENT, source_field(m, s), hex(m, n->digest, 32),
			hex(m, s->digest, 32));
	else
		m->stale_stats |= !same;
}

static void match_source(struct match *m, const struct pki_source *s, const char *path)
{
	struct now *n;

	if (!path) {
		reject(m, PKGIMG_REJECT_ROOT, source_field(m, s), "a place for this root",
			sidecar_str(&m->s, s->root));
		return;
	}
	n = files_at(m->r->files, path);
	if (n->err)
		reject_missing(m, s, n);
	else
		match_content(m, s, n);
}

/* those that the request names are where it says; the others are found by their roots */
static void match_sources(struct match *m)
{
	uint32_t n = m->s.h->tables[PKI_SOURCES].count;
	const struct pkgimg_cache_request *q = m->r->q;
	bool partial = request_partial(m->r) && !q->nsources;
	size_t known = 0;

	for (uint32_t i = 0; i < n && !done(m); i++) {
		const struct pki_source *s = &m->s.sources[i];
		const char *label = sidecar_str(&m->s, s->label);
		const char *path;

		if (s->flags & PKI_DISCOVERED || partial) {
			path = request_resolve(
				m->r, sidecar_str(&m->s, s->root), sidecar_str(&m->s, s->path));
			if (path || !partial)
				match_source(m, s, path);
			continue;
		}
		if (known == q->nsources || !str_eq(m->r->sources[known].label, label) ||
			m->r->sources[known].track != (s->flags & PKI_TRACK)) {
			reject(m, PKGIMG_REJECT_SOURCE_LIST, "sources",
				known < q->nsources ? m->r->sources[known].label : "no more",
				label);
			return;
		}
		match_source(m, s, m->r->sources[known++].path);
	}
	if (!done(m) && !partial && known < q->nsources)
		reject(m, PKGIMG_REJECT_SOURCE_LIST, "sources", m->r->sources[known].label,
			"no more");
}

/* ---- all in order */

static void match_flags(struct match *m)
{
	match_options(m, PKGIMG_REJECT_FLAGS, m->r->flags, m->r->q->nflags, m->s.flags,
		m->s.h->tables[PKI_FLAGS].count);
}

static void match_preferences(struct match *m)
{
	match_options(m, PKGIMG_REJECT_PREFERENCES, m->r->preferences, m->r->q->npreferences,
		m->s.preferences, m->s.h->tables[PKI_PREFERENCES].count);
}

static void match_place(struct match *m)
{
	match_library(m, m->r->all || m->cache->flags & PKGIMG_CACHE_VERIFY);
}

void match_sidecar(struct match *m)
{
	static void (*const checks[])(struct match *) = { match_identity, match_flags, match_form,
		match_cpu, match_preferences, match_dependencies, match_place, match_sources };
	struct trouble t;
	int err;

	if (sidecar_read(m->why->mem, m->folder, m->name, &m->s, &t, &err)) {
		m->s.data = NULL;
		if (err != ENOENT) /* gone since its name was read */
			match_trouble(m->why, &t);
		return;
	}
	if (m->r->q->flags & PKGIMG_CACHE_REBUILD) {
		reject(m, PKGIMG_REJECT_FORCED, "request", "to be made again", "an image");
		return;
	}
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && !done(m); i++)
		checks[i](m);
	if (!m->why->all && m->why->n > 1)
		m->why->n = 1;
}
