/* Package images: check one, look inside, print its types, seal a new one.
 *
 * Nothing here allocates, prints or keeps state; every function may run in any thread. A view is
 * only made of bytes that were checked whole, so accessors take indices without another check;
 * an index that comes from outside is the caller's to compare with the view's counts.
 * The format is in image/FORMAT.md. */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/format.h"

/* ---- errors */

enum img_code {
	IMG_OK,
	IMG_E_IO,       /* the system said no; img_error.got is its errno */
	IMG_E_FORMAT,   /* no image, cut, or broken inside */
	IMG_E_VERSION,  /* an image of another format version */
	IMG_E_UNSEALED, /* the build did not finish it */
	IMG_E_SUM,      /* a checksum differs: the bytes changed */
	IMG_E_ABI,      /* for another platform (img_check_abi) */
};

#define IMG_NO_ENTRY UINT64_MAX

struct img_error {
	enum img_code code;
	const char *doing;    /* static: the part looked at, "methods" */
	const char *problem;  /* static: "the target type is out of range" */
	const char *relation; /* static: how wanted is meant: "", "below "; NULL: no numbers */
	uint64_t entry;       /* in the table `doing` names, or IMG_NO_ENTRY */
	uint64_t wanted, got;
	char wanted_text[80]; /* IMG_E_ABI: both texts, cut if long; else "" */
	char got_text[80];
};

/* One line: "types, entry 12: the target type is out of range: wanted below 40, got 99".
 * returns the length it has or would have; buf is NUL-terminated if size is not 0 */
size_t img_error_text(const struct img_error *e, char *buf, size_t size);

/* ---- view */

/* How type text is written: C has tags, others do not; digests want one form for all. */
enum img_style { IMG_STYLE_C, IMG_STYLE_PLAIN, IMG_STYLE_DIGEST };

struct img_view {
	const struct img_header *header;
	const char *strings;
	const struct img_package *package;
	const struct img_target *targets;
	const struct img_need *needs;
	const struct img_dependency *dependencies;
	const struct img_type *types;
	const struct img_member *members;
	const struct img_method *methods;
	const uint32_t *params;
	const struct img_global *globals;
	const int32_t *addresses;
	const struct img_dispatch *dispatch; /* NULL: each function has one version */
	const int32_t *entries;              /* [ntargets][dispatch->nslots] */
	const struct img_heap *heap;         /* NULL: there is none */
	const struct img_heap_section *heap_sections;
	const struct img_heap_type *heap_types;
	const struct img_heap_pointer *heap_pointers;
	const struct img_root *roots;
	const struct img_heap_reloc *heap_relocs;
	const struct img_bind *binds;
	const struct img_variable *variables;
	const struct img_interned *interned;
	const struct img_hook *hooks;
	const struct img_insert *inserts;
	const struct img_use *uses;
	const struct img_import *imports;
	const struct img_bitcode *bitcode; /* none: the code is in the file's code part */
	uint32_t nstrings;                 /* bytes */
	uint32_t ntargets, nneeds, ndependencies, ntypes, nmembers, nmethods, nparams, nglobals,
		naddresses, nentries;
	uint32_t nheap_sections, nheap_types, nheap_pointers, nroots, nheap_relocs, nbinds,
		nvariables, ninterned, nhooks, ninserts, nbitcode, nuses, nimports;
	enum img_style style;
};

/* What the system's loader maps: `filesz` bytes of the file at `at`, to `vaddr`, `memsz` in all. */
enum {
	IMG_REGION_EXEC = 1,
	IMG_REGION_DATA = 2,   /* a loader may write there, or make it writable */
	IMG_MAX_REGIONS = 128, /* linkers make about ten */
};
struct img_region {
	uint64_t vaddr, memsz, at, filesz;
	unsigned access; /* IMG_REGION_EXEC or IMG_REGION_DATA */
};

/* Where the metadata lies in a file, and what the file maps. */
enum { IMG_MAX_HOLES = 4 };
struct img_container {
	const struct img_container_kind *kind;
	const uint8_t *file;
	uint64_t size;
	uint64_t summed;      /* the sums cover the file's first bytes, this many: all, but for a
			       * signature that comes behind the seal */
	uint64_t meta_at;     /* of the header, in the file; multiple of 8 */
	uint64_t meta_room;   /* bytes of the section */
	uint64_t meta_vaddr;  /* of the header, once mapped */
	uint32_t pointer;     /* bytes of a pointer: 4 or 8 */
	uint64_t heap_header; /* ELF: section header that is to show the heap; 0: none */
	uint64_t heap_at, heap_room; /* Mach-O: section that is to hold the heap; 0: none */
	bool no_code;                /* a data-only image: no library, no regions */
	bool in_bundle;              /* a member: where its heap lies is the bundle's to say */
	uint64_t sections_at, names_at, names_size; /* the kind's own: what it takes sizes from */
	uint32_t nsections;
	/* parts of what is summed that count as zeros: the sums themselves, and what a new
	 * signature changes; sorted, not overlapping */
	struct {
		uint64_t at, size;
	} holes[IMG_MAX_HOLES];
	unsigned nholes;
	unsigned nregions;
	struct img_region regions[IMG_MAX_REGIONS];
};

