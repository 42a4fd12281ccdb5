/* The files are LLVM IR text of this tree (stubs/), in which a definition is a line of its own:
 * "define weak hidden i32 @atexit(ptr %f) ...", "@__dso_handle = weak hidden global ...". */
#include "frontend/start.h"

#include <string.h>

#include "base/file.h"
#include "base/str.h"

enum { START_LIMIT = 1 << 20 };

/* the name behind the '@' of a line */
static const char *name_at(struct arena *a, const char *at)
{
	return str_ndup(a, at + 1, strcspn(at + 1, "( =,\n"));
}

static bool has_word(const char *line, const char *word)
{
	const char *end = line + strcspn(line, "\n"), *at = strstr(line, word);

	return at && at < end;
}

static void read_line(struct arena *a, const char *line, struct names *out)
{
	static const char *const elsewhere[] = { " internal ", " private ", " external ",
		" extern_weak ", " appending " };
	const char *at = strchr(line, '@');

	if (!at || (at != line && !str_starts(line, "define ")))
		return;
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		if (has_word(line, elsewhere[i]))
			return;
	}
	names_add(out, name_at(a, at));
}

static int read_file(
	struct arena *a, struct diags *d, struct loc at, const char *name, struct names *out)
{
	const char *path = str_fmt(a, "%s/stubs/%s", file_data_dir(a), name);
	char *text;
	size_t size;

	if (file_read(a, d, at, "start file", path, START_LIMIT, &text, &size))
		return -1;
	for (const char *line = text;; line++) {
		read_line(a, line, out);
		line += strcspn(line, "\n");
		if (!*line)
			return 0;
	}
}

int start_defines(struct arena *a, struct diags *d, const struct target *t, struct names *out)
{
	const struct platform *pf = t->platform;
	int failed = 0;

	if (pf->image_start.text)
		failed = read_file(a, d, pf->image_start.at, pf->image_start.text, out);
	yml_each (i, &pf->image_library)
		failed |= read_file(a, d, pf->image_library.at[i], pf->image_library.v[i], out);
	return failed;
}
