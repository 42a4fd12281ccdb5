// Types of DWARF 2 to 5, as clang, gcc and rustc write it. Anything may be missing or refer
// anywhere; what makes no sense becomes `void` or an empty thing.
#include "llvm/debug_dwarf.h"

#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/DebugInfo/DWARF/DWARFDebugLine.h"
#include "llvm/DebugInfo/DWARF/DWARFFormValue.h"
#include "llvm/DebugInfo/DWARF/DWARFTypeUnit.h"
#include "llvm/DebugInfo/DWARF/DWARFUnit.h"
#include "llvm/Support/LEB128.h"

using namespace llvm;
using namespace llvm::dwarf;

namespace shim
{

static constexpr unsigned max_links = 16, max_scopes = 128;

StringRef dwarf_string(DWARFDie d, ArrayRef<Attribute> a)
{
	return toString(d.findRecursively(a), "");
}

bool dwarf_flag(DWARFDie d, Attribute a)
{
	return toUnsigned(d.findRecursively(a), 0) != 0;
}

static uint64_t number(DWARFDie d, Attribute a, uint64_t otherwise)
{
	auto v = d.find(a);

	if (!v)
		return otherwise;
	if (auto u = v->getAsUnsignedConstant())
		return *u;
	if (auto s = v->getAsSignedConstant())
		return uint64_t(*s);
	return otherwise;
}

// The DIE that an attribute refers to, in a type unit as well.
static DWARFDie referenced(DWARFDie d, Attribute a)
{
	auto form = d.find(a);
	auto hash = form ? form->getAsSignatureReference() : std::nullopt;

	if (!hash)
		return form ? d.getAttributeValueAsReferencedDie(*form) : DWARFDie();
	DWARFUnit *u = d.getDwarfUnit();
	DWARFTypeUnit *in = u->getContext().getTypeUnitForHash(u->getVersion(), *hash, false);
	return in ? in->getDIEForOffset(in->getTypeOffset() + in->getOffset()) : DWARFDie();
}

// what a DIE completes: its abstract form, or its declaration in a class or namespace
static DWARFDie completed(DWARFDie d)
{
	DWARFDie next = referenced(d, DW_AT_abstract_origin);

	return next ? next : referenced(d, DW_AT_specification);
}

DWARFDie dwarf_type(DWARFDie d)
{
	for (unsigned i = 0; d && i < max_links && !d.find(DW_AT_type); i++)
		d = completed(d);
	return d ? referenced(d, DW_AT_type) : DWARFDie();
}

DWARFDie dwarf_origin(DWARFDie d)
{
	DWARFDie next;

	for (unsigned i = 0; i < max_links && (next = completed(d)); i++)
		d = next;
	return d;
}

static bool has_params(DWARFDie d)
{
	for (DWARFDie c : d.children())
		if (c.getTag() == DW_TAG_formal_parameter)
			return true;
	return false;
}

// Its own, where it has any: gcc's abstract constructors have more than the real ones.
DWARFDie dwarf_params(DWARFDie d)
{
	DWARFDie next;

	for (unsigned i = 0; i < max_links && !has_params(d) && (next = completed(d)); i++)
		d = next;
	return d;
}

const char *dwarf_scoped_name(arena *a, DWARFDie d)
{
	SmallVector<StringRef, 8> parts = { dwarf_string(d, DW_AT_name) };

	if (parts[0].empty())
		return "";
	d = dwarf_origin(d).getParent();
	for (; d && parts.size() < max_scopes; d = dwarf_origin(d).getParent()) {
		if (DWARFDie whole = referenced(d, DW_AT_signature)) // a stub of a type unit's
			d = whole;
		StringRef name = dwarf_string(d, DW_AT_name);
		switch (d.getTag()) {
		case DW_TAG_namespace:
			parts.push_back(name.empty() ? "(anonymous namespace)" : name);
			break;
		case DW_TAG_structure_type:
		case DW_TAG_class_type:
		case DW_TAG_union_type:
		case DW_TAG_enumeration_type:
		case DW_TAG_interface_type:
		case DW_TAG_subprogram: parts.push_back(name.empty() ? "(anonymous)" : name); break;
		default: break;
		}
	}
	return join_scopes(a, parts);
}

// By hand: LLVM's getDeclFile cannot read gcc's implicit constants.
const char *dwarf_file(arena *a, DWARFDie d)
{
	using Kind = DILineInfoSpecifier::FileLineInfoKind;
	std::string file;

	for (unsigned i = 0; d && i < max_links && !d.find(DW_AT_decl_file); i++)
		d = completed(d);
	if (!d || !d.find(DW_AT_decl_file))
		return "";
	DWARFUnit *u = d.getDwarfUnit();
	uint64_t index = number(d, DW_AT_decl_file, 0);
	const auto *lines = u->getContext().getLineTableForUnit(u);
	if (!lines)
		return "";
	for (Kind k : { Kind::RelativeFilePath, Kind::RawValue })
		if (lines->getFileNameByIndex(index, u->getCompilationDir(), k, file) &&
			!file.empty())
			return copy(a, StringRef(file));
	return "";
}

bool dwarf_unit_is_c(DWARFDie d)
{
	DWARFDie unit = d.getDwarfUnit()->getUnitDIE();

	return unit && language_is_c(unsigned(toUnsigned(unit.find(DW_AT_language), 0)));
}

uint32_t DwarfTypes::index(DWARFDie t)
{
	if (!t || t.isNULL())
		return 0;
	if (DWARFDie whole = referenced(t, DW_AT_signature))
		t = whole;
	auto [it, is_new] = seen.try_emplace(t.getDebugInfoEntry(), 0);
	if (is_new) {
		uint32_t at = types.reserve();
		it->second = at;
		work.push_back({ t, at });
	}
	return it->second;
}

void DwarfTypes::define(DWARFDie declaration, DWARFDie definition)
{
	seen.try_emplace(declaration.getDebugInfoEntry(), index(definition));
}

void DwarfTypes::drain()
{
	while (!work.empty()) {
		auto [t, at] = work.back();
		work.pop_back();
		fill(t, at);
	}
}

void DwarfTypes::fill(DWARFDie t, uint32_t at)
{
	ll_type_kind kind = LL_T_DECIMAL;

	types.v[at].name = t.getTag() == DW_TAG_subprogram ? "" : dwarf_scoped_name(types.mem, t);
	types.v[at].file = dwarf_file(types.mem, t);
	types.v[at].line = unsigned(t.getDeclLine());
	types.v[at].size = number(t, DW_AT_byte_size, 0);
	types.v[at].align = uint32_t(number(t, DW_AT_alignment, 0));
	switch (t.getTag()) {
	case DW_TAG_base_type:
	case DW_TAG_unspecified_type: return fill_base(t, at);
	case DW_TAG_subroutine_type:
	case DW_TAG_subprogram: return fill_function(t, at);
	case DW_TAG_array_type: return fill_array(t, at);
	default: break;
	}
	if (!kind_of_tag(t.getTag(), &kind)) {
		types.v[at].kind = LL_T_DECIMAL;
		return;
	}
	switch (kind) {
	case LL_T_STRUCT:
	case LL_T_CLASS:
	case LL_T_UNION:
	case LL_T_ENUM:
		if (t.find(DW_AT_declaration)) {
			types.v[at].tag = kind;
			return;
		}
		types.v[at].kind = kind;
		return kind == LL_T_ENUM ? fill_enum(t, at) : fill_struct(t, at);
	default: return fill_wrapper(t, at, kind);
	}
}

void DwarfTypes::fill_base(DWARFDie t, uint32_t at)
{
	ll_type &out = types.v[at];

	if (t.getTag() == DW_TAG_unspecified_type)
		out.kind = StringRef(out.name).contains("nullptr") ? LL_T_NULLPTR : LL_T_DECIMAL;
	else
		out.kind = kind_of_encoding(unsigned(number(t, DW_AT_encoding, 0)));
	out.is_signed = out.kind == LL_T_INT || out.kind == LL_T_CHAR;
}

void DwarfTypes::fill_function(DWARFDie f, uint32_t at)
{
	uint32_t result = index(dwarf_type(f));
	DWARFDie source = dwarf_params(f);

	members.clear();
	for (DWARFDie c : source.children()) {
		ll_member m = {};
		if (c.getTag() == DW_TAG_unspecified_parameters)
			types.v[at].variadic = true;
		if (c.getTag() != DW_TAG_formal_parameter)
			continue;
		m.name = "";
		m.type = index(dwarf_type(c));
		m.flags = dwarf_flag(c, DW_AT_artificial) ? LL_M_ARTIFICIAL : 0;
		members.push_back(m);
	}
	types.v[at].kind = LL_T_FUNCTION;
	types.v[at].target = result;
	types.v[at].size = 0;
	if (members.empty() && !dwarf_flag(f, DW_AT_prototyped) && dwarf_unit_is_c(f))
		types.v[at].variadic = types.v[at].no_prototype = true;
	types.set_members(at, members);
}

void DwarfTypes::fill_wrapper(DWARFDie t, uint32_t at, ll_type_kind kind)
{
	uint32_t target = index(dwarf_type(t));

	types.v[at].kind = kind;
	types.v[at].target = target;
	if (kind == LL_T_MEMBER_POINTER) {
		uint32_t cls = index(referenced(t, DW_AT_containing_type));
		types.v[at].cls = cls;
	}
}

// UINT64_MAX: unknown, or of run time
static uint64_t count_of(DWARFDie dimension)
{
	uint64_t count = number(dimension, DW_AT_count, UINT64_MAX), upper;

	if (count != UINT64_MAX || dimension.find(DW_AT_count))
		return count;
	if (!dimension.find(DW_AT_upper_bound))
		return UINT64_MAX;
	auto form = dimension.find(DW_AT_upper_bound);
	if (!form->isFormClass(DWARFFormValue::FC_Constant))
		return UINT64_MAX;
	upper = number(dimension, DW_AT_upper_bound, 0);
	return upper - number(dimension, DW_AT_lower_bound, 0) + 1; // -1: an empty array of gcc's
}

void DwarfTypes::fill_array(DWARFDie t, uint32_t at)
{
	uint32_t element = index(dwarf_type(t));
	SmallVector<uint64_t, 4> counts;

	for (DWARFDie c : t.children())
		if (c.getTag() == DW_TAG_subrange_type || c.getTag() == DW_TAG_enumeration_type)
			counts.push_back(count_of(c));
		else if (c.getTag() == DW_TAG_generic_subrange)
			counts.push_back(UINT64_MAX);
	if (counts.empty())
		counts.push_back(UINT64_MAX);
	if (t.find(DW_AT_GNU_vector)) {
		types.v[at].kind = LL_T_VECTOR;
		types.v[at].target = element;
		types.v[at].count = counts[0];
		return;
	}
	types.set_array(at, counts, element, types.v[at].size);
}

void DwarfTypes::fill_enum(DWARFDie t, uint32_t at)
{
	uint32_t target = index(dwarf_type(t));
	bool is_signed = number(t, DW_AT_encoding, DW_ATE_unsigned) == DW_ATE_signed;

	members.clear();
	for (DWARFDie c : t.children()) {
		ll_member m = {};
		if (c.getTag() != DW_TAG_enumerator)
			continue;
		m.name = copy(types.mem, dwarf_string(c, DW_AT_name));
		m.type = at;
		m.value = int64_t(number(c, DW_AT_const_value, 0));
		auto form = c.find(DW_AT_const_value);
		is_signed |= form && form->getForm() == DW_FORM_sdata && m.value < 0;
		members.push_back(m);
	}
	types.v[at].target = target;
	types.v[at].is_signed = !target && is_signed; // else the underlying type says
	types.set_members(at, members);
}

// DWARF 2: an expression that adds a constant
static uint64_t offset_of_expression(ArrayRef<uint8_t> e)
{
	const char *error = nullptr;
	uint64_t v;

	if (e.empty() || (e[0] != DW_OP_plus_uconst && e[0] != DW_OP_constu))
		return 0;
	v = decodeULEB128(e.data() + 1, nullptr, e.data() + e.size(), &error);
	return error ? 0 : v;
}

static uint64_t bit_offset(DWARFDie m, uint64_t unit_size)
{
	uint64_t at = number(m, DW_AT_data_bit_offset, 0);
	auto place = m.find(DW_AT_data_member_location);

	if (place) {
		auto e = place->getAsBlock();
		at += 8 * (e ? offset_of_expression(*e) : number(m, DW_AT_data_member_location, 0));
	}
	if (!m.find(DW_AT_bit_offset)) // DWARF 4 and older count from the most significant bit
		return at;
	if (!m.getDwarfUnit()->isLittleEndian())
		return at + number(m, DW_AT_bit_offset, 0);
	return at + 8 * unit_size - number(m, DW_AT_bit_offset, 0) - number(m, DW_AT_bit_size, 0);
}

static bool is_composite(DWARFDie t)
{
	return t && (t.getTag() == DW_TAG_structure_type || t.getTag() == DW_TAG_class_type ||
			    t.getTag() == DW_TAG_union_type);
}

// The storage unit of an old bit field: its own byte size, or that of its type behind typedefs.
static uint64_t unit_size(DWARFDie m, DWARFDie type)
{
	for (unsigned i = 0; type && i < max_links && !type.find(DW_AT_byte_size); i++)
		type = dwarf_type(type);
	return number(m, DW_AT_byte_size, type ? number(type, DW_AT_byte_size, 0) : 0);
}

void DwarfTypes::add_member(DWARFDie d)
{
	DWARFDie type = dwarf_type(d);
	ll_member m = {};

	m.name = copy(types.mem, dwarf_string(d, DW_AT_name));
	m.type = index(type);
	m.align = uint32_t(number(d, DW_AT_alignment, 0));
	if (d.getTag() == DW_TAG_inheritance)
		m.flags |= LL_M_BASE;
	else if (d.getTag() == DW_TAG_variable || d.find({ DW_AT_external, DW_AT_declaration }))
		m.flags |= LL_M_STATIC;
	if (m.flags & LL_M_BASE && number(d, DW_AT_virtuality, 0))
		m.flags |= LL_M_VIRTUAL_BASE;
	if (dwarf_flag(d, DW_AT_artificial))
		m.flags |= LL_M_ARTIFICIAL;
	if (!(m.flags & (LL_M_STATIC | LL_M_VIRTUAL_BASE)))
		m.bit_offset = bit_offset(d, unit_size(d, type));
	if (d.find(DW_AT_bit_size)) {
		m.flags |= LL_M_BITFIELD;
		m.bit_size = uint32_t(number(d, DW_AT_bit_size, 0));
	}
	if (!*m.name && is_composite(type) && !(m.flags & LL_M_BASE))
		m.flags |= LL_M_ANONYMOUS;
	members.push_back(m);
}

// Rust: one variant of a variant part, with (usually one) member
void DwarfTypes::add_variant(DWARFDie variant)
{
	for (DWARFDie c : variant.children())
		if (c.getTag() == DW_TAG_member)
			add_member(c);
}

void DwarfTypes::fill_struct(DWARFDie t, uint32_t at)
{
	members.clear();
	for (DWARFDie c : t.children()) {
		ll_member part = {};
		switch (c.getTag()) {
		case DW_TAG_member:
		case DW_TAG_variable:
		case DW_TAG_inheritance: add_member(c); break;
		case DW_TAG_variant: add_variant(c); break;
		case DW_TAG_variant_part:
			part.name = "";
			part.type = index(c);
			part.flags = LL_M_ANONYMOUS;
			members.push_back(part);
			break;
		default: break;
		}
	}
	types.set_members(at, members);
}

} // namespace shim
