/* Imports: what the checker wants of their table, and of the pointers that a loader will set. */
#include "image/bundle.h"
#include "image/container.h"
#include "test/fuzz/image_use.h"
#include "test/unit/image_sealed.h"

enum { SLOTS = DATA_AT + 512 + MAKER_IMPORTS - META_AT, VARIABLE = 6 };
enum { SYMBOL, DEPENDENCY, KIND, ADDRESS, UNSET, RESERVED, WORDS }; /* of an import */

static const struct maker_import some[] = { { "answer", IMG_IMPORT_METHOD },
	{ "counter", IMG_IMPORT_GLOBAL }, { "walk", IMG_IMPORT_METHOD } };

/* a variable that leads into the heap of the dependency */
static void put_variable(struct maker *m, void *ctx)
{
	const struct img_variable variable = { VARIABLE, 1, 8 };

	(void)ctx;
	for (uint32_t i = 0; i < m->ntables; i++) {
		struct img_dependency *d = (void *)(m->file + m->meta_at + m->dir[i].offset);

		if (m->dir[i].kind == IMG_DEPENDENCIES) {
			d->flags = IMG_DEP_BUILD;
			d->heap_base = IMG_HEAP_ALIGN;
		}
	}
	mk_table(m, IMG_VARIABLES, &variable, sizeof(variable), 1);
}

static struct maker_wish wish(void)
{
	return (struct maker_wish) { .dependency = "base",
		.imports = some,
		.nimports = COUNT(some),
		.versions = { 8, 200 },
		.more = put_variable };
}

static void takes(struct unit *u)
{
	for (unsigned narrow = 0; narrow < 2; narrow++) {
		struct maker_wish w = wish();
		struct img_view v;
		struct img_error e;
		struct sealed s;

		w.narrow = narrow;
		s = seal(u, &w);
		CHECK_INT(img_check_file(s.file, s.size, IMG_CHECK_FILE_SUM, &v, NULL, &e), IMG_OK);
		CHECK_INT(v.nimports, 3);
		CHECK_INT(v.nvariables, 1);
		CHECK_STR(img_str(&v, v.imports[1].symbol), "counter");
		CHECK_STR(img_import_kind_name(v.imports[1].kind), "global");
		CHECK_STR(img_import_kind_name(v.imports[2].kind), "method");
		CHECK_STR(img_import_kind_name(0), "?");
		image_use(&v);
		free(s.file);
	}
}

static void checks_the_table(struct unit *u)
{
	const struct maker_wish w = wish();
	struct sealed s = seal(u, &w);
	const struct img_import *n = entry(&s, IMG_IMPORTS);
	const struct mistake rows[] = {
		{ IMG_IMPORTS, SYMBOL, 0, "imports, entry 0: a name is empty" },
		{ IMG_IMPORTS, SYMBOL, UINT32_MAX, "imports, entry 0: a string is out of range" },
		{ IMG_IMPORTS, WORDS + DEPENDENCY, 1,
			"imports, entry 1: its dependency is out of range: wanted below 1, got 1" },
		{ IMG_IMPORTS, KIND, 0, "imports, entry 0: an unknown kind: wanted at most 2" },
		{ IMG_IMPORTS, KIND, 3, "an unknown kind: wanted at most 2, got 3" },
		{ IMG_IMPORTS, ADDRESS, 10,
			"imports, entry 0: the address of its slot is out of range: wanted below "
			"10, got 10" },
		{ IMG_IMPORTS, UNSET, 10,
			"imports, entry 0: where it leads unset is out of range: wanted below 10" },
		{ IMG_IMPORTS, 2 * WORDS + RESERVED, 1,
			"imports, entry 2: reserved fields are not zero" },
		{ IMG_IMPORTS, WORDS + SYMBOL, n[0].symbol,
			"imports, entry 1: not sorted by dependency and symbol" },
		{ IMG_IMPORTS, SYMBOL, n[2].symbol, "imports, entry 1: not sorted" },
	};

	are_refused(u, &s, rows, COUNT(rows));
	free(s.file);
}

