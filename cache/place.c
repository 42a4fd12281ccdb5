/* Files into their places: whole, durable, never over another one. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cache/internal.h"

bool place_sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), failed, err;

	if (fd < 0)
		return false;
	while ((failed = fsync(fd)) && errno == EINTR)
		;
	err = errno;
	close(fd);
	errno = err;
	return !failed || err == EINVAL || err == ENOTSUP; /* no such thing on some file systems */
}

int place_make_folders(struct arena *a, const char *path)
{
	int err;

	if (!mkdir(path, 0777) || errno == EEXIST)
		return 0;
	if (errno != ENOENT || str_eq(path, "/") || str_eq(path, "."))
		return errno;
	err = place_make_folders(a, path_dir(a, path));
	return err || !mkdir(path, 0777) || errno == EEXIST ? err : errno;
}

bool place_write(int fd, const void *data, size_t n)
{
	const char *p = data;

	while (n) {
		ssize_t put = write(fd, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		p += put;
		n -= (size_t)put;
	}
	return true;
}

static bool same_content(const char *path, const uint8_t digest[32], uint64_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t found[32];
	struct stat st;
	bool same = fd >= 0 && !fstat(fd, &st) && (uint64_t)st.st_size == size &&
		    files_digest(fd, found) && !memcmp(found, digest, sizeof(found));

	if (fd >= 0)
		close(fd);
	return same;
}

/* A new name for a file, if there is none of that name. Some file systems have no second names:
 * there the first one is moved, and two at once may meet; then one's sum is wrong, and told. */
static int link_new(const char *from, const char *to)
{
	struct stat st;

	if (!link(from, to))
		return 0;
	if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS && errno != EMLINK)
		return errno;
	if (!lstat(to, &st))
		return EEXIST;
	return rename(from, to) ? errno : 0;
}

const char *place_library(struct arena *a, const char *from, const char *folder, const char *key16,
	const char *suffix, const uint8_t digest[32], uint64_t size)
{
	enum { MOST = 1000 };

	for (int i = 0; i < MOST; i++) {
		const char *name = i ? str_fmt(a, "%s-%d%s", key16, i, suffix)
				     : str_fmt(a, "%s%s", key16, suffix);
		const char *path = path_join(a, folder, name);
		int err = link_new(from, path);

		if (!err || (err == EEXIST && same_content(path, digest, size)))
			return name;
		errno = err;
		if (err != EEXIST)
			return NULL;
	}
	return NULL;
}

void place_remove_tree(const char *path)
{
	struct arena mem = { 0 };
	DIR *dir = opendir(path);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		const char *name = path_join(&mem, path, e->d_name);
		struct stat st;

		if (str_eq(e->d_name, ".") || str_eq(e->d_name, ".."))
			continue;
		if (!lstat(name, &st) && S_ISDIR(st.st_mode))
			place_remove_tree(name);
		else
			unlink(name);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
	arena_free(&mem);
}
