/* libpkgimg: load package images and find what is in them.
 *
 *   struct pkgimg_image *img;
 *   struct pkgimg_error err;
 *   struct pkgimg_method area;
 *
 *   if (pkgimg_open("shapes.so", NULL, &img, &err))
 *           return complain(err.text);
 *   if (pkgimg_find(img, "area", "double (const struct shape *)", &area, &err))
 *           return complain(err.text);
 *   double a = ((double (*)(const struct shape *))area.address)(&s);
 *
 * Opening an image runs code that is in it or in the libraries it needs: an image is a program,
 * to be trusted like one. Broken and cut files are refused with a named error, and so are files
 * that others than the process's user and the administrator may have written. For Linux, Windows,
 * macOS. The library keeps no state of its own and prints nothing. */
#ifndef PKGIMG_RUNTIME_H
#define PKGIMG_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#include "pkgimg/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define PKGIMG_API __attribute__((visibility("default")))
#else
#define PKGIMG_API
#endif

/* Codes do not change their number. */
enum pkgimg_code {
	PKGIMG_OK = 0,
	PKGIMG_E_ARGUMENT = 1,   /* a NULL, an index out of range, options of unknown size */
	PKGIMG_E_IO = 2,         /* the file cannot be read; sys_errno says why */
	PKGIMG_E_FORMAT = 3,     /* no image, cut, or broken inside */
	PKGIMG_E_VERSION = 4,    /* an image of another format version */
	PKGIMG_E_UNSEALED = 5,   /* its build did not finish */
	PKGIMG_E_SUM = 6,        /* bytes changed since it was built */
	PKGIMG_E_ABI = 7,        /* built for another platform */
	PKGIMG_E_NEEDS = 8,      /* a library or a symbol of the host is missing */
	PKGIMG_E_DEPENDENCY = 9, /* an image it was built with is missing or has changed */
	PKGIMG_E_LOAD = 10,      /* the system's loader refused it */
	PKGIMG_E_CHANGED = 11,   /* what was loaded is not the file that was checked */
	PKGIMG_E_MEMORY = 12,    /* out of memory */
	PKGIMG_E_NOT_FOUND = 13, /* no such method or global */
	PKGIMG_E_AMBIGUOUS = 14, /* several methods of that name: say the signature */
	PKGIMG_E_CPU = 15,       /* this CPU lacks features that each of its targets needs */
	PKGIMG_E_OWNER = 16,     /* everybody may write the file, or it is another user's */
	PKGIMG_E_TYPE = 17,      /* a type of that name with another layout is in the world */
	PKGIMG_E_HOST = 18,      /* a callback of the host refused */
	/* another build of this package is open in the world; or the library is loaded, by another
	 * world, and its code is bound to another build or copy of a dependency */
	PKGIMG_E_CONFLICT = 19
};

/* What went wrong, for people (text) and for programs (the rest). */
struct pkgimg_error {
	int code;           /* enum pkgimg_code */
	int sys_errno;      /* PKGIMG_E_IO: errno; else 0 */
	char text[512];     /* one line, NUL-terminated, cut if longer: "shapes.so: ..." */
	char expected[128]; /* the value that was wanted, as text, cut if longer; "" if none */
	char found[128];    /* the value that was there instead */
};

enum {
	PKGIMG_VERIFY = 1, /* compare the checksum of the whole file, not only the tables' */
	PKGIMG_ALLOW_FOREIGN =
		2, /* accept an image of another ABI: the caller knows that it fits */
	/* accept a file that everybody may write, or that belongs neither to the process's user
	 * (effective id) nor to the administrator (root; on Windows Administrators, SYSTEM) */
	PKGIMG_ALLOW_UNTRUSTED = 4,
	PKGIMG_MOVE = 8, /* for tests: do not put the heap at its preferred address */
	/* map the heap and nothing else: no code is loaded, found or run, words that lead to code
	 * are 0, hooks, insert and init are not called. The image may be for another platform with
	 * pointers of the same size: so builds for it get at the objects of what they depend on */
	PKGIMG_HEAP_ONLY = 16
};

struct pkgimg_image; /* an open image; its functions may be called from any thread */
struct pkgimg_world; /* images that know each other: see pkgimg_world_new */

