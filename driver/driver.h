/* The driver: link jobs in, linked files out.
 *
 *   driver_plan    job -> platform -> toolchain -> argv; nothing is run or written
 *   driver_print   the plan, as -### or as --explain
 *   driver_run     the plan through LLD in this process, into a temporary directory, then rename */
#ifndef DRIVER_DRIVER_H
#define DRIVER_DRIVER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/diag.h"
#include "toolchains/link_job.h"
#include "toolchains/platform.h"

/* Choose the platform of a job (JS_PLATFORM, else by JS_TARGET, else the host's).
 * returns it, or NULL reported */
const struct platform *driver_platform(
	struct arena *a, struct diags *d, const struct link_job *job);

/* put into the job what LIBRARY_PATH and COMPILER_PATH say; nothing for an image */
void driver_environment(struct arena *a, struct link_job *job, const struct platform *pf);

/* returns 0, or -1 with all mistakes reported */
int driver_plan(
	struct arena *a, struct diags *d, const struct link_job *job, struct link_plan *out);

/* Every input of the plan must be there: missing, empty, a folder, unreadable, or the output itself
 * are errors. returns 0, or -1 with all of them reported */
int driver_check_inputs(struct diags *d, const struct link_plan *plan);

/* What a compiler would take a file of this name for: "C", "assembly", ...; NULL: no source */
const char *driver_source_language(const char *path);
bool driver_is_header(const char *path);

/* After a link that failed: is the linker's message about an input of another format or machine,
 * and if so, which ones are. The second reads all inputs, and reports those that are with their
 * place. */
bool driver_is_about_format(const char *message);
void driver_check_formats(struct arena *a, struct diags *d, const struct link_plan *plan);

struct ll_sums;
struct driver_run_options {
	bool one_thread;   /* LLD must not start its threads, however large the link */
	struct kept *kept; /* what this process made of files, or NULL */
	bool verbose;      /* print the exact command, and LLD's --verbose text */
	/* called with the finished file, and what is known of it, before it takes its place;
	 * non-zero stops (it has reported) */
	int (*before_publish)(
		void *ctx, struct diags *d, const char *path, const struct ll_sums *sums);
	void *ctx;
};
enum { DRIVER_FAILED = -1, DRIVER_POISONED = -2 };
/* returns 0, or DRIVER_FAILED reported (LLD's message, the command, its exit status), or
 * DRIVER_POISONED when LLD must not run again in this process; no output is left then */
int driver_run(struct arena *a, struct diags *d, const struct link_plan *plan,
	const struct driver_run_options *options);

/* JULIA_VERBOSE_LINKING and PKGIMG_VERBOSE_LINKING: set and neither empty, 0, false nor no */
bool driver_verbose_linking(void);

/* The plan on stderr: one line of quoted words, as clang -### does */
void driver_print_plan(const struct link_plan *plan);
/* The plan on stdout as one JSON object, {"links": [...]}: of each link flavor, linker, argv (each
 * word with its slot and place), inputs, output; for programs */
void driver_print_plan_json(const struct link_plan *plan);
/* Each word with the slot and the place that put it there, on stdout */
void driver_explain_plan(const struct link_plan *plan);

#endif
