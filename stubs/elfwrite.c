/* A stub_list as an ELF shared object.
 *
 *   0        ELF header, program headers        \
 *            .dynsym .dynstr .hash               | loaded, read and write; the address of a byte is
 *            .gnu.version .gnu.version_d         | its offset in the file
 *            .dynamic                           /
 *            .shstrtab, section headers           not loaded
 *   data     .data (no bits): an address for each object, .tbss for each thread-local one
 *   text     .text (no bits): an address for each function
 *
 * LLD reads .dynsym, .dynstr, the two version sections and DT_SONAME. The rest makes it a shared
 * object by the letter of the gABI, which readelf, GNU ld and mold read too. Objects lie in a
 * writable segment, aligned to 32 bytes: a copy relocation of them then goes to .bss with that
 * alignment. Names of the same object have the same address, as copy relocations must move all of
 * them (environ, __environ). */
#include "stubs/elfstub.h"

#include <string.h>

enum {
	ET_DYN = 3,
	EV_CURRENT = 1,
	PT_LOAD = 1,
	PT_DYNAMIC = 2,
	PT_TLS = 7,
	PF_X = 1,
	PF_W = 2,
	PF_R = 4,
	SHT_PROGBITS = 1,
	SHT_STRTAB = 3,
	SHT_HASH = 5,
	SHT_DYNAMIC = 6,
	SHT_NOBITS = 8,
	SHT_DYNSYM = 11,
	SHT_GNU_verdef = 0x6ffffffd,
	SHT_GNU_versym = 0x6fffffff,
	SHF_WRITE = 1,
	SHF_ALLOC = 2,
	SHF_EXECINSTR = 4,
	SHF_TLS = 0x400,
	STB_GLOBAL = 1,
	STT_OBJECT = 1,
	STT_FUNC = 2,
	STT_TLS = 6,
	DT_HASH = 4,
	DT_STRTAB = 5,
	DT_SYMTAB = 6,
	DT_STRSZ = 10,
	DT_SYMENT = 11,
	DT_SONAME = 14,
	DT_VERSYM = 0x6ffffff0,
	DT_VERDEF = 0x6ffffffc,
	DT_VERDEFNUM = 0x6ffffffd,
	VER_FLG_BASE = 1,
	VER_NDX_GLOBAL = 1,
};

enum section {
	S_NULL,
	S_DYNSYM,
	S_DYNSTR,
	S_HASH,
	S_VERSYM,
	S_VERDEF,
	S_DYNAMIC,
	S_DATA,
	S_TBSS,
	S_TEXT,
	S_SHSTRTAB,
	SECTIONS,
};

static const char section_names[] = "\0.dynsym\0.dynstr\0.hash\0.gnu.version\0.gnu.version_d\0"
				    ".dynamic\0.data\0.tbss\0.text\0.shstrtab";

#define PROGRAM_HEADERS 4
#define PAGE            0x10000u /* the largest page of any machine in the table */
#define OBJECT_ALIGN    32u
#define FUNCTION_SIZE   16u /* bytes of address space each function gets */
#define VERDEF_SIZE     28u /* Verdef and one Verdaux, same for both classes */

struct section_plan {
	uint32_t type, flags, link, info;
	uint64_t at, size, align, entsize; /* at: offset, and address if SHF_ALLOC */
};

struct writer {
	const struct stub_list *list;
	struct stub_machine m;
	uint8_t *bytes;
	uint64_t *values; /* [nsymbols] st_value */
	struct section_plan sections[SECTIONS];
	uint64_t headers_at, end; /* of the section headers; of the file */
	uint64_t load_end;        /* of what is loaded from the file */
};

/* ---- bytes */

static inline uint64_t put(struct writer *w, uint64_t at, unsigned width, uint64_t value)
{
	uint8_t *to = w->bytes + at;

	if (w->m.little) {
		for (unsigned i = 0; i < width; i++)
			to[i] = (uint8_t)(value >> 8 * i);
	} else {
		for (unsigned i = 0; i < width; i++)
			to[i] = (uint8_t)(value >> 8 * (width - 1 - i));
	}
	return at + width;
}

/* an address, offset or size: 4 or 8 bytes */
static uint64_t put_word(struct writer *w, uint64_t at, uint64_t value)
{
	return put(w, at, w->m.is64 ? 8 : 4, value);
}

static uint64_t round_up(uint64_t n, uint64_t align)
{
	return (n + align - 1) & ~(align - 1);
}

/* the hash of the gABI, which versions bear */
static uint32_t elf_hash(const char *name)
{
	uint32_t h = 0;

	for (; *name; name++) {
		h = (h << 4) + (uint8_t)*name;
		h ^= (h >> 24) & 0xf0;
	}
	return h & 0x0fffffff;
}

