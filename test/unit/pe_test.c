/* Images in Windows DLLs: one made by hand, then each of its headers broken in every way. */
#include "image/image.h"

#include <unistd.h>

#include "test/unit/image_maker.h"
#include "test/unit/unit.h"

enum {
	PE_AT = 64,
	COFF_AT = PE_AT + 4,
	OPTIONAL_AT = COFF_AT + 20,
	OPTIONAL_SIZE = 112 + 8, /* one directory */
	SECTIONS_AT = OPTIONAL_AT + OPTIONAL_SIZE,
	NSECTIONS = 4,
	HEADERS_END = SECTIONS_AT + NSECTIONS * 40,
	META_RVA = 0x1000, /* all others are loaded at their offsets */
	EXPORTS_AT = DATA_AT,
	FUNCTIONS_AT = EXPORTS_AT + 40,
	NAMES_AT = FUNCTIONS_AT + 4,
	ORDINALS_AT = NAMES_AT + 4,
	NAME_AT = ORDINALS_AT + 4,
	STRINGS_AT = TAIL_AT + 512,
	FILE_END = STRINGS_AT + 16,
};

static void put16(struct maker *m, size_t at, uint16_t v)
{
	memcpy(m->file + at, &v, sizeof(v));
}

static void put32(struct maker *m, size_t at, uint32_t v)
{
	memcpy(m->file + at, &v, sizeof(v));
}

static void put_section(struct maker *m, unsigned i, const char *name, uint32_t rva, uint32_t at,
	uint32_t size, uint32_t flags)
{
	size_t h = SECTIONS_AT + i * 40;

	memcpy(m->file + h, name, strlen(name));
	put32(m, h + 8, size);
	put32(m, h + 12, rva);
	put32(m, h + 16, size);
	put32(m, h + 20, at);
	put32(m, h + 36, flags);
}

static void put_headers(struct maker *m)
{
	memset(m->file, 0, m->meta_at);
	memcpy(m->file, "MZ", 2);
	put32(m, 0x3c, PE_AT);
	memcpy(m->file + PE_AT, "PE\0\0", 4);
	put16(m, COFF_AT, 0x8664);
	put16(m, COFF_AT + 2, NSECTIONS);
	put32(m, COFF_AT + 8, STRINGS_AT); /* of no symbols */
	put16(m, COFF_AT + 16, OPTIONAL_SIZE);
	put16(m, COFF_AT + 18, 0x2022);
	put16(m, OPTIONAL_AT, 0x20b);
	put32(m, OPTIONAL_AT + 32, 0x1000);
	put32(m, OPTIONAL_AT + 36, 512);
	put32(m, OPTIONAL_AT + 108, 1);
	put32(m, OPTIONAL_AT + 112, EXPORTS_AT);
	put32(m, OPTIONAL_AT + 116, 128);
	put_section(m, 0, IMG_SECTION, META_RVA, (uint32_t)m->meta_at, (uint32_t)m->meta_size,
		0x40000040);
	put_section(m, 1, ".text", CODE_AT, CODE_AT, 64, 0x60000020);
	put_section(m, 2, ".data", DATA_AT, DATA_AT, 1024, 0xc0000040);
	put_section(m, 3, "/4", TAIL_AT, TAIL_AT, 512, 0x42000040);
}

static void put_exports(struct maker *m)
{
	memset(m->file + EXPORTS_AT, 0, 128);
	put32(m, EXPORTS_AT + 20, 1);
	put32(m, EXPORTS_AT + 24, 1);
	put32(m, EXPORTS_AT + 28, FUNCTIONS_AT);
	put32(m, EXPORTS_AT + 32, NAMES_AT);
	put32(m, EXPORTS_AT + 36, ORDINALS_AT);
	put32(m, FUNCTIONS_AT, META_RVA);
	put32(m, NAMES_AT, NAME_AT);
	memcpy(m->file + NAME_AT, IMG_ROOT_SYMBOL, sizeof(IMG_ROOT_SYMBOL));
}

/* the ELF sample in other clothes; the metadata lies farther from its start, so addresses change */
static struct maker *mk_dll(void)
{
	struct maker *m =
		mk_image(&(struct maker_wish) { .abi_text = "1 x86_64 windows gnu le 64" });

