/* Unit tests: each *_test.c is a program of its own.
 *
 *   static void adds(struct unit *u)
 *   {
 *           CHECK_INT(1 + 1, 2);
 *   }
 *   UNIT_MAIN(adds)
 *
 * A failed check prints one line with its place and the test goes on; the last line is
 * `N passed, N failed`, the exit code 1 if any failed. The checks count in the `u` of the test.
 * In a table test, set u->row to the row's name: it is printed with the failure. */
#ifndef UNIT_H
#define UNIT_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct unit {
	unsigned passed, failed;
	const char *row; /* of the table that is checked now; NULL outside of tables */
};

/* counts; a failure begins its line */
static inline bool unit_count(struct unit *u, bool ok, const char *file, int line, const char *text)
{
	u->passed += ok;
	u->failed += !ok;
	if (!ok && u->row)
		printf("%s:%d: [%s] %s", file, line, u->row, text);
	else if (!ok)
		printf("%s:%d: %s", file, line, text);
	return ok;
}

static inline bool unit_check(struct unit *u, bool ok, const char *file, int line, const char *text)
{
	if (!unit_count(u, ok, file, line, text))
		putchar('\n');
	return ok;
}

/* in quotes, on one line */
static inline void unit_quote(const char *s)
{
	if (!s) {
		fputs("NULL", stdout);
		return;
	}
	putchar('"');
	for (; *s; s++) {
		if (*s == '\n')
			fputs("\\n", stdout);
		else
			putchar(*s);
	}
	putchar('"');
}

static inline bool unit_str(struct unit *u, const char *got, const char *wanted, const char *file,
	int line, const char *text)
{
	bool ok = got && wanted ? !strcmp(got, wanted) : got == wanted;

	if (!unit_count(u, ok, file, line, text)) {
		fputs(": got ", stdout);
		unit_quote(got);
		fputs(", wanted ", stdout);
		unit_quote(wanted);
		putchar('\n');
	}
	return ok;
}

static inline bool unit_int(struct unit *u, long long got, long long wanted, const char *file,
	int line, const char *text)
{
	if (!unit_count(u, got == wanted, file, line, text))
		printf(": got %lld, wanted %lld\n", got, wanted);
	return got == wanted;
}

/* each is true if the check passed, so that a test can `if (!CHECK(p)) return;` */
#define CHECK(cond)          unit_check(u, (cond), __FILE__, __LINE__, "CHECK(" #cond ")")
#define CHECK_STR(got, want) unit_str(u, (got), (want), __FILE__, __LINE__, #got)
#define CHECK_INT(got, want)                                                                       \
	unit_int(u, (long long)(got), (long long)(want), __FILE__, __LINE__, #got)

#define UNIT_COUNT(a) (sizeof(a) / sizeof(*(a)))

#define UNIT_MAIN(...)                                                                             \
	int main(void)                                                                             \
	{                                                                                          \
		static void (*const tests[])(struct unit *) = { __VA_ARGS__ };                     \
		struct unit u = { 0 };                                                             \
                                                                                                   \
		setvbuf(stdout, NULL, _IOLBF, 0); /* lines before a crash are not lost */          \
		for (size_t i = 0; i < UNIT_COUNT(tests); i++) {                                   \
			u.row = NULL;                                                              \
			tests[i](&u);                                                              \
		}                                                                                  \
		printf("%u passed, %u failed\n", u.passed, u.failed);                              \
		return u.failed ? 1 : 0;                                                           \
	}

#endif
