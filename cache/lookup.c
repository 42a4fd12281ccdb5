/* The candidates of a package, store by store, the last used first. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cache/internal.h"

/* ---- folders */

int package_folder(struct arena *a, const struct store *s, const char *package, const char **path)
{
	*path = path_join(a, s->path, package);
	return open(*path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int names_in(struct arena *a, int folder, const char *suffix, struct names_in *out)
{
	int copy = fcntl(folder, F_DUPFD_CLOEXEC, 0); /* a third of what opening it again costs */
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	*out = (struct names_in) { 0 };
	if (!dir) {
		if (copy >= 0)
			close(copy);
		return errno == ENOENT ? 0 : -1;
	}
	rewinddir(dir); /* its place is that of `folder`, which may have been read before */
	while ((e = readdir(dir))) {
		if (e->d_name[0] == '.' || !str_ends(e->d_name, suffix))
			continue;
		arena_push_room(a, out->v, out->n, out->cap);
		out->v[out->n++] = str_dup(a, e->d_name);
	}
	closedir(dir);
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), compare_names);
	return 0;
}

/* ---- answers */

static const void *symbols_of(struct arena *a, const struct sidecar *s)
{
	uint32_t n = s->h->tables[PKI_SYMBOLS].count;
	struct pkgimg_cache_symbol *v = arena_array(a, struct pkgimg_cache_symbol, n);

	for (uint32_t i = 0; i < n; i++)
		v[i] = (struct pkgimg_cache_symbol) { sidecar_str(s, s->symbols[i].name),
			s->symbols[i].digest, s->symbols[i].kind, 0 };
	return v;
}

void image_of(struct arena *mem, const struct sidecar *s, const char *folder, const char *name,
	size_t store, struct pkgimg_cache_image *out)
{
	const struct pki_header *h = s->h;

	*out = (struct pkgimg_cache_image) { .package = sidecar_str(s, h->package),
		.version = sidecar_str(s, h->package_version),
		.toolchain = sidecar_str(s, h->toolchain),
		.abi = sidecar_str(s, h->abi),
		.cpu_target = sidecar_str(s, h->cpu_target),
		.sidecar = path_join(mem, folder, name),
		.store = store,
		.native = (h->flags & PKI_NATIVE) != 0,
		.interface_digest = h->interface_digest,
		.bytes = h->file_size + h->library_size,
		.made = h->made,
		.used = s->st.st_mtim.tv_sec,
		.nsymbols = h->tables[PKI_SYMBOLS].count,
		.symbols = symbols_of(mem, s) };
	out->library = path_join(mem, folder, sidecar_str(s, h->library));
	memcpy(out->key, h->key, sizeof(out->key));
	memcpy(out->build_id, h->build_id, sizeof(out->build_id));
	memcpy(out->uuid, h->uuid, sizeof(out->uuid));
}

/* ---- one search */

struct search {
	struct pkgimg_cache *cache;
	const struct request *r;
	struct full_answer *out;
	struct arena *mem; /* the answer's */
	enum lookup_mode mode;
	size_t cap;
};

struct found_name {
	const char *name;
	int64_t used;
};

static int compare_found(const void *a, const void *b)
{
	const struct found_name *x = a, *y = b;

	return x->used != y->used ? (x->used < y->used) - (x->used > y->used)
				  : strcmp(x->name, y->name);
}

static struct found_name *by_use(struct arena *a, int folder, const struct names_in *names)
{
	struct found_name *v = arena_array(a, struct found_name, names->n);

	for (size_t i = 0; i < names->n; i++) {
		struct stat st;

		v[i].name = names->v[i];
		v[i].used =
			names->n == 1 || fstatat(folder, v[i].name, &st, 0) ? 0 : ca_ns(st.st_mtim);
	}
	if (names->n > 1)
		qsort(v, names->n, sizeof(*v), compare_found);
	return v;
}

enum { USED_STEP = 60, REFRESH_MOST = 1 << 20 };

/* The time of last use is that of the sidecar; once a minute is enough. */
static void touch(const struct match *m)
{
	struct timespec t[2] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };

	if (m->store->writable && time(NULL) - m->s.st.st_mtim.tv_sec >= USED_STEP)
		utimensat(m->folder, m->name, t, 0);
}

/* Times are other ones and contents the same: write the times down, so that the next one need not
 * read the contents. A copy takes the place of the old one; if anything fails that one stays. */
static void refresh(struct match *m)
{
	struct draft d = { .mem = m->r->mem, .strings.mem = m->r->mem };
	struct pki_header *h = m->s.h;
	char *path;
	size_t known = 0;
	int fd;

	if (!m->store->writable || h->file_size != h->tables_size || h->file_size > REFRESH_MOST)
		return;
	for (uint32_t i = 0; i < h->tables[PKI_SOURCES].count; i++) {
		struct pki_source *s = &m->s.sources[i];
		struct place p = { 0 };
		struct now *n;

		p.path = s->flags & PKI_DISCOVERED
				 ? request_resolve(m->r, sidecar_str(&m->s, s->root),
					   sidecar_str(&m->s, s->path))
				 : m->r->sources[known++].path;
		n = files_at(m->r->files, p.path);
		d.nsources = 0;
		draft_source(&d, &p, n, false);
		if (!d.sources[0].ctime) /* too new to be trusted: some other time */
			return;
		s->mtime = d.sources[0].mtime;
		s->ctime = d.sources[0].ctime;
		s->inode = d.sources[0].inode;
	}
	sidecar_sum(m->s.data);
	path = path_join(m->r->mem, m->folder_path, REFRESH_PREFIX "XXXXXX");
	fd = mkstemp(path);
	if (fd < 0)
		return;
	if (!place_write(fd, m->s.data, h->file_size) || fchmod(fd, 0644) || fsync(fd) ||
		renameat(AT_FDCWD, path, m->folder, m->name))
		unlink(path);
	close(fd);
}

