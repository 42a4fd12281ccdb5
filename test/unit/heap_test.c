#include "pkgimg/runtime.h"

#include <pthread.h>
#include <sys/stat.h>

#include "test/unit/heap_maker.h"
#include "test/unit/unit.h"

#define BASE UINT64_C(0x230000000000)

/* a folder of its own for each test */
struct place {
	char dir[64], path[96];
};

static struct place arrive(void)
{
	struct place p = { .dir = "/tmp/pkgimg-heap-test-XXXXXX" };

	if (!mkdtemp(p.dir))
		abort();
	return p;
}

static const char *in(struct place *p, const char *name)
{
	snprintf(p->path, sizeof(p->path), "%s/%s.pkgimg", p->dir, name);
	return p->path;
}

static void left(struct unit *u, struct place *p)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -rf %s", p->dir);
	CHECK_INT(system(command), 0);
}

static struct pkgimg_image *open_it(
	struct unit *u, const char *path, struct pkgimg_world *world, uint32_t flags)
{
	struct pkgimg_options opt = { .size = sizeof(opt), .flags = flags, .world = world };
	struct pkgimg_image *image = NULL;
	struct pkgimg_error err = { 0 };
	int code = pkgimg_open(path, &opt, &image, &err);

	CHECK_INT(code, PKGIMG_OK);
	CHECK_STR(err.text, "");
	return image;
}

static int refused(const char *path, struct pkgimg_world *world, struct pkgimg_error *err)
{
	struct pkgimg_options opt = { .size = sizeof(opt), .world = world };
	struct pkgimg_image *image = NULL;
	int code = pkgimg_open(path, &opt, &image, err);

	if (!code)
		pkgimg_close(image);
	return code;
}

static uint64_t *root(struct unit *u, const struct pkgimg_image *image, const char *name)
{
	void **cell = NULL;

	CHECK_INT(pkgimg_root(image, name, &cell), PKGIMG_OK);
	return cell ? *cell : NULL;
}

/* ---- images: types cons (two references) and symbol (a number and a reference), interned */

enum { CONS, SYMBOL, VECTOR };
enum { TAG = 3 };

static struct hm *start(const char *name, uint64_t base)
{
	struct hm *h = hm_new(name, base);

	hm_type(h, "cons", "ss", 0, "");
	hm_type(h, "symbol", "ds", IMG_HTF_INTERNED, "");
	hm_type(h, "vector", "dd*sd", IMG_HTF_MUTABLE, "");
	return h;
}

/* "list": n conses, the car of each tagged and leading to itself; "vector": of 3 references to the
 * list and numbers; symbol 7 */
static struct hm *base_image(unsigned n, uint64_t content)
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

static uint64_t length(struct unit *u, const struct pkgimg_image *image)
{
	uint64_t n = 0, wrong = 0;

	for (uint64_t *c = root(u, image, "list"); c; c = (uint64_t *)c[1], n++)
		wrong += c[0] != (uint64_t)c + TAG;
	CHECK_INT(wrong, 0);
	return n;
}

/* ---- one heap */

static void loads_at_its_place(struct unit *u)
{
	struct place p = arrive();
	struct pkgimg_heap_info info;
	struct pkgimg_image *image;
	void **cell;

	CHECK(hm_write(base_image(1000, 1), in(&p, "base")));
	image = open_it(u, in(&p, "base"), NULL, PKGIMG_VERIFY);
	CHECK_INT(pkgimg_heap(image, &info), PKGIMG_OK);
	CHECK_INT((uintptr_t)info.address, BASE);
	CHECK_INT(info.moved, 0);
	CHECK_INT(info.words_written, 0);
	CHECK_INT(info.bytes_copied, 0);
	CHECK_INT(info.nobjects, 1002);
	CHECK_INT(info.sections[PKGIMG_FATE_CONST].size, 16 + 16000);
	CHECK_INT(info.sections[PKGIMG_FATE_DATA].size, 0);
	CHECK_INT(length(u, image), 1000);
	CHECK_INT(root(u, image, "symbol")[0], 7);
	CHECK(!root(u, image, "nothing"));
	CHECK_INT(pkgimg_root(image, "none", &cell), PKGIMG_E_NOT_FOUND);
	CHECK_INT(pkgimg_root_count(image), 4);
	root(u, image, "vector")[1] = 99; /* it is mutable, and the file does not change */
	pkgimg_close(image);
	image = open_it(u, in(&p, "base"), NULL, PKGIMG_VERIFY);
	CHECK_INT(root(u, image, "vector")[1], 1);
	pkgimg_close(image);
	left(u, &p);
}