/* Start from {0}, set size to sizeof(struct pkgimg_options). */
struct pkgimg_options {
	uint32_t size;  /* bytes of this struct, as the caller knows it */
	uint32_t flags; /* PKGIMG_VERIFY | PKGIMG_ALLOW_... | ... */
	const struct pkgimg_image *const *dependencies; /* [ndependencies] open images it may use */
	size_t ndependencies;
	/* features of the CPU that may be used: "x86-64-v3", "armv8.2-a,+sve", "generic"; NULL: as
	 * PKGIMG_CPU_CAP in the environment says, or all there are */
	const char *cpu_cap;
	uint32_t cpu_target; /* 1 + index of the target to run; 0: the best */
	uint32_t reserved;   /* 0 */
	/* where the image belongs: its dependencies are looked for there and opened if need be;
	 * NULL: nowhere, then an image with a heap must not depend on another one's heap */
	struct pkgimg_world *world;
};

/* pkgimg_open -- check a package image, load it and what it needs.
 * path      of the file, absolute or relative to the current folder; UTF-8 on Windows, bytes
 *           elsewhere; borrowed for the call
 * opt       NULL for defaults; borrowed for the call. Images in it must stay open longer than *out:
 *           its code may have addresses of theirs
 * out       owned by the caller until pkgimg_close; untouched on error
 * err       may be NULL; written on error only
 * returns   PKGIMG_OK or any code from E_ARGUMENT to E_MEMORY, E_CPU, E_OWNER; on error nothing
 *           stays loaded, mapped or open
 * threads   any, at once and for the same file too; one mapping of the file during the call
 * source    image/FORMAT.md; the same file opened twice is loaded once, each open is closed once */
PKGIMG_API int pkgimg_open(const char *path, const struct pkgimg_options *opt,
	struct pkgimg_image **out, struct pkgimg_error *err);

/* pkgimg_close -- give an image back; NULL is fine.
 * image     addresses and texts from it are invalid after the last close of its file
 * threads   any, when no other thread uses this image any more */
PKGIMG_API void pkgimg_close(struct pkgimg_image *image);

/* pkgimg_open_bundle -- check a bundle, load it in one go, and open all images that are in it.
 * path, err  as for pkgimg_open
 * opt        as for pkgimg_open, for every image; PKGIMG_HEAP_ONLY is refused. world NULL: the
 *            images get one of their own, which goes with the last of them
 * images     [*n] images, each behind those it depends on; one that is open in the world already
 *            is that very image, held once more. Give each back by pkgimg_close, in any order, and
 *            the array, at any time, by pkgimg_free_images; untouched on error
 * returns    as pkgimg_open; the text of an error in one image begins with "PATH:NAME"; on error
 *            none of them stays open
 * threads    as for pkgimg_open; one mapping of the file until the last image is closed, which is
 *            also when destructors of all of them run and the library goes
 * source     image/BUNDLE.md */
PKGIMG_API int pkgimg_open_bundle(const char *path, const struct pkgimg_options *opt,
	struct pkgimg_image ***images, size_t *n, struct pkgimg_error *err);
PKGIMG_API void pkgimg_free_images(struct pkgimg_image **images);

/* A target of an image: a CPU that code was made for. Texts are the image's. */
struct pkgimg_target {
	const char *cpu;      /* LLVM's name: "haswell" */
	const char *features; /* said behind it: "+aes,-avx" */
	uint32_t index;
	uint32_t base; /* index of the target it refines; 0 for target 0 */
	int clone_all; /* 1: it has its own version of every function */
	int opt_size, min_size;
};

/* pkgimg_target_count, pkgimg_target_at -- the targets, in the order they were given in.
 * index     below pkgimg_target_count
 * returns   PKGIMG_OK or PKGIMG_E_ARGUMENT; out is untouched on error
 * threads   any; source: image/FORMAT.md 5 */
PKGIMG_API uint32_t pkgimg_target_count(const struct pkgimg_image *image);
PKGIMG_API int pkgimg_target_at(
	const struct pkgimg_image *image, uint32_t index, struct pkgimg_target *out);

/* pkgimg_target -- index of the target that runs here: of those whose features this CPU has the
 * one with most. An image that is open already keeps its target. source: image/FORMAT.md 11 */
PKGIMG_API uint32_t pkgimg_target(const struct pkgimg_image *image);

/* pkgimg_target_needs -- features a CPU must have for it: "sse3 ssse3 avx", LLVM's names.
 * buf, returns, threads   as for pkgimg_signature */
