#include "driver/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "llvm/shim.h"

enum {
	LINKS_OF_A_WORKER = 200,
	LARGEST_WORKER = 1024 * 1024, /* KiB */
	QUICK_LINK = 20,              /* ms */
	SHORT_REQUEST = 16 * 1024,    /* bytes, which a socket takes whether it is read or not */
};

/* a request that is waiting or being done; all of it is in `mem` but itself */
struct task {
	struct task *next;
	struct arena mem;
	size_t index;
	unsigned line;
	struct link_request rq;
	bool again;       /* handed out before, to a worker that was dead already */
	const char *text; /* as it came */
	size_t n;
};

struct worker {
	pid_t pid; /* 0: not started */
	int fd;    /* requests to it, answers from it */
	int out;   /* its stdout and stderr: a file without a name, which outlives it */
	struct task *task, *next; /* the second one was handed out as well, and waits */
	unsigned number;          /* of `task` among its tasks, from 1 */
	bool quick;               /* its last link was */
	double since;             /* when `task` was its turn: of clock_ms */
};

struct pool {
	const struct workers_options *o;
	struct diags *d;
	struct worker *workers;     /* [o->n] */
	_Atomic unsigned *begun;    /* [o->n] tasks that each has taken up; shared with them */
	struct task *first, **last; /* waiting */
	size_t nwaiting, nseen;
	struct line_reader in;
};

/* what goes over a worker's socket: to it this and the text, from it an answer */
struct request_head {
	uint64_t n;
	unsigned line;
};
struct answer_head {
	uint64_t n; /* bytes of output, which follow */
	bool doubt; /* LLD failed for good, and this was not the first link of the process */
	int code;
	bool spent;
};

static int transfer(int fd, void *data, size_t n, bool out)
{
	char *p = data;

	while (n) {
		ssize_t did = out ? send(fd, p, n, MSG_NOSIGNAL) : recv(fd, p, n, 0);

		if (did < 0 && errno == EINTR)
			continue;
		if (did <= 0)
			return -1;
		p += did;
		n -= (size_t)did;
	}
	return 0;
}

/* ---- in a worker */

static int work(const struct pool *p, struct arena *mem, unsigned line, const char *text, size_t n,
	bool *spent)
{
	struct diags d = { 0 };
	struct link_request rq;
	struct loc at = { .file = p->o->name, .line = line };
	char why[128];

	if (request_read(mem, &d, at, p->o->form, text, n, &rq))
		return EXIT_INPUT;
	if (rq.cwd && chdir(rq.cwd)) {
		diag_err(&d, at, "folder '%s' cannot be entered: %s", rq.cwd,
			file_error_text(errno, why, sizeof(why)));
		return EXIT_INPUT;
	}
	return p->o->work(p->o->ctx, mem, &rq, spent);
}

/* LLD leaves a few KiB behind with each link, and a large one a large heap: a new process is
 * cheaper than either. */
static bool is_worn(unsigned links)
{
	struct rusage use;

	return links >= LINKS_OF_A_WORKER ||
	       (!getrusage(RUSAGE_SELF, &use) && use.ru_maxrss > LARGEST_WORKER);
}

/* The output of a link goes with its answer: the next link may begin before that is read. */
static int send_answer(const struct worker *w, struct arena *mem, struct answer_head *answer)
{
	struct stat st;
	char *text = NULL;

	fflush(stdout);
	if (fstat(w->out, &st))
		return -1;
	if (st.st_size) {
		text = arena_alloc(mem, (size_t)st.st_size, 1);
		if (pread(w->out, text, (size_t)st.st_size, 0) != st.st_size)
			return -1;
		answer->n = (uint64_t)st.st_size;
	}
	if (transfer(w->fd, answer, sizeof(*answer), true) ||
		transfer(w->fd, text, answer->n, true))
		return -1;
	return text ? ftruncate(w->out, 0) : 0;
}

