// Shards as bitcode. Nothing is copied: the module's own functions and variables are moved into a
// module of the shard, written, and taken out again. What is defined in another shard has its body
// put aside meanwhile.
#include "llvm/split.h"
#include "llvm/internal.h"

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/Support/CBindingWrapping.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

#include <cstdlib>
#include <optional>

using namespace llvm;
using namespace shim;

namespace
{

enum : size_t { ALL = ~size_t(0) }; // no shard in particular

MDTuple *tuple(Metadata *m)
{
	return cast_or_null<MDTuple>(m);
}

using Attachments = SmallVector<std::pair<unsigned, MDNode *>, 2>;

// A definition that is a declaration for now, or a copy to be inlined.
struct Aside {
	GlobalObject *o;
	GlobalValue::LinkageTypes linkage;
	Comdat *comdat;
	Attachments metadata;
	Constant *initialiser = nullptr;
	Constant *personality = nullptr, *prefix = nullptr, *prologue = nullptr;
	std::unique_ptr<Function> body;
};

// The lists of a compile unit: they belong to one shard, or its debug information would be repeated
// in each.
struct Unit {
	DICompileUnit *unit;
	MDTuple *enums, *retained, *variables, *imported, *macros;
	std::vector<std::pair<Metadata *, unsigned>> of; // global variables and whose they are
};

} // namespace

struct ll_split {
	Split s;
	bool whole = true; // in one piece
	bool apart = false;
	std::vector<Aside> aside;
	std::vector<Unit> units;
	SmallPtrSet<GlobalValue *, 16> used, compiler_used;

	ll_split(Module &m, const ll_split_options &o) : s(m, o.size, o.imports)
	{
	}
	void promote(const ll_split_options &o);
	void read_units();
	void set_units(size_t shard);
	void put_aside(GlobalObject *o, bool keep_body);
	void put_back();
	std::unique_ptr<Module> assemble(size_t shard);
};

// ---- names

// What another shard names becomes visible to the linker, but not outside the image.
void ll_split::promote(const ll_split_options &o)
{
	auto one = [&](unsigned i) {
		GlobalValue *v = s.values[i].v;

		if (!v->hasLocalLinkage())
			return;
		std::string base = (v->getName() + o.tag).str(), name = base;
		for (unsigned n = 2; s.m.getNamedValue(name) || o.taken(o.ctx, name.c_str()); n++)
			name = base + "." + std::to_string(n);
		v->setName(name);
		v->setLinkage(GlobalValue::ExternalLinkage);
		v->setVisibility(GlobalValue::HiddenVisibility);
		v->setDSOLocal(true);
	};

	for (const SplitShard &shard : s.shards) {
		llvm::for_each(shard.declared, one);
		llvm::for_each(shard.imported, one);
		llvm::for_each(shard.borrowed, one);
	}
}

// ---- debug information of whole units

void ll_split::read_units()
{
	DenseMap<const Metadata *, unsigned> owner;

	for (unsigned i = 0; i < s.values.size(); i++) {
		const auto *v = dyn_cast_or_null<GlobalVariable>(s.values[i].v);
		SmallVector<DIGlobalVariableExpression *, 2> about;

		if (!v || !s.values[i].owned)
			continue;
		v->getDebugInfo(about);
		if (s.values[i].shard != NONE)
			for (const auto *e : about)
				owner[e] = s.values[i].shard;
	}
	for (DICompileUnit *u : s.m.debug_compile_units()) {
		Unit x = { u, tuple(u->getRawEnumTypes()), tuple(u->getRawRetainedTypes()),
			tuple(u->getRawGlobalVariables()), tuple(u->getRawImportedEntities()),
			tuple(u->getRawMacros()), {} };

		for (auto *e : u->getGlobalVariables()) {
			auto at = owner.find(e);

			x.of.push_back({ e, at == owner.end() ? unsigned(DATA) : at->second });
		}
		units.push_back(std::move(x));
	}
}

// one shard's part of the lists, or with ALL everything
void ll_split::set_units(size_t shard)
{
	for (Unit &x : units) {
		DICompileUnit *u = x.unit;
		bool rest = shard == DATA || shard == ALL;
		SmallVector<Metadata *, 16> mine;

		for (auto &[expression, home] : x.of) {
			if (home == shard)
				mine.push_back(expression);
		}
		u->replaceEnumTypes(rest ? x.enums : nullptr);
		u->replaceRetainedTypes(rest ? x.retained : nullptr);
		u->replaceImportedEntities(rest ? x.imported : nullptr);
		u->replaceMacros(rest ? x.macros : nullptr);
		u->replaceGlobalVariables(shard == ALL   ? x.variables
					  : mine.empty() ? nullptr
							 : MDTuple::get(u->getContext(), mine));
	}
}

// ---- definitions as declarations

