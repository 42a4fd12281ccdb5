#include "frontend/heap/append.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "frontend/seal.h"
#include "image/image.h"
#include "llvm/shim.h"

/* ---- before */

/* "0x200000000000" of the platform's heap-range */
static int read_range(struct heap *h, const struct target *t)
{
	const struct yml_strs *range = &t->platform->image_heap_range;

	if (!range->n)
		return diag_err(h->d, t->at,
			"heaps in images for %s are not supported: the platform states no "
			"'heap-range'",
			t->platform->name);
	for (size_t i = 0; i < range->n && i < 2; i++) {
		char *end;

		h->range[i] = strtoull(range->v[i], &end, 16);
		if (*end || !str_starts(range->v[i], "0x") || !h->range[i] ||
			h->range[i] % IMG_HEAP_ALIGN)
			return diag_err(h->d, range->at[i],
				"'heap-range' wants multiples of 0x10000 written as 0x..., got "
				"'%s'",
				range->v[i]);
	}
	if (range->n != 2 || h->range[0] >= h->range[1])
		return diag_err(h->d, range->at[0],
			"'heap-range' wants a low and a high address, got %zu words", range->n);
	return 0;
}

int heap_prepare(struct heap *h, const struct package *p, const struct target *t)
{
	unsigned word = LLVMPointerSize(t->layout);

	if (word != HEAP_WORD || LLVMByteOrder(t->layout) != LLVMLittleEndian)
		return diag_err(h->d, t->at,
			"a heap is saved as it lies in memory: for targets with %d-byte "
			"little-endian pointers here, %s has others",
			HEAP_WORD, t->triple.normal);
	h->name = p->name;
	memcpy(h->uuid, p->uuid, sizeof(h->uuid));
	return read_range(h, t) || heap_serialize(h) ? -1 : 0;
}

/* A segment of its own begins at a page, of 4 or 16 KiB. More than the smaller one must not be
 * asked for: LLD pads the segment's addresses and its bytes by themselves, each as it happens. */
int heap_room_ir(const struct heap *h, const struct target *t, const char **out)
{
	*out = NULL;
	if (!heap_exists(h) || t->platform->family != FAMILY_DARWIN)
		return 0;
	if (h->size > UINT32_MAX - IMG_HEAP_ALIGN)
		return diag_err(h->d, t->at,
			"the heap takes %" PRIu64 " bytes of the file, a Mach-O file has less than "
			"4 GiB (its sections' headers have 32 bits); make several images of it",
			h->size);
	*out = str_fmt(h->a,
		"target triple = \"%s\"\n"
		"@pkgimg.heap = hidden global [%" PRIu64
		" x i8] zeroinitializer, section \"%s,%s,regular,no_dead_strip\", align 4096\n"
		"@llvm.used = appending global [1 x ptr] [ptr @pkgimg.heap], section "
		"\"llvm.metadata\"\n",
		t->triple.normal, h->size + IMG_HEAP_ALIGN, IMG_MACHO_HEAP_SEGMENT,
		IMG_MACHO_HEAP_SECTION);
	return 0;
}

/* ---- behind the link */

struct file {
	struct diags *d;
	struct loc at;
	const char *path;
	int fd;
};

static int failed_io(const struct file *f, const char *what)
{
	char text[128];

	return diag_err(f->d, f->at, "the image '%s' cannot be %s: %s", f->path, what,
		file_error_text(errno, text, sizeof(text)));
}

/* zeros for which the file has a hole; the live heap may have no memory for them either */
enum { HOLE = 1 << 20 };

static bool is_hole(const char *at, size_t n)
{
	return n >= HOLE && !*at && !memcmp(at, at + 1, HOLE - 1);
}