PKGIMG_API size_t pkgimg_target_needs(
	const struct pkgimg_image *image, uint32_t index, char *buf, size_t size);

/* pkgimg_cpu_features -- what this CPU and its system offer, under PKGIMG_CPU_CAP; as above. */
PKGIMG_API size_t pkgimg_cpu_features(char *buf, size_t size);

/* A function of an image. Texts are the image's. */
struct pkgimg_method {
	const char *name;   /* as in the source: "area", "geo::area" */
	const char *symbol; /* as the linker knows it */
	const char *file;   /* of its definition; "" if not known */
	uint32_t line;      /* 1-based; 0 if not known */
	uint32_t index;     /* for pkgimg_signature */
	/* of the code for this CPU; cast to the function's type. NULL in an image without native
	 * code, until pkgimg_find had the host compile it, or where there is none that could */
	void *address;
};

/* pkgimg_find -- a method by name, and by signature if several have that name.
 * name      source name; if none has it, a linkage name
 * signature "double (const struct shape *)" or "double area(const struct shape *s)", blanks do not
 *           matter; NULL takes the only one
 * out       untouched on error
 * err       may be NULL; written on error only
 * returns   PKGIMG_OK, PKGIMG_E_NOT_FOUND, PKGIMG_E_AMBIGUOUS, PKGIMG_E_ARGUMENT
 * threads   any; O(log n), or O(n) for linkage names; no malloc; without native code the host's
 *           `compile` under the world's lock, once for each; source: image/FORMAT.md 8 */
PKGIMG_API int pkgimg_find(const struct pkgimg_image *image, const char *name,
	const char *signature, struct pkgimg_method *out, struct pkgimg_error *err);

/* pkgimg_method_count -- methods of an image; they are sorted by name, then symbol (bytes). */
PKGIMG_API uint32_t pkgimg_method_count(const struct pkgimg_image *image);

/* pkgimg_method_at -- one by its index.
 * index     below pkgimg_method_count
 * returns   PKGIMG_OK or PKGIMG_E_ARGUMENT; out is untouched on error
 * threads   any */
PKGIMG_API int pkgimg_method_at(
	const struct pkgimg_image *image, uint32_t index, struct pkgimg_method *out);

/* pkgimg_signature -- "double area(const struct shape *s)", or "area(?)" if not known.
 * index     of a method
 * buf       [size] bytes of the caller; NUL-terminated, cut if shorter; NULL if size is 0
 * returns   the length of the whole text without NUL; 0 for an index out of range
 * threads   any; no malloc; source: image/FORMAT.md 8 */
PKGIMG_API size_t pkgimg_signature(
	const struct pkgimg_image *image, uint32_t index, char *buf, size_t size);

/* A variable of an image. */
struct pkgimg_global {
	const char *name, *symbol;
	const char *file; /* "" if not known */
	uint32_t line;    /* 0 if not known */
	uint32_t index;
	uint64_t size; /* bytes; 0 if not known */
	int is_const;  /* 1: do not write to it */
	void *address; /* NULL for a thread-local one, and as for methods */
};

/* pkgimg_find_global -- a variable by its name, or its linkage name.
 * returns   PKGIMG_OK, PKGIMG_E_NOT_FOUND, PKGIMG_E_AMBIGUOUS (several: use pkgimg_global_at),
 *           PKGIMG_E_ARGUMENT; out is untouched on error; err may be NULL
 * threads   any; O(n) */
PKGIMG_API int pkgimg_find_global(const struct pkgimg_image *image, const char *name,
	struct pkgimg_global *out, struct pkgimg_error *err);

/* pkgimg_global_count, pkgimg_global_at -- as for methods. */
PKGIMG_API uint32_t pkgimg_global_count(const struct pkgimg_image *image);
PKGIMG_API int pkgimg_global_at(
	const struct pkgimg_image *image, uint32_t index, struct pkgimg_global *out);

/* pkgimg_name, pkgimg_version -- of the package; the image's text, "" for no version. */
PKGIMG_API const char *pkgimg_name(const struct pkgimg_image *image);
PKGIMG_API const char *pkgimg_version(const struct pkgimg_image *image);

/* pkgimg_build_id -- [16] bytes that name this very build; they are the image's. */
PKGIMG_API const uint8_t *pkgimg_build_id(const struct pkgimg_image *image);

