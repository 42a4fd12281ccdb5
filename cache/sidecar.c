/* Sidecars: read and checked whole before anything is used (FORMAT.md), and written. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cache/internal.h"
#include "image/image.h"

enum { LEAST_READ = sizeof(struct pki_header), FIRST_READ = 16 * 1024 };
#define TABLES_MOST ((uint64_t)256 << 20)

static const struct {
	const char *name;
	uint32_t size, align;
} tables[PKI_TABLES] = {
	[PKI_FLAGS] = { "flags", sizeof(struct pki_option), 4 },
	[PKI_PREFERENCES] = { "preferences", sizeof(struct pki_option), 4 },
	[PKI_SOURCES] = { "sources", sizeof(struct pki_source), 8 },
	[PKI_DEPENDENCIES] = { "dependencies", sizeof(struct pki_dependency), 8 },
	[PKI_USES] = { "uses", sizeof(struct pki_symbol), 8 },
	[PKI_SYMBOLS] = { "symbols", sizeof(struct pki_symbol), 8 },
	[PKI_TARGETS] = { "targets", sizeof(struct pki_target), 4 },
	[PKI_STRINGS] = { "strings", 1, 1 },
};

static int bad(
	struct trouble *t, int reason, const char *field, const char *expected, const char *found)
{
	*t = (struct trouble) { reason, field, expected, found };
	return -1;
}

static int broken(
	struct arena *a, struct trouble *t, const char *table, uint32_t entry, const char *what)
{
	return bad(t, PKGIMG_REJECT_MALFORMED, str_fmt(a, "%s, entry %u", table, entry), what,
		"something else");
}

/* ---- check */

static int check_tables(struct arena *a, const struct pki_header *h, struct trouble *t)
{
	for (int i = 0; i < PKI_TABLES; i++) {
		const struct pki_table *p = &h->tables[i];
		uint64_t size = (uint64_t)p->count * tables[i].size;

		if (p->offset % tables[i].align || p->offset < sizeof(*h) ||
			p->offset > h->tables_size || size > h->tables_size - p->offset)
			return bad(t, PKGIMG_REJECT_MALFORMED,
				str_fmt(a, "table '%s'", tables[i].name),
				str_fmt(a, "inside %llu bytes", (unsigned long long)h->tables_size),
				str_fmt(a, "%u entries at %u", p->count, p->offset));
	}
	return 0;
}

struct checker {
	struct arena *a;
	const struct sidecar *s;
	struct trouble *t;
};

static bool string_ok(const struct sidecar *s, uint32_t at)
{
	return at < s->h->tables[PKI_STRINGS].count;
}

