/* The file around the metadata: ELF, 64 bits, little-endian, so far.
 *
 * System V ABI, edition 5, chapters 4 and 5. Only what is needed is read, each by memcpy, and
 * each offset is compared with the file's size before use. */
#include <elf.h>
#include <string.h>

#include "image/image.h"
#include "image/rd.h"

enum { MAX_SEGMENTS = 128 }; /* linkers make about ten; each address is looked up in all */

static const struct {
	const char *magic;
	size_t n;
	const char *problem;
} others[] = {
	{ "MZ", 2, "a Windows DLL: this version reads ELF images only" },
	{ "\xcf\xfa\xed\xfe", 4, "a Mach-O file: this version reads ELF images only" },
	{ "\xca\xfe\xba\xbe", 4, "a Mach-O universal file: this version reads ELF images only" },
	{ "\0asm", 4, "a WebAssembly module: this version reads ELF images only" },
	{ "BC\xc0\xde", 4, "LLVM bitcode, not linked into an image yet" },
	{ "!<arch>\n", 8, "an archive, not linked into an image yet" },
};

static bool check_magic(struct img_rd *r)
{
	if (r->size == 0)
		return img_bad(r, "the file is empty");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (r->size >= others[i].n && !memcmp(r->base, others[i].magic, others[i].n))
			return img_bad(r, others[i].problem);
	}
	if (r->size < SELFMAG || memcmp(r->base, ELFMAG, SELFMAG))
		return img_bad(r, "no package image: it is no shared library");
	if (r->size < sizeof(Elf64_Ehdr))
		return img_bad_value(
			r, "cut in its header", "at least ", sizeof(Elf64_Ehdr), r->size);
	if (r->base[EI_CLASS] != ELFCLASS64 || r->base[EI_DATA] != ELFDATA2LSB)
		return img_bad(r, "an ELF file of 32 bits or big-endian: this version reads "
				  "64 bits, little-endian");
	return true;
}

static void section_at(const struct img_container *c, unsigned i, Elf64_Shdr *out)
{
	memcpy(out, c->file + c->sections_at + i * sizeof(Elf64_Shdr), sizeof(*out));
}

static void segment_at(const struct img_container *c, unsigned i, Elf64_Phdr *out)
{
	memcpy(out, c->file + c->segments_at + i * sizeof(Elf64_Phdr), sizeof(*out));
}

