// Command lines: LLVM Option over the table that llvm-tblgen makes of driver/options.td.
#include "llvm/internal.h"
#include "llvm/optvis.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Option/Arg.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Option/Option.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace llvm::opt;

static_assert(+LinkOption > +DefaultVis, "llvm/optvis.h: the bit is LLVM's");
static_assert(+LinkerInput > +RenderSeparate, "llvm/optvis.h: the bit is LLVM's");

namespace
{

enum opt_id : unsigned {
	OPT_INVALID,
#define OPTION(...) LLVM_MAKE_OPT_ID(__VA_ARGS__),
#include "options.inc"
#undef OPTION
};

#define PREFIX(NAME, VALUE)                                                                        \
	constexpr StringLiteral NAME##_init[] = VALUE;                                             \
	constexpr ArrayRef<StringLiteral> NAME(NAME##_init, std::size(NAME##_init) - 1);
#include "options.inc"
#undef PREFIX

constexpr OptTable::Info table[] = {
#define OPTION(...) LLVM_CONSTRUCT_OPT_INFO(__VA_ARGS__),
#include "options.inc"
#undef OPTION
};

// GenericOptTable would gather them from all options, at each start.
const std::vector<StringLiteral> &prefixes()
{
	static const std::vector<StringLiteral> all = [] {
		std::vector<StringLiteral> v;
#define PREFIX(NAME, VALUE)                                                                        \
	for (StringLiteral p : NAME)                                                               \
		if (!is_contained(v, p))                                                           \
			v.push_back(p);
#include "options.inc"
#undef PREFIX
		return v;
	}();
	return all;
}

struct Options final : PrecomputedOptTable {
	Options() : PrecomputedOptTable(table, prefixes())
	{
	}
};

const Options &options()
{
	static const Options one;
	return one;
}

const OptTable::Info &info(unsigned id)
{
	return table[id - 1];
}

// "--otuput=x" -> "--output="; a word is meant if at most a third of its letters are wrong
const char *nearest(arena *a, StringRef word, unsigned visibility)
{
	StringRef name = word.split('=').first;
	unsigned limit = unsigned(name.size()) / 3;
	std::string near;

	if (options().findNearest(word, near, Visibility(visibility), 2, limit) > limit)
		return nullptr;
	return shim::copy(a, StringRef(near));
}

void fill_unknown(arena *a, unsigned visibility, StringRef word, ll_arg *out)
{
	out->unknown = true;
	out->spelling = shim::copy(a, word);
	out->near = nearest(a, word, visibility);
}

void fill(arena *a, unsigned visibility, const Arg &arg, ll_arg *out)
{
	const Arg &typed = arg.getAlias() ? *arg.getAlias() : arg;
	unsigned id = arg.getOption().getID();
	SmallVector<const char *, 4> values;

	out->index = arg.getIndex();
	if (id == OPT_UNKNOWN)
		return fill_unknown(a, visibility, arg.getSpelling(), out);
	for (const char *v : arg.getValues())
		values.push_back(shim::copy(a, StringRef(v)));
	out->spelling = shim::copy(a, typed.getSpelling());
	out->values = shim::copy_array<const char *>(a, values);
	out->nvalues = values.size();
	if (id == OPT_INPUT)
		return;
	out->id = id;
	out->group = info(id).GroupID;
	out->flags = info(id).Flags;
}

// The option at argv[index] wants `wanted` more words than there are. What it is comes out when
// they are given to it.
void fill_missing(arena *a, ArrayRef<const char *> argv, unsigned index, unsigned wanted,
	unsigned visibility, ll_arg *out)
{
	SmallVector<const char *, 8> whole(argv.drop_front(index));
	unsigned missing_index, missing_count;

	whole.append(wanted, "x");
	InputArgList args =
		options().ParseArgs(whole, missing_index, missing_count, Visibility(visibility));
	if (args.begin() != args.end())
		fill(a, visibility, **args.begin(), out);
	else
		out->spelling = shim::copy(a, StringRef(argv[index]));
	out->values = nullptr;
	out->nvalues = 0;
	out->index = index;
	out->missing = true;
	out->wanted = wanted;
}

} // namespace

const ll_arg *ll_opts_parse(
	arena *a, size_t argc, const char *const argv[], unsigned visibility, size_t *nargs)
{
	ArrayRef<const char *> words(argv, argc);
	unsigned missing_index, missing_count;
	InputArgList args =
		options().ParseArgs(words, missing_index, missing_count, Visibility(visibility));
	ll_arg *out = static_cast<ll_arg *>(
		arena_alloc(a, (args.size() + 1) * sizeof(ll_arg), alignof(ll_arg)));
	size_t n = 0;

	for (const Arg *arg : args)
		fill(a, visibility, *arg, &out[n++]);
	if (missing_count)
		fill_missing(a, words, missing_index, missing_count, visibility, &out[n++]);
	*nargs = n;
	return out;
}

const char *ll_opts_help(arena *a, unsigned visibility, const char *usage, const char *title)
{
	std::string text;
	raw_string_ostream os(text);

	options().printHelp(os, usage, title, /*ShowHidden=*/false, /*ShowAllAliases=*/false,
		Visibility(visibility));
	return shim::copy(a, StringRef(os.str()));
}

bool ll_opt_in_group(unsigned id, unsigned group)
{
	return id && group && options().getOption(id).matches(group);
}