	for (uint32_t i = 0; i < m->ntables; i++) {
		if (m->dir[i].kind != IMG_ADDRESSES)
			continue;
		for (size_t k = 0; k < m->dir[i].count; k++) {
			uint8_t *at = m->file + m->meta_at + m->dir[i].offset + 4 * k;
			int32_t v;

			memcpy(&v, at, sizeof(v));
			v -= (int32_t)(META_RVA - m->meta_at);
			memcpy(at, &v, sizeof(v));
		}
	}
	put_headers(m);
	memset(m->file + TAIL_AT, 0, FILE_END - TAIL_AT);
	put_exports(m);
	put32(m, STRINGS_AT, 16);
	memcpy(m->file + STRINGS_AT + 4, ".debug_info", 12);
	m->size = FILE_END;
	return m;
}

static enum img_code check(const void *file, size_t size, char text[256])
{
	struct img_view v;
	struct img_error e = { 0 };
	enum img_code code = img_check_file(file, size, IMG_CHECK_UNSEALED, &v, NULL, &e);

	text[0] = '\0';
	if (code)
		img_error_text(&e, text, 256);
	return code;
}

static void seals(struct unit *u)
{
	char path[] = "/tmp/pkgimg-pe-test-XXXXXX", text[256];
	int fd = mkstemp(path);
	struct maker *m = mk_dll();
	struct img_container box;
	struct img_sizes sizes;
	struct img_view v;
	struct img_error e;

	unlink(path);
	CHECK_INT(check(m->file, m->size, text), IMG_OK);
	CHECK_STR(text, "");
	CHECK(write(fd, m->file, m->size) == (ssize_t)m->size);
	CHECK_INT(image_seal(fd, mk_digest, mk_digest, NULL, &e), IMG_OK);
	CHECK(pread(fd, m->file, m->size, 0) == (ssize_t)m->size);
	CHECK_INT(img_check_file(m->file, m->size, IMG_CHECK_FILE_SUM, &v, &box, &e), IMG_OK);
	CHECK_INT(v.naddresses, 4);
	img_container_sizes(&box, &sizes);
	CHECK_INT(sizes.code, 64);
	CHECK_INT(sizes.data, 1024);
	CHECK_INT(sizes.debug, 512);
	CHECK_INT(sizes.metadata, m->meta_size);
	m->file[CODE_AT] ^= 1;
	CHECK_INT(img_check_file(m->file, m->size, IMG_CHECK_FILE_SUM, &v, NULL, &e), IMG_E_SUM);
	close(fd);
	free(m);
}

