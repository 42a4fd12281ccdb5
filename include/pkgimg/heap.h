/* What the libraries that build images with a heap and that load them have in common.
 *
 * A heap is a part of a package image: the objects of a language as they lie in memory. Addresses
 * in it are right where it is loaded at its preferred address; image/FORMAT.md 12 to 14. */
#ifndef PKGIMG_HEAP_H
#define PKGIMG_HEAP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum pkgimg_field_kind {
	PKGIMG_STRONG = 1,    /* a reference: its object is in the image too */
	PKGIMG_WEAK = 2,      /* null in the image if nothing refers strongly to its object */
	PKGIMG_TRANSIENT = 3, /* null in the image: the type's hook makes it again */
	PKGIMG_CODE = 4,      /* address of a function or variable of native code, or null */
	PKGIMG_DATA = 5       /* no pointer; said for digests and tools only */
};

enum {
	PKGIMG_DEPENDENCY_BASE = 1,   /* the base image: the first dependency, or none */
	PKGIMG_DEPENDENCY_NATIVE = 2, /* it has native code, */
	PKGIMG_DEPENDENCY_BITCODE = 4 /* or bitcode: its dependents have none of the other kind */
};

struct pkgimg_dependency;

/* A symbol of the image's code whose bytes are at `address`.
 * offset    set to the distance of address from the symbol's
 * function  set to 1 for a function, 0 for a variable
 * returns   the linkage name, valid as long as the image is open; NULL: there is none */
typedef const char *pkgimg_symbol_fn(const struct pkgimg_dependency *dependency,
	const void *address, uint64_t *offset, int *function);

/* What the image's code has of that linkage name.
 * returns   enum pkgimg_symbol_kind */
typedef int pkgimg_find_symbol_fn(const struct pkgimg_dependency *dependency, const char *symbol);
enum pkgimg_symbol_kind { PKGIMG_SYMBOL_NONE, PKGIMG_SYMBOL_FUNCTION, PKGIMG_SYMBOL_VARIABLE };

/* An open image as the build of another one has to know it. The loader fills it in
 * (pkgimg_describe in pkgimg/runtime.h). All that it points to is the image's. */
struct pkgimg_dependency {
	uint32_t size;  /* sizeof(struct pkgimg_dependency) */
	uint32_t flags; /* PKGIMG_DEPENDENCY_*; NATIVE and BITCODE are the loader's, BASE the host's
			 */
	const char *name, *version;
	uint8_t uuid[16], build_id[16];
	uint64_t interface_digest;
	uint64_t heap_base;          /* preferred address of its heap; 0: it has none */
	uint64_t heap_size;          /* bytes that stay mapped */
	const void *heap;            /* where that is in this process; NULL: nowhere */
	const void *image;           /* for `symbol`: the loader's */
	pkgimg_symbol_fn *symbol;    /* NULL: no references into its code */
	pkgimg_find_symbol_fn *find; /* for modules that refer to it by name; NULL: none may */
};

#ifdef __cplusplus
}
#endif

#endif
