/* Heaps of images that have native code: what leads from one to the other. */
#include "runtime/internal.h"
#include "test/unit/heap_native.h"

static int call(uint64_t address)
{
	int (*f)(void);
	void *at = (void *)address;

	memcpy(&f, &at, sizeof(f));
	return f();
}

/* of each method and variable every byte of its own has its name, and what is beside has none */
static void names_addresses(
	struct unit *u, const struct pkgimg_image *image, const struct pkgimg_dependency *d)
{
	struct pkgimg_global counter;
	struct pkgimg_method m;
	uint64_t offset;
	int function;

	for (uint32_t i = 0; !pkgimg_method_at(image, i, &m); i++) {
		const char *symbol = d->symbol(d, m.address, &offset, &function);

		/* one of several that are there */
		CHECK(symbol && offset == 0 && function == 1);
		CHECK_INT(pkgimg_find(image, symbol, NULL, &m, NULL), PKGIMG_OK);
		CHECK(d->symbol(d, m.address, &offset, &function) == symbol);
		CHECK(!d->symbol(d, (char *)m.address + 1, &offset, &function));
	}
	CHECK_INT(pkgimg_find_global(image, "counter", &counter, NULL), PKGIMG_OK);
	for (uint64_t i = 0; i < counter.size; i++) {
		const char *symbol = d->symbol(d, (char *)counter.address + i, &offset, &function);

		CHECK(symbol && !strcmp(symbol, "counter") && offset == i && function == 0);
	}
	CHECK(!d->symbol(d, (char *)counter.address - 1, &offset, &function));
	CHECK(!d->symbol(d, (char *)counter.address + counter.size, &offset, &function));
	CHECK(!d->symbol(d, NULL, &offset, &function));
	CHECK(!d->symbol(d, (void *)UINTPTR_MAX, &offset, &function));
}

struct seen {
	char text[200];
	uint64_t code;
	void *object;
};

static int on_insert(void *ctx, const struct pkgimg_insert *n)
{
	struct seen *s = ctx;

	snprintf(s->text, sizeof(s->text), "%s %s %s", n->function, n->signature, n->symbol);
	s->code = (uintptr_t)n->code;
	s->object = n->object;
	return 0;
}

static void binds_code(struct unit *u)
{
	struct place p = arrive();
	struct seen seen = { 0 };
	struct pkgimg_host host = { .size = sizeof(host), .ctx = &seen, .insert = on_insert };
	struct pkgimg_dependency d = { .size = sizeof(d) };
	struct pkgimg_world *world;
	struct maker_wish wish = { 0 };

	CHECK_INT(pkgimg_world_new(&host, NULL, 0, &world), PKGIMG_OK);
	write_it(u, &p, "native", &wish, (struct img_variable) { VARIABLE, 0, 8 });
	for (unsigned moved = 0; moved < 2; moved++) {
		struct pkgimg_image *image =
			open_it(u, in(&p, "native"), world, moved ? PKGIMG_MOVE : 0);
		struct pkgimg_heap_info info;
		struct pkgimg_global counter;
		struct pkgimg_object o = { 0 };
		uint64_t *closure, offset;
		const char *symbol;
		int function;

		CHECK_INT(pkgimg_heap(image, &info), PKGIMG_OK);
		CHECK_INT(info.moved, moved);
		closure = info.sections[PKGIMG_FATE_BOUND_CONST].address;
		CHECK_INT(closure[0], 22);
		CHECK_INT(call(closure[1]), 42);
		CHECK_INT(pkgimg_find_global(image, "counter", &counter, NULL), PKGIMG_OK);
		CHECK_INT(closure[2], (uintptr_t)counter.address + 1);
		/* the variable is MAKER_VARIABLE behind the counter */
		CHECK(((char **)counter.address)[MAKER_VARIABLE / 8] == (char *)info.address + 8);
		CHECK_STR(seen.text, "show int answer");
		CHECK(seen.object == closure && seen.code == closure[1]);
		CHECK_INT(pkgimg_object_next(image, &o), PKGIMG_OK);
		CHECK(o.start == info.address);
		pkgimg_describe(image, &d);
		symbol = d.symbol(&d, (void *)closure[1], &offset, &function);
		CHECK(symbol && !strcmp(symbol, "answer") && offset == 0 && function == 1);
		symbol = d.symbol(&d, (void *)closure[2], &offset, &function);
		CHECK(symbol && !strcmp(symbol, "counter") && offset == 1 && function == 0);
		CHECK(!d.symbol(&d, &p, &offset, &function));
		names_addresses(u, image, &d);
		pkgimg_close(image);
	}
	pkgimg_world_free(world);
	left(u, &p);
}

/* an image that has words which lead to a method and to `counter` of another one, as `d` tells it
 */