static void loads_elsewhere(struct unit *u)
{
	static const unsigned lengths[] = { 0, 1, 63, 5000, 200000 };
	struct place p = arrive();

	for (unsigned i = 0; i < 5; i++) {
		struct pkgimg_heap_info info;
		struct pkgimg_image *image;

		CHECK(hm_write(base_image(lengths[i], 1), in(&p, "base")));
		image = open_it(u, in(&p, "base"), NULL, PKGIMG_MOVE);
		CHECK_INT(pkgimg_heap(image, &info), PKGIMG_OK);
		CHECK(info.moved && (uintptr_t)info.address != BASE);
		CHECK_INT(length(u, image), lengths[i]);
		CHECK_INT(root(u, image, "vector")[4], (uintptr_t)root(u, image, "list"));
		CHECK_INT(root(u, image, "symbol")[0], 7);
		CHECK_INT(info.words_written,
			lengths[i] ? 2 * lengths[i] - 1 + 3 + 3 : 2);
		pkgimg_close(image);
	}
	left(u, &p);
}

static void moves_if_the_place_is_taken(struct unit *u)
{
	struct place p = arrive();
	struct pkgimg_image *one, *two;

	CHECK(hm_write(base_image(100, 1), in(&p, "base")));
	one = open_it(u, in(&p, "base"), NULL, 0);
	two = open_it(u, in(&p, "base"), NULL, 0); /* in a world of its own */
	CHECK(one != two);
	CHECK_INT(length(u, one), 100);
	CHECK_INT(length(u, two), 100);
	CHECK(root(u, one, "list") != root(u, two, "list"));
	pkgimg_close(one);
	CHECK_INT(length(u, two), 100);
	pkgimg_close(two);
	left(u, &p);
}

static void tells_objects(struct unit *u)
{
	struct place p = arrive();
	struct pkgimg_world *world;
	struct pkgimg_image *image;
	struct pkgimg_object o = { 0 }, found;
	struct pkgimg_heap_type type;
	uint64_t n[3] = { 0 }, wrong = 0;
	char *end;

	CHECK_INT(pkgimg_world_new(NULL, NULL, 0, &world), PKGIMG_OK);
	CHECK(hm_write(base_image(5000, 1), in(&p, "base")));
	image = open_it(u, in(&p, "base"), world, PKGIMG_MOVE);
	while (!pkgimg_object_next(image, &o)) {
		n[o.type]++;
		for (uint64_t at = 0; at < o.size; at += 5) {
			wrong += pkgimg_object_at(image, (char *)o.start + at, &found) != 0 ||
				 found.start != o.start || found.size != o.size ||
				 found.index != o.index || found.type != o.type;
			wrong += pkgimg_world_image_at(world, (char *)o.start + at) != image;
		}
	}
	CHECK_INT(wrong, 0);
	CHECK_INT(n[CONS], 5000);
	CHECK_INT(n[SYMBOL], 1);
	CHECK_INT(n[VECTOR], 1);
	CHECK_INT(pkgimg_heap_type_count(image), 3);
	CHECK_INT(pkgimg_heap_type_at(image, VECTOR, &type), PKGIMG_OK);
	CHECK_STR(type.name, "vector");
	CHECK_INT(type.size, 16);
	CHECK_INT(type.element_size, 16);
	CHECK(type.is_mutable && !type.is_interned);
	end = (char *)root(u, image, "vector") + 16 + 3 * 16;
	CHECK_INT(pkgimg_object_at(image, end - 1, &found), PKGIMG_OK);
	CHECK_INT(pkgimg_object_at(image, end, &found), PKGIMG_E_NOT_FOUND);
	CHECK(pkgimg_world_image_at(world, end) == image);
	CHECK(!pkgimg_world_image_at(world, &p));
	pkgimg_root(image, "list", (void ***)&end);
	CHECK_INT(pkgimg_object_at(image, end, &found), PKGIMG_E_NOT_FOUND); /* a cell */
	pkgimg_close(image);
	CHECK(!pkgimg_world_image_at(world, end));
	pkgimg_world_free(world);
	left(u, &p);
}

