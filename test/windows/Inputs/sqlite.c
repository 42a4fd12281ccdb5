/* A Windows program that loads SQLite as a package image and runs a query. */
#include <stdio.h>
#include <string.h>
#include <windows.h>

#include "image/format.h"

static const char *base;

static const void *table(uint32_t kind, uint64_t *n)
{
	const struct img_header *h = (const void *)base;
	const struct img_table *t = (const void *)(base + sizeof(*h));

	for (uint32_t i = 0; i < h->ntables; i++)
		if (t[i].kind == kind)
			return *n = t[i].count, base + t[i].offset;
	return NULL;
}

static void *find(const char *name)
{
	uint64_t n, unused;
	const struct img_method *m = table(IMG_METHODS, &n);
	const int32_t *addresses = table(IMG_ADDRESSES, &unused);
	const char *strings = table(IMG_STRINGS, &unused);

	for (uint64_t i = 0; i < n; i++)
		if (!strcmp(strings + m[i].name, name))
			return (void *)(base + addresses[m[i].address]);
	return printf("no %s\n", name), NULL;
}

static int row(void *ctx, int n, char **values, char **names)
{
	(void)ctx;
	for (int i = 0; i < n; i++)
		printf("%s%s=%s", i ? " " : "", names[i], values[i]);
	printf("\n");
	return 0;
}

int main(int argc, char **argv)
{
	HMODULE dll = LoadLibraryA(argc > 1 ? argv[1] : "sqlite3.dll");
	int (*open)(const char *, void **), (*close)(void *);
	int (*exec)(void *, const char *, int (*)(void *, int, char **, char **), void *, char **);
	char *message = NULL;
	void *db;

	base = dll ? (const char *)GetProcAddress(dll, IMG_ROOT_SYMBOL) : NULL;
	if (!base)
		return printf("not loaded: %lu\n", GetLastError()), 1;
	open = (int (*)(const char *, void **))find("sqlite3_open");
	close = (int (*)(void *))find("sqlite3_close");
	exec = find("sqlite3_exec");
	if (open("test.db", &db))
		return 1;
	if (exec(db, "create table t(a, b); insert into t values (1, 'one'), (2, 'two'), (3, 'three');"
		"select count(*), sum(a), group_concat(b, '-') as words, round(avg(a * 1.5), 2) as mean from t",
		row, NULL, &message))
		return printf("%s\n", message), 1;
	printf("closed: %d\n", close(db));
	FreeLibrary(dll);
	return 0;
}
