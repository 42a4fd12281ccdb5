/* compare OURS THEIRS ROUNDS KERNEL...: the same functions out of two libraries, timed in turn
 * within one process, so that whatever the machine does hits both. Prints, for each kernel, the
 * time of a call in both and the speed of ours against theirs, from the least times; the last line
 * is the least of these ratios. Exit: 0; 1 a library or kernel is missing, or the two do not agree.
 */
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/timing.h"

enum { OURS, THEIRS, BOTH };

struct side {
	void *library;
	double (*kernel)(void);
	double least; /* nanoseconds of a call */
	double answer;
};

static _Noreturn void fail(void)
{
	fprintf(stderr, "compare: %s\n", dlerror());
	exit(1);
}

/* the thread's own time: others may run meanwhile */
static double run(struct side *s, long calls)
{
	double start = clock_ns(CLOCK_THREAD_CPUTIME_ID), took;

	while (calls--)
		s->answer = s->kernel();
	took = clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
	return took;
}

/* calls that take about 3 ms */
static long calibrate(struct side *s)
{
	long calls = 1;

	while (run(s, calls) < 3e6)
		calls *= 2;
	return calls;
}

static void find(struct side *s, const char *name)
{
	*(void **)&s->kernel = dlsym(s->library, name);
	if (!s->kernel)
		fail();
	s->least = INFINITY;
}

/* their time / our time */
static double compare(struct side *sides, const char *name, long rounds)
{
	long calls;

	find(&sides[OURS], name);
	find(&sides[THEIRS], name);
	calls = calibrate(&sides[THEIRS]);
	run(&sides[OURS], calls);
	for (long i = 0; i < 2 * rounds; i++) {
		struct side *s = &sides[i % BOTH];

		s->least = fmin(s->least, run(s, calls) / (double)calls);
	}
	return sides[THEIRS].least / sides[OURS].least;
}

/* saxpy changes the data that both have; after some calls it changes no more */
static int agree(struct side *sides, const char *name)
{
	double a, b;

	find(&sides[OURS], name);
	find(&sides[THEIRS], name);
	run(&sides[OURS], 64);
	a = sides[OURS].answer;
	b = sides[THEIRS].kernel();
	if (fabs(a - b) <= 1e-3 * fabs(b))
		return 1;
	fprintf(stderr, "compare: %s is %g and %g\n", name, a, b);
	return 0;
}

int main(int argc, char **argv)
{
	struct side sides[BOTH];
	double least = INFINITY;
	void *data = NULL;

	if (argc < 5)
		return 1;
	/* theirs first: what it was compiled for may want its data aligned for wider vectors */
	for (int i = THEIRS; i >= OURS; i--) {
		void *(*prepare)(void *);

		if (!(sides[i].library = dlopen(argv[1 + i], RTLD_NOW | RTLD_LOCAL)))
			fail();
		*(void **)&prepare = dlsym(sides[i].library, "kernel_prepare");
		if (!prepare)
			fail();
		data = prepare(data);
	}
	for (int i = 4; i < argc; i++) {
		char name[64];
		double speed;

		snprintf(name, sizeof(name), "kernel_%s", argv[i]);
		if (!agree(sides, name))
			return 1;
		speed = compare(sides, name, atol(argv[3]));
		printf("%-12s %10.0f ns  %10.0f ns  speed %.3f\n", argv[i], sides[OURS].least,
			sides[THEIRS].least, speed);
		least = fmin(least, speed);
	}
	printf("%.4f\n", least);
	return 0;
}
