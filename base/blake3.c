/* Words of a block are mixed with those of a chaining value; chunks of 1 KiB are chains of blocks
 * and the leaves of a binary tree. Whole chunks are done eight at a time, each in a lane of a
 * vector: the compiler makes of it what the CPU has. */
#include "base/blake3.h"

#include <stdbool.h>
#include <string.h>

enum { CHUNK_START = 1, CHUNK_END = 2, PARENT = 4, ROOT = 8 };
enum { ROUNDS = 7, LANES = 8, BLOCKS = BLAKE3_CHUNK / BLAKE3_BLOCK };

/* a version for AVX2 as well; sanitizers are not ready yet when the loader asks which to take */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define SANITIZED 0
#endif
#if defined(__x86_64__) && defined(__GLIBC__) && !SANITIZED
#define VERSIONS __attribute__((target_clones("avx2", "default")))
#else
#define VERSIONS
#endif

typedef uint32_t lanes __attribute__((vector_size(4 * LANES)));

static const uint32_t iv[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
	0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

/* the message words in the order of each round */
static const uint8_t schedule[ROUNDS][16] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8 },
	{ 3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1 },
	{ 10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6 },
	{ 12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4 },
	{ 9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7 },
	{ 11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13 },
};

/* so that words of the message are taken by constant numbers */
#define UNROLLED _Pragma("GCC unroll 7")

/* scalars and vectors are mixed by the same words */
#define ROTATE(x, n) ((x) >> (n) | (x) << (32 - (n)))
#define MIX(v, a, b, c, d, x, y)                                                                   \
	do {                                                                                       \
		(v)[a] += (v)[b] + (x);                                                            \
		(v)[d] = ROTATE((v)[d] ^ (v)[a], 16);                                              \
		(v)[c] += (v)[d];                                                                  \
		(v)[b] = ROTATE((v)[b] ^ (v)[c], 12);                                              \
		(v)[a] += (v)[b] + (y);                                                            \
		(v)[d] = ROTATE((v)[d] ^ (v)[a], 8);                                               \
		(v)[c] += (v)[d];                                                                  \
		(v)[b] = ROTATE((v)[b] ^ (v)[c], 7);                                               \
	} while (0)
#define ALL_ROUNDS(v, m)                                                                           \
	do {                                                                                       \
		UNROLLED for (size_t r_ = 0; r_ < ROUNDS; r_++)                                    \
		{                                                                                  \
			const uint8_t *s_ = schedule[r_];                                          \
			MIX(v, 0, 4, 8, 12, (m)[s_[0]], (m)[s_[1]]);                               \
			MIX(v, 1, 5, 9, 13, (m)[s_[2]], (m)[s_[3]]);                               \
			MIX(v, 2, 6, 10, 14, (m)[s_[4]], (m)[s_[5]]);                              \
			MIX(v, 3, 7, 11, 15, (m)[s_[6]], (m)[s_[7]]);                              \
			MIX(v, 0, 5, 10, 15, (m)[s_[8]], (m)[s_[9]]);                              \
			MIX(v, 1, 6, 11, 12, (m)[s_[10]], (m)[s_[11]]);                            \
			MIX(v, 2, 7, 8, 13, (m)[s_[12]], (m)[s_[13]]);                             \
			MIX(v, 3, 4, 9, 14, (m)[s_[14]], (m)[s_[15]]);                             \
		}                                                                                  \
	} while (0)

