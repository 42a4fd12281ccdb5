/* Imports: what the code of an image refers to in another one. */
#include <pthread.h>
#include <unistd.h>

#include "runtime/internal.h"
#include "test/unit/import_images.h"

static struct pkgimg_image *open_given(
	struct unit *u, const char *path, const struct pkgimg_image *given)
{
	struct pkgimg_options opt = {
		.size = sizeof(opt), .dependencies = &given, .ndependencies = 1
	};
	struct pkgimg_image *image = NULL;

	CHECK_INT(pkgimg_open(path, &opt, &image, NULL), PKGIMG_OK);
	return image;
}

static void *slot_of(const struct pkgimg_image *image, int slot)
{
	const struct img_view *v = &image->view;
	void *at = (char *)(uintptr_t)v->header + v->addresses[slot];

	return *(void **)at;
}

static void *method(struct unit *u, const struct pkgimg_image *image, const char *name)
{
	struct pkgimg_method m = { 0 };

	CHECK_INT(pkgimg_find(image, name, NULL, &m, NULL), PKGIMG_OK);
	return m.address;
}

static void *counter(struct unit *u, const struct pkgimg_image *image)
{
	struct pkgimg_global g = { 0 };

	CHECK_INT(pkgimg_find_global(image, "counter", &g, NULL), PKGIMG_OK);
	return g.address;
}

/* both slots of `user` lead to what `base` has taken, whose answer is that */
static void leads_to(struct unit *u, const struct pkgimg_image *user,
	const struct pkgimg_image *base, int answer)
{
	struct pkgimg_import n;
	int (*f)(void);
	void *code = slot_of(user, SLOT_A);

	CHECK(code == method(u, base, "answer"));
	CHECK(slot_of(user, SLOT_B) == counter(u, base));
	memcpy(&f, &code, sizeof(f));
	CHECK_INT(f(), answer);
#if defined(__x86_64__)
	code = method(u, user, "answer"); /* through the slot */
	memcpy(&f, &code, sizeof(f));
	CHECK_INT(f(), answer);
#endif
	CHECK_INT(pkgimg_import_count(user), 2);
	for (uint32_t i = 0; i < 2; i++) {
		CHECK_INT(pkgimg_import_at(user, i, &n), PKGIMG_OK);
		CHECK_STR(n.symbol, i ? "counter" : "answer");
		CHECK(n.owner == base && n.is_function == (i == 0));
		CHECK(pkgimg_import_address(user, i) == slot_of(user, i ? SLOT_B : SLOT_A));
	}
	CHECK_INT(pkgimg_import_at(user, 2, &n), PKGIMG_E_ARGUMENT);
	CHECK(!pkgimg_import_address(user, 2));
}

/* the version that was taken, from the world's folder, with slots that stay writable or do not */
static void fills(struct unit *u)
{
	struct place p = arrive();

	for (uint32_t i = 0; i < 6; i++) {
		struct pkgimg_options opt = { .size = sizeof(opt), .cpu_target = 1 + i % 3 };
		struct pkgimg_image *base = NULL, *user, *again;

		write_both(u, &p, i >= 3);
		opt.world = world_of(u, NULL, &p);
		CHECK_INT(pkgimg_open(in(&p, "base"), &opt, &base, NULL), PKGIMG_OK);
		user = open_it(u, in(&p, "user"), opt.world, 0);
		leads_to(u, user, base, 42 + (int)(i % 3));
		again = open_it(u, in(&p, "user"), opt.world, 0);
		CHECK(again == user);
		pkgimg_close(again);
		pkgimg_close(base); /* it is held */
		leads_to(u, user, pkgimg_world_find(opt.world, "base", NULL), 42 + (int)(i % 3));
		pkgimg_close(user);
		CHECK(!pkgimg_world_next(opt.world, NULL));
		user = open_it(u, in(&p, "user"), opt.world, 0); /* brings it in */
		CHECK(pkgimg_world_find(opt.world, "base", NULL));
		pkgimg_world_free(opt.world);
	}
	left(u, &p);
}

