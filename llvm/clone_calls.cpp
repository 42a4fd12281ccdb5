// Who refers to a cloned function, and how: a call goes to a version where it is known which one,
// else through the slot; whatever wants an address gets the stub's.
#include "llvm/clone_maker.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Metadata.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;
using namespace shim;

// The CPU whose version of f is called where one of `cpus` was chosen; -1: it depends
int64_t CloneMaker::target(ArrayRef<uint32_t> cpus, size_t f) const
{
	int64_t r = -1;

	for (uint32_t u : cpus) {
		int64_t e = entry[u * n + f];
		if (r >= 0 && r != e)
			return -1;
		r = e;
	}
	return r;
}

int64_t CloneMaker::target(const CpuModule &c, size_t caller, size_t f) const
{
	SmallVector<uint32_t, 8> cpus;

	/* inlined into code of this module, whichever CPU it runs for */
	if (c.imported.test(caller))
		return target(chains[c.cpu], f);
	for (uint32_t u = 0; u < ncpus; u++) {
		if (entry[u * n + caller] == c.cpu)
			cpus.push_back(u);
	}
	return target(cpus, f);
}

void CloneMaker::need_slot(size_t f)
{
	if (slot[f] >= 0)
		return;
	slot[f] = 0;
}

static bool wants_address(const Function &f)
{
	return any_of(f.uses(), [](const Use &u) {
		auto *c = dyn_cast<CallBase>(u.getUser());
		return !(c && c->isCallee(&u)) && !isa<BlockAddress>(u.getUser());
	});
}

void CloneMaker::slot_edges(CpuModule &c)
{
	for (size_t g = 0; g < n; g++) {
		if (!lives(c.cpu, g) && !c.imported.test(g))
			continue;
		for (size_t i = 0; i < plan.funcs[g].ncallees; i++) {
			size_t f = plan.funcs[g].callees[i].func;
			int64_t to = cloned.test(f) ? target(c, g, f) : 0;
			if (to < 0)
				need_slot(f);
		}
	}
}

// Slots are numbered in the module's order.
void CloneMaker::find_slots()
{
	for (auto &c : modules)
		slot_edges(*c);
	for (size_t f = 0; f < n; f++) {
		if (cloned.test(f) && (!funcs[f]->hasLocalLinkage() || wants_address(*funcs[f]) ||
					      pinned(*funcs[f])))
			need_slot(f);
		if (slot[f] < 0)
			continue;
		slot[f] = int64_t(slotted.size());
		slotted.push_back(uint32_t(f));
	}
}

// Demanglers take a suffix of small letters, digits and '_' for that of a version, and then show
// what they made of the name before it.
static std::string version_name(StringRef name, StringRef suffix)
{
	std::string r = (name + "." + suffix).str();

	if (name.starts_with("_Z")) {
		for (size_t i = name.size() + 1; i < r.size(); i++)
			r[i] = r[i] == '-' ? '_' : toLower(r[i]);
	}
	return r;
}

void CloneMaker::name_versions()
{
	for (size_t f = 0; f < n; f++) {
		names[f] = funcs[f]->getName().str();
		for (size_t cpu = 0; cpu < ncpus && cloned.test(f); cpu++) {
			if (lives(cpu, f))
				symbols[cpu * n + f] =
					fresh(version_name(names[f], plan.cpus[cpu].suffix));
		}
	}
}

Function *CloneMaker::declare(CpuModule &c, size_t cpu, size_t f)
{
	StringRef name = symbols[cpu * n + f];
	Function *old = c.m->getFunction(name);

	abroad.set(cpu * n + f);
	if (old)
		return old;
	Function *r = Function::Create(c.body[f]->getFunctionType(), GlobalValue::ExternalLinkage,
		c.body[f]->getAddressSpace(), name, c.m);
	r->copyAttributesFrom(c.body[f]);
	r->setPersonalityFn(nullptr);
	clone_hide(*r);
	return r;
}

GlobalVariable *CloneMaker::slots_in(CpuModule &c)
{
	GlobalVariable *g = c.m->getNamedGlobal(LL_SLOTS);

	if (g)
		return g;
	Type *t = ArrayType::get(PointerType::get(c.m->getContext(), 0), slotted.size());
	g = new GlobalVariable(
		*c.m, t, /*isConstant=*/true, GlobalValue::ExternalLinkage, nullptr, LL_SLOTS);
	g->setExternallyInitialized(true); /* no load of it may be folded */
	clone_hide(*g);
	return g;
}

Value *shim::clone_load_slot(Instruction &before, Value &slot)
{
	IRBuilder<> b(&before);
	LoadInst *load = b.CreateLoad(b.getPtrTy(), &slot);
	MDNode *nothing = MDNode::get(b.getContext(), {});

	load->setMetadata(LLVMContext::MD_invariant_load, nothing);
	load->setMetadata(LLVMContext::MD_nonnull, nothing);
	load->setMetadata(LLVMContext::MD_noundef, nothing);
	return load;
}

void shim::clone_keep_attributes(CallBase &call, const Function &f)
{
	static constexpr Attribute::AttrKind kinds[] = { Attribute::NoUnwind, Attribute::NoReturn,
		Attribute::ReturnsTwice, Attribute::Memory, Attribute::WillReturn,
		Attribute::NoFree, Attribute::NoSync, Attribute::Cold, Attribute::Convergent };

	for (auto kind : kinds) {
		if (f.hasFnAttribute(kind) && !call.getAttributes().hasFnAttr(kind))
			call.addFnAttr(f.getFnAttribute(kind));
	}
}