/* one request, the links-th; returns whether there may be another */
static bool serve(const struct pool *p, const struct worker *w, int home, unsigned links)
{
	struct arena mem = { 0 };
	struct request_head head;
	struct answer_head answer = { 0 };
	char *text;
	bool failed;

	if (transfer(w->fd, &head, sizeof(head), false))
		return false;
	text = arena_alloc(&mem, head.n + 1, 1);
	if (transfer(w->fd, text, head.n, false))
		return false;
	if (fchdir(home))
		return false;
	p->begun[w - p->workers] = links;
	answer.code = work(p, &mem, head.line, text, head.n, &answer.spent);
	answer.doubt = answer.spent && links > 1;
	answer.spent |= is_worn(links);
	failed = send_answer(w, &mem, &answer);
	arena_free(&mem);
	return !failed && !answer.spent;
}

static _Noreturn void be_worker(struct pool *p, struct worker *w)
{
	int home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	for (unsigned i = 0; i < p->o->n; i++) {
		if (&p->workers[i] == w || !p->workers[i].pid)
			continue;
		close(p->workers[i].fd);
		close(p->workers[i].out);
	}
	if (home < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
		dup2(w->out, STDOUT_FILENO) < 0 || dup2(w->out, STDERR_FILENO) < 0)
		_exit(EXIT_BUG);
	ll_start_link(); /* before the first request comes */
	for (unsigned links = 1; serve(p, w, home, links); links++)
		;
	_exit(EXIT_OK);
}

/* ---- processes */

static void forget(struct worker *w)
{
	close(w->fd);
	close(w->out);
	*w = (struct worker) { 0 };
}

static int start(struct pool *p, struct worker *w)
{
	int ends[2], err;

	p->begun[w - p->workers] = 0;
	w->out = memfd_create("pkgimg-output", MFD_CLOEXEC);
	if (w->out < 0)
		return errno;
	/* two streams write to it, and either may be emptied in between */
	if (fcntl(w->out, F_SETFL, O_APPEND) ||
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
		err = errno;
		close(w->out);
		return err;
	}
	w->pid = fork();
	if (!w->pid) {
		close(ends[0]);
		w->fd = ends[1];
		be_worker(p, w);
	}
	err = errno;
	close(ends[1]);
	w->fd = ends[0];
	if (w->pid > 0)
		return 0;
	forget(w);
	return err;
}

/* its exit code, or 128 + N after signal N */
static int reap(struct worker *w)
{
	int status = 0;

	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	forget(w);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* ---- answers */

static void no_nuls(char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!text[i])
			text[i] = '?';
}

/* of a worker that is gone */
static const char *read_output(struct task *t, const struct worker *w)
{
	struct stat st;
	char *text;
	ssize_t got;

	if (fstat(w->out, &st))
		return "";
	text = arena_alloc(&t->mem, (size_t)st.st_size + 1, 1);
	got = pread(w->out, text, (size_t)st.st_size, 0);
	no_nuls(text, got < 0 ? 0 : (size_t)got);
	return text;
}

static void answer(struct pool *p, struct task *t, int code, bool cancelled, const char *output)
{
	struct link_answer a = {
		.index = t->index,
		.id = t->rq.id,
		.code = code,
		.cancelled = cancelled,
		.output = output,
	};

	p->o->done(p->o->ctx, &a);
	arena_free(&t->mem);
	free(t);
}

static void put_first(struct pool *p, struct task *t)
{
	t->next = p->first;
	p->first = t;
	if (!t->next)
		p->last = &t->next;
	p->nwaiting++;
}

/* The process ends, with nobody waiting for an answer of it: what it was handed in advance is for
 * another one. returns as reap */
static int dismiss(struct pool *p, struct worker *w)
{
	if (w->next)
		put_first(p, w->next);
	return reap(w);
}

/* a worker that ended without an answer: it was killed, or crashed, or ran out of memory */
static void lost(struct pool *p, struct worker *w)
{
	struct task *t = w->task;
	const char *said = read_output(t, w);
	bool begun = p->begun[w - p->workers] == w->number;
	int code = dismiss(p, w);
	const char *how;

	if (!begun && !t->again) { /* killed while it was idle: nothing of this link was done */
		t->again = true;
		put_first(p, t);
		return;
	}
	how = code > 128 ? str_fmt(&t->mem, "was ended by signal %d", code - 128)
			 : str_fmt(&t->mem, "ended with status %d", code);
	answer(p, t, code ? code : EXIT_BUG, false,
		str_fmt(&t->mem,
			"%spkgimg: error: the worker process %s before this link was done\n", said,
			how));
}

