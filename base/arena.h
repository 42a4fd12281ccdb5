/* Arena: memory with the life of one job. Nothing in it is freed alone; arena_free drops all of
 * it. Out of memory ends the program with a diagnostic (exit 70), so no call returns NULL. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *head; /* newest first; {0} is an empty arena, ready to use */
	char *at, *end;           /* free bytes of the newest chunk */
	size_t total;             /* bytes handed out so far */
};

/* n bytes (0 is fine), zeroed, aligned to `align` (a power of two); owned by the arena */
void *arena_alloc(struct arena *a, size_t n, size_t align);

/* n elements of `size` bytes; a count too large to be multiplied is out of memory, not a short
 * block */
void *arena_alloc_array(struct arena *a, size_t n, size_t size, size_t align);

/* grow an array in place of realloc: a copy of old[0..used) with room for `want` bytes */
void *arena_grow(struct arena *a, const void *old, size_t used, size_t want, size_t align);

/* drop everything; the arena is empty and ready again */
void arena_free(struct arena *a);

#define arena_new(a, T)      ((T *)arena_alloc((a), sizeof(T), _Alignof(T)))
#define arena_array(a, T, n) ((T *)arena_alloc_array((a), (n), sizeof(T), _Alignof(T)))

/* room for one more element in v[0..n) with capacity cap (v, cap are lvalues) */
#define arena_push_room(a, v, n, cap)                                                              \
	do {                                                                                       \
		if ((n) == (cap)) {                                                                \
			size_t cap_ = (cap) ? 2 * (size_t)(cap) : 8;                               \
			(v) = arena_grow((a), (v), sizeof(*(v)) * (n), sizeof(*(v)) * cap_,        \
				_Alignof(max_align_t));                                            \
			(cap) = cap_;                                                              \
		}                                                                                  \
	} while (0)

#endif
