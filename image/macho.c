/* Mach-O, 64 bits, little-endian, of one architecture.
 *
 * Everything the loader goes by is in load commands behind the header: segments with their
 * sections, the trie of exported symbols, and where the code signature is. Only what is needed is
 * read, each by memcpy, and each offset is compared with the file's size before use. */
#include <stddef.h>
#include <string.h>

#include "image/container.h"

#define SEGMENT IMG_MACHO_SEGMENT
#define SECTION IMG_MACHO_SECTION

enum {
	FILE_DYLIB = 6,
	LC_SEGMENT_64 = 0x19,
	LC_CODE_SIGNATURE = 0x1d,
	LC_DYLD_INFO = 0x22,
	LC_DYLD_EXPORTS_TRIE = 0x33, /* these two also with LC_REQ_DYLD */
	PROT_WRITABLE = 2,
	PROT_EXECUTABLE = 4,
	SECTION_TYPE = 0xff,
	SECTION_REGULAR = 0,
	SECTION_ZEROFILL = 1,
	SECTION_GB_ZEROFILL = 0xc,
	SECTION_TLS_ZEROFILL = 0x12,
	SECTION_SOME_CODE = 0x400,
	SEGMENT_READ_ONLY = 0x10, /* once the loader is through with it */
	EXPORT_KIND = 3,          /* 0: an ordinary symbol */
	EXPORT_REEXPORT = 8,
	EXPORT_RESOLVER = 0x10,
};
#define LC_REQ_DYLD       0x80000000u
#define SECTION_PURE_CODE 0x80000000u

struct header {
	uint32_t magic, cpu, subcpu, kind, ncmds, cmds_size, flags, reserved;
};
struct command {
	uint32_t cmd, size;
};
struct segment {
	struct command c;
	char name[16];
	uint64_t vaddr, memsz, at, filesz;
	uint32_t maxprot, prot, nsections, flags;
};
struct section {
	char name[16], segment[16];
	uint64_t vaddr, size;
	uint32_t at, align, relocs_at, nrelocs, flags, reserved[3];
};
struct data_command {
	struct command c;
	uint32_t at, size;
};
struct info_command {
	struct command c;
	uint32_t rebase[2], bind[2], weak[2], lazy[2], export_at, export_size;
};
_Static_assert(sizeof(struct header) == 32 && sizeof(struct segment) == 72 &&
		       sizeof(struct section) == 80 && sizeof(struct data_command) == 16 &&
		       sizeof(struct info_command) == 48,
	"as <mach-o/loader.h> has them");

/* what the load commands say, beyond what is kept of them */
struct reader {
	struct img_rd *r;
	struct img_container *c;
	uint64_t base; /* address of the file's first byte */
	bool has_base;
	unsigned nfound; /* sections that are named as ours */
	struct section found;
	uint64_t trie, trie_size; /* 0: there is none */
	uint64_t linkedit;        /* its load command; 0: there is none */
	uint64_t signature;       /* its load command; 0: there is none */
};

static bool name_is(const char name[16], const char *want)
{
	return !strncmp(name, want, 16);
}

/* ---- load commands */

static bool take_section(struct reader *m, const struct section *s)
{
	if (name_is(s->segment, IMG_MACHO_HEAP_SEGMENT) &&
		name_is(s->name, IMG_MACHO_HEAP_SECTION)) {
		m->c->heap_at = s->at;
		m->c->heap_room = s->size;
	}
	if (!name_is(s->segment, SEGMENT) || !name_is(s->name, SECTION))
		return true;
	m->nfound++;
	m->found = *s;
	return true;
}

static bool take_segment(struct reader *m, uint64_t at, uint32_t size)
{
	struct img_rd *r = m->r;
	struct segment s;
	struct section t;

	r->doing = "Mach-O segment";
	if (size < sizeof(s))
		return img_bad_value(r, "its command is short", "at least ", sizeof(s), size);
	memcpy(&s, r->base + at, sizeof(s));
	if (s.nsections != (size - sizeof(s)) / sizeof(t) || (size - sizeof(s)) % sizeof(t))
		return img_bad_value(r, "its sections do not fill its command", "",
			(size - sizeof(s)) / sizeof(t), s.nsections);
	if (!img_need_bytes(r, s.at, s.filesz, "it is cut"))
		return false;
	if (s.filesz > s.memsz)
		return img_bad_value(
			r, "more of the file than memory", "at most ", s.memsz, s.filesz);
	if (s.memsz > UINT64_MAX - s.vaddr)
		return img_bad(r, "it does not fit in memory");
	if (name_is(s.name, "__LINKEDIT"))
		m->linkedit = at;
	if (s.at == 0 && s.filesz) {
		m->base = s.vaddr;
		m->has_base = true;
	}
	for (uint32_t i = 0; i < s.nsections; i++) {
		memcpy(&t, r->base + at + sizeof(s) + i * sizeof(t), sizeof(t));
		if (!take_section(m, &t))
			return false;
	}
	return s.memsz == 0 ||
	       img_add_region(r, m->c,
		       &(struct img_region) { s.vaddr, s.memsz, s.at, s.filesz,
			       (s.prot & PROT_EXECUTABLE ? IMG_REGION_EXEC : 0) |
				       (s.prot & PROT_WRITABLE ? IMG_REGION_DATA : 0) });
}

