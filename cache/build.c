/* Making an image: lock, look again, let the caller make it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cache/build.h"

/* ---- begin */

static int tell(const struct pkgimg_cache_request *q, const struct owner *held, double waited)
{
	struct pkgimg_cache_owner owner = { .package = q->package,
		.host = held->host,
		.pid = held->pid,
		.since = held->since,
		.waited = waited };

	return q->waiting ? q->waiting(q->ctx, &owner) : 0;
}

/* First often, then less so. */
static int wait_for_lock(struct pkgimg_cache_build *b, struct pkgimg_cache_error *e)
{
	const struct pkgimg_cache_request *q = b->r.q;
	const char *path =
		path_join(&b->mem, b->folder, str_fmt(&b->mem, "%.16s" LOCK_SUFFIX, b->key_text));
	struct timespec nap = { 0, 5000000 };
	double start = clock_ms(), told = -1; /* told: seconds */
	struct owner held;

	for (;;) {
		double waited;

		switch (lock_try(b->work, path, &held, e)) {
		case LOCK_TAKEN: return PKGIMG_CACHE_OK;
		case LOCK_FAILED: return PKGIMG_CACHE_E_IO;
		case LOCK_HELD: break;
		}
		if (q->flags & PKGIMG_CACHE_NO_WAIT)
			return ca_fail(e, PKGIMG_CACHE_E_BUSY, 0,
				"process %lld on %s is building '%s'", (long long)held.pid,
				held.host, q->package);
		waited = (clock_ms() - start) / 1e3;
		if (waited - told >= 1) {
			told = waited;
			if (tell(q, &held, waited))
				return ca_fail(e, PKGIMG_CACHE_E_CANCELLED, 0,
					"no longer waiting for process %lld on %s, which is "
					"building '%s'",
					(long long)held.pid, held.host, q->package);
		}
		nanosleep(&nap, NULL);
		nap.tv_nsec = nap.tv_nsec < 250000000 ? nap.tv_nsec * 3 / 2 : nap.tv_nsec;
	}
}

static int find_store(struct pkgimg_cache_build *b, struct pkgimg_cache_error *e)
{
	b->store = ca_writable(b->cache);
	if (!b->store)
		return ca_fail(e, PKGIMG_CACHE_E_NO_STORE, 0,
			"no store can be written to: '%s'%s; name one in PKGIMG_CACHE",
			b->cache->stores[0].path,
			b->cache->nstores > 1 ? " and the others are read-only" : "");
	b->store_number = (size_t)(b->store - b->cache->stores);
	return PKGIMG_CACHE_OK;
}

static int prepare(struct pkgimg_cache_build *b, const struct pkgimg_cache_request *q,
	struct pkgimg_cache_error *e)
{
	int code, err;

	b->files.mem = &b->mem;
	b->d.mem = b->d.strings.mem = &b->mem;
	code = request_open(&b->mem, &b->files, keep_request(&b->mem, q), &b->r, e);
	if (!code)
		code = request_key(&b->r, b->key, e);
	if (!code)
		code = find_store(b, e);
	if (code)
		return code;
	ca_hex(b->key, sizeof(b->key), b->key_text);
	b->named = arena_array(&b->mem, bool, q->ndependencies);
	b->very = arena_array(&b->mem, bool, q->ndependencies);
	b->folder = path_join(&b->mem, b->store->path, q->package);
	err = place_make_folders(&b->mem, b->folder);
	if (err) {
		errno = err;
		return ca_fail_io(e, "make", b->folder);
	}
	return workplace_open(b->cache, b->store, q->package, &b->work, e);
}

/* the folder that the library is made in, with its final name and nothing else */
static int prepare_output(struct pkgimg_cache_build *b, struct pkgimg_cache_error *e)
{
	const char *folder = path_join(&b->mem, workplace_path(b->work), "out");

	if (mkdir(folder, 0777))
		return ca_fail_io(e, "make", folder);
	b->output =
		path_join(&b->mem, folder, str_fmt(&b->mem, "%.16s%s", b->key_text, b->r.suffix));
	return PKGIMG_CACHE_OK;
}

