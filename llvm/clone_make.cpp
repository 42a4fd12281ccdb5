// The modules, one per CPU. The given module stays CPU 0's, with all data. Another CPU's has its
// versions, and for the inliner copies of small functions and of constants; all else is declared.
// What was local and is used from another module becomes hidden, under a name of its own.
#include "llvm/clone_maker.h"

#include "llvm-c/Core.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/GlobalAlias.h"
#include "llvm/IR/GlobalIFunc.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;
using namespace shim;

static constexpr unsigned SMALL = 60, HINTED = 150, ONCE = 400; // instructions worth inlining
static constexpr uint64_t SHORT = 64; // bytes of a constant that is copied rather than shared

void shim::clone_hide(GlobalValue &v)
{
	v.setDLLStorageClass(GlobalValue::DefaultStorageClass);
	v.setVisibility(GlobalValue::HiddenVisibility);
	v.setDSOLocal(true);
}

CloneMaker::CloneMaker(arena *a, diags *to, Module &module, const ll_clone_plan &p)
    : mem(a), d(to), m(module), plan(p), n(p.nfuncs), ncpus(p.ncpus), assembly(module),
      funcs(clone_functions(module)), chains(ncpus), cloned(unsigned(n)), symbols(ncpus * n),
      names(n), abroad(unsigned(ncpus * n)), slot(n, -1)
{
	SmallVector<GlobalValue *, 16> list;

	for (size_t i = 0; i < p.ntaken; i++)
		taken.insert(p.taken[i]);
	collectUsedGlobalVariables(m, list, /*CompilerUsed=*/false);
	collectUsedGlobalVariables(m, list, /*CompilerUsed=*/true);
	for (const GlobalValue *v : list)
		used.insert(v->getName());
	for (size_t i = 0; i < n; i++)
		index[funcs[i]] = uint32_t(i);
}

// A name that no one has
std::string CloneMaker::fresh(const Twine &name)
{
	std::string wanted = name.str(), r = wanted;

	for (unsigned i = 2; m.getNamedValue(r) || !taken.insert(r).second; i++)
		r = wanted + "." + utostr(i);
	return r;
}

void CloneMaker::decide_entries()
{
	entry.resize(ncpus * n);
	for (size_t cpu = 0; cpu < ncpus; cpu++) {
		for (uint32_t u = uint32_t(cpu); u < ncpus; u++) {
			uint32_t at = u;
			while (at > cpu)
				at = uint32_t(plan.cpus[at].base);
			if (at == cpu)
				chains[cpu].push_back(u);
		}
		for (size_t f = 0; f < n && cpu; f++) {
			bool own = plan.chosen[cpu * n + f];
			entry[cpu * n + f] =
				own ? uint32_t(cpu) : entry[plan.cpus[cpu].base * n + f];
			if (own)
				cloned.set(unsigned(f));
		}
	}
	for (Function *f : funcs) {
		for (const BasicBlock &b : *f) {
			if (!b.hasAddressTaken())
				continue;
			for (GlobalVariable &g : m.globals()) {
				if (clone_is_label_table(g, *f))
					tables[&g] = f;
			}
			break;
		}
	}
}

// A call of a second name is a call of the function.
void CloneMaker::straighten_aliases()
{
	for (Function *f : funcs) {
		for (BasicBlock &b : *f) {
			for (Instruction &i : b) {
				if (auto *c = dyn_cast<CallBase>(&i))
					c->setCalledOperand(clone_callee(*c));
			}
		}
	}
}

// ---- what a module takes along

static bool is_import(const ll_func_facts &f)
{
	if (f.traits & LL_F_ALWAYS)
		return true;
	if (f.kept || (f.traits & (LL_F_NOINLINE | LL_F_OPTNONE | LL_F_COLD)))
		return false;
	return f.size <= SMALL || (f.size <= HINTED && (f.traits & LL_F_HINT)) ||
	       (f.size <= ONCE && (f.traits & LL_F_ONE_CALL));
}

// LLVM inlines a larger function too if that is local and this is its only call. Its copy has to
// look so, and may be a function by itself where it is not inlined after all: nothing compares
// addresses, and only labels would be others.
static bool is_own_copy(const Function &f, const ll_func_facts &facts)
{
	return facts.traits & LL_F_ONE_CALL &&
	       none_of(f, [](const BasicBlock &b) { return b.hasAddressTaken(); });
}

// What the versions of a CPU may inline, and what that may.
BitVector CloneMaker::imports(size_t cpu) const
{
	BitVector r = BitVector(unsigned(n));
	std::vector<uint32_t> todo;

	for (uint32_t f = 0; f < n && cpu; f++) {
		if (lives(cpu, f))
			todo.push_back(f);
	}
	while (!todo.empty()) {
		const ll_func_facts &f = plan.funcs[todo.back()];

		todo.pop_back();
		for (size_t i = 0; i < f.ncallees; i++) {
			uint32_t to = f.callees[i].func;
			if (lives(cpu, to) || r.test(to) || !is_import(plan.funcs[to]) ||
				funcs[to]->isInterposable())
				continue;
			r.set(to);
			todo.push_back(to);
		}
	}
	return r;
}

