/* dispatch MANY ONE FUNCTION: nanoseconds that a call within FUNCTION (calls.c) takes more in the
 * library MANY than in ONE, from the least of many times taken in turn. */
#include <dlfcn.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/timing.h"

enum { BOTH = 2, ROUNDS = 200, CALLS = 200000 };

int main(int argc, char **argv)
{
	static int data[64];
	double least[BOTH] = { INFINITY, INFINITY };
	int (*call[BOTH])(const int *, size_t);

	if (argc != 4)
		return 1;
	for (int i = 0; i < BOTH; i++) {
		void *library = dlopen(argv[1 + i], RTLD_NOW | RTLD_LOCAL);

		if (!library || !(*(void **)&call[i] = dlsym(library, argv[3]))) {
			fprintf(stderr, "dispatch: %s\n", dlerror());
			return 1;
		}
	}
	for (int i = 0; i < ROUNDS; i++) {
		double start = clock_ns(CLOCK_THREAD_CPUTIME_ID), took;

		call[i % BOTH](data, CALLS);
		took = (clock_ns(CLOCK_THREAD_CPUTIME_ID) - start) / CALLS;
		least[i % BOTH] = fmin(least[i % BOTH], took);
	}
	printf("%.3f ns and %.3f ns\n%.4f\n", least[0], least[1], least[0] - least[1]);
	return 0;
}
