/* What llvm/shim.h calls cold must work in a program that never runs LLVM's constructors: nothing
 * here calls ll_start, and ctors.ld keeps it from happening by itself. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "caught.h"
#include "unit.h"
#include "llvm/optvis.h"
#include "llvm/shim.h"

static void triples(struct unit *u)
{
	static const struct row {
		const char *text, *normal, *arch_name, *os, *env;
		unsigned bits, major;
		bool known;
	} rows[] = {
		{ "x86_64-linux-gnu", "x86_64-unknown-linux-gnu", "x86_64", "linux", "gnu", 64, 0,
			true },
		{ "armv7-linux-gnueabihf", "armv7-unknown-linux-gnueabihf", "arm", "linux",
			"gnueabihf", 32, 0, true },
		{ "arm64-apple-macos11.0", "arm64-apple-macos11.0", "aarch64", "macosx", "", 64, 11,
			true },
		{ "x86_64-w64-mingw32", "x86_64-w64-windows-gnu", "x86_64", "windows", "gnu", 64, 0,
			true },
		{ "wasm32-wasi", "wasm32-unknown-wasi", "wasm32", "wasi", "", 32, 0, true },
		{ "potato-linux", "potato-unknown-linux", "unknown", "linux", "", 0, 0, false },
		{ "", "unknown", "unknown", "unknown", "", 0, 0, false },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct ll_triple t;
		u->row = rows[i].text;
		ll_triple_parse(&a, rows[i].text, &t);
		CHECK_STR(t.text, rows[i].text);
		CHECK_STR(t.normal, rows[i].normal);
		CHECK_STR(t.arch_name, rows[i].arch_name);
		CHECK_STR(t.os, rows[i].os);
		CHECK_STR(t.env, rows[i].env);
		CHECK_INT(t.bits, rows[i].bits);
		CHECK_INT(t.os_major, rows[i].major);
		CHECK_INT(t.known, rows[i].known);
	}
	u->row = NULL;
	CHECK(strchr(ll_host_triple(&a), '-') != NULL);
	arena_free(&a);
}

/* every kind of value, and what is refused; `wanted` is a part of the message, NULL = it is JSON */
static void json(struct unit *u)
{
	static const char text[] = "{\"b\": [1, 2.5, -3, true, null], \"a\": \"x\\u00e4\\n\", "
				   "\"b\": {}, \"n\": 9007199254740993}";
	static const struct row {
		const char *text, *wanted;
	} rows[] = {
		{ "{}", NULL },
		{ " [1]\r", NULL },
		{ "\"[[[\\\"[\"", NULL },
		{ "", "this is not JSON: [1:0" },
		{ "{\"a\": }", "this is not JSON: [1:7" },
		{ "{} {}", "this is not JSON" },
		{ "\"\xff\"", "UTF-8" },
	};
	struct arena a = { 0 };
	struct caught c;
	struct diags *d = caught_start(&c);
	const struct ll_json *v = ll_json_parse(&a, d, NOWHERE, text, sizeof(text) - 1);
	char deep[600];

	CHECK(v && v->kind == LL_JSON_OBJECT && v->n == 3);
	CHECK_STR(v->keys[0], "a");
	CHECK_STR(ll_json_get(v, "a")->text, "x\xc3\xa4\n");
	CHECK_INT(ll_json_get(v, "a")->size, 4);
	CHECK(ll_json_get(v, "b")->kind == LL_JSON_OBJECT); /* the last of equal keys */
	CHECK_INT(ll_json_get(v, "n")->integer, 9007199254740993);
	CHECK(!ll_json_get(v, "c") && !ll_json_get(NULL, "c"));
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		u->row = rows[i].text;
		caught_start(&c);
		v = ll_json_parse(&a, d, NOWHERE, rows[i].text, strlen(rows[i].text));
		CHECK(!v == !!rows[i].wanted);
		if (rows[i].wanted)
			CHECK(strstr(c.text, rows[i].wanted) != NULL);
	}
	u->row = NULL;
	memset(deep, '[', sizeof(deep));
	CHECK(!ll_json_parse(&a, d, NOWHERE, deep, sizeof(deep)));
	CHECK(strstr(c.text, "nested more than 256 deep") != NULL);
	arena_free(&a);
}

