/* dlopen-once LIBRARY FUNCTION N: load, call `int FUNCTION(int)`, unload, and say if it is gone.
 * The library may call note() of this program. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

void note(const char *text);

__attribute__((visibility("default"))) void note(const char *text)
{
	printf("note: %s\n", text);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	void *library = argc == 4 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
	int (*function)(int);

	if (!library) {
		printf("no library: %s\n", argc == 4 ? dlerror() : "three arguments are wanted");
		return 1;
	}
	*(void **)&function = dlsym(library, argv[2]);
	if (!function) {
		printf("no function: %s\n", dlerror());
		return 1;
	}
	printf("returns %d\n", function(atoi(argv[3])));
	puts("unload");
	dlclose(library);
	puts(dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) ? "still there" : "gone");
	return 0;
}
