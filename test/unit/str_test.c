#include "base/str.h"

#include "test/unit/unit.h"

static void copies(struct unit *u)
{
	struct arena a = { 0 };
	char text[] = "abc";
	char *p = str_dup(&a, text), *q = str_ndup(&a, text, 2), *e = str_ndup(&a, NULL, 0);

	text[0] = 'x';
	CHECK_STR(p, "abc");
	CHECK_STR(q, "ab");
	CHECK_STR(e, "");
	CHECK_STR(str_fmt(&a, "%d-%s", 7, "x"), "7-x");
	CHECK_STR(str_fmt(&a, "%s", ""), "");
	CHECK_INT(strlen(str_fmt(&a, "%0100000d", 1)), 100000);
	arena_free(&a);
}

static void starts_and_ends(struct unit *u)
{
	CHECK(str_starts("libfoo", "lib"));
	CHECK(str_starts("lib", "lib"));
	CHECK(str_starts("lib", ""));
	CHECK(!str_starts("li", "lib"));
	CHECK(str_ends("foo.so", ".so"));
	CHECK(str_ends(".so", ".so"));
	CHECK(str_ends("", ""));
	CHECK(!str_ends("so", ".so"));
	CHECK(!str_ends("foo.so.1", ".so"));
	CHECK(str_eq("a", "a") && !str_eq("a", "b"));
}

static void paths(struct unit *u)
{
	static const struct {
		const char *path, *dir, *base;
	} rows[] = {
		{ "a", ".", "a" },
		{ "/a", "/", "a" },
		{ "a/b", "a", "b" },
		{ "a//b", "a", "b" },
		{ "//a", "/", "a" },
		{ "/x/y/z.so", "/x/y", "z.so" },
		{ "a/", "a", "" },
		{ "", ".", "" },
		{ "./a", ".", "a" },
		{ "/", "/", "" },
	};
	static const struct {
		const char *dir, *name, *joined;
	} joins[] = {
		{ "a", "b", "a/b" },
		{ "a/", "b", "a/b" },
		{ "a//", "/b", "a/b" },
		{ "/", "b", "/b" },
		{ "", "b", "b" },
		{ ".", "b/c", "./b/c" },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		u->row = rows[i].path;
		CHECK_STR(path_dir(&a, rows[i].path), rows[i].dir);
		CHECK_STR(path_base(rows[i].path), rows[i].base);
	}
	for (size_t i = 0; i < UNIT_COUNT(joins); i++)
		CHECK_STR(path_join(&a, joins[i].dir, joins[i].name), joins[i].joined);
	arena_free(&a);
}

static void growing_text(struct unit *u)
{
	struct arena a = { 0 };
	struct strbuf b = { .mem = &a };

	CHECK_STR(strbuf_text(&b), "");
	strbuf_puts(&b, "");
	CHECK_STR(b.s, "");
	strbuf_putc(&b, 'a');
	strbuf_puts(&b, "bc");
	strbuf_add(&b, "defgh", 2);
	strbuf_fmt(&b, "%03d", 5);
	CHECK_STR(strbuf_text(&b), "abcde005");
	CHECK_INT(b.n, 8);
	for (unsigned i = 0; i < 5000; i++)
		strbuf_putc(&b, 'x');
	CHECK_INT(strlen(strbuf_text(&b)), 5008);
	CHECK_INT(b.n, 5008);
	arena_free(&a);
}

static void shell_words(struct unit *u)
{
	static const struct {
		const char *word, *quoted;
	} rows[] = {
		{ "plain-1.0_x/y:z,@%+=", "plain-1.0_x/y:z,@%+=" },
		{ "", "''" },
		{ "a b", "'a b'" },
		{ "it's", "'it'\\''s'" },
		{ "'", "''\\'''" },
		{ "$x", "'$x'" },
		{ "~", "'~'" },
		{ "a\nb", "'a\nb'" },
		{ "\xc3\xa4", "'\xc3\xa4'" },
		{ "a\\b", "'a\\b'" },
		{ "*", "'*'" },
		{ "#x", "'#x'" },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct strbuf b = { .mem = &a };

		strbuf_shell(&b, rows[i].word);
		CHECK_STR(strbuf_text(&b), rows[i].quoted);
	}
	arena_free(&a);
}

