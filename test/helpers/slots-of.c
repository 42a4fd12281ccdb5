/* slots-of open|dlopen IMAGE: load it with libpkgimg or with the system's loader alone, and say
 * which target runs, how the pages of its slots are mapped, and whether each slot has that
 * target's function. */
#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "image/image.h"
#include "pkgimg/runtime.h"
#include "runtime/internal.h"

static void *load(const char *how, const char *path, struct pkgimg_image **image)
{
	struct pkgimg_error err;

	if (!strcmp(how, "dlopen"))
		return dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (pkgimg_open(path, NULL, image, &err)) {
		puts(err.text);
		return NULL;
	}
	return (*image)->library.handle;
}

/* "r--p" of the mapping that holds `at` */
static void print_pages(const char *what, uintptr_t at)
{
	char line[512], perms[8];
	FILE *f = fopen("/proc/self/maps", "r");
	uintptr_t from, to;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s", &from, &to, perms) == 3 &&
			at >= from && at < to)
			printf("%s: %s\n", what, perms);
	}
	if (f)
		fclose(f);
}

static int look(void *library)
{
	struct img_view v;
	uint32_t chosen, wrong = 0;
	const char *root = dlsym(library, IMG_ROOT_SYMBOL);
	void **slots;

	if (!root)
		return 1;
	img_view_at(root, &v);
	if (!v.dispatch) {
		puts("no slots");
		return 0;
	}
	memcpy(&chosen, root + v.addresses[v.dispatch->chosen], sizeof(chosen));
	slots = (void **)(uintptr_t)(root + v.addresses[v.dispatch->slots]);
	if (chosen == 0 || chosen > v.ntargets)
		return 1;
	for (uint32_t i = 0; i < v.dispatch->nslots; i++)
		wrong += slots[i] != root + v.entries[(chosen - 1) * v.dispatch->nslots + i];
	printf("target %" PRIu32 ", %" PRIu32 " slots wrong\n", chosen - 1, wrong);
	print_pages("first slot", (uintptr_t)slots);
	print_pages("last slot", (uintptr_t)(slots + v.dispatch->nslots) - 1);
	return wrong != 0;
}

int main(int argc, char **argv)
{
	struct pkgimg_image *image = NULL;
	void *library = argc == 3 ? load(argv[1], argv[2], &image) : NULL;
	int result = library ? look(library) : 1;

	pkgimg_close(image);
	return result;
}
