/* The loop: what is ready is asked for, what is missing is built as slots and tokens allow, and
 * what ended makes others ready. One thread; all waiting is one poll. */
#include "workspace/build.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/jobserver.h"
#include "base/str.h"
#include "workspace/job.h"

static const double tick = 80, again = 200; /* ms: a terminal's; for what others build */

/* package numbers, first in first out; each is in it at most once */
struct queue {
	size_t *v, first, n, room;
};

struct loop {
	struct ws_run run;
	struct arena *mem;
	struct queue ready, todo, busy; /* busy: someone else builds it */
	double look_again;              /* at those */
	size_t *slots;                  /* [o->jobs] package + 1, 0: free */
	unsigned running;
	bool own_used; /* the job that needs no token runs */
	struct jobserver server;
	bool serving;
	struct pollfd *polled; /* [jobs + 2] */
	int stopped_by;
};

static void put(struct queue *q, size_t i)
{
	q->v[(q->first + q->n++) % q->room] = i;
}

static size_t take(struct queue *q)
{
	size_t i = q->v[q->first];

	q->first = (q->first + 1) % q->room;
	q->n--;
	return i;
}

/* ---- an end and what follows from it */

static void tell_end(struct loop *l, size_t i, size_t slot)
{
	const struct ws_job *job = &l->run.jobs[i];
	const struct ws_package *p = &l->run.ws->v[i];
	char key[65] = "";
	struct ws_event e = {
		.package = p->name,
		.status = job->status,
		.ms = job->ms,
		.lines = job->said.v,
		.nlines = job->said.n,
	};

	if (job->answer) {
		for (size_t k = 0; k < 32; k++)
			snprintf(key + 2 * k, 3, "%02x", job->answer->hit.key[k]);
		e.key = key;
		e.output = p->output.text;
	}
	ws_progress_end(l->run.progress, slot, &e);
}

static bool stands_on(const struct loop *l, const struct ws_package *p, size_t failed)
{
	for (size_t k = 0; k < p->ndeps; k++) {
		size_t of = p->deps[k].package;

		if (of == failed || (of != WS_OUTSIDE && l->run.jobs[of].status == WS_SKIPPED &&
					    l->run.jobs[of].cause == failed))
			return true;
	}
	return false;
}

/* all that depend on it, whether directly or not */
static void skip_dependents(struct loop *l, size_t failed)
{
	const struct ws *ws = l->run.ws;

	for (size_t k = 0; k < ws->n; k++) {
		size_t i = ws->order[k];
		struct ws_job *job = &l->run.jobs[i];

		if (!ws->v[i].wanted || job->status != WS_WAITING ||
			!stands_on(l, &ws->v[i], failed))
			continue;
		job->status = WS_SKIPPED;
		job->cause = failed;
		tell_end(l, i, WS_OUTSIDE);
	}
}

static void ended(struct loop *l, size_t i, size_t slot)
{
	const struct ws_package *p = &l->run.ws->v[i];
	const struct ws_job *job = &l->run.jobs[i];

	tell_end(l, i, slot);
	if (job->status == WS_FAILED) {
		skip_dependents(l, i);
		return;
	}
	for (size_t k = 0; k < p->ndependents; k++) {
		size_t of = p->dependents[k];

		if (!--l->run.jobs[of].waits && l->run.ws->v[of].wanted &&
			l->run.jobs[of].status == WS_WAITING)
			put(&l->ready, of);
	}
}

/* ---- slots and tokens */

static bool may_start(struct loop *l, char *token, bool *has_token)
{
	*has_token = false;
	if (l->running >= l->run.o->jobs)
		return false;
	if (!l->own_used) {
		l->own_used = true;
		return true;
	}
	*has_token = jobserver_take(&l->server, token);
	return *has_token;
}

static void give_back(struct loop *l, bool has_token, char token)
{
	if (has_token)
		jobserver_give(&l->server, token);
	else
		l->own_used = false;
	if (l->serving && !l->running)
		jobserver_refill(&l->server, l->run.o->jobs - 1);
}

