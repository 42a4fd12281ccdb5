/* A Windows program with libpkgimg in it.
 *   loader DLL WORD...   open it, do what the words say, close it
 *     NAME       call `int NAME(int)` with 0
 *     NAME=      read an int
 *     -slots     which target runs, and how the pages of its slots may be used
 *     -unwind    whether Windows knows how to unwind the methods
 *     -again     open it once more, and close that
 *     -other P   open the image P as well, which then lies elsewhere, and call area of it
 *   loader -copy TO DLL WORD...   the same for a copy; \xHHHH in TO is a letter */
#define _WIN32_WINNT 0x0602
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "runtime/internal.h"

static int told(int code, const struct pkgimg_error *e)
{
	printf("code %d: %s\n", code, e->text);
	if (e->expected[0])
		printf("wanted '%s', got '%s'\n", e->expected, e->found);
	if (e->sys_errno)
		printf("errno %d\n", e->sys_errno);
	return code;
}

static const char *pages(const void *at)
{
	MEMORY_BASIC_INFORMATION m;

	VirtualQuery(at, &m, sizeof(m));
	switch (m.Protect) {
	case PAGE_READONLY: return "r";
	case PAGE_READWRITE: return "rw";
	case PAGE_WRITECOPY: return "rw";
	case PAGE_EXECUTE_READ: return "rx";
	default: return "other";
	}
}

static void slots(struct pkgimg_image *image)
{
	const struct img_view *v = &image->view;
	const char *root = (const char *)v->header;
	unsigned wrong = 0;
	void **slot;

	printf("target %u of %u\n", pkgimg_target(image), pkgimg_target_count(image));
	if (!v->dispatch)
		return;
	slot = (void **)(uintptr_t)(root + v->addresses[v->dispatch->slots]);
	for (uint32_t i = 0; i < v->dispatch->nslots; i++)
		wrong += slot[i] != root + v->entries[image->target * v->dispatch->nslots + i];
	printf("%u slots wrong, pages %s, code %s\n", wrong, pages(slot), pages(slot[0]));
}

static void unwind(struct pkgimg_image *image)
{
#ifdef _WIN64
	struct pkgimg_method m;
	DWORD64 base;

	for (uint32_t i = 0; !pkgimg_method_at(image, i, &m); i++)
		printf("%s: %s\n", m.name,
			RtlLookupFunctionEntry((DWORD64)m.address, &base, NULL) ? "known"
										: "a leaf");
#else
	(void)image;
#endif
}

static void call(struct pkgimg_image *image, char *word)
{
	struct pkgimg_method m;
	struct pkgimg_global g;
	struct pkgimg_error e;
	char text[256];
	size_t n = strlen(word);

	if (word[n - 1] == '=') {
		word[n - 1] = '\0';
		if (pkgimg_find_global(image, word, &g, &e))
			told(e.code, &e);
		else
			printf("%s = %d\n", word, *(int *)g.address);
	} else if (pkgimg_find(image, word, "int (int)", &m, &e)) {
		told(e.code, &e);
	} else {
		pkgimg_signature(image, m.index, text, sizeof(text));
		printf("%s: %d\n", text, ((int (*)(int))m.address)(0));
	}
}

static void open_also(struct pkgimg_image *image, const char *path, char *name)
{
	struct pkgimg_image *other;
	struct pkgimg_error e;

	if (pkgimg_open(path, NULL, &other, &e)) {
		told(e.code, &e);
		return;
	}
	printf("%s\n", other->library.handle == image->library.handle ? "the same" : "another");
	call(other, name);
	pkgimg_close(other);
}

static void copy(const char *from, const char *to, char out[512])
{
	wchar_t name[128], wide[512];
	size_t n = 0;
	char *end;

	while (*to && n < 127) {
		if (to[0] == '\\' && to[1] == 'x') {
			name[n++] = (wchar_t)strtoul(to + 2, &end, 16);
			to += 6;
		} else {
			name[n++] = (unsigned char)*to++;
		}
	}
	name[n] = 0;
	WideCharToMultiByte(CP_UTF8, 0, name, -1, out, 512, NULL, NULL);
	MultiByteToWideChar(CP_ACP, 0, from, -1, wide, 512);
	if (!CopyFileW(wide, name, FALSE))
		printf("no copy: error %lu\n", GetLastError());
}

static bool is_loaded(const char *path)
{
	wchar_t wide[512];

	MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, 512);
	return GetModuleHandleW(wide) != NULL;
}

int main(int argc, char **argv)
{
	struct pkgimg_options o = { .size = sizeof(o), .flags = PKGIMG_VERIFY };
	struct pkgimg_image *image;
	struct pkgimg_error e;
	char path[512];

	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc > 3 && !strcmp(argv[1], "-copy")) {
		copy(argv[3], argv[2], path);
		argv += 2;
		argc -= 2;
	} else {
		snprintf(path, sizeof(path), "%s", argc > 1 ? argv[1] : "");
	}
	if (pkgimg_open(path, &o, &image, &e))
		return told(e.code, &e);
	for (int i = 2; i < argc; i++) {
		if (!strcmp(argv[i], "-slots"))
			slots(image);
		else if (!strcmp(argv[i], "-unwind"))
			unwind(image);
		else if (!strcmp(argv[i], "-again"))
			open_also(image, path, (char[]) { "area" });
		else if (!strcmp(argv[i], "-other") && i + 1 < argc)
			open_also(image, argv[++i], (char[]) { "area" });
		else
			call(image, argv[i]);
	}
	pkgimg_close(image);
	printf("%s\n", is_loaded(path) ? "still loaded" : "closed");
	return 0;
}
