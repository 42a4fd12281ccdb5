/* base/blake3.c against LLVM's, which has the same sums by other code. */
#include "base/blake3.h"

#include <stdlib.h>

#include "unit.h"
#include "llvm/shim.h"

enum { MOST = 100 * 1024 };

static void fill(uint8_t *data, size_t n)
{
	for (size_t i = 0; i < n; i++)
		data[i] = (uint8_t)(i % 251); /* as in BLAKE3's own test vectors */
}

static void agrees_at_every_edge(struct unit *u)
{
	static const size_t lengths[] = { 0, 1, 2, 63, 64, 65, 127, 128, 129, 1023, 1024, 1025,
		2047, 2048, 2049, 3072, 4096, 5120, 8191, 8192, 8193, 9216, 9217, 16384, 16385,
		17408, 24577, 31744, 65536, 65537, MOST };
	uint8_t *data = malloc(MOST), ours[32], theirs[32];

	fill(data, MOST);
	for (size_t i = 0; i < UNIT_COUNT(lengths); i++) {
		blake3_of(data, lengths[i], ours);
		ll_blake3(data, lengths[i], theirs);
		if (!CHECK(!memcmp(ours, theirs, 32)))
			printf("  at length %zu\n", lengths[i]);
	}
	free(data);
}

static void pieces_make_no_difference(struct unit *u)
{
	static const size_t steps[] = { 1, 7, 64, 1000, 1024, 8192, 8193, 20000 };
	uint8_t *data = malloc(MOST), whole[32], parts[32];
	struct blake3 b;

	fill(data, MOST);
	blake3_of(data, MOST, whole);
	for (size_t i = 0; i < UNIT_COUNT(steps); i++) {
		blake3_start(&b);
		for (size_t at = 0; at < MOST; at += steps[i])
			blake3_add(&b, data + at, steps[i] < MOST - at ? steps[i] : MOST - at);
		blake3_end(&b, parts);
		if (!CHECK(!memcmp(whole, parts, 32)))
			printf("  in steps of %zu\n", steps[i]);
	}
	free(data);
}

UNIT_MAIN(agrees_at_every_edge, pieces_make_no_difference)
