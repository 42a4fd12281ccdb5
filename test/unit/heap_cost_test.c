/* What a load costs: pages that are dirtied, pages that another process shares, time. Of a heap of
 * 100 MB with 2 M objects, and of a tiny one. Lines that begin with "# " are figures; times are the
 * least of several runs, and are checked where PKGIMG_TEST_TIMES is set: elsewhere the machine may
 * be busy. */
#include "pkgimg/runtime.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "test/unit/heap_maker.h"
#include "test/unit/unit.h"

enum { CONSES = 1200000, STRINGS = 400000, VECTORS = 400000, RUNS = 15 };
enum { CONS, STRING, VECTOR };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void goal(struct unit *u, const char *what, double value, double most, const char *unit)
{
	const char *strict = getenv("PKGIMG_TEST_TIMES");

	printf("# %s: %.2f %s (goal: at most %g)\n", what, value, unit, most);
	CHECK(value <= most || !strict || !*strict);
}

static char path[] = "/tmp/pkgimg-heap-cost-XXXXXX";

static struct hm *start(const char *name)
{
	struct hm *h = hm_new(name, UINT64_C(0x240000000000));

	hm_type(h, "cons", "ss", 0, "");
	hm_type(h, "string", "d*d", 0, "");
	hm_type(h, "vector", "dd*s", IMG_HTF_MUTABLE, "");
	return h;
}

/* a list whose cars are strings and vectors in turn; vectors of conses and strings */
static void write_large(struct unit *u)
{
	struct hm *h = start("large");
	hm_ref *strings = malloc(STRINGS * sizeof(*strings)), list = HM_NONE;
	hm_ref *conses = malloc(CONSES * sizeof(*conses));

	for (unsigned i = 0; i < STRINGS; i++) {
		strings[i] = hm_object(h, IMG_FATE_DATA, STRING, 15);
		for (unsigned k = 1; k < 16; k++)
			*hm_word(h, strings[i], k) = i * k;
	}
	for (unsigned i = 0; i < CONSES; i++) {
		conses[i] = hm_object(h, IMG_FATE_CONST, CONS, 0);
		hm_link(h, conses[i], 0, IMG_SELF, strings[i % STRINGS], 0);
		if (i)
			hm_link(h, conses[i], 1, IMG_SELF, list, 0);
		list = conses[i];
	}
	for (unsigned i = 0; i < VECTORS; i++) {
		hm_ref vector = hm_object(h, IMG_FATE_MUTABLE, VECTOR, 8);

		for (unsigned k = 0; k < 8; k++) {
			if (k % 2)
				hm_link(h, vector, 2 + k, IMG_SELF, strings[i], 0);
			else
				hm_link(h, vector, 2 + k, IMG_SELF, conses[i * 3 + k % 3], 0);
		}
	}
	hm_root(h, "list", list);
	CHECK(hm_write(h, path));
	free(strings);
	free(conses);
}

static struct pkgimg_image *open_it(struct unit *u, uint32_t flags)
{
	struct pkgimg_options opt = { .size = sizeof(opt), .flags = flags };
	struct pkgimg_image *image = NULL;
	struct pkgimg_error err = { 0 };

	CHECK_INT(pkgimg_open(path, &opt, &image, &err), PKGIMG_OK);
	CHECK_STR(err.text, "");
	return image;
}

/* KiB of one kind in the mappings of [from, from + size) */
static uint64_t smaps(const char *key, const void *from, uint64_t size)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	unsigned long lo = 0, hi = 0, value;
	uintptr_t start = (uintptr_t)from;
	uint64_t sum = 0;
	char line[300], name[64];

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &lo, &hi) == 2)
			continue;
		if (lo >= start && hi <= start + size &&
			sscanf(line, "%63[^:]: %lu kB", name, &value) == 2 && !strcmp(name, key))
			sum += value;
	}
	if (f)
		fclose(f);
	return sum;
}

static uint64_t touch(const struct pkgimg_heap_info *info)
{
	uint64_t sum = 0;

	for (uint64_t at = 0; at < info->size; at += 4096)
		sum += *((const volatile uint64_t *)info->address + at / 8);
	return sum;
}

static void dirties_nothing(struct unit *u)
{
	struct pkgimg_image *image;
	struct pkgimg_heap_info info;
	uint64_t dirty;

	write_large(u);
	image = open_it(u, 0);
	CHECK_INT(pkgimg_heap(image, &info), PKGIMG_OK);
	CHECK_INT(info.moved, 0);
	CHECK_INT(info.nobjects, CONSES + STRINGS + VECTORS);
	touch(&info);
#ifdef __linux__
	dirty = smaps("Private_Dirty", info.address, info.size);
	printf("# heap of %llu KiB: %llu KiB resident, %llu KiB dirty\n",
		(unsigned long long)info.size / 1024,
		(unsigned long long)smaps("Rss", info.address, info.size),
		(unsigned long long)dirty);
	CHECK(smaps("Rss", info.address, info.size) >= info.size / 1024 * 99 / 100);
	CHECK(dirty * 1024 <= info.size / 50);
#else
	(void)dirty;
#endif
	pkgimg_close(image);
}