static void checks_slots(struct unit *u)
{
	const struct maker_wish w = wish();
	struct sealed s = seal(u, &w);
	const uint32_t counter = DATA_AT + 512 - META_AT, slot = MAKER_IMPORT;
	const char *const no_pointer = "imports, entry 0: it is no pointer in memory of data";
	const char *const functions = "imports, entry 0: it is among the slots of functions";
	const struct mistake rows[] = {
		{ IMG_ADDRESSES, slot, SLOTS + 4, no_pointer },
		{ IMG_ADDRESSES, slot, CODE_AT - META_AT, no_pointer },
		{ IMG_ADDRESSES, slot, 0, no_pointer },
		{ IMG_ADDRESSES, slot, DATA_AT + 1020 - META_AT, no_pointer },
		{ IMG_ADDRESSES, slot, (uint32_t)-META_AT, no_pointer },
		{ IMG_ADDRESSES, slot, counter + MAKER_SLOTS, functions },
		{ IMG_ADDRESSES, slot, counter + MAKER_SLOTS + 8, functions },
		{ IMG_ADDRESSES, slot, counter + MAKER_CHOSEN, functions },
		{ IMG_ADDRESSES, slot + 2, SLOTS,
			"imports, entry 2: its slot is that of another import" },
		{ IMG_ADDRESSES, slot, SLOTS + 16,
			"imports, entry 2: its slot is that of another import" },
		{ IMG_IMPORTS, WORDS + ADDRESS, slot,
			"imports, entry 1: its slot is that of another import" },
		{ IMG_ADDRESSES, slot + 1, counter + MAKER_VARIABLE,
			"variables, entry 0: it is the slot of an import" },
		{ IMG_IMPORTS, WORDS + UNSET, 3,
			"imports, entry 1: where it leads unset is not in executable memory" },
		{ IMG_ADDRESSES, VARIABLE, counter + 4,
			"variables, entry 0: it is no pointer in memory of data" },
	};

	are_refused(u, &s, rows, COUNT(rows));
	free(s.file);
}

/* in a file of 32 bits two pointers may be 4 bytes from each other */
static void checks_narrow_slots(struct unit *u)
{
	struct maker_wish w = wish();
	struct img_view v;
	struct img_error e;
	struct sealed s;
	int32_t *addresses;

	w.narrow = true;
	s = seal(u, &w);
	addresses = entry(&s, IMG_ADDRESSES);
	addresses[MAKER_IMPORT] = SLOTS + 12;
	sum_again(&s);
	CHECK_INT(img_check_file(s.file, s.size, 0, &v, NULL, &e), IMG_OK);
	addresses[MAKER_IMPORT] = SLOTS + 10;
	sum_again(&s);
	CHECK_INT(img_check_file(s.file, s.size, 0, &v, NULL, &e), IMG_E_FORMAT);
	free(s.file);
}

/* ---- views that no maker makes: data alone, and many imports */

static void has_no_address_with_bitcode(struct unit *u)
{
	static const char strings[] = "\0f";
	struct img_import n = { .symbol = 1, .kind = IMG_IMPORT_METHOD };
	const struct img_view v = { .strings = strings,
		.nstrings = sizeof(strings),
		.ndependencies = 1,
		.nbitcode = 1,
		.imports = &n,
		.nimports = 1 };
	struct img_view plain = v;
	struct img_error e = { 0 };
	struct img_rd r = { .e = &e };
	struct img_container c = { .pointer = 8, .no_code = true };
	char text[128];

	CHECK(img_check_imports(&r, &v));
	CHECK(img_check_imports_file(&r, &c, &v));
	plain.nbitcode = 0; /* nor code: nothing could refer to it */
	CHECK(!img_check_imports(&r, &plain));
	n.unset = 1;
	CHECK(!img_check_imports(&r, &v));
	img_error_text(&e, text, sizeof(text));
	CHECK_STR(text, "imports, entry 0: with bitcode it has no address: wanted 0, got 1");
	n.unset = 0;
	n.address = 1;
	CHECK(!img_check_imports(&r, &v));
}

