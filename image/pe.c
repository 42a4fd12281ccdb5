/* Windows DLLs: PE32 and PE32+, little-endian.
 *
 * Microsoft's PE format specification, revision 11. Addresses are relative to where the DLL is
 * loaded (RVA). Only what is needed is read, each by memcpy, and each offset is compared with the
 * file's size, each address with the sections before use. What loaders read in several ways
 * (sections out of order, alignments below a page) is refused. */
#include <string.h>

#include "image/container.h"

enum {
	PE_OFFSET_AT = 0x3c, /* in the DOS header: where the signature is */
	SIGNATURE_SIZE = 4,
	PAGE = 4096,
	SECTOR = 512,    /* the loader rounds offsets in the file down to it */
	SYMBOL_SIZE = 18 /* of the COFF symbol table, which strings are behind */
};

enum { FILE_DLL = 0x2000 };
enum { PE32 = 0x10b, PE32_PLUS = 0x20b };
enum {
	SECTION_CODE = 0x20,
	SECTION_DATA = 0x40,
	SECTION_ZERO = 0x80,
	SECTION_DISCARDABLE = 0x02000000,
	SECTION_EXECUTE = 0x20000000,
	SECTION_READ = 0x40000000,
};
#define SECTION_WRITE 0x80000000u

struct coff_header {
	uint16_t machine, nsections;
	uint32_t time, symbols, nsymbols;
	uint16_t optional_size, flags;
};

struct section {
	char name[8]; /* or "/N": at N of the string table */
	uint32_t size, rva, file_size, at, relocations, lines;
	uint16_t nrelocations, nlines;
	uint32_t flags;
};

struct export_directory {
	uint32_t flags, time, version, dll_name, base, nfunctions, nnames;
	uint32_t functions, names, ordinals; /* RVAs of tables: u32, u32, u16 */
};
_Static_assert(sizeof(struct coff_header) == 20 && sizeof(struct section) == 40 &&
		       sizeof(struct export_directory) == 40,
	"Microsoft's PE format specification");

/* what the optional header says; its two forms differ in the width of some fields */
struct optional {
	uint32_t section_alignment;
	uint32_t exports, exports_size;
};

static uint32_t u32_at(const struct img_rd *r, uint64_t at)
{
	uint32_t v;

	memcpy(&v, r->base + at, sizeof(v));
	return v;
}

static uint16_t u16_at(const struct img_rd *r, uint64_t at)
{
	uint16_t v;

	memcpy(&v, r->base + at, sizeof(v));
	return v;
}

static void section_at(const struct img_container *c, unsigned i, struct section *out)
{
	memcpy(out, c->file + c->sections_at + i * sizeof(*out), sizeof(*out));
}

/* ---- headers */

static bool read_optional(struct img_rd *r, uint64_t at, uint64_t size, struct optional *out)
{
	uint64_t directories;

	r->doing = "PE optional header";
	if (size < 2)
		return img_bad_value(r, "too small", "at least ", 2, size);
	if (!img_need_bytes(r, at, size, "cut"))
		return false;
	if (u16_at(r, at) != PE32 && u16_at(r, at) != PE32_PLUS)
		return img_bad_value(r, "neither PE32 nor PE32+", "", PE32_PLUS, u16_at(r, at));
	directories = u16_at(r, at) == PE32 ? 96 : 112;
	if (size < directories + 8)
		return img_bad_value(r, "too small", "at least ", directories + 8, size);
	if (u32_at(r, at + directories - 4) == 0)
		return img_bad(r, "it has no directories: nothing is exported");
	out->section_alignment = u32_at(r, at + 32);
	out->exports = u32_at(r, at + directories);
	out->exports_size = u32_at(r, at + directories + 4);
	if (out->section_alignment < PAGE ||
		(out->section_alignment & (out->section_alignment - 1)))
		return img_bad_value(r, "sections are not aligned to pages", "a power of two from ",
			PAGE, out->section_alignment);
	return true;
}

/* strings behind the symbols, for section names that are longer than 8 bytes */
static bool find_strings(struct img_rd *r, struct img_container *c, const struct coff_header *h)
{
	uint64_t at = h->symbols + h->nsymbols * (uint64_t)SYMBOL_SIZE;

	r->doing = "COFF string table";
	if (h->symbols == 0)
		return true;
	if (!img_need_bytes(r, at, 4, "cut") || !img_need_bytes(r, at, u32_at(r, at), "cut"))
		return false;
	c->names_at = at;
	c->names_size = u32_at(r, at);
	return true;
}

