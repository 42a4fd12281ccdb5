#include "frontend/soname.h"

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct view {
	const unsigned char *base;
	size_t size;
};

/* n bytes at an offset, or NULL; copied out, since nothing says they are aligned */
static bool take(const struct view *v, uint64_t at, void *out, size_t n)
{
	if (at > v->size || n > v->size - at)
		return false;
	memcpy(out, v->base + at, n);
	return true;
}

/* the place in the file of an address */
static bool file_offset(const struct view *v, const Elf64_Ehdr *h, uint64_t address, uint64_t *out)
{
	Elf64_Phdr p;

	for (unsigned i = 0; i < h->e_phnum; i++) {
		if (!take(v, h->e_phoff + i * sizeof(p), &p, sizeof(p)))
			return false;
		if (p.p_type == PT_LOAD && address >= p.p_vaddr &&
			address - p.p_vaddr < p.p_filesz) {
			*out = p.p_offset + (address - p.p_vaddr);
			return true;
		}
	}
	return false;
}

/* the string at an offset of the string table that lies at `strings` in the file */
static const char *string_at(const struct view *v, uint64_t strings, uint64_t offset)
{
	uint64_t at = strings + offset;

	if (at < strings || at >= v->size || !memchr(v->base + at, 0, v->size - at))
		return NULL;
	return (const char *)v->base + at;
}

static const char *read_dynamic(const struct view *v, const Elf64_Ehdr *h, const Elf64_Phdr *p)
{
	uint64_t name = 0, table = 0, strings;
	bool found = false;
	Elf64_Dyn entry;

	for (uint64_t at = 0; at + sizeof(entry) <= p->p_filesz; at += sizeof(entry)) {
		if (!take(v, p->p_offset + at, &entry, sizeof(entry)) || entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag == DT_SONAME) {
			name = entry.d_un.d_val;
			found = true;
		} else if (entry.d_tag == DT_STRTAB) {
			table = entry.d_un.d_ptr;
		}
	}
	return found && file_offset(v, h, table, &strings) ? string_at(v, strings, name) : NULL;
}

/* the load command LC_ID_DYLIB: its number and size, then where in it the name begins */
static const char *install_name(const struct view *v)
{
	enum { HEADER = 32, ID_DYLIB = 0xd };
	uint32_t h[HEADER / 4], c[3];

	if (!take(v, 0, h, sizeof(h)))
		return NULL;
	for (uint64_t at = HEADER, n = h[4]; n; n--, at += c[1]) {
		if (!take(v, at, c, sizeof(c)) || c[1] < 8)
			return NULL;
		if (c[0] == ID_DYLIB)
			return string_at(v, at, c[2]);
	}
	return NULL;
}

const char *soname_find(const void *file, size_t size)
{
	static const uint8_t macho[] = { 0xcf, 0xfa, 0xed, 0xfe };
	struct view v = { file, size };
	Elf64_Ehdr h;
	Elf64_Phdr p;

	if (size > sizeof(macho) && !memcmp(file, macho, sizeof(macho)))
		return install_name(&v);

	if (!take(&v, 0, &h, sizeof(h)) || memcmp(h.e_ident, ELFMAG, SELFMAG) != 0 ||
		h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_ident[EI_DATA] != ELFDATA2LSB ||
		h.e_phentsize != sizeof(p))
		return NULL;
	for (unsigned i = 0; i < h.e_phnum; i++) {
		if (!take(&v, h.e_phoff + i * sizeof(p), &p, sizeof(p)))
			return NULL;
		if (p.p_type == PT_DYNAMIC)
			return read_dynamic(&v, &h, &p);
	}
	return NULL;
}
