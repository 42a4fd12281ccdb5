#include "image/image.h"

#include <unistd.h>

#include "image/sum.h"
#include "test/fuzz/image_use.h"
#include "test/unit/image_sealed.h"

static void seals(struct unit *u)
{
	struct sealed s = seal(u, NULL);
	const struct img_header *h = (const void *)(s.file + s.meta_at);
	struct img_view v;
	struct img_container box;
	struct img_sizes sizes;
	struct img_error e;
	int fd = temp_file();

	CHECK_INT(img_check_file(s.file, s.size, IMG_CHECK_FILE_SUM, &v, &box, &e), IMG_OK);
	CHECK_INT(h->flags, IMG_SEALED | IMG_DEBUG_INFO);
	CHECK_INT(h->file_size, s.size);
	CHECK(h->abi == img_sum64(img_host_abi_text(), strlen(img_host_abi_text())));
	CHECK(h->interface_digest == img_interface_digest(&v) && h->interface_digest);
	img_container_sizes(&box, &sizes);
	CHECK_INT(sizes.code, 64);
	CHECK_INT(sizes.metadata, s.meta_size);
	CHECK_INT(sizes.data, 1024);
	/* sealed again: the same bytes */
	CHECK(write(fd, s.file, s.size) == (ssize_t)s.size);
	CHECK_INT(image_seal(fd, mk_digest, NULL, NULL, &e), IMG_OK);
	for (size_t i = 0; i < s.size; i++) {
		uint8_t byte = 0;

		if (pread(fd, &byte, 1, (off_t)i) != 1 || byte != s.file[i]) {
			CHECK_INT(i, s.size);
			break;
		}
	}
	close(fd);
	fd = temp_file();
	CHECK(write(fd, "hello, world", 12) == 12);
	CHECK_INT(image_seal(fd, mk_digest, NULL, NULL, &e), IMG_E_FORMAT);
	close(fd);
	free(s.file);
}

static void tells_what_is_wrong(struct unit *u)
{
	struct sealed s = seal(u, NULL);
	struct img_header *h = (struct img_header *)(void *)(s.file + s.meta_at);
	struct maker *m = mk_image(NULL);
	struct img_view v;
	struct img_error e;
	char text[256];

	CHECK_INT(img_check_file(m->file, m->size, 0, &v, NULL, &e), IMG_E_UNSEALED);
	CHECK_INT(img_check_file(m->file, m->size, IMG_CHECK_UNSEALED, &v, NULL, &e), IMG_OK);
	s.file[CODE_AT + 63] ^= 1;
	CHECK_INT(img_check_file(s.file, s.size, 0, &v, NULL, &e), IMG_OK);
	CHECK_INT(img_check_file(s.file, s.size, IMG_CHECK_FILE_SUM, &v, NULL, &e), IMG_E_SUM);
	s.file[CODE_AT + 63] ^= 1;
	h->build_id[3] ^= 1;
	CHECK_INT(img_check_file(s.file, s.size, 0, &v, NULL, &e), IMG_E_SUM);
	h->build_id[3] ^= 1;
	h->version = 9;
	CHECK_INT(img_check_file(s.file, s.size, 0, &v, NULL, &e), IMG_E_VERSION);
	img_error_text(&e, text, sizeof(text));
	CHECK_STR(text, "header: another version of the format: wanted 6, got 9");
	CHECK_INT(img_error_text(&e, text, 8), 54);
	CHECK_STR(text, "header:");
	h->version = IMG_VERSION;
	h->meta_size = UINT64_MAX;
	CHECK_INT(img_check_file(s.file, s.size, 0, &v, NULL, &e), IMG_E_FORMAT);
	h->meta_size = s.meta_size;
	CHECK_INT(img_check_file(s.file, s.size, IMG_CHECK_FILE_SUM, &v, NULL, &e), IMG_OK);
	free(s.file);
	free(m);
}

