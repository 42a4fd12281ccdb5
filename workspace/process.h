/* The processes of a build, and the signals of their parent. */
#ifndef WORKSPACE_PROCESS_H
#define WORKSPACE_PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/argv.h"
#include "base/diag.h"

/* SIGCHLD and what asks to end come by a file descriptor meanwhile. */
struct ws_signals {
	int fd;
	sigset_t before; /* the mask that children get, and that is back after the close */
};
int ws_signals_open(struct diags *d, struct ws_signals *out); /* returns 0, or -1 reported */
/* the next one that came, or 0; does not wait */
int ws_signals_next(const struct ws_signals *s);
void ws_signals_close(struct ws_signals *s);

struct ws_child {
	pid_t pid;  /* 0: none */
	int out;    /* its stdout and stderr; does not block */
	char *text; /* [n], what came from there; malloc */
	size_t n, cap;
};

/* Start argv[0], with the environment `env` and nothing to read. It ends with this process.
 * returns 0, or -1 reported */
int ws_child_start(struct diags *d, const struct ws_signals *s, const char *const argv[],
	const char *const env[], struct ws_child *out);
/* take what it said so far */
void ws_child_read(struct ws_child *c);
/* Has it ended? Then *status is its exit status, 128 + N after signal N; its text is whole. */
bool ws_child_ended(struct ws_child *c, int *status);
void ws_child_forget(struct ws_child *c);
/* End those of v[0..n) that run: politely, and after two seconds not so. They are reaped. */
void ws_children_end(struct ws_child *const *v, size_t n);

/* The environment of a build: what is known not to change the image, and TMPDIR and MAKEFLAGS as
 * given; NULL-terminated. makeflags may be NULL: as it is here. */
const char *const *ws_child_environment(struct arena *a, const char *tmpdir, const char *makeflags);

#endif
