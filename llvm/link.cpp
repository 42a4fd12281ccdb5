// LLD in this process: by ll_link for a program or library that goes on afterwards, by ll_lld_main
// as LLD's own program.
#include "llvm/guard.h"
#include "llvm/internal.h"
#include "llvm/link_fatal.h"

#include "lld/Common/Driver.h"
#include "lld/Common/ErrorHandler.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <mutex>

LLD_HAS_DRIVER(coff)
LLD_HAS_DRIVER(elf)
LLD_HAS_DRIVER(mingw)
LLD_HAS_DRIVER(macho)
LLD_HAS_DRIVER(wasm)

using namespace llvm;

namespace lld
{
// lld/Common/DriverDispatcher.cpp; in no header, used by LLD's main() in the same way
int unsafeLldMain(ArrayRef<const char *> args, raw_ostream &out, raw_ostream &err,
	ArrayRef<DriverDef> drivers, bool exit_early);
} // namespace lld

namespace
{

constexpr lld::DriverDef drivers[] = LLD_ALL_DRIVERS;

// LLD writes pieces of lines; the sink wants whole ones.
struct LineStream final : raw_ostream {
	ll_sink *sink;
	void *ctx;
	bool is_err;
	std::string line;
	uint64_t written = 0;

	void write_impl(const char *p, size_t n) override
	{
		StringRef text(p, n);

		written += n;
		for (size_t end; (end = text.find('\n')) != StringRef::npos;) {
			line += text.take_front(end);
			text = text.drop_front(end + 1);
			emit();
		}
		line += text;
	}

	uint64_t current_pos() const override
	{
		return written;
	}

	void emit()
	{
		// the MinGW driver's own errors do not use the name in argv
		if (StringRef(line).starts_with("lld: "))
			line.replace(0, 3, "pkgimg");
		if (sink)
			sink(ctx, is_err, line.c_str(), line.size());
		line.clear();
	}

	LineStream(ll_sink *s, void *c, bool err) : raw_ostream(/*unbuffered=*/true)
	{
		sink = s;
		ctx = c;
		is_err = err;
	}

	// what was written last and had no newline
	void finish()
	{
		if (!line.empty())
			emit();
	}

	~LineStream() override
	{
		finish();
	}
};

std::mutex link_mutex;
bool poisoned; // under link_mutex

const char *flavor_name(ll_flavor f)
{
	switch (f) {
	case LL_GNU: return "gnu";
	case LL_DARWIN: return "darwin";
	case LL_WASM: return "wasm";
	case LL_COFF: return "link";
	}
	diag_bug("flavour %d", int(f));
}

lld::Result run_lld(ArrayRef<const char *> argv, LineStream &out, LineStream &err)
{
	LLVM_SHIM_LEAKS;
	auto tell = [&](const char *reason) { err << "pkgimg: error: LLVM: " << reason << '\n'; };
	function_ref<void(const char *)> tell_ref(tell);

	// LLD's fatal() comes back through the recovery context (LLVM issue #59874: not without)
	shim::Recovery on;
	shim::set_link_fatal(&tell_ref);
	lld::Result r = lld::lldMain(argv, out, err, drivers);
	shim::set_link_fatal(nullptr);
	sys::unregisterHandlers(); // its temporary files had them installed
	return r;
}

} // namespace

ll_status ll_link(ll_flavor f, size_t n, const char *const v[], ll_sink *sink, void *ctx, int *code,
	ll_sums *sums)
{
	SmallVector<const char *, 64> argv = { "pkgimg", "-flavor", flavor_name(f) };
	std::lock_guard<std::mutex> lock(link_mutex);

	shim::start_lld(true);
	ll_lld_reset();
	argv.append(v, v + n);
	LineStream out(sink, ctx, false), err(sink, ctx, true);
	if (poisoned) {
		err << "pkgimg: error: an earlier link failed so that LLD cannot run again in this "
		       "process; use a new process\n";
		*code = 1;
		return LL_POISONED;
	}
	lld::Result r = run_lld(argv, out, err);
	shim::take_output_sums(sums);
	out.finish();
	err.finish();
	if (r.retCode > 128)
		err << "pkgimg: error: the linker crashed (signal " << r.retCode - 128
		    << "); this is a fault of LLD " << ll_version() << " or of pkgimg\n";
	*code = r.retCode;
	if (r.canRunAgain)
		return r.retCode ? LL_LINK_FAILED : LL_OK;
	poisoned = true;
	if (!*code)
		*code = 1;
	return LL_POISONED;
}

int ll_lld_main(int argc, char **argv)
{
	shim::make_room();
	shim::start_lld(false);
	remove_fatal_error_handler(); // LLVM's own text
	InitLLVM init(argc, argv);
	sys::Process::UseANSIEscapeCodes(true);
	return lld::unsafeLldMain(ArrayRef<const char *>(argv, size_t(argc)), outs(), errs(),
		drivers,
		/*exit_early=*/true);
}

void ll_lld_fatal(const char *message)
{
	lld::fatal(message);
}
