// What LLD writes, where it is large. LLD copies each input section to a mapping of its output: for
// each page of it a fault, a page that the kernel fills with zeros first, and memory of this
// process for both the input and the output. A large section goes to the file by pwrite instead,
// which is as fast as cp, and what was read lets go of its memory. The bytes are in the mapping as
// well, so nothing that LLD does before or after knows the difference: relocations, build ids, any
// layout.
//
// LLD calls memcpy for that, and xxh3_64bits for the build id, of windows of 1 MiB. In the copies
// of those of its objects that are linked into this program (CMakeLists.txt) the two names lead
// here. While one thread writes, another brings in what is to be written and makes those sums of
// it, if it is of a section without relocations: LLD changes nothing in the output there later.
#include "llvm/internal.h"

#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileOutputBuffer.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/xxhash.h"

#include <atomic>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

using namespace llvm;

namespace
{

// Bytes of a section from which on it is written. By faults 2 MiB take 3.4 ms, by pwrite 0.6; to
// look up where they come from (/proc/self/maps) and to start a thread 0.1 ms.
constexpr size_t large = 2 << 20;
// Bytes that LLD sums at a time, from multiples of that on, and that are written at a time: they
// fit in a CPU's second level of cache, and the advice to the kernel costs little beside them.
constexpr size_t window = LL_WINDOW;
// windows that the sums may be ahead of the writes: what a large section takes of memory
constexpr size_t ahead = 8;

struct Output final : FileOutputBuffer {
	int fd;
	uint8_t *start;
	size_t size;
	std::atomic<int> failed { 0 }; // errno of the first write that failed
	std::vector<ll_window_sum> sums;

	void close_all();

	Output(StringRef path, int file, void *mapping, size_t n)
	    : FileOutputBuffer(path), fd(file), start(static_cast<uint8_t *>(mapping)), size(n),
	      sums(n / window)
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
	size_t offset(const void *p) const
	{
		return size_t(static_cast<const uint8_t *>(p) - start);
	}
	// [from, from + n) to `at` of the file. returns whether all has gone well so far
	bool write(const uint8_t *from, size_t n, size_t at);
	void sum(const uint8_t *from, size_t at)
	{
		XXH128_hash_t h = xxh3_128bits(ArrayRef<uint8_t>(from, window));
		ll_window_sum &s = sums[at / window];

		support::endian::write64le(s.sum, h.low64);
		support::endian::write64le(s.sum + 8, h.high64);
		s.known = true;
	}
	const ll_window_sum *known_sum(size_t at, size_t n) const
	{
		return n == window && at % window == 0 && sums[at / window].known
			       ? &sums[at / window]
			       : nullptr;
	}
};

Output *current;                      // the one that LLD writes now: one link at a time
std::vector<ll_window_sum> *finished; // of the one before; no object, for the sake of start-up

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
	if (!failed) {
		delete finished;
		finished = new std::vector<ll_window_sum>(std::move(sums));
		return Error::success();
	}
	unlink(FinalPath.c_str());
	return errorCodeToError(std::error_code(failed, std::generic_category()));
}

// whole pages within [p, p + n)
void advise(const void *p, size_t n, int advice)
{
	const uintptr_t page = uintptr_t(sysconf(_SC_PAGESIZE));
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

// The mapping of a file that has [p, p + n), if these bytes cannot have been changed in memory, so
// that they may be dropped from it: "7f00-7fff r--p 00000000 fe:00 4711 PATH". `whole`: from the
// file's beginning on
StringRef file_around(const void *p, size_t n, bool &whole)
{
	auto maps = MemoryBuffer::getFileAsStream("/proc/self/maps");
	uintptr_t at = reinterpret_cast<uintptr_t>(p);
	SmallVector<StringRef, 0> lines;

	if (!maps)
		return {};
	(*maps)->getBuffer().split(lines, '\n');
	for (StringRef line : lines) {
		SmallVector<StringRef, 6> word;
		uint64_t from, end, offset;

		line.split(word, ' ', 5);
		if (word.size() < 5 || word[0].split('-').first.getAsInteger(16, from) ||
			word[0].split('-').second.getAsInteger(16, end) ||
			word[2].getAsInteger(16, offset) || at < from || at >= end)
			continue;
		if (end - at < n || word[1] != "r--p" || word[4] == "0")
			break;
		whole = offset == 0;
		return { reinterpret_cast<const char *>(from), end - from };
	}
	return {};
}

// `file` is an object of ELF, and [p, p + n) a section of it that no relocations are for. LLD
// writes to no such section again once it was copied, but to code.
bool is_raw(StringRef file, const void *p, size_t n)
{
	auto object = object::ObjectFile::createELFObjectFile(MemoryBufferRef(file, ""), false);
	auto is_it = [&](object::SectionRef s) {
		auto bytes = s.getContents();

		if (!bytes)
			consumeError(bytes.takeError());
		return bytes && bytes->data() == p && bytes->size() == n;
	};
	bool found = false;

	if (!object) {
		consumeError(object.takeError());
		return false;
	}
	for (object::SectionRef s : (*object)->sections()) {
		auto relocated = s.getRelocatedSection();

		if (!relocated) {
			consumeError(relocated.takeError());
			return false;
		}
		if (*relocated != (*object)->section_end() ? is_it(**relocated)
							   : s.isText() && is_it(s))
			return false;
		found |= is_it(s);
	}
	return found;
}

bool Output::write(const uint8_t *from, size_t n, size_t at)
{
	while (n && !failed) {
		ssize_t done = pwrite(fd, from, n, off_t(at));

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			failed = done ? errno : ENOSPC;
			break;
		}
		from += done;
		at += size_t(done);
		n -= size_t(done);
	}
	return !failed;
}

