/* Versions as Apple's tools write them: one to four numbers, and how many were written counts,
 * since "14" and "14.0" are the same version and different words. */
#ifndef TOOLCHAINS_DARWIN_VERSION_H
#define TOOLCHAINS_DARWIN_VERSION_H

#include <stdbool.h>

#include "base/arena.h"

struct darwin_version {
	unsigned part[4];
	unsigned n; /* parts that were written; 0: no version */
};

#define DARWIN_VERSION(a, b, c) ((struct darwin_version) { { (a), (b), (c), 0 }, 3 })

/* the whole text is one to `most` numbers with dots between; false if not */
bool darwin_version_parse(const char *text, unsigned most, struct darwin_version *out);
/* as many of at most three numbers as the text starts with: "13.1-simulator" is 13.1 */
struct darwin_version darwin_version_prefix(const char *text);
/* < 0, 0, > 0; parts that were not written are 0 */
int darwin_version_compare(const struct darwin_version *a, const struct darwin_version *b);
bool darwin_version_less(const struct darwin_version *v, unsigned major, unsigned minor);
const char *darwin_version_text(struct arena *a, const struct darwin_version *v);

/* Versions of one system and those of another that belong to them (SDKSettings.json, VersionMap) */
struct darwin_version_map {
	struct darwin_version *from, *to;
	unsigned n;
};
/* The version that belongs to `key`: `least` below the map, none above it or in a gap of it. A
 * minor version that is not in the map counts as its major one. returns false for none */
bool darwin_version_map(const struct darwin_version_map *m, const struct darwin_version *key,
	struct darwin_version least, struct darwin_version *out);

#endif
