/* Clang-style command line -> link job. */
#ifndef DRIVER_CMDLINE_H
#define DRIVER_CMDLINE_H

#include <stdbool.h>

#include "base/diag.h"
#include "toolchains/link_job.h"
#include "llvm/shim.h"

/* what a link command says besides the job */
struct link_mode {
	bool dry_run; /* -### */
	bool explain;
	bool verbose; /* -v */
	bool quiet;   /* -w */
	bool json;
	bool help, version;
	bool worker;                 /* --worker */
	struct job_word jobs, procs; /* --jobs, -j; text NULL = not said */
};

/* argv[0..n) without program and command name. `first` is the number of argv[0] as the user counts
 * (for "argument 3: ..."). Response files are expanded, job files read.
 * returns 0, or -1 with all mistakes reported; *usage is set if one of them is wrong usage */
int cmdline_parse(struct arena *a, struct diags *d, size_t n, const char *const argv[],
	unsigned first, struct link_job *job, struct link_mode *mode, bool *usage);

/* Report unknown options and missing values; shared by all commands.
 * returns the number of them */
unsigned cmdline_check(struct arena *a, struct diags *d, const struct ll_arg *args, size_t n,
	unsigned first, const unsigned *origin);

#endif
