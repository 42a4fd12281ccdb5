/* BUNDLE.md: the checks. Order: ELF header and segments, directory, sums, then each member. */
#include "image/bundle.h"

#include <string.h>

#include "image/container.h"
#include "image/elf_types.h"
#include "image/sum.h"

struct look {
	struct img_rd r;
	struct elf64_ehdr elf;
	unsigned segment; /* the next program header to look at: members rise, as segments do */
	uint64_t heaps;   /* where the next heap may begin */
};

static bool read_elf(const uint8_t *file, uint64_t size, struct elf64_ehdr *out)
{
	if (size < sizeof(*out) || memcmp(file, "\177ELF", 4) || file[EI_CLASS] != ELFCLASS64 ||
		file[EI_DATA] != ELFDATA2LSB)
		return false;
	memcpy(out, file, sizeof(*out));
	return true;
}

/* The directory is what the first section header tells of. returns false if there is none */
static bool find_directory(
	const uint8_t *file, uint64_t size, const struct elf64_ehdr *h, uint64_t *at)
{
	struct elf64_shdr s;
	uint64_t first = h->e_shoff + sizeof(s);

	if (h->e_shnum < 2 || h->e_shentsize != sizeof(s) || first < h->e_shoff || first > size ||
		size - first < sizeof(s))
		return false;
	memcpy(&s, file + first, sizeof(s));
	*at = s.sh_offset;
	return s.sh_offset % 8 == 0 && s.sh_offset <= size &&
	       size - s.sh_offset >= sizeof(struct img_bundle_header) &&
	       !memcmp(file + s.sh_offset, IMG_BUNDLE_MAGIC, 8);
}

bool img_bundle_is(const void *file, uint64_t size)
{
	struct elf64_ehdr h;
	uint64_t at;

	return read_elf(file, size, &h) && find_directory(file, size, &h, &at);
}

static bool refuse(
	struct img_rd *r, enum img_code code, const char *problem, uint64_t wanted, uint64_t got)
{
	img_bad_value(r, problem, "", wanted, got);
	r->e->code = code;
	return false;
}

/* ---- the directory */

static uint64_t directory_size(const struct img_bundle_header *h)
{
	return sizeof(*h) + h->nmembers * (uint64_t)sizeof(struct img_bundle_member);
}

static uint64_t sum_of_meta(const struct img_bundle_header *h)
{
	struct img_bundle_header head = *h;
	struct img_sum s;

	head.meta_sum = 0;
	img_sum_start(&s);
	img_sum_add(&s, &head, sizeof(head));
	img_sum_add(&s, h + 1, directory_size(h) - sizeof(head));
	return img_sum_end(&s);
}

static uint64_t sum_of_file(const uint8_t *file, uint64_t size, const struct img_bundle_header *h)
{
	struct img_bundle_header head = *h;
	const uint8_t *behind = (const uint8_t *)(h + 1);
	struct img_sum s;

	head.meta_sum = head.file_sum = 0;
	img_sum_start(&s);
	img_sum_add(&s, file, (size_t)((const uint8_t *)h - file));
	img_sum_add(&s, &head, sizeof(head));
	img_sum_add(&s, behind, size - (uint64_t)(behind - file));
	return img_sum_end(&s);
}

/* The first segment begins at the file's begin, and has all headers and the directory. */
static bool check_first_segment(struct look *l, uint64_t end)
{
	uint64_t headers = l->elf.e_phoff + l->elf.e_phnum * (uint64_t)sizeof(struct elf64_phdr);
	struct elf64_phdr p = { 0 };

	if (l->elf.e_phnum)
		memcpy(&p, l->r.base + l->elf.e_phoff, sizeof(p));
	return (p.p_type == PT_LOAD && !p.p_offset && !p.p_vaddr && end <= p.p_filesz &&
		       headers <= p.p_filesz) ||
	       img_bad(&l->r, "its head is not in its first segment");
}

