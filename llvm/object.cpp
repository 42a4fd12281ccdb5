// Symbols of native objects, bitcode and archives, and whether they are for the right machine.
#include "llvm/guard.h"
#include "llvm/internal.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/BinaryFormat/COFF.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/BinaryFormat/MachO.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/COFF.h"
#include "llvm/Object/COFFImportFile.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Object/IRObjectFile.h"
#include "llvm/Object/MachO.h"
#include "llvm/Object/MachOUniversal.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Object/Wasm.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/TextAPI/InterfaceFile.h"
#include "llvm/TextAPI/TextAPIReader.h"

#include <memory>
#include <vector>

using namespace llvm;
using namespace llvm::object;

namespace
{

struct Reader {
	arena *mem;
	diags *d;
	loc at;
	const char *wanted; // triple, or NULL
	LLVMContext context;
	std::vector<ll_symbol> symbols;
	SmallDenseSet<int32_t> any_copy; // a COFF object's sections of which a linker keeps one

	Reader(arena *a, diags *to, loc where, const char *triple)
	    : mem(a), d(to), at(where), wanted(triple)
	{
	}

	int broken(const char *name, Error e)
	{
		return diag_err(d, at, "'%s' cannot be read: %s", name,
			shim::text_of(std::move(e)).c_str());
	}

