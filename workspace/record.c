#include "workspace/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"

#define FILE_NAME  ".pkgimg-workspace"
#define FIRST_LINE "pkgimg workspace 1"

enum { MOST_BYTES = 64 * 1024 * 1024 };

/* ---- one line */

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(const char *text, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int high = hex_digit(text[2 * i]);
		int low = high < 0 ? -1 : hex_digit(text[2 * i + 1]);

		if (low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return !text[2 * n];
}

static void put_hex(struct strbuf *b, const uint8_t *v, size_t n)
{
	strbuf_hex(b, v, n);
	strbuf_putc(b, ' ');
}

/* the next word of a line, cut off in place; "" at its end */
static char *next_word(char **line)
{
	char *word = *line, *end = word + strcspn(word, " ");

	*line = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

static bool read_line(char *line, struct ws_record *out)
{
	uint64_t number[5];

	out->package = next_word(&line);
	if (!*out->package || !read_hex(next_word(&line), out->key, sizeof(out->key)) ||
		!read_hex(next_word(&line), out->build_id, sizeof(out->build_id)))
		return false;
	for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++) {
		char *word = next_word(&line), *end;

		number[i] = strtoull(word, &end, 10);
		if (!*word || *end)
			return false;
	}
	out->size = number[0];
	out->inode = number[1];
	out->mtime = (int64_t)number[2];
	out->ctime = (int64_t)number[3];
	out->ms = (double)number[4];
	return true;
}

/* ---- all */

static int by_package(const void *a, const void *b)
{
	return strcmp(
		((const struct ws_record *)a)->package, ((const struct ws_record *)b)->package);
}

void ws_records_read(struct arena *a, const char *folder, struct ws_records *out)
{
	struct diags silent = { .sink = diag_drop };
	char *text, *line;
	size_t size;

	*out = (struct ws_records) { .path = path_join(a, folder, FILE_NAME) };
	if (!file_exists(out->path) ||
		file_read(a, &silent, NOWHERE, "record", out->path, MOST_BYTES, &text, &size))
		return;
	line = strsep(&text, "\n");
	if (!str_eq(line, FIRST_LINE))
		return;
	while (text && (line = strsep(&text, "\n"))) {
		struct ws_record r;

		if (!read_line(line, &r))
			continue;
		arena_push_room(a, out->v, out->n, out->cap);
		out->v[out->n++] = r;
	}
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_package);
}

struct ws_record *ws_records_find(const struct ws_records *r, const char *package)
{
	struct ws_record wanted = { .package = package };

	return r->n ? bsearch(&wanted, r->v, r->n, sizeof(wanted), by_package) : NULL;
}

static int64_t nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

bool ws_record_is(const struct ws_record *r, const char *path)
{
	struct stat st;

	return !stat(path, &st) && (uint64_t)st.st_size == r->size &&
	       (uint64_t)st.st_ino == r->inode && nanoseconds(st.st_mtim) == r->mtime &&
	       nanoseconds(st.st_ctim) == r->ctime;
}

void ws_records_put(
	struct arena *a, struct ws_records *r, const struct ws_record *record, const char *path)
{
	struct ws_record *old = ws_records_find(r, record->package);
	struct stat st;

	if (stat(path, &st))
		return;
	r->changed = true;
	if (!old) {
		size_t at = 0;

		arena_push_room(a, r->v, r->n, r->cap);
		while (at < r->n && strcmp(r->v[at].package, record->package) < 0)
			at++;
		memmove(&r->v[at + 1], &r->v[at], (r->n++ - at) * sizeof(*r->v));
		old = &r->v[at];
	}
	*old = *record;
	old->size = (uint64_t)st.st_size;
	old->inode = (uint64_t)st.st_ino;
	old->mtime = nanoseconds(st.st_mtim);
	old->ctime = nanoseconds(st.st_ctim);
}

int ws_records_write(struct arena *a, struct diags *d, struct ws_records *r)
{
	struct strbuf b = { .mem = a };

	if (!r->changed)
		return 0;
	r->changed = false;
	strbuf_puts(&b, FIRST_LINE "\n");
	for (size_t i = 0; i < r->n; i++) {
		const struct ws_record *e = &r->v[i];

		strbuf_fmt(&b, "%s ", e->package);
		put_hex(&b, e->key, sizeof(e->key));
		put_hex(&b, e->build_id, sizeof(e->build_id));
		strbuf_fmt(&b, "%" PRIu64 " %" PRIu64 " %" PRId64 " %" PRId64 " %.0f\n", e->size,
			e->inode, e->mtime, e->ctime, e->ms);
	}
	return file_write(a, d, NOWHERE, r->path, b.s, b.n);
}
