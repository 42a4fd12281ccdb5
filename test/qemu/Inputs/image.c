/* What a CPU's ABI can get wrong in an image: addresses in data, thread-local variables, helpers of
 * the compiler, atomics, floating point, structs by value, calls back, constructors. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pair {
	int n;
	double x;
};

static int started;
static int steps[] = { 3, 5, 7 };
static int *const ends[] = { &steps[0], &steps[2] }; /* relocated */
static const char *const words[] = { "zero", "one", "two" };
static _Thread_local int calls = 10;
static unsigned long long total;
int shared = 11;

static void bye(void)
{
	puts("bye");
	fflush(stdout);
}

__attribute__((constructor)) static void begin(void)
{
	started = 40;
	atexit(bye);
}

__attribute__((destructor)) static void end(void)
{
	printf("end %d\n", started);
	fflush(stdout);
}

int answer(int x)
{
	return started + x;
}

const char *word(unsigned i)
{
	return i < 3 ? words[i] : "many";
}

int span(void)
{
	return *ends[1] * 100 + *ends[0];
}

int count(void)
{
	return ++calls;
}

unsigned long long divide(unsigned long long a, unsigned long long b)
{
	return a / b + a % b;
}

unsigned long long add(unsigned long long n)
{
	return __atomic_add_fetch(&total, n, __ATOMIC_SEQ_CST);
}

struct pair scaled(struct pair p, double by)
{
	return (struct pair) { p.n + shared, sqrt(p.x) * by };
}

int apply(int (*f)(int, float), int x)
{
	return f(x, 0.5f) + 1;
}

int sum(int n, ...)
{
	int s = 0;
	va_list l;

	va_start(l, n);
	for (int i = 0; i < n; i++)
		s += va_arg(l, int);
	va_end(l);
	return s;
}

#ifdef PLAIN_ROOT /* for links without `pkgimg build`: the root is a table of our own */
struct {
	int (*answer)(int), (*span)(void), (*count)(void);
	unsigned long long (*divide)(unsigned long long, unsigned long long);
	int (*apply)(int (*)(int, float), int);
} plain_root = { answer, span, count, divide, apply };
#endif
