// Import libraries of DLLs, from names alone.
#include "llvm/internal.h"

#include "llvm/BinaryFormat/COFF.h"
#include "llvm/Object/COFFImportFile.h"
#include "llvm/TargetParser/Triple.h"

#include <vector>

using namespace llvm;
using namespace llvm::object;

namespace
{

COFF::MachineTypes machine_of(const Triple &t)
{
	switch (t.getArch()) {
	case Triple::x86: return COFF::IMAGE_FILE_MACHINE_I386;
	case Triple::x86_64: return COFF::IMAGE_FILE_MACHINE_AMD64;
	case Triple::arm:
	case Triple::thumb: return COFF::IMAGE_FILE_MACHINE_ARMNT;
	case Triple::aarch64:
		return t.isWindowsArm64EC() ? COFF::IMAGE_FILE_MACHINE_ARM64EC
					    : COFF::IMAGE_FILE_MACHINE_ARM64;
	default: return COFF::IMAGE_FILE_MACHINE_UNKNOWN;
	}
}

} // namespace

extern "C" int ll_write_import_library(struct diags *d, struct loc at, const char *path,
	const char *dll, const char *triple, const struct ll_import *v, size_t n)
{
	COFF::MachineTypes machine = machine_of(Triple(triple));
	std::vector<COFFShortExport> exports(n);

	if (machine == COFF::IMAGE_FILE_MACHINE_UNKNOWN)
		return diag_err(d, at, "Windows has no DLLs for '%s'", triple);
	for (size_t i = 0; i < n; i++) {
		exports[i].Name = v[i].name;
		exports[i].Data = v[i].data;
	}
	if (Error e = writeImportLibrary(dll, path, exports, machine, /*MinGW=*/true))
		return diag_err(d, at, "the import library of '%s' cannot be written: %s", dll,
			shim::text_of(std::move(e)).c_str());
	return 0;
}
