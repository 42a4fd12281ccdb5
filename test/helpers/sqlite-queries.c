/* sqlite-queries IMAGE: open SQLite as an image by libpkgimg and run a set of queries. What they
 * give goes to stdout, which target ran to stderr. */
#include <stdio.h>
#include <stdlib.h>

#include "pkgimg/runtime.h"

typedef int row_fn(void *, int, char **, char **);

static void *find(struct pkgimg_image *image, const char *name)
{
	struct pkgimg_method m;
	struct pkgimg_error e;

	if (pkgimg_find(image, name, NULL, &m, &e)) {
		fprintf(stderr, "%s\n", e.text);
		exit(1);
	}
	return m.address;
}

static int print_row(void *ctx, int n, char **values, char **names)
{
	(void)ctx;
	(void)names;
	for (int i = 0; i < n; i++)
		printf("%s%s", i ? "|" : "", values[i] ? values[i] : "NULL");
	puts("");
	return 0;
}

int main(int argc, char **argv)
{
	struct pkgimg_image *image;
	struct pkgimg_error e;
	int (*open)(const char *, void **), (*close)(void *);
	int (*exec)(void *, const char *, row_fn *, void *, char **);
	char line[1024];
	void *db;
	FILE *queries = argc == 3 ? fopen(argv[2], "r") : NULL;

	if (!queries || pkgimg_open(argv[1], NULL, &image, &e)) {
		fprintf(stderr, "%s\n", queries ? e.text : "sqlite-queries IMAGE QUERIES");
		return 1;
	}
	fprintf(stderr, "target %u\n", pkgimg_target(image));
	open = (int (*)(const char *, void **))find(image, "sqlite3_open");
	close = (int (*)(void *))find(image, "sqlite3_close");
	exec = (int (*)(void *, const char *, row_fn *, void *, char **))find(
		image, "sqlite3_exec");
	if (open(":memory:", &db))
		return 1;
	while (fgets(line, sizeof(line), queries)) {
		char *message = NULL;

		printf("-- %.60s\n", line);
		if (exec(db, line, print_row, NULL, &message))
			printf("error: %s\n", message);
	}
	fclose(queries);
	printf("closed: %d\n", close(db));
	pkgimg_close(image);
	return 0;
}
