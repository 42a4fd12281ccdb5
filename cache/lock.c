/* Locks, so that work is not done twice. Nothing is wrong if one fails: what is put in a store is
 * whole whoever made it.
 *
 * Who makes or waits has a folder of its own, STORE/v1/.tmp/XXXXXX, with a file `owner` that says
 * who that is. A lock is a second name of this file, made by link(2): that fails if the name is
 * taken, on network file systems too. While the owner lives, a thread renews the file's time.
 *
 * An owner is gone if its process is: on the same machine, boot and pid name space that can be
 * seen. Elsewhere, if its file was not renewed for long, by the clock of the file system. A lock
 * left over is moved into the folder of who takes it over; if it then turns out to be another one
 * than was judged, it is put back. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "cache/internal.h"

struct workplace {
	struct arena mem;
	struct pkgimg_cache *cache;
	const char *path, *owner_path;
	const char *lock; /* NULL: none is held */
	char token[36];
	bool renewing, stop;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
};

/* ---- owners */

/* Start of a process in ticks since the boot: a pid that was given again is told apart. 0: unknown
 */
static int64_t started(int64_t pid)
{
	char path[64], text[1024], *p;
	long long ticks = 0;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	p = strrchr(text, ')'); /* the program's name may have any character */
	for (int field = 2; p && field < 22; field++) {
		p = strchr(p, ' ');
		p = p ? p + 1 : NULL;
	}
	if (p)
		ticks = strtoll(p, NULL, 10);
	return ticks;
}

static bool read_owner(const char *path, struct owner *o, struct stat *st)
{
	char text[512];
	long long pid, start, since;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n = -1;

	*o = (struct owner) { 0 };
	if (fd < 0)
		return false;
	if (!fstat(fd, st))
		n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n < 0)
		return false;
	text[n] = '\0';
	if (sscanf(text, "pkgimg owner 1\n%35s\n%79s\n%79s\n%lld %lld %lld\n%128s\n", o->token,
		    o->host, o->world, &pid, &start, &since, o->package) != 7) {
		o->token[0] = '\0'; /* cut, or of another version: nobody's */
		return true;
	}
	o->pid = pid;
	o->started = start;
	o->since = since;
	return true;
}

static bool process_is_gone(const struct owner *o)
{
	if (o->pid <= 0 || o->pid > INT32_MAX)
		return true;
	if (kill((pid_t)o->pid, 0) && errno == ESRCH)
		return true;
	return o->started && started(o->pid) != o->started;
}

static bool is_gone(
	const struct pkgimg_cache *c, const struct owner *o, const struct stat *st, int64_t clock)
{
	bool old = clock - ca_ns(st->st_mtim) > (int64_t)c->stale_seconds * 1000000000;

	if (!*o->token)
		return old;
	if (str_eq(o->host, c->host) && str_eq(o->world, c->world) && *c->world != '/')
		return process_is_gone(o);
	return old;
}

bool owner_is_gone(const struct pkgimg_cache *c, const char *path, int64_t clock, struct owner *out)
{
	struct stat st;

	return read_owner(path, out, &st) && is_gone(c, out, &st, clock);
}

/* ---- workplaces */

static void *renew(void *ctx)
{
	struct workplace *w = ctx;
	struct timespec until;

	pthread_mutex_lock(&w->mutex);
	while (!w->stop) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += w->cache->stale_seconds / 4 + 1;
		pthread_cond_timedwait(&w->wake, &w->mutex, &until);
		if (!w->stop)
			utimensat(AT_FDCWD, w->owner_path, NULL, 0);
	}
	pthread_mutex_unlock(&w->mutex);
	return NULL;
}

/* signals are the program's business, not this thread's */
static void start_renewing(struct workplace *w)
{
	sigset_t all, old;

	if (w->renewing)
		return;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	w->renewing = !pthread_create(&w->thread, NULL, renew, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void make_token(char out[36])
{
	uint8_t bytes[16];
	struct timespec t;

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes)) {
		clock_gettime(CLOCK_REALTIME, &t);
		memcpy(bytes, &t.tv_nsec, 8);
		memcpy(bytes + 8, &(int64_t) { (int64_t)getpid() << 32 ^ t.tv_sec }, 8);
	}
	ca_hex(bytes, sizeof(bytes), out);
}

