/* `pkgimg build --cache`: a build request as a request to the cache.
 *
 * No part of LLVM is started for this: the package file and the platform are YAML, triples are cold
 * functions of the shim, CPU features are the runtime's, and the toolchain's version is a constant
 * of this program with its own build id. So a hit costs what its files cost. */
#ifndef CLI_CACHED_H
#define CLI_CACHED_H

#include "cli/cli.h"
#include "frontend/build.h"
#include "pkgimg/cache.h"

struct platform;

struct cached_options {
	bool cache, rebuild;
	struct job_word native; /* yes, no, existing; NULL: not said */
	struct job_words depfiles, stores;
};

/* take an argument; false: it is none of these */
bool cached_apply(struct cli *c, const struct ll_arg *arg, struct cached_options *o);
/* "yes", "no", "existing" of --pkgimage-native-code; yes if it was not said.
 * returns 0 with an enum pkgimg_cache_native, or -1 reported */
int cached_native(struct diags *d, const struct job_word *said, uint32_t *out);
/* reads --cache; 'existing' wants it too: where else would be what exists? */
bool cached_wanted(const struct cached_options *o);

struct cached {
	struct pkgimg_cache_request q; /* all of it in the arena */
	const char *output;            /* to copy it to, or NULL */
	const char *base;              /* of the output's name, given or not */
};
/* returns 0, or -1 with all mistakes reported */
int cached_request(struct arena *a, struct diags *d, const struct build_request *r,
	const struct cached_options *o, struct cached *out);
/* the stores of --store=, else those of the environment. returns it, or NULL reported */
struct pkgimg_cache *cached_open(
	struct arena *a, struct diags *d, const struct cached_options *o, unsigned flags);
/* "pkgimg 0.1.0, LLVM 19.1.7, build 0123456789abcdef" */
const char *cached_toolchain(struct arena *a);
/* the platform that images are for, by what was said (or NULL) and what that chose */
const char *cached_abi(
	struct arena *a, const char *target, const char *platform, const struct platform *p);
/* what this CPU offers; in the arena */
const char *cached_features(struct arena *a);

/* Look up or build; prints the path if there is no -o. returns an exit code */
int cached_build(struct cli *c, struct build_request *r, const struct cached_options *o);

/* an argument of `pkgimg build`; false: it is none */
bool build_apply(struct cli *c, const struct ll_arg *arg, struct build_request *r);

#endif
