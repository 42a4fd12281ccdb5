/* A package image made by hand, for image_test.c and runtime_test.c: independent of the frontend
 * and of any linker. The ELF file is one that glibc loads: three segments, a SysV hash table with
 * the root symbol, code as bytes. */
#ifndef IMAGE_MAKER_H
#define IMAGE_MAKER_H

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image/image.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { MAKER_PAGE = 0x10000, MAKER_ROOM = 4 * MAKER_PAGE }; /* 64 KiB pages fit all */
enum { CODE_AT = MAKER_PAGE, DATA_AT = 2 * MAKER_PAGE, TAIL_AT = 3 * MAKER_PAGE };

struct maker;

struct maker_import {
	const char *symbol;
	uint32_t kind; /* enum img_import_kind */
};

/* what a test may want otherwise */
struct maker_wish {
	bool narrow; /* a 32-bit file, for the checker alone */
	const char *name, *abi_text, *library, *host;
	const char *dependency; /* its name; with: */
	uint64_t interface_digest;
	const uint64_t *uses; /* digests of its symbol "add" and its type "node"; or NULL */
	/* what it takes from the dependency, by symbol; slot i is MAKER_IMPORTS + 8 * i behind
	 * `counter`, its address index MAKER_IMPORT + i; they lead to `answer` until set */
	const struct maker_import *imports;
	unsigned nimports;
	const char *needed; /* DT_NEEDED */
	/* three targets, and two versions of `answer` for those behind 0: feature rows they need
	 * beside what is always there; 0: one target */
	unsigned versions[2];
	bool self;       /* the image chooses itself */
	uint32_t chosen; /* what is in its word for that */
	/* further tables, behind all others; and with it one more address: of MAKER_VARIABLE */
	void (*more)(struct maker *m, void *ctx);
	void *ctx;
};

/* behind `counter` */
enum { MAKER_SLOTS = 8, MAKER_CHOSEN = 64, MAKER_NSLOTS = 2, MAKER_VARIABLE = 128 };
enum { MAKER_IMPORTS = 136, MAKER_IMPORT = 7, MAKER_MOST_IMPORTS = 16 };

struct maker {
	uint8_t file[MAKER_ROOM];
	size_t size; /* of the file */
	size_t meta_at, meta_size;
	char strings[4096];
	size_t nstrings;
	struct img_table dir[IMG_TABLE_KINDS];
	uint32_t ntables;
	size_t at; /* next free byte of the metadata, from its start */
};

#if defined(__x86_64__)
#define MACHINE EM_X86_64
static const uint8_t code_answer[] = { 0xb8, 42, 0, 0, 0, 0xc3 };     /* mov eax,42 */
static const uint8_t code_add[] = { 0x8d, 0x04, 0x37, 0xc3 };         /* lea eax,[rdi+rsi] */
static const uint8_t code_twice[] = { 0xf2, 0x0f, 0x58, 0xc0, 0xc3 }; /* addsd xmm0,xmm0 */
static const uint8_t code_answer1[] = { 0xb8, 43, 0, 0, 0, 0xc3 };
static const uint8_t code_answer2[] = { 0xb8, 44, 0, 0, 0, 0xc3 };
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
static const uint8_t code_answer[] = { 0x40, 0x05, 0x80, 0x52, 0xc0, 3, 0x5f, 0xd6 };
static const uint8_t code_add[] = { 0, 0, 1, 0x0b, 0xc0, 3, 0x5f, 0xd6 };
static const uint8_t code_twice[] = { 0, 0x28, 0x60, 0x1e, 0xc0, 3, 0x5f, 0xd6 };
static const uint8_t code_answer1[] = { 0x60, 0x05, 0x80, 0x52, 0xc0, 3, 0x5f, 0xd6 };
static const uint8_t code_answer2[] = { 0x80, 0x05, 0x80, 0x52, 0xc0, 3, 0x5f, 0xd6 };
#else
#error "bytes of three small functions are wanted for this CPU"
#endif

