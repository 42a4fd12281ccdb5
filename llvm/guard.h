// Work that may end in a fatal error of LLVM's, or in a crash of it, and must not take the process
// along: links, and reading of untrusted bytes.
#ifndef LLVM_GUARD_H
#define LLVM_GUARD_H

#include "llvm/ADT/STLFunctionalExtras.h"

#include <string>

namespace shim
{

// LLVM's crash recovery is one switch for the process, and installs signal handlers. It is on, and
// they are there, as long as one of these lives in any thread.
struct Recovery {
	Recovery();
	~Recovery();
	Recovery(const Recovery &) = delete;
};

// Do work that reads untrusted bytes. returns false, with a reason, if LLVM gave up in it: what the
// work had made is then lost, and only what was complete before may be used.
bool guarded(llvm::function_ref<void()> work, std::string *why);

// LLVM's fatal errors from now on: they end a link or guarded work, else the process (exit 70)
void install_fatal_handler();

// A link on this thread hands its message on here, or nullptr for none.
void set_link_fatal(llvm::function_ref<void(const char *reason)> *tell);

} // namespace shim

// Where this is in scope, memory may be lost: a fatal error jumps over destructors.
#define LLVM_SHIM_LEAKS static_cast<void>(0)
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#undef LLVM_SHIM_LEAKS
#define LLVM_SHIM_LEAKS __lsan::ScopedDisabler leaks_allowed
#endif
#endif

#endif
