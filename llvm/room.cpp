// Memory for a process that is LLD itself: a link of some hundred MB touches as much of the heap,
// page by page, with a fault of the kernel for each. A thread of its own has the kernel make the
// pages in advance, many at a time, wherever the heap has just grown: the link then neither faults
// nor waits for zeros. (Huge pages are fewer still, but where a virtual machine's host has no such
// memory at hand, which it often has not, each of them costs more than all of its small ones.)
#include "llvm/internal.h"

#include <climits>
#include <ctime>
#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

#if defined(__GLIBC__) && defined(MADV_POPULATE_WRITE)
namespace
{

constexpr int step = 16 << 20;      // bytes by which the heap grows, and that may be in vain
constexpr size_t piece = 512 << 10; // bytes made at a time: nobody else waits long for the kernel
constexpr long look = 1000 * 1000;  // ns after which it is seen that the heap has grown
constexpr unsigned few_threads = 4;

void *make_pages(void *from)
{
	const timespec pause = { 0, look };
	char *done = static_cast<char *>(from);

	for (;;) {
		nanosleep(&pause, nullptr);
		for (char *end = static_cast<char *>(sbrk(0)); end - done >= ptrdiff_t(piece);
			done += piece)
			if (madvise(done, piece, MADV_POPULATE_WRITE))
				return nullptr;
	}
}

} // namespace
#endif

void shim::make_room()
{
#if defined(__GLIBC__) && defined(MADV_POPULATE_WRITE)
	const uintptr_t page = uintptr_t(sysconf(_SC_PAGESIZE));
	pthread_t thread;

	// heaps for each thread would not grow where it is seen; few threads hardly wait for one
	if (std::thread::hardware_concurrency() > few_threads)
		return;
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, 32 << 20); // also turns off that it changes by itself
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_TOP_PAD, step);
	uintptr_t end = reinterpret_cast<uintptr_t>(sbrk(0));
	if (!pthread_create(&thread, nullptr, make_pages,
		    reinterpret_cast<void *>((end + page - 1) / page * page)))
		pthread_detach(thread);
#endif
}
