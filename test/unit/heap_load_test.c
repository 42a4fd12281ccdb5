#include "test/unit/heap_images.h"

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
		CHECK_INT(info.words_written, lengths[i] ? 2 * lengths[i] - 1 + 3 + 3 : 2);
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

static void check_dependent(struct unit *u, const struct pkgimg_image *image,
	const struct pkgimg_image *base, unsigned n)
{
	uint64_t wrong = 0, length = 0;

	for (uint64_t *c = root(u, image, "list"); c; c = (uint64_t *)c[1], length++)
		wrong += c[0] != (uint64_t)root(u, base, "list") + TAG;
	CHECK_INT(wrong, 0);
	CHECK_INT(length, n);
	CHECK(root(u, image, "seven") == root(u, base, "symbol"));
	CHECK_INT(root(u, image, "eight")[0], 8);
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

/* two builds of one package, each with its dependent, are two worlds that share nothing */
static void keeps_versions_apart(struct unit *u)
{
	struct place p[2] = { arrive(), arrive() };
	struct pkgimg_world *worlds[2];
	struct pkgimg_image *base[2], *left_one[2];

	write_family(u, &p[0], 10);
	CHECK(hm_write(base_image(10, 2), in(&p[1], "base"))); /* another build, in its folder */
	base[1] = open_it(u, in(&p[1], "base"), NULL, 0);
	CHECK(hm_write(dependent("left", 1, base[1], 20), in(&p[1], "left")));
	pkgimg_close(base[1]);
	for (unsigned i = 0; i < 2; i++) {
		worlds[i] = world_of(u, NULL, &p[i]);
		left_one[i] = open_it(u, in(&p[i], "left"), worlds[i], 0);
		base[i] = open_it(u, in(&p[i], "base"), worlds[i], 0);
	}
	CHECK(memcmp(pkgimg_build_id(base[0]), pkgimg_build_id(base[1]), 16));
	for (unsigned i = 0; i < 2; i++) {
		check_dependent(u, left_one[i], base[i], 10 + 10 * i);
		CHECK_INT(root(u, base[i], "vector")[1], 1 + i);
		CHECK(pkgimg_world_image_at(worlds[i], root(u, base[i], "list")) == base[i]);
		CHECK(!pkgimg_world_image_at(worlds[i], root(u, base[1 - i], "list")));
		CHECK(pkgimg_world_find(worlds[i], "base", NULL) == base[i]);
	}
	CHECK(root(u, left_one[0], "seven") != root(u, left_one[1], "seven"));
	for (unsigned i = 0; i < 2; i++) {
		pkgimg_close(base[i]);
		pkgimg_close(left_one[i]);
		pkgimg_world_free(worlds[i]);
		left(u, &p[i]);
	}
}

/* where the list of an open image is when all is at its preferred address */
static uint64_t linked_list(struct unit *u, const struct pkgimg_image *image)
{
	struct pkgimg_heap_info info;

	CHECK_INT(pkgimg_heap(image, &info), PKGIMG_OK);
	return (uintptr_t)root(u, image, "list") - (uintptr_t)info.address + info.preferred;
}

/* "top" depends on left and right, which depend on the base: it is there once, whoever is first */
static void opens_diamonds(struct unit *u)
{
	static const char *const sides[] = { "left", "right" };
	struct place p = arrive();
	struct pkgimg_image *image, *opened[2];
	struct hm *h = start("top", BASE + 3 * STEP);
	struct pkgimg_world *world = world_of(u, NULL, &p);
	hm_ref pair = hm_object(h, IMG_FATE_CONST, CONS, 0);

	write_family(u, &p, 10);
	for (unsigned i = 0; i < 2; i++) {
		struct pkgimg_dependency d = { .size = sizeof(d) };
		uint32_t dep;

		opened[i] = open_it(u, in(&p, sides[i]), world, 0);
		pkgimg_describe(opened[i], &d);
		dep = hm_depend(h, d.name, d.heap_base, d.build_id, d.interface_digest);
		hm_link(h, pair, i, dep, linked_list(u, opened[i]), 0);
	}
	hm_root(h, "pair", pair);
	CHECK(hm_write(h, in(&p, "top")));
	pkgimg_close(opened[1]);
	pkgimg_close(opened[0]);
	CHECK(!pkgimg_world_next(world, NULL));
	for (unsigned moved = 0; moved < 2; moved++) {
		const struct pkgimg_image *at = NULL, *base;
		unsigned n = 0;

		image = open_it(u, in(&p, "top"), world, moved ? PKGIMG_MOVE : 0);
		while ((at = pkgimg_world_next(world, at)) != NULL)
			n++;
		CHECK_INT(n, 4);
		base = pkgimg_world_find(world, "base", NULL);
		CHECK(base == pkgimg_world_next(world, NULL));
		for (unsigned i = 0; i < 2; i++) {
			at = pkgimg_world_find(world, sides[i], NULL);
			check_dependent(u, at, base, 10);
			CHECK_INT(root(u, image, "pair")[i], (uintptr_t)root(u, at, "list"));
		}
		pkgimg_close(image);
		CHECK(!pkgimg_world_next(world, NULL));
	}
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
	struct hm *h = hm_new("other", BASE + 4 * STEP);

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

		h = hm_new(names[i], BASE + i * STEP);
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
	h = start("c", BASE + 7 * STEP);
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

/* ---- large */

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
	brings_dependencies, opens_once, refuses_other_builds, keeps_versions_apart, opens_diamonds,
	names_what_is_missing, compares_types, hands_types_over, follows_forwards,
	loads_more_than_4_gib)
