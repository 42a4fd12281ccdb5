/* What a build tells meanwhile. On a terminal: a line for each running package and a bar with the
 * time that is left, drawn anew; else plain lines; for programs: JSON, one event a line. */
#ifndef WORKSPACE_PROGRESS_H
#define WORKSPACE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"
#include "workspace/workspace.h"

enum ws_status {
	WS_WAITING,
	WS_RUNNING,
	WS_CURRENT, /* the image is in its place already */
	WS_CACHED,  /* it came from the cache */
	WS_BUILT,
	WS_FAILED,
	WS_SKIPPED, /* what it depends on failed */
	WS_STATUSES,
};
extern const char *const ws_status_names[WS_STATUSES + 1];

enum ws_show { WS_SHOW_PLAIN, WS_SHOW_TERMINAL, WS_SHOW_JSON };

/* what is told about one package */
struct ws_event {
	const char *package;
	enum ws_status status;
	double ms;                /* it took; 0: nothing was run */
	const char *output, *key; /* may be NULL */
	const char *const *lines; /* [nlines]: why it is built (begin), messages (end) */
	size_t nlines;
};

struct ws_progress;

/* json: where events go with WS_SHOW_JSON, else NULL; `total` packages, `jobs` at once */
struct ws_progress *ws_progress_open(
	struct arena *a, enum ws_show show, FILE *json, size_t total, unsigned jobs);
/* `expected` ms, or 0: not known */
void ws_progress_expect(struct ws_progress *p, double expected);
/* A package begins. `slot` is a number below `jobs` that no other running one has. */
void ws_progress_begin(
	struct ws_progress *p, size_t slot, const struct ws_event *e, double expected);
/* it ended, or needed no process (slot: WS_OUTSIDE) */
void ws_progress_end(struct ws_progress *p, size_t slot, const struct ws_event *e);
/* a line for the user that is no event, such as whom a package waits for */
void ws_progress_note(struct ws_progress *p, const char *package, const char *text);
/* draw what has changed, as the clock does; only a terminal wants it */
void ws_progress_tick(struct ws_progress *p);
/* the last words; `signal` is 0 or what stopped the build */
void ws_progress_close(struct ws_progress *p, int signal);

/* a line of another process's messages, without its prefix: "error: ..." is an error here too */
void ws_replay(struct diags *d, const char *line);

/* milliseconds of a clock that only goes on */
double ws_now(void);
/* by the environment: NO_COLOR, TERM; and whether stderr is a terminal */
enum ws_show ws_show_default(void);

#endif
