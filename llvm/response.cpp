// Response files: @FILE words of a command line.
#include "llvm/internal.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Allocator.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/VirtualFileSystem.h"

#include <cerrno>
#include <sys/stat.h>

using namespace llvm;

// "@rpath/libx.dylib" and the like are words, not files
static bool names_file(const char *word)
{
	struct stat st;

	if (word[0] != '@' || !word[1])
		return false;
	return !stat(word + 1, &st) ||
	       (errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG);
}

// One word of the command line, so that all that comes out of it keeps its index.
static int expand_word(diags *d, ll_quoting q, const char *word, unsigned index,
	BumpPtrAllocator &pool, SmallVectorImpl<const char *> &out)
{
	auto *cut =
		q == LL_QUOTE_WINDOWS ? cl::TokenizeWindowsCommandLine : cl::TokenizeGNUCommandLine;
	cl::ExpansionContext expansion(pool, cut);
	loc at = {};

	out.push_back(word);
	if (Error e = expansion.expandResponseFiles(out)) {
		at.arg = index + 1;
		return diag_err(d, at, "response file '%s' cannot be used: %s", word + 1,
			shim::text_of(std::move(e)).c_str());
	}
	return 0;
}

int ll_read_config(
	arena *a, diags *d, loc at, const char *path, size_t *n, const char *const **words)
{
	BumpPtrAllocator pool;
	SmallVector<const char *, 16> out;
	cl::ExpansionContext expansion(pool, cl::tokenizeConfigFile);

	if (Error e = expansion.readConfigFile(path, out))
		return diag_err(d, at, "configuration file '%s' cannot be used: %s", path,
			shim::text_of(std::move(e)).c_str());
	for (const char *&w : out)
		w = shim::copy(a, StringRef(w));
	*n = out.size();
	*words = shim::copy_array<const char *>(a, out);
	return 0;
}

int ll_expand_response(arena *a, diags *d, ll_quoting q, size_t argc, const char *const argv[],
	size_t *out_argc, const char *const **out_argv, const unsigned **origin)
{
	SmallVector<const char *, 64> words;
	SmallVector<unsigned, 64> from;
	BumpPtrAllocator pool;
	int status = 0;

	for (size_t i = 0; i < argc; i++) {
		SmallVector<const char *, 16> some;

		if (!names_file(argv[i])) {
			words.push_back(argv[i]);
			from.push_back(unsigned(i));
			continue;
		}
		status |= expand_word(d, q, argv[i], unsigned(i), pool, some);
		for (const char *w : some)
			words.push_back(shim::copy(a, StringRef(w)));
		from.append(some.size(), unsigned(i));
	}
	*out_argc = words.size();
	words.push_back(nullptr);
	*out_argv = shim::copy_array<const char *>(a, words);
	*origin = shim::copy_array<unsigned>(a, from);
	return status;
}
