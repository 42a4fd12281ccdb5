/* Questions about the heap of an open image. */
#include <stdlib.h>
#include <string.h>

#include "runtime/world.h"

static const struct rt_heap *heap_of(const struct pkgimg_image *image)
{
	return image && image->member && image->member->heap.at ? &image->member->heap : NULL;
}

int pkgimg_heap(const struct pkgimg_image *image, struct pkgimg_heap_info *out)
{
	const struct rt_heap *h = heap_of(image);
	const struct img_view *v;

	if (!image || !out)
		return PKGIMG_E_ARGUMENT;
	if (!h)
		return PKGIMG_E_NOT_FOUND;
	v = &image->view;
	*out = (struct pkgimg_heap_info) { .address = h->at,
		.size = h->size,
		.preferred = v->heap->base,
		.nobjects = v->heap->nobjects,
		.bytes_copied = h->copied,
		.words_written = h->written,
		.moved = (uintptr_t)h->at != v->heap->base };
	for (uint32_t i = 0; i + 1 < v->nheap_sections; i++) {
		const struct img_heap_section *s = &v->heap_sections[i];

		out->sections[s->fate] =
			(struct pkgimg_heap_section) { h->at + s->offset, s->size };
	}
	return PKGIMG_OK;
}

/* ---- roots */

uint32_t pkgimg_root_count(const struct pkgimg_image *image)
{
	return heap_of(image) ? image->view.nroots : 0;
}

int pkgimg_root_at(const struct pkgimg_image *image, uint32_t index, struct pkgimg_root *out)
{
	const struct img_root *root;

	if (!out || index >= pkgimg_root_count(image))
		return PKGIMG_E_ARGUMENT;
	root = &image->view.roots[index];
	*out = (struct pkgimg_root) { .name = img_str(&image->view, root->name),
		.cell = (void **)(void *)(image->member->heap.at + root->cell),
		.is_const = (root->flags & IMG_ROOT_CONST) != 0 };
	return PKGIMG_OK;
}

