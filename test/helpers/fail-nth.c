/* For LD_PRELOAD: the FAIL_AT-th call of those below fails with errno FAIL_ERRNO; with 0, reads and
 * writes are cut in half. FAIL_COUNT names a file that gets the number of calls at the end. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int calls;

static int fails(void)
{
	const char *at = getenv("FAIL_AT");

	return ++calls == (at ? atoi(at) : 0);
}

static int number(void)
{
	const char *e = getenv("FAIL_ERRNO");

	return e ? atoi(e) : 0;
}

__attribute__((destructor)) static void report(void)
{
	const char *path = getenv("FAIL_COUNT");
	FILE *f = path ? fopen(path, "w") : NULL;

	if (f) {
		fprintf(f, "%d\n", calls);
		fclose(f);
	}
}

#define REAL(name) __extension__((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

/* a call that fails or is done: type, name, parameters, arguments */
#define WRAP(type, bad, name, params, args)                                                        \
	type name params                                                                           \
	{                                                                                          \
		if (fails() && number()) {                                                         \
			errno = number();                                                          \
			return bad;                                                                \
		}                                                                                  \
		return REAL(name) args;                                                            \
	}

WRAP(int, -1, mkdir, (const char *p, mode_t m), (p, m))
WRAP(int, -1, rename, (const char *a, const char *b), (a, b))
WRAP(int, -1, fsync, (int fd), (fd))
WRAP(int, -1, fchmod, (int fd, mode_t m), (fd, m))
WRAP(int, -1, unlink, (const char *p), (p))
WRAP(int, -1, fstat, (int fd, struct stat *st), (fd, st))
WRAP(int, -1, stat, (const char *restrict p, struct stat *restrict st), (p, st))
WRAP(char *, NULL, mkdtemp, (char *p), (p))
WRAP(void *, MAP_FAILED, mmap, (void *a, size_t n, int p, int f, int fd, off_t o),
	(a, n, p, f, fd, o))

/* FAIL_LINKS: a file system without second names */
int link(const char *a, const char *b)
{
	int bad = fails() && number();

	if (bad || getenv("FAIL_LINKS")) {
		errno = bad ? number() : EPERM;
		return -1;
	}
	return REAL(link)(a, b);
}

/* FAIL_FLOCK: Linux' NFS, where a folder cannot be locked: it would have to be open for writing */
int flock(int fd, int how)
{
	if (getenv("FAIL_FLOCK")) {
		errno = EBADF;
		return -1;
	}
	return REAL(flock)(fd, how);
}

int close(int fd)
{
	int bad = fails() && number();
	int rc = REAL(close)(fd); /* it is closed all the same, as Linux does */

	if (bad)
		errno = number();
	return bad ? -1 : rc;
}

ssize_t write(int fd, const void *p, size_t n)
{
	int bad = fails();

	if (bad && number()) {
		errno = number();
		return -1;
	}
	return REAL(write)(fd, p, bad && n > 1 ? n / 2 : n);
}

ssize_t read(int fd, void *p, size_t n)
{
	int bad = fails();

	if (bad && number()) {
		errno = number();
		return -1;
	}
	return REAL(read)(fd, p, bad && n > 1 ? n / 2 : n);
}

ssize_t pread(int fd, void *p, size_t n, off_t at)
{
	int bad = fails();

	if (bad && number()) {
		errno = number();
		return -1;
	}
	return REAL(pread)(fd, p, bad && n > 1 ? n / 2 : n, at);
}

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	if (fails() && number()) {
		errno = number();
		return -1;
	}
	return REAL(open)(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	if (fails() && number()) {
		errno = number();
		return -1;
	}
	return REAL(openat)(folder, path, flags, mode);
}