/* the access that /proc/self/maps tells for an address: "r--p" */
static void access_of(const void *address, char out[8])
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[600], access[8];
	unsigned long from, to;

	strcpy(out, "none");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, access) == 3 &&
			(uintptr_t)address - from < to - from)
			strcpy(out, access);
	}
	if (f)
		fclose(f);
}

static void seals_again(struct unit *u)
{
	for (int sealed = 0; sealed < 2; sealed++) {
		struct place p = arrive();
		struct pkgimg_world *world = world_of(u, NULL, &p);
		struct pkgimg_image *user;
		char access[8];

		write_both(u, &p, sealed);
		user = open_it(u, in(&p, "user"), world, 0);
		access_of((char *)(uintptr_t)user->view.header + user->view.addresses[SLOT_B],
			access);
		CHECK_STR(access, sealed ? "r--p" : "rw-p");
		pkgimg_world_free(world);
		left(u, &p);
	}
}

/* images that are open elsewhere: in no world, and in another one */
static void takes_given(struct unit *u)
{
	struct place p = arrive();

	write_both(u, &p, true);
	for (int i = 0; i < 2; i++) {
		struct pkgimg_world *world = i ? world_of(u, NULL, &p) : NULL;
		struct pkgimg_image *base = open_it(u, in(&p, "base"), world, 0);
		struct pkgimg_image *user = open_given(u, in(&p, "user"), base);
		struct pkgimg_image *other = open_given(u, in(&p, "user"), base);

		CHECK(!base->member == !world);
		leads_to(u, user, base, 44);
		CHECK(user != other);
		leads_to(u, other, base, 44);
		pkgimg_close(user);
		leads_to(u, other, base, 44);
		pkgimg_close(other);
		pkgimg_close(base);
		pkgimg_world_free(world);
	}
	left(u, &p);
}

static void refuses_what_is_missing(struct unit *u)
{
	static const struct {
		const char *row;
		struct imported imports[NIMPORTS];
		const char *symbol;
	} rows[] = {
		{ "a method", { { "none", IMG_IMPORT_METHOD, SLOT_A } }, "none" },
		{ "the second",
			{ { "answer", IMG_IMPORT_METHOD, SLOT_A },
				{ "void", IMG_IMPORT_GLOBAL, SLOT_B } },
			"void" },
		{ "a variable of each thread", { { "current", IMG_IMPORT_GLOBAL, SLOT_A } },
			"current" },
		{ "a variable that is no method", { { "counter", IMG_IMPORT_METHOD, SLOT_A } },
			"counter" },
		{ "a method that is no variable", { { "answer", IMG_IMPORT_GLOBAL, SLOT_A } },
			"answer" },
	};
	struct place p = arrive();
	struct pkgimg_world *world = world_of(u, NULL, &p);
	struct pkgimg_error err;
	char text[300];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct import_wish user = user_wish();

		u->row = rows[i].row;
		write_both(u, &p, false);
		user.digest = digest_of(u, in(&p, "base"));
		memcpy(user.imports, rows[i].imports, sizeof(user.imports));
		write_importer(u, &p, "user", &user);
		CHECK_INT(refused(in(&p, "user"), world, &err), PKGIMG_E_DEPENDENCY);
		snprintf(text, sizeof(text),
			"%s: its code refers to '%s', which 'base' does not have", in(&p, "user"),
			rows[i].symbol);
		CHECK_STR(err.text, text);
		CHECK(!pkgimg_world_next(world, NULL));
	}
	u->row = NULL;
	CHECK_INT(refused(in(&p, "user"), NULL, &err), PKGIMG_E_DEPENDENCY);
	CHECK(strstr(err.text, "it was built with 'base', which is not open"));
	pkgimg_world_free(world);
	left(u, &p);
}

