/* `.BASENAME.pkgimg-tmp` beside the target: a fixed name, so that whoever makes the same output
 * next meets what a killed process left behind, and nobody reads a folder of thousands of outputs
 * to look for it. Its owner holds a lock on it (flock), which ends with him: a directory that can
 * be locked belongs to nobody.
 *
 * Whoever finds it locked makes one in it, `also-XXXXXX`, which he locks as well. The last one out
 * removes what is empty; what a killed one leaves is met as above, since the outer directory stays.
 *
 * Where locks do not work (some network file systems), and beside a directory of another user, it
 * is
 * `.BASENAME.pkgimg-XXXXXX`; what a killed process leaves of these stays. */
#include "base/outdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

#define MARK      ".pkgimg-"
#define SHARED    MARK "tmp"
#define INNER     "also-"
#define RANDOM    "XXXXXX" /* letters that mkdtemp puts in */
#define BASE_MOST 200      /* bytes of the base name that fit a directory's name beside the rest */
#define TRIES     100      /* others may come and go meanwhile */

static int open_dir(int parent, const char *name)
{
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* 0: it is ours now; EWOULDBLOCK: somebody's who lives; ENOENT: it went meanwhile; others: it is
 * another user's, or nobody can tell */
static int lock_dir(int fd, const char *path)
{
	struct stat st, now;

	if (fstat(fd, &st))
		return errno;
	if (st.st_uid != geteuid() || (st.st_mode & 077))
		return EPERM;
	if (flock(fd, LOCK_EX | LOCK_NB))
		return errno;
	if (lstat(path, &now) || now.st_ino != st.st_ino || now.st_dev != st.st_dev)
		return ENOENT;
	return 0;
}

/* open and lock; -1 with errno */
static int take_dir(const char *path)
{
	int fd = open_dir(AT_FDCWD, path), err;

	if (fd < 0)
		return -1;
	err = lock_dir(fd, path);
	if (!err)
		return fd;
	close(fd);
	errno = err;
	return -1;
}

/* Remove what is in a directory, and directories in it that nobody has; these have files only. */
static void empty_dir(int fd, int depth)
{
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), inner;
	DIR *dir = again < 0 ? NULL : fdopendir(again);
	struct dirent *e;

	if (!dir && again >= 0)
		close(again);
	while (dir && (e = readdir(dir))) {
		if (str_eq(e->d_name, ".") || str_eq(e->d_name, "..") ||
			!unlinkat(fd, e->d_name, 0) || depth)
			continue;
		inner = open_dir(fd, e->d_name);
		if (inner >= 0 && !flock(inner, LOCK_EX | LOCK_NB)) {
			empty_dir(inner, depth + 1);
			unlinkat(fd, e->d_name, AT_REMOVEDIR);
		}
		if (inner >= 0)
			close(inner);
	}
	if (dir)
		closedir(dir);
}

/* what became of it: an errno is about the folder; AGAIN: it went meanwhile */
enum { MADE = 0, AGAIN = -1, ALONE = -2 };

static int not_taken(int err)
{
	return err == ENOENT ? AGAIN : ALONE;
}

/* one more in a directory that is in use */
static int make_inner(struct arena *a, const char *shared, struct outdir *out)
{
	char *path = path_join(a, shared, INNER RANDOM);
	int fd;

	if (!mkdtemp(path))
		return not_taken(errno);
	fd = take_dir(path);
	if (fd < 0) /* locked: by who cleans up */
		return errno == EWOULDBLOCK ? AGAIN : not_taken(errno);
	*out = (struct outdir) { path, fd };
	return MADE;
}

static int make_shared(struct arena *a, const char *shared, struct outdir *out)
{
	bool made = !mkdir(shared, 0700);
	int fd;

	if (!made && errno != EEXIST)
		return errno;
	fd = take_dir(shared);
	if (fd < 0 && errno == EWOULDBLOCK)
		return make_inner(a, shared, out);
	if (fd < 0) {
		int err = errno;

		if (made)
			rmdir(shared);
		return not_taken(err);
	}
	if (!made)
		empty_dir(fd, 0);
	*out = (struct outdir) { shared, fd };
	return MADE;
}

static int make_alone(struct arena *a, const char *folder, const char *base, struct outdir *out)
{
	char *path = path_join(a, folder, str_fmt(a, ".%.*s" MARK RANDOM, BASE_MOST, base));

	if (!mkdtemp(path))
		return errno;
	*out = (struct outdir) { path, -1 };
	return MADE;
}

int outdir_make(struct arena *a, const char *folder, const char *base, struct outdir *out)
{
	const char *shared = path_join(a, folder, str_fmt(a, ".%.*s" SHARED, BASE_MOST, base));
	int err = AGAIN;

	for (int i = 0; i < TRIES && err == AGAIN; i++)
		err = make_shared(a, shared, out);
	return err >= 0 ? err : make_alone(a, folder, base, out);
}

/* after the inner directory, the outer one, if its owner went before */
static void remove_outer(const char *inner, int fd)
{
	char path[PATH_MAX];

	if (fd >= 0 && snprintf(path, sizeof(path), "%s", inner) < PATH_MAX) {
		path[path_base(inner) - inner - 1] = '\0';
		if (!lock_dir(fd, path))
			unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
	}
	if (fd >= 0)
		close(fd);
}

void outdir_remove(const struct outdir *dir)
{
	bool inner = str_starts(path_base(dir->path), INNER);
	int outer = inner ? openat(dir->lock, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int fd = dir->lock;

	if (rmdir(dir->path)) {
		if (fd < 0)
			fd = open_dir(AT_FDCWD, dir->path);
		if (fd >= 0)
			empty_dir(fd, 0);
		rmdir(dir->path);
	}
	if (fd >= 0)
		close(fd);
	if (inner)
		remove_outer(dir->path, outer);
}