/* table */
static void names_what_is_wrong(struct unit *u)
{
	static const struct {
		size_t at;
		uint32_t value;
		const char *text;
	} rows[] = {
		{ 0x3c, 0xffffff00, "PE header: cut: wanted at most 197136, got 4294967040" },
		{ 0x3c, FILE_END - 20, "PE header: cut: wanted at most 20, got 24" },
		{ PE_AT, 0x454e, "PE header: its signature is not there: a program for DOS?" },
		{ COFF_AT + 16, 0x00220078, "PE header: a Windows program, no DLL" },
		{ COFF_AT + 16, 0x20220070,
			"PE optional header: too small: wanted at least 120, got 112" },
		{ COFF_AT + 16, 0x20220001,
			"PE optional header: too small: wanted at least 2, got 1" },
		{ OPTIONAL_AT, 0x107,
			"PE optional header: neither PE32 nor PE32+: wanted 523, got "
			"263" },
		{ OPTIONAL_AT + 108, 0,
			"PE optional header: it has no directories: nothing is exported" },
		{ OPTIONAL_AT + 32, 512,
			"PE optional header: sections are not aligned to pages: wanted a power of "
			"two from 4096, got 512" },
		{ OPTIONAL_AT + 32, 0x3000,
			"PE optional header: sections are not aligned to pages: wanted a power of "
			"two from 4096, got 12288" },
		{ COFF_AT + 8, 0xfffffff0,
			"COFF string table: cut: wanted at most 197136, got 4294967280" },
		{ STRINGS_AT, 17, "COFF string table: cut: wanted at most 16, got 17" },
		{ COFF_AT, 0xffff8664, "PE sections: cut: wanted at most 196928, got 2621400" },
		{ COFF_AT, 0x00008664,
			"section .pkgimg: there is none: a DLL, but no package image" },
		{ SECTIONS_AT, 0x746f2e,
			"section .pkgimg: there is none: a DLL, but no package "
			"image" },
		{ SECTIONS_AT + 36, 0xc0000040,
			"section .pkgimg: it is no read-only data that stays loaded: wanted "
			"1073741888, got 3221225536" },
		{ SECTIONS_AT + 12, 0x1010,
			"PE sections, entry 0: its address is not aligned: wanted a multiple of "
			"4096, got 4112" },
		{ SECTIONS_AT + 40 + 12, 0x1000,
			"PE sections, entry 1: it overlaps the one before" },
		{ SECTIONS_AT + 40 + 20, CODE_AT + 8,
			"PE sections, entry 1: its place in the file is not aligned: wanted a "
			"multiple of 512, got 65544" },
		{ SECTIONS_AT + 80 + 16, 0xffffffff,
			"PE sections, entry 2: cut: wanted at most 66064, got 4294967295" },
		{ OPTIONAL_AT + 112, 0, "PE export table: there is none" },
		{ OPTIONAL_AT + 112, 0x7000, "PE export table: it is in no section" },
		{ OPTIONAL_AT + 116, 39, "PE export table: it is in no section" },
		{ EXPORTS_AT + 24, 0xffffffff, "PE export table: a part of it is in no section" },
		{ EXPORTS_AT + 32, 0xfffffff0, "PE export table: a part of it is in no section" },
		{ EXPORTS_AT + 20, 0,
			"root symbol pkgimg_image: its ordinal is out of range: wanted below 0, "
			"got 0" },
		{ FUNCTIONS_AT, META_RVA + 8,
			"root symbol pkgimg_image: it is not at the start of section .pkgimg" },
		{ NAME_AT, 0x786b7078,
			"root symbol pkgimg_image: it is not among the exported "
			"symbols" },
		{ NAMES_AT, 0xffffffff,
			"root symbol pkgimg_image: it is not among the exported "
			"symbols" },
		{ SECTIONS_AT + 40 + 36, 0x40000040,
			"methods, entry 0: its address is not in executable memory" },
		{ SECTIONS_AT + 80 + 12, 0x30000,
			"PE sections, entry 3: it overlaps the one before" },
	};
	char text[256];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct maker *m = mk_dll();

		u->row = rows[i].text;
		put32(m, rows[i].at, rows[i].value);
		CHECK_INT(check(m->file, m->size, text), IMG_E_FORMAT);
		text[strlen(text) < strlen(rows[i].text) ? strlen(text) : strlen(rows[i].text)] =
			'\0';
		CHECK_STR(text, rows[i].text);
		free(m);
	}
	u->row = NULL;
}

/* In exactly as many bytes as it has, so that ASan sees each byte read behind its end. */
static void survives_flipped_bits(struct unit *u)
{
	struct maker *m = mk_dll();
	uint8_t *file = malloc(m->size);
	unsigned refused = 0;
	char text[256];

	memcpy(file, m->file, m->size);
	for (size_t at = 0; at < NAME_AT + 16; at++) {
		if (at == HEADERS_END)
			at = EXPORTS_AT;
		for (unsigned bit = 0; bit < 8; bit++) {
			file[at] ^= (uint8_t)(1u << bit);
			refused += check(file, m->size, text) != IMG_OK;
			CHECK(check(file, m->size, text) == IMG_OK || text[0]);
			file[at] ^= (uint8_t)(1u << bit);
		}
		file[at] ^= 0xff;
		check(file, m->size, text);
		file[at] ^= 0xff;
	}
	CHECK(refused > 400);
	CHECK_INT(check(file, m->size, text), IMG_OK);
	free(file);
	free(m);
}

static void refuses_cut_files(struct unit *u)
{
	struct maker *m = mk_dll();
	char text[256];

	for (size_t n = 0; n < m->size; n += n < 1024 ? 1 : 499) {
		uint8_t *exact = malloc(n ? n : 1);

		memcpy(exact, m->file, n);
		CHECK_INT(check(exact, n, text), IMG_E_FORMAT);
		CHECK(text[0]);
		if (n >= OPTIONAL_AT && n < OPTIONAL_AT + 120)
			CHECK(!strncmp(text, "PE optional header: cut", 23));
		free(exact);
	}
	free(m);
}

UNIT_MAIN(seals, names_what_is_wrong, survives_flipped_bits, refuses_cut_files)
