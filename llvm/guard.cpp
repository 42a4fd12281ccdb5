// Fatal errors and crashes of LLVM: what becomes of them in links, in readers and elsewhere.
#include "llvm/guard.h"
#include "llvm/internal.h"

#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/ErrorHandling.h"

#include <mutex>

using namespace llvm;

namespace
{

std::mutex recovery_mutex;
unsigned recoveries; // under recovery_mutex

thread_local function_ref<void(const char *)> *link_fatal;
thread_local std::string *guard_why;

void on_fatal(void *, const char *reason, bool)
{
	CrashRecoveryContext *context = CrashRecoveryContext::GetCurrent();

	if (!context || (!link_fatal && !guard_why))
		diag_fatal("LLVM: %s", reason);
	if (link_fatal)
		(*link_fatal)(reason);
	else
		*guard_why = reason;
	context->HandleExit(1);
}

} // namespace

shim::Recovery::Recovery()
{
	std::lock_guard<std::mutex> lock(recovery_mutex);

	if (!recoveries++)
		CrashRecoveryContext::Enable();
}

shim::Recovery::~Recovery()
{
	std::lock_guard<std::mutex> lock(recovery_mutex);

	if (!--recoveries)
		CrashRecoveryContext::Disable();
}

bool shim::guarded(function_ref<void()> work, std::string *why)
{
	LLVM_SHIM_LEAKS;

	ll_start_link(); // the handler above
	Recovery on;
	CrashRecoveryContext context;
	std::string *outer = guard_why;
	guard_why = why;
	bool done = context.RunSafely(work);
	guard_why = outer;
	if (!done && why->empty())
		*why = "it is broken so that LLVM's reader crashes";
	return done;
}

bool ll_guarded(struct arena *a, void (*work)(void *ctx), void *ctx, const char **why)
{
	std::string reason;

	ll_start();
	if (shim::guarded([&] { work(ctx); }, &reason))
		return true;
	*why = shim::copy(a, llvm::StringRef(reason));
	return false;
}

void shim::install_fatal_handler()
{
	install_fatal_error_handler(on_fatal);
}

void shim::set_link_fatal(function_ref<void(const char *)> *tell)
{
	link_fatal = tell;
}