/* With the lock: has another made it since the first look? A forced build looks no more. */
static int look_again(struct pkgimg_cache_build *b, struct pkgimg_cache_answer **answer)
{
	struct pkgimg_cache_request q = *b->r.q;
	struct pkgimg_cache_answer *again;

	if (q.flags & PKGIMG_CACHE_REBUILD)
		return 0;
	q.flags |= PKGIMG_CACHE_NO_STATS;
	if (lookup(b->cache, &q, LOOKUP_FIRST, false, &again, NULL))
		return 0;
	if (!again->found) {
		pkgimg_cache_answer_free(again);
		return 0;
	}
	pkgimg_cache_answer_free(*answer);
	*answer = again;
	return 1;
}

int pkgimg_cache_begin(struct pkgimg_cache *c, const struct pkgimg_cache_request *q,
	struct pkgimg_cache_build **build, struct pkgimg_cache_answer **out,
	struct pkgimg_cache_error *e)
{
	struct pkgimg_cache_answer *answer;
	struct pkgimg_cache_build *b;
	int code = build && out ? pkgimg_cache_lookup(c, q, &answer, e)
				: ca_fail(e, PKGIMG_CACHE_E_ARGUMENT, 0, "begin: a NULL");

	if (code)
		return code;
	*build = NULL;
	b = answer->found ? NULL : calloc(1, sizeof(*b));
	if (answer->found) {
		*out = answer;
		return PKGIMG_CACHE_OK;
	}
	if (b) {
		b->cache = c;
		code = prepare(b, q, e);
	} else {
		code = ca_fail(e, PKGIMG_CACHE_E_IO, ENOMEM, "out of memory");
	}
	if (!code)
		code = wait_for_lock(b, e);
	if (!code && look_again(b, &answer)) {
		pkgimg_cache_abandon(b);
		*out = answer;
		return PKGIMG_CACHE_OK;
	}
	if (!code)
		code = prepare_output(b, e);
	if (code) {
		pkgimg_cache_abandon(b);
		pkgimg_cache_answer_free(answer);
		return code;
	}
	*build = b;
	*out = answer;
	return PKGIMG_CACHE_OK;
}

void pkgimg_cache_abandon(struct pkgimg_cache_build *b)
{
	if (!b)
		return;
	workplace_close(b->work);
	arena_free(&b->mem);
	free(b);
}

const char *pkgimg_cache_build_output(const struct pkgimg_cache_build *b)
{
	return b->output;
}

const char *pkgimg_cache_build_folder(const struct pkgimg_cache_build *b)
{
	return workplace_path(b->work);
}

const uint8_t *pkgimg_cache_build_key(const struct pkgimg_cache_build *b)
{
	return b->key;
}

/* ---- what turns out while it is made */

static int source_error(struct pkgimg_cache_error *e, const char *what, const char *path, int err)
{
	char why[128];

	return ca_fail(e, PKGIMG_CACHE_E_SOURCE, err, "%s '%s' cannot be read: %s", what, path,
		file_error_text(err, why, sizeof(why)));
}

int pkgimg_cache_build_source(struct pkgimg_cache_build *b,
	const struct pkgimg_cache_source *source, struct pkgimg_cache_error *e)
{
	struct pkgimg_cache_source copy;
	struct place p;
	struct now *n;

	if (!b || !source || !source->path || source->track > PKGIMG_CACHE_TRACK_FOLDER)
		return ca_fail(e, PKGIMG_CACHE_E_ARGUMENT, 0,
			"a source has no path, or is tracked in no known way");
	copy = *source;
	copy.path = str_dup(&b->mem, source->path);
	copy.name = source->name ? str_dup(&b->mem, source->name) : NULL;
	request_place(&b->r, &copy, &p);
	for (size_t i = 0; i < b->nfound; i++)
		if (str_eq(b->found[i].rel, p.rel) && str_eq(b->found[i].root, p.root))
			return PKGIMG_CACHE_OK;
	for (size_t i = 0; i < b->r.q->nsources; i++)
		if (str_eq(b->r.sources[i].rel, p.rel) && str_eq(b->r.sources[i].root, p.root))
			return PKGIMG_CACHE_OK;
	n = files_at(&b->files, p.path);
	if (p.track != PKGIMG_CACHE_TRACK_TIME)
		files_hash(n, p.track);
	if (n->err)
		return source_error(e, "source", p.path, n->err);
	arena_push_room(&b->mem, b->found, b->nfound, b->cap_found);
	b->found[b->nfound++] = p;
	return PKGIMG_CACHE_OK;
}

