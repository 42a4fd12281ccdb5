/* macho-load FILE [CALL...]: load a dylib for x86-64 macOS into this Linux process, call functions
 * of it, unload it. The two systems share the calling convention, so the code itself runs.
 *
 * Does what dyld does, as far as images need it: segments, fixups (chained, or as opcodes), the
 * initialisers, thread-local variables (of one thread), destructors at unload. Names are looked up
 * in this process, as the C libraries have them in common. CALL is
 *
 *   NAME:ARG,ARG     a function of the metadata by its name in the source; integers, or text
 *   @NAME:ARG,ARG    a function by its exported symbol, C's name of it; as an int
 *   #N:ARG,ARG       the Nth word behind the root symbol is the function's address
 *
 * Prints what each call returns: by the type in the metadata, or as an int. It trusts its input.
 * Sources: <mach-o/loader.h> and <mach-o/fixup-chains.h> as LLVM's BinaryFormat/MachO.h has them.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/image.h"

enum { WEAK = 4 }; /* of an export */
enum { MOST_SEGMENTS = 16, MOST_SECTIONS = 128, MOST_EXITS = 64, PAGE = 4096 };

struct segment {
	uint32_t cmd, size;
	char name[16];
	uint64_t vaddr, memsz, at, filesz;
	uint32_t maxprot, prot, nsections, flags;
};
struct section {
	char name[16], segment[16];
	uint64_t vaddr, size;
	uint32_t at, align, relocs_at, nrelocs, flags, reserved[3];
};
struct blob {
	uint32_t at, size;
};

static struct {
	uint8_t *file;
	uint64_t size;
	uint8_t *slide; /* where address 0 of the file is */
	uint8_t *tls;   /* the thread-local variables */
	struct segment segments[MOST_SEGMENTS];
	unsigned nsegments;
	struct section sections[MOST_SECTIONS];
	unsigned nsections;
	struct blob rebase, bind, weak, lazy, trie, chains;
	unsigned nbound, nrebased;
} m;

static _Noreturn void fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fflush(stdout);
	printf("macho-load: ");
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
	exit(1);
}

/* ---- what the file exports */

static uint64_t uleb(const uint8_t **p)
{
	uint64_t v = 0;

	for (unsigned shift = 0;; shift += 7) {
		uint8_t b = *(*p)++;

		v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return v;
	}
}

/* the address that the trie of exports has for a name, or NULL */
static uint8_t *find_export(const char *name)
{
	const uint8_t *trie = m.file + m.trie.at, *p = trie;

	while (*name) {
		uint64_t child = 0;
		unsigned n;

		p += uleb(&p);
		for (n = *p++; n; n--) {
			const char *edge = (const char *)p;

			p += strlen(edge) + 1;
			child = uleb(&p);
			if (!strncmp(edge, name, strlen(edge))) {
				name += strlen(edge);
				break;
			}
		}
		if (!n)
			return NULL;
		p = trie + child;
	}
	if (!uleb(&p) || (uleb(&p) & ~(uint64_t)WEAK))
		return NULL;
	return m.slide + uleb(&p);
}

/* ---- what the process has for the file's names */

static struct {
	void (*function)(void *);
	void *argument;
} exits[MOST_EXITS];
static unsigned nexits;

static int add_exit(void (*function)(void *), void *argument, void *library)
{
	(void)library;
	if (nexits == MOST_EXITS)
		return -1;
	exits[nexits].function = function;
	exits[nexits++].argument = argument;
	return 0;
}

/* functions without arguments do not mind one */
static int add_plain_exit(void (*function)(void))
{
	return add_exit((void (*)(void *))(uintptr_t)function, NULL, NULL);
}

static _Noreturn void never(void)
{
	fail("what is bound lazily was called unbound");
}

/* memset by a pattern of 16 bytes, which loops become when they are compiled for Apple's systems */
static void memset_pattern16(void *to, const void *pattern, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)to)[i] = ((const uint8_t *)pattern)[i % 16];
}

