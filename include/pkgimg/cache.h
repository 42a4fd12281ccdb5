/* pkgimg/cache.h -- a store of package images: what is asked for is found, or made once.
 *
 *   struct pkgimg_cache_request want = { .size = sizeof(want), .package = "geo", ... };
 *   struct pkgimg_cache_answer *answer;
 *
 *   if (pkgimg_cache_open(NULL, &cache, &error) ||
 *           pkgimg_cache_get(cache, &want, make, &my_job, &answer, &error))
 *           return complain(error.text);
 *   load(answer->hit.library);
 *
 * An image in a store is a library (or, without native code, a file `.pkgimg`) and its sidecar,
 * `.pki`, which has all that is needed to accept or refuse the image and is written last: no
 * sidecar, no image. What is refused is told with reasons; a broken file is refused like any other
 * and never fatal.
 *
 * A store is trusted: loading an image runs its code. Whoever can write to a store decides what its
 * users run. The layout of stores is in docs/cache.md, that of sidecars in cache/FORMAT.md.
 *
 * Structs that a caller fills in start with their size: `{ .size = sizeof(x) }`, all else zero is
 * the default. Texts are UTF-8; those of a caller are borrowed for the call, those handed out live
 * as long as what they were handed out with. The library prints nothing and keeps no state of its
 * own outside of what is opened. */
#ifndef PKGIMG_CACHE_H
#define PKGIMG_CACHE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) && !defined(_WIN32)
#define PKGIMG_CACHE_API __attribute__((visibility("default")))
#else
#define PKGIMG_CACHE_API
#endif

/* What a function returns. Codes do not change their number. */
enum pkgimg_cache_code {
	PKGIMG_CACHE_OK = 0,
	PKGIMG_CACHE_E_ARGUMENT = 1, /* a NULL, a struct of unknown size, an impossible request */
	PKGIMG_CACHE_E_IO = 2,       /* the system said no: sys_errno; the store is as it was */
	PKGIMG_CACHE_E_NO_STORE = 3, /* no store that can be written to */
	PKGIMG_CACHE_E_SOURCE = 4,   /* a source of the request cannot be read */
	PKGIMG_CACHE_E_IMAGE = 5, /* what was built is no sound image, or not the one asked for */
	PKGIMG_CACHE_E_BUILD = 6, /* the caller's build function failed */
	PKGIMG_CACHE_E_BUSY = 7,  /* someone else builds it, and PKGIMG_CACHE_NO_WAIT was said */
	PKGIMG_CACHE_E_CANCELLED = 8 /* the waiting function said so */
};

struct pkgimg_cache_error {
	int code;       /* enum pkgimg_cache_code */
	int sys_errno;  /* of the system call that failed; else 0 */
	char text[768]; /* one line, NUL-terminated, cut if longer */
};

/* pkgimg_cache_strerror -- the meaning of a code; static text, never NULL. */
PKGIMG_CACHE_API const char *pkgimg_cache_strerror(int code);

/* ---- stores */

enum {
	PKGIMG_CACHE_VERIFY = 1,    /* read whole files where size and times would do */
	PKGIMG_CACHE_READ_ONLY = 2, /* look up only; nothing is written, not even times of use */
	PKGIMG_CACHE_TRUST_TIMES =
		4 /* a source of same size and time of change is unchanged; without
		   * it, inode and time of status change must be the same too */
};

struct pkgimg_cache_options {
	uint32_t size; /* of this struct */
	uint32_t flags;
	/* [nstores] folders, made if needed. All are searched, those that cannot be written to
	 * first, else in order; new images go to the first that can. NULL: PKGIMG_CACHE in the
	 * environment, a list of folders with ':' (Windows: ';') between, else
	 * XDG_CACHE_HOME/pkgimg, else HOME/.cache/pkgimg */
	const char *const *stores;
	size_t nstores;
	const char *host_name; /* of this machine, in locks; NULL: as the system says */
	uint32_t
		stale_seconds; /* a lock of another host not renewed so long is left over; 0: 120 */
	uint32_t reserved;     /* 0 */
};

struct pkgimg_cache;
struct pkgimg_cache_owner;

/* pkgimg_cache_open -- name the stores to work with. Nothing is made or written before it must be.
 * options  NULL for defaults
 * out      for pkgimg_cache_close; untouched on error
 * error    may be NULL, here and everywhere; written on error only
 * returns  PKGIMG_CACHE_OK, E_ARGUMENT, E_NO_STORE (no folder was named and there is no HOME)
 * threads  any; an open cache is used by any number of threads at once */