/* Sizes in bytes by the fate of the section, from the section headers. */
struct img_sizes {
	uint64_t code, read_only, data, zero, metadata, debug, other;
};

enum {
	IMG_CHECK_FILE_SUM = 1, /* read the whole file and compare file_sum as well */
	IMG_CHECK_UNSEALED = 2, /* for the build: an image not sealed yet; no sizes and sums */
};

/* Find the metadata of a file in memory. `file` is 8-aligned; borrowed by *out, which means nothing
 * after an error. returns IMG_OK or IMG_E_FORMAT */
enum img_code img_container_open(
	const void *file, uint64_t size, struct img_container *out, struct img_error *e);
void img_container_sizes(const struct img_container *c, struct img_sizes *out);

/* Check a whole file: container, header, sums, every table, every address. One pass, no memory.
 * box may be NULL. *out is untouched on error. returns IMG_OK or any code but IMG_E_ABI */
enum img_code img_check_file(const void *file, uint64_t size, unsigned flags, struct img_view *out,
	struct img_container *box, struct img_error *e);

/* The same for metadata alone: no container, no file sum, no look at where addresses lead.
 * file_size is compared with the header's unless IMG_CHECK_UNSEALED */
enum img_code img_check_meta(const void *meta, uint64_t room, uint64_t file_size, unsigned flags,
	struct img_view *out, struct img_error *e);

/* A view of metadata that has the same bytes as some that were checked. */
void img_view_at(const void *meta, struct img_view *out);

/* What code an image has. Native code and bitcode do not mix in one load; an image that has none
 * goes with either. */
enum img_form { IMG_FORM_NONE, IMG_FORM_NATIVE, IMG_FORM_BITCODE };
enum img_form img_form(const struct img_view *v);
/* "no code", "native code", "bitcode" */
const char *img_form_name(enum img_form form);

static inline const char *img_str(const struct img_view *v, uint32_t at)
{
	return v->strings + at;
}

/* Section of the heap in which [offset, offset + n) lies, by index; UINT32_MAX: in none, or in the
 * scratch section. O(1): there are at most six */
uint32_t img_heap_section_at(const struct img_view *v, uint64_t offset, uint64_t n);
/* Bytes of the object of that heap type at `offset`, with its elements, whose number it tells
 * itself and may be anything; heap: all that is mapped. returns 0: it does not end in its section
 */
uint64_t img_heap_object_size(
	const struct img_view *v, const uint8_t *heap, uint64_t offset, uint32_t type);
/* "constant"; "?" for numbers out of range */
const char *img_fate_name(uint32_t fate);

/* what the names mean: "library", "struct"; "?" for numbers out of range */
const char *img_need_kind_name(uint32_t kind);
const char *img_type_kind_name(uint32_t kind);
const char *img_use_kind_name(uint32_t kind);
const char *img_import_kind_name(uint32_t kind);

/* The type behind names and qualifiers: typedef, const, volatile, restrict, atomic. */
uint32_t img_type_bare(const struct img_view *v, uint32_t type);

/* ---- lookup */

/* Methods of that name; if there are none, those of that symbol (a walk over all). `signature`
 * (or NULL) is as img_type_text writes the type, "int (const char *)", or as img_signature writes
 * the whole; blanks do not matter. *out (or NULL) is the first.
 * returns how many there are */
uint32_t img_find_method(
	const struct img_view *v, const char *name, const char *signature, uint32_t *out);
uint32_t img_find_global(const struct img_view *v, const char *name, uint32_t *out);

/* methods named `name` are [*first, *first + returned) */
uint32_t img_method_range(const struct img_view *v, const char *name, uint32_t *first);

/* ---- text */

/* A type as C writes it: "const char *", "int (*)(void *, int)", "struct point[4]". Text ends at
 * 65535 bytes and goes 64 levels deep. returns the length it has or would have; buf is
 * NUL-terminated if size is not 0 */
size_t img_type_text(const struct img_view *v, uint32_t type, char *buf, size_t size);
/* the declaration of a name (or "") with that type: "char *argv[4]" */
size_t img_declaration(
	const struct img_view *v, uint32_t type, const char *name, char *buf, size_t size);
/* "int add(int a, int b)", or "int add(int, int)"; "add(?)" when the type is not known */
size_t img_signature(
	const struct img_view *v, uint32_t method, bool param_names, char *buf, size_t size);
bool img_signature_matches(const struct img_view *v, uint32_t method, const char *signature);

/* ---- sums and digests */

uint64_t img_sum64(const void *data, size_t n); /* XXH3-64 */

/* Fill in .depth and .digest of types[0..n) (FORMAT.md 7). Indices in them must be in range.
 * returns n, or the index of a type that holds itself by value or is nested too deep; make that
 * one IMG_T_OPAQUE and call again */