/* The signature has hashes of all pages, ours among them: the seal makes it anew. So the sums stop
 * before it, and nothing may come behind it. */
static bool take_signature(struct reader *m, uint64_t at, uint32_t size)
{
	struct img_rd *r = m->r;
	struct data_command d;

	r->doing = "Mach-O code signature";
	if (size != sizeof(d) || m->signature)
		return img_bad(
			r, m->signature ? "there is more than one" : "its command is broken");
	memcpy(&d, r->base + at, sizeof(d));
	if (!img_need_bytes(r, d.at, d.size, "it is cut"))
		return false;
	if ((uint64_t)d.at + d.size != r->size)
		return img_bad_value(
			r, "it does not end the file", "", r->size, (uint64_t)d.at + d.size);
	m->signature = at;
	m->c->summed = d.at;
	return true;
}

/* What a signature of another size changes in the load commands: its own size, and that of the
 * segment it is in. */
static bool add_holes(struct reader *m)
{
	struct img_rd *r = m->r;

	r->doing = "Mach-O code signature";
	if (!m->signature)
		return true;
	if (!m->linkedit)
		return img_bad(r, "it is in no segment __LINKEDIT");
	return img_add_hole(r, m->c, m->linkedit + offsetof(struct segment, memsz), 8) &&
	       img_add_hole(r, m->c, m->linkedit + offsetof(struct segment, filesz), 8) &&
	       img_add_hole(r, m->c, m->signature + offsetof(struct data_command, size), 4);
}

static bool take_trie(struct reader *m, uint32_t at, uint32_t size)
{
	m->r->doing = "Mach-O exported symbols";
	if (m->trie_size)
		return img_bad(m->r, "there is more than one table");
	m->trie = at;
	m->trie_size = size;
	return img_need_bytes(m->r, at, size, "they are cut");
}

static bool take_command(struct reader *m, const struct command *c, uint64_t at)
{
	struct data_command d;
	struct info_command i;

	switch (c->cmd & ~LC_REQ_DYLD) {
	case LC_SEGMENT_64: return take_segment(m, at, c->size);
	case LC_CODE_SIGNATURE: return take_signature(m, at, c->size);
	case LC_DYLD_EXPORTS_TRIE:
		if (c->size != sizeof(d))
			break;
		memcpy(&d, m->r->base + at, sizeof(d));
		return take_trie(m, d.at, d.size);
	case LC_DYLD_INFO:
		if (c->size != sizeof(i))
			break;
		memcpy(&i, m->r->base + at, sizeof(i));
		return take_trie(m, i.export_at, i.export_size);
	default: return true;
	}
	m->r->doing = "Mach-O exported symbols";
	return img_bad(m->r, "their command is broken");
}

/* the command at `at`, which is below `end` */
static bool command_at(struct img_rd *r, uint64_t at, uint64_t end, struct command *out)
{
	r->doing = "Mach-O load commands";
	if (end - at < sizeof(*out))
		return img_bad(r, "the last one is cut");
	memcpy(out, r->base + at, sizeof(*out));
	if (out->size < sizeof(*out) || out->size % 8)
		return img_bad_value(
			r, "one has a size that is no size", "at least ", sizeof(*out), out->size);
	if (out->size > end - at)
		return img_bad_value(r, "the last one is cut", "at most ", end - at, out->size);
	return true;
}

