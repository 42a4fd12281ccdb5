// LLVM's static constructors on demand, and target registration.
#include "llvm/guard.h"
#include "llvm/internal.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/TargetSelect.h"

#include <pthread.h>
#include <unistd.h>

using constructor = void(int, char **, char **);

// The bounds are made by ctors.ld. In a program or library linked without it they are absent, and
// the constructors have run as all others do.
extern "C" {
extern constructor *__llvm_ctors_start[] __attribute__((weak, visibility("hidden")));
extern constructor *__llvm_ctors_end[] __attribute__((weak, visibility("hidden")));
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
// LLVM's headers poison freed pool memory when compiled with ASan; its archives, which share the
// pools, are not and would never unpoison it.
extern "C" const char *__asan_default_options(void);
extern "C" __attribute__((visibility("default"))) const char *__asan_default_options(void)
{
	return "allow_user_poisoning=0";
}
#endif
#endif

static void start(void)
{
	for (constructor **c = __llvm_ctors_start; c != __llvm_ctors_end; c++)
		(*c)(0, nullptr, environ);
	shim::install_fatal_handler();
}

void ll_start(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, start);
}

static void init_targets(void)
{
	llvm::InitializeAllTargetInfos();
	llvm::InitializeAllTargets();
	llvm::InitializeAllTargetMCs();
	llvm::InitializeAllAsmParsers();
	llvm::InitializeAllAsmPrinters();
}

void ll_init_targets(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	ll_start();
	pthread_once(&once, init_targets);
}

const char *ll_version(void)
{
	return LLVM_VERSION_STRING;
}
