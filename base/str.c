#include "base/str.h"

#include <stdint.h>
#include <stdio.h>

char *str_ndup(struct arena *a, const char *s, size_t n)
{
	char *p = arena_alloc(a, n + 1, 1);

	if (n)
		memcpy(p, s, n);
	return p;
}

char *str_dup(struct arena *a, const char *s)
{
	return str_ndup(a, s, strlen(s));
}

char *str_vfmt(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *p;
	int n;

	if (!fmt) /* gcc warns of it under UBSan, whose own check makes the path */
		diag_bug("a text without a format");
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		diag_bug("a text could not be formatted: %s", fmt);
	p = arena_alloc(a, (size_t)n + 1, 1);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	return p;
}

char *str_fmt(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = str_vfmt(a, fmt, ap);
	va_end(ap);
	return p;
}

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return m <= n && memcmp(s + n - m, suffix, m) == 0;
}

const char *str_shown(struct arena *a, const char *s)
{
	enum { MOST = 80 };
	size_t n = strnlen(s, MOST + 1);
	bool cut = n > MOST;
	char *p;

	if (cut) {
		/* back to the first byte of a character: half a one is not UTF-8 */
		for (n = MOST; n && ((unsigned char)s[n] & 0xc0) == 0x80; n--)
			;
	}
	p = str_fmt(a, "%.*s%s", (int)n, s, cut ? "..." : "");
	for (char *c = p; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	}
	return p;
}

size_t str_utf8_length(const char *text, size_t size)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (n > size)
		return 0;
	if (s[0] == 0xe0)
		low = 0xa0; /* overlong below */
	if (s[0] == 0xed)
		high = 0x9f; /* surrogates above */
	if (s[0] == 0xf0)
		low = 0x90; /* overlong below */
	if (s[0] == 0xf4)
		high = 0x8f; /* U+10FFFF is the last */
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	return n;
}

/* ---- paths */

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *path_dir(struct arena *a, const char *path)
{
	size_t n = (size_t)(path_base(path) - path);

	if (!n)
		return str_dup(a, ".");
	while (n > 1 && path[n - 1] == '/')
		n--;
	return str_ndup(a, path, n);
}

char *path_join(struct arena *a, const char *dir, const char *name)
{
	size_t n = strlen(dir), m;
	char *p;

	if (!n)
		return str_dup(a, name);
	while (n && dir[n - 1] == '/')
		n--;
	while (*name == '/')
		name++;
	m = strlen(name);
	p = arena_alloc(a, n + m + 2, 1);
	memcpy(p, dir, n);
	p[n] = '/';
	memcpy(p + n + 1, name, m);
	return p;
}

/* ---- growing text */

void strbuf_add(struct strbuf *b, const char *s, size_t n)
{
	if (n > SIZE_MAX / 2 - b->n - 1)
		diag_fatal("out of memory: a text of %zu bytes wanted", n);
	if (b->n + n + 1 > b->cap) {
		size_t want = 2 * (b->n + n + 1);

		if (want < 64)
			want = 64;
		b->s = arena_grow(b->mem, b->s, b->n, want, 1);
		b->cap = want;
	}
	if (n)
		memcpy(b->s + b->n, s, n);
	b->n += n;
	b->s[b->n] = '\0';
}

void strbuf_puts(struct strbuf *b, const char *s)
{
	strbuf_add(b, s, strlen(s));
}

void strbuf_putc(struct strbuf *b, char c)
{
	strbuf_add(b, &c, 1);
}

void strbuf_fmt(struct strbuf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_puts(b, str_vfmt(b->mem, fmt, ap));
	va_end(ap);
}

void strbuf_hex(struct strbuf *b, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		strbuf_fmt(b, "%02x", bytes[i]);
}

void strbuf_shell(struct strbuf *b, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_@%+=:,./-";

	if (*word && !word[strspn(word, plain)]) {
		strbuf_puts(b, word);
		return;
	}
	strbuf_putc(b, '\'');
	for (const char *c = word; *c; c++) {
		if (*c == '\'')
			strbuf_puts(b, "'\\''");
		else
			strbuf_putc(b, *c);
	}
	strbuf_putc(b, '\'');
}

const char *strbuf_text(struct strbuf *b)
{
	return b->s ? b->s : "";
}

/* ---- did you mean */

enum { NEAR_MOST = 127 };

/* not tolower(): the locale must not decide what a message says */
static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance with swaps (optimal string alignment); a, b <= NEAR_MOST bytes. Answers
 * anything over `limit` once no path can stay below it. */
static unsigned distance(const char *a, size_t n, const char *b, size_t m, unsigned limit)
{
	unsigned rows[3][NEAR_MOST + 1];

	for (size_t j = 0; j <= m; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		const unsigned *before = rows[(i + 1) % 3], *prev = rows[(i - 1) % 3];
		unsigned *row = rows[i % 3], best = (unsigned)i;

		row[0] = best;
		for (size_t j = 1; j <= m; j++) {
			char x = fold(a[i - 1]), y = fold(b[j - 1]);

			row[j] = least(prev[j - 1] + (x != y), 1 + least(prev[j], row[j - 1]));
			if (i > 1 && j > 1 && x == fold(b[j - 2]) && fold(a[i - 2]) == y)
				row[j] = least(row[j], before[j - 2] + 1);
			best = least(best, row[j]);
		}
		/* no row's least is more than 1 above the one before, so a swap over this row
		 * cannot come out below either */
		if (best > limit)
			return best;
	}
	return rows[n % 3][m];
}

const char *str_nearest(const char *word, const char *const *names, size_t n)
{
	size_t len = strnlen(word, NEAR_MOST + 1);
	const char *found = NULL;
	unsigned best = NEAR_MOST + 1;

	if (len > NEAR_MOST)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t m = strnlen(names[i], NEAR_MOST + 1);
		size_t longer = m > len ? m : len, shorter = m > len ? len : m;
		unsigned limit = (unsigned)(longer / 3), dist;

		if (longer > NEAR_MOST || longer - shorter > limit)
			continue;
		dist = distance(word, len, names[i], m, limit);
		if (dist <= limit && dist < best) {
			best = dist;
			found = names[i];
		}
	}
	return found;
}
