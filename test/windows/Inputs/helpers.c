/* Runs the helpers of stubs/pe-CPU.ll on Linux, without a C library: exit status 0, or the line of
 * the check that failed (modulo 128). */
typedef unsigned long long u64;
typedef long long s64;
typedef unsigned int u32;
static void leave(int code);
#define CHECK(x) do { if (!(x)) leave(__LINE__ & 127 ? __LINE__ & 127 : 127); } while (0)

#if defined(__aarch64__)
static void leave(int code)
{
	register long x0 __asm__("x0") = code, x8 __asm__("x8") = 93;
	__asm__ volatile("svc 0" : : "r"(x0), "r"(x8));
	__builtin_unreachable();
}
static int probes(void)
{
	u64 before, after, x15;
	__asm__ volatile("mov x9, sp\n mov x15, #1250\n bl __chkstk\n mov %0, x9\n mov %1, sp\n mov %2, x15"
		: "=r"(before), "=r"(after), "=r"(x15)
		: : "x9", "x15", "x16", "x17", "x30", "cc", "memory");
	return before == after && x15 == 1250;
}
#elif defined(__arm__)
static void leave(int code)
{
	register int r0 __asm__("r0") = code, r7 __asm__("r7") = 1;
	__asm__ volatile("svc 0" : : "r"(r0), "r"(r7));
	__builtin_unreachable();
}
#define CALL64(f, d, n, q, m) do { \
	register u64 a __asm__("r0") = (d), b __asm__("r2") = (n); \
	__asm__ volatile("bl " f : "+r"(a), "+r"(b) : : "r12", "lr", "cc", "memory"); \
	(q) = a; (m) = b; } while (0)
u64 __rt_udiv(u32 d, u32 n), __rt_sdiv(u32 d, u32 n);
double __u64tod(u64), __i64tod(s64);
float __u64tos(u64), __i64tos(s64);
u64 __dtou64(double), __stou64(float);
s64 __dtoi64(double), __stoi64(float);
static void udiv(u64 n, u64 d, u64 *q, u64 *m) { CALL64("__rt_udiv64", d, n, *q, *m); }
static void sdiv(s64 n, s64 d, s64 *q, s64 *m) { CALL64("__rt_sdiv64", d, n, *q, *m); }
static int probes(void)
{
	u32 r4 = 5000, sp0, sp1;
	__asm__ volatile("mov r4, %2\n mov %1, sp\n bl __chkstk\n mov %0, r4\n mov r1, sp\n"
		: "=r"(sp0), "=&r"(sp1) : "r"(r4) : "r1", "r4", "r12", "lr", "cc", "memory");
	return sp0 == 20000;
}
#else
static void leave(int code)
{
	__asm__ volatile("int $0x80" : : "a"(1), "b"(code));
	__builtin_unreachable();
}
u64 __udivdi3(u64, u64), __umoddi3(u64, u64), __udivmoddi4(u64, u64, u64 *);
s64 __divdi3(s64, s64), __moddi3(s64, s64), __divmoddi4(s64, s64, s64 *);
static void udiv(u64 n, u64 d, u64 *q, u64 *m)
{
	*q = __udivmoddi4(n, d, m);
	CHECK(*q == __udivdi3(n, d) && *m == __umoddi3(n, d));
	CHECK(*q == __udivmoddi4(n, d, 0));
}
static void sdiv(s64 n, s64 d, s64 *q, s64 *m)
{
	*q = __divmoddi4(n, d, m);
	CHECK(*q == __divdi3(n, d) && *m == __moddi3(n, d));
}
static int probes(void)
{
	u32 after, ecx;
	__asm__ volatile("movl %%esp, %%esi\n movl $20000, %%eax\n movl $77, %%ecx\n"
		"call ___chkstk_ms_\n cmpl %%esp, %%esi\n jne 9f\n"
		"call _alloca\n movl %%esi, %%edx\n subl %%esp, %%edx\n 9: movl %%esi, %%esp\n"
		: "=d"(after), "=c"(ecx) : : "eax", "esi", "cc", "memory");
	return after == 20000 && ecx == 77;
}
void __chkstk_ms(void);
__asm__("___chkstk_ms_: jmp __chkstk_ms");
#endif
/* what the other functions of the file refer to */
void dll(int reason) __asm__("pkgimg.dll");
void dll(int reason) { (void)reason; }