/* pkgimg_host_abi -- what images must be built for: "1 x86_64 linux gnu le 64"; static.
 * source    image/FORMAT.md 3 */
PKGIMG_API const char *pkgimg_host_abi(void);

/* ---- worlds: images with heaps
 *
 * A world is what a language runtime has one of: the set of open images that share types, interned
 * objects and addresses. It knows which image an address is in, that a type of one name has one
 * layout, and which of several equal interned objects is the one. An image that is opened in a
 * world brings in the images it depends on, in the order of its list, each once.
 *
 * One build of a package (name and uuid) at a time: opening another one is PKGIMG_E_CONFLICT. Use
 * two worlds for two versions; they share nothing but the process. */

/* A type of heap objects. Texts are the image's. */
struct pkgimg_heap_type {
	const struct pkgimg_image *image;
	const char *name;
	const char *hook;      /* the host's function that completes new instances; "" if none */
	uint64_t digest;       /* structural: the same for the same layout, whatever the image */
	uint64_t size;         /* bytes, of the fixed part */
	uint64_t element_size; /* bytes, of an element behind it; 0: it has none */
	uint32_t index;        /* in the image */
	int is_mutable, is_interned;
};

/* An object in the heap of an image. Also a cursor: see pkgimg_object_next. */
struct pkgimg_object {
	void *start;
	uint64_t size;  /* bytes, with its elements */
	uint64_t index; /* by place, in its image */
	uint32_t type;  /* heap type, of its image */
	uint32_t reserved;
};

/* A method that an image adds to a function. Texts are the image's. */
struct pkgimg_insert {
	const struct pkgimg_image *image;
	const struct pkgimg_image *owner; /* whose function it is: `image`, or a dependency */
	const char *function;             /* name of the generic function */
	const char *signature;            /* the host's own text */
	const char *symbol;               /* linkage name of its code; NULL if it has none */
	void *object;                     /* the host's object of it, in a heap; NULL if none */
	void *code; /* of `symbol`, for this CPU; NULL in images without native code */
};

/* What a dependency must be. */
struct pkgimg_wanted {
	const char *name, *version; /* version: "" if none */
	const uint8_t *uuid;        /* [16] */
	const uint8_t *build_id;    /* [16]; NULL if any build with the same interface will do */
	const char *wanted_by;      /* path of the image that depends on it */
};

/* What the host does for a world. Every function may be NULL. They run in the thread that opens or
 * closes, which holds the world's lock: they may open and close images of this world and ask
 * questions, but must not wait for a thread that does. Those that return int return 0 for success;
 * anything else stops the open with PKGIMG_E_HOST and undoes it.
 * Start from {0}, set size to sizeof(struct pkgimg_host). */
struct pkgimg_host {
	uint32_t size;
	uint32_t reserved; /* 0 */
	void *ctx;         /* first argument of all */
	/* address of a symbol that images want of the host; NULL: as the system's loader says */
	void *(*symbol)(void *ctx, const char *name);
	/* a type that is new in this world: is it what the host knows by that name? */
	int (*type)(void *ctx, const struct pkgimg_heap_type *type);
	/* the one object that is equal to `object`, a new one; NULL: it is `object`. hash is of the
	 * content (image/FORMAT.md 14). The object is complete but for its hook. */
	void *(*intern)(
		void *ctx, const struct pkgimg_heap_type *type, uint64_t hash, void *object);
	/* complete an object whose type has a hook; images are visited after those they need */
	int (*hook)(void *ctx, const struct pkgimg_heap_type *type, void *object, uint64_t size);
	int (*insert)(void *ctx, const struct pkgimg_insert *insert);
	/* the last step of an open: run what the package runs at its start */
	int (*init)(void *ctx, const struct pkgimg_image *image);
	/* the image goes, by a close or because its open failed behind the first callback: forget
	 * what it gave. Its memory is still there. */
	void (*closed)(void *ctx, const struct pkgimg_image *image);
	/* path of a dependency that is not open; buf has room for size bytes with the NUL */
	int (*find)(void *ctx, const struct pkgimg_wanted *wanted, char *buf, size_t size);
	/* address of a function or a variable of an image without native code, by its linkage name:
	 * its bitcode is to be compiled (pkgimg_bitcode_at), now or by a stub at the first call;
	 * NULL: it cannot be had. Asked once for each symbol whose address is wanted: by an open,
	 * for words of the heap, or by pkgimg_find and pkgimg_find_global, in whose thread it runs
	 * then. Before the first of an image its variables that lead to heaps are asked for. What
	 * the bitcode leaves undefined but symbols of the host: pkgimg_import_at. */
	void *(*compile)(void *ctx, const struct pkgimg_image *image, const char *symbol);
};

