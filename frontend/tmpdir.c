#include "frontend/tmpdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

#define PREFIX "pkgimg-build-"

static const char *parent_dir(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && *dir ? dir : "/tmp";
}

static const char *why(struct arena *a, int err)
{
	return err == ENOSPC || err == EDQUOT
		       ? "no space left, free some or set TMPDIR"
		       : str_fmt(a, "%s; set TMPDIR to a folder that can be written",
				 strerror(err));
}

void tmpdir_remove(const char *dir)
{
	int fd = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(d))) {
		if (!str_eq(e->d_name, ".") && !str_eq(e->d_name, ".."))
			unlinkat(fd, e->d_name, 0);
	}
	closedir(d);
	rmdir(dir);
}

/* the pid in "pkgimg-build-PID-XXXXXX", 0 if the name is another */
static pid_t pid_of(const char *name)
{
	const char *digits = name + strlen(PREFIX);
	char *end;
	long pid;

	if (!str_starts(name, PREFIX) || *digits < '1' || *digits > '9')
		return 0;
	pid = strtol(digits, &end, 10);
	return *end == '-' && strlen(end) == 7 && pid <= INT_MAX ? (pid_t)pid : 0;
}

static void remove_leftovers(struct arena *a, const char *parent)
{
	DIR *d = opendir(parent);
	struct dirent *e;
	struct stat st;

	if (!d)
		return;
	while ((e = readdir(d))) {
		pid_t pid = pid_of(e->d_name);

		if (!pid || kill(pid, 0) == 0 || errno != ESRCH)
			continue;
		if (fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISDIR(st.st_mode) && st.st_uid == geteuid())
			tmpdir_remove(path_join(a, parent, e->d_name));
	}
	closedir(d);
}

const char *tmpdir_make(struct arena *a, struct diags *d)
{
	const char *parent = parent_dir();
	char *dir = path_join(a, parent, str_fmt(a, PREFIX "%ld-XXXXXX", (long)getpid()));

	remove_leftovers(a, parent);
	if (mkdtemp(dir))
		return dir;
	diag_err(d, NOWHERE, "no temporary folder can be made in '%s': %s", parent, why(a, errno));
	return NULL;
}

static int write_all(int fd, const char *data, size_t n)
{
	while (n) {
		ssize_t done = write(fd, data, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		data += done;
		n -= (size_t)done;
	}
	return 0;
}

const char *tmpdir_write(struct arena *a, struct diags *d, const char *dir, const char *name,
	const void *data, size_t n)
{
	const char *path = path_join(a, dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int failed = fd < 0 ? -1 : write_all(fd, data, n);
	int err = errno;

	if (fd >= 0 && close(fd) && !failed) {
		failed = -1;
		err = errno;
	}
	if (!failed)
		return path;
	diag_err(d, NOWHERE, "temporary file '%s' cannot be written: %s", path, why(a, err));
	if (fd >= 0)
		unlink(path);
	return NULL;
}
