/* pkgimg/build.h -- make a package image from a live heap, modules and methods.
 *
 *   struct pkgimg_build_options o = { .size = sizeof(o), .name = "Base", .describe = what_is };
 *   struct pkgimg_field cons[] = { { "car", 0, 8, PKGIMG_STRONG, NULL },
 *                                  { "cdr", 8, 8, PKGIMG_STRONG, NULL } };
 *   struct pkgimg_type type = { .size = sizeof(type), .name = "cons", .bytes = 16,
 *                               .fields = cons, .nfields = 2, .flags = PKGIMG_TYPE_MUTABLE };
 *   struct pkgimg_build *b;
 *   uint32_t id;
 *
 *   pkgimg_build_new(&o, &b);
 *   pkgimg_build_type(b, &type, &id);
 *   pkgimg_build_root(b, "Main.cache", (uintptr_t)cache, NULL, 0);
 *   pkgimg_build_module(b, "base", bitcode, nbitcode);
 *   failed = pkgimg_build_write(b, "Base.so");
 *   pkgimg_build_free(b);
 *
 * Everything that roots, methods and variables lead to goes into the image. Objects begin at
 * multiples of 8 bytes. The heap must not change while it is written. What a call is given is
 * copied, unless its line says otherwise; objects and modules are borrowed until pkgimg_build_free.
 *
 * Every call returns 0, or 1 after a mistake of the caller, which `message` was told about, or 70
 * after a fault of the linker, after which this process must build no more. A build that had a
 * mistake writes nothing. One build is used by one thread at a time; builds of one process that
 * have modules are written one after the other. source: image/FORMAT.md, docs/heap.md */
#ifndef PKGIMG_BUILD_H
#define PKGIMG_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "pkgimg/heap.h"
#include "pkgimg/link.h"

#if defined(_WIN32)
#define PKGIMG_BUILD_API
#else
#define PKGIMG_BUILD_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct pkgimg_build; /* an image in the making */

/* Which words are references: those w with (w & mask) == tag, to the object at w - tag. All other
 * words are the language's immediate values and are kept as they are. */
struct pkgimg_pattern {
	uint64_t mask, tag; /* tag < 4096 */
};

/* An object of the live heap. */
struct pkgimg_build_object {
	const void *start;
	uint32_t type; /* as pkgimg_build_type gave it */
	uint32_t reserved;
};

/* pkgimg_describe_fn -- the object that has the byte at `address`, which a reference (without its
 * tag) leads to: for fields whose pointee is NULL and for references into an object's middle.
 * ctx      options.describe_ctx
 * out      {0} on entry
 * returns  1, or 0: there is no object of this heap */
typedef int pkgimg_describe_fn(void *ctx, const void *address, struct pkgimg_build_object *out);

enum {
	PKGIMG_BUILD_NO_NATIVE = 1, /* keep modules as bitcode, in a file of data alone; the host
				     * compiles what it calls */
	PKGIMG_BUILD_STRIP = 2      /* no debug information for debuggers */
};

/* Start from {0}, set size to sizeof(struct pkgimg_build_options). */
struct pkgimg_build_options {
	uint32_t size;
	uint32_t flags;         /* PKGIMG_BUILD_* */
	const char *name;       /* of the package; needed */
	const char *version;    /* or NULL */
	const char *uuid;       /* RFC 4122 text, or NULL */
	const char *target;     /* triple; NULL: this machine. Its pointers have the size of ours */
	const char *platform;   /* name or YAML file; NULL: found by the triple */
	const char *cpu_target; /* "generic;haswell,clone_all"; NULL: the platform's */
	const char *opt_level;  /* "0" to "3", "s", "z"; NULL: "2" */
	const char *const *needs; /* [nneeds] sonames that modules may use */
	size_t nneeds;
	const char *const *host_symbols; /* [nhost_symbols] that the host gives to modules */
	size_t nhost_symbols;
	pkgimg_message_fn *message; /* gets each diagnostic; NULL: they go to stderr */
	void *message_ctx;
	const struct pkgimg_pattern *patterns; /* [npatterns]; none: every word but 0 is one */
	size_t npatterns;                      /* at most 16 */
	pkgimg_describe_fn *describe;          /* may be NULL if each pointee is told */
	void *describe_ctx;
};

/* pkgimg_build_new -- begin an image.
 * options  borrowed for the call; describe, message and their ctx until pkgimg_build_free
 * out      for pkgimg_build_free; NULL after an error */
PKGIMG_BUILD_API int pkgimg_build_new(
	const struct pkgimg_build_options *options, struct pkgimg_build **out);
/* pkgimg_build_free -- forget it, written or not; NULL is fine. */
PKGIMG_BUILD_API void pkgimg_build_free(struct pkgimg_build *build);

/* A field of an object or of an element. */
struct pkgimg_field {
	const char *name;
	uint32_t offset;     /* bytes; of pointers a multiple of their size */
	uint32_t bytes;      /* the size of a pointer, but for PKGIMG_DATA */
	uint32_t kind;       /* enum pkgimg_field_kind */
	const char *pointee; /* name of the type of the object that starts there; NULL: describe
			      * tells it. May be of a type that comes later */
};

enum {
	PKGIMG_TYPE_MUTABLE = 1, /* the program writes to its instances after a load */
	PKGIMG_TYPE_INTERNED = 2 /* equal instances are one object in a process: immutable; its
				  * references lead to interned objects or to dependencies */
};

