/* The names of symbols that native ELF or COFF inputs of a link mention. A stub library needs no
 * others. */
#ifndef DRIVER_MENTIONS_H
#define DRIVER_MENTIONS_H

#include <stdint.h>

#include "base/diag.h"
#include "toolchains/link_job.h"

/* A set of names: open addressing, a power of two of slots. */
struct mention {
	const char *name; /* NULL: free */
	uint32_t length;
	bool defined; /* by an input */
	bool wanted;  /* by an input, and the link fails without it */
};
struct mentions {
	struct mention *slots;
	size_t n, cap;
	bool coff;             /* the inputs are for Windows */
	uint64_t lengths[256]; /* by first letter: bit (length % 64) is set where a name has it */
};

/* Collect the names that the plan's inputs, its ready start objects and its words mention.
 * out      in the arena; the files are not kept open
 * returns  whether these are all. false, with nothing reported: an input is bitcode, a shared
 *          library, a script or broken, or an option brings in names that are not seen here;
 * whoever asks takes every symbol then */
bool mentions_read(struct arena *a, const struct link_plan *plan, struct mentions *out);

/* a name that was met; its slot is there until another one is */
struct mention *mentions_add(struct arena *a, struct mentions *m, const char *name, size_t n);

/* ctx is a struct mentions: for a struct stub_filter (stubs/elfstub.h), with `lengths` */
bool mentions_has(const void *ctx, const char *name, size_t n);

#endif