static void accept(struct search *s, struct match *m, size_t store)
{
	struct pkgimg_cache_answer *a = &s->out->a;

	if (!a->found) {
		a->found = 1;
		image_of(s->mem, &m->s, m->folder_path, m->name, store, &a->hit);
	}
	if (s->r->q->flags & PKGIMG_CACHE_NO_STATS || s->mode == LOOKUP_ALL)
		return;
	touch(m);
	if (m->stale_stats)
		refresh(m);
}

static void look_at(
	struct search *s, size_t store, int folder, const char *folder_path, const char *name)
{
	struct reasons why = { .mem = s->mem, .all = s->mode == LOOKUP_ALL };
	struct match m = { .cache = s->cache,
		.r = s->r,
		.store = &s->cache->stores[store],
		.folder = folder,
		.folder_path = folder_path,
		.name = name,
		.why = &why };
	struct pkgimg_cache_candidate *v = (void *)s->out->a.candidates, *c;

	match_sidecar(&m);
	if (!m.s.data && !why.n)
		return;
	arena_push_room(s->mem, v, s->out->a.ncandidates, s->cap);
	s->out->a.candidates = v;
	c = &v[s->out->a.ncandidates++];
	*c = (struct pkgimg_cache_candidate) { .sidecar = path_join(s->mem, folder_path, name),
		.store = store,
		.native = m.s.data ? (m.s.h->flags & PKI_NATIVE) != 0 : -1,
		.nrejections = why.n,
		.rejections = why.v };
	if (m.s.data)
		memcpy(c->key, m.s.h->key, sizeof(c->key));
	if (!why.n)
		accept(s, &m, store);
}

static void search_store(struct search *s, size_t store)
{
	struct names_in names;
	struct found_name *v;
	const char *path;
	int folder = package_folder(s->mem, &s->cache->stores[store], s->r->q->package, &path);

	if (folder < 0)
		return;
	if (!names_in(s->mem, folder, SIDECAR_SUFFIX, &names)) {
		v = by_use(s->r->mem, folder, &names);
		for (size_t i = 0; i < names.n && (s->mode == LOOKUP_ALL || !s->out->a.found); i++)
			look_at(s, store, folder, path, v[i].name);
	}
	close(folder);
}

static bool is_counted(const struct pkgimg_cache_request *q)
{
	return !(q->flags & (PKGIMG_CACHE_NO_STATS | PKGIMG_CACHE_ASKED));
}

static int lookup_form(struct pkgimg_cache *c, const struct pkgimg_cache_request *q,
	enum lookup_mode mode, bool record, struct pkgimg_cache_answer **out,
	struct pkgimg_cache_error *e)
{
	struct arena mem = { 0 };
	struct files files = { .mem = &mem };
	struct full_answer *full;
	struct request r;
	struct search s = { .cache = c, .r = &r, .mode = mode };
	int code;

	if (!c || !out)
		return ca_fail(e, PKGIMG_CACHE_E_ARGUMENT, 0, "a lookup wants a cache and a place");
	code = request_open(&mem, &files, q, &r, e);
	full = code ? NULL : calloc(1, sizeof(*full));
	if (full) {
		r.all = mode == LOOKUP_ALL;
		s.out = full;
		s.mem = &full->mem;
		for (size_t i = 0; i < c->nstores && (mode == LOOKUP_ALL || !full->a.found); i++)
			search_store(&s, i);
		if (record && is_counted(q) && full->a.found)
			history_hit(c, q->package);
		if (record && is_counted(q) && !full->a.found)
			history_miss(c, q->package, &full->a);
		*out = &full->a;
	} else if (!code) {
		code = ca_fail(e, PKGIMG_CACHE_E_IO, ENOMEM, "out of memory");
	}
	arena_free(&mem);
	return code;
}

/* Where either form will do, one with native code is taken before one without. */
int lookup(struct pkgimg_cache *c, const struct pkgimg_cache_request *q, enum lookup_mode mode,
	bool record, struct pkgimg_cache_answer **out, struct pkgimg_cache_error *e)
{
	struct pkgimg_cache_request native;
	int code;

	if (!c || !out || !q || q->size != sizeof(*q) ||
		q->native != PKGIMG_CACHE_NATIVE_EXISTING || mode == LOOKUP_ALL)
		return lookup_form(c, q, mode, record, out, e);
	native = *q;
	native.native = PKGIMG_CACHE_NATIVE_YES;
	code = lookup_form(c, &native, mode, false, out, e);
	if (!code && (*out)->found) {
		if (record && is_counted(q))
			history_hit(c, q->package);
		return code;
	}
	if (!code)
		pkgimg_cache_answer_free(*out);
	return lookup_form(c, q, mode, record, out, e);
}

int pkgimg_cache_lookup(struct pkgimg_cache *c, const struct pkgimg_cache_request *q,
	struct pkgimg_cache_answer **out, struct pkgimg_cache_error *e)
{
	return lookup(c, q, LOOKUP_FIRST, true, out, e);
}

int pkgimg_cache_explain(struct pkgimg_cache *c, const struct pkgimg_cache_request *q,
	struct pkgimg_cache_answer **out, struct pkgimg_cache_error *e)
{
	return lookup(c, q, LOOKUP_ALL, false, out, e);
}

void pkgimg_cache_answer_free(struct pkgimg_cache_answer *a)
{
	struct full_answer *full = (struct full_answer *)(void *)a;

	if (!full)
		return;
	pkgimg_cache_answer_free(full->why);
	arena_free(&full->mem);
	free(full);
}