/* ---- layout */

static uint64_t size_of(const struct writer *w, const struct stub_symbol *s)
{
	return s->pointers ? s->size * (w->m.is64 ? 8 : 4) : s->size;
}

/* Addresses within .data, .tbss and .text, from 0; their sizes. */
static void place_symbols(struct writer *w)
{
	uint64_t at[STUB_PLAIN_FUNCTION] = { 0 };

	for (size_t i = 0; i < w->list->nsymbols; i++) {
		const struct stub_symbol *s = &w->list->symbols[i];
		uint8_t kind = s->kind == STUB_PLAIN_FUNCTION ? STUB_FUNCTION : s->kind;
		uint64_t size = kind == STUB_FUNCTION ? FUNCTION_SIZE : s->size ? size_of(w, s) : 1;

		if (s->same != i) {
			w->values[i] = w->values[s->same];
			continue;
		}
		w->values[i] = at[kind];
		at[kind] = round_up(
			at[kind] + size, kind == STUB_FUNCTION ? FUNCTION_SIZE : OBJECT_ALIGN);
	}
	w->sections[S_DATA].size = at[STUB_OBJECT];
	w->sections[S_TBSS].size = at[STUB_TLS];
	w->sections[S_TEXT].size = at[STUB_FUNCTION];
}

static uint64_t strings_size(const struct stub_list *l)
{
	uint64_t n = 1 + strlen(l->soname) + 1;

	for (size_t i = 0; i < l->nsymbols; i++)
		n += strlen(l->symbols[i].name) + 1;
	for (size_t i = 0; i < l->nversions; i++)
		n += strlen(l->versions[i]) + 1;
	return n;
}

static void plan_sections(struct writer *w)
{
	const struct stub_list *l = w->list;
	struct section_plan *s = w->sections;
	uint64_t word = w->m.is64 ? 8 : 4, nsyms = l->nsymbols + 1, symsize = w->m.is64 ? 24 : 16;
	uint64_t at = (w->m.is64 ? 64 : 52) + PROGRAM_HEADERS * (w->m.is64 ? 56 : 32);

	place_symbols(w);
	s[S_DYNSYM] = (struct section_plan) { SHT_DYNSYM, SHF_ALLOC, S_DYNSTR, 1, 0,
		nsyms * symsize, word, symsize };
	s[S_DYNSTR] =
		(struct section_plan) { SHT_STRTAB, SHF_ALLOC, 0, 0, 0, strings_size(l), 1, 0 };
	s[S_HASH] = (struct section_plan) { SHT_HASH, SHF_ALLOC, S_DYNSYM, 0, 0,
		4 * (2 + 1 + nsyms), 4, 4 };
	s[S_VERSYM] = (struct section_plan) { SHT_GNU_versym, SHF_ALLOC, S_DYNSYM, 0, 0, 2 * nsyms,
		2, 2 };
	s[S_VERDEF] = (struct section_plan) { SHT_GNU_verdef, SHF_ALLOC, S_DYNSTR,
		(uint32_t)l->nversions + 1, 0, VERDEF_SIZE * (l->nversions + 1), 4, 0 };
	s[S_DYNAMIC] = (struct section_plan) { SHT_DYNAMIC, SHF_ALLOC | SHF_WRITE, S_DYNSTR, 0, 0,
		2 * word * 10, word, 2 * word };
	s[S_SHSTRTAB] =
		(struct section_plan) { SHT_STRTAB, 0, 0, 0, 0, sizeof(section_names), 1, 0 };
	for (unsigned i = S_DYNSYM; i <= S_DYNAMIC; i++) {
		s[i].at = round_up(at, s[i].align);
		at = s[i].at + s[i].size;
	}
	w->load_end = at;
	s[S_SHSTRTAB].at = at;
	w->headers_at = round_up(at + s[S_SHSTRTAB].size, word);
	w->end = w->headers_at + SECTIONS * (w->m.is64 ? 64u : 40u);
}

/* .data and .tbss behind the loaded part of the file, .text in a segment of its own */
static void plan_nobits(struct writer *w)
{
	struct section_plan *s = w->sections;
	uint64_t data = s[S_DATA].size, tls = s[S_TBSS].size, text = s[S_TEXT].size;
	uint64_t at = round_up(w->load_end, OBJECT_ALIGN);

	s[S_DATA] = (struct section_plan) { SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 0, 0, at, data,
		OBJECT_ALIGN, 0 };
	s[S_TBSS] = (struct section_plan) { SHT_NOBITS, SHF_ALLOC | SHF_WRITE | SHF_TLS, 0, 0,
		at + data, tls, OBJECT_ALIGN, 0 };
	s[S_TEXT] = (struct section_plan) { SHT_NOBITS, SHF_ALLOC | SHF_EXECINSTR, 0, 0,
		round_up(at + data, PAGE), text, FUNCTION_SIZE, 0 };
}

