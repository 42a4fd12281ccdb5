/* A link against libc's stub mentions a handful of its 3,000 symbols. Whatever else the stub has is
 * read, written, hashed and resolved by LLD for nothing, which takes longer than all the rest of a
 * small link. So the symbol tables of the inputs are read first.
 *
 * Everything that is not understood here is said to mention unknown names, never that it mentions
 * none. The reader checks each offset: broken objects are LLD's to report. */
#include "driver/mentions.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "driver/mentions_coff.h"

/* ---- the set */

static uint64_t hash(const char *s, size_t n)
{
	uint64_t h = 0xcbf29ce484222325; /* FNV-1a */

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3;
	return h ^ h >> 32;
}

static struct mention *slot_of(const struct mentions *m, const char *name, size_t n)
{
	size_t i = (size_t)hash(name, n) & (m->cap - 1);

	while (m->slots[i].name &&
		(m->slots[i].length != n || memcmp(m->slots[i].name, name, n) != 0))
		i = (i + 1) & (m->cap - 1);
	return &m->slots[i];
}

static void grow(struct arena *a, struct mentions *m)
{
	struct mentions old = *m;

	m->cap = old.cap ? 2 * old.cap : 128;
	m->slots = arena_array(a, struct mention, m->cap);
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].name)
			*slot_of(m, old.slots[i].name, old.slots[i].length) = old.slots[i];
}

struct mention *mentions_add(struct arena *a, struct mentions *m, const char *name, size_t n)
{
	struct mention *s;

	if (2 * m->n >= m->cap)
		grow(a, m);
	s = slot_of(m, name, n);
	if (!s->name) {
		*s = (struct mention) { .name = str_ndup(a, name, n), .length = (uint32_t)n };
		m->lengths[(unsigned char)name[0]] |= (uint64_t)1 << (n % 64);
		m->n++;
	}
	return s;
}

bool mentions_has(const void *ctx, const char *name, size_t n)
{
	const struct mentions *m = ctx;

	return slot_of(m, name, n)->name;
}

/* ---- ELF */

struct object {
	const uint8_t *at;
	uint64_t size;
	bool is64, little;
};

/* `bytes` of the object at `at`; 0 if they are not there, which every user must be safe with */
static uint64_t get(const struct object *o, uint64_t at, unsigned bytes)
{
	uint64_t v = 0;

	if (at > o->size || bytes > o->size - at)
		return 0;
	for (unsigned i = 0; i < bytes; i++)
		v = v << 8 | o->at[at + (o->little ? bytes - 1 - i : i)];
	return v;
}

