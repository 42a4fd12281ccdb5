// What the functions of a module are: what each might gain from a better CPU, and why some must
// stay in one version. frontend/cpu/clones.c decides with it.
#include "llvm/clone.h"

#include "llvm-c/Core.h"
#include "llvm-c/TargetMachine.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/GlobalAlias.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/PassInstrumentation.h"
#include "llvm/IR/PassManager.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/IPO/GlobalDCE.h"
#include "llvm/Transforms/Utils/GlobalStatus.h"

#include <map>

using namespace llvm;

std::vector<Function *> shim::clone_functions(Module &m)
{
	std::vector<Function *> v;

	for (Function &f : m) {
		if (!f.isDeclaration())
			v.push_back(&f);
	}
	return v;
}

Value *shim::clone_callee(const CallBase &c)
{
	Value *v = c.getCalledOperand();

	while (auto *alias = dyn_cast<GlobalAlias>(v)) {
		if (alias->isInterposable() || !isa<GlobalValue>(alias->getAliasee()))
			break;
		v = alias->getAliasee();
	}
	return isa<Function>(v) ? v : c.getCalledOperand();
}

bool shim::clone_is_label_table(const GlobalVariable &g, const Function &f)
{
	GlobalStatus status;

	return g.hasLocalLinkage() && !g.isThreadLocal() &&
	       !GlobalStatus::analyzeGlobal(&g, status) &&
	       status.StoredType == GlobalStatus::NotStored &&
	       !status.HasMultipleAccessingFunctions && status.AccessingFunction == &f;
}

namespace
{

// ---- how it is used

bool has_one_call(const Function &f)
{
	if (!f.hasLocalLinkage() || !f.hasOneUse())
		return false;
	auto *c = dyn_cast<CallBase>(*f.user_begin());
	return c && c->isCallee(&*f.use_begin()) && c->getFunction() != &f;
}

uint32_t use_traits(const Function &f)
{
	static constexpr struct {
		Attribute::AttrKind kind;
		uint32_t trait;
	} rows[] = {
		{ Attribute::Cold, LL_F_COLD },
		{ Attribute::OptimizeNone, LL_F_OPTNONE },
		{ Attribute::AlwaysInline, LL_F_ALWAYS },
		{ Attribute::InlineHint, LL_F_HINT },
		{ Attribute::NoInline, LL_F_NOINLINE },
	};
	uint32_t r = has_one_call(f) ? LL_F_ONE_CALL : 0;

	for (auto &row : rows) {
		if (f.hasFnAttribute(row.kind))
			r |= row.trait;
	}
	return r;
}

// ---- what must stay one

struct Keeper {
	Module &m;
	shim::CloneAbi abi;
	StringSet<> native;
	SmallPtrSet<const Function *, 16> at_start, resolvers, recovered;
	DenseMap<const Function *, const char *> tied; /* to one module, by what is in their code */

