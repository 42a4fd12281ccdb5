/* pkgimg build: modules, or a package description, -> a package image. */
#include <stdio.h>

#include "base/str.h"
#include "cli/cached.h"
#include "cli/cli.h"
#include "driver/driver.h"
#include "driver/options.h"
#include "frontend/build.h"
#include "frontend/target.h"

struct rule {
	enum opt_id id;
	enum { WORD, LIST, FLAG } kind;
	size_t offset; /* in struct build_request */
};

#define R(member) offsetof(struct build_request, member)
static const struct rule rules[] = {
	{ OPT_o, WORD, R(output) },
	{ OPT_name_EQ, WORD, R(name) },
	{ OPT_Olevel, WORD, R(opt_level) },
	{ OPT_cpu_target, WORD, R(cpu_target) },
	{ OPT_target, WORD, R(target) },
	{ OPT_platform, WORD, R(platform) },
	{ OPT_export, LIST, R(exports) },
	{ OPT_exports_EQ, WORD, R(exports_as) },
	{ OPT_soname_EQ, WORD, R(soname) },
	{ OPT_out_implib_EQ, WORD, R(import_library) },
	{ OPT_needs, LIST, R(needs) },
	{ OPT_host_symbol, LIST, R(host) },
	{ OPT_dependency, LIST, R(dependencies) },
	{ OPT_base, WORD, R(base) },
	{ OPT_package_version, WORD, R(version) },
	{ OPT_uuid, WORD, R(uuid) },
	{ OPT_interface_file, WORD, R(interface_file) },
	{ OPT_j, WORD, R(threads) },
	{ OPT_incremental, WORD, R(store) },
	{ OPT_shard_size, WORD, R(shard_size) },
	{ OPT_c, FLAG, R(object_only) },
	{ OPT_s, FLAG, R(strip) },
	{ OPT_timings, FLAG, R(timings) },
	{ OPT_verbose, FLAG, R(verbose) },
	{ OPT__HASH_HASH_HASH, FLAG, R(plan_only) },
	{ OPT_explain, FLAG, R(explain) },
	{ OPT_explain_clones, FLAG, R(explain_clones) },
};

static void add(struct arena *a, struct job_words *w, const char *text, struct loc at)
{
	if (str_eq(text, "none"))
		w->given = true; /* a list that was said to be empty */
	else
		job_words_add(a, w, text, at);
}

bool build_apply(struct cli *c, const struct ll_arg *arg, struct build_request *r)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		void *field = (char *)r + rules[i].offset;

		if (rules[i].id != arg->id)
			continue;
		switch (rules[i].kind) {
		case WORD:
			*(struct job_word *)field =
				(struct job_word) { arg->values[0], cli_place(c, arg) };
			break;
		case LIST: add(c->mem, field, arg->values[0], cli_place(c, arg)); break;
		case FLAG: *(bool *)field = true; break;
		}
		return true;
	}
	return false;
}

/* --cpu-target=help */
static int cpu_help(struct cli *c, const struct build_request *r)
{
	const char *text = target_cpu_help(c->mem, c->d, r);

	if (!text)
		return EXIT_INPUT;
	fputs(text, stdout);
	return EXIT_OK;
}

int build_help(struct cli *c)
{
	return cli_help(c, BuildOption,
		"pkgimg build [options] PACKAGE.yaml | modules... -o IMAGE | --workspace FILE",
		"makes a package image from bitcode, IR, objects and archives");
}

/* what only --workspace has a use for */
static int of_workspace(struct cli *c, const struct ll_arg *arg)
{
	if (arg->id != OPT_plan && arg->id != OPT_json)
		diag_bug("option '%s' has no rule", arg->spelling);
	return diag_err(
		c->d, cli_place(c, arg), "'%s' is for builds with --workspace", arg->spelling);
}

int cmd_build(struct cli *c)
{
	struct build_request r = { 0 };
	struct cached_options cached = { 0 };
	struct build_result made;
	uint32_t mode;
	size_t n;
	int failed;
	const struct ll_arg *args = cli_parse(c, BuildOption, &n);

	if (!args)
		return EXIT_USAGE;
	for (size_t i = 0; i < n; i++)
		if (args[i].id == OPT_workspace)
			return build_workspace(c, args, n);
	r.inputs = arena_array(c->mem, struct job_word, n + 1);
	for (size_t i = 0; i < n; i++) {
		if (args[i].id == OPT_help)
			return build_help(c);
		if (args[i].id == OPT_version)
			return cli_version();
		if (args[i].id) {
			if (!build_apply(c, &args[i], &r) && !cached_apply(c, &args[i], &cached) &&
				of_workspace(c, &args[i]))
				return EXIT_USAGE;
		} else {
			r.inputs[r.ninputs++] =
				(struct job_word) { args[i].spelling, cli_place(c, &args[i]) };
		}
	}
	if (r.cpu_target.text && cpu_targets_want_help(&r.cpu_target, 1))
		return cpu_help(c, &r);
	r.last = true;
	r.verbose |= driver_verbose_linking();
	if (cached_native(c->d, &cached.native, &mode))
		return EXIT_USAGE;
	r.no_native = mode == PKGIMG_CACHE_NATIVE_NO;
	if (cached_wanted(&cached) && !r.plan_only && !r.explain)
		return cached_build(c, &r, &cached);
	failed = frontend_build(c->mem, c->d, &r, &made);
	if (made.clones_text)
		fputs(made.clones_text, stdout);
	return failed ? EXIT_INPUT : EXIT_OK;
}
