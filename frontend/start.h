/* What the start files define that the linker adds to every image of a platform. */
#ifndef FRONTEND_START_H
#define FRONTEND_START_H

#include "base/names.h"
#include "frontend/target.h"

/* Add the names that the platform's `image: start:` and `library:` define, as in LLVM IR.
 * returns 0, or -1 reported: a file that cannot be read */
int start_defines(struct arena *a, struct diags *d, const struct target *t, struct names *out);

#endif