static bool check_directory(struct look *l, uint64_t at, unsigned flags, struct img_bundle *b)
{
	const struct img_bundle_header *h = (const void *)(l->r.base + at);

	l->r.doing = "bundle";
	if (h->version != IMG_BUNDLE_VERSION)
		return refuse(&l->r, IMG_E_VERSION, "another version of the format",
			IMG_BUNDLE_VERSION, h->version);
	if (h->header_size != sizeof(*h) || h->reserved || !h->nmembers)
		return img_bad(&l->r, "its head is broken");
	if (h->file_size != l->r.size)
		return img_bad_value(&l->r, "the file has another size than it was written with",
			"", h->file_size, l->r.size);
	if (h->self != at)
		return img_bad_value(&l->r, "its head is not at its place", "", h->self, at);
	if (!img_need_bytes(&l->r, at, directory_size(h), "cut") ||
		!check_first_segment(l, at + directory_size(h)))
		return false;
	if (sum_of_meta(h) != h->meta_sum)
		return refuse(&l->r, IMG_E_SUM, "the directory has changed since it was written",
			h->meta_sum, sum_of_meta(h));
	if (flags & IMG_CHECK_FILE_SUM && sum_of_file(l->r.base, l->r.size, h) != h->file_sum)
		return refuse(&l->r, IMG_E_SUM, "the file has changed since it was written",
			h->file_sum, sum_of_file(l->r.base, l->r.size, h));
	b->header = h;
	b->members = (const void *)(h + 1);
	return true;
}

/* ---- members */

/* what is mapped of [from, from + size), from the segments behind those of the member before */
static bool add_segments(struct look *l, const struct img_bundle_member *m, struct img_container *c)
{
	struct elf64_phdr p;

	for (; l->segment < l->elf.e_phnum; l->segment++) {
		memcpy(&p, l->r.base + l->elf.e_phoff + l->segment * (uint64_t)sizeof(p),
			sizeof(p));
		if (p.p_type != PT_LOAD || p.p_vaddr < m->from)
			continue;
		if (p.p_vaddr - m->from >= m->size)
			break;
		if (p.p_offset != p.p_vaddr || p.p_filesz > p.p_memsz ||
			p.p_memsz > m->size - (p.p_vaddr - m->from) ||
			!img_need_bytes(&l->r, p.p_offset, p.p_filesz, "a segment is cut"))
			return img_bad(&l->r, "a segment is not where it should be");
		if (!img_add_region(&l->r, c,
			    &(struct img_region) { p.p_vaddr, p.p_memsz, p.p_offset, p.p_filesz,
				    (p.p_flags & PF_X ? IMG_REGION_EXEC : 0) |
					    (p.p_flags & PF_W ? IMG_REGION_DATA : 0) }))
			return false;
	}
	return true;
}

static bool check_place(struct look *l, const struct img_bundle *b, uint32_t i)
{
	const struct img_bundle_member *m = &b->members[i];
	uint64_t before = i ? m[-1].from + m[-1].size : b->header->self + directory_size(b->header);

	if (m->from < before || m->size > INT64_MAX - m->from)
		return img_bad_value(
			&l->r, "it is not behind the one before", "at least ", before, m->from);
	if (m->meta % 8 || m->meta < m->from || m->meta - m->from >= m->size)
		return img_bad(&l->r, "its metadata is not in it");
	if (m->relro_size && (m->relro < m->from || m->relro - m->from > m->size ||
				     m->relro_size > m->size - (m->relro - m->from)))
		return img_bad(&l->r, "its read-only data is not in it");
	return true;
}

/* heaps are behind all that the system maps, in the order of the members */
static bool check_heap(struct look *l, const struct img_bundle *b,
	const struct img_bundle_member *m, const struct img_view *v)
{
	l->r.doing = "member";
	l->r.entry = (uint64_t)(m - b->members);
	if (!v->heap)
		return !m->heap || img_bad(&l->r, "it has no heap, and a place for one");
	if (m->heap % IMG_HEAP_ALIGN)
		return img_bad_value(&l->r, "its heap is not aligned", "a multiple of ",
			IMG_HEAP_ALIGN, m->heap);
	if (m->heap < l->heaps)
		return img_bad_value(
			&l->r, "its heap overlaps what is before", "at least ", l->heaps, m->heap);
	l->heaps = m->heap + v->heap->size; /* cannot wrap if it is inside */
	return img_need_bytes(&l->r, m->heap, v->heap->size, "its heap is cut");
}

