/* host IMAGE: open it by libpkgimg and call what its tables name, by signature. */
#include <stdio.h>
#include <stdlib.h>

#include "pkgimg/runtime.h"

struct pair {
	int n;
	double x;
};

static struct pkgimg_image *image;

static void *method(const char *name, const char *signature)
{
	struct pkgimg_method m;
	struct pkgimg_error e;

	if (pkgimg_find(image, name, signature, &m, &e)) {
		printf("%s\n", e.text);
		exit(1);
	}
	return m.address;
}

static int half(int x, float y)
{
	return (int)((float)x * y);
}

#define CALL(type, name, signature, ...) ((type)method(name, signature))(__VA_ARGS__)

static void call_all(void)
{
	struct pair p = { 1, 2.25 };

	printf("answer %d\n", CALL(int (*)(int), "answer", "int (int)", 2));
	printf("words %s, %s\n", CALL(const char *(*)(unsigned), "word", "const char *(unsigned int)", 2),
		CALL(const char *(*)(unsigned), "word", NULL, 9));
	printf("span %d\n", CALL(int (*)(void), "span", "int (void)"));
	for (int i = 0; i < 2; i++)
		printf("count %d\n", CALL(int (*)(void), "count", NULL));
	printf("divide %llu\n", CALL(unsigned long long (*)(unsigned long long, unsigned long long),
					"divide", NULL, 10000000000000000003ull, 1000003ull));
	for (int i = 0; i < 2; i++)
		printf("add %llu\n", CALL(unsigned long long (*)(unsigned long long), "add", NULL,
					     1ull << 40));
	p = CALL(struct pair (*)(struct pair, double), "scaled",
		"struct pair (struct pair, double)", p, 4.0);
	printf("scaled %d %g\n", p.n, p.x);
	printf("apply %d\n", CALL(int (*)(int (*)(int, float), int), "apply", NULL, half, 8));
	printf("sum %d\n", CALL(int (*)(int, ...), "sum", "int (int, ...)", 3, 1, 2, 3));
}

int main(int argc, char **argv)
{
	struct pkgimg_options o = { .size = sizeof(o), .flags = PKGIMG_VERIFY };
	struct pkgimg_error e;

	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc != 2 || pkgimg_open(argv[1], &o, &image, &e)) {
		printf("cannot be opened: %s\n", argc == 2 ? e.text : "one argument is wanted");
		return 1;
	}
	call_all();
	puts("close");
	fflush(stdout);
	pkgimg_close(image);
	puts("closed");
	return 0;
}
