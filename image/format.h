/* The package image format, version 6: the structs behind image/FORMAT.md, which explains them.
 * All integers are little-endian and of fixed width; all references inside the metadata are
 * offsets or indices, never pointers, so that no relocation touches it. */
#ifndef IMAGE_FORMAT_H
#define IMAGE_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "image/format_heap.h"

#define IMG_DATA_SUFFIX ".pkgimg" /* of a file of data alone, by which it is found */
#define IMG_MAGIC                                                                                  \
	"\x89PKGIMG\n" /* 8 bytes, no NUL: byte 0x89 is no text, '\n' catches text mode            \
			*/
#define IMG_VERSION     6
#define IMG_ROOT_SYMBOL "pkgimg_image"
#define IMG_SECTION     ".pkgimg" /* ELF and PE section */

#define IMG_HEAP_SECTION ".pkgheap" /* ELF, not allocated: for other tools */

#define IMG_MACHO_SEGMENT      "__DATA_CONST"
#define IMG_MACHO_SECTION      "__pkgimg"
#define IMG_MACHO_HEAP_SEGMENT "__PKGHEAP"
#define IMG_MACHO_HEAP_SECTION "__heap"

/* flags of the header */
enum {
	IMG_SEALED = 1 << 0,     /* sizes, sums and build id are filled in: the file is complete */
	IMG_DEBUG_INFO = 1 << 1, /* types, signatures and places came from debug information */
};

/* Fixed head of the metadata: the first bytes of the section, where the root symbol points.
 * Sealed after the link. */
struct img_header {
	uint8_t magic[8];
	uint16_t version;     /* IMG_VERSION */
	uint16_t header_size; /* sizeof(struct img_header) */
	uint32_t flags;
	uint64_t file_size;        /* bytes of the file that are summed: all but a signature */
	uint64_t meta_size;        /* bytes from here: header, directory, tables; multiple of 8 */
	uint64_t meta_sum;         /* XXH3-64 of those bytes with this field zero */
	uint64_t file_sum;         /* of the file with meta_sum, file_sum, build_id zero */
	uint8_t build_id[16];      /* BLAKE3 of the same bytes, cut to 128 bits */
	uint64_t abi;              /* XXH3-64 of the ABI text (FORMAT.md 3) */
	uint64_t interface_digest; /* what dependents can see: names, types, needs (FORMAT.md 9) */
	uint32_t ntables;          /* directory entries behind the header */
	uint32_t reserved;         /* zero */
	uint64_t reserved2[5];     /* zero */
};
_Static_assert(sizeof(struct img_header) == 128 && offsetof(struct img_header, meta_sum) == 32 &&
		       offsetof(struct img_header, file_sum) == 40 &&
		       offsetof(struct img_header, build_id) == 48 &&
		       offsetof(struct img_header, abi) == 64 &&
		       offsetof(struct img_header, ntables) == 80,
	"image/FORMAT.md 2");

/* One table of the directory; kinds in ascending order, each at most once, an absent one is empty.
 * The tables lie in that order behind the directory, with fewer than 8 zero bytes between them. */
struct img_table {
	uint32_t kind;       /* enum img_table_kind */
	uint32_t entry_size; /* bytes of an entry, 1 for IMG_STRINGS */
	uint64_t offset;     /* from the header, multiple of 8 */
	uint64_t count;      /* entries */
};
_Static_assert(sizeof(struct img_table) == 24 && offsetof(struct img_table, offset) == 8,
	"image/FORMAT.md 2");

enum img_table_kind {
	IMG_STRINGS = 1,      /* NUL-terminated UTF-8; offset 0 is the empty string */
	IMG_PACKAGE = 2,      /* exactly one struct img_package */
	IMG_TARGETS = 3,      /* struct img_target, at least one */
	IMG_NEEDS = 4,        /* struct img_need */
	IMG_DEPENDENCIES = 5, /* struct img_dependency */
	IMG_TYPES = 6,        /* struct img_type; entry 0 is void */
	IMG_MEMBERS = 7,      /* struct img_member */
	IMG_METHODS = 8,      /* struct img_method, sorted by name, then symbol (bytes) */
	IMG_PARAMS = 9,       /* uint32_t: string offsets of parameter names */
	IMG_GLOBALS = 10,     /* struct img_global, sorted as methods are */
	IMG_ADDRESSES = 11,   /* int32_t: displacement from the header; the linker fills them in */
	IMG_DISPATCH = 12,    /* absent, or exactly one struct img_dispatch */
	IMG_ENTRIES = 13,     /* int32_t[ntargets][nslots]: displacements as IMG_ADDRESSES has */
	/* heap: image/format_heap.h */
	IMG_HEAP = 14,          /* absent, or exactly one struct img_heap */
	IMG_HEAP_SECTIONS = 15, /* struct img_heap_section, by fate */
	IMG_HEAP_TYPES = 16,    /* struct img_heap_type, by name */
	IMG_HEAP_POINTERS = 17, /* struct img_heap_pointer */
	IMG_ROOTS = 18,         /* struct img_root, by name */
	IMG_HEAP_RELOCS = 19,   /* struct img_heap_reloc, by image, then section */
	IMG_BINDS = 20,         /* struct img_bind, by offset */
	IMG_VARIABLES = 21,     /* struct img_variable */
	IMG_INTERNED = 22,      /* struct img_interned, each behind those it refers to */
	IMG_HOOKS = 23,         /* struct img_hook, in the order of the calls */
	IMG_INSERTS = 24,       /* struct img_insert, in the order of the calls */
	IMG_BITCODE = 25,       /* struct img_bitcode: images without native code */
	IMG_USES = 26,          /* struct img_use, by dependency */
	IMG_IMPORTS = 27,       /* struct img_import, by dependency, then symbol (bytes) */
	IMG_TABLE_KINDS,
};

