/* Images of data alone, made by hand: heaps for heap_load_test.c, independent of the build library.
 */
#ifndef HEAP_MAKER_H
#define HEAP_MAKER_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image/image.h"

/* of the images; NULL: this machine's */
static const char *hm_abi;

enum { HM_CELLS = 512, HM_FIELDS = 8 };

/* a place in the heap: fate in the top byte, offset in the section below */
typedef uint64_t hm_ref;
#define HM_NONE UINT64_MAX

struct hm_bytes {
	char *p;
	size_t n, room;
};

struct hm_link {
	hm_ref at;
	uint32_t image;
};

struct hm_start {
	hm_ref at;
	uint16_t type;
};

struct hm {
	const char *name;
	uint8_t uuid[16];
	uint64_t base, content; /* content: makes another build of it */
	uint32_t package_name;
	struct hm_bytes strings, sections[IMG_FATES], types, members, heap_types, pointers, roots,
		binds, interned, hooks, inserts, dependencies, methods, globals, bitcode_table,
		imports;
	struct hm_bytes links, starts; /* struct hm_link, struct hm_start */
	struct hm_bytes uses;          /* struct hm_link: image is the index in `interned` */
	uint64_t sparse;               /* bytes of zeros behind the DATA section's contents */
	const char *bitcode;
	size_t ncells;
	uint64_t offsets[IMG_FATES]; /* of sections, once laid out */
	uint64_t mapped;
};

static inline void *hm_add(struct hm_bytes *b, const void *data, size_t n)
{
	if (b->n + n > b->room) {
		b->room = (b->n + n) * 2 + 64;
		b->p = realloc(b->p, b->room);
		if (!b->p)
			abort();
	}
	if (data)
		memcpy(b->p + b->n, data, n);
	else
		memset(b->p + b->n, 0, n);
	b->n += n;
	return b->p + b->n - n;
}

static inline uint32_t hm_str(struct hm *h, const char *s)
{
	uint32_t at = (uint32_t)h->strings.n;

	if (!*s)
		return 0;
	hm_add(&h->strings, s, strlen(s) + 1);
	return at;
}

static inline hm_ref hm_at(unsigned fate, uint64_t offset)
{
	return (uint64_t)fate << 56 | offset;
}

static inline unsigned hm_fate(hm_ref r)
{
	return (unsigned)(r >> 56);
}

static inline uint64_t hm_offset(hm_ref r)
{
	return r & (UINT64_C(1) << 56) - 1;
}

/* types 0 void, 1 u64, 2 pointer */
static inline struct hm *hm_new(const char *name, uint64_t base)
{
	struct hm *h = calloc(1, sizeof(*h));
	struct img_type t = { .kind = IMG_T_VOID };

	if (!h)
		abort();
	h->name = name;
	h->base = base;
	hm_add(&h->strings, "", 1);
	hm_add(&h->types, &t, sizeof(t));
	t = (struct img_type) {
		.kind = IMG_T_UINT, .name = hm_str(h, "u64"), .size = 8, .align = 8
	};
	hm_add(&h->types, &t, sizeof(t));
	t = (struct img_type) { .kind = IMG_T_POINTER, .size = 8, .align = 8 };
	hm_add(&h->types, &t, sizeof(t));
	return h;
}

/* A type of words: fields is a letter each: d data, s strong, w weak, t transient, c code; the rest
 * behind '*' are an element's, counted by the first word. In the order of their names. */
static inline uint32_t hm_type(
	struct hm *h, const char *name, const char *fields, uint32_t flags, const char *hook)
{
	static const char kinds[] = "?swtc";
	const char *star = strchr(fields, '*');
	size_t n = star ? (size_t)(star - fields) : strlen(fields);
	struct img_heap_type ht = { .type = (uint32_t)(h->types.n / sizeof(struct img_type)),
		.flags = flags,
		.pointers = (uint32_t)(h->pointers.n / sizeof(struct img_heap_pointer)),
		.count_at = star ? 0 : IMG_NO_COUNTER,
		.count_size = star ? 8 : 0,
		.hook = hm_str(h, hook),
		.element_size = star ? strlen(star + 1) * 8 : 0 };
	struct img_type t = { .kind = IMG_T_STRUCT,
		.name = hm_str(h, name),
		.size = n * 8,
		.align = 8,
		.members = (uint32_t)(h->members.n / sizeof(struct img_member)),
		.nmembers = (uint32_t)n };

