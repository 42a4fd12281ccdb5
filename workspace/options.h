/* What decides about an image beside its sources and dependencies, as the cache has it: in the same
 * words for a package of a workspace and for one that is built alone, so that both find the images
 * of each other. */
#ifndef WORKSPACE_OPTIONS_H
#define WORKSPACE_OPTIONS_H

#include "frontend/manifest.h"
#include "pkgimg/cache.h"

struct image_options {
	const char *opt_level; /* "0" ... "z" */
	const char *output;    /* base name of the file: it is in the library */
	bool exports_given, native;
	const struct job_words *exports;
	const char *soname; /* here and below: NULL if not said */
	bool needs_given;
	const struct job_words *needs, *host; /* libraries, symbols */
	const char *target, *platform;
	bool strip;
	const char *cpus;         /* CPU targets */
	const char *cpu_features; /* of this machine, for a target "native" */
	const uint8_t
		*base_build_id; /* [16], of the first dependency, for a target "base"; or NULL */
};

/* a growing list, in `mem` */
struct option_list {
	struct arena *mem;
	struct pkgimg_cache_option *v;
	size_t n, cap;
};
/* `value` NULL: nothing is added; both are borrowed */
void option_add(struct option_list *l, const char *name, const char *value);
void options_add(struct option_list *l, const struct image_options *o);

void preferences_add(struct option_list *l, const struct manifest_preferences *p);

/* "workspace:geo.bc" for a file below the folder of the package, else its base name. Both are paths
 * of the same kind, spelled alike. */
const char *source_name(struct arena *a, const char *folder, const char *path);

#endif
