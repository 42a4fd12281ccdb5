/* Shards of modules, each compiled on some thread in an LLVM context of its own. */
#ifndef FRONTEND_SHARDS_H
#define FRONTEND_SHARDS_H

#include <llvm-c/Core.h>

#include "frontend/code/jobs.h"
#include "frontend/code/llvmdiag.h"
#include "frontend/target.h"
#include "llvm/shim.h"

struct shard_line {
	enum diag_kind kind;
	const char *text;
};

struct shard {
	struct ll_shard what;
	size_t cpu;    /* index in target.cpus */
	void *bitcode; /* malloc'd; NULL when it is used up */
	size_t size;
	uint8_t key[32];            /* in the store */
	LLVMMemoryBufferRef object; /* NULL: not made, or failed */
	bool reused;                /* from the store */
	double optimise_ms, emit_ms;
	struct arena mem; /* of the thread that compiles it */
	struct shard_line *lines;
	size_t nlines, lines_cap;
};

/* A queue of shards and the threads that empty it. */
struct shard_pool;
struct shard_pool *shard_pool_open(struct arena *a, const struct target *t, const char *about,
	const struct jobs *jobs, size_t nshards);
/* Compile it soon; it must stay where it is until shard_pool_close. */
void shard_pool_add(struct shard_pool *p, struct shard *s);
/* This thread helps until all is done. Every shard has its object, or lines that say why not. */
void shard_pool_close(struct shard_pool *p);

/* what the shard is, for messages: "functions 'a' to 'b'" */
const char *shard_name(struct arena *a, const struct shard *s);

#endif
