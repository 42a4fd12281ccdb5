/* What the tests of heaps share: a folder, a few images, opens. */
#ifndef HEAP_IMAGES_H
#define HEAP_IMAGES_H

#include "pkgimg/runtime.h"

#include "test/unit/heap_maker.h"
#include "test/unit/unit.h"

#if defined(__riscv) || defined(LOW_BASE) /* 38 bits, or what the thread checker can */
#define BASE UINT64_C(0x1300000000)
#else
#define BASE UINT64_C(0x230000000000)
#endif
#define STEP (UINT64_C(1) << 32)

/* a folder of its own for each test */
struct place {
	char dir[64], path[96];
};

static inline struct place arrive(void)
{
	struct place p = { .dir = "/tmp/pkgimg-heap-test-XXXXXX" };

	if (!mkdtemp(p.dir))
		abort();
	return p;
}

static inline const char *in(struct place *p, const char *name)
{
	snprintf(p->path, sizeof(p->path), "%s/%s.pkgimg", p->dir, name);
	return p->path;
}

static inline void left(struct unit *u, struct place *p)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -rf %s", p->dir);
	CHECK_INT(system(command), 0);
}

static inline struct pkgimg_image *open_it(
	struct unit *u, const char *path, struct pkgimg_world *world, uint32_t flags)
{
	uint32_t foreign = hm_abi ? PKGIMG_ALLOW_FOREIGN : 0;
	struct pkgimg_options opt = {
		.size = sizeof(opt), .flags = flags | foreign, .world = world
	};
	struct pkgimg_image *image = NULL;
	struct pkgimg_error err = { 0 };
	int code = pkgimg_open(path, &opt, &image, &err);

	CHECK_INT(code, PKGIMG_OK);
	CHECK_STR(err.text, "");
	return image;
}

static inline int refused(const char *path, struct pkgimg_world *world, struct pkgimg_error *err)
{
	struct pkgimg_options opt = { .size = sizeof(opt), .world = world };
	struct pkgimg_image *image = NULL;
	int code = pkgimg_open(path, &opt, &image, err);

	if (!code)
		pkgimg_close(image);
	return code;
}

static inline uint64_t *root(struct unit *u, const struct pkgimg_image *image, const char *name)
{
	void **cell = NULL;

	CHECK_INT(pkgimg_root(image, name, &cell), PKGIMG_OK);
	return cell ? *cell : NULL;
}

/* ---- images: types cons (two references) and symbol (a number and a reference), interned */

enum { CONS, SYMBOL, VECTOR };
enum { TAG = 3 };

static inline struct hm *start(const char *name, uint64_t base)
{
	struct hm *h = hm_new(name, base);

	hm_type(h, "cons", "ss", 0, "");
	hm_type(h, "symbol", "ds", IMG_HTF_INTERNED, "");
	hm_type(h, "vector", "dd*sd", IMG_HTF_MUTABLE, "");
	return h;
}

/* "list": n conses, the car of each tagged and leading to itself; "vector": of 3 references to the
 * list and numbers; symbol 7 */
static inline struct hm *base_image(unsigned n, uint64_t content)
{
	struct hm *h = start("base", BASE);
	hm_ref symbol = hm_object(h, IMG_FATE_CONST, SYMBOL, 0), list = HM_NONE, vector;

	*hm_word(h, symbol, 0) = 7;
	hm_intern(h, symbol, SYMBOL, 7);
	for (unsigned i = 0; i < n; i++) {
		hm_ref cons = hm_object(h, IMG_FATE_CONST, CONS, 0);

		hm_link(h, cons, 0, IMG_SELF, cons, TAG);
		if (list != HM_NONE)
			hm_link(h, cons, 1, IMG_SELF, list, 0);
		list = cons;
	}
	vector = hm_object(h, IMG_FATE_MUTABLE, VECTOR, 3);
	*hm_word(h, vector, 1) = content;
	for (unsigned i = 0; i < 3; i++) {
		if (list != HM_NONE)
			hm_link(h, vector, 2 + 2 * i, IMG_SELF, list, 0);
		*hm_word(h, vector, 3 + 2 * i) = i;
	}
	hm_root(h, "list", list);
	hm_root(h, "nothing", HM_NONE);
	hm_root(h, "symbol", HM_NONE);
	hm_use(h, hm_at(IMG_FATE_MUTABLE, 16), 0, 0);
	hm_root(h, "vector", vector);
	return h;
}

