// Import libraries of DLLs, from names alone; archives of one object.
#include "llvm/internal.h"

#include "llvm/BinaryFormat/COFF.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Object/COFF.h"
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

namespace
{

// libLLVM's and Microsoft's import libraries say the DLL's name in each member, behind the
// symbol's; dlltool's in one object, in a section of its own
StringRef dll_of_member(MemoryBufferRef bytes)
{
	auto f = ObjectFile::createObjectFile(bytes);

	if (identify_magic(bytes.getBuffer()) == file_magic::coff_import_library) {
		consumeError(f.takeError());
		StringRef names = bytes.getBuffer().drop_front(sizeof(coff_import_header));
		return names.split('\0').second.split('\0').first;
	}
	if (!f) {
		consumeError(f.takeError());
		return "";
	}
	for (const SectionRef &s : (*f)->sections()) {
		Expected<StringRef> name = s.getName(), text = s.getContents();
		bool is = name && text && *name == ".idata$7" && text->contains(".");
		StringRef found = is ? text->split('\0').first : "";
		if (!name)
			consumeError(name.takeError());
		if (!text)
			consumeError(text.takeError());
		if (is)
			return found;
	}
	return "";
}

std::string dll_of_archive(MemoryBufferRef bytes)
{
	Expected<std::unique_ptr<Archive>> a = Archive::create(bytes);
	Error e = Error::success();
	std::string dll;

	if (!a) {
		consumeError(a.takeError());
		consumeError(std::move(e));
		return "";
	}
	for (const Archive::Child &c : (*a)->children(e)) {
		Expected<MemoryBufferRef> member = c.getMemoryBufferRef();
		if (dll.empty() && member)
			dll = dll_of_member(*member).str();
		if (!member)
			consumeError(member.takeError());
	}
	consumeError(std::move(e));
	return dll;
}

bool exports_of(arena *a, const COFFObjectFile &f, const char **dll, ll_names *out)
{
	std::vector<const char *> names;

	for (const ExportDirectoryEntryRef &e : f.export_directories()) {
		StringRef name;
		if (Error bad = e.getDllName(name))
			consumeError(std::move(bad));
		else if (names.empty() && !name.empty())
			*dll = shim::copy(a, name);
		if (Error bad = e.getSymbolName(name)) {
			consumeError(std::move(bad));
			return false;
		}
		names.push_back(shim::copy(a, name));
	}
	*out = { shim::copy_array<const char *>(a, names), names.size() };
	return true;
}

} // namespace

extern "C" int ll_dll_read(
	struct arena *a, const void *data, size_t n, const char **dll, struct ll_names *exports)
{
	MemoryBufferRef bytes(StringRef(static_cast<const char *>(data), n), "");

	*dll = nullptr;
	*exports = {};
	if (identify_magic(bytes.getBuffer()) == file_magic::archive) {
		std::string name = dll_of_archive(bytes);
		*dll = shim::copy(a, StringRef(name));
		return name.empty() ? -1 : 0;
	}
	if (identify_magic(bytes.getBuffer()) != file_magic::pecoff_executable)
		return -1;
	Expected<std::unique_ptr<ObjectFile>> f = ObjectFile::createObjectFile(bytes);
	if (!f) {
		consumeError(f.takeError());
		return -1;
	}
	const auto *coff = dyn_cast<COFFObjectFile>(f->get());
	return coff && exports_of(a, *coff, dll, exports) ? 0 : -1;
}

extern "C" int ll_write_archive(struct diags *d, struct loc at, const char *path,
	const char *member, const void *object, size_t size)
{
	NewArchiveMember m(
		MemoryBufferRef(StringRef(static_cast<const char *>(object), size), member));

	if (Error e = writeArchive(path, m, SymtabWritingMode::NormalSymtab, Archive::K_GNU,
		    /*Deterministic=*/true, /*Thin=*/false))
		return diag_err(d, at, "the archive '%s' cannot be written: %s", path,
			shim::text_of(std::move(e)).c_str());
	return 0;
}
