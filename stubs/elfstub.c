/* The list of an ELF interface stub: its reader and the tables. The writer is elfwrite.c. */
#include "stubs/elfstub.h"

#include <string.h>

#include "base/file.h"
#include "base/str.h"

#define LIST_LIMIT (16u << 20) /* bytes of a list file; libstdc++'s has 0.4 MiB */
#define MAX_ERRORS 20          /* of one file; more tell nothing new */
#define RECENT     64          /* slots of struct reader.recent */
#define MAX_DEPTH  3           /* of lists that are based on one another */

/* LLVM names of architectures. e_flags: what a linker other than LLD would want to see */
static const struct {
	const char *arch;
	struct stub_machine m;
} machines[] = {
	{ "aarch64", { 183, true, true, 0, 0 } },
	{ "aarch64_be", { 183, true, false, 0, 0 } },
	{ "arm", { 40, false, true, 0x05000400, 0 } }, /* EABI 5, hard float */
	{ "armeb", { 40, false, false, 0x05000400, 0 } },
	{ "i386", { 3, false, true, 0, 0 } },
	{ "i686", { 3, false, true, 0, 0 } },
	{ "loongarch64", { 258, true, true, 0x43, 0 } }, /* double float, object ABI 1 */
	{ "mips", { 8, false, false, 0x70001000, 0 } },  /* o32, mips32r2 */
	{ "mips64", { 8, true, false, 0x80000000, 0 } }, /* n64, mips64r2 */
	{ "mips64el", { 8, true, true, 0x80000000, 0 } },
	{ "mipsel", { 8, false, true, 0x70001000, 0 } },
	{ "powerpc", { 20, false, false, 0, 0 } },
	{ "powerpc64", { 21, true, false, 2, 0x60 } }, /* ELFv2 */
	{ "powerpc64le", { 21, true, true, 2, 0x60 } },
	{ "riscv32", { 243, false, true, 5, 0 } }, /* double float, compressed */
	{ "riscv64", { 243, true, true, 5, 0 } },
	{ "s390x", { 22, true, false, 0, 0 } },
	{ "x86_64", { 62, true, true, 0, 0 } },
};

const struct stub_machine *stub_machine_find(const char *arch)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		if (str_eq(machines[i].arch, arch))
			return &machines[i].m;
	}
	return NULL;
}

bool stub_elf_image_defines(const char *name)
{
	static const char *const names[] = {
		"__dso_handle",
		"at_quick_exit",
		"atexit",
		"pthread_atfork",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq(names[i], name))
			return true;
	}
	return false;
}

