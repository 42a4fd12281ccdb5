/* The interface digest of an image as a small file: build systems that go by times of files see by
 * it whether dependents have to be made again. */
#ifndef FRONTEND_INTERFACE_H
#define FRONTEND_INTERFACE_H

#include "base/arena.h"
#include "base/diag.h"
#include "toolchains/link_job.h"

/* Write `file` for the finished image, unless it says so already: then it is not touched.
 * returns 0, or -1 reported */
int interface_write(
	struct arena *a, struct diags *d, const char *image, const struct job_word *file);

#endif
