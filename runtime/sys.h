/* What the loader asks of the system: files, memory, shared libraries, locks. One file for each
 * system has the answers: sys_posix.c what POSIX systems share, sys_linux.c and sys_darwin.c where
 * they differ, sys_windows.c all of Windows. Nothing here keeps state, prints, or knows images.
 *
 * Functions that return int return 0 or an errno of <errno.h>, on Windows too. Unless said
 * otherwise *out is untouched on error, and any thread may call. Paths are UTF-8 on Windows, bytes
 * elsewhere. */
#ifndef RUNTIME_SYS_H
#define RUNTIME_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- files */

/* Start from {0}; rt_file_close is fine with that. Do not copy an open one. */
struct rt_file {
	intptr_t handle; /* 1 + descriptor; on Windows the HANDLE; 0: not open */
};

enum {
	RT_FILE_REGULAR = 1,
	RT_FILE_FOLDER = 2,
	RT_FILE_OURS = 4, /* of this process's user or of the system's administrator */
	RT_FILE_GROUP_WRITABLE = 8,
	RT_FILE_WORLD_WRITABLE = 16,
};

struct rt_file_facts {
	uint64_t size; /* bytes */
	unsigned flags;
	uint64_t owner;            /* user id; UINT64_MAX on Windows, where it is no number */
	uint64_t device, inode;    /* both the same: the same file */
	int64_t modified, changed; /* nanoseconds since 1970 (UTC): of content; of anything */
};

/* Open for reading; never waits for a pipe. On Windows nobody can replace, rename or write the file
 * until it is closed. Folders open too, on POSIX systems: look at the facts. */
int rt_file_open(const char *path, struct rt_file *out);
int rt_file_facts(const struct rt_file *f, struct rt_file_facts *out);
void rt_file_close(struct rt_file *f);
/* Read n bytes from `offset` on; EIO if the file ends before. */
int rt_file_read(const struct rt_file *f, uint64_t offset, void *to, size_t n);

/* The file at `path` (links followed) is this very one, now. false if that cannot be told. */
bool rt_file_is_at(const struct rt_file *f, const char *path);

/* ---- memory */

/* Sizes in bytes, powers of two: of what rt_protect can tell apart; and of what addresses and
 * offsets in files must be multiples of to be mapped (64 KiB on Windows). */
size_t rt_page_size(void);
size_t rt_granularity(void);

enum rt_access {
	RT_READ,
	RT_COPY, /* readable and writable; what is written is this process's own and not the file's
		  */
};

/* Map `size` bytes of a file from `offset` on, a multiple of rt_granularity(). The bytes from the
 * end of the file to the end of its page are 0; what is behind that must not be touched (Windows:
 * cannot be mapped).
 * at     NULL: anywhere. Else exactly there, or EEXIST; nothing that is mapped is ever replaced
 * out    unmap by rt_unmap with the same size */
int rt_map(const struct rt_file *f, uint64_t offset, size_t size, void *at, enum rt_access access,
	void **out);
/* Zeros, readable and writable; they cost memory from the first touch on. */
int rt_map_zeros(size_t size, void *at, void **out);
void rt_unmap(void *at, size_t size); /* `at` may be NULL */

/* A part of a mapping that is made of several. */
enum rt_part_kind { RT_PART_READ, RT_PART_COPY, RT_PART_ZEROS /* in huge pages if they fit */ };
struct rt_part {
	size_t at;       /* from the mapping's begin; a multiple of rt_granularity() */
	size_t size;     /* bytes, not 0 */
	uint64_t offset; /* in the file; a multiple of rt_granularity(); unused for zeros */
	enum rt_part_kind kind;
};

/* Map parts of a file to one range of addresses: all of them or none. What is between them cannot
 * be touched, and nothing of the process is there.
 * f      may be NULL if all parts are zeros
 * parts  [n], in the order of `at`, not overlapping, the last ends at `size` or before
 * at     NULL: anywhere. Else exactly there, or EEXIST; nothing that is mapped is ever replaced
 * out    give back by rt_unmap_parts with the same parts */
int rt_map_parts(const struct rt_file *f, const struct rt_part parts[], size_t n, size_t size,
	void *at, void **out);
void rt_unmap_parts(void *at, const struct rt_part parts[], size_t n, size_t size);