/* a path below a folder: relative, no way up */
static bool is_below(const char *path)
{
	for (const char *p = path; *p;) {
		size_t n = strcspn(p, "/");

		if (!n || (n == 1 && *p == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
			return false;
		p += n + (p[n] == '/');
	}
	return *path != '\0';
}

static int check_pairs(struct checker *c, int table, const struct pki_option *v)
{
	for (uint32_t i = 0; i < c->s->h->tables[table].count; i++)
		if (!string_ok(c->s, v[i].name) || !string_ok(c->s, v[i].value))
			return broken(c->a, c->t, tables[table].name, i, "two strings");
	return 0;
}

static int check_sources(struct checker *c)
{
	const struct sidecar *s = c->s;

	for (uint32_t i = 0; i < s->h->tables[PKI_SOURCES].count; i++) {
		const struct pki_source *p = &s->sources[i];

		if (!string_ok(s, p->label) || !string_ok(s, p->root) || !string_ok(s, p->path))
			return broken(c->a, c->t, "sources", i, "three strings");
		if (p->flags & ~(uint32_t)(PKI_TRACK | PKI_DISCOVERED) ||
			(p->flags & PKI_TRACK) > PKGIMG_CACHE_TRACK_FOLDER)
			return broken(c->a, c->t, "sources", i, "known flags");
		if (*sidecar_str(s, p->root) ? !is_below(sidecar_str(s, p->path))
					     : *sidecar_str(s, p->path) != '/')
			return broken(c->a, c->t, "sources", i, "a path below its root");
	}
	return 0;
}

static int check_dependencies(struct checker *c)
{
	const struct sidecar *s = c->s;
	uint32_t nuses = s->h->tables[PKI_USES].count;

	for (uint32_t i = 0; i < s->h->tables[PKI_DEPENDENCIES].count; i++) {
		const struct pki_dependency *p = &s->dependencies[i];

		if (!string_ok(s, p->name) || !string_ok(s, p->version) || p->flags > 7 ||
			p->reserved)
			return broken(c->a, c->t, "dependencies", i, "two strings and known flags");
		if (p->first_use > nuses || p->nuses > nuses - p->first_use)
			return broken(c->a, c->t, "dependencies", i, "uses inside their table");
	}
	return 0;
}

static int check_symbols(struct checker *c, int table, const struct pki_symbol *v)
{
	for (uint32_t i = 0; i < c->s->h->tables[table].count; i++)
		if (!string_ok(c->s, v[i].name) || v[i].kind > 1)
			return broken(c->a, c->t, tables[table].name, i, "a string");
	return 0;
}

static int check_header_strings(struct checker *c)
{
	const struct sidecar *s = c->s;
	const struct pki_header *h = s->h;
	const uint32_t strings[] = { h->package, h->package_version, h->toolchain, h->abi,
		h->cpu_target, h->library };
	uint32_t n = h->tables[PKI_STRINGS].count;
	const char *library;

	if (!n || s->strings[0] || s->strings[n - 1])
		return bad(c->t, PKGIMG_REJECT_MALFORMED, "table 'strings'",
			"zero bytes at both ends", "others");
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		if (!string_ok(s, strings[i]))
			return bad(c->t, PKGIMG_REJECT_MALFORMED, "header", "strings of the table",
				"others");
	library = sidecar_str(s, h->library);
	if (h->flags & ~(uint32_t)PKI_ALL_FLAGS || h->reserved || !*library ||
		strchr(library, '/') || *library == '.')
		return bad(c->t, PKGIMG_REJECT_MALFORMED, "header",
			"known flags and a library beside it",
			str_fmt(c->a, "%#x '%s'", h->flags, str_shown(c->a, library)));
	return 0;
}

static void set_tables(struct sidecar *s)
{
	uint8_t *base = s->data;
	const struct pki_table *t = s->h->tables;

	s->flags = (void *)(base + t[PKI_FLAGS].offset);
	s->preferences = (void *)(base + t[PKI_PREFERENCES].offset);
	s->sources = (void *)(base + t[PKI_SOURCES].offset);
	s->dependencies = (void *)(base + t[PKI_DEPENDENCIES].offset);
	s->uses = (void *)(base + t[PKI_USES].offset);
	s->symbols = (void *)(base + t[PKI_SYMBOLS].offset);
	s->targets = (void *)(base + t[PKI_TARGETS].offset);
	s->strings = (const char *)base + t[PKI_STRINGS].offset;
}

static uint64_t sum_of(void *data)
{
	struct pki_header *h = data;
	uint64_t kept = h->sum, sum;

	h->sum = 0;
	sum = img_sum64(data, h->tables_size);
	h->sum = kept;
	return sum;
}

void sidecar_sum(void *data)
{
	((struct pki_header *)data)->sum = sum_of(data);
}

/* what can be told from the first bytes: is it one, and how much of it is to be read */
static int check_start(
	struct arena *a, const struct pki_header *h, uint64_t n, uint64_t size, struct trouble *t)
{
	if (n < sizeof(*h) || memcmp(h->magic, PKI_MAGIC, sizeof(h->magic)))
		return bad(t, PKGIMG_REJECT_MAGIC, "header", "a sidecar of pkgimg",
			n < sizeof(*h) ? str_fmt(a, "%llu bytes", (unsigned long long)n)
				       : "another file");
	if (h->version != PKI_VERSION)
		return bad(t, PKGIMG_REJECT_VERSION, "format version",
			str_fmt(a, "%d", PKI_VERSION), str_fmt(a, "%u", h->version));
	if (h->file_size != size || h->tables_size > size || h->tables_size < sizeof(*h) ||
		h->tables_size > TABLES_MOST || h->header_size != sizeof(*h))
		return bad(t, PKGIMG_REJECT_SIDECAR_SUM, "size",
			str_fmt(a, "%llu bytes", (unsigned long long)h->file_size),
			str_fmt(a, "%llu bytes", (unsigned long long)size));
	return 0;
}

int sidecar_check(struct arena *a, void *data, uint64_t n, uint64_t file_size, struct sidecar *out,
	struct trouble *t)
{
	struct pki_header *h = data;
	struct checker c = { a, out, t };
	uint64_t sum;

	if (check_start(a, h, n, file_size, t))
		return -1;
	if (h->tables_size > n)
		return bad(t, PKGIMG_REJECT_SIDECAR_SUM, "size", "all tables", "a part");
	sum = sum_of(data);
	if (sum != h->sum)
		return bad(t, PKGIMG_REJECT_SIDECAR_SUM, "checksum",
			str_fmt(a, "%016llx", (unsigned long long)h->sum),
			str_fmt(a, "%016llx", (unsigned long long)sum));
	if (check_tables(a, h, t))
		return -1;
	out->data = data;
	out->h = h;
	set_tables(out);
	if (check_header_strings(&c) || check_pairs(&c, PKI_FLAGS, out->flags) ||
		check_pairs(&c, PKI_PREFERENCES, out->preferences) || check_sources(&c) ||
		check_dependencies(&c) || check_symbols(&c, PKI_USES, out->uses) ||
		check_symbols(&c, PKI_SYMBOLS, out->symbols))
		return -1;
	for (uint32_t i = 0; i < h->tables[PKI_TARGETS].count; i++)
		if (!string_ok(out, out->targets[i].cpu) || !string_ok(out, out->targets[i].needs))
			return broken(a, t, "targets", i, "two strings");
	return 0;
}

/* ---- read */

/* returns bytes read, fewer only at the end of the file; -1 with errno */
static ssize_t read_at(int fd, void *buf, size_t n, size_t at)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(fd, (char *)buf + done, n - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (!got)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

static int read_open(struct arena *a, int fd, struct sidecar *out, struct trouble *t, int *err)
{
	ssize_t got = fstat(fd, &out->st) ? -1 : 0;
	size_t wanted = out->st.st_size < FIRST_READ ? (size_t)out->st.st_size : FIRST_READ;
	uint8_t *data = arena_alloc(a, wanted < LEAST_READ ? LEAST_READ : wanted, 8);

	if (!got)
		got = read_at(fd, data, wanted ? wanted : 1, 0);
	if (got < 0) {
		*err = errno;
		return -1;
	}
	if (check_start(a, (void *)data, (uint64_t)got, (uint64_t)out->st.st_size, t))
		return -1;
	wanted = (size_t)((struct pki_header *)(void *)data)->tables_size;
	if (wanted > FIRST_READ) {
		uint8_t *all = arena_alloc(a, wanted, 8);

		memcpy(all, data, FIRST_READ);
		data = all;
		got = read_at(fd, all + FIRST_READ, wanted - FIRST_READ, FIRST_READ);
		if (got < 0) {
			*err = errno;
			return -1;
		}
		got += FIRST_READ;
	}
	return sidecar_check(a, data, (uint64_t)got, (uint64_t)out->st.st_size, out, t);
}

int sidecar_read(struct arena *a, int folder, const char *name, struct sidecar *out,
	struct trouble *t, int *err)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK), failed;

	*out = (struct sidecar) { 0 };
	*err = fd < 0 ? errno : 0;
	*t = (struct trouble) { 0 };
	failed = fd < 0 ? -1 : read_open(a, fd, out, t, err);
	if (fd >= 0)
		close(fd);
	if (failed && *err)
		bad(t, PKGIMG_REJECT_UNREADABLE, "file", "a file that can be read", strerror(*err));
	return failed;
}

/* ---- write */

uint32_t draft_str(struct draft *d, const char *s)
{
	size_t at;

	if (!d->strings.n)
		strbuf_putc(&d->strings, '\0');
	if (!s || !*s)
		return 0;
	at = d->strings.n;
	strbuf_add(&d->strings, s, strlen(s) + 1);
	return (uint32_t)at;
}

enum { FRESH_NS = 2000000000 };

void draft_source(struct draft *d, const struct place *p, const struct now *n, bool discovered)
{
	struct pki_source *s;
	struct timespec t;
	int64_t mtime = ca_ns(n->st.st_mtim), ctime = ca_ns(n->st.st_ctim), last;

	clock_gettime(CLOCK_REALTIME, &t);
	last = mtime > ctime ? mtime : ctime;
	arena_push_room(d->mem, d->sources, d->nsources, d->cap_sources);
	s = &d->sources[d->nsources++];
	*s = (struct pki_source) { .label = draft_str(d, p->label),
		.root = draft_str(d, p->root),
		.path = draft_str(d, p->rel),
		.flags = p->track | (discovered ? PKI_DISCOVERED : 0),
		.size = (uint64_t)n->st.st_size,
		.mtime = mtime,
		.inode = (uint64_t)n->st.st_ino };
	/* changed a moment ago, it may change again within the same tick of the file system's clock
	 */
	s->ctime = ca_ns(t) - last > FRESH_NS ? ctime : 0;
	memcpy(s->digest, n->digest, sizeof(s->digest));
}

static void put_table(struct strbuf *b, struct pki_header *h, int kind, const void *v, size_t n)
{
	while (b->n % 8)
		strbuf_putc(b, '\0');
	h->tables[kind] = (struct pki_table) { (uint32_t)b->n, (uint32_t)n };
	if (n)
		strbuf_add(b, v, n * tables[kind].size);
}

void *draft_finish(struct draft *d, size_t *n)
{
	struct strbuf b = { .mem = d->mem };
	struct pki_header *h = &d->h;
	void *data;

	draft_str(d, "");
	strbuf_add(&b, (const char *)h, sizeof(*h));
	put_table(&b, h, PKI_FLAGS, d->flags, d->nflags);
	put_table(&b, h, PKI_PREFERENCES, d->preferences, d->npreferences);
	put_table(&b, h, PKI_SOURCES, d->sources, d->nsources);
	put_table(&b, h, PKI_DEPENDENCIES, d->dependencies, d->ndependencies);
	put_table(&b, h, PKI_USES, d->uses, d->nuses);
	put_table(&b, h, PKI_SYMBOLS, d->symbols, d->nsymbols);
	put_table(&b, h, PKI_TARGETS, d->targets, d->ntargets);
	put_table(&b, h, PKI_STRINGS, d->strings.s, d->strings.n);
	while (b.n % 8)
		strbuf_putc(&b, '\0');
	h->tables_size = h->file_size = b.n;
	memcpy(h->magic, PKI_MAGIC, sizeof(h->magic));
	h->version = PKI_VERSION;
	h->header_size = sizeof(*h);
	data = arena_alloc(d->mem, b.n, 8);
	memcpy(data, b.s, b.n);
	memcpy(data, h, sizeof(*h));
	sidecar_sum(data);
	*n = b.n;
	return data;
}