#define FIELD(o, at, type, member)                                                                 \
	((o)->is64 ? get(o, (at) + offsetof(Elf64_##type, member),                                 \
			     sizeof(((Elf64_##type *)0)->member))                                  \
		   : get(o, (at) + offsetof(Elf32_##type, member),                                 \
			     sizeof(((Elf32_##type *)0)->member)))
#define SIZE_OF(o, type) ((o)->is64 ? sizeof(Elf64_##type) : sizeof(Elf32_##type))

/* [at, at + size) lies within the object */
static bool is_within(const struct object *o, uint64_t at, uint64_t size)
{
	return at <= o->size && size <= o->size - at;
}

struct table {
	uint64_t at, size;
};

static struct table section(const struct object *o, uint64_t header)
{
	return (struct table) { FIELD(o, header, Shdr, sh_offset),
		FIELD(o, header, Shdr, sh_size) };
}

/* one symbol; returns whether its name is one */
static bool read_symbol(struct arena *a, struct mentions *m, const struct object *o,
	uint64_t symbol, struct table names)
{
	uint64_t at = FIELD(o, symbol, Sym, st_name);
	unsigned shndx = (unsigned)FIELD(o, symbol, Sym, st_shndx);
	unsigned bind = ELF64_ST_BIND((unsigned)FIELD(o, symbol, Sym, st_info));
	const char *name = (const char *)o->at + names.at + at;
	const char *end = at < names.size ? memchr(name, 0, names.size - at) : NULL;
	struct mention *s;

	if (!end)
		return false;
	if (end == name)
		return true;
	/* NAME@VERSION, by .symver */
	s = mentions_add(a, m, name, name[0] == '@' ? (size_t)(end - name) : strcspn(name, "@"));
	s->defined |= shndx != SHN_UNDEF;
	s->wanted |= shndx == SHN_UNDEF && bind != STB_WEAK;
	return true;
}

static bool read_symbols(struct arena *a, struct mentions *m, const struct object *o,
	uint64_t header, uint64_t first_header, uint64_t nheaders)
{
	struct table t = section(o, header), names;
	uint64_t link = FIELD(o, header, Shdr, sh_link), each = SIZE_OF(o, Sym);

	if (link >= nheaders)
		return false;
	names = section(o, first_header + link * SIZE_OF(o, Shdr));
	if (!is_within(o, t.at, t.size) || !is_within(o, names.at, names.size))
		return false;
	for (uint64_t i = FIELD(o, header, Shdr, sh_info); i < t.size / each; i++)
		if (!read_symbol(a, m, o, t.at + i * each, names))
			return false;
	return true;
}

/* its bytes ask LLD for more libraries, or may be bitcode to it */
static bool is_of_unknown_names(uint64_t type)
{
	enum { LLVM_DEPENDENT_LIBRARIES = 0x6fff4c04, LLVM_LTO = 0x6fff4c0c };

	return type == LLVM_DEPENDENT_LIBRARIES || type == LLVM_LTO;
}

static bool read_elf(struct arena *a, struct mentions *m, const uint8_t *bytes, uint64_t size)
{
	struct object o = { bytes, size, false, false };
	uint64_t headers, n;

	if (size < sizeof(Elf64_Ehdr) || memcmp(bytes, ELFMAG, SELFMAG) != 0)
		return false;
	o.is64 = bytes[EI_CLASS] == ELFCLASS64;
	o.little = bytes[EI_DATA] == ELFDATA2LSB;
	headers = FIELD(&o, 0, Ehdr, e_shoff);
	n = FIELD(&o, 0, Ehdr, e_shnum);
	if (FIELD(&o, 0, Ehdr, e_type) != ET_REL || !headers)
		return false;
	if (!n) /* more than fit the field */
		n = FIELD(&o, headers, Shdr, sh_size);
	if (n > size || !is_within(&o, headers, n * SIZE_OF(&o, Shdr)))
		return false;
	for (uint64_t i = 0, h = headers; i < n; i++, h += SIZE_OF(&o, Shdr)) {
		uint64_t type = FIELD(&o, h, Shdr, sh_type);

		if (is_of_unknown_names(type) ||
			(type == SHT_SYMTAB && !read_symbols(a, m, &o, h, headers, n)))
			return false;
	}
	return true;
}

static bool read_object(struct arena *a, struct mentions *m, const uint8_t *bytes, uint64_t size)
{
	return m->coff ? mentions_read_coff(a, m, bytes, size) : read_elf(a, m, bytes, size);
}

/* ---- archives: 60-byte headers, the size of a member in decimal at 48 */

static bool read_member_size(const uint8_t *header, uint64_t *out)
{
	*out = 0;
	if (header[58] != '`' || header[59] != '\n')
		return false;
	for (int i = 48; i < 58 && header[i] != ' '; i++) {
		if (header[i] < '0' || header[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t)(header[i] - '0');
	}
	return true;
}

static bool read_archive(struct arena *a, struct mentions *m, const uint8_t *bytes, uint64_t size)
{
	enum { HEADER = 60 };
	uint64_t member, at = 8;

	while (at < size) {
		const uint8_t *h = bytes + at;

		if (HEADER > size - at || !read_member_size(h, &member) ||
			member > size - at - HEADER)
			return false;
		/* "/" and "/SYM64/" index, "//" long names; others end in '/' or are "/123" */
		if (!(h[0] == '/' && (h[1] == ' ' || h[1] == '/' || h[1] == 'S')) &&
			!read_object(a, m, h + HEADER, member))
			return false;
		at += HEADER + member + (member & 1);
	}
	return true;
}

/* ---- files and words */

enum { SMALL_FILE = 16 * 1024 };

static bool read_bytes(struct arena *a, struct mentions *m, const uint8_t *bytes, uint64_t size)
{
	static const char magic[] = "!<arch>\n";

	if (size >= sizeof(magic) - 1 && memcmp(bytes, magic, sizeof(magic) - 1) == 0)
		return read_archive(a, m, bytes, size);
	return read_object(a, m, bytes, size);
}

/* A small file is read faster than it is mapped. returns MAP_FAILED if it cannot be had */
static void *take_bytes(struct arena *a, int fd, size_t size)
{
	void *bytes;

	if (size > SMALL_FILE)
		return mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	bytes = arena_alloc(a, size, 1);
	return pread(fd, bytes, size, 0) == (ssize_t)size ? bytes : MAP_FAILED;
}

static bool read_file(struct arena *a, struct mentions *m, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *bytes = MAP_FAILED;
	struct stat st;
	bool known;

	if (fd < 0)
		return false;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > 0)
		bytes = take_bytes(a, fd, (size_t)st.st_size);
	close(fd);
	if (bytes == MAP_FAILED)
		return false;
	known = read_bytes(a, m, bytes, (uint64_t)st.st_size);
	if (st.st_size > SMALL_FILE)
		munmap(bytes, (size_t)st.st_size);
	return known;
}

static bool is_of_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.' || c == '$';
}

/* Scripts and libraries that LLD looks for itself mention what is not seen here; other words may
 * name symbols, so whatever could be a name in them counts as one ("--defsym=a=b+4"). */
static bool read_word(struct arena *a, struct mentions *m, const char *word)
{
	static const char *const unknown[] = { "-T", "--script", "-script", "-l", "--library",
		"-library", "-R", "--just-symbols", "-just-symbols", "@", "-plugin-opt",
		"--plugin-opt", "--fat-lto-objects", "--default-script", "-dT" };

	for (size_t i = 0;
		(word[0] == '-' || word[0] == '@') && i < sizeof(unknown) / sizeof(unknown[0]); i++)
		if (str_starts(word, unknown[i]))
			return false;
	for (const char *s = word, *end; *s; s = end + (*end != 0)) {
		for (end = s; is_of_name(*end); end++)
			;
		if (end != s && m->coff)
			mentions_add_coff(a, m, s, (size_t)(end - s));
		else if (end != s)
			mentions_add(a, m, s, (size_t)(end - s));
	}
	return true;
}

bool mentions_read(struct arena *a, const struct link_plan *plan, struct mentions *out)
{
	*out = (struct mentions) { .coff = plan->flavor == PLAN_MINGW };
	grow(a, out);
	for (size_t i = 0; i < plan->argv.n; i++)
		if (!read_word(a, out, plan->argv.v[i]))
			return false;
	for (size_t i = 0; i < plan->nmakes; i++) {
		const struct plan_make *m = &plan->makes[i];

		if ((m->kind == PLAN_IR || m->kind == PLAN_IR_ARCHIVE) &&
			(!m->ready || !read_file(a, out, m->ready)))
			return false;
		if (m->kind == PLAN_TEXT && out->coff && !read_word(a, out, m->source))
			return false;
	}
	for (size_t i = 0; i < plan->ninputs; i++)
		if (!read_file(a, out, plan->inputs[i].text))
			return false;
	return true;
}