static bool refers(const Constant &c)
{
	if (isa<GlobalValue, BlockAddress, DSOLocalEquivalent, NoCFIValue>(c))
		return true;
	if (isa<ConstantData>(c))
		return false;
	return any_of(c.operands(), [](const Use &u) { return refers(*cast<Constant>(u)); });
}

// Constants whose bytes an optimiser may read: tables, strings
static bool is_data(const GlobalVariable &g)
{
	return g.isConstant() && g.hasDefinitiveInitializer() && !g.isThreadLocal() &&
	       !g.getName().starts_with("llvm.") && !refers(*g.getInitializer());
}

// A linker makes one of equal strings; other short ones take less room than their address.
static bool is_copied(const GlobalVariable &g)
{
	const DataLayout &layout = g.getParent()->getDataLayout();
	auto *s = dyn_cast<ConstantDataSequential>(g.getInitializer());

	if (!g.hasLocalLinkage() || !g.hasGlobalUnnamedAddr() || g.hasSection())
		return false;
	return (s && s->isCString()) || layout.getTypeAllocSize(g.getValueType()) <= SHORT;
}

// ---- a module

static void drop_lists(Module &m)
{
	for (const char *name :
		{ "llvm.global_ctors", "llvm.global_dtors", "llvm.used", "llvm.compiler.used" }) {
		if (GlobalVariable *g = m.getNamedGlobal(name))
			g->eraseFromParent();
	}
	m.setModuleInlineAsm("");
}

static void replace_ifuncs(CpuModule &c, Module &from)
{
	for (GlobalIFunc &i : make_early_inc_range(c.m->ifuncs())) {
		auto *f = Function::Create(cast<FunctionType>(i.getValueType()),
			GlobalValue::ExternalLinkage, i.getAddressSpace(), "", c.m);
		c.origin[f] = from.getNamedIFunc(i.getName());
		f->setVisibility(i.getVisibility());
		f->takeName(&i);
		i.replaceAllUsesWith(f);
		i.eraseFromParent();
	}
}

// Debuggers look for a variable in the unit of the code first: those that the code uses are in it.
static void trim_units(Module &m)
{
	SmallPtrSet<const Metadata *, 16> used;

	for (GlobalVariable &g : m.globals()) {
		SmallVector<DIGlobalVariableExpression *, 1> v;
		g.getDebugInfo(v);
		used.insert(v.begin(), v.end());
	}
	for (DICompileUnit *unit : m.debug_compile_units()) {
		SmallVector<Metadata *, 8> keep;
		for (DIGlobalVariableExpression *e : unit->getGlobalVariables()) {
			if (used.contains(e))
				keep.push_back(e);
		}
		unit->replaceGlobalVariables(MDTuple::get(m.getContext(), keep));
	}
}

static void set_data(GlobalVariable &g, const GlobalVariable &from, bool is_table)
{
	g.setComdat(nullptr);
	if (g.isDeclaration())
		g.eraseMetadata(LLVMContext::MD_associated);
	else if (!is_table && !is_copied(from))
		g.setLinkage(GlobalValue::AvailableExternallyLinkage);
}

std::unique_ptr<CpuModule> CloneMaker::make_module(size_t cpu)
{
	auto c = std::make_unique<CpuModule>();
	ValueToValueMapTy map;
	auto wanted = [&](const GlobalValue *v) {
		if (auto *f = dyn_cast<Function>(v)) {
			size_t i = index.lookup(f);
			return lives(cpu, i) || c->imported.test(unsigned(i));
		}
		auto *g = dyn_cast<GlobalVariable>(v);
		auto table = tables.find(v);
		if (table != tables.end())
			return lives(cpu, index.lookup(table->second));
		return g && is_data(*g);
	};

	c->cpu = cpu;
	c->imported = imports(cpu);
	c->m = &m;
	c->body = funcs;
	c->stub.resize(n);
	if (!cpu)
		return c;
	c->owned = llvm::CloneModule(m, map, wanted);
	c->m = c->owned.get();
	drop_lists(*c->m);
	for (const GlobalVariable &g : m.globals()) {
		auto *to = dyn_cast_or_null<GlobalVariable>(map.lookup(&g));
		if (!to)
			continue;
		c->origin[to] = const_cast<GlobalVariable *>(&g);
		set_data(*to, g, tables.contains(&g));
	}
	for (const Function &f : m) {
		auto *to = cast<Function>(map.lookup(&f));
		c->origin[to] = const_cast<Function *>(&f);
		to->setComdat(nullptr);
		auto at = index.find(&f);
		if (at == index.end())
			continue;
		c->body[at->second] = to;
		if (c->imported.test(at->second) && !is_own_copy(f, plan.funcs[at->second]))
			to->setLinkage(GlobalValue::AvailableExternallyLinkage);
	}
	for (const GlobalAlias &alias : m.aliases())
		c->origin[map.lookup(&alias)] = const_cast<GlobalAlias *>(&alias);
	replace_ifuncs(*c, m);
	return c;
}

