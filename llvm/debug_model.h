// What the two readers of debug information share: the table of types being made, and the layout
// facts that neither source spells out.
#ifndef LLVM_DEBUG_MODEL_H
#define LLVM_DEBUG_MODEL_H

#include "llvm/internal.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/TargetParser/Triple.h"

#include <vector>

namespace shim
{

// Types by index. An index is reserved before its type is known, so that types can refer to
// themselves; the readers fill what they reserved from a worklist, never by recursion.
struct Types {
	arena *mem;
	unsigned pointer_size = 8;
	unsigned max_align = 16; // the ABI's most for a scalar
	std::vector<ll_type> v;

	explicit Types(arena *a);
	void set_machine(const llvm::Triple &t);
	uint32_t reserve();
	void set_members(uint32_t at, llvm::ArrayRef<ll_member> members);

	// Nested arrays of one dimension each: `at` becomes the outermost. A count of UINT64_MAX is
	// an unknown bound. `size` of the whole, or 0
	void set_array(
		uint32_t at, llvm::ArrayRef<uint64_t> counts, uint32_t element, uint64_t size);

	// Sizes, alignments, packedness; cuts cycles of layout. Once, when all types are there.
	void finish();

	std::vector<char> state; // of finish(): 0 not seen, 1 on the stack, 2 done

	void visit(uint32_t root);
	void lay_out(ll_type &t);
	void lay_out_struct(ll_type &t);
	uint32_t natural_align(uint64_t size) const;
};

// DWARF's base type encodings (DW_ATE_xxx)
ll_type_kind kind_of_encoding(unsigned encoding);
// a tag of a type whose only content is another type, or of a struct, class, union or enum
bool kind_of_tag(unsigned tag, ll_type_kind *out);
// DW_LANG_xxx -> "C11", "C++14"
const char *language_name(arena *a, unsigned language);
bool language_is_c(unsigned language);

// "a::b::c" of parts from the innermost outwards; anonymous ones have a name by then
const char *join_scopes(arena *a, llvm::ArrayRef<llvm::StringRef> inner_first);

} // namespace shim

#endif
