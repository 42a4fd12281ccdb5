/* LD_PRELOAD=other-day.so: the program runs on a day five years and some hours from now, under
 * another process id. What it writes must not show. */
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { SHIFT = 5 * 365 * 24 * 3600 + 12345 };

__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, struct timespec *t)
{
	static int (*real)(clockid_t, struct timespec *);
	int rc;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	rc = real(clock, t);
	if (!rc && clock != CLOCK_MONOTONIC)
		t->tv_sec += SHIFT;
	return rc;
}

__attribute__((visibility("default"))) time_t time(time_t *out)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	if (out)
		*out = t.tv_sec;
	return t.tv_sec;
}

__attribute__((visibility("default"))) int gettimeofday(struct timeval *out, void *zone)
{
	struct timespec t;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &t);
	out->tv_sec = t.tv_sec;
	out->tv_usec = t.tv_nsec / 1000;
	return 0;
}

__attribute__((visibility("default"))) pid_t getpid(void)
{
	return 31234567;
}
