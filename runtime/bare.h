/* Linux without a libc: the few system calls that an image's selector makes. Registers as in
 * syscall(2), "Architecture calling conventions". */
#ifndef RUNTIME_BARE_H
#define RUNTIME_BARE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __linux__

#if defined(__x86_64__)

enum {
	BARE_READ = 0,
	BARE_WRITE = 1,
	BARE_CLOSE = 3,
	BARE_MPROTECT = 10,
	BARE_PRCTL = 157,
	BARE_EXIT_GROUP = 231,
	BARE_OPENAT = 257,
};

static inline long bare_call(long n, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long result;

	__asm__ volatile("syscall"
		: "=a"(result)
		: "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
		: "rcx", "r11", "memory");
	return result;
}

#elif defined(__i386__)

enum {
	BARE_READ = 3,
	BARE_WRITE = 4,
	BARE_CLOSE = 6,
	BARE_MPROTECT = 125,
	BARE_PRCTL = 172,
	BARE_EXIT_GROUP = 252,
	BARE_OPENAT = 295,
};

static inline long bare_call(long n, long a, long b, long c, long d, long e)
{
	long result;

	__asm__ volatile("int $0x80"
		: "=a"(result)
		: "a"(n), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
		: "memory");
	return result;
}

#else /* what newer architectures share */

enum {
	BARE_OPENAT = 56,
	BARE_CLOSE = 57,
	BARE_READ = 63,
	BARE_WRITE = 64,
	BARE_EXIT_GROUP = 94,
	BARE_PRCTL = 167,
	BARE_MPROTECT = 226,
};

#if defined(__aarch64__)

static inline long bare_call(long n, long a, long b, long c, long d, long e)
{
	register long x8 __asm__("x8") = n;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;

	__asm__ volatile("svc 0"
		: "+r"(x0)
		: "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
		: "memory");
	return x0;
}

#elif defined(__riscv)

static inline long bare_call(long n, long a, long b, long c, long d, long e)
{
	register long a7 __asm__("a7") = n;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;

	__asm__ volatile("ecall"
		: "+r"(a0)
		: "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4)
		: "memory");
	return a0;
}

#endif
#endif

enum { BARE_AT_FDCWD = -100, BARE_O_CLOEXEC = 02000000 };

static inline int bare_open(const char *path)
{
	return (int)bare_call(BARE_OPENAT, BARE_AT_FDCWD, (long)path, BARE_O_CLOEXEC, 0, 0);
}

/* as much as there is, up to size; below 0: an error */
static inline long bare_read(int fd, void *buf, size_t size)
{
	size_t n = 0;
	long got;

	while (n < size && (got = bare_call(BARE_READ, fd, (long)((char *)buf + n),
				    (long)(size - n), 0, 0)) > 0)
		n += (size_t)got;
	return n || !size ? (long)n : -1;
}

static inline void bare_close(int fd)
{
	bare_call(BARE_CLOSE, fd, 0, 0, 0, 0);
}

enum { BARE_PR_GET_AUXV = 0x41555856, BARE_AUXV_ENTRIES = 64 };

/* a word of the auxiliary vector: from the kernel (6.4 and later), else from /proc; else 0 */
static inline uint64_t bare_auxv(unsigned long key)
{
	unsigned long v[2 * BARE_AUXV_ENTRIES];
	long n = bare_call(BARE_PRCTL, BARE_PR_GET_AUXV, (long)v, sizeof(v), 0, 0);
	int fd;

	if (n <= 0 || n > (long)sizeof(v)) {
		fd = bare_open("/proc/self/auxv");
		n = fd < 0 ? 0 : bare_read(fd, v, sizeof(v));
		if (fd >= 0)
			bare_close(fd);
	}
	for (long i = 0; i + 1 < n / (long)sizeof(v[0]) && v[i]; i += 2) {
		if (v[i] == key)
			return v[i + 1];
	}
	return 0;
}

#endif
#endif