static void occupy(struct loop *l, size_t i)
{
	struct ws_job *job = &l->run.jobs[i];
	struct ws_event e = {
		.package = l->run.ws->v[i].name,
		.status = WS_RUNNING,
		.lines = job->why.v,
		.nlines = job->why.n,
	};

	job->slot = 0;
	while (l->slots[job->slot])
		job->slot++;
	l->slots[job->slot] = i + 1;
	l->running++;
	ws_progress_begin(l->run.progress, job->slot, &e, job->expected);
}

static void start_some(struct loop *l)
{
	bool has_token;
	char token;

	while (l->busy.n && ws_now() >= l->look_again)
		put(&l->todo, take(&l->busy));
	while (l->todo.n && may_start(l, &token, &has_token)) {
		size_t i = take(&l->todo);
		enum ws_began how = ws_job_begin(&l->run, i);

		if (how == WS_BEGAN) {
			l->run.jobs[i].has_token = has_token;
			l->run.jobs[i].token = token;
			occupy(l, i);
			continue;
		}
		give_back(l, has_token, token);
		if (how == WS_BEGAN_ENDED) {
			ended(l, i, WS_OUTSIDE);
			continue;
		}
		put(&l->busy, i);
		l->look_again = ws_now() + again;
	}
}

/* ---- waiting */

static void read_children(struct loop *l)
{
	for (size_t s = 0; s < l->run.o->jobs; s++) {
		struct ws_job *job;
		size_t i;
		int status;

		if (!l->slots[s])
			continue;
		i = l->slots[s] - 1;
		job = &l->run.jobs[i];
		ws_child_read(&job->child);
		if (!ws_child_ended(&job->child, &status))
			continue;
		ws_job_end(&l->run, i, status);
		l->slots[s] = 0;
		l->running--;
		give_back(l, job->has_token, job->token);
		ended(l, i, s);
	}
}

static int timeout(const struct loop *l)
{
	double ms = l->busy.n ? l->look_again - ws_now() : -1;

	if (l->run.o->show == WS_SHOW_TERMINAL && (ms < 0 || ms > tick))
		return (int)tick;
	return l->busy.n && ms < 0 ? 0 : (int)ms;
}

static void wait_for_something(struct loop *l)
{
	bool wants_token = l->todo.n && l->own_used && l->running < l->run.o->jobs;
	nfds_t n = 0;
	int sig;

	l->polled[n++] = (struct pollfd) { .fd = l->run.signals.fd, .events = POLLIN };
	if (wants_token)
		l->polled[n++] = (struct pollfd) { .fd = l->server.in, .events = POLLIN };
	for (size_t s = 0; s < l->run.o->jobs; s++)
		if (l->slots[s])
			l->polled[n++] =
				(struct pollfd) { .fd = l->run.jobs[l->slots[s] - 1].child.out,
					.events = POLLIN };
	poll(l->polled, n, timeout(l));
	while ((sig = ws_signals_next(&l->run.signals)))
		if (sig != SIGCHLD)
			l->stopped_by = sig;
	if (!l->stopped_by)
		read_children(l);
	ws_progress_tick(l->run.progress);
}

static void ask_all_ready(struct loop *l)
{
	while (l->ready.n) {
		size_t i = take(&l->ready);

		if (ws_job_ask(&l->run, i)) {
			ended(l, i, WS_OUTSIDE);
			continue;
		}
		ws_progress_expect(l->run.progress, l->run.jobs[i].expected);
		put(&l->todo, i);
	}
}

/* ---- the end */

static void stop(struct loop *l)
{
	struct ws_child **v = arena_array(l->mem, struct ws_child *, l->run.o->jobs);
	size_t n = 0;

	for (size_t s = 0; s < l->run.o->jobs; s++)
		if (l->slots[s])
			v[n++] = &l->run.jobs[l->slots[s] - 1].child;
	ws_children_end(v, n);
	for (size_t s = 0; s < l->run.o->jobs; s++) {
		struct ws_job *job;

		if (!l->slots[s])
			continue;
		job = &l->run.jobs[l->slots[s] - 1];
		ws_child_forget(&job->child);
		pkgimg_cache_abandon(job->build);
		job->build = NULL;
		job->status = WS_WAITING;
		if (job->has_token)
			jobserver_give(&l->server, job->token);
	}
}

