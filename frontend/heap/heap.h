/* A live heap on its way into an image.
 *
 *   types.c   what the host says of its types -> where the pointers of an object are
 *   room.c    memory
 *   index.c   address -> object, one small array for each page of the live heap
 *   walk.c    from the roots to every object, breadth first: objects and edges
 *   path.c    how an object is reached, for messages
 *   layout.c  the place of each object, by the fate of its page; the preferred address
 *   emit.c    objects with pointers -> their bytes in the image, relocations, binds
 *   overlap.c objects that lie in each other
 *   intern.c  order and hashes of interned objects
 *   tables.c  all of it as tables of the metadata
 *   append.c  the bytes behind a linked library
 *   capi.c    include/pkgimg/build.h
 *
 * Objects are numbered in the order in which the walk meets them, which depends on what the roots
 * lead to and not on addresses: the same heap elsewhere in memory gives the same image. */
#ifndef FRONTEND_HEAP_HEAP_H
#define FRONTEND_HEAP_HEAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/diag.h"
#include "image/format.h"
#include "pkgimg/build.h"

enum {
	HEAP_WORD = sizeof(void *),
	HEAP_NO_TYPE = UINT16_MAX,
	HEAP_MOST_TYPES = UINT16_MAX, /* numbers are u16; the last is HEAP_NO_TYPE */
	HEAP_MOST_PATTERNS = 16,
	HEAP_ERRORS = 20,  /* of the walk; then it ends */
	HEAP_COPIED = 128, /* bytes; see heap_copied */
};

/* ---- types */

struct heap_word {
	uint32_t offset;
	uint16_t kind;    /* enum pkgimg_field_kind, not PKGIMG_DATA */
	uint16_t pointee; /* type that starts there, or HEAP_NO_TYPE: describe tells it */
	const char *name; /* of the field */
};

struct heap_type {
	const char *name, *hook; /* hook: "" if none */
	uint64_t bytes, element_bytes;
	uint32_t align, flags, count_at, count_size;
	struct pkgimg_field *fields, *element_fields; /* copies */
	size_t nfields, nelement_fields;
	struct heap_word *fixed, *element; /* [nfixed], [nelement]: pointers of both */
	uint32_t nfixed, nelement;
	uint32_t number; /* in the image: by name */
};

/* ---- what the walk finds */

/* Where a pointer word leads. Below EDGE_EXTERN: the object of that number. */
enum {
	EDGE_EXTERN = 0xe0000000u, /* + number in heap.externs */
	EDGE_NULL = 0xfffffffeu,   /* null in the image: transient, or weak and not held */
	EDGE_KEEP = 0xffffffffu,   /* no reference: the word stays as it is */
};
typedef uint32_t heap_edge;

/* A place outside of this heap. The first ndependencies are the dependencies' heaps. */
struct heap_extern {
	enum heap_extern_kind { EXTERN_HEAP, EXTERN_SYMBOL, EXTERN_HOST, EXTERN_CODE } kind;
	uint32_t dependency; /* EXTERN_HEAP, EXTERN_CODE */
	bool function;       /* EXTERN_CODE */
	const char *symbol;
	uint64_t address; /* here, of its first byte */
};

enum {
	OBJECT_DEPENDENT = 1, /* refers to a dependency's heap */
	OBJECT_POINTS = 2,    /* has words that lead to objects */
	OBJECT_BOUND = 4,     /* has words that each load fills in */
};
struct heap_object {
	uint64_t address, size; /* here */
	uint64_t place;         /* in the image's heap */
	uint64_t edge;          /* of its first pointer word, in heap.edges */
	uint32_t parent, via;   /* who led there first: object and pointer word of it, or
				 * HEAP_ENTRY and number of the entry */
	uint8_t flags, bucket;
};
#define HEAP_ENTRY UINT32_MAX

/* What the walk starts from: roots, objects of methods and variables. */
struct heap_entry {
	enum { ENTRY_ROOT, ENTRY_METHOD, ENTRY_VARIABLE } kind;
	const char *name;
	uint64_t word;
	const char *pointee_name;
	uint32_t flags; /* PKGIMG_ROOT_CONST */
	uint64_t cell;  /* roots: place in the heap */
	heap_edge edge;
};

/* ---- room.c: all end the process when there is no memory, as arenas do */

/* arrays that grow: they are large, and live as long as the build */
struct heap_array {
	void *v;
	size_t n, cap; /* elements */
	size_t mapped; /* bytes, of a large one; 0: v is of malloc */
};
void heap_room_more(struct heap_array *a, size_t more, size_t size);
void heap_array_free(struct heap_array *a);
/* room for `more` elements behind n */
static inline void heap_room(struct heap_array *a, size_t more, size_t size)
{
	if (more > a->cap - a->n)
		heap_room_more(a, more, size);
}