	for (const char *f = fields; *f; f++) {
		const char *kind = strchr(kinds, *f);
		char text[2] = { (char)('a' + (f - fields)), 0 };
		struct img_member m = { .name = hm_str(h, text),
			.type = *f == 'd' ? 1 : 2,
			.value = (f - fields) * 64 };
		struct img_heap_pointer p = { .kind = kind ? (uint32_t)(kind - kinds) : 0 };
		bool element = star && f > star;

		if (*f == '*')
			continue;
		if (!element)
			hm_add(&h->members, &m, sizeof(m));
		if (*f == 'd')
			continue;
		p.offset = (uint32_t)(element ? f - star - 1 : f - fields) * 8;
		hm_add(&h->pointers, &p, sizeof(p));
		element ? ht.nelement++ : ht.npointers++;
	}
	hm_add(&h->types, &t, sizeof(t));
	hm_add(&h->heap_types, &ht, sizeof(ht));
	return (uint32_t)(h->heap_types.n / sizeof(ht)) - 1;
}

static inline void hm_cells(struct hm *h, unsigned fate)
{
	if (!h->sections[fate].n)
		hm_add(&h->sections[fate], NULL, HM_CELLS);
}

static inline hm_ref hm_object(struct hm *h, unsigned fate, uint32_t type, uint64_t count)
{
	const struct img_heap_type *ht = (const void *)h->heap_types.p;
	const struct img_type *t = (const void *)h->types.p;
	struct hm_start s = { .type = (uint16_t)type };
	uint64_t *object;

	if (fate == IMG_FATE_MUTABLE)
		hm_cells(h, fate);
	s.at = hm_at(fate, h->sections[fate].n);
	object = hm_add(
		&h->sections[fate], NULL, t[ht[type].type].size + count * ht[type].element_size);
	if (ht[type].count_size)
		*object = count;
	hm_add(&h->starts, &s, sizeof(s));
	return s.at;
}

static inline uint64_t *hm_word(struct hm *h, hm_ref object, unsigned field)
{
	return (uint64_t *)(void *)(h->sections[hm_fate(object)].p + hm_offset(object)) + field;
}

/* own: `target` is a place; of a dependency (image > 0): an address. The word gets what it is when
 * the image is written; tag is added */
static inline void hm_link(
	struct hm *h, hm_ref object, unsigned field, uint32_t image, uint64_t target, unsigned tag)
{
	struct hm_link l = { .at = object + field * 8, .image = image };

	*hm_word(h, object, field) = target + tag;
	hm_add(&h->links, &l, sizeof(l));
}

/* the n-th cell; roots in the order of their names */
static inline hm_ref hm_root(struct hm *h, const char *name, hm_ref target)
{
	struct img_root r = { .name = hm_str(h, name) };
	hm_ref cell;

	hm_cells(h, IMG_FATE_MUTABLE);
	cell = hm_at(IMG_FATE_MUTABLE, h->ncells++ * 8);
	r.cell = cell;
	if (target != HM_NONE)
		hm_link(h, cell, 0, IMG_SELF, target, 0);
	hm_add(&h->roots, &r, sizeof(r));
	return cell;
}

static inline void hm_intern(struct hm *h, hm_ref object, uint32_t type, uint64_t hash)
{
	struct img_interned n = { .hash = hash, .offset = object, .type = type };

	hm_add(&h->interned, &n, sizeof(n));
}

/* a link to an interned object, by its index */
static inline void hm_use(struct hm *h, hm_ref object, unsigned field, uint32_t interned)
{
	const struct img_interned *n = (const void *)h->interned.p;
	struct hm_link use = { .at = object + field * 8, .image = interned };

	hm_link(h, object, field, IMG_SELF, n[interned].offset, 0);
	hm_add(&h->uses, &use, sizeof(use));
}

static inline void hm_hook(struct hm *h, hm_ref object, uint32_t type)
{
	struct img_hook k = { .offset = object, .type = type };

	hm_add(&h->hooks, &k, sizeof(k));
}

