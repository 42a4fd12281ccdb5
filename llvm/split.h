// A module taken apart for parallel code generation: what its parts are (split_scan.cpp), which
// shard each goes to (split_plan.cpp), and the shards as modules of their own (split.cpp).
//
// Which part goes where depends on the module alone. Shards follow the order of the source and are
// cut at functions whose name has a certain hash, so a change in one place moves no cut elsewhere.
#ifndef LLVM_SPLIT_H
#define LLVM_SPLIT_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/IR/GlobalValue.h"
#include "llvm/IR/Module.h"

#include <memory>
#include <vector>

namespace shim
{

enum : unsigned {
	NONE = ~0u,
	DATA = 0, // the shard of variables that several shards use, constructors, module assembly
};

// A function, variable, alias or ifunc.
struct SplitValue {
	llvm::GlobalValue *v = nullptr;
	bool owned = false;          // goes into exactly one shard
	bool copied = false;         // a literal: each shard that uses it gets one
	bool used = false;           // in llvm.used or llvm.compiler.used
	bool together = false;       // cannot be declared elsewhere: with its users in one shard
	bool importable = false;     // a function that may be inlined into other shards
	bool escapes = false;        // used other than by being called
	unsigned weight = 0;         // instructions
	unsigned cluster = 0;        // parent in the forest of what stays together
	uint64_t cluster_weight = 0; // in roots
	unsigned caller = NONE;      // the function that calls it, if it is only one
	bool many_callers = false;
	unsigned shard = NONE;
	std::vector<unsigned> refs;  // all it refers to, each once, in order of appearance
	std::vector<unsigned> calls; // of those, functions it calls directly
};

struct SplitShard {
	std::vector<unsigned> owned;
	std::vector<unsigned> imported; // functions: copies that are only there to be inlined
	std::vector<unsigned> borrowed; // constants: copies that are only there to be folded
	std::vector<unsigned> copied;
	std::vector<unsigned> declared;
	uint64_t weight = 0;
	unsigned first = NONE, last = NONE, nfunctions = 0;
};

struct Split {
	llvm::Module &m;
	uint64_t size;                  // instructions a shard should have
	bool imports;                   // copies of functions to inline
	std::vector<SplitValue> values; // in the module's order
	llvm::DenseMap<const llvm::GlobalValue *, unsigned> index;
	std::vector<SplitShard> shards;
	std::vector<unsigned> everywhere; // metadata refers to them
	unsigned assembly = NONE;         // the module's own, as a value without a v
	uint64_t weight = 0;

	Split(llvm::Module &module, uint64_t shard_size, bool import)
	    : m(module), size(shard_size), imports(import)
	{
	}
	unsigned cluster(unsigned i);
	void join(unsigned a, unsigned b);
};

// Aliases that are nothing but another name are replaced by what they name.
void split_resolve_aliases(llvm::Module &m);
// The sums of source files, taken out of debug information.
void split_drop_file_sums(llvm::Module &m);
// values, their references, what must stay together
void split_scan(Split &s);
// what the module's metadata refers to
void split_scan_metadata(Split &s);
// shards: owned, imported, borrowed, copied, declared
void split_plan(Split &s);

} // namespace shim

#endif
