/* Every byte of every image against its sums; and libraries taken out of a store, compared on the
 * way. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "cache/internal.h"
#include "cache/walk.h"

struct verifying {
	struct pkgimg_cache_verify *v;
};

/* ---- one image */

static bool section_is_sound(int fd, const struct pki_section *s)
{
	enum { PIECE = 64 * 1024 };
	uint8_t buf[PIECE], digest[32];
	uint64_t at = 0;
	struct blake3 b;

	blake3_start(&b);
	while (at < s->size) {
		size_t want = s->size - at < PIECE ? (size_t)(s->size - at) : PIECE;
		ssize_t got = pread(fd, buf, want, (off_t)(s->offset + at));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		blake3_add(&b, buf, (size_t)got);
		at += (uint64_t)got;
	}
	blake3_end(&b, digest);
	return !memcmp(digest, s->digest, sizeof(digest));
}

static void check_sections(struct match *m)
{
	int fd = openat(m->folder, m->name, O_RDONLY | O_CLOEXEC);

	for (uint32_t i = 0; i < m->s.h->tables[PKI_SECTIONS].count; i++) {
		const struct pki_section *s = &m->s.sections[i];
		struct trouble t = { PKGIMG_REJECT_SECTION_SUM,
			str_fmt(m->why->mem, "section %u", s->kind), "its checksum", "another" };

		if (fd < 0 || !section_is_sound(fd, s))
			match_trouble(m->why, &t);
	}
	if (fd >= 0)
		close(fd);
}

static void check_name(struct match *m, const char *package)
{
	const struct pki_header *h = m->s.h;
	char key[2 * 32 + 1];
	struct trouble t = { PKGIMG_REJECT_KEY, "file name", key, m->name };

	ca_hex(h->key, sizeof(h->key), key);
	key[SHORT_KEY] = '\0';
	if (strncmp(m->name, key, SHORT_KEY) || !str_eq(m->name + SHORT_KEY, SIDECAR_SUFFIX))
		match_trouble(m->why, &t);
	t = (struct trouble) { PKGIMG_REJECT_PACKAGE, "package", package,
		sidecar_str(&m->s, h->package) };
	if (!str_eq(t.expected, t.found))
		match_trouble(m->why, &t);
}

/* Only a sidecar goes: what a library is for is not known without one, and gc removes it. */
static void report(struct verifying *v, const struct match *m, const struct package_at *at)
{
	struct pkgimg_cache_candidate c = { .sidecar = path_join(m->why->mem, at->path, m->name),
		.store = at->store,
		.nrejections = m->why->n,
		.rejections = m->why->v };

	if (m->s.data)
		memcpy(c.key, m->s.h->key, sizeof(c.key));
	v->v->unsound++;
	if (v->v->broken)
		v->v->broken(v->v->ctx, &c);
	if (v->v->repair && m->store->writable && !unlinkat(m->folder, m->name, 0))
		v->v->removed++;
}

static void verify_one(struct verifying *v, const struct package_at *at, const char *name)
{
	struct arena mem = { 0 };
	struct reasons why = { .mem = &mem, .all = true };
	struct match m = { .cache = at->cache,
		.store = &at->cache->stores[at->store],
		.folder = at->fd,
		.folder_path = at->path,
		.name = name,
		.why = &why };
	struct trouble t;
	int err;

	if (sidecar_read(&mem, at->fd, name, &m.s, &t, &err)) {
		m.s.data = NULL;
		if (err != ENOENT)
			match_trouble(&why, &t);
	} else {
		v->v->bytes += m.s.h->file_size + m.s.h->library_size;
		check_name(&m, at->package);
		check_sections(&m);
		match_library(&m, true);
	}
	if (why.n)
		report(v, &m, at);
	else
		v->v->sound += m.s.data != NULL;
	arena_free(&mem);
}

static void verify_package(void *ctx, const struct package_at *at)
{
	struct arena mem = { 0 };
	struct names_in names;

	if (!names_in(&mem, at->fd, SIDECAR_SUFFIX, &names))
		for (size_t i = 0; i < names.n; i++)
			verify_one(ctx, at, names.v[i]);
	arena_free(&mem);
}

int pkgimg_cache_verify(
	struct pkgimg_cache *c, struct pkgimg_cache_verify *v, struct pkgimg_cache_error *e)
{
	struct verifying ctx = { v };

	if (!c || !v || v->size != sizeof(*v) || (v->package && !ca_package_name(v->package)))
		return ca_fail(e, PKGIMG_CACHE_E_ARGUMENT, 0,
			"verify: a NULL, of another size, or no name of a package");
	v->sound = v->unsound = v->removed = v->bytes = 0;
	for (size_t i = 0; i < c->nstores; i++)
		if (walk_store(c, i, v->package, verify_package, &ctx))
			return ca_fail_io(e, "list", c->stores[i].path);
	return PKGIMG_CACHE_OK;
}

/* ---- one file, as it is */

