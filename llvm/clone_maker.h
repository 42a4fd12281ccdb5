// The state of ll_clone_make: clone_make.cpp has the modules and the names, clone_calls.cpp what
// refers to cloned functions.
#ifndef LLVM_CLONE_MAKER_H
#define LLVM_CLONE_MAKER_H

#include "llvm/clone.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/Transforms/Utils/ValueMapper.h"

#include <memory>

namespace shim
{

// One CPU's module. For CPU 0 it is the module that was given.
struct CpuModule {
	size_t cpu;
	llvm::Module *m;
	std::unique_ptr<llvm::Module> owned; // not CPU 0's
	llvm::BitVector imported; // functions that are here to be inlined only; for others' CPUs
	std::vector<llvm::Function *> body; // [nfuncs] its function, or the declaration
	std::vector<llvm::Function *> stub; // [nfuncs] of cloned ones with a use of theirs
	llvm::DenseMap<const llvm::Value *, llvm::GlobalValue *> origin; // -> the given module's
};

struct CloneMaker {
	arena *mem;
	diags *d;
	llvm::Module &m;
	const ll_clone_plan &plan;
	size_t n, ncpus;
	CloneAsm assembly;
	llvm::StringSet<> taken, used;

	std::vector<llvm::Function *> funcs; // [n] of the given module
	llvm::DenseMap<const llvm::Value *, uint32_t> index;
	std::vector<uint32_t> entry;               // [ncpus * n]
	std::vector<std::vector<uint32_t>> chains; // [ncpus] the CPUs that use its versions
	llvm::BitVector cloned;                    // [n]
	std::vector<std::string> symbols;          // [ncpus * n] of versions
	std::vector<std::string> names;            // [n] what they were called
	llvm::BitVector abroad;    // [ncpus * n] a version that another module refers to
	std::vector<int64_t> slot; // [n], -1: none
	llvm::GlobalVariable *slots = nullptr;
	std::vector<uint32_t> slotted;
	std::vector<std::unique_ptr<CpuModule>> modules; // in the order of CPUs
	llvm::DenseMap<const llvm::GlobalValue *, std::string> promoted;
	llvm::DenseMap<const llvm::Value *, const llvm::Function *> tables; // of labels, and whose

	CloneMaker(arena *a, diags *to, llvm::Module &module, const ll_clone_plan &p);

	bool lives(size_t cpu, size_t f) const
	{
		return !cpu || plan.chosen[cpu * n + f];
	}
	bool pinned(const llvm::GlobalValue &v) const
	{
		return used.contains(v.getName()) || assembly.names(v.getName());
	}
	std::string fresh(const llvm::Twine &name);

	// clone_make.cpp
	void decide_entries();
	void straighten_aliases();
	llvm::BitVector imports(size_t cpu) const;
	std::unique_ptr<CpuModule> make_module(size_t cpu);
	std::string promote(llvm::GlobalValue &v);
	void connect(CpuModule &c);
	void finish_versions();
	bool verify();

	// clone_calls.cpp
	void find_slots();
	void name_versions();
	void refer(CpuModule &c);
	void define_slots();
	void define_stubs();

      private:
	int64_t target(llvm::ArrayRef<uint32_t> cpus, size_t f) const;
	int64_t target(const CpuModule &c, size_t caller, size_t f) const;
	void need_slot(size_t f);
	void slot_edges(CpuModule &c);
	void redirect(CpuModule &c, llvm::CallBase &call, size_t f);
	void through_slot(CpuModule &c, llvm::CallBase &call, size_t f);
	llvm::Function *declare(CpuModule &c, size_t cpu, size_t f);
	void split(CpuModule &c, size_t f);
	llvm::GlobalVariable *slots_in(CpuModule &c);
};

} // namespace shim

#endif
