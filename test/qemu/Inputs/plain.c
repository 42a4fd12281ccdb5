/* plain IMAGE: a host without libpkgimg. The image's root is the table at the end of image.c. */
#include <dlfcn.h>
#include <stdio.h>

struct table {
	int (*answer)(int), (*span)(void), (*count)(void);
	unsigned long long (*divide)(unsigned long long, unsigned long long);
	int (*apply)(int (*)(int, float), int);
};

static int half(int x, float y)
{
	return (int)((float)x * y);
}

int main(int argc, char **argv)
{
	void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
	struct table *t = library ? dlsym(library, "plain_root") : NULL;

	if (!t) {
		printf("no image: %s\n", dlerror());
		return 1;
	}
	printf("plain %d %d %d %llu %d\n", t->answer(2), t->span(), t->count(),
		t->divide(10000000000000000003ull, 1000003ull), t->apply(half, 8));
	fflush(stdout);
	dlclose(library);
	puts("closed");
	return 0;
}
