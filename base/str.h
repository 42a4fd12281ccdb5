/* Strings live in arenas, are NUL-terminated and never changed once made; a growing one is a
 * struct strbuf. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"

char *str_dup(struct arena *a, const char *s);
char *str_ndup(struct arena *a, const char *s, size_t n);
char *str_fmt(struct arena *a, const char *fmt, ...) FMT(2, 3);
char *str_vfmt(struct arena *a, const char *fmt, va_list ap);

static inline bool str_eq(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);

/* as much of a text as a message should quote: cut at 80 bytes ("..." follows), control characters
 * as '?', so that a message stays one line and the terminal stays sane */
const char *str_shown(struct arena *a, const char *s);

/* bytes of the well-formed UTF-8 character at s[0..n), n >= 1 (RFC 3629: no overlong form, no
 * surrogate, at most U+10FFFF); 0 if there is none */
size_t str_utf8_length(const char *s, size_t n);

/* the part after the last '/', borrowed */
const char *path_base(const char *path);
/* the part before the last '/': "." if there is none, "/" for a file of the root */
char *path_dir(struct arena *a, const char *path);
/* dir/name, with one slash between them; an empty dir gives the name alone */
char *path_join(struct arena *a, const char *dir, const char *name);

/* A growing text in an arena; `s` is always NUL-terminated once something was added. */
struct strbuf {
	struct arena *mem;
	char *s;
	size_t n, cap;
};

void strbuf_add(struct strbuf *b, const char *s, size_t n);
void strbuf_puts(struct strbuf *b, const char *s);
void strbuf_putc(struct strbuf *b, char c);
void strbuf_fmt(struct strbuf *b, const char *fmt, ...) FMT(2, 3);
/* two lower-case digits a byte */
void strbuf_hex(struct strbuf *b, const uint8_t *bytes, size_t n);
/* the word as a POSIX shell reads it back: plain if nothing in it is special, else 'quoted' */
void strbuf_shell(struct strbuf *b, const char *word);
/* the text, never NULL */
const char *strbuf_text(struct strbuf *b);

/* A set of names, for "did you mean": the nearest of names[0..n) by edit distance, or NULL when
 * none is near enough to be meant (distance over a third of the longer one's length). Case does not
 * count, two letters swapped are one edit; the first of equals wins; names over 127 bytes are no
 * candidates. */
const char *str_nearest(const char *word, const char *const *names, size_t n);

#endif
