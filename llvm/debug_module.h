// Types of LLVM's debug metadata, for debug_module.cpp.
#ifndef LLVM_DEBUG_MODULE_H
#define LLVM_DEBUG_MODULE_H

#include "llvm/debug_model.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Function.h"

#include <utility>
#include <vector>

namespace shim
{

struct ModuleTypes {
	Types &types;
	bool is_c;
	llvm::DenseMap<const llvm::DIType *, uint32_t> seen;
	std::vector<std::pair<const llvm::DIType *, uint32_t>> work;
	llvm::SmallVector<ll_member, 16> members; // of the type being filled

	void fill(const llvm::DIType *t, uint32_t at);
	void fill_function(const llvm::DISubroutineType *f, uint32_t at);
	void fill_derived(const llvm::DIDerivedType *t, uint32_t at);
	void fill_composite(const llvm::DICompositeType *t, uint32_t at);
	void fill_array(const llvm::DICompositeType *t, uint32_t at);
	void fill_enum(const llvm::DICompositeType *t, uint32_t at);
	void fill_struct(const llvm::DICompositeType *t, uint32_t at);
	void add_member(const llvm::DIDerivedType *m);
	void add_param(uint32_t type, uint32_t flags);
	void add_address(const llvm::DIType *t, const llvm::Argument &arg);
	void add_hidden(const llvm::Argument &arg);
	uint32_t finish_function(uint32_t result);
	uint32_t fortran_function(const llvm::Function &f, const llvm::DISubroutineType *type);

	ModuleTypes(Types &into, bool language_is_c) : types(into), is_c(language_is_c)
	{
	}

	// null is void
	uint32_t index(const llvm::DIType *t);
	// The type of a function. Where its compiler's is known to leave things out they come from
	// its parameters (by number, NULL if not known) and from its code.
	uint32_t function(const llvm::Function &f, const llvm::DISubprogram *sp,
		llvm::ArrayRef<const llvm::DILocalVariable *> params);
	// fill all that was asked for, and all that this asks for
	void drain();
};

// are all units C?
bool module_is_c(const llvm::Module &m);

// "ns::Class::name"; "" if name is
const char *scoped_name(arena *a, const llvm::DIScope *scope, llvm::StringRef name);

} // namespace shim

#endif
