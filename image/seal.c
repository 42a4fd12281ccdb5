/* Sealing, FORMAT.md 9: after the link, the file tells its own sizes and sums. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/container.h"
#include "image/sum.h"

enum {
	MOST_IN_HOLES = 64,
	ALONE = 8, /* windows of a file that is not worth a second thread */
};

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

/* Up to there we change bytes of the file, or look at them again. */
static uint64_t end_of_changes(const struct img_container *c)
{
	uint64_t last = c->nholes ? c->holes[c->nholes - 1].at + c->holes[c->nholes - 1].size : 0;

	if (c->meta_at + c->meta_room > last && !c->no_code)
		last = c->meta_at + c->meta_room;
	return last;
}

/* Pages are brought in by the window: a fault for each of them would take as long as the sums. */
static void bring_in(uint8_t *file, uint64_t at, uint64_t n)
{
#ifdef MADV_POPULATE_READ
	if (n == IMG_WINDOW) /* older kernels say no, and faults do it */
		madvise(file + at, n, MADV_POPULATE_READ);
#else
	(void)file, (void)at, (void)n;
#endif
}

struct known {
	img_known_fn *sum;
	const void *ctx;
};

/* The sums of all windows; each is taken by who is free. */
struct summing {
	const struct img_container *c;
	uint8_t *file;
	const struct known *known;
	uint8_t (*out)[IMG_WINDOW_SUM];
	atomic_uint_fast64_t next; /* the first window that nobody took */
};

static void *sum_some(void *ctx)
{
	struct summing *s = ctx;
	uint64_t size = s->c->summed, last = end_of_changes(s->c), i, at;

	while ((i = atomic_fetch_add(&s->next, 1)) * IMG_WINDOW < size) {
		const uint8_t *known;
		uint64_t n = size - (at = i * IMG_WINDOW);

		n = n < IMG_WINDOW ? n : IMG_WINDOW;
		known = at >= last && s->known->sum ? s->known->sum(s->known->ctx, i) : NULL;
		if (known) {
			memcpy(s->out[i], known, IMG_WINDOW_SUM);
			continue;
		}
		bring_in(s->file, at, n);
		img_window_sum(s->file + at, n, s->out[i]);
		if (at >= last) /* only read: it need not stay in memory */
			madvise(s->file + at, n, MADV_DONTNEED);
	}
	return NULL;
}

static void sum_windows(const struct img_container *c, uint8_t *file, const struct known *known,
	uint8_t (*out)[IMG_WINDOW_SUM])
{
	struct summing s = { .c = c, .file = file, .known = known, .out = out, .next = 0 };
	pthread_t thread;
	bool two = c->summed > (uint64_t)ALONE * IMG_WINDOW &&
		   !pthread_create(&thread, NULL, sum_some, &s);

	sum_some(&s);
	if (two)
		pthread_join(thread, NULL);
}

