/* Address -> object. The live heap is dense: an array for each of its pages is smaller than a hash
 * table of objects, and neighbours share cache lines. The pages of 64 MiB are found by a table, so
 * that few areas are all that a hash has to find: most pointers lead to some other page. The first
 * look at a page is also where it turns out that there is no memory: a wrong pointer must not crash
 * the build. */
#include "frontend/heap/heap.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/mman.h>
#include <sys/uio.h>
#endif

enum {
	PAGE = HEAP_PAGE,
	FIRST_SLOTS = 64,
	BATCH = 512,
	GROUP = 64,       /* pages */
	FIRST_CHUNK = 32, /* pages of the index that are made at once: few at first, then 4 MiB */
	CHUNK = 2048,
};

#ifdef __linux__
/* One byte of each of `n` pages is copied by the kernel, which says EFAULT where a load would be a
 * crash. Where the call is not allowed everything counts as readable. */
static bool pages_readable(uint64_t address, uint64_t n)
{
	struct iovec from[BATCH], to;
	char bytes[BATCH];
	ssize_t got;

	for (uint64_t i = 0; i < n; i++)
		from[i] = (struct iovec) {
			(void *)(uintptr_t)(i ? (address / PAGE + i) * PAGE : address), 1
		};
	to = (struct iovec) { bytes, n };
	got = process_vm_readv(getpid(), &to, 1, from, n, 0);
	return got < 0 ? errno != EFAULT : got == (ssize_t)n;
}

/* The kernel looks at 64 pages in less time than at two by the call above, and once is enough. */
static bool group_readable(struct heap_index *x, uint64_t group)
{
	uint64_t *known = &x->readable[group % HEAP_GROUPS];
#ifdef MADV_POPULATE_READ
	size_t n = (size_t)PAGE * GROUP;

	if (*known == group + 1)
		return true;
	if (madvise((void *)(uintptr_t)(group * n), n, MADV_POPULATE_READ))
		return false;
	*known = group + 1;
	return true;
#else
	return *known == group + 1;
#endif
}

/* Of large objects the first and the last pages are read, and between there must be memory. */
bool heap_readable(struct heap_index *x, uint64_t address, uint64_t size)
{
	static const uint64_t large = BATCH * (uint64_t)PAGE, step = UINT64_C(1) << 26;
	unsigned char there[(1 << 26) / PAGE];
	uint64_t pages;

	if (size > UINT64_MAX - address || address + size < PAGE)
		return false;
	pages = (address + size - (size != 0)) / PAGE - address / PAGE + 1;
	if (pages <= GROUP && group_readable(x, address / PAGE / GROUP) &&
		group_readable(x, (address / PAGE + pages - 1) / GROUP))
		return true;
	if (pages <= BATCH)
		return pages_readable(address, pages);
	for (uint64_t at = address / PAGE * PAGE; at < address + size; at += step) {
		uint64_t left = address + size - at;

		if (mincore((void *)(uintptr_t)at, left < step ? left : step, there) &&
			errno == ENOMEM)
			return false;
	}
	return pages_readable(address, BATCH) &&
	       pages_readable(address + size - large / 2, BATCH / 2);
}
#else
bool heap_readable(struct heap_index *x, uint64_t address, uint64_t size)
{
	(void)x;
	return size <= UINT64_MAX - address && address >= PAGE;
}
#endif

/* where an area is, or would be, in the table */
static size_t place_of(const struct heap_index *x, uint64_t number)
{
	size_t i = (size_t)number & (x->nslots - 1);

	while (x->slots[i].number && x->slots[i].number != number + 1)
		i = (i + 1) & (x->nslots - 1);
	return i;
}

struct heap_area *heap_index_area(const struct heap_index *x, uint64_t number)
{
	return x->slots[place_of(x, number)].at;
}

static void make_slots(struct heap_index *x, size_t n)
{
	x->nslots = n;
	x->slots = calloc(n, sizeof(*x->slots));
	if (!x->slots)
		diag_fatal("out of memory: %zu areas of the heap wanted", n);
}

void heap_index_start(struct heap_index *x)
{
	make_slots(x, FIRST_SLOTS);
}

static void grow(struct heap_index *x)
{
	struct heap_index old = *x;

	make_slots(x, 2 * old.nslots);
	for (size_t i = 0; i < old.nslots; i++) {
		if (old.slots[i].number)
			x->slots[place_of(x, old.slots[i].number - 1)] = old.slots[i];
	}
	free(old.slots);
}

static struct heap_area *make_area(struct heap_index *x, uint64_t number)
{
	size_t i;

	if (2 * x->nareas >= x->nslots)
		grow(x);
	i = place_of(x, number);
	if (!x->slots[i].number) {
		x->slots[i].number = number + 1;
		x->slots[i].at = heap_pages(sizeof(struct heap_area));
		x->nareas++;
	}
	return x->slots[i].at;
}

/* pages lie together: the index is touched in no order */
static struct heap_page *new_page(struct heap_index *x)
{
	struct heap_chunk *c;

	if (!x->left) {
		size_t n = x->npages < FIRST_CHUNK ? FIRST_CHUNK
			   : x->npages < CHUNK     ? x->npages
						   : CHUNK;

		heap_room(&x->chunks, 1, sizeof(*c));
		*HEAP_AT(x->chunks, struct heap_chunk, x->chunks.n++) =
			(struct heap_chunk) { heap_pages(n * sizeof(struct heap_page)), n };
		x->left = n;
	}
	c = HEAP_AT(x->chunks, struct heap_chunk, x->chunks.n - 1);
	x->npages++;
	return &c->pages[c->n - x->left--];
}

uint32_t *heap_index_slot(struct heap_index *x, uint64_t address)
{
	uint32_t *slot = heap_index_find(x, address);
	uint64_t number = address / PAGE;
	struct heap_page *page;

	if (slot)
		return slot;
	if (!heap_readable(x, address, 1))
		return NULL;
	page = new_page(x);
	make_area(x, number / HEAP_AREA_PAGES)->pages[number % HEAP_AREA_PAGES] = page;
	return &page->slot[address % PAGE / 8];
}

void heap_index_free(struct heap_index *x)
{
	for (size_t i = 0; i < x->chunks.n; i++) {
		const struct heap_chunk *c = HEAP_AT(x->chunks, struct heap_chunk, i);

		heap_pages_free(c->pages, c->n * sizeof(struct heap_page));
	}
	heap_array_free(&x->chunks);
	for (size_t i = 0; i < x->nslots; i++)
		heap_pages_free(x->slots[i].at, sizeof(struct heap_area));
	free(x->slots);
	*x = (struct heap_index) { 0 };
}
