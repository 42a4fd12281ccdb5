#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "stubs/elfstub.h"

#include "test/unit/age.h"
#include "test/unit/caught.h"
#include "test/unit/unit.h"

static const char good[] = "# a comment\n"
			   "soname libx.so.1\n"
			   "\n"
			   "machine x86_64\n"
			   "version X_1\n"
			   "version X_2\n"
			   "__env X_1 o 8\n"
			   "alpha X_1 f 0\n"
			   "beta  X_2\to 40\n"
			   "env X_1 o 8 =__env\n"
			   "gamma - f 0\n"
			   "tls X_2 t 4\n";

static int parse(struct arena *a, struct caught *c, const char *text, struct stub_list *out)
{
	return stub_list_parse(a, caught_start(c), "x.list", str_dup(a, text), strlen(text), out);
}

static void reads(struct unit *u)
{
	struct arena a = { 0 };
	struct caught c;
	struct stub_list l;

	if (!CHECK_INT(parse(&a, &c, good, &l), 0))
		return;
	CHECK_STR(c.text, "");
	CHECK_STR(l.soname, "libx.so.1");
	CHECK_STR(l.machine, "x86_64");
	CHECK_INT(l.nsymbols, 6);
	CHECK_INT(l.nversions, 2);
	CHECK_STR(l.versions[1], "X_2");
	CHECK_STR(l.symbols[2].name, "beta");
	CHECK_INT(l.symbols[2].version, 2);
	CHECK_INT(l.symbols[2].kind, STUB_OBJECT);
	CHECK_INT(l.symbols[2].size, 40);
	CHECK_INT(l.symbols[2].same, 2);
	CHECK_INT(l.symbols[3].same, 0);
	CHECK_INT(l.symbols[4].version, 0);
	CHECK_INT(l.symbols[5].kind, STUB_TLS);
	for (size_t i = 0; i < l.nsymbols; i++)
		CHECK(stub_list_find(&l, l.symbols[i].name) == &l.symbols[i]);
	CHECK(!stub_list_has(&l, "alph"));
	CHECK(!stub_list_has(&l, "alphas"));
	CHECK(!stub_list_has(&l, ""));
	CHECK(!stub_list_has(&l, "zeta"));
	CHECK_INT(parse(&a, &c, "soname x\nmachine arm", &l), 0);
	CHECK_INT(l.nsymbols, 0);
	CHECK(!stub_list_has(&l, "a"));
	arena_free(&a);
}

/* a list for several machines */
static void narrows(struct unit *u)
{
	static const char text[] = "soname x.dll\nmachine any\n"
				   "a - f 0 @12\n"
				   "b - f 0 =c on:x86_64,arm\n"
				   "b - o 0 on:i386\n"
				   "d - f 0 on:x86_64\n";
	struct arena a = { 0 };
	struct caught c;
	struct stub_list l;

	CHECK_INT(parse(&a, &c, text, &l), 0);
	CHECK_STR(c.text, "");
	stub_list_narrow(&l, "i386");
	CHECK_INT(l.nsymbols, 2);
	CHECK(l.symbols[0].stdcall && l.symbols[0].args == 12);
	CHECK(stub_list_find(&l, "b")->kind == STUB_OBJECT);
	CHECK_INT(parse(&a, &c, text, &l), 0);
	stub_list_narrow(&l, "x86");
	CHECK_INT(l.nsymbols, 1);
	CHECK_INT(parse(&a, &c, text, &l), 0);
	stub_list_narrow(&l, "x86_64");
	CHECK_INT(l.nsymbols, 3);
	CHECK_STR(stub_list_find(&l, "b")->other, "c");
	arena_free(&a);
}

#define HEAD "soname x\nmachine x86_64\n"