/* one library leads to one of the copies of a dependency */
static void refuses_two_copies(struct unit *u)
{
	struct place p = arrive(), q = arrive();
	struct pkgimg_image *user, *base, *copy;
	const struct pkgimg_image *given;
	struct pkgimg_options opt = {
		.size = sizeof(opt), .dependencies = &given, .ndependencies = 1
	};
	struct pkgimg_error err;

	write_both(u, &p, true);
	write_both(u, &q, true);
	base = open_it(u, in(&p, "base"), NULL, 0);
	given = copy = open_it(u, in(&q, "base"), NULL, 0);
	CHECK(method(u, base, "answer") != method(u, copy, "answer"));
	user = open_given(u, in(&p, "user"), base);
	for (int i = 0; i < 2; i++) {
		struct pkgimg_image *none = NULL;

		CHECK_INT(pkgimg_open(in(&p, "user"), &opt, &none, &err), PKGIMG_E_CONFLICT);
		CHECK(!none && strstr(err.text, "its code refers to 'answer' of another build or "
						"copy of 'base'"));
		leads_to(u, user, base, 44);
	}
	pkgimg_close(user);
	user = open_given(u, in(&p, "user"), copy);
	leads_to(u, user, copy, 44);
	pkgimg_close(user);
	pkgimg_close(base);
	pkgimg_close(copy);
	left(u, &p);
	left(u, &q);
}

/* ---- bitcode */

struct compiler {
	struct unit *u;
	char said[300];
	int answer, counter, own; /* stand for what is compiled */
	void *found[2];
};

/* the undefined symbols are asked for when they are needed, and compiled then */
static void *compile(void *ctx, const struct pkgimg_image *image, const char *symbol)
{
	struct compiler *c = ctx;
	struct unit *u = c->u;
	size_t n = strlen(c->said);
	struct pkgimg_import import;

	snprintf(c->said + n, sizeof(c->said) - n, "%s:%s ", pkgimg_name(image), symbol);
	if (!strcmp(symbol, "answer"))
		return &c->answer;
	if (!strcmp(symbol, "counter"))
		return &c->counter;
	for (uint32_t i = 0; i < pkgimg_import_count(image); i++) {
		CHECK_INT(pkgimg_import_at(image, i, &import), PKGIMG_OK);
		CHECK_STR(pkgimg_name(import.owner), "base");
		CHECK_STR(import.symbol, i ? "counter" : "answer");
		c->found[i] = pkgimg_import_address(image, i);
	}
	return &c->own;
}

static void write_bitcode(struct unit *u, struct place *p, const char *name, const char *import)
{
	struct hm *h = hm_new(name, BASE + (import ? STEP : 0));
	hm_ref object;

	hm_type(h, "node", "dd", 0, "");
	object = hm_object(h, IMG_FATE_CONST, 0, 0);
	hm_root(h, "node", object);
	h->bitcode = "no bitcode, but bytes";
	hm_method(h, import ? "f" : "answer");
	if (import) {
		hm_depend(h, "base", 0, NULL, digest_of(u, in(p, "base")));
		hm_import(h, IMG_IMPORT_METHOD, import);
		hm_import(h, IMG_IMPORT_GLOBAL, "counter");
	} else {
		hm_global(h, "counter");
	}
	CHECK(hm_write(h, in(p, name)));
}