static void bzero_of_apple(void *to, size_t n)
{
	memset(to, 0, n);
}

/* Reads a thread-local variable's descriptor: { this function, block, offset }. May change rax
 * alone. */
__asm__(".text\n.globl macho_tlv_get\nmacho_tlv_get:\n"
	"movq 8(%rdi), %rax\naddq 16(%rdi), %rax\nretq\n");
void macho_tlv_get(void);

static const uint64_t guard = 0x5aa5c33c0ff0; /* of the stack protector */

static void *resolve(const char *symbol)
{
	static const struct {
		const char *name;
		const void *value;
	} own[] = {
		{ "__cxa_atexit", (void *)add_exit },
		{ "atexit", (void *)add_plain_exit },
		{ "dyld_stub_binder", (void *)never },
		{ "_tlv_bootstrap", (void *)macho_tlv_get },
		{ "memset_pattern16", (void *)memset_pattern16 },
		{ "__bzero", (void *)bzero_of_apple },
		{ "__stack_chk_guard", &guard },
		{ "__stdoutp", &stdout },
		{ "__stderrp", &stderr },
		{ "__error", (void *)__errno_location },
	};
	const char *name = *symbol == '_' ? symbol + 1 : symbol;
	void *found;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (!strcmp(own[i].name, name))
			return (void *)own[i].value;
	found = dlsym(RTLD_DEFAULT, name);
	if (!found)
		found = find_export(symbol); /* a weak one of its own */
	if (!found)
		fail("no '%s' in this process", symbol);
	return found;
}

static void bind_at(uint8_t *place, const char *symbol, int64_t addend)
{
	uint64_t value = (uint64_t)(uintptr_t)resolve(symbol) + (uint64_t)addend;

	memcpy(place, &value, sizeof(value));
	m.nbound++;
}

static void rebase_at(uint8_t *place)
{
	uint64_t value;

	memcpy(&value, place, sizeof(value));
	value += (uint64_t)(uintptr_t)m.slide;
	memcpy(place, &value, sizeof(value));
	m.nrebased++;
}

/* ---- load commands */

static uint32_t u32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v;
}

static uint16_t u16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, 2);
	return v;
}

static uint64_t u64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return v;
}

static struct blob blob_at(const uint8_t *p)
{
	return (struct blob) { u32(p), u32(p + 4) };
}

static void read_segment(const uint8_t *p)
{
	struct segment *s = &m.segments[m.nsegments++];

	memcpy(s, p, sizeof(*s));
	if (m.nsegments == MOST_SEGMENTS || m.nsections + s->nsections > MOST_SECTIONS)
		fail("more segments or sections than expected");
	memcpy(&m.sections[m.nsections], p + sizeof(*s), s->nsections * sizeof(struct section));
	m.nsections += s->nsections;
}

static void read_commands(void)
{
	const uint8_t *p = m.file + 32;

	if (m.size < 32 || u32(m.file) != 0xfeedfacf || u32(m.file + 4) != 0x01000007)
		fail("no Mach-O file for x86-64");
	for (uint32_t n = u32(m.file + 16); n; n--, p += u32(p + 4)) {
		switch (u32(p) & 0x7fffffff) {
		case 0x19: read_segment(p); break;
		case 0x0c: printf("needs %s\n", (const char *)p + u32(p + 8)); break;
		case 0x22:
			m.rebase = blob_at(p + 8);
			m.bind = blob_at(p + 16);
			m.weak = blob_at(p + 24);
			m.lazy = blob_at(p + 32);
			m.trie = blob_at(p + 40);
			break;
		case 0x33: m.trie = blob_at(p + 8); break;
		case 0x34: m.chains = blob_at(p + 8); break;
		default: break;
		}
	}
}

