/* Diagnostics caught in a text instead of printed, one a line; and the end of a child process. */
#ifndef CAUGHT_H
#define CAUGHT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"

struct caught {
	struct diags d;
	size_t n;
	char text[16 * 1024]; /* what does not fit is not kept: the counts of d still tell */
};

static inline void caught_line(void *ctx, enum diag_kind kind, const char *line)
{
	struct caught *c = ctx;
	int n = snprintf(c->text + c->n, sizeof(c->text) - c->n, "%s\n", line);

	(void)kind;
	if (n > 0 && (size_t)n < sizeof(c->text) - c->n)
		c->n += (size_t)n;
	else
		c->text[c->n] = '\0';
}

/* empty again; &c->d is what to hand on */
static inline struct diags *caught_start(struct caught *c)
{
	c->d = (struct diags) { .sink = caught_line, .ctx = c };
	c->n = 0;
	c->text[0] = '\0';
	return &c->d;
}

/* Run f(ctx) in a child; what it wrote to stderr is in err, NUL-terminated. Returns its exit code,
 * or -1 if it ended otherwise. */
static inline int caught_child(void (*f)(void *), void *ctx, char *err, size_t size)
{
	size_t n = 0;
	int fds[2], status;
	ssize_t got;
	pid_t pid;

	fflush(stdout);
	if (pipe(fds) || (pid = fork()) < 0)
		return -1;
	if (!pid) {
		dup2(fds[1], STDERR_FILENO);
		close(fds[0]);
		close(fds[1]);
		f(ctx);
		_exit(0);
	}
	close(fds[1]);
	while (n + 1 < size && (got = read(fds[0], err + n, size - 1 - n)) > 0)
		n += (size_t)got;
	err[n] = '\0';
	close(fds[0]);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

#endif