static void tells_those_of_bitcode(struct unit *u)
{
	struct place p = arrive();
	struct compiler c = { .u = u };
	struct pkgimg_host host = { .size = sizeof(host), .ctx = &c, .compile = compile };
	struct pkgimg_world *world = world_of(u, &host, &p);
	struct pkgimg_image *user, *base, *other;
	struct pkgimg_error err;

	write_bitcode(u, &p, "base", NULL);
	write_bitcode(u, &p, "user", "answer");
	write_bitcode(u, &p, "bad", "answe");
	user = open_it(u, in(&p, "user"), world, 0);
	CHECK_STR(c.said, "");
	CHECK(method(u, user, "f") == &c.own);
	CHECK_STR(c.said, "user:f base:answer base:counter ");
	CHECK(c.found[0] == &c.answer && c.found[1] == &c.counter);
	CHECK(pkgimg_import_address(user, 0) == &c.answer);
	CHECK(method(u, pkgimg_world_find(world, "base", NULL), "answer") == &c.answer);
	CHECK_STR(c.said, "user:f base:answer base:counter ");
	CHECK_INT(refused(in(&p, "bad"), world, &err), PKGIMG_E_DEPENDENCY);
	CHECK(strstr(err.text, "its code refers to 'answe', which 'base' does not have"));
	pkgimg_close(user);

	/* of another world: its host compiles it, in its world */
	c.said[0] = '\0';
	base = open_it(u, in(&p, "base"), world, 0);
	other = open_given(u, in(&p, "user"), base);
	CHECK(pkgimg_import_address(other, 1) == &c.counter);
	CHECK_STR(c.said, "base:counter ");
	pkgimg_close(other);
	pkgimg_close(base);
	pkgimg_world_free(world);
	left(u, &p);
}

/* nothing is found, filled or compiled */
static void leaves_heaps_alone(struct unit *u)
{
	struct place p = arrive();
	struct compiler c = { .u = u };
	struct pkgimg_host host = { .size = sizeof(host), .ctx = &c, .compile = compile };
	struct pkgimg_world *world = world_of(u, &host, &p);
	struct pkgimg_image *bad;

	write_bitcode(u, &p, "base", NULL);
	write_bitcode(u, &p, "bad", "answe");
	bad = open_it(u, in(&p, "bad"), world, PKGIMG_HEAP_ONLY);
	CHECK(root(u, bad, "node"));
	CHECK(!pkgimg_import_address(bad, 0) && !pkgimg_import_address(bad, 1));
	CHECK_STR(c.said, "");
	pkgimg_close(bad);
	pkgimg_world_free(world);
	left(u, &p);
}

/* ---- threads */

enum { WORKERS = 4, ROUNDS = 100 };

struct shared {
	struct place *p;
	pthread_barrier_t together;
	unsigned wrong;
};

/* each in a world of its own: the libraries are the same */
static void *opens_and_closes(void *ctx)
{
	struct shared *s = ctx;
	const char *folders[] = { s->p->dir };
	char path[128];

	snprintf(path, sizeof(path), "%s/user.pkgimg", s->p->dir);
	for (int i = 0; i < ROUNDS; i++) {
		struct pkgimg_options opt = { .size = sizeof(opt) };
		struct pkgimg_image *user;
		bool ok = !pkgimg_world_new(NULL, folders, 1, &opt.world);

		pthread_barrier_wait(&s->together); /* nobody has it open now */
		ok = ok && !pkgimg_open(path, &opt, &user, NULL);
		ok = ok && slot_of(user, SLOT_A) == pkgimg_import_address(user, 0) &&
		     slot_of(user, SLOT_B) == pkgimg_import_address(user, 1);
		if (!ok)
			__atomic_fetch_add(&s->wrong, 1, __ATOMIC_RELAXED);
		pthread_barrier_wait(&s->together);
		pkgimg_world_free(opt.world);
	}
	return NULL;
}

static void fills_in_many_threads(struct unit *u)
{
	struct place p = arrive();
	struct shared s = { .p = &p };
	pthread_t threads[WORKERS];

	write_both(u, &p, true);
	CHECK_INT(pthread_barrier_init(&s.together, NULL, WORKERS), 0);
	for (int i = 0; i < WORKERS; i++)
		CHECK_INT(pthread_create(&threads[i], NULL, opens_and_closes, &s), 0);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&s.together);
	CHECK_INT(s.wrong, 0);
	left(u, &p);
}

UNIT_MAIN(fills, seals_again, takes_given, refuses_what_is_missing, refuses_two_copies,
	tells_those_of_bitcode, leaves_heaps_alone, fills_in_many_threads)
