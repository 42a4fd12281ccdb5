/* What Linux, macOS and the BSDs share. */
#ifndef _WIN32
#include "runtime/sys.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* mmap's flag for "at this address, if nothing is there"; 0: the address is a mere wish, as it is
 * to kernels that do not know the flag. Linux's is a number here: older C libraries lack the name.
 */
#if defined(__linux__)
#define MAP_THERE 0x100000
#elif defined(__FreeBSD__)
#define MAP_THERE (MAP_FIXED | MAP_EXCL)
#else
#define MAP_THERE 0
#endif
#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

/* ---- files */

static int descriptor(const struct rt_file *f)
{
	return (int)f->handle - 1;
}

int rt_file_open(const char *path, struct rt_file *out)
{
	int fd;

	do {
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not block */
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return errno;
	out->handle = (intptr_t)fd + 1;
	return 0;
}

#ifdef __APPLE__
#define TIME_OF(st, what) ((st)->st_##what##timespec)
#else
#define TIME_OF(st, what) ((st)->st_##what##tim)
#endif

static int64_t nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int rt_file_facts(const struct rt_file *f, struct rt_file_facts *out)
{
	struct stat st;

	if (fstat(descriptor(f), &st))
		return errno;
	*out = (struct rt_file_facts) { .size = (uint64_t)st.st_size,
		.owner = st.st_uid,
		.device = (uint64_t)st.st_dev,
		.inode = (uint64_t)st.st_ino,
		.modified = nanoseconds(TIME_OF(&st, m)),
		.changed = nanoseconds(TIME_OF(&st, c)) };
	out->flags = (S_ISREG(st.st_mode) ? RT_FILE_REGULAR : 0) |
		     (S_ISDIR(st.st_mode) ? RT_FILE_FOLDER : 0) |
		     (st.st_mode & S_IWGRP ? RT_FILE_GROUP_WRITABLE : 0) |
		     (st.st_mode & S_IWOTH ? RT_FILE_WORLD_WRITABLE : 0);
	if (st.st_uid == 0 || st.st_uid == geteuid())
		out->flags |= RT_FILE_OURS;
	return 0;
}

bool rt_file_is_at(const struct rt_file *f, const char *path)
{
	struct stat ours, there;

	return !fstat(descriptor(f), &ours) && !stat(path, &there) && ours.st_dev == there.st_dev &&
	       ours.st_ino == there.st_ino;
}

void rt_file_close(struct rt_file *f)
{
	if (f->handle)
		close(descriptor(f));
	f->handle = 0;
}

int rt_file_read(const struct rt_file *f, uint64_t offset, void *to, size_t n)
{
	char *at = to;

	while (n > 0) {
		ssize_t got = pread(descriptor(f), at, n, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? errno : EIO;
		at += got;
		offset += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

/* ---- memory */

size_t rt_page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

size_t rt_granularity(void)
{
	return rt_page_size();
}

/* Kernels without MAP_FIXED_NOREPLACE take the address as a wish: so it is compared. */
static int map(void *at, size_t size, int prot, int flags, int fd, off_t offset, void **out)
{
	void *got = mmap(at, size, prot, flags | (at ? MAP_THERE : 0), fd, offset);

	if (got == MAP_FAILED)
		return errno;
	if (at && got != at) {
		munmap(got, size);
		return EEXIST;
	}
	*out = got;
	return 0;
}

static int protection(enum rt_access access)
{
	return access == RT_COPY ? PROT_READ | PROT_WRITE : PROT_READ;
}

int rt_map(const struct rt_file *f, uint64_t offset, size_t size, void *at, enum rt_access access,
	void **out)
{
	off_t from = (off_t)offset;

	if (from < 0 || (uint64_t)from != offset)
		return EOVERFLOW;
	return map(at, size, protection(access), MAP_PRIVATE, descriptor(f), from, out);
}

int rt_map_zeros(size_t size, void *at, void **out)
{
	return map(at, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, out);
}

void rt_unmap(void *at, size_t size)
{
	if (at)
		munmap(at, size);
}

enum { HUGE_PAGE = 1 << 21 }; /* of the most usual processors */

/* into a range that is reserved: what is there is the reservation, and may be replaced */
static int map_part(const struct rt_file *f, const struct rt_part *p, char *base)
{
	bool zeros = p->kind == RT_PART_ZEROS;
	int prot = p->kind == RT_PART_READ ? PROT_READ : PROT_READ | PROT_WRITE;
	int flags = MAP_PRIVATE | MAP_FIXED | (zeros ? MAP_ANONYMOUS : 0);
	off_t from = zeros ? 0 : (off_t)p->offset;

	if (!zeros && (from < 0 || (uint64_t)from != p->offset))
		return EOVERFLOW;
	if (mmap(base + p->at, p->size, prot, flags, zeros ? -1 : descriptor(f), from) ==
		MAP_FAILED)
		return errno;
#ifdef MADV_HUGEPAGE
	if (zeros && p->size >= HUGE_PAGE)
		madvise(base + p->at, p->size, MADV_HUGEPAGE); /* a wish */
#endif
	return 0;
}

int rt_map_parts(const struct rt_file *f, const struct rt_part parts[], size_t n, size_t size,
	void *at, void **out)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	void *base;
	int code = map(at, size, PROT_NONE, flags, -1, 0, &base);

	if (code)
		return code;
	for (size_t i = 0; i < n && !code; i++)
		code = map_part(f, &parts[i], base);
	if (code)
		munmap(base, size);
	else
		*out = base;
	return code;
}

void rt_unmap_parts(void *at, const struct rt_part parts[], size_t n, size_t size)
{
	(void)parts, (void)n;
	rt_unmap(at, size);
}

int rt_protect(void *at, size_t size, enum rt_access access)
{
	return mprotect(at, size, protection(access)) ? errno : 0;
}

/* ---- shared libraries */

static void say(char *why, size_t size)
{
	const char *text = dlerror();
	size_t n;

	if (!why || !size)
		return;
	text = text ? text : "the loader gives no reason";
	n = strlen(text);
	n = n < size ? n : size - 1;
	memcpy(why, text, n);
	why[n] = '\0';
}

int rt_library_load(
	const char *path, enum rt_library_how how, struct rt_library *out, char *why, size_t size)
{
	int flags = RTLD_NOW | RTLD_LOCAL | (how == RT_LIBRARY_LOADED ? RTLD_NOLOAD : 0);
	void *handle = dlopen(path, flags);

	if (!handle) {
		say(why, size);
		return how == RT_LIBRARY_LOADED ? ENOENT : ENOEXEC;
	}
	out->handle = handle;
	return 0;
}

void rt_library_unload(struct rt_library *l)
{
	if (l->handle)
		dlclose(l->handle);
	l->handle = NULL;
}

void *rt_library_symbol(const struct rt_library *l, const char *name)
{
	return dlsym(l->handle, name);
}

void *rt_host_symbol(const char *name)
{
	return dlsym(RTLD_DEFAULT, name);
}

bool rt_host_has(const char *name)
{
	dlerror();
	return dlsym(RTLD_DEFAULT, name) || !dlerror();
}

/* ---- threads, environment, paths */

_Static_assert(sizeof(pthread_mutex_t) <= sizeof(struct rt_mutex) &&
		       _Alignof(pthread_mutex_t) <= _Alignof(struct rt_mutex),
	"runtime/sys.h");

static pthread_mutex_t *mutex(struct rt_mutex *m)
{
	return (pthread_mutex_t *)(void *)m->room;
}

int rt_mutex_init(struct rt_mutex *m)
{
	return pthread_mutex_init(mutex(m), NULL);
}

void rt_mutex_destroy(struct rt_mutex *m)
{
	pthread_mutex_destroy(mutex(m));
}

void rt_mutex_lock(struct rt_mutex *m)
{
	pthread_mutex_lock(mutex(m));
}

void rt_mutex_unlock(struct rt_mutex *m)
{
	pthread_mutex_unlock(mutex(m));
}

static pthread_mutex_t process = PTHREAD_MUTEX_INITIALIZER;

void rt_process_lock(void)
{
	pthread_mutex_lock(&process);
}

void rt_process_unlock(void)
{
	pthread_mutex_unlock(&process);
}

_Static_assert(sizeof(pthread_t) <= 8, "room of a thread");

static void *run_thread(void *ctx)
{
	struct rt_thread *t = ctx;

	t->run(t->ctx);
	return NULL;
}

int rt_thread_start(struct rt_thread *t, void (*run)(void *ctx), void *ctx)
{
	sigset_t all, before;
	pthread_t thread;
	int error;

	t->run = run;
	t->ctx = ctx;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* a new thread begins with its maker's */
	error = pthread_create(&thread, NULL, run_thread, t);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	memcpy(t->room, &thread, sizeof(thread));
	return error;
}

void rt_thread_join(struct rt_thread *t)
{
	pthread_t thread;

	memcpy(&thread, t->room, sizeof(thread));
	pthread_join(thread, NULL);
}

void rt_yield(void)
{
	sched_yield();
}

const char *rt_env(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

int rt_absolute(const char *path, char *buf, size_t size)
{
	size_t n = strlen(path), at = 0;

	if (path[0] != '/') {
		if (!getcwd(buf, size))
			return errno == ERANGE ? ENAMETOOLONG : errno;
		at = strlen(buf);
		buf[at++] = '/';
	}
	if (n >= size || at >= size - n)
		return ENAMETOOLONG;
	memcpy(buf + at, path, n + 1);
	return 0;
}
#else
typedef int nothing_here; /* ISO C wants a declaration */
#endif
