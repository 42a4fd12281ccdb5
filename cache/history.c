/* A file `history` for each package: a line for each answer, added at the end. It is for people and
 * for statistics: nothing depends on it, and what cannot be written is not.
 *
 *   h                                 a hit
 *   m SECONDS                         a miss, and why:
 *   r CODE KEY16 FIELD: wanted EXPECTED, found FOUND
 *   b SECONDS                         then one was made
 *   s HITS MISSES CODE=COUNT ...      what lines had said that are gone */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cache/internal.h"

enum { MOST = 64 * 1024, READ_MOST = 4 * MOST };

struct full_history {
	struct pkgimg_cache_history h;
	struct arena mem;
	size_t cap;
};

/* ---- reading */

static int reason_of(const char *code, size_t n)
{
	for (int i = 1; i < PKGIMG_REJECT_REASONS; i++) {
		const char *name = pkgimg_cache_reason_code(i);

		if (strlen(name) == n && !strncmp(name, code, n))
			return i;
	}
	return 0;
}

static void read_sums(struct pkgimg_cache_history *h, const char *line)
{
	char *p;

	h->hits += strtoull(line, &p, 10);
	h->misses += strtoull(p, &p, 10);
	while (*p == ' ') {
		size_t n = strcspn(++p, "= ");
		int reason = reason_of(p, n);
		uint64_t count;

		if (p[n] != '=')
			return;
		count = strtoull(p + n + 1, &p, 10);
		h->rejections[reason] += reason ? count : 0;
	}
}

static void read_line(struct full_history *f, char *line, bool reasons)
{
	struct pkgimg_cache_history *h = &f->h;
	const char **last = (const char **)(void *)h->last;
	int reason;

	if (str_eq(line, "h")) {
		h->hits++;
	} else if (str_starts(line, "m ")) {
		h->misses++;
		h->when = strtoll(line + 2, NULL, 10);
		h->made = 0;
		h->nlast = 0;
	} else if (str_starts(line, "b ")) {
		h->made = strtoll(line + 2, NULL, 10);
	} else if (str_starts(line, "s ")) {
		read_sums(h, line + 2);
	} else if (str_starts(line, "r ")) {
		reason = reason_of(line + 2, strcspn(line + 2, " "));
		h->rejections[reason] += reason != 0;
		if (!reasons)
			return;
		arena_push_room(&f->mem, last, h->nlast, f->cap);
		last[h->nlast++] = line + 2;
		h->last = last;
	}
}

static void read_history(struct full_history *f, const char *folder, bool reasons)
{
	const char *path = path_join(&f->mem, folder, HISTORY_NAME);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = arena_alloc(&f->mem, READ_MOST + 1, 1), *end;
	ssize_t n = fd < 0 ? 0 : read(fd, text, READ_MOST);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	for (; (end = strchr(text, '\n')); text = end + 1) {
		*end = '\0';
		read_line(f, text, reasons);
	}
}

static int64_t newest_miss(struct pkgimg_cache *c, const char *package, size_t *store)
{
	int64_t newest = -1;

	for (size_t i = 0; i < c->nstores; i++) {
		struct full_history one = { 0 };

		read_history(&one, path_join(&one.mem, c->stores[i].path, package), false);
		if (one.h.when > newest) {
			newest = one.h.when;
			*store = i;
		}
		arena_free(&one.mem);
	}
	return newest;
}