static inline uint32_t mk_str(struct maker *m, const char *s)
{
	size_t n = strlen(s) + 1, at;

	if (n == 1)
		return 0;
	at = m->nstrings;
	if (at + n > sizeof(m->strings))
		abort();
	memcpy(m->strings + at, s, n);
	m->nstrings += n;
	return (uint32_t)at;
}

static inline void *mk_table(
	struct maker *m, uint32_t kind, const void *data, size_t entry, size_t count)
{
	uint8_t *to;

	m->at = (m->at + 7) / 8 * 8;
	to = m->file + m->meta_at + m->at;
	m->dir[m->ntables++] = (struct img_table) { kind, (uint32_t)entry, m->at, count };
	memcpy(to, data, entry * count);
	m->at += entry * count;
	return to;
}

/* the types of the sample, by index */
enum {
	MK_VOID,
	MK_INT,
	MK_CHAR,
	MK_CONST_CHAR,
	MK_TEXT,
	MK_NODE,
	MK_NODE_PTR,
	MK_DOUBLE,
	MK_DOUBLES,
	MK_UINT,
	MK_COLOR,
	MK_NODE_T,
	MK_FN_ANSWER,
	MK_FN_ADD,
	MK_FN_TWICE,
	MK_FN_VISIT,
	MK_VISIT_PTR,
	MK_VISITS,
	MK_FN_WALK,
	MK_FN_PRINT,
	MK_OPAQUE,
	MK_OPAQUE_PTR,
	MK_TYPES,
};

struct maker_types {
	struct img_type types[MK_TYPES];
	struct img_member members[32];
	uint32_t nmembers;
};

static inline void mk_type(struct maker *m, struct maker_types *t, unsigned i, uint8_t kind,
	const char *name, uint64_t size, uint32_t target)
{
	t->types[i] = (struct img_type) { .kind = kind,
		.name = mk_str(m, name),
		.size = size,
		.align = size ? (uint32_t)(size > 8 ? 8 : size) : 0,
		.target = target };
}

static inline void mk_member(struct maker *m, struct maker_types *t, unsigned owner,
	const char *name, uint32_t type, int64_t value)
{
	if (t->types[owner].nmembers++ == 0)
		t->types[owner].members = t->nmembers;
	t->members[t->nmembers++] =
		(struct img_member) { .name = mk_str(m, name), .type = type, .value = value };
}

