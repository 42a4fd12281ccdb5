/* One package of a build: ask the cache, build it in a process of its own, put the image in place.
 * build.c decides when. */
#ifndef WORKSPACE_JOB_H
#define WORKSPACE_JOB_H

#include "pkgimg/cache.h"
#include "workspace/build.h"
#include "workspace/process.h"
#include "workspace/progress.h"
#include "workspace/record.h"

struct ws_lines {
	const char **v;
	size_t n, cap;
};

struct ws_job {
	enum ws_status status;
	size_t waits; /* packages it depends on that have not ended */
	struct pkgimg_cache_request request;
	struct pkgimg_cache_dependency *dependencies; /* [package's ndeps] */
	struct pkgimg_cache_answer *answer;           /* what it is now; NULL: nothing yet */
	struct pkgimg_cache_build *build;             /* it runs, or is about to */
	struct ws_child child;
	struct argv line;
	const char *made; /* where its process puts the image */
	size_t slot;
	bool has_token;
	char token;
	double start, ms, expected;
	bool was_busy;        /* the user was told whom it waits for */
	struct ws_lines why;  /* it is built */
	struct ws_lines said; /* "error: ...", "warning: ..." and what belongs to them */
	size_t cause;         /* skipped: the package that failed */
};

struct ws_run {
	struct arena *mem;
	struct diags *d;
	struct ws *ws;
	const struct ws_host *host;
	const struct ws_build_options *o;
	struct ws_job *jobs; /* [ws->n] */
	struct ws_records records;
	struct ws_signals signals;
	struct ws_progress *progress;
	const char *makeflags; /* for children; NULL: as it is */
};

/* Make the folder of `path`, and those above it. returns 0, or -1 reported */
int ws_folder_of(struct arena *a, struct diags *d, struct loc at, const char *path);

/* What it depends on is there: is it? returns true if the job has ended (current, cached, failed)
 */
bool ws_job_ask(struct ws_run *r, size_t i);

/* Is there an image as it is asked for, with what it depends on as it was found by such calls? It
 * stays in job->answer. returns NULL, or why there is none */
const char *ws_job_lacks(struct ws_run *r, size_t i);

/* form.c: where 'existing' was said, native code for packages that all have it, with all they are
 * built with and all that are built with them; else data-only. Before anything is asked for. */
void ws_choose_forms(struct ws_run *r);

enum ws_began { WS_BEGAN, WS_BEGAN_ENDED, WS_BEGAN_BUSY };
/* Start the process. Ended: someone else has built it, or it failed. Busy: someone else is at it;
 * try again later. */
enum ws_began ws_job_begin(struct ws_run *r, size_t i);

/* The process has ended with that status: the job has ended too (built, failed) */
void ws_job_end(struct ws_run *r, size_t i, int status);

#endif