namespace
{

Constant *take(bool has, Constant *c)
{
	return has ? c : nullptr;
}

void set_body_aside(Function *f, Aside &x)
{
	x.personality = take(
		f->hasPersonalityFn(), f->hasPersonalityFn() ? f->getPersonalityFn() : nullptr);
	x.prefix = take(f->hasPrefixData(), f->hasPrefixData() ? f->getPrefixData() : nullptr);
	x.prologue =
		take(f->hasPrologueData(), f->hasPrologueData() ? f->getPrologueData() : nullptr);
	x.body.reset(Function::Create(
		f->getFunctionType(), GlobalValue::InternalLinkage, f->getAddressSpace(), ""));
	x.body->IsNewDbgInfoFormat = f->IsNewDbgInfoFormat;
	x.body->splice(x.body->begin(), f);
	f->setPersonalityFn(nullptr);
	f->setPrefixData(nullptr);
	f->setPrologueData(nullptr);
}

void take_body_back(Function *f, Aside &x)
{
	f->splice(f->begin(), x.body.get());
	f->setPersonalityFn(x.personality);
	f->setPrefixData(x.prefix);
	f->setPrologueData(x.prologue);
	x.body.reset();
}

} // namespace

void ll_split::put_aside(GlobalObject *o, bool keep_body)
{
	Aside x = {};

	if (o->isDeclaration())
		return;
	x.o = o;
	x.linkage = o->getLinkage();
	x.comdat = o->getComdat();
	o->setComdat(nullptr);
	if (keep_body) {
		o->setLinkage(GlobalValue::AvailableExternallyLinkage);
		aside.push_back(std::move(x));
		return;
	}
	o->getAllMetadata(x.metadata);
	o->clearMetadata();
	for (auto &[kind, node] : x.metadata) {
		if (kind == LLVMContext::MD_absolute_symbol)
			o->addMetadata(kind, *node);
	}
	if (auto *v = dyn_cast<GlobalVariable>(o)) {
		x.initialiser = v->getInitializer();
		v->setInitializer(nullptr);
	} else {
		set_body_aside(cast<Function>(o), x);
	}
	o->setLinkage(GlobalValue::ExternalLinkage);
	aside.push_back(std::move(x));
}

void ll_split::put_back()
{
	for (Aside &x : aside) {
		x.o->setLinkage(x.linkage);
		x.o->setComdat(x.comdat);
		if (x.body)
			take_body_back(cast<Function>(x.o), x);
		if (x.initialiser)
			cast<GlobalVariable>(x.o)->setInitializer(x.initialiser);
		if (!x.metadata.empty()) {
			x.o->clearMetadata();
			for (auto &[kind, node] : x.metadata)
				x.o->addMetadata(kind, *node);
		}
	}
	aside.clear();
}

// ---- modules

namespace
{

void take_out(GlobalValue *v)
{
	if (v->getParent())
		v->removeFromParent();
}

void put_in(Module &m, GlobalValue *v)
{
	if (auto *f = dyn_cast<Function>(v))
		m.getFunctionList().push_back(f);
	else if (auto *g = dyn_cast<GlobalVariable>(v))
		m.insertGlobalVariable(g);
	else if (auto *a = dyn_cast<GlobalAlias>(v))
		m.insertAlias(a);
	else
		m.insertIFunc(cast<GlobalIFunc>(v));
}

// Flags and compile units are of every shard; what else there is (linker options) of one.
void copy_named_metadata(const Module &from, Module &to, bool all)
{
	for (const NamedMDNode &n : from.named_metadata()) {
		if (!all && n.getName() != "llvm.module.flags" && n.getName() != "llvm.dbg.cu")
			continue;
		NamedMDNode *out = to.getOrInsertNamedMetadata(n.getName());
		for (unsigned i = 0; i < n.getNumOperands(); i++) {
			MDNode *op = n.getOperand(i);
			/* names functions; it is for the order of sections, which nobody asks for
			 */
			const auto *key = n.getName() == "llvm.module.flags"
						  ? dyn_cast<MDString>(op->getOperand(1))
						  : nullptr;

			if (!key || key->getString() != "CG Profile")
				out->addOperand(op);
		}
	}
}

} // namespace

