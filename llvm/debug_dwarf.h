// Types of DWARF, for debug_dwarf.cpp.
#ifndef LLVM_DEBUG_DWARF_H
#define LLVM_DEBUG_DWARF_H

#include "llvm/debug_model.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/DebugInfo/DWARF/DWARFContext.h"
#include "llvm/DebugInfo/DWARF/DWARFDie.h"

#include <utility>
#include <vector>

namespace shim
{

// Of one object file; several may fill one table, one after the other.
struct DwarfTypes {
	Types &types;
	llvm::DenseMap<const llvm::DWARFDebugInfoEntry *, uint32_t> seen;
	std::vector<std::pair<llvm::DWARFDie, uint32_t>> work;
	llvm::SmallVector<ll_member, 16> members; // of the type being filled

	void fill(llvm::DWARFDie t, uint32_t at);
	void fill_base(llvm::DWARFDie t, uint32_t at);
	void fill_function(llvm::DWARFDie f, uint32_t at);
	void fill_array(llvm::DWARFDie t, uint32_t at);
	void fill_enum(llvm::DWARFDie t, uint32_t at);
	void fill_struct(llvm::DWARFDie t, uint32_t at);
	void fill_wrapper(llvm::DWARFDie t, uint32_t at, ll_type_kind kind);
	void add_member(llvm::DWARFDie m);
	void add_variant(llvm::DWARFDie variant);

	explicit DwarfTypes(Types &into) : types(into)
	{
	}

	// a type, or a subprogram as a function type; an invalid one is void
	uint32_t index(llvm::DWARFDie t);
	// `definition` is what references to `declaration` mean
	void define(llvm::DWARFDie declaration, llvm::DWARFDie definition);
	void drain();
};

// the referenced type of a DIE, or of what it completes
llvm::DWARFDie dwarf_type(llvm::DWARFDie d);
// an attribute of the DIE or of what it completes
llvm::StringRef dwarf_string(llvm::DWARFDie d, llvm::ArrayRef<llvm::dwarf::Attribute> a);
bool dwarf_flag(llvm::DWARFDie d, llvm::dwarf::Attribute a);
// what a concrete or completing DIE was first declared as
llvm::DWARFDie dwarf_origin(llvm::DWARFDie d);
// the DIE whose children are the parameters of a subprogram
llvm::DWARFDie dwarf_params(llvm::DWARFDie subprogram);
const char *dwarf_scoped_name(arena *a, llvm::DWARFDie d);
const char *dwarf_file(arena *a, llvm::DWARFDie d);
bool dwarf_unit_is_c(llvm::DWARFDie d);

} // namespace shim

#endif
