/* The object with the metadata for Mach-O, made without LLVM: its writer for x86-64 has no
 * relocation for the distance to a symbol of another object, though the format and the linker have
 * one.
 *
 * One section, two names of ours for it, and for each address a pair of relocations, "subtract the
 * root" and "add the symbol". Integers are little-endian. */
#include "frontend/root.h"

#include <string.h>

#include "base/str.h"
#include "image/format.h"

enum {
	HEADER = 32,
	SEGMENT = 72 + 80, /* with one section */
	SYMTAB = 24,
	SYMBOL = 16,
	RELOCATION = 8,
	ALIGN_BITS = 6, /* 64 bytes, as on ELF */

	FILE_OBJECT = 1,
	SUBSECTIONS_VIA_SYMBOLS = 0x2000,
	NO_DEAD_STRIP = 0x10000000,
	PROT_ALL = 7,
	DEFINED = 0x0f, /* in a section, external */
	UNDEFINED = 0x01,
	PRIVATE = 0x10,   /* with either: not outside of the library */
	ALIGN_4 = 2 << 8, /* of a common symbol: undefined, with its size for a value */
	OWN_SYMBOLS = 2,  /* before those of the addresses */
	RELOC_EXTERN = 1 << 27,
	RELOC_4_BYTES = 2 << 25,
	RELOC_ADD = 0,
};

/* what the CPUs call themselves and "subtract" */
static const struct cpu {
	const char *arch;
	uint32_t type, subtype, reloc_subtract;
} cpus[] = {
	{ "x86_64", 0x01000007, 3, 5 },
	{ "aarch64", 0x0100000c, 0, 1 },
};

struct writer {
	struct strbuf file, strings;
};

static void put(struct writer *w, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		strbuf_putc(&w->file, (char)(value >> 8 * i));
}

static void put32s(struct writer *w, const uint32_t *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put(w, v[i], 4);
}

static void put_name(struct writer *w, const char *name)
{
	char field[16] = { 0 };

	memcpy(field, name, strlen(name));
	strbuf_add(&w->file, field, sizeof(field));
}

static void put_symbol(struct writer *w, const char *name, int type, uint64_t size)
{
	put(w, w->strings.n, 4);
	put(w, (uint64_t)type, 1);
	put(w, (type & DEFINED) == DEFINED, 1); /* the section */
	put(w, size ? ALIGN_4 : 0, 2);
	put(w, size, 8);
	if (*name == '\1') /* taken as it is */
		strbuf_puts(&w->strings, name + 1);
	else
		strbuf_fmt(&w->strings, "_%s", name);
	strbuf_putc(&w->strings, '\0');
}

/* an address: a place in the metadata and the symbol whose address belongs there */
struct address {
	uint32_t at;
	const char *symbol;
};

struct addresses {
	struct address *v;
	size_t n;
};

static struct addresses collect(struct arena *a, const struct metadata *meta)
{
	struct addresses out = { 0 };

	for (size_t i = 0; i < METADATA_RUNS; i++)
		out.n += meta->runs[i].n;
	out.v = arena_array(a, struct address, out.n);
	out.n = 0;
	for (size_t i = 0; i < METADATA_RUNS; i++) {
		const struct metadata_run *run = &meta->runs[i];

		for (size_t k = 0; k < run->n; k++)
			out.v[out.n++] =
				(struct address) { (uint32_t)(run->at + 4 * k), run->symbols[k] };
	}
	return out;
}

/* from the last address to the first, as assemblers have them */
static void put_relocations(struct writer *w, const struct cpu *cpu, const struct addresses *l)
{
	for (size_t i = l->n; i-- > 0;) {
		put(w, l->v[i].at, 4);
		put(w, cpu->reloc_subtract << 28 | RELOC_EXTERN | RELOC_4_BYTES, 4);
		put(w, l->v[i].at, 4);
		put(w, RELOC_ADD | RELOC_EXTERN | RELOC_4_BYTES | (uint32_t)(i + OWN_SYMBOLS), 4);
	}
}

