// What a function may gain from a better CPU, and how much of its time that is. Nobody knows the
// time before it runs: an instruction counts as eight at each depth of loops. In a loop that calls
// nothing a CPU's features show most; vectors serve those whose count is known before they run.
#include "llvm/clone.h"

#include "llvm/Analysis/AssumptionCache.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Operator.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/PromoteMemToReg.h"

using namespace llvm;

namespace
{

constexpr unsigned MAX_DEPTH = 4;            // of small functions that call small ones
constexpr unsigned LIBRARY_CALL = 16;        // instructions that a call into libm counts as
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

bool is_rounding(Intrinsic::ID id)
{
	switch (id) {
	case Intrinsic::ceil:
	case Intrinsic::floor:
	case Intrinsic::nearbyint:
	case Intrinsic::rint:
	case Intrinsic::round:
	case Intrinsic::roundeven:
	case Intrinsic::trunc: return true;
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

bool has_floats(const Instruction &i)
{
	return (i.isBinaryOp() || isa<FCmpInst>(i) || i.isCast()) &&
	       (i.getOperand(0)->getType()->isFPOrFPVectorTy() || i.getType()->isFPOrFPVectorTy());
}

Contents contents(const Instruction &i, unsigned depth)
{
	Contents r;

	if (i.isDebugOrPseudoInst())
		return r;
	if (auto *c = dyn_cast<CallBase>(&i))
		return contents(*c, depth);
	r.floats = has_floats(i);
	return r;
}

Contents contents(const Function &f, unsigned depth)
{
	Contents r;

	for (const BasicBlock &b : f) {
		for (const Instruction &i : b)
			r.add(contents(i, depth));
	}
	return r;
}

// ---- an instruction by itself

uint32_t type_traits(const Type *t)
{
	const Type *element = t->getScalarType();

	return (t->isVectorTy() ? LL_F_VECTOR : 0) | (element->isHalfTy() ? LL_F_HALF : 0) |
	       (element->isBFloatTy() ? LL_F_BFLOAT : 0);
}

bool is_query(const Value *v)
{
	auto *g = dyn_cast<GlobalValue>(v->stripInBoundsConstantOffsets());

	return g && shim::clone_is_query(*g);
}

uint32_t instruction_traits(const Instruction &i)
{
	uint32_t r = type_traits(i.getType());
	auto *fp = dyn_cast<FPMathOperator>(&i);
	auto *c = dyn_cast<IntrinsicInst>(&i);

	if (i.isDebugOrPseudoInst())
		return 0;
	if (fp && fp->getFastMathFlags().any())
		r |= LL_F_MATH;
	if (c && (c->getIntrinsicID() == Intrinsic::fma ||
			 c->getIntrinsicID() == Intrinsic::fmuladd))
		r |= LL_F_MATH;
	if (c && is_rounding(c->getIntrinsicID()))
		r |= LL_F_ROUND;
	for (const Value *v : i.operands())
		r |= type_traits(v->getType()) | (is_query(v) ? LL_F_CPU_QUERY : 0);
	return r;
}

// what it costs where the CPU has no instruction for it
unsigned cost(const Instruction &i)
{
	auto *c = dyn_cast<IntrinsicInst>(&i);

	return c && (c->getIntrinsicID() == Intrinsic::fma || is_rounding(c->getIntrinsicID()))
		       ? LIBRARY_CALL
		       : 1;
}

// ---- loops

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

bool is_tight(const Loop &l)
{
	return l.isInnermost() && none_of(l.blocks(), [](const BasicBlock *b) {
		return any_of(
			*b, [](const Instruction &i) { return contents(i, MAX_DEPTH).calls; });
	});
}

uint32_t loop_traits(const Loop &l, ScalarEvolution &se)
{
	if (!is_tight(l))
		return LL_F_LOOP;
	return LL_F_LOOP | LL_F_TIGHT | (is_plain(l) && is_counted(se, l) ? LL_F_COUNTED : 0);
}

uint64_t weight_at(unsigned depth)
{
	return 1ull << 3 * std::min(depth, 4u);
}

// ---- all of a function

struct Reader {
	Function &f;
	DominatorTree dt;
	LoopInfo li;
	TargetLibraryInfoImpl libraries;
	TargetLibraryInfo tli;
	AssumptionCache ac;
	ScalarEvolution se;
	DenseMap<const Loop *, uint32_t> loops;
	uint32_t traits = 0;
	uint64_t all = 0, gaining = 0, tight = 0;

	explicit Reader(Function &function)
	    : f(function), dt(f), li(dt), libraries(Triple(f.getParent()->getTargetTriple())),
	      tli(libraries, &f), ac(f), se(f, tli, ac, dt, li)
	{
	}
	void block(const BasicBlock &b);
	void read(shim::CloneGain *out);
};

void Reader::block(const BasicBlock &b)
{
	const Loop *l = li.getLoopFor(&b);
	uint64_t weight = weight_at(li.getLoopDepth(&b));
	uint32_t loop = l ? loops.lookup(l) : 0;

	for (const Instruction &i : b) {
		uint32_t own = instruction_traits(i);
		Contents c = l ? contents(i, MAX_DEPTH) : Contents();

		own |= (c.floats ? LL_F_FLOAT_LOOP : 0) | (c.bits ? LL_F_BIT_LOOP : 0);
		traits |= own | loop;
		if (i.isDebugOrPseudoInst())
			continue;
		all += weight * cost(i);
		if (own || loop & LL_F_COUNTED)
			gaining += weight * cost(i);
		else if (loop & LL_F_TIGHT)
			tight += weight;
	}
}

void Reader::read(shim::CloneGain *out)
{
	for (const Loop *l : li.getLoopsInPreorder())
		loops[l] = loop_traits(*l, se);
	traits |= type_traits(f.getReturnType());
	for (const Type *t : f.getFunctionType()->params())
		traits |= type_traits(t);
	for (const BasicBlock &b : f)
		block(b);
	out->traits = traits;
	out->work = all;
	out->gaining = gaining;
	out->tight = tight;
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

bool has_labels(const Function &f)
{
	return any_of(f, [](const BasicBlock &b) { return b.hasAddressTaken(); });
}

// Code that was never optimised keeps its counters in memory: they come out of it in a copy.
void read_copy(Function &f, shim::CloneGain *out)
{
	ValueToValueMapTy map;
	Function *copy = CloneFunction(&f, map);

	stripDebugInfo(*copy);
	DominatorTree dt(*copy);
	PromoteMemToReg(promotable(*copy), dt);
	Reader(*copy).read(out);
	copy->eraseFromParent();
}

} // namespace

shim::CloneGain::CloneGain(Function &f)
{
	DominatorTree dt(f);
	LoopInfo li(dt);

	for (const BasicBlock &b : f) {
		if (li.getLoopFor(&b))
			weight[&b] = weight_at(li.getLoopDepth(&b));
	}
	if (weight.empty() || promotable(f).empty() || has_labels(f))
		Reader(f).read(this);
	else
		read_copy(f, this);
}
