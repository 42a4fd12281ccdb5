/* What the files of this folder share.
 *
 *   cache.c     opening: the list of stores; errors
 *   request.c   a request, checked; its key
 *   files.c     sizes, times and contents of files, each looked at once; depfiles
 *   sidecar.c   .pki files: read and checked, written
 *   match.c     a sidecar against a request: reasons
 *   lookup.c    candidates of a package, in order; answers
 *   lock.c      who builds what; leftovers of the dead
 *   build.c     making an image: begin (keep.c: a copy of its request)
 *   commit.c    what was made into the store (interface.c: an interface by name)
 *   place.c     files into their places, durably
 *   gc.c        gc and verify
 *   list.c      what is there
 *   history.c   what was asked, and why something was made */
#ifndef CACHE_INTERNAL_H
#define CACHE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "base/arena.h"
#include "base/blake3.h"
#include "base/diag.h"
#include "base/str.h"
#include "cache/format.h"
#include "pkgimg/cache.h"

enum { NAME_MOST = 128, SHORT_KEY = 16 };
#define VERSION_FOLDER   "v1"
#define TEMPORARY_FOLDER ".tmp" /* no package has a name like this */
#define SIDECAR_SUFFIX   ".pki"
#define LOCK_SUFFIX      ".lock"
#define REFRESH_PREFIX   ".refresh-"
#define HISTORY_NAME     "history"

struct store {
	const char *path; /* FOLDER/v1 */
	bool writable;
};

struct pkgimg_cache {
	struct arena mem;
	struct store *stores;
	size_t nstores;
	unsigned flags, stale_seconds;
	const char *host;
	char world[80]; /* boot and process namespace: where a pid means something */
};