PKGIMG_CACHE_API int pkgimg_cache_open(const struct pkgimg_cache_options *options,
	struct pkgimg_cache **out, struct pkgimg_cache_error *error);
PKGIMG_CACHE_API void pkgimg_cache_close(struct pkgimg_cache *cache); /* NULL is fine */

/* pkgimg_cache_store -- folder of store i in the order of search; NULL past the last. */
PKGIMG_CACHE_API const char *pkgimg_cache_store(const struct pkgimg_cache *cache, size_t i);

/* ---- what is wanted */

/* --pkgimage-native-code= */
enum pkgimg_cache_native {
	PKGIMG_CACHE_NATIVE_YES = 0,     /* images with native code, and no others */
	PKGIMG_CACHE_NATIVE_NO = 1,      /* data-only images, and no others */
	PKGIMG_CACHE_NATIVE_EXISTING = 2 /* either, with native code first; data-only is made */
};

/* A folder that sources are named relative to, so that a store may be used with them elsewhere. A
 * source belongs to the root with the longest path that holds it. */
struct pkgimg_cache_root {
	const char *name; /* "workspace", "depot": in keys and sidecars; no '/' */
	const char *path; /* absolute folder, here and now: in neither */
};

enum pkgimg_cache_track {
	PKGIMG_CACHE_TRACK_CONTENT = 0, /* size and times first, content when in doubt */
	PKGIMG_CACHE_TRACK_TIME = 1,    /* the time of change decides (with the tolerances of
					 * docs/cache.md), content is never read */
	PKGIMG_CACHE_TRACK_FOLDER = 2   /* a folder: the names in it, sorted, and what they are */
};

/* A file that the image is made from. */
struct pkgimg_cache_source {
	const char *path; /* absolute, or relative to the current folder */
	/* in keys and sidecars; NULL: relative to its root; outside of all roots: the base name */
	const char *name;
	uint32_t track; /* enum pkgimg_cache_track */
	uint32_t reserved;
};

/* A part of an interface, by name: a digest of all that its users depend on. */
struct pkgimg_cache_symbol {
	const char *name; /* kind 0: a function's or a variable's linkage name; 1: a type's name */
	uint64_t digest;
	uint32_t kind, reserved;
};

enum {
	PKGIMG_CACHE_DEP_INLINED =
		1,                 /* code of it was inlined: another build of it is another key */
	PKGIMG_CACHE_DEP_BASE = 2, /* the base image: must be the very build (same as INLINED), and
				    * is refused as "base-changed" */
	PKGIMG_CACHE_DEP_DATA_ONLY = 4 /* this one has no native code */
};

/* A package image that is built against. */
struct pkgimg_cache_dependency {
	const char *name, *version; /* version: NULL or "" if none */
	uint8_t uuid[16];           /* zero if none */
	uint8_t build_id[16];       /* the implementation */
	uint64_t interface_digest;  /* what dependents can see */
	uint32_t flags;
	uint32_t nsymbols;
	/* [nsymbols] of its interface, sorted by name as strcmp does: hit.symbols of its answer.
	 * With them an image that said what it uses (uses, below) stays good when the rest changes.
	 */
	const struct pkgimg_cache_symbol *symbols;
	uint32_t reserved, nuses;
	/* [nuses] names that this package takes from it, if that is known before the build; NULL:
	 * not known, then any change of the interface counts (pkgimg_cache_build_use can say it
	 * later) */
	const char *const *uses;
};

/* An option by name: "opt-level" = "2". Sorted or not, names must be unique. */
struct pkgimg_cache_option {
	const char *name, *value;
};

enum {
	PKGIMG_CACHE_NO_WAIT = 1,  /* get, begin: E_BUSY instead of waiting for another builder */
	PKGIMG_CACHE_REBUILD = 2,  /* accept nothing: make it again ("--force") */
	PKGIMG_CACHE_NO_STATS = 4, /* leave no trace in times of use and statistics */
	PKGIMG_CACHE_OPAQUE = 8,   /* the library is no package image: it is kept, not looked into;
				    * its   build id and interface are its content */
	PKGIMG_CACHE_PARTIAL =
		16,             /* explain: what is NULL or empty in the request is not compared */
	PKGIMG_CACHE_FORM = 32, /* with it: `native` is compared, which is not when it is 0 */
	PKGIMG_CACHE_ASKED = 64 /* begin, get: a lookup of the same has been counted before */
};

