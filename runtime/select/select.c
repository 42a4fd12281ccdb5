/* What an image carries that chooses its target itself (IMG_DF_SELF): this file with the table of
 * one architecture, compiled without a libc into LLVM IR (runtime/CMakeLists.txt) when pkgimg is
 * built, and for the image's platform when the image is. It runs as the first constructor, reads
 * the image's tables, which the build checked, and fills the slots as rt_take_target does.
 *
 * On Linux it makes its own system calls: the image may be linked with no libc, and at this time
 * the one there is may not be ready. On Windows and macOS calls go to the system's libraries. */
#define PKGIMG_SELECT

#if defined(__x86_64__) || defined(__i386__)
#include "image/cpu_x86.c"
#elif defined(__aarch64__)
#include "image/cpu_aarch64.c"
#elif defined(__riscv)
#include "image/cpu_riscv.c"
#endif
#include "runtime/cpu.c"

#if defined(__x86_64__)
#define ARCH (&img_cpu_x86_64)
#elif defined(__i386__)
#define ARCH (&img_cpu_i386)
#elif defined(__aarch64__)
#define ARCH (&img_cpu_aarch64)
#else
#define ARCH (&img_cpu_riscv64)
#endif

#define HIDDEN __attribute__((visibility("hidden")))

extern const struct img_header pkgimg_self HIDDEN; /* frontend/root.c */

/* ---- the system: system_cap, system_say, system_stop, system_unlock, system_lock */

enum { CAP_SIZE = 256, EXIT_NO_TARGET = 127 };
static const char cap_name[] = "PKGIMG_CPU_CAP";

struct pages {
	uintptr_t from, to;
	uintptr_t lock_to; /* below it they were read-only, and will be */
	uint32_t old;      /* Windows: the protection they had */
};

#if defined(__linux__)

enum { PROT_R = 1, PROT_RW = 3, AUX_PAGESZ = 6, SEGMENT_RELRO = 0x6474e552 };

#if __SIZEOF_POINTER__ == 8
struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum;
};
struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
#else
struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version, entry, phoff, shoff, flags;
	uint16_t ehsize, phentsize, phnum;
};
struct elf_segment {
	uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};
#endif

extern const struct elf_header __ehdr_start HIDDEN; /* the linker's */

/* The environment that the program began with. The value is cut at size - 1; 0: there is none. A
 * window moves over the file, so that it takes little of the stack. */
static size_t system_cap(char *out, size_t size)
{
	char window[512];
	size_t at = 0, n = 0; /* at: of a match of "NAME="; beyond: in the value; SIZE_MAX: no */
	int fd = bare_open("/proc/self/environ");
	long got;

	if (fd < 0)
		return 0;
	while ((got = bare_call(BARE_READ, fd, (long)window, sizeof(window), 0, 0)) > 0) {
		for (long i = 0; i < got; i++) {
			char c = window[i];

			if (at == sizeof(cap_name)) {
				if (!c)
					goto end;
				if (n < size - 1)
					out[n++] = c;
			} else if (!c) {
				at = 0;
			} else if (at != SIZE_MAX) {
				at = c == (at == sizeof(cap_name) - 1 ? '=' : cap_name[at])
					     ? at + 1
					     : SIZE_MAX;
			}
		}
	}
end:
	bare_close(fd);
	out[n] = '\0';
	return n;
}

static void system_say(const char *text, size_t n)
{
	bare_call(BARE_WRITE, 2, (long)text, (long)n, 0, 0);
}

static _Noreturn void system_stop(void)
{
	for (;;)
		bare_call(BARE_EXIT_GROUP, EXIT_NO_TARGET, 0, 0, 0, 0);
}

static uintptr_t page_size(void)
{
#if defined(__x86_64__) || defined(__i386__)
	return 4096;
#else
	uintptr_t size = bare_auxv(AUX_PAGESZ);

	return size ? size : 65536;
#endif
}

static bool system_unlock(struct pages *p)
{
	const struct elf_header *h = &__ehdr_start;
	uintptr_t base = (uintptr_t)h, page = page_size(), end = 0;

	for (unsigned i = 0; i < h->phnum; i++) {
		const struct elf_segment *s = (const void *)(base + h->phoff + i * h->phentsize);

		if (s->type == SEGMENT_RELRO && p->from - (base + s->vaddr) < s->memsz)
			end = base + s->vaddr + s->memsz;
	}
	if (!end) /* not among what the loader made read-only */
		return true;
	p->from &= ~(page - 1);
	p->to = (p->to + page - 1) & ~(page - 1);
	p->lock_to = end & ~(page - 1);
	if (p->lock_to > p->to)
		p->lock_to = p->to;
	return !bare_call(BARE_MPROTECT, (long)p->from, (long)(p->to - p->from), PROT_RW, 0, 0);
}

