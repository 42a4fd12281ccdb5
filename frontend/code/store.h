/* Objects of earlier builds, by the content they were made from (--incremental DIR). */
#ifndef FRONTEND_STORE_H
#define FRONTEND_STORE_H

#include <llvm-c/Core.h>

#include "frontend/target.h"

struct store {
	struct arena *mem;
	const char *dir; /* NULL: no store */
	const struct cpu_target *cpus;
	uint8_t options[32];
	bool failed; /* one warning is enough */
};

/* Open the folder, making it if need be. returns 0, or -1 reported */
int store_open(struct arena *a, struct diags *d, const struct job_word *dir, const struct target *t,
	struct store *out);
/* the name of what bitcode becomes on target.cpus[cpu] */
void store_key(
	const struct store *s, const void *bitcode, size_t size, size_t cpu, uint8_t key[32]);
/* the object, owned by the caller, or NULL: not there, or damaged */
LLVMMemoryBufferRef store_get(const struct store *s, const uint8_t key[32]);
/* Keep an object. A build goes on without, with a warning. */
void store_put(struct store *s, struct diags *d, const uint8_t key[32], LLVMMemoryBufferRef object);
/* Drop what was not used for two weeks, and the oldest of more than 1 GiB. */
void store_trim(const struct store *s);

#endif
