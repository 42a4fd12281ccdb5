/* Warm worker processes: each links one request after the other in its own memory, so LLVM starts
 * once per process and not once per link, and a link that crashes takes nothing along.
 *
 * The process that hands out the requests never links. It has one thread and no LLVM running, so it
 * may fork at any time; a process that has linked may not (LLD's thread pool would hang the child).
 * A worker whose LLD is poisoned answers and ends; one that is killed or crashes is noticed by its
 * closed socket. Either way the next request that needs it gets a new one. */
#ifndef DRIVER_WORKERS_H
#define DRIVER_WORKERS_H

#include "driver/request.h"

struct link_answer {
	size_t index; /* of the request, from 0, in the order they came */
	int id;       /* of the request; 0 if it has none */
	int code;     /* exit code */
	bool cancelled;
	const char *output; /* what the link had to say: stdout and stderr in one */
};

struct workers_options {
	enum request_form form;
	unsigned n;       /* processes at most; they are started when they are needed */
	int fd;           /* where the requests come from */
	const char *name; /* of that, for messages */
	/* In a worker: do it. What it prints is collected. *spent: the process must do no more.
	 * returns the exit code */
	int (*work)(void *ctx, struct arena *mem, const struct link_request *rq, bool *spent);
	/* Here: a request has ended. Every one ends once, in any order. */
	void (*done)(void *ctx, const struct link_answer *answer);
	void *ctx;
};

/* Until the requests end and the last is answered.
 * returns 0, or -1 reported: the requests cannot be read */
int workers_run(struct diags *d, const struct workers_options *options);

#endif