int pkgimg_root(const struct pkgimg_image *image, const char *name, void ***cell)
{
	uint32_t lo = 0, hi = pkgimg_root_count(image);

	if (!image || !name || !cell)
		return PKGIMG_E_ARGUMENT;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		const struct img_root *root = &image->view.roots[mid];
		int c = strcmp(img_str(&image->view, root->name), name);

		if (c == 0) {
			*cell = (void **)(void *)(image->member->heap.at + root->cell);
			return PKGIMG_OK;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return PKGIMG_E_NOT_FOUND;
}

/* ---- objects: a bit for each 8 bytes says whether one begins there */

enum { BLOCK = 64 }; /* words of the bitmap that are counted together: 32 KiB of heap */

/* How many objects begin before each block, and behind the last. */
struct rt_counts {
	uint64_t nblocks;
	uint64_t before[]; /* [nblocks + 1] */
};

static uint64_t bitmap_words(const struct pkgimg_image *image)
{
	return image->view.heap->mapped / IMG_HEAP_GRAIN / 64;
}

static uint64_t bits_at(const struct pkgimg_image *image, uint64_t word)
{
	uint64_t bits;

	memcpy(&bits, image->member->heap.scratch + image->view.heap->starts + word * 8,
		sizeof(bits));
	return bits;
}

/* mapped is a multiple of 64 KiB: blocks are whole */
static struct rt_counts *count(const struct pkgimg_image *image)
{
	uint64_t words = bitmap_words(image), nblocks = words / BLOCK, n = 0;
	struct rt_counts *c;

	if (nblocks >= SIZE_MAX / sizeof(c->before[0]) - 2)
		return NULL;
	c = malloc(sizeof(*c) + (size_t)(nblocks + 1) * sizeof(c->before[0]));
	if (!c)
		return NULL;
	c->nblocks = nblocks;
	for (uint64_t i = 0; i < words; i++) {
		if (i % BLOCK == 0)
			c->before[i / BLOCK] = n;
		n += (uint64_t)__builtin_popcountll(bits_at(image, i));
	}
	c->before[nblocks] = n;
	return c;
}

/* made once; of two threads that make it one throws its own away */
static const struct rt_counts *counts_of(const struct pkgimg_image *image)
{
	struct rt_heap *h = &image->member->heap;
	struct rt_counts *c = __atomic_load_n(&h->counts, __ATOMIC_ACQUIRE), *mine;

	if (c)
		return c;
	mine = count(image);
	if (!mine || __atomic_compare_exchange_n(
			     &h->counts, &c, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return mine;
	free(mine);
	return c;
}

/* the object that begins at that bit, the index-th one */
static int object(
	const struct pkgimg_image *image, uint64_t bit, uint64_t index, struct pkgimg_object *out)
{
	const struct img_heap *said = image->view.heap;
	const struct rt_heap *h = &image->member->heap;
	uint64_t offset = bit * IMG_HEAP_GRAIN, size;
	uint16_t type;

	if (index >= said->nobjects)
		return PKGIMG_E_FORMAT;
	memcpy(&type, h->scratch + said->types + index * sizeof(type), sizeof(type));
	size = type < image->view.nheap_types ? rt_heap_object_size(image, offset, type) : 0;
	if (!size)
		return PKGIMG_E_FORMAT;
	*out = (struct pkgimg_object) {
		.start = h->at + offset, .size = size, .index = index, .type = type
	};
	return PKGIMG_OK;
}

/* the bit of the index-th object, in this block or in one before it */
static uint64_t bit_of(
	const struct pkgimg_image *image, const struct rt_counts *c, uint64_t block, uint64_t index)
{
	uint64_t lo = 0, hi = block, word, left;

	while (lo < hi) { /* the last block that has at most `index` before it */
		uint64_t mid = lo + (hi - lo + 1) / 2;

		if (c->before[mid] <= index)
			lo = mid;
		else
			hi = mid - 1;
	}
	left = index - c->before[lo];
	for (word = lo * BLOCK;; word++) {
		uint64_t bits = bits_at(image, word);
		uint64_t n = (uint64_t)__builtin_popcountll(bits);

		if (left < n) {
			for (; left > 0; left--)
				bits &= bits - 1;
			return word * 64 + (uint64_t)__builtin_ctzll(bits);
		}
		left -= n;
	}
}

int pkgimg_object_at(
	const struct pkgimg_image *image, const void *address, struct pkgimg_object *out)
{
	const struct rt_heap *h = heap_of(image);
	const struct rt_counts *c;
	struct pkgimg_object found;
	uint64_t offset, bit, block, index;
	int code;

	if (!image || !address || !out)
		return PKGIMG_E_ARGUMENT;
	offset = h ? (uintptr_t)address - (uintptr_t)h->at : 0;
	if (!h || offset >= h->size)
		return PKGIMG_E_NOT_FOUND;
	c = counts_of(image);
	if (!c)
		return PKGIMG_E_MEMORY;
	bit = offset / IMG_HEAP_GRAIN;
	block = bit / 64 / BLOCK;
	index = c->before[block];
	for (uint64_t word = block * BLOCK; word < bit / 64; word++)
		index += (uint64_t)__builtin_popcountll(bits_at(image, word));
	index += (uint64_t)__builtin_popcountll(
		bits_at(image, bit / 64) & ~UINT64_C(0) >> (63 - bit % 64));
	if (index == 0)
		return PKGIMG_E_NOT_FOUND;
	code = object(image, bit_of(image, c, block, index - 1), index - 1, &found);
	if (code)
		return code;
	if ((uintptr_t)address - (uintptr_t)found.start >= found.size)
		return PKGIMG_E_NOT_FOUND;
	*out = found;
	return PKGIMG_OK;
}

int pkgimg_object_next(const struct pkgimg_image *image, struct pkgimg_object *cursor)
{
	const struct rt_heap *h = heap_of(image);
	uint64_t bit = 0, index = 0, words, word, bits;

	if (!image || !cursor)
		return PKGIMG_E_ARGUMENT;
	if (!h)
		return PKGIMG_E_NOT_FOUND;
	if (cursor->start) {
		uint64_t offset = (uintptr_t)cursor->start - (uintptr_t)h->at;

		if (offset >= h->size)
			return PKGIMG_E_ARGUMENT;
		bit = offset / IMG_HEAP_GRAIN + 1;
		index = cursor->index + 1;
	}
	words = bitmap_words(image);
	word = bit / 64;
	bits = word < words ? bits_at(image, word) & ~UINT64_C(0) << bit % 64 : 0;
	while (!bits) {
		if (++word >= words)
			return PKGIMG_E_NOT_FOUND;
		bits = bits_at(image, word);
	}
	return object(image, word * 64 + (uint64_t)__builtin_ctzll(bits), index, cursor);
}

/* ---- for builds and for hosts that compile */

uint32_t pkgimg_bitcode_count(const struct pkgimg_image *image)
{
	return image && image->member && image->member->file ? image->view.nbitcode : 0;
}

int pkgimg_bitcode_at(const struct pkgimg_image *image, uint32_t index, struct pkgimg_bitcode *out)
{
	const struct img_bitcode *b;

	if (!out || index >= pkgimg_bitcode_count(image))
		return PKGIMG_E_ARGUMENT;
	b = &image->view.bitcode[index];
	*out = (struct pkgimg_bitcode) { .name = img_str(&image->view, b->name),
		.data = (const char *)image->member->file + b->at,
		.size = b->size };
	return PKGIMG_OK;
}
