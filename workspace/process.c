#include "workspace/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

enum {
	MOST_TEXT = 1024 * 1024, /* of a child's; the rest is dropped */
	PATIENCE = 2000,         /* ms, from SIGTERM to SIGKILL */
};

/* ---- signals */

int ws_signals_open(struct diags *d, struct ws_signals *out)
{
	static const int wanted[] = { SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	char why[128];
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		struct sigaction now;

		/* what the caller ignores (nohup) stays ignored */
		if (sigaction(wanted[i], NULL, &now) || now.sa_handler != SIG_IGN ||
			wanted[i] == SIGCHLD)
			sigaddset(&set, wanted[i]);
	}
	out->fd = sigprocmask(SIG_BLOCK, &set, &out->before)
			  ? -1
			  : signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (out->fd < 0)
		return diag_err(d, NOWHERE, "no way to wait for signals: %s",
			file_error_text(errno, why, sizeof(why)));
	return 0;
}

int ws_signals_next(const struct ws_signals *s)
{
	struct signalfd_siginfo info;

	return read(s->fd, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}

void ws_signals_close(struct ws_signals *s)
{
	close(s->fd);
	sigprocmask(SIG_SETMASK, &s->before, NULL);
	s->fd = -1;
}

/* ---- one child */

static _Noreturn void be_child(const struct ws_signals *s, const char *const argv[],
	const char *const env[], int out, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY);

	/* a parent that is killed cannot end its children */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
		dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
		_exit(127);
	if (null > STDERR_FILENO)
		close(null);
	sigprocmask(SIG_SETMASK, &s->before, NULL);
	execve(argv[0], (char *const *)argv, (char *const *)env);
	_exit(127);
}

int ws_child_start(struct diags *d, const struct ws_signals *s, const char *const argv[],
	const char *const env[], struct ws_child *out)
{
	pid_t parent = getpid();
	char why[128];
	int ends[2];

	*out = (struct ws_child) { .out = -1 };
	if (pipe2(ends, O_CLOEXEC))
		return diag_err(d, NOWHERE, "no pipe for the output of '%s': %s", argv[0],
			file_error_text(errno, why, sizeof(why)));
	out->pid = fork();
	if (!out->pid)
		be_child(s, argv, env, ends[1], parent);
	close(ends[1]);
	if (out->pid > 0 && !fcntl(ends[0], F_SETFL, O_NONBLOCK)) {
		out->out = ends[0];
		return 0;
	}
	diag_err(d, NOWHERE, "the program '%s' cannot be started: %s", argv[0],
		file_error_text(errno, why, sizeof(why)));
	close(ends[0]);
	out->pid = 0;
	return -1;
}

void ws_child_read(struct ws_child *c)
{
	char buf[4096];
	ssize_t got;

	while ((got = read(c->out, buf, sizeof(buf))) > 0 || (got < 0 && errno == EINTR)) {
		size_t n = got > 0 ? (size_t)got : 0;

		if (n > MOST_TEXT - c->n)
			n = MOST_TEXT - c->n;
		if (n > c->cap - c->n) {
			c->cap = c->n + n + sizeof(buf);
			c->text = realloc(c->text, c->cap);
			if (!c->text)
				diag_fatal("out of memory: %zu bytes wanted for messages", c->cap);
		}
		memcpy(c->text + c->n, buf, n);
		c->n += n;
	}
}

bool ws_child_ended(struct ws_child *c, int *status)
{
	int how;
	pid_t got = waitpid(c->pid, &how, WNOHANG);

	if (!got || (got < 0 && errno == EINTR))
		return false;
	*status = got < 0 ? 127 : WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
	ws_child_read(c);
	c->pid = 0;
	return true;
}

void ws_child_forget(struct ws_child *c)
{
	if (c->out >= 0)
		close(c->out);
	free(c->text);
	*c = (struct ws_child) { .out = -1 };
}

/* ---- all of them */

static size_t count_running(struct ws_child *const *v, size_t n)
{
	size_t running = 0;
	int status;

	for (size_t i = 0; i < n; i++) {
		if (!v[i]->pid)
			continue;
		ws_child_read(v[i]); /* one that waits to be read must get on */
		running += !ws_child_ended(v[i], &status);
	}
	return running;
}

static void signal_all(struct ws_child *const *v, size_t n, int sig)
{
	for (size_t i = 0; i < n; i++)
		if (v[i]->pid)
			kill(v[i]->pid, sig);
}

void ws_children_end(struct ws_child *const *v, size_t n)
{
	enum { STEP = 10 };

	signal_all(v, n, SIGTERM);
	for (int ms = 0; count_running(v, n); ms += STEP) {
		if (ms >= PATIENCE)
			signal_all(v, n, SIGKILL);
		poll(NULL, 0, STEP);
	}
}

/* ---- environment */

const char *const *ws_child_environment(struct arena *a, const char *tmpdir, const char *makeflags)
{
	/* where things are, how they are told, and the tools of tests; nothing that is in an image
	 */
	static const char *const kept[] = { "HOME", "PATH", "LC_ALL", "LANG", "LD_LIBRARY_PATH",
		"LD_PRELOAD", "PKGIMG_DATA_DIR", "PKGIMG_PLATFORM_PATH", "PKGIMG_VERBOSE_LINKING",
		"JULIA_VERBOSE_LINKING", "PKGIMG_IMAGE_THREADS", "JULIA_IMAGE_THREADS",
		"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS" };
	enum { NKEPT = sizeof(kept) / sizeof(kept[0]) };
	const char **env = arena_array(a, const char *, NKEPT + 3), *value;
	size_t n = 0;

	for (size_t i = 0; i < NKEPT; i++)
		if ((value = getenv(kept[i])))
			env[n++] = str_fmt(a, "%s=%s", kept[i], value);
	env[n++] = str_fmt(a, "TMPDIR=%s", tmpdir);
	value = makeflags ? makeflags : getenv("MAKEFLAGS");
	if (value)
		env[n++] = str_fmt(a, "MAKEFLAGS=%s", value);
	return env;
}
