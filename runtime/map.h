/* A table from 64-bit hashes to pointers; several pointers may have one hash. Not for several
 * threads at once. */
#ifndef RUNTIME_MAP_H
#define RUNTIME_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Start from {0}. */
struct rt_map {
	struct rt_map_entry *entries; /* [size]; an entry whose value is NULL is free */
	size_t size;                  /* 0 or a power of two */
	size_t used;
};

/* The pointers of a hash, one after the other: *at begins at 0. returns NULL behind the last */
void *rt_map_next(const struct rt_map *m, uint64_t hash, size_t *at);
/* value is not NULL. returns false: out of memory, nothing changed */
bool rt_map_add(struct rt_map *m, uint64_t hash, void *value);
/* nothing happens if it is not there */
void rt_map_remove(struct rt_map *m, uint64_t hash, const void *value);
void rt_map_free(struct rt_map *m); /* leaves {0} */

#endif