struct pkgimg_cache_request {
	uint32_t size; /* of this struct */
	uint32_t flags;
	const char *package; /* name: a letter, digit or '_', then also . + -; at most 128 bytes */
	const char *version; /* NULL or "": none */
	uint8_t uuid[16];    /* zero: none */
	const char *toolchain;  /* what makes images, with versions: "pkgimg 0.1.0, LLVM 19.1.7" */
	const char *abi;        /* platform, as image/FORMAT.md 3 writes it; or the target triple */
	const char *cpu_target; /* "generic;haswell", as it is given to the build; NULL: "" */
	/* what the CPU that shall run it offers, as pkgimg_cpu_features writes it ("sse3 avx");
	 * NULL: it will not run here, so nothing is compared */
	const char *cpu_features;
	const char
		*suffix; /* of the library's file: ".so", ".dll", ".dylib"; NULL: this system's */
	uint32_t native; /* enum pkgimg_cache_native */
	uint32_t reserved;
	const struct pkgimg_cache_option
		*flags_set; /* [nflags] of the build: "opt-level", "exports" */
	size_t nflags;
	const struct pkgimg_cache_option *preferences; /* [npreferences] of the package's user */
	size_t npreferences;
	const struct pkgimg_cache_source *sources; /* [nsources] known before the build, in order */
	size_t nsources;
	const struct pkgimg_cache_root *roots; /* [nroots] */
	size_t nroots;
	const struct pkgimg_cache_dependency *dependencies; /* [ndependencies] in order */
	size_t ndependencies;
	/* is told now and then whom this process waits for, and again every second or so; `owner`
	 * is valid for the call; return other than 0 to give up (E_CANCELLED). NULL: wait in
	 * silence */
	int (*waiting)(void *ctx, const struct pkgimg_cache_owner *owner);
	void *ctx; /* for `waiting` */
};

/* Who holds a lock. */
struct pkgimg_cache_owner {
	const char *package, *host;
	int64_t pid, since; /* since: seconds since 1970 */
	double waited;      /* seconds that this call has waited */
};

/* pkgimg_cache_key -- the name of what a request asks for: BLAKE3 of everything above but paths,
 * features, `waiting` and flags. Reads the sources.
 * returns  PKGIMG_CACHE_OK, E_ARGUMENT or E_SOURCE; source: docs/cache.md "The key" */
PKGIMG_CACHE_API int pkgimg_cache_key(struct pkgimg_cache *cache,
	const struct pkgimg_cache_request *request, uint8_t out[32],
	struct pkgimg_cache_error *error);

/* ---- answers */

