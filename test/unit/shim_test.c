/* llvm/shim.h: links in this process, compiled IR, symbols, CPU tables. */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "caught.h"
#include "unit.h"
#include "llvm/shim.h"

static const char triple[] = "x86_64-unknown-linux-gnu";
static const char calls[] = "declare i32 @g()\n"
			    "define i32 @f() {\n  %1 = call i32 @g()\n  ret i32 %1\n}\n";
static const char defines[] = "@w = weak global i64 1\n@t = thread_local global i32 0\n"
			      "define i32 @g() {\n  ret i32 42\n}\n"
			      "define hidden void @h() {\n  ret void\n}\n";

static void object(struct unit *u, const char *name, const char *ir, const char *for_triple)
{
	struct caught c;
	struct arena a = { 0 };
	void *bytes = NULL;
	size_t n = 0;

	CHECK_INT(ll_compile_ir(caught_start(&c), "<test>", ir, for_triple, NULL, &bytes, &n), 0);
	CHECK_STR(c.text, "");
	CHECK_INT(file_write(&a, &c.d, NOWHERE, name, bytes, n), 0);
	free(bytes);
	arena_free(&a);
}

static void keep(void *ctx, bool err, const char *line, size_t n)
{
	struct caught *c = ctx;

	c->d.errors += err;
	if (strlen(line) == n)
		caught_line(c, DIAG_ERROR, line);
}

static void links(struct unit *u)
{
	static const char *const good[] = { "-shared", "f.o", "g.o", "-o", "fg.so" };
	static const char *const bad[] = { "-shared", "-z", "defs", "f.o", "-o", "bad.so" };
	struct caught c;
	int code = -1;

	caught_start(&c);
	CHECK_INT(ll_link(LL_GNU, UNIT_COUNT(bad), bad, keep, &c, &code, NULL), LL_LINK_FAILED);
	CHECK_INT(code, 1);
	CHECK(strstr(c.text, "pkgimg: error: undefined symbol: g\n>>> referenced by ") == c.text);
	CHECK(access("bad.so", F_OK) != 0);
	for (int i = 0; i < 2; i++) {
		caught_start(&c);
		CHECK_INT(ll_link(LL_GNU, UNIT_COUNT(good), good, keep, &c, &code, NULL), LL_OK);
		CHECK_INT(code, 0);
		CHECK_STR(c.text, "");
		CHECK(access("fg.so", R_OK) == 0);
		remove("fg.so");
	}
}

/* LLD's messages bear our name, in all its drivers */
static void flavors(struct unit *u)
{
	static const struct row {
		const char *name;
		enum ll_flavor flavor;
		size_t n;
		const char *argv[3];
	} rows[] = {
		{ "gnu", LL_GNU, 1, { "--frob" } },
		{ "mingw", LL_GNU, 3, { "-m", "i386pep", "--frob" } },
		{ "mingw input", LL_GNU, 3, { "-m", "i386pep", "absent.o" } },
		{ "darwin", LL_DARWIN, 1, { "--frob" } },
		{ "wasm", LL_WASM, 1, { "--frob" } },
		{ "coff", LL_COFF, 1, { "absent.obj" } },
	};
	struct caught c;
	int code;

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		u->row = rows[i].name;
		caught_start(&c);
		CHECK_INT(ll_link(rows[i].flavor, rows[i].n, rows[i].argv, keep, &c, &code, NULL),
			LL_LINK_FAILED);
		CHECK(strstr(c.text, "pkgimg: error: ") == c.text);
	}
	u->row = NULL;
}

static void poisoned(struct unit *u)
{
	static const char *const cut[] = { "-shared", "cut.o", "-o", "cut.so" };
	struct arena a = { 0 };
	struct caught c;
	char *bytes = NULL;
	size_t n;
	int code = 0;

	CHECK_INT(
		file_read(&a, caught_start(&c), NOWHERE, "object", "f.o", 1 << 20, &bytes, &n), 0);
	CHECK_INT(file_write(&a, &c.d, NOWHERE, "cut.o", bytes, n / 2), 0);
	CHECK_INT(ll_link(LL_GNU, 4, cut, keep, &c, &code, NULL), LL_POISONED);
	CHECK_INT(code, 1);
	CHECK(strstr(c.text, "pkgimg: error: cut.o: ") != NULL);
	caught_start(&c);
	CHECK_INT(ll_link(LL_GNU, 4, cut, keep, &c, &code, NULL), LL_POISONED);
	CHECK(strstr(c.text, "use a new process") != NULL);
	remove("cut.o");
	arena_free(&a);
}

