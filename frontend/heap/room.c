/* Memory of a build. A large heap's tables are larger than what a CPU finds pages of at once, and
 * are touched in no order: huge pages are half the time of a walk. */
#include "frontend/heap/heap.h"

#include <string.h>
#include <sys/mman.h>

enum {
	HUGE_PAGE = 2 << 20,
	RESERVE = 64, /* a large array gets addresses for as many times its size */
};

static void *map(size_t n)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, flags, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* from the first address on that a huge page can have */
static void *map_huge(size_t n)
{
	uint8_t *p = map(n + HUGE_PAGE), *from;

	if (!p)
		return NULL;
	from = p + (HUGE_PAGE - (uintptr_t)p % HUGE_PAGE) % HUGE_PAGE;
	if (from > p)
		munmap(p, (size_t)(from - p));
	munmap(from + n, (size_t)(p + HUGE_PAGE - from));
#ifdef MADV_HUGEPAGE
	madvise(from, n, MADV_HUGEPAGE); /* only speed depends on it */
#endif
	return from;
}

/* whole pages: what munmap takes */
static size_t whole(uint64_t n)
{
	return (size_t)((n + 65535) / 65536 * 65536);
}

static void *try_pages(uint64_t n)
{
	return n > SIZE_MAX / 2 ? NULL : n < HUGE_PAGE ? map(whole(n)) : map_huge(whole(n));
}

void *heap_pages(uint64_t n)
{
	void *p = n ? try_pages(n) : NULL;

	if (n && !p)
		diag_fatal("out of memory: %zu bytes wanted", (size_t)n);
	return p;
}

void heap_pages_free(void *p, uint64_t n)
{
	if (p)
		munmap(p, whole(n));
}

/* Addresses cost nothing; so a large array is copied when it is 64 times as large, not twice. */
static void grow_large(struct heap_array *a, size_t bytes, size_t size)
{
	size_t n = bytes > SIZE_MAX / 2 / RESERVE ? bytes : bytes * RESERVE;
	void *v = try_pages(n);

	if (!v) {
		n = bytes;
		v = heap_pages(n);
	}
	if (a->n)
		memcpy(v, a->v, a->n * size);
	heap_array_free(a);
	a->v = v;
	a->mapped = n;
	a->cap = n / size;
}

void heap_room_more(struct heap_array *a, size_t more, size_t size)
{
	size_t cap = a->cap ? a->cap : 64;

	while (cap - a->n < more)
		cap *= 2;
	if (cap * size >= HUGE_PAGE) {
		grow_large(a, cap * size, size);
		return;
	}
	a->v = realloc(a->v, cap * size);
	if (!a->v)
		diag_fatal("out of memory: %zu bytes wanted", cap * size);
	a->cap = cap;
}

void heap_array_free(struct heap_array *a)
{
	if (a->mapped)
		heap_pages_free(a->v, a->mapped);
	else
		free(a->v);
	a->v = NULL;
	a->cap = a->mapped = 0;
}
