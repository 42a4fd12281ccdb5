/* Link requests as lines of JSON: those of a build system to a persistent worker, and the lines of
 * a file of jobs. docs/linking.md, "Many links", describes both. */
#ifndef DRIVER_REQUEST_H
#define DRIVER_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"

enum request_form {
	REQUEST_WORK, /* Bazel's WorkRequest; keys that a later Bazel may add are passed over */
	REQUEST_JOB,  /* a line of a job list; a key that is none is a mistake */
};

struct link_request {
	int id; /* 0 = only one at a time, or a job */
	bool cancel;
	const char *cwd; /* where relative names are looked for, or NULL: where we are */
	const char *const *argv;
	size_t n;
};

/* text[0..n) is one JSON object. `at` is its line.
 * returns 0, or -1 reported; out->id is then that of the request if it could be read, else 0 */
int request_read(struct arena *a, struct diags *d, struct loc at, enum request_form form,
	const char *text, size_t n, struct link_request *out);

/* Lines of a file that may be a pipe: take what has come, hand out what is whole. */
struct line_reader {
	int fd;
	bool end; /* no more will come */
	unsigned line;
	char *buf; /* malloc'd */
	size_t n, cap, taken, searched;
};

/* read once, which may wait. returns 0, or an errno (also EFBIG: a line over 64 MiB) */
int line_reader_fill(struct line_reader *r);
/* the next line without its newline, valid until the next fill; the last one needs no newline.
 * Lines of blanks are passed over. returns false: none yet (or at the end: no more) */
bool line_reader_next(struct line_reader *r, const char **line, size_t *n);
void line_reader_free(struct line_reader *r);

#endif