static void refuses_other_files(struct unit *u)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *text;
	} rows[] = {
		{ "", 0, "file: the file is empty" },
		{ "hello", 5, "file: no package image: it is no shared library" },
		{ "MZ\x90\0", 4, "PE header: cut: wanted at most 4, got 60" },
		{ "\xcf\xfa\xed\xfe", 4, "file: cut in its header: wanted at least 32, got 4" },
		{ "\xce\xfa\xed\xfe", 4, "file: a Mach-O file of 32 bits: images have 64" },
		{ "\x7f"
		  "ELF",
			4, "file: cut in its header: wanted at least 52, got 4" },
		{ "BC\xc0\xde", 4, "file: LLVM bitcode, not linked into an image yet" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t *exact = malloc(rows[i].n ? rows[i].n : 1);
		struct img_view v;
		struct img_error e;
		char text[256];

		memcpy(exact, rows[i].bytes, rows[i].n);
		CHECK_INT(img_check_file(exact, rows[i].n, 0, &v, NULL, &e), IMG_E_FORMAT);
		img_error_text(&e, text, sizeof(text));
		CHECK_STR(text, rows[i].text);
		free(exact);
	}
}

static void writes_types(struct unit *u)
{
	static const struct {
		uint32_t type;
		const char *name, *text;
	} rows[] = {
		{ MK_VOID, "", "void" },
		{ MK_TEXT, "", "const char *" },
		{ MK_TEXT, "s", "const char *s" },
		{ MK_NODE, "", "struct node" },
		{ MK_NODE_PTR, "n", "node_t *n" },
		{ MK_DOUBLES, "d", "double d[2]" },
		{ MK_VISIT_PTR, "", "int (*)(node_t *, const char *)" },
		{ MK_VISITS, "table", "int (*table[4])(node_t *, const char *)" },
		{ MK_VISITS, "", "int (*[4])(node_t *, const char *)" },
		{ MK_FN_ANSWER, "", "int (void)" },
		{ MK_FN_PRINT, "", "void (const char *, ...)" },
		{ MK_FN_WALK, "walk",
			"int (*walk(int (*)(node_t *, const char *), struct secret *))"
			"(node_t *, const char *)" },
		{ MK_COLOR, "", "enum color" },
		{ MK_OPAQUE_PTR, "", "struct secret *" },
	};
	struct sealed s = seal(u, NULL);
	struct img_view v;
	struct img_error e;
	char text[256];

	CHECK_INT(img_check_file(s.file, s.size, 0, &v, NULL, &e), IMG_OK);
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = img_declaration(&v, rows[i].type, rows[i].name, text, sizeof(text));

		CHECK_STR(text, rows[i].text);
		CHECK_INT(n, strlen(rows[i].text));
		for (size_t size = 0; size < n; size++) { /* cut, never written behind */
			char *small = malloc(size ? size : 1);

			CHECK(img_declaration(&v, rows[i].type, rows[i].name, small, size) == n);
			CHECK(size == 0 || (!strncmp(small, text, size - 1) && !small[size - 1]));
			free(small);
		}
	}
	free(s.file);
}

/* types that the sample does not have: qualifiers in all places, C++, vectors */
/* table */
static void writes_odd_types(struct unit *u)
{
	static const char strings[] = "\0int\0ns::area\0r";
	enum {
		INT = 1,
		CINT,
		PCINT,
		CPCINT,
		RCP,
		ARR,
		CARR,
		PCARR,
		CLASS,
		MPTR,
		FN,
		MFN,
		REF,
		RREF,
		VEC,
		ANON,
		BASE,
		FNREF,
		OPEN,
		N
	};
	struct img_type t[N] = {
		[INT] = { .kind = IMG_T_INT, .name = 1, .size = 4 },
		[CINT] = { .kind = IMG_T_CONST, .target = INT },
		[PCINT] = { .kind = IMG_T_POINTER, .target = CINT },
		[CPCINT] = { .kind = IMG_T_CONST, .target = PCINT },
		[RCP] = { .kind = IMG_T_VOLATILE, .target = CPCINT },
		[ARR] = { .kind = IMG_T_ARRAY, .target = INT, .count = 3 },
		[CARR] = { .kind = IMG_T_CONST, .target = ARR },
		[PCARR] = { .kind = IMG_T_POINTER, .target = CARR },
		[CLASS] = { .kind = IMG_T_CLASS, .name = 5, .size = 8 },
		[MPTR] = { .kind = IMG_T_MEMBER_POINTER, .target = INT, .count = CLASS },
		[FN] = { .kind = IMG_T_FUNCTION, .target = INT },
		[MFN] = { .kind = IMG_T_MEMBER_POINTER, .target = FN, .count = CLASS },
		[REF] = { .kind = IMG_T_REF, .target = CINT },
		[RREF] = { .kind = IMG_T_RVALUE_REF, .target = CLASS },
		[VEC] = { .kind = IMG_T_VECTOR, .target = INT, .count = 4, .size = 16 },
		[ANON] = { .kind = IMG_T_STRUCT, .size = 4 },
		[BASE] = { .kind = IMG_T_UINT, .size = 2 },
		[FNREF] = { .kind = IMG_T_REF, .target = FN },
		[OPEN] = { .kind = IMG_T_ARRAY, .target = PCARR, .count = IMG_UNBOUNDED },
	};
	static const struct {
		uint32_t type;
		const char *text;
	} rows[] = {
		{ CPCINT, "const int *const" },
		{ RCP, "const int *const volatile" },
		{ PCARR, "const int (*)[3]" },
		{ CARR, "const int[3]" },
		{ CLASS, "ns::area" },
		{ MPTR, "int ns::area::*" },
		{ MFN, "int (ns::area::*)()" },
		{ REF, "const int &" },
		{ RREF, "ns::area &&" },
		{ VEC, "int __attribute__((vector_size(16)))" },
		{ ANON, "struct {...}" },
		{ BASE, "uint16" },
		{ FNREF, "int (&)()" },
		{ OPEN, "const int (*[])[3]" },
		{ FN, "int ()" },
	};
	struct img_view v = { .types = t,
		.ntypes = N,
		.strings = strings,
		.nstrings = sizeof(strings),
		.style = IMG_STYLE_PLAIN };
	char text[128];

	for (size_t i = 0; i < COUNT(rows); i++) {
		img_type_text(&v, rows[i].type, text, sizeof(text));
		CHECK_STR(text, rows[i].text);
	}
	t[PCINT].target = PCINT; /* it points to itself: text ends all the same */
	CHECK(img_type_text(&v, PCINT, NULL, 0) < 200);
	CHECK_INT(img_type_bare(&v, CPCINT), PCINT);
}

