// Which shard each part of a module goes to.
//
// Functions first, in the order of the source: a function that only one other calls goes along with
// it, for it will be inlined there. Variables then go where they are used. A local symbol that two
// shards name becomes a hidden one (split.cpp).
#include "llvm/split.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/Support/xxhash.h"

#include <algorithm>

using namespace llvm;
using namespace shim;

namespace
{

// The inliner takes a function of 225 "costs" (about 45 instructions after simplification), or up
// to 15,000 if that is its only call. ThinLTO's limit for copies is 100 instructions, less for what
// those call in turn.
enum : unsigned {
	IMPORT_SIZE = 100,
	IMPORT_HINTED =
		3, // times that, of what the source calls inline: LLVM's limit is higher too
	IMPORT_DECAY = 70, // percent per level
	ONLY_CALL_SIZE = 3000,
	BORROWED_SIZE = 512, // bytes of a constant that is copied to be folded
	CUT_ONE_IN = 8,      // clusters
	CALLER_SIZES = 8,    // shards: a caller with all that only it calls
};

// ---- functions that stay with their caller

void join_callers(Split &s)
{
	for (unsigned i = 0; i < s.values.size(); i++) {
		const SplitValue &x = s.values[i];

		if (!x.owned || x.escapes || x.many_callers || x.caller == NONE ||
			x.weight > ONLY_CALL_SIZE || !x.v->hasLocalLinkage())
			continue;
		const SplitValue &caller = s.values[x.caller];
		uint64_t joined = s.values[s.cluster(i)].cluster_weight +
				  s.values[s.cluster(x.caller)].cluster_weight;
		/* one long chain of such calls must not become one shard; but a loop's one call of
		 * a large function is worth more than shards of one size (SQLite's interpreter) */
		if (joined <= std::max<uint64_t>(
				      CALLER_SIZES * s.size, caller.weight + caller.weight / 2))
			s.join(i, x.caller);
	}
}

// ---- functions to shards

struct Cluster {
	unsigned function; // its first one
	uint64_t weight;
};

std::vector<Cluster> function_clusters(Split &s)
{
	std::vector<Cluster> out;
	DenseSet<unsigned> seen;
	unsigned assembly = s.assembly == NONE ? NONE : s.cluster(s.assembly);

	for (unsigned i = 0; i < s.values.size(); i++) {
		unsigned root = s.cluster(i);

		if (!s.values[i].owned || !isa<Function>(s.values[i].v) || root == assembly ||
			!seen.insert(root).second)
			continue;
		out.push_back({ i, s.values[root].cluster_weight });
	}
	return out;
}

// A run of clusters is cut where the hash of a name says so, if it has half the wanted size, or
// before it would grow past one and a half of it. What is larger than that alone stays alone.
void cut(Split &s)
{
	unsigned assembly = s.assembly == NONE ? NONE : s.cluster(s.assembly);
	DenseMap<unsigned, unsigned> shard_of;
	unsigned current = NONE;
	uint64_t weight = 0;

	s.shards.resize(1); // DATA
	if (assembly != NONE)
		shard_of[assembly] = DATA;
	for (const Cluster &c : function_clusters(s)) {
		unsigned root = s.cluster(c.function);
		bool edge = xxh3_64bits(s.values[c.function].v->getName()) % CUT_ONE_IN == 0;

		if (c.weight > s.size) {
			shard_of[root] = unsigned(s.shards.size());
			s.shards.emplace_back();
			continue;
		}
		if (current == NONE || (weight >= s.size / 2 && edge) ||
			weight + c.weight > s.size + s.size / 2) {
			current = unsigned(s.shards.size());
			s.shards.emplace_back();
			weight = 0;
		}
		shard_of[root] = current;
		weight += c.weight;
	}
	for (unsigned i = 0; i < s.values.size(); i++) {
		auto at = shard_of.find(s.cluster(i));

		if (s.values[i].owned && !s.values[i].copied && at != shard_of.end())
			s.values[i].shard = at->second;
	}
}

// ---- copies of functions that may be inlined

bool must_import(const SplitValue &x)
{
	const auto *f = dyn_cast_or_null<Function>(x.v);

	return f && f->hasFnAttribute(Attribute::AlwaysInline);
}

bool may_import(const Split &s, const SplitValue &x, unsigned limit)
{
	bool hinted = cast<Function>(x.v)->hasFnAttribute(Attribute::InlineHint);

	return s.imports && x.weight <= (hinted ? IMPORT_HINTED : 1) * limit;
}

void import_from(Split &s, unsigned shard, unsigned user, unsigned limit,
	DenseMap<unsigned, unsigned> &best, std::vector<std::pair<unsigned, unsigned>> &todo)
{
	auto look_at = [&](unsigned c) {
		const SplitValue &x = s.values[c];

		if (x.shard == shard || !x.v || x.v->isDeclaration() || !x.importable ||
			!(must_import(x) || may_import(s, x, limit)))
			return;
		auto [at, added] = best.insert({ c, limit });
		if (!added && at->second >= limit)
			return;
		at->second = limit;
		todo.push_back({ c, limit * IMPORT_DECAY / 100 });
	};

	for (unsigned c : s.values[user].calls)
		look_at(c);
	/* a function that is handed to another one is called there, once that is inlined */
	for (unsigned r : s.values[user].refs) {
		if (must_import(s.values[r]))
			look_at(r);
	}
}

void import_functions(Split &s, unsigned shard)
{
	DenseMap<unsigned, unsigned> best; // limit at which its own calls were looked at
	std::vector<std::pair<unsigned, unsigned>> todo;

	for (unsigned i : s.shards[shard].owned)
		import_from(s, shard, i, IMPORT_SIZE, best, todo);
	for (size_t n = 0; n < todo.size(); n++) {
		auto [function, limit] = todo[n];
		import_from(s, shard, function, limit, best, todo);
	}
	for (const auto &b : best)
		s.shards[shard].imported.push_back(b.first);
	llvm::sort(s.shards[shard].imported);
}

// ---- variables go where they are used

// NONE < one shard < DATA
unsigned meet(unsigned a, unsigned b)
{
	return a == NONE ? b : b == NONE || a == b ? a : unsigned(DATA);
}

void use_by(Split &s, unsigned shard, unsigned user, DenseMap<unsigned, unsigned> &home)
{
	for (unsigned r : s.values[user].refs) {
		const SplitValue &x = s.values[r];

		if (x.owned && !x.copied && isa<GlobalVariable>(x.v)) {
			auto at = home.insert({ s.cluster(r), shard });
			at.first->second = meet(at.first->second, shard);
		}
	}
}

// What other variables point to goes with them, unless others use it too.
bool follow_initialisers(Split &s, DenseMap<unsigned, unsigned> &home)
{
	bool changed = false;

	for (unsigned i = 0; i < s.values.size(); i++) {
		const SplitValue &x = s.values[i];

		if (!x.owned || x.copied || !isa<GlobalVariable>(x.v))
			continue;
		auto own = home.find(s.cluster(i));
		DenseMap<unsigned, unsigned> uses;

		if (x.shard == NONE && own == home.end())
			continue; // not used, so far
		use_by(s, x.shard != NONE ? x.shard : own->second, i, uses);
		for (auto [cluster, user] : uses) {
			auto [at, added] = home.insert({ cluster, user });
			unsigned met = meet(at->second, user);

			changed |= added || met != at->second;
			at->second = met;
		}
	}
	return changed;
}

void place_variables(Split &s)
{
	DenseMap<unsigned, unsigned> home;

	for (unsigned n = 0; n < s.shards.size(); n++) {
		for (unsigned i : s.shards[n].owned)
			use_by(s, n, i, home);
		for (unsigned i : s.shards[n].imported)
			use_by(s, n, i, home);
	}
	for (unsigned i : s.everywhere)
		home[s.cluster(i)] = DATA;
	for (unsigned i = 0; i < s.values.size(); i++) {
		const SplitValue &x = s.values[i];

		if (x.owned && !x.copied && (!x.v->hasLocalLinkage() || x.used))
			home.insert({ s.cluster(i), DATA });
	}
	while (follow_initialisers(s, home))
		;
	for (unsigned i = 0; i < s.values.size(); i++) {
		SplitValue &x = s.values[i];
		auto at = home.find(s.cluster(i));

		if (!x.owned || x.copied || x.shard != NONE || at == home.end())
			continue; // placed, or not used
		x.shard = at->second;
		s.shards[x.shard].owned.push_back(i);
	}
}

// ---- what else a shard's module has in it

// A constant of another shard whose value may be folded: small, and pointing nowhere.
bool is_foldable(const Split &s, const SplitValue &x)
{
	const auto *v = dyn_cast<GlobalVariable>(x.v);

	return s.imports && v && v->isConstant() && v->hasDefinitiveInitializer() &&
	       !v->isThreadLocal() && x.refs.empty() &&
	       s.m.getDataLayout().getTypeAllocSize(v->getValueType()) <= BORROWED_SIZE;
}

void complete(Split &s, unsigned n)
{
	SplitShard &shard = s.shards[n];
	DenseSet<unsigned> seen;
	std::vector<unsigned> todo;
	auto visit = [&](unsigned user) {
		for (unsigned r : s.values[user].refs) {
			if (seen.insert(r).second)
				todo.push_back(r);
		}
	};

	seen.insert(shard.owned.begin(), shard.owned.end());
	seen.insert(shard.imported.begin(), shard.imported.end());
	if (n == DATA && s.assembly != NONE)
		visit(s.assembly);
	for (unsigned i : shard.owned)
		visit(i);
	for (unsigned i : shard.imported)
		visit(i);
	for (unsigned i : s.everywhere) {
		if (seen.insert(i).second)
			todo.push_back(i);
	}
	for (unsigned r : todo) {
		if (s.values[r].copied)
			shard.copied.push_back(r);
		else if (is_foldable(s, s.values[r]))
			shard.borrowed.push_back(r);
		else
			shard.declared.push_back(r);
	}
}

void count(Split &s, SplitShard &shard)
{
	for (unsigned i : shard.imported)
		shard.weight += s.values[i].weight;
	for (unsigned i : shard.owned) {
		shard.weight += s.values[i].weight;
		if (!isa<Function>(s.values[i].v))
			continue;
		shard.nfunctions++;
		shard.first = std::min(shard.first, i);
		shard.last = shard.last == NONE ? i : std::max(shard.last, i);
	}
	llvm::sort(shard.owned);
	llvm::sort(shard.borrowed);
	llvm::sort(shard.copied);
	llvm::sort(shard.declared);
}

} // namespace

void shim::split_plan(Split &s)
{
	join_callers(s);
	cut(s);
	for (unsigned i = 0; i < s.values.size(); i++) {
		if (s.values[i].shard != NONE)
			s.shards[s.values[i].shard].owned.push_back(i);
	}
	for (unsigned n = 0; n < s.shards.size(); n++)
		import_functions(s, n);
	place_variables(s);
	for (unsigned n = 0; n < s.shards.size(); n++) {
		complete(s, n);
		count(s, s.shards[n]);
	}
}
