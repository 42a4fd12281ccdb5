/* XXH3-64 in one go (img_sum64, image/image.h) and piece by piece. */
#ifndef IMAGE_SUM_H
#define IMAGE_SUM_H

#include <stddef.h>
#include <stdint.h>

struct img_sum {
	_Alignas(64) unsigned char state[640];
};

void img_sum_start(struct img_sum *s);
void img_sum_add(struct img_sum *s, const void *data, size_t n);
void img_sum_str(struct img_sum *s, const char *text);              /* with its NUL */
void img_sum_uint(struct img_sum *s, uint64_t value, size_t bytes); /* little-endian */
uint64_t img_sum_end(const struct img_sum *s);

#endif