static int put(void *ctx, const void *data, size_t n)
{
	struct file *f = ctx;
	const char *at = data;

	while (n) {
		bool hole = is_hole(at, n);
		ssize_t done = hole ? HOLE : write(f->fd, at, n < HOLE ? n : HOLE);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0 || (hole && lseek(f->fd, HOLE, SEEK_CUR) < 0)) {
			errno = done ? errno : ENOSPC;
			return failed_io(f, "written");
		}
		at += done;
		n -= (size_t)done;
	}
	return 0;
}

/* the file ends here, in a hole or not */
static int put_end(struct file *f)
{
	off_t at = lseek(f->fd, 0, SEEK_CUR);

	return at < 0 || ftruncate(f->fd, at) ? failed_io(f, "written") : 0;
}

static int unsound(const struct file *f, const struct img_error *e)
{
	char text[512];

	img_error_text(e, text, sizeof(text));
	return diag_err(f->d, f->at, "the linked image '%s' is not sound: %s", f->path, text);
}

/* where the heap goes, said in the file's metadata */
static int place(const struct file *f, uint64_t *at)
{
	struct img_error e = { 0 };
	struct stat st;
	uint8_t *file;

	if (fstat(f->fd, &st))
		return failed_io(f, "examined");
	file = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, f->fd, 0);
	if (file == MAP_FAILED)
		return failed_io(f, "mapped");
	img_place_heap(file, (uint64_t)st.st_size, at, &e);
	munmap(file, (size_t)st.st_size);
	return e.code ? unsound(f, &e) : 0;
}

/* Behind a library: sums are made of each piece by a second thread while it is written. What is to
 * be hashed and what is to be written are the same bytes, and either takes as long. */
struct tail {
	struct file f;
	struct img_sealing seal;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t change;
	const void *data; /* to be hashed; NULL: nothing */
	size_t n;
	bool end;
};

static void *hash_pieces(void *ctx)
{
	struct tail *t = ctx;

	pthread_mutex_lock(&t->lock);
	for (;;) {
		while (!t->data && !t->end)
			pthread_cond_wait(&t->change, &t->lock);
		if (!t->data)
			break;
		pthread_mutex_unlock(&t->lock);
		image_seal_add(&t->seal, t->data, t->n);
		pthread_mutex_lock(&t->lock);
		t->data = NULL;
		pthread_cond_signal(&t->change);
	}
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

static int put_hashed(void *ctx, const void *data, size_t n)
{
	struct tail *t = ctx;
	int failed;

	pthread_mutex_lock(&t->lock);
	t->data = data;
	t->n = n;
	pthread_cond_signal(&t->change);
	pthread_mutex_unlock(&t->lock);
	failed = put(&t->f, data, n);
	pthread_mutex_lock(&t->lock);
	while (t->data)
		pthread_cond_wait(&t->change, &t->lock);
	pthread_mutex_unlock(&t->lock);
	return failed;
}

/* the heap behind the file's end, with zeros between */
static int write_tail(struct tail *t, const struct heap *h, uint64_t zeros)
{
	uint8_t *gap = calloc(1, zeros + 1);
	int failed;

	if (!gap)
		diag_fatal("out of memory: %" PRIu64 " bytes wanted", zeros);
	if (pthread_create(&t->thread, NULL, hash_pieces, t)) {
		free(gap);
		return diag_err(t->f.d, t->f.at, "no thread can be started to write the image");
	}
	failed = zeros ? put_hashed(t, gap, zeros) : 0;
	if (!failed)
		failed = heap_stream(h, put_hashed, t) || put_end(&t->f);
	pthread_mutex_lock(&t->lock);
	t->end = true;
	pthread_cond_signal(&t->change);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
	free(gap);
	return failed;
}

static int append_sealed(struct file *f, const struct heap *h, uint64_t where)
{
	struct tail t = {
		.f = *f, .lock = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER
	};
	off_t size = lseek(f->fd, 0, SEEK_END);
	struct img_error e = { 0 };
	struct ll_hash *hash = NULL;
	uint8_t unused[32], *file;
	int failed;

	file = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE, f->fd, 0);
	if (file == MAP_FAILED)
		return failed_io(f, "mapped");
	if (image_seal_start(
		    file, (uint64_t)size, where + h->size, seal_blake3, &hash, &t.seal, &e))
		failed = unsound(f, &e);
	else
		failed = write_tail(&t, h, where - (uint64_t)size);
	if (!failed && image_seal_end(&t.seal, f->fd, &e))
		failed = unsound(f, &e);
	if (hash)
		seal_blake3(&hash, "", 0, unused); /* an error came between */
	munmap(file, (size_t)size);
	return failed;
}

