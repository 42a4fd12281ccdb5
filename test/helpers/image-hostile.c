/* image-hostile FILE: the checker over an image or a bundle that is cut at every length, with each
 * bit of headers, directory, metadata and what a loader reads of the heap flipped, and with their
 * words at the edges, sums made right again. What is taken all the same is read like any image.
 * Bytes that are not there are poisoned, so that the sanitizers' build sees each read out of
 * bounds. Says how many were refused and how many were not. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image/bundle.h"
#include "test/fuzz/image_use.h"

#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size)   ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

enum { MOST = 64, HEADERS = 4096 };

struct part {
	size_t from, to;
};

struct file {
	uint8_t *bytes, *sound; /* one is changed, the other one not */
	size_t size, summed;
	bool bundle;
	struct part meta[MOST]; /* of the image, of each member */
	size_t nmeta;
	struct part scratch[MOST]; /* of heaps: bitmaps, starts, types, lists of uses */
	size_t nscratch;
	struct part directory; /* of a bundle */
	struct part sections;  /* ELF: section headers */
	unsigned taken, refused;
};

static void use(const struct file *f, const struct img_view *v, uint64_t heap_at)
{
	image_use(v);
	if (v->heap)
		image_use_heap(v, f->bytes + heap_at, f->bytes);
	else
		image_use_heap(v, NULL, f->bytes);
}

/* its first `size` bytes */
static void check(struct file *f, size_t size, unsigned flags)
{
	struct img_error e = { 0 };
	struct img_bundle b;
	struct img_view v;
	char text[256];
	enum img_code code = f->bundle ? img_bundle_check(f->bytes, size, flags, &b, NULL, &e)
				       : img_check_file(f->bytes, size, flags, &v, NULL, &e);

	if (code) {
		f->refused++;
		if (!e.problem || !img_error_text(&e, text, sizeof(text)))
			abort();
		return;
	}
	f->taken++;
	if (!f->bundle)
		use(f, &v, v.heap ? v.heap->at : 0);
	for (uint32_t i = 0; f->bundle && i < b.header->nmembers; i++) {
		img_bundle_view(&b, f->bytes, i, &v);
		use(f, &v, b.members[i].heap);
	}
}

/* The sums of what was changed, and the size. A bundle's members keep the size of their own files;
 * headers may lie: nothing is summed that is not there. */
static void repair(struct file *f, size_t size)
{
	for (size_t i = 0; i < f->nmeta; i++) {
		struct img_header *h = (void *)(f->bytes + f->meta[i].from);

		if (f->meta[i].to > size || h->meta_size > f->meta[i].to - f->meta[i].from)
			continue;
		if (!f->bundle && size != f->size)
			h->file_size = size;
		h->meta_sum = 0;
		h->meta_sum = img_sum64(h, h->meta_size);
	}
	if (f->bundle && f->directory.to <= size) {
		struct img_bundle_header *h = (void *)(f->bytes + f->directory.from);

		if (size != f->size)
			h->file_size = size;
		h->meta_sum = 0;
		h->meta_sum = img_sum64(h, f->directory.to - f->directory.from);
	}
}

/* the sums have been changed wherever they are */
static void restore(struct file *f, size_t size)
{
	for (size_t i = 0; i < f->nmeta; i++) {
		size_t n = sizeof(struct img_header);

		if (f->meta[i].to <= size)
			memcpy(f->bytes + f->meta[i].from, f->sound + f->meta[i].from, n);
	}
	if (f->bundle && f->directory.to <= size)
		memcpy(f->bytes + f->directory.from, f->sound + f->directory.from,
			sizeof(struct img_bundle_header));
}

/* As it is; and as if it had been no longer when it was written, which is fine where nothing of the
 * image lies there. */
static void cut(struct file *f)
{
	unsigned taken = 0, before;

	for (size_t size = f->size; size-- > 0;) {
		ASAN_POISON_MEMORY_REGION(f->bytes + size, 1); /* the rest is already */
		before = f->taken;
		check(f, size, 0);
		taken += f->taken - before;
		repair(f, size);
		check(f, size, 0);
		restore(f, size);
	}
	ASAN_UNPOISON_MEMORY_REGION(f->bytes, f->size);
	printf("cuts that were taken: %u\n", taken);
}

static void try(struct file *f, size_t at, const void *bytes, size_t n)
{
	memcpy(f->bytes + at, bytes, n);
	repair(f, f->size);
	check(f, f->size, 0);
	memcpy(f->bytes + at, f->sound + at, n);
	restore(f, f->size);
}

