#include "base/argv.h"

#include "base/str.h"
#include "test/unit/unit.h"

static void words_keep_who_asked(struct unit *u)
{
	struct arena a = { 0 };
	struct argv v = { .mem = &a };
	char word[] = "a b";
	struct argv_why own = { .at = { .arg = 3 } };
	struct argv_why fact = { .at = { .file = "p.yaml", .line = 7, .col = 2 }, .rule = "crt" };

	argv_add(&v, own, word);
	word[0] = 'X'; /* the text was copied */
	argv_addf(&v, fact, "-L%s/%d dir", "lib", 64);
	CHECK_INT(v.n, 2);
	CHECK_STR(v.v[0], "a b");
	CHECK_STR(v.v[1], "-Llib/64 dir");
	CHECK(v.v[2] == NULL);
	CHECK_INT(v.why[0].at.arg, 3);
	CHECK(v.why[0].rule == NULL);
	CHECK_STR(v.why[1].at.file, "p.yaml");
	CHECK_INT(v.why[1].at.line, 7);
	CHECK_STR(v.why[1].rule, "crt");
	arena_free(&a);
}

static void many_words(struct unit *u)
{
	struct arena a = { 0 };
	struct argv v = { .mem = &a };
	unsigned wrong = 0, unended = 0;

	for (unsigned i = 0; i < 1000; i++) {
		argv_addf(&v, (struct argv_why) { .at = { .arg = i } }, "%u", i);
		unended += v.v[v.n] != NULL;
	}
	for (unsigned i = 0; i < 1000; i++)
		wrong += v.why[i].at.arg != i || !str_eq(v.v[i], str_fmt(&a, "%u", i));
	CHECK_INT(v.n, 1000);
	CHECK_INT(wrong, 0);
	CHECK_INT(unended, 0);
	arena_free(&a);
}

static void shell_line(struct unit *u)
{
	struct arena a = { 0 };
	struct argv v = { .mem = &a };
	struct argv_why why = { 0 };

	CHECK_STR(argv_shell(&v), "");
	argv_add(&v, why, "ld.lld");
	argv_add(&v, why, "-o");
	argv_add(&v, why, "my file");
	argv_add(&v, why, "");
	argv_add(&v, why, "$ORIGIN");
	CHECK_STR(argv_shell(&v), "ld.lld -o 'my file' '' '$ORIGIN'");
	arena_free(&a);
}

UNIT_MAIN(words_keep_who_asked, many_words, shell_line)