// A large section on its way to the output: one thread writes, another is ahead of it, brings in
// and makes sums. Where it is late, it brings in again what the writer has let go.
struct Copy {
	Output &out;
	const uint8_t *from;
	size_t at, n; // in the output
	bool raw, let_go;
	size_t written; // bytes
	bool stop;
	pthread_mutex_t lock;
	pthread_cond_t change;

	size_t end_of(size_t done) const
	{
		return std::min(n, (at + done) / window * window + window - at);
	}
	// A fault maps all of what the page cache has in one piece, up to 2 MiB: what is before
	// `begin` may be there again.
	void drop(size_t begin, size_t end) const
	{
		begin -= std::min(begin, 2 * window);
		if (let_go)
			advise(from + begin, end - begin, MADV_DONTNEED);
	}
	void write();
	bool may_sum(size_t done);
	void sum();
};

void Copy::write()
{
	for (size_t done = 0, end; done < n && !stop; done = end) {
		end = end_of(done);
		bool failed = !out.write(from + done, end - done, at + done);
		drop(done, end);
		pthread_mutex_lock(&lock);
		written = end;
		stop = failed;
		pthread_cond_signal(&change);
		pthread_mutex_unlock(&lock);
	}
}

bool Copy::may_sum(size_t done)
{
	pthread_mutex_lock(&lock);
	while (!stop && done >= written + ahead * window)
		pthread_cond_wait(&change, &lock);
	bool may = !stop;
	pthread_mutex_unlock(&lock);
	return may;
}

void Copy::sum()
{
	for (size_t done = 0, end; done < n && may_sum(done); done = end) {
		end = end_of(done);
		bring_in(from + done, end - done);
		if (raw && end - done == window)
			out.sum(from + done, at + done);
		pthread_mutex_lock(&lock);
		bool late = written >= end;
		pthread_mutex_unlock(&lock);
		if (late)
			drop(done, end);
	}
}

void *sum_copy(void *copy)
{
	static_cast<Copy *>(copy)->sum();
	return nullptr;
}

void copy_large(Output &out, void *to, const void *from, size_t n)
{
	bool whole = false;
	StringRef file = file_around(from, n, whole);
	Copy copy = { out, static_cast<const uint8_t *>(from), out.offset(to), n,
		whole && is_raw(file, from, n), !file.empty(), 0, false, PTHREAD_MUTEX_INITIALIZER,
		PTHREAD_COND_INITIALIZER };
	pthread_t thread;
	bool two = !pthread_create(&thread, nullptr, sum_copy, &copy);

	copy.write();
	if (two)
		pthread_join(thread, nullptr);
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

// what LLD's objects call: memcpy
extern "C" void *ll_output_copy(void *to, const void *from, size_t n);
extern "C" void *ll_output_copy(void *to, const void *from, size_t n)
{
	if (n < large || !current || !current->holds(to, n))
		return memcpy(to, from, n);
	copy_large(*current, to, from, n);
	return to;
}

void shim::take_output_sums(ll_sums *out)
{
	if (out && finished) {
		out->v = copy_array(out->mem, ArrayRef<ll_window_sum>(*finished));
		out->n = finished->size();
	}
	delete finished;
	finished = nullptr;
}

// and xxh3_64bits: the low half of the longer sum
uint64_t ll_output_sum(ArrayRef<uint8_t> bytes) __asm__("ll_output_sum");
uint64_t ll_output_sum(ArrayRef<uint8_t> bytes)
{
	const void *p = bytes.data();

	if (bytes.size() < window || !current || !current->holds(p, bytes.size()))
		return xxh3_64bits(bytes);
	if (const ll_window_sum *known = current->known_sum(current->offset(p), bytes.size()))
		return support::endian::read64le(known->sum);
	bring_in(p, bytes.size());
	uint64_t sum = xxh3_64bits(bytes);
	advise(p, bytes.size(), MADV_DONTNEED); // of a shared mapping: nothing is lost
	return sum;
}
