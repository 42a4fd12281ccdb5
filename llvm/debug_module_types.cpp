// Types of LLVM's debug metadata. The verifier has checked the kind of every operand, but not that
// chains of them end: nothing here follows a chain without a bound.
#include "llvm/debug_module.h"

#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/IR/Constants.h"

using namespace llvm;

namespace shim
{

static constexpr size_t max_scopes = 128;

static StringRef or_anonymous(StringRef name)
{
	return name.empty() ? "(anonymous)" : name;
}

const char *scoped_name(arena *a, const DIScope *scope, StringRef name)
{
	SmallVector<StringRef, 8> parts = { name };

	if (name.empty())
		return "";
	for (; scope && parts.size() < max_scopes; scope = scope->getScope()) {
		if (const auto *ns = dyn_cast<DINamespace>(scope))
			parts.push_back(
				ns->getName().empty() ? "(anonymous namespace)" : ns->getName());
		else if (isa<DICompositeType>(scope) || isa<DISubprogram>(scope))
			parts.push_back(or_anonymous(scope->getName()));
		else if (!isa<DILexicalBlockBase>(scope))
			break; // the file or the unit
	}
	return join_scopes(a, parts);
}

uint32_t ModuleTypes::index(const DIType *t)
{
	if (!t)
		return 0;
	auto [it, is_new] = seen.try_emplace(t, 0);
	if (is_new) {
		uint32_t at = types.reserve();
		it->second = at;
		work.push_back({ t, at });
	}
	return it->second;
}

void ModuleTypes::drain()
{
	while (!work.empty()) {
		auto [t, at] = work.back();
		work.pop_back();
		fill(t, at);
	}
}

// ---- functions whose types leave things out

void ModuleTypes::add_param(uint32_t type, uint32_t flags)
{
	ll_member m = {};

	m.name = "";
	m.type = type;
	m.flags = flags;
	members.push_back(m);
}

// What Fortran calls by reference, of which its type says the value's
void ModuleTypes::add_address(const DIType *t, const Argument &arg)
{
	auto *derived = dyn_cast_or_null<DIDerivedType>(t);
	auto *composite = dyn_cast_or_null<DICompositeType>(t);
	bool is_address = (derived && derived->getTag() == dwarf::DW_TAG_pointer_type) ||
			  (composite && composite->getTag() == dwarf::DW_TAG_array_type);
	uint32_t type = index(t);

	if (!arg.getType()->isPointerTy() || is_address)
		return add_param(type, 0);
	uint32_t at = types.reserve();
	types.v[at].kind = LL_T_REF;
	types.v[at].target = type;
	add_param(at, 0);
}

// The lengths of strings come behind all else
void ModuleTypes::add_hidden(const Argument &arg)
{
	uint32_t at = types.reserve();
	unsigned bits = arg.getType()->isIntegerTy() ? arg.getType()->getIntegerBitWidth() : 0;

	types.v[at].kind = bits ? LL_T_INT : LL_T_POINTER;
	types.v[at].name = bits ? "integer" : "";
	types.v[at].size = bits / 8;
	types.v[at].is_signed = bits != 0;
	add_param(at, LL_M_ARTIFICIAL);
}

uint32_t ModuleTypes::finish_function(uint32_t result)
{
	uint32_t at = types.reserve();

	types.v[at].kind = LL_T_FUNCTION;
	types.v[at].target = result;
	types.set_members(at, members);
	return at;
}

// flang (19): a subroutine's type starts with its first parameter, and parameters have the type of
// the value, though most are addresses.
uint32_t ModuleTypes::fortran_function(const Function &f, const DISubroutineType *type)
{
	DITypeRefArray array = type->getTypeArray();
	unsigned n = array ? array.size() : 0, i = 0;
	bool in_memory = f.arg_size() && f.hasStructRetAttr();
	bool has_result = !f.getReturnType()->isVoidTy() || in_memory;
	uint32_t result = n && has_result ? index(array[i++]) : 0;

	members.clear();
	for (const Argument &arg : f.args()) {
		if (arg.hasStructRetAttr())
			continue;
		if (i < n)
			add_address(array[i++], arg);
		else
			add_hidden(arg);
	}
	return finish_function(result);
}

static bool is_fortran(const DICompileUnit *u)
{
	switch (u ? u->getSourceLanguage() : 0) {
	case dwarf::DW_LANG_Fortran77:
	case dwarf::DW_LANG_Fortran90:
	case dwarf::DW_LANG_Fortran95:
	case dwarf::DW_LANG_Fortran03:
	case dwarf::DW_LANG_Fortran08:
	case dwarf::DW_LANG_Fortran18: return true;
	default: return false;
	}
}

uint32_t ModuleTypes::function(
	const Function &f, const DISubprogram *sp, ArrayRef<const DILocalVariable *> params)
{
	const DISubroutineType *type = sp->getType();
	DITypeRefArray array = type ? type->getTypeArray() : DITypeRefArray();

	if (type && is_fortran(sp->getUnit()))
		return fortran_function(f, type);
	if (!array || array.size() != 1 || params.empty())
		return index(type);
	/* LDC names the result alone */
	members.clear();
	for (const DILocalVariable *v : params)
		add_param(index(v ? v->getType() : nullptr),
			v && v->isArtificial() ? LL_M_ARTIFICIAL : 0);
	return finish_function(index(array[0]));
}

// ----

void ModuleTypes::fill(const DIType *t, uint32_t at)
{
	arena *a = types.mem;

	types.v[at].name = scoped_name(a, t->getScope(), t->getName());
	types.v[at].file = copy(a, t->getFilename());
	types.v[at].line = t->getLine();
	types.v[at].size = t->getSizeInBits() / 8;
	types.v[at].align = t->getAlignInBits() / 8;
	if (const auto *basic = dyn_cast<DIBasicType>(t)) {
		types.v[at].kind = basic->getTag() == dwarf::DW_TAG_unspecified_type &&
						   basic->getName().contains("nullptr")
					   ? LL_T_NULLPTR
					   : kind_of_encoding(basic->getEncoding());
		types.v[at].is_signed =
			types.v[at].kind == LL_T_INT || types.v[at].kind == LL_T_CHAR;
	} else if (const auto *derived = dyn_cast<DIDerivedType>(t)) {
		fill_derived(derived, at);
	} else if (const auto *composite = dyn_cast<DICompositeType>(t)) {
		fill_composite(composite, at);
	} else if (const auto *function = dyn_cast<DISubroutineType>(t)) {
		fill_function(function, at);
	} else {
		types.v[at].kind = LL_T_DECIMAL;
	}
}

void ModuleTypes::fill_function(const DISubroutineType *f, uint32_t at)
{
	DITypeRefArray array = f->getTypeArray();
	unsigned n = array ? array.size() : 0;

	types.v[at].kind = LL_T_FUNCTION;
	if (!n)
		return;
	types.v[at].target = index(array[0]);
	members.clear();
	for (unsigned i = 1; i < n; i++) {
		ll_member m = {};
		const DIType *param = array[i];
		if (!param && i + 1 == n) {
			types.v[at].variadic = true;
			types.v[at].no_prototype = is_c && n == 2;
			break;
		}
		m.name = "";
		m.type = index(param);
		m.flags = param && param->isArtificial() ? LL_M_ARTIFICIAL : 0;
		members.push_back(m);
	}
	types.set_members(at, members);
}

void ModuleTypes::fill_derived(const DIDerivedType *t, uint32_t at)
{
	uint32_t target = index(t->getBaseType());

	types.v[at].target = target;
	if (!kind_of_tag(t->getTag(), &types.v[at].kind))
		types.v[at].kind = LL_T_TYPEDEF; // a wrapper of some other language
	if (t->getTag() == dwarf::DW_TAG_ptr_to_member_type) {
		uint32_t cls = index(dyn_cast_or_null<DIType>(t->getExtraData()));
		types.v[at].cls = cls;
	}
}

void ModuleTypes::fill_composite(const DICompositeType *t, uint32_t at)
{
	ll_type_kind kind = LL_T_STRUCT;

	if (t->getTag() == dwarf::DW_TAG_array_type)
		return fill_array(t, at);
	kind_of_tag(t->getTag(), &kind);
	if (t->isForwardDecl()) {
		types.v[at].tag = kind;
		return;
	}
	types.v[at].kind = kind;
	if (kind == LL_T_ENUM)
		return fill_enum(t, at);
	fill_struct(t, at);
}

static uint64_t constant_or(DISubrange::BoundType b, int64_t otherwise, bool *known)
{
	if (auto *c = dyn_cast_if_present<ConstantInt *>(b)) {
		*known = c->getBitWidth() <= 64;
		return *known ? uint64_t(c->getSExtValue()) : 0;
	}
	*known = false;
	return uint64_t(otherwise);
}

// UINT64_MAX: unknown, or of run time
static uint64_t count_of(const DISubrange *s)
{
	bool known;
	uint64_t count = constant_or(s->getCount(), -1, &known), upper, lower;

	if (known)
		return count; // -1 is LLVM's unknown bound
	upper = constant_or(s->getUpperBound(), -1, &known);
	if (!known)
		return UINT64_MAX;
	lower = constant_or(s->getLowerBound(), 0, &known);
	return upper - lower + 1;
}

void ModuleTypes::fill_array(const DICompositeType *t, uint32_t at)
{
	SmallVector<uint64_t, 4> counts;
	uint32_t element = index(t->getBaseType());

	for (const DINode *e : t->getElements())
		counts.push_back(isa_and_nonnull<DISubrange>(e) ? count_of(cast<DISubrange>(e))
								: UINT64_MAX);
	if (t->isVector()) {
		types.v[at].kind = LL_T_VECTOR;
		types.v[at].target = element;
		types.v[at].count = counts.empty() ? UINT64_MAX : counts[0];
		return;
	}
	if (counts.empty())
		counts.push_back(UINT64_MAX);
	types.set_array(at, counts, element, types.v[at].size);
}

void ModuleTypes::fill_enum(const DICompositeType *t, uint32_t at)
{
	uint32_t target = index(t->getBaseType());
	bool is_signed = false;

	members.clear();
	for (const DINode *e : t->getElements()) {
		const auto *one = dyn_cast_or_null<DIEnumerator>(e);
		ll_member m = {};
		if (!one)
			continue;
		m.name = copy(types.mem, one->getName());
		m.type = at;
		m.value = one->getValue().sextOrTrunc(64).getSExtValue();
		if (one->isUnsigned())
			m.value = int64_t(one->getValue().zextOrTrunc(64).getZExtValue());
		is_signed |= !one->isUnsigned();
		members.push_back(m);
	}
	types.v[at].target = target;
	types.v[at].is_signed = !target && is_signed; // else the underlying type says
	types.set_members(at, members);
}

void ModuleTypes::add_member(const DIDerivedType *d)
{
	const DIType *type = d->getBaseType();
	const auto *composite = dyn_cast_or_null<DICompositeType>(type);
	ll_member m = {};

	switch (d->getTag()) {
	case dwarf::DW_TAG_member:
	case dwarf::DW_TAG_variable: break;
	case dwarf::DW_TAG_inheritance: m.flags |= LL_M_BASE; break;
	default: return; // friends, nested types
	}
	m.name = copy(types.mem, d->getName());
	m.type = index(type);
	m.bit_offset = d->getOffsetInBits();
	m.align = d->getAlignInBits() / 8;
	if (d->isArtificial())
		m.flags |= LL_M_ARTIFICIAL;
	if (m.flags & LL_M_BASE && d->isVirtual())
		m.flags |= LL_M_VIRTUAL_BASE;
	if (d->isStaticMember())
		m.flags |= LL_M_STATIC;
	if (m.flags & (LL_M_STATIC | LL_M_VIRTUAL_BASE))
		m.bit_offset = 0; // LLVM keeps something else there
	if (d->isBitField()) {
		m.flags |= LL_M_BITFIELD;
		m.bit_size = uint32_t(d->getSizeInBits());
	}
	if (d->getName().empty() && composite && !(m.flags & LL_M_BASE))
		m.flags |= LL_M_ANONYMOUS;
	members.push_back(m);
}

void ModuleTypes::fill_struct(const DICompositeType *t, uint32_t at)
{
	members.clear();
	if (const DIDerivedType *discriminator = t->getDiscriminator()) {
		add_member(discriminator);
		if (!members.empty())
			members.back().flags |= LL_M_ARTIFICIAL;
	}
	for (const DINode *e : t->getElements()) {
		const auto *derived = dyn_cast_or_null<DIDerivedType>(e);
		const auto *part = dyn_cast_or_null<DICompositeType>(e);
		if (derived) {
			add_member(derived);
		} else if (part && part->getTag() == dwarf::DW_TAG_variant_part) {
			ll_member m = {}; // Rust: a union of the variants
			m.name = "";
			m.type = index(part);
			m.flags = LL_M_ANONYMOUS;
			members.push_back(m);
		}
	}
	types.set_members(at, members);
}

} // namespace shim