/* table */
static void refuses(struct unit *u)
{
	static const struct {
		const char *name, *text, *message;
	} rows[] = {
		{ "empty", "",
			"error: x.list: 'soname NAME' and 'machine ARCHITECTURE' are wanted\n" },
		{ "no head", "a b f 0\nmachine x86_64\n",
			"error: x.list:1:1: 'soname NAME' is wanted, got 'a'\n" },
		{ "no machine", "soname x\na b f 0\n",
			"error: x.list:2:1: 'machine ARCHITECTURE' is wanted, got 'a'\n" },
		{ "machine", "soname x\nmachine vax\n",
			"error: x.list:2:9: no architecture is called 'vax'\n" },
		{ "short", HEAD "a V f\n",
			"error: x.list:3:1: NAME VERSION KIND SIZE [=NAME] [@BYTES] "
			"[on:CPU,...] is "
			"wanted, got 3 words\n" },
		{ "long", HEAD "a V f 1 =b c\n",
			"error: x.list:3:12: the end of the line, =NAME, @BYTES or on:CPU,... is "
			"wanted, got 'c'\n" },
		{ "kind", HEAD "a V x 0\n",
			"error: x.list:3:5: a kind of symbol is wanted: f or g (function), o "
			"(object) or t "
			"(thread-local), got 'x'\n" },
		{ "version", HEAD "version -\n",
			"error: x.list:3:1: a version wants a name, got '-'\n" },
		{ "size", HEAD "a V f -1\n",
			"error: x.list:3:7: a size in bytes (or in pointers: 2p) "
			"below 4 GiB is wanted, got '-1'\n" },
		{ "large", HEAD "a V f 4294967296\n",
			"error: x.list:3:7: a size in bytes (or in pointers: 2p) "
			"below 4 GiB is wanted, got "
			"'4294967296'\n" },
		{ "order", HEAD "b V f 0\na V f 0\n",
			"error: x.list:4:1: 'a' stands behind 'b'; names are wanted in ascending "
			"order, "
			"each once\n" },
		{ "twice", HEAD "b V f 0\nb V f 0\n",
			"error: x.list:4:1: 'b' stands behind 'b'; names are wanted in ascending "
			"order, "
			"each once\n" },
		{ "same", HEAD "b V o 1 c\n",
			"error: x.list:3:9: the end of the line, =NAME, @BYTES or on:CPU,... is "
			"wanted, got 'c'\n" },
		{ "same of none", HEAD "b V o 1 =c\n",
			"error: x.list:3:9: '=c' wants an object above this line, and to stand "
			"behind an "
			"object\n" },
		{ "same of function", HEAD "a V f 0\nb V o 1 =a\n",
			"error: x.list:4:9: '=a' wants an object above this line, and to stand "
			"behind an "
			"object\n" },
		{ "too long", HEAD "a V f 1 =b @4 on:arm d\n",
			"error: x.list:3:22: the end of the line is wanted, got 'd'\n" },
		{ "bytes", HEAD "a - f 0 @x\n",
			"error: x.list:3:10: a size in bytes (or in pointers: 2p) "
			"below 4 GiB is wanted, got 'x'\n" },
		{ "on", HEAD "a - f 0 on:arm,vax\n",
			"error: x.list:3:9: no architecture is called 'vax'\n" },
		{ "on twice", HEAD "a - f 0 on:arm\na - f 0\n",
			"error: x.list:4:1: 'a' stands behind 'a'; names are wanted in ascending "
			"order, each once\n" },
		{ "all at once", HEAD "a V x 0\nb V f y\nc V f 0\n",
			"error: x.list:3:5: a kind of symbol is wanted: f or g (function), o "
			"(object) or t "
			"(thread-local), got 'x'\n"
			"error: x.list:4:7: a size in bytes (or in pointers: 2p) "
			"below 4 GiB is wanted, got 'y'\n" },
	};
	struct arena a = { 0 };
	struct caught c;

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct stub_list l = { .path = "untouched" };

		u->row = rows[i].name;
		CHECK_INT(parse(&a, &c, rows[i].text, &l), -1);
		CHECK_STR(c.text, rows[i].message);
		CHECK_STR(l.path, "untouched");
	}
	arena_free(&a);
}

