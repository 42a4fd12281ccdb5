/* Images without native code: the metadata is the beginning of the file, and bitcode and heap
 * follow (image/FORMAT.md 1). No system's loader knows such a file. */
#include "image/container.h"

bool img_data_open(struct img_rd *r, struct img_container *c)
{
	c->no_code = true;
	c->meta_room = r->size;
	return true;
}

void img_data_sizes(const struct img_container *c, struct img_sizes *out)
{
	const struct img_header *h = (const void *)(c->file + c->meta_at);

	*out = (struct img_sizes) { .metadata = h->meta_size, .other = c->size - h->meta_size };
}