const char *stub_libgcc_remedy(const char *name)
{
	static const struct {
		const char *prefix, *remedy;
	} rows[] = {
		{ "__aarch64_", "libgcc.a alone has it: compile with -mno-outline-atomics" },
		{ "__riscv_save_", "libgcc.a alone has it: compile with -mno-save-restore" },
		{ "__riscv_restore_", "libgcc.a alone has it: compile with -mno-save-restore" },
		{ "__cpu_model", "libgcc.a alone has it: do without __builtin_cpu_supports and "
				 "target_clones" },
		{ "__morestack", "libgcc.a alone has it: compile without -fsplit-stack" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (str_starts(name, rows[i].prefix))
			return rows[i].remedy;
	}
	return NULL;
}

const struct stub_symbol *stub_list_find(const struct stub_list *l, const char *name)
{
	size_t lo = 0, hi = l->nsymbols;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = strcmp(l->symbols[mid].name, name);

		if (!order)
			return &l->symbols[mid];
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* is `arch` one of the words of "x86_64,i386"? */
static bool names_machine(const char *list, const char *arch)
{
	size_t n = strlen(arch);

	for (const char *s = list;; s++) {
		if (strncmp(s, arch, n) == 0 && (s[n] == ',' || !s[n]))
			return true;
		s += strcspn(s, ",");
		if (!*s)
			return false;
	}
}

void stub_list_narrow(struct stub_list *l, const char *arch)
{
	size_t n = 0;

	if (str_eq(arch, "thumb")) /* Windows' name of the other half */
		arch = "arm";
	for (size_t i = 0; i < l->nsymbols; i++) {
		struct stub_symbol *s = &l->symbols[i];

		if (s->on && !names_machine(s->on, arch))
			continue;
		s->stdcall &= str_eq(arch, "i386");
		l->symbols[n++] = *s;
	}
	l->nsymbols = n;
}

bool stub_list_has(const struct stub_list *l, const char *name)
{
	return stub_list_find(l, name) != NULL;
}

/* ---- the reader */

struct reader {
	struct arena *mem;
	struct diags *d;
	struct stub_list *list;
	const char *start; /* of the line */
	unsigned line;
	unsigned errors;
	struct base *base;                /* NULL: none */
	unsigned depth;                   /* how many lists are based on it */
	const struct stub_filter *filter; /* NULL: all symbols are wanted */
	struct kept *kept;                /* lists that were read earlier, or NULL */
	uint16_t recent[RECENT];          /* versions, by a hash of their names; 0 = none */
};

/* A list may start from another one: it then only says what differs. Both are sorted, so they are
 * merged as the lines come. */
#define NOT_TAKEN UINT32_MAX
#define NO_MATCH  UINT16_MAX

struct base {
	struct stub_list list;
	size_t next;        /* its first symbol that is neither taken nor replaced */
	uint32_t *taken;    /* [nsymbols] their places in the new list, or NOT_TAKEN */
	uint16_t *versions; /* [nversions] what they are called now, or NO_MATCH: the same */
};

/* the words of a line; w[n..] are NULL */
#define MAX_WORDS    7
#define SYMBOL_WORDS "NAME VERSION KIND SIZE [=NAME] [@BYTES] [on:CPU,...]"
struct words {
	char *w[MAX_WORDS + 1];
	size_t n;
};

static struct loc place(const struct reader *r, const char *word)
{
	return (struct loc) {
		.file = r->list->path, .line = r->line, .col = (unsigned)(word - r->start) + 1
	};
}

/* Split at blanks, in place; at most MAX_WORDS + 1 words are told apart. */
static void split(char *s, struct words *out)
{
	*out = (struct words) { 0 };
	while (*s && out->n <= MAX_WORDS) {
		while (*s == ' ' || *s == '\t')
			s++;
		if (!*s)
			return;
		out->w[out->n++] = s;
		while (*s && *s != ' ' && *s != '\t')
			s++;
		if (*s)
			*s++ = '\0';
	}
}

static int read_size(struct reader *r, const char *word, uint64_t *out, bool *pointers)
{
	uint64_t v = 0;

	*pointers = false;
	for (const char *s = word; *s; s++) {
		*pointers = s > word && *s == 'p' && !s[1];
		if (*pointers)
			break;
		if (*s >= '0' && *s <= '9')
			v = v * 10 + (uint64_t)(*s - '0');
		if (*s < '0' || *s > '9' || v > UINT32_MAX)
			return diag_err(r->d, place(r, word),
				"a size in bytes (or in pointers: 2p) below 4 GiB is wanted, got "
				"'%s'",
				word);
	}
	*out = v;
	return 0;
}

static int read_kind(struct reader *r, const char *word, uint8_t *out)
{
	static const char letters[] = "fotg";
	const char *at = word[0] && !word[1] ? strchr(letters, word[0]) : NULL;

	if (!at)
		return diag_err(r->d, place(r, word),
			"a kind of symbol is wanted: f or g (function), o (object) or t "
			"(thread-local), got '%s'",
			word);
	*out = (uint8_t)(at - letters);
	return 0;
}

/* The index of a version, or 0 for "-". A library has a few dozen; the one that was last seen with
 * the same length and end is nearly always the one. */
static uint16_t intern_version(struct reader *r, const char *word)
{
	struct stub_list *l = r->list;
	size_t n = strlen(word);
	uint16_t *recent = &r->recent[(n * 10 + (unsigned char)word[n - 1]) % RECENT];

	if (str_eq(word, "-"))
		return 0;
	if (*recent && str_eq(l->versions[*recent - 1], word))
		return *recent;
	for (size_t i = 0; i < l->nversions; i++) {
		if (str_eq(l->versions[i], word))
			return *recent = (uint16_t)(i + 1);
	}
	arena_push_room(r->mem, l->versions, l->nversions, l->versions_cap);
	l->versions[l->nversions++] = word;
	return *recent = (uint16_t)l->nversions;
}

/* "version NAME", above all symbols: its place in the order */
static int read_version(struct reader *r, const struct words *w)
{
	if (!intern_version(r, w->w[1]))
		return diag_err(
			r->d, place(r, w->w[0]), "a version wants a name, got '%s'", w->w[1]);
	return 0;
}

static bool is_wanted(const struct stub_filter *f, const char *name, size_t n)
{
	return f->lengths[(unsigned char)name[0]] >> (n % 64) & 1 && f->has(f->ctx, name, n);
}

static int read_file(
	const struct reader *like, struct loc at, const char *path, struct stub_list *out);

/* ---- lists that start from another one */

/* "base FILE", relative to this one; behind the head, before all else */
static int read_base(struct reader *r, const struct words *w)
{
	const char *slash = strrchr(r->list->path, '/');
	struct loc at = place(r, w->w[1]);
	struct reader deeper = *r;
	const char *path;
	struct base *b;

	deeper.depth++;
	if (r->depth == MAX_DEPTH)
		return diag_err(r->d, at,
			"lists are based on one another more than %d deep; in a circle?",
			MAX_DEPTH);
	if (r->base || r->list->nversions || r->list->nsymbols)
		return diag_err(r->d, at, "one 'base' is wanted, above versions and symbols");
	path = str_fmt(r->mem, "%.*s%s", slash ? (int)(slash - r->list->path + 1) : 0,
		r->list->path, w->w[1]);
	b = arena_new(r->mem, struct base);
	if (read_file(&deeper, at, path, &b->list))
		return -1;
	b->taken = arena_array(r->mem, uint32_t, b->list.nsymbols + 1);
	b->versions = arena_array(r->mem, uint16_t, b->list.nversions + 1);
	memset(b->versions, 0xff, b->list.nversions * sizeof(*b->versions)); /* NO_MATCH */
	r->base = b;
	return 0;
}

/* "as OLD NEW": symbols of the base's version OLD have the version NEW here */
static int read_as(struct reader *r, const struct words *w)
{
	for (size_t i = 0; r->base && i < r->base->list.nversions; i++) {
		if (!str_eq(r->base->list.versions[i], w->w[1]))
			continue;
		r->base->versions[i] = intern_version(r, w->w[2]);
		return 0;
	}
	if (r->base && r->filter) /* no wanted symbol has it */
		return 0;
	return diag_err(r->d, place(r, w->w[1]), "no base has the version '%s'", w->w[1]);
}

static void take_symbol(struct reader *r, size_t i)
{
	struct stub_list *l = r->list;
	struct base *b = r->base;
	struct stub_symbol s = b->list.symbols[i];
	uint32_t *first = &b->taken[s.same];

	if (s.version) {
		uint16_t *now = &b->versions[s.version - 1];

		if (*now == NO_MATCH)
			*now = intern_version(r, b->list.versions[s.version - 1]);
		s.version = *now;
	}
	b->taken[i] = (uint32_t)l->nsymbols;
	if (*first == NOT_TAKEN) /* the name it was another name of is gone */
		*first = (uint32_t)l->nsymbols;
	s.same = *first;
	arena_push_room(r->mem, l->symbols, l->nsymbols, l->symbols_cap);
	l->symbols[l->nsymbols++] = s;
}

/* Take the base's symbols before `name` (NULL: all that are left) and leave out that one, for which
 * the next symbol stands if `replaced`. returns whether there was one */
static bool take_base(struct reader *r, const char *name, bool replaced)
{
	struct base *b = r->base;

	for (; b && b->next < b->list.nsymbols; b->next++) {
		int order = name ? strcmp(b->list.symbols[b->next].name, name) : -1;

		if (order > 0)
			return false;
		if (order < 0) {
			take_symbol(r, b->next);
			continue;
		}
		b->taken[b->next++] = replaced ? (uint32_t)r->list->nsymbols : NOT_TAKEN;
		return true;
	}
	return false;
}

/* "drop NAME": a symbol of the base that is not here */
static int read_drop(struct reader *r, const struct words *w)
{
	if (take_base(r, w->w[1], false))
		return 0;
	if (r->filter && !is_wanted(r->filter, w->w[1], strlen(w->w[1])))
		return 0;
	return diag_err(r->d, place(r, w->w[1]),
		"'%s' is no symbol of the base, or belongs above this line", w->w[1]);
}

/* ---- lines */

/* "x86_64,i386": known machines with commas between them */
static int check_machines(struct reader *r, const char *word, const char *list)
{
	for (const char *s = list;; s++) {
		size_t n = strcspn(s, ",");
		const char *one = str_ndup(r->mem, s, n);

		if (!stub_machine_find(one))
			return diag_err(
				r->d, place(r, word), "no architecture is called '%s'", one);
		s += n;
		if (!*s)
			return 0;
	}
}

/* "=NAME": an object is another name of NAME, which stands above it; a function is called NAME in
 * its DLL */
static int read_same(struct reader *r, const char *word, struct stub_symbol *s)
{
	const struct stub_symbol *same;

	if (s->kind == STUB_FUNCTION && word[1]) {
		s->other = word + 1;
		return 0;
	}
	same = stub_list_find(r->list, word + 1);
	if (!same && r->filter && s->kind == STUB_OBJECT)
		return 0;
	if (!same || same->kind != STUB_OBJECT || s->kind != STUB_OBJECT)
		return diag_err(r->d, place(r, word),
			"'%s' wants an object above this line, and "
			"to stand behind an object",
			word);
	s->same = same->same;
	return 0;
}

/* one word behind the size */
static int read_mark(struct reader *r, char *word, struct stub_symbol *s)
{
	uint64_t bytes;
	bool pointers;

	if (word[0] == '=')
		return read_same(r, word, s);
	if (word[0] == '@') {
		if (read_size(r, word + 1, &bytes, &pointers))
			return -1;
		s->stdcall = true;
		s->args = (uint32_t)bytes;
		return 0;
	}
	if (str_starts(word, "on:")) {
		s->on = word + 3;
		return check_machines(r, word, s->on);
	}
	return diag_err(r->d, place(r, word),
		"the end of the line, =NAME, @BYTES or on:CPU,... is wanted, got '%s'", word);
}

static int read_symbol(struct reader *r, const struct words *w)
{
	struct stub_list *l = r->list;
	const struct stub_symbol *last = l->nsymbols ? &l->symbols[l->nsymbols - 1] : NULL;
	struct stub_symbol s = { .name = w->w[0] };
	int order = last ? strcmp(last->name, s.name) : -1;

	if (w->n < 4)
		return diag_err(r->d, place(r, w->w[0]), SYMBOL_WORDS " is wanted, got %zu word%s",
			w->n, w->n == 1 ? "" : "s");
	if (w->n > MAX_WORDS)
		return diag_err(r->d, place(r, w->w[MAX_WORDS]),
			"the end of the line is wanted, got '%s'", w->w[MAX_WORDS]);
	if (order > 0 || (order == 0 && !last->on))
		return diag_err(r->d, place(r, s.name),
			"'%s' stands behind '%s'; names are wanted in ascending order, each once",
			s.name, last->name);
	take_base(r, s.name, true);
	s.same = (uint32_t)l->nsymbols;
	if (read_kind(r, w->w[2], &s.kind) || read_size(r, w->w[3], &s.size, &s.pointers))
		return -1;
	for (size_t i = 4; i < w->n; i++) {
		if (read_mark(r, w->w[i], &s))
			return -1;
	}
	if (order == 0 && !s.on)
		return diag_err(r->d, place(r, s.name),
			"'%s' stands behind '%s'; names are wanted in ascending order, each once",
			s.name, s.name);
	if (l->nversions == UINT16_MAX / 4 || l->nsymbols == UINT32_MAX / 4)
		return diag_err(r->d, place(r, s.name), "the list is too large for an ELF file");
	s.version = intern_version(r, w->w[1]);
	arena_push_room(r->mem, l->symbols, l->nsymbols, l->symbols_cap);
	l->symbols[l->nsymbols++] = s;
	return 0;
}

/* "soname NAME" and "machine ARCH", the first two lines that say anything; 0: taken, 1: not one */
static int read_head(struct reader *r, const struct words *w)
{
	struct stub_list *l = r->list;
	const char **into = !l->soname ? &l->soname : &l->machine;
	const char *key = !l->soname ? "soname" : "machine";

	if (l->machine)
		return 1;
	*into = w->n == 2 && str_eq(w->w[0], key) ? w->w[1] : "";
	if (!**into)
		return diag_err(r->d, place(r, w->w[0]), "'%s %s' is wanted, got '%s'", key,
			l->machine ? "ARCHITECTURE" : "NAME", w->w[0]);
	if (l->machine && !str_eq(l->machine, "any") && !stub_machine_find(l->machine))
		return diag_err(
			r->d, place(r, w->w[1]), "no architecture is called '%s'", l->machine);
	return 0;
}

static const struct {
	const char *key;
	size_t words;
	int (*read)(struct reader *, const struct words *);
} statements[] = {
	{ "base", 2, read_base },
	{ "version", 2, read_version },
	{ "as", 3, read_as },
	{ "drop", 2, read_drop },
};
enum { STATEMENTS = sizeof(statements) / sizeof(statements[0]) };

static void read_line(struct reader *r, char *line)
{
	struct words w;
	int rc;

	r->start = line;
	if (line[0] == '#')
		return;
	split(line, &w);
	if (!w.n)
		return;
	rc = read_head(r, &w);
	for (size_t i = 0; rc == 1 && i < STATEMENTS; i++) {
		if (w.n == statements[i].words && str_eq(w.w[0], statements[i].key))
			rc = statements[i].read(r, &w);
	}
	if (rc == 1)
		rc = read_symbol(r, &w);
	r->errors += rc != 0;
}

/* ---- files */

/* bytes of the line's first word, if that is the name of a symbol; else 0 */
static size_t symbol_length(const char *line)
{
	size_t n = strcspn(line, " \t");

	for (size_t i = 0; i < STATEMENTS; i++)
		if (strncmp(statements[i].key, line, n) == 0 && !statements[i].key[n])
			return 0;
	return n;
}

/* Is the line one of a symbol that is not wanted? Most lines are, of some thousands that a link
 * reads, and most of those are by their first letter. */
static bool is_passed_over(const struct reader *r, const char *line)
{
	const struct stub_filter *f = r->filter;
	size_t n;

	if (!f || !r->list->machine || line[0] == ' ' || line[0] == '\t')
		return false;
	if (!f->lengths[(unsigned char)line[0]] && !strchr("abdv", line[0])) /* statements' */
		return true;
	n = symbol_length(line);
	return n && !is_wanted(f, line, n);
}

static struct reader reader_like(const struct reader *like, struct stub_list *list)
{
	return (struct reader) { .mem = like->mem,
		.d = like->d,
		.list = list,
		.depth = like->depth,
		.filter = like->filter,
		.kept = like->kept };
}

/* behind the last line */
static int finish(struct reader *r, struct stub_list *out)
{
	struct loc top = { .file = r->list->path };

	if (r->errors == MAX_ERRORS)
		diag_note(r->d, top, "%d errors; the rest of the file was not read", MAX_ERRORS);
	if (!r->errors && !r->list->machine)
		return diag_err(r->d, top, "'soname NAME' and 'machine ARCHITECTURE' are wanted");
	if (r->errors)
		return -1;
	take_base(r, NULL, false);
	*out = *r->list;
	return 0;
}

/* the end of a line, where a NUL is put */
static char *cut_line(char *s, char *end)
{
	char *nl = memchr(s, '\n', (size_t)(end - s));

	nl = nl ? nl : end;
	*nl = '\0';
	return nl;
}

/* `like` says who reads, for whom, and what */
static int parse(
	const struct reader *like, const char *path, char *text, size_t size, struct stub_list *out)
{
	struct stub_list list = { .path = path };
	struct reader r = reader_like(like, &list);
	struct loc top = { .file = path };
	char *end = text + size;

	if (memchr(text, 0, size))
		return diag_err(r.d, top, "a list of symbols is text, this file is not");
	for (char *s = text, *nl; s < end && r.errors < MAX_ERRORS; s = nl + 1) {
		nl = cut_line(s, end);
		r.line++;
		if (!is_passed_over(&r, s))
			read_line(&r, s);
	}
	return finish(&r, out);
}

/* ---- files that are kept: their lines, for a choice of them to be read */

struct kept_line {
	const char *text;
	unsigned number;
	unsigned n; /* bytes of the symbol's name; 0: the line is none of a symbol */
};

struct kept_list {
	struct stub_list list; /* what stands above the lines below */
	uint16_t recent[RECENT];
	struct kept_line *lines;
	size_t nlines, lines_cap;
};

static bool is_of_head(const struct reader *r, const char *line)
{
	return !r->list->machine || !*line || *line == '#' || str_starts(line, "version ");
}

/* returns  NULL if something is wrong with it, which the usual reader says */
static const struct kept_list *keep_lines(struct kept *kept, const char *path)
{
	struct diags quiet = { .sink = diag_drop };
	struct kept_list *k = arena_new(&kept->mem, struct kept_list);
	struct reader r = { .mem = &kept->mem, .d = &quiet, .list = &k->list };
	char *text, *end;
	size_t size;

	k->list.path = str_dup(&kept->mem, path);
	if (file_read(&kept->mem, &quiet, NOWHERE, "symbol list", path, LIST_LIMIT, &text, &size) ||
		memchr(text, 0, size))
		return NULL;
	end = text + size;
	for (char *s = text, *nl; s < end; s = nl + 1) {
		nl = cut_line(s, end);
		r.line++;
		if (!k->nlines && is_of_head(&r, s)) {
			read_line(&r, s);
			continue;
		}
		arena_push_room(&kept->mem, k->lines, k->nlines, k->lines_cap);
		k->lines[k->nlines++] =
			(struct kept_line) { s, r.line, (unsigned)symbol_length(s) };
	}
	memcpy(k->recent, r.recent, sizeof(r.recent));
	k->list.versions_cap = k->list.nversions; /* who adds to them takes a copy */
	k->list.symbols_cap = k->list.nsymbols;
	return r.errors || !k->list.machine ? NULL : k;
}

static int read_kept(const struct reader *like, const struct kept_list *k, struct stub_list *out)
{
	struct stub_list list = k->list;
	struct reader r = reader_like(like, &list);

	memcpy(r.recent, k->recent, sizeof(r.recent));
	for (size_t i = 0; i < k->nlines && r.errors < MAX_ERRORS; i++) {
		const struct kept_line *l = &k->lines[i];

		if (l->n && !is_wanted(r.filter, l->text, l->n))
			continue;
		r.line = l->number;
		read_line(&r, str_dup(r.mem, l->text));
	}
	return finish(&r, out);
}

static const struct kept_list *find_kept(struct kept *kept, const char *path)
{
	static const char kind[] = "symbol list";
	const struct kept_list *k;
	struct stat now;

	if (!kept_can(kept, path, &now))
		return NULL;
	k = kept_find(kept, kind, path, &now);
	if (k)
		return k;
	k = keep_lines(kept, path);
	if (k)
		kept_add(kept, kind, path, &now, k);
	return k;
}

static int read_file(
	const struct reader *like, struct loc at, const char *path, struct stub_list *out)
{
	const struct kept_list *k = like->filter ? find_kept(like->kept, path) : NULL;
	char *text;
	size_t size;

	if (k)
		return read_kept(like, k, out);
	if (file_read(like->mem, like->d, at, "symbol list", path, LIST_LIMIT, &text, &size))
		return -1;
	return parse(like, path, text, size, out);
}

int stub_list_parse(struct arena *a, struct diags *d, const char *path, char *text, size_t size,
	struct stub_list *out)
{
	return parse(&(struct reader) { .mem = a, .d = d }, path, text, size, out);
}

int stub_list_read_some(struct arena *a, struct diags *d, struct kept *kept, struct loc at,
	const char *path, const struct stub_filter *filter, struct stub_list *out)
{
	struct reader r = { .mem = a, .d = d, .filter = filter, .kept = kept };

	return read_file(&r, at, path, out);
}

int stub_list_read(
	struct arena *a, struct diags *d, struct loc at, const char *path, struct stub_list *out)
{
	return stub_list_read_some(a, d, NULL, at, path, NULL, out);
}