/* ---- contents */

static void put_elf_header(struct writer *w)
{
	static const uint8_t magic[4] = { 0x7f, 'E', 'L', 'F' };
	unsigned head = w->m.is64 ? 64 : 52;
	uint64_t at = 16;

	memcpy(w->bytes, magic, sizeof(magic));
	w->bytes[4] = w->m.is64 ? 2 : 1;
	w->bytes[5] = w->m.little ? 1 : 2;
	w->bytes[6] = EV_CURRENT;
	at = put(w, at, 2, ET_DYN);
	at = put(w, at, 2, w->m.e_machine);
	at = put(w, at, 4, EV_CURRENT);
	at = put_word(w, at, 0); /* no entry */
	at = put_word(w, at, head);
	at = put_word(w, at, w->headers_at);
	at = put(w, at, 4, w->m.e_flags);
	at = put(w, at, 2, head);
	at = put(w, at, 2, w->m.is64 ? 56 : 32);
	at = put(w, at, 2, PROGRAM_HEADERS);
	at = put(w, at, 2, w->m.is64 ? 64 : 40);
	at = put(w, at, 2, SECTIONS);
	put(w, at, 2, S_SHSTRTAB);
}

static void put_segment(struct writer *w, unsigned index, uint32_t type, uint32_t flags,
	uint64_t start, uint64_t file_size, uint64_t memory_size, uint64_t align)
{
	uint64_t at = (w->m.is64 ? 64 : 52) + index * (w->m.is64 ? 56u : 32u);

	at = put(w, at, 4, type);
	if (w->m.is64)
		at = put(w, at, 4, flags);
	at = put_word(w, at, file_size ? start : start % align); /* offset: nothing to read */
	at = put_word(w, at, start);
	at = put_word(w, at, start);
	at = put_word(w, at, file_size);
	at = put_word(w, at, memory_size);
	if (!w->m.is64)
		at = put(w, at, 4, flags);
	put_word(w, at, align);
}

static void put_segments(struct writer *w)
{
	const struct section_plan *s = w->sections;
	uint64_t data_end = s[S_DATA].at + s[S_DATA].size;

	put_segment(w, 0, PT_LOAD, PF_R | PF_W, 0, w->load_end, data_end, PAGE);
	put_segment(w, 1, PT_LOAD, PF_R | PF_X, s[S_TEXT].at, 0, s[S_TEXT].size, PAGE);
	put_segment(w, 2, PT_DYNAMIC, PF_R | PF_W, s[S_DYNAMIC].at, s[S_DYNAMIC].size,
		s[S_DYNAMIC].size, s[S_DYNAMIC].align);
	put_segment(w, 3, PT_TLS, PF_R, s[S_TBSS].at, 0, s[S_TBSS].size, OBJECT_ALIGN);
}

static void put_section_headers(struct writer *w)
{
	const char *name = section_names;

	for (unsigned i = 0; i < SECTIONS; i++, name += strlen(name) + 1) {
		const struct section_plan *s = &w->sections[i];
		uint64_t at = w->headers_at + i * (w->m.is64 ? 64u : 40u);

		at = put(w, at, 4, (uint64_t)(name - section_names));
		at = put(w, at, 4, s->type);
		at = put_word(w, at, s->flags);
		at = put_word(w, at, s->flags & SHF_ALLOC ? s->at : 0);
		at = put_word(w, at, s->at);
		at = put_word(w, at, s->size);
		at = put(w, at, 4, s->link);
		at = put(w, at, 4, s->info);
		at = put_word(w, at, s->align);
		put_word(w, at, s->entsize);
	}
	memcpy(w->bytes + w->sections[S_SHSTRTAB].at, section_names, sizeof(section_names));
}

/* a string to .dynstr at *at; returns its index */
static uint64_t put_string(struct writer *w, uint64_t *at, const char *s)
{
	size_t n = strlen(s) + 1;
	uint64_t index = *at - w->sections[S_DYNSTR].at;

	memcpy(w->bytes + *at, s, n);
	*at += n;
	return index;
}