static void write_user(struct unit *u, struct place *p, const struct pkgimg_dependency *d,
	const char *name, const char *method)
{
	struct hm *h = hm_new(name, BASE + STEP);
	hm_ref object;
	uint32_t dep;

	hm_type(h, "closure", "dcc", 0, "");
	dep = hm_depend(h, d->name, d->heap_base, d->build_id, d->interface_digest);
	memcpy(((struct img_dependency *)(void *)h->dependencies.p)->uuid, d->uuid, 16);
	object = hm_object(h, IMG_FATE_BOUND_CONST, 0, 0);
	hm_bind(h, object, 1, IMG_BIND_DEPENDENCY_METHOD, method, 0, dep);
	hm_bind(h, object, 2, IMG_BIND_DEPENDENCY_GLOBAL, "counter", 0, dep);
	hm_root(h, "closure", object);
	CHECK(hm_write(h, in(p, name)));
}

/* another image's heap has words that lead to the code of this one */
static void binds_code_of_dependencies(struct unit *u)
{
	struct place p = arrive();
	struct pkgimg_world *world = NULL;
	struct pkgimg_dependency d = { .size = sizeof(d) };
	struct maker_wish wish = { 0 };
	struct pkgimg_image *native, *user;
	struct pkgimg_global counter;
	struct pkgimg_error err;
	const char *folders[] = { p.dir };
	uint64_t *closure;

	write_it(u, &p, "native", &wish, (struct img_variable) { VARIABLE, 0, 8 });
	native = open_it(u, in(&p, "native"), NULL, 0);
	pkgimg_describe(native, &d);
	write_user(u, &p, &d, "user", "answer");
	write_user(u, &p, &d, "bad", "none");
	pkgimg_close(native);
	CHECK_INT(pkgimg_world_new(NULL, folders, 1, &world), PKGIMG_OK);
	user = open_it(u, in(&p, "user"), world, 0);
	native = open_it(u, in(&p, "native"), world, 0);
	CHECK_INT(pkgimg_find_global(native, "counter", &counter, NULL), PKGIMG_OK);
	closure = root(u, user, "closure");
	CHECK_INT(call(closure[1]), 42);
	CHECK_INT(closure[2], (uintptr_t)counter.address);
	pkgimg_close(native);
	CHECK_INT(call(closure[1]), 42);
	CHECK_INT(refused(in(&p, "bad"), world, &err), PKGIMG_E_DEPENDENCY);
	CHECK(strstr(err.text, "its heap refers to 'none', which 'native' does not have"));
	pkgimg_close(user);
	CHECK(!pkgimg_world_next(world, NULL));
	pkgimg_world_free(world);
	left(u, &p);
}

#if defined(__x86_64__)
enum { SOME = 8, MORE = 10 }; /* features that every machine has: sse3, sse4.1 */
#else
enum { SOME = 4, MORE = 5 };
#endif

/* a word that leads to another image's method has the version that was taken there, and no slot */
static void binds_the_chosen_version(struct unit *u)
{
	struct place p = arrive();
	struct pkgimg_dependency d = { .size = sizeof(d) };
	struct maker_wish wish = { .versions = { SOME, MORE } };
	const char *folders[] = { p.dir };
	uintptr_t seen[3];

	write_it(u, &p, "native", &wish, (struct img_variable) { VARIABLE, 0, 8 });
	for (uint32_t target = 0; target < 3; target++) {
		struct pkgimg_options opt = { .size = sizeof(opt), .cpu_target = 1 + target };
		struct pkgimg_image *native = NULL, *user;
		struct pkgimg_method m;
		struct pkgimg_global counter;
		uint64_t *closure;

		CHECK_INT(pkgimg_world_new(NULL, folders, 1, &opt.world), PKGIMG_OK);
		CHECK_INT(pkgimg_open(in(&p, "native"), &opt, &native, NULL), PKGIMG_OK);
		CHECK_INT(pkgimg_target(native), target);
		CHECK_INT(pkgimg_describe(native, &d), PKGIMG_OK);
		if (!target)
			write_user(u, &p, &d, "user", "answer");
		user = open_it(u, in(&p, "user"), opt.world, 0);
		closure = root(u, user, "closure");
		CHECK_INT(call(closure[1]), 42 + target);
		CHECK_INT(pkgimg_find(native, "answer", NULL, &m, NULL), PKGIMG_OK);
		CHECK(closure[1] == (uintptr_t)m.address);
		seen[target] = closure[1] - (uintptr_t)native->view.header;
		names_addresses(u, native, &d);
		/* its variable is there once, for whoever writes to it */
		CHECK_INT(pkgimg_find_global(native, "counter", &counter, NULL), PKGIMG_OK);
		*(int *)closure[2] = 77 + (int)target;
		CHECK_INT(*(int *)counter.address, 77 + target);
		pkgimg_close(user);
		pkgimg_close(native);
		pkgimg_world_free(opt.world);
	}
	CHECK(seen[0] != seen[1] && seen[1] != seen[2] && seen[0] != seen[2]);
	left(u, &p);
}

UNIT_MAIN(binds_code, binds_code_of_dependencies, binds_the_chosen_version)
