/* The writer of type text behind image/image.h, piece by piece into a function. */
#ifndef IMAGE_TEXT_H
#define IMAGE_TEXT_H

#include "image/image.h"

typedef void img_text_fn(void *ctx, const char *s, size_t n);

/* name: declared name or ""; names: strings for the outermost parameters, or NULL */
void img_text_walk(const struct img_view *v, uint32_t type, const char *name, const uint32_t *names,
	img_text_fn *fn, void *ctx);

#endif
