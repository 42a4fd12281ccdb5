// Does a call look the same whatever the CPU? Vectors do not: they travel in the CPU's registers
// if those are wide enough, else in pieces or in memory. Functions that take, return or pass on
// vectors wider than target 0's registers stay in one version, and so do those that call them.
#include "llvm/clone.h"

#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

shim::CloneAbi::CloneAbi(TargetMachine &machine, StringRef c, StringRef more)
    : tm(machine), cpu(c), features(more)
{
	const Triple &t = machine.getTargetTriple();

	i386 = t.getArch() == Triple::x86;
	x86 = t.isX86();
	/* there the width of registers is no part of what a CPU has, but of what it is */
	scalable_only = t.isRISCV();
}

// Bits of the widest vector that f, compiled for target 0, passes in one register.
unsigned shim::CloneAbi::width(Function &f)
{
	static constexpr StringLiteral CPU = "target-cpu", FEATURES = "target-features";

	if (scalable_only)
		return 0;
	AttributeList old = f.getAttributes();
	std::string all = f.getFnAttribute(FEATURES).getValueAsString().str();
	if (!features.empty())
		all += (all.empty() ? "" : ",") + features;
	f.addFnAttr(CPU, cpu);
	f.addFnAttr(FEATURES, all);
	unsigned r = unsigned(
		tm.getTargetTransformInfo(f)
			.getRegisterBitWidth(TargetTransformInfo::RGK_FixedWidthVector)
			.getFixedValue());
	f.setAttributes(old);
	return r;
}

bool shim::CloneAbi::differs(Type *t, unsigned most) const
{
	if (auto *a = dyn_cast<ArrayType>(t))
		return differs(a->getElementType(), most);
	if (auto *s = dyn_cast<StructType>(t))
		return any_of(s->elements(), [&](Type *e) { return differs(e, most); });
	if (isa<ScalableVectorType>(t))
		return true;
	if (t->isHalfTy() || t->isBFloatTy())
		return i386;
	auto *v = dyn_cast<FixedVectorType>(t);
	if (!v)
		return false;
	if (x86 && v->getElementType()->isIntegerTy(1)) /* AVX-512 has registers for these */
		return true;
	return v->getPrimitiveSizeInBits().getFixedValue() > most;
}

bool shim::CloneAbi::signature_differs(const FunctionType *t, unsigned most) const
{
	return differs(t->getReturnType(), most) ||
	       any_of(t->params(), [&](Type *p) { return differs(p, most); });
}

bool shim::CloneAbi::call_differs(const CallBase &c, unsigned most)
{
	auto *f = dyn_cast<Function>(c.getCalledOperand());

	if (c.isInlineAsm() || (f && f->isIntrinsic()))
		return false;
	if (f && !f->isDeclaration() && f->hasFnAttribute(Attribute::AlwaysInline)) {
		/* its calls become the caller's */
		auto [at, is_new] = inlined.try_emplace(f, false);
		if (is_new) {
			bool calls = passes_on(*f);
			inlined[f] = calls;
			return calls;
		}
		return at->second;
	}
	return old_float(c.getCallingConv(), c.getAttributes(), c.getFunctionType()) ||
	       differs(c.getType(), most) ||
	       any_of(c.args(), [&](const Use &a) { return differs(a->getType(), most); });
}

// i386: a local function's floats, and those marked `inreg`, are in SSE registers if there are any
bool shim::CloneAbi::old_float(
	CallingConv::ID id, const AttributeList &attributes, const FunctionType *t) const
{
	auto is_float = [](Type *p) { return p->isFloatTy() || p->isDoubleTy(); };

	if (!i386)
		return false;
	if (id != CallingConv::Fast && id != CallingConv::Tail &&
		!attributes.hasAttrSomewhere(Attribute::InReg))
		return false;
	return is_float(t->getReturnType()) || any_of(t->params(), is_float);
}

// The width is asked for when there is a vector at all: an answer takes a while.
bool shim::CloneAbi::passes_on(Function &f)
{
	bool asked = false;
	unsigned most = 0;

	for (BasicBlock &b : f) {
		for (Instruction &i : b) {
			auto *c = dyn_cast<CallBase>(&i);

			if (!c || !call_differs(*c, most))
				continue;
			if (!asked)
				most = width(f);
			asked = true;
			if (call_differs(*c, most))
				return true;
		}
	}
	return false;
}

const char *shim::CloneAbi::reason(Function &f)
{
	const FunctionType *t = f.getFunctionType();

	if (old_float(f.getCallingConv(), f.getAttributes(), t) ||
		(signature_differs(t, 0) && signature_differs(t, width(f))))
		return "takes or returns what other CPUs pass in other registers";
	return passes_on(f) ? "passes on what other CPUs pass in other registers" : nullptr;
}