static void refuses_binary(struct unit *u)
{
	struct arena a = { 0 };
	struct caught c;
	struct stub_list l;
	char text[] = "soname x\0y\n", noise[64];

	CHECK_INT(stub_list_parse(&a, caught_start(&c), "x", text, sizeof(text) - 1, &l), -1);
	CHECK_STR(c.text, "error: x: a list of symbols is text, this file is not\n");
	memset(noise, '\n', sizeof(noise));
	for (size_t i = 0; i + 1 < sizeof(noise); i += 2)
		noise[i] = '!';
	noise[sizeof(noise) - 1] = '\0';
	CHECK_INT(stub_list_parse(&a, caught_start(&c), "x", noise, sizeof(noise) - 1, &l), -1);
	CHECK_INT(c.d.errors, 20);
	CHECK_INT(stub_list_read(&a, caught_start(&c), NOWHERE, "/no/such/file", &l), -1);
	CHECK_INT(c.d.errors, 1);
	arena_free(&a);
}

/* ---- ELF, read back by a decoder of the test's own */

struct elf {
	const uint8_t *p;
	size_t n;
	bool is64, little;
};

static uint64_t get(const struct elf *e, uint64_t at, unsigned width)
{
	uint64_t v = 0;

	if (at > e->n || width > e->n - at)
		return UINT64_MAX;
	for (unsigned i = 0; i < width; i++)
		v |= (uint64_t)e->p[at + i] << 8 * (e->little ? i : width - 1 - i);
	return v;
}

/* a word whose place differs between the classes */
static uint64_t word(const struct elf *e, uint64_t base, unsigned at32, unsigned at64)
{
	return get(e, base + (e->is64 ? at64 : at32), e->is64 ? 8 : 4);
}

/* offset of the header of the first section of a type, 0 if none */
static uint64_t section(const struct elf *e, uint32_t type)
{
	uint64_t at = word(e, 0, 32, 40), size = get(e, e->is64 ? 58 : 46, 2);
	uint64_t n = get(e, e->is64 ? 60 : 48, 2);

	for (uint64_t i = 0; i < n; i++) {
		if (get(e, at + i * size + 4, 4) == type)
			return at + i * size;
	}
	return 0;
}

static uint64_t section_offset(const struct elf *e, uint32_t type)
{
	return word(e, section(e, type), 16, 24);
}

/* text at index of .dynstr, the first string table */
static const char *string(const struct elf *e, uint64_t index)
{
	uint64_t at = section_offset(e, 3) + index;

	return at < e->n ? (const char *)e->p + at : "(outside)";
}

/* name of version `index` of .gnu.version_d */
static const char *version_name(const struct elf *e, uint64_t index)
{
	uint64_t at = section_offset(e, 0x6ffffffd), next;

	for (;; at += next) {
		next = get(e, at + 16, 4);
		if (get(e, at + 4, 2) == index)
			return string(e, get(e, at + get(e, at + 12, 4), 4));
		if (!next || next == UINT64_MAX)
			return "(none)";
	}
}

static void check_symbol(struct unit *u, const struct elf *e, const struct stub_list *l, size_t i)
{
	static const uint8_t types[] = { 2, 1, 6 };
	const struct stub_symbol *s = &l->symbols[i];
	uint64_t at = section_offset(e, 11) + (i + 1) * (e->is64 ? 24 : 16);
	uint64_t version = get(e, section_offset(e, 0x6fffffff) + 2 * (i + 1), 2);

	u->row = s->name;
	CHECK_STR(string(e, get(e, at, 4)), s->name);
	CHECK_INT(get(e, at + (e->is64 ? 4 : 12), 1), 1 << 4 | types[s->kind]);
	CHECK(get(e, at + (e->is64 ? 6 : 14), 2) != 0);
	CHECK_INT(word(e, at, 8, 16), s->size);
	CHECK(s->same == i ||
		word(e, at, 4, 8) ==
			word(e, section_offset(e, 11) + (s->same + 1) * (e->is64 ? 24 : 16), 4, 8));
	if (s->version)
		CHECK_STR(version_name(e, version), l->versions[s->version - 1]);
	else
		CHECK_INT(version, 1);
}

