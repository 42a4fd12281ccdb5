/* Which image an address is in: read by any thread and by signal handlers without a lock, changed
 * by one thread at a time. */
#ifndef RUNTIME_RANGES_H
#define RUNTIME_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pkgimg_image;

/* Start from {0}. */
struct rt_ranges {
	struct rt_range_table *table; /* atomic */
	size_t version;               /* atomic: one more for each step of a change */
	struct rt_range *retired;     /* those that were removed */
};

/* Add [from, to), which overlaps no other one. returns false: out of memory, nothing changed */
bool rt_ranges_add(struct rt_ranges *r, uintptr_t from, uintptr_t to, struct pkgimg_image *image);
void rt_ranges_remove(struct rt_ranges *r, uintptr_t from);
/* O(log n); NULL if in none */
struct pkgimg_image *rt_ranges_find(const struct rt_ranges *r, uintptr_t address);
void rt_ranges_free(struct rt_ranges *r); /* nobody reads any more */

#endif