static inline void mk_types(struct maker *m, struct maker_types *t)
{
	mk_type(m, t, MK_VOID, IMG_T_VOID, "", 0, 0);
	mk_type(m, t, MK_INT, IMG_T_INT, "int", 4, 0);
	mk_type(m, t, MK_CHAR, IMG_T_CHAR, "char", 1, 0);
	mk_type(m, t, MK_CONST_CHAR, IMG_T_CONST, "", 1, MK_CHAR);
	mk_type(m, t, MK_TEXT, IMG_T_POINTER, "", 8, MK_CONST_CHAR);
	mk_type(m, t, MK_NODE, IMG_T_STRUCT, "node", 40, 0);
	mk_member(m, t, MK_NODE, "value", MK_INT, 0);
	mk_member(m, t, MK_NODE, "flags", MK_UINT, 32);
	t->members[1].flags = IMG_MF_BITFIELD;
	t->members[1].bit_size = 3;
	mk_member(m, t, MK_NODE, "next", MK_NODE_PTR, 64);
	mk_member(m, t, MK_NODE, "at", MK_DOUBLES, 128);
	mk_member(m, t, MK_NODE, "color", MK_COLOR, 256);
	mk_type(m, t, MK_NODE_PTR, IMG_T_POINTER, "", 8, MK_NODE_T);
	mk_type(m, t, MK_DOUBLE, IMG_T_FLOAT, "double", 8, 0);
	mk_type(m, t, MK_DOUBLES, IMG_T_ARRAY, "", 16, MK_DOUBLE);
	t->types[MK_DOUBLES].count = 2;
	mk_type(m, t, MK_UINT, IMG_T_UINT, "unsigned int", 4, 0);
	mk_type(m, t, MK_COLOR, IMG_T_ENUM, "color", 4, MK_INT);
	t->types[MK_COLOR].flags = IMG_TF_SIGNED;
	mk_member(m, t, MK_COLOR, "RED", 0, 0);
	mk_member(m, t, MK_COLOR, "GREEN", 0, -1);
	mk_type(m, t, MK_NODE_T, IMG_T_TYPEDEF, "node_t", 40, MK_NODE);
	mk_type(m, t, MK_FN_ANSWER, IMG_T_FUNCTION, "", 0, MK_INT);
	mk_type(m, t, MK_FN_ADD, IMG_T_FUNCTION, "", 0, MK_INT);
	mk_member(m, t, MK_FN_ADD, "", MK_INT, 0);
	mk_member(m, t, MK_FN_ADD, "", MK_INT, 0);
	mk_type(m, t, MK_FN_TWICE, IMG_T_FUNCTION, "", 0, MK_DOUBLE);
	mk_member(m, t, MK_FN_TWICE, "", MK_DOUBLE, 0);
	mk_type(m, t, MK_FN_VISIT, IMG_T_FUNCTION, "", 0, MK_INT);
	mk_member(m, t, MK_FN_VISIT, "", MK_NODE_PTR, 0);
	mk_member(m, t, MK_FN_VISIT, "", MK_TEXT, 0);
	mk_type(m, t, MK_VISIT_PTR, IMG_T_POINTER, "", 8, MK_FN_VISIT);
	mk_type(m, t, MK_VISITS, IMG_T_ARRAY, "", 32, MK_VISIT_PTR);
	t->types[MK_VISITS].count = 4;
	mk_type(m, t, MK_FN_WALK, IMG_T_FUNCTION, "", 0, MK_VISIT_PTR);
	mk_member(m, t, MK_FN_WALK, "", MK_VISIT_PTR, 0);
	mk_member(m, t, MK_FN_WALK, "", MK_OPAQUE_PTR, 0);
	mk_type(m, t, MK_FN_PRINT, IMG_T_FUNCTION, "", 0, MK_VOID);
	t->types[MK_FN_PRINT].flags = IMG_TF_VARIADIC;
	mk_member(m, t, MK_FN_PRINT, "", MK_TEXT, 0);
	mk_type(m, t, MK_OPAQUE, IMG_T_OPAQUE, "secret", 0, 0);
	t->types[MK_OPAQUE].tag = IMG_T_STRUCT;
	mk_type(m, t, MK_OPAQUE_PTR, IMG_T_POINTER, "", 8, MK_OPAQUE);
}

/* sorted by name, then symbol */
static const struct {
	const char *name, *symbol;
	uint32_t type, address;
	const char *params[3];
} maker_methods[] = {
	{ "add", "add", MK_FN_ADD, 1, { "a", "b" } },
	{ "answer", "answer", MK_FN_ANSWER, 0, { 0 } },
	{ "over", "_over1", MK_FN_ADD, 1, { "", "" } },
	{ "over", "_over2", MK_FN_TWICE, 2, { "x" } },
	{ "plain", "plain", 0, 0, { 0 } },
	{ "print", "print", MK_FN_PRINT, 0, { "fmt" } },
	{ "twice", "twice", MK_FN_TWICE, 2, { "x" } },
	{ "walk", "walk", MK_FN_WALK, 0, { "visit", "s" } },
};

/* slot 0 is answer's, slot 1 that of a function which has no name here */
static inline void mk_dispatch(struct maker *m, const struct maker_wish *w)
{
	const struct img_dispatch d = {
		.slots = 4, .nslots = MAKER_NSLOTS, .flags = w->self ? IMG_DF_SELF : 0, .chosen = 5
	};
	int32_t base = (int32_t)m->meta_at, answer = CODE_AT - base, add = CODE_AT + 16 - base;
	const int32_t entries[] = { answer, add, answer + 40, add, answer + 48, add };

	mk_table(m, IMG_DISPATCH, &d, sizeof(d), 1);
	mk_table(m, IMG_ENTRIES, entries, sizeof(entries[0]), COUNT(entries));
}