static void check_elf(struct unit *u, struct arena *a, const struct stub_list *l, const char *arch)
{
	const struct stub_machine *m = stub_machine_find(arch);
	struct elf e = { 0 };
	const void *bytes;

	u->row = arch;
	if (!CHECK(m != NULL) || !CHECK_INT(stub_elf_write(a, l, *m, &bytes, &e.n), 0))
		return;
	e.p = bytes;
	e.is64 = e.p[4] == 2;
	e.little = e.p[5] == 1;
	CHECK(!memcmp(e.p, "\177ELF", 4));
	CHECK(e.is64 == m->is64 && e.little == m->little);
	CHECK_INT(get(&e, 16, 2), 3);
	CHECK_INT(get(&e, 18, 2), m->e_machine);
	CHECK_STR(version_name(&e, 1), l->soname);
	for (size_t i = 0; i < l->nsymbols; i++)
		check_symbol(u, &e, l, i);
}

static void writes(struct unit *u)
{
	static const char *const archs[] = { "x86_64", "i386", "aarch64_be", "powerpc", "s390x",
		"riscv32" };
	struct arena a = { 0 };
	struct caught c;
	struct stub_list l;

	if (!CHECK_INT(parse(&a, &c, good, &l), 0))
		return;
	for (size_t i = 0; i < UNIT_COUNT(archs); i++)
		check_elf(u, &a, &l, archs[i]);
	CHECK_INT(parse(&a, &c, "soname empty.so\nmachine x86_64\n", &l), 0);
	check_elf(u, &a, &l, "x86_64");
	arena_free(&a);
}

static void fits_its_class(struct unit *u)
{
	struct arena a = { 0 };
	struct caught c;
	struct stub_list l;
	const void *bytes;
	size_t n;

	CHECK_INT(parse(&a, &c, HEAD "a - o 3000000000\nb - o 3000000000\n", &l), 0);
	CHECK_INT(stub_elf_write(&a, &l, *stub_machine_find("i386"), &bytes, &n), -1);
	CHECK_INT(stub_elf_write(&a, &l, *stub_machine_find("x86_64"), &bytes, &n), 0);
	CHECK(!stub_machine_find("vax"));
	arena_free(&a);
}

static bool is_short(const void *ctx, const char *name, size_t n)
{
	const size_t *longest = ctx;

	return name[0] && n <= *longest;
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	(void)!write(fd, text, strlen(text));
	close(fd);
}

static const char some_text[] = "soname libx.so.1\n"
				"machine x86_64\n"
				"version X_1\n"
				"__env X_1 o 8\n"
				"alphabet X_9 wrong\n"
				"beta X_1 f 0\n"
				"\n"
				"# 'at' is a symbol, 'as' begins a statement\n"
				"env X_1 o 8 =__env\n";

/* what the filter of short names leaves of it */
static void check_some(struct unit *u, const struct stub_list *l)
{
	CHECK_STR(l->soname, "libx.so.1");
	CHECK_INT(l->nversions, 1);
	if (CHECK_INT(l->nsymbols, 2)) {
		CHECK_STR(l->symbols[0].name, "beta");
		CHECK_STR(l->symbols[1].name, "env");
		CHECK_INT(l->symbols[1].same, 1);
		CHECK_STR(l->versions[l->symbols[1].version - 1], "X_1");
	}
}

/* from a file: what is left out may even be wrong */
static void reads_some(struct unit *u)
{
	char path[] = "/tmp/pkgimg-stubs-test-XXXXXX";
	int fd = mkstemp(path);
	struct arena a = { 0 };
	struct caught c;
	struct stub_list l;
	uint64_t lengths[256];
	size_t longest = 4;
	struct stub_filter filter = { is_short, &longest, lengths };

	memset(lengths, 0xff, sizeof(lengths));
	close(fd);
	put(path, some_text);
	CHECK_INT(stub_list_read_some(&a, caught_start(&c), NULL, NOWHERE, path, &filter, &l), 0);
	CHECK_STR(c.text, "");
	check_some(u, &l);
	lengths['b'] = 0; /* so `beta` is not asked for */
	CHECK_INT(stub_list_read_some(&a, caught_start(&c), NULL, NOWHERE, path, &filter, &l), 0);
	CHECK_INT(l.nsymbols, 1);
	CHECK_INT(stub_list_read(&a, caught_start(&c), NOWHERE, path, &l), -1);
	unlink(path);
	arena_free(&a);
}