// ---- names across modules

// Make a local value of the given module known to the others; returns the name they use.
std::string CloneMaker::promote(GlobalValue &v)
{
	auto [at, is_new] = promoted.try_emplace(&v);

	if (!is_new)
		return at->second;
	std::string name = fresh(v.getName() + ".pkgimg");
	at->second = name;
	if (pinned(v)) { /* assembly knows it by its name */
		auto *alias = GlobalAlias::create(v.getValueType(), v.getAddressSpace(),
			GlobalValue::ExternalLinkage, name, &v, &m);
		clone_hide(*alias);
		return name;
	}
	v.setName(name);
	v.setLinkage(GlobalValue::ExternalLinkage);
	clone_hide(v);
	return name;
}

template <class Range> static void drop_unused(Range &&range)
{
	for (GlobalValue &v : make_early_inc_range(range)) {
		v.removeDeadConstantUsers();
		if (v.use_empty() && (v.isDeclaration() || v.hasAvailableExternallyLinkage()))
			v.eraseFromParent();
	}
}

// What a module declares and the given one has as its own: one name for both.
void CloneMaker::connect(CpuModule &c)
{
	for (size_t f = 0; f < n; f++) {
		if (c.stub[f])
			c.origin[c.stub[f]] = modules[0]->stub[f];
	}
	drop_unused(c.m->functions());
	drop_unused(c.m->globals());
	drop_unused(c.m->functions()); /* that only copies of constants named */
	trim_units(*c.m);
	for (GlobalValue &v : c.m->global_values()) {
		GlobalValue *of = c.origin.lookup(&v);

		if (!of || !(v.isDeclaration() || v.hasAvailableExternallyLinkage()))
			continue;
		auto known = index.find(of);
		if (known != index.end() && cloned.test(known->second))
			continue; /* a version */
		if (of->hasLocalLinkage() || promoted.contains(of))
			v.setName(promote(*of));
		if (!of->hasDefaultVisibility())
			clone_hide(v);
		if (of->isDSOLocal() && !v.hasDLLImportStorageClass())
			v.setDSOLocal(true);
	}
}

bool CloneMaker::verify()
{
	std::string text;
	raw_string_ostream os(text);

	for (auto &c : modules) {
		if (!verifyModule(*c->m, &os))
			continue;
		diag_err(d, loc(), "'%s': its versions for '%s' are no valid IR: %s",
			m.getModuleIdentifier().c_str(), plan.cpus[c->cpu].suffix,
			StringRef(text).split('\n').first.str().c_str());
		return false;
	}
	return true;
}

// ---- all of it

static void hand_over(CloneMaker &k, arena *a, ll_clones *out)
{
	size_t nslots = k.slotted.size();
	auto list = [&](size_t count) {
		return static_cast<const char **>(
			arena_alloc_array(a, count, sizeof(char *), alignof(char *)));
	};

	out->modules = static_cast<LLVMModuleRef *>(
		arena_alloc_array(a, k.ncpus, sizeof(LLVMModuleRef), alignof(LLVMModuleRef)));
	out->slots = list(nslots);
	out->entries = list(k.ncpus * nslots);
	out->nslots = nslots;
	for (size_t s = 0; s < nslots; s++) {
		size_t f = k.slotted[s];
		out->slots[s] = copy(a, StringRef(k.names[f]));
		for (size_t cpu = 0; cpu < k.ncpus; cpu++)
			out->entries[cpu * nslots + s] =
				copy(a, StringRef(k.symbols[k.entry[cpu * k.n + f] * k.n + f]));
	}
	out->symbols = list(k.ncpus * k.n);
	for (size_t i = 0; i < k.ncpus * k.n; i++) {
		if (!k.symbols[i].empty())
			out->symbols[i] = copy(a, StringRef(k.symbols[i]));
	}
	for (auto &c : k.modules)
		out->modules[c->cpu] = wrap(c->cpu ? c->owned.release() : &k.m);
}

int ll_clone_make(
	arena *a, diags *d, LLVMModuleRef module, const ll_clone_plan *plan, ll_clones *out)
{
	CloneMaker k(a, d, *unwrap(module), *plan);

	*out = {};
	k.decide_entries();
	k.straighten_aliases();
	for (size_t cpu = 0; cpu < k.ncpus; cpu++) {
		auto row = ArrayRef(plan->chosen + cpu * k.n, k.n);
		if (!cpu || is_contained(row, true))
			k.modules.push_back(k.make_module(cpu));
	}
	k.find_slots();
	k.name_versions();
	for (auto &c : k.modules) {
		clone_answer_queries(*c->m, plan->cpus[c->cpu].cpu, plan->cpus[c->cpu].features);
		k.refer(*c);
	}
	k.define_slots();
	k.define_stubs();
	k.finish_versions();
	for (auto &c : k.modules) {
		if (c->cpu)
			k.connect(*c);
	}
	if (!k.verify())
		return -1;
	hand_over(k, a, out);
	return 0;
}