static void map(void)
{
	uint64_t end = 0;
	uint8_t *room;

	for (unsigned i = 0; i < m.nsegments; i++)
		if (m.segments[i].vaddr + m.segments[i].memsz > end)
			end = m.segments[i].vaddr + m.segments[i].memsz;
	room = mmap(NULL, end, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED)
		fail("no memory");
	m.slide = room;
	for (unsigned i = 0; i < m.nsegments; i++)
		memcpy(room + m.segments[i].vaddr, m.file + m.segments[i].at, m.segments[i].filesz);
}

/* as the file wants it: code is not writable, data not executable */
static void protect(void)
{
	for (unsigned i = 0; i < m.nsegments; i++) {
		const struct segment *s = &m.segments[i];
		bool constant = s->flags & 0x10;

		if (mprotect(m.slide + s->vaddr, (s->memsz + PAGE - 1) / PAGE * PAGE,
			    (int)(constant ? s->prot & ~(uint32_t)PROT_WRITE : s->prot)))
			fail("memory cannot be protected: %s", strerror(errno));
	}
}

/* ---- fixups as opcodes */

static int64_t sleb(const uint8_t **p)
{
	uint64_t v = 0;
	unsigned shift = 0;
	uint8_t b;

	do {
		b = *(*p)++;
		v |= (uint64_t)(b & 0x7f) << shift;
		shift += 7;
	} while (b & 0x80);
	if (shift < 64 && (b & 0x40))
		v |= ~(uint64_t)0 << shift;
	return (int64_t)v;
}

static void rebase_times(uint8_t **place, uint64_t times, uint64_t skip)
{
	for (; times; times--, *place += 8 + skip)
		rebase_at(*place);
}

static void run_rebase(struct blob b)
{
	const uint8_t *p = m.file + b.at, *end = p + b.size;
	uint8_t *place = NULL;
	uint64_t times;

	while (p < end) {
		unsigned low = *p & 15, op = *p++ >> 4;

		switch (op) {
		case 0: return;
		case 1: break; /* the type: pointers */
		case 2: place = m.slide + m.segments[low].vaddr + uleb(&p); break;
		case 3: place += uleb(&p); break;
		case 4: place += low * 8; break;
		case 5: rebase_times(&place, low, 0); break;
		case 6: rebase_times(&place, uleb(&p), 0); break;
		case 7: rebase_times(&place, 1, uleb(&p)); break;
		case 8:
			times = uleb(&p);
			rebase_times(&place, times, uleb(&p));
			break;
		default: fail("rebase opcode %u", op);
		}
	}
}

/* table */
static void run_bind(struct blob b)
{
	const uint8_t *p = m.file + b.at, *end = p + b.size;
	const char *symbol = "";
	uint8_t *place = NULL;
	int64_t addend = 0;
	uint64_t times, skip;

	while (p < end) {
		unsigned low = *p & 15, op = *p++ >> 4;

		switch (op) {
		case 0: break; /* the end, or that of one lazy symbol */
		case 1:
		case 3: break; /* the library */
		case 2: uleb(&p); break;
		case 4:
			symbol = (const char *)p;
			p += strlen(symbol) + 1;
			break;
		case 5: break; /* the type: pointers */
		case 6: addend = sleb(&p); break;
		case 7: place = m.slide + m.segments[low].vaddr + uleb(&p); break;
		case 8: place += uleb(&p); break;
		case 9:
			bind_at(place, symbol, addend);
			place += 8;
			break;
		case 10:
			bind_at(place, symbol, addend);
			place += 8 + uleb(&p);
			break;
		case 11:
			bind_at(place, symbol, addend);
			place += 8 + low * 8;
			break;
		case 12:
			times = uleb(&p);
			for (skip = uleb(&p); times; times--, place += 8 + skip)
				bind_at(place, symbol, addend);
			break;
		default: fail("bind opcode %u", op);
		}
	}
}

/* ---- chained fixups */

struct import {
	const char *name;
	int64_t addend;
};

