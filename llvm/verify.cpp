// Is a module sound? LLVM's readers ask that themselves where there is debug information, and print
// what they find: here they are told not to, and the finding is returned.
#include "llvm/internal.h"

#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

static cl::opt<bool> *reader_option()
{
	auto &all = cl::getRegisteredOptions();
	auto at = all.find("disable-auto-upgrade-debug-info");

	return at == all.end() ? nullptr : static_cast<cl::opt<bool> *>(at->second);
}

void ll_readers_verify(bool on)
{
	if (cl::opt<bool> *o = reader_option())
		o->setValue(!on);
}

const char *ll_module_fault(arena *a, LLVMOpaqueModule *module, const char **debug)
{
	Module &m = *unwrap(module);
	std::string text;
	raw_string_ostream os(text);
	unsigned version = getDebugMetadataVersionFromModule(m);
	bool has = !m.debug_compile_units().empty(), broken = false;

	*debug = nullptr;
	if (verifyModule(m, &os, &broken))
		return shim::copy(a, StringRef(text));
	if (broken)
		*debug = shim::copy(a, StringRef(text).split('\n').first);
	else if (version != DEBUG_METADATA_VERSION && has)
		*debug = shim::copy(a, "it is of version " + Twine(version) + ", wanted " +
					       Twine(DEBUG_METADATA_VERSION));
	if (broken || version != DEBUG_METADATA_VERSION)
		StripDebugInfo(m);
	return nullptr;
}
