/* A small language for tests of heaps: conses, strings, vectors, symbols (interned), closures.
 * Words are tagged in the lowest bit: 1 an integer, 0 a reference. */
#ifndef HEAP_HOST_H
#define HEAP_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkgimg/build.h"

typedef uintptr_t value;

struct cons {
	value car, cdr;
};
struct text {
	uint64_t n;
	char bytes[];
};
struct vector {
	uint64_t n;
	value at[];
};
struct symbol {
	struct text *name;
	uint64_t hash;
};
struct closure {
	void (*code)(void);
	value env;
	void *cache; /* transient */
	value weak;
};
struct pair { /* of a table */
	value key, data;
	uint64_t hash;
};
struct table {
	uint32_t n, used;
	uint64_t seed;
	struct pair at[];
};

enum host_type { T_CONS, T_TEXT, T_VECTOR, T_SYMBOL, T_CLOSURE, T_TABLE, T_NAME, T_TYPES };

/* where each object is, for `describe`: each has its type before it */
struct host_head {
	uint64_t magic, type;
};
#define HOST_MAGIC UINT64_C(0x1122334455667788)

struct host {
	char *room;
	size_t n, cap;
	uint32_t ids[T_TYPES];
	char text[4096]; /* all messages, each with a newline */
	unsigned errors;
};

static inline void *host_new(struct host *h, enum host_type type, size_t size)
{
	struct host_head *head = (void *)(h->room + h->n);

	h->n += (sizeof(*head) + size + 15) / 16 * 16;
	if (h->n > h->cap)
		abort();
	*head = (struct host_head) { HOST_MAGIC, type };
	return memset(head + 1, 0, size);
}

static inline value integer(intptr_t n)
{
	return (value)n << 1 | 1;
}

static inline value host_cons(struct host *h, value car, value cdr)
{
	struct cons *c = host_new(h, T_CONS, sizeof(*c));

	*c = (struct cons) { car, cdr };
	return (value)c;
}

static inline struct text *host_text(struct host *h, enum host_type type, const char *s)
{
	struct text *t = host_new(h, type, sizeof(*t) + strlen(s));

	t->n = strlen(s);
	memcpy(t->bytes, s, t->n);
	return t;
}

static inline value host_symbol(struct host *h, const char *s)
{
	struct symbol *y = host_new(h, T_SYMBOL, sizeof(*y));

	y->name = host_text(h, T_NAME, s);
	y->hash = strlen(s);
	return (value)y;
}

static inline struct vector *host_vector(struct host *h, uint64_t n)
{
	struct vector *v = host_new(h, T_VECTOR, sizeof(*v) + n * sizeof(value));

	v->n = n;
	return v;
}

/* the object before the address, however far */
static inline int host_describe(void *ctx, const void *address, struct pkgimg_build_object *out)
{
	struct host *h = ctx;
	const char *p = (const char *)((uintptr_t)address & ~(uintptr_t)15);

	if ((const char *)address < h->room || (const char *)address >= h->room + h->n)
		return 0;
	for (; p >= h->room + sizeof(struct host_head); p -= 16) {
		const struct host_head *head = (const void *)(p - sizeof(*head));

		if (head->magic != HOST_MAGIC)
			continue;
		out->start = p;
		out->type = h->ids[head->type];
		return 1;
	}
	return 0;
}

static inline void host_message(void *ctx, enum pkgimg_message kind, const char *line)
{
	struct host *h = ctx;
	size_t n = strlen(h->text);

	h->errors += kind == PKGIMG_ERROR;
	snprintf(h->text + n, sizeof(h->text) - n, "%s\n", line);
}