/* what becomes read-only is data, and no variable that a loader of images sets later on */
static bool check_relro(struct look *l, const struct img_bundle_member *m,
	const struct img_container *c, const struct img_view *v)
{
	uint64_t end = m->relro + m->relro_size;

	if (!m->relro_size)
		return true;
	l->r.doing = "member";
	if (!img_leads_to(c, (int64_t)(m->relro - m->meta), m->relro_size, IMG_REGION_DATA))
		return img_bad(&l->r, "its read-only data is in no segment of data");
	for (uint32_t i = 0; i < v->nvariables && !v->nbitcode; i++) {
		uint64_t at = m->meta + (uint64_t)(int64_t)v->addresses[v->variables[i].address];

		if (at + c->pointer > m->relro && at < end)
			return img_bad(&l->r, "a variable is in its read-only data");
	}
	return true;
}

static bool check_member(struct look *l, const struct img_bundle *b, uint32_t i)
{
	const struct img_bundle_member *m = &b->members[i];
	struct img_container c;
	struct img_view v;

	l->r.doing = "member";
	l->r.entry = i;
	if (!check_place(l, b, i))
		return false;
	/* all but the regions, which are many */
	memset(&c, 0, offsetof(struct img_container, regions));
	c.file = l->r.base;
	c.size = c.summed = l->r.size;
	c.meta_at = c.meta_vaddr = m->meta;
	c.pointer = 8;
	c.in_bundle = true;
	if (!add_segments(l, m, &c))
		return false;
	if (m->meta > l->r.size || !img_is_mapped(&c, m->meta, m->meta, sizeof(struct img_header)))
		return img_bad(&l->r, "its metadata is in no loaded segment");
	c.meta_room = ((const struct img_header *)(const void *)(l->r.base + m->meta))->meta_size;
	if (!img_need_bytes(&l->r, m->meta, c.meta_room, "its metadata is cut") ||
		!img_is_mapped(&c, m->meta, m->meta, c.meta_room))
		return img_bad(&l->r, "its metadata is in no loaded segment");
	if (img_check_meta(l->r.base + m->meta, c.meta_room,
		    ((const struct img_header *)(const void *)(l->r.base + m->meta))->file_size, 0,
		    &v, l->r.e))
		return false;
	if (v.header->abi != b->header->abi)
		return img_bad(&l->r, "it is for another platform");
	return img_check_addresses(&l->r, &c, &v) && check_heap(l, b, m, &v) &&
	       check_relro(l, m, &c, &v);
}

enum img_code img_bundle_check(const void *file, uint64_t size, unsigned flags,
	struct img_bundle *out, uint64_t *member, struct img_error *e)
{
	struct look l = { .r = { file, size, "bundle", IMG_NO_ENTRY, e } };
	struct img_bundle b = { .file = file, .size = size };
	uint64_t at, none;
	uint32_t i = 0;

	member = member ? member : &none;
	*member = IMG_NO_ENTRY;
	if (!read_elf(file, size, &l.elf) || !find_directory(file, size, &l.elf, &at))
		return img_bad(&l.r, "no bundle"), e->code;
	if (l.elf.e_phentsize != sizeof(struct elf64_phdr) ||
		!img_need_bytes(&l.r, l.elf.e_phoff,
			l.elf.e_phnum * (uint64_t)sizeof(struct elf64_phdr),
			"its program headers are cut"))
		return img_bad(&l.r, "its program headers are broken"), e->code;
	if (!check_directory(&l, at, flags, &b))
		return e->code;
	/* members rise; that the last one ends there is seen when it is its turn */
	l.heaps = b.members[b.header->nmembers - 1].from + b.members[b.header->nmembers - 1].size;
	while (i < b.header->nmembers && check_member(&l, &b, i))
		i++;
	if (i < b.header->nmembers) {
		*member = i;
		return e->code;
	}
	*out = b;
	return IMG_OK;
}

void img_bundle_view(
	const struct img_bundle *b, const uint8_t *file, uint32_t i, struct img_view *out)
{
	img_view_at(file + b->members[i].meta, out);
}