static inline void hm_bind(struct hm *h, hm_ref object, unsigned field, uint32_t kind,
	const char *name, uint32_t index, uint32_t image)
{
	struct img_bind b = { .offset = object + field * 8,
		.kind = kind,
		.index = name ? hm_str(h, name) : index,
		.image = image };

	hm_add(&h->binds, &b, sizeof(b));
}

static inline void hm_insert(
	struct hm *h, const char *function, uint32_t image, uint32_t method, hm_ref object)
{
	struct img_insert n = { .function = hm_str(h, function),
		.signature = hm_str(h, "any"),
		.image = image,
		.method = method,
		.object = object };

	hm_add(&h->inserts, &n, sizeof(n));
}

static inline void hm_method(struct hm *h, const char *name)
{
	struct img_method m = {
		.name = hm_str(h, name), .symbol = hm_str(h, name), .address = IMG_NO_ADDRESS
	};

	hm_add(&h->methods, &m, sizeof(m));
}

static inline void hm_global(struct hm *h, const char *name)
{
	struct img_global g = { .name = hm_str(h, name),
		.symbol = hm_str(h, name),
		.address = IMG_NO_ADDRESS,
		.size = 4 };

	hm_add(&h->globals, &g, sizeof(g));
}

/* of the first dependency; by symbol */
static inline void hm_import(struct hm *h, uint32_t kind, const char *symbol)
{
	struct img_import n = { .symbol = hm_str(h, symbol), .kind = kind };

	hm_add(&h->imports, &n, sizeof(n));
}

/* an image as it is open, or only its name */
static inline uint32_t hm_depend(
	struct hm *h, const char *name, uint64_t base, const uint8_t *build_id, uint64_t interface)
{
	struct img_dependency d = { .name = hm_str(h, name),
		.interface_digest = interface,
		.heap_base = base,
		.flags = build_id ? IMG_DEP_BUILD : 0 };

	if (build_id)
		memcpy(d.build_id, build_id, 16);
	hm_add(&h->dependencies, &d, sizeof(d));
	return (uint32_t)(h->dependencies.n / sizeof(d));
}

/* ---- writing */

static inline uint64_t hm_round(uint64_t n)
{
	return (n + IMG_HEAP_ALIGN - 1) / IMG_HEAP_ALIGN * IMG_HEAP_ALIGN;
}

static inline uint64_t hm_section_size(const struct hm *h, unsigned fate)
{
	return h->sections[fate].n + (fate == IMG_FATE_DATA ? h->sparse : 0);
}

static inline uint64_t hm_place(const struct hm *h, hm_ref r)
{
	return h->offsets[hm_fate(r)] + hm_offset(r);
}

static inline void hm_lay_out(struct hm *h)
{
	uint64_t at = 0;

	for (unsigned fate = IMG_FATE_DATA; fate < IMG_FATE_SCRATCH; fate++) {
		h->offsets[fate] = at;
		at += hm_round(hm_section_size(h, fate));
	}
	h->mapped = h->offsets[IMG_FATE_SCRATCH] = at;
}

static inline void hm_fix_words(struct hm *h)
{
	const struct hm_link *l = (const void *)h->links.p;

	for (size_t i = 0; i < h->links.n / sizeof(*l); i++) {
		uint64_t *word = hm_word(h, l[i].at, 0);

		if (l[i].image == IMG_SELF)
			*word = h->base + hm_place(h, *word);
	}
#define HM_FIX(table, type, field)                                                                 \
	for (size_t i = 0; i < h->table.n / sizeof(struct type); i++) {                            \
		struct type *e = (struct type *)(void *)h->table.p + i;                            \
		if (e->field != HM_NONE)                                                           \
			e->field = hm_place(h, e->field);                                          \
	}
	HM_FIX(roots, img_root, cell)
	HM_FIX(interned, img_interned, offset)
	HM_FIX(hooks, img_hook, offset)
	HM_FIX(binds, img_bind, offset)
	HM_FIX(inserts, img_insert, object)
}