/* opens in two processes at once: nearly all pages are those of the other one too */
static void shares_pages(struct unit *u)
{
#ifdef __linux__
	int ready[2], go[2], status;
	struct pkgimg_heap_info info = { 0 };
	struct pkgimg_image *image;
	uint64_t shared;
	char byte = 0;
	pid_t child;

	CHECK(!pipe(ready) && !pipe(go));
	child = fork();
	if (child == 0) {
		struct pkgimg_heap_info mine;
		struct pkgimg_image *it = open_it(u, 0);

		if (!it || pkgimg_heap(it, &mine))
			_exit(1);
		touch(&mine);
		_exit(write(ready[1], "", 1) != 1 || read(go[0], &byte, 1) != 1);
	}
	CHECK(read(ready[0], &byte, 1) == 1);
	image = open_it(u, 0);
	CHECK_INT(pkgimg_heap(image, &info), PKGIMG_OK);
	touch(&info);
	shared = smaps("Shared_Clean", info.address, info.size) * 1024;
	printf("# shared with a second process: %.2f %%\n",
		100.0 * (double)shared / (double)info.size);
	CHECK(shared >= info.size / 100 * 97);
	CHECK(write(go[1], "", 1) == 1);
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	pkgimg_close(image);
	close(ready[0]), close(ready[1]), close(go[0]), close(go[1]);
#else
	(void)u;
#endif
}

static double open_time(struct unit *u, uint32_t flags, struct pkgimg_heap_info *info)
{
	double best = 1e9;

	for (unsigned i = 0; i < RUNS; i++) {
		double from = now(), time;
		struct pkgimg_image *image = open_it(u, flags);

		time = now() - from;
		pkgimg_heap(image, info);
		pkgimg_close(image);
		if (time < best)
			best = time;
	}
	return best;
}

/* the same bytes into memory that is as new as what a load gets; the source is in the page cache */
static double memcpy_time(uint64_t bytes)
{
	void *source =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	double best = 1e9;

	madvise(source, bytes, MADV_HUGEPAGE);
	memset(source, 1, bytes);
	for (unsigned i = 0; i < RUNS; i++) {
		double from = now(), time;
		void *to = mmap(
			NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		madvise(to, bytes, MADV_HUGEPAGE);
		memcpy(to, source, bytes);
		__asm__ volatile("" : : "r"(to) : "memory");
		time = now() - from;
		munmap(to, bytes);
		if (time < best)
			best = time;
	}
	munmap(source, bytes);
	return best;
}

static void is_fast(struct unit *u)
{
	struct pkgimg_heap_info info = { 0 };
	double time = open_time(u, 0, &info), copy, moved;

	goal(u, "open at the preferred address", time, 1000, "us");
	moved = open_time(u, PKGIMG_MOVE, &info);
	copy = memcpy_time(info.size);
	printf("# moved: %.0f us, %llu bytes copied, %llu words changed; memcpy of the heap's "
	       "bytes: %.0f us\n",
		moved, (unsigned long long)info.bytes_copied,
		(unsigned long long)info.words_written, copy);
	goal(u, "open elsewhere, by memcpy", moved / copy, 1.3, "times");
}

static void tiny_is_fast(struct unit *u)
{
	struct hm *h = start("tiny");
	hm_ref list = HM_NONE;
	struct pkgimg_heap_info info;
	struct img_view view;
	struct img_error e;
	double best = 1e9;
	void *file;
	long size;
	FILE *f;

	for (unsigned i = 0; i < 10; i++) {
		hm_ref cons = hm_object(h, IMG_FATE_CONST, CONS, 0);

		if (list != HM_NONE)
			hm_link(h, cons, 1, IMG_SELF, list, 0);
		list = cons;
	}
	hm_root(h, "list", list);
	CHECK(hm_write(h, path));
	goal(u, "open of a tiny image", open_time(u, 0, &info), 100, "us");
	f = fopen(path, "rb");
	CHECK(f && !fseek(f, 0, SEEK_END));
	size = ftell(f);
	rewind(f);
	file = malloc((size_t)size);
	CHECK(fread(file, 1, (size_t)size, f) == (size_t)size);
	fclose(f);
	for (unsigned i = 0; i < 1000; i++) {
		double from = now(), time;

		CHECK_INT(img_check_file(file, (uint64_t)size, 0, &view, NULL, &e), IMG_OK);
		time = now() - from;
		if (time < best)
			best = time;
	}
	free(file);
	goal(u, "check of a tiny image", best, 30, "us");
	unlink(path);
}

static void make_path(struct unit *u)
{
	int fd = mkstemp(path);

	CHECK(fd >= 0);
	close(fd);
}

UNIT_MAIN(make_path, dirties_nothing, shares_pages, is_fast, tiny_is_fast)
