// LLD without code generation until a link needs it (start.cpp). LLD's drivers begin with
// InitializeAllTargets() and its like, inline functions of LLVM whose copies in LLD's archives give
// way to the ones here. The two functions by which LLD then comes to code generation are wrapped
// (--wrap, CMakeLists.txt): the one that opens a file of bitcode, and the one that reads options of
// LLVM (-mllvm), which must all be registered by then.
#include "llvm/internal.h"

#include "llvm/LTO/LTO.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileOutputBuffer.h"

#include <mutex>

namespace llvm
{
// no header declares them here: TargetSelect.h has them inline
void InitializeAllTargetInfos();
void InitializeAllTargets();
void InitializeAllTargetMCs();
void InitializeAllAsmParsers();
void InitializeAllAsmPrinters();

void InitializeAllTargetInfos()
{
}
void InitializeAllTargets()
{
}
void InitializeAllTargetMCs()
{
}
void InitializeAllAsmParsers()
{
}
void InitializeAllAsmPrinters()
{
}
} // namespace llvm

using namespace llvm;

namespace
{
bool output_is_sure; // one link at a time
}

void shim::start_lld(bool sure_of_output)
{
	ll_start_link();
	output_is_sure = sure_of_output;
}

// The real function and what stands for it, under the names that --wrap gives them.
#define REAL(symbol) __asm__("__real_" symbol)
#define WRAP(symbol) __asm__("__wrap_" symbol)

#define CREATE "_ZN4llvm3lto9InputFile6createENS_15MemoryBufferRefE"
Expected<std::unique_ptr<lto::InputFile>> real_create(MemoryBufferRef file) REAL(CREATE);
Expected<std::unique_ptr<lto::InputFile>> wrap_create(MemoryBufferRef file) WRAP(CREATE);
Expected<std::unique_ptr<lto::InputFile>> wrap_create(MemoryBufferRef file)
{
	ll_init_targets();
	return real_create(file);
}

#define PARSE "_ZN4llvm2cl23ParseCommandLineOptionsEiPKPKcNS_9StringRefEPNS_11raw_ostreamES2_b"
bool real_parse(int n, const char *const *v, StringRef overview, raw_ostream *errors,
	const char *variable, bool long_only) REAL(PARSE);
bool wrap_parse(int n, const char *const *v, StringRef overview, raw_ostream *errors,
	const char *variable, bool long_only) WRAP(PARSE);
bool wrap_parse(int n, const char *const *v, StringRef overview, raw_ostream *errors,
	const char *variable, bool long_only)
{
	if (n > 1)
		ll_start();
	return real_parse(n, v, overview, errors, variable, long_only);
}

// LLD makes and removes an empty file to learn early whether the output can be written. ll_link's
// output lies in a folder that was made for it a moment ago.
#define TRY "_ZN3lld13tryCreateFileEN4llvm9StringRefE"
std::error_code real_try(StringRef path) REAL(TRY);
std::error_code wrap_try(StringRef path) WRAP(TRY);
std::error_code wrap_try(StringRef path)
{
	return output_is_sure ? std::error_code() : real_try(path);
}

// LLD maps its output under a temporary name, with handlers for a dozen signals until it is
// renamed. In a folder of its own it needs none of that, and a small file is written faster than it
// is mapped. Of a large one output.cpp takes care.
constexpr size_t small_output = 1 << 20; // bytes

#define OUTPUT "_ZN4llvm16FileOutputBuffer6createENS_9StringRefEmj"
using output = Expected<std::unique_ptr<FileOutputBuffer>>;
output real_output(StringRef path, size_t size, unsigned flags) REAL(OUTPUT);
output wrap_output(StringRef path, size_t size, unsigned flags) WRAP(OUTPUT);
output wrap_output(StringRef path, size_t size, unsigned flags)
{
	if (output_is_sure && size <= small_output)
		flags |= FileOutputBuffer::F_no_mmap;
	else if (output_is_sure && !(flags & FileOutputBuffer::F_no_mmap)) {
		auto file = shim::output_file(path, size, flags & FileOutputBuffer::F_executable);

		if (file)
			return file;
	}
	return real_output(path, size, flags);
}

// LLD makes its table of options anew for each link, a tenth of what a small one takes: the set of
// all their prefixes, from some 500 options. That depends on nothing but the static list of them,
// so the first table of a list is copied for those that come later.
struct KeptTable final : opt::GenericOptTable {
	static void *operator new(size_t, void *at)
	{
		return at;
	}
};
static_assert(sizeof(KeptTable) == sizeof(opt::GenericOptTable), "it is one, made public");

using infos = ArrayRef<opt::OptTable::Info>;
#define TABLE "_ZN4llvm3opt15GenericOptTableC2ENS_8ArrayRefINS0_8OptTable4InfoEEEb"
void real_table(void *self, infos list, bool ignore_case) REAL(TABLE);
void wrap_table(void *self, infos list, bool ignore_case) WRAP(TABLE);
void wrap_table(void *self, infos list, bool ignore_case)
{
	constexpr unsigned most = 8; // LLD has five
	static std::mutex mutex;
	static struct {
		const opt::OptTable::Info *list;
		bool ignore_case;
		alignas(KeptTable) char table[sizeof(KeptTable)];
	} kept[most]; // under the mutex
	static unsigned n;
	std::lock_guard<std::mutex> lock(mutex);

	unsigned i = 0;
	while (i < n && (kept[i].list != list.data() || kept[i].ignore_case != ignore_case))
		i++;
	if (i == most) {
		real_table(self, list, ignore_case);
		return;
	}
	if (i == n) {
		real_table(kept[i].table, list, ignore_case);
		kept[i].list = list.data();
		kept[i].ignore_case = ignore_case;
		n++;
	}
	new (self) KeptTable(*reinterpret_cast<KeptTable *>(kept[i].table));
}
