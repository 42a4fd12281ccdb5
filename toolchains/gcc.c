/* GCC detection as clang does it (Gnu.cpp, GCCInstallationDetector), without the distribution
 * sniffing: PREFIX/{lib64,lib}/gcc{,-cross}/TRIPLE/VERSION, with the platform's names for TRIPLE.
 */
#include "toolchains/gcc.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"

/* a decimal number at *s, or -1; moves on */
static int number(const char **s)
{
	long v = 0;

	if (!isdigit((unsigned char)**s))
		return -1;
	while (isdigit((unsigned char)**s) && v < 100000)
		v = 10 * v + (*(*s)++ - '0');
	return (int)v;
}

bool gcc_version_parse(const char *text, struct gcc_version *out)
{
	const char *s = text;

	*out = (struct gcc_version) { .major = -1, .minor = -1, .patch = -1, .suffix = "" };
	out->major = number(&s);
	if (out->major < 0)
		return false;
	if (*s == '.') {
		s++;
		if (*s != 'x' && (out->minor = number(&s)) < 0)
			return false;
		if (*s == '.') {
			s++;
			if (*s == 'x')
				s++;
			else if ((out->patch = number(&s)) < 0)
				return false;
		} else if (*s == 'x') {
			s++;
		}
	}
	out->suffix = s;
	return *s == '\0' || *s == '-' || isalpha((unsigned char)*s) || *s == '_';
}

/* missing (-1) above present */
static int part_compare(int a, int b)
{
	if (a == b)
		return 0;
	if (a < 0)
		return 1;
	if (b < 0)
		return -1;
	return a < b ? -1 : 1;
}

int gcc_version_compare(const struct gcc_version *a, const struct gcc_version *b)
{
	int c = a->major - b->major;

	if (!c)
		c = part_compare(a->minor, b->minor);
	if (!c)
		c = part_compare(a->patch, b->patch);
	if (c)
		return c;
	if (!*a->suffix || !*b->suffix)
		return (*b->suffix != '\0') - (*a->suffix != '\0');
	return strcmp(a->suffix, b->suffix);
}

struct search {
	struct arena *a;
	struct gcc_install best;
	struct gcc_version version;
};

static void try_versions(struct search *s, const char *dir, const char *triple)
{
	static const struct gcc_version oldest = { 4, 1, 1, "" };
	DIR *d = opendir(dir);

	for (struct dirent *e; d && (e = readdir(d));) {
		struct gcc_version v;
		const char *path, *name;

		if (!gcc_version_parse(e->d_name, &v) || gcc_version_compare(&v, &oldest) < 0)
			continue;
		if (s->best.dir && gcc_version_compare(&v, &s->version) <= 0)
			continue;
		path = str_fmt(s->a, "%s/%s", dir, e->d_name);
		if (!file_exists(path_join(s->a, path, "crtbegin.o")))
			continue;
		name = str_dup(s->a, e->d_name);
		gcc_version_parse(name, &s->version);
		s->best = (struct gcc_install) { path, triple, name };
	}
	if (d)
		closedir(d);
}

struct gcc_install gcc_find(
	struct arena *a, const struct platform *pf, const char *const prefixes[], size_t n)
{
	static const char *const folders[] = { "gcc", "gcc-cross" };
	struct search s = { .a = a };

	for (size_t p = 0; p < n && !s.best.dir; p++)
		yml_each (l, &pf->gcc_lib_dirs)
			yml_each (t, &pf->gcc_triples)
				for (size_t f = 0; f < 2; f++)
					try_versions(&s,
						str_fmt(a, "%s/%s/%s/%s", prefixes[p],
							pf->gcc_lib_dirs.v[l], folders[f],
							pf->gcc_triples.v[t]),
						pf->gcc_triples.v[t]);
	return s.best;
}