static inline void mk_methods(
	struct maker *m, const struct maker_types *t, const struct maker_wish *w)
{
	struct img_method methods[COUNT(maker_methods)] = { 0 };
	struct img_global globals[2] = { 0 };
	uint32_t params[32], nparams = 0, file = mk_str(m, "src/node.c");
	int32_t base = (int32_t)m->meta_at, addresses[MAKER_IMPORT + MAKER_MOST_IMPORTS];

	for (unsigned i = 0; i < COUNT(maker_methods); i++) {
		methods[i] = (struct img_method) { .name = mk_str(m, maker_methods[i].name),
			.symbol = mk_str(m, maker_methods[i].symbol),
			.type = maker_methods[i].type,
			.params = nparams,
			.address = maker_methods[i].address,
			.file = file,
			.line = 10 + i,
			.slot = w->versions[0] && i == 1 };
		for (unsigned k = 0; methods[i].type && k < t->types[methods[i].type].nmembers; k++)
			params[nparams++] = mk_str(m, maker_methods[i].params[k]);
	}
	globals[0] = (struct img_global) { .name = mk_str(m, "counter"),
		.symbol = mk_str(m, "counter"),
		.type = MK_INT,
		.address = 3,
		.size = 4,
		.file = file,
		.line = 3 };
	globals[1] = (struct img_global) { .name = mk_str(m, "current"),
		.symbol = mk_str(m, "current"),
		.type = MK_NODE_PTR,
		.address = IMG_NO_ADDRESS,
		.size = 8,
		.file = file,
		.line = 4,
		.flags = IMG_GF_TLS };
	addresses[0] = CODE_AT - base;
	addresses[1] = CODE_AT + 16 - base;
	addresses[2] = CODE_AT + 32 - base;
	addresses[3] = DATA_AT + 512 - base;
	addresses[4] = addresses[3] + MAKER_SLOTS;
	addresses[5] = addresses[3] + MAKER_CHOSEN;
	mk_table(m, IMG_METHODS, methods, sizeof(methods[0]), COUNT(methods));
	mk_table(m, IMG_PARAMS, params, sizeof(params[0]), nparams);
	mk_table(m, IMG_GLOBALS, globals, sizeof(globals[0]), COUNT(globals));
	addresses[6] = addresses[3] + MAKER_VARIABLE;
	for (int i = 0; i < MAKER_MOST_IMPORTS; i++)
		addresses[MAKER_IMPORT + i] = addresses[3] + MAKER_IMPORTS + 8 * i;
	mk_table(m, IMG_ADDRESSES, addresses, sizeof(addresses[0]),
		w->nimports      ? MAKER_IMPORT + w->nimports
		: w->more        ? 7
		: w->versions[0] ? 6
				 : 4);
	if (w->versions[0])
		mk_dispatch(m, w);
	if (w->more)
		w->more(m, w->ctx);
}

static inline void mk_package(struct maker *m, const struct maker_wish *w)
{
	struct img_package package = { .name = mk_str(m, w->name ? w->name : "sample"),
		.version = mk_str(m, "1.2.0"),
		.triple = mk_str(m, "x86_64-unknown-linux-gnu"),
		.abi_text = mk_str(m, w->abi_text ? w->abi_text : img_host_abi_text()),
		.producer = mk_str(m, "by hand"),
		.language = mk_str(m, "C11"),
		.uuid = { 1, 2, 3 } };
	struct img_target targets[3] = {
		{ .cpu = mk_str(m, "x86-64"), .features = mk_str(m, "+sse2") },
		{ .cpu = mk_str(m, "one") },
		{ .cpu = mk_str(m, "two"), .flags = IMG_TGF_CLONE_ALL, .base = 1 },
	};
	struct img_need needs[2];
	struct img_dependency dep = { .interface_digest = w->interface_digest,
		.uuid = { 1, 2, 3 } };
	size_t n = 0;

	if (w->library)
		needs[n++] = (struct img_need) { IMG_NEED_LIBRARY, mk_str(m, w->library) };
	if (w->host)
		needs[n++] = (struct img_need) { IMG_NEED_HOST, mk_str(m, w->host) };
	mk_table(m, IMG_PACKAGE, &package, sizeof(package), 1);
	for (unsigned i = 0; i < 2; i++) {
		targets[1].needs[w->versions[0] / 64] |= (uint64_t)(i == 0) << w->versions[0] % 64;
		targets[2].needs[w->versions[i] / 64] |= UINT64_C(1) << w->versions[i] % 64;
	}
	mk_table(m, IMG_TARGETS, targets, sizeof(targets[0]), w->versions[0] ? 3 : 1);
	if (n)
		mk_table(m, IMG_NEEDS, needs, sizeof(needs[0]), n);
	if (w->dependency) {
		dep.name = mk_str(m, w->dependency);
		mk_table(m, IMG_DEPENDENCIES, &dep, sizeof(dep), 1);
	}
}

