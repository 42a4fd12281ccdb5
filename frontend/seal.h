/* What every linked image gets before it takes its place: sizes, sums, build id. */
#ifndef FRONTEND_SEAL_H
#define FRONTEND_SEAL_H

#include <stdint.h>

#include "base/diag.h"

/* An img_digest_fn; ctx is a struct ll_hash **, NULL before the first piece of a file. */
void seal_blake3(void *ctx, const void *data, size_t n, uint8_t out[32]);

struct ll_sums;

/* For driver_run_options.before_publish. `ctx` is a const struct loc *, the place of the output.
 * sums     of the file, where it need not be read; may be NULL
 * returns 0, or -1 reported */
int seal_image(void *ctx, struct diags *d, const char *path, const struct ll_sums *sums);

#endif