/* n bytes of zeros that cost nothing until they are touched; NULL for 0. Freed with the same n. */
void *heap_pages(uint64_t n);
void heap_pages_free(void *p, uint64_t n);

/* ---- index.c */

enum { HEAP_PAGE = 4096, HEAP_AREA_PAGES = 16384, HEAP_GROUPS = 4096 };
struct heap_page {
	uint32_t slot[HEAP_PAGE / 8]; /* number of the object that begins there + 1, by 8 bytes */
};
struct heap_area {
	struct heap_page *pages[HEAP_AREA_PAGES]; /* NULL: no object is known there */
};
struct heap_index {
	struct {
		uint64_t number; /* of the area + 1; 0: free */
		struct heap_area *at;
	} *slots; /* few: they stay in the CPU's nearest cache */
	size_t nslots, nareas, npages;
	struct heap_array chunks;       /* struct heap_chunk: where the pages are */
	size_t left;                    /* pages that are free in the last */
	uint64_t readable[HEAP_GROUPS]; /* number + 1 of groups of pages that are known to be */
};
struct heap_chunk {
	struct heap_page *pages;
	size_t n;
};

/* before any of the others */
void heap_index_start(struct heap_index *x);
/* an area, that is not at the first place where it may be in the table; NULL if there is none */
struct heap_area *heap_index_area(const struct heap_index *x, uint64_t number);
/* the slot of an address, which is a multiple of 8; NULL: no memory of this process is there */
uint32_t *heap_index_slot(struct heap_index *x, uint64_t address);
/* the same, NULL if no object is known on its page; inline, as each pointer asks */
static inline uint32_t *heap_index_find(const struct heap_index *x, uint64_t address)
{
	uint64_t number = address / HEAP_PAGE;
	size_t i = (number / HEAP_AREA_PAGES) & (x->nslots - 1);
	const struct heap_area *area = x->slots[i].at;
	struct heap_page *page;

	if (x->slots[i].number != number / HEAP_AREA_PAGES + 1)
		area = heap_index_area(x, number / HEAP_AREA_PAGES);
	page = area ? area->pages[number % HEAP_AREA_PAGES] : NULL;
	return page ? &page->slot[address % HEAP_PAGE / 8] : NULL;
}
/* [address, address + size) can be read */
bool heap_readable(struct heap_index *x, uint64_t address, uint64_t size);
void heap_index_free(struct heap_index *x);

/* ---- layout.c */

#define SHIFT_INTERNED UINT64_C(1) /* the object is */

enum { GROUP_DEPENDENT, GROUP_POINTS, GROUP_PLAIN, GROUPS };
enum { BUCKETS = IMG_FATES * GROUPS };
struct heap_bucket {
	uint64_t size, align, place; /* place: in the heap */
	uint64_t nobjects, first;    /* first: number of its first object by place */
	uint64_t nhalf;              /* of its objects, among the first half of all */
};

struct heap_section {
	uint64_t offset, size;
	uint64_t cells; /* bytes of root cells at its beginning */
	uint64_t made;  /* bytes in `bytes`; what is behind lies in the live heap, bucket by
			 * bucket */
	uint8_t *bytes;
};

struct heap_relocs {
	uint32_t image;
	uint32_t fate;
	uint64_t *bits; /* of the whole section */
	uint64_t first, nwords, count, npages, at;
};

struct heap_bind {
	uint64_t place;
	uint32_t target; /* in heap.externs */
	int64_t addend;
};

struct heap_use {
	uint32_t object;
	uint64_t place;
};

struct heap_interned {
	uint32_t object;
	uint32_t nuses;
	uint64_t uses; /* first of its uses in heap.uses, once sorted */
	uint64_t hash;
};

/* ---- all */

struct heap_method {
	const char *function, *signature, *symbol, *owner;
	uint32_t entry; /* in heap.entries, or UINT32_MAX */
};
struct heap_variable {
	const char *symbol;
	uint32_t entry;
};
struct heap_symbol {
	const char *name;
	uint64_t address, bytes;
	bool host;
};

