#include "base/kept.h"

#include <time.h>

#include "base/str.h"

/* A file's times have the grain of the system's clock: one that was written just now may be written
 * once more without a change that shows. */
enum { SETTLED = 2 }; /* seconds */

struct kept_file {
	struct kept_file *next;
	const char *kind, *path;
	struct stat as; /* when it was read */
	const void *thing;
};

static bool is_same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool kept_is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       is_same_time(a->st_mtim, b->st_mtim) && is_same_time(a->st_ctim, b->st_ctim);
}

/* a change of the file sets st_ctim, whatever it does to st_mtim */
bool kept_can(const struct kept *kept, const char *path, struct stat *now)
{
	time_t latest;

	if (!kept || stat(path, now) || !S_ISREG(now->st_mode))
		return false;
	latest = time(NULL) - SETTLED;
	return now->st_ctim.tv_sec < latest && now->st_mtim.tv_sec < latest;
}

static struct kept_file *find(const struct kept *kept, const char *kind, const char *path)
{
	struct kept_file *f = kept->first;

	while (f && !(str_eq(f->kind, kind) && str_eq(f->path, path)))
		f = f->next;
	return f;
}

const void *kept_find(
	const struct kept *kept, const char *kind, const char *path, const struct stat *now)
{
	const struct kept_file *f = find(kept, kind, path);

	return f && kept_is_same(&f->as, now) ? f->thing : NULL;
}

void kept_add(struct kept *kept, const char *kind, const char *path, const struct stat *now,
	const void *thing)
{
	struct kept_file *f = find(kept, kind, path);

	if (!f) {
		f = arena_new(&kept->mem, struct kept_file);
		f->kind = kind;
		f->path = str_dup(&kept->mem, path);
		f->next = kept->first;
		kept->first = f;
	}
	f->as = *now;
	f->thing = thing;
}
