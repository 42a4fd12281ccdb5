/* BLAKE3, the 256-bit hash of github.com/BLAKE3-team/BLAKE3-specs, for what may not use LLVM's. */
#ifndef BASE_BLAKE3_H
#define BASE_BLAKE3_H

#include <stddef.h>
#include <stdint.h>

enum { BLAKE3_BLOCK = 64, BLAKE3_CHUNK = 1024, BLAKE3_DEPTH = 54 };

/* A hash in the making; no memory beside it. */
struct blake3 {
	uint32_t stack[BLAKE3_DEPTH][8]; /* of whole subtrees, the largest first */
	unsigned depth;
	uint64_t chunks; /* done, and in the stack */
	uint32_t cv[8];  /* of the chunk under way */
	uint8_t block[BLAKE3_BLOCK];
	unsigned in_block, blocks; /* bytes in `block`; blocks of the chunk that are done */
};

void blake3_start(struct blake3 *b);
void blake3_add(struct blake3 *b, const void *data, size_t n);
/* the sum so far; more may be added behind it */
void blake3_end(const struct blake3 *b, uint8_t out[32]);
void blake3_of(const void *data, size_t n, uint8_t out[32]);

#endif
