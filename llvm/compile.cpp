// LLVM IR text to a native object, for the small inputs that pkgimg injects into links.
#include "llvm/internal.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"

#include <cstdlib>
#include <memory>

using namespace llvm;

namespace
{

// What codegen has to say, instead of LLVM's own handler, which exits.
struct Told final : DiagnosticHandler {
	diags *d;
	loc at;

	Told(diags *to, loc where) : d(to), at(where)
	{
	}

	bool handleDiagnostics(const DiagnosticInfo &info) override
	{
		std::string text;
		raw_string_ostream os(text);
		DiagnosticPrinterRawOStream printer(os);

		info.print(printer);
		if (info.getSeverity() == DS_Error)
			diag_err(d, at, "%s", os.str().c_str());
		else if (info.getSeverity() == DS_Warning)
			diag_warn(d, at, "%s", os.str().c_str());
		return true;
	}
};

std::unique_ptr<Module> parse(diags *d, loc at, const char *text, LLVMContext &context)
{
	SMDiagnostic problem;
	std::string why;
	raw_string_ostream os(why);
	std::unique_ptr<Module> m = parseAssembly(MemoryBufferRef(text, at.file), problem, context);

	if (!m) {
		at.line = unsigned(problem.getLineNo());
		at.col = unsigned(problem.getColumnNo()) + 1;
		diag_err(d, at, "%s", problem.getMessage().str().c_str());
		return nullptr;
	}
	if (verifyModule(*m, &os)) {
		diag_err(d, at, "%s", StringRef(os.str()).rtrim().str().c_str());
		return nullptr;
	}
	return m;
}

std::unique_ptr<TargetMachine> machine(diags *d, loc at, const std::string &triple, const char *cpu)
{
	std::pair<StringRef, StringRef> words = StringRef(cpu ? cpu : "").split(',');
	std::string why;
	TargetOptions options;

	/* what an image does not use of its start code, --gc-sections takes out */
	options.FunctionSections = options.DataSections = true;
	ll_init_targets();
	const Target *target = TargetRegistry::lookupTarget(triple, why);
	if (!target) {
		diag_err(d, at, "LLVM %s has no target for '%s'", ll_version(), triple.c_str());
		return nullptr;
	}
	return std::unique_ptr<TargetMachine>(target->createTargetMachine(triple, words.first,
		words.second, options, Reloc::PIC_, std::nullopt, CodeGenOptLevel::Default));
}

} // namespace

int ll_compile_ir(diags *d, const char *name, const char *text, const char *triple, const char *cpu,
	void **object, size_t *size)
{
	std::string normal = shim::code_triple(triple);
	loc at = {};
	SmallVector<char, 0> bytes;
	raw_svector_ostream os(bytes);
	LLVMContext context;
	legacy::PassManager passes;
	unsigned before = d->errors;

	at.file = name;
	std::unique_ptr<TargetMachine> tm = machine(d, at, normal, cpu);
	if (!tm)
		return -1;
	context.setDiagnosticHandler(std::make_unique<Told>(d, at));
	std::unique_ptr<Module> m = parse(d, at, text, context);
	if (!m)
		return -1;
	m->setTargetTriple(normal);
	m->setDataLayout(tm->createDataLayout());
	if (tm->addPassesToEmitFile(passes, os, nullptr, CodeGenFileType::ObjectFile))
		return diag_err(d, at, "LLVM cannot write objects for '%s'", normal.c_str());
	passes.run(*m);
	if (d->errors != before)
		return -1;
	*size = bytes.size();
	*object = malloc(bytes.size());
	if (!*object)
		diag_fatal("out of memory: %zu bytes wanted", bytes.size());
	memcpy(*object, bytes.data(), bytes.size());
	return 0;
}
