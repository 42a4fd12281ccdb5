#include "driver/override.h"

#include <regex.h>
#include <stdbool.h>
#include <string.h>

#include "base/str.h"

void words_add(struct words *w, const char *word, unsigned origin)
{
	size_t cap = w->cap;

	arena_push_room(w->mem, w->v, w->n, w->cap);
	arena_push_room(w->mem, w->origin, w->n, cap);
	w->v[w->n] = word;
	w->origin[w->n++] = origin;
}

struct edit {
	struct diags *d;
	struct words *words;
	bool quiet;
};

static unsigned last_origin(const struct words *w)
{
	return w->n ? w->origin[w->n - 1] : 0;
}

static void add_first(struct edit *e, const char *word)
{
	struct words *w = e->words;

	if (!e->quiet)
		diag_text("### adding '%s' at the beginning\n", word);
	words_add(w, word, last_origin(w));
	memmove(w->v + 1, w->v, (w->n - 1) * sizeof(w->v[0]));
	memmove(w->origin + 1, w->origin, (w->n - 1) * sizeof(w->origin[0]));
	w->v[0] = word;
}

static void add_last(struct edit *e, const char *word)
{
	if (!e->quiet)
		diag_text("### adding '%s' at the end\n", word);
	words_add(e->words, word, last_origin(e->words));
}

/* leave out `count` words from `at` */
static void leave_out(struct edit *e, size_t at, size_t count)
{
	struct words *w = e->words;

	if (count > w->n - at)
		count = w->n - at;
	for (size_t i = at; !e->quiet && i < at + count; i++)
		diag_text("### leaving out '%s'\n", w->v[i]);
	memmove(w->v + at, w->v + at + count, (w->n - at - count) * sizeof(w->v[0]));
	memmove(w->origin + at, w->origin + at + count, (w->n - at - count) * sizeof(w->origin[0]));
	w->n -= count;
}

static void leave_out_all(struct edit *e, const char *word, size_t count)
{
	for (size_t i = 0; i < e->words->n;)
		if (str_eq(e->words->v[i], word))
			leave_out(e, i, count);
		else
			i++;
}

static bool is_level(const char *word)
{
	return str_starts(word, "-O") &&
	       (!word[2] || (strchr("0123456789sz", word[2]) && !word[3]));
}

static void set_level(struct edit *e, const char *level)
{
	for (size_t i = 0; i < e->words->n;)
		if (is_level(e->words->v[i]))
			leave_out(e, i, 1);
		else
			i++;
	add_last(e, str_fmt(e->words->mem, "-%s", level));
}

/* TEXT with \0 to \9 put in */
static void put_matches(struct strbuf *b, const char *text, const char *word, const regmatch_t m[])
{
	for (const char *s = text; *s; s++) {
		int k = *s == '\\' && s[1] >= '0' && s[1] <= '9' ? s[1] - '0' : -1;

		if (k < 0) {
			strbuf_putc(b, *s);
			continue;
		}
		if (m[k].rm_so >= 0)
			strbuf_add(b, word + m[k].rm_so, (size_t)(m[k].rm_eo - m[k].rm_so));
		s++;
	}
}

/* clang leaves out what it does not understand, with hardly a word */
static void left_out(struct edit *e, const char *edit, const char *why)
{
	diag_warn(e->d, NOWHERE, "CCC_OVERRIDE_OPTIONS: '%s' is left out: it %s", edit, why);
}

static void substitute(struct edit *e, const char *edit)
{
	struct arena *a = e->words->mem;
	const char *re_end = strchr(edit + 2, '/');
	const char *end = re_end ? strchr(re_end + 1, '/') : NULL;
	const char *text;
	regmatch_t m[10];
	regex_t re;

	if (!end || end[1]) {
		left_out(e, edit, "wants the form s/EXPRESSION/TEXT/");
		return;
	}
	text = str_ndup(a, re_end + 1, (size_t)(end - re_end - 1));
	if (regcomp(&re, str_ndup(a, edit + 2, (size_t)(re_end - edit - 2)), REG_EXTENDED)) {
		left_out(e, edit, "holds a broken regular expression");
		return;
	}
	for (size_t i = 0; i < e->words->n; i++) {
		const char *word = e->words->v[i];
		struct strbuf b = { .mem = a };

		if (regexec(&re, word, 10, m, 0))
			continue;
		strbuf_add(&b, word, (size_t)m[0].rm_so);
		put_matches(&b, text, word, m);
		strbuf_puts(&b, word + m[0].rm_eo);
		e->words->v[i] = strbuf_text(&b);
		if (!e->quiet)
			diag_text("### '%s' becomes '%s'\n", word, e->words->v[i]);
	}
	regfree(&re);
}

static void apply(struct edit *e, const char *edit)
{
	switch (*edit) {
	case '^': add_first(e, edit + 1); return;
	case '+': add_last(e, edit + 1); return;
	case 'x': leave_out_all(e, edit + 1, 1); return;
	case 'X': leave_out_all(e, edit + 1, 2); return;
	case 'O': set_level(e, edit); return;
	default: break;
	}
	if (str_starts(edit, "s/"))
		substitute(e, edit);
	else
		left_out(e, edit, "is no edit; they start with one of ^ + x X O s/");
}

void override_apply(struct diags *d, const char *edits, struct words *words)
{
	struct edit e = { .d = d, .words = words, .quiet = *edits == '#' };

	if (e.quiet)
		edits++;
	else
		diag_text("### CCC_OVERRIDE_OPTIONS: %s\n", edits);
	while (*edits) {
		size_t n = strcspn(edits, " ");

		if (n)
			apply(&e, str_ndup(words->mem, edits, n));
		edits += n + (edits[n] == ' ');
	}
}
