// What the metadata of a module has to say for its shards.
#include "llvm/split.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/DebugProgramInstruction.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;
using namespace shim;

namespace
{

using Attachments = SmallVector<std::pair<unsigned, MDNode *>, 4>;

// Every node, once.
class Walk
{
	std::vector<MDNode *> todo;
	DenseSet<const Metadata *> seen;

	const MDNode *last = nullptr; // many instructions in turn have one place
	void place(MDNode *n);
	void instruction(const Instruction &i);
	void object(const GlobalObject &o);

      public:
	std::vector<MDNode *> nodes;
	std::vector<const ConstantAsMetadata *> constants;

	void push(Metadata *m);
	explicit Walk(Module &m);
};

void Walk::push(Metadata *m)
{
	if (!m || !seen.insert(m).second)
		return;
	if (auto *n = dyn_cast<MDNode>(m)) {
		todo.push_back(n);
		nodes.push_back(n);
	} else if (const auto *c = dyn_cast<ConstantAsMetadata>(m)) {
		constants.push_back(c);
	}
}

void Walk::place(MDNode *n)
{
	if (n != last)
		push(n);
	last = n;
}

void Walk::instruction(const Instruction &i)
{
	Attachments attached;

	place(i.getDebugLoc().getAsMDNode());
	if (i.hasMetadataOtherThanDebugLoc())
		i.getAllMetadataOtherThanDebugLoc(attached);
	for (const auto &a : attached)
		push(a.second);
	for (const Use &u : i.operands()) {
		const auto *v = dyn_cast<MetadataAsValue>(u.get());

		if (v && isa<MDNode>(v->getMetadata()))
			push(v->getMetadata());
	}
	for (const DbgRecord &r : i.getDbgRecordRange()) {
		place(r.getDebugLoc().getAsMDNode());
		if (const auto *v = dyn_cast<DbgVariableRecord>(&r)) {
			push(v->getRawVariable());
			push(v->isDbgAssign() ? v->getRawAssignID() : nullptr);
		} else {
			push(cast<DbgLabelRecord>(&r)->getLabel());
		}
	}
}

void Walk::object(const GlobalObject &o)
{
	Attachments attached;

	o.getAllMetadata(attached);
	for (const auto &a : attached)
		push(a.second);
	if (const auto *f = dyn_cast<Function>(&o))
		for (const Instruction &i : instructions(f))
			instruction(i);
}

Walk::Walk(Module &m)
{
	for (const GlobalObject &o : m.global_objects())
		object(o);
	for (NamedMDNode &n : m.named_metadata())
		for (unsigned i = 0; i < n.getNumOperands(); i++)
			push(n.getOperand(i));
	while (!todo.empty()) {
		MDNode *n = todo.back();

		todo.pop_back();
		for (const MDOperand &o : n->operands())
			push(o.get());
	}
}

void refers_to(Split &s, const Constant *c, DenseSet<unsigned> &found)
{
	auto at = s.index.find(dyn_cast<GlobalValue>(c));

	if (at != s.index.end())
		found.insert(at->second);
	if (isa<ConstantData>(c) || isa<GlobalValue>(c) || isa<BlockAddress>(c))
		return;
	for (const Use &u : c->operands())
		refers_to(s, cast<Constant>(u.get()), found);
}

} // namespace

// Debug records of an instruction count as the function's own references; here is what nodes name,
// such as template arguments.
void shim::split_scan_metadata(Split &s)
{
	DenseSet<unsigned> found;

	if (llvm::none_of(
		    s.values, [](const SplitValue &x) { return x.v && x.v->isUsedByMetadata(); }))
		return;
	for (const ConstantAsMetadata *c : Walk(s.m).constants)
		refers_to(s, c->getValue(), found);
	s.everywhere.assign(found.begin(), found.end());
	llvm::sort(s.everywhere);
}

void shim::split_drop_file_sums(Module &m)
{
	if (m.debug_compile_units().empty())
		return;
	for (MDNode *n : Walk(m).nodes) {
		for (unsigned i = 0; i < n->getNumOperands(); i++) {
			auto *f = dyn_cast_or_null<DIFile>(n->getOperand(i).get());

			if (f && f->getRawChecksum())
				n->replaceOperandWith(
					i, DIFile::get(m.getContext(), f->getRawFilename(),
						   f->getRawDirectory(), std::nullopt,
						   f->getRawSource()));
		}
	}
}
