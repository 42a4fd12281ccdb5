/* Mach-O images, made by hand: found, sealed with their signature, and refused when they are
 * broken. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "test/unit/image_maker.h"
#include "test/unit/unit.h"

enum {
	CMDS_AT = 32,
	META_SECTION_AT = CMDS_AT + 72,
	LINKEDIT_AT = CMDS_AT + 152 + 2 * 72,
	TRIE_CMD_AT = CMDS_AT + 152 + 3 * 72,
	SIGNATURE_CMD_AT = TRIE_CMD_AT + 16,
	CMDS_END = SIGNATURE_CMD_AT + 16,
	TRIE_AT = TAIL_AT,
	TRIE_SIZE = 32,
	SIGNATURE_AT = TAIL_AT + 64,
	DIRECTORY_AT = SIGNATURE_AT + 20,
	HASHES_AT = DIRECTORY_AT + 48,
	PAGES = (SIGNATURE_AT + 4095) / 4096,
	FILE_SIZE = HASHES_AT + 32 * PAGES,
};
_Static_assert(CMDS_END <= META_AT, "the load commands come before the metadata");

static void w32(uint8_t *at, uint32_t v)
{
	memcpy(at, &v, 4);
}

static void w64(uint8_t *at, uint64_t v)
{
	memcpy(at, &v, 8);
}

static void be32(uint8_t *at, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(v >> (24 - 8 * i));
}

static uint8_t *segment(
	uint8_t *p, const char *name, uint64_t at, uint64_t size, uint32_t prot, uint32_t nsections)
{
	w32(p, 0x19);
	w32(p + 4, 72 + 80 * nsections);
	memcpy(p + 8, name, strlen(name));
	w64(p + 24, at);
	w64(p + 32, size);
	w64(p + 40, at);
	w64(p + 48, size);
	w32(p + 56, prot);
	w32(p + 60, prot);
	w32(p + 64, nsections);
	return p + 72;
}

/* one edge, "_pkgimg_image", to a node that says: exported, flags 0, at META_AT */
static void put_trie(uint8_t *p)
{
	static const uint8_t node[] = { 3, 0, (META_AT & 0x7f) | 0x80, META_AT >> 7, 0 };
	static const char edge[] = "_" IMG_ROOT_SYMBOL;

	p[1] = 1;
	memcpy(p + 2, edge, sizeof(edge));
	p[2 + sizeof(edge)] = 3 + sizeof(edge);
	memcpy(p + 3 + sizeof(edge), node, sizeof(node));
}

static void put_signature(uint8_t *p)
{
	static const uint32_t box[] = { 0xfade0cc0, FILE_SIZE - SIGNATURE_AT, 1, 0, 20 };
	static const uint32_t directory[] = { 0xfade0c02, FILE_SIZE - DIRECTORY_AT, 0x20100, 2, 48,
		44, 0, PAGES, SIGNATURE_AT, 0x2002000c, 0 };

	for (size_t i = 0; i < COUNT(box); i++)
		be32(p + 4 * i, box[i]);
	for (size_t i = 0; i < COUNT(directory); i++)
		be32(p + 20 + 4 * i, directory[i]);
	memcpy(p + 20 + 44, "a.d", 4);
}

static struct maker *make(void)
{
	static const uint32_t head[] = { 0xfeedfacf, 0x0100000c, 0, 6, 6, CMDS_END - CMDS_AT, 0,
		0 };
	struct maker *m = calloc(1, sizeof(*m));
	uint8_t *p;

	if (!m)
		abort();
	m->meta_at = META_AT;
	mk_meta(m, &(struct maker_wish) { .library = "/usr/lib/libSystem.B.dylib" });
	memcpy(m->file, head, sizeof(head));
	p = segment(m->file + CMDS_AT, "__DATA_CONST", 0, META_AT + m->meta_size, 3, 1);
	memcpy(p, "__pkgimg", 8);
	memcpy(p + 16, "__DATA_CONST", 12);
	w64(p + 32, META_AT);
	w64(p + 40, m->meta_size);
	w32(p + 48, META_AT);
	p = segment(p + 80, "__TEXT", CODE_AT, 64, 5, 0);
	p = segment(p, "__DATA", DATA_AT, 1024, 3, 0);
	p = segment(p, "__LINKEDIT", TAIL_AT, FILE_SIZE - TAIL_AT, 1, 0);
	memcpy(p, (const uint32_t[]) { 0x80000033, 16, TRIE_AT, TRIE_SIZE }, 16);
	memcpy(p + 16, (const uint32_t[]) { 0x1d, 16, SIGNATURE_AT, FILE_SIZE - SIGNATURE_AT }, 16);
	put_trie(m->file + TRIE_AT);
	put_signature(m->file + SIGNATURE_AT);
	m->size = FILE_SIZE;
	return m;
}