/* n imports whose slots are `step` bytes from each other, told in an order that is none */
struct many {
	struct img_import *imports;
	int32_t *addresses;
	struct img_view v;
	struct img_container c;
};

static void many(struct many *m, uint32_t n, uint32_t step)
{
	*m = (struct many) { calloc(n, sizeof(*m->imports)),
		calloc(n + (size_t)1, sizeof(*m->addresses)), { 0 }, { 0 } };
	for (uint32_t i = 0; i < n; i++) { /* n is not a multiple of 7919 */
		m->imports[i].address = (uint32_t)(i * UINT64_C(7919) % n);
		m->imports[i].unset = n;
		m->addresses[i] = (int32_t)((int64_t)i * step + INT32_MIN);
	}
	m->addresses[n] = INT32_MAX;
	m->v = (struct img_view) {
		.imports = m->imports, .nimports = n, .addresses = m->addresses, .naddresses = n + 1
	};
	m->c = (struct img_container) { .pointer = 8,
		.meta_vaddr = UINT64_C(1) << 31,
		.nregions = 2,
		.regions = { { .memsz = UINT32_MAX - 8, .access = IMG_REGION_DATA },
			{ .vaddr = UINT32_MAX, .memsz = 1, .access = IMG_REGION_EXEC } } };
}

static void finds_slots_far_away(struct unit *u)
{
	enum { MEANT = 64, STEP = 8 << 16 };
	static const struct {
		uint32_t n, step;
		const char *problem; /* NULL: fine */
	} rows[] = {
		{ MEANT, STEP, NULL },
		{ MEANT + 1, STEP, "their slots are too far from each other" },
		{ MEANT, 48 << 20, NULL }, /* all that an address can be */
		{ 2 * MEANT, STEP / 2, NULL },
		{ 2 * MEANT + 1, STEP / 2, "their slots are too far from each other" },
		{ 8000, STEP, "their slots are too far from each other" },
		{ 500000, 8, NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct img_error e = { 0 };
		struct img_rd r = { .e = &e };
		struct many m;
		bool fine;

		many(&m, rows[i].n, rows[i].step);
		fine = img_check_imports_file(&r, &m.c, &m.v);
		CHECK_STR(fine ? NULL : e.problem, rows[i].problem);
		/* the last two in memory are one */
		m.addresses[rows[i].n - 1] = m.addresses[rows[i].n - 2];
		fine = img_check_imports_file(&r, &m.c, &m.v);
		if (!rows[i].problem)
			CHECK_STR(fine ? NULL : e.problem, "its slot is that of another import");
		free(m.imports);
		free(m.addresses);
	}
}

/* ---- an image in a bundle */

enum { MEMBER = MAKER_PAGE, HEAD = 1024 };

static void put_segment(uint8_t *file, unsigned i, uint32_t flags, uint64_t at, uint64_t size)
{
	Elf64_Phdr p = { PT_LOAD, flags, at, at, at, size, size, MAKER_PAGE };

	memcpy(file + 64 + i * sizeof(p), &p, sizeof(p));
}

/* the sealed image as the one member of a bundle; the caller frees it */
static uint8_t *bundle(const struct sealed *s, size_t *size)
{
	const struct img_header *meta = (const void *)(s->file + s->meta_at);
	Elf64_Ehdr h = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_DYN,
		.e_machine = MACHINE,
		.e_phoff = 64,
		.e_shoff = 512,
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 4,
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = 2 };
	Elf64_Shdr sections[2] = { { 0 }, { .sh_offset = HEAD } };
	struct {
		struct img_bundle_header h;
		struct img_bundle_member m;
	} dir = { { .magic = IMG_BUNDLE_MAGIC,
			  .version = IMG_BUNDLE_VERSION,
			  .header_size = sizeof(dir.h),
			  .nmembers = 1,
			  .self = HEAD,
			  .abi = meta->abi },
		{ MEMBER, TAIL_AT, MEMBER + s->meta_at, 0, 0, 0 } };
	uint8_t *file = calloc(1, MEMBER + s->size);

	*size = dir.h.file_size = MEMBER + s->size;
	dir.h.meta_sum = img_sum64(&dir, sizeof(dir));
	memcpy(file, &h, sizeof(h));
	put_segment(file, 0, PF_R, 0, HEAD + sizeof(dir));
	put_segment(file, 1, PF_R, MEMBER, s->meta_at + s->meta_size);
	put_segment(file, 2, PF_R | PF_X, MEMBER + CODE_AT, 64);
	put_segment(file, 3, PF_R | PF_W, MEMBER + DATA_AT, 1024);
	memcpy(file + h.e_shoff, sections, sizeof(sections));
	memcpy(file + HEAD, &dir, sizeof(dir));
	memcpy(file + MEMBER, s->file, s->size);
	return file;
}

