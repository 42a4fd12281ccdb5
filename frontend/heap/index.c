/* Address -> object. The live heap is dense: an array for each of its pages is smaller than a hash
 * table of objects, and neighbours share cache lines. The first look at a page is also where it
 * turns out that there is no memory: a wrong pointer must not crash the build. */
#include "frontend/heap/heap.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/mman.h>
#include <sys/uio.h>
#endif

enum { PAGE = 4096, FIRST_SLOTS = 1024, BATCH = 512 };

void heap_room(struct heap_array *a, size_t more, size_t size)
{
	size_t cap = a->cap ? a->cap : 64;

	if (more <= a->cap - a->n)
		return;
	while (cap - a->n < more)
		cap *= 2;
	a->v = realloc(a->v, cap * size);
	if (!a->v)
		diag_fatal("out of memory: %zu bytes wanted", cap * size);
	a->cap = cap;
}

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

/* Of large objects the first and the last pages are read, and between there must be memory. */
bool heap_readable(uint64_t address, uint64_t size)
{
	static const uint64_t large = BATCH * (uint64_t)PAGE, step = UINT64_C(1) << 26;
	unsigned char there[(1 << 26) / PAGE];
	uint64_t pages;

	if (size > UINT64_MAX - address || address + size < PAGE)
		return false;
	pages = (address + size - (size != 0)) / PAGE - address / PAGE + 1;
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
bool heap_readable(uint64_t address, uint64_t size)
{
	return size <= UINT64_MAX - address && address >= PAGE;
}
#endif

static size_t slot_of(const struct heap_index *x, uint64_t page)
{
	size_t i = (size_t)(page * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (x->nslots - 1);

	while (x->slots[i].page && x->slots[i].page != page + 1)
		i = (i + 1) & (x->nslots - 1);
	return i;
}

static void grow(struct heap_index *x)
{
	struct heap_index old = *x;

	x->nslots = old.nslots ? 2 * old.nslots : FIRST_SLOTS;
	x->slots = calloc(x->nslots, sizeof(*x->slots));
	if (!x->slots)
		diag_fatal("out of memory: %zu pages of the heap wanted", x->nslots);
	for (size_t i = 0; i < old.nslots; i++) {
		if (old.slots[i].page)
			x->slots[slot_of(x, old.slots[i].page - 1)] = old.slots[i];
	}
	free(old.slots);
}

void heap_index_prefetch(const struct heap_index *x, uint64_t address)
{
	const struct heap_page *page;

	if (!x->nslots)
		return;
	page = x->slots[slot_of(x, address / PAGE)].at;
	if (page)
		__builtin_prefetch(&page->slot[address % PAGE / 8]);
}

uint32_t *heap_index_slot(struct heap_index *x, uint64_t address)
{
	uint64_t page = address / PAGE;
	size_t i;

	if (!x->last || page != x->last_page) {
		if (2 * x->npages >= x->nslots)
			grow(x);
		i = slot_of(x, page);
		if (!x->slots[i].page) {
			if (!heap_readable(address, 1))
				return NULL;
			x->slots[i].page = page + 1;
			x->slots[i].at = calloc(1, sizeof(struct heap_page));
			if (!x->slots[i].at)
				diag_fatal("out of memory: %zu bytes wanted",
					sizeof(struct heap_page));
			x->npages++;
		}
		x->last_page = page;
		x->last = x->slots[i].at;
	}
	return &x->last->slot[address % PAGE / 8];
}

void heap_index_free(struct heap_index *x)
{
	for (size_t i = 0; i < x->nslots; i++)
		free(x->slots[i].at);
	free(x->slots);
	*x = (struct heap_index) { 0 };
}
