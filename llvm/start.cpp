// LLVM's static constructors and its targets, when they are needed and not before. A link of native
// objects needs a tenth of the constructors and no target. LLD asks for all targets at the start of
// every link; it uses them only when it meets bitcode, and what it calls then starts the rest.
#include "llvm/guard.h"
#include "llvm/internal.h"

#include "llvm/Config/llvm-config.h"

#include <pthread.h>
#include <unistd.h>

using constructor = void(int, char **, char **);

// The bounds are made by ctors.ld. In a program or library linked without it they are absent, and
// the constructors have run as all others do.
extern "C" {
extern constructor *__llvm_ctors_start[] __attribute__((weak, visibility("hidden")));
extern constructor *__llvm_ctors_link_end[] __attribute__((weak, visibility("hidden")));
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

static void construct(constructor **from, constructor **to)
{
	for (constructor **c = from; c != to; c++)
		(*c)(0, nullptr, environ);
}

static void start_link(void)
{
	construct(__llvm_ctors_start, __llvm_ctors_link_end);
	shim::install_fatal_handler();
}

void ll_start_link(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, start_link);
}

static void start(void)
{
	ll_start_link();
	construct(__llvm_ctors_link_end, __llvm_ctors_end);
}

void ll_start(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, start);
}

// ---- targets

#define LLVM_TARGET(t)                                                                             \
	extern "C" void LLVMInitialize##t##TargetInfo(void);                                       \
	extern "C" void LLVMInitialize##t##Target(void);                                           \
	extern "C" void LLVMInitialize##t##TargetMC(void);
#define LLVM_ASM_PARSER(t)  extern "C" void LLVMInitialize##t##AsmParser(void);
#define LLVM_ASM_PRINTER(t) extern "C" void LLVMInitialize##t##AsmPrinter(void);
#include "llvm/Config/AsmParsers.def"
#include "llvm/Config/AsmPrinters.def"
#include "llvm/Config/Targets.def"

static void init_targets(void)
{
#define LLVM_TARGET(t)                                                                             \
	LLVMInitialize##t##TargetInfo();                                                           \
	LLVMInitialize##t##Target();                                                               \
	LLVMInitialize##t##TargetMC();
#define LLVM_ASM_PARSER(t)  LLVMInitialize##t##AsmParser();
#define LLVM_ASM_PRINTER(t) LLVMInitialize##t##AsmPrinter();
#include "llvm/Config/AsmParsers.def"
#include "llvm/Config/AsmPrinters.def"
#include "llvm/Config/Targets.def"
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
