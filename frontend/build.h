/* pkgimg build: modules and a manifest in, one package image out.
 *
 *   package.c           the manifest (PACKAGE.yaml, command line) -> struct package
 *   target.c            platform, triple and CPU targets -> target machines
 *   code/modules.c      inputs -> LLVM modules and native symbols, checked; linked into one module
 *   exports.c           what is exported; everything else becomes internal
 *   cpu/clones.c        which functions get a version for which CPU target; a module for each
 *   code/compile.c      one module -> shards -> optimised -> objects
 *                       (codegen.c: one of them; shards.c: threads; store.c: objects of earlier
 *                       builds; jobs.c: how much may run at once)
 *   needs.c             what the objects take from outside, and who provides it
 *   tables/metadata.c   types, methods, globals -> the tables of image/FORMAT.md
 *   heap/               objects of a live heap -> the heap part and its tables
 *   root.c              the tables -> an object with the root symbol
 *   build.c             all of these in order, then the link and the seal */
#ifndef FRONTEND_BUILD_H
#define FRONTEND_BUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"
#include "toolchains/link_job.h"

/* A module in memory: bitcode or IR text. */
struct build_module {
	const char *name; /* for messages */
	const void *data;
	size_t size;
};

struct heap;

/* What the command line says; {0} is an empty one. Every word keeps its place. All is borrowed for
 * the call. Words given here win over the manifest's; lists are added to the manifest's. */
struct build_request {
	struct job_word
		*inputs; /* [ninputs] modules, relative to the current folder; one that ends in */
	size_t ninputs;  /* .yaml or .yml is the manifest, and is then the only one */
	struct job_word package; /* the manifest, if it was not an input */
	struct job_word output; /* default: NAME and the platform's suffix, in the current folder */
	struct job_word name; /* default: the manifest's, else the output's base name, no suffix */
	struct job_word version;    /* of the package */
	struct job_word uuid;       /* RFC 4122 text */
	struct job_word opt_level;  /* "0" "1" "2" "3" "s" "z"; default 2 */
	struct job_word cpu_target; /* "haswell,+aes"; default: the platform's */
	struct job_word target;     /* triple */
	struct job_word platform;   /* name or file */
	struct job_word threads;    /* at most; default: frontend/code/jobs.h */
	struct job_word store;      /* folder of objects of earlier builds */
	struct job_word shard_size; /* instructions */
	struct job_words exports;   /* names and globs */
	struct job_word
		exports_as;     /* "native": ordinary symbols as well; default: the manifest's */
	struct job_word soname; /* default: the base name of the output */
	struct job_word import_library; /* a file to write beside a DLL; default: none */
	struct job_words needs; /* sonames, or shared library files with a '/' in their path */
	struct job_words host;  /* symbols that the host program provides */
	struct job_word base;   /* NAME=FILE: the dependency that is the base image */
	struct job_words dependencies;  /* NAME=FILE: an image, for the manifest's or besides */
	struct job_word interface_file; /* takes the interface digest, written if it changed */
	bool object_only;               /* -c: one relocatable object instead of an image */
	bool strip;          /* no debug information for debuggers; types and places stay */
	bool verbose;        /* print the link command and LLD's --verbose text */
	bool plan_only;      /* -###: compile, print the link plan, link nothing */
	bool explain;        /* --explain: the same, each word with its origin */
	bool last;           /* the process ends after this: LLVM's memory is left to the system */
	bool explain_clones; /* say in clones_text what was cloned, and why */
	const struct build_module *memory; /* [nmemory] further modules */
	size_t nmemory;
	struct heap *heap; /* not walked yet (frontend/heap/heap.h); NULL: an image of code alone */
	bool no_native;    /* modules stay bitcode, in a file of data alone: a data-only image */
	bool timings;      /* print "timing: PHASE MS ms" lines on stderr */
};

enum build_phase {
	BUILD_LOAD,     /* read and check inputs, debug information included */
	BUILD_MERGE,    /* link modules, decide exports */
	BUILD_CLONE,    /* versions for several CPU targets */
	BUILD_COMPILE,  /* optimise and emit, in shards */
	BUILD_DESCRIBE, /* needs, types, methods, the root object */
	BUILD_LINK,     /* plan, LLD, seal, publish */
	BUILD_PHASES,
};
extern const char *const build_phase_names[BUILD_PHASES + 1];

/* For callers who print it; filled in as far as the build came. Text is in the arena. */
struct build_result {
	const char *name, *output, *triple;
	size_t nmethods, nglobals, ntypes;
	size_t object_size, metadata_size; /* bytes */
	const char *clones_text;           /* if asked for */
	double ms[BUILD_PHASES];           /* wall clock */
};

/* Build the image. Calls ll_start; starts LLVM and LLD, so one build at a time in a process.
 * a        holds what the build makes, and out's text
 * out      may be NULL
 * returns  0, or -1 with every mistake reported; nothing is left behind then */
int frontend_build(
	struct arena *a, struct diags *d, const struct build_request *r, struct build_result *out);

#endif
