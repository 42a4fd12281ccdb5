/* Kernels as compilers like them, and the same done one by one by code that no target changes.
 * `check` returns 0, or the line that differs. */
#define N  1003
#define NI __attribute__((noinline))
typedef unsigned char byte;
typedef unsigned long long u64;

static float f[N], g[N];
static double d[N], e[N];
static int v[N], w[N];
static short h[N];
static byte text[N], other[N];
static u64 bits[N];

#define KERNEL(name) name##_fast
#define EACH
#include "kernels.h"
#undef KERNEL
#undef EACH
#define KERNEL(name) name##_plain
#define EACH         _Pragma("clang loop vectorize(disable) interleave(disable)")
#include "kernels.h"

static void fill(void)
{
	for (int i = 0; i < N; i++) {
		f[i] = (float)(i % 13 - 6), g[i] = (float)(i % 7) / 2;
		d[i] = i % 31 - 4, e[i] = i % 5 / 4.0;
		v[i] = i * 7919 - 4000000, w[i] = i * 31 ^ 0x55;
		h[i] = (short)(i * 77 - 20000);
		text[i] = (byte)(i * 37 >> 2), other[i] = (byte)(i * 11);
		bits[i] = (u64)i * 0x9e3779b97f4a7c15ull << (i & 31);
	}
}
static int differ(const void *a, const void *b, unsigned n)
{
	const byte *x = a, *y = b;
	int r = 0;
	for (unsigned i = 0; i < n; i++)
		r |= x[i] ^ y[i];
	return r;
}
#define SAME(kernel, ...)                                                                          \
	do {                                                                                       \
		if (kernel##_fast(__VA_ARGS__) != kernel##_plain(__VA_ARGS__))                     \
			return __LINE__;                                                           \
	} while (0)
#define FILLS(kernel, to, ...)                                                                     \
	do {                                                                                       \
		kernel##_fast(to[0], __VA_ARGS__);                                                 \
		kernel##_plain(to[1], __VA_ARGS__);                                                \
		if (differ(to[0], to[1], sizeof(to[0])))                                           \
			return __LINE__;                                                           \
	} while (0)
static double doubles[2][N];
static byte bytes[2][N];
static int ints[2][N], wild_ints[N];
#ifdef WILD /* what the tests must see: code that does not ask */
#ifdef __x86_64__
__attribute__((target("avx2")))
#else
__attribute__((target("sve")))
#endif
NI static void
wild(int *to, int n)
{
	for (int i = 0; i < n; i++)
		to[i] = (v[i] ^ w[i]) + to[i];
}
#endif
__attribute__((section(".text.check"))) int check(void)
{
	fill();
#ifdef WILD
	wild(wild_ints, N);
#endif
	for (int n = N - 3; n <= N; n++) {
		SAME(dot, n);
		FILLS(saxpy, doubles, 0.5, n);
		SAME(sum, n);
		SAME(most, n);
		SAME(count, 'a', n);
		FILLS(mix, bytes, n);
		SAME(ones, n);
		SAME(rotate, n);
		SAME(swap, n);
		FILLS(gather, ints, n);
#if defined(__x86_64__) || defined(__aarch64__)
		SAME(cast, n);
		SAME(half, n);
#endif
	}
	return 0;
}
