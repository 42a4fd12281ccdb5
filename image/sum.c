/* The only user of xxhash, inline: the runtime has no library to bring along. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <string.h>

#include "image/image.h"
#include "image/sum.h"

_Static_assert(sizeof(XXH3_state_t) <= sizeof(struct img_sum), "state of XXH3");
_Static_assert(_Alignof(XXH3_state_t) <= _Alignof(struct img_sum), "state of XXH3");

uint64_t img_sum64(const void *data, size_t n)
{
	return XXH3_64bits(data, n);
}

void img_sum_start(struct img_sum *s)
{
	XXH3_64bits_reset((XXH3_state_t *)(void *)s->state);
}

void img_sum_add(struct img_sum *s, const void *data, size_t n)
{
	if (n)
		XXH3_64bits_update((XXH3_state_t *)(void *)s->state, data, n);
}

void img_sum_str(struct img_sum *s, const char *text)
{
	img_sum_add(s, text, strlen(text) + 1);
}

void img_sum_uint(struct img_sum *s, uint64_t value, size_t bytes)
{
	unsigned char le[8];

	for (size_t i = 0; i < bytes; i++)
		le[i] = (unsigned char)(value >> 8 * i);
	img_sum_add(s, le, bytes);
}

uint64_t img_sum_end(const struct img_sum *s)
{
	return XXH3_64bits_digest((const XXH3_state_t *)(const void *)s->state);
}
