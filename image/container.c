/* The file around the metadata: which kind it is, and what the loader maps of it. */
#include "image/container.h"

#include <string.h>

/* meta_sum, file_sum and build_id of the header */
enum {
	SUMS_SIZE =
		offsetof(struct img_header, build_id) + 16 - offsetof(struct img_header, meta_sum)
};

static const struct img_container_kind kinds[] = {
	{ "\177ELF", 4, img_elf_open, img_elf_sizes, NULL, false },
	{ "\xcf\xfa\xed\xfe", 4, img_macho_open, img_macho_sizes, img_macho_resign, true },
	{ "MZ", 2, img_pe_open, img_pe_sizes, NULL, false },
	{ IMG_MAGIC, 8, img_data_open, img_data_sizes, NULL, false },
};

/* what else may be given for an image */
static const struct {
	const char *magic;
	size_t n;
	const char *problem;
} others[] = {
	{ "\xce\xfa\xed\xfe", 4, "a Mach-O file of 32 bits: images have 64" },
	{ "\xca\xfe\xba\xbe", 4,
		"a Mach-O universal file: images are of one architecture, take one out of it "
		"(lipo -thin)" },
	{ "\0asm", 4, "a WebAssembly module: this version reads ELF images only" },
	{ "BC\xc0\xde", 4, "LLVM bitcode, not linked into an image yet" },
	{ "!<arch>\n", 8, "an archive, not linked into an image yet" },
	{ "\x89PKI\r\n\x1a\n", 8,
		"a sidecar of the cache, not an image; the image is the file beside it" },
};

static bool begins(const struct img_rd *r, const char *magic, size_t n)
{
	return r->size >= n && !memcmp(r->base, magic, n);
}

static const struct img_container_kind *kind_of(struct img_rd *r)
{
	if (r->size == 0) {
		img_bad(r, "the file is empty");
		return NULL;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (begins(r, kinds[i].magic, kinds[i].nmagic))
			return &kinds[i];
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (begins(r, others[i].magic, others[i].n)) {
			img_bad(r, others[i].problem);
			return NULL;
		}
	}
	img_bad(r, "no package image: it is no shared library");
	return NULL;
}

enum img_code img_container_open(
	const void *file, uint64_t size, struct img_container *out, struct img_error *e)
{
	struct img_rd r = { file, size, "file", IMG_NO_ENTRY, e };

	*out = (struct img_container) { .file = file, .size = size, .summed = size };
	out->kind = kind_of(&r);
	if (!out->kind || !out->kind->open(&r, out))
		return e->code;
	if (out->meta_at > out->summed || out->meta_room > out->summed - out->meta_at) {
		img_bad(&r, "the metadata is behind what the sums cover");
		return e->code;
	}
	if (!img_add_hole(&r, out, out->meta_at + offsetof(struct img_header, meta_sum), SUMS_SIZE))
		return e->code;
	return IMG_OK;
}

bool img_add_hole(struct img_rd *r, struct img_container *c, uint64_t at, uint64_t size)
{
	unsigned i = c->nholes;

	if (i == IMG_MAX_HOLES || at > c->summed || size > c->summed - at)
		return img_bad(r, "its sums cannot be left out of the sums");
	for (; i && c->holes[i - 1].at >= at + size; i--)
		c->holes[i] = c->holes[i - 1];
	if (i && c->holes[i - 1].at + c->holes[i - 1].size > at)
		return img_bad(r, "its sums cannot be left out of the sums");
	c->holes[i].at = at;
	c->holes[i].size = size;
	c->nholes++;
	return true;
}

void img_container_sizes(const struct img_container *c, struct img_sizes *out)
{
	c->kind->sizes(c, out);
}

/* ---- regions */

bool img_add_region(struct img_rd *r, struct img_container *c, const struct img_region *region)
{
	if (c->nregions == IMG_MAX_REGIONS)
		return img_bad_value(r, "too many segments", "at most ", IMG_MAX_REGIONS,
			c->nregions + (uint64_t)1);
	c->regions[c->nregions++] = *region;
	return true;
}

bool img_is_mapped(const struct img_container *c, uint64_t vaddr, uint64_t at, uint64_t n)
{
	for (unsigned i = 0; i < c->nregions; i++) {
		const struct img_region *s = &c->regions[i];
		uint64_t in = vaddr - s->vaddr;

		if (vaddr >= s->vaddr && at >= s->at && in == at - s->at && in <= s->filesz &&
			n <= s->filesz - in)
			return true;
	}
	return false;
}