static struct import import_at(const uint8_t *chains, uint32_t i)
{
	const uint8_t *imports = chains + u32(chains + 8);
	const char *names = (const char *)chains + u32(chains + 12);

	switch (u32(chains + 20)) {
	case 1: return (struct import) { names + (u32(imports + 4 * i) >> 9), 0 };
	case 2:
		return (struct import) { names + (u32(imports + 8 * i) >> 9),
			(int32_t)u32(imports + 8 * i + 4) };
	case 3:
		return (struct import) { names + (u64(imports + 16 * i) >> 32),
			(int64_t)u64(imports + 16 * i + 8) };
	default: fail("imports of format %u", u32(chains + 20));
	}
}

/* one page's chain: each pointer says how many words of four bytes the next one is away */
static void run_chain(const uint8_t *chains, uint8_t *place, unsigned format)
{
	uint64_t v, next;

	do {
		v = u64(place);
		next = v >> 51 & 0xfff;
		if (v >> 63) {
			struct import i = import_at(chains, (uint32_t)v & 0xffffff);

			bind_at(place, i.name, i.addend + (int64_t)(v >> 24 & 0xff));
		} else if (format == 2 || format == 6) { /* an address; from the start: the same */
			v = (v & 0xfffffffff) | (v >> 36 & 0xff) << 56;
			memcpy(place, &v, 8);
			rebase_at(place);
		} else {
			fail("pointers of format %u", format);
		}
		place += 4 * next;
	} while (next);
}

static void run_chains(void)
{
	const uint8_t *chains = m.file + m.chains.at, *starts = chains + u32(chains + 4);

	for (uint32_t i = 0; i < u32(starts); i++) {
		const uint8_t *s = starts + u32(starts + 4 + 4 * i);
		unsigned page_size, format, count;

		if (s == starts)
			continue;
		page_size = u16(s + 4);
		format = u16(s + 6);
		count = u16(s + 20);
		for (unsigned k = 0; k < count; k++) {
			unsigned first = u16(s + 22 + 2 * k);

			if (first != 0xffff)
				run_chain(chains,
					m.slide + u64(s + 8) + (uint64_t)k * page_size + first,
					format);
		}
	}
}

/* ---- initialisers, thread-local variables */

/* All thread-local variables lie in one block, first those with a value; descriptors have offsets
 * in it. There is one thread here. */
static void set_up_tls(void)
{
	uint64_t from = UINT64_MAX, to = 0;
	uint8_t *block;

	for (unsigned i = 0; i < m.nsections; i++) {
		const struct section *s = &m.sections[i];

		if ((s->flags & 0xff) != 0x11 && (s->flags & 0xff) != 0x12)
			continue;
		from = s->vaddr < from ? s->vaddr : from;
		to = s->vaddr + s->size > to ? s->vaddr + s->size : to;
	}
	if (from >= to)
		return;
	m.tls = block = malloc(to - from);
	if (!block)
		fail("no memory");
	memcpy(block, m.slide + from, to - from);
	for (unsigned i = 0; i < m.nsections; i++) {
		const struct section *s = &m.sections[i];

		for (uint64_t at = 0; (s->flags & 0xff) == 0x13 && at < s->size; at += 24)
			memcpy(m.slide + s->vaddr + at + 8, &block, 8);
	}
}

static void initialise(int argc, char **argv)
{
	typedef void init(int, char **, char **, char **, void *);

	for (unsigned i = 0; i < m.nsections; i++) {
		const struct section *s = &m.sections[i];
		unsigned type = s->flags & 0xff, width = type == 0x16 ? 4 : 8;

		for (uint64_t at = 0; (type == 9 || type == 0x16) && at < s->size; at += width) {
			const uint8_t *p = m.slide + s->vaddr + at;
			uint8_t *f = type == 9 ? (uint8_t *)(uintptr_t)u64(p) : m.slide + u32(p);

			((init *)(uintptr_t)f)(argc, argv, environ, environ, NULL);
		}
	}
}

/* ---- calls */

