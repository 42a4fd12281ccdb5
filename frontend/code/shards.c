/* Threads share nothing but the queue. What a thread has to say is kept with the shard, so that it
 * comes in the order of the shards whichever is done first. */
#include "frontend/code/shards.h"

#include <llvm-c/BitReader.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/str.h"
#include "frontend/code/codegen.h"
#include "frontend/reach.h"

enum {
	STACK = 64 << 20, /* bytes, of address space; LLVM recurses over large functions */
	TOKEN_WAIT = 20,  /* ms between two looks for a token of the jobserver */
	/* What LLVM takes per shard: measured on SQLite with debug information, and doubled. */
	SHARD_MEMORY = 32 << 20,
	INSTRUCTION_MEMORY = 12 << 10,
};

struct shard_pool {
	const struct target *t;
	const char *about;
	const struct jobs *jobs;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct shard **queue; /* [n], from `next` on to be done */
	size_t n, next, running;
	uint64_t memory; /* of what is running */
	bool closed;     /* nothing is added any more */
	pthread_t *threads;
	unsigned nthreads;
};

const char *shard_name(struct arena *a, const struct shard *s)
{
	if (!s->what.nfunctions)
		return "shared variables";
	if (s->what.nfunctions == 1)
		return str_fmt(a, "function '%s'", str_shown(a, s->what.first));
	return str_fmt(a, "functions '%s' to '%s'", str_shown(a, s->what.first),
		str_shown(a, s->what.last));
}

/* ---- one shard, on any thread */

struct work {
	struct shard *s;
	const struct target *t;
	struct llvm_diag diag;
	LLVMContextRef ctx;
};

static void keep_line(void *ctx, enum diag_kind kind, const char *line)
{
	struct shard *s = ctx;

	arena_push_room(&s->mem, s->lines, s->nlines, s->lines_cap);
	s->lines[s->nlines++] = (struct shard_line) { kind, str_dup(&s->mem, line) };
}

static LLVMModuleRef parse(struct work *w)
{
	LLVMMemoryBufferRef buffer =
		LLVMCreateMemoryBufferWithMemoryRange(w->s->bitcode, w->s->size, w->diag.about, 0);
	LLVMModuleRef m;
	LLVMBool failed = LLVMParseBitcodeInContext2(w->ctx, buffer, &m);

	LLVMDisposeMemoryBuffer(buffer);
	if (!failed)
		return m;
	diag_err(w->diag.d, NOWHERE, "'%s': %s cannot be read again", w->diag.about,
		shard_name(w->diag.mem, w->s));
	return NULL;
}

static void compile(void *ctx)
{
	struct work *w = ctx;
	struct target t = *w->t;
	LLVMModuleRef m = parse(w);
	double start = clock_ms();

	if (!m)
		return;
	t.cpus = &w->t->cpus[w->s->cpu];
	t.ncpus = 1;
	t.plain = w->t->plain && w->s->cpu == 0;
	t.machine = target_machine(w->diag.mem, w->diag.d, &t);
	if (t.machine && !codegen_optimise(&w->diag, m, &t) && !reach_check_module(&w->diag, m)) {
		w->s->optimise_ms = clock_ms() - start;
		start = clock_ms();
		w->s->object = codegen_emit(&w->diag, m, &t);
		w->s->emit_ms = clock_ms() - start;
	}
	if (t.machine)
		LLVMDisposeTargetMachine(t.machine);
	LLVMDisposeModule(m);
}

static void compile_guarded(const struct shard_pool *p, struct shard *s)
{
	struct diags d = { .sink = keep_line, .ctx = s };
	struct work w = { s, p->t, { .mem = &s->mem, .d = &d, .about = p->about }, NULL };
	const char *why;

	w.ctx = LLVMContextCreate();
	LLVMContextSetDiscardValueNames(w.ctx, 1);
	llvm_diag_install(&w.diag, w.ctx);
	if (ll_guarded(&s->mem, compile, &w, &why))
		LLVMContextDispose(w.ctx);
	else
		diag_err(&d, NOWHERE, "LLVM failed to compile %s of '%s': %s",
			shard_name(&s->mem, s), p->about, why);
	free(s->bitcode);
	s->bitcode = NULL;
}

/* ---- the queue; the lock is held */

static uint64_t memory_of(const struct shard *s)
{
	return SHARD_MEMORY + s->what.weight * INSTRUCTION_MEMORY;
}

/* One may always run, whatever it takes. */
static bool fits(const struct shard_pool *p, const struct shard *s)
{
	return !p->running || p->memory + memory_of(s) <= p->jobs->memory;
}

/* the next shard, waiting for one; NULL when there will be none */
static struct shard *take(struct shard_pool *p)
{
	while (!(p->next < p->n && fits(p, p->queue[p->next]))) {
		if (p->closed && p->next == p->n)
			return NULL;
		pthread_cond_wait(&p->changed, &p->lock);
	}
	p->running++;
	p->memory += memory_of(p->queue[p->next]);
	return p->queue[p->next++];
}

static void run(struct shard_pool *p)
{
	struct shard *s;

	pthread_mutex_lock(&p->lock);
	while ((s = take(p))) {
		pthread_mutex_unlock(&p->lock);
		compile_guarded(p, s);
		pthread_mutex_lock(&p->lock);
		p->running--;
		p->memory -= memory_of(s);
		pthread_cond_broadcast(&p->changed);
	}
	pthread_mutex_unlock(&p->lock);
}

static bool is_done(struct shard_pool *p)
{
	bool done;

	pthread_mutex_lock(&p->lock);
	done = p->closed && p->next == p->n;
	pthread_mutex_unlock(&p->lock);
	return done;
}

static void *thread_main(void *ctx)
{
	struct shard_pool *p = ctx;
	const struct jobserver *server = &p->jobs->server;
	char token;

	if (!server->present) {
		run(p);
		return NULL;
	}
	while (!is_done(p)) {
		if (jobserver_take(server, &token)) {
			run(p);
			jobserver_give(server, token);
		} else {
			poll(NULL, 0, TOKEN_WAIT);
		}
	}
	return NULL;
}

/* ---- interface */

struct shard_pool *shard_pool_open(struct arena *a, const struct target *t, const char *about,
	const struct jobs *jobs, size_t nshards)
{
	struct shard_pool *p = arena_new(a, struct shard_pool);

	p->t = t;
	p->about = about;
	p->jobs = jobs;
	p->queue = arena_array(a, struct shard *, nshards);
	p->threads = arena_array(a, pthread_t, jobs->threads);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	return p;
}

/* This thread is one of them. Without memory for another, there is one less. */
static void start_thread(struct shard_pool *p)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	if (!pthread_create(&p->threads[p->nthreads], &attr, thread_main, p))
		p->nthreads++;
	pthread_attr_destroy(&attr);
}

void shard_pool_add(struct shard_pool *p, struct shard *s)
{
	pthread_mutex_lock(&p->lock);
	p->queue[p->n++] = s;
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
	if (p->nthreads + 1 < p->jobs->threads && p->nthreads < p->n)
		start_thread(p);
}

void shard_pool_close(struct shard_pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->closed = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	run(p);
	for (unsigned i = 0; i < p->nthreads; i++)
		pthread_join(p->threads[i], NULL);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
}
