/* Heaps that are built and loaded in one process: by two threads, with versions of their code, and
 * two kinds of mistakes in them; and one whose objects are far apart. */
#include <sys/mman.h>
#include <unistd.h>

#include "pkgimg/runtime.h"
#include "test/unit/heap_host.h"
#include "test/unit/unit.h"

enum { ROOM = 4 << 20, N = 10000 };

static const char add_ir[] = "define i32 @add(i32 %a, i32 %b) {\n %c = add i32 %a, %b\n"
			     " ret i32 %c\n}\n";

static char folder[64];

static const char *path_to(const char *name)
{
	static char path[128];

	if (!*folder) {
		strcpy(folder, "/tmp/pkgimg-heap-build-XXXXXX");
		if (!mkdtemp(folder))
			abort();
	}
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static int write_it(struct pkgimg_build *b, const char *path)
{
	int rc = pkgimg_build_write(b, path, NULL);

	pkgimg_build_free(b);
	return rc;
}

/* ---- mistakes */

/* what host_describe takes for an object, in the bytes of a text at a multiple of 16 */
static value hidden(struct text *outer, size_t at, enum host_type type)
{
	struct host_head head = { HOST_MAGIC, type };
	char *place = (char *)outer + at;

	memcpy(place - sizeof(head), &head, sizeof(head));
	return (value)place;
}

static void overlaps(struct unit *u)
{
	/* in the text's first page, or far behind it; found before the text is, or after it */
	static const struct {
		size_t bytes, at;
		int text, inner;
	} rows[] = { { 100, 48, 0, 1 }, { 100, 48, 1, 0 }, { 9000, 8192, 0, 1 },
		{ 1 << 20, 1 << 19, 1, 0 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pkgimg_build *b;
		struct vector *v;
		struct text *t;
		struct host h;
		char wanted[200];
		value inner;

		host_start(&h, ROOM);
		t = host_new(&h, T_TEXT, sizeof(*t) + rows[i].bytes);
		t->n = rows[i].bytes;
		v = host_vector(&h, 2);
		inner = hidden(t, rows[i].at, T_CLOSURE);
		v->at[rows[i].text] = (value)t;
		v->at[rows[i].inner] = inner;
		b = host_build(&h, "Bad", NULL);
		pkgimg_build_root(b, "Main.v", (value)v, NULL, 0);
		CHECK_INT(write_it(b, path_to("Bad.so")), 1);
		CHECK(access(path_to("Bad.so"), F_OK) != 0);
		snprintf(wanted, sizeof(wanted),
			"error: Main.v -> [%d]: leads to a 'text' at 0x%llx, %zu bytes, and Main.v "
			"-> [%d] to a 'closure' at 0x%llx, which begins in it; objects must not "
			"overlap\n",
			rows[i].text, (unsigned long long)(uintptr_t)t, sizeof(*t) + rows[i].bytes,
			rows[i].inner, (unsigned long long)inner);
		CHECK_STR(h.text, wanted);
		free(h.room);
	}
}

/* interned objects in a ring: which is equal to which cannot be told */
static void interned_ring(struct unit *u)
{
	static const struct pkgimg_field next[] = { { "next", 0, 8, PKGIMG_STRONG, "ring" } };
	static const struct pkgimg_type ring = { .size = sizeof(ring),
		.name = "ring",
		.bytes = 8,
		.fields = next,
		.nfields = 1,
		.flags = PKGIMG_TYPE_INTERNED };
	struct pkgimg_build *b;
	struct host h;
	void **rings[3];

	host_start(&h, ROOM);
	for (int i = 0; i < 3; i++)
		rings[i] = host_new(&h, T_CONS, 16);
	rings[0][0] = rings[1];
	rings[1][0] = rings[2];
	rings[2][0] = rings[1];
	b = host_build(&h, "Bad", NULL);
	CHECK_INT(pkgimg_build_type(b, &ring, NULL), 0);
	pkgimg_build_root(b, "Main.ring", (value)rings[0], "ring", 0);
	CHECK_INT(write_it(b, path_to("Bad.so")), 1);
	CHECK_STR(h.text,
		"error: Main.ring -> .next -> .next -> .next: an interned object refers to "
		"itself; equal ones could not be told\n");
	free(h.room);
}

/* ---- what is built is what is loaded */

static struct pkgimg_image *open_it(struct unit *u, const char *path, uint32_t flags,
	const char *cap, struct pkgimg_world **world)
{
	struct pkgimg_options o = { .size = sizeof(o), .flags = flags, .cpu_cap = cap };
	struct pkgimg_image *image = NULL;
	struct pkgimg_error e;

	CHECK_INT(pkgimg_world_new(NULL, NULL, 0, world), PKGIMG_OK);
	o.world = *world;
	if (!CHECK_INT(pkgimg_open(path, &o, &image, &e), PKGIMG_OK))
		printf("  %s\n", e.text);
	return image;
}

static value root(const struct pkgimg_image *image, const char *name)
{
	void **cell = NULL;

	return pkgimg_root(image, name, &cell) ? 0 : (value)*cell;
}

/* a list of closures of add; each has a symbol of its own, or one that all have */
static value make_list(struct host *h)
{
	value list = integer(0), common = host_symbol(h, "common");

	for (int i = 0; i < N; i++) {
		struct closure *c = host_new(h, T_CLOSURE, sizeof(*c));
		char name[20];

		snprintf(name, sizeof(name), "s%d", i);
		*c = (struct closure) { LIVE_ADD, i % 2 ? common : host_symbol(h, name), NULL,
			list };
		list = host_cons(h, (value)c, host_cons(h, integer(i), list));
	}
	return list;
}

static void check_list(struct unit *u, const struct pkgimg_image *image)
{
	value list = root(image, "list"), common = root(image, "common");
	void (*code)(void) = ((struct closure *)root(image, "last"))->code;
	unsigned wrong = 0;

	for (int i = N; i-- > 0;) {
		const struct cons *c = (void *)list, *next = (void *)c->cdr;
		const struct closure *x = (void *)c->car;
		const struct symbol *s = (void *)x->env;
		char name[20];

		snprintf(name, sizeof(name), "s%d", i);
		wrong += next->car != integer(i) || x->code != code || x->cache ||
			 x->weak != next->cdr ||
			 (i % 2 ? (value)s != common
				: s->name->n != strlen(name) ||
						 memcmp(s->name->bytes, name, s->name->n) != 0);
		list = next->cdr;
	}
	CHECK_INT(wrong, 0);
	CHECK_INT(list, integer(0));
	CHECK_INT(((int (*)(int, int))code)(20, 3), 23);
}

/* enough objects for two threads; binds, uses of interned objects and weak words in both halves */
static void two_threads(struct unit *u)
{
	struct pkgimg_build *b;
	struct host h;
	value list;

	host_start(&h, (size_t)N * 512);
	list = make_list(&h);
	b = host_build(&h, "Halves", NULL);
	pkgimg_build_module(b, "m", add_ir, strlen(add_ir));
	pkgimg_build_symbol(b, "add", (void *)(uintptr_t)LIVE_ADD, 0);
	pkgimg_build_root(b, "list", list, "cons", 0);
	pkgimg_build_root(b, "last", ((struct cons *)list)->car, "closure", 0);
	pkgimg_build_root(
		b, "common", ((struct closure *)((struct cons *)list)->car)->env, "symbol", 0);
	if (!CHECK_INT(write_it(b, path_to("Halves.so")), 0))
		printf("  %s", h.text);
	free(h.room);
	for (unsigned moved = 0; moved < 2; moved++) {
		struct pkgimg_world *world;
		struct pkgimg_image *image =
			open_it(u, path_to("Halves.so"), moved ? PKGIMG_MOVE : 0, NULL, &world);

		if (image)
			check_list(u, image);
		pkgimg_close(image);
		pkgimg_world_free(world);
	}
}

/* Conses that lie 256 MiB apart, in more areas than the index has room for at first and at each
 * other's places in it; and a vector that leads to them, of more words than the walk takes at once.
 */
static void far_apart(struct unit *u)
{
	enum { AREAS = 100, WORDS = 300 };
	const size_t step = (size_t)256 << 20, size = AREAS * step;
	struct host h = { .cap = size };
	struct pkgimg_world *world;
	struct pkgimg_image *image;
	struct pkgimg_build *b;
	struct vector *v;

	h.room = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (!CHECK(h.room != MAP_FAILED))
		return;
	h.n = 0;
	v = host_vector(&h, WORDS);
	for (size_t i = 0; i < WORDS; i++) {
		h.n = i % AREAS * step + (1 << 20);
		v->at[i] = i < AREAS ? host_cons(&h, integer((intptr_t)i), (value)v)
				     : v->at[i - AREAS];
	}
	h.n = size;
	b = host_build(&h, "Far", NULL);
	pkgimg_build_root(b, "far", (value)v, "vector", 0);
	if (!CHECK_INT(write_it(b, path_to("Far.so")), 0))
		printf("  %s", h.text);
	munmap(h.room, size);
	image = open_it(u, path_to("Far.so"), 0, NULL, &world);
	v = image ? (void *)root(image, "far") : NULL;
	for (size_t i = 0; v && i < WORDS; i++) {
		const struct cons *c = (void *)v->at[i];

		CHECK_INT(c->car, integer((intptr_t)(i % AREAS)));
		CHECK(c->cdr == (value)v && v->at[i] == v->at[i % AREAS]);
	}
	pkgimg_close(image);
	pkgimg_world_free(world);
}

/* A closure's code is the version for the CPU, whichever that is: here all features, then none. */
static void versions(struct unit *u)
{
#ifdef __x86_64__
	struct pkgimg_build_options o = { .cpu_target = "generic;x86-64-v3,clone_all" };
	bool has_v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
		      __builtin_cpu_supports("fma");
	struct pkgimg_build *b;
	struct closure *c;
	struct host h;

	host_start(&h, ROOM);
	c = host_new(&h, T_CLOSURE, sizeof(*c));
	*c = (struct closure) { LIVE_ADD, integer(1), NULL, integer(2) };
	b = host_build(&h, "Versions", &o);
	pkgimg_build_module(b, "m", add_ir, strlen(add_ir));
	pkgimg_build_symbol(b, "add", (void *)(uintptr_t)LIVE_ADD, 0);
	pkgimg_build_root(b, "closure", (value)c, "closure", 0);
	if (!CHECK_INT(write_it(b, path_to("Versions.so")), 0))
		printf("  %s", h.text);
	free(h.room);
	for (int least = 0; least < 2; least++) {
		struct pkgimg_method method = { 0 };
		struct pkgimg_world *world;
		struct pkgimg_image *image;

		image = open_it(u, path_to("Versions.so"), 0, least ? "x86-64" : NULL, &world);
		if (!image) {
			pkgimg_world_free(world);
			return;
		}
		CHECK_INT(pkgimg_target_count(image), 2);
		CHECK_INT(pkgimg_target(image), has_v3 && !least);
		CHECK_INT(pkgimg_find(image, "add", NULL, &method, NULL), PKGIMG_OK);
		c = (void *)root(image, "closure");
		CHECK(method.address && method.address == (void *)(uintptr_t)c->code);
		CHECK_INT(((int (*)(int, int))c->code)(20, 3), 23);
		pkgimg_close(image);
		pkgimg_world_free(world);
	}
#else
	(void)u;
#endif
}

/* a list with code of its own, or without, of a dependency or none; returns what the build does */
static int write_list(const char *name, const char *ir, uint32_t flags,
	const struct pkgimg_dependency *d, char text[])
{
	struct pkgimg_build_options o = { .flags = flags };
	struct pkgimg_build *b;
	struct host h;
	int rc;

	host_start(&h, ROOM);
	b = host_build(&h, name, &o);
	if (d)
		pkgimg_build_dependency(b, d);
	if (ir)
		pkgimg_build_module(b, "m", ir, strlen(ir));
	pkgimg_build_root(b, "list", host_cons(&h, integer(1), integer(2)), "cons", 0);
	rc = write_it(b, path_to(name));
	strcpy(text, h.text);
	free(h.room);
	return rc;
}

static void forms_do_not_mix(struct unit *u)
{
	static const struct {
		uint32_t base, dependent;
		const char *base_ir, *ir, *text;
	} rows[] = {
		{ 0, 0, add_ir, add_ir, "" },
		{ PKGIMG_BUILD_NO_NATIVE, PKGIMG_BUILD_NO_NATIVE, add_ir, add_ir, "" },
		{ 0, PKGIMG_BUILD_NO_NATIVE, NULL, add_ir, "" },
		{ 0, PKGIMG_BUILD_NO_NATIVE, add_ir, NULL, "" },
		{ 0, PKGIMG_BUILD_NO_NATIVE, add_ir, add_ir,
			"error: native and data-only images do not mix in one load: dependency "
			"'Under' has native code, and 'Upper' is to have bitcode; build both with "
			"PKGIMG_BUILD_NO_NATIVE, or both without\n" },
		{ PKGIMG_BUILD_NO_NATIVE, 0, add_ir, add_ir,
			"error: native and data-only images do not mix in one load: dependency "
			"'Under' has bitcode, and 'Upper' is to have native code; build both with "
			"PKGIMG_BUILD_NO_NATIVE, or both without\n" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pkgimg_dependency d = { .size = sizeof(d) };
		struct pkgimg_image *base;
		struct pkgimg_world *world;
		char text[4096];

		CHECK_INT(write_list("Under", rows[i].base_ir, rows[i].base, NULL, text), 0);
		base = open_it(u, path_to("Under"), 0, NULL, &world);
		if (base) {
			CHECK_INT(pkgimg_describe(base, &d), PKGIMG_OK);
			CHECK_INT(d.flags, !rows[i].base_ir ? 0
					   : rows[i].base   ? PKGIMG_DEPENDENCY_BITCODE
							    : PKGIMG_DEPENDENCY_NATIVE);
			CHECK_INT(write_list("Upper", rows[i].ir, rows[i].dependent, &d, text),
				*rows[i].text != 0);
			CHECK_STR(text, rows[i].text);
			CHECK_INT(unlink(path_to("Upper")), *rows[i].text ? -1 : 0);
		}
		pkgimg_close(base);
		pkgimg_world_free(world);
		unlink(path_to("Under"));
	}
}

static void clean_up(struct unit *u)
{
	unlink(path_to("Halves.so"));
	unlink(path_to("Far.so"));
	unlink(path_to("Versions.so"));
	CHECK_INT(rmdir(folder), 0);
}

UNIT_MAIN(overlaps, interned_ring, two_threads, far_apart, versions, forms_do_not_mix, clean_up)