static const struct ll_symbol *find(const struct ll_symbol *v, size_t n, const char *name)
{
	static const struct ll_symbol none;

	for (size_t i = 0; i < n; i++)
		if (!strcmp(v[i].name, name))
			return &v[i];
	return &none;
}

static void symbols(struct unit *u)
{
	struct arena a = { 0 };
	struct caught c;
	const struct ll_symbol *v;
	char *bytes;
	size_t size, n;

	CHECK_INT(file_read(&a, caught_start(&c), NOWHERE, "object", "g.o", 1 << 20, &bytes, &size),
		0);
	CHECK_INT(ll_object_symbols(&a, &c.d, NOWHERE, "g.o", bytes, size, triple, &v, &n), 0);
	CHECK(find(v, n, "g")->function && find(v, n, "g")->global && find(v, n, "g")->size == 6);
	CHECK(find(v, n, "w")->weak && !find(v, n, "w")->function && find(v, n, "w")->size == 8);
	CHECK(find(v, n, "t")->tls);
	CHECK(find(v, n, "h")->hidden && !find(v, n, "g")->hidden);
	CHECK_STR(find(v, n, "g")->file, "g.o");
	CHECK_INT(ll_object_symbols(
			  &a, &c.d, NOWHERE, "g.o", bytes, size, "aarch64-linux-gnu", &v, &n),
		-1);
	CHECK_STR(c.text, "error: 'g.o' is an object for x86_64 (ELF), wanted aarch64 "
			  "(aarch64-unknown-linux-gnu); build it for that target\n");
	caught_start(&c);
	CHECK_INT(ll_object_symbols(&a, &c.d, NOWHERE, "x", "hello", 5, triple, &v, &n), -1);
	CHECK_STR(c.text, "error: 'x' is no object file, archive or bitcode\n");
	for (size_t cut = 0; cut < size; cut += 7) {
		caught_start(&c);
		if (ll_object_symbols(&a, &c.d, NOWHERE, "cut", bytes, cut, triple, &v, &n))
			CHECK_INT(c.d.errors, 1);
	}
	CHECK_INT(file_read(&a, &c.d, NOWHERE, "object", "f.o", 1 << 20, &bytes, &size), 0);
	CHECK_INT(ll_object_symbols(&a, &c.d, NOWHERE, "f.o", bytes, size, NULL, &v, &n), 0);
	CHECK(find(v, n, "g")->undefined && find(v, n, "g")->global);
	arena_free(&a);
}

static void bad_ir(struct unit *u)
{
	static const struct row {
		const char *name, *ir, *triple, *says;
	} rows[] = {
		{ "syntax", "define i32 @f() {\n  ret i32 x\n}\n", triple,
			"error: <ir>:2:11: expected value token\n" },
		{ "target", "", "potato-unknown-linux",
			"error: <ir>: LLVM 19.1.7 has no target for 'potato-unknown-linux'\n" },
	};
	struct caught c;
	void *bytes;
	size_t n;

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		u->row = rows[i].name;
		CHECK_INT(ll_compile_ir(caught_start(&c), "<ir>", rows[i].ir, rows[i].triple, NULL,
				  &bytes, &n),
			-1);
		CHECK_STR(c.text, rows[i].says);
	}
}

static bool has(const struct ll_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (!strcmp(names->v[i], name))
			return true;
	return false;
}

static void cpus(struct unit *u)
{
	struct arena a = { 0 };
	struct ll_names names;

	CHECK_INT(ll_cpu_names(&a, "x86_64-linux-gnu", &names), 0);
	CHECK(has(&names, "haswell") && !has(&names, "cortex-a72"));
	CHECK_INT(ll_cpu_names(&a, "aarch64-linux-gnu", &names), 0);
	CHECK(has(&names, "cortex-a72"));
	CHECK_INT(ll_feature_names(&a, "x86_64-linux-gnu", &names), 0);
	CHECK(has(&names, "avx2"));
	CHECK_INT(ll_cpu_names(&a, "potato-linux", &names), -1);
	CHECK(*ll_host_cpu(&a) != '\0');
	CHECK_STR(ll_version(), "19.1.7");
	arena_free(&a);
}

/* the objects lie in a folder of their own; a poisoned LLD comes last */
static void elsewhere(struct unit *u)
{
	char folder[] = "/tmp/unit-shim-XXXXXX";

	CHECK(mkdtemp(folder) && !chdir(folder));
	object(u, "f.o", calls, triple);
	object(u, "g.o", defines, triple);
	links(u);
	flavors(u);
	symbols(u);
	poisoned(u);
	remove("f.o");
	remove("g.o");
	CHECK_INT(chdir("/"), 0);
	CHECK_INT(rmdir(folder), 0);
}

UNIT_MAIN(bad_ir, cpus, elsewhere)
