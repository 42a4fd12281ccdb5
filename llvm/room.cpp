// Memory for a process that is LLD itself: a link of some hundred MB touches as much of the heap,
// page by page, with a fault of the kernel for each; by huge pages it is a five-hundredth of them.
// The C library asks for these by an environment variable alone (GLIBC_TUNABLES), which is read
// before main.
#include "llvm/internal.h"

#include <climits>
#include <cstdlib>
#include <malloc.h>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

#ifdef __GLIBC__
namespace
{

constexpr int room = 512 << 20;   // bytes of addresses, of which only what is used is memory
constexpr size_t small = 8 << 20; // what a small link uses: for it a huge page is a waste
constexpr size_t huge = 2 << 20;  // a huge page, or more: it is only an alignment here
constexpr size_t grows = 1 << 20; // more than the heap has at the start
constexpr unsigned few_threads = 4;
constexpr int again = 16 << 20; // by which it grows behind the room

char *align_up(char *p, size_t to)
{
	return p + (-reinterpret_cast<uintptr_t>(p) & (to - 1));
}

} // namespace
#endif

void shim::make_room()
{
#ifdef __GLIBC__
	// a heap for each thread would have a room for none; so few threads hardly wait for one
	if (std::thread::hardware_concurrency() <= few_threads)
		mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, 32 << 20); // also turns off that it changes by itself
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_TOP_PAD, room);
	void *p = malloc(grows);
	char *end = static_cast<char *>(sbrk(0));
	char *begin = align_up(static_cast<char *>(p) + small, huge);
	if (p && begin < end && size_t(end - begin) < size_t(room))
		(void)madvise(begin, size_t(end - begin), MADV_HUGEPAGE);
	free(p);
	mallopt(M_TOP_PAD, p ? again : 0);
#endif
}