	Keeper(Module &module, TargetMachine &tm, StringRef cpu, StringRef features,
		ArrayRef<const char *> native);
	void list(StringRef name);
	void tie_users(const Value &v, const Function *own, const char *why);
	void tie();
	const char *label_reason(const Function &f) const;
	const char *shape_reason(const Function &f) const;
	const char *asm_reason(StringRef text) const;
	const char *body_reason(const Function &f) const;
	const char *reason(Function &f);
};

// the functions of llvm.global_ctors or llvm.global_dtors
void Keeper::list(StringRef name)
{
	auto *v = m.getNamedGlobal(name);
	auto *entries =
		v && v->hasInitializer() ? dyn_cast<ConstantArray>(v->getInitializer()) : nullptr;

	if (!entries)
		return;
	for (const Use &entry : entries->operands()) {
		auto *s = dyn_cast<ConstantStruct>(entry);
		auto *f = s && s->getNumOperands() > 1
				  ? dyn_cast<Function>(s->getOperand(1)->stripPointerCasts())
				  : nullptr;
		if (f)
			at_start.insert(f);
	}
}

Keeper::Keeper(Module &module, TargetMachine &tm, StringRef cpu, StringRef features,
	ArrayRef<const char *> symbols)
    : m(module), abi(tm, cpu, features)
{
	for (const char *s : symbols)
		native.insert(s);
	list("llvm.global_ctors");
	list("llvm.global_dtors");
	tie();
	for (const GlobalIFunc &i : m.ifuncs())
		resolvers.insert(i.getResolverFunction());
	/* handlers that look into the frame of a function, which they name */
	for (const Function &f : m) {
		if (f.getIntrinsicID() != Intrinsic::localrecover &&
			f.getIntrinsicID() != Intrinsic::eh_recoverfp)
			continue;
		for (const User *u : f.users()) {
			auto *c = dyn_cast<CallBase>(u);
			if (!c)
				continue;
			recovered.insert(c->getFunction());
			if (auto *of = dyn_cast<Function>(c->getArgOperand(0)->stripPointerCasts()))
				recovered.insert(of);
		}
	}
}

// the functions whose code has the constant in it, but for its own
void Keeper::tie_users(const Value &v, const Function *own, const char *why)
{
	SmallVector<const User *, 8> todo(v.users());
	SmallPtrSet<const User *, 8> seen;

	while (!todo.empty()) {
		const User *u = todo.pop_back_val();

		if (!seen.insert(u).second)
			continue;
		if (auto *i = dyn_cast<Instruction>(u)) {
			if (i->getFunction() != own)
				tied.try_emplace(i->getFunction(), why);
		} else if (!isa<GlobalValue>(u)) {
			append_range(todo, u->users());
		}
	}
}

// What other modules cannot refer to: labels of another function, symbols that assembly keeps to
// itself
void Keeper::tie()
{
	StringSet<> local = shim::clone_asm_locals(m.getModuleInlineAsm());
	char prefix = m.getDataLayout().getGlobalPrefix();

	for (const Function &f : m) {
		for (const BasicBlock &b : f) {
			if (b.hasAddressTaken())
				tie_users(*BlockAddress::lookup(&b), &f,
					"uses another function's labels");
		}
	}
	if (local.empty())
		return;
	for (const GlobalValue &v : m.global_values()) {
		std::string name = v.getName().str();

		if (v.isDeclaration() && (local.contains(name) || local.contains(prefix + name)))
			tie_users(v, nullptr, "names a symbol that is local to assembly");
	}
}

// Each version has labels of its own. A table of them is copied with the function if no one else
// sees it (clone_make.cpp does).
const char *Keeper::label_reason(const Function &f) const
{
	SmallVector<const User *, 8> todo;
	SmallPtrSet<const User *, 8> seen;

	for (const BasicBlock &b : f) {
		if (b.hasAddressTaken())
			append_range(todo, BlockAddress::lookup(&b)->users());
	}
	while (!todo.empty()) {
		const User *u = todo.pop_back_val();

		if (!seen.insert(u).second)
			continue;
		if (auto *i = dyn_cast<Instruction>(u)) {
			if (i->getFunction() != &f)
				return "another function uses its labels";
		} else if (auto *g = dyn_cast<GlobalVariable>(u)) {
			if (!shim::clone_is_label_table(*g, f))
				return "a table of its labels is used elsewhere or is written to";
		} else if (isa<GlobalValue>(u)) {
			return "its labels have names";
		} else {
			append_range(todo, u->users());
		}
	}
	return nullptr;
}

const char *Keeper::shape_reason(const Function &f) const
{
	static constexpr CallingConv::ID usual[] = { CallingConv::C, CallingConv::Fast,
		CallingConv::Cold, CallingConv::Tail, CallingConv::Swift, CallingConv::SwiftTail,
		CallingConv::PreserveMost, CallingConv::X86_StdCall, CallingConv::X86_FastCall,
		CallingConv::X86_ThisCall, CallingConv::X86_64_SysV, CallingConv::Win64,
		CallingConv::ARM_AAPCS, CallingConv::ARM_AAPCS_VFP };

	if (f.hasAvailableExternallyLinkage())
		return "is defined elsewhere";
	if (f.hasFnAttribute(Attribute::Naked))
		return "is naked: all of it is assembly";
	if (f.hasFnAttribute(Attribute::ReturnsTwice))
		return "returns twice";
	if (f.hasFnAttribute(Attribute::AlwaysInline))
		return "is always inlined";
	if (f.isPresplitCoroutine())
		return "is a coroutine";
	if (f.hasSection())
		return "has a section of its own";
	if (f.hasPrefixData() || f.hasPrologueData() || f.hasMetadata("kcfi_type"))
		return "has data in front of it";
	if (!is_contained(usual, f.getCallingConv()))
		return "has a calling convention of its own";
	if (f.isInterposable() && native.contains(f.getName()))
		return "is weak, and an object defines it too";
	if (at_start.contains(&f))
		return "runs once, at start or end";
	if (resolvers.contains(&f))
		return "chooses an ifunc";
	if (recovered.contains(&f))
		return "shares its frame with a handler";
	return nullptr;
}

const char *Keeper::asm_reason(StringRef text) const
{
	const char *r = nullptr;

	if (shim::clone_asm_defines(text))
		return "its assembly defines a symbol";
	shim::clone_asm_words(text, [&](StringRef word) {
		const GlobalValue *v = m.getNamedValue(word);
		if (v && v->hasLocalLinkage())
			r = "its assembly names a static symbol";
	});
	return r;
}

const char *Keeper::body_reason(const Function &f) const
{
	for (const BasicBlock &b : f) {
		for (const Instruction &i : b) {
			auto *c = dyn_cast<CallBase>(&i);
			const char *r = nullptr;

			if (!c)
				continue;
			if (c->cannotDuplicate())
				return "has code that may exist once only";
			if (c->isInlineAsm())
				r = asm_reason(
					cast<InlineAsm>(c->getCalledOperand())->getAsmString());
			if (r)
				return r;
			if (c->getIntrinsicID() == Intrinsic::localescape)
				return "shares its frame with a handler";
		}
	}
	return nullptr;
}

const char *Keeper::reason(Function &f)
{
	const char *r = shape_reason(f);

	if (!r)
		r = tied.lookup(&f);
	if (!r)
		r = label_reason(f);
	if (!r)
		r = body_reason(f);
	if (!r)
		r = abi.reason(f);
	return r ? r : shim::clone_stub_refusal(f);
}

// ---- who calls whom

using Index = DenseMap<const Value *, uint32_t>;

// A function that is handed to another one is called there, once that is inlined.
bool is_handed_over(const Value *v)
{
	auto *f = dyn_cast<Function>(v);

	return f && !f->isDeclaration() && f->hasFnAttribute(Attribute::AlwaysInline);
}

void set_callees(arena *a, const Function &f, const Index &index, const shim::CloneGain &gain,
	ll_func_facts *out)
{
	std::map<uint32_t, uint64_t> callees; /* weight of the calls */

	for (const BasicBlock &b : f) {
		for (const Instruction &i : b) {
			uint64_t weight = std::max<uint64_t>(gain.weight.lookup(&b), 1);
			auto *c = dyn_cast<CallBase>(&i);
			auto to = c ? index.find(shim::clone_callee(*c)) : index.end();

			if (to != index.end())
				callees[to->second] += weight;
			for (const Use &u : i.operands()) {
				if (!(c && c->isCallee(&u)) && is_handed_over(u.get()))
					callees[index.lookup(cast<Function>(u.get()))] += weight;
			}
		}
	}
	out->callees = static_cast<ll_callee *>(
		arena_alloc_array(a, callees.size(), sizeof(ll_callee), alignof(ll_callee)));
	for (auto [to, weight] : callees)
		out->callees[out->ncallees++] = { to, weight };
}

void drop_unused(Module &m)
{
	ModuleAnalysisManager am;

	am.registerPass([] { return PassInstrumentationAnalysis(); });
	GlobalDCEPass().run(m, am);
}

void give_names(Module &m)
{
	for (GlobalObject &g : m.global_objects()) {
		if (!g.hasName())
			g.setName("pkgimg.unnamed");
	}
	for (GlobalAlias &g : m.aliases()) {
		if (!g.hasName())
			g.setName("pkgimg.unnamed");
	}
}

} // namespace