/* returns code */
int ca_fail(struct pkgimg_cache_error *e, int code, int sys_errno, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* "cannot VERB 'PATH': permission denied" as E_IO with errno */
int ca_fail_io(struct pkgimg_cache_error *e, const char *verb, const char *path);
/* the store for new images, or NULL */
const struct store *ca_writable(const struct pkgimg_cache *c);
void ca_hex(const uint8_t *bytes, size_t n, char *out);
bool ca_package_name(const char *s);
int64_t ca_ns(struct timespec t);

/* ---- files.c: the state of files during one call, each looked at once */

struct now {
	const char *path;
	int err; /* errno of stat or of reading; 0 if fine */
	bool hashed;
	struct stat st;
	uint8_t digest[32];
};
struct files {
	struct arena *mem;
	struct now **map; /* [cap] by hash, open addressing */
	size_t n, cap;
};
struct now *files_at(struct files *f, const char *path);
/* fills in digest; false: err says why */
bool files_hash(struct now *n, unsigned track);
/* BLAKE3 of an open file; false with errno */
bool files_digest(int fd, uint8_t out[32]);
/* the same time, as the tools that copy files leave it */
bool files_same_time(int64_t recorded, int64_t now);

/* ---- request.c */

struct root {
	const char *name, *path, *real; /* real: links followed; NULL: not asked for yet */
};
struct place {                  /* where a source belongs */
	const char *root, *rel; /* root "": none, rel is the absolute path */
	const char *label;      /* for keys and people: "workspace:src/a.c" */
	const char *path;       /* as it is opened */
	unsigned track;
};
struct request {
	const struct pkgimg_cache_request *q;
	struct arena *mem;
	struct files *files;
	const char *version, *cpu_target, *suffix; /* never NULL */
	bool native;                               /* what is made, if it is */
	struct root *roots;
	struct place *sources;                         /* [q->nsources] */
	const struct pkgimg_cache_option *flags;       /* sorted */
	const struct pkgimg_cache_option *preferences; /* sorted */
	bool all; /* explain: every reason, contents compared */
};
int request_open(struct arena *mem, struct files *files, const struct pkgimg_cache_request *q,
	struct request *out, struct pkgimg_cache_error *e);
void request_place(const struct request *r, const struct pkgimg_cache_source *s, struct place *out);
/* where a recorded source is now, or NULL: its root is not given */
const char *request_resolve(const struct request *r, const char *root, const char *rel);
int request_key(const struct request *r, uint8_t out[32], struct pkgimg_cache_error *e);
bool request_partial(const struct request *r);

/* ---- sidecar.c */

struct sidecar {
	uint8_t *data; /* header and tables, 8-aligned; the arena's */
	struct pki_header *h;
	struct pki_option *flags, *preferences;
	struct pki_source *sources;
	struct pki_dependency *dependencies;
	struct pki_symbol *uses, *symbols;
	struct pki_target *targets;
	const char *strings;
	struct stat st; /* of the file */
};
struct trouble {
	int reason; /* enum pkgimg_cache_reason */
	const char *field, *expected, *found;
};
/* Read and check a file. returns 0, or -1 with the trouble; ENOENT in *err when it vanished */
int sidecar_read(struct arena *a, int folder, const char *name, struct sidecar *out,
	struct trouble *why, int *err);
/* the same from memory; `n` is the file's size, of which all tables must be in data */
int sidecar_check(struct arena *a, void *data, uint64_t n, uint64_t file_size, struct sidecar *out,
	struct trouble *why);
static inline const char *sidecar_str(const struct sidecar *s, uint32_t at)
{
	return s->strings + at;
}
/* after a change in the tables */
void sidecar_sum(void *data);

/* what sidecar_make gathers */
struct draft {
	struct arena *mem;
	struct strbuf strings;
	struct pki_header h;
	struct pki_option *flags, *preferences;
	struct pki_source *sources;
	struct pki_dependency *dependencies;
	struct pki_symbol *uses, *symbols;
	struct pki_target *targets;
	size_t nflags, npreferences, nsources, ndependencies, nuses, nsymbols, ntargets;
	size_t cap_sources, cap_uses;
};
uint32_t draft_str(struct draft *d, const char *s);
void draft_source(struct draft *d, const struct place *p, const struct now *n, bool discovered);
/* the whole file */
void *draft_finish(struct draft *d, size_t *n);

/* ---- match.c */

/* "native code", "data only" */
const char *form_name(bool native);

struct reasons {
	struct arena *mem;
	struct pkgimg_cache_rejection *v;
	size_t n, cap;
	bool all; /* go on after the first */
};
/* sidecar `name` in `folder` (of store s) against a request; r->n == 0 after it: accepted.
 * `stale_stats` is set when times differ and contents do not. */
struct match {
	struct pkgimg_cache *cache;
	const struct request *r;
	const struct store *store;
	int folder;
	const char *folder_path, *name;
	struct sidecar s;
	struct reasons *why;
	bool stale_stats;
};
void match_sidecar(struct match *m);
void match_library(struct match *m, bool whole);
void match_trouble(struct reasons *r, const struct trouble *t);
const char *reason_remedy(int reason);

/* ---- lookup.c */

/* a result and its memory, so that one pointer frees both */
struct full_answer {
	struct pkgimg_cache_answer a;
	struct arena mem;
	struct pkgimg_cache_answer *why; /* the one that the candidates belong to; or NULL */
};
enum lookup_mode { LOOKUP_FIRST, LOOKUP_ALL };
int lookup(struct pkgimg_cache *c, const struct pkgimg_cache_request *q, enum lookup_mode mode,
	bool record, struct pkgimg_cache_answer **out, struct pkgimg_cache_error *e);
/* strings of `mem`, or of the sidecar */
void image_of(struct arena *mem, const struct sidecar *s, const char *folder, const char *name,
	size_t store, struct pkgimg_cache_image *out);
/* names of a folder that end in suffix, sorted by strcmp; a folder that is not there has none */
struct names_in {
	char **v;
	size_t n, cap;
};
int names_in(struct arena *a, int folder, const char *suffix, struct names_in *out);
/* an open folder of a package in a store, or -1 */
int package_folder(struct arena *a, const struct store *s, const char *package, const char **path);

/* ---- lock.c */

struct owner {
	char host[80], world[80];
	int64_t pid, started, since;
	char package[NAME_MOST + 1], token[36];
};
struct workplace; /* a folder for temporary files whose owner file is the lock's other name */
int workplace_open(struct pkgimg_cache *c, const struct store *s, const char *package,
	struct workplace **out, struct pkgimg_cache_error *e);
const char *workplace_path(const struct workplace *w);
/* the file system's clock: when the workplace was made, or last renewed */
int64_t workplace_clock(struct workplace *w);
void workplace_close(struct workplace *w); /* with the lock */
enum lock_result { LOCK_TAKEN, LOCK_HELD, LOCK_FAILED };
/* one try; the owner of a lock that is held is told */
enum lock_result lock_try(
	struct workplace *w, const char *path, struct owner *held, struct pkgimg_cache_error *e);
/* is the process that made this owner file gone? */
bool owner_is_gone(
	const struct pkgimg_cache *c, const char *path, int64_t clock, struct owner *out);

/* ---- place.c */

bool place_sync_folder(const char *path);
int place_make_folders(struct arena *a, const char *path); /* mkdir -p; 0 or errno */
bool place_write(int fd, const void *data, size_t n);
/* temp file `from` -> folder/name, never over another file: NAME, NAME-1, ... A file with the same
 * content (digest, size) is taken as it is. returns the name it has, NULL with errno */
const char *place_library(struct arena *a, const char *from, const char *folder, const char *key16,
	const char *suffix, const uint8_t digest[32], uint64_t size);
void place_remove_tree(const char *path);

/* ---- history.c */

void history_hit(const struct pkgimg_cache *c, const char *package);
void history_built(const struct pkgimg_cache *c, const char *package);
void history_miss(
	const struct pkgimg_cache *c, const char *package, const struct pkgimg_cache_answer *a);

#endif
