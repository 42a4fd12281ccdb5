#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "frontend/bundle/layout.h"
#include "image/sum.h"

/* ---- the parts */

static void *part_bytes(const struct bundle *b, enum bundle_part p)
{
	return b->part[p].bytes;
}

static void fill_segments(const struct bundle *b)
{
	Elf64_Ehdr *h = part_bytes(b, BUNDLE_HEADERS);
	Elf64_Phdr *p = (void *)(h + 1);
	const struct bundle_place *part = b->part;
	uint64_t fixed = part[BUNDLE_TLS].at + part[BUNDLE_TLS].size;
	uint64_t own = part[BUNDLE_DYNAMIC].at;
	uint64_t end = part[BUNDLE_FINI].at + part[BUNDLE_FINI].size;
	uint64_t whole = (end + b->page - 1) & ~(b->page - 1);

#define SEGMENT(type, flags, at, size, memsz, align)                                               \
	*p++ = (Elf64_Phdr)                                                                        \
	{                                                                                          \
		type, flags, at, at, at, size, memsz, align                                        \
	}
	SEGMENT(PT_LOAD, PF_R, 0, fixed, fixed, b->page);
	SEGMENT(PT_LOAD, PF_R | PF_W, own, whole - own, whole - own, b->page);
	for (size_t i = 0; i < b->n; i++) {
		const struct member *m = &b->member[i];

		for (unsigned k = 0; k < m->nranges; k++) {
			const struct member_range *r = &m->range[k];

			SEGMENT(PT_LOAD, PF_R | (r->write ? PF_W : PF_X), m->at + r->from,
				r->filesz, r->memsz, b->page);
		}
	}
	SEGMENT(PT_DYNAMIC, PF_R | PF_W, own, part[BUNDLE_DYNAMIC].size, part[BUNDLE_DYNAMIC].size,
		8);
	SEGMENT(PT_GNU_RELRO, PF_R, own, whole - own, whole - own, 1);
	SEGMENT(PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0);
	if (b->nframes)
		SEGMENT(PT_GNU_EH_FRAME, PF_R, part[BUNDLE_FRAMES].at, part[BUNDLE_FRAMES].size,
			part[BUNDLE_FRAMES].size, 4);
	if (b->tls_memsz)
		SEGMENT(PT_TLS, PF_R, part[BUNDLE_TLS].at, b->tls_memsz, b->tls_memsz,
			b->tls_align);
#undef SEGMENT
	*h = (Elf64_Ehdr) { .e_type = ET_DYN,
		.e_machine = b->member[0].machine,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(*h),
		.e_flags = ((const Elf64_Ehdr *)(const void *)b->member[0].file)->e_flags,
		.e_ehsize = sizeof(*h),
		.e_phentsize = sizeof(*p),
		.e_phnum = (Elf64_Half)(p - (Elf64_Phdr *)(h + 1)),
		.e_shentsize = sizeof(Elf64_Shdr) };
	memcpy(h->e_ident, b->member[0].file, EI_NIDENT);
}

static uint32_t gnu_hash(const char *s)
{
	uint32_t h = 5381;

	for (; *s; s++)
		h = 33 * h + (unsigned char)*s;
	return h;
}

/* all symbols but the root, which is the last, come from outside: one bucket with one symbol */
static void fill_symbols(struct arena *a, struct bundle *b)
{
	struct bundle_symbols *s = &b->symbols;
	Elf64_Sym *symbols = part_bytes(b, BUNDLE_SYMBOLS);
	Elf64_Half *versym = part_bytes(b, BUNDLE_VERSYM);
	uint32_t hash = gnu_hash(IMG_BUNDLE_SYMBOL), *table = part_bytes(b, BUNDLE_HASH);
	uint64_t bloom = UINT64_C(1) << hash % 64 | UINT64_C(1) << (hash >> 6) % 64;

	memcpy(symbols, s->symbol, s->n * sizeof(*symbols));
	memcpy(versym, s->versym, s->n * sizeof(*versym));
	symbols[s->n] = (Elf64_Sym) { .st_name = text_table_add(&s->text, a, IMG_BUNDLE_SYMBOL),
		.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT),
		.st_shndx = 1, /* of the section headers: the directory */
		.st_value = b->part[BUNDLE_DIRECTORY].at,
		.st_size = b->part[BUNDLE_DIRECTORY].size };
	versym[s->n] = VER_NDX_GLOBAL;
	table[0] = 1;              /* buckets */
	table[1] = (uint32_t)s->n; /* first symbol that is hashed */
	table[2] = 1;              /* words of the filter */
	table[3] = 6;              /* its shift */
	memcpy(table + 4, &bloom, sizeof(bloom));
	table[6] = (uint32_t)s->n; /* first of the bucket */
	table[7] = hash | 1;       /* and last */
}

