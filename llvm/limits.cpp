// What the verifier lets through and no machine code can be made of in reasonable time or space.
#include "llvm/internal.h"

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace
{

constexpr uint64_t most_align = 64 << 20;   // bytes; the file has as many
constexpr unsigned most_bits = 8192;        // of an integer
constexpr unsigned most_elements = 1 << 14; // of a vector

// Variables of 1 GiB in all leave code as much room again. What is large is what is in clang's
// medium code model.
constexpr uint64_t much_data = 1 << 30, large_variable = 1 << 16;

// The type's fault, or an empty text. Aggregates may be large: they are in memory.
std::string fault(const Type *t)
{
	if (auto *i = dyn_cast<IntegerType>(t); i && i->getBitWidth() > most_bits)
		return "integers of " + std::to_string(i->getBitWidth()) + " bits; " +
		       std::to_string(most_bits) + " is the most";
	if (auto *v = dyn_cast<FixedVectorType>(t); v && v->getNumElements() > most_elements)
		return "vectors of " + std::to_string(v->getNumElements()) + " elements; " +
		       std::to_string(most_elements) + " is the most";
	return "";
}

std::string align_fault(MaybeAlign a)
{
	if (!a || a->value() <= most_align)
		return "";
	return "an alignment of " + std::to_string(a->value()) + " bytes; " +
	       std::to_string(most_align) + " is the most";
}

std::string function_fault(const Function &f, SmallPtrSetImpl<const Type *> &good)
{
	auto look = [&](const Type *t) { return good.insert(t).second ? fault(t) : ""; };
	std::string r = align_fault(f.getAlign());

	for (const Argument &a : f.args()) {
		if (r.empty())
			r = look(a.getType());
	}
	for (const Instruction &i : instructions(f)) {
		if (!r.empty())
			break;
		r = look(i.getType());
	}
	return r;
}

bool takes_room(const GlobalVariable &g)
{
	return !g.isDeclarationForLinker() && !g.getName().starts_with("llvm.");
}

uint64_t bytes_of(const GlobalVariable &g)
{
	return g.getDataLayout().getTypeAllocSize(g.getValueType());
}

} // namespace

uint64_t ll_module_bytes(LLVMModuleRef module)
{
	uint64_t sum = 0;

	for (const GlobalVariable &g : unwrap(module)->globals()) {
		if (takes_room(g) && g.getCodeModel() != CodeModel::Large)
			sum = SaturatingAdd(sum, bytes_of(g));
	}
	return sum;
}

void ll_mark_large(LLVMModuleRef module)
{
	Module &m = *unwrap(module);
	Triple t(m.getTargetTriple());

	if (t.getArch() != Triple::x86_64 || !t.isOSBinFormatELF() ||
		m.getDataLayout().getPointerSize() != 8 || ll_module_bytes(module) <= much_data)
		return;
	for (GlobalVariable &g : m.globals()) {
		if (takes_room(g) && !g.isThreadLocal() && !g.hasSection() && !g.getCodeModel() &&
			bytes_of(g) >= large_variable)
			g.setCodeModel(CodeModel::Large);
	}
}

const char *ll_module_limits(arena *a, LLVMModuleRef module)
{
	SmallPtrSet<const Type *, 32> good;

	for (const GlobalVariable &g : unwrap(module)->globals()) {
		std::string r = align_fault(g.getAlign());

		SmallPtrSet<Type *, 4> open; // structures that hold themselves
		if (!g.isDeclaration() && !g.getValueType()->isSized(&open))
			r = "a type that has no size";
		if (!r.empty())
			return shim::copy(a, "variable '" + g.getName() + "' has " + r);
	}
	for (const Function &f : *unwrap(module)) {
		std::string r = function_fault(f, good);

		if (!r.empty())
			return shim::copy(a, "function '" + f.getName() + "' has " + r);
	}
	return nullptr;
}
