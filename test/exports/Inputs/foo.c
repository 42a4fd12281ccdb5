/* A library as others are: functions, data, a pointer to data, thread-local and weak things, tables
 * of functions, a constructor that calls its functions. `which` says which of its versions runs: 1,
 * 2, 3 for x86-64, -v2, -v3, or for armv8-a, with dot products, with SVE; elsewhere always 1. */
#if defined(__x86_64__) || defined(__i386__)
struct model {
	unsigned vendor, type, subtype, features[1];
};
__attribute__((visibility("hidden"))) struct model __cpu_model = { 1, 1, 1, { 0 } };
#define SECOND "sse4.2"
#define THIRD  "avx2"
#elif defined(__aarch64__)
__attribute__((visibility("hidden"))) struct {
	unsigned long long features;
} __aarch64_cpu_features;
#define SECOND "dotprod"
#define THIRD  "sve"
#else
#define __builtin_cpu_supports(name) 0
#endif

int counter = 5;
const int table[4] = { 1, 2, 3, 4 };
int *where = &counter;
int early;
#ifndef NO_TLS
_Thread_local int mine = 3;
#endif
static volatile int three = 3;

__attribute__((noinline)) int which(void)
{
	return __builtin_cpu_supports(THIRD) ? 3 : __builtin_cpu_supports(SECOND) ? 2 : 1;
}

int sum(const int *v, int n)
{
	int s = 0;

	for (int i = 0; i < n; i++)
		s += v[i];
	return s + counter;
}

__attribute__((weak)) int hook(int x)
{
	return x + 1;
}

int bump(void)
{
	return ++counter + hook(1);
}

int (*const functions[2])(void) = { which, bump };

int (*pick(int n))(void)
{
	return functions[n];
}

__attribute__((visibility("hidden"))) int secret(void)
{
	return 4;
}

__attribute__((constructor)) static void start(void)
{
	int v[3] = { three, three, three };

	early = 100 * which() + sum(v, 3);
}
