/* pkgimg link --worker and --jobs: many links in warm processes. docs/linking.md, "Many links". */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/kept.h"
#include "base/str.h"
#include "cli/cli.h"
#include "driver/cmdline.h"
#include "driver/options.h"
#include "driver/workers.h"

enum { MOST_WORKERS = 1024 };

struct many {
	struct cli *c;
	enum request_form form;
	const char **words; /* of the command line that are not about many links */
	size_t nwords;
	size_t done, failed;
	struct kept kept; /* in a worker */
};

/* ---- in a worker */

/* A request's words follow those that the worker was started with, as a build system puts a
 * command's fixed part on the worker's own command line. */
static int link_request(void *ctx, struct arena *mem, const struct link_request *rq, bool *spent)
{
	struct many *m = ctx;
	struct diags d = { 0 };
	struct cli c = {
		.mem = mem,
		.d = &d,
		.first = m->c->first,
		.target = m->c->target,
		.in_worker = true,
		.kept = &m->kept,
	};
	const char **v = arena_array(mem, const char *, m->nwords + rq->n + 1);
	int code;

	for (size_t i = 0; i < m->nwords; i++)
		v[c.n++] = m->words[i];
	for (size_t i = 0; i < rq->n; i++)
		v[c.n++] = rq->argv[i];
	c.argv = v;
	code = cmd_link(&c);
	*spent = c.spent;
	return code;
}

/* ---- in the process that was called */

static void print_work(struct json *j, const struct link_answer *a)
{
	if (!a->cancelled) {
		json_int(j, "exitCode", a->code);
		json_str(j, "output", a->output);
	}
	json_int(j, "requestId", a->id);
	if (a->cancelled)
		json_bool(j, "wasCancelled", true);
}

static void print_job(struct json *j, const struct link_answer *a)
{
	json_uint(j, "index", a->index);
	json_int(j, "exitCode", a->code);
	json_str(j, "output", a->output);
}

/* Flushed line by line: the other end waits for it, and a worker that is forked must find nothing
 * in the buffer. */
static void print_answer(void *ctx, const struct link_answer *a)
{
	struct json j = { .f = stdout, .compact = true };
	struct many *m = ctx;

	m->done++;
	m->failed += a->code != 0;
	json_object(&j, NULL);
	(m->form == REQUEST_WORK ? print_work : print_job)(&j, a);
	json_end_object(&j);
	fflush(stdout);
}

/* the command line's words without those of --worker, --jobs and -j */
static void fixed_words(struct many *m)
{
	struct cli *c = m->c;
	const struct ll_arg *args;
	size_t n;

	args = ll_opts_parse(c->mem, c->n, c->argv, LinkOption, &n);
	m->words = arena_array(c->mem, const char *, c->n + 1);
	for (size_t i = 0; i < n; i++) {
		size_t end = i + 1 < n ? args[i + 1].index : c->n;

		if (args[i].id == OPT_worker || args[i].id == OPT_jobs || args[i].id == OPT_j)
			continue;
		for (size_t k = args[i].index; k < end; k++)
			m->words[m->nwords++] = c->argv[k];
	}
}

static int worker_count(struct cli *c, const struct job_word *said, unsigned *out)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	char *end;
	cpu_set_t set;

	if (!sched_getaffinity(0, sizeof(set), &set))
		n = CPU_COUNT(&set);
	if (said->text) {
		errno = 0;
		n = strtol(said->text, &end, 10);
		if (end == said->text || *end || errno || n < 1 || n > MOST_WORKERS)
			return diag_err(c->d, said->at,
				"'-j' wants a number from 1 to %d, got '%s'", MOST_WORKERS,
				said->text);
	}
	*out = n < 1 ? 1 : n > MOST_WORKERS ? MOST_WORKERS : (unsigned)n;
	return 0;
}

static int open_requests(struct cli *c, const struct job_word *jobs)
{
	char why[128];
	int fd;

	if (!jobs->text || str_eq(jobs->text, "-"))
		return STDIN_FILENO;
	fd = open(jobs->text, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		diag_err(c->d, jobs->at, "job list '%s' cannot be read: %s", jobs->text,
			file_error_text(errno, why, sizeof(why)));
	return fd;
}

static int check_mode(struct cli *c, const struct link_mode *mode)
{
	if (c->in_worker)
		return diag_err(c->d, NOWHERE,
			"a request is one link; --worker and --jobs are no part of it");
	if (mode->worker && mode->jobs.text)
		return diag_err(c->d, mode->jobs.at,
			"--worker reads requests and --jobs a list of jobs; choose one of them");
	return 0;
}

int link_many(struct cli *c, const struct link_mode *mode)
{
	struct many m = { .c = c, .form = mode->worker ? REQUEST_WORK : REQUEST_JOB };
	struct workers_options o = { .form = m.form, .work = link_request, .done = print_answer };
	int failed;

	if (check_mode(c, mode) || worker_count(c, &mode->procs, &o.n))
		return EXIT_USAGE;
	o.fd = open_requests(c, &mode->jobs);
	if (o.fd < 0)
		return EXIT_INPUT;
	o.name = o.fd == STDIN_FILENO ? "<stdin>" : mode->jobs.text;
	o.ctx = &m;
	fixed_words(&m);
	setenv("PKGIMG_DATA_DIR", file_data_dir(c->mem), 0); /* else each link looks for it */
	failed = workers_run(c->d, &o);
	if (o.fd != STDIN_FILENO)
		close(o.fd);
	if (m.form == REQUEST_JOB && m.failed)
		diag_err(c->d, NOWHERE, "%zu of %zu links failed; their results say why", m.failed,
			m.done);
	return failed || (m.form == REQUEST_JOB && m.failed) ? EXIT_INPUT : EXIT_OK;
}