	int file(const char *name, MemoryBufferRef bytes, bool member);
	int archive(const char *name, MemoryBufferRef bytes);
	int universal(const char *name, MemoryBufferRef bytes);
	int stub(const char *name, MemoryBufferRef bytes);
	void stub_symbols(const char *name, const MachO::InterfaceFile &f);
	int symbolic(const char *name, SymbolicFile &f);
	void find_copies(const COFFObjectFile &f);
	int check_machine(const char *name, const Triple &have);
	Error symbol(const char *name, const SymbolicFile &f, const BasicSymbolRef &s);
	template <class Range> int all(const char *name, const SymbolicFile &f, Range range);
};

StringRef format_name(const Triple &t)
{
	switch (t.getObjectFormat()) {
	case Triple::ELF: return "ELF";
	case Triple::COFF: return "COFF";
	case Triple::MachO: return "Mach-O";
	case Triple::Wasm: return "WebAssembly";
	default: return "another format";
	}
}

Triple::ArchType machine_of(const Triple &t)
{
	switch (t.getArch()) {
	case Triple::thumb: return Triple::arm;
	case Triple::thumbeb: return Triple::armeb;
	default: return t.getArch();
	}
}

Triple triple_of(const SymbolicFile &f)
{
	if (const auto *o = dyn_cast<ObjectFile>(&f)) {
		Triple t = o->makeTriple();
		if (o->isCOFF()) // LLVM says so for ARM only
			t.setObjectFormat(Triple::COFF);
		return t;
	}
	if (const auto *ir = dyn_cast<IRObjectFile>(&f))
		return Triple(Triple::normalize(ir->getTargetTriple()));
	if (const auto *import = dyn_cast<COFFImportFile>(&f)) {
		Triple t("unknown-unknown-windows-coff");
		switch (import->getMachine()) {
		case COFF::IMAGE_FILE_MACHINE_I386: t.setArch(Triple::x86); break;
		case COFF::IMAGE_FILE_MACHINE_AMD64: t.setArch(Triple::x86_64); break;
		case COFF::IMAGE_FILE_MACHINE_ARMNT: t.setArch(Triple::thumb); break;
		default: t.setArch(Triple::aarch64); break;
		}
		return t;
	}
	return Triple();
}

int Reader::check_machine(const char *name, const Triple &have)
{
	if (!wanted || have.getArch() == Triple::UnknownArch)
		return 0;
	Triple want(Triple::normalize(wanted));
	if (machine_of(want) == machine_of(have) &&
		want.getObjectFormat() == have.getObjectFormat())
		return 0;
	return diag_err(d, at,
		"'%s' is an object for %s (%s), wanted %s (%s); build it for that target", name,
		Triple::getArchTypeName(have.getArch()).str().c_str(),
		format_name(have).str().c_str(),
		Triple::getArchTypeName(want.getArch()).str().c_str(), want.str().c_str());
}

bool is_macho(const SymbolicFile &f)
{
	const auto *ir = dyn_cast<IRObjectFile>(&f);

	return isa<MachOObjectFile>(f) || (ir && triple_of(*ir).isOSBinFormatMachO());
}

// a linked file says for each undefined symbol which of its libraries has it, or that dyld shall
// look
bool is_bound(const MachOObjectFile &f, DataRefImpl symbol)
{
	if (!(f.getHeader().flags & MachO::MH_TWOLEVEL))
		return false;
	uint16_t desc = f.is64Bit() ? f.getSymbol64TableEntry(symbol).n_desc
				    : f.getSymbolTableEntry(symbol).n_desc;
	return MachO::GET_LIBRARY_ORDINAL(desc) != MachO::DYNAMIC_LOOKUP_ORDINAL;
}

// what only the formats themselves say
void add_details(const SymbolicFile &f, const BasicSymbolRef &s, ll_symbol *out)
{
	if (isa<ELFObjectFileBase>(f)) {
		ELFSymbolRef elf(SymbolRef(s.getRawDataRefImpl(), cast<ObjectFile>(&f)));
		out->tls = elf.getELFType() == ELF::STT_TLS;
		out->function |= elf.getELFType() == ELF::STT_GNU_IFUNC;
		out->size = elf.getSize();
	} else if (const auto *wasm = dyn_cast<WasmObjectFile>(&f)) {
		const WasmSymbol &w = wasm->getWasmSymbol(s.getRawDataRefImpl());
		out->tls = w.isTypeData() && (w.Info.Flags & wasm::WASM_SYMBOL_TLS);
	} else if (const auto *macho = dyn_cast<MachOObjectFile>(&f)) {
		SymbolRef sym(s.getRawDataRefImpl(), macho);
		out->bound = out->undefined && is_bound(*macho, s.getRawDataRefImpl());
		Expected<section_iterator> in = sym.getSection();
		if (!in)
			consumeError(in.takeError());
		else if (*in != macho->section_end())
			out->tls = (macho->getSectionType(**in) & MachO::SECTION_TYPE) ==
				   MachO::S_THREAD_LOCAL_VARIABLES;
	}
	if (out->common && isa<ObjectFile>(f))
		out->size = SymbolRef(s.getRawDataRefImpl(), cast<ObjectFile>(&f)).getCommonSize();
}

bool is_function(const SymbolicFile &f, const BasicSymbolRef &s, uint32_t flags)
{
	if (!isa<ObjectFile>(f))
		return flags & BasicSymbolRef::SF_Executable;
	auto type = SymbolRef(s.getRawDataRefImpl(), cast<ObjectFile>(&f)).getType();
	if (type)
		return *type == SymbolRef::ST_Function;
	consumeError(type.takeError());
	return false;
}

// "__imp__f@4" and "_f@4" of i386 COFF are "__imp_f@4" and "f@4" in LLVM IR
std::string ir_name(const SymbolicFile &f, StringRef name)
{
	StringRef imp = "__imp_";
	bool imported = name.starts_with(imp);

	if (!(f.isCOFF() || f.isCOFFImportFile()) || triple_of(f).getArch() != Triple::x86)
		return name.str();
	if (imported)
		name = name.drop_front(imp.size());
	name.consume_front("_");
	return (imported ? imp : "").str() + name.str();
}

// COFF has no weak definitions: what C++ has in many objects is in sections of which any will do.
bool is_any_copy(
	const SymbolicFile &f, const BasicSymbolRef &s, const SmallDenseSet<int32_t> &sections)
{
	const auto *coff = dyn_cast<COFFObjectFile>(&f);

	return coff && sections.contains(coff->getCOFFSymbol(SymbolRef(s.getRawDataRefImpl(), coff))
				       .getSectionNumber());
}

void Reader::find_copies(const COFFObjectFile &f)
{
	any_copy.clear();
	for (const SymbolRef &s : f.symbols()) {
		COFFSymbolRef symbol = f.getCOFFSymbol(s);
		const coff_aux_section_definition *section = symbol.getSectionDefinition();

		switch (section ? section->Selection : 0) {
		case COFF::IMAGE_COMDAT_SELECT_ANY:
		case COFF::IMAGE_COMDAT_SELECT_SAME_SIZE:
		case COFF::IMAGE_COMDAT_SELECT_EXACT_MATCH:
		case COFF::IMAGE_COMDAT_SELECT_LARGEST:
			any_copy.insert(symbol.getSectionNumber());
			break;
		default: break;
		}
	}
}

Error Reader::symbol(const char *name, const SymbolicFile &f, const BasicSymbolRef &s)
{
	Expected<uint32_t> flags = s.getFlags();
	std::string text;
	raw_string_ostream os(text);
	ll_symbol out = {};

	if (!flags)
		return flags.takeError();
	if (*flags & BasicSymbolRef::SF_FormatSpecific)
		return Error::success();
	if (Error e = s.printName(os))
		return e;
	if (os.str().empty())
		return Error::success();
	StringRef spelled(text);
	if (is_macho(f))
		spelled.consume_front("_");
	out.name = shim::copy(mem, StringRef(ir_name(f, spelled)));
	out.file = name;
	out.undefined = *flags & BasicSymbolRef::SF_Undefined;
	out.weak = *flags & BasicSymbolRef::SF_Weak || is_any_copy(f, s, any_copy);
	out.global = *flags & BasicSymbolRef::SF_Global;
	out.hidden = *flags & BasicSymbolRef::SF_Hidden;
	out.common = *flags & BasicSymbolRef::SF_Common;
	out.function = is_function(f, s, *flags);
	add_details(f, s, &out);
	symbols.push_back(out);
	return Error::success();
}

// One broken symbol is enough: the size of the table may well be what is broken.
template <class Range> int Reader::all(const char *name, const SymbolicFile &f, Range range)
{
	const char *kept = shim::copy(mem, StringRef(name));

	for (const BasicSymbolRef &s : range)
		if (Error e = symbol(kept, f, s))
			return broken(name, std::move(e));
	return 0;
}

int Reader::symbolic(const char *name, SymbolicFile &f)
{
	const auto *elf = dyn_cast<ELFObjectFileBase>(&f);

	if (check_machine(name, triple_of(f)))
		return -1;
	if (const auto *coff = dyn_cast<COFFObjectFile>(&f))
		find_copies(*coff);
	if (elf && elf->getEType() == ELF::ET_DYN)
		return all(name, f, elf->getDynamicSymbolIterators());
	return all(name, f, f.symbols());
}

// the part of a fat Mach-O file that is for the wanted machine
int Reader::universal(const char *name, MemoryBufferRef bytes)
{
	auto fat = MachOUniversalBinary::create(bytes);
	std::string has;

	if (!fat)
		return broken(name, fat.takeError());
	for (const auto &slice : (*fat)->objects()) {
		Triple have = slice.getTriple();
		if (wanted && machine_of(Triple(Triple::normalize(wanted))) != machine_of(have)) {
			has += (has.empty() ? "" : ", ") + slice.getArchFlagName();
			continue;
		}
		auto object = slice.getAsObjectFile();
		if (object)
			return symbolic(name, **object);
		consumeError(object.takeError());
		auto inner = slice.getAsArchive();
		if (!inner)
			return broken(name, inner.takeError());
		return archive(name, (*inner)->getMemoryBufferRef());
	}
	return diag_err(d, at, "'%s' is for %s, wanted %s; build it for that target", name,
		has.empty() ? "no machine" : has.c_str(), wanted ? wanted : "any");
}

// what Objective-C calls NAME is several symbols, each with a prefix
void Reader::stub_symbols(const char *name, const MachO::InterfaceFile &f)
{
	const Triple want(wanted ? Triple::normalize(wanted) : "");

	for (const MachO::Symbol *s : f.symbols()) {
		StringRef text = s->getName();
		ll_symbol out = {};

		if (s->isUndefined() ||
			(wanted && !s->getArchitectures().has(MachO::mapToArchitecture(want))))
			continue;
		text.consume_front("_");
		out.file = name;
		out.global = true;
		out.weak = s->isWeakDefined();
		out.tls = s->isThreadLocalValue();
		if (s->getKind() == MachO::EncodeKind::GlobalSymbol) {
			out.name = shim::copy(mem, text);
			symbols.push_back(out);
			continue;
		}
		for (const char *prefix : { "OBJC_CLASS_$_", "OBJC_METACLASS_$_", "OBJC_EHTYPE_$_",
			     "OBJC_IVAR_$_" }) {
			out.name = shim::copy(mem, StringRef((prefix + s->getName()).str()));
			symbols.push_back(out);
		}
	}
}

// a library's own stub, with those of the libraries that it hands on
int Reader::stub(const char *name, MemoryBufferRef bytes)
{
	auto f = MachO::TextAPIReader::get(bytes);
	const char *kept = shim::copy(mem, StringRef(name));

	if (!f)
		return broken(name, f.takeError());
	stub_symbols(kept, **f);
	for (const auto &inner : (*f)->documents())
		stub_symbols(kept, *inner);
	return 0;
}

int Reader::archive(const char *name, MemoryBufferRef bytes)
{
	Expected<std::unique_ptr<Archive>> a = Archive::create(bytes);
	Error e = Error::success();
	int status = 0;

	if (!a) {
		consumeError(std::move(e));
		return broken(name, a.takeError());
	}
	for (const Archive::Child &c : (*a)->children(e)) {
		Expected<StringRef> member = c.getName();
		if (!member) {
			consumeError(std::move(e));
			return broken(name, member.takeError());
		}
		std::string full = name + ("(" + *member + ")").str();
		Expected<MemoryBufferRef> content = c.getMemoryBufferRef();
		if (!content) {
			consumeError(std::move(e));
			return broken(full.c_str(), content.takeError());
		}
		status |= file(full.c_str(), *content, true);
	}
	if (e)
		return broken(name, std::move(e));
	return status;
}

// also an object with bitcode in a section, which is then what is read
bool holds_bitcode(MemoryBufferRef bytes)
{
	Expected<MemoryBufferRef> found = IRObjectFile::findBitcodeInMemBuffer(bytes);

	if (!found)
		consumeError(found.takeError());
	return bool(found);
}

int Reader::file(const char *name, MemoryBufferRef bytes, bool member)
{
	file_magic magic = identify_magic(bytes.getBuffer());

	if (magic == file_magic::archive && !member)
		return archive(name, bytes);
	if (magic == file_magic::macho_universal_binary && !member)
		return universal(name, bytes);
	if (magic == file_magic::tapi_file && !member)
		return stub(name, bytes);
	if (holds_bitcode(bytes))
		ll_start();
	if (!SymbolicFile::isSymbolicFile(magic, &context)) {
		if (member) // Rust's lib.rmeta, a README: linkers pass over them
			return 0;
		return diag_err(d, at, "'%s' is no object file, archive or bitcode", name);
	}
	auto f = SymbolicFile::createSymbolicFile(bytes, magic, &context);
	if (!f)
		return broken(name, f.takeError());
	return symbolic(name, **f);
}

bool is_loaded(const ObjectFile &f, const SectionRef &s)
{
	if (isa<ELFObjectFileBase>(f)) {
		uint64_t flags = ELFSectionRef(s).getFlags();
		bool large = f.getArch() == Triple::x86_64 && flags & ELF::SHF_X86_64_LARGE;
		return flags & ELF::SHF_ALLOC && !large;
	}
	return s.isText() || s.isData() || s.isBSS();
}

uint64_t loaded_bytes(MemoryBufferRef bytes)
{
	uint64_t sum = 0;

	if (identify_magic(bytes.getBuffer()) == file_magic::archive) {
		Expected<std::unique_ptr<Archive>> a = Archive::create(bytes);
		Error e = Error::success();

		if (!a)
			return consumeError(std::move(e)), consumeError(a.takeError()), 0;
		for (const Archive::Child &c : (*a)->children(e)) {
			Expected<MemoryBufferRef> content = c.getMemoryBufferRef();
			if (content)
				sum = SaturatingAdd(sum, loaded_bytes(*content));
			else
				consumeError(content.takeError());
		}
		return consumeError(std::move(e)), sum;
	}
	Expected<std::unique_ptr<ObjectFile>> f = ObjectFile::createObjectFile(bytes);
	if (!f)
		return consumeError(f.takeError()), 0;
	for (const SectionRef &s : (*f)->sections()) {
		if (is_loaded(**f, s))
			sum = SaturatingAdd(sum, s.getSize());
	}
	return sum;
}

} // namespace