static void finds(struct unit *u)
{
	static const struct {
		const char *name, *signature;
		uint32_t n, first;
	} rows[] = {
		{ "add", NULL, 1, 0 },
		{ "add", "int (int, int)", 1, 0 },
		{ "add", "int(int,int)", 1, 0 },
		{ "add", " int ( int , int ) ", 1, 0 },
		{ "add", "int add(int a, int b)", 1, 0 },
		{ "add", "int add(int, int)", 1, 0 },
		{ "add", "int (int)", 0, 0 },
		{ "add", "int (int, int) x", 0, 0 },
		{ "add", "int (int, in t)", 0, 0 },
		{ "add", "", 0, 0 },
		{ "over", NULL, 2, 2 },
		{ "over", "double (double)", 1, 3 },
		{ "_over2", NULL, 1, 3 },
		{ "plain", NULL, 1, 4 },
		{ "plain", "int (void)", 0, 0 },
		{ "walk", NULL, 1, 7 },
		{ "", NULL, 0, 0 },
		{ "a", NULL, 0, 0 },
		{ "zz", NULL, 0, 0 },
		{ "answer", "int (void)", 1, 1 },
		{ "print", "void (const char*, ...)", 1, 5 },
	};
	struct sealed s = seal(u, NULL);
	struct img_view v;
	struct img_error e;
	char text[128];
	uint32_t at = 0;

	CHECK_INT(img_check_file(s.file, s.size, 0, &v, NULL, &e), IMG_OK);
	for (size_t i = 0; i < COUNT(rows); i++) {
		at = 0;
		u->row = rows[i].signature ? rows[i].signature : rows[i].name;
		CHECK_INT(img_find_method(&v, rows[i].name, rows[i].signature, &at), rows[i].n);
		CHECK_INT(at, rows[i].first);
	}
	u->row = NULL;
	CHECK_INT(img_find_global(&v, "current", &at), 1);
	CHECK_INT(at, 1);
	CHECK_INT(img_find_global(&v, "nothing", NULL), 0);
	img_signature(&v, 0, true, text, sizeof(text));
	CHECK_STR(text, "int add(int a, int b)");
	img_signature(&v, 4, true, text, sizeof(text));
	CHECK_STR(text, "plain(?)");
	img_signature(&v, 7, true, text, sizeof(text));
	CHECK_STR(text, "int (*walk(int (*visit)(node_t *, const char *), struct secret *s))"
			"(node_t *, const char *)");
	free(s.file);
}

