/* Where Linux differs; the BSDs share how ELF libraries are looked at. */
#if !defined(_WIN32) && !defined(__APPLE__)
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "runtime/sys.h"

/* ---- which file is mapped where */

#ifdef __linux__
/* PROCMAP_QUERY of Linux 6.11: one mapping, without the text of all the others. C libraries do not
 * have it yet. */
struct procmap_query {
	uint64_t size, query_flags, query_addr;
	uint64_t vma_start, vma_end, vma_flags, vma_page_size, vma_offset, inode;
	uint32_t dev_major, dev_minor, vma_name_size, build_id_size;
	uint64_t vma_name_addr, build_id_addr;
};
_Static_assert(sizeof(struct procmap_query) == 104, "linux/fs.h");
#define PROCMAP_QUERY _IOWR('f', 17, struct procmap_query)

static bool mapping_of(int maps, const void *address, struct procmap_query *q)
{
	*q = (struct procmap_query) { .size = sizeof(*q), .query_addr = (uintptr_t)address };
	return !ioctl(maps, PROCMAP_QUERY, q) && q->inode;
}

/* stat's numbers would not do: on overlay and btrfs file systems they differ from the mapping's.
 * Two mappings are told in the same way. */
enum rt_same rt_same_file(const void *a, const void *b)
{
	struct procmap_query qa, qb;
	enum rt_same same = RT_UNKNOWN;
	int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);

	if (maps < 0)
		return RT_UNKNOWN;
	if (mapping_of(maps, a, &qa) && mapping_of(maps, b, &qb))
		same = qa.inode == qb.inode && qa.dev_major == qb.dev_major &&
				       qa.dev_minor == qb.dev_minor
			       ? RT_SAME
			       : RT_OTHER;
	close(maps);
	return same;
}
#else
enum rt_same rt_same_file(const void *a, const void *b)
{
	(void)a, (void)b;
	return RT_UNKNOWN;
}
#endif

/* ---- loads */

static int read_loads(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	*(uint64_t *)ctx = info->dlpi_adds;
	return 1;
}

uint64_t rt_library_loads(void)
{
	uint64_t loads = 0;

	dl_iterate_phdr(read_loads, &loads);
	return loads;
}

/* ---- segments */

/* loaders protect whole pages, and none that the sealed part shares with what is behind it */
static struct rt_segment sealed(uintptr_t from, uintptr_t size)
{
	uintptr_t page = rt_page_size(), to = (from + size) & ~(page - 1);

	from &= ~(page - 1);
	return (struct rt_segment) { from, to - from, RT_SEGMENT_READ | RT_SEGMENT_SEALED };
}

static size_t segments(
	uintptr_t bias, const ElfW(Phdr) * p, size_t n, struct rt_segment out[RT_MAX_SEGMENTS])
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i].p_type != PT_LOAD && p[i].p_type != PT_GNU_RELRO)
			continue;
		if (count == RT_MAX_SEGMENTS)
			return 0;
		if (p[i].p_type == PT_GNU_RELRO)
			out[count] = sealed(bias + p[i].p_vaddr, p[i].p_memsz);
		else
			out[count] = (struct rt_segment) { bias + p[i].p_vaddr, p[i].p_memsz,
				(p[i].p_flags & PF_R ? RT_SEGMENT_READ : 0) |
					(p[i].p_flags & PF_W ? RT_SEGMENT_WRITE : 0) |
					(p[i].p_flags & PF_X ? RT_SEGMENT_EXEC : 0) };
		count++;
	}
	return count;
}

/* the library that holds an address */
struct wanted {
	uintptr_t address;
	struct rt_segment *out;
	size_t n;
};

static int look_at_library(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct wanted *w = ctx;

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_LOAD &&
			w->address - (info->dlpi_addr + p->p_vaddr) < p->p_memsz) {
			w->n = segments(info->dlpi_addr, info->dlpi_phdr, info->dlpi_phnum, w->out);
			return 1;
		}
	}
	return 0;
}

/* one PT_LOAD segment that may be read holds it */
static bool maps(uintptr_t bias, const ElfW(Phdr) * p, size_t n, uintptr_t from, size_t size)
{
	for (size_t i = 0; i < n; i++) {
		uintptr_t in = from - (bias + p[i].p_vaddr);

		if (p[i].p_type == PT_LOAD && p[i].p_flags & PF_R && in < p[i].p_memsz &&
			size <= p[i].p_memsz - in)
			return true;
	}
	return false;
}

struct range {
	uintptr_t from;
	size_t size;
};

static int look_for_range(struct dl_phdr_info *info, size_t size, void *ctx)
{
	const struct range *r = ctx;

	(void)size;
	return maps(info->dlpi_addr, info->dlpi_phdr, info->dlpi_phnum, r->from, r->size);
}

bool rt_library_maps(const struct rt_library *l, uintptr_t from, size_t size)
{
	struct range r = { from, size };

	(void)l; /* an address is in one library alone */
	return dl_iterate_phdr(look_for_range, &r) != 0;
}

/* glibc from 2.36 on tells of one library; else all of them are gone through, which may be many */
size_t rt_library_segments(
	const struct rt_library *l, const void *inside, struct rt_segment out[RT_MAX_SEGMENTS])
{
	struct wanted w = { .address = (uintptr_t)inside, .out = out };
#ifdef __GLIBC__
	enum { DI_PHDR = 11 }; /* RTLD_DI_PHDR; older headers lack it, older libraries refuse it */
	const ElfW(Phdr) * p;
	struct link_map *map;
	int n = l->handle ? dlinfo(l->handle, DI_PHDR, &p) : -1;

	if (n > 0 && !dlinfo(l->handle, RTLD_DI_LINKMAP, &map))
		return segments(map->l_addr, p, (size_t)n, out);
#else
	(void)l;
#endif
	dl_iterate_phdr(look_at_library, &w);
	return w.n;
}
#else
typedef int nothing_here; /* ISO C wants a declaration */
#endif