/* the vectors of the BLAKE3 reference: input byte i is i % 251 */
static void blake3(struct unit *u)
{
	static const struct row {
		const char *name;
		size_t n;
		const char *hex;
	} rows[] = {
		{ "empty", 0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262" },
		{ "1 byte", 1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213" },
		{ "1024 bytes", 1024,
			"42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7" },
	};
	uint8_t in[1024], out[32];
	char hex[65];

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i % 251);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		u->row = rows[i].name;
		ll_blake3(in, rows[i].n, out);
		for (size_t k = 0; k < sizeof(out); k++)
			sprintf(hex + 2 * k, "%02x", out[k]);
		CHECK_STR(hex, rows[i].hex);
	}
}

static void kinds(struct unit *u)
{
	static const struct row {
		const char *path, *bytes;
		size_t n;
		enum ll_file_kind kind;
	} rows[] = {
		{ "a.bc", "BC\xC0\xDE", 4, LL_FILE_BITCODE },
		{ "a.ll", "define", 6, LL_FILE_IR_TEXT },
		{ "a.txt", "define", 6, LL_FILE_UNKNOWN },
		{ "a.a", "!<arch>\n", 8, LL_FILE_ARCHIVE },
		{ "thin.a", "!<thin>\n", 8, LL_FILE_ARCHIVE },
		{ "w.o", "\0asm\1\0\0\0", 8, LL_FILE_WASM_OBJECT },
		{ "a.o", "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\1\0\76\0", 20, LL_FILE_ELF_OBJECT },
		{ "a.so", "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\76\0", 20, LL_FILE_SHARED },
		{ "empty", "", 0, LL_FILE_UNKNOWN },
		{ NULL, "x", 1, LL_FILE_UNKNOWN },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		u->row = rows[i].path;
		CHECK_INT(ll_file_kind(rows[i].path, rows[i].bytes, rows[i].n), rows[i].kind);
		CHECK(*ll_file_kind_name(rows[i].kind));
	}
}

static void options(struct unit *u)
{
	static const char *const argv[] = { "a.o", "-o", "out.so", "-Wl,-z,now", "-lfoo", "-",
		"--sharedd", "--target=x86_64-linux", "-qqqqqqqqqqqqqqqqqqqq" };
	struct arena a = { 0 };
	size_t n;
	const struct ll_arg *v = ll_opts_parse(&a, UNIT_COUNT(argv), argv, LinkOption, &n);

	if (!CHECK_INT(n, 8))
		return;
	CHECK_INT(v[0].id, 0);
	CHECK_STR(v[0].spelling, "a.o");
	CHECK_STR(v[1].spelling, "-o");
	CHECK_STR(v[1].values[0], "out.so");
	CHECK_INT(v[1].index, 1);
	CHECK_INT(v[2].nvalues, 2);
	CHECK_STR(v[2].values[1], "now");
	CHECK_INT(v[2].flags & LinkerInput, LinkerInput);
	CHECK_INT(v[2].index, 3);
	CHECK_STR(v[3].values[0], "foo");
	CHECK(v[3].group != 0 && ll_opt_in_group(v[3].id, v[3].group));
	CHECK(!ll_opt_in_group(v[1].id, v[3].group));
	CHECK_INT(v[4].id, 0);
	CHECK_STR(v[4].spelling, "-");
	CHECK(v[5].unknown);
	CHECK_STR(v[5].spelling, "--sharedd");
	CHECK_STR(v[5].near, "--shared");
	CHECK_STR(v[6].spelling, "--target=");
	CHECK_STR(v[6].values[0], "x86_64-linux");
	CHECK(v[7].unknown && !v[7].near);
	arena_free(&a);
}

