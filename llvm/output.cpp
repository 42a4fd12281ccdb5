// What LLD writes, where it is large. LLD copies each input section to a mapping of its output: for
// each page of it a fault, a page that the kernel fills with zeros first, and memory of this
// process for both the input and the output. A large section goes to the file by pwrite instead,
// which is as fast as cp, and what was read lets go of its memory. The bytes are in the mapping as
// well, so nothing that LLD does before or after knows the difference: relocations, build ids, any
// layout.
//
// LLD calls memcpy for that, and xxh3_64bits for the build id. In the copies of those of its
// objects that are linked into this program (CMakeLists.txt) the two names lead here.
#include "llvm/internal.h"

#include "llvm/Support/FileOutputBuffer.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/xxhash.h"

#include <atomic>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace llvm;

namespace
{

// Bytes of a section from which on it is written: below, looking up where it comes from
// (/proc/self/maps) costs more than the faults.
constexpr size_t large = 4 << 20;
// Bytes that are read and let go at a time: they fit in a CPU's second level of cache, and the
// advice to the kernel costs little beside them.
constexpr size_t window = 1 << 20;

class Output final : public FileOutputBuffer
{
	int fd;
	uint8_t *start;
	size_t size;
	std::atomic<int> failed { 0 }; // errno of the first write that failed

	void close_all();

      public:
	Output(StringRef path, int file, void *mapping, size_t n)
	    : FileOutputBuffer(path), fd(file), start(static_cast<uint8_t *>(mapping)), size(n)
	{
	}
	~Output() override;
	uint8_t *getBufferStart() const override
	{
		return start;
	}
	uint8_t *getBufferEnd() const override
	{
		return start + size;
	}
	size_t getBufferSize() const override
	{
		return size;
	}
	Error commit() override;
	void discard() override;

	bool holds(const void *p, size_t n) const
	{
		uintptr_t at = reinterpret_cast<uintptr_t>(p) - reinterpret_cast<uintptr_t>(start);

		return at < size && n <= size - at;
	}
	void write(void *to, const void *from, size_t n);
};

Output *current; // the one that LLD writes now: one link at a time

void Output::close_all()
{
	if (fd < 0)
		return;
	current = nullptr;
	munmap(start, size);
	if (close(fd) && !failed)
		failed = errno;
	fd = -1;
	sys::DontRemoveFileOnSignal(FinalPath);
}

Output::~Output()
{
	discard();
}

void Output::discard()
{
	if (fd < 0)
		return;
	close_all();
	unlink(FinalPath.c_str());
}

Error Output::commit()
{
	close_all();
	if (!failed)
		return Error::success();
	unlink(FinalPath.c_str());
	return errorCodeToError(std::error_code(failed, std::generic_category()));
}

const uintptr_t page = uintptr_t(sysconf(_SC_PAGESIZE));

// whole pages within [p, p + n)
void advise(const void *p, size_t n, int advice)
{
	uintptr_t from = (reinterpret_cast<uintptr_t>(p) + page - 1) / page * page;
	uintptr_t end = (reinterpret_cast<uintptr_t>(p) + n) / page * page;

	if (from < end)
		madvise(reinterpret_cast<void *>(from), end - from, advice);
}

// a fault for each page would take as long as what is done with it; older kernels say no
void bring_in(const void *p, size_t n)
{
#ifdef MADV_POPULATE_READ
	advise(p, n, MADV_POPULATE_READ);
#else
	(void)p, (void)n;
#endif
}

// [p, p + n) are bytes of a file that cannot have been changed in memory, so that they may be
// dropped from it: "7f00-7fff r--p 00000000 fe:00 4711 PATH"
bool is_of_a_file(const void *p, size_t n)
{
	auto maps = MemoryBuffer::getFileAsStream("/proc/self/maps");
	uintptr_t at = reinterpret_cast<uintptr_t>(p);
	SmallVector<StringRef, 0> lines;

	if (!maps)
		return false;
	(*maps)->getBuffer().split(lines, '\n');
	for (StringRef line : lines) {
		SmallVector<StringRef, 6> word;
		uint64_t from, end;

		line.split(word, ' ', 5);
		if (word.size() < 5 || word[0].split('-').first.getAsInteger(16, from) ||
			word[0].split('-').second.getAsInteger(16, end))
			continue;
		if (at >= from && at < end)
			return end - at >= n && word[1] == "r--p" && word[4] != "0";
	}
	return false;
}

void Output::write(void *to, const void *from, size_t n)
{
	const uint8_t *p = static_cast<const uint8_t *>(from);
	off_t at = static_cast<uint8_t *>(to) - start;
	bool let_go = is_of_a_file(from, n);

	while (n && !failed) {
		// each part but the first begins with a page
		size_t part = std::min(n, window - reinterpret_cast<uintptr_t>(p) % page);
		ssize_t done;

		bring_in(p, part);
		done = pwrite(fd, p, part, at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			failed = done ? errno : ENOSPC;
			return;
		}
		if (let_go)
			advise(p, size_t(done), MADV_DONTNEED);
		p += done;
		at += done;
		n -= size_t(done);
	}
}

} // namespace

// The file has its final name at once: its folder is a temporary one. NULL: by LLVM's way.
std::unique_ptr<FileOutputBuffer> shim::output_file(StringRef path, size_t size, bool executable)
{
	std::string name = path.str();
	int fd =
		open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, executable ? 0777 : 0666);
	void *p = MAP_FAILED;

	if (fd < 0)
		return nullptr;
	sys::RemoveFileOnSignal(path);
	if (!ftruncate(fd, off_t(size)))
		p = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (p == MAP_FAILED) {
		sys::DontRemoveFileOnSignal(path);
		close(fd);
		unlink(name.c_str());
		return nullptr;
	}
	auto out = std::make_unique<Output>(path, fd, p, size);
	current = out.get();
	return out;
}

extern "C" {
void *ll_output_copy(void *to, const void *from, size_t n);
}

void *ll_output_copy(void *to, const void *from, size_t n)
{
	if (n < large || !current || !current->holds(to, n))
		return memcpy(to, from, n);
	current->write(to, from, n);
	return to;
}

uint64_t ll_output_sum(ArrayRef<uint8_t> bytes) __asm__("ll_output_sum");
uint64_t ll_output_sum(ArrayRef<uint8_t> bytes)
{
	uint64_t sum;

	if (bytes.size() < window || !current || !current->holds(bytes.data(), bytes.size()))
		return xxh3_64bits(bytes);
	bring_in(bytes.data(), bytes.size());
	sum = xxh3_64bits(bytes);
	advise(bytes.data(), bytes.size(), MADV_DONTNEED); // of a shared mapping: nothing is lost
	return sum;
}