int pkgimg_cache_read(
	const char *sidecar, struct pkgimg_cache_answer **out, struct pkgimg_cache_error *e)
{
	struct pkgimg_cache none = { 0 };
	struct store store = { 0 };
	struct full_answer *full = sidecar && out ? calloc(1, sizeof(*full)) : NULL;
	struct reasons why = { .all = true };
	struct match m = { .cache = &none, .store = &store, .folder = AT_FDCWD, .why = &why };
	struct pkgimg_cache_candidate *c;
	struct trouble t;
	int err;

	if (!full)
		return ca_fail(e, PKGIMG_CACHE_E_ARGUMENT, 0, "a sidecar has no path");
	why.mem = &full->mem;
	m.name = str_dup(&full->mem, sidecar);
	if (sidecar_read(&full->mem, AT_FDCWD, sidecar, &m.s, &t, &err)) {
		m.s.data = NULL;
		match_trouble(&why, &t);
	} else {
		check_sections(&m);
	}
	c = arena_new(&full->mem, struct pkgimg_cache_candidate);
	*c = (struct pkgimg_cache_candidate) {
		.sidecar = m.name, .nrejections = why.n, .rejections = why.v
	};
	full->a.ncandidates = 1;
	full->a.candidates = c;
	full->a.found = why.n == 0;
	if (full->a.found)
		image_of(&full->mem, &m.s, path_dir(&full->mem, sidecar), path_base(m.name), 0,
			&full->a.hit);
	*out = &full->a;
	return PKGIMG_CACHE_OK;
}

/* ---- export */

/* returns PKGIMG_CACHE_OK, E_IO or E_IMAGE */
static int copy_checked(struct arena *a, const struct pkgimg_cache_image *image,
	const uint8_t digest[32], int to, const char *path, struct pkgimg_cache_error *e)
{
	enum { PIECE = 256 * 1024 };
	int from = open(image->library, O_RDONLY | O_CLOEXEC);
	char *buf = arena_alloc(a, PIECE, 16);
	uint8_t found[32];
	struct blake3 b;
	ssize_t got = 0;

	if (from < 0)
		return ca_fail_io(e, "open", image->library);
	blake3_start(&b);
	while ((got = read(from, buf, PIECE))) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		blake3_add(&b, buf, (size_t)got);
		if (!place_write(to, buf, (size_t)got)) {
			close(from);
			return ca_fail_io(e, "write", path);
		}
	}
	if (got < 0) {
		int code = ca_fail_io(e, "read", image->library);

		close(from);
		return code;
	}
	close(from);
	blake3_end(&b, found);
	if (memcmp(found, digest, sizeof(found)))
		return ca_fail(e, PKGIMG_CACHE_E_IMAGE, 0,
			"'%s' was changed in the store; `pkgimg cache verify --repair` removes it",
			image->library);
	return PKGIMG_CACHE_OK;
}

static int read_digest(struct arena *a, const struct pkgimg_cache_image *image, uint8_t out[32],
	struct pkgimg_cache_error *e)
{
	struct sidecar s;
	struct trouble t;
	int err;

	if (sidecar_read(a, AT_FDCWD, image->sidecar, &s, &t, &err)) {
		errno = err;
		return err ? ca_fail_io(e, "read", image->sidecar)
			   : ca_fail(e, PKGIMG_CACHE_E_IMAGE, 0, "'%s' was changed in the store",
				     image->sidecar);
	}
	memcpy(out, s.h->library_digest, 32);
	return PKGIMG_CACHE_OK;
}

/* the output's part is base's: whole or not at all, devices and all. The diagnostic becomes the
 * error's text */
static void keep_text(void *ctx, enum diag_kind kind, const char *line)
{
	(void)kind;
	ca_fail(ctx, PKGIMG_CACHE_E_IO, 0, "%s", str_starts(line, "error: ") ? line + 7 : line);
}

int pkgimg_cache_export(struct pkgimg_cache *c, const struct pkgimg_cache_image *image,
	const char *path, struct pkgimg_cache_error *e)
{
	struct arena mem = { 0 };
	struct diags d = { .sink = keep_text, .ctx = e };
	struct outfile out;
	uint8_t digest[32];
	int code, fd;

	if (!c || !image || !image->library || !path)
		return ca_fail(e, PKGIMG_CACHE_E_ARGUMENT, 0, "export: a NULL, or no library");
	code = read_digest(&mem, image, digest, e);
	if (!code && outfile_begin(&mem, &d, NOWHERE, path, &out)) {
		code = PKGIMG_CACHE_E_IO;
	} else if (!code) {
		fd = open(out.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		code = fd < 0 ? ca_fail_io(e, "make", path)
			      : copy_checked(&mem, image, digest, fd, path, e);
		if (fd >= 0 && close(fd) && !code)
			code = ca_fail_io(e, "write", path);
		if (code)
			outfile_drop(&out);
		else if (outfile_commit(&d, &out, 0777))
			code = PKGIMG_CACHE_E_IO;
	}
	arena_free(&mem);
	return code;
}
