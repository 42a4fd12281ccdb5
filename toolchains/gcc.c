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
	const struct gcc_wanted *w;
	bool biarch; /* the triples being tried are of the other width */
	struct gcc_install best;
	struct gcc_version version;
};

/* An installation is valid if it has start files for our width: in the folder of that name, or at its
 * top when it is an installation of our own width. RISC-V's are taken as they are. */
static bool multilib(const struct search *s, const char *path, const char **suffix)
{
	const struct gcc_wanted *w = s->w;

	*suffix = "";
	yml_each (i, &w->pf->gcc_multilib) {
		const char *dir = platform_subst(s->a, w->vars, w->pf->gcc_multilib.v[i]);

		if (!dir || !file_exists(str_fmt(s->a, "%s%s/crtbegin.o", path, dir)))
			continue;
		*suffix = dir;
		return true;
	}
	if (w->pf->gcc_any)
		return true;
	return !s->biarch && file_exists(path_join(s->a, path, "crtbegin.o"));
}

static void try_version(struct search *s, const char *dir, const char *triple, const char *name)
{
	static const struct gcc_version oldest = { 4, 1, 1, "" };
	struct gcc_version v;
	const char *path, *suffix;

	if (!gcc_version_parse(name, &v) || gcc_version_compare(&v, &oldest) < 0)
		return;
	if (s->best.dir && gcc_version_compare(&v, &s->version) <= 0)
		return;
	path = str_fmt(s->a, "%s/%s", dir, name);
	if (!multilib(s, path, &suffix))
		return;
	name = str_dup(s->a, name);
	gcc_version_parse(name, &s->version);
	s->best = (struct gcc_install) { .dir = path,
		.triple = triple,
		.version = name,
		.suffix = suffix,
		.up = "/../../.." };
}

static void try_versions(struct search *s, const char *lib, const char *folder, const char *triple)
{
	const char *dir = str_fmt(s->a, "%s%s%s", lib, folder, triple);
	const char *before = s->best.dir;
	DIR *d = opendir(dir);

	for (struct dirent *e; d && (e = readdir(d));)
		try_version(s, dir, triple, e->d_name);
	if (d)
		closedir(d);
	if (s->best.dir != before && !*(folder + 1))
		s->best.up = "/../.."; /* no gcc/ between the library folder and the triple */
}

/* Two makers of systems have GCC's folders right in the library folder. */
static void try_triple(struct search *s, const char *lib, const char *triple)
{
	try_versions(s, lib, "/gcc/", triple);
	try_versions(s, lib, "/gcc-cross/", triple);
	if (strstr(s->w->triple, "-fsl-") || strstr(s->w->triple, "-oe-"))
		try_versions(s, lib, "/", triple);
}

/* ARCH-VENDOR-OS-ENV with another first word, and without the vendor. A triple of x32 finds the
 * installation of its 64-bit system. */
static const char *with_arch(struct search *s, const char *arch, bool vendor)
{
	const char *rest = strchr(s->w->triple, '-');
	const char *os = rest ? strchr(rest + 1, '-') : NULL;

	if (!os)
		return s->w->triple;
	if (!vendor && str_ends(os, "-gnux32"))
		os = "-linux-gnu";
	return str_fmt(s->a, "%s%s", arch, vendor ? rest : os);
}

static void try_prefix(struct search *s, const char *prefix)
{
	const struct platform *pf = s->w->pf;
	const char *arch = str_ndup(s->a, s->w->triple, strcspn(s->w->triple, "-"));

	s->biarch = false;
	yml_each (l, &pf->gcc_lib_dirs) {
		const char *lib = path_join(s->a, prefix, pf->gcc_lib_dirs.v[l]);

		if (s->w->only_triple) {
			try_triple(s, lib, s->w->only_triple);
			continue;
		}
		try_triple(s, lib, s->w->triple);
		try_triple(s, lib, with_arch(s, arch, false));
		yml_each (t, &pf->gcc_triples)
			try_triple(s, lib, pf->gcc_triples.v[t]);
	}
	s->biarch = true;
	yml_each (l, &pf->gcc_biarch_lib_dirs) {
		const char *lib = path_join(s->a, prefix, pf->gcc_biarch_lib_dirs.v[l]);

		if (s->w->only_triple) {
			try_triple(s, lib, s->w->only_triple);
			continue;
		}
		if (pf->gcc_biarch_arch.text)
			try_triple(s, lib, with_arch(s, pf->gcc_biarch_arch.text, false));
		yml_each (t, &pf->gcc_biarch_triples)
			try_triple(s, lib, pf->gcc_biarch_triples.v[t]);
		if (pf->gcc_biarch_arch.text)
			try_triple(s, lib, with_arch(s, pf->gcc_biarch_arch.text, true));
	}
}

struct gcc_install gcc_find(
	struct arena *a, const struct gcc_wanted *w, const char *const prefixes[], size_t n)
{
	struct search s = { .a = a, .w = w };

	for (size_t p = 0; p < n && !s.best.dir; p++)
		try_prefix(&s, prefixes[p]);
	return s.best;
}

bool gcc_at(struct arena *a, const struct gcc_wanted *w, const char *dir, struct gcc_install *out)
{
	struct search s = { .a = a, .w = w };
	const char *suffix;

	if (!multilib(&s, dir, &suffix))
		return false;
	*out = (struct gcc_install) { .dir = dir,
		.triple = path_base(path_dir(a, dir)),
		.version = path_base(dir),
		.suffix = suffix,
		.up = "/../../.." };
	return true;
}