/* "NAME" with a list of n conses, each car is the base's list; symbols 7 and 8 of its own */
static inline struct hm *dependent(
	const char *name, unsigned number, const struct pkgimg_image *base, unsigned n)
{
	struct hm *h = start(name, BASE + number * STEP);
	struct pkgimg_dependency d = { .size = sizeof(d) };
	hm_ref symbols[2], list = HM_NONE;
	void **cell;
	uint32_t dep;

	pkgimg_describe(base, &d);
	pkgimg_root(base, "list", &cell);
	dep = hm_depend(h, d.name, d.heap_base, d.build_id, d.interface_digest);
	for (unsigned i = 0; i < 2; i++) {
		symbols[i] = hm_object(h, IMG_FATE_CONST, SYMBOL, 0);
		*hm_word(h, symbols[i], 0) = 7 + i;
		hm_intern(h, symbols[i], SYMBOL, 7 + i);
	}
	for (unsigned i = 0; i < n; i++) {
		hm_ref cons = hm_object(h, IMG_FATE_CONST, CONS, 0);

		hm_link(h, cons, 0, dep, (uintptr_t)*cell - (uintptr_t)d.heap + d.heap_base, TAG);
		if (list != HM_NONE)
			hm_link(h, cons, 1, IMG_SELF, list, 0);
		list = cons;
	}
	hm_root(h, "eight", HM_NONE);
	hm_use(h, hm_at(IMG_FATE_MUTABLE, 0), 0, 1);
	hm_root(h, "list", list);
	hm_root(h, "seven", HM_NONE);
	hm_use(h, hm_at(IMG_FATE_MUTABLE, 16), 0, 0);
	return h;
}

/* base, and two that depend on it: written to the folder */
static inline void write_family(struct unit *u, struct place *p, unsigned n)
{
	struct pkgimg_image *base;

	CHECK(hm_write(base_image(10, 1), in(p, "base")));
	base = open_it(u, in(p, "base"), NULL, 0);
	CHECK(hm_write(dependent("left", 1, base, n), in(p, "left")));
	CHECK(hm_write(dependent("right", 2, base, n), in(p, "right")));
	pkgimg_close(base);
}

static inline struct pkgimg_world *world_of(
	struct unit *u, const struct pkgimg_host *host, const struct place *p)
{
	const char *folders[] = { "/nowhere", p->dir };
	struct pkgimg_world *world = NULL;

	CHECK_INT(pkgimg_world_new(host, folders, 2, &world), PKGIMG_OK);
	return world;
}

/* everything at once: hooks, binds, insertions, bitcode, an interned object of the host */
static inline void write_one_busy(struct unit *u, struct place *p, const char *name, bool alone)
{
	struct hm *h = hm_new(name, BASE + 6 * STEP);
	hm_ref bound, constant, hooked, symbol;
	struct pkgimg_dependency d = { .size = sizeof(d) };
	struct pkgimg_image *base;
	uint32_t dep = IMG_SELF;

	CHECK(hm_write(base_image(10, 1), in(p, "base")));
	base = open_it(u, in(p, "base"), NULL, 0);
	pkgimg_describe(base, &d);
	pkgimg_close(base);
	hm_type(h, "closure", "dcc", 0, "");
	hm_type(h, "symbol", "ds", IMG_HTF_INTERNED, "");
	hm_type(h, "table", "dt", IMG_HTF_MUTABLE, "rehash");
	if (!alone)
		dep = hm_depend(h, "base", 0, NULL, d.interface_digest);
	hm_method(h, "f");
	hm_method(h, "g");
	bound = hm_object(h, IMG_FATE_BOUND_MUTABLE, 0, 0);
	constant = hm_object(h, IMG_FATE_BOUND_CONST, 0, 0);
	hooked = hm_object(h, IMG_FATE_CONST, 2, 0);
	symbol = hm_object(h, IMG_FATE_CONST, 1, 0);
	*hm_word(h, symbol, 0) = 7;
	hm_intern(h, symbol, 1, 7);
	hm_bind(h, constant, 1, IMG_BIND_HOST, "host_thing", 0, 0);
	hm_bind(h, bound, 1, IMG_BIND_METHOD, NULL, 0, 0);
	hm_bind(h, bound, 2, IMG_BIND_METHOD, NULL, 1, 0);
	hm_hook(h, hooked, 2);
	hm_insert(h, "Base.show", dep, 1, symbol);
	hm_insert(h, "own", 0, IMG_NO_METHOD, IMG_NO_OBJECT);
	hm_root(h, "bound", bound);
	hm_root(h, "constant", constant);
	hm_root(h, "hooked", hooked);
	hm_root(h, "symbol", HM_NONE);
	hm_use(h, hm_at(IMG_FATE_MUTABLE, 24), 0, 0);
	h->bitcode = "no bitcode, but bytes";
	CHECK(hm_write(h, in(p, name)));
}

/* "busy", which depends on the base, and "alone", which does not */
static inline void write_busy(struct unit *u, struct place *p)
{
	write_one_busy(u, p, "busy", false);
	write_one_busy(u, p, "alone", true);
}

#endif
