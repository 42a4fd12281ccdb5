/* The heap part of the package image format: the structs behind image/FORMAT.md 12 to 14. */
#ifndef IMAGE_FORMAT_HEAP_H
#define IMAGE_FORMAT_HEAP_H

#include <stddef.h>
#include <stdint.h>

enum {
	IMG_HEAP_ALIGN = 1 << 16, /* of the heap in the file and in memory, and of its sections */
	IMG_HEAP_GRAIN = 8,       /* objects begin at multiples of this, in bytes */
};

/* Whose address a word holds: this image's heap, or that of a dependency. */
#define IMG_SELF       0u /* 1 + i: heap of dependency i */
#define IMG_NO_OBJECT  UINT64_MAX
#define IMG_NO_METHOD  UINT32_MAX
#define IMG_NO_COUNTER UINT32_MAX /* img_heap_type.count_at: no variable part */

/* The heap: `size` bytes of the file, pre-linked to lie at `base`. All offsets that are "in the
 * heap" count from its first byte. */
struct img_heap {
	uint64_t at;       /* in the file; multiple of IMG_HEAP_ALIGN */
	uint64_t size;     /* bytes; multiple of IMG_HEAP_ALIGN */
	uint64_t base;     /* preferred address; multiple of IMG_HEAP_ALIGN, not 0 */
	uint64_t mapped;   /* bytes that are mapped for good: up to the scratch section */
	uint64_t nobjects; /* in [0, mapped) */
	uint64_t starts; /* in the heap (scratch): bit i: an object begins at 8 i. mapped / 64 B */
	uint64_t types;  /* in the heap (scratch): u16[nobjects], heap type of each, by place */
	uint32_t word;   /* bytes of a pointer: 4 or 8 */
	uint32_t reserved;
};
_Static_assert(sizeof(struct img_heap) == 64 && offsetof(struct img_heap, word) == 56,
	"image/FORMAT.md 12");

/* What becomes of the pages of a section. The sections lie in this order, each fate at most once,
 * each at the first multiple of IMG_HEAP_ALIGN behind the one before. */
enum img_fate {
	IMG_FATE_DATA = 1,          /* no pointers; read-only: shared by all processes */
	IMG_FATE_CONST = 2,         /* pointers, read-only: shared where they are right */
	IMG_FATE_MUTABLE = 3,       /* the program may write to it */
	IMG_FATE_BOUND_CONST = 4,   /* has words that each load fills in; read-only after it */
	IMG_FATE_BOUND_MUTABLE = 5, /* the same, writable after it */
	IMG_FATE_SCRATCH = 6,       /* for the loader and for tools: not mapped for good */
	IMG_FATES,
};
struct img_heap_section {
	uint32_t fate;
	uint32_t reserved;
	uint64_t offset; /* in the heap; multiple of IMG_HEAP_ALIGN */
	uint64_t size;   /* bytes that are used; the rest up to the next section is zero */
};
_Static_assert(sizeof(struct img_heap_section) == 24, "image/FORMAT.md 12");

enum {
	IMG_HTF_MUTABLE = 1,
	IMG_HTF_INTERNED = 2, /* equal instances are one object in the process */
};

/* A type of heap objects: the fixed part of img_type.size bytes, and behind it, if count_at is not
 * IMG_NO_COUNTER, as many elements as the counter in the object says. */
struct img_heap_type {
	uint32_t type;         /* in IMG_TYPES: a struct with a name; types rise by name */
	uint32_t flags;        /* IMG_HTF_* */
	uint32_t pointers;     /* first of its entries in IMG_HEAP_POINTERS */
	uint32_t npointers;    /* of the fixed part */
	uint32_t nelement;     /* of an element, behind those */
	uint32_t count_at;     /* offset of the counter in the object, or IMG_NO_COUNTER */
	uint32_t count_size;   /* bytes of the counter: 1, 2, 4 or 8; 0 if there is none */
	uint32_t hook;         /* string: the host's function for new instances; "" if none */
	uint64_t element_size; /* bytes; 0 if there is none */
};
_Static_assert(
	sizeof(struct img_heap_type) == 40 && offsetof(struct img_heap_type, element_size) == 32,
	"image/FORMAT.md 12");

enum img_pointer_kind {
	IMG_P_STRONG = 1,
	IMG_P_WEAK = 2,      /* null in the file where nothing else held the target */
	IMG_P_TRANSIENT = 3, /* null in the file: the hook makes it again */
	IMG_P_CODE = 4,      /* address of a function or a variable of the code part */
};
struct img_heap_pointer {
	uint32_t offset; /* of the word, in the fixed part or in the element */
	uint32_t kind;   /* enum img_pointer_kind */
};
_Static_assert(sizeof(struct img_heap_pointer) == 8, "image/FORMAT.md 12");