/* Why an image was refused. Numbers and code words do not change. */
enum pkgimg_cache_reason {
	PKGIMG_REJECT_NONE = 0,
	PKGIMG_REJECT_UNREADABLE = 1,       /* "unreadable" the sidecar cannot be opened */
	PKGIMG_REJECT_MAGIC = 2,            /* "magic" no sidecar */
	PKGIMG_REJECT_VERSION = 3,          /* "version" a sidecar of another format version */
	PKGIMG_REJECT_MALFORMED = 4,        /* "malformed" broken inside, though its sum is right */
	PKGIMG_REJECT_SIDECAR_SUM = 5,      /* "sidecar-checksum" cut or changed */
	PKGIMG_REJECT_KEY = 6,              /* "key" its file has the name of another image */
	PKGIMG_REJECT_PACKAGE = 7,          /* "package" of another package */
	PKGIMG_REJECT_UUID = 8,             /* "uuid" */
	PKGIMG_REJECT_PACKAGE_VERSION = 9,  /* "package-version" */
	PKGIMG_REJECT_TOOLCHAIN = 10,       /* "toolchain" made by another version */
	PKGIMG_REJECT_ABI = 11,             /* "abi" for another platform */
	PKGIMG_REJECT_FLAGS = 12,           /* "flags" built with other options */
	PKGIMG_REJECT_NATIVE_REQUIRED = 13, /* "native-required" it has no native code */
	PKGIMG_REJECT_NATIVE_FORBIDDEN = 14, /* "native-forbidden" it has */
	PKGIMG_REJECT_CPU_TARGET = 15,       /* "cpu-target" for other CPU targets */
	PKGIMG_REJECT_CPU_HOST = 16,         /* "cpu-host" no target of it runs on this CPU */
	PKGIMG_REJECT_LIBRARY_MISSING = 17,  /* "library-missing" */
	PKGIMG_REJECT_LIBRARY_SIZE = 18,     /* "library-size" */
	PKGIMG_REJECT_LIBRARY_SUM = 19,      /* "library-checksum" */
	PKGIMG_REJECT_BUILD_ID = 20,         /* "build-id" the library is another build */
	PKGIMG_REJECT_BASE = 21,             /* "base-changed" another base image, or none */
	PKGIMG_REJECT_DEP_MISSING = 22,      /* "dependency-missing" it has one that is not there */
	PKGIMG_REJECT_DEP_ADDED = 23,        /* "dependency-added" it was built without this one */
	PKGIMG_REJECT_DEP_UUID = 24,         /* "dependency-uuid" a namesake */
	PKGIMG_REJECT_DEP_INTERFACE = 25,    /* "dependency-interface" what it uses has changed */
	PKGIMG_REJECT_DEP_BUILD = 26,        /* "dependency-build" inlined code of it has changed */
	PKGIMG_REJECT_DEP_FORM = 27,         /* "dependency-form" native against data-only */
	PKGIMG_REJECT_ROOT = 28,             /* "root-unresolved" a source's root is not given */
	PKGIMG_REJECT_SOURCE_LIST = 29,      /* "source-list" made from other files */
	PKGIMG_REJECT_SOURCE_MISSING = 30,   /* "source-missing" */
	PKGIMG_REJECT_SOURCE_SIZE = 31,      /* "source-size" */
	PKGIMG_REJECT_SOURCE_CONTENT = 32,   /* "source-content" */
	PKGIMG_REJECT_SOURCE_TIME = 33,      /* "source-time" */
	PKGIMG_REJECT_PREFERENCES = 34,      /* "preferences" */
	PKGIMG_REJECT_FORCED = 35,           /* "forced" PKGIMG_CACHE_REBUILD */
	PKGIMG_REJECT_REASONS
};

/* pkgimg_cache_reason_code -- "source-content"; "?" for numbers out of range. */
PKGIMG_CACHE_API const char *pkgimg_cache_reason_code(int reason);

struct pkgimg_cache_rejection {
	int reason;           /* enum pkgimg_cache_reason */
	const char *code;     /* its word */
	const char *field;    /* what was looked at: "source workspace:src/a.c", "opt-level" */
	const char *expected; /* what is wanted now */
	const char *found;    /* what the image has */
	const char *remedy;   /* what happens or is to be done */
};

struct pkgimg_cache_image {
	const char *package, *version, *toolchain, *abi, *cpu_target;
	const char *sidecar, *library; /* paths; library: the image, also one that is data-only */
	size_t store;                  /* number of its store */
	int native;                    /* 1, or 0: data-only */
	uint8_t key[32], build_id[16], uuid[16];
	uint64_t interface_digest;
	uint64_t bytes;     /* of library and sidecar */
	int64_t made, used; /* seconds since 1970 */
	uint32_t nsymbols, reserved;
	const struct pkgimg_cache_symbol *symbols; /* [nsymbols] of its interface, sorted by name */
};

/* A file that was looked at. */
struct pkgimg_cache_candidate {
	const char *sidecar;
	size_t store;
	uint8_t key[32];                                 /* zero if it was not found out */
	int native;                                      /* 1, 0: data-only; -1: not known */
	size_t nrejections;                              /* 0: accepted */
	const struct pkgimg_cache_rejection *rejections; /* in the order of the checks */
};

struct pkgimg_cache_answer {
	int found; /* 1: `hit` is good; 0: nothing fits */
	int built; /* 1: by this call (get, commit) */
	struct pkgimg_cache_image hit;
	size_t ncandidates; /* those looked at; a hit is the last one */
	const struct pkgimg_cache_candidate *candidates;
};

/* pkgimg_cache_lookup -- is there an image that fits? Reads sidecars, looks at sizes and times of
 * files; reads contents where these are in doubt.
 * out      for pkgimg_cache_answer_free; with found 0 and every candidate's first rejection if
 *          nothing fits. Untouched on error
 * returns  PKGIMG_CACHE_OK (also if nothing was found), E_ARGUMENT or E_SOURCE */
PKGIMG_CACHE_API int pkgimg_cache_lookup(struct pkgimg_cache *cache,
	const struct pkgimg_cache_request *request, struct pkgimg_cache_answer **out,
	struct pkgimg_cache_error *error);
