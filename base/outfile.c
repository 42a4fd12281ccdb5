/* Outputs that are all there or not there at all; see file.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/outdir.h"
#include "base/str.h"

/* ---- begin */

/* A rename would replace what is no file but leads somewhere: devices, pipes, and links such as
 * /dev/stdout, which seems regular when stdout is a file. */
static bool is_copied_into(const char *target)
{
	struct stat st;

	if (stat(target, &st))
		return false;
	if (!S_ISREG(st.st_mode))
		return true;
	return (str_starts(target, "/dev/") || str_starts(target, "/proc/")) &&
	       lstat(target, &st) == 0 && S_ISLNK(st.st_mode);
}

static int report_begin(
	struct diags *d, struct loc at, const char *target, const char *folder, int err)
{
	char why[128];

	switch (err) {
	case ENOENT:
		return diag_err(
			d, at, "no such folder: '%s'; create it or choose another -o", folder);
	case ENOTDIR: return diag_err(d, at, "'%s' is no folder; choose another -o", folder);
	case EACCES:
	case EPERM:
		return diag_err(d, at,
			"folder '%s' is not writable, so '%s' cannot be made; choose another -o",
			folder, path_base(target));
	case EROFS:
		return diag_err(d, at,
			"folder '%s' is on a read-only file system; choose another -o", folder);
	case ENOSPC:
	case EDQUOT:
		return diag_err(d, at,
			"disk full: no space left in '%s' for '%s'; free some or choose another -o",
			folder, path_base(target));
	default:
		return diag_err(d, at, "output '%s' cannot be made in '%s': %s", target, folder,
			file_error_text(err, why, sizeof(why)));
	}
}

static int check_target(struct diags *d, struct loc at, const char *target)
{
	if (!*target)
		return diag_err(d, at, "an output wants a file name, got ''");
	if (file_is_dir(target) || !*path_base(target))
		return diag_err(
			d, at, "output '%s' wants a file, got a folder; name a file in it", target);
	return 0;
}

static const char *temporary_folder(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && *dir ? dir : "/tmp";
}

int outfile_begin(
	struct arena *a, struct diags *d, struct loc at, const char *target, struct outfile *out)
{
	const char *base = path_base(target), *folder;
	struct outdir dir;
	int err;

	*out = (struct outfile) { 0 };
	if (check_target(d, at, target))
		return -1;
	folder = is_copied_into(target) ? temporary_folder() : path_dir(a, target);
	err = outdir_make(a, folder, base, &dir);
	if (err)
		return report_begin(d, at, target, folder, err);
	out->at = at;
	out->target = str_dup(a, target);
	out->dir = dir.path;
	out->lock = dir.lock;
	out->path = path_join(a, dir.path, base);
	return 0;
}

/* ---- commit */

static int report_commit(struct diags *d, const struct outfile *o, int err)
{
	char why[128];

	switch (err) {
	case ENOSPC:
	case EDQUOT:
		return diag_err(d, o->at,
			"disk full: no space left for output '%s'; free some or choose another -o",
			o->target);
	case EISDIR:
	case ENOTEMPTY:
	case EEXIST:
		return diag_err(d, o->at,
			"output '%s' wants a file, got a folder; name a file in it", o->target);
	default:
		return diag_err(d, o->at, "output '%s' cannot be written: %s", o->target,
			file_error_text(err, why, sizeof(why)));
	}
}

/* `mode` less the umask, taken from a file made with it: umask() itself can only be read by setting
 * it, for all threads, and knows nothing of a folder's default ACL. */
static int umasked(int dir, const char *base, unsigned mode, mode_t *out)
{
	const char *probe = base[0] == 'm' ? "n" : "m";
	struct stat st;
	int fd, failed;

	fd = openat(dir, probe, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)(mode & 0777));
	if (fd < 0)
		return -1;
	failed = fstat(fd, &st);
	close(fd);
	unlinkat(dir, probe, 0);
	*out = st.st_mode & 0777;
	return failed;
}