static void fill_dynamic(struct arena *a, struct bundle *b)
{
	Elf64_Dyn *t = part_bytes(b, BUNDLE_DYNAMIC);
	struct text_table *text = &b->symbols.text;
	const struct bundle_place *part = b->part;

#define TAG(tag, value)                                                                            \
	*t++ = (Elf64_Dyn)                                                                         \
	{                                                                                          \
		tag,                                                                               \
		{                                                                                  \
			value                                                                      \
		}                                                                                  \
	}
	for (size_t i = 0; i < b->symbols.needed.n; i++)
		TAG(DT_NEEDED, text_table_add(text, a, b->symbols.needed.v[i]));
	TAG(DT_SONAME, text_table_add(text, a, b->soname));
	if (b->runpath)
		TAG(DT_RUNPATH, text_table_add(text, a, b->runpath));
	TAG(DT_GNU_HASH, part[BUNDLE_HASH].at);
	TAG(DT_STRTAB, part[BUNDLE_STRINGS].at);
	TAG(DT_STRSZ, part[BUNDLE_STRINGS].size);
	TAG(DT_SYMTAB, part[BUNDLE_SYMBOLS].at);
	TAG(DT_SYMENT, sizeof(Elf64_Sym));
	if (b->symbols.libraries.n) { /* glibc wants both or none */
		TAG(DT_VERSYM, part[BUNDLE_VERSYM].at);
		TAG(DT_VERNEED, part[BUNDLE_VERNEED].at);
		TAG(DT_VERNEEDNUM, b->symbols.libraries.n);
	}
	TAG(DT_RELA, part[BUNDLE_RELOCS].at);
	TAG(DT_RELASZ, part[BUNDLE_RELOCS].size);
	TAG(DT_RELAENT, sizeof(Elf64_Rela));
	TAG(DT_RELACOUNT, b->nrelative);
	if (part[BUNDLE_INIT].size) {
		TAG(DT_INIT_ARRAY, part[BUNDLE_INIT].at);
		TAG(DT_INIT_ARRAYSZ, part[BUNDLE_INIT].size);
	}
	if (part[BUNDLE_FINI].size) {
		TAG(DT_FINI_ARRAY, part[BUNDLE_FINI].at);
		TAG(DT_FINI_ARRAYSZ, part[BUNDLE_FINI].size);
	}
	TAG(DT_FLAGS, DF_BIND_NOW | (b->static_tls ? DF_STATIC_TLS : 0));
	TAG(DT_FLAGS_1, DF_1_NOW);
#undef TAG
}

static void fill_tls(struct bundle *b)
{
	char *out = part_bytes(b, BUNDLE_TLS);

	for (size_t i = 0; i < b->n; i++) {
		const struct member *m = &b->member[i];

		if (m->tls.size)
			memcpy(out + m->tls_at, m->memory + m->tls.at, m->tls.size);
	}
}

/* .eh_frame_hdr (LSB 5, 10.6.2): a head and, for each function, two distances from it. Members
 * rise, and so do their functions, so that one table after the other is sorted */
static int fill_frames(struct diags *d, struct bundle *b)
{
	static const uint8_t head[4] = { 1, 0x1b, 0x03, 0x3b }; /* distances of 4 bytes */
	const struct bundle_place *part = &b->part[BUNDLE_FRAMES];
	int32_t *out = part->bytes;
	uint32_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct member *m = &b->member[i];
		int64_t shift = (int64_t)(m->at + m->frames.at) - (int64_t)part->at;
		const int32_t *in = member_bytes(m, m->frames.at, m->frames.size);
		uint32_t count;

		if (m->frames.size < 12)
			continue;
		memcpy(&count, in + 2, sizeof(count));
		if (memcmp(in, head, sizeof(head)) || count > (m->frames.size - 12) / 8)
			return diag_err(d, m->in.at,
				"'%s' cannot be a member of a bundle: its table "
				"of frames is of an unusual form",
				m->in.path);
		if (!n) {
			memcpy(out, head, sizeof(head));
			out[1] = (int32_t)(in[1] + shift);
		}
		for (uint32_t k = 0; k < 2 * count; k++)
			out[3 + 2 * n + k] = (int32_t)(in[3 + k] + shift);
		n += count;
	}
	if (part->size)
		memcpy(out + 2, &n, sizeof(n));
	return 0;
}

