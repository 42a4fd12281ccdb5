/* ELF, 64 or 32 bits, little-endian. What is read of a 32-bit file is widened at once.
 *
 * System V ABI, edition 5, chapters 4 and 5. Only what is needed is read, each by memcpy, and
 * each offset is compared with the file's size before use. */
#include <string.h>

#include "image/container.h"
#include "image/elf_types.h"

/* sizes of what the two classes have */
struct sizes {
	uint16_t header, section, segment, symbol;
};
#define SIZES_OF(bits)                                                                             \
	{ sizeof(struct elf##bits##_ehdr), sizeof(struct elf##bits##_shdr),                        \
		sizeof(struct elf##bits##_phdr), sizeof(struct elf##bits##_sym) }
static const struct sizes sizes32 = SIZES_OF(32), sizes64 = SIZES_OF(64);

static bool is_wide(const uint8_t *file)
{
	return file[EI_CLASS] == ELFCLASS64;
}

static const struct sizes *sizes_of(const uint8_t *file)
{
	return is_wide(file) ? &sizes64 : &sizes32;
}

/* ---- what is read, as the 64-bit structs; the bytes are inside the file */

static void read_header(const uint8_t *file, struct elf64_ehdr *out)
{
	struct elf32_ehdr h;

	if (is_wide(file)) {
		memcpy(out, file, sizeof(*out));
		return;
	}
	memcpy(&h, file, sizeof(h));
	*out = (struct elf64_ehdr) { .e_type = h.e_type,
		.e_phoff = h.e_phoff,
		.e_shoff = h.e_shoff,
		.e_phentsize = h.e_phentsize,
		.e_phnum = h.e_phnum,
		.e_shentsize = h.e_shentsize,
		.e_shnum = h.e_shnum,
		.e_shstrndx = h.e_shstrndx };
}

static void section_at(const struct img_container *c, unsigned i, struct elf64_shdr *out)
{
	const uint8_t *at = c->file + c->sections_at + i * sizes_of(c->file)->section;
	struct elf32_shdr s;

	if (is_wide(c->file)) {
		memcpy(out, at, sizeof(*out));
		return;
	}
	memcpy(&s, at, sizeof(s));
	*out = (struct elf64_shdr) { .sh_name = s.sh_name,
		.sh_type = s.sh_type,
		.sh_flags = s.sh_flags,
		.sh_addr = s.sh_addr,
		.sh_offset = s.sh_offset,
		.sh_size = s.sh_size,
		.sh_link = s.sh_link };
}

static void read_segment(const struct img_container *c, uint64_t at, struct elf64_phdr *out)
{
	struct elf32_phdr p;

	if (is_wide(c->file)) {
		memcpy(out, c->file + at, sizeof(*out));
		return;
	}
	memcpy(&p, c->file + at, sizeof(p));
	*out = (struct elf64_phdr) { .p_type = p.p_type,
		.p_flags = p.p_flags,
		.p_offset = p.p_offset,
		.p_vaddr = p.p_vaddr,
		.p_filesz = p.p_filesz,
		.p_memsz = p.p_memsz };
}

static void read_symbol(const struct img_container *c, uint64_t at, struct elf64_sym *out)
{
	struct elf32_sym s;

	if (is_wide(c->file)) {
		memcpy(out, c->file + at, sizeof(*out));
		return;
	}
	memcpy(&s, c->file + at, sizeof(s));
	*out = (struct elf64_sym) {
		.st_name = s.st_name, .st_shndx = s.st_shndx, .st_value = s.st_value
	};
}

/* ---- tables */

static bool check_header(struct img_rd *r)
{
	if (r->size < sizes32.header)
		return img_bad_value(r, "cut in its header", "at least ", sizes32.header, r->size);
	if (r->base[EI_CLASS] != ELFCLASS64 && r->base[EI_CLASS] != ELFCLASS32)
		return img_bad(r, "an ELF file of neither 64 nor 32 bits");
	if (r->size < sizes_of(r->base)->header)
		return img_bad_value(
			r, "cut in its header", "at least ", sizes_of(r->base)->header, r->size);
	if (r->base[EI_DATA] != ELFDATA2LSB)
		return img_bad(r, "a big-endian ELF file: this version reads little-endian ones");
	return true;
}

/* the PT_LOAD ones of the program headers, which are inside the file */
static bool add_segments(struct img_rd *r, struct img_container *c, uint64_t at, unsigned n)
{
	struct elf64_phdr p;

	for (unsigned i = 0; i < n; i++) {
		read_segment(c, at + i * (uint64_t)sizes_of(c->file)->segment, &p);
		if (p.p_type == PT_LOAD &&
			!img_add_region(r, c,
				&(struct img_region) { p.p_vaddr, p.p_memsz, p.p_offset, p.p_filesz,
					(p.p_flags & PF_X ? IMG_REGION_EXEC : 0) |
						(p.p_flags & PF_W ? IMG_REGION_DATA : 0) }))
			return false;
	}
	return true;
}

static bool check_tables(struct img_rd *r, struct img_container *c)
{
	const struct sizes *size = sizes_of(r->base);
	struct elf64_ehdr h;
	struct elf64_shdr names;

	read_header(r->base, &h);
	if (h.e_type != ET_DYN)
		return img_bad_value(r, "no shared library (e_type)", "", ET_DYN, h.e_type);
	if (h.e_shnum == 0 || h.e_shentsize != size->section)
		return img_bad(r, "it has no section headers (stripped of them?)");
	if (h.e_phnum == 0 || h.e_phentsize != size->segment)
		return img_bad(r, "it has no program headers");
	if (h.e_phnum > IMG_MAX_REGIONS)
		return img_bad_value(
			r, "too many program headers", "at most ", IMG_MAX_REGIONS, h.e_phnum);
	r->doing = "ELF section headers";
	if (!img_need_bytes(r, h.e_shoff, h.e_shnum * (uint64_t)size->section, "cut"))
		return false;
	r->doing = "ELF program headers";
	if (!img_need_bytes(r, h.e_phoff, h.e_phnum * (uint64_t)size->segment, "cut"))
		return false;
	if (!add_segments(r, c, h.e_phoff, h.e_phnum))
		return false;
	c->sections_at = h.e_shoff;
	c->nsections = h.e_shnum;
	r->doing = "ELF section names";
	if (h.e_shstrndx >= h.e_shnum)
		return img_bad_value(
			r, "the index is out of range", "below ", h.e_shnum, h.e_shstrndx);
	section_at(c, h.e_shstrndx, &names);
	if (names.sh_type != SHT_STRTAB)
		return img_bad(r, "no string table");
	if (!img_need_bytes(r, names.sh_offset, names.sh_size, "cut"))
		return false;
	c->names_at = names.sh_offset;
	c->names_size = names.sh_size;
	return true;
}

/* the text at `at` of a string table [table, table + size) of the file is `want` */
static bool name_is(
	const struct img_container *c, uint64_t table, uint64_t size, uint64_t at, const char *want)
{
	size_t n = strlen(want) + 1;

	return at < size && n <= size - at && !memcmp(c->file + table + at, want, n);
}

static bool find_section(struct img_rd *r, struct img_container *c)
{
	struct elf64_shdr s, found = { 0 };
	unsigned n = 0;

	r->doing = "section " IMG_SECTION;
	for (unsigned i = 0; i < c->nsections; i++) {
		section_at(c, i, &s);
		if (name_is(c, c->names_at, c->names_size, s.sh_name, IMG_HEAP_SECTION) &&
			!(s.sh_flags & SHF_ALLOC))
			c->heap_header = c->sections_at + i * sizes_of(c->file)->section;
		if (!name_is(c, c->names_at, c->names_size, s.sh_name, IMG_SECTION))
			continue;
		found = s;
		n++;
	}
	if (n != 1)
		return img_bad(r, n ? "there is more than one"
				    : "there is none: a shared library, but no package image");
	if (found.sh_type != SHT_PROGBITS || !(found.sh_flags & SHF_ALLOC))
		return img_bad(r, "it is not loaded with the library");
	if (!img_need_bytes(r, found.sh_offset, found.sh_size, "cut"))
		return false;
	if (found.sh_offset % 8 || found.sh_addr % 8)
		return img_bad(r, "it is not aligned to 8 bytes");
	c->meta_at = found.sh_offset;
	c->meta_room = found.sh_size;
	c->meta_vaddr = found.sh_addr;
	c->pointer = r->base[EI_CLASS] == ELFCLASS32 ? 4 : 8;
	if (!img_is_mapped(c, found.sh_addr, found.sh_offset, found.sh_size))
		return img_bad(r, "it is in no loaded segment");
	return true;
}

/* 1: exported and at the section, 0: not in this table, -1: it is elsewhere, or not exported */
static int root_in(const struct img_container *c, const struct elf64_shdr *symbols,
	const struct elf64_shdr *names)
{
	unsigned size = sizes_of(c->file)->symbol;
	struct elf64_sym sym;

	for (uint64_t i = 0; i < symbols->sh_size / size; i++) {
		read_symbol(c, symbols->sh_offset + i * size, &sym);
		if (!name_is(c, names->sh_offset, names->sh_size, sym.st_name, IMG_ROOT_SYMBOL))
			continue;
		return sym.st_shndx != SHN_UNDEF && sym.st_value == c->meta_vaddr ? 1 : -1;
	}
	return 0;
}

static bool check_root(struct img_rd *r, const struct img_container *c)
{
	struct elf64_shdr s, names;
	int found = 0;

	r->doing = "root symbol " IMG_ROOT_SYMBOL;
	for (unsigned i = 0; i < c->nsections; i++) {
		section_at(c, i, &s);
		if (s.sh_type != SHT_DYNSYM)
			continue;
		if (s.sh_link >= c->nsections)
			return img_bad(r, "the dynamic symbols have no names");
		section_at(c, s.sh_link, &names);
		if (!img_need_bytes(r, s.sh_offset, s.sh_size, "the dynamic symbols are cut") ||
			!img_need_bytes(r, names.sh_offset, names.sh_size, "their names are cut"))
			return false;
		found = root_in(c, &s, &names);
		break; /* the ABI allows one */
	}
	if (found == 0)
		return img_bad(r, "it is not among the exported symbols");
	if (found < 0)
		return img_bad(r, "it is not at the start of section " IMG_SECTION);
	return true;
}

bool img_elf_open(struct img_rd *r, struct img_container *c)
{
	return check_header(r) && check_tables(r, c) && find_section(r, c) && check_root(r, c);
}

void img_elf_show_heap(const struct img_container *c, uint8_t *file, uint64_t at, uint64_t size)
{
	uint8_t *to = file + c->heap_header;
	struct elf64_shdr wide;
	struct elf32_shdr s;

	if (is_wide(c->file)) {
		memcpy(&wide, to, sizeof(wide));
		wide.sh_offset = at;
		wide.sh_size = size;
		wide.sh_addralign = IMG_HEAP_ALIGN;
		memcpy(to, &wide, sizeof(wide));
		return;
	}
	memcpy(&s, to, sizeof(s));
	s.sh_offset = (uint32_t)at;
	s.sh_size = (uint32_t)size;
	s.sh_addralign = IMG_HEAP_ALIGN;
	memcpy(to, &s, sizeof(s));
}

void img_elf_sizes(const struct img_container *c, struct img_sizes *out)
{
	struct elf64_shdr s;
	struct img_sizes n = { 0 };

	for (unsigned i = 0; i < c->nsections; i++) {
		section_at(c, i, &s);
		if (s.sh_type == SHT_NULL)
			continue;
		if (name_is(c, c->names_at, c->names_size, s.sh_name, IMG_SECTION))
			n.metadata += s.sh_size;
		else if ((s.sh_flags & SHF_ALLOC) && s.sh_type == SHT_NOBITS)
			n.zero += s.sh_size;
		else if ((s.sh_flags & SHF_ALLOC) && (s.sh_flags & SHF_EXECINSTR))
			n.code += s.sh_size;
		else if ((s.sh_flags & SHF_ALLOC) && (s.sh_flags & SHF_WRITE))
			n.data += s.sh_size;
		else if (s.sh_flags & SHF_ALLOC)
			n.read_only += s.sh_size;
		else if (s.sh_name < c->names_size && c->names_size - s.sh_name > 6 &&
			 !memcmp(c->file + c->names_at + s.sh_name, ".debug", 6))
			n.debug += s.sh_size;
		else
			n.other += s.sh_size;
	}
	*out = n;
}