static const u64 numbers[] = { 1, 2, 3, 7, 10, 255, 256, 65535, 65536, 1000003, 0x7fffffff, 0x80000000,
	0xffffffff, 0x100000000, 0x100000001, 0x123456789abcdef, 0x7fffffffffffffff, 0x8000000000000000,
	0x8000000000000001, 0xfffffffffffffffe, 0xffffffffffffffff, 0 };
enum { N = sizeof(numbers) / sizeof(*numbers) };

#ifdef __aarch64__
static void divide(void) {}
#else
static void divide(void)
{
	for (int i = 0; i < N; i++)
		for (int k = 0; k < N - 1; k++) {
			u64 n = numbers[i], d = numbers[k], q, m;
			s64 sn = (s64)n, sd = (s64)d, sq, sm;

			udiv(n, d, &q, &m);
			CHECK(m < d && q * d + m == n);
			if (sn == (s64)0x8000000000000000 && sd == -1)
				continue;
			sdiv(sn, sd, &sq, &sm);
			CHECK((u64)sq * (u64)sd + (u64)sm == n);
			CHECK(!sm || (sm < 0) == (sn < 0));
			CHECK((sm < 0 ? -(u64)sm : (u64)sm) < (sd < 0 ? -(u64)sd : (u64)sd));
		}
}

#endif

#ifdef __arm__
static void convert(void)
{
	static const struct { u64 v; double d; float f; } rows[] = {
		{ 0, 0, 0 }, { 1, 1, 1 }, { 0xffffffff, 4294967295.0, 4294967296.0f },
		{ 0x100000000, 4294967296.0, 4294967296.0f },
		{ 0x20000000000001, 9007199254740992.0, 9007199254740992.0f },
		{ 0x20000000000003, 9007199254740996.0, 9007199254740992.0f },
		/* halfway in a float but for the last bit, which a double has no room for */
		{ 0x8000008000000001, 9223372586610589696.0, 0x1.000002p63f },
		{ 0x8000008000000000, 9223372586610589696.0, 0x1p63f },
		{ 0x7fffffffffffffff, 9223372036854775808.0, 9223372036854775808.0f },
		{ 0xffffffffffffffff, 18446744073709551616.0, 18446744073709551616.0f },
	};
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CHECK(__u64tod(rows[i].v) == rows[i].d);
		CHECK(__u64tos(rows[i].v) == rows[i].f);
		if ((s64)rows[i].v < 0)
			continue;
		CHECK(__i64tod(-(s64)rows[i].v) == -rows[i].d);
		CHECK(__i64tos(-(s64)rows[i].v) == -rows[i].f);
		CHECK(__i64tos((s64)rows[i].v) == rows[i].f);
	}
	CHECK(__dtou64(18446744073709549568.0) == 0xfffffffffffff800);
	CHECK(__dtou64(1234567890123.75) == 1234567890123);
	CHECK(__dtoi64(-1234567890123.75) == -1234567890123);
	CHECK(__dtoi64(0.99) == 0 && __dtoi64(-0.99) == 0);
	CHECK(__dtoi64(-9223372036854775808.0) == (s64)0x8000000000000000);
	CHECK(__stou64(1e18f) == 999999984306749440u && __stoi64(-1e18f) == -999999984306749440);
	for (u32 n = 0; n < 5000; n += 7)
		for (u32 d = 1; d < 300; d += 3) {
			u64 r = __rt_udiv(d, n * 80001);
			s64 s = (s64)__rt_sdiv(-d, n);
			CHECK((u32)r * d + (u32)(r >> 32) == n * 80001 && (u32)(r >> 32) < d);
			CHECK((int)s * -(int)d + (int)(s >> 32) == (int)n && (u32)(s >> 32) < d);
		}
}
#else
static void convert(void) {}
#endif

void _start(void)
{
	divide();
	convert();
	CHECK(probes());
	leave(0);
}