/* the sealed file in exactly as many bytes as it has, or the error of the seal in *e */
static uint8_t *sealed(struct maker *m, struct img_error *e)
{
	char path[] = "/tmp/pkgimg-macho-test-XXXXXX";
	uint8_t *file = malloc(m->size);
	int fd = mkstemp(path);

	unlink(path);
	e->code = IMG_E_IO;
	if (!file || write(fd, m->file, m->size) != (ssize_t)m->size)
		abort();
	image_seal(fd, mk_digest, mk_digest, NULL, e);
	if (pread(fd, file, m->size, 0) != (ssize_t)m->size)
		abort();
	close(fd);
	return file;
}

static void seals(struct unit *u)
{
	struct maker *m = make();
	struct img_error e = { 0 };
	uint8_t *file = sealed(m, &e), hash[32], *again;
	struct img_container box;
	struct img_sizes sizes;
	struct img_view v;

	CHECK_INT(img_check_file(file, m->size, IMG_CHECK_FILE_SUM, &v, &box, &e), IMG_OK);
	CHECK_INT(box.summed, SIGNATURE_AT);
	img_container_sizes(&box, &sizes);
	CHECK_INT(sizes.metadata, m->meta_size);
	CHECK_INT(sizes.other, FILE_SIZE - TAIL_AT);
	for (size_t i = 0; i < PAGES; i++) {
		size_t end = 4096 * (i + 1) < SIGNATURE_AT ? 4096 * (i + 1) : SIGNATURE_AT;

		mk_digest(NULL, file + 4096 * i, end - 4096 * i, hash);
		CHECK(!memcmp(hash, file + HASHES_AT + 32 * i, 32));
	}
	memcpy(m->file, file, m->size);
	again = sealed(m, &e);
	CHECK(!memcmp(file, again, m->size));
	/* the sums do not cover the signature, but all before it */
	file[HASHES_AT] ^= 1;
	CHECK_INT(img_check_file(file, m->size, IMG_CHECK_FILE_SUM, &v, &box, &e), IMG_OK);
	file[SIGNATURE_AT - 1] ^= 1;
	CHECK_INT(img_check_file(file, m->size, IMG_CHECK_FILE_SUM, &v, &box, &e), IMG_E_SUM);
	free(file);
	free(again);
	free(m);
}

/* a longer signature in place of ours, as codesign writes it */
static void may_be_signed_again(struct unit *u)
{
	struct maker *m = make();
	struct img_error e = { 0 };
	uint8_t *file = sealed(m, &e), *longer = calloc(1, FILE_SIZE + 4096);
	struct img_view v;

	memcpy(longer, file, FILE_SIZE);
	w64(longer + LINKEDIT_AT + 32, 0x10000 + FILE_SIZE);
	w64(longer + LINKEDIT_AT + 48, FILE_SIZE + 4096 - TAIL_AT);
	w32(longer + SIGNATURE_CMD_AT + 12, FILE_SIZE + 4096 - SIGNATURE_AT);
	CHECK_INT(
		img_check_file(longer, FILE_SIZE + 4096, IMG_CHECK_FILE_SUM, &v, NULL, &e), IMG_OK);
	CHECK(!memcmp(v.header->build_id, file + META_AT + 48, 16));
	w64(longer + LINKEDIT_AT + 24, TAIL_AT + 4096);
	CHECK_INT(img_check_file(longer, FILE_SIZE + 4096, IMG_CHECK_FILE_SUM, &v, NULL, &e),
		IMG_E_SUM);
	w64(longer + LINKEDIT_AT + 24, TAIL_AT);
	w32(longer + SIGNATURE_CMD_AT + 8, SIGNATURE_AT + 16);
	w32(longer + SIGNATURE_CMD_AT + 12, FILE_SIZE + 4096 - SIGNATURE_AT - 16);
	CHECK_INT(img_check_file(longer, FILE_SIZE + 4096, 0, &v, NULL, &e), IMG_E_FORMAT);
	free(longer);
	free(file);
	free(m);
}

