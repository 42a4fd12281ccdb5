// Debug information of a module before optimisation, and who in it uses a symbol.
#include "llvm/debug_module.h"

#include "llvm-c/Core.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/DebugProgramInstruction.h"
#include "llvm/IR/GlobalIFunc.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace
{

struct ModuleReader {
	arena *mem;
	const Module &m;
	shim::Types types;
	shim::ModuleTypes module_types;
	std::vector<ll_func> funcs;
	std::vector<ll_var> vars;

	ModuleReader(arena *a, const Module &module, bool is_c)
	    : mem(a), m(module), types(a), module_types(types, is_c)
	{
		types.set_machine(Triple(m.getTargetTriple()));
		if (!m.getDataLayout().isDefault())
			types.pointer_size = m.getDataLayout().getPointerSize();
	}

	void function(const Function &f, const DISubprogram *sp);
	void choice(const GlobalValue &v, const StringMap<size_t> &defaults);
	void choices();
	void variable(const GlobalVariable &g);
	void units(ll_debug *out);
};

bool is_full(const DICompileUnit *u)
{
	return u && u->getEmissionKind() == DICompileUnit::FullDebug;
}

using Params = SmallVector<const DILocalVariable *, 8>; // by number, from 0; NULL: not seen

void note_param(const DILocalVariable *v, const DISubprogram *sp, size_t most, Params &params)
{
	unsigned arg = v ? v->getArg() : 0;

	if (!arg || arg > most || v->getScope() != sp)
		return;
	if (params.size() < arg)
		params.resize(arg);
	params[arg - 1] = v;
}

// Optimised code keeps a function's variables in its metadata; -O0 only in its body, where both
// forms of debug locations are met.
Params read_params(const Function &f, const DISubprogram *sp)
{
	DITypeRefArray types = sp->getType() ? sp->getType()->getTypeArray() : DITypeRefArray();
	size_t most = std::max<size_t>(f.arg_size(), types ? types.size() : 0);
	Params params;

	for (const DINode *node : sp->getRetainedNodes())
		note_param(dyn_cast_or_null<DILocalVariable>(node), sp, most, params);
	for (const BasicBlock &b : f) {
		for (const Instruction &i : b) {
			for (const DbgVariableRecord &r : filterDbgVars(i.getDbgRecordRange()))
				note_param(r.getVariable(), sp, most, params);
			if (const auto *old = dyn_cast<DbgVariableIntrinsic>(&i))
				note_param(old->getVariable(), sp, most, params);
		}
	}
	return params;
}

void ModuleReader::function(const Function &f, const DISubprogram *sp)
{
	SmallVector<const char *, 8> names;
	Params params;
	ll_func out = {};

	out.symbol = shim::copy(mem, f.getName());
	out.name = shim::scoped_name(mem, sp->getScope(), sp->getName());
	if (!*out.name) // thunks and the like are nobody's functions
		return;
	params = read_params(f, sp);
	out.type = module_types.function(f, sp, params);
	module_types.drain();
	names.assign(types.v[out.type].nmembers, "");
	for (size_t i = 0; i < names.size() && i < params.size(); i++) {
		if (params[i])
			names[i] = shim::copy(mem, params[i]->getName());
	}
	out.params = shim::copy_array<const char *>(mem, names);
	out.file = shim::copy(mem, sp->getFilename());
	out.line = sp->getLine();
	out.local = f.hasLocalLinkage();
	funcs.push_back(out);
}

// A function of several versions (target_clones) that its ifunc, or on Windows a function without a
// place in the source, chooses from: it is described as the default one is.
void ModuleReader::choice(const GlobalValue &v, const StringMap<size_t> &defaults)
{
	auto of = defaults.find(v.getName());

	if (of == defaults.end())
		return;
	ll_func out = funcs[of->second];
	out.symbol = shim::copy(mem, v.getName());
	funcs.push_back(out);
}

void ModuleReader::choices()
{
	StringMap<size_t> defaults; // "bits" -> bits.default.1

	for (size_t i = 0; i < funcs.size(); i++) {
		StringRef symbol = funcs[i].symbol;
		size_t at = symbol.find(".default");
		if (at != StringRef::npos)
			defaults[symbol.take_front(at)] = i;
	}
	if (defaults.empty())
		return;
	for (const GlobalIFunc &i : m.ifuncs())
		choice(i, defaults);
	for (const Function &f : m) {
		if (!f.isDeclarationForLinker() && !f.getSubprogram())
			choice(f, defaults);
	}
}

void ModuleReader::variable(const GlobalVariable &g)
{
	SmallVector<DIGlobalVariableExpression *, 1> infos;
	const DIGlobalVariable *v;
	ll_var out = {};

	g.getDebugInfo(infos);
	if (infos.empty() || !(v = infos[0]->getVariable()))
		return;
	const DIScope *scope = v->getScope();
	if (const DIDerivedType *member = v->getStaticDataMemberDeclaration())
		scope = member->getScope();
	out.name = shim::scoped_name(mem, scope, v->getName());
	out.symbol = shim::copy(mem, g.getName());
	if (!*out.name)
		return;
	out.type = module_types.index(v->getType());
	out.file = shim::copy(mem, v->getFilename());
	out.line = v->getLine();
	out.local = g.hasLocalLinkage();
	out.tls = g.isThreadLocal();
	out.constant = g.isConstant();
	vars.push_back(out);
}

// types that nothing uses, and who wrote this
void ModuleReader::units(ll_debug *out)
{
	bool first = true;

	for (const DICompileUnit *u : m.debug_compile_units()) {
		for (const DIScope *t : u->getRetainedTypes())
			if (const auto *type = dyn_cast_or_null<DIType>(t))
				module_types.index(type);
		for (const DICompositeType *t : u->getEnumTypes())
			module_types.index(t);
		if (!first)
			continue;
		first = false;
		out->producer = shim::copy(mem, u->getProducer());
		out->language = shim::language_name(mem, u->getSourceLanguage());
	}
}

} // namespace