struct img_package {
	uint32_t name;     /* string */
	uint32_t version;  /* string, "" if none */
	uint32_t triple;   /* string: normalised target triple */
	uint32_t abi_text; /* string hashed into img_header.abi */
	uint32_t producer; /* string: "pkgimg 0.1.0, LLVM 19.1.7" */
	uint32_t source;   /* string: producer of the input, "clang version 19.1.7" */
	uint32_t language; /* string: "C11" */
	uint32_t reserved;
	uint8_t uuid[16]; /* zero if none */
};
_Static_assert(sizeof(struct img_package) == 48 && offsetof(struct img_package, uuid) == 32,
	"image/FORMAT.md 4");

enum { IMG_FEATURE_WORDS = 4 }; /* of 64 features each: image/cpu_features.h */

enum {
	IMG_TGF_CLONE_ALL = 1, /* all functions were cloned for it */
	IMG_TGF_OPT_SIZE = 2,
	IMG_TGF_MIN_SIZE = 4,
};

struct img_target {
	uint32_t cpu;      /* string: LLVM CPU name, for tuning and for people */
	uint32_t features; /* string: "+avx2,+fma": what was said behind the CPU */
	uint32_t flags;    /* IMG_TGF_* */
	uint32_t base;     /* the target it refines, below its own index; target 0: 0 */
	uint64_t needs[IMG_FEATURE_WORDS]; /* what a CPU must have: bits of the ABI's table */
};
_Static_assert(sizeof(struct img_target) == 48 && offsetof(struct img_target, needs) == 16,
	"image/FORMAT.md 5");

enum img_need_kind {
	IMG_NEED_LIBRARY = 1, /* a shared library, by the name its loader knows (soname) */
	IMG_NEED_HOST = 2,    /* a symbol that the host program provides */
};
struct img_need {
	uint32_t kind;
	uint32_t name;
};
_Static_assert(sizeof(struct img_need) == 8, "image/FORMAT.md 6");

enum {
	IMG_DEP_BASE = 1,  /* the base image: at most one, the first */
	IMG_DEP_BUILD = 2, /* this very build: there are references into its heap or code */
};

struct img_dependency {
	uint32_t name;    /* string */
	uint32_t version; /* string */
	uint8_t uuid[16];
	uint8_t build_id[16];
	uint64_t interface_digest;
	uint64_t heap_base; /* its heap's preferred address, for which references are right; or 0 */
	uint32_t flags;     /* IMG_DEP_BASE, IMG_DEP_BUILD */
	uint32_t reserved;
};
_Static_assert(sizeof(struct img_dependency) == 64 &&
		       offsetof(struct img_dependency, interface_digest) == 40,
	"image/FORMAT.md 6");

enum img_use_kind {
	IMG_USE_SYMBOL = 0, /* a method or a global, by its linkage name */
	IMG_USE_TYPE = 1,   /* a type that both have, by its name */
};

/* What the image takes from the interface of a dependency. One without any may take all of it. */
struct img_use {
	uint32_t dependency; /* index */
	uint32_t kind;       /* enum img_use_kind */
	uint32_t name;       /* string */
	uint32_t reserved;
	uint64_t digest; /* FORMAT.md 9, as it was */
};
_Static_assert(sizeof(struct img_use) == 24 && offsetof(struct img_use, digest) == 16,
	"image/FORMAT.md 6");

/* What the code refers to in a dependency: each load puts its address into a pointer. */
enum img_import_kind {
	IMG_IMPORT_METHOD = 1, /* the code that was taken for this CPU */
	IMG_IMPORT_GLOBAL = 2,
};
struct img_import {
	uint32_t symbol;     /* string: linkage name */
	uint32_t dependency; /* index */
	uint32_t kind;       /* enum img_import_kind */
	uint32_t address;    /* index in IMG_ADDRESSES: the pointer; with bitcode 0, as `unset` */
	uint32_t unset;      /* index in IMG_ADDRESSES: where it leads until it is set */
	uint32_t reserved;
};
_Static_assert(sizeof(struct img_import) == 24 && offsetof(struct img_import, unset) == 16,
	"image/FORMAT.md 16");

