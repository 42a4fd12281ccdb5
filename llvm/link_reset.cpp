// What LLD 19 does not clear between two links in one process: its pointers to the symbols that it
// defines itself. An ELF link with -r sets none of them and finds those of the link before, freed:
// it makes a .got.plt, or crashes. LLD's headers for them are not installed, so the names stand
// here; all are pointers but one.
#include "llvm/link_fatal.h"

namespace lld
{
namespace elf
{
struct ElfSym {
	static void *bss;
	static void *edata1;
	static void *edata2;
	static void *end1;
	static void *end2;
	static void *etext1;
	static void *etext2;
	static void *globalOffsetTable;
	static void *mipsGp;
	static void *mipsGpDisp;
	static void *mipsLocalGp;
	static void *relaIpltEnd;
	static void *relaIpltStart;
	static void *riscvGlobalPointer;
	static void *tlsModuleBase;
};
} // namespace elf
namespace wasm
{
struct WasmSym {
	static void *applyDataRelocs;
	static void *applyGlobalRelocs;
	static void *applyGlobalTLSRelocs;
	static void *applyTLSRelocs;
	static void *callCtors;
	static void *callDtors;
	static void *dataEnd;
	static void *definedMemoryBase;
	static void *definedTableBase;
	static void *dsoHandle;
	static void *globalBase;
	static void *heapBase;
	static void *heapEnd;
	static void *indirectFunctionTable;
	static void *initMemory;
	static void *initMemoryFlag;
	static void *initTLS;
	static void *memoryBase;
	static void *stackHigh;
	static void *stackLow;
	static void *stackPointer;
	static void *startFunction;
	static void *tableBase;
	static void *tlsAlign;
	static void *tlsBase;
	static void *tlsSize;
};
struct BitcodeFile {
	static bool doneLTO;
};
} // namespace wasm
} // namespace lld

using lld::elf::ElfSym;
using lld::wasm::WasmSym;

void ll_lld_reset(void)
{
	static void **const symbols[] = {
		&ElfSym::bss,
		&ElfSym::edata1,
		&ElfSym::edata2,
		&ElfSym::end1,
		&ElfSym::end2,
		&ElfSym::etext1,
		&ElfSym::etext2,
		&ElfSym::globalOffsetTable,
		&ElfSym::mipsGp,
		&ElfSym::mipsGpDisp,
		&ElfSym::mipsLocalGp,
		&ElfSym::relaIpltEnd,
		&ElfSym::relaIpltStart,
		&ElfSym::riscvGlobalPointer,
		&ElfSym::tlsModuleBase,
		&WasmSym::applyDataRelocs,
		&WasmSym::applyGlobalRelocs,
		&WasmSym::applyGlobalTLSRelocs,
		&WasmSym::applyTLSRelocs,
		&WasmSym::callCtors,
		&WasmSym::callDtors,
		&WasmSym::dataEnd,
		&WasmSym::definedMemoryBase,
		&WasmSym::definedTableBase,
		&WasmSym::dsoHandle,
		&WasmSym::globalBase,
		&WasmSym::heapBase,
		&WasmSym::heapEnd,
		&WasmSym::indirectFunctionTable,
		&WasmSym::initMemory,
		&WasmSym::initMemoryFlag,
		&WasmSym::initTLS,
		&WasmSym::memoryBase,
		&WasmSym::stackHigh,
		&WasmSym::stackLow,
		&WasmSym::stackPointer,
		&WasmSym::startFunction,
		&WasmSym::tableBase,
		&WasmSym::tlsAlign,
		&WasmSym::tlsBase,
		&WasmSym::tlsSize,
	};

	for (void **symbol : symbols)
		*symbol = nullptr;
	lld::wasm::BitcodeFile::doneLTO = false;
}