/* one word of a sound file changed */
static const struct change {
	const char *text;
	size_t at;
	uint32_t value;
	bool seal; /* reading goes well, the seal does not */
} changes[] = {
	{ "file: no dynamic library (filetype): wanted 6, got 2", 12, 2, false },
	{ "Mach-O load commands: their number is not theirs: wanted 6, got 5", 16, 5, false },
	{ "Mach-O load commands: the last one is cut: wanted at most 8, got 16", 20,
		CMDS_END - CMDS_AT - 8, false },
	{ "Mach-O load commands: they are cut: ", 20, UINT32_MAX, false },
	{ "Mach-O load commands: one has a size that is no size: wanted at least 8, got 0",
		TRIE_CMD_AT + 4, 0, false },
	{ "Mach-O load commands: one has a size that is no size: wanted at least 8, got 12",
		TRIE_CMD_AT + 4, 12, false },
	{ "Mach-O segment: its sections do not fill its command: wanted 1, got 2", CMDS_AT + 64, 2,
		false },
	{ "Mach-O segment: it is cut: ", CMDS_AT + 40, FILE_SIZE + 1, false },
	{ "Mach-O segment: more of the file than memory: ", CMDS_AT + 32, 8, false },
	{ "section __DATA_CONST,__pkgimg: there is none: a dynamic library, but no package image",
		META_SECTION_AT, 0x41414141, false },
	{ "section __DATA_CONST,__pkgimg: it is no plain data", META_SECTION_AT + 64, 1, false },
	{ "section __DATA_CONST,__pkgimg: it is not aligned to 8 bytes", META_SECTION_AT + 48,
		META_AT + 4, false },
	{ "section __DATA_CONST,__pkgimg: it is in no segment", META_SECTION_AT + 48, META_AT + 8,
		false },
	{ "section __DATA_CONST,__pkgimg: it is in no segment", CMDS_AT + 40, 8, false },
	{ "Mach-O exported symbols: they are cut: ", TRIE_CMD_AT + 8, FILE_SIZE, false },
	{ "root symbol pkgimg_image: it is not among the exported symbols", TRIE_CMD_AT, 0x29,
		false },
	{ "root symbol pkgimg_image: it is not among the exported symbols", TRIE_AT + 4, 0x41414141,
		false },
	{ "root symbol pkgimg_image: the table of exported symbols is broken", TRIE_AT, 0xffffffff,
		false },
	{ "Mach-O code signature: it is in no segment __LINKEDIT", LINKEDIT_AT + 8, 0x41414141,
		false },
	{ "Mach-O code signature: it does not end the file: ", SIGNATURE_CMD_AT + 12, 64, false },
	{ "Mach-O code signature: it is cut: ", SIGNATURE_CMD_AT + 8, FILE_SIZE + 1, false },
	{ "Mach-O code signature: it is no ad-hoc signature, ", SIGNATURE_AT, 0, true },
	{ "Mach-O code signature: it is no ad-hoc signature, ", SIGNATURE_AT + 8, 0x02000000,
		true },
	{ "Mach-O code signature: it is no ad-hoc signature, ", DIRECTORY_AT + 4, 0xffffffff,
		true },
	{ "Mach-O code signature: its hashes are not SHA-256 of pages", DIRECTORY_AT + 36,
		0x0c000114, true },
	{ "Mach-O code signature: it is not for all that is before it: ", DIRECTORY_AT + 32, 0,
		true },
	{ "Mach-O code signature: its hashes do not fit: ", DIRECTORY_AT + 28, 0x01000000, true },
	{ "Mach-O code signature: its hashes do not fit: ", DIRECTORY_AT + 16, 0x00ffffff, true },
};