enum { IMG_ROOT_CONST = 1 };

/* A named global: a word in the heap that holds a reference or a tagged value. */
struct img_root {
	uint32_t name; /* string, not empty; roots rise by name */
	uint32_t flags;
	uint64_t cell; /* of the word, in the heap */
};
_Static_assert(sizeof(struct img_root) == 16, "image/FORMAT.md 13");

/* Words of one section that hold addresses in one image's heap: to be moved if that heap is. */
struct img_heap_reloc {
	uint32_t image;   /* IMG_SELF, or 1 + dependency */
	uint32_t section; /* index in IMG_HEAP_SECTIONS; not the scratch section */
	uint64_t first;   /* offset in the heap of the word of bit 0; multiple of 64 words */
	uint64_t nwords;  /* bits; the words lie in the section */
	uint64_t bits;   /* in the heap (scratch), multiple of 8: a bit set: the word is such one */
	uint64_t count;  /* bits that are set */
	uint64_t npages; /* pages of 4 KiB with at least one of them: what moving costs */
};
_Static_assert(sizeof(struct img_heap_reloc) == 48 && offsetof(struct img_heap_reloc, bits) == 24,
	"image/FORMAT.md 13");

/* A word that every load fills in, in a section of fate BOUND_*. */
enum img_bind_kind {
	IMG_BIND_METHOD = 1,            /* index: of a method; the code that runs on this CPU */
	IMG_BIND_GLOBAL = 2,            /* index: of a global of the code part */
	IMG_BIND_HOST = 3,              /* index: string: a symbol that the host gives */
	IMG_BIND_DEPENDENCY_METHOD = 4, /* index: string: linkage name, in dependency `image` - 1 */
	IMG_BIND_DEPENDENCY_GLOBAL = 5,
};
struct img_bind {
	uint64_t offset; /* of the word, in the heap; binds rise by it */
	uint32_t kind;   /* enum img_bind_kind */
	uint32_t index;
	uint32_t image; /* 1 + dependency, or IMG_SELF */
	uint32_t reserved;
	int64_t addend; /* bytes that are added: an interior pointer, a tag */
};
_Static_assert(sizeof(struct img_bind) == 32 && offsetof(struct img_bind, addend) == 24,
	"image/FORMAT.md 13");

/* A pointer variable of the code part that a load sets to an address in a heap. */
struct img_variable {
	/* index in IMG_ADDRESSES, of a word in a segment of data; with bitcode: string, its symbol
	 */
	uint32_t address;
	uint32_t image;  /* IMG_SELF, or 1 + dependency */
	uint64_t offset; /* in that image's heap */
};
_Static_assert(sizeof(struct img_variable) == 16, "image/FORMAT.md 13");

/* An object of an interned type. An entry comes behind those that its object refers to. */
struct img_interned {
	uint64_t hash;   /* of type digest and content (FORMAT.md 14) */
	uint64_t offset; /* of the object, in the heap */
	uint32_t type;   /* heap type */
	uint32_t nuses;  /* words in this heap that refer to it */
	uint64_t uses;   /* in the heap (scratch): u64[nuses], offsets of those words, rising */
};
_Static_assert(sizeof(struct img_interned) == 32, "image/FORMAT.md 14");

/* An object that a function of the host completes after the load: its type has a hook. */
struct img_hook {
	uint64_t offset; /* of the object, in the heap; hooks are called in this order */
	uint32_t type;   /* heap type */
	uint32_t reserved;
};
_Static_assert(sizeof(struct img_hook) == 16, "image/FORMAT.md 14");

/* A method that the host adds to a function, of this package or of another. */
struct img_insert {
	uint32_t function;  /* string: name of the generic function, "Base.show"; not empty */
	uint32_t signature; /* string: the host's own text */
	uint32_t image;     /* whose function it is: IMG_SELF, or 1 + dependency */
	uint32_t method;    /* native code: a method of this image, or IMG_NO_METHOD */
	uint64_t object;    /* the host's object of it, in this heap, or IMG_NO_OBJECT */
};
_Static_assert(sizeof(struct img_insert) == 24, "image/FORMAT.md 14");

/* A module of LLVM bitcode, in images without native code. */
struct img_bitcode {
	uint32_t name; /* string */
	uint32_t reserved;
	uint64_t at;   /* in the file; multiple of 16 */
	uint64_t size; /* bytes */
};
_Static_assert(sizeof(struct img_bitcode) == 24, "image/FORMAT.md 15");

#endif
