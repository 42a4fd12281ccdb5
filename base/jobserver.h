/* GNU make's jobserver ("POSIX Jobserver" in its manual): a pipe or fifo holds one byte per job
 * that may still start. One job is free to every process; each further one costs a token. */
#ifndef BASE_JOBSERVER_H
#define BASE_JOBSERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"

struct jobserver {
	bool present;
	int in, out;     /* never wait: a token is there or not; -1: there are none for us */
	int children[2]; /* of a server: the two ends that children inherit; else -1 */
};

/* a client of the jobserver in MAKEFLAGS; `present` says whether there is one */
void jobserver_join(struct arena *a, struct jobserver *out);

/* A server of its own with that many tokens, for processes that are started from here; the first of
 * them runs for free. returns 0, or -1 reported */
int jobserver_serve(struct arena *a, struct diags *d, unsigned tokens, struct jobserver *out);
/* the value of MAKEFLAGS for children of a server, where `jobs` may run at once */
const char *jobserver_makeflags(struct arena *a, const struct jobserver *s, unsigned jobs);
/* The server has none but its own process running, and holds no token: those that a killed child
 * took away are put back, so that there are `tokens` again. */
void jobserver_refill(const struct jobserver *s, unsigned tokens);

void jobserver_leave(struct jobserver *s);

/* Take a token, if one is there: *token is to be given back. threads: any */
bool jobserver_take(const struct jobserver *s, char *token);
void jobserver_give(const struct jobserver *s, char token);

/* the file descriptors or the fifo in a text like MAKEFLAGS; returns false if there is none */
struct jobserver_place {
	const char *fifo; /* or NULL, and */
	int in, out;
};
bool jobserver_find(struct arena *a, const char *makeflags, struct jobserver_place *out);

#endif