/* A type of heap objects: `bytes` with fields, and behind them as many elements as a counter in
 * the object says. Start from {0}, set size to sizeof(struct pkgimg_type). */
struct pkgimg_type {
	uint32_t size;
	uint32_t flags;      /* PKGIMG_TYPE_* */
	const char *name;    /* of its own in all images of a process; needed */
	uint64_t bytes;      /* of the fixed part; not 0 */
	uint32_t align;      /* bytes, a power of two up to 65536; 0: 8 */
	uint32_t count_at;   /* offset of the counter in the fixed part */
	uint32_t count_size; /* its bytes: 1, 2, 4 or 8; 0: there are no elements */
	uint64_t element_bytes;
	const struct pkgimg_field *fields; /* [nfields], rising by offset, not overlapping */
	size_t nfields;
	const struct pkgimg_field *element_fields; /* [nelement_fields], within an element */
	size_t nelement_fields;
	const char *hook; /* the host's function that completes an instance after a load, or NULL */
};

/* pkgimg_build_type -- register a type of heap objects.
 * out      its number, for pkgimg_object */
PKGIMG_BUILD_API int pkgimg_build_type(
	struct pkgimg_build *build, const struct pkgimg_type *type, uint32_t *out);

enum {
	PKGIMG_ROOT_CONST = 1 /* the host only reads it after a load */
};

/* pkgimg_build_root -- a named global of the language.
 * word     as a field would hold it: a reference, with its tag, or an immediate value
 * pointee  name of its object's type; NULL: describe tells it
 * flags    PKGIMG_ROOT_CONST */
PKGIMG_BUILD_API int pkgimg_build_root(struct pkgimg_build *build, const char *name, uintptr_t word,
	const char *pointee, uint32_t flags);

/* pkgimg_build_module -- LLVM bitcode or textual IR to compile into the image. What it leaves
 * undefined is of libraries, of the host, or of a dependency that is said before
 * pkgimg_build_write: each load finds it.
 * name     for messages
 * data     [size] borrowed until pkgimg_build_free */
PKGIMG_BUILD_API int pkgimg_build_module(
	struct pkgimg_build *build, const char *name, const void *data, size_t size);

/* A method that a load adds to a function of the language. */
struct pkgimg_build_method {
	uint32_t size;         /* sizeof(struct pkgimg_build_method) */
	const char *function;  /* its name: "Base.show" */
	const char *signature; /* the language's own text; NULL: "" */
	const char *symbol;    /* of the code in the modules; NULL: none */
	uintptr_t object;      /* the language's object of the method; 0: none */
	const char *pointee;   /* name of the object's type; NULL: describe tells it */
	const char *owner;     /* dependency whose function it is; NULL: this image's own */
};
PKGIMG_BUILD_API int pkgimg_build_method(
	struct pkgimg_build *build, const struct pkgimg_build_method *method);

/* pkgimg_build_variable -- a pointer variable that modules declare and use (`@cache = external
 * global ptr`) and that a load sets to an object. No module defines it.
 * object   of this heap or of a dependency's; without a tag
 * pointee  name of its type; NULL: describe tells it */
PKGIMG_BUILD_API int pkgimg_build_variable(
	struct pkgimg_build *build, const char *symbol, const void *object, const char *pointee);

/* pkgimg_build_symbol -- say that a live address is that of a symbol of the modules, for fields of
 * kind PKGIMG_CODE. The symbol must be visible: a function or a variable.
 * bytes    of the variable or function there; 0: only its first */
PKGIMG_BUILD_API int pkgimg_build_symbol(
	struct pkgimg_build *build, const char *symbol, const void *address, uint64_t bytes);

/* pkgimg_build_host -- the same for a symbol that the host gives at each load by its name. */
PKGIMG_BUILD_API int pkgimg_build_host(
	struct pkgimg_build *build, const char *name, const void *address, uint64_t bytes);

/* pkgimg_build_dependency -- an open image that this one may refer to. The base image is the first.
 * dependency  borrowed, and open, until pkgimg_build_free */
PKGIMG_BUILD_API int pkgimg_build_dependency(
	struct pkgimg_build *build, const struct pkgimg_dependency *dependency);

/* What an image has in it. Start from {0}, set size to sizeof(struct pkgimg_build_report). */
struct pkgimg_build_report {
	uint32_t size;
	uint32_t reserved;
	uint64_t objects, pointers, bytes; /* of the heap; bytes without padding of sections */
	uint64_t fates[7]; /* bytes by enum img_fate (image/FORMAT.md 12); [0] is 0 */
	uint64_t binds;    /* words that each load fills in */
	uint64_t external; /* words that lead to dependencies */
	uint64_t interned; /* objects */
	uint64_t base;     /* preferred address */
	double walk_ms, emit_ms, code_ms, write_ms;
};

/* pkgimg_build_write -- make the image: walk the heap, compile the modules, link, append the heap,
 * seal. The file takes its place in one step at the end, or not at all. Once for a build.
 * path     relative to the current folder
 * report   NULL or filled in, untouched after an error */
PKGIMG_BUILD_API int pkgimg_build_write(
	struct pkgimg_build *build, const char *path, struct pkgimg_build_report *report);

#ifdef __cplusplus
}
#endif

#endif
