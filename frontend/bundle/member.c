#include "frontend/bundle/member.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "image/bundle.h"

enum { SMALLEST_PAGE = 4096, LARGEST_PAGE = 1 << 20, FEW_ZEROS = 1 << 16 };

int member_bad(struct diags *d, const struct member *m, const char *problem)
{
	return diag_err(
		d, m->in.at, "'%s' cannot be a member of a bundle: %s", m->in.path, problem);
}

/* ---- the file */

static int io(struct diags *d, const struct member *m)
{
	return diag_err(
		d, m->in.at, "the image '%s' cannot be read: %s", m->in.path, strerror(errno));
}

static int map(struct diags *d, struct member *m, int fd)
{
	struct stat st;
	void *file;

	if (fstat(fd, &st))
		return io(d, m);
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return member_bad(d, m, "wanted a package image, got an empty file or none");
	file = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED)
		return io(d, m);
	m->file = file;
	m->file_size = (uint64_t)st.st_size;
	return 0;
}

static int open_file(struct diags *d, struct member *m)
{
	int fd = open(m->in.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), failed;

	if (fd < 0)
		return io(d, m);
	failed = map(d, m, fd);
	close(fd);
	return failed;
}

/* sound in itself, its sums too: what goes into a bundle is not compared with them again */
static int check(struct diags *d, struct member *m)
{
	struct img_container box;
	struct img_error e;
	char text[512];

	if (img_bundle_is(m->file, m->file_size))
		return member_bad(
			d, m, "it is a bundle itself; name the images that it was made of");
	if (img_check_file(m->file, m->file_size, IMG_CHECK_FILE_SUM, &m->view, &box, &e)) {
		img_error_text(&e, text, sizeof(text));
		return diag_err(d, m->in.at, "the image '%s' is not sound: %s", m->in.path, text);
	}
	madvise((void *)m->file, m->file_size, MADV_DONTNEED); /* a heap may be large */
	if (m->file_size < sizeof(Elf64_Ehdr) || memcmp(m->file, ELFMAG, SELFMAG) ||
		m->file[EI_CLASS] != ELFCLASS64)
		return member_bad(
			d, m, "it is no 64-bit ELF file; other images are opened one by one");
	m->meta = box.meta_vaddr;
	return 0;
}

/* ---- segments */

static const Elf64_Ehdr *elf_header(const struct member *m)
{
	return (const void *)m->file;
}

/* program headers of a checked image are inside the file */
static bool segment_at(const struct member *m, unsigned i, Elf64_Phdr *out)
{
	const Elf64_Ehdr *h = elf_header(m);

	if (i >= h->e_phnum)
		return false;
	memcpy(out, m->file + h->e_phoff + i * sizeof(*out), sizeof(*out));
	return true;
}

/* one more PT_LOAD: a range of its own, or the rest of the one before if the pages are of a kind */
static int add_range(struct diags *d, struct member *m, const Elf64_Phdr *p)
{
	struct member_range *last = m->nranges ? &m->range[m->nranges - 1] : NULL;
	uint64_t from = p->p_vaddr & ~(m->page - 1);
	bool write = p->p_flags & PF_W;

	if (write && p->p_flags & PF_X)
		return member_bad(d, m, "it has a segment that is writable and executable");
	if (p->p_vaddr > INT32_MAX || p->p_memsz > INT32_MAX || p->p_filesz > p->p_memsz)
		return member_bad(
			d, m, "it has a segment beyond 2 GiB, or one with more in the file");
	if (last && from < last->from + last->memsz)
		return member_bad(d, m, "its segments share pages, or do not rise");
	if (!last || last->write != write) {
		if (m->nranges == MEMBER_MOST_RANGES)
			return member_bad(d, m, "it has too many segments");
		last = &m->range[m->nranges++];
		*last = (struct member_range) { .from = from, .write = write };
	}
	last->memsz = p->p_vaddr + p->p_memsz - last->from;
	if (p->p_filesz)
		last->filesz = p->p_vaddr + p->p_filesz - last->from;
	return 0;
}

/* Few zeros are in the file too, where they are a hole: so the loader maps the range in one go. Of
 * many, those on the page of the file's last byte are: then no one has to clear it. */
static void round_range(const struct member *m, struct member_range *r)
{
	uint64_t whole = (r->filesz + m->page - 1) & ~(m->page - 1);

	if (r->memsz - r->filesz <= FEW_ZEROS)
		r->filesz = r->memsz;
	else if (r->filesz)
		r->filesz = r->memsz < whole ? r->memsz : whole;
}

