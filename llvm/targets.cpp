// CPU and feature tables of LLVM's targets, and those of this machine.
#include "llvm/internal.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/TargetParser/AArch64TargetParser.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

#include <memory>
#include <vector>

using namespace llvm;

static std::unique_ptr<MCSubtargetInfo> subtarget(
	const char *triple, const char *cpu = "", const char *features = "")
{
	std::string normal = Triple::normalize(triple), error;

	ll_init_targets();
	const Target *target = TargetRegistry::lookupTarget(normal, error);
	if (!target)
		return nullptr;
	return std::unique_ptr<MCSubtargetInfo>(
		target->createMCSubtargetInfo(normal, cpu, features));
}

template <class Row> static void copy_keys(arena *a, ArrayRef<Row> rows, ll_names *out)
{
	std::vector<const char *> names;

	for (const Row &row : rows)
		names.push_back(shim::copy(a, StringRef(row.Key)));
	out->v = shim::copy_array<const char *>(a, names);
	out->n = names.size();
}

int ll_cpu_names(arena *a, const char *triple, ll_names *out)
{
	std::unique_ptr<MCSubtargetInfo> s = subtarget(triple);

	*out = {};
	if (!s)
		return -1;
	copy_keys(a, s->getAllProcessorDescriptions(), out);
	if (!Triple(triple).isAArch64())
		return 0;
	// names that only clang knows: apple-m1 is apple-a14
	std::vector<const char *> all(out->v, out->v + out->n);
	for (const AArch64::Alias &alias : AArch64::CpuAliases)
		all.push_back(shim::copy(a, alias.AltName));
	llvm::sort(all, [](const char *x, const char *y) { return StringRef(x) < y; });
	out->v = shim::copy_array<const char *>(a, all);
	out->n = all.size();
	return 0;
}

const char *ll_cpu_resolve(arena *a, const char *triple, const char *cpu)
{
	if (!Triple(triple).isAArch64())
		return cpu;
	return shim::copy(a, AArch64::resolveCPUAlias(cpu));
}

int ll_feature_names(arena *a, const char *triple, ll_names *out)
{
	std::unique_ptr<MCSubtargetInfo> s = subtarget(triple);

	*out = {};
	if (!s)
		return -1;
	copy_keys(a, s->getAllProcessorFeatures(), out);
	return 0;
}

int ll_cpu_features(
	arena *a, const char *triple, const char *cpu, const char *features, ll_names *out)
{
	std::unique_ptr<MCSubtargetInfo> s = subtarget(triple, cpu, features);
	std::vector<const char *> names;

	*out = {};
	if (!s)
		return -1;
	for (const SubtargetFeatureKV &row : s->getAllProcessorFeatures())
		if (s->getFeatureBits().test(row.Value))
			names.push_back(shim::copy(a, StringRef(row.Key)));
	out->v = shim::copy_array<const char *>(a, names);
	out->n = names.size();
	return 0;
}

const char *ll_host_cpu(arena *a)
{
	return shim::copy(a, sys::getHostCPUName());
}

const char *ll_host_features(arena *a)
{
	std::vector<std::string> words;

	for (const auto &f : sys::getHostCPUFeatures())
		words.push_back((f.second ? "+" : "-") + f.first().str());
	// a hash table's order is no order; by name, whatever the sign
	llvm::sort(words, [](const std::string &x, const std::string &y) {
		return x.compare(1, std::string::npos, y, 1, std::string::npos) < 0;
	});
	return shim::copy(a, StringRef(llvm::join(words, ",")));
}