static void refuses(struct unit *u)
{
	for (size_t i = 0; i < COUNT(changes); i++) {
		const struct change *c = &changes[i];
		struct maker *m = make();
		struct img_error e = { 0 };
		struct img_view v;
		char text[256];
		uint8_t *file;

		u->row = c->text;
		w32(m->file + c->at, c->value);
		CHECK_INT(img_check_file(m->file, m->size, IMG_CHECK_UNSEALED, &v, NULL, &e),
			c->seal ? IMG_OK : IMG_E_FORMAT);
		file = sealed(m, &e);
		CHECK_INT(e.code, IMG_E_FORMAT);
		img_error_text(&e, text, sizeof(text));
		text[strlen(c->text)] = '\0';
		CHECK_STR(text, c->text);
		CHECK_INT(img_check_file(file, m->size, 0, &v, NULL, &e) != IMG_OK, true);
		free(file);
		free(m);
	}
	u->row = NULL;
}

static void try(uint8_t *file, size_t size, unsigned *accepted)
{
	struct img_container box;
	struct img_sizes sizes;
	struct img_error e;
	struct img_view v;

	if (img_check_file(file, size, 0, &v, &box, &e))
		return;
	(*accepted)++;
	img_container_sizes(&box, &sizes);
}

static const uint64_t edges[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff, UINT64_C(1) << 63,
	UINT64_MAX, UINT64_MAX - 7, UINT64_C(1) << 32, 0x40, 27, 255, FILE_SIZE };

/* each bit, and words set to values from the edges, of all that is not metadata */
static void changed(struct unit *u)
{
	static const size_t parts[][2] = { { 0, CMDS_END }, { TRIE_AT, TRIE_AT + TRIE_SIZE } };
	struct maker *m = make();
	struct img_error e = { 0 };
	uint8_t *file = sealed(m, &e), old[8];
	unsigned tried = 0, accepted = 0;

	for (size_t p = 0; p < COUNT(parts); p++) {
		for (size_t i = parts[p][0]; i < parts[p][1]; i++) {
			for (int bit = 0; bit < 8; bit++, tried++) {
				file[i] ^= (uint8_t)(1 << bit);
				try(file, m->size, &accepted);
				file[i] ^= (uint8_t)(1 << bit);
			}
		}
		for (size_t i = parts[p][0]; i + 8 <= parts[p][1]; i += 4) {
			memcpy(old, file + i, 8);
			for (size_t k = 0; k < 2 * COUNT(edges); k++, tried++) {
				memcpy(file + i, &edges[k / 2], k % 2 ? 8 : 4);
				try(file, m->size, &accepted);
				memcpy(file + i, old, 8);
			}
		}
	}
	CHECK(tried > 5000 && accepted > 0 && accepted < tried);
	free(file);
	free(m);
}

/* the same of the signature, which only the seal reads */
static void signature_changed(struct unit *u)
{
	unsigned sealed_ones = 0;

	for (size_t i = SIGNATURE_AT; i < HASHES_AT; i++) {
		for (int bit = 0; bit < 8; bit++) {
			struct maker *m = make();
			struct img_error e = { 0 };
			uint8_t *file;

			m->file[i] ^= (uint8_t)(1 << bit);
			file = sealed(m, &e);
			sealed_ones += e.code == IMG_E_IO; /* untouched: no error */
			free(file);
			free(m);
		}
	}
	CHECK(sealed_ones > 0 && sealed_ones < 8 * (HASHES_AT - SIGNATURE_AT));
}

static void cut(struct unit *u)
{
	struct maker *m = make();
	struct img_error e = { 0 };
	uint8_t *file = sealed(m, &e);
	unsigned accepted = 0;

	for (size_t n = 0; n < FILE_SIZE; n++) {
		uint8_t *c;

		if (n == META_AT + 8192)
			n = TAIL_AT - 8;
		c = malloc(n ? n : 1);
		memcpy(c, file, n);
		try(c, n, &accepted);
		free(c);
	}
	CHECK_INT(accepted, 0);
	free(file);
	free(m);
}

UNIT_MAIN(seals, may_be_signed_again, refuses, changed, signature_changed, cut)