static inline int hm_by_place(const void *a, const void *b)
{
	const struct hm_start *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* the words of a section that lead to an image */
static inline void hm_relocs(struct hm *h, struct hm_bytes *relocs, uint32_t image, uint32_t index,
	const struct img_heap_section *t)
{
	const struct hm_link *links = (const void *)h->links.p;
	struct hm_bytes *s = &h->sections[IMG_FATE_SCRATCH];
	size_t room = (t->size / 8 + 63) / 64 * 8, at = s->n;
	uint8_t *dirty = calloc(t->size / 4096 + 1, 1);
	struct img_heap_reloc r = { .image = image,
		.section = index,
		.first = t->offset,
		.nwords = t->size / 8,
		.bits = h->mapped + at };

	hm_add(s, NULL, room);
	for (size_t l = 0; l < h->links.n / sizeof(*links); l++) {
		uint64_t word = hm_offset(links[l].at) / 8;

		if (links[l].image != image || hm_fate(links[l].at) != t->fate)
			continue;
		s->p[at + word / 8] |= (char)(1 << word % 8);
		r.count++;
		r.npages += !dirty[word / 512];
		dirty[word / 512] = 1;
	}
	if (r.count)
		hm_add(relocs, &r, sizeof(r));
	else
		s->n = at;
	free(dirty);
}

/* scratch: starts, types, uses; then the bits of relocations, whose table is made here */
static inline void hm_scratch(struct hm *h, struct img_heap *said, struct hm_bytes *relocs,
	uint32_t nsections, const struct img_heap_section *sections)
{
	struct hm_bytes *s = &h->sections[IMG_FATE_SCRATCH];
	struct hm_start *starts = (void *)h->starts.p;
	size_t n = h->starts.n / sizeof(*starts);
	uint32_t nimages = 1 + (uint32_t)(h->dependencies.n / sizeof(struct img_dependency));
	struct img_interned *interned = (void *)h->interned.p;
	const struct hm_link *uses = (const void *)h->uses.p;

	if (n)
		qsort(starts, n, sizeof(*starts), hm_by_place);
	said->starts = h->mapped;
	hm_add(s, NULL, h->mapped / 64);
	said->types = h->mapped + s->n;
	for (size_t i = 0; i < n; i++) {
		uint64_t bit = hm_place(h, starts[i].at) / 8;

		s->p[bit / 8] |= (char)(1 << bit % 8);
		hm_add(s, &starts[i].type, 2);
	}
	hm_add(s, NULL, (8 - s->n % 8) % 8);
	said->nobjects = n;
	for (uint32_t i = 0; i < h->interned.n / sizeof(*interned); i++) {
		interned[i].uses = h->mapped + s->n;
		for (size_t k = 0; k < h->uses.n / sizeof(*uses); k++) {
			uint64_t place = hm_place(h, uses[k].at);

			if (uses[k].image != i)
				continue;
			hm_add(s, &place, 8);
			interned[i].nuses++;
		}
	}
	for (uint32_t image = 0; image < nimages; image++) {
		for (uint32_t k = 0; k + 1 < nsections; k++) {
			if (sections[k].fate != IMG_FATE_DATA)
				hm_relocs(h, relocs, image, k, &sections[k]);
		}
	}
}

static inline void hm_put(
	struct hm_bytes *meta, uint32_t kind, size_t size, const struct hm_bytes *table)
{
	struct img_header *head = (void *)meta->p;
	struct img_table *dir = (void *)(meta->p + sizeof(*head));

	if (!table->n)
		return;
	hm_add(meta, NULL, (8 - meta->n % 8) % 8);
	head = (void *)meta->p;
	dir = (void *)(meta->p + sizeof(*head));
	dir[head->ntables++] =
		(struct img_table) { kind, (uint32_t)size, meta->n, table->n / size };
	hm_add(meta, table->p, table->n);
}

static inline bool hm_pwrite(int fd, const char *p, size_t n, uint64_t at)
{
	static const char zeros[1 << 16];

	for (size_t i = 0, k; i < n; i += k) {
		k = n - i < sizeof(zeros) ? n - i : sizeof(zeros);
		if (memcmp(p + i, zeros, k) && pwrite(fd, p + i, k, (off_t)(at + i)) != (ssize_t)k)
			return false;
	}
	return true;
}

/* no BLAKE3 here; ctx is the sum so far */
static inline void hm_digest(void *ctx, const void *data, size_t n, uint8_t out[32])
{
	uint64_t *so_far = ctx, sums[4] = { *so_far * 31 + img_sum64(data, n), 5, 6, 7 };

	*so_far = sums[0];
	if (out)
		memcpy(out, sums, 32);
}

static inline void hm_tables(struct hm *h, struct hm_bytes *meta, const struct hm_bytes *package,
	const struct hm_bytes *targets, const struct hm_bytes *heap,
	const struct hm_bytes *sections, const struct hm_bytes *relocs)
{
	struct img_header head = {
		.magic = IMG_MAGIC, .version = IMG_VERSION, .header_size = sizeof(head)
	};
	size_t ntables = 0;
	const struct {
		uint32_t kind;
		size_t size;
		const struct hm_bytes *table;
	} all[] = { { IMG_STRINGS, 1, &h->strings },
		{ IMG_PACKAGE, sizeof(struct img_package), package },
		{ IMG_TARGETS, sizeof(struct img_target), targets },
		{ IMG_DEPENDENCIES, sizeof(struct img_dependency), &h->dependencies },
		{ IMG_TYPES, sizeof(struct img_type), &h->types },
		{ IMG_MEMBERS, sizeof(struct img_member), &h->members },
		{ IMG_METHODS, sizeof(struct img_method), &h->methods },
		{ IMG_GLOBALS, sizeof(struct img_global), &h->globals },
		{ IMG_HEAP, sizeof(struct img_heap), heap },
		{ IMG_HEAP_SECTIONS, sizeof(struct img_heap_section), sections },
		{ IMG_HEAP_TYPES, sizeof(struct img_heap_type), &h->heap_types },
		{ IMG_HEAP_POINTERS, sizeof(struct img_heap_pointer), &h->pointers },
		{ IMG_ROOTS, sizeof(struct img_root), &h->roots },
		{ IMG_HEAP_RELOCS, sizeof(struct img_heap_reloc), relocs },
		{ IMG_BINDS, sizeof(struct img_bind), &h->binds },
		{ IMG_INTERNED, sizeof(struct img_interned), &h->interned },
		{ IMG_HOOKS, sizeof(struct img_hook), &h->hooks },
		{ IMG_INSERTS, sizeof(struct img_insert), &h->inserts },
		{ IMG_BITCODE, sizeof(struct img_bitcode), &h->bitcode_table },
		{ IMG_IMPORTS, sizeof(struct img_import), &h->imports } };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		ntables += all[i].table->n != 0;
	meta->n = 0;
	hm_add(meta, &head, sizeof(head));
	hm_add(meta, NULL, ntables * sizeof(struct img_table));
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		hm_put(meta, all[i].kind, all[i].size, all[i].table);
	hm_add(meta, NULL, (8 - meta->n % 8) % 8);
	((struct img_header *)(void *)meta->p)->meta_size = meta->n;
}

/* without reading the file: its own sum is not there */
static inline bool hm_seal_quickly(int fd, const struct hm_bytes *meta, uint64_t size)
{
	struct img_header *h = (void *)meta->p;
	struct img_view v;

	img_view_at(meta->p, &v);
	h->flags |= IMG_SEALED;
	h->file_size = size;
	h->abi = img_sum64(img_host_abi_text(), strlen(img_host_abi_text()));
	h->interface_digest = img_interface_digest(&v);
	h->meta_sum = 0;
	h->meta_sum = img_sum64(meta->p, meta->n);
	return pwrite(fd, meta->p, meta->n, 0) == (ssize_t)meta->n;
}

static inline bool hm_write_file(
	struct hm *h, const char *path, const struct hm_bytes *meta, const struct img_heap *said)
{
	struct img_error e;
	const struct img_bitcode *b = (const void *)h->bitcode_table.p;
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool ok = fd >= 0 && !ftruncate(fd, (off_t)(said->at + said->size)) &&
		  pwrite(fd, meta->p, meta->n, 0) == (ssize_t)meta->n;

	if (ok && b)
		ok = pwrite(fd, h->bitcode, b->size, (off_t)b->at) == (ssize_t)b->size;
	for (unsigned fate = 1; ok && fate < IMG_FATES; fate++)
		ok = hm_pwrite(
			fd, h->sections[fate].p, h->sections[fate].n, said->at + h->offsets[fate]);
	if (ok && h->sparse)
		ok = hm_seal_quickly(fd, meta, said->at + said->size);
	else if (ok && image_seal(fd, hm_digest, NULL, &(uint64_t) { 0 }, &e)) {
		char text[300];

		img_error_text(&e, text, sizeof(text));
		printf("# seal: %s\n", text);
		ok = false;
	}
	if (fd >= 0)
		close(fd);
	return ok;
}

static inline void hm_add_sections(const struct hm *h, struct hm_bytes *sections)
{
	for (unsigned fate = 1; fate < IMG_FATES; fate++) {
		struct img_heap_section s = { fate, 0, h->offsets[fate], hm_section_size(h, fate) };

		if (s.size || fate == IMG_FATE_SCRATCH)
			hm_add(sections, &s, sizeof(s));
	}
}

static inline void hm_free(struct hm *h)
{
	struct hm_bytes *all[] = { &h->strings, &h->types, &h->members, &h->heap_types,
		&h->pointers, &h->roots, &h->binds, &h->interned, &h->hooks, &h->inserts,
		&h->dependencies, &h->methods, &h->globals, &h->bitcode_table, &h->links,
		&h->starts, &h->uses, &h->imports };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		free(all[i]->p);
	for (unsigned fate = 0; fate < IMG_FATES; fate++)
		free(h->sections[fate].p);
	free(h);
}

/* frees h. returns whether it went well */
static inline bool hm_write(struct hm *h, const char *path)
{
	struct img_package p = { .name = hm_str(h, h->name),
		.version = hm_str(h, "1.0"),
		.triple = hm_str(h, "x86_64-unknown-linux-gnu"),
		.abi_text = hm_str(h, hm_abi ? hm_abi : img_host_abi_text()) };
	struct img_target target = { .cpu = hm_str(h, "generic") };
	struct img_heap said = { .base = h->base, .word = sizeof(void *) };
	struct hm_bytes package = { 0 }, targets = { 0 }, heap = { 0 }, sections = { 0 },
			relocs = { 0 }, meta = { 0 };
	bool ok;

	memcpy(p.uuid, h->uuid, 16);
	hm_add(&package, &p, sizeof(p));
	hm_add(&targets, &target, sizeof(target));
	if (img_digest_types((void *)h->types.p, (uint32_t)(h->types.n / sizeof(struct img_type)),
		    (void *)h->members.p, h->strings.p) != h->types.n / sizeof(struct img_type))
		abort();
	if (h->bitcode) {
		struct img_bitcode b = { .name = hm_str(h, "code"), .size = strlen(h->bitcode) };

		hm_add(&h->bitcode_table, &b, sizeof(b));
	}
	hm_lay_out(h);
	hm_add_sections(h, &sections);
	hm_fix_words(h);
	hm_scratch(h, &said, &relocs, (uint32_t)(sections.n / sizeof(struct img_heap_section)),
		(const void *)sections.p);
	((struct img_heap_section *)(void *)(sections.p + sections.n))[-1].size =
		h->sections[IMG_FATE_SCRATCH].n;
	said.mapped = h->mapped;
	said.size = h->mapped + hm_round(h->sections[IMG_FATE_SCRATCH].n);
	hm_add(&heap, &said, sizeof(said));
	for (int pass = 0; pass < 2; pass++) { /* the second knows how long it is */
		struct img_heap *at = (void *)heap.p;
		struct img_bitcode *b = (void *)h->bitcode_table.p;

		hm_tables(h, &meta, &package, &targets, &heap, &sections, &relocs);
		if (b)
			b->at = (meta.n + 15) / 16 * 16;
		at->at = hm_round(b ? b->at + b->size : meta.n);
		said.at = at->at;
	}
	ok = hm_write_file(h, path, &meta, &said);
	{
		struct hm_bytes *own[] = { &package, &targets, &heap, &sections, &relocs, &meta };

		for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
			free(own[i]->p);
	}
	hm_free(h);
	return ok;
}

#endif
