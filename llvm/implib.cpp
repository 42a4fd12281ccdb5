// Import libraries of DLLs, from names alone; archives of one object.
#include "llvm/internal.h"

#include "llvm/BinaryFormat/COFF.h"
#include "llvm/Object/ArchiveWriter.h"
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

// On i386 C's names have an underscore, those of stdcall functions their arguments' size as well;
// what the DLL exports has neither.
COFFShortExport export_of(const ll_import &v, COFF::MachineTypes machine)
{
	bool i386 = machine == COFF::IMAGE_FILE_MACHINE_I386;
	COFFShortExport e;

	e.Name = (i386 ? "_" : "") + std::string(v.name);
	if (i386 && v.stdcall)
		e.Name += "@" + std::to_string(v.args);
	if (i386 || v.other)
		e.ImportName = v.other ? v.other : v.name;
	e.Data = v.data;
	return e;
}

} // namespace

extern "C" int ll_write_import_library(struct diags *d, struct loc at, const char *path,
	const char *dll, const char *triple, const struct ll_import *v, size_t n)
{
	COFF::MachineTypes machine = machine_of(Triple(triple));
	std::vector<COFFShortExport> exports;

	if (machine == COFF::IMAGE_FILE_MACHINE_UNKNOWN)
		return diag_err(d, at, "Windows has no DLLs for '%s'", triple);
	for (size_t i = 0; i < n; i++)
		exports.push_back(export_of(v[i], machine));
	if (Error e = writeImportLibrary(dll, path, exports, machine, /*MinGW=*/true))
		return diag_err(d, at, "the import library of '%s' cannot be written: %s", dll,
			shim::text_of(std::move(e)).c_str());
	return 0;
}

extern "C" int ll_write_archive(struct diags *d, struct loc at, const char *path,
	const char *member, const void *object, size_t size)
{
	NewArchiveMember m(MemoryBufferRef(
		StringRef(static_cast<const char *>(object), size), member));

	if (Error e = writeArchive(path, m, SymtabWritingMode::NormalSymtab, Archive::K_GNU,
		    /*Deterministic=*/true, /*Thin=*/false))
		return diag_err(d, at, "the archive '%s' cannot be written: %s", path,
			shim::text_of(std::move(e)).c_str());
	return 0;
}
