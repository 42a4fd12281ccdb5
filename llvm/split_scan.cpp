// What a module consists of, and what refers to what.
#include "llvm/split.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/DebugProgramInstruction.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;
using namespace shim;

namespace
{

enum : uint64_t {
	LITERAL_SIZE = 64,  // bytes of a constant that is copied rather than shared
	STRING_SIZE = 4096, // the same for texts, which the linker merges again
};

// One value at a time: what its body or initialiser refers to.
class Scan
{
	Split &s;
	unsigned user = NONE;
	DenseSet<const Value *> seen;
	DenseSet<unsigned> calls;

	void start(unsigned i);
	void add(const GlobalValue *g, bool call);
	void constant(const Constant *c);
	void metadata(const Metadata *m);
	void debug_records(const Instruction &i);
	void words(StringRef text);
	void instruction(const Instruction &i);
	void called(unsigned callee);

      public:
	explicit Scan(Split &split) : s(split)
	{
	}
	void function(unsigned i);
	void object(unsigned i);
	void assembly();
};

void Scan::start(unsigned i)
{
	user = i;
	seen.clear();
	calls.clear();
}

void Scan::called(unsigned callee)
{
	SplitValue &v = s.values[callee];

	if (calls.insert(callee).second)
		s.values[user].calls.push_back(callee);
	if (v.caller == NONE)
		v.caller = user;
	else if (v.caller != user)
		v.many_callers = true;
}

void Scan::add(const GlobalValue *g, bool call)
{
	auto at = s.index.find(g);

	if (at == s.index.end()) // llvm.used and the like
		return;
	if (call)
		called(at->second);
	else
		s.values[at->second].escapes = true;
	if (seen.insert(g).second)
		s.values[user].refs.push_back(at->second);
}

void Scan::constant(const Constant *c)
{
	if (const auto *g = dyn_cast<GlobalValue>(c))
		return add(g, false);
	if (isa<ConstantData>(c) || !seen.insert(c).second)
		return;
	if (const auto *b = dyn_cast<BlockAddress>(c)) {
		add(b->getFunction(), false);
		s.join(user, s.index.lookup(b->getFunction()));
		return;
	}
	for (const Use &u : c->operands())
		constant(cast<Constant>(u.get()));
}

void Scan::metadata(const Metadata *m)
{
	if (const auto *c = dyn_cast_or_null<ConstantAsMetadata>(m))
		constant(c->getValue());
	else if (const auto *list = dyn_cast_or_null<DIArgList>(m))
		for (const ValueAsMetadata *v : list->getArgs())
			metadata(v);
}

void Scan::debug_records(const Instruction &i)
{
	for (const DbgVariableRecord &r : filterDbgVars(i.getDbgRecordRange())) {
		metadata(r.getRawLocation());
		if (r.isDbgAssign())
			metadata(r.getRawAddress());
	}
}

// Assembly reaches local symbols by name: it stays in one shard with them, and they keep their
// names. A declaration may be of a symbol that the assembly defines or renames (.symver) for its
// own object file only.
void Scan::words(StringRef text)
{
	while (!text.empty()) {
		size_t n = text.find_if_not(
			[](char c) { return isAlnum(c) || c == '_' || c == '.' || c == '$'; });
		StringRef word = text.take_front(n);
		const GlobalValue *g = word.empty() ? nullptr : s.m.getNamedValue(word);
		auto at = s.index.find(g);

		text = text.substr(word.empty() ? 1 : word.size());
		if (!g || at == s.index.end())
			continue;
		if (!g->hasLocalLinkage() && !(user == s.assembly && g->isDeclaration()))
			continue;
		s.values[at->second].together = true;
		add(g, false);
	}
}

void Scan::instruction(const Instruction &i)
{
	const auto *call = dyn_cast<CallBase>(&i);

	for (const Use &u : i.operands()) {
		const Value *v = u.get();

		if (const auto *g = dyn_cast<GlobalValue>(v))
			add(g, call && call->isCallee(&u) &&
					g->getValueType() == call->getFunctionType());
		else if (const auto *c = dyn_cast<Constant>(v))
			constant(c);
		else if (const auto *m = dyn_cast<MetadataAsValue>(v))
			metadata(m->getMetadata());
		else if (const auto *a = dyn_cast<InlineAsm>(v))
			words(a->getAsmString());
	}
	debug_records(i);
}

void Scan::function(unsigned n)
{
	const auto *f = cast<Function>(s.values[n].v);
	bool plain = true;

	start(n);
	for (const Instruction &i : instructions(f)) {
		plain = plain && !isa<IndirectBrInst>(i);
		if (!i.isDebugOrPseudoInst())
			s.values[n].weight++;
		instruction(i);
	}
	for (const Use &u : f->operands())
		constant(cast<Constant>(u.get()));
	for (const BasicBlock &b : *f)
		plain = plain && !b.hasAddressTaken();
	s.values[n].importable = plain && !f->isInterposable() && !f->isVarArg() &&
				 !f->hasFnAttribute(Attribute::NoInline) &&
				 !f->hasFnAttribute(Attribute::OptimizeNone) &&
				 !f->hasFnAttribute(Attribute::Naked) && !f->isPresplitCoroutine();
}

// a variable, alias or ifunc
void Scan::object(unsigned n)
{
	const GlobalValue *g = s.values[n].v;

	start(n);
	for (const Use &u : cast<User>(g)->operands())
		constant(cast<Constant>(u.get()));
	if (const auto *o = dyn_cast<GlobalObject>(g)) {
		if (const MDNode *md = o->getMetadata(LLVMContext::MD_associated)) {
			const auto *c = dyn_cast_or_null<ConstantAsMetadata>(md->getOperand(0));
			auto at = s.index.find(c ? dyn_cast<GlobalValue>(c->getValue()) : nullptr);

			if (at != s.index.end())
				s.join(n, at->second);
		}
	}
}

void Scan::assembly()
{
	start(s.assembly);
	words(s.m.getModuleInlineAsm());
}

// ---- constants that every shard may have

bool is_literal(const SplitValue &x, const DataLayout &layout)
{
	const auto *v = dyn_cast<GlobalVariable>(x.v);

	if (!v || !v->hasInitializer() || !v->isConstant() || !v->hasLocalLinkage() ||
		!v->hasGlobalUnnamedAddr() || v->hasComdat() || v->hasSection() ||
		v->isThreadLocal() || x.used || x.together || v->hasMetadata() || !x.refs.empty())
		return false;
	const auto *data = dyn_cast<ConstantDataSequential>(v->getInitializer());
	uint64_t size = layout.getTypeAllocSize(v->getValueType());
	return size <= (data && data->isString() ? STRING_SIZE : LITERAL_SIZE);
}

// ---- all of it

void collect_values(Split &s)
{
	SmallVector<GlobalValue *, 0> all;
	SmallPtrSet<const GlobalValue *, 16> used;
	SmallVector<GlobalValue *, 16> lists;

	for (Function &f : s.m)
		all.push_back(&f);
	for (GlobalVariable &v : s.m.globals())
		all.push_back(&v);
	for (GlobalAlias &x : s.m.aliases())
		all.push_back(&x);
	for (GlobalIFunc &x : s.m.ifuncs())
		all.push_back(&x);
	collectUsedGlobalVariables(s.m, lists, false);
	collectUsedGlobalVariables(s.m, lists, true);
	used.insert(lists.begin(), lists.end());
	for (GlobalValue *g : all) {
		SplitValue x;

		if (g->getName() == "llvm.used" || g->getName() == "llvm.compiler.used" ||
			g->getName() == "llvm.global.annotations")
			continue;
		x.v = g;
		x.owned = !g->isDeclarationForLinker();
		x.used = used.contains(g);
		x.together = isa<GlobalIFunc>(g) || isa<GlobalAlias>(g);
		x.cluster = unsigned(s.values.size());
		s.index[g] = x.cluster;
		s.values.push_back(std::move(x));
	}
}

void join_comdats(Split &s)
{
	DenseMap<const Comdat *, unsigned> first;

	for (unsigned i = 0; i < s.values.size(); i++) {
		const auto *o = dyn_cast_or_null<GlobalObject>(s.values[i].v);

		if (o && s.values[i].owned && o->getComdat())
			s.join(i, first.insert({ o->getComdat(), i }).first->second);
	}
}

// Aliases go with what they name, ifuncs with their resolver; and everything that may not be
// declared elsewhere goes with whatever refers to it.
void join_users(Split &s)
{
	for (unsigned i = 0; i < s.values.size(); i++) {
		SplitValue &x = s.values[i];
		bool alias = x.v && (isa<GlobalIFunc>(x.v) || isa<GlobalAlias>(x.v));

		for (unsigned r : x.refs) {
			if (!alias && !s.values[r].together)
				continue;
			s.join(i, r);
			x.importable = false;
		}
	}
}

} // namespace

