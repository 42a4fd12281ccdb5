/* The pipe is shared with make and everything it runs, so its own flags must stay as they are: it
 * is opened again, for a description that never blocks. */
#include "base/jobserver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

#define NO_SERVER ((struct jobserver) { .in = -1, .out = -1, .children = { -1, -1 } })

/* ---- client */

bool jobserver_find(struct arena *a, const char *makeflags, struct jobserver_place *out)
{
	static const char *const spellings[] = { "--jobserver-auth=", "--jobserver-fds=" };
	char *words = str_dup(a, makeflags), *rest = words, *word;
	bool found = false;

	while ((word = strsep(&rest, " "))) { /* the last one counts */
		for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
			const char *value = word + strlen(spellings[i]);
			struct jobserver_place p = { 0 };

			if (!str_starts(word, spellings[i]))
				continue;
			if (str_starts(value, "fifo:"))
				p.fifo = value + strlen("fifo:");
			else if (sscanf(value, "%d,%d", &p.in, &p.out) != 2 || p.in < 0 ||
				 p.out < 0)
				continue; /* "-2,-2": make has closed it */
			*out = p;
			found = true;
		}
	}
	return found;
}

static int reopen(struct arena *a, int fd, int flags)
{
	if (fcntl(fd, F_GETFD) < 0)
		return -1; /* make does not hand it on to a recipe without '+' */
	return open(str_fmt(a, "/dev/fd/%d", fd), flags | O_NONBLOCK | O_CLOEXEC);
}

void jobserver_join(struct arena *a, struct jobserver *out)
{
	const char *flags = getenv("MAKEFLAGS");
	struct jobserver_place p;

	*out = NO_SERVER;
	if (!flags || !jobserver_find(a, flags, &p))
		return;
	if (p.fifo) {
		out->in = open(p.fifo, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		out->out = out->in;
	} else {
		out->in = reopen(a, p.in, O_RDONLY);
		out->out = out->in < 0 ? -1 : fcntl(p.out, F_DUPFD_CLOEXEC, 0);
	}
	out->present = true; /* without a way to it, there are no tokens */
}

/* ---- server */

int jobserver_serve(struct arena *a, struct diags *d, unsigned tokens, struct jobserver *out)
{
	char why[128];

	*out = NO_SERVER;
	if (pipe(out->children))
		return diag_err(d, NOWHERE, "no pipe for a jobserver: %s",
			file_error_text(errno, why, sizeof(why)));
	out->in = reopen(a, out->children[0], O_RDONLY);
	out->out = fcntl(out->children[1], F_DUPFD_CLOEXEC, 0);
	if (out->in < 0 || out->out < 0) {
		diag_err(d, NOWHERE, "no pipe for a jobserver: %s",
			file_error_text(errno, why, sizeof(why)));
		jobserver_leave(out);
		return -1;
	}
	out->present = true;
	while (tokens--)
		jobserver_give(out, '+');
	return 0;
}

const char *jobserver_makeflags(struct arena *a, const struct jobserver *s, unsigned jobs)
{
	return str_fmt(a, " -j%u --jobserver-auth=%d,%d", jobs, s->children[0], s->children[1]);
}

void jobserver_refill(const struct jobserver *s, unsigned tokens)
{
	char token;

	while (jobserver_take(s, &token))
		;
	while (tokens--)
		jobserver_give(s, '+');
}

/* ---- both */

bool jobserver_take(const struct jobserver *s, char *token)
{
	return s->in >= 0 && s->out >= 0 && read(s->in, token, 1) == 1;
}

void jobserver_give(const struct jobserver *s, char token)
{
	while (write(s->out, &token, 1) < 0 && (errno == EINTR || errno == EAGAIN))
		;
}

void jobserver_leave(struct jobserver *s)
{
	if (s->in >= 0)
		close(s->in);
	if (s->out >= 0 && s->out != s->in)
		close(s->out);
	for (size_t i = 0; i < 2; i++)
		if (s->children[i] >= 0)
			close(s->children[i]);
	*s = NO_SERVER;
}