#define FIELD(T, member, kind, pointee)                                                            \
	{ #member, offsetof(T, member), sizeof(((T *)0)->member), kind, pointee }

static inline int host_types(struct host *h, struct pkgimg_build *b)
{
	static const struct pkgimg_field cons[] = { FIELD(struct cons, car, PKGIMG_STRONG, NULL),
		FIELD(struct cons, cdr, PKGIMG_STRONG, NULL) };
	static const struct pkgimg_field text[] = { FIELD(struct text, n, PKGIMG_DATA, NULL) };
	static const struct pkgimg_field item[] = { { "", 0, 8, PKGIMG_STRONG, NULL } };
	static const struct pkgimg_field symbol[] = { FIELD(struct symbol, name, PKGIMG_STRONG,
							      "name"),
		FIELD(struct symbol, hash, PKGIMG_DATA, NULL) };
	static const struct pkgimg_field closure[] = {
		FIELD(struct closure, code, PKGIMG_CODE, NULL),
		FIELD(struct closure, env, PKGIMG_STRONG, NULL),
		FIELD(struct closure, cache, PKGIMG_TRANSIENT, NULL),
		FIELD(struct closure, weak, PKGIMG_WEAK, NULL),
	};
	static const struct pkgimg_field table[] = { FIELD(struct table, n, PKGIMG_DATA, NULL),
		FIELD(struct table, used, PKGIMG_DATA, NULL),
		FIELD(struct table, seed, PKGIMG_DATA, NULL) };
	static const struct pkgimg_field pair[] = { FIELD(struct pair, key, PKGIMG_STRONG, NULL),
		FIELD(struct pair, data, PKGIMG_STRONG, NULL),
		FIELD(struct pair, hash, PKGIMG_DATA, NULL) };
#define TYPE(T, fields_)                                                                           \
	.size = sizeof(struct pkgimg_type), .bytes = sizeof(T), .fields = fields_,                 \
	.nfields = sizeof(fields_) / sizeof(fields_[0])
	const struct pkgimg_type types[T_TYPES] = {
		[T_CONS] = { TYPE(struct cons, cons), .name = "cons", .align = 16,
			.flags = PKGIMG_TYPE_MUTABLE },
		[T_TEXT] = { TYPE(struct text, text), .name = "text", .count_size = 8,
			.element_bytes = 1 },
		[T_VECTOR] = { TYPE(struct vector, text), .name = "vector", .count_size = 8,
			.element_bytes = 8, .element_fields = item, .nelement_fields = 1 },
		[T_SYMBOL] = { TYPE(struct symbol, symbol), .name = "symbol",
			.flags = PKGIMG_TYPE_INTERNED },
		[T_CLOSURE] = { TYPE(struct closure, closure), .name = "closure" },
		[T_TABLE] = { TYPE(struct table, table), .name = "table", .count_size = 4,
			.element_bytes = sizeof(struct pair), .element_fields = pair,
			.nelement_fields = 3, .hook = "rehash", .flags = PKGIMG_TYPE_MUTABLE },
		[T_NAME] = { TYPE(struct text, text), .name = "name", .count_size = 8,
			.element_bytes = 1, .flags = PKGIMG_TYPE_INTERNED },
	};
	int failed = 0;

	for (int i = 0; i < T_TYPES; i++)
		failed |= pkgimg_build_type(b, &types[i], &h->ids[i]);
	return failed;
}

static inline struct pkgimg_build *host_build(
	struct host *h, const char *name, struct pkgimg_build_options *more)
{
	static const struct pkgimg_pattern references[] = { { 1, 0 } };
	struct pkgimg_build_options o = more ? *more : (struct pkgimg_build_options) { 0 };
	struct pkgimg_build *b;

	o.size = sizeof(o);
	o.name = name;
	o.version = "1.0";
	o.message = host_message;
	o.message_ctx = h;
	o.patterns = references;
	o.npatterns = 1;
	o.describe = host_describe;
	o.describe_ctx = h;
	h->text[0] = '\0';
	h->errors = 0;
	if (pkgimg_build_new(&o, &b) || host_types(h, b))
		return NULL;
	return b;
}

static inline void host_start(struct host *h, size_t cap)
{
	*h = (struct host) { .cap = cap };
	h->room = aligned_alloc(4096, (cap + 4095) / 4096 * 4096);
	if (!h->room)
		abort();
	memset(h->room, 0, cap);
}

/* ---- an image with everything */

static const char module_ir[] = "@cache = external global ptr\n"
				"@count = global i32 7\n"
				"define ptr @get() {\n %1 = load ptr, ptr @cache\n ret ptr %1\n}\n"
				"define i32 @add(i32 %a, i32 %b) {\n %c = add i32 %a, %b\n"
				" ret i32 %c\n}\n";

#define LIVE_ADD   ((void (*)(void))0x1234560)
#define LIVE_COUNT ((void *)0x5000000)

struct sample {
	struct vector *v;
	struct table *t;
	struct closure *c;
	value list, weak_only;
};

static inline struct sample make_sample(struct host *h, size_t shift)
{
	struct sample s = { .list = integer(0) };

	host_new(h, T_TEXT, 16 + shift); /* objects lie elsewhere, and this one is not in it */
	for (int i = 0; i < 100; i++)
		s.list = host_cons(h, integer(i), s.list);
	s.weak_only = host_cons(h, integer(1), integer(2));
	s.v = host_vector(h, 5);
	s.v->at[0] = s.list;
	s.v->at[1] = host_symbol(h, "x");
	s.v->at[2] = (value)host_text(h, T_TEXT, "hello");
	s.v->at[3] = (value)s.v;         /* a cycle */
	s.v->at[4] = (value)&s.v->at[2]; /* into its own middle */
	s.c = host_new(h, T_CLOSURE, sizeof(*s.c));
	*s.c = (struct closure) { LIVE_ADD, (value)s.v, h, s.list };
	s.t = host_new(h, T_TABLE, sizeof(*s.t) + 2 * sizeof(struct pair));
	s.t->n = 2;
	s.t->at[0] = (struct pair) { host_symbol(h, "k"), (value)s.c, 5 };
	s.t->at[1].key = integer(3);
	((struct symbol *)s.t->at[0].key)->name = ((struct symbol *)s.v->at[1])->name;
	return s;
}

/* returns what the build returned; messages are in h->text */
static inline int host_sample(
	struct host *h, size_t shift, const char *path, uint32_t flags, const char *target)
{
	struct pkgimg_build_options o = { .flags = flags, .target = target };
	struct sample s = make_sample(h, shift);
	struct closure *weak = host_new(h, T_CLOSURE, sizeof(*weak));
	struct pkgimg_build *b = host_build(h, "Base", &o);
	struct pkgimg_build_method m = { sizeof(m), "Base.add", "add(a, b)", "add", (uintptr_t)s.c,
		"closure", NULL };
	int rc;

	weak->weak = s.weak_only;
	weak->code = (void (*)(void))((char *)LIVE_COUNT + 2);
	pkgimg_build_module(b, "m", module_ir, strlen(module_ir));
	pkgimg_build_root(b, "Main.t", (value)s.t, NULL, 0);
	pkgimg_build_root(b, "Main.fix", integer(42), NULL, 0);
	pkgimg_build_root(b, "Main.const", s.v->at[2], "text", PKGIMG_ROOT_CONST);
	pkgimg_build_root(b, "Main.weak", (value)weak, NULL, 0);
	pkgimg_build_symbol(b, "add", (void *)(uintptr_t)LIVE_ADD, 0);
	pkgimg_build_symbol(b, "count", LIVE_COUNT, 4);
	if (!(flags & PKGIMG_BUILD_NO_NATIVE))
		pkgimg_build_variable(b, "cache", s.v, "vector");
	pkgimg_build_method(b, &m);
	rc = pkgimg_build_write(b, path, NULL);
	pkgimg_build_free(b);
	return rc;
}

#endif