/* pkgimg_world_new -- an empty world.
 * host      NULL for none; the struct is copied, what it points to stays until pkgimg_world_free
 * folders   [nfolders] searched in this order for dependencies that `find` does not know, as
 *           FOLDER/NAME with .so, .dylib, .dll or .pkgimg; copied
 * out       owned by the caller until pkgimg_world_free; untouched on error
 * returns   PKGIMG_OK, PKGIMG_E_ARGUMENT, PKGIMG_E_MEMORY
 * threads   any */
PKGIMG_API int pkgimg_world_new(const struct pkgimg_host *host, const char *const folders[],
	size_t nfolders, struct pkgimg_world **out);

/* pkgimg_world_free -- the end of a world; NULL is fine. Images that are still open in it are
 * closed, those that others need last. No other thread uses it or its images any more. */
PKGIMG_API void pkgimg_world_free(struct pkgimg_world *world);

/* pkgimg_world_image_at -- the image in whose heap an address lies; NULL if in none.
 * threads   any, and signal handlers; takes no lock, O(log n) of the open images */
PKGIMG_API const struct pkgimg_image *pkgimg_world_image_at(
	const struct pkgimg_world *world, const void *address);

/* pkgimg_world_find -- an open image of a world by its package's name; it is not opened once more.
 * uuid      [16], or NULL for any
 * returns   NULL if there is none
 * threads   any; takes the world's lock */
PKGIMG_API const struct pkgimg_image *pkgimg_world_find(
	struct pkgimg_world *world, const char *name, const uint8_t *uuid);

/* pkgimg_world_next -- walk over the open images in the order in which they were opened, which has
 * each behind those it needs. after: NULL for the first. returns NULL behind the last
 * threads   any, while no image of this world is opened or closed */
PKGIMG_API const struct pkgimg_image *pkgimg_world_next(
	struct pkgimg_world *world, const struct pkgimg_image *after);

/* ---- heaps of images; those without a heap have no objects, types and roots */

enum pkgimg_fate {
	PKGIMG_FATE_DATA = 1,          /* no pointers; read-only */
	PKGIMG_FATE_CONST = 2,         /* pointers, read-only */
	PKGIMG_FATE_MUTABLE = 3,       /* the program may write to it */
	PKGIMG_FATE_BOUND_CONST = 4,   /* filled in by the load, read-only now */
	PKGIMG_FATE_BOUND_MUTABLE = 5, /* the same, and the program may write to it */
	PKGIMG_FATES = 6
};

struct pkgimg_heap_section {
	void *address;
	uint64_t size; /* bytes that are used; 0: there is none */
};

struct pkgimg_heap_info {
	void *address;
	uint64_t size;      /* bytes of address space */
	uint64_t preferred; /* address it was linked for */
	uint64_t nobjects;
	uint64_t bytes_copied;  /* by the load: memory of this process's own */
	uint64_t words_written; /* by the load */
	int moved;              /* 1: it does not lie at its preferred address */
	struct pkgimg_heap_section sections[PKGIMG_FATES]; /* by enum pkgimg_fate */
};

/* pkgimg_heap -- where the heap lies.
 * returns   PKGIMG_OK, PKGIMG_E_NOT_FOUND (no heap), PKGIMG_E_ARGUMENT; out is untouched on error
 * threads   any */
PKGIMG_API int pkgimg_heap(const struct pkgimg_image *image, struct pkgimg_heap_info *out);

/* A named global of the heap: a word that holds a reference or a tagged value. */
struct pkgimg_root {
	const char *name;
	void **cell;
	int is_const; /* 1: do not write to it */
};

/* pkgimg_root -- one by its name. returns PKGIMG_OK, PKGIMG_E_NOT_FOUND, PKGIMG_E_ARGUMENT; cell is
 * untouched on error. threads any; O(log n) */
PKGIMG_API int pkgimg_root(const struct pkgimg_image *image, const char *name, void ***cell);

