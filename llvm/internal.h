// What the C++ files of this folder share: copies of LLVM's strings and arrays in an arena.
#ifndef LLVM_INTERNAL_H
#define LLVM_INTERNAL_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"

#include <cstring>
#include <memory>
#include <string>
#include <type_traits>

#ifndef __clang__
#define _Noreturn __attribute__((noreturn)) // base/diag.h is C
#endif
#include "llvm/shim.h"

namespace llvm
{
class FileOutputBuffer;
}

namespace shim
{

inline const char *copy(arena *a, llvm::StringRef s)
{
	char *p = static_cast<char *>(arena_alloc(a, s.size() + 1, 1));
	if (!s.empty())
		memcpy(p, s.data(), s.size());
	return p; // arena memory is zeroed: the end is there
}

inline const char *copy(arena *a, const llvm::Twine &s)
{
	return copy(a, llvm::StringRef(s.str()));
}

template <class T> T *copy_array(arena *a, llvm::ArrayRef<T> v)
{
	static_assert(std::is_trivially_copyable_v<T>, "C data only");
	T *p = static_cast<T *>(arena_alloc(a, v.size() * sizeof(T), alignof(T)));
	if (!v.empty())
		memcpy(static_cast<void *>(p), v.data(), v.size() * sizeof(T));
	return p;
}

// The text of an error, which is thereby consumed: first line only, without LLVM's full stop.
inline std::string text_of(llvm::Error e)
{
	std::string s = llvm::toString(std::move(e));
	s.resize(llvm::StringRef(s).split('\n').first.rtrim(". ").size());
	return s;
}

// lazy.cpp: before LLD; calls ll_start_link. `sure_of_output`: its folder is known to be writable
void start_lld(bool sure_of_output);

// room.cpp: once, in a process that does one link and no more
void make_room();

// output.cpp: a large output of LLD, in a folder made for it; NULL if it cannot be had
std::unique_ptr<llvm::FileOutputBuffer> output_file(
	llvm::StringRef path, size_t size, bool executable);
// what is known of the last one, which is then forgotten; NULL: only that
void take_output_sums(ll_sums *out);

// support.cpp: as ll_code_triple
std::string code_triple(llvm::StringRef triple);

} // namespace shim

#endif
