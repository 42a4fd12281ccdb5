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
		.native = m->s.data ? (m->s.h->flags & PKI_NATIVE) != 0 : -1,
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
		match_library(&m, true);
	}
	if (why.n) {
		report(v, &m, at);
	} else if (m.s.data) {
		v->v->sound++;
		v->v->data_only += !(m.s.h->flags & PKI_NATIVE);
	}
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
	v->sound = v->unsound = v->removed = v->bytes = v->data_only = 0;
	for (size_t i = 0; i < c->nstores; i++)
		if (walk_store(c, i, v->package, verify_package, &ctx))
			return ca_fail_io(e, "list", c->stores[i].path);
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