int pkgimg_cache_build_use(struct pkgimg_cache_build *b, size_t dependency, const char *name)
{
	if (!b || !name || dependency >= b->r.q->ndependencies)
		return PKGIMG_CACHE_E_ARGUMENT;
	b->named[dependency] = true;
	arena_push_room(&b->mem, b->uses, b->nuses, b->cap_uses);
	b->uses[b->nuses++] =
		(struct use) { .dependency = dependency, .name = str_dup(&b->mem, name) };
	return PKGIMG_CACHE_OK;
}

/* "out: a.c dir/b\ c.h \" newline "d.h": words behind the first ':' at the end of a word */
static int add_prerequisites(
	struct pkgimg_cache_build *b, const char *text, struct pkgimg_cache_error *e)
{
	struct strbuf word = { .mem = &b->mem };
	bool behind = false;

	for (const char *s = text;; s++) {
		bool escaped = *s == '\\' && s[1] && strchr(" #\\", s[1]);
		bool folded = *s == '\\' && (s[1] == '\n' || (s[1] == '\r' && s[2] == '\n'));

		if (escaped || (*s == '$' && s[1] == '$')) {
			strbuf_putc(&word, *++s);
			continue;
		}
		if (*s && !strchr(" \t\r\n", *s) && !folded) {
			strbuf_putc(&word, *s);
			continue;
		}
		if (word.n && behind) {
			const struct pkgimg_cache_source source = { .path = word.s };
			int code = pkgimg_cache_build_source(b, &source, e);

			if (code)
				return code;
		} else if (word.n && word.s[word.n - 1] == ':') {
			behind = true;
		}
		word = (struct strbuf) { .mem = &b->mem };
		if (!*s)
			return PKGIMG_CACHE_OK;
		behind &=
			*s != '\n'; /* the next rule; clang -MP writes some without prerequisites */
		s += folded ? (s[1] == '\r' ? 2 : 1) : 0;
	}
}

int pkgimg_cache_build_depfile(
	struct pkgimg_cache_build *b, const char *path, struct pkgimg_cache_error *e)
{
	struct diags quiet = { .sink = diag_drop };
	size_t size;
	char *text;

	if (!b || !path)
		return ca_fail(e, PKGIMG_CACHE_E_ARGUMENT, 0, "a dependency file has no path");
	if (file_read(&b->mem, &quiet, NOWHERE, "dependency file", path, (size_t)64 << 20, &text,
		    &size))
		return source_error(e, "dependency file", path, errno ? errno : EIO);
	return add_prerequisites(b, text, e);
}

/* ---- all in one */

int pkgimg_cache_get(struct pkgimg_cache *c, const struct pkgimg_cache_request *q,
	pkgimg_cache_make_fn *make, void *ctx, struct pkgimg_cache_answer **out,
	struct pkgimg_cache_error *e)
{
	struct pkgimg_cache_answer *first, *made;
	struct pkgimg_cache_build *b;
	struct full_answer *full;
	int code = make && out ? pkgimg_cache_begin(c, q, &b, &first, e)
			       : ca_fail(e, PKGIMG_CACHE_E_ARGUMENT, 0, "get: a NULL");

	if (code)
		return code;
	if (!b) {
		*out = first;
		return PKGIMG_CACHE_OK;
	}
	if (make(ctx, b)) {
		pkgimg_cache_abandon(b);
		code = ca_fail(e, PKGIMG_CACHE_E_BUILD, 0, "'%s' could not be built", q->package);
	} else {
		code = pkgimg_cache_commit(b, &made, e);
	}
	if (code) {
		pkgimg_cache_answer_free(first);
		return code;
	}
	/* why it was made is the first answer's; what was made is added to it */
	full = (struct full_answer *)(void *)made;
	full->why = first;
	full->a.ncandidates = first->ncandidates;
	full->a.candidates = first->candidates;
	*out = made;
	return PKGIMG_CACHE_OK;
}
