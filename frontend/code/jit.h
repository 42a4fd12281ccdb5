/* The same modules compiled in memory (LLVM's ORC), to compare with and for `pkgimg run --jit`. */
#ifndef FRONTEND_JIT_H
#define FRONTEND_JIT_H

#include <stddef.h>

#include "frontend/build.h"

struct jit;

/* Where the time went, wall clock. */
struct jit_timings {
	double load_ms; /* read and check inputs */
	double optimise_ms;
	double compile_ms; /* of the first jit_address: code generation and linking in memory */
};

/* Load and optimise as frontend_build does; no code is made yet. Libraries among the request's
 * needs (or the platform's) are loaded into the process. a        holds what is made, until
 * jit_close returns  it, or NULL with every mistake reported */
struct jit *jit_open(struct arena *a, struct diags *d, const struct build_request *r);

/* The metadata that an image of these modules would have, not sealed, addresses zero: for
 * img_check_meta or img_view_at. In the arena. */
const void *jit_metadata(const struct jit *j, size_t *size);

/* Tell it where a symbol is that the modules leave open, before the first address is asked for.
 * returns 0, or -1 reported */
int jit_define(struct jit *j, const char *symbol, void *address);

/* Address of an exported function or variable by its symbol, compiling what is not compiled yet.
 * returns it, or NULL reported */
void *jit_address(struct jit *j, const char *symbol);

const struct jit_timings *jit_timings(const struct jit *j);

/* Code and data of the modules are gone after this. NULL is fine. */
void jit_close(struct jit *j);

#endif