static inline void mk_uses(struct maker *m, const uint64_t digests[2])
{
	const struct img_use uses[] = { { 0, IMG_USE_SYMBOL, mk_str(m, "add"), 0, digests[0] },
		{ 0, IMG_USE_TYPE, mk_str(m, "node"), 0, digests[1] } };

	mk_table(m, IMG_USES, uses, sizeof(uses[0]), 2);
}

static inline void mk_imports(struct maker *m, const struct maker_wish *w)
{
	struct img_import imports[MAKER_MOST_IMPORTS];

	for (unsigned i = 0; i < w->nimports; i++)
		imports[i] = (struct img_import) { .symbol = mk_str(m, w->imports[i].symbol),
			.kind = w->imports[i].kind,
			.address = MAKER_IMPORT + i };
	mk_table(m, IMG_IMPORTS, imports, sizeof(imports[0]), w->nimports);
}

static inline void mk_meta(struct maker *m, const struct maker_wish *w)
{
	struct maker_types t = { 0 };
	struct img_header h = { .magic = IMG_MAGIC,
		.version = IMG_VERSION,
		.header_size = sizeof(h),
		.flags = IMG_DEBUG_INFO };
	struct img_table *strings;
	size_t from = sizeof(h) + IMG_TABLE_KINDS * sizeof(struct img_table), gap;

	/* tables are made behind a reserved directory; then the strings, which have to be first,
	 * move in before them */
	m->nstrings = 1;
	m->ntables = 1;
	m->at = from;
	mk_types(m, &t);
	if (img_digest_types(t.types, MK_TYPES, t.members, m->strings) != MK_TYPES)
		abort();
	mk_package(m, w);
	mk_table(m, IMG_TYPES, t.types, sizeof(t.types[0]), MK_TYPES);
	mk_table(m, IMG_MEMBERS, t.members, sizeof(t.members[0]), t.nmembers);
	mk_methods(m, &t, w);
	if (w->uses)
		mk_uses(m, w->uses);
	if (w->nimports)
		mk_imports(m, w);
	m->at = (m->at + 7) / 8 * 8;
	strings = &m->dir[0];
	*strings = (struct img_table) { IMG_STRINGS, 1, sizeof(h) + m->ntables * sizeof(*m->dir),
		m->nstrings };
	gap = (strings->offset + m->nstrings + 7) / 8 * 8; /* where the second table goes */
	memmove(m->file + m->meta_at + gap, m->file + m->meta_at + from, m->at - from);
	for (uint32_t i = 1; i < m->ntables; i++)
		m->dir[i].offset += gap - from;
	m->meta_size = gap + (m->at - from);
	memset(m->file + m->meta_at, 0, gap);
	memcpy(m->file + m->meta_at + strings->offset, m->strings, m->nstrings);
	h.ntables = m->ntables;
	h.meta_size = m->meta_size;
	memcpy(m->file + m->meta_at, &h, sizeof(h));
	memcpy(m->file + m->meta_at + sizeof(h), m->dir, m->ntables * sizeof(*m->dir));
}