static bool read_headers(struct img_rd *r, struct img_container *c, struct optional *optional)
{
	struct coff_header h;
	uint64_t at;

	r->doing = "PE header";
	if (!img_need_bytes(r, PE_OFFSET_AT, 4, "cut"))
		return false;
	at = u32_at(r, PE_OFFSET_AT);
	if (!img_need_bytes(r, at, SIGNATURE_SIZE + sizeof(h), "cut"))
		return false;
	if (memcmp(r->base + at, "PE\0\0", SIGNATURE_SIZE))
		return img_bad(r, "its signature is not there: a program for DOS?");
	at += SIGNATURE_SIZE;
	memcpy(&h, r->base + at, sizeof(h));
	at += sizeof(h);
	if (!(h.flags & FILE_DLL))
		return img_bad(r, "a Windows program, no DLL");
	if (!read_optional(r, at, h.optional_size, optional) || !find_strings(r, c, &h))
		return false;
	c->sections_at = at + h.optional_size;
	c->pointer = u16_at(r, at) == PE32 ? 4 : 8;
	c->nsections = h.nsections;
	r->doing = "PE sections";
	return img_need_bytes(
		r, c->sections_at, h.nsections * (uint64_t)sizeof(struct section), "cut");
}

/* ---- sections */

static uint32_t memory_size(const struct section *s)
{
	return s->size ? s->size : s->file_size;
}

/* bytes in memory that come from the file */
static uint32_t mapped_size(const struct section *s)
{
	return s->file_size < memory_size(s) ? s->file_size : memory_size(s);
}

static bool add_section(struct img_rd *r, struct img_container *c, const struct section *s,
	uint32_t alignment, uint64_t *end)
{
	if (s->rva % alignment)
		return img_bad_value(
			r, "its address is not aligned", "a multiple of ", alignment, s->rva);
	if (s->rva < *end)
		return img_bad_value(r, "it overlaps the one before", "at least ", *end, s->rva);
	if (s->file_size && s->at % SECTOR)
		return img_bad_value(
			r, "its place in the file is not aligned", "a multiple of ", SECTOR, s->at);
	if (s->file_size && !img_need_bytes(r, s->at, s->file_size, "cut"))
		return false;
	*end = (uint64_t)s->rva + memory_size(s);
	/* slots lie in .rdata, which a loader opens for a moment */
	return img_add_region(r, c,
		&(struct img_region) { s->rva, memory_size(s), s->at, mapped_size(s),
			s->flags & SECTION_EXECUTE ? IMG_REGION_EXEC : IMG_REGION_DATA });
}

static bool add_sections(struct img_rd *r, struct img_container *c, uint32_t alignment)
{
	uint64_t end = 0;
	struct section s;

	for (r->entry = 0; r->entry < c->nsections; r->entry++) {
		section_at(c, (unsigned)r->entry, &s);
		if (!add_section(r, c, &s, alignment, &end))
			return false;
	}
	r->entry = IMG_NO_ENTRY;
	return true;
}

static bool find_metadata(struct img_rd *r, struct img_container *c)
{
	static const char name[8] = IMG_SECTION;
	struct section s, found = { 0 };
	unsigned n = 0;

	r->doing = "section " IMG_SECTION;
	for (unsigned i = 0; i < c->nsections; i++) {
		section_at(c, i, &s);
		if (memcmp(s.name, name, sizeof(name)) != 0)
			continue;
		found = s;
		n++;
	}
	if (n != 1)
		return img_bad(r, n ? "there is more than one"
				    : "there is none: a DLL, but no package image");
	if (!(found.flags & SECTION_DATA) || !(found.flags & SECTION_READ) ||
		(found.flags & (SECTION_WRITE | SECTION_EXECUTE | SECTION_DISCARDABLE)))
		return img_bad_value(r, "it is no read-only data that stays loaded", "",
			SECTION_DATA | SECTION_READ, found.flags);
	c->meta_at = found.at;
	c->meta_room = mapped_size(&found);
	c->meta_vaddr = found.rva;
	return true;
}

/* ---- the export table */

