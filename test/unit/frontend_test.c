#include "base/names.h"
#include "frontend/code/jobs.h"
#include "frontend/exports.h"
#include "frontend/manifest.h"
#include "frontend/package.h"
#include "frontend/soname.h"
#include "frontend/tables/strings.h"
#include "frontend/tables/types.h"
#include "frontend/target.h"

#include "test/unit/caught.h"
#include "test/unit/unit.h"

/* ---- names and strings */

static void names_are_numbered(struct unit *u)
{
	struct arena a = { 0 };
	struct names n = { .mem = &a };
	char text[300][8];

	CHECK_INT(names_find(&n, "x"), NAMES_NONE);
	for (int i = 0; i < 300; i++) {
		snprintf(text[i], sizeof(text[i]), "n%d", i);
		CHECK_INT(names_add(&n, text[i]), i);
	}
	CHECK_INT(n.n, 300);
	CHECK_INT(names_add(&n, "n7"), 7);
	CHECK_INT(names_find(&n, "n299"), 299);
	CHECK_INT(names_find(&n, "n300"), NAMES_NONE);
	arena_free(&a);
}

static void strings_are_shared_and_utf8(struct unit *u)
{
	struct arena a = { 0 };
	struct strings s;
	uint32_t hello;

	strings_init(&s, &a);
	CHECK_INT(strings_add(&s, ""), 0);
	hello = strings_add(&s, "hello");
	CHECK_INT(hello, 1);
	CHECK_INT(strings_add(&s, "hello"), hello);
	CHECK_STR(s.bytes + strings_add(&s, "gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
	CHECK_STR(s.bytes + strings_add(&s, "a\xff"
					    "b\xc3"),
		"a?b?");
	CHECK_INT(s.bytes[s.n - 1], 0);
	arena_free(&a);
}

/* ---- package */

static void uuids(struct unit *u)
{
	static const struct {
		const char *text;
		bool ok;
	} rows[] = {
		{ "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", true },
		{ "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6", true },
		{ "f81d4fae7dec11d0a76500a0c91e6bf6", false },
		{ "f81d4fae-7dec-11d0-a765-00a0c91e6bf", false },
		{ "f81d4fae-7dec-11d0-a765-00a0c91e6bf66", false },
		{ "f81d4fag-7dec-11d0-a765-00a0c91e6bf6", false },
		{ "f81d4fae-7dec-11d0-a765+00a0c91e6bf6", false },
		{ "{81d4fae-7dec-11d0-a765-00a0c91e6bf}", false },
		{ "", false },
	};
	static const uint8_t wanted[16] = { 0xf8, 0x1d, 0x4f, 0xae, 0x7d, 0xec, 0x11, 0xd0, 0xa7,
		0x65, 0x00, 0xa0, 0xc9, 0x1e, 0x6b, 0xf6 };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		uint8_t got[16] = { 1 };

		u->row = rows[i].text;
		CHECK_INT(manifest_uuid(rows[i].text, got), rows[i].ok);
		CHECK(!rows[i].ok || !memcmp(got, wanted, 16));
		CHECK(rows[i].ok || got[0] == 1);
	}
}

static void names_from_outputs(struct unit *u)
{
	static const struct {
		const char *output, *name, *error;
	} rows[] = {
		{ "sqlite3.so", "sqlite3", "" },
		{ "a/b.d/libz.so.1.2", "libz", "" },
		{ "plain", "plain", "" },
		{ "a/stb_image-2.so", "stb_image-2", "" },
		{ "a b.so", "a b",
			"error: argument 3: no package name can be made of the output's "
			"name 'a b.so'; give one with --name\n" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct arena a = { 0 };
		struct job_word in = { "x.bc", { .arg = 2 } };
		struct build_request r = { .inputs = &in, .ninputs = 1 };
		struct caught c;
		struct package p;

		u->row = rows[i].output;
		r.output = (struct job_word) { rows[i].output, { .arg = 3 } };
		CHECK_INT(package_read(&a, caught_start(&c), &r, &p), *rows[i].error ? -1 : 0);
		CHECK_STR(p.name, rows[i].name);
		CHECK_STR(c.text, rows[i].error);
		CHECK_INT(p.modules.n, 1);
		CHECK(!p.exports.given && !p.needs.given && p.opt_level == '2');
		arena_free(&a);
	}
}

static void defaults_without_output(struct unit *u)
{
	struct arena a = { 0 };
	struct job_word in[] = { { "dir/one.bc", { .arg = 2 } }, { "two.ll", { .arg = 3 } } };
	struct build_request r = { .inputs = in, .ninputs = 2 };
	struct caught c;
	struct package p;

	CHECK_INT(package_read(&a, caught_start(&c), &r, &p), 0);
	CHECK_STR(p.name, "one");
	CHECK_STR(p.output.text, "one");
	CHECK(p.output_bare);
	r.needs.given = true; /* --needs none */
	CHECK_INT(package_read(&a, caught_start(&c), &r, &p), 0);
	CHECK(p.needs.given && !p.needs.n);
	arena_free(&a);
}

/* ---- types: two inputs by hand */

enum { VOID, INT, LIST, LIST_PTR, OTHER, OTHER_PTR, NTYPES };

/* struct list { struct list *next; struct other *o; int n; }; struct other: declared or defined */
static void make_input(struct arena *a, struct module_input *in, bool defined, uint64_t list_size)
{
	struct ll_type *t = arena_array(a, struct ll_type, NTYPES);
	struct ll_member *m = arena_array(a, struct ll_member, 4);

	for (int i = 0; i < NTYPES; i++)
		t[i].name = t[i].file = "";
	t[VOID].kind = LL_T_VOID;
	t[INT] = (struct ll_type) { .kind = LL_T_INT, .name = "int", .size = 4, .align = 4 };
	m[0] = (struct ll_member) { .name = "next", .type = LIST_PTR };
	m[1] = (struct ll_member) { .name = "o", .type = OTHER_PTR, .bit_offset = 64 };
	m[2] = (struct ll_member) { .name = "n", .type = INT, .bit_offset = 128 };
	m[3] = (struct ll_member) { .name = "back", .type = LIST_PTR };
	t[LIST] = (struct ll_type) { .kind = LL_T_STRUCT,
		.name = "list",
		.size = list_size,
		.align = 8,
		.members = m,
		.nmembers = 3 };
	t[LIST_PTR] = (struct ll_type) {
		.kind = LL_T_POINTER, .name = "", .size = 8, .align = 8, .target = LIST
	};
	t[OTHER] = (struct ll_type) { .kind = LL_T_OPAQUE, .tag = LL_T_STRUCT, .name = "other" };
	if (defined)
		t[OTHER] = (struct ll_type) { .kind = LL_T_STRUCT,
			.name = "other",
			.size = 8,
			.align = 8,
			.members = m + 3,
			.nmembers = 1 };
	t[OTHER_PTR] = (struct ll_type) {
		.kind = LL_T_POINTER, .name = "", .size = 8, .align = 8, .target = OTHER
	};
	in->debug = (struct ll_debug) { .types = t, .ntypes = NTYPES };
	in->has_debug = true;
}

static uint32_t count_kind(const struct type_table *t, int kind)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->ntypes; i++)
		n += t->types[i].kind == kind;
	return n;
}