/* Both sums in one pass over the file. returns an errno */
static int sums(const struct img_container *c, uint8_t *file, const struct known *known,
	img_digest_fn *digest, void *ctx, uint64_t *sum, uint8_t id[32])
{
	uint64_t n = (c->summed + IMG_WINDOW - 1) / IMG_WINDOW;
	uint8_t(*of_windows)[IMG_WINDOW_SUM] = mmap(NULL, n * sizeof(*of_windows),
		PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct img_windows w;

	if (of_windows == MAP_FAILED)
		return errno;
	sum_windows(c, file, known, of_windows);
	digest(ctx, of_windows, n * sizeof(*of_windows), id);
	img_windows_start(&w, NULL, NULL);
	for (uint64_t i = 0; i < n; i++)
		img_windows_add_sum(&w, of_windows[i]);
	*sum = img_windows_end(&w, NULL);
	munmap(of_windows, n * sizeof(*of_windows));
	return 0;
}

/* fill in the header where it lies in the file; sums need the final bytes, so order counts */
static enum img_code fill(const struct img_container *c, const struct img_view *v, uint8_t *file,
	const struct known *known, img_digest_fn *digest, void *ctx, struct img_error *e)
{
	struct img_header *h = (struct img_header *)(void *)(file + c->meta_at);
	const char *abi = img_str(v, v->package->abi_text);
	uint8_t id[32], kept[MOST_IN_HOLES];
	uint64_t sum;
	int failed;

	if (h->abi == 0)
		h->abi = img_sum64(abi, strlen(abi));
	if (h->interface_digest == 0)
		h->interface_digest = img_interface_digest(v);
	h->flags |= IMG_SEALED;
	h->file_size = c->summed;
	holes_out(c, file, kept);
	failed = sums(c, file, known, digest, ctx, &sum, id);
	holes_back(c, file, kept);
	if (failed)
		return io(e, "there is no memory for its sums", failed);
	h->file_sum = sum;
	h->meta_sum = 0;
	memcpy(h->build_id, id, sizeof(h->build_id));
	h->meta_sum = img_sum64(h, h->meta_size);
	return IMG_OK;
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

enum img_code image_seal_known(int fd, img_known_fn *known, const void *known_ctx,
	img_digest_fn *blake3, img_digest_fn *sha256, void *ctx, struct img_error *e)
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
	if (!code)
		code = fill(&c, &v, file, &(struct known) { known, known_ctx }, blake3, ctx, e);
	if (!code)
		code = finish(fd, &c, file, sha256, ctx, e);
	munmap(file, (size_t)st.st_size);
	return code;
}

enum img_code image_seal(
	int fd, img_digest_fn *blake3, img_digest_fn *sha256, void *ctx, struct img_error *e)
{
	return image_seal_known(fd, NULL, NULL, blake3, sha256, ctx, e);
}

enum img_code img_place_heap(uint8_t *file, uint64_t size, uint64_t *at, struct img_error *e)
{
	struct img_rd r = { file, size, "heap", IMG_NO_ENTRY, e };
	struct img_container c;
	struct img_view v;
	struct img_heap *h;

	if (img_container_open(file, size, &c, e) ||
		img_check_meta(file + c.meta_at, c.meta_room, size, IMG_CHECK_UNSEALED, &v, e))
		return e->code;
	if (!v.heap) {
		img_bad(&r, "there is none");
		return e->code;
	}
	h = (struct img_heap *)(void *)(file + ((const uint8_t *)v.heap - file));
	h->at = c.kind->heap_segment ? c.heap_at : size;
	h->at = (h->at + IMG_HEAP_ALIGN - 1) / IMG_HEAP_ALIGN * IMG_HEAP_ALIGN;
	if (c.kind->heap_segment &&
		(h->at - c.heap_at > c.heap_room || h->size > c.heap_room - (h->at - c.heap_at))) {
		img_bad_value(
			&r, "the section for it is too small", "at least ", h->size, c.heap_room);
		return e->code;
	}
	if (c.heap_header)
		img_elf_show_heap(&c, file, h->at, h->size);
	*at = h->at;
	return IMG_OK;
}

/* ---- piece by piece */

_Static_assert(sizeof(struct img_sealing_sum) == sizeof(struct img_windows), "one in the other");

static struct img_windows *sums_of(struct img_sealing *s)
{
	return (struct img_windows *)(void *)&s->sum;
}

enum img_code image_seal_start(uint8_t *file, uint64_t size, uint64_t total, img_digest_fn *blake3,
	void *ctx, struct img_sealing *out, struct img_error *e)
{
	struct img_container c;
	struct img_view v;
	uint8_t kept[MOST_IN_HOLES];
	struct img_header *h;

	if (img_container_open(file, size, &c, e) ||
		img_check_meta(file + c.meta_at, c.meta_room, size, IMG_CHECK_UNSEALED, &v, e))
		return e->code;
	if (c.summed != size || c.kind->resign)
		return io(
			e, "a file that ends in a signature is sealed when it is complete", EINVAL);
	h = (struct img_header *)(void *)(file + c.meta_at);
	if (h->abi == 0)
		h->abi = img_sum64(
			img_str(&v, v.package->abi_text), strlen(img_str(&v, v.package->abi_text)));
	if (h->interface_digest == 0)
		h->interface_digest = img_interface_digest(&v);
	h->flags |= IMG_SEALED;
	h->file_size = total;
	holes_out(&c, file, kept); /* the sums alone, which image_seal_end fills in */
	*out = (struct img_sealing) { .header = h, .meta_at = c.meta_at, .file = file };
	img_windows_start(sums_of(out), blake3, ctx);
	image_seal_add(out, file, size);
	return IMG_OK;
}

void image_seal_add(struct img_sealing *s, const void *data, size_t n)
{
	img_windows_add(sums_of(s), data, n);
}

enum img_code image_seal_end(struct img_sealing *s, int fd, struct img_error *e)
{
	uint8_t id[32];

	s->header->file_sum = img_windows_end(sums_of(s), id);
	memcpy(s->header->build_id, id, sizeof(s->header->build_id));
	s->header->meta_sum = 0;
	s->header->meta_sum = img_sum64(s->header, s->header->meta_size);
	return write_part(fd, s->file, s->meta_at, sizeof(struct img_header), e);
}
