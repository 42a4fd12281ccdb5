/* pkgimg link, pkgld: clang-style arguments or a job file -> a linked file. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/compile.h"
#include "driver/cmdline.h"
#include "driver/driver.h"
#include "driver/options.h"
#include "driver/query.h"
#include "frontend/seal.h"
#include "frontend/tmpdir.h"

/* An image with a root symbol of the user's own is not ours to seal; neither is a DLL, whose
 * metadata the image format does not reach (image/FORMAT.md is about ELF). */
static int run(struct cli *c, const struct link_job *job, const struct link_plan *plan,
	const struct link_mode *mode)
{
	struct loc at = plan->output_at;
	struct driver_run_options o = {
		.verbose = mode->verbose || driver_verbose_linking(),
		.one_thread = c->in_worker,
		.kept = c->kept,
		.ctx = &at,
	};
	int rc;

	if (plan->kind == JOB_IMAGE && plan->flavor == PLAN_GNU && !job->str[JS_ROOT_SYMBOL].text)
		o.before_publish = seal_image;
	rc = driver_run(c->mem, c->d, plan, &o);
	c->spent = rc == DRIVER_POISONED;
	return rc ? EXIT_INPUT : EXIT_OK;
}

/* -### and --explain run nothing, but a missing input is a mistake there as well */
static int show(struct cli *c, const struct link_plan *plan, const struct link_mode *mode)
{
	if (plan->no_link)
		diag_warn(c->d, NOWHERE,
			"clang 19 makes no link job with '--no-wasm-opt', so no line is shown; "
			"without -### this is linked, and wasm-opt is not run");
	if (mode->json)
		driver_print_plan_json(plan);
	else if (mode->dry_run)
		driver_print_plan(plan);
	if (mode->explain)
		driver_explain_plan(plan);
	return driver_check_inputs(c->d, plan) ? EXIT_INPUT : EXIT_OK;
}

static int link_line(struct cli *c)
{
	struct link_job job = { .mem = c->mem, .kept = c->kept };
	struct link_mode mode = { 0 };
	struct link_plan plan;
	bool usage = false;

	if (c->target)
		job_set_str(&job, JS_TARGET, c->target, NOWHERE);
	if (cmdline_parse(c->mem, c->d, c->n, c->argv, c->first, &job, &mode, &usage))
		return usage ? EXIT_USAGE : EXIT_INPUT;
	if (mode.help)
		return cli_help(c, LinkOption, "pkgimg link [options] inputs...",
			"links with the LLD inside, as clang would call it");
	if (mode.version)
		return cli_version();
	if (job.str[JS_QUERY].text)
		return query_answer(c->mem, c->d, &job) ? EXIT_INPUT : EXIT_OK;
	if (mode.worker || mode.jobs.text)
		return link_many(c, &mode);
	if (mode.procs.text && !job.flag[JF_QUIET_UNUSED].on)
		diag_warn(
			c->d, mode.procs.at, "option '-j' is not used without --worker or --jobs");
	if (!job.ninputs) {
		if (mode.verbose)
			return cli_version();
		diag_err(c->d, NOWHERE,
			"no input files; name at least one object, archive or library");
		return EXIT_INPUT;
	}
	if (driver_plan(c->mem, c->d, &job, &plan))
		return EXIT_INPUT;
	if (mode.dry_run || mode.explain || mode.json)
		return show(c, &plan, &mode);
	return run(c, &job, &plan, &mode);
}

int cmd_link(struct cli *c)
{
	const char *folder;
	int rc = compile_sources(c, &folder);

	if (!rc)
		rc = link_line(c);
	tmpdir_remove(folder);
	return rc;
}