static bool read_commands(struct reader *m)
{
	struct img_rd *r = m->r;
	uint64_t at = sizeof(struct header), end;
	struct header h;
	struct command c;
	uint32_t n = 0;

	if (r->size < sizeof(h))
		return img_bad_value(r, "cut in its header", "at least ", sizeof(h), r->size);
	memcpy(&h, r->base, sizeof(h));
	if (h.kind != FILE_DYLIB)
		return img_bad_value(r, "no dynamic library (filetype)", "", FILE_DYLIB, h.kind);
	r->doing = "Mach-O load commands";
	if (!img_need_bytes(r, at, h.cmds_size, "they are cut"))
		return false;
	end = at + h.cmds_size;
	m->c->sections_at = end; /* for the sizes: where to stop */
	for (; at < end; at += c.size, n++) {
		if (!command_at(r, at, end, &c) || !take_command(m, &c, at))
			return false;
	}
	r->doing = "Mach-O load commands";
	return n == h.ncmds || img_bad_value(r, "their number is not theirs", "", n, h.ncmds);
}

/* ---- section and root symbol */

static bool check_section(struct reader *m)
{
	struct img_rd *r = m->r;
	struct img_container *c = m->c;
	const struct section *s = &m->found;

	r->doing = "section " SEGMENT "," SECTION;
	if (m->nfound != 1)
		return img_bad(r, m->nfound ? "there is more than one"
					    : "there is none: a dynamic library, but no package "
					      "image");
	if ((s->flags & SECTION_TYPE) != SECTION_REGULAR || s->nrelocs)
		return img_bad(r, "it is no plain data");
	if (!img_need_bytes(r, s->at, s->size, "cut"))
		return false;
	if (s->at % 8 || s->vaddr % 8)
		return img_bad(r, "it is not aligned to 8 bytes");
	c->meta_at = s->at;
	c->meta_room = s->size;
	c->meta_vaddr = s->vaddr;
	c->pointer = 8;
	return img_is_mapped(c, s->vaddr, s->at, s->size) || img_bad(r, "it is in no segment");
}

/* the trie of exports: a cursor in it */
struct trie {
	const uint8_t *p, *end;
};

static bool uleb(struct trie *t, uint64_t *out)
{
	unsigned shift = 0;

	*out = 0;
	while (t->p < t->end && shift < 63) {
		uint8_t b = *t->p++;

		*out |= (uint64_t)(b & 0x7f) << shift;
		shift += 7;
		if (!(b & 0x80))
			return true;
	}
	return false;
}

/* Follow the edge of the node at *t that `*name` begins with; *t is then the cursor at the child,
 * *name what is left. Each edge takes a character of the name, so that the walk ends.
 * 1: done, 0: no such name, -1: broken */
static int follow(struct trie *t, const struct trie *whole, const char **name)
{
	uint64_t skip, child;
	unsigned n;

	if (!uleb(t, &skip) || skip >= (uint64_t)(t->end - t->p))
		return -1;
	t->p += skip;
	for (n = *t->p++; n; n--) {
		const uint8_t *zero = memchr(t->p, 0, (size_t)(t->end - t->p));
		const char *edge = (const char *)t->p;
		size_t len = zero ? (size_t)(zero - t->p) : 0;

		if (!len)
			return -1;
		t->p = zero + 1;
		if (!uleb(t, &child) || child >= (uint64_t)(whole->end - whole->p))
			return -1;
		if (strncmp(edge, *name, len))
			continue;
		*name += len;
		t->p = whole->p + child;
		return 1;
	}
	return 0;
}

/* the displacement from the base that the root symbol is exported with; as above */
static int find_export(const struct reader *m, uint64_t *out)
{
	const struct trie whole = { m->c->file + m->trie, m->c->file + m->trie + m->trie_size };
	const char *name = "_" IMG_ROOT_SYMBOL;
	struct trie t = whole;
	uint64_t size, flags;

	while (*name) {
		int rc = m->trie_size ? follow(&t, &whole, &name) : 0;

		if (rc < 1)
			return rc;
	}
	if (!uleb(&t, &size))
		return -1;
	if (!size)
		return 0;
	if (!uleb(&t, &flags) || !uleb(&t, out))
		return -1;
	return !(flags & (EXPORT_KIND | EXPORT_REEXPORT | EXPORT_RESOLVER));
}

static bool check_root(struct reader *m)
{
	struct img_rd *r = m->r;
	uint64_t at;
	int rc = find_export(m, &at);

	r->doing = "root symbol " IMG_ROOT_SYMBOL;
	if (!m->has_base)
		return img_bad(r, "no segment holds the start of the file");
	if (rc < 0)
		return img_bad(r, "the table of exported symbols is broken");
	if (!rc)
		return img_bad(r, "it is not among the exported symbols");
	return m->base + at == m->c->meta_vaddr ||
	       img_bad(r, "it is not at the start of section " SEGMENT "," SECTION);
}

