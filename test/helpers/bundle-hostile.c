/* bundle-hostile BUNDLE: the checker over the file cut at many lengths, with each bit of headers,
 * directory and metadata flipped, and with fields of headers and directory at the edges, sums made
 * right again. Each try is in memory of its own, so that the sanitizers see reads out of bounds.
 * Says how many were refused and how many were not. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image/bundle.h"

struct file {
	uint8_t *bytes;
	size_t size, directory, directory_size;
	unsigned taken, refused;
};

static void check(struct file *f, const uint8_t *bytes, size_t size, unsigned flags)
{
	struct img_bundle b;
	struct img_error e = { 0 };
	char text[256];

	if (!img_bundle_check(bytes, size, flags, &b, NULL, &e)) {
		f->taken++;
		return;
	}
	f->refused++;
	if (!e.problem || !img_error_text(&e, text, sizeof(text)))
		abort();
}

static void repair(const struct file *f, uint8_t *bytes)
{
	struct img_bundle_header *h = (void *)(bytes + f->directory);

	h->meta_sum = 0;
	h->meta_sum = img_sum64(h, f->directory_size);
}

static void cut(struct file *f)
{
	for (size_t size = 0; size < f->size; size += size < 4096 ? 1 : 509) {
		uint8_t *copy = malloc(size + !size);

		memcpy(copy, f->bytes, size);
		check(f, copy, size, 0);
		free(copy);
	}
}

/* n bytes at `at` are others for one check */
static void try(struct file *f, uint8_t *copy, size_t at, const void *bytes, size_t n)
{
	memcpy(copy + at, bytes, n);
	repair(f, copy);
	check(f, copy, f->size, 0);
	memcpy(copy + at, f->bytes + at, n);
}

static void flip(struct file *f, uint8_t *copy, size_t from, size_t to)
{
	for (size_t at = from; at < to; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			uint8_t byte = (uint8_t)(f->bytes[at] ^ 1 << bit);

			try(f, copy, at, &byte, 1);
		}
	}
}

static void edges(struct file *f, uint8_t *copy, size_t from, size_t to)
{
	static const uint64_t values[] = { 0, 1, 7, 8, 0xffff, 0x10000, UINT32_MAX,
		UINT64_C(1) << 31, UINT64_C(1) << 63, UINT64_MAX - 7, UINT64_MAX };

	for (size_t at = from / 8 * 8; at + 8 <= to; at += 8) {
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			try(f, copy, at, &values[i], 8);
			try(f, copy, at, &values[i], 4);
			try(f, copy, at + 4, &values[i], 4);
		}
	}
}

/* without a repair every bit counts */
static void flip_summed(struct file *f)
{
	uint8_t *copy = malloc(f->size);
	unsigned taken = f->taken;

	memcpy(copy, f->bytes, f->size);
	for (size_t at = 0; at < f->size; at += 61) {
		copy[at] ^= 4;
		check(f, copy, f->size, IMG_CHECK_FILE_SUM);
		copy[at] ^= 4;
	}
	free(copy);
	printf("changed bytes that the sum of the file did not tell: %u\n", f->taken - taken);
}

static bool read_file(struct file *f, const char *path)
{
	FILE *in = fopen(path, "rb");
	struct img_bundle b;
	struct img_error e;

	if (!in || fseek(in, 0, SEEK_END))
		return false;
	f->size = (size_t)ftell(in);
	f->bytes = malloc(f->size);
	rewind(in);
	if (fread(f->bytes, 1, f->size, in) != f->size ||
		img_bundle_check(f->bytes, f->size, IMG_CHECK_FILE_SUM, &b, NULL, &e))
		return false;
	fclose(in);
	f->directory = b.header->self;
	f->directory_size = sizeof(*b.header) + b.header->nmembers * sizeof(*b.members);
	return true;
}

int main(int argc, char **argv)
{
	struct file f = { 0 };
	const Elf64_Ehdr *h;
	uint8_t *copy;

	if (argc != 2 || !read_file(&f, argv[1]))
		return puts("a sound bundle is wanted"), 2;
	h = (const void *)f.bytes;
	flip_summed(&f);
	cut(&f);
	printf("cuts that were taken: %u\n", f.taken);
	copy = malloc(f.size);
	memcpy(copy, f.bytes, f.size);
	flip(&f, copy, 0, f.directory + f.directory_size);
	flip(&f, copy, h->e_shoff, h->e_shoff + 2 * sizeof(Elf64_Shdr));
	edges(&f, copy, 0, f.directory + f.directory_size);
	edges(&f, copy, h->e_shoff, h->e_shoff + 2 * sizeof(Elf64_Shdr));
	printf("%u taken, %u refused\n", f.taken, f.refused);
	free(copy);
	free(f.bytes);
	return 0;
}