static uint32_t word_at(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void compress(
	uint32_t cv[8], const uint32_t m[16], uint64_t counter, unsigned n, unsigned flags)
{
	uint32_t v[16];

	memcpy(v, cv, 32);
	memcpy(v + 8, iv, 16);
	v[12] = (uint32_t)counter;
	v[13] = (uint32_t)(counter >> 32);
	v[14] = n;
	v[15] = flags;
	ALL_ROUNDS(v, m);
	for (int i = 0; i < 8; i++)
		cv[i] = v[i] ^ v[i + 8];
}

static void compress_block(
	uint32_t cv[8], const uint8_t *block, uint64_t counter, unsigned n, unsigned flags)
{
	uint32_t m[16];

	for (int i = 0; i < 16; i++)
		m[i] = word_at(block + 4 * i);
	compress(cv, m, counter, n, flags);
}

/* out[8] <- the parent of two nodes; out may be one of them */
static void parent(const uint32_t left[8], const uint32_t right[8], unsigned flags, uint32_t out[8])
{
	uint32_t m[16], cv[8];

	memcpy(m, left, 32);
	memcpy(m + 8, right, 32);
	memcpy(cv, iv, 32);
	compress(cv, m, 0, BLAKE3_BLOCK, PARENT | flags);
	memcpy(out, cv, 32);
}

/* a whole chunk more: as many subtrees are complete as its number has zero bits at the end */
static void push(struct blake3 *b, const uint32_t cv[8])
{
	uint32_t node[8];

	memcpy(node, cv, 32);
	b->chunks++;
	for (uint64_t total = b->chunks; !(total & 1); total >>= 1)
		parent(b->stack[--b->depth], node, 0, node);
	memcpy(b->stack[b->depth++], node, 32);
}

/* LANES whole chunks */
VERSIONS static void add_chunks(struct blake3 *b, const uint8_t *data)
{
	lanes cv[8], m[16], v[16];

	for (int i = 0; i < 8; i++)
		cv[i] = (lanes) { 0 } + iv[i];
	for (unsigned block = 0; block < BLOCKS; block++) {
		unsigned flags = (block ? 0 : CHUNK_START) | (block + 1 < BLOCKS ? 0 : CHUNK_END);

		for (unsigned l = 0; l < LANES; l++)
			for (unsigned i = 0; i < 16; i++)
				m[i][l] = word_at(data + l * BLAKE3_CHUNK + block * BLAKE3_BLOCK +
						  4 * (size_t)i);
		memcpy(v, cv, sizeof(cv));
		for (int i = 0; i < 4; i++)
			v[8 + i] = (lanes) { 0 } + iv[i];
		for (unsigned l = 0; l < LANES; l++) {
			v[12][l] = (uint32_t)(b->chunks + l);
			v[13][l] = (uint32_t)((b->chunks + l) >> 32);
		}
		v[14] = (lanes) { 0 } + BLAKE3_BLOCK;
		v[15] = (lanes) { 0 } + flags;
		ALL_ROUNDS(v, m);
		for (int i = 0; i < 8; i++)
			cv[i] = v[i] ^ v[i + 8];
	}
	for (unsigned l = 0; l < LANES; l++) {
		uint32_t one[8];

		for (int i = 0; i < 8; i++)
			one[i] = cv[i][l];
		push(b, one);
	}
}

void blake3_start(struct blake3 *b)
{
	b->depth = b->in_block = b->blocks = 0;
	b->chunks = 0;
	memcpy(b->cv, iv, sizeof(iv));
}

/* the block under way is full, and something comes behind it */
static void next_block(struct blake3 *b)
{
	bool last = b->blocks + 1 == BLOCKS;

	compress_block(b->cv, b->block, b->chunks, BLAKE3_BLOCK,
		(b->blocks ? 0 : CHUNK_START) | (last ? CHUNK_END : 0));
	b->blocks++;
	b->in_block = 0;
	if (!last)
		return;
	push(b, b->cv);
	memcpy(b->cv, iv, sizeof(iv));
	b->blocks = 0;
}

void blake3_add(struct blake3 *b, const void *data, size_t n)
{
	const uint8_t *p = data;

	while (n) {
		size_t take;

		if (b->in_block == BLAKE3_BLOCK)
			next_block(b);
		/* the last chunk is the end's business: something must be behind those taken here
		 */
		if (!b->blocks && !b->in_block && n > (size_t)LANES * BLAKE3_CHUNK) {
			add_chunks(b, p);
			p += (size_t)LANES * BLAKE3_CHUNK;
			n -= (size_t)LANES * BLAKE3_CHUNK;
			continue;
		}
		take = BLAKE3_BLOCK - b->in_block;
		take = take < n ? take : n;
		memcpy(b->block + b->in_block, p, take);
		b->in_block += (unsigned)take;
		p += take;
		n -= take;
	}
}

void blake3_end(const struct blake3 *b, uint8_t out[32])
{
	uint8_t block[BLAKE3_BLOCK] = { 0 };
	uint32_t cv[8];

	memcpy(block, b->block, b->in_block);
	memcpy(cv, b->cv, sizeof(cv));
	compress_block(cv, block, b->chunks, b->in_block,
		(b->blocks ? 0 : CHUNK_START) | CHUNK_END | (b->depth ? 0 : ROOT));
	for (unsigned i = b->depth; i-- > 0;)
		parent(b->stack[i], cv, i ? 0 : ROOT, cv);
	for (int i = 0; i < 32; i++)
		out[i] = (uint8_t)(cv[i / 4] >> 8 * (i % 4));
}

void blake3_of(const void *data, size_t n, uint8_t out[32])
{
	struct blake3 b;

	blake3_start(&b);
	blake3_add(&b, data, n);
	blake3_end(&b, out);
}
