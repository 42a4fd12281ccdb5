/* GCC installations: where the start files and libgcc of a sysroot are. */
#ifndef TOOLCHAINS_GCC_H
#define TOOLCHAINS_GCC_H

#include "base/arena.h"
#include "toolchains/platform.h"

struct gcc_install {
	const char *dir;    /* SYSROOT/usr/lib/gcc/TRIPLE/VERSION; NULL: none */
	const char *triple; /* as its folder is spelled */
	const char *version;
	const char *suffix; /* folder of our width's files: "", "/32", "/lib64/lp64d" */
	const char *up;     /* from dir to the library folder: "/../../.." */
};

/* what is looked for */
struct gcc_wanted {
	const struct platform *pf;
	const char *triple;      /* the target's, normalised */
	const char *only_triple; /* --gcc-triple=; NULL: all that the platform knows */
	const struct platform_vars *vars;
};

/* "12", "4.9.3", "10-win32": numbers, then a suffix. A missing minor or patch sorts above a present
 * one ("12" is the distribution's name for its newest 12.x), an empty suffix above any. */
struct gcc_version {
	int major, minor, patch; /* -1: not present */
	const char *suffix;      /* borrowed */
};
/* returns false if the text is no version */
bool gcc_version_parse(const char *text, struct gcc_version *out);
/* < 0, 0, > 0 as strcmp */
int gcc_version_compare(const struct gcc_version *a, const struct gcc_version *b);

/* Search prefixes[0..n): the first prefix with any installation decides, in it the greatest version
 * (ties keep the first found). Valid is what holds crtbegin.o for our width. */
struct gcc_install gcc_find(
	struct arena *a, const struct gcc_wanted *w, const char *const prefixes[], size_t n);
/* --gcc-install-dir=: take this folder. returns false if it is no installation for us */
bool gcc_at(struct arena *a, const struct gcc_wanted *w, const char *dir, struct gcc_install *out);

#endif