/* ---- several images */

/* "NAME" with a list of n conses, each car is the base's list; symbols 7 and 8 of its own */
static struct hm *dependent(const char *name, unsigned number, const struct pkgimg_image *base,
	unsigned n)
{
	struct hm *h = start(name, BASE + number * UINT64_C(0x100000000));
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

		hm_link(h, cons, 0, dep,
			(uintptr_t)*cell - (uintptr_t)d.heap + d.heap_base, TAG);
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

static void check_dependent(
	struct unit *u, const struct pkgimg_image *image, const struct pkgimg_image *base, unsigned n)
{
	uint64_t wrong = 0, length = 0;

	for (uint64_t *c = root(u, image, "list"); c; c = (uint64_t *)c[1], length++)
		wrong += c[0] != (uint64_t)root(u, base, "list") + TAG;
	CHECK_INT(wrong, 0);
	CHECK_INT(length, n);
	CHECK(root(u, image, "seven") == root(u, base, "symbol"));
	CHECK_INT(root(u, image, "eight")[0], 8);
}

/* base, and two that depend on it: written to the folder */
static void write_family(struct unit *u, struct place *p, unsigned n)
{
	struct pkgimg_image *base;

	CHECK(hm_write(base_image(10, 1), in(p, "base")));
	base = open_it(u, in(p, "base"), NULL, 0);
	CHECK(hm_write(dependent("left", 1, base, n), in(p, "left")));
	CHECK(hm_write(dependent("right", 2, base, n), in(p, "right")));
	pkgimg_close(base);
}

static struct pkgimg_world *world_of(
	struct unit *u, const struct pkgimg_host *host, const struct place *p)
{
	const char *folders[] = { "/nowhere", p->dir };
	struct pkgimg_world *world = NULL;

	CHECK_INT(pkgimg_world_new(host, folders, 2, &world), PKGIMG_OK);
	return world;
}

static void brings_dependencies(struct unit *u)
{
	for (unsigned moved = 0; moved < 8; moved++) { /* base, left, right */
		struct place p = arrive();
		struct pkgimg_world *world = world_of(u, NULL, &p);
		struct pkgimg_image *base = NULL, *left_one, *right;
		const struct pkgimg_image *at;

		write_family(u, &p, 3000);
		if (moved & 1)
			base = open_it(u, in(&p, "base"), world, PKGIMG_MOVE);
		left_one = open_it(u, in(&p, "left"), world, moved & 2 ? PKGIMG_MOVE : 0);
		right = open_it(u, in(&p, "right"), world, moved & 4 ? PKGIMG_MOVE : 0);
		at = pkgimg_world_find(world, "base", NULL);
		CHECK(at && (!base || base == at));
		CHECK(at == pkgimg_world_next(world, NULL));
		check_dependent(u, left_one, at, 3000);
		check_dependent(u, right, at, 3000);
		CHECK(root(u, left_one, "eight") == root(u, right, "eight"));
		pkgimg_close(base);
		pkgimg_close(left_one); /* the other one uses its symbol: it stays */
		CHECK(pkgimg_world_find(world, "left", NULL));
		CHECK_INT(root(u, right, "eight")[0], 8);
		check_dependent(u, right, at, 3000);
		pkgimg_close(right);
		CHECK(!pkgimg_world_next(world, NULL));
		pkgimg_world_free(world);
		left(u, &p);
	}
}

static void opens_once(struct unit *u)
{
	struct place p = arrive();
	struct pkgimg_world *world = world_of(u, NULL, &p);
	struct pkgimg_image *a, *b, *base;

	write_family(u, &p, 10);
	a = open_it(u, in(&p, "left"), world, 0);
	b = open_it(u, in(&p, "left"), world, 0);
	base = open_it(u, in(&p, "base"), world, 0);
	CHECK(a == b);
	pkgimg_close(a);
	pkgimg_close(base);
	check_dependent(u, b, base, 10);
	pkgimg_close(b);
	CHECK(!pkgimg_world_next(world, NULL));
	pkgimg_world_free(world);
	left(u, &p);
}

static void refuses_other_builds(struct unit *u)
{
	struct place p = arrive();
	struct pkgimg_world *world = world_of(u, NULL, &p);
	struct pkgimg_error err;
	struct pkgimg_image *base;

	write_family(u, &p, 10);
	base = open_it(u, in(&p, "base"), world, 0);
	CHECK(hm_write(base_image(10, 2), in(&p, "base2")));
	CHECK_INT(refused(in(&p, "base2"), world, &err), PKGIMG_E_CONFLICT);
	CHECK(strstr(err.text, "another build of this package is open"));
	CHECK_INT(strlen(err.expected), 32);
	pkgimg_close(base);
	base = open_it(u, in(&p, "base2"), world, 0);
	CHECK_INT(refused(in(&p, "left"), world, &err), PKGIMG_E_DEPENDENCY);
	CHECK(strstr(err.text, "it refers into another build of 'base'"));
	CHECK(strcmp(err.expected, err.found) && strlen(err.found) == 32);
	pkgimg_close(base);
	CHECK(!pkgimg_world_next(world, NULL));
	pkgimg_world_free(world);
	left(u, &p);
}

static void names_what_is_missing(struct unit *u)
{
	struct place p = arrive();
	struct pkgimg_world *world = world_of(u, NULL, &p);
	struct pkgimg_error err;
	struct hm *h;

	write_family(u, &p, 10);
	unlink(in(&p, "base"));
	CHECK_INT(refused(in(&p, "left"), world, &err), PKGIMG_E_DEPENDENCY);
	CHECK(strstr(err.text, "it was built with 'base', which is not open and was not found"));
	h = start("a", BASE);
	hm_depend(h, "b", 0, NULL, 0);
	hm_root(h, "x", HM_NONE);
	CHECK(hm_write(h, in(&p, "a")));
	h = start("b", BASE);
	hm_depend(h, "c", 0, NULL, 0);
	hm_root(h, "x", HM_NONE);
	CHECK(hm_write(h, in(&p, "b")));
	h = start("c", BASE);
	hm_depend(h, "b", 0, NULL, 0);
	hm_root(h, "x", HM_NONE);
	CHECK(hm_write(h, in(&p, "c")));
	CHECK_INT(refused(in(&p, "a"), world, &err), PKGIMG_E_DEPENDENCY);
	CHECK(strstr(err.text, "images depend on each other in a circle: b -> c -> b"));
	CHECK(!pkgimg_world_next(world, NULL));
	pkgimg_world_free(world);
	left(u, &p);
}

static void compares_types(struct unit *u)
{
	struct place p = arrive();
	struct pkgimg_world *world = world_of(u, NULL, &p);
	struct pkgimg_error err;
	struct pkgimg_image *a, *b;
	struct hm *h = hm_new("other", BASE + (UINT64_C(1) << 36));

	hm_type(h, "cons", "dsd", IMG_HTF_MUTABLE, "");
	hm_root(h, "x", HM_NONE);
	CHECK(hm_write(h, in(&p, "other")));
	write_family(u, &p, 10);
	a = open_it(u, in(&p, "base"), world, 0);
	CHECK_INT(refused(in(&p, "other"), world, &err), PKGIMG_E_TYPE);
	CHECK(strstr(err.text,
		": type 'cons' is another one than in 'base': its size is 24, was 16; field 'a' is "
		"u64 at 0, was void * at 0; field 'c' is u64 at 16, was not there; mutable is 1, "
		"was 0; its pointers are others"));
	b = open_it(u, in(&p, "left"), world, 0);
	pkgimg_close(a);
	pkgimg_close(b);
	b = open_it(u, in(&p, "other"), world, 0); /* nobody has the other one any more */
	CHECK_INT(refused(in(&p, "left"), world, &err), PKGIMG_E_TYPE);
	pkgimg_close(b);
	pkgimg_world_free(world);
	left(u, &p);
}

/* a type outlives the image that had it first */
static void hands_types_over(struct unit *u)
{
	struct place p = arrive();
	struct pkgimg_world *world;
	struct pkgimg_error err;
	struct pkgimg_image *a, *b;
	struct hm *h;

	CHECK_INT(pkgimg_world_new(NULL, NULL, 0, &world), PKGIMG_OK);
	for (unsigned i = 0; i < 3; i++) {
		const char *const names[] = { "a", "b", "c" };

		h = hm_new(names[i], BASE + i * (UINT64_C(1) << 36));
		hm_type(h, "cons", i == 2 ? "sd" : "ss", 0, "");
		hm_root(h, "x", HM_NONE);
		CHECK(hm_write(h, in(&p, names[i])));
	}
	a = open_it(u, in(&p, "a"), world, 0);
	b = open_it(u, in(&p, "b"), world, 0);
	pkgimg_close(a);
	CHECK_INT(refused(in(&p, "c"), world, &err), PKGIMG_E_TYPE);
	CHECK(strstr(err.text, "than in 'b': field 'b' is u64 at 8, was void * at 8"));
	pkgimg_close(b);
	pkgimg_world_free(world);
	left(u, &p);
}

/* ---- interned objects */

/* a and b have symbol 8; c refers to b's: to a's, then */
static void follows_forwards(struct unit *u)
{
	struct place p = arrive();
	struct pkgimg_world *world = world_of(u, NULL, &p);
	struct pkgimg_image *alone, *a, *c;
	struct pkgimg_dependency d = { .size = sizeof(d) };
	struct hm *h;
	hm_ref cons;
	void **cell;
	uint32_t dep;

	write_family(u, &p, 10);
	alone = open_it(u, in(&p, "right"), world, 0);
	pkgimg_describe(alone, &d);
	pkgimg_root(alone, "eight", &cell);
	h = start("c", BASE + (UINT64_C(1) << 37));
	dep = hm_depend(h, "right", d.heap_base, d.build_id, d.interface_digest);
	cons = hm_object(h, IMG_FATE_CONST, CONS, 0);
	hm_link(h, cons, 0, dep, (uintptr_t)*cell, TAG);
	hm_link(h, cons, 1, dep, (uintptr_t)*cell + 8, 0);
	hm_root(h, "cons", cons);
	CHECK(hm_write(h, in(&p, "c")));
	pkgimg_close(alone);
	a = open_it(u, in(&p, "left"), world, 0);
	c = open_it(u, in(&p, "c"), world, 0);
	CHECK_INT(root(u, c, "cons")[0], (uintptr_t)root(u, a, "eight") + TAG);
	CHECK_INT(root(u, c, "cons")[1], (uintptr_t)root(u, a, "eight") + 8);
	pkgimg_close(a);
	CHECK_INT(((uint64_t *)root(u, c, "cons")[1])[-1], 8);
	pkgimg_close(c);
	CHECK(!pkgimg_world_next(world, NULL));
	pkgimg_world_free(world);
	left(u, &p);
}

/* ---- the host */

struct log {
	char text[2000];
	const char *fail; /* the entry to refuse */
	uint64_t seven[2];
	struct pkgimg_world *world;
	int image_seen; /* hooks found their image by its address */
	struct place *p;
};

static int note(struct log *l, const char *what, const char *name)
{
	size_t n = strlen(l->text);

	snprintf(l->text + n, sizeof(l->text) - n, "%s %s\n", what, name);
	return l->fail && !strcmp(l->fail, what);
}

static void *on_symbol(void *ctx, const char *name)
{
	return note(ctx, "symbol", name) ? NULL : !strcmp(name, "missing") ? NULL : ctx;
}

static int on_type(void *ctx, const struct pkgimg_heap_type *type)
{
	return note(ctx, "type", type->name);
}

static void *on_intern(
	void *ctx, const struct pkgimg_heap_type *type, uint64_t hash, void *object)
{
	struct log *l = ctx;
	uint64_t *o = object;

	note(l, "intern", type->name);
	return hash == 7 && *o == 7 ? l->seven : NULL;
}

static int on_hook(void *ctx, const struct pkgimg_heap_type *type, void *object, uint64_t size)
{
	struct log *l = ctx;

	*(uint64_t *)object += size;
	l->image_seen += pkgimg_world_image_at(l->world, object) == type->image;
	return note(ctx, "hook", type->hook);
}

static int on_insert(void *ctx, const struct pkgimg_insert *insert)
{
	char text[100];

	snprintf(text, sizeof(text), "%s of %s: %s%s%s", insert->function,
		pkgimg_name(insert->owner), insert->symbol ? insert->symbol : "-",
		insert->object ? " object" : "", insert->code ? " code" : "");
	return note(ctx, "insert", text);
}

static int on_init(void *ctx, const struct pkgimg_image *image)
{
	return note(ctx, "init", pkgimg_name(image));
}

static void on_closed(void *ctx, const struct pkgimg_image *image)
{
	note(ctx, "closed", pkgimg_name(image));
}

static int on_find(void *ctx, const struct pkgimg_wanted *wanted, char *buf, size_t size)
{
	struct log *l = ctx;

	snprintf(buf, size, "%s/%s.pkgimg", l->p->dir, wanted->name);
	return note(ctx, "find", wanted->name);
}

static int answer(void)
{
	return 42;
}

static void *on_compile(void *ctx, const struct pkgimg_image *image, const char *symbol)
{
	int (*f)(void) = answer;
	void *address;

	(void)image;
	memcpy(&address, &f, sizeof(f));
	return note(ctx, "compile", symbol) ? NULL : address;
}

static struct pkgimg_host host_of(struct log *l)
{
	return (struct pkgimg_host) { .size = sizeof(struct pkgimg_host),
		.ctx = l,
		.symbol = on_symbol,
		.type = on_type,
		.intern = on_intern,
		.hook = on_hook,
		.insert = on_insert,
		.init = on_init,
		.closed = on_closed,
		.find = on_find,
		.compile = on_compile };
}

/* everything at once: hooks, binds, insertions, bitcode, an interned object of the host */
static void write_busy(struct unit *u, struct place *p)
{
	struct hm *h = hm_new("busy", BASE + (UINT64_C(3) << 36));
	hm_ref bound, constant, hooked, symbol;
	struct pkgimg_dependency d = { .size = sizeof(d) };
	struct pkgimg_image *base;
	uint32_t dep;

	CHECK(hm_write(base_image(10, 1), in(p, "base")));
	base = open_it(u, in(p, "base"), NULL, 0);
	pkgimg_describe(base, &d);
	pkgimg_close(base);
	hm_type(h, "closure", "dcc", 0, "");
	hm_type(h, "symbol", "ds", IMG_HTF_INTERNED, "");
	hm_type(h, "table", "dt", IMG_HTF_MUTABLE, "rehash");
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
	CHECK(hm_write(h, in(p, "busy")));
}

static const char busy_log[] = "find base\ntype cons\ntype symbol\ntype vector\n"
			       "intern symbol\ninit base\n"
			       "type closure\ntype table\nintern symbol\n"
			       "symbol host_thing\ncompile f\ncompile g\nhook rehash\n"
			       "insert Base.show of base: g object\ninsert own of busy: -\n"
			       "init busy\n";

static void asks_the_host(struct unit *u)
{
	struct place p = arrive();
	struct log l = { .p = &p };
	struct pkgimg_host host = host_of(&l);
	struct pkgimg_image *image;
	struct pkgimg_bitcode code;
	struct pkgimg_method m;
	int (*f)(void);

	write_busy(u, &p);
	CHECK_INT(pkgimg_world_new(&host, NULL, 0, &l.world), PKGIMG_OK);
	image = open_it(u, in(&p, "busy"), l.world, 0);
	CHECK_STR(l.text, busy_log);
	CHECK_INT(l.image_seen, 1);
	CHECK_INT(root(u, image, "constant")[1], (uintptr_t)&l);
	memcpy(&f, &root(u, image, "bound")[1], sizeof(f));
	CHECK_INT(f(), 42);
	CHECK_INT(root(u, image, "hooked")[0], 16);
	CHECK(root(u, image, "symbol") == l.seven);
	CHECK_INT(pkgimg_bitcode_count(image), 1);
	CHECK_INT(pkgimg_bitcode_at(image, 0, &code), PKGIMG_OK);
	CHECK(code.size == 21 && !memcmp(code.data, "no bitcode", 10));
	CHECK_INT(pkgimg_method_at(image, 0, &m), PKGIMG_OK);
	CHECK(!m.address);
	CHECK_INT(pkgimg_find(image, "f", NULL, &m, NULL), PKGIMG_OK);
	memcpy(&f, &m.address, sizeof(f));
	CHECK_INT(f(), 42);
	l.text[0] = '\0';
	pkgimg_close(image);
	CHECK_STR(l.text, "closed busy\nclosed base\n");
	pkgimg_world_free(l.world);
	left(u, &p);
}

static void undoes_what_failed(struct unit *u)
{
	static const struct {
		const char *fail;
		int code;
		const char *text;
	} rows[] = {
		{ "symbol", PKGIMG_E_NEEDS, "its heap refers to 'host_thing', which the host" },
		{ "type", PKGIMG_E_HOST, "type 'cons' is not what the host knows" },
		{ "hook", PKGIMG_E_HOST, "the hook 'rehash' of type 'table' was refused" },
		{ "insert", PKGIMG_E_HOST, "the method 'Base.show' any was refused" },
		{ "init", PKGIMG_E_HOST, "its dependency 'base'" },
		{ "find", PKGIMG_E_DEPENDENCY, "'base', which is not open and was not found" },
		{ "compile", PKGIMG_E_HOST, "the host cannot compile 'f'" },
	};
	struct place p = arrive();

	write_busy(u, &p);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct log l = { .p = &p, .fail = rows[i].fail };
		struct pkgimg_host host = host_of(&l);
		struct pkgimg_error err;
		struct pkgimg_image *image;

		u->row = rows[i].fail;
		CHECK_INT(pkgimg_world_new(&host, NULL, 0, &l.world), PKGIMG_OK);
		CHECK_INT(refused(in(&p, "busy"), l.world, &err), rows[i].code);
		CHECK(strstr(err.text, rows[i].text));
		CHECK(!pkgimg_world_next(l.world, NULL));
		l.fail = NULL;
		l.text[0] = '\0';
		image = open_it(u, in(&p, "busy"), l.world, 0);
		CHECK_STR(l.text, busy_log);
		pkgimg_close(image);
		pkgimg_world_free(l.world);
	}
	u->row = NULL;
	left(u, &p);
}

