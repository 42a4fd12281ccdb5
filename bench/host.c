/* SQLite out of a package image, by libpkgimg, and out of a plain shared library, by dlopen.
 *   host first|answer image|library FILE
 *       microseconds from before the load until sqlite3_libversion_number has answered, or what it
 *       answered
 *   host work IMAGE LIBRARY ROUNDS
 *       rounds of inserts, an index, joins and aggregates in memory, in turn: seconds of each, and
 *       last the median of the ratios */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/timing.h"
#include "pkgimg/runtime.h"

static struct pkgimg_image *image;
static void *library;

static _Noreturn void fail(const char *text)
{
	fprintf(stderr, "host: %s\n", text);
	exit(1);
}

static void load(const char *kind, const char *path)
{
	struct pkgimg_error err;

	if (strcmp(kind, "image") == 0 && pkgimg_open(path, NULL, &image, &err))
		fail(err.text);
	if (!image && !(library = dlopen(path, RTLD_NOW | RTLD_LOCAL)))
		fail(dlerror());
}

static void *find(const char *name)
{
	struct pkgimg_error err;
	struct pkgimg_method m;
	void *p;

	if (!image) {
		if (!(p = dlsym(library, name)))
			fail(dlerror());
		return p;
	}
	if (pkgimg_find(image, name, NULL, &m, &err))
		fail(err.text);
	return m.address;
}

static int first(const char *kind, const char *path, bool answer)
{
	double start = now_us();
	int (*version)(void), number;

	load(kind, path);
	*(void **)&version = find("sqlite3_libversion_number");
	number = version();
	start = now_us() - start;
	if (answer)
		printf("%d\n", number);
	else
		printf("%.1f\n", start);
	return number < 3000000;
}

static const char setup[] = "create table a(id integer primary key, k int, t text);"
			    "create table b(k int, v real);";
static const char round_of_work[] =
	"begin; delete from a; delete from b;"
	"with recursive n(i) as (select 1 union all select i+1 from n where i<60000)"
	" insert into a select i, (i*7919)%5003, 'text '||(i%977) from n;"
	"with recursive n(i) as (select 1 union all select i+1 from n where i<20000)"
	" insert into b select (i*104729)%5003, i*0.5 from n;"
	"create index ak on a(k);"
	"select count(*), sum(b.v), max(length(a.t)) from a join b on a.k=b.k;"
	"select t, count(*), avg(k) from a group by t order by 2 desc, t limit 10;"
	"select count(distinct k), total(id) from a where t like '%7%';"
	"drop index ak; commit;";

enum { IMAGE, LIBRARY, BOTH };

struct sqlite {
	int (*exec)(void *, const char *, void *, void *, char **);
	void *db;
};

static void execute(const struct sqlite *s, const char *sql)
{
	char *message = NULL;

	if (s->exec(s->db, sql, NULL, NULL, &message))
		fail(message);
}

static void start(struct sqlite *s)
{
	int (*open)(const char *, void **);

	*(void **)&open = find("sqlite3_open");
	*(void **)&s->exec = find("sqlite3_exec");
	if (open(":memory:", &s->db))
		fail("sqlite3_open");
	execute(s, setup);
	execute(s, round_of_work);
}

/* the thread's own seconds: others may run meanwhile */
static double cpu_now(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID) / 1e9;
}

static int work(const char *image_path, const char *library_path, size_t rounds)
{
	double *ratios = calloc(rounds + 1, sizeof(*ratios)), sums[BOTH] = { 0 };
	struct sqlite s[BOTH];

	if (!ratios)
		fail("out of memory");
	load("image", image_path);
	start(&s[IMAGE]);
	image = NULL;
	load("library", library_path);
	start(&s[LIBRARY]);
	for (size_t i = 0; i < rounds; i++) {
		double took[BOTH];

		for (int k = 0; k < BOTH; k++) {
			int who = (int)(i % BOTH) ^ k; /* neither is always the first */
			double at = cpu_now();

			execute(&s[who], round_of_work);
			took[who] = cpu_now() - at;
			sums[who] += took[who];
		}
		ratios[i] = took[IMAGE] / took[LIBRARY];
	}
	printf("image %.2f s, library %.2f s\n%.4f\n", sums[IMAGE], sums[LIBRARY],
		median(ratios, rounds));
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && (strcmp(argv[1], "first") == 0 || strcmp(argv[1], "answer") == 0))
		return first(argv[2], argv[3], argv[1][0] == 'a');
	if (argc == 5 && strcmp(argv[1], "work") == 0)
		return work(argv[2], argv[3], strtoul(argv[4], NULL, 10));
	fail("first|answer image|library FILE, or work IMAGE LIBRARY ROUNDS");
}