static void fill_directory(struct bundle *b, uint64_t file_size)
{
	struct img_bundle_header *h = part_bytes(b, BUNDLE_DIRECTORY);
	struct img_bundle_member *out = (void *)(h + 1);

	*h = (struct img_bundle_header) { .version = IMG_BUNDLE_VERSION,
		.header_size = sizeof(*h),
		.nmembers = (uint32_t)b->n,
		.self = b->part[BUNDLE_DIRECTORY].at,
		.file_size = file_size,
		.abi = b->member[0].view.header->abi };
	memcpy(h->magic, IMG_BUNDLE_MAGIC, sizeof(h->magic));
	for (size_t i = 0; i < b->n; i++) {
		const struct member *m = &b->member[i];

		out[i] = (struct img_bundle_member) { .from = m->at,
			.size = m->span,
			.meta = m->at + m->meta,
			.relro = m->relro.size ? m->at + m->relro.at : 0,
			.relro_size = m->relro.size,
			.heap = m->heap };
	}
}

/* ---- sections: for tools; no loader reads them */

struct sections {
	Elf64_Shdr v[BUNDLE_PARTS + 4];
	unsigned n;
	struct text_table names;
};

static void add_section(struct arena *a, struct sections *s, const char *name, Elf64_Shdr section)
{
	section.sh_name = text_table_add(&s->names, a, name);
	s->v[s->n++] = section;
}

static void make_sections(struct arena *a, const struct bundle *b, struct sections *s)
{
	static const struct {
		enum bundle_part part;
		const char *name;
		Elf64_Word type, link; /* link: to this one */
		Elf64_Xword flags, entsize;
	} rows[] = {
		{ BUNDLE_DIRECTORY, IMG_BUNDLE_SECTION, SHT_PROGBITS, 0, SHF_ALLOC, 0 },
		{ BUNDLE_SYMBOLS, ".dynsym", SHT_DYNSYM, 6, SHF_ALLOC, sizeof(Elf64_Sym) },
		{ BUNDLE_VERSYM, ".gnu.version", SHT_GNU_versym, 2, SHF_ALLOC, 2 },
		{ BUNDLE_VERNEED, ".gnu.version_r", SHT_GNU_verneed, 6, SHF_ALLOC, 0 },
		{ BUNDLE_HASH, ".gnu.hash", SHT_GNU_HASH, 2, SHF_ALLOC, 0 },
		{ BUNDLE_STRINGS, ".dynstr", SHT_STRTAB, 0, SHF_ALLOC, 0 },
		{ BUNDLE_RELOCS, ".rela.dyn", SHT_RELA, 2, SHF_ALLOC, sizeof(Elf64_Rela) },
		{ BUNDLE_FRAMES, ".eh_frame_hdr", SHT_PROGBITS, 0, SHF_ALLOC, 0 },
		{ BUNDLE_TLS, ".tdata", SHT_PROGBITS, 0, SHF_ALLOC | SHF_TLS, 0 },
		{ BUNDLE_DYNAMIC, ".dynamic", SHT_DYNAMIC, 6, SHF_ALLOC | SHF_WRITE,
			sizeof(Elf64_Dyn) },
		{ BUNDLE_INIT, ".init_array", SHT_INIT_ARRAY, 0, SHF_ALLOC | SHF_WRITE, 8 },
		{ BUNDLE_FINI, ".fini_array", SHT_FINI_ARRAY, 0, SHF_ALLOC | SHF_WRITE, 8 },
	};

	text_table_init(&s->names, a);
	s->v[s->n++] = (Elf64_Shdr) { 0 };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct bundle_place *p = &b->part[rows[i].part];

		add_section(a, s, rows[i].name,
			(Elf64_Shdr) { .sh_type = rows[i].type,
				.sh_flags = rows[i].flags,
				.sh_addr = p->at,
				.sh_offset = p->at,
				.sh_size = p->size,
				.sh_link = rows[i].link,
				.sh_info = rows[i].part == BUNDLE_SYMBOLS ? 1
					   : rows[i].part == BUNDLE_VERNEED
						   ? (Elf64_Word)b->symbols.libraries.n
						   : 0,
				.sh_addralign = 8,
				.sh_entsize = rows[i].entsize });
	}
	add_section(a, s, ".members",
		(Elf64_Shdr) { .sh_type = SHT_PROGBITS,
			.sh_flags = SHF_ALLOC | SHF_EXECINSTR,
			.sh_addr = b->member[0].at,
			.sh_offset = b->member[0].at,
			.sh_size = b->end - b->member[0].at,
			.sh_addralign = b->page });
}