/* Make whole pages read-only, or readable and writable; never executable.
 * at, size  multiples of rt_page_size(); of one mapping, or one segment of a library */
int rt_protect(void *at, size_t size, enum rt_access access);

enum rt_same { RT_SAME, RT_OTHER, RT_UNKNOWN };
/* Whether two addresses show bytes of the same file. RT_UNKNOWN where the system does not tell. */
enum rt_same rt_same_file(const void *a, const void *b);

/* ---- shared libraries */

struct rt_library {
	void *handle; /* NULL: none */
};

enum rt_library_how {
	RT_LIBRARY_FILE,   /* an absolute path; what it needs is looked for beside it too */
	RT_LIBRARY_NAME,   /* a name that the system's loader looks for */
	RT_LIBRARY_LOADED, /* either, if it is loaded already: one more reference */
};

/* Load a library, its symbols visible to nobody else, all of them bound now.
 * why    [size] text: the loader's words on error, cut if longer; untouched otherwise; may be NULL
 * returns  0; ENOENT for RT_LIBRARY_LOADED if it is not; else ENOEXEC */
int rt_library_load(
	const char *path, enum rt_library_how how, struct rt_library *out, char *why, size_t size);
void rt_library_unload(struct rt_library *l); /* of {0} too; leaves {0} */
/* How many libraries this process has loaded so far. The same before and after a load: it was there
 * already. 0: the system does not tell. */
uint64_t rt_library_loads(void);
/* NULL if it exports no such symbol */
void *rt_library_symbol(const struct rt_library *l, const char *name);
/* the program or its libraries export such a symbol for all to use */
bool rt_host_has(const char *name);
/* its address; NULL if there is none */
void *rt_host_symbol(const char *name);

enum {
	RT_SEGMENT_READ = 1,
	RT_SEGMENT_WRITE = 2,
	RT_SEGMENT_EXEC = 4,
	RT_SEGMENT_SEALED = 8, /* data that is read-only once the loader has filled it in: whole
				* pages, which lie inside of another segment on ELF systems */
};
enum { RT_MAX_SEGMENTS = 128 };
struct rt_segment {
	uintptr_t from, size; /* bytes */
	unsigned flags;
};
/* Where a loaded library lies, by its own headers in memory.
 * inside   an address in it
 * returns  how many there are in out[0..RT_MAX_SEGMENTS); 0 if that cannot be told, or more */
size_t rt_library_segments(
	const struct rt_library *l, const void *inside, struct rt_segment out[RT_MAX_SEGMENTS]);

/* One segment of a loaded library has [from, from + size), readable. false if that cannot be told.
 * O(segments); ELF systems alone */
bool rt_library_maps(const struct rt_library *l, uintptr_t from, size_t size);

/* ---- threads, environment, paths */

struct rt_mutex {
	_Alignas(16) unsigned char room[64];
};
int rt_mutex_init(struct rt_mutex *m);
void rt_mutex_destroy(struct rt_mutex *m);
void rt_mutex_lock(struct rt_mutex *m);
void rt_mutex_unlock(struct rt_mutex *m);

/* The one lock of the process: for memory of a library that images of several worlds are. It is
 * held for a moment, by who takes no other lock then; not recursive. */
void rt_process_lock(void);
void rt_process_unlock(void);

void rt_yield(void); /* let another thread run */
/* Do run(ctx) in a thread of its own, in which the process's signal handlers do not run, until
 * rt_thread_join. returns 0, or an error: there is none to be had, and nothing was done. */
struct rt_thread {
	void (*run)(void *ctx);
	void *ctx;
	_Alignas(8) unsigned char room[8];
};
int rt_thread_start(struct rt_thread *t, void (*run)(void *ctx), void *ctx);
void rt_thread_join(struct rt_thread *t);

/* Start from {0}. The first caller runs `run`, the others wait until it has returned. */
struct rt_once {
	uint32_t state;
};
void rt_once(struct rt_once *once, void (*run)(void *ctx), void *ctx);

/* A variable of the environment; NULL if it is not set or empty. Not while another thread changes
 * the environment. */
const char *rt_env(const char *name);

/* Write the absolute form of `path`, NUL-terminated; it may have `.` and `..` in it.
 * returns  0, ENAMETOOLONG, or why the current folder is not known */
int rt_absolute(const char *path, char *buf, size_t size);

#endif
