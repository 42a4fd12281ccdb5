/* The object with the metadata for Mach-O, made without LLVM: its writer for x86-64 has no
 * relocation for the distance to a symbol of another object, though the format and the linker have
 * one.
 *
 * One section, one symbol of our own, and for each address a pair of relocations, "subtract the
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

static void put_symbol(struct writer *w, const char *name, unsigned type)
{
	put(w, w->strings.n, 4);
	put(w, type, 1);
	put(w, type == DEFINED, 1); /* the section */
	put(w, 0, 2 + 8);
	if (*name == '\1') /* taken as it is */
		strbuf_puts(&w->strings, name + 1);
	else
		strbuf_fmt(&w->strings, "_%s", name);
	strbuf_putc(&w->strings, '\0');
}

/* from the last address to the first, as assemblers have them */
static void put_relocations(struct writer *w, const struct cpu *cpu, const struct metadata *meta)
{
	for (size_t i = meta->naddresses; i-- > 0;) {
		uint32_t at = (uint32_t)(meta->addresses_at + 4 * i);

		put(w, at, 4);
		put(w, cpu->reloc_subtract << 28 | RELOC_EXTERN | RELOC_4_BYTES, 4);
		put(w, at, 4);
		put(w, RELOC_ADD | RELOC_EXTERN | RELOC_4_BYTES | (uint32_t)(i + 1), 4);
	}
}

static void put_head(struct writer *w, const struct cpu *cpu, const struct metadata *meta)
{
	uint64_t data = HEADER + SEGMENT + SYMTAB, relocs = data + meta->size;
	uint64_t symbols = relocs + 2 * RELOCATION * meta->naddresses;
	uint64_t strings = symbols + SYMBOL * (meta->naddresses + 1);

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
			(uint32_t)(2 * meta->naddresses), NO_DEAD_STRIP, 0, 0, 0 },
		8);
	put32s(w,
		(const uint32_t[]) { 0x2, SYMTAB, (uint32_t)symbols, (uint32_t)meta->naddresses + 1,
			(uint32_t)strings, (uint32_t)w->strings.n },
		6);
}

static const struct cpu *cpu_of(const struct target *t)
{
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

	if (!cpu) {
		diag_err(d, t->at, "package images are not made for '%s'; x86_64 and arm64 are",
			t->triple.text);
		return NULL;
	}
	if (meta->size + 64 * meta->naddresses > INT32_MAX || meta->naddresses >> 24) {
		diag_err(d, t->at, "more metadata than a Mach-O object holds");
		return NULL;
	}
	strbuf_putc(&names.strings, '\0');
	put_symbol(&names, IMG_ROOT_SYMBOL, DEFINED);
	for (size_t i = 0; i < meta->naddresses; i++)
		put_symbol(&names, meta->symbols[i], UNDEFINED);
	w.strings = names.strings;
	put_head(&w, cpu, meta);
	strbuf_add(&w.file, (const char *)meta->bytes, meta->size);
	put_relocations(&w, cpu, meta);
	strbuf_add(&w.file, names.file.s, names.file.n);
	strbuf_add(&w.file, names.strings.s, names.strings.n);
	return LLVMCreateMemoryBufferWithMemoryRangeCopy(w.file.s, w.file.n, "root.o");
}
