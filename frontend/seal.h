/* What every linked image gets before it takes its place: sizes, sums, build id. */
#ifndef FRONTEND_SEAL_H
#define FRONTEND_SEAL_H

#include "base/diag.h"

/* For driver_run_options.before_publish. `ctx` is a const struct loc *, the place of the output.
 * returns 0, or -1 reported */
int seal_image(void *ctx, struct diags *d, const char *path);

#endif