/* what the test below reads: symbols of up to `longest` letters */
struct some {
	struct kept kept;
	struct arena mem;
	struct caught c;
	struct stub_list l;
	uint64_t lengths[256];
	size_t longest;
};

static int read_short(struct some *s, const char *path, size_t longest)
{
	struct stub_filter filter = { is_short, &s->longest, s->lengths };

	s->longest = longest;
	arena_free(&s->mem); /* what is kept is not of the job's */
	return stub_list_read_some(
		&s->mem, caught_start(&s->c), &s->kept, NOWHERE, path, &filter, &s->l);
}

static void check_based(struct unit *u, const struct stub_list *l)
{
	if (!CHECK_INT(l->nsymbols, 4))
		return;
	CHECK_STR(l->symbols[0].name, "__env");
	CHECK_STR(l->versions[l->symbols[0].version - 1], "Y_1");
	CHECK_STR(l->symbols[1].name, "abc");
	CHECK_STR(l->versions[l->symbols[1].version - 1], "Y_2");
	CHECK_STR(l->symbols[2].name, "env");
	CHECK_INT(l->symbols[2].same, 0);
	CHECK_STR(l->symbols[3].name, "gamma");
}

/* A list is read once while it stays as it is, and so is one that it is based on; each time others
 * of its symbols may be wanted. */
static void keeps(struct unit *u)
{
	static const char based[] = "soname liby.so.1\nmachine x86_64\nbase base\nas X_1 Y_1\n"
				    "abc Y_2 f 0\ndrop beta\ngamma Y_2 f 0\n";
	char folder[] = "/tmp/pkgimg-stubs-test-XXXXXX";
	struct some s = { .longest = 4 };
	struct arena a = { 0 };
	const char *base, *path;

	if (!CHECK(mkdtemp(folder)))
		return;
	memset(s.lengths, 0xff, sizeof(s.lengths));
	base = str_fmt(&a, "%s/base", folder);
	path = str_fmt(&a, "%s/list", folder);
	put(base, some_text);
	put(path, based);
	set_age(base, -1000);
	CHECK_INT(read_short(&s, base, 4), 0);
	check_some(u, &s.l);
	CHECK(!s.kept.first); /* too new to tell */
	set_age(base, 1000);
	sleep(4); /* the time of the change itself cannot be set */
	for (int i = 0; i < 2; i++) {
		CHECK_INT(read_short(&s, base, 4), 0);
		check_some(u, &s.l);
		CHECK(s.kept.first);
		CHECK_INT(read_short(&s, path, 5), 0);
		CHECK_STR(s.c.text, "");
		check_based(u, &s.l);
		CHECK_INT(read_short(&s, base, 8), -1); /* a line that was passed over above */
		CHECK(strstr(s.c.text, "base:5:1: NAME VERSION KIND SIZE"));
	}
	put(base, "soname libz.so.1\nmachine x86_64\nnew - f 0\n");
	CHECK_INT(read_short(&s, base, 4), 0);
	CHECK_STR(s.l.soname, "libz.so.1");
	CHECK_INT(read_short(&s, path, 4), -1); /* it has no version X_1 and no `beta` any more */
	unlink(base);
	CHECK_INT(read_short(&s, base, 4), -1);
	CHECK_INT(s.c.d.errors, 1);
	unlink(path);
	rmdir(folder);
	arena_free(&a);
	arena_free(&s.mem);
	arena_free(&s.kept.mem);
}

static void knows_what_images_get(struct unit *u)
{
	CHECK(stub_elf_image_defines("atexit"));
	CHECK(stub_elf_image_defines("__dso_handle"));
	CHECK(!stub_elf_image_defines("exit"));
}

UNIT_MAIN(reads, reads_some, keeps, narrows, refuses, refuses_binary, writes, fits_its_class,
	knows_what_images_get)
