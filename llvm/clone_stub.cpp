// A stub is what a cloned function's address is: it jumps to the version in the slot and touches no
// register that an argument, a variable argument list or a result may be in, nor the stack. Only
// assembly can do that for every signature.
#include "llvm/clone.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Mangler.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace
{

enum variant { ANY, ELF, MACHO, COFF, THUMB, EAX_TAKEN };

// "{}" is the slot. Labels are local ones, so that no two stubs share one.
struct Row {
	Triple::ArchType arch;
	variant is;
	const char *text;
};

/* table */
constexpr Row rows[] = {
	{ Triple::x86_64, ANY, "jmpq *{}(%rip)" },
	{ Triple::x86, COFF, "jmpl *{}" },
	/* eax holds an argument: the address comes to the stack */
	{ Triple::x86, EAX_TAKEN,
		"pushl %eax\n.cfi_adjust_cfa_offset 4\n"
		"pushl %eax\n.cfi_adjust_cfa_offset 4\n"
		"calll 1f\n.cfi_adjust_cfa_offset 4\n"
		"1: popl %eax\n.cfi_adjust_cfa_offset -4\n"
		"movl {}-1b(%eax), %eax\n"
		"movl %eax, 4(%esp)\n"
		"popl %eax\n.cfi_adjust_cfa_offset -4\n"
		"retl\n.cfi_adjust_cfa_offset -4" },
	{ Triple::x86, ELF,
		"calll 1f\n.cfi_adjust_cfa_offset 4\n"
		"1: popl %eax\n.cfi_adjust_cfa_offset -4\n"
		"jmpl *{}-1b(%eax)" },
	{ Triple::aarch64, MACHO, "adrp x16, {}@PAGE\nldr x16, [x16, {}@PAGEOFF]\nbr x16" },
	{ Triple::aarch64, ANY, "adrp x16, {}\nldr x16, [x16, :lo12:{}]\nbr x16" },
	{ Triple::arm, THUMB,
		"ldr.w ip, 1f\n0: add ip, pc\nldr.w pc, [ip]\n.p2align 2\n"
		"1: .long {}-(0b+4)" },
	{ Triple::arm, ANY,
		"ldr ip, 1f\n0: add ip, pc, ip\nldr pc, [ip]\n"
		"1: .long {}-(0b+8)" },
	{ Triple::thumb, ANY,
		"ldr.w ip, 1f\n0: add ip, pc\nldr.w pc, [ip]\n.p2align 2\n"
		"1: .long {}-(0b+4)" },
	{ Triple::riscv64, ANY, "1: auipc t3, %pcrel_hi({})\nld t3, %pcrel_lo(1b)(t3)\njr t3" },
	{ Triple::riscv32, ANY, "1: auipc t3, %pcrel_hi({})\nlw t3, %pcrel_lo(1b)(t3)\njr t3" },
	{ Triple::loongarch64, ANY,
		"pcalau12i $$t8, %pc_hi20({})\nld.d $$t8, $$t8, %pc_lo12({})\njr $$t8" },
	/* neither the caller's r2 is known to be right nor r12 to be the stub's address */
	{ Triple::ppc64le, ANY,
		"mflr 0\nbcl 20, 31, 1f\n1: mflr 12\nmtlr 0\n"
		"addis 12, 12, ({}-1b)@ha\naddi 12, 12, ({}-1b)@l\nld 12, 0(12)\nmtctr 12\nbctr" },
	{ Triple::systemz, ANY, "lgrl %r1, {}\nbr %r1" },
};

bool is_thumb(const Function &f)
{
	SmallVector<StringRef, 16> words;

	f.getFnAttribute("target-features").getValueAsString().split(words, ',');
	return is_contained(words, "+thumb-mode");
}

bool fits(variant v, const Function &f, const Triple &t)
{
	switch (v) {
	case ANY: return true;
	case ELF: return t.isOSBinFormatELF();
	case MACHO: return t.isOSBinFormatMachO();
	case COFF: return t.isOSBinFormatCOFF();
	case THUMB: return is_thumb(f);
	case EAX_TAKEN:
		return t.isOSBinFormatELF() && f.getAttributes().hasAttrSomewhere(Attribute::InReg);
	}
	return false;
}

const Row *find(const Function &f)
{
	Triple t(f.getParent()->getTargetTriple());

	for (const Row &r : rows) {
		if (r.arch == t.getArch() && fits(r.is, f, t))
			return &r;
	}
	return nullptr;
}

std::string text_of(const Row &row, StringRef slot)
{
	SmallVector<StringRef, 4> parts;

	StringRef(row.text).split(parts, "{}");
	return join(parts, slot);
}

} // namespace

const char *shim::clone_stub_refusal(const Function &f)
{
	Triple t(f.getParent()->getTargetTriple());

	if (t.isARM() || t.isThumb()) {
		/* it is in the only register that a stub may change */
		if (f.getAttributes().hasAttrSomewhere(Attribute::Nest))
			return "has a hidden argument where its stub would need room";
	}
	return find(f) ? nullptr : "this machine has no stubs in this version";
}

void shim::clone_stub_body(Function &stub, GlobalVariable &slots, uint64_t offset)
{
	LLVMContext &ctx = stub.getContext();
	IRBuilder<> b(BasicBlock::Create(ctx, "", &stub));
	std::string slot;
	raw_string_ostream os(slot);

	Mangler().getNameWithPrefix(os, &slots, false);
	if (offset)
		os << "+" << offset;
	FunctionType *t = FunctionType::get(b.getVoidTy(), false);
	b.CreateCall(t, InlineAsm::get(t, text_of(*find(stub), slot), "", /*hasSideEffects=*/true));
	b.CreateUnreachable();
	for (auto kind : { Attribute::AlwaysInline, Attribute::InlineHint,
		     Attribute::OptimizeForSize, Attribute::MinSize })
		stub.removeFnAttr(kind);
	stub.addFnAttr(Attribute::Naked);
	stub.addFnAttr(Attribute::NoInline);
	stub.setUWTableKind(UWTableKind::Default);
}
