/* Builds of many packages: a workspace file lists them, and only what is needed is built.
 *
 *   file.c      the workspace file and the packages' own files -> struct ws
 *   graph.c     names of dependencies -> edges and an order; circles
 *   line.c      a package -> the command line of the process that builds it
 *   form.c      native code or data-only, the same for packages that are built with each other
 *   request.c   what decides about a package's image, as the cache asks it
 *   record.c    what the last build left in the folder of the images
 *   build.c     which packages are built, when, and what becomes of each
 *   process.c   the processes: start, output, end, signals
 *   progress.c  what is told meanwhile: a terminal, plain lines, JSON
 *   ninja.c     the same graph as a file for ninja
 *
 * Nothing here starts LLVM. Schema, events and promises: docs/workspace.md. */
#ifndef WORKSPACE_WORKSPACE_H
#define WORKSPACE_WORKSPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/argv.h"
#include "base/diag.h"
#include "base/yml.h"
#include "frontend/manifest.h"
#include "toolchains/link_job.h"

#define WS_OUTSIDE ((size_t)-1)

/* what a workspace can say for all of its packages, and each entry for its own */
struct ws_settings {
	struct job_word opt_level, target, platform; /* text NULL: not said */
	struct job_words cpu_targets;
	struct job_word native; /* "yes", "no", "existing" */
	bool strip;
};

struct ws_dependency {
	const char *name;
	struct loc at;
	struct job_word path; /* as its package file says; NULL: not said */
	size_t package;       /* index, or WS_OUTSIDE: an image that is there already */
	bool base;            /* the base image: the first */
};

struct ws_package {
	const char *name;
	struct loc at;         /* of the entry */
	struct job_word file;  /* PACKAGE.yaml, or NULL: all is in the workspace file */
	struct yml_node *node; /* what describes it: the file's top, or the entry */
	const char *dir;       /* paths in it are relative to that */
	struct ws_settings settings;
	/* of an entry without a file, as the three above */
	struct job_word version, uuid, soname;
	struct manifest_exports exports;
	struct manifest_preferences preferences;
	struct yml_node *needs;
	struct job_words modules, depfiles;
	struct job_words files; /* further ones that are read: libraries, a platform file */
	const struct ws_platform *platform;
	struct job_word target, chosen; /* the triple and the platform's name that count */
	uint32_t native;                /* enum pkgimg_cache_native: what was said */
	bool data_only;                 /* what it comes to */
	struct job_word output;         /* the image */
	const char *library, *data;     /* the image of either form */
	struct ws_dependency *deps;     /* the base image first */
	size_t ndeps, deps_cap;
	size_t *dependents; /* [ndependents] packages */
	size_t ndependents, dependents_cap;
	bool has_targets; /* its file says for which CPUs */
	bool wanted;      /* it, or what depends on it, was asked for */
};

struct ws {
	struct arena *mem;
	const char *path, *dir; /* of the workspace file */
	const char *root;       /* the same as `dir`, absolute, links followed */
	const char *output;     /* folder of the images */
	struct ws_settings settings;
	struct job_word base; /* name of the package that all others are built on, or NULL */
	struct ws_package *v;
	size_t n, cap;
	size_t *order; /* [n], dependencies first; among equals as the file has them */
};

/* What the choice of a platform decides. */
struct ws_platform {
	const char *suffix;       /* of images: ".so" */
	const char *abi;          /* as image/FORMAT.md 3 writes it, or the platform's name */
	const char *const *files; /* its YAML files, NULL-terminated */
};

/* What the program knows of itself and its surroundings. */
struct ws_host {
	const char *program;        /* path of pkgimg */
	const char *toolchain;      /* versions of what makes images */
	const char *cpu_features;   /* of this machine, for the target "native" */
	struct job_word cpu_target; /* the environment's, or NULL */
	struct job_word native;     /* --pkgimage-native-code=, over what the file says; or NULL */
	struct loc asked;           /* who asked for the workspace file */
	struct job_words packages;  /* those that are wanted; none: all */
	/* for a target and a platform, the text of either may be NULL; NULL: reported */
	const struct ws_platform *(*platform)(
		void *ctx, const struct job_word *target, const struct job_word *platform);
	void *ctx;
};

/* Read and check all of it: the file, the packages' files, names, edges, order.
 * path     of the workspace file
 * out      all is in the arena
 * returns  0, or -1 with every mistake reported */
int ws_read(struct arena *a, struct diags *d, const char *path, const struct ws_host *host,
	struct ws *out);

/* the second half of ws_read: fill in package indices, dependents, order, wanted */
int ws_graph(struct diags *d, const struct ws_host *host, struct ws *ws);

/* Read what was said of native code, and make sure that packages that are built with each other
 * have it or not alike. returns 0, or -1 with every mistake reported */
int ws_forms(struct diags *d, const struct ws_host *host, struct ws *ws);

/* Decide about a package's image: .data_only and .output follow. */
void ws_set_form(struct ws_package *p, bool data_only);

/* Add the words of the process that builds package `i` into `output`, behind the program's name.
 * Each says who asked for it, so that "argument 3" of a message has a place. */
void ws_line(const struct ws *ws, size_t i, const char *output, struct argv *out);

#endif
