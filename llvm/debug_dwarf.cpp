// Debug information of native objects and archives: their DWARF, with relocations applied.
#include "llvm/debug_dwarf.h"
#include "llvm/guard.h"

#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/DebugInfo/DWARF/DWARFFormValue.h"
#include "llvm/DebugInfo/DWARF/DWARFUnit.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ObjectFile.h"

#include <algorithm>
#include <memory>
#include <tuple>

using namespace llvm;
using namespace llvm::dwarf;
using namespace llvm::object;

namespace
{

// where code lies in an object: section (0 where addresses are of the whole file) and address
using Place = std::pair<uint64_t, uint64_t>;

struct Symbol {
	Place at;
	std::string name;
	bool global;

	bool operator<(const Symbol &other) const
	{
		return at < other.at;
	}
};

struct DwarfReader {
	arena *mem;
	std::vector<Symbol> symbols; // functions of the object being read, by place
	shim::Types types;
	std::vector<ll_func> funcs;
	std::vector<ll_var> vars;
	ll_debug *out;
	bool any = false;

	DwarfReader(arena *a, ll_debug *to) : mem(a), types(a), out(to)
	{
	}

	void bytes(MemoryBufferRef data, bool member);
	void archive(MemoryBufferRef data);
	void object(const ObjectFile &o);
	void read_symbols(const ObjectFile &o);
	const Symbol *find_symbol(DWARFDie d, StringRef name) const;
	void unit(DWARFUnit &u, shim::DwarfTypes &t);
	void function(DWARFDie d, shim::DwarfTypes &t);
	void variable(DWARFDie d, shim::DwarfTypes &t);
	void finish();
};

StringRef symbol_of(DWARFDie d)
{
	StringRef s = shim::dwarf_string(d, { DW_AT_linkage_name, DW_AT_MIPS_linkage_name });

	return s.empty() ? shim::dwarf_string(d, DW_AT_name) : s;
}

// Mach-O and i386 COFF put a '_' before the names of LLVM IR
StringRef ir_name(const ObjectFile &o, StringRef name)
{
	if (o.isMachO() || (o.isCOFF() && o.getArch() == Triple::x86))
		name.consume_front("_");
	return name;
}

void DwarfReader::read_symbols(const ObjectFile &o)
{
	symbols.clear();
	for (const SymbolRef &s : o.symbols()) {
		auto type = s.getType();
		auto section = s.getSection();
		auto address = s.getAddress();
		auto name = s.getName();
		auto flags = s.getFlags();
		bool good = type && section && address && name && flags;
		if (good && *type == SymbolRef::ST_Function && *section != o.section_end())
			symbols.push_back({ { o.isRelocatableObject() ? (*section)->getIndex() : 0,
						    *address },
				ir_name(o, *name).str(),
				bool(*flags & BasicSymbolRef::SF_Global) });
		consumeError(type.takeError());
		consumeError(section.takeError());
		consumeError(address.takeError());
		consumeError(name.takeError());
		consumeError(flags.takeError());
		if (!good)
			break;
	}
	llvm::sort(symbols, [](const Symbol &x, const Symbol &y) {
		return std::tie(x.at, x.name) < std::tie(y.at, y.name);
	});
}

// The symbol at a subprogram's address, `name` if that is one of several. DWARF has no name for
// g++'s static functions and for clones ("f.constprop.0").
const Symbol *DwarfReader::find_symbol(DWARFDie d, StringRef name) const
{
	auto low = toSectionedAddress(d.find(DW_AT_low_pc));
	if (!low)
		return nullptr;
	uint64_t section =
		low->SectionIndex == SectionedAddress::UndefSection ? 0 : low->SectionIndex;
	auto [first, last] = std::equal_range(
		symbols.begin(), symbols.end(), Symbol { { section, low->Address }, "", false });
	for (auto s = first; s != last; ++s)
		if (s->name == name)
			return &*s;
	return first == last ? nullptr : &*first;
}

void DwarfReader::function(DWARFDie d, shim::DwarfTypes &t)
{
	SmallVector<const char *, 8> names;
	StringRef written = symbol_of(d);
	const Symbol *symbol = find_symbol(d, written);
	ll_func f = {};

	f.symbol = shim::copy(mem, symbol ? StringRef(symbol->name) : written);
	f.name = shim::dwarf_scoped_name(mem, d);
	if (!*f.symbol || !*f.name) // thunks and the like are nobody's functions
		return;
	f.type = t.index(d);
	for (DWARFDie c : shim::dwarf_params(d).children())
		if (c.getTag() == DW_TAG_formal_parameter)
			names.push_back(shim::copy(mem, shim::dwarf_string(c, DW_AT_name)));
	f.params = shim::copy_array<const char *>(mem, names);
	f.file = shim::dwarf_file(mem, d);
	f.line = unsigned(d.getDeclLine());
	f.local = symbol ? !symbol->global : !shim::dwarf_flag(d, DW_AT_external);
	funcs.push_back(f);
}

bool in_function(DWARFDie d)
{
	for (d = d.getParent(); d; d = d.getParent())
		if (d.getTag() == DW_TAG_subprogram)
			return true;
	return false;
}

// an expression that is the address of static memory
bool is_static(ArrayRef<uint8_t> e, bool *tls)
{
	if (e.empty())
		return false;
	*tls = e.back() == DW_OP_form_tls_address || e.back() == DW_OP_GNU_push_tls_address;
	return *tls || e[0] == DW_OP_addr || e[0] == DW_OP_addrx || e[0] == DW_OP_GNU_addr_index;
}

void DwarfReader::variable(DWARFDie d, shim::DwarfTypes &t)
{
	auto location = d.find(DW_AT_location);
	auto e = location ? location->getAsBlock() : std::nullopt;
	ll_var v = {};

	if (!e || !is_static(*e, &v.tls) || in_function(d))
		return;
	v.symbol = shim::copy(mem, symbol_of(d));
	v.name = shim::dwarf_scoped_name(mem, d);
	if (!*v.symbol || !*v.name)
		return;
	v.type = t.index(shim::dwarf_type(d));
	v.file = shim::dwarf_file(mem, d);
	v.line = unsigned(d.getDeclLine());
	v.local = !shim::dwarf_flag(d, DW_AT_external);
	vars.push_back(v);
}

void DwarfReader::unit(DWARFUnit &u, shim::DwarfTypes &t)
{
	DWARFDie top = u.getUnitDIE(false);

	if (!top || u.isTypeUnit())
		return;
	if (!any) {
		out->producer = shim::copy(mem, shim::dwarf_string(top, DW_AT_producer));
		out->language =
			shim::language_name(mem, unsigned(toUnsigned(top.find(DW_AT_language), 0)));
	}
	types.pointer_size = u.getAddressByteSize();
	for (const DWARFDebugInfoEntry &entry : u.dies()) {
		DWARFDie d(&u, &entry);
		if (d.isNULL())
			continue;
		switch (d.getTag()) {
		case DW_TAG_subprogram:
			any = true;
			if (d.find({ DW_AT_low_pc, DW_AT_ranges }))
				function(d, t);
			break;
		case DW_TAG_variable: variable(d, t); break;
		case DW_TAG_base_type:
		case DW_TAG_structure_type:
		case DW_TAG_class_type:
		case DW_TAG_union_type:
		case DW_TAG_enumeration_type:
		case DW_TAG_typedef:
			any = true;
			t.index(d);
			break;
		default: break;
		}
	}
}

// class types that were declared inside their scope and defined outside
void define_all(DWARFUnit &u, shim::DwarfTypes &t)
{
	if (!u.getUnitDIE(false))
		return;
	for (const DWARFDebugInfoEntry &entry : u.dies()) {
		DWARFDie d(&u, &entry);
		if (d.isNULL() || !d.find(DW_AT_specification))
			continue;
		switch (d.getTag()) {
		case DW_TAG_structure_type:
		case DW_TAG_class_type:
		case DW_TAG_union_type:
		case DW_TAG_enumeration_type: t.define(shim::dwarf_origin(d), d); break;
		default: break;
		}
	}
}

void ignore(Error e)
{
	consumeError(std::move(e));
}

void DwarfReader::object(const ObjectFile &o)
{
	std::unique_ptr<DWARFContext> context = DWARFContext::create(
		o, DWARFContext::ProcessDebugRelocations::Process, nullptr, "", ignore, ignore);
	shim::DwarfTypes t(types);

	types.set_machine(o.makeTriple());
	read_symbols(o);
	// whole units first: DIEs move when a unit is read further
	for (const auto &u : context->info_section_units())
		u->getUnitDIE(false);
	for (const auto &u : context->types_section_units())
		u->getUnitDIE(false);
	for (const auto &u : context->info_section_units())
		define_all(*u, t);
	for (const auto &u : context->types_section_units())
		define_all(*u, t);
	for (const auto &u : context->info_section_units())
		unit(*u, t);
	t.drain();
}

void DwarfReader::archive(MemoryBufferRef data)
{
	Expected<std::unique_ptr<Archive>> a = Archive::create(data);
	Error e = Error::success();

	if (!a) {
		consumeError(a.takeError());
		return consumeError(std::move(e));
	}
	for (const Archive::Child &c : (*a)->children(e)) {
		Expected<MemoryBufferRef> content = c.getMemoryBufferRef();
		if (content)
			bytes(*content, true);
		else
			consumeError(content.takeError());
	}
	consumeError(std::move(e));
}

void DwarfReader::bytes(MemoryBufferRef data, bool member)
{
	file_magic magic = identify_magic(data.getBuffer());

	if (magic == file_magic::archive && !member)
		return archive(data);
	if (magic == file_magic::bitcode || magic == file_magic::unknown)
		return;
	std::string why;
	shim::guarded(
		[&] {
			auto o = ObjectFile::createObjectFile(data, magic);
			if (o)
				object(**o);
			else
				consumeError(o.takeError());
		},
		&why);
}

void DwarfReader::finish()
{
	types.finish();
	for (ll_var &v : vars) {
		uint32_t t = v.type;
		// layout chains end, finish() has seen to that
		while (types.v[t].kind == LL_T_TYPEDEF || types.v[t].kind == LL_T_ARRAY ||
			types.v[t].kind == LL_T_VOLATILE)
			t = types.v[t].target;
		v.constant = types.v[t].kind == LL_T_CONST;
	}
	out->types = shim::copy_array<ll_type>(mem, types.v);
	out->ntypes = types.v.size();
	out->funcs = shim::copy_array<ll_func>(mem, funcs);
	out->nfuncs = funcs.size();
	out->vars = shim::copy_array<ll_var>(mem, vars);
	out->nvars = vars.size();
}

} // namespace

bool ll_debug_from_object(arena *a, const void *data, size_t n, ll_debug *out)
{
	ll_start();
	*out = {};
	out->producer = out->language = "";
	DwarfReader r(a, out);
	r.bytes(MemoryBufferRef(StringRef(static_cast<const char *>(data), n), ""), false);
	r.finish();
	return r.any;
}