/* Was the file made with `mode` or more, so that its bits tell the umask? The bits for others are
 * of a file that was not made private on purpose, the owner's x of one that was made as a program.
 */
static bool is_umasked(mode_t bits, unsigned mode)
{
	return (bits & 0044) && (bits & 0100 & mode) == (0100 & mode);
}

/* what is left to do with the written file: its mode */
static int finish_file(const struct outfile *o, int dir, unsigned mode)
{
	const char *base = path_base(o->path);
	int fd = openat(dir, base, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), failed, err;
	struct stat st;
	mode_t bits;

	if (fd < 0)
		return -1;
	failed = fstat(fd, &st);
	bits = st.st_mode & mode & 0777;
	if (!failed && !is_umasked(st.st_mode, mode))
		failed = umasked(dir, base, mode, &bits);
	if (!failed && bits != (st.st_mode & 07777))
		failed = fchmod(fd, bits);
	err = errno;
	close(fd);
	errno = err;
	return failed ? -1 : 0;
}

static int put_in_place(struct diags *d, const struct outfile *o, unsigned mode)
{
	int dir = open(o->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), failed = 0;

	if (dir < 0)
		return report_commit(d, o, errno);
	if (finish_file(o, dir, mode) || rename(o->path, o->target))
		failed = report_commit(d, o, errno);
	close(dir);
	return failed;
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t put = write(fd, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		p += put;
		n -= (size_t)put;
	}
	return 0;
}

static int copy_fd(int from, int to)
{
	char buf[64 * 1024];
	ssize_t got;

	while ((got = read(from, buf, sizeof(buf)))) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || write_all(to, buf, (size_t)got))
			return -1;
	}
	return 0;
}

static int copy_into(struct diags *d, const struct outfile *o)
{
	int from = open(o->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), to = -1, failed = -1, err;

	if (from >= 0)
		to = open(o->target, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (to >= 0)
		failed = copy_fd(from, to);
	err = errno;
	if (from >= 0)
		close(from);
	if (to >= 0 && close(to) && !failed) {
		failed = -1;
		err = errno;
	}
	return failed ? report_commit(d, o, err) : 0;
}

int outfile_commit(struct diags *d, struct outfile *o, unsigned mode)
{
	struct stat st;
	int failed;

	if (!o->dir)
		diag_bug("an output is committed that was never begun");
	if (lstat(o->path, &st) || !S_ISREG(st.st_mode))
		failed = diag_err(d, o->at, "output '%s' was not written: nothing was put in '%s'",
			o->target, o->path);
	else if (is_copied_into(o->target))
		failed = copy_into(d, o);
	else
		failed = put_in_place(d, o, mode);
	outfile_drop(o);
	return failed;
}

void outfile_drop(struct outfile *o)
{
	if (o->dir)
		outdir_remove(&(struct outdir) { o->dir, o->lock });
	*o = (struct outfile) { 0 };
}

/* ---- whole files */

static int fill(const char *path, const void *data, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), failed, err;

	if (fd < 0)
		return -1;
	failed = write_all(fd, data, n);
	err = errno;
	if (close(fd) && !failed) {
		failed = -1;
		err = errno;
	}
	errno = err;
	return failed;
}

int file_write_temporary(
	struct diags *d, struct loc at, const char *path, const void *data, size_t n)
{
	struct outfile o = { .at = at, .target = path };

	return fill(path, data, n) ? report_commit(d, &o, errno) : 0;
}

int file_write(struct arena *a, struct diags *d, struct loc at, const char *path, const void *data,
	size_t n)
{
	struct outfile o;

	if (outfile_begin(a, d, at, path, &o))
		return -1;
	if (fill(o.path, data, n)) {
		report_commit(d, &o, errno);
		outfile_drop(&o);
		return -1;
	}
	return outfile_commit(d, &o, 0666);
}
