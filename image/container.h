/* The kinds of files that hold images: ELF, and what is added to the table in container.c. Each has
 * one file of its own (elf.c) that finds the metadata and says what the system's loader will map.
 */
#ifndef IMAGE_CONTAINER_H
#define IMAGE_CONTAINER_H

#include "image/rd.h"

struct img_container_kind {
	const char *magic; /* the file's first bytes */
	size_t nmagic;
	/* Fill in the container: metadata, regions, what `sizes` will want. returns false with the
	 * error told through the cursor */
	bool (*open)(struct img_rd *r, struct img_container *c);
	void (*sizes)(const struct img_container *c, struct img_sizes *out);
	/* NULL, or: make what stands behind the sums anew, in `file`, which is c->file with its
	 * header sealed. returns false with the error told through the cursor */
	bool (*resign)(struct img_rd *r, const struct img_container *c, uint8_t *file,
		img_digest_fn *sha256, void *ctx);
	bool heap_segment; /* the heap is in a segment, not behind all of them */
};

/* elf.c */
bool img_elf_open(struct img_rd *r, struct img_container *c);
void img_elf_sizes(const struct img_container *c, struct img_sizes *out);

/* the section header at c->heap_header says: [at, at + size) */
void img_elf_show_heap(const struct img_container *c, uint8_t *file, uint64_t at, uint64_t size);

/* macho.c */
bool img_macho_open(struct img_rd *r, struct img_container *c);
void img_macho_sizes(const struct img_container *c, struct img_sizes *out);
bool img_macho_resign(struct img_rd *r, const struct img_container *c, uint8_t *file,
	img_digest_fn *sha256, void *ctx);

/* pe.c */
bool img_pe_open(struct img_rd *r, struct img_container *c);
void img_pe_sizes(const struct img_container *c, struct img_sizes *out);

/* data.c: metadata, bitcode and heap alone */
bool img_data_open(struct img_rd *r, struct img_container *c);
void img_data_sizes(const struct img_container *c, struct img_sizes *out);

/* `size` bytes at this displacement are inside one region that has `access`; they touch the
 * metadata, which nobody may change */
bool img_leads_to(const struct img_container *c, int64_t disp, uint64_t size, unsigned access);
bool img_in_metadata(const struct img_container *c, int64_t disp, uint64_t size);

/* A pointer that a loader sets, at that index of the view's addresses: aligned, in memory of data,
 * and neither in the metadata nor among what is there for the choice of a target. returns false
 * with the error told */
bool img_check_pointer(struct img_rd *r, const struct img_container *c, const struct img_view *v,
	uint32_t address);

/* Note that the loader maps `filesz` bytes of the file at `at` to `vaddr`, `memsz` bytes there in
 * all. returns false with the error told if there are too many */
bool img_add_region(struct img_rd *r, struct img_container *c, const struct img_region *region);

/* Note that [at, at + size) counts as zeros in the sums of the file. returns false with the error
 * told if that cannot be: it is not in what is summed, or in another hole */
bool img_add_hole(struct img_rd *r, struct img_container *c, uint64_t at, uint64_t size);

/* [vaddr, vaddr + n) lies in the file part of a region that maps `at` there: the bytes in memory
 * are those of the file */
bool img_is_mapped(const struct img_container *c, uint64_t vaddr, uint64_t at, uint64_t n);

#endif
