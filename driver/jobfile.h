/* Job file (YAML) -> link job; docs/job-files.md describes it. */
#ifndef DRIVER_JOBFILE_H
#define DRIVER_JOBFILE_H

#include "base/diag.h"
#include "toolchains/link_job.h"

/* Adds what the file says to the job. returns 0, or -1 with all mistakes reported */
int jobfile_read(
	struct arena *a, struct diags *d, struct loc asked, const char *path, struct link_job *job);

#endif