const ll_func_facts *ll_clone_facts(arena *a, LLVMModuleRef module, LLVMTargetMachineRef machine,
	const char *cpu, const char *features, const char *const native[], size_t nnative,
	size_t *n)
{
	Module &m = *unwrap(module);
	Index index;

	drop_unused(m);
	give_names(m);
	std::vector<Function *> v = shim::clone_functions(m);
	auto *out = static_cast<ll_func_facts *>(
		arena_alloc_array(a, v.size(), sizeof(ll_func_facts), alignof(ll_func_facts)));
	Keeper keeper(m, *reinterpret_cast<TargetMachine *>(machine), cpu, features,
		ArrayRef(native, nnative));
	for (size_t i = 0; i < v.size(); i++)
		index[v[i]] = uint32_t(i);
	for (size_t i = 0; i < v.size(); i++) {
		Function &f = *v[i];

		out[i].name = shim::copy(a, f.getName());
		out[i].size = f.getInstructionCount();
		shim::CloneGain gain(f);
		out[i].traits = gain.traits | use_traits(f);
		out[i].work = gain.work;
		out[i].gaining = gain.gaining;
		out[i].tight = gain.tight;
		out[i].kept = keeper.reason(f);
		set_callees(a, f, index, gain, &out[i]);
	}
	*n = v.size();
	return out;
}
