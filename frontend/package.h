/* The package as it was asked for: the manifest and the command line in one struct. */
#ifndef FRONTEND_PACKAGE_H
#define FRONTEND_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "frontend/build.h"
#include "frontend/manifest.h"
#include "image/image.h"

/* An image that this one was built against, as its file says. */
struct package_dep {
	const char *name, *path;
	struct loc at, path_at;
	const char *version, *soname; /* soname: NULL if it has none */
	const char *targets;          /* its CPU targets; the first dependency is the base image */
	uint8_t uuid[16], build_id[16];
	uint64_t interface_digest;
	struct img_view view; /* of its file, in the arena */
	enum img_form form;
	bool base; /* the base image: the first, and no other build of it will do */
};

struct package {
	bool from_file;             /* a manifest was read */
	const char *name, *version; /* version: "" if none */
	uint8_t uuid[16];           /* zero if none */
	struct job_word output;     /* never NULL; without the suffix if `output_bare` */
	bool output_bare;
	struct job_words modules;          /* paths as this process opens them */
	const struct build_module *memory; /* [nmemory] borrowed from the request */
	size_t nmemory;
	struct job_words exports;               /* names and globs; not given: everything visible */
	bool native;                            /* exports are ordinary symbols as well */
	struct loc native_at;                   /* who said so */
	struct job_word soname, import_library; /* text NULL: not said */
	struct job_words needs;                 /* libraries; not given: the platform's */
	struct job_words host;                  /* symbols of the host program */
	struct job_words depfiles; /* what the modules were made of; nothing here reads them */
	struct manifest_preferences preferences; /* the cache's alone */
	struct package_dep *deps;
	size_t ndeps, deps_cap;
	struct job_words cpu_targets;     /* in order, each one target or several with ';' */
	struct job_word target, platform; /* text NULL: not said */
	char opt_level;                   /* '0' '1' '2' '3' 's' 'z' */
};

/* Read and check all of it. returns 0, or -1 with every mistake reported */
int package_read(
	struct arena *a, struct diags *d, const struct build_request *r, struct package *out);

#endif