uint32_t img_digest_types(
	struct img_type *types, uint32_t n, const struct img_member *members, const char *strings);
uint64_t img_type_digest(const struct img_view *v, uint32_t type); /* made anew, to compare */
uint64_t img_interface_digest(const struct img_view *v);

/* ---- the interface in parts (FORMAT.md 9) */

/* a method, a global, or a type that has a name and is defined; several may have one name */
struct img_part {
	const char *name; /* in the view */
	uint64_t index;
	uint32_t kind; /* enum img_use_kind */
};
/* part i of [0, img_nparts(v)); false: that type is none */
uint64_t img_nparts(const struct img_view *v);
bool img_part_at(const struct img_view *v, uint64_t i, struct img_part *out);

/* What it takes to make digests of parts. room: [2 * ntypes] zeros, borrowed until the last one */
struct img_parts {
	const struct img_view *v;
	uint32_t *mark, *stack;
	uint32_t round;
	bool coarse;
	uint64_t all;
};
void img_parts_start(struct img_parts *p, const struct img_view *v, uint32_t *room);
uint64_t img_part_digest(struct img_parts *p, const struct img_part *part);
/* Does what image `v` takes from its dependency number `dependency` have the same digests in the
 * image `now`? Images that say nothing of uses take all of it.
 * returns true; or false with *changed the first name whose part is another one or not there; NULL:
 * all of it counts */
bool img_uses_hold(
	const struct img_view *v, uint32_t dependency, struct img_parts *now, const char **changed);

/* ---- ABI text */

/* "1 x86_64 linux gnu le 64" of a target triple (FORMAT.md 3).
 * returns its length, or 0 for a CPU or system that has no ABI text in this version */
size_t img_abi_text(const char *triple, char *buf, size_t size);
const char *img_host_abi_text(void); /* of the machine this code was compiled for */
/* returns IMG_OK or IMG_E_ABI with both texts */
enum img_code img_check_abi(const struct img_view *v, struct img_error *e);

/* ---- sealing */

/* Say in a linked file where its heap will be: behind its end, or in the section that is there for
 * it. The file must have an entry for one.
 * file     [size] all of it, writable; 8-aligned
 * at       set to the offset in the file at which `size` of that entry bytes are to be written
 * returns  IMG_OK, IMG_E_FORMAT, IMG_E_VERSION */
enum img_code img_place_heap(uint8_t *file, uint64_t size, uint64_t *at, struct img_error *e);

/* 32 bytes of BLAKE3, or of SHA-256. Data may come in pieces, all but the last with out NULL. */
typedef void img_digest_fn(void *ctx, const void *data, size_t n, uint8_t out[32]);

/* Sealing while the end of the file is still being written, so that it need not be read again: not
 * for files that end in a signature.
 *   image_seal_start   the file so far, all with the final contents but for the header's sums
 *   image_seal_add     what is written behind it, in order, each byte once
 *   image_seal_end     the header, once all is in the file */
struct img_sealing {
	struct img_header *header; /* in `file` */
	uint64_t meta_at;
	uint8_t *file;
	struct img_sealing_sum {
		_Alignas(64) unsigned char state[1344];
	} sum;
};
/* file     [size] a private copy that may be changed, until image_seal_end; 8-aligned
 * total    bytes that the file will have
 * returns  as image_seal */
enum img_code image_seal_start(uint8_t *file, uint64_t size, uint64_t total, img_digest_fn *blake3,
	void *ctx, struct img_sealing *out, struct img_error *e);
void image_seal_add(struct img_sealing *s, const void *data, size_t n);
enum img_code image_seal_end(struct img_sealing *s, int fd, struct img_error *e);

/* Check a linked image and finish it: sizes, sums, build id, IMG_SEALED; abi and interface_digest
 * too where they are zero; then the code signature, where the file has one (Mach-O, ad hoc). The
 * header is written in one go at the end; the file is no sealed image after an error. Sealing a
 * sealed image again gives the same bytes. The file is read piece by piece, a large one by two
 * threads: it does not stay in memory.
 * fd       open for reading and writing; borrowed
 * blake3   for the build id; called by this thread alone, with the sums of windows
 * sha256   for the code signature; may be NULL if the file is known to have none
 * returns  IMG_OK, IMG_E_IO, IMG_E_FORMAT or IMG_E_VERSION */
enum img_code image_seal(
	int fd, img_digest_fn *blake3, img_digest_fn *sha256, void *ctx, struct img_error *e);

/* The same, where some sums are known already: of those windows (FORMAT.md 9) nothing is read.
 * known    the sum of a window, 16 bytes, or NULL; called by two threads. Not asked for those with
 *          metadata or what counts as zeros in them */
typedef const uint8_t *img_known_fn(const void *ctx, uint64_t window);
enum img_code image_seal_known(int fd, img_known_fn *known, const void *known_ctx,
	img_digest_fn *blake3, img_digest_fn *sha256, void *ctx, struct img_error *e);

#endif