static struct type_table merged_types(
	struct arena *a, struct unit *u, bool defined[2], uint64_t second_size)
{
	struct module_input in[2] = { 0 };
	struct exports none = { 0 };
	struct modules m = { .mem = a, .v = in, .n = 2 };
	struct strings s;
	struct type_table t;

	make_input(a, &in[0], defined[0], 24);
	make_input(a, &in[1], defined[1], second_size);
	strings_init(&s, a);
	CHECK_INT(types_build(&m, &none, &s, &t), 0);
	return t;
}

static void same_types_are_one(struct unit *u)
{
	struct arena a = { 0 };
	struct type_table t = merged_types(&a, u, (bool[]) { true, true }, 24);

	CHECK_INT(t.ntypes, NTYPES);
	for (int i = 0; i < NTYPES; i++)
		CHECK_INT(t.index[0][i], t.index[1][i]);
	CHECK_INT(t.types[0].kind, IMG_T_VOID);
	arena_free(&a);
}

static void declarations_find_definitions(struct unit *u)
{
	struct arena a = { 0 };
	struct type_table t = merged_types(&a, u, (bool[]) { false, true }, 24);

	CHECK_INT(count_kind(&t, IMG_T_OPAQUE), 0);
	CHECK_INT(count_kind(&t, IMG_T_STRUCT), 2);
	CHECK_INT(t.index[0][LIST], t.index[1][LIST]);
	CHECK_INT(t.index[0][OTHER], t.index[1][OTHER]);
	CHECK_INT(t.types[t.index[0][OTHER]].nmembers, 1);
	t = merged_types(&a, u, (bool[]) { false, false }, 24);
	CHECK_INT(count_kind(&t, IMG_T_OPAQUE), 1);
	arena_free(&a);
}

