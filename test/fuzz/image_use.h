/* All that a reader does with a checked image: what the checker took must not make it crash. For
 * tests with broken images. */
#ifndef IMAGE_USE_H
#define IMAGE_USE_H

#include <stdlib.h>
#include <string.h>

#include "image/cpu_features.h"
#include "image/image.h"

/* what the image uses of its dependencies, looked for in itself */
static inline void image_use_parts(const struct img_view *v)
{
	static volatile unsigned sink;
	uint32_t *room = calloc(2 * (size_t)v->ntypes + 1, sizeof(*room));
	struct img_parts parts;
	const char *changed;

	img_parts_start(&parts, v, room);
	for (uint32_t i = 0; i < v->ndependencies; i++)
		sink += !img_uses_hold(v, i, &parts, &changed) && changed && *changed;
	free(room);
}

static inline void image_use(const struct img_view *v)
{
	char text[512];
	int64_t sum = 0;
	uint32_t at;

	for (uint32_t i = 0; i < v->nmethods; i++) {
		const char *name = img_str(v, v->methods[i].name);

		img_signature(v, i, true, text, sizeof(text));
		img_find_method(v, name, text, &at);
		img_find_method(v, img_str(v, v->methods[i].symbol), NULL, &at);
	}
	for (uint32_t i = 0; i < v->ntargets; i++)
		img_cpu_names(img_cpu_arch(img_str(v, v->package->abi_text)), v->targets[i].needs,
			0, " ", text, sizeof(text));
	for (uint32_t i = 0; i < v->nglobals; i++)
		img_find_global(v, img_str(v, v->globals[i].symbol), &at);
	for (uint32_t i = 0; i < v->ntypes; i++) {
		img_type_text(v, i, text, sizeof(text));
		img_type_bare(v, i);
		img_type_digest(v, i);
	}
	for (uint32_t i = 0; i < v->nimports; i++) {
		const struct img_import *n = &v->imports[i];

		img_find_method(v, img_str(v, n->symbol), NULL, &at);
		img_find_global(v, img_str(v, v->dependencies[n->dependency].name), &at);
		if (!v->nbitcode)
			sum += v->addresses[n->address] - (int64_t)v->addresses[n->unset];
	}
	*(volatile int64_t *)&sum = sum;
	img_interface_digest(v);
	image_use_parts(v);
}

/* the bytes that a loader reads by the rules of FORMAT.md 10; heap: where it begins in `file` */
static inline void image_use_heap(
	const struct img_view *v, const uint8_t *heap, const uint8_t *file)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < v->nheap_relocs; i++) {
		const struct img_heap_reloc *r = &v->heap_relocs[i];
		const uint8_t *bits = heap + r->bits;

		for (uint64_t k = 0; k < r->nwords; k++) {
			if (bits[k / 8] >> k % 8 & 1)
				sum += heap[r->first + v->heap->word * k];
		}
	}
	for (uint32_t i = 0; i < v->ninterned; i++) {
		const uint8_t *uses = heap + v->interned[i].uses;

		for (uint32_t k = 0; k < v->interned[i].nuses; k++)
			sum += uses[8 * k] + uses[8 * k + 7];
		sum += heap[v->interned[i].offset];
	}
	for (uint32_t i = 0; v->heap && i < v->heap->mapped / 64; i++)
		sum += heap[v->heap->starts + i];
	for (uint64_t i = 0; v->heap && i < v->heap->nobjects; i++)
		sum += heap[v->heap->types + 2 * i + 1];
	for (uint32_t i = 0; i < v->nbinds; i++)
		sum += heap[v->binds[i].offset + v->heap->word - 1];
	for (uint32_t i = 0; i < v->nroots; i++)
		sum += heap[v->roots[i].cell + v->heap->word - 1];
	for (uint32_t i = 0; i < v->nbitcode; i++)
		sum += v->bitcode[i].size ? file[v->bitcode[i].at + v->bitcode[i].size - 1] : 0;
	for (uint32_t i = 0; i < v->nheap_types; i++)
		sum += strlen(img_str(v, v->heap_types[i].hook));
	*(volatile uint64_t *)&sum = sum;
}

#endif
