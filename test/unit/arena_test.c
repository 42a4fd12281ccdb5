#include "base/arena.h"

#include <stdint.h>

#include "test/unit/caught.h"
#include "test/unit/unit.h"

static void blocks_are_zeroed_and_apart(struct unit *u)
{
	enum { N = 300 };
	struct arena a = { 0 };
	unsigned char *p[N];
	bool zero = true, kept = true;

	for (size_t i = 0; i < N; i++) {
		p[i] = arena_alloc(&a, i, 1);
		for (size_t j = 0; j < i; j++)
			zero &= p[i][j] == 0;
		memset(p[i], (int)(i & 0xff), i);
	}
	for (size_t i = 0; i < N; i++) {
		for (size_t j = 0; j < i; j++)
			kept &= p[i][j] == (i & 0xff);
	}
	CHECK(zero);
	CHECK(kept);
	CHECK_INT(a.total, N * (N - 1) / 2);
	arena_free(&a);
}

static void alignment(struct unit *u)
{
	struct arena a = { 0 };

	for (size_t align = 1; align <= 4096; align *= 2) {
		for (size_t n = 0; n < 40; n += 13)
			CHECK_INT((uintptr_t)arena_alloc(&a, n, align) % align, 0);
		arena_alloc(&a, 1, 1);
	}
	CHECK_INT((uintptr_t)arena_new(&a, uint64_t) % _Alignof(uint64_t), 0);
	arena_free(&a);
}

static void empty_and_large(struct unit *u)
{
	struct arena a = { 0 };
	size_t large = 5 * 1024 * 1024;
	char *p;

	CHECK(arena_alloc(&a, 0, 1) != NULL);
	CHECK(arena_array(&a, int, 0) != NULL);
	p = arena_alloc(&a, large, 16);
	p[0] = p[large - 1] = 1;
	CHECK(arena_alloc(&a, 1, 1) != NULL);
	arena_free(&a);
	CHECK(!a.head && !a.at && !a.end && !a.total);
	p = arena_alloc(&a, 1, 1); /* ready again */
	CHECK_INT(*p, 0);
	arena_free(&a);
	arena_free(&a);
}

static void growing(struct unit *u)
{
	struct arena a = { 0 };
	size_t n = 0, cap = 0, wrong = 0;
	int *v = NULL;

	for (int i = 0; i < 1000; i++) {
		arena_push_room(&a, v, n, cap);
		v[n++] = i;
	}
	for (size_t i = 0; i < n; i++)
		wrong += v[i] != (int)i;
	CHECK_INT(wrong, 0);
	CHECK_INT(n, 1000);
	CHECK(cap >= n);
	v = arena_grow(&a, v, 2 * sizeof(int), 4 * sizeof(int), _Alignof(int));
	CHECK(v[0] == 0 && v[1] == 1 && v[2] == 0 && v[3] == 0);
	arena_free(&a);
}

static void ask_too_much(void *ctx)
{
	struct arena a = { 0 };

	(void)ctx;
	arena_alloc(&a, SIZE_MAX - 3, 16);
}

static void ask_too_many(void *ctx)
{
	struct arena a = { 0 };

	(void)ctx;
	/* 8 * this is 8 in 64 bits */
	arena_array(&a, uint64_t, SIZE_MAX / 8 + 2);
}

static void out_of_memory_is_fatal(struct unit *u)
{
	char err[512];

	CHECK_INT(caught_child(ask_too_much, NULL, err, sizeof(err)), EXIT_BUG);
	CHECK(!strncmp(err, "pkgimg: error: out of memory", 28));
	CHECK_INT(caught_child(ask_too_many, NULL, err, sizeof(err)), EXIT_BUG);
	CHECK(!strncmp(err, "pkgimg: error: out of memory", 28));
}

UNIT_MAIN(blocks_are_zeroed_and_apart, alignment, empty_and_large, growing, out_of_memory_is_fatal)