static bool check_tables(struct img_rd *r, struct img_container *c)
{
	Elf64_Ehdr h;
	Elf64_Shdr names;

	memcpy(&h, r->base, sizeof(h));
	if (h.e_type != ET_DYN)
		return img_bad_value(r, "no shared library (e_type)", "", ET_DYN, h.e_type);
	if (h.e_shnum == 0 || h.e_shentsize != sizeof(Elf64_Shdr))
		return img_bad(r, "it has no section headers (stripped of them?)");
	if (h.e_phnum == 0 || h.e_phentsize != sizeof(Elf64_Phdr))
		return img_bad(r, "it has no program headers");
	if (h.e_phnum > MAX_SEGMENTS)
		return img_bad_value(
			r, "too many program headers", "at most ", MAX_SEGMENTS, h.e_phnum);
	r->doing = "ELF section headers";
	if (!img_need_bytes(r, h.e_shoff, h.e_shnum * (uint64_t)sizeof(Elf64_Shdr), "cut"))
		return false;
	r->doing = "ELF program headers";
	if (!img_need_bytes(r, h.e_phoff, h.e_phnum * (uint64_t)sizeof(Elf64_Phdr), "cut"))
		return false;
	c->sections_at = h.e_shoff;
	c->nsections = h.e_shnum;
	c->segments_at = h.e_phoff;
	c->nsegments = h.e_phnum;
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

/* the section is mapped as it lies in the file, so that address = vaddr + displacement */
static bool check_mapped(struct img_rd *r, const struct img_container *c, const Elf64_Shdr *s)
{
	Elf64_Phdr p;

	for (unsigned i = 0; i < c->nsegments; i++) {
		segment_at(c, i, &p);
		if (p.p_type != PT_LOAD || s->sh_addr < p.p_vaddr || s->sh_offset < p.p_offset)
			continue;
		if (s->sh_addr - p.p_vaddr != s->sh_offset - p.p_offset)
			continue;
		if (s->sh_addr - p.p_vaddr <= p.p_filesz &&
			s->sh_size <= p.p_filesz - (s->sh_addr - p.p_vaddr))
			return true;
	}
	return img_bad(r, "it is in no loaded segment");
}

static bool find_section(struct img_rd *r, struct img_container *c)
{
	Elf64_Shdr s, found = { 0 };
	unsigned n = 0;

	r->doing = "section " IMG_SECTION;
	for (unsigned i = 0; i < c->nsections; i++) {
		section_at(c, i, &s);
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
	return check_mapped(r, c, &found);
}

/* 1: exported and at the section, 0: not in this table, -1: it is elsewhere, or not exported */
static int root_in(
	const struct img_container *c, const Elf64_Shdr *symbols, const Elf64_Shdr *names)
{
	Elf64_Sym sym;

	for (uint64_t i = 0; i < symbols->sh_size / sizeof(sym); i++) {
		memcpy(&sym, c->file + symbols->sh_offset + i * sizeof(sym), sizeof(sym));
		if (!name_is(c, names->sh_offset, names->sh_size, sym.st_name, IMG_ROOT_SYMBOL))
			continue;
		return sym.st_shndx != SHN_UNDEF && sym.st_value == c->meta_vaddr ? 1 : -1;
	}
	return 0;
}

static bool check_root(struct img_rd *r, const struct img_container *c)
{
	Elf64_Shdr s, names;
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

enum img_code img_container_open(
	const void *file, uint64_t size, struct img_container *out, struct img_error *e)
{
	struct img_rd r = { file, size, "file", IMG_NO_ENTRY, e };
	struct img_container c = { .file = file, .size = size };

	if (!check_magic(&r) || !check_tables(&r, &c) || !find_section(&r, &c) ||
		!check_root(&r, &c))
		return e->code;
	*out = c;
	return IMG_OK;
}

void img_container_sizes(const struct img_container *c, struct img_sizes *out)
{
	Elf64_Shdr s;
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

/* `size` bytes there are inside one loaded segment that has `flags` (PF_X for code) */
static bool leads_to(const struct img_container *c, int64_t disp, uint64_t size, uint32_t flags)
{
	uint64_t at = c->meta_vaddr + (uint64_t)disp; /* may wrap: then it is in no segment */
	Elf64_Phdr p;

	for (unsigned i = 0; i < c->nsegments; i++) {
		segment_at(c, i, &p);
		if (p.p_type == PT_LOAD && (p.p_flags & flags) == flags && at >= p.p_vaddr &&
			at - p.p_vaddr < p.p_memsz && size <= p.p_memsz - (at - p.p_vaddr))
			return true;
	}
	return false;
}

static bool check_dispatch(
	struct img_rd *r, const struct img_container *c, const struct img_view *v)
{
	const struct img_dispatch *d = v->dispatch;
	const uint64_t pointer = 8; /* bytes: the container has 64 bits */
	int64_t slots, chosen;

	r->doing = "dispatch";
	if (!d)
		return true;
	slots = v->addresses[d->slots];
	if ((c->meta_vaddr + (uint64_t)slots) % pointer)
		return img_bad(r, "the slots are not aligned as pointers are");
	if (!leads_to(c, slots, d->nslots * pointer, PF_W))
		return img_bad(r, "the slots are not in memory that can be written");
	r->doing = "entries";
	for (r->entry = 0; r->entry < v->nentries; r->entry++) {
		if (!leads_to(c, v->entries[r->entry], 1, PF_X))
			return img_bad(r, "it is not in executable memory");
	}
	r->entry = IMG_NO_ENTRY;
	r->doing = "dispatch";
	chosen = v->addresses[d->chosen];
	if ((c->meta_vaddr + (uint64_t)chosen) % sizeof(uint32_t) ||
		!leads_to(c, chosen, sizeof(uint32_t), PF_W))
		return img_bad(r, "the place of the choice is not in memory that can be written");
	if (chosen > slots - 4 && chosen < slots + (int64_t)(d->nslots * pointer))
		return img_bad(r, "the place of the choice is among the slots");
	return true;
}

bool img_check_addresses(struct img_rd *r, const struct img_container *c, const struct img_view *v)
{
	r->doing = "addresses";
	for (r->entry = 0; r->entry < v->naddresses; r->entry++) {
		if (!leads_to(c, v->addresses[r->entry], 1, 0))
			return img_bad(r, "it leads outside of the loaded segments");
	}
	r->doing = "methods";
	for (r->entry = 0; r->entry < v->nmethods; r->entry++) {
		if (!leads_to(c, v->addresses[v->methods[r->entry].address], 1, PF_X))
			return img_bad(r, "its address is not in executable memory");
	}
	r->entry = IMG_NO_ENTRY;
	return check_dispatch(r, c, v);
}
