// The types whose layout a module's code may have been compiled with: those of its interface and
// those of its functions' bodies.
#include "llvm/debug_module.h"

#include "llvm-c/Core.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/IR/DebugProgramInstruction.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace
{

// All debug information that a module leads to. (LLVM's DebugInfoFinder calls itself for each type
// that another one leads to, which is a crash for who writes a long chain.)
struct Walk {
	SmallPtrSet<const MDNode *, 32> seen;
	std::vector<const MDNode *> work;
	std::vector<const DIType *> types;

	void add(const Metadata *m)
	{
		const auto *node = dyn_cast_or_null<MDNode>(m);

		if (node && seen.insert(node).second)
			work.push_back(node);
	}

	void drain()
	{
		while (!work.empty()) {
			const MDNode *node = work.back();
			work.pop_back();
			if (const auto *type = dyn_cast<DIType>(node))
				types.push_back(type);
			for (const MDOperand &o : node->operands())
				add(o);
		}
	}

	void function(const Function &f)
	{
		add(f.getSubprogram());
		for (const BasicBlock &b : f) {
			for (const Instruction &i : b) {
				add(i.getDebugLoc().get());
				for (const DbgVariableRecord &r :
					filterDbgVars(i.getDbgRecordRange()))
					add(r.getVariable());
				if (const auto *old = dyn_cast<DbgVariableIntrinsic>(&i))
					add(old->getVariable());
			}
		}
	}

	void module(const Module &m)
	{
		for (const DICompileUnit *u : m.debug_compile_units())
			add(u);
		for (const Function &f : m)
			function(f);
		drain();
	}
};

bool has_own_name(const DIType &t)
{
	const auto *derived = dyn_cast<DIDerivedType>(&t);

	return isa<DICompositeType>(t) || (derived && derived->getTag() == dwarf::DW_TAG_typedef);
}

// The module's own types, as code that was not optimised still names them: "struct.point",
// "class.ns::area.12".
StringRef source_name(StringRef name)
{
	StringRef rest = name.split('.').second, tail = rest.rsplit('.').second;
	unsigned number;

	if (tail == "base" || (!tail.empty() && !tail.getAsInteger(10, number)))
		rest = rest.rsplit('.').first;
	return rest;
}

// Compilers add functions of no source, which know nothing of the program's types; and functions of
// headers come without debug information where the header says so.
bool says_nothing(const Function &f)
{
	const DISubprogram *sp = f.getSubprogram();

	return !f.isDeclarationForLinker() && !f.hasLinkOnceLinkage() &&
	       !f.hasFnAttribute(Attribute::AlwaysInline) &&
	       !(sp && sp->getUnit() &&
		       sp->getUnit()->getEmissionKind() == DICompileUnit::FullDebug);
}

} // namespace

bool ll_module_known_types(arena *a, LLVMOpaqueModule *module, ll_known_types *out)
{
	const Module &m = *unwrap(module);
	bool is_c = shim::module_is_c(m);
	std::vector<ll_known_type> v;
	StringMap<size_t> seen;
	Walk walk;

	auto add = [&](const char *name, bool open) {
		auto [it, is_new] = seen.try_emplace(name, v.size());
		if (is_new)
			v.push_back({ name, open });
		v[it->second].open |= open;
	};

	*out = {};
	for (const Function &f : m)
		if (says_nothing(f))
			return false;
	walk.module(m);
	for (const DIType *t : walk.types) {
		const char *name = shim::scoped_name(a, t->getScope(), t->getName());
		bool declared = t->isForwardDecl();
		// What C only declares it does not know. Compilers of C++ also leave out what they
		// expect another unit to describe, and with it all that it leads to.
		if (*name && has_own_name(*t) && !(declared && is_c))
			add(name, declared);
	}
	for (const StructType *t : m.getIdentifiedStructTypes())
		if (StringRef name = source_name(t->getName()); !name.empty())
			add(shim::copy(a, name), false);
	out->v = shim::copy_array<ll_known_type>(a, v);
	out->n = v.size();
	return true;
}