static void nearest(struct unit *u)
{
	static const char *const names[] = { "emulation", "family", "container", "crt_begin",
		"crt_end", "os" };
	static const struct {
		const char *word, *near;
	} rows[] = {
		{ "emulaton", "emulation" },
		{ "EMULATION", "emulation" },
		{ "famliy", "family" },
		{ "crt_edn", "crt_end" },
		{ "crt-begin", "crt_begin" },
		{ "conatinre", "container" },
		{ "famxyz", NULL },
		{ "so", NULL },
		{ "os", "os" },
		{ "", NULL },
		{ "zzz", NULL },
	};
	static const char *const short_names[] = { "kind", "hint", "bind" };
	char longest[200] = { 0 };
	const char *list[] = { longest };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		u->row = rows[i].word;
		CHECK_STR(str_nearest(rows[i].word, names, UNIT_COUNT(names)), rows[i].near);
	}
	u->row = NULL;
	CHECK_STR(str_nearest("kidn", short_names, 3), "kind"); /* one swap */
	CHECK_STR(str_nearest("find", short_names, 3), "kind"); /* the first of equals */
	CHECK(str_nearest("x", names, 0) == NULL);
	memset(longest, 'a', 127);
	CHECK(str_nearest(longest, list, 1) == longest);
	memset(longest, 'a', 128);
	CHECK(str_nearest(longest, list, 1) == NULL);
}

static void shown(struct unit *u)
{
	struct arena a = { 0 };
	char text[200] = { 0 };

	CHECK_STR(str_shown(&a, "plain \xc3\xa4"), "plain \xc3\xa4");
	CHECK_STR(str_shown(&a, "a\nb\x1b[1m\x7f"), "a?b?[1m?");
	memset(text, 'x', 80);
	CHECK_STR(str_shown(&a, text), text);
	memset(text, 'x', 81);
	CHECK_INT(strlen(str_shown(&a, text)), 83);
	memcpy(text + 78, "\xe2\x82\xac and so on", 14);
	CHECK_INT(strlen(str_shown(&a, text)), 81); /* the euro does not fit in whole */
	CHECK(str_ends(str_shown(&a, text), "xx..."));
	arena_free(&a);
}

static void utf8(struct unit *u)
{
	static const struct {
		const char *text;
		size_t length;
	} rows[] = {
		{ "a", 1 },
		{ "\xc2\x80", 2 },
		{ "\xdf\xbf", 2 },
		{ "\xe0\xa0\x80", 3 },
		{ "\xef\xbf\xbf", 3 },
		{ "\xf0\x90\x80\x80", 4 },
		{ "\xf4\x8f\xbf\xbf", 4 },
		{ "\x80", 0 },             /* continues nothing */
		{ "\xc0\x80", 0 },         /* overlong NUL */
		{ "\xc1\xbf", 0 },         /* overlong */
		{ "\xe0\x9f\xbf", 0 },     /* overlong */
		{ "\xf0\x8f\xbf\xbf", 0 }, /* overlong */
		{ "\xed\xa0\x80", 0 },     /* a surrogate */
		{ "\xf4\x90\x80\x80", 0 }, /* above U+10FFFF */
		{ "\xf5\x80\x80\x80", 0 },
		{ "\xc3", 0 },     /* cut */
		{ "\xe2\x82", 0 }, /* cut */
		{ "\xe2\x82z", 0 },
		{ "\xff", 0 },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		size_t n = strlen(rows[i].text);

		CHECK_INT(str_utf8_length(rows[i].text, n), rows[i].length);
	}
	CHECK_INT(str_utf8_length("", 1), 1); /* a NUL is a character */
}

UNIT_MAIN(copies, starts_and_ends, paths, growing_text, shell_words, nearest, shown, utf8)