/* One that ended meanwhile is seen when the answer is read. */
static void send_request(struct worker *w, struct task *t)
{
	struct request_head head = { .n = t->n, .line = t->line };

	if (!transfer(w->fd, &head, sizeof(head), true))
		transfer(w->fd, (char *)t->text, t->n, true);
}

static void begin(struct worker *w, struct task *t)
{
	w->task = t;
	w->number++;
	w->since = clock_ms();
}

/* The worker is reading, so a long request does not wait on it. */
static void give(struct pool *p, struct worker *w, struct task *t)
{
	int err = w->pid ? 0 : start(p, w);
	char why[128];

	if (err) {
		answer(p, t, EXIT_BUG, false,
			str_fmt(&t->mem, "pkgimg: error: a worker process cannot be started: %s\n",
				file_error_text(err, why, sizeof(why))));
		return;
	}
	begin(w, t);
	send_request(w, t);
}

static void collect(struct pool *p, struct worker *w)
{
	struct task *t = w->task;
	struct answer_head head;
	char *output;

	if (transfer(w->fd, &head, sizeof(head), false)) {
		lost(p, w);
		return;
	}
	output = arena_alloc(&t->mem, head.n + 1, 1);
	if (transfer(w->fd, output, head.n, false)) {
		lost(p, w);
		return;
	}
	no_nuls(output, head.n);
	w->task = NULL;
	w->quick = clock_ms() - w->since < (double)QUICK_LINK;
	if (head.doubt) { /* LLD has faults that only show in a process that has linked before */
		dismiss(p, w);
		give(p, w, t);
		return;
	}
	answer(p, t, head.code, false, output);
	if (head.spent) {
		dismiss(p, w);
	} else if (w->next) {
		begin(w, w->next);
		w->next = NULL;
	}
}

/* ---- requests */

static void keep_message(void *ctx, enum diag_kind kind, const char *line)
{
	(void)kind;
	strbuf_fmt(ctx, "pkgimg: %s\n", line);
}

static void cancel(struct pool *p, int id)
{
	for (struct task **at = &p->first; *at; at = &(*at)->next) {
		struct task *t = *at;

		if (t->rq.id != id)
			continue;
		*at = t->next;
		if (!*at)
			p->last = at;
		p->nwaiting--;
		answer(p, t, 0, true, "");
		return;
	}
	for (unsigned i = 0; i < p->o->n; i++) {
		struct worker *w = &p->workers[i];
		struct task *t = w->task;

		if (!t || t->rq.id != id)
			continue;
		kill(w->pid, SIGKILL);
		reap(w);
		answer(p, t, 0, true, "");
		return;
	}
}

static void take(struct pool *p, const char *text, size_t n)
{
	struct task *t = calloc(1, sizeof(*t));
	struct strbuf said = { .mem = NULL };
	struct diags d = { .sink = keep_message, .ctx = &said };

	if (!t)
		diag_fatal("out of memory: %zu bytes wanted", sizeof(*t));
	said.mem = &t->mem;
	t->line = p->in.line;
	if (request_read(&t->mem, &d, (struct loc) { .file = p->o->name, .line = t->line },
		    p->o->form, text, n, &t->rq)) {
		t->index = p->nseen++;
		answer(p, t, EXIT_INPUT, false, strbuf_text(&said));
		return;
	}
	if (t->rq.cancel) {
		cancel(p, t->rq.id);
		arena_free(&t->mem);
		free(t);
		return;
	}
	t->index = p->nseen++;
	t->text = str_ndup(&t->mem, text, n);
	t->n = n;
	*p->last = t;
	p->last = &t->next;
	p->nwaiting++;
}

/* The requests of a job list may be many: they are taken as they are needed. One of a build tool
 * may cancel another. */
static bool wants_more(const struct pool *p)
{
	return p->o->form == REQUEST_WORK || p->nwaiting < p->o->n;
}

/* of the lines that have been read */
static void take_wanted(struct pool *p)
{
	const char *line;
	size_t n;

	while (wants_more(p) && line_reader_next(&p->in, &line, &n))
		take(p, line, n);
}