/* the same, but all candidates are looked at, each with all its rejections, and contents are
 * compared wherever they can be: what `pkgimg cache explain` shows */
PKGIMG_CACHE_API int pkgimg_cache_explain(struct pkgimg_cache *cache,
	const struct pkgimg_cache_request *request, struct pkgimg_cache_answer **out,
	struct pkgimg_cache_error *error);
PKGIMG_CACHE_API void pkgimg_cache_answer_free(struct pkgimg_cache_answer *answer);

/* ---- making images */

struct pkgimg_cache_build;

/* Make the image: write pkgimg_cache_build_output(build); say what else it was made from and what
 * it uses. returns 0, or other than 0: get fails with E_BUILD. */
typedef int pkgimg_cache_make_fn(void *ctx, struct pkgimg_cache_build *build);

/* pkgimg_cache_get -- lookup; if nothing fits take the lock, look again, make, commit.
 * make     called at most once, on this thread; `ctx` is handed to it
 * out      found is 1; `candidates` are those of the first lookup: why it was rebuilt
 * returns  PKGIMG_CACHE_OK or any other code */
PKGIMG_CACHE_API int pkgimg_cache_get(struct pkgimg_cache *cache,
	const struct pkgimg_cache_request *request, pkgimg_cache_make_fn *make, void *ctx,
	struct pkgimg_cache_answer **out, struct pkgimg_cache_error *error);

/* pkgimg_cache_begin -- the same in two steps, for who makes several images at once.
 * build    NULL: there is one, see `answer`. Else it is to be made: end with
 *          pkgimg_cache_commit or pkgimg_cache_abandon. The lock is held until then, and renewed by
 * a thread of its own; should it be lost, work is done twice and nothing worse happens answer   as
 * from pkgimg_cache_lookup, always set returns  PKGIMG_CACHE_OK, E_ARGUMENT, E_SOURCE, E_IO,
 * E_NO_STORE, E_BUSY, E_CANCELLED */
PKGIMG_CACHE_API int pkgimg_cache_begin(struct pkgimg_cache *cache,
	const struct pkgimg_cache_request *request, struct pkgimg_cache_build **build,
	struct pkgimg_cache_answer **answer, struct pkgimg_cache_error *error);

/* pkgimg_cache_build_output -- path to write the library to, in a folder of its own inside the
 * store; its base name is KEY16 and the suffix, or `request.suffix` alone decides; of a data-only
 * image `.pkgimg`. The path may be handed to another process. */
PKGIMG_CACHE_API const char *pkgimg_cache_build_output(const struct pkgimg_cache_build *build);
/* a folder for temporary files, gone after commit or abandon */
PKGIMG_CACHE_API const char *pkgimg_cache_build_folder(const struct pkgimg_cache_build *build);
PKGIMG_CACHE_API const uint8_t *pkgimg_cache_build_key(const struct pkgimg_cache_build *build);

/* pkgimg_cache_build_source -- a file that turned out to be an input (an included file). Accepting
 * the image will look at it too; it is found again by its root.
 * pkgimg_cache_build_use -- dependency number `dependency` of the request is used by this name.
 * Once one is named, only named ones count for it.
 * returns  PKGIMG_CACHE_OK, E_ARGUMENT or E_SOURCE; one thread at a time for one build */
PKGIMG_CACHE_API int pkgimg_cache_build_source(struct pkgimg_cache_build *build,
	const struct pkgimg_cache_source *source, struct pkgimg_cache_error *error);
PKGIMG_CACHE_API int pkgimg_cache_build_use(
	struct pkgimg_cache_build *build, size_t dependency, const char *name);
/* a Make-style dependency file (`clang -MD`): every prerequisite is a source. With the digest that
 * a source has now, not that of the time when the file was written. */
PKGIMG_CACHE_API int pkgimg_cache_build_depfile(
	struct pkgimg_cache_build *build, const char *path, struct pkgimg_cache_error *error);

/* pkgimg_cache_commit -- check what was made, put it in its place, durably: the library, then the
 * sidecar. Sources that changed since the build began make it fail with E_SOURCE. `build` is gone
 * after it, whatever the result.
 * out      may be NULL; found 1, built 1 */
PKGIMG_CACHE_API int pkgimg_cache_commit(struct pkgimg_cache_build *build,
	struct pkgimg_cache_answer **out, struct pkgimg_cache_error *error);