enum img_type_kind {
	IMG_T_VOID,
	IMG_T_BOOL,
	IMG_T_INT,
	IMG_T_UINT,
	IMG_T_CHAR,
	IMG_T_UCHAR,
	IMG_T_FLOAT,
	IMG_T_COMPLEX,
	IMG_T_UTF,
	IMG_T_OTHER,
	IMG_T_POINTER,
	IMG_T_REF,
	IMG_T_RVALUE_REF,
	IMG_T_MEMBER_POINTER,
	IMG_T_NULLPTR,
	IMG_T_ARRAY,
	IMG_T_VECTOR,
	IMG_T_STRUCT,
	IMG_T_CLASS,
	IMG_T_UNION,
	IMG_T_ENUM,
	IMG_T_TYPEDEF,
	IMG_T_CONST,
	IMG_T_VOLATILE,
	IMG_T_RESTRICT,
	IMG_T_ATOMIC,
	IMG_T_FUNCTION,
	IMG_T_OPAQUE,
	IMG_T_KINDS,
};

enum {
	IMG_TF_VARIADIC = 1 << 0,
	IMG_TF_SIGNED = 1 << 1, /* enums */
	IMG_TF_PACKED = 1 << 2,
	IMG_TF_NO_PROTOTYPE = 1 << 3,
};

#define IMG_MAX_DEPTH 250        /* of img_type.depth */
#define IMG_UNBOUNDED UINT64_MAX /* img_type.count of an array without a bound */

struct img_type {
	uint8_t kind;     /* enum img_type_kind */
	uint8_t tag;      /* IMG_T_OPAQUE: IMG_T_STRUCT, _CLASS, _UNION or _ENUM; else 0 */
	uint8_t flags;    /* IMG_TF_* */
	uint8_t depth;    /* above the depth of all it holds by value: the proof that no type
			   * holds itself (FORMAT.md 7); img_digest_types fills it in */
	uint32_t name;    /* string */
	uint64_t size;    /* bytes */
	uint32_t align;   /* bytes, a power of two; 0 unknown */
	uint32_t target;  /* type: pointee, element, result, what a name stands for */
	uint64_t count;   /* arrays, vectors: elements; member pointers: the class or 0 */
	uint32_t members; /* first of its fields, enumerators or parameters; 0 when none */
	uint32_t nmembers;
	uint64_t digest; /* structural: same for the same layout, whatever the image */
};
_Static_assert(sizeof(struct img_type) == 48 && offsetof(struct img_type, size) == 8 &&
		       offsetof(struct img_type, count) == 24 &&
		       offsetof(struct img_type, digest) == 40,
	"image/FORMAT.md 7");

enum {
	IMG_MF_BITFIELD = 1,
	IMG_MF_BASE = 2,
	IMG_MF_STATIC = 4,
	IMG_MF_VIRTUAL_BASE = 8,
	IMG_MF_ARTIFICIAL = 16,
	IMG_MF_ANONYMOUS = 32,
};

struct img_member {
	uint32_t name; /* string */
	uint32_t type;
	uint32_t flags;
	uint32_t bit_size; /* bit fields: width */
	int64_t value;     /* fields: offset in bits; enumerators: value; parameters: 0 */
};
_Static_assert(sizeof(struct img_member) == 24 && offsetof(struct img_member, value) == 16,
	"image/FORMAT.md 7");

struct img_method {
	uint32_t name;    /* string: source name, "ns::area" */
	uint32_t symbol;  /* string: linkage name */
	uint32_t type;    /* an IMG_T_FUNCTION, or 0 when no debug info told it */
	uint32_t params;  /* first of its names in IMG_PARAMS; the type's nmembers of them */
	uint32_t address; /* index in IMG_ADDRESSES */
	uint32_t file;    /* string */
	uint32_t line;
	uint32_t slot; /* 0: one version of it; else 1 + its slot (IMG_DISPATCH) */
};
_Static_assert(sizeof(struct img_method) == 32, "image/FORMAT.md 8");

enum { IMG_GF_TLS = 1, IMG_GF_CONST = 2 };

#define IMG_NO_ADDRESS UINT32_MAX /* img_global.address of a thread-local one */

struct img_global {
	uint32_t name, symbol;
	uint32_t type;    /* 0 when unknown */
	uint32_t address; /* index in IMG_ADDRESSES, or IMG_NO_ADDRESS */
	uint64_t size;    /* bytes; 0 when unknown */
	uint32_t file, line;
	uint32_t flags;
	uint32_t reserved;
};
_Static_assert(sizeof(struct img_global) == 40 && offsetof(struct img_global, size) == 16,
	"image/FORMAT.md 8");

enum { IMG_DF_SELF = 1 }; /* the image's own first constructor chooses, not the loader */

/* Functions with several versions are called through slots: one run of pointers in the image. */
struct img_dispatch {
	uint32_t slots;  /* index in IMG_ADDRESSES of the first of nslots pointers */
	uint32_t nslots; /* at least 1 */
	uint32_t flags;  /* IMG_DF_* */
	uint32_t chosen; /* index in IMG_ADDRESSES of a uint32_t, 0 in the file: who fills the
			  * slots leaves 1 + the target there */
};
_Static_assert(sizeof(struct img_dispatch) == 16, "image/FORMAT.md 11");

#endif