/* pkgimg_root_count, pkgimg_root_at -- all of them, by name: with the mutable sections what a
 * garbage collector starts from. */
PKGIMG_API uint32_t pkgimg_root_count(const struct pkgimg_image *image);
PKGIMG_API int pkgimg_root_at(
	const struct pkgimg_image *image, uint32_t index, struct pkgimg_root *out);

/* pkgimg_heap_type_count, pkgimg_heap_type_at -- the types of its objects, by name. */
PKGIMG_API uint32_t pkgimg_heap_type_count(const struct pkgimg_image *image);
PKGIMG_API int pkgimg_heap_type_at(
	const struct pkgimg_image *image, uint32_t index, struct pkgimg_heap_type *out);

/* pkgimg_object_at -- the object an address lies in, be it inside of it.
 * returns   PKGIMG_OK, PKGIMG_E_NOT_FOUND (no object there), PKGIMG_E_ARGUMENT, PKGIMG_E_MEMORY,
 *           PKGIMG_E_FORMAT (the image's list of objects is broken); out is untouched on error
 * threads   any; O(log n). The first call for an image counts its objects (a bit for 8 bytes) */
PKGIMG_API int pkgimg_object_at(
	const struct pkgimg_image *image, const void *address, struct pkgimg_object *out);

/* pkgimg_object_next -- walk over all objects, by address: start with {0}, go on with what it gave.
 * returns   PKGIMG_OK, PKGIMG_E_NOT_FOUND (that was the last), PKGIMG_E_ARGUMENT, PKGIMG_E_FORMAT
 * threads   any; O(1) on the average */
PKGIMG_API int pkgimg_object_next(const struct pkgimg_image *image, struct pkgimg_object *cursor);

/* pkgimg_describe -- an open image as the build of another one has to know it: heap.h.
 * out       its size is set by the caller; valid until pkgimg_close
 * returns   PKGIMG_OK, PKGIMG_E_ARGUMENT, PKGIMG_E_MEMORY
 * threads   any, `symbol` too: O(log n). The first call for an image sorts its addresses */
PKGIMG_API int pkgimg_describe(const struct pkgimg_image *image, struct pkgimg_dependency *out);

/* A module of LLVM bitcode in an image without native code. */
struct pkgimg_bitcode {
	const char *name;
	const void *data; /* valid until pkgimg_close */
	uint64_t size;    /* bytes */
};

/* pkgimg_bitcode_count, pkgimg_bitcode_at -- the modules; none in an image with native code. */
PKGIMG_API uint32_t pkgimg_bitcode_count(const struct pkgimg_image *image);
PKGIMG_API int pkgimg_bitcode_at(
	const struct pkgimg_image *image, uint32_t index, struct pkgimg_bitcode *out);

/* What the code of an image refers to in an image it depends on. */
struct pkgimg_import {
	const char *symbol;               /* linkage name; the image's text */
	const struct pkgimg_image *owner; /* the dependency; NULL: not there (PKGIMG_HEAP_ONLY) */
	int is_function;                  /* 0: a variable */
};

/* pkgimg_import_count, pkgimg_import_at -- the imports, sorted by dependency, then symbol (bytes).
 * Code that was loaded leads to them already. For a host that compiles bitcode they are its
 * undefined symbols, each once: it asks for their addresses before that code runs.
 * index     below pkgimg_import_count
 * returns   PKGIMG_OK or PKGIMG_E_ARGUMENT; out is untouched on error
 * threads   any; source: image/FORMAT.md 16 */
PKGIMG_API uint32_t pkgimg_import_count(const struct pkgimg_image *image);
PKGIMG_API int pkgimg_import_at(
	const struct pkgimg_image *image, uint32_t index, struct pkgimg_import *out);

/* pkgimg_import_address -- where it is: of a function the code for this CPU, or what the host's
 * `compile` says, for the owner.
 * returns   NULL: an index out of range, or the host could not compile it
 * threads   any, and from within `compile`; for bitcode under the lock of the owner's world: two
 *           worlds that give each other images (options.dependencies) may not be asked at once */
PKGIMG_API void *pkgimg_import_address(const struct pkgimg_image *image, uint32_t index);

/* pkgimg_strerror -- the meaning of a code; static text, never NULL. */
PKGIMG_API const char *pkgimg_strerror(int code);

#ifdef __cplusplus
}
#endif
#endif
