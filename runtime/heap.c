/* The steps of loading a heap, and what they share. */
#include "runtime/heap.h"

#include <stdlib.h>

#include "runtime/world.h"

uint32_t rt_heap_section(const struct pkgimg_image *image, uint64_t offset, uint64_t bytes)
{
	return img_heap_section_at(&image->view, offset, bytes);
}

uint64_t rt_heap_section_end(const struct pkgimg_image *image, uint32_t section)
{
	return image->view.heap_sections[section + 1].offset; /* the last is the scratch section */
}

uint64_t rt_heap_object_size(const struct pkgimg_image *image, uint64_t offset, uint32_t type)
{
	return img_heap_object_size(
		&image->view, (const uint8_t *)image->member->heap.at, offset, type);
}

static const struct rt_forward *forward_at(const struct rt_heap *h, uint64_t offset)
{
	size_t lo = 0, hi = h->nforwards;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct rt_forward *f = &h->forwards[mid];

		if (offset - f->offset < f->size)
			return f;
		if (f->offset < offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

uintptr_t rt_heap_place(const struct pkgimg_image *image, uint64_t offset)
{
	const struct rt_heap *h = &image->member->heap;
	const struct rt_forward *f = forward_at(h, offset);

	return f ? f->to + (uintptr_t)(offset - f->offset) : (uintptr_t)h->at + (uintptr_t)offset;
}

int rt_heap_unlock(struct pkgimg_image *image, uint32_t section)
{
	const struct img_heap_section *s = &image->view.heap_sections[section];
	struct rt_heap *h = &image->member->heap;
	int error = 0;

	if (h->writable & 1u << section)
		return 0;
	error = rt_protect(h->at + s->offset,
		(size_t)(rt_heap_section_end(image, section) - s->offset), RT_COPY);
	if (!error)
		h->writable |= 1u << section;
	return error;
}

static bool stays_writable(uint32_t fate)
{
	return fate == IMG_FATE_MUTABLE || fate == IMG_FATE_BOUND_MUTABLE;
}

/* what the program must not write to is read-only from here on */
static int lock(struct rt_opening *o, struct pkgimg_image *image)
{
	const struct img_view *v = &image->view;
	struct rt_heap *h = &image->member->heap;

	for (uint32_t i = 0; i + 1 < v->nheap_sections; i++) {
		const struct img_heap_section *s = &v->heap_sections[i];

		if (!(h->writable & 1u << i) || stays_writable(s->fate))
			continue;
		if (rt_protect(h->at + s->offset,
			    (size_t)(rt_heap_section_end(image, i) - s->offset), RT_READ))
			return rt_fail(o->err, PKGIMG_E_LOAD, o->path,
				": the memory of its heap cannot be made read-only", (char *)NULL);
		h->writable &= ~(1u << i);
	}
	return PKGIMG_OK;
}

/* From here on the host finds the image by address: its collector may run in any callback. */
static int publish(struct rt_opening *o, struct pkgimg_image *image)
{
	struct rt_heap *h = &image->member->heap;
	uintptr_t from = (uintptr_t)h->at;

	if (!h->at)
		return PKGIMG_OK;
	h->published = rt_ranges_add(&o->world->ranges, from, from + h->size, image);
	return h->published
		       ? PKGIMG_OK
		       : rt_fail(o->err, PKGIMG_E_MEMORY, o->path, ": out of memory", (char *)NULL);
}

int rt_heap_load(struct rt_opening *o, struct pkgimg_image *image)
{
	static int (*const steps[])(struct rt_opening *, struct pkgimg_image *) = { rt_types_join,
		rt_heap_map, rt_heap_forward, rt_heap_intern, rt_heap_bind, publish, rt_heap_hooks,
		lock, rt_heap_inserts };
	int code = PKGIMG_OK;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !code; i++)
		code = steps[i](o, image);
	return code;
}

void rt_heap_drop(struct pkgimg_image *image)
{
	struct rt_heap *h = &image->member->heap;

	if (h->published)
		rt_ranges_remove(&image->member->world->ranges, (uintptr_t)h->at);
	rt_heap_unintern(image);
	if (h->at)
		rt_unmap_parts(h->at, h->parts, h->nparts, h->size);
	free(h->forwards);
	free(h->unique);
	free(h->counts);
	*h = (struct rt_heap) { 0 };
}