static void digests_do_not_know_indices(struct unit *u)
{
	static const char strings[] = "\0int\0s\0next\0other";
	struct img_member am[] = { { .name = 7, .type = 3 } }, bm[] = { { .name = 7, .type = 1 } };
	struct img_type a[] = {
		{ 0 },
		{ .kind = IMG_T_INT, .name = 1, .size = 4, .align = 4 },
		{ .kind = IMG_T_STRUCT, .name = 5, .size = 8, .nmembers = 1 },
		{ .kind = IMG_T_POINTER, .size = 8, .target = 2 },
	};
	struct img_type b[] = {
		{ 0 },
		{ .kind = IMG_T_POINTER, .size = 8, .target = 2 },
		{ .kind = IMG_T_STRUCT, .name = 5, .size = 8, .nmembers = 1 },
	};
	uint64_t before;

	CHECK_INT(img_digest_types(a, 4, am, strings), 4);
	CHECK_INT(img_digest_types(b, 3, bm, strings), 3);
	CHECK(a[2].digest == b[2].digest && a[3].digest == b[1].digest);
	CHECK(a[2].digest != a[3].digest && a[0].digest != a[1].digest);
	CHECK_INT(a[2].depth, 1);
	CHECK_INT(a[3].depth, 0);
	before = b[2].digest;
	bm[0].name = 12;
	CHECK_INT(img_digest_types(b, 3, bm, strings), 3);
	CHECK(b[2].digest != before);
}

static void types_that_hold_themselves(struct unit *u)
{
	enum { MANY = 400 };
	struct img_type t[MANY] = { 0 };
	struct img_member m[] = { { .type = 2 } };

	t[1] = (struct img_type) { .kind = IMG_T_TYPEDEF, .target = 2 };
	t[2] = (struct img_type) { .kind = IMG_T_CONST, .target = 1 };
	CHECK(img_digest_types(t, 3, NULL, "") < 3);
	t[1] = (struct img_type) { .kind = IMG_T_STRUCT, .nmembers = 1 };
	CHECK_INT(img_digest_types(t, 3, m, ""), 1);
	for (uint32_t i = 1; i < MANY; i++)
		t[i] = (struct img_type) { .kind = IMG_T_TYPEDEF, .target = i - 1 };
	CHECK_INT(img_digest_types(t, 251, NULL, ""), 251);
	CHECK_INT(t[250].depth, 250);
	CHECK_INT(img_digest_types(t, MANY, NULL, ""), 251);
	for (uint32_t i = 1; i < MANY; i++)
		t[i].target = i + 1 < MANY ? i + 1 : 0;
	CHECK(img_digest_types(t, MANY, NULL, "") < MANY);
}

