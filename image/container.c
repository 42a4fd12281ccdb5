/* The file around the metadata: which kind it is, and what the loader maps of it. */
#include "image/container.h"

#include <string.h>

static const struct img_container_kind kinds[] = {
	{ "\177ELF", 4, img_elf_open, img_elf_sizes, NULL },
	{ "\xcf\xfa\xed\xfe", 4, img_macho_open, img_macho_sizes, img_macho_resign },
	{ "MZ", 2, img_pe_open, img_pe_sizes, NULL },
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
	return IMG_OK;
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

/* the address is inside a loaded region that has `access` */
static bool leads_to(const struct img_container *c, int64_t disp, unsigned access)
{
	uint64_t at = c->meta_vaddr + (uint64_t)disp; /* may wrap: then it is in no region */

	for (unsigned i = 0; i < c->nregions; i++) {
		const struct img_region *s = &c->regions[i];

		if ((s->access & access) == access && at >= s->vaddr && at - s->vaddr < s->memsz)
			return true;
	}
	return false;
}

bool img_check_addresses(struct img_rd *r, const struct img_container *c, const struct img_view *v)
{
	r->doing = "addresses";
	for (r->entry = 0; r->entry < v->naddresses; r->entry++) {
		if (!leads_to(c, v->addresses[r->entry], 0))
			return img_bad(r, "it leads outside of the loaded segments");
	}
	r->doing = "methods";
	for (r->entry = 0; r->entry < v->nmethods; r->entry++) {
		if (!leads_to(c, v->addresses[v->methods[r->entry].address], IMG_REGION_EXEC))
			return img_bad(r, "its address is not in executable memory");
	}
	r->entry = IMG_NO_ENTRY;
	return true;
}