/* what failed, with all that it said, and what was not built because of it */
static int report(struct loop *l)
{
	const struct ws *ws = l->run.ws;
	int failed = 0;

	for (size_t k = 0; k < ws->n; k++) {
		size_t i = ws->order[k];
		const struct ws_job *job = &l->run.jobs[i];
		struct strbuf names = { .mem = l->mem };

		if (job->status != WS_FAILED)
			continue;
		failed = -1;
		for (size_t n = 0; n < job->said.n; n++)
			ws_replay(l->run.d, job->said.v[n]);
		for (size_t n = 0; n < ws->n; n++)
			if (l->run.jobs[ws->order[n]].status == WS_SKIPPED &&
				l->run.jobs[ws->order[n]].cause == i)
				strbuf_fmt(&names, "%s'%s'", names.n ? ", " : "",
					ws->v[ws->order[n]].name);
		diag_err(l->run.d, ws->v[i].at, "package '%s' was not built%s%s", ws->v[i].name,
			names.n ? ", so these were not either: " : "", strbuf_text(&names));
	}
	return failed;
}

/* ---- the beginning */

static int open_server(struct loop *l)
{
	jobserver_join(l->mem, &l->server);
	if (l->server.present)
		return 0;
	l->serving = true;
	if (jobserver_serve(l->mem, l->run.d, l->run.o->jobs - 1, &l->server))
		return -1;
	l->run.makeflags = jobserver_makeflags(l->mem, &l->server, l->run.o->jobs);
	return 0;
}

static void make_queue(struct loop *l, struct queue *q)
{
	q->room = l->run.ws->n + 1;
	q->v = arena_array(l->mem, size_t, q->room);
}

static size_t prepare(struct loop *l)
{
	const struct ws *ws = l->run.ws;
	size_t wanted = 0;

	make_queue(l, &l->ready);
	make_queue(l, &l->todo);
	make_queue(l, &l->busy);
	l->run.jobs = arena_array(l->mem, struct ws_job, ws->n + 1);
	l->slots = arena_array(l->mem, size_t, l->run.o->jobs);
	l->polled = arena_array(l->mem, struct pollfd, l->run.o->jobs + 2);
	for (size_t k = 0; k < ws->n; k++) {
		size_t i = ws->order[k];

		for (size_t n = 0; n < ws->v[i].ndeps; n++)
			l->run.jobs[i].waits += ws->v[i].deps[n].package != WS_OUTSIDE;
		if (!ws->v[i].wanted)
			continue;
		wanted++;
		if (!l->run.jobs[i].waits)
			put(&l->ready, i);
	}
	return wanted;
}

static void finish(struct loop *l)
{
	ws_signals_close(&l->run.signals);
	jobserver_leave(&l->server);
	for (size_t i = 0; i < l->run.ws->n; i++)
		if (l->run.jobs[i].answer)
			pkgimg_cache_answer_free(l->run.jobs[i].answer);
}

int ws_build(struct arena *a, struct diags *d, struct ws *ws, const struct ws_host *host,
	const struct ws_build_options *o)
{
	struct loop l = {
		.run = { .mem = a, .d = d, .ws = ws, .host = host, .o = o },
		.mem = a,
	};
	size_t wanted;
	int failed;

	if (ws_signals_open(d, &l.run.signals))
		return -1;
	if (open_server(&l)) {
		ws_signals_close(&l.run.signals);
		return -1;
	}
	wanted = prepare(&l);
	ws_records_read(a, ws->output, &l.run.records);
	l.run.progress = ws_progress_open(a, o->show, o->json, wanted, o->jobs);
	ws_choose_forms(&l.run);
	for (ask_all_ready(&l); !l.stopped_by; ask_all_ready(&l)) {
		start_some(&l);
		if (l.ready.n)
			continue;
		if (!l.running && !l.todo.n && !l.busy.n)
			break;
		wait_for_something(&l);
	}
	if (l.stopped_by)
		stop(&l);
	ws_progress_close(l.run.progress, l.stopped_by);
	/* images may all have places of their own */
	failed = (l.run.records.n && ws_folder_of(a, d, NOWHERE, l.run.records.path)) ||
		 ws_records_write(a, d, &l.run.records);
	failed |= report(&l);
	finish(&l);
	return l.stopped_by ? l.stopped_by : failed;
}
