/* Open an image of data alone and use all that libpkgimg tells about its heap, as a host does that
 * trusts nothing in it: for tests with broken images. */
#ifndef HEAP_USE_H
#define HEAP_USE_H

#include <string.h>

#include "image/image.h"
#include "pkgimg/runtime.h"

/* make size and sum of changed metadata right again; `size` bytes are there */
static inline void heap_repair(void *meta, size_t size, uint64_t file_size)
{
	struct img_header h;

	if (size < sizeof(h))
		return;
	memcpy(&h, meta, sizeof(h));
	if (h.meta_size > size || h.meta_size < sizeof(h))
		return;
	h.flags |= IMG_SEALED;
	h.file_size = file_size;
	h.meta_sum = 0;
	memcpy(meta, &h, sizeof(h));
	h.meta_sum = img_sum64(meta, h.meta_size);
	memcpy(meta, &h, sizeof(h));
}

static inline void *heap_on_symbol(void *ctx, const char *name)
{
	(void)ctx;
	return *name ? (void *)(uintptr_t)name : NULL;
}

/* writes where the library said that the object is */
static inline int heap_on_hook(
	void *ctx, const struct pkgimg_heap_type *type, void *object, uint64_t size)
{
	(void)ctx, (void)type;
	((volatile char *)object)[0]++;
	((volatile char *)object)[size - 1]++;
	return 0;
}

static inline int heap_on_insert(void *ctx, const struct pkgimg_insert *insert)
{
	(void)ctx;
	return insert->object && !strlen(insert->function) && !insert->signature;
}

static inline void *heap_on_compile(void *ctx, const struct pkgimg_image *image, const char *symbol)
{
	(void)ctx;
	return *symbol ? (void *)(uintptr_t)image : NULL;
}

static inline struct pkgimg_host heap_host(void)
{
	return (struct pkgimg_host) { .size = sizeof(struct pkgimg_host),
		.symbol = heap_on_symbol,
		.hook = heap_on_hook,
		.insert = heap_on_insert,
		.compile = heap_on_compile };
}

static inline uint64_t heap_walk(const struct pkgimg_image *image)
{
	struct pkgimg_object o = { 0 }, found;
	struct pkgimg_heap_info info;
	struct pkgimg_heap_type type;
	struct pkgimg_bitcode code;
	struct pkgimg_root root;
	uint64_t sum = 0;

	while (!pkgimg_object_next(image, &o))
		sum += ((volatile unsigned char *)o.start)[o.size - 1];
	for (uint32_t i = 0; !pkgimg_root_at(image, i, &root); i++)
		sum += (uintptr_t)*root.cell + strlen(root.name);
	for (uint32_t i = 0; !pkgimg_heap_type_at(image, i, &type); i++)
		sum += type.size + strlen(type.name) + strlen(type.hook);
	for (uint32_t i = 0; !pkgimg_bitcode_at(image, i, &code); i++)
		sum += code.size ? ((const unsigned char *)code.data)[code.size - 1] : 0;
	if (pkgimg_heap(image, &info))
		return sum;
	for (uint64_t at = 0; at < info.size; at += 1009) {
		if (!pkgimg_object_at(image, (char *)info.address + at, &found))
			sum += ((volatile unsigned char *)found.start)[found.size - 1];
	}
	return sum;
}

/* returns the code of the open; the image is closed */
static inline int heap_use(const char *path, struct pkgimg_world *world, struct pkgimg_error *err)
{
	struct pkgimg_options opt = {
		.size = sizeof(opt), .flags = PKGIMG_ALLOW_UNTRUSTED, .world = world
	};
	struct pkgimg_image *image = NULL;
	int code;

	for (int moved = 0; moved < 2; moved++) {
		opt.flags ^= moved ? PKGIMG_MOVE : 0;
		code = pkgimg_open(path, &opt, &image, err);
		if (code)
			return code;
		heap_walk(image);
		pkgimg_close(image);
	}
	return PKGIMG_OK;
}

#endif
