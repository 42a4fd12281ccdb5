/* The heap of an open image: mapped, moved, bound, interned, completed. */
#ifndef RUNTIME_HEAP_H
#define RUNTIME_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/format.h"
#include "runtime/sys.h"

struct pkgimg_image;
struct rt_opening;

/* An interned object that is another one here: references to it lead there. */
struct rt_forward {
	uint64_t offset, size; /* of the object, in its heap */
	uintptr_t to;
};

/* An interned object that is the one of its content: an entry of world->interned. */
struct rt_unique {
	uint64_t hash, digest; /* of content; of its type */
	uint64_t size;         /* bytes */
	uintptr_t object;
	struct pkgimg_image *image;
};

/* Start from {0}. */
struct rt_heap {
	char *at; /* NULL: there is none, or not yet */
	size_t size;
	struct rt_part parts[IMG_FATES];
	size_t nparts;
	const uint8_t *scratch;      /* the heap as the file has it, for its scratch section */
	struct rt_forward *forwards; /* [nforwards], by offset */
	size_t nforwards;
	struct rt_unique *unique; /* [nunique] */
	size_t nunique;
	uint64_t copied, written; /* bytes, words */
	unsigned writable;        /* bits of sections that can be written to now */
	bool published;           /* in world->ranges */
	struct rt_counts *counts; /* atomic: of objects, made by the first question */
};

/* All steps of the load but the world's own; an error leaves the rest to rt_heap_drop. */
int rt_heap_load(struct rt_opening *o, struct pkgimg_image *image);
void rt_heap_drop(struct pkgimg_image *image);

/* ---- for the files heap*.c */

/* bytes at `offset` lie in a section that is mapped; its index, or UINT32_MAX */
uint32_t rt_heap_section(const struct pkgimg_image *image, uint64_t offset, uint64_t bytes);
/* where a section ends in the heap, with its last page */
uint64_t rt_heap_section_end(const struct pkgimg_image *image, uint32_t section);
/* size of the object of that heap type at `offset`; 0: it does not end in its section */
uint64_t rt_heap_object_size(const struct pkgimg_image *image, uint64_t offset, uint32_t type);
/* where the object, or the place inside of one, at `offset` is here: interned ones may be others */
uintptr_t rt_heap_place(const struct pkgimg_image *image, uint64_t offset);
/* Make a section writable during the load. returns 0 or an errno */
int rt_heap_unlock(struct pkgimg_image *image, uint32_t section);

/* heap_map.c: put it into memory and make it right there */
int rt_heap_map(struct rt_opening *o, struct pkgimg_image *image);
/* heap_intern.c */
int rt_heap_forward(struct rt_opening *o, struct pkgimg_image *image);
int rt_heap_intern(struct rt_opening *o, struct pkgimg_image *image);
void rt_heap_unintern(struct pkgimg_image *image);
/* heap_bind.c */
int rt_heap_bind(struct rt_opening *o, struct pkgimg_image *image);
int rt_heap_hooks(struct rt_opening *o, struct pkgimg_image *image);
int rt_heap_inserts(struct rt_opening *o, struct pkgimg_image *image);

#endif