/* ---- the file */

/* what is not mapped by the system's loader: the heaps, each where a page of any size begins */
static void place_heaps(struct bundle *b, uint64_t end)
{
	uint64_t at = (end + IMG_HEAP_ALIGN - 1) / IMG_HEAP_ALIGN * IMG_HEAP_ALIGN;

	b->heaps = at;
	for (size_t i = 0; i < b->n; i++) {
		const struct img_heap *heap = b->member[i].view.heap;

		if (!heap)
			continue;
		b->member[i].heap = at;
		at += heap->size; /* a multiple of IMG_HEAP_ALIGN */
	}
	b->heaps_end = at;
}

static int put(struct diags *d, const struct bundle *b, int fd, uint64_t at, const void *data,
	uint64_t size)
{
	const char *p = data;

	while (size) {
		ssize_t n = pwrite(fd, p, size, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return diag_err(d, b->output.at, "the bundle '%s' cannot be written: %s",
				b->output.path, strerror(n < 0 ? errno : ENOSPC));
		p += n;
		at += (uint64_t)n;
		size -= (uint64_t)n;
	}
	return 0;
}

/* zeros at the end become a hole: something always comes behind it */
static uint64_t without_zeros(const uint8_t *bytes, uint64_t n)
{
	while (n && !bytes[n - 1])
		n--;
	return n;
}

static int put_members(struct diags *d, const struct bundle *b, int fd)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct member *m = &b->member[i];

		for (unsigned k = 0; k < m->nranges; k++) {
			const struct member_range *r = &m->range[k];

			if (put(d, b, fd, m->at + r->from, m->memory + r->from,
				    without_zeros(m->memory + r->from, r->filesz)))
				return -1;
		}
	}
	return 0;
}

/* in pieces that do not stay in memory */
enum { PIECE = 4 << 20 };

static int put_heaps(struct diags *d, const struct bundle *b, int fd)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct member *m = &b->member[i];
		uint64_t from, size = m->heap ? m->view.heap->size : 0, n;

		for (uint64_t done = 0; done < size; done += n) {
			n = size - done < PIECE ? size - done : PIECE;
			from = m->view.heap->at + done;
			if (put(d, b, fd, m->heap + done, m->file + from, n))
				return -1;
			madvise((void *)(m->file + from), n, MADV_DONTNEED);
		}
	}
	return 0;
}

/* sums of the whole: over the file as it will be but for them */
static int put_sums(struct diags *d, struct bundle *b, int fd, uint64_t size)
{
	struct img_bundle_header *h = part_bytes(b, BUNDLE_DIRECTORY);
	uint8_t *file = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	struct img_sum s;

	if (file == MAP_FAILED)
		return diag_err(d, b->output.at, "the bundle '%s' cannot be read again: %s",
			b->output.path, strerror(errno));
	img_sum_start(&s);
	for (uint64_t done = 0, n; done < size; done += n) {
		n = size - done < PIECE ? size - done : PIECE;
		img_sum_add(&s, file + done, n);
		madvise(file + done, n, MADV_DONTNEED);
	}
	h->file_sum = img_sum_end(&s);
	munmap(file, size);
	h->meta_sum = img_sum64(h, b->part[BUNDLE_DIRECTORY].size);
	return put(d, b, fd, b->part[BUNDLE_DIRECTORY].at, h, sizeof(*h));
}