static void put_symbol(struct writer *w, size_t i, uint64_t name)
{
	static const struct {
		uint8_t type, section;
	} kinds[STUB_KINDS] = {
		[STUB_FUNCTION] = { STT_FUNC, S_TEXT },
		[STUB_OBJECT] = { STT_OBJECT, S_DATA },
		[STUB_TLS] = { STT_TLS, S_TBSS },
		[STUB_PLAIN_FUNCTION] = { STT_FUNC, S_TEXT },
	};
	const struct stub_symbol *s = &w->list->symbols[i];
	unsigned section = kinds[s->kind].section;
	/* a thread-local symbol's value is an offset in the TLS block */
	uint64_t value = w->values[i] + (s->kind == STUB_TLS ? 0 : w->sections[section].at);
	uint64_t at = w->sections[S_DYNSYM].at + (i + 1) * w->sections[S_DYNSYM].entsize;

	at = put(w, at, 4, name);
	if (!w->m.is64) {
		at = put(w, at, 4, value);
		at = put(w, at, 4, size_of(w, s));
	}
	at = put(w, at, 1, (STB_GLOBAL << 4) | kinds[s->kind].type);
	at = put(w, at, 1, s->kind == STUB_FUNCTION ? w->m.function_other : 0);
	at = put(w, at, 2, section);
	if (w->m.is64) {
		at = put(w, at, 8, value);
		put(w, at, 8, size_of(w, s));
	}
}

/* One bucket with all symbols in one chain: it is right, costs nothing to make, and no linker looks
 * a name up in it. */
static void put_hash(struct writer *w)
{
	size_t n = w->list->nsymbols;
	uint64_t at = w->sections[S_HASH].at;

	at = put(w, at, 4, 1);
	at = put(w, at, 4, n + 1);
	at = put(w, at, 4, n); /* the chain goes from the last symbol to the first */
	for (size_t i = 0; i <= n; i++)
		at = put(w, at, 4, i ? i - 1 : 0);
}

/* version `index`; 1 is the library itself */
static void put_version(struct writer *w, uint64_t index, const char *name, uint64_t string)
{
	bool last = index == w->list->nversions + 1;
	uint64_t at = w->sections[S_VERDEF].at + (index - 1) * VERDEF_SIZE;

	at = put(w, at, 2, 1);
	at = put(w, at, 2, index == 1 ? VER_FLG_BASE : 0);
	at = put(w, at, 2, index);
	at = put(w, at, 2, 1); /* one name, no parents */
	at = put(w, at, 4, elf_hash(name));
	at = put(w, at, 4, VERDEF_SIZE - 8);
	at = put(w, at, 4, last ? 0 : VERDEF_SIZE);
	at = put(w, at, 4, string);
	put(w, at, 4, 0);
}

static void put_dynamic(struct writer *w, uint64_t soname)
{
	const struct section_plan *s = w->sections;
	const uint64_t entries[][2] = {
		{ DT_SONAME, soname },
		{ DT_HASH, s[S_HASH].at },
		{ DT_STRTAB, s[S_DYNSTR].at },
		{ DT_SYMTAB, s[S_DYNSYM].at },
		{ DT_STRSZ, s[S_DYNSTR].size },
		{ DT_SYMENT, s[S_DYNSYM].entsize },
		{ DT_VERSYM, s[S_VERSYM].at },
		{ DT_VERDEF, s[S_VERDEF].at },
		{ DT_VERDEFNUM, s[S_VERDEF].info },
		{ 0, 0 },
	};
	uint64_t at = s[S_DYNAMIC].at;

	_Static_assert(sizeof(entries) / sizeof(entries[0]) == 10, "size in plan_sections");
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		at = put_word(w, at, entries[i][0]);
		at = put_word(w, at, entries[i][1]);
	}
}

static void put_contents(struct writer *w)
{
	const struct stub_list *l = w->list;
	uint64_t string = w->sections[S_DYNSTR].at + 1, versym = w->sections[S_VERSYM].at + 2;
	uint64_t soname = put_string(w, &string, l->soname);

	put_elf_header(w);
	put_segments(w);
	put_version(w, 1, l->soname, soname);
	for (size_t i = 0; i < l->nversions; i++)
		put_version(w, i + 2, l->versions[i], put_string(w, &string, l->versions[i]));
	for (size_t i = 0; i < l->nsymbols; i++) {
		unsigned version = l->symbols[i].version;

		put_symbol(w, i, put_string(w, &string, l->symbols[i].name));
		versym = put(w, versym, 2, version ? version + 1 : VER_NDX_GLOBAL);
	}
	put_hash(w);
	put_dynamic(w, soname);
	put_section_headers(w);
}

int stub_elf_write(struct arena *a, const struct stub_list *l, struct stub_machine m,
	const void **bytes, size_t *n)
{
	struct writer w = { .list = l, .m = m };

	w.values = arena_array(a, uint64_t, l->nsymbols);
	plan_sections(&w);
	plan_nobits(&w);
	if (!m.is64 && w.sections[S_TEXT].at + w.sections[S_TEXT].size > UINT32_MAX)
		return -1;
	w.bytes = arena_alloc(a, (size_t)w.end, 8);
	put_contents(&w);
	*bytes = w.bytes;
	*n = (size_t)w.end;
	return 0;
}
