/* Configuration files as clang 19 reads them: their words stand before all others. Those that are
 * named with --config, and the default ones (TRIPLE-clang.cfg, else clang.cfg and TRIPLE.cfg),
 * which are looked for in folders named on the command line only: a distribution's are for its
 * compiler, and a link must not depend on them unseen. */
#include "driver/config.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"
#include "driver/options.h"
#include "driver/override.h"
#include "driver/target.h"
#include "llvm/shim.h"

struct config {
	struct arena *a;
	struct diags *d;
	unsigned first;
	struct words words; /* the command line, edited */
	const struct ll_arg *args;
	size_t nargs;
	const char *dirs[2]; /* the user's, the system's: the last of each that was said, or NULL */
	unsigned dirs_origin;
	bool cxx, no_default;
	struct link_job target; /* what is said of the target, and no more */
	struct words out;
};

static unsigned origin_of(const struct config *c, const struct ll_arg *arg)
{
	return c->words.origin[arg->index];
}

/* what counts here of the command line */
static void scan(struct config *c)
{
	for (size_t i = 0; i < c->nargs; i++) {
		const struct ll_arg *arg = &c->args[i];
		const char *value = arg->nvalues ? arg->values[0] : "";

		if (arg->unknown || arg->missing)
			continue;
		switch (arg->id) {
		case OPT_config_dir: c->dirs[0] = value; break;
		case OPT_config_system_dir: c->dirs[1] = value; break;
		case OPT_no_default_config: c->no_default = true; break;
		case OPT_driver_mode: c->cxx = str_eq(value, "g++"); break;
		case OPT_target: job_set_str(&c->target, JS_TARGET, value, NOWHERE); break;
		case OPT_m32: job_set_str(&c->target, JS_BITS, "32", NOWHERE); break;
		case OPT_m64: job_set_str(&c->target, JS_BITS, "64", NOWHERE); break;
		case OPT_mx32: job_set_str(&c->target, JS_BITS, "x32", NOWHERE); break;
		default: continue;
		}
		if (arg->id == OPT_config_dir || arg->id == OPT_config_system_dir)
			c->dirs_origin = origin_of(c, arg);
	}
}

/* the user's folder, the system's, the program's (clang's order); NULL: in none of them */
static const char *in_folders(const struct config *c, const char *name, bool program)
{
	const char *self = program ? file_self(c->a) : NULL;
	const char *dirs[] = { c->dirs[0], c->dirs[1], self ? path_dir(c->a, self) : NULL };

	for (size_t k = 0; k < sizeof(dirs) / sizeof(dirs[0]); k++) {
		const char *path = dirs[k] && *dirs[k] ? path_join(c->a, dirs[k], name) : NULL;

		if (path && file_is_regular(path))
			return path;
	}
	return NULL;
}

static int read_path(struct config *c, const char *path, unsigned origin)
{
	const char *const *words;
	size_t n;

	if (ll_read_config(c->a, c->d, (struct loc) { .arg = c->first + origin }, path, &n, &words))
		return -1;
	for (size_t i = 0; i < n; i++)
		words_add(&c->out, words[i], origin);
	return 0;
}

/* returns -1 reported, 0 there is none, 1 read */
static int read_default(struct config *c, const char *name)
{
	const char *path = in_folders(c, name, false);

	if (!path)
		return 0;
	return read_path(c, path, c->dirs_origin) ? -1 : 1;
}

/* one file for mode and triple, or one for each */
static int read_defaults(struct config *c)
{
	const char *off = getenv("CLANG_NO_DEFAULT_CONFIG"), *mode = c->cxx ? "clang++" : "clang";
	struct ll_triple t;
	int rc;

	if (c->no_default || (off && *off) || (!c->dirs[0] && !c->dirs[1]))
		return 0;
	target_of_job(c->a, &c->target, &t);
	rc = read_default(c, str_fmt(c->a, "%s-%s.cfg", t.normal, mode));
	if (!rc) {
		rc = read_default(c, str_fmt(c->a, "%s.cfg", mode));
		if (rc >= 0)
			rc = read_default(c, str_fmt(c->a, "%s.cfg", t.normal));
	}
	return rc < 0 ? -1 : 0;
}

static int read_named(struct config *c, const struct ll_arg *arg)
{
	const char *name = arg->values[0];
	const char *path = strchr(name, '/') ? name : in_folders(c, name, true);

	if (!path || !file_exists(path))
		return diag_err(c->d, (struct loc) { .arg = c->first + origin_of(c, arg) },
			"there is no configuration file '%s'; a name without '/' is looked for in "
			"--config-user-dir=, --config-system-dir= and the program's folder",
			name);
	return read_path(c, path, origin_of(c, arg));
}

int config_words(
	struct arena *a, struct diags *d, const struct config_line *line, struct words *out)
{
	const char *edits = getenv("CCC_OVERRIDE_OPTIONS");
	struct config c = { .a = a,
		.d = d,
		.first = line->first,
		.words = { .mem = a },
		.target = { .mem = a },
		.out = { .mem = a } };
	const char *const *v;
	const unsigned *from;
	int rc;
	size_t n;

	if (ll_expand_response(a, d, LL_QUOTE_GNU, line->n, line->argv, &n, &v, &from))
		return -1;
	for (size_t i = 0; i < n; i++)
		words_add(&c.words, v[i], from[i]);
	if (edits && *edits)
		override_apply(d, edits, &c.words);
	c.args = ll_opts_parse(a, c.words.n, c.words.v, LinkOption, &c.nargs);
	if (line->target)
		job_set_str(&c.target, JS_TARGET, line->target, NOWHERE);
	scan(&c);
	rc = read_defaults(&c);
	for (size_t i = 0; i < c.nargs; i++)
		if (c.args[i].id == OPT_config && !c.args[i].missing)
			rc |= read_named(&c, &c.args[i]);
	for (size_t i = 0; i < c.words.n; i++)
		words_add(&c.out, c.words.v[i], c.words.origin[i]);
	*out = c.out;
	return rc;
}
