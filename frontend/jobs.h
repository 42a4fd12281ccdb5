/* How much may run at once: threads, by what the user says and what GNU make allows, and memory. */
#ifndef FRONTEND_JOBS_H
#define FRONTEND_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "toolchains/link_job.h"

/* A client of GNU make's jobserver: one thread is free, each further one costs a token. */
struct jobserver {
	bool present;
	int in, out; /* never wait: a token is there or not */
};

struct jobs {
	unsigned threads; /* at most; >= 1 */
	uint64_t memory;  /* bytes to use at once, about */
	struct jobserver server;
};

/* Threads: `said` (-j), else PKGIMG_IMAGE_THREADS, JULIA_IMAGE_THREADS, the CPUs this process may
 * use; and the jobserver of MAKEFLAGS. `out` is for jobs_close. returns 0, or -1 reported */
int jobs_open(struct arena *a, struct diags *d, const struct job_word *said, struct jobs *out);
void jobs_close(struct jobs *j);

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