struct heap {
	struct arena *a;
	struct diags *d;
	/* as the host said it */
	const char *name;
	uint8_t uuid[16];
	pkgimg_describe_fn *describe;
	void *describe_ctx;
	struct pkgimg_pattern patterns[HEAP_MOST_PATTERNS];
	size_t npatterns;
	struct heap_array types;     /* struct heap_type */
	struct heap_type **by_name;  /* [types.n] once all are there */
	struct heap_array entries;   /* struct heap_entry */
	struct heap_array methods;   /* struct heap_method */
	struct heap_array variables; /* struct heap_variable */
	struct heap_array symbols;   /* struct heap_symbol; by address once walked */
	struct heap_array deps;      /* const struct pkgimg_dependency * */
	uint64_t range[2];           /* for preferred addresses */
	/* walk */
	struct heap_index index;
	struct heap_array objects; /* struct heap_object */
	struct heap_array type_of; /* uint16_t */
	struct heap_array edges;   /* heap_edge */
	struct heap_array externs; /* struct heap_extern */
	struct heap_array weak;    /* struct heap_weak */
	struct heap_array copies;  /* uint8_t: see heap_copied; until they are in a section */
	uint64_t copies_half;      /* of them, of the first half of the objects */
	unsigned errors;
	bool interns; /* there is a type with interned objects */
	bool *dep_used;
	/* layout and bytes */
	struct heap_bucket buckets[BUCKETS];
	/* [objects.n] what a word that leads to the object gets added, a multiple of 8; and
	 * SHIFT_INTERNED, as one look at memory is enough for each pointer */
	uint64_t *shifts;
	struct heap_section sections[IMG_FATES];
	uint64_t mapped, size, base, nobjects;
	struct heap_array relocs;   /* struct heap_relocs */
	struct heap_array binds;    /* struct heap_bind */
	struct heap_array uses;     /* struct heap_use */
	struct heap_array interned; /* struct heap_interned, each behind those it refers to */
	struct heap_array hooks;    /* uint32_t: objects */
	uint64_t starts_at, types_at;
	uint64_t external; /* words that lead to dependencies */
	double walk_ms, emit_ms;
};

#define HEAP_AT(array, T, i) (&((T *)(array).v)[i])

static inline struct heap_type *heap_type_at(const struct heap *h, size_t i)
{
	return HEAP_AT(h->types, struct heap_type, i);
}
static inline struct heap_object *heap_object_at(const struct heap *h, size_t i)
{
	return HEAP_AT(h->objects, struct heap_object, i);
}
static inline uint16_t heap_type_of(const struct heap *h, size_t i)
{
	return *HEAP_AT(h->type_of, uint16_t, i);
}
/* Small objects with pointers are copied when they are found: in the live heap they lie in no
 * order, each in a page of its own, and this is the one time that they are waited for. returns the
 * bytes of such a copy; copies lie in the order of the objects' numbers */
static inline uint64_t heap_copied(const struct heap_type *t, uint64_t size)
{
	return size <= HEAP_COPIED && (t->nfixed || t->nelement) ? (size + 7) & ~(uint64_t)7 : 0;
}
static inline const struct pkgimg_dependency *heap_dep_at(const struct heap *h, size_t i)
{
	return *HEAP_AT(h->deps, const struct pkgimg_dependency *, i);
}

/* types.c: check and copy a type. returns its number, or -1 reported */
int heap_type_add(struct heap *h, const struct pkgimg_type *t);
/* Once all are there: names of pointees -> numbers. returns 0, or -1 reported */
int heap_types_finish(struct heap *h);
/* its number, HEAP_NO_TYPE for NULL; -1 if there is none of that name */
int heap_type_find(const struct heap *h, const char *name);
/* pointer words of an object of that type and size, and the nth of them */
uint64_t heap_words(const struct heap_type *t, uint64_t size);
const struct heap_word *heap_word_at(const struct heap_type *t, uint64_t nth, uint64_t *offset);

/* walk.c, layout.c, emit.c, intern.c: each wants those before. return 0, or -1 reported */
int heap_walk(struct heap *h);
int heap_lay_out(struct heap *h);
int heap_emit(struct heap *h);
int heap_intern(struct heap *h);
/* every step; nothing if there is nothing in the heap */
int heap_serialize(struct heap *h);
void heap_free(struct heap *h);

/* Each object of [from, to) in which another begins; at most HEAP_ERRORS. threads: any, after the
 * walk */
struct heap_overlap {
	uint32_t outer, inner;
};
void heap_overlaps_find(const struct heap *h, uint32_t from, uint32_t to, struct heap_array *out);
/* returns 0 if there are none, or -1 reported */
int heap_overlaps_tell(const struct heap *h, const struct heap_array *found);

/* "Main.cache -> [3] -> .next", in the arena: a pointer word of an object, or of an entry */
const char *heap_path(const struct heap *h, uint32_t object, uint64_t via);

/* XXH3-64 of interned objects (FORMAT.md 14), into .hash.
 * digests  [types.n] of the types */
void heap_hash_interned(struct heap *h, const uint64_t *digests);

/* The parts of the heap in order, `mapped` bytes and scratch, to `put`. returns 0 or what put
 * returned */
typedef int heap_put_fn(void *ctx, const void *data, size_t n);
int heap_stream(const struct heap *h, heap_put_fn *put, void *ctx);

/* there is a heap part: objects or roots */
static inline bool heap_exists(const struct heap *h)
{
	return h->size != 0;
}

#endif
