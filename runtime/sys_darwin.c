/* Where macOS and its kin differ. What it takes of <mach-o/loader.h> and <dlfcn.h> is declared
 * here, so that it can be compiled where there is no SDK. */
#ifdef __APPLE__
#include "runtime/sys.h"

enum { SEGMENT_64 = 0x19, MAGIC_64 = 0xfeedfacf };
enum { VM_READ = 1, VM_WRITE = 2, VM_EXECUTE = 4 };
enum { SG_READ_ONLY = 0x10 }; /* made read-only once its pointers are filled in */

struct mach_header_64 {
	uint32_t magic, cpu, subcpu, type, ncommands, commands_size, flags, reserved;
};
struct segment_command_64 {
	uint32_t command, size;
	char name[16];
	uint64_t vmaddr, vmsize, fileoff, filesize;
	uint32_t maxprot, initprot, nsections, flags;
};
_Static_assert(sizeof(struct mach_header_64) == 32 && sizeof(struct segment_command_64) == 72,
	"mach-o/loader.h");

struct dl_info {
	const char *fname;
	void *fbase;
	const char *sname;
	void *saddr;
};
int dladdr(const void *address, struct dl_info *out);

uint32_t _dyld_image_count(void);

/* those that are gone are not counted: who unloads one meanwhile hides a load */
uint64_t rt_library_loads(void)
{
	return _dyld_image_count();
}

/* dyld keeps what would tell to itself: the caller compares the path's file */
enum rt_same rt_same_file(const void *a, const void *b)
{
	(void)a, (void)b;
	return RT_UNKNOWN;
}

static unsigned flags_of(const struct segment_command_64 *s)
{
	unsigned flags = (s->initprot & VM_READ ? RT_SEGMENT_READ : 0) |
			 (s->initprot & VM_EXECUTE ? RT_SEGMENT_EXEC : 0);

	if (s->flags & SG_READ_ONLY)
		return flags | RT_SEGMENT_SEALED;
	return flags | (s->initprot & VM_WRITE ? RT_SEGMENT_WRITE : 0);
}

/* dyld has checked the commands. The header is where the first segment begins: its address tells
 * how far all of them have moved. */
size_t rt_library_segments(
	const struct rt_library *l, const void *inside, struct rt_segment out[RT_MAX_SEGMENTS])
{
	struct dl_info info;
	const struct mach_header_64 *h;
	const char *at;
	uintptr_t slide = 0;
	size_t n = 0;

	(void)l;
	if (!dladdr(inside, &info))
		return 0;
	h = info.fbase;
	if (h->magic != MAGIC_64)
		return 0;
	at = (const char *)(h + 1);
	for (uint32_t i = 0; i < h->ncommands; i++) {
		const struct segment_command_64 *s = (const void *)at;

		at += s->size;
		if (s->command != SEGMENT_64 || !s->vmsize)
			continue;
		if (s->fileoff == 0 && s->filesize)
			slide = (uintptr_t)h - (uintptr_t)s->vmaddr;
		if (n == RT_MAX_SEGMENTS)
			return 0;
		out[n++] = (struct rt_segment) { (uintptr_t)s->vmaddr, (uintptr_t)s->vmsize,
			flags_of(s) };
	}
	for (size_t i = 0; i < n; i++)
		out[i].from += slide;
	return n;
}

bool rt_library_maps(const struct rt_library *l, uintptr_t from, size_t size)
{
	(void)l, (void)from, (void)size;
	return false;
}
#else
typedef int nothing_here; /* ISO C wants a declaration */
#endif