static void system_lock(const struct pages *p)
{
	if (p->lock_to > p->from)
		bare_call(BARE_MPROTECT, (long)p->from, (long)(p->lock_to - p->from), PROT_R, 0, 0);
}

#define FIRST ".init_array.1"

#elif defined(_WIN32)

#define IMPORT __declspec(dllimport)

enum { PAGE_RW = 4, STDERR = -12 };

IMPORT uint32_t GetEnvironmentVariableA(const char *name, char *out, uint32_t size);
IMPORT void *GetStdHandle(uint32_t which);
IMPORT int WriteFile(void *file, const void *data, uint32_t n, uint32_t *done, void *overlapped);
IMPORT void *GetCurrentProcess(void);
IMPORT int TerminateProcess(void *process, uint32_t code);
IMPORT int VirtualProtect(void *at, size_t size, uint32_t mode, uint32_t *old);

static size_t system_cap(char *out, size_t size)
{
	uint32_t n = GetEnvironmentVariableA(cap_name, out, (uint32_t)size);

	return n < size ? n : 0;
}

static void system_say(const char *text, size_t n)
{
	uint32_t done;

	WriteFile(GetStdHandle((uint32_t)STDERR), text, (uint32_t)n, &done, NULL);
}

/* other DLLs are not told: the program has not begun */
static _Noreturn void system_stop(void)
{
	for (;;)
		TerminateProcess(GetCurrentProcess(), EXIT_NO_TARGET);
}

static bool system_unlock(struct pages *p)
{
	return VirtualProtect((void *)p->from, p->to - p->from, PAGE_RW, &p->old);
}

static void system_lock(const struct pages *p)
{
	uint32_t old;

	VirtualProtect((void *)p->from, p->to - p->from, p->old, &old);
}

/* MinGW's list is run from its end, and sorted by name: 65535 minus the priority */
#define FIRST  ".ctors.65534"

#elif defined(__APPLE__)

enum { PROT_R = 1, PROT_RW = 3, SEGMENT_64 = 0x19, SEGMENT_READ_ONLY = 0x10 };

char *getenv(const char *name);
intptr_t write(int fd, const void *data, size_t n);
_Noreturn void _exit(int code);
int mprotect(void *at, size_t size, int mode);
int getpagesize(void);

struct macho_header {
	uint32_t magic, cpu, subtype, type, ncommands, commands_size, flags, reserved;
};
struct macho_segment {
	uint32_t command, size;
	char name[16];
	uint64_t vmaddr, vmsize, offset, filesize;
	uint32_t maxprot, initprot, nsections, flags;
};
extern const struct macho_header __dso_handle HIDDEN; /* the linker's */

static size_t system_cap(char *out, size_t size)
{
	const char *value = getenv(cap_name);
	size_t n = 0;

	while (value && value[n] && n < size - 1) {
		out[n] = value[n];
		n++;
	}
	out[n] = '\0';
	return n;
}

static void system_say(const char *text, size_t n)
{
	write(2, text, n);
}

static _Noreturn void system_stop(void)
{
	_exit(EXIT_NO_TARGET);
}

/* the header is at address 0 of the file, whose __TEXT segment is the first */
static bool system_unlock(struct pages *p)
{
	const struct macho_header *h = &__dso_handle;
	const struct macho_segment *s = (const void *)(h + 1);
	uintptr_t base = (uintptr_t)h, page = (uintptr_t)getpagesize(), end = 0;

	for (unsigned i = 0; i < h->ncommands; i++) {
		if (s->command == SEGMENT_64 && s->flags & SEGMENT_READ_ONLY &&
			p->from - (base + s->vmaddr) < s->vmsize)
			end = base + s->vmaddr + s->vmsize;
		s = (const void *)((const char *)s + s->size);
	}
	if (!end)
		return true;
	p->from &= ~(page - 1);
	p->to = (p->to + page - 1) & ~(page - 1);
	p->lock_to = p->to < end ? p->to : end;
	return !mprotect((void *)p->from, p->to - p->from, PROT_RW);
}

static void system_lock(const struct pages *p)
{
	if (p->lock_to > p->from)
		mprotect((void *)p->from, p->lock_to - p->from, PROT_R);
}

#define FIRST "__DATA,__mod_init_func,mod_init_funcs"

#endif

#ifndef PKGIMG_QUERY /* runtime/select/query.c wants the system alone */

/* ---- the image's tables */

struct tables {
	const char *strings;
	const struct img_package *package;
	const struct img_target *targets;
	const int32_t *addresses, *entries;
	const struct img_dispatch *dispatch;
	uint32_t ntargets;
};