uint64_t ll_object_bytes(const void *data, size_t n)
{
	uint64_t sum = 0;
	std::string why;

	ll_start_link();
	shim::guarded(
		[&] {
			sum = loaded_bytes(MemoryBufferRef(
				StringRef(static_cast<const char *>(data), n), "object"));
		},
		&why);
	return sum;
}

const char *ll_stub_install_name(arena *a, const void *data, size_t n)
{
	StringRef bytes(static_cast<const char *>(data), n);

	if (identify_magic(bytes) != file_magic::tapi_file)
		return nullptr;
	auto f = MachO::TextAPIReader::get(MemoryBufferRef(bytes, "stub"));
	if (f)
		return shim::copy(a, (*f)->getInstallName());
	consumeError(f.takeError());
	return nullptr;
}

int ll_object_symbols(arena *a, diags *d, loc at, const char *path, const void *data, size_t n,
	const char *triple, const ll_symbol **out, size_t *count)
{
	ll_start_link(); // native objects need no more
	// lost after a fatal error, which may have left it in any state
	Reader *r = new Reader(a, d, at, triple);
	MemoryBufferRef bytes(StringRef(static_cast<const char *>(data), n), path);
	int status = 0;
	std::string why;

	*out = nullptr;
	*count = 0;
	if (!shim::guarded([&] { status = r->file(path, bytes, false); }, &why))
		return diag_err(d, at, "'%s' cannot be read: %s", path, why.c_str());
	*out = shim::copy_array<ll_symbol>(a, r->symbols);
	*count = r->symbols.size();
	delete r;
	return status ? -1 : 0;
}
