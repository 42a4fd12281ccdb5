/* heap-big objects COUNT OUT    an image of COUNT objects with three pointers each
 * heap-big data MIB OUT         an image of one object without pointers
 * heap-big sparse MIB OUT [TRIPLE]   the same of zeros that take no memory, and a list behind it
 * heap-big load FILE            walks over that list, the heap at its place and elsewhere
 *
 * Prints one line: what the build reports, CPU time, and the most memory that was in use. */
#include <sys/mman.h>
#include <sys/resource.h>

#include "pkgimg/runtime.h"
#include "test/unit/heap_host.h"

static double cpu_ms(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e3 +
	       (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e3;
}

/* vectors of four words: three lead to earlier ones, near and far, one is an integer */
static value make_objects(struct host *h, uint64_t n)
{
	struct vector **all = calloc(n, sizeof(*all));
	uint64_t x = 12345;
	value last;

	for (uint64_t i = 0; i < n; i++) {
		struct vector *v = all[i] = host_vector(h, 4);

		x = x * UINT64_C(6364136223846793005) + 1442695040888963407;
		v->at[0] = integer((intptr_t)i);
		v->at[1] = i ? (value)all[i - 1] : integer(0);
		v->at[2] = i ? (value)all[i - 1 - (x >> 33) % (i < 1000 ? i : 1000)] : integer(0);
		v->at[3] = i ? (value)all[(x >> 20) % i] : integer(0);
	}
	last = (value)all[n - 1];
	free(all);
	return last;
}

enum { LINKS = 1000 };

/* conses that lead to the text in turn with the one before; what is in the text is never read here,
 * so the system has no memory for it */
static int sparse(uint64_t bytes, const char *path, const char *triple)
{
	struct pkgimg_build_report r = { .size = sizeof(r) };
	struct pkgimg_build_options o = { .target = triple };
	struct host h = { .cap = bytes + LINKS * 64 };
	struct pkgimg_build *b;
	struct text *t;
	value list;
	int rc;

	h.room = mmap(NULL, h.cap, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (h.room == MAP_FAILED)
		return 2;
	t = host_new(&h, T_TEXT, sizeof(*t));
	t->n = bytes - 4096;
	h.n += t->n; /* zeros already */
	list = (value)t;
	for (int i = 0; i < LINKS; i++)
		list = host_cons(&h, (value)t, list);
	b = host_build(&h, "Sparse", &o);
	pkgimg_build_root(b, "Main.list", list, NULL, 0);
	rc = pkgimg_build_write(b, path, &r);
	printf("%s%llu objects, %llu bytes\n", h.text, (unsigned long long)r.objects,
		(unsigned long long)r.bytes);
	pkgimg_build_free(b);
	munmap(h.room, h.cap);
	return rc;
}

static int load(const char *path)
{
	struct pkgimg_options o = { .size = sizeof(o) };
	struct pkgimg_error e = { 0 };

	for (; o.flags <= PKGIMG_MOVE; o.flags += PKGIMG_MOVE) {
		struct pkgimg_image *image;
		struct pkgimg_heap_info info;
		const struct cons *c;
		void **cell;
		int n = 1;

		if (pkgimg_open(path, &o, &image, &e) || pkgimg_root(image, "Main.list", &cell))
			return printf("code %d: %s\n", e.code, e.text), 1;
		pkgimg_heap(image, &info);
		for (c = *cell; c->cdr != c->car; c = (const void *)c->cdr)
			n++;
		printf("%s: list of %d, %#llx bytes behind its text of %#llx\n",
			info.moved ? "moved" : "at its place", n,
			(unsigned long long)((value)c - c->car),
			(unsigned long long)((const struct text *)c->car)->n);
		pkgimg_close(image);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct pkgimg_build_report r = { .size = sizeof(r) };
	uint64_t n = argc >= 4 ? strtoull(argv[2], NULL, 10) : 0;
	bool data = argc == 4 && !strcmp(argv[1], "data");
	struct pkgimg_build *b;
	struct rusage use;
	struct host h;
	value top;
	double cpu;
	int rc;

	if (argc == 3 && !strcmp(argv[1], "load"))
		return load(argv[2]);
	if (!n)
		return 2;
	if (!strcmp(argv[1], "sparse"))
		return sparse(n << 20, argv[3], argc > 4 ? argv[4] : NULL);
	host_start(&h, 4096 + (data ? n << 20 : n * 64));
	if (data) {
		struct text *t = host_new(&h, T_TEXT, 16);

		t->n = (n << 20) - 4096;
		for (uint64_t i = 0; i < t->n; i += 64)
			t->bytes[i] = (char)i;
		top = (value)t;
	} else {
		top = make_objects(&h, n);
	}
	b = host_build(&h, "Big", NULL);
	pkgimg_build_root(b, "Main.big", top, NULL, 0);
	cpu = cpu_ms();
	rc = pkgimg_build_write(b, argv[3], &r);
	cpu = cpu_ms() - cpu;
	getrusage(RUSAGE_SELF, &use);
	printf("%s{\"objects\": %llu, \"pointers\": %llu, \"bytes\": %llu, \"walk_ms\": %.1f, "
	       "\"emit_ms\": %.1f, \"code_ms\": %.1f, \"write_ms\": %.1f, \"cpu_ms\": %.1f, "
	       "\"rss_mib\": %.1f}\n",
		h.text, (unsigned long long)r.objects, (unsigned long long)r.pointers,
		(unsigned long long)r.bytes, r.walk_ms, r.emit_ms, r.code_ms, r.write_ms, cpu,
		(double)use.ru_maxrss / 1024);
	pkgimg_build_free(b);
	free(h.room);
	return rc;
}