/* ---- many threads */

struct shared {
	struct unit *u;
	struct place *p;
	struct pkgimg_world *world;
	const struct pkgimg_image *base;
	const void *address;
	int wrong, stop;
};

static void *opens_and_closes(void *ctx)
{
	struct shared *s = ctx;

	for (int i = 0; i < 100; i++) {
		char path[128];
		struct pkgimg_options opt = { .size = sizeof(opt), .world = s->world };
		struct pkgimg_image *image = NULL;

		snprintf(path, sizeof(path), "%s/%s.pkgimg", s->p->dir, i % 3 ? "left" : "right");
		if (pkgimg_open(path, &opt, &image, NULL)) {
			__atomic_fetch_add(&s->wrong, 1, __ATOMIC_RELAXED);
			continue;
		}
		pkgimg_close(image);
	}
	return NULL;
}

static void *asks(void *ctx)
{
	struct shared *s = ctx;

	while (!__atomic_load_n(&s->stop, __ATOMIC_RELAXED)) {
		if (pkgimg_world_image_at(s->world, s->address) != s->base)
			__atomic_fetch_add(&s->wrong, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void works_in_threads(struct unit *u)
{
	struct place p = arrive();
	struct shared s = { .u = u, .p = &p };
	struct pkgimg_image *base;
	pthread_t threads[6];

	write_family(u, &p, 100);
	s.world = world_of(u, NULL, &p);
	s.base = base = open_it(u, in(&p, "base"), s.world, 0);
	s.address = root(u, base, "list");
	for (unsigned i = 0; i < 6; i++)
		CHECK(!pthread_create(&threads[i], NULL, i < 4 ? opens_and_closes : asks, &s));
	for (unsigned i = 0; i < 6; i++) {
		if (i == 4)
			__atomic_store_n(&s.stop, 1, __ATOMIC_RELAXED);
		pthread_join(threads[i], NULL);
	}
	CHECK_INT(s.wrong, 0);
	pkgimg_close(base);
	CHECK(!pkgimg_world_next(s.world, NULL));
	pkgimg_world_free(s.world);
	left(u, &p);
}

/* ---- large, and broken */

static void loads_more_than_4_gib(struct unit *u)
{
	struct place p = arrive();
	struct hm *h = start("large", BASE);
	struct pkgimg_image *image;
	struct pkgimg_object o;
	hm_ref vector, cons;

	h->sparse = (UINT64_C(5) << 30) + 4096;
	hm_add(&h->sections[IMG_FATE_DATA], NULL, 8);
	vector = hm_object(h, IMG_FATE_MUTABLE, VECTOR, 0);
	cons = hm_object(h, IMG_FATE_CONST, CONS, 0);
	hm_link(h, cons, 0, IMG_SELF, vector, 0);
	hm_root(h, "cons", cons);
	hm_root(h, "vector", vector);
	CHECK(hm_write(h, in(&p, "large")));
	for (unsigned moved = 0; moved < 2; moved++) {
		image = open_it(u, in(&p, "large"), NULL, moved ? PKGIMG_MOVE : 0);
		CHECK_INT(root(u, image, "cons")[0], (uintptr_t)root(u, image, "vector"));
		CHECK_INT(pkgimg_object_at(image, root(u, image, "vector"), &o), PKGIMG_OK);
		CHECK_INT(o.index, 1);
		pkgimg_close(image);
	}
	left(u, &p);
}

UNIT_MAIN(loads_at_its_place, loads_elsewhere, moves_if_the_place_is_taken, tells_objects,
	brings_dependencies, opens_once, refuses_other_builds, names_what_is_missing,
	compares_types, hands_types_over, follows_forwards, asks_the_host, undoes_what_failed,
	works_in_threads, loads_more_than_4_gib)
