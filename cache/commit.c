/* What was made, checked and put in its place: the library, then the sidecar. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cache/build.h"
#include "cache/interface.h"
#include "image/cpu_features.h"
#include "image/image.h"

/* ---- commit: what was made */

static void add_symbols(struct pkgimg_cache_build *b, const struct img_view *v)
{
	struct draft *d = &b->d;
	uint32_t n;
	const struct pkgimg_cache_symbol *all = interface_symbols(&b->mem, v, &n);

	d->symbols = arena_array(&b->mem, struct pki_symbol, n);
	for (uint32_t i = 0; i < n; i++)
		d->symbols[d->nsymbols++] = (struct pki_symbol) { draft_str(d, all[i].name),
			all[i].kind, all[i].digest };
}

static void add_targets(struct pkgimg_cache_build *b, const struct img_view *v)
{
	const struct cpu_arch *arch = img_cpu_arch(img_str(v, v->package->abi_text));

	b->d.targets = arena_array(&b->mem, struct pki_target, v->ntargets);
	for (uint32_t i = 0; i < v->ntargets; i++) {
		size_t n = img_cpu_names(arch, v->targets[i].needs, 0, " ", NULL, 0);
		char *text = arena_alloc(&b->mem, n + 1, 1);

		img_cpu_names(arch, v->targets[i].needs, 0, " ", text, n + 1);
		b->d.targets[b->d.ntargets++] =
			(struct pki_target) { draft_str(&b->d, img_str(v, v->targets[i].cpu)),
				draft_str(&b->d, text) };
	}
}

static int not_asked_for(struct pkgimg_cache_error *e, const char *path, const char *what,
	const char *wanted, const char *got)
{
	return ca_fail(e, PKGIMG_CACHE_E_IMAGE, 0, "what was built, '%s', has %s '%s', wanted '%s'",
		path, what, got, wanted);
}

static void take_use(
	struct pkgimg_cache_build *b, size_t dependency, const struct img_view *v, uint32_t i)
{
	const struct img_use *u = &v->uses[i];

	b->named[dependency] = true;
	arena_push_room(&b->mem, b->uses, b->nuses, b->cap_uses);
	b->uses[b->nuses++] = (struct use) { dependency, str_dup(&b->mem, img_str(v, u->name)),
		u->kind, true, u->digest };
}

/* What the loader will compare counts, whatever was said of uses: those that the image lists, or
 * all; and the build, if the image refers into it. */
static void take_dependencies(struct pkgimg_cache_build *b, const struct img_view *v)
{
	for (uint32_t i = 0; i < v->ndependencies; i++) {
		const char *name = img_str(v, v->dependencies[i].name);
		size_t k = 0;

		while (k < b->r.q->ndependencies && !str_eq(name, b->r.q->dependencies[k].name))
			k++;
		if (k == b->r.q->ndependencies)
			continue;
		b->named[k] = false;
		b->very[k] = v->dependencies[i].flags & IMG_DEP_BUILD;
		for (uint32_t u = 0; u < v->nuses; u++)
			if (v->uses[u].dependency == i)
				take_use(b, k, v, u);
	}
}

static int read_image(
	struct pkgimg_cache_build *b, const void *file, size_t size, struct pkgimg_cache_error *e)
{
	const struct pkgimg_cache_request *q = b->r.q;
	struct img_error why;
	struct img_container box;
	struct img_view v;
	char text[512];

	if (img_check_file(file, size, 0, &v, &box, &why)) {
		img_error_text(&why, text, sizeof(text));
		return ca_fail(e, PKGIMG_CACHE_E_IMAGE, 0,
			"what was built, '%s', is no sound package image: %s", b->output, text);
	}
	if (!str_eq(img_str(&v, v.package->name), q->package))
		return not_asked_for(
			e, b->output, "the name", q->package, img_str(&v, v.package->name));
	if (box.no_code == b->r.native)
		return not_asked_for(
			e, b->output, "the form", form_name(b->r.native), form_name(!box.no_code));
	memcpy(b->d.h.build_id, v.header->build_id, 16);
	b->d.h.interface_digest = v.header->interface_digest;
	add_symbols(b, &v);
	add_targets(b, &v);
	take_dependencies(b, &v);
	return PKGIMG_CACHE_OK;
}

