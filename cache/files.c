/* Files during one call: each is looked at once, and read at most once. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cache/internal.h"
#include "image/image.h"

/* ---- the table */

static size_t slot_of(const struct files *f, const char *path)
{
	size_t i = img_sum64(path, strlen(path)) & (f->cap - 1);

	while (f->map[i] && !str_eq(f->map[i]->path, path))
		i = (i + 1) & (f->cap - 1);
	return i;
}

static void grow(struct files *f)
{
	struct files wide = { .mem = f->mem, .cap = f->cap ? 2 * f->cap : 64 };

	wide.map = arena_array(f->mem, struct now *, wide.cap);
	for (size_t i = 0; i < f->cap; i++)
		if (f->map[i])
			wide.map[slot_of(&wide, f->map[i]->path)] = f->map[i];
	wide.n = f->n;
	*f = wide;
}

struct now *files_at(struct files *f, const char *path)
{
	struct now **p;

	if (2 * f->n >= f->cap)
		grow(f);
	p = &f->map[slot_of(f, path)];
	if (!*p) {
		*p = arena_new(f->mem, struct now);
		(*p)->path = str_dup(f->mem, path);
		(*p)->err = stat(path, &(*p)->st) ? errno : 0;
		f->n++;
	}
	return *p;
}

/* ---- contents */

bool files_digest(int fd, uint8_t out[32])
{
	enum { PIECE = 256 * 1024 };
	uint8_t *buf = malloc(PIECE);
	struct blake3 b;
	ssize_t got = -1;

	blake3_start(&b);
	if (!buf)
		errno = ENOMEM;
	while (buf && (got = read(fd, buf, PIECE))) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		blake3_add(&b, buf, (size_t)got);
	}
	free(buf);
	blake3_end(&b, out);
	return got == 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A folder's content: the names in it, each with what it is. */
static bool digest_folder(int fd, uint8_t out[32])
{
	struct arena mem = { 0 };
	DIR *dir = fdopendir(dup(fd));
	struct dirent *e;
	char **v = NULL;
	size_t n = 0, cap = 0;
	struct blake3 b;

	if (!dir)
		return false;
	while ((e = readdir(dir))) {
		struct stat st;
		char kind = 'o';

		if (str_eq(e->d_name, ".") || str_eq(e->d_name, ".."))
			continue;
		if (!fstatat(fd, e->d_name, &st, 0))
			kind = S_ISDIR(st.st_mode) ? 'd' : S_ISREG(st.st_mode) ? 'f' : 'o';
		arena_push_room(&mem, v, n, cap);
		v[n++] = str_fmt(&mem, "%s/%c", e->d_name, kind);
	}
	closedir(dir);
	if (n)
		qsort(v, n, sizeof(*v), compare_names);
	blake3_start(&b);
	for (size_t i = 0; i < n; i++)
		blake3_add(&b, v[i], strlen(v[i]) + 1);
	blake3_end(&b, out);
	arena_free(&mem);
	return true;
}

bool files_hash(struct now *n, unsigned track)
{
	int fd;

	if (n->hashed || n->err)
		return !n->err;
	fd = open(n->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		n->err = errno;
		return false;
	}
	/* times of what is read, not of what was there a moment ago */
	if (fstat(fd, &n->st) ||
		!(track == PKGIMG_CACHE_TRACK_FOLDER ? digest_folder(fd, n->digest)
						     : files_digest(fd, n->digest)))
		n->err = errno ? errno : EIO;
	close(fd);
	n->hashed = !n->err;
	return n->hashed;
}

/* ---- times */

/* What copying does to times: whole seconds (old file systems, layers of containers), rounded down
 * or up; microseconds (some network file systems); one second after 1970 (Nix and its like); a
 * moment early (archives of Windows). */
bool files_same_time(int64_t recorded, int64_t now)
{
	const int64_t second = 1000000000, microsecond = 1000;
	int64_t low = recorded - ((recorded % second) + second) % second;

	return now == recorded || now == low || now == low + second ||
	       now == recorded - ((recorded % microsecond) + microsecond) % microsecond ||
	       now == second || (recorded - now > 0 && recorded - now < microsecond);
}
