/* Text into a buffer of the caller, cut to fit, without stdio. */
#ifndef IMAGE_OUT_H
#define IMAGE_OUT_H

#include <stddef.h>
#include <stdint.h>

struct img_out {
	char *buf; /* NUL-terminated after each call if size is not 0 */
	size_t size;
	size_t len; /* what all would take */
};

void img_out_mem(struct img_out *o, const char *s, size_t n);
void img_out_str(struct img_out *o, const char *s);
void img_out_uint(struct img_out *o, uint64_t value);
void img_out_hex(struct img_out *o, uint64_t value); /* "0x1f" */

#endif