static void checks_members(struct unit *u)
{
	const struct maker_wish w = wish();
	struct sealed s = seal(u, &w);
	int32_t *addresses = entry(&s, IMG_ADDRESSES);
	static const struct {
		unsigned index;
		int32_t address;
		const char *text; /* NULL: fine */
	} rows[] = {
		{ MAKER_IMPORT, SLOTS, NULL },
		{ MAKER_IMPORT, SLOTS + 4, "imports, entry 0: it is no pointer in memory of data" },
		{ MAKER_IMPORT, CODE_AT - META_AT, "imports, entry 0: it is no pointer in memory" },
		{ MAKER_IMPORT + 1, SLOTS, "imports, entry 1: its slot is that of another import" },
		{ MAKER_IMPORT + 1, SLOTS - 8, "variables, entry 0: it is the slot of an import" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		int32_t before = addresses[rows[i].index];
		struct img_error e = { 0 };
		struct img_bundle b;
		uint64_t member = IMG_NO_ENTRY;
		uint8_t *file;
		char text[128] = "";
		size_t size;

		u->row = rows[i].text;
		addresses[rows[i].index] = rows[i].address;
		sum_again(&s);
		file = bundle(&s, &size);
		if (img_bundle_check(file, size, 0, &b, &member, &e))
			img_error_text(&e, text, sizeof(text));
		if (!CHECK(rows[i].text ? strstr(text, rows[i].text) != NULL : !*text))
			printf("  got: %s\n", text);
		CHECK(member == (rows[i].text ? 0 : IMG_NO_ENTRY));
		addresses[rows[i].index] = before;
		free(file);
	}
	free(s.file);
}

/* each bit of the tables that say where slots are, and each word set to any word that is there */
static void hostile(struct unit *u)
{
	static const uint32_t kinds[] = { IMG_DEPENDENCIES, IMG_ADDRESSES, IMG_DISPATCH,
		IMG_VARIABLES, IMG_IMPORTS };
	const struct maker_wish w = wish();
	struct sealed s = seal(u, &w);
	unsigned taken = 0, refused = 0;

	for (size_t k = 0; k < COUNT(kinds); k++) {
		const struct img_table *t =
			(void *)(s.file + s.meta_at + sizeof(struct img_header));
		uint32_t *words = entry(&s, kinds[k]);
		size_t n;

		while (t->kind != kinds[k])
			t++;
		n = t->count * t->entry_size / 4;
		for (size_t i = 0; i < n * (32 + n); i++) {
			uint32_t *word = &words[i / (32 + n)], old = *word;
			size_t change = i % (32 + n);
			struct img_view v;
			struct img_error e;

			*word = change < 32 ? old ^ UINT32_C(1) << change : words[change - 32];
			sum_again(&s);
			if (img_check_file(s.file, s.size, 0, &v, NULL, &e)) {
				refused++;
			} else {
				image_use(&v);
				taken++;
			}
			*word = old;
		}
	}
	if (!CHECK(taken > 500 && refused > 1000))
		printf("  %u taken, %u refused\n", taken, refused);
	free(s.file);
}

UNIT_MAIN(takes, checks_the_table, checks_slots, checks_narrow_slots, has_no_address_with_bitcode,
	finds_slots_far_away, checks_members, hostile)
