#include "base/file.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

const char *file_error_text(int err, char *buf, size_t size)
{
	snprintf(buf, size, "%s", strerror(err));
	/* "Permission denied", but not "RPC struct is bad" */
	if (buf[0] >= 'A' && buf[0] <= 'Z' && buf[1] >= 'a' && buf[1] <= 'z')
		buf[0] = (char)(buf[0] - 'A' + 'a');
	return buf;
}

bool file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

bool file_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool file_is_regular(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* ---- reading */

static int report_unreadable(
	struct diags *d, struct loc at, const char *what, const char *path, int err)
{
	struct stat st;
	char why[128];

	if (!*path)
		return diag_err(d, at, "%s wants a file name, got ''", what);
	if (err == ENOENT && lstat(path, &st) == 0)
		return diag_err(d, at, "%s '%s' is a link that leads nowhere; mend or remove it",
			what, path);
	if (err == ENOENT)
		return diag_err(d, at, "%s '%s' does not exist; check its path", what, path);
	if (err == ENOTDIR)
		return diag_err(
			d, at, "%s '%s': a part of the path is no folder; check it", what, path);
	if (err == EISDIR)
		return diag_err(
			d, at, "%s '%s' wants a file, got a folder; name a file in it", what, path);
	if (err == EACCES)
		return diag_err(d, at,
			"%s '%s' cannot be read: permission denied; "
			"check the modes of the file and of its folders",
			what, path);
	return diag_err(d, at, "%s '%s' cannot be read: %s", what, path,
		file_error_text(err, why, sizeof(why)));
}

static int report_too_large(
	struct diags *d, struct loc at, const char *what, const char *path, size_t limit)
{
	return diag_err(d, at, "%s '%s' wants at most %zu bytes, got more; is it the right file?",
		what, path, limit);
}

/* All of fd. `expected` is what stat says: only a first guess, since the file may grow under us and
 * a pipe has no size. */
enum { FILE_ALIGN = 16 }; /* readers of binary formats want it */

static int read_all(
	struct arena *a, int fd, size_t expected, size_t limit, char **out, size_t *size)
{
	/* the byte past the guess is what meets the end of the file without growing */
	size_t cap = expected + 1, n = 0;
	char *buf = arena_alloc(a, cap + 1, FILE_ALIGN);

	while (n <= limit) {
		ssize_t got;

		if (n == cap) {
			cap *= 2;
			buf = arena_grow(a, buf, n, cap + 1, FILE_ALIGN);
		}
		got = read(fd, buf + n, cap - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0) {
			buf[n] = '\0';
			*out = buf;
			*size = n;
			return 0;
		}
		n += (size_t)got;
	}
	errno = EFBIG;
	return -1;
}

static int read_open(struct arena *a, int fd, size_t limit, char **out, size_t *size)
{
	struct stat st;

	if (fstat(fd, &st))
		return -1;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return -1;
	}
	if (S_ISREG(st.st_mode) && (uintmax_t)st.st_size > limit) {
		errno = EFBIG;
		return -1;
	}
	return read_all(a, fd, S_ISREG(st.st_mode) ? (size_t)st.st_size : 4095, limit, out, size);
}

int file_read(struct arena *a, struct diags *d, struct loc at, const char *what, const char *path,
	size_t limit, char **out, size_t *size)
{
	bool std = str_eq(path, "-");
	int fd = std ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	int failed = -1, err;

	if (fd >= 0)
		failed = read_open(a, fd, limit, out, size);
	err = errno;
	if (fd >= 0 && !std)
		close(fd);
	if (!failed)
		return 0;
	if (err == EFBIG)
		return report_too_large(d, at, what, path, limit);
	return report_unreadable(d, at, what, std ? "<stdin>" : path, err);
}

int file_check_input(struct diags *d, struct loc at, const char *what, const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return report_unreadable(d, at, what, path, errno);
	if (S_ISDIR(st.st_mode))
		return report_unreadable(d, at, what, path, EISDIR);
	if (S_ISREG(st.st_mode) && !st.st_size)
		return diag_err(d, at, "%s '%s' is empty; make it again", what, path);
	if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS))
		return report_unreadable(d, at, what, path, errno);
	return 0;
}

/* ---- where this program is */

const char *file_self(struct arena *a)
{
	for (size_t cap = 256; cap <= 1024 * 1024; cap *= 2) {
		char *buf = arena_alloc(a, cap, 1);
		ssize_t n = readlink("/proc/self/exe", buf, cap);

		if (n < 0)
			return NULL;
		if ((size_t)n < cap) /* else it may have been cut */
			return buf;
	}
	return NULL;
}

/* the shared library that holds this code, or NULL when it is part of a program */
static const char *own_library(void)
{
	Dl_info info;

	if (!dladdr(__extension__(const void *) file_data_dir, &info) || !info.dli_fname)
		return NULL;
	return strstr(path_base(info.dli_fname), ".so") ? info.dli_fname : NULL;
}

/* PREFIX/bin/PROGRAM, PREFIX/lib/LIBRARY and PREFIX/lib/MULTIARCH/LIBRARY all belong to
 * PREFIX/share/pkgimg: go up until there is one. */
const char *file_data_dir(struct arena *a)
{
	enum { HIGHEST = 3 };
	const char *said = getenv("PKGIMG_DATA_DIR"), *lib = own_library();
	const char *at = lib ? lib : file_self(a), *prefix, *found = NULL;

	if (said && *said)
		return str_dup(a, said);
	if (!at)
		return "share/pkgimg";
	prefix = path_dir(a, path_dir(a, at));
	for (int up = 0; up < HIGHEST && !found; up++, prefix = path_dir(a, prefix)) {
		const char *dir = path_join(a, prefix, "share/pkgimg");

		if (file_is_dir(dir))
			found = dir;
	}
	return found ? found : path_join(a, path_dir(a, path_dir(a, at)), "share/pkgimg");
}
