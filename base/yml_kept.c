#include "base/yml_kept.h"

#include <sys/stat.h>
#include <time.h>

#include "base/str.h"

/* A file's times have the grain of the system's clock: one that was written just now may be written
 * once more without a change that shows. */
enum { SETTLED = 2 }; /* seconds */

struct yml_kept_file {
	struct yml_kept_file *next;
	const char *path;
	struct stat as; /* when it was read */
	struct yml_node *tree;
};

static bool is_same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       is_same_time(a->st_mtim, b->st_mtim) && is_same_time(a->st_ctim, b->st_ctim);
}

static struct yml_kept_file *find(const struct yml_kept *kept, const char *path)
{
	struct yml_kept_file *f = kept->first;

	while (f && !str_eq(f->path, path))
		f = f->next;
	return f;
}

/* a change of the file sets st_ctim, whatever it does to st_mtim */
static bool is_settled(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_ctim.tv_sec + SETTLED < time(NULL) &&
	       st->st_mtim.tv_sec + SETTLED < time(NULL);
}

struct yml_node *yml_kept_read(struct yml_kept *kept, struct arena *a, struct diags *d,
	struct loc asked, const char *what, const char *path)
{
	struct yml_kept_file *f = kept ? find(kept, path) : NULL;
	unsigned before = d->errors;
	struct yml_node *tree;
	struct stat st;

	if (!kept || stat(path, &st) || !is_settled(&st))
		return yml_read(a, d, asked, what, path);
	if (f && is_same(&f->as, &st))
		return f->tree;
	tree = yml_read(&kept->mem, d, asked, what, path);
	if (!tree || d->errors != before)
		return tree;
	if (!f) {
		f = arena_new(&kept->mem, struct yml_kept_file);
		f->path = str_dup(&kept->mem, path);
		f->next = kept->first;
		kept->first = f;
	}
	f->as = st;
	f->tree = tree;
	return tree;
}