/* n bytes at an address, as an offset in the file */
static bool locate(const struct img_container *c, uint64_t rva, uint64_t n, uint64_t *at)
{
	for (unsigned i = 0; i < c->nregions; i++) {
		const struct img_region *s = &c->regions[i];

		if (rva < s->vaddr || rva - s->vaddr > s->filesz ||
			n > s->filesz - (rva - s->vaddr))
			continue;
		*at = s->at + (rva - s->vaddr);
		return true;
	}
	return false;
}

static bool name_is(const struct img_container *c, uint32_t rva, const char *want)
{
	size_t n = strlen(want) + 1;
	uint64_t at;

	return locate(c, rva, n, &at) && !memcmp(c->file + at, want, n);
}

/* the tables of the directory as offsets in the file */
struct exports {
	uint64_t functions, names, ordinals;
	uint32_t nfunctions, nnames;
};

static bool read_exports(struct img_rd *r, const struct img_container *c,
	const struct optional *optional, struct exports *out)
{
	struct export_directory d;
	uint64_t at;

	r->doing = "PE export table";
	if (optional->exports == 0)
		return img_bad(r, "there is none");
	if (optional->exports_size < sizeof(d) || !locate(c, optional->exports, sizeof(d), &at))
		return img_bad(r, "it is in no section");
	memcpy(&d, c->file + at, sizeof(d));
	out->nfunctions = d.nfunctions;
	out->nnames = d.nnames;
	if (!locate(c, d.functions, d.nfunctions * UINT64_C(4), &out->functions) ||
		!locate(c, d.names, d.nnames * UINT64_C(4), &out->names) ||
		!locate(c, d.ordinals, d.nnames * UINT64_C(2), &out->ordinals))
		return img_bad(r, "a part of it is in no section");
	return true;
}

static bool check_root(
	struct img_rd *r, const struct img_container *c, const struct optional *optional)
{
	struct exports x;
	uint16_t ordinal;

	if (!read_exports(r, c, optional, &x))
		return false;
	r->doing = "root symbol " IMG_ROOT_SYMBOL;
	for (uint32_t i = 0; i < x.nnames; i++) {
		if (!name_is(c, u32_at(r, x.names + i * UINT64_C(4)), IMG_ROOT_SYMBOL))
			continue;
		ordinal = u16_at(r, x.ordinals + i * UINT64_C(2));
		if (ordinal >= x.nfunctions)
			return img_bad_value(
				r, "its ordinal is out of range", "below ", x.nfunctions, ordinal);
		if (u32_at(r, x.functions + ordinal * UINT64_C(4)) != c->meta_vaddr)
			return img_bad(r, "it is not at the start of section " IMG_SECTION);
		return true;
	}
	return img_bad(r, "it is not among the exported symbols");
}

bool img_pe_open(struct img_rd *r, struct img_container *c)
{
	struct optional optional = { 0 };

	return read_headers(r, c, &optional) && add_sections(r, c, optional.section_alignment) &&
	       find_metadata(r, c) && check_root(r, c, &optional);
}

/* ---- sizes */

/* ".debug_info", directly or as "/4" */
static bool is_debug(const struct img_container *c, const struct section *s)
{
	static const char word[] = ".debug";
	size_t n = sizeof(word) - 1;
	uint64_t at = 0;

	if (s->name[0] != '/')
		return !memcmp(s->name, word, n);
	for (size_t i = 1; i < sizeof(s->name) && s->name[i] >= '0' && s->name[i] <= '9'; i++)
		at = at * 10 + (uint64_t)(s->name[i] - '0');
	return at < c->names_size && n <= c->names_size - at &&
	       !memcmp(c->file + c->names_at + at, word, n);
}

void img_pe_sizes(const struct img_container *c, struct img_sizes *out)
{
	struct img_sizes n = { 0 };
	struct section s;

	for (unsigned i = 0; i < c->nsections; i++) {
		uint64_t *kind = &n.read_only;

		section_at(c, i, &s);
		if (s.rva == c->meta_vaddr)
			kind = &n.metadata;
		else if (is_debug(c, &s))
			kind = &n.debug;
		else if (s.flags & SECTION_DISCARDABLE)
			kind = &n.other;
		else if (s.flags & (SECTION_CODE | SECTION_EXECUTE))
			kind = &n.code;
		else if (s.flags & SECTION_WRITE)
			kind = s.flags & SECTION_ZERO ? &n.zero : &n.data;
		*kind += mapped_size(&s);
		n.zero += memory_size(&s) - mapped_size(&s);
	}
	*out = n;
}
