// What the verifier lets through and no machine code can be made of in reasonable time or space.
#include "llvm/internal.h"

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace
{

constexpr uint64_t most_align = 64 << 20;   // bytes; the file has as many
constexpr unsigned most_bits = 8192;        // of an integer
constexpr unsigned most_elements = 1 << 14; // of a vector

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

} // namespace

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