unsigned Split::cluster(unsigned i)
{
	while (values[i].cluster != i) {
		values[i].cluster = values[values[i].cluster].cluster;
		i = values[i].cluster;
	}
	return i;
}

void Split::join(unsigned a, unsigned b)
{
	a = cluster(a);
	b = cluster(b);
	if (a == b)
		return;
	if (a > b)
		std::swap(a, b);
	values[b].cluster = a;
	values[a].cluster_weight += values[b].cluster_weight;
}

void shim::split_resolve_aliases(Module &m)
{
	for (GlobalAlias &a : m.aliases()) {
		Constant *to = a.getAliasee()->stripPointerCasts();

		if (!a.isInterposable() && a.getType() == to->getType())
			a.replaceAllUsesWith(to);
	}
}

void shim::split_scan(Split &s)
{
	Scan scan(s);

	collect_values(s);
	if (!s.m.getModuleInlineAsm().empty()) {
		SplitValue x;

		x.cluster = s.assembly = unsigned(s.values.size());
		s.values.push_back(std::move(x));
		scan.assembly();
	}
	for (unsigned i = 0; i < s.values.size(); i++) {
		SplitValue &x = s.values[i];

		if (!x.v || x.v->isDeclaration())
			continue;
		if (isa<Function>(x.v))
			scan.function(i);
		else
			scan.object(i);
		if (x.owned)
			s.weight += x.weight;
	}
	for (SplitValue &x : s.values)
		x.copied = x.v && x.owned && is_literal(x, s.m.getDataLayout());
	join_comdats(s);
	join_users(s);
	for (unsigned i = 0; i < s.values.size(); i++)
		s.values[s.cluster(i)].cluster_weight += s.values[i].owned ? s.values[i].weight : 0;
	split_scan_metadata(s);
}
