// Mach-O files of several architectures in one, as lipo -create makes it.
#include "llvm/Object/Binary.h"
#include "llvm/Object/MachO.h"
#include "llvm/Object/MachOUniversalWriter.h"

#include "llvm/internal.h"
#include "llvm/shim.h"

using namespace llvm;
using object::OwningBinary;

static const struct loc nowhere = {};

static int failed(struct diags *d, const char *path, Error e)
{
	std::string why = toString(std::move(e));

	return diag_err(d, nowhere, "'%s': %s", path, why.c_str());
}

int ll_universal(struct diags *d, const char *const parts[], size_t n, const char *out)
{
	std::vector<OwningBinary<object::Binary>> files;
	SmallVector<object::Slice, 4> slices;

	for (size_t i = 0; i < n; i++) {
		Expected<OwningBinary<object::Binary>> b = object::createBinary(parts[i]);

		if (!b)
			return failed(d, parts[i], b.takeError());
		if (!isa<object::MachOObjectFile>(b->getBinary()))
			return diag_err(d, nowhere, "'%s' is no Mach-O file", parts[i]);
		files.push_back(std::move(*b));
	}
	for (const auto &f : files)
		slices.emplace_back(*cast<object::MachOObjectFile>(f.getBinary()));
	llvm::sort(slices);
	if (Error e = object::writeUniversalBinary(slices, out))
		return failed(d, out, std::move(e));
	return 0;
}
