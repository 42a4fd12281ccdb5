/* The -print- questions: what a build system asks a compiler driver before it links. */
#ifndef DRIVER_QUERY_H
#define DRIVER_QUERY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/diag.h"

struct link_job;

/* in clang's order: of several questions the first here is answered */
enum query {
	QUERY_MACHINE,
	QUERY_VERSION,
	QUERY_RESOURCE_DIR,
	QUERY_SEARCH_DIRS,
	QUERY_RUNTIME_DIR,
	QUERY_FILE_NAME,
	QUERY_PROG_NAME,
	QUERY_LIBGCC_FILE_NAME,
	QUERY_MULTI_LIB,
	QUERY_MULTI_DIRECTORY,
	QUERY_TARGET_TRIPLE,
	QUERY_EFFECTIVE_TRIPLE,
	QUERIES,
};

/* asked[QUERIES]: the value of each question, "" for one without, NULL for one not asked */
bool query_asked(const char *const asked[]);
/* Answer on stdout. returns 0, or -1 reported (no platform for the target) */
int query_answer(
	struct arena *a, struct diags *d, const struct link_job *job, const char *const asked[]);

#endif
