/* Worlds in many threads: images with and without code are opened, asked everything and closed at
 * the same time. A test of its own runs this under Clang's thread checker. */
#include <pthread.h>
#include <signal.h>

#include "test/unit/heap_native.h"

enum { WORKERS = 4, ASKERS = 2 };

struct shared {
	struct place *p;
	struct pkgimg_world *world;
	const struct pkgimg_image *base;
	const void *address; /* in the heap of base */
	unsigned wrong, opened;
	int stop;
};

static void expect(struct shared *s, bool right)
{
	if (!right)
		__atomic_fetch_add(&s->wrong, 1, __ATOMIC_RELAXED);
}

/* each object, found by its first and its last byte, its image too */
static void ask_objects(struct shared *s, const struct pkgimg_image *image)
{
	struct pkgimg_object o = { 0 }, found;
	struct pkgimg_heap_type type;

	while (!pkgimg_object_next(image, &o)) {
		char *last = (char *)o.start + o.size - 1;

		expect(s, !pkgimg_object_at(image, o.start, &found) && found.index == o.index);
		expect(s, !pkgimg_object_at(image, last, &found) && found.start == o.start);
		expect(s, pkgimg_world_image_at(s->world, last) == image);
		expect(s, !pkgimg_heap_type_at(image, o.type, &type) && type.image == image);
	}
}

static void ask_names(struct shared *s, const struct pkgimg_image *image)
{
	struct pkgimg_dependency d = { .size = sizeof(d) };
	struct pkgimg_method m;
	struct pkgimg_root r;
	uint64_t offset;
	void **cell;
	int function;

	expect(s, pkgimg_world_find(s->world, pkgimg_name(image), NULL) == image);
	for (uint32_t i = 0; !pkgimg_root_at(image, i, &r); i++)
		expect(s, !pkgimg_root(image, r.name, &cell) && cell == r.cell);
	expect(s, !pkgimg_describe(image, &d));
	for (uint32_t i = 0; !pkgimg_method_at(image, i, &m) && m.address; i++)
		expect(s, d.symbol(&d, m.address, &offset, &function) && function);
}

/* the last of them has native code */
static void *opens_and_asks(void *ctx)
{
	static const char *const names[] = { "left", "right", "base", "native" };
	struct shared *s = ctx;

	for (unsigned i = 0; i < 60; i++) {
		struct pkgimg_options opt = { .size = sizeof(opt), .world = s->world };
		struct pkgimg_image *image = NULL;
		char path[128];

		opt.flags = i % 3 ? 0 : PKGIMG_MOVE;
		snprintf(path, sizeof(path), "%s/%s.pkgimg", s->p->dir,
			names[(i + __atomic_fetch_add(&s->opened, 1, __ATOMIC_RELAXED)) % 4]);
		expect(s, !pkgimg_open(path, &opt, &image, NULL));
		if (!image)
			continue;
		ask_objects(s, image);
		ask_names(s, image);
		pkgimg_close(image);
	}
	return NULL;
}

static void *asks(void *ctx)
{
	struct shared *s = ctx;

	while (!__atomic_load_n(&s->stop, __ATOMIC_RELAXED)) {
		expect(s, pkgimg_world_image_at(s->world, s->address) == s->base);
		expect(s, pkgimg_world_find(s->world, "base", NULL) == s->base);
	}
	return NULL;
}

static void *no_symbol(void *ctx, const char *name)
{
	(void)ctx, (void)name;
	return NULL;
}

static void all_at_once(struct unit *u)
{
	struct pkgimg_host host = { .size = sizeof(host), .symbol = no_symbol };
	struct place p = arrive();
	struct shared s = { .p = &p };
	struct maker_wish wish = { 0 };
	struct pkgimg_image *base;
	pthread_t threads[WORKERS + ASKERS];

	write_family(u, &p, 20);
	write_it(u, &p, "native", &wish, (struct img_variable) { VARIABLE, 0, 8 });
	s.world = world_of(u, &host, &p);
	s.base = base = open_it(u, in(&p, "base"), s.world, 0);
	s.address = root(u, base, "list");
	for (unsigned i = 0; i < WORKERS + ASKERS; i++)
		CHECK(!pthread_create(&threads[i], NULL, i < WORKERS ? opens_and_asks : asks, &s));
	for (unsigned i = 0; i < WORKERS + ASKERS; i++) {
		if (i == WORKERS)
			__atomic_store_n(&s.stop, 1, __ATOMIC_RELAXED);
		pthread_join(threads[i], NULL);
	}
	CHECK_INT(s.wrong, 0);
	CHECK_INT(s.opened, WORKERS * 60);
	pkgimg_close(base);
	CHECK(!pkgimg_world_next(s.world, NULL));
	pkgimg_world_free(s.world);
	left(u, &p);
}

/* ---- a question in a signal handler, while this very thread holds the world's lock */

static struct {
	const struct pkgimg_world *world;
	const void *address;
	const struct pkgimg_image *volatile got;
} question; /* a handler has no argument for it */

static void on_signal(int number)
{
	(void)number;
	question.got = pkgimg_world_image_at(question.world, question.address);
}

static int raise_it(void *ctx, const struct pkgimg_image *image)
{
	(void)image;
	return ++*(int *)ctx > 1 ? raise(SIGUSR1) : 0;
}

static void in_a_signal_handler(struct unit *u)
{
	struct sigaction act = { .sa_handler = on_signal }, old;
	int calls = 0;
	struct pkgimg_host host = { .size = sizeof(host), .ctx = &calls, .init = raise_it };
	struct place p = arrive();
	struct pkgimg_world *world = world_of(u, &host, &p);
	struct pkgimg_image *base, *other;

	write_family(u, &p, 20);
	base = open_it(u, in(&p, "base"), world, 0);
	question.world = world;
	question.address = root(u, base, "list");
	CHECK_INT(sigaction(SIGUSR1, &act, &old), 0);
	other = open_it(u, in(&p, "left"), world, 0);
	CHECK_INT(sigaction(SIGUSR1, &old, NULL), 0);
	CHECK_INT(calls, 2);
	CHECK(question.got == base);
	pkgimg_close(other);
	pkgimg_close(base);
	pkgimg_world_free(world);
	left(u, &p);
}

UNIT_MAIN(all_at_once, in_a_signal_handler)
