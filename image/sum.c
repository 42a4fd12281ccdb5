/* The only user of xxhash, inline: the runtime has no library to bring along. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <string.h>

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

static void put_window_sum(XXH128_hash_t h, uint8_t out[IMG_WINDOW_SUM])
{
	for (int i = 0; i < 8; i++) {
		out[i] = (uint8_t)(h.low64 >> 8 * i);
		out[8 + i] = (uint8_t)(h.high64 >> 8 * i);
	}
}

void img_window_sum(const void *data, size_t n, uint8_t out[IMG_WINDOW_SUM])
{
	put_window_sum(XXH3_128bits(data, n), out);
}

static void start_window(struct img_windows *w)
{
	XXH3_128bits_reset((XXH3_state_t *)(void *)w->window.state);
	w->in_window = 0;
}

void img_windows_start(struct img_windows *w, img_digest_fn *digest, void *ctx)
{
	img_sum_start(&w->all);
	w->digest = digest;
	w->ctx = ctx;
	start_window(w);
}

void img_windows_add_sum(struct img_windows *w, const uint8_t sum[IMG_WINDOW_SUM])
{
	img_sum_add(&w->all, sum, IMG_WINDOW_SUM);
	if (w->digest)
		w->digest(w->ctx, sum, IMG_WINDOW_SUM, NULL);
}

static void end_window(struct img_windows *w)
{
	uint8_t sum[IMG_WINDOW_SUM];

	put_window_sum(XXH3_128bits_digest((XXH3_state_t *)(void *)w->window.state), sum);
	img_windows_add_sum(w, sum);
	start_window(w);
}

void img_windows_add(struct img_windows *w, const void *data, size_t n)
{
	const uint8_t *p = data;

	while (n) {
		size_t room = (size_t)(IMG_WINDOW - w->in_window), part = n < room ? n : room;

		XXH3_128bits_update((XXH3_state_t *)(void *)w->window.state, p, part);
		p += part;
		n -= part;
		w->in_window += part;
		if (w->in_window == IMG_WINDOW)
			end_window(w);
	}
}

uint64_t img_windows_end(struct img_windows *w, uint8_t id[32])
{
	if (w->in_window)
		end_window(w);
	if (w->digest)
		w->digest(w->ctx, "", 0, id);
	return img_sum_end(&w->all);
}
