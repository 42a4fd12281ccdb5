/* The check of a plan's inputs, before anything is run. */
#include "driver/driver.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"

static bool same_file(const char *a, const char *b)
{
	struct stat sa, sb;

	return !stat(a, &sa) && !stat(b, &sb) && sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

static const char header[] = "a header of C or C++";

/* What compilers take by these names. LLD would read such a file as a linker script. */
static const struct {
	const char *suffixes; /* '|' before and behind each */
	const char *language;
} sources[] = {
	{ "|c|i|", "C" },
	{ "|cc|cp|cpp|cxx|c++|CPP|C|ii|ixx|cppm|", "C++" },
	{ "|h|hh|hpp|hxx|h++|H|", header },
	{ "|m|mi|", "Objective-C" },
	{ "|mm|M|mii|", "Objective-C++" },
	{ "|s|S|asm|", "assembly" },
	{ "|f|F|for|f77|f90|F90|f95|F95|f03|f08|", "Fortran" },
	{ "|rs|", "Rust" },
	{ "|go|", "Go" },
	{ "|swift|", "Swift" },
	{ "|ll|", "LLVM IR as text" },
};

const char *driver_source_language(const char *path)
{
	const char *dot = strrchr(path_base(path), '.');

	for (size_t i = 0; dot && i < sizeof(sources) / sizeof(sources[0]); i++) {
		size_t n = strlen(dot + 1);

		for (const char *s = sources[i].suffixes; s[1]; s += 1 + strcspn(s + 1, "|"))
			if (n && strcspn(s + 1, "|") == n && !strncmp(s + 1, dot + 1, n))
				return sources[i].language;
	}
	return NULL;
}

bool driver_is_header(const char *path)
{
	return driver_source_language(path) == header;
}

static int check_input(struct diags *d, const struct job_word *in)
{
	const char *language = driver_source_language(in->text);

	if (str_eq(in->text, "-"))
		return diag_err(d, in->at,
			"'-' would be source on standard input, and pkgimg only links; compile it "
			"first, or name a compiler by --compiler=");
	if (file_check_input(d, in->at, "input", in->text))
		return -1;
	if (language)
		return diag_err(d, in->at,
			"'%s' is %s, and pkgimg only links; compile it first, or name a compiler "
			"by --compiler=",
			in->text, language);
	return 0;
}

int driver_check_inputs(struct diags *d, const struct link_plan *plan)
{
	unsigned before = d->errors;

	for (size_t i = 0; i < plan->ninputs; i++) {
		const struct job_word *in = &plan->inputs[i];

		if (!check_input(d, in) && same_file(in->text, plan->output))
			diag_err(d, in->at,
				"'%s' is an input and the output; choose another name behind -o",
				in->text);
	}
	return d->errors == before ? 0 : -1;
}
