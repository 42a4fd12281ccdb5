#include "image/out.h"

#include <string.h>

void img_out_mem(struct img_out *o, const char *s, size_t n)
{
	size_t room = o->len < o->size ? o->size - o->len - 1 : 0;
	size_t take = n < room ? n : room;

	if (take)
		memcpy(o->buf + o->len, s, take);
	if (o->len < o->size)
		o->buf[o->len + take] = '\0';
	o->len += n;
}

void img_out_str(struct img_out *o, const char *s)
{
	img_out_mem(o, s, strlen(s));
}

static void digits(struct img_out *o, uint64_t value, unsigned base)
{
	char text[20];
	size_t at = sizeof(text);

	do {
		text[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	img_out_mem(o, text + at, sizeof(text) - at);
}

void img_out_uint(struct img_out *o, uint64_t value)
{
	digits(o, value, 10);
}

void img_out_hex(struct img_out *o, uint64_t value)
{
	img_out_str(o, "0x");
	digits(o, value, 16);
}
