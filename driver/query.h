/* -print-file-name= and its kind: answers of the same tables and searches that make link lines. */
#ifndef DRIVER_QUERY_H
#define DRIVER_QUERY_H

#include "base/diag.h"
#include "toolchains/link_job.h"

/* Answer the job's query (JS_QUERY, JS_QUERY_NAME) on stdout. returns 0, or -1 reported */
int query_answer(struct arena *a, struct diags *d, const struct link_job *job);

#endif