/* the library's tables and its sum, from one mapping of it */
static int read_library(struct pkgimg_cache_build *b, int fd, struct pkgimg_cache_error *e)
{
	struct pki_header *h = &b->d.h;
	struct stat st;
	void *file;
	int code = PKGIMG_CACHE_OK, failed;

	if (fstat(fd, &st))
		return ca_fail_io(e, "examine", b->output);
	if (!S_ISREG(st.st_mode) || !st.st_size)
		return ca_fail(
			e, PKGIMG_CACHE_E_IMAGE, 0, "what was built, '%s', is empty", b->output);
	file = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED)
		return ca_fail_io(e, "map", b->output);
	blake3_of(file, (size_t)st.st_size, h->library_digest);
	h->library_size = (uint64_t)st.st_size;
	h->library_mtime = ca_ns(st.st_mtim);
	h->flags = b->r.native ? PKI_NATIVE : 0;
	if (b->r.q->flags & PKGIMG_CACHE_OPAQUE) {
		h->flags |= PKI_OPAQUE;
		memcpy(h->build_id, h->library_digest, sizeof(h->build_id));
		memcpy(&h->interface_digest, h->library_digest, sizeof(h->interface_digest));
	} else {
		code = read_image(b, file, (size_t)st.st_size, e);
	}
	munmap(file, (size_t)st.st_size);
	while (!code && (failed = fsync(fd)))
		if (errno != EINTR)
			return ca_fail_io(e, "write", b->output);
	return code;
}