bool img_leads_to(const struct img_container *c, int64_t disp, uint64_t size, unsigned access)
{
	uint64_t at = c->meta_vaddr + (uint64_t)disp; /* may wrap: then it is in no region */

	for (unsigned i = 0; i < c->nregions; i++) {
		const struct img_region *s = &c->regions[i];

		if ((s->access & access) == access && at >= s->vaddr && at - s->vaddr < s->memsz &&
			size <= s->memsz - (at - s->vaddr))
			return true;
	}
	return false;
}

bool img_in_metadata(const struct img_container *c, int64_t disp, uint64_t size)
{
	return disp > -(int64_t)size && disp < (int64_t)c->meta_room;
}

static bool check_dispatch(
	struct img_rd *r, const struct img_container *c, const struct img_view *v)
{
	const struct img_dispatch *d = v->dispatch;
	const uint64_t pointer = c->pointer;
	int64_t slots, chosen;

	r->doing = "dispatch";
	if (!d)
		return true;
	slots = v->addresses[d->slots];
	if ((c->meta_vaddr + (uint64_t)slots) % pointer)
		return img_bad(r, "the slots are not aligned as pointers are");
	if (!img_leads_to(c, slots, d->nslots * pointer, IMG_REGION_DATA) ||
		img_in_metadata(c, slots, d->nslots * pointer))
		return img_bad(r, "the slots are not in memory of data");
	r->doing = "entries";
	for (r->entry = 0; r->entry < v->nentries; r->entry++) {
		if (!img_leads_to(c, v->entries[r->entry], 1, IMG_REGION_EXEC))
			return img_bad(r, "it is not in executable memory");
	}
	r->entry = IMG_NO_ENTRY;
	r->doing = "dispatch";
	chosen = v->addresses[d->chosen];
	if ((c->meta_vaddr + (uint64_t)chosen) % sizeof(uint32_t) ||
		!img_leads_to(c, chosen, sizeof(uint32_t), IMG_REGION_DATA) ||
		img_in_metadata(c, chosen, sizeof(uint32_t)))
		return img_bad(r, "the place of the choice is not in memory of data");
	if (chosen > slots - 4 && chosen < slots + (int64_t)(d->nslots * pointer))
		return img_bad(r, "the place of the choice is among the slots");
	return true;
}

bool img_check_pointer(
	struct img_rd *r, const struct img_container *c, const struct img_view *v, uint32_t address)
{
	int64_t at = v->addresses[address];

	if ((c->meta_vaddr + (uint64_t)at) % c->pointer ||
		!img_leads_to(c, at, c->pointer, IMG_REGION_DATA) ||
		img_in_metadata(c, at, c->pointer))
		return img_bad(r, "it is no pointer in memory of data");
	if (v->dispatch) {
		int64_t slots = v->addresses[v->dispatch->slots];
		int64_t chosen = v->addresses[v->dispatch->chosen];

		if ((at > slots - c->pointer &&
			    at < slots + (int64_t)(v->dispatch->nslots * (uint64_t)c->pointer)) ||
			(at > chosen - c->pointer && at < chosen + 4))
			return img_bad(r, "it is among the slots of functions");
	}
	return true;
}

bool img_check_addresses(struct img_rd *r, const struct img_container *c, const struct img_view *v)
{
	r->doing = "addresses";
	for (r->entry = 0; r->entry < v->naddresses; r->entry++) {
		if (!img_leads_to(c, v->addresses[r->entry], 1, 0))
			return img_bad(r, "it leads outside of the loaded segments");
	}
	r->doing = "methods";
	for (r->entry = 0; r->entry < v->nmethods && !c->no_code; r->entry++) {
		if (!v->naddresses)
			return img_bad(r, "it has no address, but is no image of data alone");
		if (!img_leads_to(
			    c, v->addresses[v->methods[r->entry].address], 1, IMG_REGION_EXEC))
			return img_bad(r, "its address is not in executable memory");
	}
	r->doing = "globals";
	for (r->entry = 0; r->entry < v->nglobals && !c->no_code; r->entry++) {
		if (!v->naddresses && !(v->globals[r->entry].flags & IMG_GF_TLS))
			return img_bad(r, "it has no address, but is no image of data alone");
	}
	r->entry = IMG_NO_ENTRY;
	return check_dispatch(r, c, v) && img_check_heap_file(r, c, v) &&
	       img_check_imports_file(r, c, v);
}