static int read_segments(struct arena *a, struct diags *d, struct member *m)
{
	Elf64_Phdr p;

	for (unsigned i = 0; segment_at(m, i, &p); i++) {
		if (p.p_type == PT_LOAD && p.p_align > m->page)
			m->page = p.p_align;
	}
	if (m->page > LARGEST_PAGE || m->page & (m->page - 1))
		return member_bad(d, m, "its segments have no usual alignment");
	for (unsigned i = 0; segment_at(m, i, &p); i++) {
		if (p.p_type == PT_LOAD && p.p_memsz && add_range(d, m, &p))
			return -1;
	}
	for (unsigned i = 0; i < m->nranges; i++) {
		round_range(m, &m->range[i]);
		m->span = m->range[i].from + m->range[i].memsz;
		if (m->range[i].filesz)
			m->nmemory = m->range[i].from + m->range[i].filesz;
	}
	m->span = (m->span + m->page - 1) & ~(m->page - 1);
	m->memory = arena_alloc(a, m->nmemory, 16);
	for (unsigned i = 0; segment_at(m, i, &p); i++) {
		if (p.p_type == PT_LOAD)
			memcpy(m->memory + p.p_vaddr, m->file + p.p_offset, p.p_filesz);
	}
	return 0;
}

/* ---- what the other program headers and the dynamic section say */

static int read_others(struct diags *d, struct member *m)
{
	Elf64_Phdr p;

	for (unsigned i = 0; segment_at(m, i, &p); i++) {
		struct member_table t = { p.p_vaddr, p.p_filesz };

		if (p.p_type == PT_GNU_EH_FRAME)
			m->frames = t;
		if (p.p_type == PT_GNU_RELRO)
			m->relro = (struct member_table) { p.p_vaddr, p.p_memsz };
		if (p.p_type == PT_DYNAMIC) {
			m->dynamic = member_bytes(m, t.at, t.size);
			m->ndynamic = t.size / sizeof(*m->dynamic);
		}
		if (p.p_type == PT_TLS) {
			m->tls = t;
			m->tls_memsz = p.p_memsz;
			m->tls_align = p.p_align ? p.p_align : 1;
		}
	}
	if (!m->dynamic)
		return member_bad(d, m, "it has no dynamic section");
	if (m->tls_memsz && (m->tls_align & (m->tls_align - 1) || m->tls.at % m->tls_align ||
				    !member_bytes(m, m->tls.at, m->tls.size)))
		return member_bad(d, m, "its thread-local variables are not where they should be");
	return 0;
}

/* where the value of a tag goes; a tag that is in no row has nothing to do with a bundle */
struct tag_row {
	Elf64_Sxword tag;
	size_t field; /* of struct member: a member_table */
	bool is_size;
};
#define AT(tag, field)   { tag, offsetof(struct member, field), false }
#define SIZE(tag, field) { tag, offsetof(struct member, field), true }
static const struct tag_row tag_rows[] = {
	AT(DT_RELA, rela),
	SIZE(DT_RELASZ, rela),
	AT(DT_JMPREL, plt),
	SIZE(DT_PLTRELSZ, plt),
	AT(DT_RELR, relr),
	SIZE(DT_RELRSZ, relr),
	AT(DT_INIT_ARRAY, init),
	SIZE(DT_INIT_ARRAYSZ, init),
	AT(DT_FINI_ARRAY, fini),
	SIZE(DT_FINI_ARRAYSZ, fini),
	AT(DT_VERNEED, verneed),
};

/* tags that a bundle could not carry over for one member */
static const struct {
	Elf64_Sxword tag;
	const char *problem;
} refused_tags[] = {
	{ DT_INIT, "it has an _init function" },
	{ DT_FINI, "it has a _fini function" },
	{ DT_REL, "it has relocations without addends" },
	{ DT_TEXTREL, "its code is relocated" },
	{ DT_VERDEF, "it defines symbol versions" },
	{ DT_PREINIT_ARRAY, "it has a preinit array" },
	{ DT_SYMBOLIC, "it is linked with -Bsymbolic" },
};