static void sum_all(struct pkgimg_cache *c, struct full_history *f)
{
	for (size_t i = 0; i < c->nstores; i++) {
		struct names_in names;
		int folder = open(c->stores[i].path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (folder < 0)
			continue;
		if (!names_in(&f->mem, folder, "", &names))
			for (size_t k = 0; k < names.n; k++)
				read_history(f, path_join(&f->mem, c->stores[i].path, names.v[k]),
					false);
		close(folder);
	}
	f->h.when = f->h.made = 0;
}

int pkgimg_cache_history(struct pkgimg_cache *c, const char *package,
	struct pkgimg_cache_history **out, struct pkgimg_cache_error *e)
{
	struct full_history *f;
	size_t newest = 0;

	if (!c || !out || (package && !ca_package_name(package)))
		return ca_fail(e, PKGIMG_CACHE_E_ARGUMENT, 0,
			"a history wants a cache and the name of a package");
	f = calloc(1, sizeof(*f));
	if (!f)
		return ca_fail(e, PKGIMG_CACHE_E_IO, ENOMEM, "out of memory");
	if (package) {
		newest_miss(c, package, &newest);
		for (size_t i = 0; i < c->nstores; i++)
			if (i != newest)
				read_history(
					f, path_join(&f->mem, c->stores[i].path, package), false);
		read_history(f, path_join(&f->mem, c->stores[newest].path, package), true);
	} else {
		sum_all(c, f);
	}
	*out = &f->h;
	return PKGIMG_CACHE_OK;
}

void pkgimg_cache_history_free(struct pkgimg_cache_history *h)
{
	struct full_history *f = (struct full_history *)(void *)h;

	if (!f)
		return;
	arena_free(&f->mem);
	free(f);
}

/* ---- writing */

/* The sums of all, and the last miss whole: the file starts anew with these. What others add in
 * this moment is lost. */
static void shorten(struct arena *a, const char *folder, const char *path)
{
	struct full_history f = { 0 };
	struct strbuf b = { .mem = a };
	char *temporary = path_join(a, folder, REFRESH_PREFIX "XXXXXX");
	uint64_t misses;
	int fd;

	read_history(&f, folder, true);
	misses = f.h.misses - (f.h.when != 0);
	strbuf_fmt(&b, "s %llu %llu", (unsigned long long)f.h.hits, (unsigned long long)misses);
	for (size_t i = 0; i < f.h.nlast; i++)
		f.h.rejections[reason_of(f.h.last[i], strcspn(f.h.last[i], " "))]--;
	for (int i = 1; i < PKGIMG_REJECT_REASONS; i++)
		if (f.h.rejections[i])
			strbuf_fmt(&b, " %s=%llu", pkgimg_cache_reason_code(i),
				(unsigned long long)f.h.rejections[i]);
	strbuf_putc(&b, '\n');
	if (f.h.when)
		strbuf_fmt(&b, "m %lld\n", (long long)f.h.when);
	for (size_t i = 0; i < f.h.nlast; i++)
		strbuf_fmt(&b, "r %s\n", f.h.last[i]);
	if (f.h.made)
		strbuf_fmt(&b, "b %lld\n", (long long)f.h.made);
	arena_free(&f.mem);
	fd = mkstemp(temporary);
	if (fd < 0)
		return;
	if (!place_write(fd, b.s, b.n) || fchmod(fd, 0644) || rename(temporary, path))
		unlink(temporary);
	close(fd);
}

static void append(const struct pkgimg_cache *c, const char *package, const char *text, size_t n,
	bool make_folder)
{
	const struct store *s = ca_writable(c);
	struct arena mem = { 0 };
	const char *folder, *path;
	struct stat st;
	int fd;

	if (!s)
		return;
	folder = path_join(&mem, s->path, package);
	path = path_join(&mem, folder, HISTORY_NAME);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 && errno == ENOENT && make_folder && !place_make_folders(&mem, folder))
		fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0) {
		if (!fstat(fd, &st) && st.st_size > MOST)
			shorten(&mem, folder, path);
		else
			place_write(fd, text, n);
		close(fd);
	}
	arena_free(&mem);
}

void history_hit(const struct pkgimg_cache *c, const char *package)
{
	append(c, package, "h\n", 2, false);
}

void history_built(const struct pkgimg_cache *c, const char *package)
{
	char line[32];

	snprintf(line, sizeof(line), "b %lld\n", (long long)time(NULL));
	append(c, package, line, strlen(line), false);
}

static void one_line(struct strbuf *b, const char *s)
{
	for (; *s; s++)
		strbuf_putc(b, *s == '\n' || *s == '\r' ? ' ' : *s);
}

void history_miss(
	const struct pkgimg_cache *c, const char *package, const struct pkgimg_cache_answer *a)
{
	enum { CANDIDATES = 16 };
	struct arena mem = { 0 };
	struct strbuf b = { .mem = &mem };

	strbuf_fmt(&b, "m %lld\n", (long long)time(NULL));
	for (size_t i = 0; i < a->ncandidates && i < CANDIDATES; i++) {
		const struct pkgimg_cache_rejection *r = a->candidates[i].rejections;

		if (!a->candidates[i].nrejections)
			continue;
		strbuf_fmt(&b, "r %s %.16s ", r->code, path_base(a->candidates[i].sidecar));
		one_line(&b, r->field);
		strbuf_puts(&b, ": wanted ");
		one_line(&b, r->expected);
		strbuf_puts(&b, ", found ");
		one_line(&b, r->found);
		strbuf_putc(&b, '\n');
	}
	append(c, package, b.s, b.n, true);
	arena_free(&mem);
}
