/* What the programs of bench/ measure with. Include after _GNU_SOURCE is settled. */
#ifndef BENCH_TIMING_H
#define BENCH_TIMING_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* nanoseconds of CLOCK_MONOTONIC, or of a CPU clock */
static inline double clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static inline double now_us(void)
{
	return clock_ns(CLOCK_MONOTONIC) / 1e3;
}

static inline int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* values: [n], are sorted. n > 0 */
static inline double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), by_size);
	return values[n / 2];
}

static inline _Noreturn void stop(const char *why)
{
	puts(why);
	exit(1);
}

#endif