static void abi_texts(struct unit *u)
{
	static const struct {
		const char *triple, *text;
	} rows[] = {
		{ "x86_64-unknown-linux-gnu", "1 x86_64 linux gnu le 64" },
		{ "x86_64-linux-gnu", "1 x86_64 linux gnu le 64" },
		{ "x86_64-pc-linux-gnux32", "1 x86_64 linux gnux32 le 32" },
		{ "i686-pc-linux-gnu", "1 i386 linux gnu le 32" },
		{ "aarch64-unknown-linux-musl", "1 aarch64 linux musl le 64" },
		{ "aarch64-linux-android21", "1 aarch64 linux android le 64" },
		{ "armv7-unknown-linux-gnueabihf", "1 arm linux gnueabihf le 32" },
		{ "arm64-apple-macosx14.0.0", "1 aarch64 macos none le 64" },
		{ "x86_64-w64-mingw32", "1 x86_64 windows gnu le 64" },
		{ "x86_64-w64-windows-gnu", "1 x86_64 windows gnu le 64" },
		{ "x86_64-pc-windows-msvc", "1 x86_64 windows msvc le 64" },
		{ "riscv64-unknown-linux-gnu", "1 riscv64 linux gnu le 64" },
		{ "s390x-ibm-linux-gnu", "1 s390x linux gnu be 64" },
		{ "x86_64-unknown-freebsd14.0", "1 x86_64 freebsd none le 64" },
		{ "wasm32-unknown-wasi", "1 wasm32 wasi none le 32" },
		{ "vax-dec-ultrix", "" },
		{ "x86_64", "" },
		{ "", "" },
		{ "-", "" },
		{ "--", "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[64] = "";

		CHECK_INT(img_abi_text(rows[i].triple, text, sizeof(text)), strlen(rows[i].text));
		CHECK_STR(text, rows[i].text);
	}
}

static void checks_versions(struct unit *u)
{
	const struct maker_wish wish = { .versions = { 8, 200 } };
	struct sealed s = seal(u, &wish);
	uint32_t data = DATA_AT + 512 - META_AT;
	const struct mistake rows[] = {
		{ IMG_TARGETS, 2, 8, "targets, entry 0: unknown flags: wanted at most 7, got 8" },
		{ IMG_TARGETS, 2, 6, "targets, entry 0: two sizes at once: opt_size and min_size" },
		{ IMG_TARGETS, 3, 1, "wanted at most 0, got 1" },
		{ IMG_TARGETS, 27, 2,
			"targets, entry 2: the target it refines is out of range: wanted at most "
			"1, got 2" },
		{ IMG_DISPATCH, 0, 6, "the address of the slots is out of range: wanted below 6" },
		{ IMG_DISPATCH, 1, 0, "dispatch: there are no slots" },
		{ IMG_DISPATCH, 1, 3,
			"entries: they are not one for each target and slot: wanted 9, got 6" },
		{ IMG_DISPATCH, 1, 0x80000000, "entries: they are not one" },
		{ IMG_DISPATCH, 2, 2, "dispatch: unknown flags" },
		{ IMG_DISPATCH, 3, 6, "the address of the choice is out of range" },
		{ IMG_DISPATCH, 0, 0, "the slots are not in memory of data" },
		{ IMG_ADDRESSES, 4, data + 12, "the slots are not aligned as pointers are" },
		{ IMG_ADDRESSES, 4, data + 504, "the slots are not in memory of data" },
		{ IMG_ADDRESSES, 5, data + 65, "the place of the choice is not in memory of data" },
		{ IMG_ADDRESSES, 5, (uint32_t)-META_AT,
			"the place of the choice is not in memory of data" },
		{ IMG_ADDRESSES, 5, data + 20, "the place of the choice is among the slots" },
		{ IMG_ENTRIES, 5, data, "entries, entry 5: it is not in executable memory" },
		{ IMG_METHODS, 7, 3,
			"methods, entry 0: its slot is out of range: wanted at most 2" },
	};

	are_refused(u, &s, rows, COUNT(rows));
	free(s.file);
}

/* ---- hostile files */

struct tally {
	unsigned tried, accepted;
};

static void try(struct unit *u, struct sealed *s, struct tally *tally)
{
	struct img_view v;
	struct img_container box;
	struct img_sizes sizes;
	struct img_error e;
	char text[512];

	tally->tried++;
	if (img_check_file(s->file, s->size, 0, &v, &box, &e)) {
		if (img_error_text(&e, text, sizeof(text)) < 10)
			CHECK_STR(text, "an error of more words");
		return;
	}
	tally->accepted++;
	image_use(&v);
	img_container_sizes(&box, &sizes);
}

static void put(uint8_t *at, uint64_t value, size_t bytes)
{
	memcpy(at, &value, bytes);
}

static const uint64_t edges[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff, UINT64_C(1) << 63,
	UINT64_MAX, UINT64_MAX - 7, UINT64_C(1) << 32, 0x40, 27, 255 };

/* each bit, and each aligned word set to values from the edges; sums made right again */
static void metadata_changed(struct unit *u)
{
	const struct maker_wish wish = { .library = "libc.so.6",
		.host = "malloc",
		.dependency = "base",
		.uses = (const uint64_t[2]) { 1, 2 },
		.imports = (const struct maker_import[2]) { { "add", IMG_IMPORT_METHOD },
			{ "counter", IMG_IMPORT_GLOBAL } },
		.nimports = 2,
		.versions = { 8, 200 } };
	struct sealed s = seal(u, &wish);
	uint8_t *before = malloc(s.size);
	struct tally t = { 0 };

	memcpy(before, s.file, s.size);
	for (size_t i = s.meta_at; i < s.meta_at + s.meta_size; i++) {
		for (int bit = 0; bit < 8; bit++) {
			s.file[i] ^= (uint8_t)(1 << bit);
			sum_again(&s);
			try(u, &s, &t);
			memcpy(s.file + s.meta_at, before + s.meta_at, s.meta_size);
		}
	}
	for (size_t bytes = 2; bytes <= 8; bytes *= 2) {
		for (size_t i = s.meta_at; i + bytes <= s.meta_at + s.meta_size; i += bytes) {
			for (size_t k = 0; k < COUNT(edges); k++) {
				put(s.file + i, edges[k], bytes);
				sum_again(&s);
				try(u, &s, &t);
				memcpy(s.file + s.meta_at, before + s.meta_at, s.meta_size);
			}
		}
	}
	CHECK(t.tried > 40000 && t.accepted > 0 && t.accepted < t.tried);
	free(before);
	free(s.file);
}

/* a change that the sum does not hide is always refused */
static void metadata_flipped(struct unit *u)
{
	struct sealed s = seal(u, NULL);
	struct tally t = { 0 };

	for (size_t i = s.meta_at; i < s.meta_at + s.meta_size; i++) {
		for (int bit = 0; bit < 8; bit++) {
			s.file[i] ^= (uint8_t)(1 << bit);
			try(u, &s, &t);
			s.file[i] ^= (uint8_t)(1 << bit);
		}
	}
	CHECK_INT(t.accepted, 0);
	free(s.file);
}

static void container_changes(struct unit *u, bool narrow)
{
	struct sealed s = seal(u, &(struct maker_wish) { .narrow = narrow });
	static const size_t parts[][2] = { { 0, META_AT }, { TAIL_AT, TAIL_AT + 128 + 8 * 64 } };
	struct tally t = { 0 };

	for (size_t p = 0; p < COUNT(parts); p++) {
		for (size_t i = parts[p][0]; i < parts[p][1] && i < s.size; i++) {
			uint8_t old = s.file[i];

			for (int bit = 0; bit < 8; bit++) {
				s.file[i] = old ^ (uint8_t)(1 << bit);
				try(u, &s, &t);
			}
			s.file[i] = old;
		}
		for (size_t i = parts[p][0]; i + 8 <= parts[p][1]; i += 4) {
			uint8_t old[8];

			memcpy(old, s.file + i, 8);
			for (size_t k = 0; k < 2 * COUNT(edges); k++) {
				put(s.file + i, edges[k / 2], k % 2 ? 8 : 4);
				try(u, &s, &t);
				memcpy(s.file + i, old, 8);
			}
		}
	}
	CHECK(t.accepted < t.tried);
	free(s.file);
}

static void container_changed(struct unit *u)
{
	container_changes(u, false);
	container_changes(u, true);
}

/* a 32-bit file has the same in it as a 64-bit one */
static void narrow_files(struct unit *u)
{
	struct sealed s = seal(u, &(struct maker_wish) { .narrow = true });
	struct sealed wide = seal(u, NULL);
	struct img_container box, wide_box;
	struct img_sizes sizes, wide_sizes;
	struct img_view v;
	struct img_error e;

	CHECK_INT(img_check_file(s.file, s.size, IMG_CHECK_FILE_SUM, &v, &box, &e), IMG_OK);
	CHECK_INT(img_check_file(wide.file, wide.size, 0, &v, &wide_box, &e), IMG_OK);
	CHECK_INT(box.meta_vaddr, wide_box.meta_vaddr);
	CHECK_INT(box.nregions, wide_box.nregions);
	for (unsigned i = 0; i < box.nregions; i++) {
		CHECK_INT(box.regions[i].vaddr, wide_box.regions[i].vaddr);
		CHECK_INT(box.regions[i].memsz, wide_box.regions[i].memsz);
		CHECK_INT(box.regions[i].at, wide_box.regions[i].at);
		CHECK_INT(box.regions[i].filesz, wide_box.regions[i].filesz);
		CHECK_INT(box.regions[i].access, wide_box.regions[i].access);
	}
	img_container_sizes(&box, &sizes);
	img_container_sizes(&wide_box, &wide_sizes);
	CHECK(!memcmp(&sizes, &wide_sizes, sizeof(sizes)));
	s.file[EI_DATA] = ELFDATA2MSB;
	CHECK_INT(img_check_file(s.file, s.size, 0, &v, NULL, &e), IMG_E_FORMAT);
	CHECK_STR(e.problem, "a big-endian ELF file: this version reads little-endian ones");
	s.file[EI_DATA] = ELFDATA2LSB;
	for (size_t n = 0; n < s.size; n++) {
		uint8_t *c;

		if (n == META_AT + 1024 && META_AT + 1024 < TAIL_AT)
			n = TAIL_AT - 8;
		c = malloc(n ? n : 1);
		memcpy(c, s.file, n);
		CHECK(img_check_file(c, n, 0, &v, NULL, &e) != IMG_OK);
		free(c);
	}
	free(s.file);
	free(wide.file);
}

/* at each length of the interesting parts; a copy of exactly that many bytes */
static void cut(struct unit *u)
{
	struct sealed s = seal(u, NULL);
	struct tally t = { 0 };

	for (size_t n = 0; n < s.size; n++) {
		struct sealed c;

		if (n == META_AT + 8192 && META_AT + 8192 < TAIL_AT)
			n = TAIL_AT - 8; /* pages of zeros between the segments */
		c = (struct sealed) { malloc(n ? n : 1), n, 0, 0 };
		memcpy(c.file, s.file, n);
		try(u, &c, &t);
		free(c.file);
	}
	CHECK(t.tried > 8000);
	CHECK_INT(t.accepted, 0);
	/* the metadata alone, with its own size made to fit: cut tables */
	for (size_t n = 0; n < s.meta_size; n++) {
		uint8_t *c = malloc(n ? n : 1);
		struct img_header *h = (struct img_header *)(void *)c;
		struct img_view v;
		struct img_error e;

		memcpy(c, s.file + s.meta_at, n);
		if (n >= sizeof(*h)) {
			h->meta_size = n / 8 * 8;
			h->meta_sum = 0;
			h->meta_sum = img_sum64(c, n / 8 * 8);
		}
		if (img_check_meta(c, n, s.size, 0, &v, &e) == IMG_OK)
			CHECK_INT(n, s.meta_size);
		free(c);
	}
	free(s.file);
}

/* two words at once, by a small generator with a fixed seed */
static void two_changes(struct unit *u)
{
	struct sealed s = seal(u, NULL);
	uint8_t *before = malloc(s.size);
	struct tally t = { 0 };
	uint32_t x = 12345;

	memcpy(before, s.file, s.size);
	for (int round = 0; round < 60000; round++) {
		for (int k = 0; k < 2; k++) {
			size_t at;

			x = x * 1664525 + 1013904223;
			at = sizeof(struct img_header) + (x >> 8) % (s.meta_size - 136);
			x = x * 1664525 + 1013904223;
			put(s.file + s.meta_at + (at & ~(size_t)3), x >> 24 & 63,
				x >> 16 & 1 ? 4 : 1);
		}
		sum_again(&s);
		try(u, &s, &t);
		memcpy(s.file + s.meta_at, before + s.meta_at, s.meta_size);
	}
	CHECK(t.accepted > 0 && t.accepted < t.tried);
	free(before);
	free(s.file);
}

static void collect(void *ctx, const void *data, size_t n, uint8_t out[32])
{
	uint8_t **end = ctx;

	memcpy(*end, data, n);
	*end += n;
	if (out)
		memset(out, 7, 32);
}

/* FORMAT.md 9: in whatever pieces the bytes come, the sum is that of the windows' sums */
static void sums_of_windows(struct unit *u)
{
	static const size_t steps[] = { 1000003, IMG_WINDOW, 3 * IMG_WINDOW, 77777 };
	const size_t size = 3 * IMG_WINDOW + 54321;
	uint8_t *file = malloc(size), want[4][IMG_WINDOW_SUM], got[sizeof(want)], id[32];

	for (size_t i = 0; i < size; i++)
		file[i] = (uint8_t)(i * 2654435761u >> 17);
	for (size_t i = 0; i < 4; i++)
		img_window_sum(file + i * IMG_WINDOW, i < 3 ? IMG_WINDOW : 54321, want[i]);
	for (size_t i = 0; i < UNIT_COUNT(steps); i++) {
		struct img_windows w;
		uint8_t *end = got;

		img_windows_start(&w, collect, &end);
		for (size_t at = 0; at < size; at += steps[i])
			img_windows_add(&w, file + at, size - at < steps[i] ? size - at : steps[i]);
		CHECK(img_windows_end(&w, id) == img_sum64(want, sizeof(want)));
		CHECK_INT(end - got, sizeof(want));
		CHECK(!memcmp(got, want, sizeof(want)) && id[31] == 7);
	}
	CHECK(memcmp(want[0], want[1], IMG_WINDOW_SUM) != 0);
	free(file);
}

UNIT_MAIN(seals, tells_what_is_wrong, refuses_other_files, writes_types, writes_odd_types, finds,
	digests_do_not_know_indices, types_that_hold_themselves, abi_texts, checks_versions,
	metadata_changed, metadata_flipped, container_changed, narrow_files, cut, two_changes,
	sums_of_windows)
