/* pkgimg run IMAGE FUNCTION [ARG...]: call a function of an image with arguments from text. */
#ifndef CLI_CALL_H
#define CLI_CALL_H

#include <stddef.h>
#include <stdio.h>

#include "base/diag.h"
#include "image/image.h"

/* Where functions come from: a loaded image, or bitcode that is compiled when it is called. */
struct callee {
	const struct img_view *view;
	/* the code of a method; NULL: it has none, reported */
	void *(*address)(void *ctx, struct diags *d, uint32_t method);
	/* where a global is; NULL: nowhere, reported or thread-local */
	void *(*global)(void *ctx, struct diags *d, uint32_t global);
	void *ctx;
};

/* Or, without arguments, print the value of a global of that name. Find, read the arguments by the
 * types of the parameters, call, print the result to `out`. function  a name, a linkage name,
 * "area(const struct shape *)", or the whole signature args      [nargs] of the user; strings are
 * passed as they are, so the callee may write to them returns   0, or -1 with all mistakes
 * reported; then nothing was called */
int call_method(struct diags *d, const struct callee *from, const char *function, size_t nargs,
	const char *const *args, FILE *out);

#endif
