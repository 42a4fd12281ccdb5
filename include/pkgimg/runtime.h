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
	PKGIMG_E_OWNER = 16      /* everybody may write the file, or it is another user's */
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
	PKGIMG_ALLOW_UNTRUSTED = 4
};

struct pkgimg_image; /* an open image; its functions may be called from any thread */

/* Start from {0}, set size to sizeof(struct pkgimg_options). */
struct pkgimg_options {
	uint32_t size;  /* bytes of this struct, as the caller knows it */
	uint32_t flags; /* PKGIMG_VERIFY | PKGIMG_ALLOW_... */
	const struct pkgimg_image *const *dependencies; /* [ndependencies] open images it may use */
	size_t ndependencies;
	/* features of the CPU that may be used: "x86-64-v3", "armv8.2-a,+sve", "generic"; NULL: as
	 * PKGIMG_CPU_CAP in the environment says, or all there are */
	const char *cpu_cap;
	uint32_t cpu_target; /* 1 + index of the target to run; 0: the best */
	uint32_t reserved;   /* 0 */
};

/* pkgimg_open -- check a package image, load it and what it needs.
 * path      of the file, absolute or relative to the current folder; UTF-8 on Windows, bytes
 *           elsewhere; borrowed for the call
 * opt       NULL for defaults; borrowed for the call. Images in it must stay open longer than *out
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
	void *address;      /* of the code for this CPU; cast to the function's type */
};

/* pkgimg_find -- a method by name, and by signature if several have that name.
 * name      source name; if none has it, a linkage name
 * signature "double (const struct shape *)" or "double area(const struct shape *s)", blanks do not
 *           matter; NULL takes the only one
 * out       untouched on error
 * err       may be NULL; written on error only
 * returns   PKGIMG_OK, PKGIMG_E_NOT_FOUND, PKGIMG_E_AMBIGUOUS, PKGIMG_E_ARGUMENT
 * threads   any; O(log n), or O(n) for linkage names; no malloc; source: image/FORMAT.md 8 */
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
	void *address; /* NULL for a thread-local one */
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

/* pkgimg_strerror -- the meaning of a code; static text, never NULL. */
PKGIMG_API const char *pkgimg_strerror(int code);

#ifdef __cplusplus
}
#endif
#endif
