/* Images made by hand and sealed, in memory, which a test may change. */
#ifndef IMAGE_SEALED_H
#define IMAGE_SEALED_H

#include <unistd.h>

#include "test/unit/image_maker.h"
#include "test/unit/unit.h"

/* an image in exactly as many bytes as it has, so that ASan sees each byte read behind its end */
struct sealed {
	uint8_t *file;
	size_t size, meta_at, meta_size;
};

static inline int temp_file(void)
{
	char path[] = "/tmp/pkgimg-image-test-XXXXXX";
	int fd = mkstemp(path);

	unlink(path);
	return fd;
}

static inline struct sealed seal(struct unit *u, const struct maker_wish *wish)
{
	struct maker *m = mk_image(wish);
	struct sealed s = { malloc(m->size), m->size, m->meta_at, m->meta_size };
	struct img_error e = { 0 };
	char text[256];
	int fd = temp_file();

	CHECK(write(fd, m->file, m->size) == (ssize_t)m->size);
	if (!CHECK_INT(image_seal(fd, mk_digest, NULL, NULL, &e), IMG_OK)) {
		img_error_text(&e, text, sizeof(text));
		printf("seal: %s\n", text);
	}
	CHECK(pread(fd, s.file, s.size, 0) == (ssize_t)s.size);
	close(fd);
	free(m);
	return s;
}

/* make meta_sum right again, so that the checks behind it are reached */
static inline void sum_again(struct sealed *s)
{
	struct img_header *h = (struct img_header *)(void *)(s->file + s->meta_at);

	h->meta_sum = 0;
	h->meta_sum = img_sum64(h, s->meta_size);
}

/* the one entry of table `kind`, which a test may change */
static inline void *entry(struct sealed *s, uint32_t kind)
{
	uint8_t *meta = s->file + s->meta_at;
	struct img_table *dir = (void *)(meta + sizeof(struct img_header));

	while (dir->kind != kind)
		dir++;
	return meta + dir->offset;
}

struct mistake {
	uint32_t kind, word, value; /* word: its index in the table */
	const char *text;
};

/* each of them alone is refused with its text */
static inline void are_refused(
	struct unit *u, struct sealed *s, const struct mistake *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t *word = (uint32_t *)entry(s, rows[i].kind) + rows[i].word, old = *word;
		struct img_view v;
		struct img_error e;
		char text[256] = "";

		u->row = rows[i].text;
		*word = rows[i].value;
		sum_again(s);
		CHECK_INT(img_check_file(s->file, s->size, 0, &v, NULL, &e), IMG_E_FORMAT);
		img_error_text(&e, text, sizeof(text));
		if (!CHECK(strstr(text, rows[i].text) != NULL))
			printf("  got: %s\n", text);
		*word = old;
	}
	u->row = NULL;
	sum_again(s);
}

#endif
