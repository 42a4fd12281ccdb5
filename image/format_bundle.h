/* Bundles: one shared library that holds the code and the metadata of several package images, side
 * by side. The structs behind image/BUNDLE.md. */
#ifndef IMAGE_FORMAT_BUNDLE_H
#define IMAGE_FORMAT_BUNDLE_H

#include <stddef.h>
#include <stdint.h>

#define IMG_BUNDLE_MAGIC   "\x89PKGBDL\n" /* 8 bytes, no NUL */
#define IMG_BUNDLE_VERSION 1
#define IMG_BUNDLE_SYMBOL  "pkgimg_bundle"
#define IMG_BUNDLE_SECTION ".pkgbundle"

/* Fixed head, where the root symbol points; the members follow it. Addresses and places in the file
 * are the same numbers in a bundle, counted from its first byte. */
struct img_bundle_header {
	uint8_t magic[8];
	uint16_t version;     /* IMG_BUNDLE_VERSION */
	uint16_t header_size; /* sizeof(struct img_bundle_header) */
	uint32_t nmembers;    /* at least 1 */
	uint64_t self;        /* address of this header */
	uint64_t file_size;   /* bytes of the file */
	uint64_t meta_sum;    /* XXH3-64 of header and members with this field zero */
	uint64_t file_sum;    /* XXH3-64 of the file with meta_sum and file_sum zero */
	uint64_t abi;         /* as all members have it (FORMAT.md 3) */
	uint64_t reserved;    /* zero */
};
_Static_assert(sizeof(struct img_bundle_header) == 64 &&
		       offsetof(struct img_bundle_header, meta_sum) == 32 &&
		       offsetof(struct img_bundle_header, file_sum) == 40,
	"image/BUNDLE.md 2");

/* An image, as it was but for its place: its addresses count from `from`. Members rise by `from`
 * and do not overlap; each comes behind those it depends on. */
struct img_bundle_member {
	uint64_t from;       /* address of its first byte */
	uint64_t size;       /* bytes of address space */
	uint64_t meta;       /* address of its header, a multiple of 8 */
	uint64_t relro;      /* address of what a loader makes read-only once it is filled in */
	uint64_t relro_size; /* bytes; 0: nothing */
	uint64_t heap;       /* place of its heap part in the file, 0: it has none */
};
_Static_assert(
	sizeof(struct img_bundle_member) == 48 && offsetof(struct img_bundle_member, heap) == 40,
	"image/BUNDLE.md 2");

#endif
