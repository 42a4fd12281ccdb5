/* Configuration files as clang reads them: their words stand before all others. No file is read
 * that was not named (clang's defaults, clang.cfg and TRIPLE-clang.cfg, are clang's), so
 * --no-default-config and CLANG_NO_DEFAULT_CONFIG have nothing to turn off. */
#include "driver/config.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"
#include "driver/override.h"
#include "llvm/shim.h"

struct config {
	struct arena *a;
	struct diags *d;
	unsigned first;
	size_t n;
	const char *const *v;
	const unsigned *origin;
};

/* the value of `option=` at word i, or of `option` with the value behind it; NULL: another word */
static const char *value_of(const struct config *c, size_t i, const char *option)
{
	size_t n = strlen(option);

	if (!str_starts(c->v[i], option))
		return NULL;
	if (c->v[i][n] == '=')
		return c->v[i] + n + 1;
	return !c->v[i][n] && i + 1 < c->n ? c->v[i + 1] : NULL;
}

/* a name without a slash: in the user's folder, the system's, the program's (clang's order; the
 * last of each said wins) */
static const char *find(const struct config *c, const char *name)
{
	static const char *const options[] = { "--config-user-dir", "--config-system-dir" };
	const char *self = file_self(c->a);
	const char *dirs[3] = { NULL, NULL, self ? path_dir(c->a, self) : NULL };

	if (strchr(name, '/'))
		return file_exists(name) ? name : NULL;
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < c->n; i++)
			if (str_starts(c->v[i], options[k]) && value_of(c, i, options[k]))
				dirs[k] = value_of(c, i, options[k]);
	for (size_t k = 0; k < 3; k++) {
		const char *path = dirs[k] ? path_join(c->a, dirs[k], name) : NULL;

		if (path && file_is_regular(path))
			return path;
	}
	return NULL;
}

static int read_one(const struct config *c, const char *name, unsigned origin, struct words *out)
{
	struct loc at = { .arg = c->first + origin };
	const char *path = find(c, name);
	const char *const *words;
	size_t n;

	if (!path)
		return diag_err(c->d, at,
			"there is no configuration file '%s'; a name without '/' is looked for in "
			"--config-user-dir=, --config-system-dir= and the program's folder",
			name);
	if (ll_read_config(c->a, c->d, at, path, &n, &words))
		return -1;
	for (size_t i = 0; i < n; i++)
		words_add(out, words[i], origin);
	return 0;
}

int config_words(struct arena *a, struct diags *d, unsigned first, size_t n,
	const char *const argv[], size_t *out_n, const char *const **words, const unsigned **origin)
{
	struct config c = { .a = a, .d = d, .first = first };
	struct words all = { .mem = a };
	const char *edits = getenv("CCC_OVERRIDE_OPTIONS");
	int rc = 0;

	if (ll_expand_response(a, d, LL_QUOTE_GNU, n, argv, &c.n, &c.v, &c.origin))
		return -1;
	for (size_t i = 0; i < c.n; i++) {
		const char *name = value_of(&c, i, "--config");

		if (name)
			rc |= read_one(&c, name, c.origin[i], &all);
	}
	for (size_t i = 0; i < c.n; i++)
		words_add(&all, c.v[i], c.origin[i]);
	if (edits && *edits)
		rc |= override_apply(d, edits, &all);
	*out_n = all.n;
	*words = all.v;
	*origin = all.origin;
	return rc;
}
