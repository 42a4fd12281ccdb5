/* Kernels as compilers like them, and the same done one by one by code that no target changes.
 * `check` returns 0, or the line that differs. */
#define N 1003
#define NI __attribute__((noinline))
#define ONE_BY_ONE _Pragma("clang loop vectorize(disable) interleave(disable)")
typedef unsigned char byte;
typedef unsigned long long u64;

static float f[N], g[N];
static double d[N], e[N];
static int v[N], w[N];
static short h[N];
static byte text[N], other[N];
static u64 bits[N];

/* the bodies, twice: as kernels and as what they are compared with */
#define KERNELS(NAME, KIND, AS) \
	KIND float dot_##NAME(int n) { float s = 0; AS for (int i = 0; i < n; i++) s += f[i] * g[i]; return s; } \
	KIND void saxpy_##NAME(double *to, double a, int n) { AS for (int i = 0; i < n; i++) to[i] = a * d[i] + e[i]; } \
	KIND unsigned sum_##NAME(int n) { unsigned s = 0; AS for (int i = 0; i < n; i++) s += (unsigned)v[i] * (unsigned)w[i]; return s; } \
	KIND int most_##NAME(int n) { int m = -40000; AS for (int i = 0; i < n; i++) m = h[i] > m ? h[i] : m; return m; } \
	KIND int count_##NAME(byte c, int n) { int s = 0; AS for (int i = 0; i < n; i++) s += text[i] == c; return s; } \
	KIND void mix_##NAME(byte *to, int n) { AS for (int i = 0; i < n; i++) to[i] = (byte)((text[i] ^ other[i]) + (text[i] >> 3)); } \
	KIND int ones_##NAME(int n) { int s = 0; AS for (int i = 0; i < n; i++) s += __builtin_popcountll(bits[i]) + (bits[i] ? __builtin_ctzll(bits[i]) : 64); return s; } \
	KIND u64 rotate_##NAME(int n) { u64 s = 1; AS for (int i = 0; i < n; i++) s = ((s << (i & 63)) | (s >> (63 - (i & 63)) >> 1)) ^ (bits[i] & ~s); return s; } \
	KIND u64 swap_##NAME(int n) { u64 s = 0; AS for (int i = 0; i < n; i++) s += __builtin_bswap64(bits[i]) >> 7; return s; } \
	KIND void gather_##NAME(int *to, int n) { AS for (int i = 0; i < n; i++) to[i] = v[(unsigned)w[i] % N] - v[i]; }
/* elsewhere libgcc.a helps with half floats; qemu 7.2 dies of RISC-V's vfncvt.rtz.x.f.w */
#if defined(__x86_64__) || defined(__aarch64__)
#define CASTS(NAME, KIND, AS) \
	KIND int cast_##NAME(int n) { int s = 0; AS for (int i = 0; i < n; i++) s += (int)(f[i] * 4) - (int)d[i]; return s; } \
	KIND double half_##NAME(int n) { double s = 0; AS for (int i = 0; i < n; i++) s += (double)(float)(__fp16)(float)(i % 64) + (d[i] > 3 ? d[i] : -1); return s; }
#else
#define CASTS(NAME, KIND, AS) KIND int half_##NAME(int n) { return n; } KIND int cast_##NAME(int n) { return n; }
#endif
KERNELS(fast, NI, )
CASTS(fast, NI, )
KERNELS(plain, NI static, ONE_BY_ONE)
CASTS(plain, NI static, ONE_BY_ONE)

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
#define SAME(kernel, ...) do { if (kernel##_fast(__VA_ARGS__) != kernel##_plain(__VA_ARGS__)) return __LINE__; } while (0)
#define FILLS(kernel, to, ...) do { \
	kernel##_fast(to[0], __VA_ARGS__), kernel##_plain(to[1], __VA_ARGS__); \
	if (differ(to[0], to[1], sizeof(to[0]))) return __LINE__; } while (0)
static double doubles[2][N];
static byte bytes[2][N];
static int ints[2][N], wild_ints[N];
#ifdef WILD /* what the tests must see: code that does not ask */
#ifdef __x86_64__
__attribute__((target("avx2")))
#else
__attribute__((target("sve")))
#endif
NI static void wild(int *to, int n)
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
		SAME(cast, n);
		FILLS(gather, ints, n);
		SAME(half, n);
	}
	return 0;
}