PKGIMG_CACHE_API void pkgimg_cache_abandon(struct pkgimg_cache_build *build); /* NULL is fine */

/* ---- what is there */

struct pkgimg_cache_list {
	size_t n;
	const struct pkgimg_cache_image *images; /* [n] by package, then last use, newest first */
	size_t nbroken;                          /* of the same packages, not readable */
	const struct pkgimg_cache_candidate *broken;
};

/* pkgimg_cache_list -- the images of a package (NULL: of all) in all stores.
 * out      for pkgimg_cache_list_free */
PKGIMG_CACHE_API int pkgimg_cache_list(struct pkgimg_cache *cache, const char *package,
	struct pkgimg_cache_list **out, struct pkgimg_cache_error *error);
PKGIMG_CACHE_API void pkgimg_cache_list_free(struct pkgimg_cache_list *list);

/* Why the last image of a package was made, and what was asked how often. */
struct pkgimg_cache_history {
	uint64_t hits, misses;                      /* misses: looked up and not found */
	uint64_t rejections[PKGIMG_REJECT_REASONS]; /* by reason, of all candidates looked at */
	int64_t when;                               /* of the last miss; 0: none is known */
	size_t nlast;                               /* lines: why, one a candidate; */
	const char *const *last;                    /* "source-content KEY16 ..." */
	int64_t made; /* when the image was made that the last miss was about; 0: none was, yet */
};

/* pkgimg_cache_history -- of a package, or the sums of all (NULL; then nlast is 0). Numbers are
 * those since the record was last cut short, and may miss some of what ran at the same time.
 * out      for pkgimg_cache_history_free */
PKGIMG_CACHE_API int pkgimg_cache_history(struct pkgimg_cache *cache, const char *package,
	struct pkgimg_cache_history **out, struct pkgimg_cache_error *error);
PKGIMG_CACHE_API void pkgimg_cache_history_free(struct pkgimg_cache_history *history);

struct pkgimg_cache_gc {
	uint32_t size;      /* of this struct */
	uint32_t dry_run;   /* 1: only say what would go */
	uint64_t max_bytes; /* of images in the store that can be written to; 0: no limit */
	uint64_t max_age;   /* seconds since the last use; 0: no limit */
	/* out */
	uint64_t kept, removed, leftovers; /* images; leftovers: files of killed builds */
	uint64_t bytes_kept, bytes_removed;
};

/* pkgimg_cache_gc -- remove what was not used for long, oldest first, and what killed builds left.
 * Programs that have an image open keep it (Windows: the image stays while it is in use).
 * gc       in and out
 * returns  PKGIMG_CACHE_OK, E_ARGUMENT, E_NO_STORE or E_IO (with the first error; the rest was
 *          done) */
PKGIMG_CACHE_API int pkgimg_cache_gc(
	struct pkgimg_cache *cache, struct pkgimg_cache_gc *gc, struct pkgimg_cache_error *error);

struct pkgimg_cache_verify {
	uint32_t size;       /* of this struct */
	uint32_t repair;     /* 1: remove what is broken, where it can be removed */
	const char *package; /* NULL: all */
	/* is told of each broken file; may be NULL */
	void (*broken)(void *ctx, const struct pkgimg_cache_candidate *candidate);
	void *ctx;
	/* out */
	uint64_t sound, unsound, removed, bytes;
	uint64_t data_only; /* of the sound ones */
};

/* pkgimg_cache_verify -- read every image in whole and compare its sums. Sources are not looked at.
 */
PKGIMG_CACHE_API int pkgimg_cache_verify(struct pkgimg_cache *cache,
	struct pkgimg_cache_verify *verify, struct pkgimg_cache_error *error);

/* ---- helpers for callers */

/* pkgimg_cache_digest -- BLAKE3 of data[0..n). threads: any */
PKGIMG_CACHE_API void pkgimg_cache_digest(const void *data, size_t n, uint8_t out[32]);

/* pkgimg_cache_export -- copy the library of a hit to `path`, whole or not at all; its sum is
 * compared on the way. returns PKGIMG_CACHE_OK, E_IO, E_IMAGE (it changed meanwhile: look it up
 * again) */
PKGIMG_CACHE_API int pkgimg_cache_export(struct pkgimg_cache *cache,
	const struct pkgimg_cache_image *image, const char *path, struct pkgimg_cache_error *error);

#ifdef __cplusplus
}
#endif
#endif
