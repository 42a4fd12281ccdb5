/* Time that passes, for progress and timings; it says nothing about the date. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <time.h>

/* milliseconds since some time before; never goes back
 * threads  any */
static inline double clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

#endif
