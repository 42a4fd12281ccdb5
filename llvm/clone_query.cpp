// Questions after the CPU: what a compiler makes of __builtin_cpu_supports("avx2") is a look into a
// word of bits that its runtime library fills in. In code for a CPU that has the feature the bit is
// set, so it is or-ed into the word, and LLVM folds the rest. What the CPU may or may not have
// stays a question.
#include "llvm/clone.h"

#include "image/cpu_queries.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Operator.h"
#include "llvm/TargetParser/AArch64TargetParser.h" // with the numbers of FEAT_...
#include "llvm/TargetParser/Triple.h"
#include "llvm/TargetParser/X86TargetParser.h"

using namespace llvm;

namespace
{

constexpr StringLiteral names[] = { "__cpu_model", "__cpu_features2", "__cpu_indicator_init",
	"__aarch64_cpu_features", "__init_cpu_features_resolver", "__init_cpu_features" };

// the features that code for the CPU may use
StringMap<bool> features_on(const Module &m, StringRef cpu, StringRef features)
{
	StringMap<bool> on;
	arena mem = {};
	ll_names v;

	ll_cpu_features(
		&mem, m.getTargetTriple().c_str(), cpu.str().c_str(), features.str().c_str(), &v);
	for (size_t i = 0; i < v.n; i++)
		on[v.v[i]] = true;
	arena_free(&mem);
	return on;
}

struct Word {
	StringRef symbol;
	uint64_t offset; /* bytes */
	APInt bits;
};

// levels have bits too: "x86-64-v3"
bool has_level(StringRef level, const StringMap<bool> &on)
{
	SmallVector<StringRef, 64> wanted;

	if (X86::parseArchX86(level) == X86::CK_None)
		return false;
	X86::getFeaturesForCPU(level, wanted);
	/* facts of the level's table that no instruction needs */
	return all_of(wanted, [&](StringRef f) { return on.contains(f) || f == "64bit"; });
}

std::vector<Word> x86_words(const StringMap<bool> &on)
{
	static constexpr StringLiteral known[] = {
#define X86_FEATURE_COMPAT(ENUM, STR, PRIORITY)  STR,
#define X86_MICROARCH_LEVEL(ENUM, STR, PRIORITY) STR,
#include "llvm/TargetParser/X86TargetParser.def"
	};
	std::array<uint32_t, 4> bits = {};

	for (StringRef f : known) {
		if (!on.contains(f) && !has_level(f, on))
			continue;
		std::array<uint32_t, 4> more = X86::getCpuSupportsMask(f);
		for (unsigned i = 0; i < 4; i++)
			bits[i] |= more[i];
	}
	std::vector<Word> r = { { "__cpu_model", 12, APInt(32, bits[0]) } };
	for (unsigned i = 1; i < 4; i++)
		r.push_back({ "__cpu_features2", 4 * (i - 1), APInt(32, bits[i]) });
	return r;
}

std::vector<Word> aarch64_words(const StringMap<bool> &on)
{
	static constexpr struct {
		unsigned bit;
		StringLiteral wanted[2];
	} rows[] = {
#define ROW(BIT, A, B) { AArch64::BIT, { A, B } },
		CPU_QUERIES_AARCH64(ROW)
#undef ROW
	};
	uint64_t bits = 0;

	for (auto &row : rows) {
		if (all_of(row.wanted, [&](StringRef w) { return w.empty() || on.contains(w); }))
			bits |= uint64_t(1) << row.bit;
	}
	return { { "__aarch64_cpu_features", 0, APInt(64, bits) } };
}

void answer(LoadInst &load, ArrayRef<Word> words)
{
	const DataLayout &layout = load.getModule()->getDataLayout();
	APInt at(layout.getIndexTypeSizeInBits(load.getPointerOperandType()), 0);
	const Value *v = load.getPointerOperand()->stripAndAccumulateConstantOffsets(
		layout, at, /*AllowNonInbounds=*/true);
	auto *g = dyn_cast<GlobalVariable>(v);

	if (!g || !load.isSimple())
		return;
	for (const Word &w : words) {
		if (g->getName() != w.symbol || at != w.offset || w.bits.isZero() ||
			!load.getType()->isIntegerTy(w.bits.getBitWidth()))
			continue;
		IRBuilder<> b(load.getNextNode());
		auto *known = cast<Instruction>(
			b.CreateOr(&load, ConstantInt::get(load.getType(), w.bits)));
		load.replaceUsesWithIf(known, [&](Use &u) { return u.getUser() != known; });
	}
}

} // namespace

bool shim::clone_is_query(const GlobalValue &v)
{
	return is_contained(names, v.getName());
}

void shim::clone_answer_queries(Module &m, StringRef cpu, StringRef features)
{
	Triple t(m.getTargetTriple());
	std::vector<LoadInst *> loads;

	if (none_of(names, [&](StringRef n) { return m.getNamedValue(n); }))
		return;
	if (!t.isX86() && !t.isAArch64())
		return;
	StringMap<bool> on = features_on(m, cpu, features);
	std::vector<Word> words = t.isX86() ? x86_words(on) : aarch64_words(on);
	for (Function &f : m) {
		for (BasicBlock &b : f) {
			for (Instruction &i : b) {
				if (auto *load = dyn_cast<LoadInst>(&i))
					loads.push_back(load);
			}
		}
	}
	for (LoadInst *load : loads)
		answer(*load, words);
}
