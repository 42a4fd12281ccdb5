// The model of debug information: type table, computed layout, names of DWARF's constants.
#include "llvm/debug_model.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace llvm;

namespace shim
{

Types::Types(arena *a) : mem(a)
{
	v.push_back({});
	v[0].kind = LL_T_VOID;
	v[0].name = "void";
	v[0].file = "";
}

void Types::set_machine(const Triple &t)
{
	pointer_size = t.isArch64Bit() ? 8 : t.isArch16Bit() ? 2 : 4;
	if (t.isX32() || t.getArch() == Triple::aarch64_32)
		pointer_size = 4;
	switch (t.getArch()) {
	case Triple::x86: max_align = t.isOSWindows() ? 16 : 4; break; // System V i386 psABI, 2.1.1
	case Triple::m68k:
	case Triple::msp430: max_align = 2; break;
	case Triple::avr: max_align = 1; break;
	case Triple::systemz: max_align = 8; break; // ELF ABI s390x, 1.1.2
	default: max_align = 16; break;
	}
}

uint32_t Types::reserve()
{
	ll_type t = {};

	t.kind = LL_T_OPAQUE;
	t.tag = LL_T_STRUCT;
	t.name = t.file = "";
	v.push_back(t);
	return uint32_t(v.size() - 1);
}

void Types::set_members(uint32_t at, ArrayRef<ll_member> members)
{
	v[at].members = copy_array(mem, members);
	v[at].nmembers = members.size();
}

void Types::set_array(uint32_t at, ArrayRef<uint64_t> counts, uint32_t element, uint64_t size)
{
	for (size_t i = 0; i < counts.size(); i++) {
		bool last = i + 1 == counts.size();
		uint32_t inner = last ? element : reserve();

		v[at].kind = LL_T_ARRAY;
		v[at].count = counts[i];
		v[at].target = inner;
		v[at].size = size;
		at = inner;
		size = 0;
	}
}

uint32_t Types::natural_align(uint64_t size) const
{
	uint64_t most = std::max<uint64_t>(max_align, 1);

	return size ? uint32_t(std::min<uint64_t>(size & -size, most)) : 1;
}

// The i-th type that must be laid out before t can be: false after the last. `out` is nullptr for a
// static member, which is no part of the layout and may well be of the class's own type.
static bool dependency(ll_type &t, size_t i, uint32_t **out)
{
	*out = nullptr;
	switch (t.kind) {
	case LL_T_TYPEDEF:
	case LL_T_CONST:
	case LL_T_VOLATILE:
	case LL_T_RESTRICT:
	case LL_T_ATOMIC:
	case LL_T_ARRAY:
	case LL_T_VECTOR:
	case LL_T_ENUM: *out = &t.target; return i == 0;
	case LL_T_STRUCT:
	case LL_T_CLASS:
	case LL_T_UNION:
		if (i < t.nmembers && !(t.members[i].flags & LL_M_STATIC))
			*out = &t.members[i].type;
		return i < t.nmembers;
	default: return false;
	}
}

// Depth first with a stack of its own: hostile input nests as deeply as it likes.
void Types::visit(uint32_t root)
{
	struct Frame {
		uint32_t type;
		size_t next;
	};
	std::vector<Frame> stack = { { root, 0 } };

	state[root] = 1;
	while (!stack.empty()) {
		Frame &top = stack.back();
		uint32_t *dep;
		if (!dependency(v[top.type], top.next++, &dep)) {
			lay_out(v[top.type]);
			state[top.type] = 2;
			stack.pop_back();
		} else if (!dep || state[*dep] == 2) {
			continue;
		} else if (state[*dep] == 1) {
			*dep = 0; // a type inside itself
		} else {
			state[*dep] = 1;
			stack.push_back({ *dep, 0 });
		}
	}
}

void Types::finish()
{
	state.assign(v.size(), 0);
	state[0] = 2;
	for (uint32_t i = 1; i < v.size(); i++)
		if (!state[i])
			visit(i);
}

void Types::lay_out(ll_type &t)
{
	const ll_type &in = v[t.target];
	uint64_t size;

	switch (t.kind) {
	case LL_T_VOID:
	case LL_T_FUNCTION:
	case LL_T_OPAQUE: return;
	case LL_T_POINTER:
	case LL_T_REF:
	case LL_T_RVALUE_REF:
	case LL_T_NULLPTR:
		t.size = t.size ? t.size : pointer_size;
		t.align = t.align ? t.align : natural_align(t.size);
		return;
	case LL_T_MEMBER_POINTER:
		t.size = t.size ? t.size : pointer_size * (in.kind == LL_T_FUNCTION ? 2 : 1);
		t.align =
			t.align ? t.align : natural_align(std::min<uint64_t>(t.size, pointer_size));
		return;
	case LL_T_TYPEDEF:
	case LL_T_CONST:
	case LL_T_VOLATILE:
	case LL_T_RESTRICT:
	case LL_T_ENUM:
		t.size = t.size ? t.size : in.size;
		t.align = t.align ? t.align : in.align ? in.align : natural_align(t.size);
		t.is_signed |= in.is_signed;
		return;
	case LL_T_ATOMIC:
		t.size = t.size ? t.size : in.size;
		t.align = t.align ? t.align
			  : isPowerOf2_64(t.size) && t.size <= 16
				  ? uint32_t(std::max<uint64_t>(t.size, in.align))
				  : in.align;
		return;
	case LL_T_ARRAY:
		if (t.count == UINT64_MAX || __builtin_mul_overflow(t.count, in.size, &size))
			size = 0;
		t.size = t.count == UINT64_MAX ? 0 : t.size ? t.size : size;
		t.align = t.align ? t.align : in.align;
		return;
	case LL_T_VECTOR:
		if (!t.size && t.count < (1u << 24) && in.size < (1u << 24))
			t.size = PowerOf2Ceil(t.count * in.size);
		t.align =
			t.align ? t.align : uint32_t(std::min<uint64_t>(PowerOf2Ceil(t.size), 64));
		return;
	case LL_T_STRUCT:
	case LL_T_CLASS:
	case LL_T_UNION: return lay_out_struct(t);
	case LL_T_COMPLEX: t.align = t.align ? t.align : natural_align(t.size / 2); return;
	default: t.align = t.align ? t.align : natural_align(t.size); return;
	}
}

// Neither source says `packed`, and of alignment only what the program asked for. A member below
// its natural alignment gives it away; the alignment is then the best that all offsets bear.
void Types::lay_out_struct(ll_type &t)
{
	uint64_t end = 0, offsets = 0;
	uint32_t natural = 1;

	for (size_t i = 0; i < t.nmembers; i++) {
		const ll_member &m = t.members[i];
		const ll_type &in = v[m.type];
		uint32_t align = std::max(in.align, m.align);
		if (m.flags & (LL_M_STATIC | LL_M_VIRTUAL_BASE))
			continue;
		end = std::max(end, m.bit_offset / 8 + in.size);
		if (m.flags & LL_M_BITFIELD) {
			uint64_t unit = in.size * 8;
			t.packed |= unit && m.bit_offset % unit + m.bit_size > unit;
		} else if (align > 1) {
			offsets |= m.bit_offset / 8;
			t.packed |= m.bit_offset / 8 % align != 0;
		}
		natural = std::max(natural, align);
	}
	t.size = t.size ? t.size : end; // a variant part has none
	t.packed |= natural > 1 && t.size % natural != 0;
	if (t.align)
		return;
	t.align = natural;
	offsets |= t.size;
	if (t.packed)
		t.align = offsets ? uint32_t(std::min<uint64_t>(offsets & -offsets, natural)) : 1;
}

ll_type_kind kind_of_encoding(unsigned encoding)
{
	switch (encoding) {
	case dwarf::DW_ATE_boolean: return LL_T_BOOL;
	case dwarf::DW_ATE_signed: return LL_T_INT;
	case dwarf::DW_ATE_unsigned:
	case dwarf::DW_ATE_address: return LL_T_UINT;
	case dwarf::DW_ATE_signed_char: return LL_T_CHAR;
	case dwarf::DW_ATE_unsigned_char: return LL_T_UCHAR;
	case dwarf::DW_ATE_float: return LL_T_FLOAT;
	case dwarf::DW_ATE_complex_float: return LL_T_COMPLEX;
	case dwarf::DW_ATE_UTF: return LL_T_UTF;
	default: return LL_T_DECIMAL;
	}
}

bool kind_of_tag(unsigned tag, ll_type_kind *out)
{
	switch (tag) {
	case dwarf::DW_TAG_pointer_type: *out = LL_T_POINTER; return true;
	case dwarf::DW_TAG_reference_type: *out = LL_T_REF; return true;
	case dwarf::DW_TAG_rvalue_reference_type: *out = LL_T_RVALUE_REF; return true;
	case dwarf::DW_TAG_ptr_to_member_type: *out = LL_T_MEMBER_POINTER; return true;
	case dwarf::DW_TAG_const_type: *out = LL_T_CONST; return true;
	case dwarf::DW_TAG_volatile_type: *out = LL_T_VOLATILE; return true;
	case dwarf::DW_TAG_restrict_type: *out = LL_T_RESTRICT; return true;
	case dwarf::DW_TAG_atomic_type: *out = LL_T_ATOMIC; return true;
	case dwarf::DW_TAG_structure_type: *out = LL_T_STRUCT; return true;
	case dwarf::DW_TAG_class_type:
	case dwarf::DW_TAG_interface_type: *out = LL_T_CLASS; return true;
	case dwarf::DW_TAG_union_type:
	case dwarf::DW_TAG_variant_part: *out = LL_T_UNION; return true;
	case dwarf::DW_TAG_enumeration_type: *out = LL_T_ENUM; return true;
	case dwarf::DW_TAG_typedef:
	case dwarf::DW_TAG_template_alias:
	case dwarf::DW_TAG_subrange_type:
	case dwarf::DW_TAG_packed_type:
	case dwarf::DW_TAG_shared_type:
	case dwarf::DW_TAG_immutable_type:
	case dwarf::DW_TAG_set_type:
	case dwarf::DW_TAG_dynamic_type:
	case dwarf::DW_TAG_LLVM_ptrauth_type: *out = LL_T_TYPEDEF; return true;
	default: return false;
	}
}

const char *language_name(arena *a, unsigned language)
{
	StringRef name = dwarf::LanguageString(language);

	name.consume_front("DW_LANG_");
	if (name.consume_front("C_plus_plus"))
		return copy(a, "C++" + Twine(name.empty() ? "" : name.drop_front(1)));
	if (name.consume_front("ObjC"))
		return copy(a, Twine("Objective-C") + (name.empty() ? "" : "++"));
	return copy(a, name);
}

bool language_is_c(unsigned language)
{
	switch (language) {
	case dwarf::DW_LANG_C89:
	case dwarf::DW_LANG_C:
	case dwarf::DW_LANG_C99:
	case dwarf::DW_LANG_C11:
	case dwarf::DW_LANG_C17:
	case dwarf::DW_LANG_ObjC: return true;
	default: return false;
	}
}

const char *join_scopes(arena *a, ArrayRef<StringRef> inner_first)
{
	return copy(a, StringRef(llvm::join(llvm::reverse(inner_first), "::")));
}

} // namespace shim
