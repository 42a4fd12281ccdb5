// Versions of functions for several CPUs: what the files of it share.
//
//   clone_facts.cpp   what each function is: what it might gain, why it must stay one
//   clone_gain.cpp    what it may gain
//   clone_asm.cpp     what its assembly names
//   clone_abi.cpp     does a call look the same on every CPU?
//   clone_make.cpp    the modules, one per CPU: which code is where, and under which name
//   clone_calls.cpp   calls in them: to a version, or through a slot; stubs
//   clone_stub.cpp    the stub of each machine
//   clone_query.cpp   questions after the CPU, answered
//
// Words: a function is *cloned* if it has several versions; `entry(cpu, f)` is the CPU whose
// version of f runs where `cpu` was chosen: its own, or its base's. A version runs where one of
// several CPUs may have been chosen. It calls another function directly if all of those have the
// same entry for it, else through the slot. So the version of a function that runs is always the
// chosen CPU's entry, and state that belongs to one version (addresses of labels) stays with it.
#ifndef LLVM_CLONE_H
#define LLVM_CLONE_H

#include "llvm/internal.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Module.h"

#include <string>
#include <vector>

namespace llvm
{
class CallBase;
class TargetMachine;
} // namespace llvm

namespace shim
{

// the functions that ll_clone_facts and ll_clone_make number: definitions, in the module's order
std::vector<llvm::Function *> clone_functions(llvm::Module &m);

// what a function may gain
struct CloneGain {
	uint32_t traits = 0;                                       // LL_F_LOOP ... LL_F_CPU_QUERY
	uint64_t work = 0, gaining = 0, tight = 0;                 // ll_func_facts
	llvm::DenseMap<const llvm::BasicBlock *, uint64_t> weight; // of blocks in loops; else 1

	explicit CloneGain(llvm::Function &f);
};

// Is a CPU's width of vectors part of how `f` is called, or of how it calls? The reason, or NULL.
struct CloneAbi {
	CloneAbi(llvm::TargetMachine &machine, llvm::StringRef cpu, llvm::StringRef features);
	const char *reason(llvm::Function &f);

      private:
	llvm::TargetMachine &tm;
	std::string cpu, features;
	bool i386, x86, scalable_only;
	llvm::DenseMap<const llvm::Function *, bool> inlined; /* do they pass on such things? */

	unsigned width(llvm::Function &f);
	bool differs(llvm::Type *t, unsigned width) const;
	bool signature_differs(const llvm::FunctionType *t, unsigned width) const;
	bool call_differs(const llvm::CallBase &c, unsigned width);
	bool passes_on(llvm::Function &f);
	bool old_float(llvm::CallingConv::ID id, const llvm::AttributeList &attributes,
		const llvm::FunctionType *t) const;
};

// words of assembly: of the module and in its functions
struct CloneAsm {
	explicit CloneAsm(llvm::Module &m);
	bool names(llvm::StringRef symbol) const
	{
		return words.contains(symbol);
	}

      private:
	llvm::StringSet<> words;
};
// Does assembly inside a function define a symbol, which a second copy would define again?
bool clone_asm_defines(llvm::StringRef text);
// The symbols that assembly defines, but for those it shows to other objects
llvm::StringSet<> clone_asm_locals(llvm::StringRef text);
void clone_asm_words(llvm::StringRef text, llvm::function_ref<void(llvm::StringRef)> f);

// Can a stub for f be made on the module's machine? The reason why not, or NULL.
const char *clone_stub_refusal(const llvm::Function &f);
// Give the stub (a declaration) its body: it jumps to where the pointer at slots + offset leads.
void clone_stub_body(llvm::Function &stub, llvm::GlobalVariable &slots, uint64_t offset);

// hidden: other modules of the image reach it, nothing outside does
void clone_hide(llvm::GlobalValue &v);
// Read a slot before an instruction: it never changes while code runs, and is never null.
llvm::Value *clone_load_slot(llvm::Instruction &before, llvm::Value &slot);
// What LLVM knows of f, a call of it that goes through a pointer has to say itself.
void clone_keep_attributes(llvm::CallBase &call, const llvm::Function &f);

// Is it a question after the CPU?
bool clone_is_query(const llvm::GlobalValue &v);
// Answer what code for the CPU may take for granted, in the functions of a module.
void clone_answer_queries(llvm::Module &m, llvm::StringRef cpu, llvm::StringRef features);

// Is g a table that only f reads?
bool clone_is_label_table(const llvm::GlobalVariable &g, const llvm::Function &f);

// An alias's function, if a call of the alias is a call of it; else the value itself
llvm::Value *clone_callee(const llvm::CallBase &c);

} // namespace shim

#endif
