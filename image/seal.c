/* Sealing, FORMAT.md 9: after the link, the file tells its own sizes and sums. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/container.h"
#include "image/sum.h"

enum { MOST_IN_HOLES = 64 };

static enum img_code io(struct img_error *e, const char *problem, int number)
{
	*e = (struct img_error) { .code = IMG_E_IO,
		.doing = "seal",
		.problem = problem,
		.entry = IMG_NO_ENTRY,
		.got = (uint64_t)number };
	return IMG_E_IO;
}

/* move what lies in the holes between the file and `kept`; the file has zeros there meanwhile */
static void holes_out(const struct img_container *c, uint8_t *file, uint8_t *kept)
{
	for (unsigned i = 0; i < c->nholes; kept += c->holes[i++].size) {
		memcpy(kept, file + c->holes[i].at, c->holes[i].size);
		memset(file + c->holes[i].at, 0, c->holes[i].size);
	}
}

static void holes_back(const struct img_container *c, uint8_t *file, const uint8_t *kept)
{
	for (unsigned i = 0; i < c->nholes; kept += c->holes[i++].size)
		memcpy(file + c->holes[i].at, kept, c->holes[i].size);
}

/* fill in the header where it lies in the file; sums need the final bytes, so order counts */
static void fill(const struct img_container *c, const struct img_view *v, uint8_t *file,
	img_digest_fn *digest, void *ctx)
{
	struct img_header *h = (struct img_header *)(void *)(file + c->meta_at);
	const char *abi = img_str(v, v->package->abi_text);
	uint8_t id[32], kept[MOST_IN_HOLES];
	uint64_t sum;

	if (h->abi == 0)
		h->abi = img_sum64(abi, strlen(abi));
	if (h->interface_digest == 0)
		h->interface_digest = img_interface_digest(v);
	h->flags |= IMG_SEALED;
	h->file_size = c->summed;
	holes_out(c, file, kept);
	digest(ctx, file, c->summed, id);
	sum = img_sum64(file, c->summed);
	holes_back(c, file, kept);
	h->file_sum = sum;
	h->meta_sum = 0;
	memcpy(h->build_id, id, sizeof(h->build_id));
	h->meta_sum = img_sum64(h, h->meta_size);
}

/* [at, at + size) of the file; in one go where it can be */
static enum img_code write_part(
	int fd, const uint8_t *file, uint64_t at, uint64_t size, struct img_error *e)
{
	while (size) {
		ssize_t n = pwrite(fd, file + at, size, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return io(e, "the file cannot be written", n < 0 ? errno : ENOSPC);
		at += (uint64_t)n;
		size -= (uint64_t)n;
	}
	return IMG_OK;
}

/* what is behind the sums first: the header says that the file is complete */
static enum img_code finish(int fd, const struct img_container *c, uint8_t *file,
	img_digest_fn *sha256, void *ctx, struct img_error *e)
{
	struct img_rd r = { file, c->size, "seal", IMG_NO_ENTRY, e };
	enum img_code code;

	if (c->kind->resign && !c->kind->resign(&r, c, file, sha256, ctx))
		return e->code;
	code = write_part(fd, file, c->summed, c->size - c->summed, e);
	return code ? code : write_part(fd, file, c->meta_at, sizeof(struct img_header), e);
}

enum img_code image_seal(
	int fd, img_digest_fn *blake3, img_digest_fn *sha256, void *ctx, struct img_error *e)
{
	struct img_container c;
	struct img_view v;
	struct stat st;
	enum img_code code;
	uint8_t *file;

	if (fstat(fd, &st))
		return io(e, "the file cannot be examined", errno);
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return io(e, "it is no regular file with something in it", EBADF);
	/* private: the header is filled in on a page of ours, and written when it is complete */
	file = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED)
		return io(e, "the file cannot be mapped", errno);
	code = img_check_file(file, (uint64_t)st.st_size, IMG_CHECK_UNSEALED, &v, &c, e);
	if (!code) {
		fill(&c, &v, file, blake3, ctx);
		code = finish(fd, &c, file, sha256, ctx, e);
	}
	munmap(file, (size_t)st.st_size);
	return code;
}
