/* fuzz-seeds FOLDER: write the images that fuzz-open begins with: see test/fuzz/fuzz_open.c. */
#include "test/fuzz/fuzz_open.h"
#include "test/unit/heap_images.h"

static void seed(struct unit *u, const char *folder, const char *name, const char *from)
{
	char path[512], *bytes;
	const struct img_header *h;
	FILE *f = fopen(from, "rb"), *to;
	size_t size;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	to = fopen(path, "wb");
	CHECK(f && to && !fseek(f, 0, SEEK_END));
	size = (size_t)ftell(f);
	rewind(f);
	bytes = malloc(size);
	CHECK(fread(bytes, 1, size, f) == size);
	h = (const void *)bytes;
	fwrite(bytes, 1, h->meta_size, to);
	for (size_t at = hm_round(h->meta_size); at < size; at += IMG_HEAP_ALIGN)
		fwrite(bytes + at, 1, FUZZ_PART, to);
	fclose(f);
	CHECK(!fclose(to));
	free(bytes);
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "base", "left", "busy", "alone" };
	struct place p = arrive();
	struct unit unit = { 0 }, *u = &unit;

	if (argc != 2)
		return 2;
	write_family(u, &p, 5);
	write_busy(u, &p);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		seed(u, argv[1], names[i], in(&p, names[i]));
	left(u, &p);
	return unit.failed != 0;
}