static int read_made(struct pkgimg_cache_build *b, struct pkgimg_cache_error *e)
{
	int fd, code;

	fd = open(b->output, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return ca_fail(e, PKGIMG_CACHE_E_IMAGE, ENOENT,
			"nothing was built: there is no '%s'", b->output);
	if (fd < 0)
		return ca_fail_io(e, "open", b->output);
	fchmod(fd, 0644); /* whoever reads the sidecar must be able to read it */
	code = read_library(b, fd, e);
	close(fd);
	return code;
}

/* ---- commit: the sidecar */

static int add_sources(struct pkgimg_cache_build *b, struct pkgimg_cache_error *e)
{
	size_t known = b->r.q->nsources, n = known + b->nfound;
	struct files later = { .mem = &b->mem };

	for (size_t i = 0; i < n; i++) {
		const struct place *p = i < known ? &b->r.sources[i] : &b->found[i - known];
		struct now *before = files_at(&b->files, p->path), *after;

		after = files_at(&later, p->path);
		if (after->err || after->st.st_size != before->st.st_size ||
			ca_ns(after->st.st_mtim) != ca_ns(before->st.st_mtim) ||
			ca_ns(after->st.st_ctim) != ca_ns(before->st.st_ctim)) {
			if (!files_hash(after, p->track) ||
				(p->track != PKGIMG_CACHE_TRACK_TIME &&
					memcmp(after->digest, before->digest, 32)))
				return ca_fail(e, PKGIMG_CACHE_E_SOURCE, after->err,
					"source '%s' changed while '%s' was built; build it again",
					p->path, b->r.q->package);
		}
		draft_source(&b->d, p, before, i >= known);
	}
	return PKGIMG_CACHE_OK;
}

static void add_use(struct draft *d, const char *name, uint32_t kind, uint64_t digest)
{
	arena_push_room(d->mem, d->uses, d->nuses, d->cap_uses);
	d->uses[d->nuses++] = (struct pki_symbol) { draft_str(d, name), kind, digest };
}

/* a symbol that the caller said is used */
static void add_said(struct draft *d, const struct pkgimg_cache_dependency *from, const char *name)
{
	uint64_t digest = 0;

	for (size_t i = 0; i < from->nsymbols; i++)
		if (!from->symbols[i].kind && str_eq(from->symbols[i].name, name))
			digest = from->symbols[i].digest;
	add_use(d, name, 0, digest);
}

static void add_uses(struct pkgimg_cache_build *b, size_t i)
{
	const struct pkgimg_cache_dependency *from = &b->r.q->dependencies[i];

	for (size_t k = 0; k < from->nuses; k++)
		add_said(&b->d, from, from->uses[k]);
	for (size_t k = 0; k < b->nuses; k++) {
		const struct use *u = &b->uses[k];

		if (u->dependency == i && u->known)
			add_use(&b->d, u->name, u->kind, u->digest);
		else if (u->dependency == i)
			add_said(&b->d, from, u->name);
	}
}

static void add_dependencies(struct pkgimg_cache_build *b)
{
	size_t n = b->r.q->ndependencies;
	struct draft *d = &b->d;

	d->dependencies = arena_array(&b->mem, struct pki_dependency, n);
	for (size_t i = 0; i < n; i++) {
		const struct pkgimg_cache_dependency *from = &b->r.q->dependencies[i];
		struct pki_dependency *to = &d->dependencies[d->ndependencies++];

		*to = (struct pki_dependency) { .name = draft_str(d, from->name),
			.version = draft_str(d, from->version),
			.interface_digest = from->interface_digest,
			.flags = (from->flags & 7) |
				 (b->very[i] ? (unsigned)PKGIMG_CACHE_DEP_INLINED : 0),
			.first_use = (uint32_t)d->nuses };
		memcpy(to->uuid, from->uuid, sizeof(to->uuid));
		memcpy(to->build_id, from->build_id, sizeof(to->build_id));
		if (b->named[i])
			add_uses(b, i);
		to->nuses = (uint32_t)d->nuses - to->first_use;
	}
}

static struct pki_option *draft_options(
	struct draft *d, const struct pkgimg_cache_option *v, size_t n)
{
	struct pki_option *out = arena_array(d->mem, struct pki_option, n);

	for (size_t i = 0; i < n; i++)
		out[i] = (struct pki_option) { draft_str(d, v[i].name), draft_str(d, v[i].value) };
	return out;
}

static void fill_header(struct pkgimg_cache_build *b, const char *library)
{
	const struct pkgimg_cache_request *q = b->r.q;
	struct draft *d = &b->d;
	struct pki_header *h = &d->h;

	memcpy(h->key, b->key, sizeof(h->key));
	memcpy(h->uuid, q->uuid, sizeof(h->uuid));
	h->made = (int64_t)time(NULL);
	h->package = draft_str(d, q->package);
	h->package_version = draft_str(d, b->r.version);
	h->toolchain = draft_str(d, q->toolchain);
	h->abi = draft_str(d, q->abi);
	h->cpu_target = draft_str(d, b->r.cpu_target);
	h->library = draft_str(d, library);
	d->flags = draft_options(d, b->r.flags, q->nflags);
	d->nflags = q->nflags;
	d->preferences = draft_options(d, b->r.preferences, q->npreferences);
	d->npreferences = q->npreferences;
}

/* a whole file in the workplace, on the disk */
static const char *write_sidecar(
	struct pkgimg_cache_build *b, const void *tables, size_t n, struct pkgimg_cache_error *e)
{
	const char *path = path_join(&b->mem, workplace_path(b->work), "sidecar");
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644), failed;
	bool ok;

	if (fd < 0) {
		ca_fail_io(e, "make", path);
		return NULL;
	}
	ok = place_write(fd, tables, n);
	ok = ok && !fchmod(fd, 0644);
	while (ok && (failed = fsync(fd)))
		ok = errno == EINTR;
	if (!ok)
		ca_fail_io(e, "write", path);
	if (close(fd) && ok) {
		ca_fail_io(e, "write", path);
		ok = false;
	}
	return ok ? path : NULL;
}