static int write_owner(struct workplace *w, const char *package, struct pkgimg_cache_error *e)
{
	int fd = open(w->owner_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), failed;
	const char *text =
		str_fmt(&w->mem, "pkgimg owner 1\n%s\n%.79s\n%.79s\n%lld %lld %lld\n%s\n", w->token,
			w->cache->host, w->cache->world, (long long)getpid(),
			(long long)started(getpid()), (long long)time(NULL), package);

	if (fd < 0)
		return ca_fail_io(e, "make", w->owner_path);
	failed = place_write(fd, text, strlen(text)) ? 0 : ca_fail_io(e, "write", w->owner_path);
	if (close(fd) && !failed)
		failed = ca_fail_io(e, "write", w->owner_path);
	return failed;
}

int workplace_open(struct pkgimg_cache *c, const struct store *s, const char *package,
	struct workplace **out, struct pkgimg_cache_error *e)
{
	struct workplace *w = calloc(1, sizeof(*w));
	char *path;
	int err;

	if (!w)
		return ca_fail(e, PKGIMG_CACHE_E_IO, ENOMEM, "out of memory");
	w->cache = c;
	pthread_mutex_init(&w->mutex, NULL);
	pthread_cond_init(&w->wake, NULL);
	make_token(w->token);
	path = path_join(&w->mem, s->path, TEMPORARY_FOLDER);
	err = place_make_folders(&w->mem, path);
	path = path_join(&w->mem, path, "XXXXXX");
	if (err || !mkdtemp(path)) {
		errno = err ? err : errno;
		err = ca_fail_io(e, "make a folder in the store", s->path);
	} else {
		w->path = path;
		chmod(path, 0777 & ~0022); /* others may look, and gc may clean up after us */
		w->owner_path = path_join(&w->mem, path, "owner");
		err = write_owner(w, package, e);
	}
	if (err)
		workplace_close(w);
	else
		*out = w;
	return err;
}

const char *workplace_path(const struct workplace *w)
{
	return w->path;
}

int64_t workplace_clock(struct workplace *w)
{
	struct stat st;

	utimensat(AT_FDCWD, w->owner_path, NULL, 0);
	return stat(w->owner_path, &st) ? (int64_t)time(NULL) * 1000000000 : ca_ns(st.st_mtim);
}

/* Remove the lock if it is still ours. Between the look and the removal another may take it over,
 * having judged us dead: then work is done twice. */
static void unlock(struct workplace *w)
{
	struct owner o;
	struct stat st;

	if (w->lock && read_owner(w->lock, &o, &st) && str_eq(o.token, w->token))
		unlink(w->lock);
	w->lock = NULL;
}

void workplace_close(struct workplace *w)
{
	if (!w)
		return;
	if (w->renewing) {
		pthread_mutex_lock(&w->mutex);
		w->stop = true;
		pthread_cond_signal(&w->wake);
		pthread_mutex_unlock(&w->mutex);
		pthread_join(w->thread, NULL);
	}
	unlock(w);
	if (w->path)
		place_remove_tree(w->path);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->mutex);
	arena_free(&w->mem);
	free(w);
}

/* ---- locks */

/* The lock's name for our file. link may be done and its answer lost, so the file is asked. */
static int take(struct workplace *w, const char *path)
{
	struct stat st;
	int err = link(w->owner_path, path) ? errno : 0, fd;

	if (!err || (!stat(w->owner_path, &st) && st.st_nlink == 2))
		return 0;
	if (err != EPERM && err != ENOTSUP && err != ENOSYS)
		return err;
	/* no second names here: a file of its own, renewed by no one */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return errno;
	err = errno;
	close(fd);
	return 0;
}

/* move a lock that was judged left over out of the way */
static void remove_stale(struct workplace *w, const char *path, const char *token)
{
	const char *away = path_join(&w->mem, w->path, "stale");
	struct owner o;
	struct stat st;

	if (rename(path, away))
		return;
	if (read_owner(away, &o, &st) && !str_eq(o.token, token) && link(away, path))
		errno = 0; /* a third one has it now: the one moved away works in vain, and whole */
	unlink(away);
}

enum lock_result lock_try(
	struct workplace *w, const char *path, struct owner *held, struct pkgimg_cache_error *e)
{
	for (int tries = 0; tries < 16; tries++) {
		struct stat st;
		int err = take(w, path);

		if (!err) {
			w->lock = str_dup(&w->mem, path);
			start_renewing(w);
			return LOCK_TAKEN;
		}
		if (err != EEXIST) {
			errno = err;
			ca_fail_io(e, "lock", path);
			return LOCK_FAILED;
		}
		if (!read_owner(path, held, &st))
			continue; /* given back meanwhile */
		if (!is_gone(w->cache, held, &st, workplace_clock(w)))
			return LOCK_HELD;
		remove_stale(w, path, held->token);
	}
	return LOCK_HELD;
}
