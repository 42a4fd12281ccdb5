/* System V ABI, edition 5, chapters 4 and 5: of both classes and byte orders. */
#include "frontend/soname.h"

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* where the fields are that are read here */
struct layout {
	unsigned word; /* bytes of an address */
	unsigned phoff, phentsize, phnum;
	unsigned p_size, p_offset, p_vaddr, p_filesz;
};
static const struct layout layout32 = { 4, 28, 42, 44, 32, 4, 8, 16 };
static const struct layout layout64 = { 8, 32, 54, 56, 56, 8, 16, 32 };

struct view {
	const unsigned char *base;
	size_t size;
	const struct layout *l;
	bool little, cut; /* cut: something was outside of the file */
};

static uint64_t number(struct view *v, uint64_t at, unsigned n)
{
	uint64_t value = 0;

	if (at > v->size || n > v->size - at) {
		v->cut = true;
		return 0;
	}
	for (unsigned i = 0; i < n; i++)
		value |= (uint64_t)v->base[at + i] << 8 * (v->little ? i : n - 1 - i);
	return value;
}

/* the place of the first program header of a type that holds the address; 0: there is none */
static uint64_t find_segment(struct view *v, uint32_t type, uint64_t address, bool any_address)
{
	uint64_t at = number(v, v->l->phoff, v->l->word);
	uint64_t n = number(v, v->l->phnum, 2);

	if (number(v, v->l->phentsize, 2) != v->l->p_size)
		return 0;
	for (uint64_t i = 0; i < n && !v->cut; i++, at += v->l->p_size) {
		uint64_t start = number(v, at + v->l->p_vaddr, v->l->word);

		if (number(v, at, 4) == type &&
			(any_address || (address >= start &&
						address - start < number(v, at + v->l->p_filesz,
									  v->l->word))))
			return at;
	}
	return 0;
}

/* the string at an offset of the string table that is mapped at an address */
static const char *string_at(struct view *v, uint64_t table, uint64_t offset)
{
	uint64_t segment = find_segment(v, PT_LOAD, table, false), at;

	if (!segment)
		return NULL;
	at = table - number(v, segment + v->l->p_vaddr, v->l->word) +
	     number(v, segment + v->l->p_offset, v->l->word) + offset;
	if (v->cut || at >= v->size || !memchr(v->base + at, 0, v->size - at))
		return NULL;
	return (const char *)v->base + at;
}

/* the load command LC_ID_DYLIB: its number and size, then where in it the name begins */
static const char *install_name(struct view *v)
{
	enum { HEADER = 32, NCMDS_AT = 16, ID_DYLIB = 0xd };
	uint64_t at = HEADER, name;

	v->little = true;
	for (uint64_t n = number(v, NCMDS_AT, 4); n && !v->cut; n--) {
		uint64_t command = number(v, at, 4), size = number(v, at + 4, 4);

		name = at + number(v, at + 8, 4);
		if (command == ID_DYLIB && !v->cut && name < v->size &&
			memchr(v->base + name, 0, v->size - name))
			return (const char *)v->base + name;
		if (size < 8)
			break;
		at += size;
	}
	return NULL;
}

const char *soname_find(const void *file, size_t size)
{
	static const uint8_t macho[] = { 0xcf, 0xfa, 0xed, 0xfe };
	struct view v = { .base = file, .size = size };
	uint64_t segment, at, end, name = 0, table = 0;
	bool found = false;

	if (size > sizeof(macho) && !memcmp(file, macho, sizeof(macho)))
		return install_name(&v);
	if (size < EI_NIDENT || memcmp(file, ELFMAG, SELFMAG) != 0)
		return NULL;
	v.l = v.base[EI_CLASS] == ELFCLASS64 ? &layout64 : &layout32;
	v.little = v.base[EI_DATA] != ELFDATA2MSB;
	segment = find_segment(&v, PT_DYNAMIC, 0, true);
	if (!segment)
		return NULL;
	at = number(&v, segment + v.l->p_offset, v.l->word);
	end = at + number(&v, segment + v.l->p_filesz, v.l->word);
	for (; at < end && !v.cut; at += 2 * v.l->word) {
		uint64_t tag = number(&v, at, v.l->word);
		uint64_t value = number(&v, at + v.l->word, v.l->word);

		if (tag == DT_NULL)
			break;
		found |= tag == DT_SONAME;
		name = tag == DT_SONAME ? value : name;
		table = tag == DT_STRTAB ? value : table;
	}
	return found && !v.cut ? string_at(&v, table, name) : NULL;
}
