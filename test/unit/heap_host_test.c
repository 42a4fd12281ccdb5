#include <pthread.h>

#include "test/unit/heap_images.h"

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

static void *on_intern(void *ctx, const struct pkgimg_heap_type *type, uint64_t hash, void *object)
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
	CHECK(m.address != NULL); /* the load had it compiled, for its heap */
	CHECK_INT(pkgimg_find(image, "f", NULL, &m, NULL), PKGIMG_OK);
	memcpy(&f, &m.address, sizeof(f));
	CHECK_INT(f(), 42);
	CHECK_STR(l.text, busy_log); /* and nobody was asked again */
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

/* images that are still open go with the world, those that others need last */
static void frees_what_is_open(struct unit *u)
{
	struct place p = arrive();
	struct log l = { .p = &p };
	struct pkgimg_host host = { .size = sizeof(host),
		.ctx = &l,
		.closed = on_closed,
		.init = on_init,
		.find = on_find };

	write_family(u, &p, 10);
	CHECK_INT(pkgimg_world_new(&host, NULL, 0, &l.world), PKGIMG_OK);
	open_it(u, in(&p, "right"), l.world, 0);
	open_it(u, in(&p, "left"), l.world, 0);
	open_it(u, in(&p, "base"), l.world, 0);
	l.text[0] = '\0';
	pkgimg_world_free(l.world);
	CHECK_STR(l.text, "closed left\nclosed right\nclosed base\n");
	left(u, &p);
}

/* ---- many images */

static void opens_many(struct unit *u)
{
	enum { MANY = 600 };
	static struct pkgimg_image *images[MANY];
	struct place p = arrive();
	struct pkgimg_world *world;
	unsigned wrong = 0;

	CHECK_INT(pkgimg_world_new(NULL, NULL, 0, &world), PKGIMG_OK);
	for (unsigned i = 0; i < MANY; i++) {
		char name[16];
		struct hm *h;

		snprintf(name, sizeof(name), "p%u", i);
		h = start(name, BASE + i * 7 % MANY * UINT64_C(0x100000)); /* in no order */
		hm_root(h, "x", hm_object(h, IMG_FATE_MUTABLE, CONS, 0));
		wrong += !hm_write(h, in(&p, name));
		images[i] = open_it(u, in(&p, name), world, 0);
	}
	for (unsigned gone = 0; gone < MANY; gone++) {
		for (unsigned i = 0; i < MANY; i += gone % 50 ? 37 : 1) {
			unsigned k = (i * 11 + gone) % MANY;
			bool is_open = images[k] != NULL;
			char *at = (char *)(uintptr_t)(BASE + k * 7 % MANY * UINT64_C(0x100000));

			wrong += (pkgimg_world_image_at(world, at + 600) != images[k]) ||
				 (is_open && pkgimg_world_image_at(world, at - 1)) ||
				 pkgimg_world_image_at(world, at + 0x20000);
		}
		pkgimg_close(images[gone * 13 % MANY]);
		images[gone * 13 % MANY] = NULL;
	}
	CHECK_INT(wrong, 0);
	CHECK(!pkgimg_world_next(world, NULL));
	pkgimg_world_free(world);
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

UNIT_MAIN(asks_the_host, undoes_what_failed, frees_what_is_open, opens_many, works_in_threads)