static int read_requests(struct pool *p)
{
	struct loc next = { .file = p->o->name, .line = p->in.line + 1 };
	int err = line_reader_fill(&p->in);
	char why[128];

	if (err == EFBIG)
		return diag_err(p->d, next, "a line over 64 MiB is no request");
	if (err)
		return diag_err(p->d, NOWHERE, "the requests cannot be read from '%s': %s",
			p->o->name, file_error_text(err, why, sizeof(why)));
	return 0;
}

static struct worker *idle_worker(struct pool *p)
{
	struct worker *fresh = NULL;

	for (unsigned i = p->o->n; i--;) {
		if (!p->workers[i].pid)
			fresh = &p->workers[i];
		else if (!p->workers[i].task)
			return &p->workers[i];
	}
	return fresh;
}

/* A worker that links one small thing after the other waits for its next request as long as for a
 * part of its link, so that is there in advance. Not where a request may be cancelled, which only
 * one that waits here can be without harm to another. */
static struct worker *quick_worker(const struct pool *p)
{
	for (unsigned i = 0; p->o->form == REQUEST_JOB && i < p->o->n; i++) {
		struct worker *w = &p->workers[i];

		if (w->task && !w->next && w->quick && p->first->n <= SHORT_REQUEST)
			return w;
	}
	return NULL;
}

static struct task *take_first(struct pool *p)
{
	struct task *t = p->first;

	p->first = t->next;
	if (!p->first)
		p->last = &p->first;
	p->nwaiting--;
	t->next = NULL;
	return t;
}

/* returns whether somebody took the first of those that wait */
static bool hand_out(struct pool *p)
{
	struct worker *w = p->first ? idle_worker(p) : NULL;

	if (w) {
		give(p, w, take_first(p));
		return true;
	}
	w = p->first ? quick_worker(p) : NULL;
	if (!w)
		return false;
	w->next = take_first(p);
	send_request(w, w->next);
	return true;
}

/* wait until there is something to read, and read it */
static int wait_and_read(struct pool *p, struct pollfd *fds)
{
	unsigned n = p->o->n;

	for (unsigned i = 0; i < n; i++)
		fds[i] = (struct pollfd) { .fd = p->workers[i].task ? p->workers[i].fd : -1,
			.events = POLLIN };
	fds[n] = (struct pollfd) { .fd = wants_more(p) && !p->in.end ? p->in.fd : -1,
		.events = POLLIN };
	if (poll(fds, n + 1, -1) < 0)
		return errno == EINTR ? 0
				      : diag_err(p->d, NOWHERE, "the workers cannot be waited for");
	for (unsigned i = 0; i < n; i++)
		if (fds[i].revents)
			collect(p, &p->workers[i]);
	return fds[n].revents ? read_requests(p) : 0;
}

static bool any_busy(const struct pool *p)
{
	for (unsigned i = 0; i < p->o->n; i++)
		if (p->workers[i].task)
			return true;
	return false;
}

static bool has_work(struct pool *p)
{
	take_wanted(p);
	return p->first || any_busy(p) || !p->in.end;
}

/* tell those that wait for a request that there is none, and end */
static void end_all(struct pool *p)
{
	for (unsigned i = 0; i < p->o->n; i++)
		if (p->workers[i].pid) {
			shutdown(p->workers[i].fd, SHUT_RDWR);
			reap(&p->workers[i]);
		}
}

int workers_run(struct diags *d, const struct workers_options *options)
{
	struct arena mem = { 0 };
	struct pool p = { .o = options, .d = d, .in = { .fd = options->fd } };
	struct pollfd *fds = arena_array(&mem, struct pollfd, options->n + 1);
	size_t shared = options->n * sizeof(*p.begun);
	int failed = 0;

	p.workers = arena_array(&mem, struct worker, options->n);
	p.begun = mmap(NULL, shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p.begun == MAP_FAILED)
		diag_fatal("out of memory: %zu bytes wanted", shared);
	p.last = &p.first;
	while (!failed && has_work(&p))
		if (!hand_out(&p))
			failed = wait_and_read(&p, fds);
	end_all(&p);
	munmap(p.begun, shared);
	line_reader_free(&p.in);
	arena_free(&mem);
	return failed;
}
