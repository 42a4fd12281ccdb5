/* XXH3-64 in one go (img_sum64, image/image.h) and piece by piece; sums of whole files. */
#ifndef IMAGE_SUM_H
#define IMAGE_SUM_H

#include <stddef.h>
#include <stdint.h>

#include "image/image.h"

struct img_sum {
	_Alignas(64) unsigned char state[640];
};

void img_sum_start(struct img_sum *s);
void img_sum_add(struct img_sum *s, const void *data, size_t n);
void img_sum_str(struct img_sum *s, const char *text);              /* with its NUL */
void img_sum_uint(struct img_sum *s, uint64_t value, size_t bytes); /* little-endian */
uint64_t img_sum_end(const struct img_sum *s);

/* FORMAT.md 9: the sum of a file is that of the sums of its windows, so that several threads can
 * make them, and a window alone can be made again. */
enum { IMG_WINDOW = 1 << 20, IMG_WINDOW_SUM = 16 /* bytes: XXH3-128, little-endian */ };

void img_window_sum(const void *data, size_t n, uint8_t out[IMG_WINDOW_SUM]);

/* The sums of a file, made from its beginning to its end. */
struct img_windows {
	struct img_sum all, window;
	uint64_t in_window;    /* bytes of the window under way */
	img_digest_fn *digest; /* of the sums of the windows as well; or NULL */
	void *ctx;
};

void img_windows_start(struct img_windows *w, img_digest_fn *digest, void *ctx);
void img_windows_add(struct img_windows *w, const void *data, size_t n);
/* a whole window, or the last one: only between windows */
void img_windows_add_sum(struct img_windows *w, const uint8_t sum[IMG_WINDOW_SUM]);
/* returns file_sum; `id`: of the digest, not looked at without one */
uint64_t img_windows_end(struct img_windows *w, uint8_t id[32]);

#endif