enum {
	DYNSYM_AT = 64 + 5 * 56,
	DYNSTR_AT = DYNSYM_AT + 48,
	HASH_AT = DYNSTR_AT + 64,
	META_AT = 512,
};

static inline void mk_dynamic(struct maker *m, const struct maker_wish *w)
{
	static const uint32_t hash[] = { 1, 2, 1, 0, 0 };
	char names[64] = "\0" IMG_ROOT_SYMBOL;
	Elf64_Sym sym = { .st_name = 1,
		.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT),
		.st_shndx = 4,
		.st_value = META_AT,
		.st_size = m->meta_size };
	Elf64_Dyn dyn[8] = { { DT_HASH, { HASH_AT } }, { DT_SYMTAB, { DYNSYM_AT } },
		{ DT_STRTAB, { DYNSTR_AT } }, { DT_STRSZ, { sizeof(names) } },
		{ DT_SYMENT, { sizeof(sym) } } };

	if (w->needed) {
		snprintf(names + 20, sizeof(names) - 20, "%s", w->needed);
		dyn[5] = (Elf64_Dyn) { DT_NEEDED, { 20 } };
	}
	memcpy(m->file + DYNSYM_AT + sizeof(sym), &sym, sizeof(sym));
	memcpy(m->file + DYNSTR_AT, names, sizeof(names));
	memcpy(m->file + HASH_AT, hash, sizeof(hash));
	memcpy(m->file + DATA_AT, dyn, sizeof(dyn));
}

static inline void mk_sections(struct maker *m)
{
	static const char names[] = "\0.dynsym\0.dynstr\0.hash\0.pkgimg\0.text\0.data\0.shstrtab";
	Elf64_Shdr s[8] = {
		{ 0 },
		{ 1, SHT_DYNSYM, SHF_ALLOC, DYNSYM_AT, DYNSYM_AT, 48, 2, 1, 8, 24 },
		{ 9, SHT_STRTAB, SHF_ALLOC, DYNSTR_AT, DYNSTR_AT, 64, 0, 0, 1, 0 },
		{ 17, SHT_HASH, SHF_ALLOC, HASH_AT, HASH_AT, 20, 1, 0, 4, 4 },
		{ 23, SHT_PROGBITS, SHF_ALLOC, META_AT, META_AT, m->meta_size, 0, 0, 8, 0 },
		{ 31, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, CODE_AT, CODE_AT, 64, 0, 0, 16, 0 },
		{ 37, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, DATA_AT, DATA_AT, 1024, 0, 0, 8, 0 },
		{ 43, SHT_STRTAB, 0, 0, TAIL_AT, sizeof(names), 0, 0, 1, 0 },
	};
	size_t at = TAIL_AT + 128;

	memcpy(m->file + TAIL_AT, names, sizeof(names));
	memcpy(m->file + at, s, sizeof(s));
	m->size = at + sizeof(s);
}