static void find_tables(struct tables *t)
{
	const struct img_header *h = &pkgimg_self;
	const struct img_table *dir = (const void *)(h + 1);

	for (uint32_t i = 0; i < h->ntables; i++) {
		const void *at = (const char *)h + dir[i].offset;

		if (dir[i].kind == IMG_STRINGS)
			t->strings = at;
		else if (dir[i].kind == IMG_PACKAGE)
			t->package = at;
		else if (dir[i].kind == IMG_TARGETS)
			t->targets = at, t->ntargets = (uint32_t)dir[i].count;
		else if (dir[i].kind == IMG_ADDRESSES)
			t->addresses = at;
		else if (dir[i].kind == IMG_DISPATCH)
			t->dispatch = at;
		else if (dir[i].kind == IMG_ENTRIES)
			t->entries = at;
	}
}

static uintptr_t at(int32_t displacement)
{
	return (uintptr_t)&pkgimg_self + (uintptr_t)(intptr_t)displacement;
}

/* ---- messages */

static void say(const char *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	system_say(text, n);
}

static void say_number(uint32_t value)
{
	char text[11];
	size_t n = sizeof(text);

	do {
		text[--n] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	system_say(text + n, sizeof(text) - n);
}

static void say_name(const struct tables *t)
{
	say("pkgimg: error: ");
	say(t->strings + t->package->name);
}

static void say_lacks(const struct tables *t, uint32_t i, const uint64_t offered[])
{
	uint64_t lacks[IMG_FEATURE_WORDS];
	const char *between = " needs ";

	rt_cpu_accepts(offered, t->targets[i].needs, lacks);
	say("\n  target ");
	say_number(i);
	say(" (");
	say(t->strings + t->targets[i].cpu);
	say(")");
	for (unsigned k = 0; k < 64 * IMG_FEATURE_WORDS; k++) {
		if (!img_cpu_has(lacks, k))
			continue;
		say(between);
		between = ", ";
		if (k < ARCH->nfeatures) {
			say(ARCH->features[k].name);
		} else {
			say("feature ");
			say_number(k);
		}
	}
}

static _Noreturn void refuse(
	const struct tables *t, const uint64_t offered[], const char *cap, size_t caplen)
{
	say_name(t);
	say(": none of its targets runs on this CPU");
	if (caplen) {
		say(" under PKGIMG_CPU_CAP='");
		say(cap);
		say("'");
	}
	say(":");
	for (uint32_t i = 0; i < t->ntargets; i++)
		say_lacks(t, i, offered);
	say("\n");
	system_stop();
}

static _Noreturn void refuse_cap(
	const struct tables *t, const char *word, size_t len, const char *problem)
{
	say_name(t);
	say(": PKGIMG_CPU_CAP: '");
	system_say(word, len);
	say("' ");
	say(problem);
	say("\n");
	system_stop();
}

/* ---- choice */

static uint32_t choose(const struct tables *t)
{
	uint64_t wanted[IMG_FEATURE_WORDS], offered[IMG_FEATURE_WORDS];
	const char *word, *problem;
	char cap[CAP_SIZE];
	size_t len, caplen;
	uint32_t target;

	for (unsigned w = 0; w < IMG_FEATURE_WORDS; w++) {
		wanted[w] = 0;
		for (uint32_t i = 0; i < t->ntargets; i++)
			wanted[w] |= t->targets[i].needs[w];
	}
	rt_cpu_detect(ARCH, wanted, offered);
	caplen = system_cap(cap, sizeof(cap));
	problem = caplen ? rt_cpu_cap(ARCH, cap, offered, &word, &len) : NULL;
	if (problem)
		refuse_cap(t, word, len, problem);
	target = rt_cpu_choose(t->targets, t->ntargets, offered);
	if (target >= t->ntargets)
		refuse(t, offered, cap, caplen);
	return target;
}

static void fill(const struct tables *t, uint32_t target)
{
	uint32_t n = t->dispatch->nslots;
	const int32_t *row = t->entries + (size_t)target * n;
	volatile uintptr_t *slots = (volatile uintptr_t *)at(t->addresses[t->dispatch->slots]);
	struct pages pages = { (uintptr_t)slots, (uintptr_t)(slots + n), 0, 0 };

	if (target == 0) /* they are so from the start */
		return;
	if (!system_unlock(&pages)) {
		say_name(t);
		say(": the memory of its slots cannot be made writable\n");
		system_stop();
	}
	for (uint32_t i = 0; i < n; i++)
		slots[i] = at(row[i]);
	system_lock(&pages);
}

static void pkgimg_select(void)
{
	struct tables t;
	volatile uint32_t *chosen;
	uint32_t target;

	find_tables(&t);
	if (!t.dispatch)
		return;
	chosen = (volatile uint32_t *)at(t.addresses[t.dispatch->chosen]);
	if (*chosen)
		return;
	target = choose(&t);
	fill(&t, target);
	*chosen = target + 1;
}

typedef void constructor(void);
__attribute__((section(FIRST), used)) static constructor *first = pkgimg_select;

#endif
