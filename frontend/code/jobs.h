/* How much may run at once: threads, by what the user says and what GNU make allows, and memory. */
#ifndef FRONTEND_JOBS_H
#define FRONTEND_JOBS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/jobserver.h"
#include "toolchains/link_job.h"

struct jobs {
	unsigned threads; /* at most; >= 1 */
	uint64_t memory;  /* bytes to use at once, about */
	struct jobserver server;
};

/* Threads: `said` (-j), else PKGIMG_IMAGE_THREADS, JULIA_IMAGE_THREADS, the CPUs this process may
 * use; and the jobserver of MAKEFLAGS. `out` is for jobs_close. returns 0, or -1 reported */
int jobs_open(struct arena *a, struct diags *d, const struct job_word *said, struct jobs *out);
void jobs_close(struct jobs *j);

#endif