static int take_tag(struct diags *d, struct member *m, const Elf64_Dyn *t,
	struct member_table *symbols, struct member_table *strings, uint64_t *versym)
{
	for (size_t i = 0; i < sizeof(tag_rows) / sizeof(tag_rows[0]); i++) {
		struct member_table *field = (void *)((char *)m + tag_rows[i].field);

		if (tag_rows[i].tag == t->d_tag)
			*(tag_rows[i].is_size ? &field->size : &field->at) = t->d_un.d_val;
	}
	for (size_t i = 0; i < sizeof(refused_tags) / sizeof(refused_tags[0]); i++) {
		if (refused_tags[i].tag == t->d_tag)
			return member_bad(d, m, refused_tags[i].problem);
	}
	if (t->d_tag == DT_STRTAB)
		strings->at = t->d_un.d_ptr;
	if (t->d_tag == DT_STRSZ)
		strings->size = t->d_un.d_val;
	if (t->d_tag == DT_SYMTAB)
		symbols->at = t->d_un.d_ptr;
	if (t->d_tag == DT_VERSYM)
		*versym = t->d_un.d_ptr;
	if (t->d_tag == DT_VERNEEDNUM)
		m->nverneed = (uint32_t)t->d_un.d_val;
	if (t->d_tag == DT_FLAGS && t->d_un.d_val & DF_STATIC_TLS)
		m->static_tls = true;
	return 0;
}

/* the dynamic section does not tell how many symbols there are; the section headers do */
static uint64_t symbols_size(const struct member *m, uint64_t at)
{
	const Elf64_Ehdr *h = elf_header(m);
	Elf64_Shdr s;

	for (unsigned i = 0; i < h->e_shnum; i++) {
		memcpy(&s, m->file + h->e_shoff + i * sizeof(s), sizeof(s));
		if (s.sh_type == SHT_DYNSYM && s.sh_addr == at)
			return s.sh_size;
	}
	return 0;
}

static int check_tables(struct diags *d, const struct member *m)
{
	const struct member_table *const tables[] = { &m->rela, &m->plt, &m->relr, &m->init,
		&m->fini, &m->frames };

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (tables[i]->at % 4 || !member_bytes(m, tables[i]->at, tables[i]->size))
			return member_bad(
				d, m, "a table of its dynamic section is outside of its memory");
	}
	if (m->relro.size && (m->relro.at > m->span || m->relro.size > m->span - m->relro.at))
		return member_bad(d, m, "its read-only data is outside of its memory");
	return 0;
}

static int read_dynamic(struct diags *d, struct member *m)
{
	struct member_table symbols = { 0 }, strings = { 0 };
	uint64_t versym = 0;

	for (uint64_t i = 0; i < m->ndynamic && m->dynamic[i].d_tag != DT_NULL; i++) {
		if (take_tag(d, m, &m->dynamic[i], &symbols, &strings, &versym))
			return -1;
	}
	symbols.size = symbols_size(m, symbols.at);
	m->symbols = member_bytes(m, symbols.at, symbols.size);
	m->nsymbols = (uint32_t)(symbols.size / sizeof(*m->symbols));
	m->strings = member_bytes(m, strings.at, strings.size);
	m->nstrings = strings.size;
	if (!m->nsymbols || !m->symbols || !m->strings || !m->nstrings ||
		m->strings[m->nstrings - 1])
		return member_bad(
			d, m, "its dynamic symbols or their names are outside of its memory");
	if (versym) {
		m->versym = member_bytes(m, versym, m->nsymbols * sizeof(*m->versym));
		if (!m->versym || versym % sizeof(*m->versym))
			return member_bad(d, m, "its symbol versions are outside of its memory");
	}
	return check_tables(d, m);
}

const char *member_string(const struct member *m, uint64_t offset)
{
	return offset < m->nstrings ? m->strings + offset : NULL;
}

/* ordinary symbols of one member would be found for another one's: a library of its own it stays */
static int check_exports(struct diags *d, const struct member *m)
{
	for (uint32_t i = 1; i < m->nsymbols; i++) {
		const char *name = member_string(m, m->symbols[i].st_name);

		if (!name)
			return member_bad(d, m, "a dynamic symbol has no name");
		if (m->symbols[i].st_shndx != SHN_UNDEF && strcmp(name, IMG_ROOT_SYMBOL))
			return diag_err(d, m->in.at,
				"'%s' cannot be a member of a bundle: it exports symbols of its "
				"own, as '%s'; programs link against such a library",
				m->in.path, name);
	}
	return 0;
}

int member_read(struct arena *a, struct diags *d, struct member *m)
{
	m->page = SMALLEST_PAGE;
	if (open_file(d, m) || check(d, m) || read_segments(a, d, m) || read_others(d, m) ||
		read_dynamic(d, m))
		return -1;
	m->machine = elf_header(m)->e_machine;
	return check_exports(d, m);
}
