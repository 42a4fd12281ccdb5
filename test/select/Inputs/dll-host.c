/* dll-host.exe DLL: load it, and say which target it chose and whether its slots are that one's. */
#include <stdint.h>
#include <stdio.h>
#include <windows.h>

#include "image/format.h"

static const void *table(const char *image, uint32_t kind)
{
	const struct img_table *t = (const void *)(image + sizeof(struct img_header));

	while (t->kind != kind)
		t++;
	return image + t->offset;
}

int main(int argc, char **argv)
{
	HMODULE dll = argc == 2 ? LoadLibraryA(argv[1]) : NULL;
	const char *image = dll ? (const char *)(uintptr_t)GetProcAddress(dll, "pkgimg_image") : NULL;
	const struct img_dispatch *d;
	const int32_t *addresses, *entries;
	void **slots;
	uint32_t chosen, wrong = 0;

	if (!image)
		return 1;
	d = table(image, IMG_DISPATCH);
	addresses = table(image, IMG_ADDRESSES);
	entries = table(image, IMG_ENTRIES);
	chosen = *(const uint32_t *)(image + addresses[d->chosen]);
	slots = (void **)(uintptr_t)(image + addresses[d->slots]);
	for (uint32_t i = 0; i < d->nslots; i++)
		wrong += slots[i] != image + entries[(chosen - 1) * d->nslots + i];
	printf("target %u, %u slots wrong\n", chosen - 1, wrong);
	return 0;
}
