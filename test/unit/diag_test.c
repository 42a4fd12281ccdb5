#include "base/diag.h"

#include "test/unit/caught.h"
#include "test/unit/unit.h"

static void places(struct unit *u)
{
	static const struct {
		struct loc at;
		const char *text;
	} rows[] = {
		{ { 0 }, "" },
		{ { .file = "a.yaml" }, "a.yaml" },
		{ { .file = "a.yaml", .line = 3 }, "a.yaml:3" },
		{ { .file = "a.yaml", .line = 3, .col = 12 }, "a.yaml:3:12" },
		{ { .arg = 4 }, "argument 4" },
	};
	char buf[64], small[6];

	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		CHECK_STR(loc_text(rows[i].at, buf, sizeof(buf)), rows[i].text);
	CHECK_STR(loc_text(rows[3].at, small, sizeof(small)), "a.yam");
}

static void counts_and_lines(struct unit *u)
{
	struct caught c;
	struct diags *d = caught_start(&c);
	struct loc at = { .file = "a.yaml", .line = 2, .col = 1 };

	CHECK_INT(diag_err(d, at, "'%s' wants a string, got a list", "x"), -1);
	CHECK_INT(diag_note(d, at, "here"), -1);
	CHECK_INT(diag_warn(d, NOWHERE, "100%% sure"), -1);
	CHECK_INT(d->errors, 1);
	CHECK_INT(d->warnings, 1);
	CHECK_STR(c.text, "error: a.yaml:2:1: 'x' wants a string, got a list\n"
			  "note: a.yaml:2:1: here\n"
			  "warning: 100% sure\n");
}

static void long_messages_are_whole(struct unit *u)
{
	struct caught c;
	struct diags *d = caught_start(&c);
	static char text[9000], path[4000];

	memset(text, 'x', sizeof(text) - 1);
	memset(path, 'p', sizeof(path) - 1);
	diag_err(d, ((struct loc) { .file = path, .line = 12345, .col = 678 }), "%s|", text);
	CHECK_INT(strlen(c.text), 7 + 3999 + 10 + 2 + 8999 + 2);
	CHECK(strstr(c.text, "p:12345:678: x") != NULL);
	CHECK(strstr(c.text, "x|\n") != NULL);
}

static void foreign_lines(struct unit *u)
{
	struct caught c;
	struct diags *d = caught_start(&c);

	diag_line(d, DIAG_ERROR, "pkgimg: error: undefined symbol: f");
	diag_line(d, DIAG_WARNING, "ld.lld: warning: odd");
	CHECK_STR(c.text, "error: undefined symbol: f\nld.lld: warning: odd\n");
	CHECK_INT(d->errors, 1);
	CHECK_INT(d->warnings, 1);
}

static void say_without_sink(void *ctx)
{
	struct diags d = { 0 };

	(void)ctx;
	diag_err(&d, ((struct loc) { .arg = 2 }), "one");
	diag_line(&d, DIAG_NOTE, "pkgimg: note: two");
	diag_err(NULL, NOWHERE, "three");
	diag_text("plan %d\n", 4);
	_exit(d.errors == 1 ? 0 : 9);
}

static void die(void *ctx)
{
	(void)ctx;
	diag_fatal("no %s", "way");
}

static void bug(void *ctx)
{
	(void)ctx;
	diag_bug("never %d", 1);
}

static void stderr_and_exits(struct unit *u)
{
	char err[1024];

	CHECK_INT(caught_child(say_without_sink, NULL, err, sizeof(err)), 0);
	CHECK_STR(err, "pkgimg: error: argument 2: one\npkgimg: note: two\n"
		       "pkgimg: error: three\nplan 4\n");
	CHECK_INT(caught_child(die, NULL, err, sizeof(err)), 70);
	CHECK_STR(err, "pkgimg: error: no way\n");
	CHECK_INT(caught_child(bug, NULL, err, sizeof(err)), 70);
	CHECK(strstr(err, "fault of pkgimg itself") && strstr(err, "diag_test.c:"));
	CHECK(strstr(err, "): never 1\n") != NULL);
}

UNIT_MAIN(places, counts_and_lines, long_messages_are_whole, foreign_lines, stderr_and_exits)