static void missing_value(struct unit *u)
{
	static const char *const argv[] = { "a.o", "-o" };
	struct arena a = { 0 };
	size_t n;
	const struct ll_arg *v = ll_opts_parse(&a, 2, argv, LinkOption, &n);

	if (CHECK_INT(n, 2)) {
		CHECK(v[1].missing);
		CHECK(v[1].id != 0);
		CHECK_STR(v[1].spelling, "-o");
		CHECK_INT(v[1].wanted, 1);
		CHECK_INT(v[1].index, 1);
		CHECK_INT(v[1].nvalues, 0);
	}
	v = ll_opts_parse(&a, 0, NULL, LinkOption, &n);
	CHECK_INT(n, 0);
	CHECK(strstr(ll_opts_help(&a, LinkOption, "pkgimg link", "Link"), "Write the output to"));
	arena_free(&a);
}

static void put(const char *name, const void *text, size_t n)
{
	FILE *f = fopen(name, "wb");

	if (!f || fwrite(text, 1, n, f) != n || fclose(f))
		abort();
}

static void response_files(struct unit *u)
{
	static const char *const argv[] = { "first", "@one.rsp", "@none.rsp", "@", "@utf16.rsp",
		"last" };
	static const char *const want[] = { "first", "a b", "c", "d", "@rpath/x", "@none.rsp", "@",
		"hi", "last" };
	static const unsigned from[] = { 0, 1, 1, 1, 1, 2, 3, 4, 5 };
	struct arena a = { 0 };
	struct caught c;
	const char *const *v;
	const unsigned *origin;
	size_t n;

	put("one.rsp", "'a b' c @two.rsp\n@rpath/x", 25);
	put("two.rsp", "\\d\n", 3);
	put("utf16.rsp", "\xFF\xFEh\0i\0", 6);
	CHECK_INT(ll_expand_response(&a, caught_start(&c), LL_QUOTE_GNU, 1, UNIT_COUNT(argv), argv,
			  &n, &v, &origin),
		0);
	CHECK_STR(c.text, "");
	if (!CHECK_INT(n, UNIT_COUNT(want)))
		return;
	for (size_t i = 0; i < n; i++) {
		CHECK_STR(v[i], want[i]);
		CHECK_INT(origin[i], from[i]);
	}
	put("one.rsp", "\"a b\" c\\d 'x", 12);
	CHECK_INT(
		ll_expand_response(&a, &c.d, LL_QUOTE_WINDOWS, 1, 1, argv + 1, &n, &v, &origin), 0);
	CHECK_INT(n, 3);
	CHECK_STR(v[0], "a b");
	CHECK_STR(v[1], "c\\d");
	CHECK_STR(v[2], "'x");
	arena_free(&a);
}

static void bad_response_files(struct unit *u)
{
	static const char *const argv[] = { "x", "@self.rsp", "@folder", "@bad16.rsp" };
	struct arena a = { 0 };
	struct caught c;
	const char *const *v;
	const unsigned *origin;
	size_t n;

	put("self.rsp", "y @self.rsp", 11);
	put("bad16.rsp", "\xFF\xFEh", 3);
	mkdir("folder", 0777);
	CHECK_INT(
		ll_expand_response(&a, caught_start(&c), LL_QUOTE_GNU, 5, 4, argv, &n, &v, &origin),
		-1);
	CHECK_INT(c.d.errors, 3);
	CHECK(strstr(c.text, "argument 6: response file 'self.rsp' cannot be used: ") != NULL);
	CHECK(strstr(c.text, "recursive expansion of") != NULL);
	CHECK(strstr(c.text, "argument 7: response file 'folder'") != NULL);
	CHECK(strstr(c.text, "argument 8: response file 'bad16.rsp'") != NULL);
	arena_free(&a);
}

/* the files above are made in a folder of their own */
static void elsewhere(struct unit *u)
{
	static const char *const files[] = { "one.rsp", "two.rsp", "utf16.rsp", "self.rsp",
		"bad16.rsp", "folder" };
	char folder[] = "/tmp/unit-shim-XXXXXX";

	CHECK(mkdtemp(folder) && !chdir(folder));
	response_files(u);
	bad_response_files(u);
	for (size_t i = 0; i < UNIT_COUNT(files); i++)
		CHECK_INT(remove(files[i]), 0);
	CHECK_INT(chdir("/"), 0);
	CHECK_INT(rmdir(folder), 0);
}

UNIT_MAIN(triples, json, blake3, kinds, options, missing_value, elsewhere)