static void put_head(
	struct writer *w, const struct cpu *cpu, const struct metadata *meta, size_t naddresses)
{
	uint64_t data = HEADER + SEGMENT + SYMTAB, relocs = data + meta->size;
	uint64_t symbols = relocs + 2 * RELOCATION * naddresses;
	uint64_t strings = symbols + SYMBOL * (naddresses + OWN_SYMBOLS);

	put32s(w,
		(const uint32_t[]) { 0xfeedfacf, cpu->type, cpu->subtype, FILE_OBJECT, 2,
			SEGMENT + SYMTAB, SUBSECTIONS_VIA_SYMBOLS, 0 },
		8);
	put32s(w, (const uint32_t[]) { 0x19, SEGMENT }, 2);
	put_name(w, "");
	put(w, 0, 8);
	put(w, meta->size, 8);
	put(w, data, 8);
	put(w, meta->size, 8);
	put32s(w, (const uint32_t[]) { PROT_ALL, PROT_ALL, 1, 0 }, 4);
	put_name(w, IMG_MACHO_SECTION);
	put_name(w, IMG_MACHO_SEGMENT);
	put(w, 0, 8);
	put(w, meta->size, 8);
	put32s(w,
		(const uint32_t[]) { (uint32_t)data, ALIGN_BITS, (uint32_t)relocs,
			(uint32_t)(2 * naddresses), NO_DEAD_STRIP, 0, 0, 0 },
		8);
	put32s(w,
		(const uint32_t[]) { 0x2, SYMTAB, (uint32_t)symbols,
			(uint32_t)naddresses + OWN_SYMBOLS, (uint32_t)strings,
			(uint32_t)w->strings.n },
		6);
}

/* arm64e is none of them: its pointers are signed, which LLVM 19 does not do */
static const struct cpu *cpu_of(const struct target *t)
{
	if (str_eq(t->triple.arch, "arm64e"))
		return NULL;
	for (size_t i = 0; i < sizeof(cpus) / sizeof(cpus[0]); i++)
		if (str_eq(t->triple.arch_name, cpus[i].arch))
			return &cpus[i];
	return NULL;
}

LLVMMemoryBufferRef root_emit_macho(
	struct arena *a, struct diags *d, const struct target *t, const struct metadata *meta)
{
	struct writer w = { .file.mem = a, .strings.mem = a }, names = w;
	const struct cpu *cpu = cpu_of(t);
	struct addresses l = collect(a, meta);

	if (!cpu) {
		diag_err(d, t->at, "package images are not made for '%s'; x86_64 and arm64 are",
			t->triple.text);
		return NULL;
	}
	if (meta->size + 64 * l.n > INT32_MAX || l.n >> 24) {
		diag_err(d, t->at, "more metadata than a Mach-O object holds");
		return NULL;
	}
	strbuf_putc(&names.strings, '\0');
	put_symbol(&names, IMG_ROOT_SYMBOL, DEFINED, 0);
	put_symbol(&names, ROOT_SELF_SYMBOL, DEFINED | PRIVATE, 0);
	for (size_t i = 0; i < l.n; i++) {
		bool chosen = str_eq(l.v[i].symbol, METADATA_CHOSEN);

		put_symbol(&names, l.v[i].symbol, chosen ? UNDEFINED | PRIVATE : UNDEFINED,
			chosen ? sizeof(uint32_t) : 0);
	}
	w.strings = names.strings;
	put_head(&w, cpu, meta, l.n);
	strbuf_add(&w.file, (const char *)meta->bytes, meta->size);
	put_relocations(&w, cpu, &l);
	strbuf_add(&w.file, names.file.s, names.file.n);
	strbuf_add(&w.file, names.strings.s, names.strings.n);
	return LLVMCreateMemoryBufferWithMemoryRangeCopy(w.file.s, w.file.n, "root.o");
}
