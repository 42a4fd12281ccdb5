#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"

struct arena_chunk {
	struct arena_chunk *next;
	_Alignas(max_align_t) char bytes[];
};

/* Test builds start with tiny chunks so that chunk edges are met all the time; under
 * PKGIMG_ARENA_DEBUG every block is its own malloc, and ASan sees each of them. */
#ifdef PKGIMG_ARENA_TINY
#define FIRST_CHUNK 16
#else
#define FIRST_CHUNK (16 * 1024)
#endif
#define LARGEST_CHUNK (1024 * 1024)

static void chunk_add(struct arena *a, size_t n)
{
	struct arena_chunk *c = NULL;

	if (n <= SIZE_MAX - sizeof(*c))
		c = malloc(sizeof(*c) + n);
	if (!c)
		diag_fatal("out of memory: %zu bytes wanted", n);
	c->next = a->head;
	a->head = c;
	a->at = c->bytes;
	a->end = c->bytes + n;
}

static size_t chunk_size(const struct arena *a, size_t want)
{
	size_t next = a->total < FIRST_CHUNK ? FIRST_CHUNK : a->total;

#ifdef PKGIMG_ARENA_DEBUG
	return want;
#endif
	if (next > LARGEST_CHUNK)
		next = LARGEST_CHUNK;
	return next < want ? want : next;
}

void *arena_alloc(struct arena *a, size_t n, size_t align)
{
	size_t pad = a->at ? -(uintptr_t)a->at & (align - 1) : 0;
	void *p;

#ifdef PKGIMG_ARENA_DEBUG
	a->at = a->end = NULL;
	pad = 0;
#endif
	if (!a->at || pad > (size_t)(a->end - a->at) || n > (size_t)(a->end - a->at) - pad) {
		if (n > SIZE_MAX - align)
			diag_fatal("out of memory: %zu bytes wanted", n);
		/* no slack below max_align_t, so that ASan sees the very end of a debug block */
		chunk_add(a, chunk_size(a, n + (align > _Alignof(max_align_t) ? align - 1 : 0)));
		pad = -(uintptr_t)a->at & (align - 1);
	}
	p = a->at + pad;
	a->at += pad + n;
	a->total += n;
	return memset(p, 0, n);
}

void *arena_alloc_array(struct arena *a, size_t n, size_t size, size_t align)
{
	if (size && n > SIZE_MAX / size)
		diag_fatal("out of memory: %zu elements of %zu bytes wanted", n, size);
	return arena_alloc(a, n * size, align);
}

void *arena_grow(struct arena *a, const void *old, size_t used, size_t want, size_t align)
{
	void *p = arena_alloc(a, want, align);

	if (used)
		memcpy(p, old, used);
	return p;
}

void arena_free(struct arena *a)
{
	struct arena_chunk *next;

	for (struct arena_chunk *c = a->head; c; c = next) {
		next = c->next;
		free(c);
	}
	*a = (struct arena) { 0 };
}