bool img_macho_open(struct img_rd *r, struct img_container *c)
{
	struct reader m = { .r = r, .c = c };

	return read_commands(&m) && add_holes(&m) && check_section(&m) && check_root(&m);
}

/* ---- sizes */

static uint64_t *size_of(const struct segment *s, const struct section *t, struct img_sizes *n)
{
	uint32_t type = t->flags & SECTION_TYPE;

	if (name_is(t->segment, SEGMENT) && name_is(t->name, SECTION))
		return &n->metadata;
	if (name_is(t->segment, "__DWARF"))
		return &n->debug;
	if (type == SECTION_ZEROFILL || type == SECTION_GB_ZEROFILL || type == SECTION_TLS_ZEROFILL)
		return &n->zero;
	if (t->flags & (SECTION_PURE_CODE | SECTION_SOME_CODE))
		return &n->code;
	return (s->prot & PROT_WRITABLE) && !(s->flags & SEGMENT_READ_ONLY) ? &n->data
									    : &n->read_only;
}

void img_macho_sizes(const struct img_container *c, struct img_sizes *out)
{
	struct img_sizes n = { 0 };
	struct command cmd;
	struct segment s;
	struct section t;

	for (uint64_t at = sizeof(struct header); at < c->sections_at; at += cmd.size) {
		memcpy(&cmd, c->file + at, sizeof(cmd));
		if ((cmd.cmd & ~LC_REQ_DYLD) != LC_SEGMENT_64)
			continue;
		memcpy(&s, c->file + at, sizeof(s));
		if (name_is(s.name, "__LINKEDIT"))
			n.other += s.filesz;
		for (uint32_t i = 0; i < s.nsections; i++) {
			memcpy(&t, c->file + at + sizeof(s) + i * sizeof(t), sizeof(t));
			*size_of(&s, &t, &n) += t.size;
		}
	}
	*out = n;
}

/* ---- signature
 * Big-endian, unlike the rest: a box of blobs, of which an ad-hoc signature needs one, the code
 * directory with a hash of each page of the file before it. */

#define BLOB_BOX       0xfade0cc0u
#define BLOB_DIRECTORY 0xfade0c02u
enum {
	BOX_SIZE = 12,
	BOX_ENTRY = 8,
	DIRECTORY_SIZE = 44, /* what all versions have */
	HASH_SIZE = 32,
	HASH_SHA256 = 2,
	MOST_PAGE_BITS = 24,
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The directory inside of the signature [at, at + size), if that is all there is in it: a signature
 * by a certificate cannot be made anew here. returns its size, or 0 */
static uint32_t find_directory(const uint8_t *box, uint64_t size, const uint8_t **out)
{
	uint32_t at, length;

	if (size < BOX_SIZE + BOX_ENTRY || be32(box) != BLOB_BOX || be32(box + 8) != 1)
		return 0;
	at = be32(box + BOX_SIZE + 4);
	if (at > size || size - at < DIRECTORY_SIZE || be32(box + at) != BLOB_DIRECTORY)
		return 0;
	length = be32(box + at + 4);
	*out = box + at;
	return length >= DIRECTORY_SIZE && length <= size - at ? length : 0;
}

bool img_macho_resign(struct img_rd *r, const struct img_container *c, uint8_t *file,
	img_digest_fn *sha256, void *ctx)
{
	const uint8_t *d;
	uint32_t length, hashes, n, limit;
	uint64_t page;

	r->doing = "Mach-O code signature";
	if (c->summed == c->size)
		return true;
	length = find_directory(c->file + c->summed, c->size - c->summed, &d);
	if (!length)
		return img_bad(r, "it is no ad-hoc signature, so it cannot be made again; sign the "
				  "image when it is sealed");
	hashes = be32(d + 16);
	n = be32(d + 28);
	limit = be32(d + 32);
	if (d[36] != HASH_SIZE || d[37] != HASH_SHA256 || d[39] > MOST_PAGE_BITS)
		return img_bad(r, "its hashes are not SHA-256 of pages");
	page = (uint64_t)1 << d[39];
	if (limit != c->summed)
		return img_bad_value(
			r, "it is not for all that is before it", "", c->summed, limit);
	if (n != (limit + page - 1) / page || hashes > length ||
		(uint64_t)n * HASH_SIZE > length - hashes)
		return img_bad_value(r, "its hashes do not fit", "", (limit + page - 1) / page, n);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t at = i * page, end = at + page < limit ? at + page : limit;

		sha256(ctx, file + at, end - at, file + (d - c->file) + hashes + i * HASH_SIZE);
	}
	return true;
}