/* headers behind the members, and then the heaps: `end` is where those begin at the earliest */
static uint64_t lay_out_sections(struct arena *a, struct bundle *b, struct sections *s)
{
	Elf64_Ehdr *h = part_bytes(b, BUNDLE_HEADERS);
	uint64_t names = b->end;
	unsigned n;

	make_sections(a, b, s);
	add_section(a, s, ".heaps", (Elf64_Shdr) { .sh_type = SHT_PROGBITS });
	n = s->n;
	add_section(a, s, ".shstrtab", (Elf64_Shdr) { .sh_type = SHT_STRTAB, .sh_offset = names });
	s->v[s->n - 1].sh_size = s->names.n;
	h->e_shoff = names + (s->names.n + 7) / 8 * 8;
	h->e_shnum = (Elf64_Half)s->n;
	h->e_shstrndx = (Elf64_Half)(s->n - 1);
	place_heaps(b, h->e_shoff + s->n * sizeof(s->v[0]));
	s->v[n - 1].sh_offset = b->heaps;
	s->v[n - 1].sh_size = b->heaps_end - b->heaps;
	s->v[n - 1].sh_addralign = IMG_HEAP_ALIGN;
	return b->heaps_end > b->heaps ? b->heaps_end : h->e_shoff + s->n * sizeof(s->v[0]);
}

static int put_all(struct arena *a, struct diags *d, struct bundle *b, int fd)
{
	struct sections s = { .n = 0 };
	const Elf64_Ehdr *h = part_bytes(b, BUNDLE_HEADERS);
	uint64_t size = lay_out_sections(a, b, &s);

	fill_directory(b, size);
	for (unsigned i = 0; i < BUNDLE_PARTS; i++) {
		if (put(d, b, fd, b->part[i].at, b->part[i].bytes, b->part[i].size))
			return -1;
	}
	if (put_members(d, b, fd) || put(d, b, fd, b->end, s.names.bytes, s.names.n) ||
		put(d, b, fd, h->e_shoff, s.v, s.n * sizeof(s.v[0])) || put_heaps(d, b, fd))
		return -1;
	return put_sums(d, b, fd, size);
}

static int write_bundle(struct arena *a, struct diags *d, struct bundle *b)
{
	struct outfile out;
	int fd, failed;

	if (outfile_begin(a, d, b->output.at, b->output.path, &out))
		return -1;
	fd = open(out.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		failed = diag_err(d, b->output.at, "the bundle '%s' cannot be made: %s",
			b->output.path, strerror(errno));
	else
		failed = put_all(a, d, b, fd) | close(fd);
	if (failed || outfile_commit(d, &out, 0777)) {
		outfile_drop(&out);
		return -1;
	}
	return 0;
}

/* ---- all of it */

static int read_members(
	struct arena *a, struct diags *d, struct bundle *b, const struct bundle_input *inputs)
{
	unsigned errors = d->errors;

	b->member = arena_array(a, struct member, b->n);
	for (size_t i = 0; i < b->n; i++) {
		b->member[i].in = inputs[i];
		member_read(a, d, &b->member[i]);
	}
	return d->errors > errors ? -1 : 0;
}

static int collect_symbols(struct arena *a, struct diags *d, struct bundle *b)
{
	b->map = arena_array(a, uint32_t *, b->n);
	bundle_symbols_init(&b->symbols, a);
	for (size_t i = 0; i < b->n; i++) {
		b->map[i] = arena_array(a, uint32_t, b->member[i].nsymbols);
		if (bundle_symbols_add(a, d, &b->symbols, &b->member[i], b->map[i]))
			return -1;
	}
	return 0;
}

static int fill(struct arena *a, struct diags *d, struct bundle *b)
{
	if (relocs_make(d, b) || fill_frames(d, b))
		return -1;
	fill_segments(b);
	fill_symbols(a, b);
	fill_dynamic(a, b);
	fill_tls(b);
	return 0;
}

int bundle_make(struct arena *a, struct diags *d, const struct bundle_input *inputs, size_t n,
	struct bundle_input output)
{
	struct bundle b = { .output = output, .n = n };
	int failed = read_members(a, d, &b, inputs) || bundle_order(a, d, &b) ||
		     collect_symbols(a, d, &b) || bundle_lay_out(a, d, &b) || fill(a, d, &b) ||
		     write_bundle(a, d, &b);

	for (size_t i = 0; b.member && i < n; i++) {
		if (b.member[i].file)
			munmap((void *)b.member[i].file, b.member[i].file_size);
	}
	return failed ? -1 : 0;
}