static void print_result(const struct img_view *v, uint32_t function, uint64_t got)
{
	const struct img_type *t = NULL;

	if (v && v->methods[function].type)
		t = &v->types[img_type_bare(v, v->types[v->methods[function].type].target)];
	if (t && t->kind == IMG_T_VOID)
		printf("nothing\n");
	else if (t && t->kind == IMG_T_POINTER)
		printf("\"%s\"\n", (const char *)(uintptr_t)got);
	else if (t && t->kind == IMG_T_UINT && t->size == 8)
		printf("%llu\n", (unsigned long long)got);
	else if (t && t->kind == IMG_T_UINT)
		printf("%u\n", (unsigned)got);
	else if (t && t->size == 8)
		printf("%lld\n", (long long)got);
	else
		printf("%d\n", (int)got);
	fflush(stdout);
}

static void call(char *text, const struct img_view *v, const uint8_t *root)
{
	uint64_t arg[6] = { 0 };
	uint32_t method = 0;
	char *args = strchr(text, ':'), *word;
	const uint8_t *f;
	unsigned n = 0;

	if (args)
		*args++ = '\0';
	while (args && n < 6 && (word = strsep(&args, ","))) {
		char *end;

		arg[n] = strtoull(word, &end, 0);
		if (*end || !*word)
			arg[n] = (uint64_t)(uintptr_t)word;
		n++;
	}
	if (*text == '@') {
		char symbol[256];

		v = NULL;
		snprintf(symbol, sizeof(symbol), "_%s", text + 1);
		f = find_export(symbol);
		if (!f)
			fail("no export '%s'", symbol);
	} else if (*text == '#') {
		v = NULL;
		f = (const uint8_t *)(uintptr_t)u64(root + 8 * strtoul(text + 1, NULL, 10));
	} else {
		if (!v || !img_find_method(v, text, NULL, &method))
			fail("no function '%s'", text);
		f = root + v->addresses[v->methods[method].address];
	}
	printf("%s: ", text);
	fflush(stdout);
	print_result(v, method,
		((uint64_t (*)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t))(
			uintptr_t)f)(arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]));
}

/* ---- all in order */

static void read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;

	if (!f || fstat(fileno(f), &st))
		fail("%s: %s", path, strerror(errno));
	m.size = (uint64_t)st.st_size;
	m.file = aligned_alloc(16, (m.size + 31) / 16 * 16);
	if (!m.file || fread(m.file, 1, m.size, f) != m.size)
		fail("%s: cannot be read", path);
	fclose(f);
}

int main(int argc, char **argv)
{
	struct img_container box;
	struct img_view view;
	struct img_error e;
	const struct img_view *v = NULL;
	const uint8_t *root;

	if (argc < 2)
		fail("a file is wanted");
	dlopen("libstdc++.so.6", RTLD_NOW | RTLD_GLOBAL);
	read_file(argv[1]);
	read_commands();
	if (!img_check_file(m.file, m.size, IMG_CHECK_FILE_SUM, &view, &box, &e))
		v = &view;
	map();
	if (m.chains.size)
		run_chains();
	run_rebase(m.rebase);
	run_bind(m.bind);
	run_bind(m.weak);
	run_bind(m.lazy);
	set_up_tls();
	protect();
	printf("%s%s, %u pointers moved, %u bound\n", v ? "image" : "dylib",
		m.chains.size ? ", chained fixups" : "", m.nrebased, m.nbound);
	initialise(argc, argv);
	root = find_export("_" IMG_ROOT_SYMBOL);
	if (!root)
		fail("no root symbol");
	if (v && memcmp(root, v->header, v->header->meta_size))
		fail("the metadata is not the same in memory");
	for (int i = 2; i < argc; i++)
		call(argv[i], v, root);
	while (nexits) {
		nexits--;
		exits[nexits].function(exits[nexits].argument);
	}
	fflush(stdout);
	free(m.tls);
	free(m.file);
	return 0;
}