bool shim::module_is_c(const Module &m)
{
	for (const DICompileUnit *u : m.debug_compile_units())
		if (!language_is_c(u->getSourceLanguage()))
			return false;
	return true;
}

bool ll_debug_from_module(arena *a, LLVMOpaqueModule *module, ll_debug *out)
{
	const Module &m = *unwrap(module);
	bool any = false;

	*out = {};
	out->producer = out->language = "";
	for (const DICompileUnit *u : m.debug_compile_units())
		any |= is_full(u);
	ModuleReader r(a, m, shim::module_is_c(m));
	for (const Function &f : m) {
		const DISubprogram *sp = f.getSubprogram();
		if (sp && !f.isDeclarationForLinker() && is_full(sp->getUnit()))
			r.function(f, sp);
	}
	r.choices();
	for (const GlobalVariable &g : m.globals())
		if (any && !g.isDeclarationForLinker())
			r.variable(g);
	if (any)
		r.units(out);
	r.module_types.drain();
	r.types.finish();
	out->types = shim::copy_array<ll_type>(a, r.types.v);
	out->ntypes = r.types.v.size();
	out->funcs = shim::copy_array<ll_func>(a, r.funcs);
	out->nfuncs = r.funcs.size();
	out->vars = shim::copy_array<ll_var>(a, r.vars);
	out->nvars = r.vars.size();
	return any;
}

static std::string describe(const Instruction *i)
{
	const Function *f = i->getFunction();
	const DISubprogram *sp = f->getSubprogram();
	const DILocation *at = i->getDebugLoc();
	std::string text =
		("in '" + (sp && !sp->getName().empty() ? sp->getName() : f->getName()) + "'")
			.str();

	if (at && at->getLine())
		text += (" (" + at->getFilename() + ":" + Twine(at->getLine()) + ")").str();
	return text;
}

const char *ll_module_user(arena *a, LLVMOpaqueModule *m, const char *symbol)
{
	const GlobalValue *g = unwrap(m)->getNamedValue(symbol);
	SmallVector<const User *, 16> todo;
	SmallPtrSet<const User *, 16> seen;
	const char *data = nullptr;

	if (!g)
		return nullptr;
	todo.append(g->user_begin(), g->user_end());
	while (!todo.empty()) {
		const User *u = todo.pop_back_val();
		if (!seen.insert(u).second)
			continue;
		if (const auto *i = dyn_cast<Instruction>(u))
			return shim::copy(a, StringRef(describe(i)));
		if (const auto *by = dyn_cast<GlobalValue>(u)) // code is the better answer
			data = shim::copy(a, "in the data of '" + by->getName() + "'");
		else
			todo.append(u->user_begin(), u->user_end());
	}
	return data;
}