/* The same as a 32-bit file. Each struct is smaller there and is written over its 64-bit form. */
static inline void mk_narrow(struct maker *m, const Elf64_Ehdr *h)
{
	Elf32_Ehdr h32 = { .e_type = h->e_type,
		.e_machine = 3,
		.e_version = EV_CURRENT,
		.e_phoff = (Elf32_Off)h->e_phoff,
		.e_shoff = (Elf32_Off)h->e_shoff,
		.e_ehsize = sizeof(h32),
		.e_phentsize = sizeof(Elf32_Phdr),
		.e_phnum = h->e_phnum,
		.e_shentsize = sizeof(Elf32_Shdr),
		.e_shnum = h->e_shnum,
		.e_shstrndx = h->e_shstrndx };

	memcpy(h32.e_ident, h->e_ident, EI_NIDENT);
	h32.e_ident[EI_CLASS] = ELFCLASS32;
	memcpy(m->file, &h32, sizeof(h32));
#define NARROW(at, i, bits, ...)                                                                   \
	do {                                                                                       \
		Elf64_##bits w;                                                                    \
		memcpy(&w, m->file + (at) + (i) * sizeof(w), sizeof(w));                           \
		memcpy(m->file + (at) + (i) * sizeof(Elf32_##bits),                                \
			&(Elf32_##bits) { __VA_ARGS__ }, sizeof(Elf32_##bits));                    \
	} while (0)
	for (unsigned i = 0; i < h->e_phnum; i++)
		NARROW(h->e_phoff, i, Phdr, w.p_type, (Elf32_Off)w.p_offset, (Elf32_Addr)w.p_vaddr,
			(Elf32_Addr)w.p_paddr, (Elf32_Word)w.p_filesz, (Elf32_Word)w.p_memsz,
			w.p_flags, (Elf32_Word)w.p_align);
	for (unsigned i = 0; i < h->e_shnum; i++)
		NARROW(h->e_shoff, i, Shdr, w.sh_name, w.sh_type, (Elf32_Word)w.sh_flags,
			(Elf32_Addr)w.sh_addr, (Elf32_Off)w.sh_offset, (Elf32_Word)w.sh_size,
			w.sh_link, w.sh_info, (Elf32_Word)w.sh_addralign, (Elf32_Word)w.sh_entsize);
	for (unsigned i = 0; i < 2; i++)
		NARROW(DYNSYM_AT, i, Sym, w.st_name, (Elf32_Addr)w.st_value, (Elf32_Word)w.st_size,
			w.st_info, w.st_other, w.st_shndx);
#undef NARROW
}

/* an image, not sealed; the caller frees it */
static inline struct maker *mk_image(const struct maker_wish *wish)
{
	static const struct maker_wish none;
	const struct maker_wish *w = wish ? wish : &none;
	struct maker *m = calloc(1, sizeof(*m));
	Elf64_Phdr p[5] = {
		{ PT_LOAD, PF_R, 0, 0, 0, 0, 0, MAKER_PAGE },
		{ PT_LOAD, PF_R | PF_X, CODE_AT, CODE_AT, CODE_AT, 64, 64, MAKER_PAGE },
		{ PT_LOAD, PF_R | PF_W, DATA_AT, DATA_AT, DATA_AT, 1024, 1024, MAKER_PAGE },
		{ PT_DYNAMIC, PF_R | PF_W, DATA_AT, DATA_AT, DATA_AT, 128, 128, 8 },
		{ PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 0, 16 },
	};
	Elf64_Ehdr h = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_DYN,
		.e_machine = MACHINE,
		.e_version = EV_CURRENT,
		.e_phoff = 64,
		.e_shoff = TAIL_AT + 128,
		.e_ehsize = 64,
		.e_phentsize = 56,
		.e_phnum = 5,
		.e_shentsize = 64,
		.e_shnum = 8,
		.e_shstrndx = 7 };

	if (!m)
		abort();
	m->meta_at = META_AT;
	mk_meta(m, w);
	mk_dynamic(m, w);
	mk_sections(m);
	memcpy(m->file + CODE_AT, code_answer, sizeof(code_answer));
	memcpy(m->file + CODE_AT + 16, code_add, sizeof(code_add));
	memcpy(m->file + CODE_AT + 32, code_twice, sizeof(code_twice));
	memcpy(m->file + CODE_AT + 40, code_answer1, sizeof(code_answer1));
	memcpy(m->file + CODE_AT + 48, code_answer2, sizeof(code_answer2));
	memcpy(m->file + DATA_AT + 512, "\x07\0\0", 4);
	memcpy(m->file + DATA_AT + 512 + MAKER_CHOSEN, &w->chosen, 4);
	p[0].p_filesz = p[0].p_memsz = META_AT + m->meta_size;
	memcpy(m->file, &h, sizeof(h));
	memcpy(m->file + 64, p, sizeof(p));
	if (w->narrow)
		mk_narrow(m, &h);
	return m;
}

/* no BLAKE3 here: four sums in its place */
static inline void mk_digest(void *ctx, const void *data, size_t n, uint8_t out[32])
{
	uint64_t sums[4] = { img_sum64(data, n), 1, 2, 3 };

	(void)ctx;
	memcpy(out, sums, 32);
}

#endif
