// What code refers to in another image: its address is in a pointer, the slot, that each load sets
// (image/FORMAT.md 16). Instructions read it there. What no instruction can read for, initialisers
// of data and code that comes as objects, gets a stub of that name, which jumps through the slot;
// then its address is the stub's everywhere in the image, and only calls read the slot. A variable
// cannot have a stub.
#include "llvm/clone.h"
#include "llvm/internal.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Mangler.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/ReplaceConstant.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace
{

std::string slot_name(StringRef symbol)
{
	symbol.consume_front("\1"); // a name that objects have just as it is
	return (LL_IMPORT_PREFIX + symbol).str();
}

// Other objects see no value: nothing can be folded, and it may be read once for many uses.
GlobalVariable *declare_slot(Module &m, StringRef symbol)
{
	if (GlobalVariable *known = m.getNamedGlobal(slot_name(symbol)))
		return known;
	auto *slot = new GlobalVariable(m, PointerType::get(m.getContext(), 0), /*isConstant=*/true,
		GlobalValue::ExternalLinkage, nullptr, slot_name(symbol));

	slot->setExternallyInitialized(true);
	shim::clone_hide(*slot);
	return slot;
}

bool is_call(const Use &u)
{
	const auto *call = dyn_cast<CallBase>(u.getUser());

	return call && call->isCallee(&u);
}

// Not operands that have to be constants, or that no instruction can come before
bool can_read_slot(const Use &u)
{
	const auto *i = dyn_cast<Instruction>(u.getUser());

	if (!i || i->isEHPad())
		return false;
	if (const auto *phi = dyn_cast<PHINode>(i))
		return !isa<CatchSwitchInst>(phi->getIncomingBlock(u)->getTerminator());
	if (const auto *call = dyn_cast<CallBase>(i); call && call->isInlineAsm())
		return false;
	return !isa<IntrinsicInst>(i) || isa<AnyMemIntrinsic>(i) || isa<LifetimeIntrinsic>(i);
}

// A block that comes to a phi twice brings the same value both times.
void replace_in_phi(PHINode &phi, Value &old, GlobalVariable &slot)
{
	SmallDenseMap<BasicBlock *, Value *, 4> of;

	for (unsigned i = 0; i < phi.getNumIncomingValues(); i++) {
		BasicBlock *from = phi.getIncomingBlock(i);

		if (phi.getIncomingValue(i) != &old || isa<CatchSwitchInst>(from->getTerminator()))
			continue;
		Value *&v = of[from];
		if (!v)
			v = shim::clone_load_slot(*from->getTerminator(), slot);
		phi.setIncomingValue(i, v);
	}
}

void replace(Use &u, Value &old, GlobalVariable &slot)
{
	auto *i = cast<Instruction>(u.getUser());

	if (auto *phi = dyn_cast<PHINode>(i))
		return replace_in_phi(*phi, old, slot);
	if (const auto *f = dyn_cast<Function>(&old); f && is_call(u))
		shim::clone_keep_attributes(*cast<CallBase>(i), *f);
	u.set(shim::clone_load_slot(*i, slot));
}

// Such a function may not be called by constructors, as slots are not set then.
bool reads_slot(const Function &f)
{
	return any_of(instructions(f), [](const Instruction &i) {
		const auto *load = dyn_cast<LoadInst>(&i);
		return load && load->getPointerOperand()->getName().starts_with(LL_IMPORT_PREFIX);
	});
}

void add_callees(const Function &f, SetVector<const Function *> &to)
{
	for (const Instruction &i : instructions(f)) {
		const auto *call = dyn_cast<CallBase>(&i);
		if (call && call->getCalledFunction())
			to.insert(call->getCalledFunction());
	}
}

const Function *constructor(const Value *entry)
{
	const auto *row = dyn_cast<ConstantStruct>(entry);

	return row ? dyn_cast<Function>(row->getOperand(1)->stripPointerCasts()) : nullptr;
}

// Where slots lead until they are set. It has a name for who meets it in a debugger.
Function *early(Module &m)
{
	Function *f = m.getFunction(LL_IMPORT_UNSET);

	if (f)
		return f;
	f = Function::Create(FunctionType::get(Type::getVoidTy(m.getContext()), false),
		GlobalValue::ExternalLinkage, LL_IMPORT_UNSET, m);
	shim::clone_hide(*f);
	f->addFnAttr(Attribute::NoInline);
	IRBuilder<> b(BasicBlock::Create(m.getContext(), "", f));
	b.CreateIntrinsic(Intrinsic::trap, {}, {});
	b.CreateUnreachable();
	return f;
}

} // namespace

int ll_import_use(LLVMModuleRef module, const char *symbol, bool stub)
{
	Module &m = *unwrap(module);
	GlobalValue *old = m.getNamedValue(symbol);
	SmallVector<Use *, 16> uses;

	convertUsersOfConstantsToInstructions({ old });
	for (Use &u : old->uses())
		stub |= isa<Function>(old) && !can_read_slot(u);
	for (Use &u : old->uses()) {
		if (can_read_slot(u) && (!stub || is_call(u)))
			uses.push_back(&u);
	}
	if (!uses.empty()) {
		GlobalVariable *slot = declare_slot(m, symbol);
		for (Use *u : uses) {
			if (u->get() == old) /* a phi has all of its own by the first */
				replace(*u, *old, *slot);
		}
	}
	if (!old->use_empty()) {
		shim::clone_hide(*old); /* the stub */
		return 1;
	}
	old->eraseFromParent();
	return 0;
}

const char *ll_import_early(arena *a, LLVMModuleRef module)
{
	Module &m = *unwrap(module);
	const GlobalVariable *list = m.getNamedGlobal("llvm.global_ctors");
	SetVector<const Function *> reached;

	if (!list || !list->hasInitializer() || !isa<ConstantArray>(list->getInitializer()))
		return nullptr;
	for (const Value *entry : cast<ConstantArray>(list->getInitializer())->operand_values()) {
		if (const Function *f = constructor(entry))
			reached.insert(f);
	}
	for (size_t i = 0; i < reached.size(); i++) {
		if (reads_slot(*reached[i]))
			return shim::copy(a, reached[i]->getName());
		add_callees(*reached[i], reached);
	}
	return nullptr;
}

int ll_import_define(LLVMModuleRef module, const char *symbol, LLVMModuleRef user, bool stub)
{
	Module &m = *unwrap(module);
	GlobalVariable *slot = declare_slot(m, symbol);
	std::string name;
	raw_string_ostream os(name);
	const Function *as = user ? unwrap(user)->getFunction(symbol) : nullptr;

	slot->setInitializer(early(m));
	if (!stub)
		return 0;
	Function *f =
		Function::Create(as ? as->getFunctionType()
				    : FunctionType::get(Type::getVoidTy(m.getContext()), false),
			GlobalValue::ExternalLinkage, symbol, m);
	if (as) {
		f->setAttributes(as->getAttributes());
		f->setCallingConv(as->getCallingConv());
	}
	shim::clone_hide(*f);
	if (shim::clone_stub_refusal(*f))
		return -1;
	shim::clone_stub_body(*f, *slot, 0);
	if (!Triple(m.getTargetTriple()).isOSBinFormatCOFF())
		return 0;
	/* what a declaration with dllimport goes through */
	Mangler().getNameWithPrefix(os, f, false);
	shim::clone_hide(*GlobalAlias::create(slot->getValueType(), 0, GlobalValue::ExternalLinkage,
		"\1__imp_" + name, slot, &m));
	return 0;
}
