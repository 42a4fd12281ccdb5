/* Calls of a function that has versions, from one that has none and from one that has some. Where
 * code lies against lines of the cache is luck; here it is the same in all builds. */
#include <stddef.h>

#define ALIGNED __attribute__((noinline, aligned(64)))

/* a version for each CPU: its loop gains by vectors */
ALIGNED int calls_leaf(const int *v, size_t n)
{
	int sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += v[i];
	return sum;
}

/* no version: it only calls */
ALIGNED int calls_across(const int *v, size_t calls)
{
	int sum = 0;

	while (calls--)
		sum += calls_leaf(v, calls & 1);
	return sum;
}

/* a version, for its first loop */
ALIGNED int calls_inside(const int *v, size_t calls)
{
	int sum = 0;

	for (size_t i = 0; i < 64; i++)
		sum += v[i] * v[63 - i];
	while (calls--)
		sum += calls_leaf(v, calls & 1);
	return sum;
}