/* what was made here is what a loader takes */
static int check(const struct file *f)
{
	off_t size = lseek(f->fd, 0, SEEK_END);
	struct img_error e = { 0 };
	struct img_view v;
	int failed = 0;
	void *file = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, f->fd, 0);

	if (file == MAP_FAILED)
		return failed_io(f, "mapped");
	if (img_check_file(file, (uint64_t)size, 0, &v, NULL, &e))
		failed = unsound(f, &e);
	munmap(file, (size_t)size);
	return failed;
}

/* Into the segment that is there for it. The signature behind it needs all of the file. */
static int fill_segment(struct file *f, const struct heap *h, uint64_t where)
{
	if (lseek(f->fd, (off_t)where, SEEK_SET) < 0)
		return failed_io(f, "written");
	return heap_stream(h, put, f) || seal_image(&f->at, f->d, f->path, NULL) ? -1 : 0;
}

static int append(struct diags *d, struct loc at, const struct heap *h, const char *path)
{
	struct file f = { d, at, path, open(path, O_RDWR | O_CLOEXEC) };
	uint64_t where = 0;
	struct stat st;
	int failed;

	if (f.fd < 0)
		return failed_io(&f, "opened");
	failed = fstat(f.fd, &st) ? failed_io(&f, "examined") : place(&f, &where);
	if (!failed && where < (uint64_t)st.st_size)
		failed = fill_segment(&f, h, where);
	else if (!failed)
		failed = append_sealed(&f, h, where) || check(&f) ? -1 : 0;
	if (close(f.fd) && !failed)
		failed = failed_io(&f, "written");
	return failed;
}

int heap_seal_image(void *ctx, struct diags *d, const char *path, const struct ll_sums *sums)
{
	struct heap_seal *s = ctx;

	if (s->heap && heap_exists(s->heap))
		return append(d, s->at, s->heap, path);
	return seal_image(&s->at, d, path, sums);
}

/* ---- data alone */

static int put_data(
	struct file *f, const struct heap *h, const struct metadata *meta, const void *bitcode)
{
	static const uint8_t zeros[16];
	const struct img_bitcode *b = meta->bitcode;
	int failed = put(f, meta->bytes, meta->size);

	if (!failed && b)
		failed = put(f, zeros, b->at - meta->size) || put(f, bitcode, b->size);
	if (failed || !meta->heap || !h)
		return failed;
	if (lseek(f->fd, (off_t)meta->heap->at, SEEK_SET) < 0)
		return failed_io(f, "written");
	return heap_stream(h, put, f) || put_end(f);
}

int heap_write_data(struct arena *a, struct diags *d, const struct heap *h,
	const struct metadata *meta, const void *bitcode, const struct job_word *output)
{
	struct outfile out;
	struct file f = { d, output->at, NULL, -1 };
	int failed;

	if (outfile_begin(a, d, output->at, output->text, &out))
		return -1;
	f.path = out.path;
	f.fd = open(out.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	failed = f.fd < 0 ? failed_io(&f, "made") : put_data(&f, h, meta, bitcode);
	if (f.fd >= 0 && close(f.fd) && !failed)
		failed = failed_io(&f, "written");
	if (!failed)
		failed = seal_image(&f.at, d, out.path, NULL);
	if (!failed)
		return outfile_commit(d, &out, 0666);
	outfile_drop(&out);
	return -1;
}