static void change(struct file *f, struct part p)
{
	static const uint64_t edges[] = { 0, 1, 7, 8, 0xffff, 0x10000, UINT32_MAX,
		UINT64_C(1) << 31, UINT64_C(1) << 63, UINT64_MAX - 7, UINT64_MAX };

	for (size_t at = p.from; at < p.to; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			uint8_t byte = (uint8_t)(f->sound[at] ^ 1 << bit);

			try(f, at, &byte, 1);
		}
	}
	for (size_t at = p.from / 8 * 8; at + 8 <= p.to; at += 8) {
		for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
			try(f, at, &edges[i], 8);
			try(f, at, &edges[i], 4);
			try(f, at + 4, &edges[i], 4);
		}
	}
}

/* without a repair every bit counts, of the metadata and of the file */
static void change_summed(struct file *f)
{
	unsigned taken = f->taken;

	for (size_t i = 0; i < f->nmeta; i++) {
		for (size_t at = f->meta[i].from; at < f->meta[i].to; at++) {
			f->bytes[at] ^= (uint8_t)(1 << at % 8);
			check(f, f->size, f->bundle ? IMG_CHECK_FILE_SUM : 0);
			f->bytes[at] ^= (uint8_t)(1 << at % 8);
		}
	}
	for (size_t at = f->size > f->summed ? HEADERS : 0; at < f->summed; at += 61) {
		f->bytes[at] ^= 4;
		check(f, f->size, IMG_CHECK_FILE_SUM);
		f->bytes[at] ^= 4;
	}
	printf("changed bytes that the sums did not tell: %u\n", f->taken - taken);
}

static void find_scratch(struct file *f, const struct img_view *v, uint64_t heap_at)
{
	const struct img_heap_section *s;

	if (!v->heap)
		return;
	s = &v->heap_sections[v->nheap_sections - 1];
	f->scratch[f->nscratch++] =
		(struct part) { heap_at + s->offset, heap_at + s->offset + s->size };
}

static void find_sections(struct file *f)
{
	const Elf64_Ehdr *h = (const void *)f->bytes;
	const Elf32_Ehdr *narrow = (const void *)f->bytes;

	if (f->size < sizeof(*h) || memcmp(h->e_ident, ELFMAG, SELFMAG))
		return;
	if (h->e_ident[EI_CLASS] == ELFCLASS64)
		f->sections =
			(struct part) { h->e_shoff, h->e_shoff + h->e_shnum * sizeof(Elf64_Shdr) };
	else
		f->sections = (struct part) { narrow->e_shoff,
			narrow->e_shoff + narrow->e_shnum * sizeof(Elf32_Shdr) };
}

static bool find_parts(struct file *f)
{
	struct img_container box;
	struct img_bundle b;
	struct img_error e;
	struct img_view v;

	f->summed = f->size;
	find_sections(f);
	f->bundle = img_bundle_is(f->bytes, f->size);
	if (!f->bundle) {
		if (img_check_file(f->bytes, f->size, IMG_CHECK_FILE_SUM, &v, &box, &e))
			return false;
		f->summed = box.summed;
		f->meta[f->nmeta++] =
			(struct part) { box.meta_at, box.meta_at + v.header->meta_size };
		find_scratch(f, &v, v.heap ? v.heap->at : 0);
		return true;
	}
	if (img_bundle_check(f->bytes, f->size, IMG_CHECK_FILE_SUM, &b, NULL, &e) ||
		b.header->nmembers > MOST)
		return false;
	f->directory = (struct part) { b.header->self,
		b.header->self + sizeof(*b.header) + b.header->nmembers * sizeof(*b.members) };
	for (uint32_t i = 0; i < b.header->nmembers; i++) {
		img_bundle_view(&b, f->bytes, i, &v);
		f->meta[f->nmeta++] = (struct part) { b.members[i].meta,
			b.members[i].meta + v.header->meta_size };
		find_scratch(f, &v, b.members[i].heap);
	}
	return true;
}

static bool read_file(struct file *f, const char *path)
{
	FILE *in = fopen(path, "rb");

	if (!in || fseek(in, 0, SEEK_END))
		return false;
	f->size = (size_t)ftell(in);
	f->bytes = malloc(f->size);
	f->sound = malloc(f->size);
	rewind(in);
	if (fread(f->bytes, 1, f->size, in) != f->size)
		return false;
	fclose(in);
	memcpy(f->sound, f->bytes, f->size);
	return find_parts(f);
}

int main(int argc, char **argv)
{
	struct file f = { 0 };

	if (argc != 2 || !read_file(&f, argv[1]))
		return puts("a sound image or bundle is wanted"), 2;
	change_summed(&f);
	cut(&f);
	change(&f, (struct part) { 0, f.size < HEADERS ? f.size : HEADERS });
	if (f.sections.from >= HEADERS)
		change(&f, f.sections);
	change(&f, f.directory);
	for (size_t i = 0; i < f.nmeta; i++)
		change(&f, f.meta[i]);
	for (size_t i = 0; i < f.nscratch; i++)
		change(&f, f.scratch[i]);
	printf("%u taken, %u refused\n", f.taken, f.refused);
	free(f.bytes);
	free(f.sound);
	return 0;
}