std::unique_ptr<Module> ll_split::assemble(size_t n)
{
	const SplitShard &shard = s.shards[n];
	auto m = std::make_unique<Module>(s.m.getModuleIdentifier(), s.m.getContext());
	std::vector<unsigned> members;
	SmallVector<GlobalValue *, 16> keep, compiler_keep;

	m->IsNewDbgInfoFormat = s.m.IsNewDbgInfoFormat;
	m->setSourceFileName(s.m.getSourceFileName());
	m->setTargetTriple(s.m.getTargetTriple());
	m->setDataLayout(s.m.getDataLayout());
	if (n == DATA)
		m->setModuleInlineAsm(s.m.getModuleInlineAsm());
	for (const auto *list :
		{ &shard.owned, &shard.imported, &shard.borrowed, &shard.copied, &shard.declared })
		members.insert(members.end(), list->begin(), list->end());
	llvm::sort(members);
	for (unsigned i : shard.declared) {
		if (auto *o = dyn_cast<GlobalObject>(s.values[i].v))
			put_aside(o, false);
	}
	for (const auto *list : { &shard.imported, &shard.borrowed }) {
		for (unsigned i : *list)
			put_aside(cast<GlobalObject>(s.values[i].v), true);
	}
	for (unsigned i : members)
		put_in(*m, s.values[i].v);
	for (unsigned i : shard.owned) {
		if (used.contains(s.values[i].v))
			keep.push_back(s.values[i].v);
		if (compiler_used.contains(s.values[i].v))
			compiler_keep.push_back(s.values[i].v);
	}
	appendToUsed(*m, keep);
	appendToCompilerUsed(*m, compiler_keep);
	copy_named_metadata(s.m, *m, n == DATA);
	set_units(n);
	return m;
}

// ---- the interface

// What cannot be declared in another shard must not have to be.
static bool can_split(const Split &s)
{
	for (const SplitShard &shard : s.shards) {
		for (unsigned i : shard.declared) {
			if (!s.values[i].v || !isa<GlobalObject>(s.values[i].v) ||
				isa<GlobalIFunc>(s.values[i].v))
				return false;
		}
	}
	return s.shards.size() > 2;
}

static void describe(arena *a, const ll_split *x, const ll_shard **out, size_t *n)
{
	size_t count = x->whole ? 1 : x->s.shards.size();
	auto *v = static_cast<ll_shard *>(arena_alloc_array(a, count, sizeof(ll_shard), 8));

	for (size_t i = 0; i < count && !x->whole; i++) {
		const SplitShard &shard = x->s.shards[i];

		v[i].weight = shard.weight;
		v[i].nfunctions = shard.nfunctions;
		if (!shard.nfunctions)
			continue;
		v[i].first = copy(a, x->s.values[shard.first].v->getName());
		v[i].last = copy(a, x->s.values[shard.last].v->getName());
	}
	if (x->whole) {
		for (const Function &f : x->s.m) {
			if (f.isDeclarationForLinker())
				continue;
			v->nfunctions++;
			v->last = copy(a, f.getName());
			v->first = v->first ? v->first : v->last;
		}
		v->weight = x->s.m.getInstructionCount();
	}
	*out = v;
	*n = count;
}

ll_split *ll_split_make(
	arena *a, LLVMModuleRef m, const ll_split_options *o, const ll_shard **out, size_t *n)
{
	auto *x = new ll_split(*unwrap(m), *o);
	SmallVector<GlobalValue *, 16> list;

	if (o->no_file_sums)
		split_drop_file_sums(x->s.m);
	if (x->s.m.getInstructionCount() >= 2 * o->size) {
		split_resolve_aliases(x->s.m);
		split_scan(x->s);
		split_plan(x->s);
		x->whole = !can_split(x->s);
	}
	if (!x->whole) {
		x->promote(*o);
		x->read_units();
		collectUsedGlobalVariables(x->s.m, list, false);
		x->used.insert(list.begin(), list.end());
		list.clear();
		collectUsedGlobalVariables(x->s.m, list, true);
		x->compiler_used.insert(list.begin(), list.end());
	}
	describe(a, x, out, n);
	return x;
}

static void write(const Module &m, bool use_lists, void **bitcode, size_t *size)
{
	SmallVector<char, 0> bytes;
	BitcodeWriter writer(bytes);

	writer.writeModule(m, use_lists);
	writer.writeStrtab();
	*size = bytes.size();
	*bitcode = malloc(bytes.size());
	if (!*bitcode)
		diag_fatal("out of memory: %zu bytes wanted", bytes.size());
	memcpy(*bitcode, bytes.data(), bytes.size());
}

void ll_split_write(ll_split *x, size_t i, void **bitcode, size_t *size)
{
	/* in one piece, the code is to be what it is without this detour */
	if (x->whole)
		return write(x->s.m, true, bitcode, size);
	if (!x->apart)
		for (SplitValue &v : x->s.values)
			if (v.v)
				take_out(v.v);
	x->apart = true;
	std::unique_ptr<Module> m = x->assemble(i);
	write(*m, false, bitcode, size);
	for (SplitValue &v : x->s.values)
		if (v.v && v.v->getParent() == m.get())
			take_out(v.v);
	m.reset();
	x->put_back();
	x->set_units(ALL);
}

void ll_split_end(ll_split *x)
{
	if (x && x->apart) {
		for (SplitValue &v : x->s.values)
			if (v.v)
				put_in(x->s.m, v.v);
	}
	delete x;
}
