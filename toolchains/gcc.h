/* GCC installations: where the start files and libgcc of a sysroot are. */
#ifndef TOOLCHAINS_GCC_H
#define TOOLCHAINS_GCC_H

#include "base/arena.h"
#include "toolchains/platform.h"

struct gcc_install {
	const char *dir;    /* SYSROOT/usr/lib/gcc/TRIPLE/VERSION; NULL: none */
	const char *triple; /* as its folder is spelled */
	const char *version;
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
 * (ties keep the first found). Valid is what holds crtbegin.o. */
struct gcc_install gcc_find(
	struct arena *a, const struct platform *pf, const char *const prefixes[], size_t n);

#endif
