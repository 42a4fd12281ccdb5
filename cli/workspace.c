/* pkgimg build --workspace: what the workspace's library wants to know of the program, and the
 * options. LLVM is not started here; the processes that build do that. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/jobserver.h"
#include "base/str.h"
#include "cli/cached.h"
#include "cli/cli.h"
#include "driver/driver.h"
#include "driver/options.h"
#include "frontend/code/jobs.h"
#include "frontend/cpu/target.h"
#include "image/image.h"
#include "pkgimg/cache.h"
#include "workspace/build.h"
#include "workspace/ninja.h"

/* of make: its jobserver says how many of them run */
enum { SLOTS_OF_CLIENT = 64 };

/* a choice of platform that was asked for before */
struct known {
	struct known *next;
	const char *target, *platform;
	const struct ws_platform *is;
};

struct command {
	struct cli *c;
	struct job_word file, output, plan, threads;
	bool json;
	struct cached_options cached;
	struct ws_host host;
	struct known *known;
};

/* ---- platforms */

static bool same(const char *a, const char *b)
{
	return a && b ? str_eq(a, b) : a == b;
}

static const struct ws_platform *load_platform(
	struct command *m, const struct job_word *target, const struct job_word *platform)
{
	struct arena *a = m->c->mem;
	struct link_job job = { .mem = a };
	struct ws_platform *out = arena_new(a, struct ws_platform);
	const struct platform *p;

	if (target->text)
		job_set_str(&job, JS_TARGET, target->text, target->at);
	if (platform->text)
		job_set_str(&job, JS_PLATFORM, platform->text, platform->at);
	p = driver_platform(a, m->c->d, &job);
	if (!p)
		return NULL;
	*out = (struct ws_platform) {
		.suffix = p->image_suffix.text ? p->image_suffix.text : "",
		.abi = cached_abi(a, target->text, platform->text, p),
		.files = p->chain,
	};
	return out;
}

static const struct ws_platform *find_platform(
	void *ctx, const struct job_word *target, const struct job_word *platform)
{
	struct command *m = ctx;
	struct known *k;

	for (k = m->known; k; k = k->next)
		if (same(k->target, target->text) && same(k->platform, platform->text))
			return k->is;
	k = arena_new(m->c->mem, struct known);
	*k = (struct known) { m->known, target->text, platform->text,
		load_platform(m, target, platform) };
	m->known = k;
	return k->is;
}

/* ---- the command line */

static void add_input(struct command *m, const struct ll_arg *arg)
{
	struct job_words *w = &m->host.packages;

	arena_push_room(m->c->mem, w->v, w->n, w->cap);
	w->v[w->n++] = (struct job_word) { arg->spelling, cli_place(m->c, arg) };
}

/* --cache says what a workspace's build does anyway */
static bool is_of_cache(const struct ll_arg *arg)
{
	return arg->id == OPT_cache || arg->id == OPT_rebuild || arg->id == OPT_store_EQ ||
	       arg->id == OPT_native_code_EQ;
}

static int read_option(struct command *m, const struct ll_arg *arg)
{
	const struct {
		enum opt_id id;
		struct job_word *to;
	} words[] = { { OPT_workspace, &m->file }, { OPT_o, &m->output }, { OPT_plan, &m->plan },
		{ OPT_j, &m->threads } };

	if (!arg->id) {
		add_input(m, arg);
		return 0;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (words[i].id == arg->id) {
			*words[i].to = (struct job_word) { arg->values[0], cli_place(m->c, arg) };
			return 0;
		}
	}
	if (arg->id == OPT_json) {
		m->json = true;
		return 0;
	}
	if (is_of_cache(arg) && cached_apply(m->c, arg, &m->cached))
		return 0;
	return diag_err(m->c->d, cli_place(m->c, arg),
		"'%s' is for one package; say it in the workspace file", arg->spelling);
}

static int check_options(struct command *m)
{
	struct diags *d = m->c->d;
	uint32_t mode;

	cached_native(d, &m->cached.native, &mode);
	if (m->plan.text && !str_eq(m->plan.text, "ninja"))
		diag_err(d, m->plan.at, "--plan wants 'ninja', got '%s'",
			str_shown(m->c->mem, m->plan.text));
	if (m->plan.text && m->json)
		diag_err(
			d, m->plan.at, "--plan and --json: a plan has no events; give one of them");
	if (m->output.text && !m->plan.text)
		diag_err(d, m->output.at,
			"-o is for --plan and for one package; images of a workspace go where its "
			"'output' says");
	return d->errors ? -1 : 0;
}

/* ---- the host */

static void fill_host(struct command *m)
{
	struct arena *a = m->c->mem;

	m->host.program = file_self(a);
	m->host.toolchain = cached_toolchain(a);
	m->host.cpu_features = cached_features(a);
	cpu_targets_from_environment(&m->host.cpu_target);
	m->host.native = m->cached.native;
	m->host.asked = m->file.at;
	m->host.platform = find_platform;
	m->host.ctx = m;
}

/* ---- what is done */

/* this command again, for the plan to be kept true */
static int write_plan(struct command *m, const struct ws *ws)
{
	struct cli *c = m->c;
	const char **again = arena_array(c->mem, const char *, c->n + 2);

	again[0] = m->host.program;
	again[1] = "build";
	for (size_t i = 0; i < c->n; i++)
		again[i + 2] = c->argv[i];
	return ws_ninja(c->mem, c->d, ws, &m->host, m->output.text ? m->output.text : "build.ninja",
		       again, c->n + 2)
		       ? EXIT_INPUT
		       : EXIT_OK;
}

/* The whole of it is done, as far as it could be: end as the signal would have ended it, so that a
 * shell or make knows and stops too. */
static int leave_by(int sig)
{
	fflush(stdout);
	signal(sig, SIG_DFL);
	raise(sig);
	return 128 + sig;
}

static int build(struct command *m, struct ws *ws)
{
	struct cli *c = m->c;
	struct jobs jobs;
	struct ws_build_options o = {
		.show = m->json ? WS_SHOW_JSON : ws_show_default(),
		.json = m->json ? stdout : NULL,
		.force = m->cached.rebuild,
	};
	int code;

	if (jobs_open(c->mem, c->d, &m->threads, &jobs))
		return EXIT_INPUT;
	o.jobs = jobs.threads;
	if (jobs.server.present && !m->threads.text)
		o.jobs = jobs.server.in < 0 ? 1 : SLOTS_OF_CLIENT;
	jobs_close(&jobs);
	o.cache = cached_open(c->mem, c->d, &m->cached, 0);
	if (!o.cache)
		return EXIT_INPUT;
	code = ws_build(c->mem, c->d, ws, &m->host, &o);
	pkgimg_cache_close(o.cache);
	return code > 0 ? leave_by(code) : code ? EXIT_INPUT : EXIT_OK;
}

int build_workspace(struct cli *c, const struct ll_arg *args, size_t n)
{
	struct command m = { .c = c };
	struct ws ws;
	int failed = 0;

	for (size_t i = 0; i < n; i++) {
		if (args[i].id == OPT_help)
			return build_help(c);
		if (args[i].id == OPT_version)
			return cli_version();
		failed |= read_option(&m, &args[i]);
	}
	if (failed | check_options(&m))
		return EXIT_USAGE;
	fill_host(&m);
	if (ws_read(c->mem, c->d, m.file.text, &m.host, &ws))
		return EXIT_INPUT;
	return m.plan.text ? write_plan(&m, &ws) : build(&m, &ws);
}
