/* A Windows program that loads an image, walks its metadata and calls what it finds there.
 *   host DLL            all methods and globals
 *   host DLL NAME ...   call `int NAME(int)` with 0, 1, 2, ...; NAME=: read an int
 *   -until FILE         wait for a file, for a minute at most */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "image/format.h"

static const char *base;

static const void *table(uint32_t kind, uint64_t *count)
{
	const struct img_header *h = (const void *)base;
	const struct img_table *t = (const void *)(base + sizeof(*h));

	for (uint32_t i = 0; i < h->ntables; i++, t++) {
		if (t->kind != kind)
			continue;
		*count = t->count;
		return base + t->offset;
	}
	*count = 0;
	return NULL;
}

static const char *str(uint32_t at)
{
	uint64_t n;

	return (const char *)table(IMG_STRINGS, &n) + at;
}

static const char *address(uint32_t at)
{
	uint64_t n;

	return base + ((const int32_t *)table(IMG_ADDRESSES, &n))[at];
}

static const char *find(const char *name)
{
	uint64_t n;
	const struct img_method *m = table(IMG_METHODS, &n);

	for (uint64_t i = 0; i < n; i++)
		if (!strcmp(str(m[i].name), name))
			return address(m[i].address);
	return NULL;
}

static const char *find_global(const char *name)
{
	uint64_t n;
	const struct img_global *g = table(IMG_GLOBALS, &n);

	for (uint64_t i = 0; i < n; i++)
		if (!strcmp(str(g[i].name), name) && g[i].address != IMG_NO_ADDRESS)
			return address(g[i].address);
	return NULL;
}

static void list(void)
{
	uint64_t n;
	const struct img_method *m = table(IMG_METHODS, &n);
	const struct img_global *g;

	for (uint64_t i = 0; i < n; i++)
		printf("method %s\n", str(m[i].name));
	g = table(IMG_GLOBALS, &n);
	for (uint64_t i = 0; i < n; i++)
		printf("global %s\n", str(g[i].name));
}

static void call(char *word)
{
	size_t n = strlen(word);
	const char *at;
	int arg = 0;

	if (word[n - 1] == '=') {
		word[n - 1] = 0;
		at = find_global(word);
		printf("%s = %d\n", word, at ? *(const int *)at : -1);
		return;
	}
	at = find(word);
	if (!at) {
		printf("no method %s\n", word);
		return;
	}
	printf("%s(%d) = %d\n", word, arg, ((int (*)(int))at)(arg));
	fflush(stdout);
}

static DWORD WINAPI in_thread(void *word)
{
	call(word);
	return 0;
}

static void until(const char *file)
{
	for (int i = 0; i < 6000 && GetFileAttributesA(file) == INVALID_FILE_ATTRIBUTES; i++)
		Sleep(10);
}

int main(int argc, char **argv)
{
	HMODULE dll = argc > 1 ? LoadLibraryA(argv[1]) : NULL;

	if (!dll)
		return printf("not loaded: error %lu\n", GetLastError()), 1;
	base = (const char *)GetProcAddress(dll, IMG_ROOT_SYMBOL);
	if (!base || memcmp(base, IMG_MAGIC, 8) != 0)
		return printf("no image\n"), 1;
	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc == 2)
		list();
	for (int i = 2; i < argc; i++) {
		if (!strcmp(argv[i], "-until") && i + 1 < argc) {
			until(argv[++i]);
			continue;
		}
		if (strcmp(argv[i], "-thread") || ++i == argc) {
			call(argv[i]);
			continue;
		}
		WaitForSingleObject(CreateThread(NULL, 0, in_thread, argv[i], 0, NULL), INFINITE);
	}
	FreeLibrary(dll);
	printf("freed\n");
	return 0;
}