/* The library first; the sidecar's rename is the commit. gc may have taken the library away in
 * between, if it thought us dead: then there is none. */
static int publish(struct pkgimg_cache_build *b, struct pkgimg_cache_error *e)
{
	const char *library, *from, *to;
	struct stat st;
	size_t n;
	void *tables;

	library = place_library(&b->mem, b->output, b->folder,
		str_ndup(&b->mem, b->key_text, SHORT_KEY), b->r.suffix, b->d.h.library_digest,
		b->d.h.library_size);
	if (!library)
		return ca_fail_io(e, "put the library into", b->folder);
	if (!stat(path_join(&b->mem, b->folder, library), &st))
		b->d.h.library_mtime = ca_ns(st.st_mtim);
	fill_header(b, library);
	tables = draft_finish(&b->d, &n);
	from = write_sidecar(b, tables, n, e);
	if (!from)
		return PKGIMG_CACHE_E_IO;
	to = path_join(&b->mem, b->folder, str_fmt(&b->mem, "%.16s" SIDECAR_SUFFIX, b->key_text));
	if (!place_sync_folder(b->folder))
		return ca_fail_io(e, "write", b->folder);
	/* an empty folder in its place is no one's */
	if (rename(from, to) && (errno != EISDIR || rmdir(to) || rename(from, to)))
		return ca_fail_io(e, "put the sidecar at", to);
	if (!place_sync_folder(b->folder))
		return ca_fail_io(e, "write", b->folder);
	if (stat(path_join(&b->mem, b->folder, library), &st))
		return ca_fail_io(e, "find the library just put into", b->folder);
	return PKGIMG_CACHE_OK;
}

static int answer_made(struct pkgimg_cache_build *b, struct pkgimg_cache_answer **out,
	struct pkgimg_cache_error *e)
{
	struct full_answer *full = calloc(1, sizeof(*full));
	struct sidecar s;
	struct trouble t;
	const char *name, *path;
	int folder, err, failed;

	if (!full)
		return ca_fail(e, PKGIMG_CACHE_E_IO, ENOMEM, "out of memory");
	folder = package_folder(&full->mem, b->store, b->r.q->package, &path);
	name = str_fmt(&full->mem, "%.16s" SIDECAR_SUFFIX, b->key_text);
	failed = folder < 0 || sidecar_read(&full->mem, folder, name, &s, &t, &err);
	if (failed) {
		pkgimg_cache_answer_free(&full->a);
		failed = ca_fail(e, PKGIMG_CACHE_E_IO, 0,
			"'%s' was put into the store and cannot be read back", name);
	} else {
		full->a.found = full->a.built = 1;
		image_of(&full->mem, &s, path, name, b->store_number, &full->a.hit);
		*out = &full->a;
	}
	if (folder >= 0)
		close(folder);
	return failed;
}

int pkgimg_cache_commit(struct pkgimg_cache_build *b, struct pkgimg_cache_answer **out,
	struct pkgimg_cache_error *e)
{
	int code;

	if (!b)
		return ca_fail(e, PKGIMG_CACHE_E_ARGUMENT, 0, "commit: a NULL");
	for (size_t i = 0; i < b->r.q->ndependencies; i++)
		b->named[i] |= b->r.q->dependencies[i].uses != NULL;
	code = read_made(b, e);
	if (!code)
		code = add_sources(b, e);
	if (!code) {
		add_dependencies(b);
		code = publish(b, e);
	}
	if (!code && !(b->r.q->flags & PKGIMG_CACHE_NO_STATS))
		history_built(b->cache, b->r.q->package);
	if (!code && out)
		code = answer_made(b, out, e);
	pkgimg_cache_abandon(b);
	return code;
}