void CloneMaker::through_slot(CpuModule &c, CallBase &call, size_t f)
{
	GlobalVariable *g = slots_in(c);
	IRBuilder<> b(&call);
	Value *at = b.CreateConstInBoundsGEP2_64(g->getValueType(), g, 0, uint64_t(slot[f]));

	clone_keep_attributes(call, *c.body[f]);
	call.setCalledOperand(clone_load_slot(call, *at));
}

void CloneMaker::redirect(CpuModule &c, CallBase &call, size_t f)
{
	const GlobalValue *caller = call.getFunction();
	auto o = c.origin.find(caller);
	size_t g = index.lookup(o == c.origin.end() ? caller : o->second);
	int64_t to = target(c, g, f);

	if (to < 0)
		return through_slot(c, call, f);
	/* the body here has the name of what this CPU calls */
	if (size_t(to) == entry[c.cpu * n + f])
		call.setCalledOperand(c.body[f]);
	else
		call.setCalledOperand(declare(c, size_t(to), f));
	if (size_t(to) != c.cpu)
		abroad.set(size_t(to) * n + f);
}

// In one module: what was the function is a version now, or stands for one; its address is the
// stub's.
void CloneMaker::split(CpuModule &c, size_t f)
{
	Function *body = c.body[f];
	std::vector<CallBase *> calls;

	for (const Use &u : body->uses()) {
		auto *call = dyn_cast<CallBase>(u.getUser());
		if (call && call->isCallee(&u))
			calls.push_back(call);
	}
	Function *stub = Function::Create(
		body->getFunctionType(), body->getLinkage(), body->getAddressSpace(), "", c.m);
	stub->copyAttributesFrom(body);
	stub->setPersonalityFn(nullptr);
	stub->clearGC();
	stub->setComdat(c.cpu ? nullptr : body->getComdat());
	if (c.cpu)
		stub->setLinkage(GlobalValue::ExternalLinkage);
	stub->takeName(body);
	body->setName(symbols[entry[c.cpu * n + f] * n + f]);
	ValueAsMetadata::handleRAUW(body, stub);
	body->replaceUsesWithIf(stub, [](Use &u) { return !isa<BlockAddress>(u.getUser()); });
	for (CallBase *call : calls)
		redirect(c, *call, f);
	c.stub[f] = stub;
	if (c.cpu)
		c.origin[stub] = nullptr; /* filled in when all are there */
}

void CloneMaker::refer(CpuModule &c)
{
	for (size_t f = 0; f < n; f++) {
		if (cloned.test(f) && c.body[f])
			split(c, f);
	}
}

// A linkage name of its own tells debuggers which version it is. What a class declares keeps its
// name: DWARF has it there.
static void name_debug(Function &f, StringRef symbol)
{
	DISubprogram *sp = f.getSubprogram();

	if (!sp || !sp->isDistinct())
		return;
	if (sp->getDeclaration() && !sp->getDeclaration()->getLinkageName().empty())
		return;
	sp->replaceLinkageName(MDString::get(f.getContext(), symbol));
}

static void set_version(Function &f, bool is_abroad)
{
	f.setComdat(nullptr);
	f.setDLLStorageClass(GlobalValue::DefaultStorageClass);
	f.setVisibility(GlobalValue::DefaultVisibility);
	if (is_abroad) {
		f.setLinkage(GlobalValue::ExternalLinkage);
		clone_hide(f);
	} else {
		f.setLinkage(GlobalValue::InternalLinkage);
	}
}

void CloneMaker::finish_versions()
{
	for (auto &c : modules) {
		for (size_t f = 0; f < n; f++) {
			Function *body = cloned.test(f) ? c->body[f] : nullptr;
			size_t at = entry[c->cpu * n + f] * n + f;

			if (!body || body->isDeclaration())
				continue;
			name_debug(*body, symbols[at]);
			if (lives(c->cpu, f))
				set_version(*body, abroad.test(at) || slot[f] >= 0);
		}
	}
}

void CloneMaker::define_slots()
{
	CpuModule &c = *modules[0];
	std::vector<Constant *> v;

	if (slotted.empty())
		return;
	GlobalVariable *g = slots_in(c);
	for (uint32_t f : slotted)
		v.push_back(c.body[f]);
	g->setInitializer(ConstantArray::get(cast<ArrayType>(g->getValueType()), v));
}

// A stub nobody wants goes. One that stays must stay as it is: LLVM may not think that it knows all
// its callers.
void CloneMaker::define_stubs()
{
	CpuModule &c = *modules[0];
	const DataLayout &layout = m.getDataLayout();

	for (size_t f = 0; f < n; f++) {
		Function *stub = cloned.test(f) ? c.stub[f] : nullptr;

		if (!stub)
			continue;
		if (stub->hasLocalLinkage() && stub->use_empty() && !pinned(*stub)) {
			stub->eraseFromParent();
			c.stub[f] = nullptr;
			continue;
		}
		clone_stub_body(*stub, *c.m->getNamedGlobal(LL_SLOTS),
			uint64_t(slot[f]) * layout.getPointerSize());
		if (stub->hasLocalLinkage() && pinned(*stub))
			appendToCompilerUsed(m, stub);
		else if (stub->hasLocalLinkage())
			promote(*stub);
	}
}
