// What the loops of a function are. A loop that calls nothing is where a CPU's features show;
// vectors serve those whose count is known before they run.
#include "llvm/clone.h"

#include "llvm/Analysis/AssumptionCache.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/PromoteMemToReg.h"

using namespace llvm;

namespace
{

constexpr unsigned MAX_DEPTH = 4;         // of small functions that call small ones
constexpr unsigned SMALL = 60, HINTED = 150; // instructions that LLVM's inliner mostly takes

bool is_bits(Intrinsic::ID id)
{
	switch (id) {
	case Intrinsic::ctpop:
	case Intrinsic::ctlz:
	case Intrinsic::cttz:
	case Intrinsic::bswap:
	case Intrinsic::bitreverse:
	case Intrinsic::fshl:
	case Intrinsic::fshr: return true;
	default: return false;
	}
}

// What a block does, and what the small functions do that it calls.
struct Contents {
	bool calls = false, floats = false, bits = false;

	void add(const Contents &c)
	{
		calls |= c.calls;
		floats |= c.floats;
		bits |= c.bits;
	}
};

bool is_inlined(const Function &f, const Function &caller)
{
	size_t n = f.getInstructionCount();

	if (f.isDeclaration() || f.isInterposable() || &f == &caller ||
		f.hasFnAttribute(Attribute::NoInline))
		return false;
	return f.hasFnAttribute(Attribute::AlwaysInline) || n <= SMALL ||
	       (n <= HINTED && f.hasFnAttribute(Attribute::InlineHint));
}

Contents contents(const Function &f, unsigned depth);

Contents contents(const CallBase &c, unsigned depth)
{
	Contents r;
	auto *f = dyn_cast<Function>(shim::clone_callee(c));

	if (c.isInlineAsm())
		return r;
	if (f && f->isIntrinsic()) {
		r.bits = is_bits(f->getIntrinsicID());
		r.floats = c.getType()->isFPOrFPVectorTy();
		r.calls = isa<MemIntrinsic>(c);
		return r;
	}
	if (f && depth && is_inlined(*f, *c.getFunction()))
		return contents(*f, depth - 1);
	r.calls = true;
	return r;
}

Contents contents(const BasicBlock &b, unsigned depth)
{
	Contents r;

	for (const Instruction &i : b) {
		if (i.isDebugOrPseudoInst())
			continue;
		if (auto *c = dyn_cast<CallBase>(&i))
			r.add(contents(*c, depth));
		else if (i.isBinaryOp() || isa<FCmpInst>(i) || i.isCast())
			r.floats |= i.getOperand(0)->getType()->isFPOrFPVectorTy() ||
				    i.getType()->isFPOrFPVectorTy();
	}
	return r;
}

Contents contents(const Function &f, unsigned depth)
{
	Contents r;

	for (const BasicBlock &b : f)
		r.add(contents(b, depth));
	return r;
}

bool is_counted(ScalarEvolution &se, const Loop &l)
{
	SmallVector<const SCEVPredicate *, 4> assumed;

	return !isa<SCEVCouldNotCompute>(se.getPredicatedBackedgeTakenCount(&l, assumed));
}

// Atomic and volatile accesses are done one by one.
bool is_plain(const Loop &l)
{
	for (const BasicBlock *b : l.blocks()) {
		for (const Instruction &i : *b) {
			if (i.isAtomic() || i.isVolatile())
				return false;
		}
	}
	return true;
}

uint32_t traits(const Loop &l, ScalarEvolution &se)
{
	uint32_t r = LL_F_LOOP;
	Contents c;

	for (const BasicBlock *b : l.blocks())
		c.add(contents(*b, MAX_DEPTH));
	if (c.floats)
		r |= LL_F_FLOAT_LOOP;
	if (c.bits)
		r |= LL_F_BIT_LOOP;
	if (l.isInnermost() && !c.calls) {
		r |= LL_F_TIGHT;
		if (is_plain(l) && is_counted(se, l))
			r |= LL_F_COUNTED;
	}
	return r;
}

uint32_t traits(Function &f)
{
	DominatorTree dt(f);
	LoopInfo li(dt);
	uint32_t r = 0;

	if (li.empty())
		return 0;
	TargetLibraryInfoImpl libraries(Triple(f.getParent()->getTargetTriple()));
	TargetLibraryInfo tli(libraries, &f);
	AssumptionCache ac(f);
	ScalarEvolution se(f, tli, ac, dt, li);
	for (const Loop *l : li.getLoopsInPreorder())
		r |= traits(*l, se);
	return r;
}

SmallVector<AllocaInst *, 16> promotable(Function &f)
{
	SmallVector<AllocaInst *, 16> r;

	for (Instruction &i : f.getEntryBlock()) {
		auto *a = dyn_cast<AllocaInst>(&i);
		if (a && isAllocaPromotable(a))
			r.push_back(a);
	}
	return r;
}

bool has_loop(Function &f)
{
	DominatorTree dt(f);

	return !LoopInfo(dt).empty();
}

bool has_labels(const Function &f)
{
	return any_of(f, [](const BasicBlock &b) { return b.hasAddressTaken(); });
}

// Code that was never optimised keeps its counters in memory: they come out of it in a copy.
uint32_t traits_of_copy(Function &f)
{
	ValueToValueMapTy map;
	Function *copy = CloneFunction(&f, map);

	stripDebugInfo(*copy);
	DominatorTree dt(*copy);
	PromoteMemToReg(promotable(*copy), dt);
	uint32_t r = traits(*copy);
	copy->eraseFromParent();
	return r;
}

} // namespace

uint32_t shim::clone_loop_traits(Function &f)
{
	if (!has_loop(f))
		return 0;
	return promotable(f).empty() || has_labels(f) ? traits(f) : traits_of_copy(f);
}