static void different_types_stay_apart(struct unit *u)
{
	struct arena a = { 0 };
	struct type_table t = merged_types(&a, u, (bool[]) { true, true }, 32);

	/* two lists, and all that can tell them apart */
	CHECK_INT(count_kind(&t, IMG_T_STRUCT), 4);
	CHECK(t.index[0][LIST] != t.index[1][LIST]);
	CHECK(t.index[0][OTHER_PTR] != t.index[1][OTHER_PTR]);
	CHECK_INT(t.index[0][INT], t.index[1][INT]);
	arena_free(&a);
}

/* ---- sonames */

static void sonames_of_broken_files(struct unit *u)
{
	static const char elf[64] = "\177ELF\2\1\1";
	char file[64];

	CHECK(!soname_find("", 0));
	CHECK(!soname_find("\177ELF", 4));
	CHECK(!soname_find(elf, sizeof(elf)));
	memset(file, 0xff, sizeof(file));
	memcpy(file, elf, 7);
	CHECK(!soname_find(file, sizeof(file)));
	file[54] = 56; /* e_phentsize, with 65535 headers at the end of everything */
	file[55] = 0;
	CHECK(!soname_find(file, sizeof(file)));
}

/* ---- GNU make's jobserver */

static void jobservers(struct unit *u)
{
	static const struct {
		const char *flags;
		bool found;
		struct jobserver_place place;
	} rows[] = {
		{ "", false, { 0 } },
		{ "ks -j8", false, { 0 } },
		{ " -j8 --jobserver-auth=3,4", true, { NULL, 3, 4 } },
		{ "k -j --jobserver-fds=5,6 -- CC=--jobserver", true, { NULL, 5, 6 } },
		{ "--jobserver-auth=fifo:/tmp/GMfifo7 -j3", true, { "/tmp/GMfifo7", 0, 0 } },
		{ "--jobserver-auth=3,4 --jobserver-auth=7,8", true, { NULL, 7, 8 } },
		{ "--jobserver-auth=-2,-2", false, { 0 } }, /* not for this child */
		{ "--jobserver-auth=3", false, { 0 } },
		{ "--jobserver-auth=", false, { 0 } },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct jobserver_place p = { 0 };

		CHECK(jobserver_find(&a, rows[i].flags, &p) == rows[i].found);
		CHECK(p.in == rows[i].place.in && p.out == rows[i].place.out);
		CHECK(!p.fifo == !rows[i].place.fifo);
		if (p.fifo && rows[i].place.fifo)
			CHECK_STR(p.fifo, rows[i].place.fifo);
	}
	arena_free(&a);
}

UNIT_MAIN(names_are_numbered, strings_are_shared_and_utf8, uuids, names_from_outputs,
	defaults_without_output, same_types_are_one, declarations_find_definitions,
	different_types_stay_apart, sonames_of_broken_files, jobservers)
