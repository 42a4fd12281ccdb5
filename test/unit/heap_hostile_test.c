/* Heaps that are broken, with sums that are right: refused, or the same as any heap to who only
 * asks the library. Never a crash; the sanitizers' build looks for reads out of bounds. */
#include "test/fuzz/heap_use.h"
#include "test/unit/heap_native.h"

struct file {
	char *bytes; /* as they were made */
	size_t size, meta_at;
	int fd;
	const char *path;
	struct pkgimg_world *world;
	unsigned opened, refused;
};

static struct file get(struct unit *u, const char *path, struct pkgimg_world *world)
{
	struct file f = { .path = path, .world = world };

	f.fd = open(path, O_RDWR | O_CLOEXEC);
	CHECK(f.fd >= 0);
	f.size = (size_t)lseek(f.fd, 0, SEEK_END);
	f.bytes = malloc(f.size);
	CHECK(pread(f.fd, f.bytes, f.size, 0) == (ssize_t)f.size);
	if (memcmp(f.bytes, IMG_MAGIC, 8)) { /* it is a library */
		struct img_container box = { 0 };
		struct img_view view;
		struct img_error e;

		CHECK_INT(img_check_file(f.bytes, f.size, 0, &view, &box, &e), IMG_OK);
		f.meta_at = box.meta_at;
	}
	return f;
}

static void give_back(struct file *f)
{
	free(f->bytes);
	close(f->fd);
}

static struct img_header *header(const struct file *f)
{
	return (void *)(f->bytes + f->meta_at);
}

static void put(const struct file *f, const char *bytes, size_t n, size_t at)
{
	if (pwrite(f->fd, bytes, n, (off_t)at) != (ssize_t)n)
		abort();
}

/* n bytes changed, in the metadata or elsewhere, and the sum of the metadata made right */
static void try(struct file *f, size_t at, const void *bytes, size_t n)
{
	size_t from = f->meta_at, meta = header(f)->meta_size;
	bool inside = at >= from && at < from + meta;
	char *changed = malloc(meta);
	struct pkgimg_error err = { 0 };

	memcpy(changed, f->bytes + from, meta);
	if (inside)
		memcpy(changed + (at - from), bytes, n);
	heap_repair(changed, meta, f->size);
	put(f, changed, meta, from);
	if (!inside)
		put(f, bytes, n, at);
	heap_use(f->path, f->world, &err) ? f->refused++ : f->opened++;
	put(f, f->bytes + from, meta, from);
	if (!inside)
		put(f, f->bytes + at, n, at);
	free(changed);
}

/* What a loader reads of a heap: bitmaps, starts, types, lists of uses. Each bit of bytes with
 * something in them and of their neighbours, one of each other byte. */
static void change_scratch(struct file *f, size_t from, size_t to)
{
	for (size_t at = from; at < to; at++) {
		bool full = f->bytes[at] || f->bytes[at - 1] || f->bytes[at + 1];

		for (unsigned bit = 0; bit < 8; bit++) {
			char byte = (char)(f->bytes[at] ^ 1 << bit);

			if (full || bit == at % 8)
				try(f, at, &byte, 1);
		}
	}
}

static void change_all(struct file *f)
{
	static const uint64_t edges[] = { 0, 1, 7, 8, 0xffff, 0x10000, UINT32_MAX,
		UINT64_C(1) << 31, UINT64_C(1) << 63, UINT64_MAX };
	const struct img_header *h = header(f);
	const struct img_table *dir = (const void *)(h + 1);
	size_t from = sizeof(*h) + h->ntables * sizeof(*dir), scratch = 0, heap_at = 0, end;
	const struct img_heap_section *last = NULL;

	for (uint32_t i = 0; i < h->ntables; i++) {
		const struct img_heap *heap = (const void *)((const char *)h + dir[i].offset);

		if (dir[i].kind == IMG_HEAP)
			heap_at = heap->at;
		if (dir[i].kind == IMG_HEAP_SECTIONS)
			last = (const void *)((const char *)h + dir[i].offset +
					      (dir[i].count - 1) * dir[i].entry_size);
		/* tables of before the heap: image_test.c */
		if (dir[i].kind >= IMG_HEAP && from < dir[i].offset)
			continue;
		if (dir[i].kind < IMG_HEAP && dir[i].kind != IMG_DEPENDENCIES)
			from = dir[i].offset + dir[i].count * dir[i].entry_size;
	}
	from += f->meta_at;
	end = f->meta_at + h->meta_size;
	for (size_t at = from; at < end; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			char byte = (char)(f->bytes[at] ^ 1 << bit);

			try(f, at, &byte, 1);
		}
	}
	for (size_t at = from / 8 * 8; at + 8 <= end; at += 8) {
		for (unsigned i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
			try(f, at, &edges[i], 8);
			try(f, at, &edges[i], 4);
			try(f, at + 4, &edges[i], 4);
		}
	}
	scratch = heap_at + last->offset;
	change_scratch(f, scratch, scratch + last->size);
}

static struct pkgimg_world *busy_world(struct unit *u, const struct place *p)
{
	const char *folders[] = { p->dir };
	struct pkgimg_host host = heap_host();
	struct pkgimg_world *world = NULL;

	CHECK_INT(pkgimg_world_new(&host, folders, 1, &world), PKGIMG_OK);
	return world;
}

static void change_one(struct unit *u, const char *name)
{
	struct place p = arrive();
	struct maker_wish wish = { 0 };
	struct file f;

	write_family(u, &p, 5);
	write_busy(u, &p);
	write_it(u, &p, "native", &wish, (struct img_variable) { VARIABLE, 0, 8 });
	f = get(u, in(&p, name), busy_world(u, &p));
	change_all(&f);
	printf("# %s: %u changes opened, %u refused\n", name, f.opened, f.refused);
	CHECK(f.opened > 100 && f.refused > 1000);
	CHECK(!pkgimg_world_next(f.world, NULL));
	pkgimg_world_free(f.world);
	give_back(&f);
	left(u, &p);
}

static void base_changed(struct unit *u)
{
	change_one(u, "base");
}

static void dependent_changed(struct unit *u)
{
	change_one(u, "left");
}

static void busy_changed(struct unit *u)
{
	change_one(u, "busy");
}

/* with code, which is loaded and never called */
static void native_changed(struct unit *u)
{
	change_one(u, "native");
}

static void cut(struct unit *u)
{
	struct place p = arrive();
	struct file f;
	unsigned opened = 0;
	size_t meta;

	write_busy(u, &p);
	f = get(u, in(&p, "busy"), busy_world(u, &p));
	meta = header(&f)->meta_size;
	/* behind the metadata nothing but the size is looked at: image-hostile has every length */
	for (size_t size = 0; size < f.size; size += size < meta + 64 ? 1 : 997) {
		struct pkgimg_error err;

		CHECK(!ftruncate(f.fd, (off_t)size));
		if (size > meta) {
			char *changed = malloc(size);

			memcpy(changed, f.bytes, size);
			heap_repair(changed, meta, size);
			CHECK(pwrite(f.fd, changed, size, 0) == (ssize_t)size);
			free(changed);
		}
		opened += heap_use(f.path, f.world, &err) == 0;
		CHECK(pwrite(f.fd, f.bytes, f.size, 0) == (ssize_t)f.size);
	}
	CHECK_INT(opened, 0);
	pkgimg_world_free(f.world);
	give_back(&f);
	left(u, &p);
}

UNIT_MAIN(base_changed, dependent_changed, busy_changed, native_changed, cut)
