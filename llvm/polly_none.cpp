// Debian's LLVM has Polly built into the pass plugins that LLD's LTO registers. Polly optimises
// loop nests on request (-polly); it is 10 MB, nobody can ask for it here, so it does nothing.
#include "llvm/Passes/PassPlugin.h"

llvm::PassPluginLibraryInfo getPollyPluginInfo();

llvm::PassPluginLibraryInfo getPollyPluginInfo()
{
	return { LLVM_PLUGIN_API_VERSION, "Polly", LLVM_VERSION_STRING,
		[](llvm::PassBuilder &) {} };
}
