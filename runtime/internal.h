/* An open image, for the files of this folder and for `pkgimg run`, which is linked statically. */
#ifndef RUNTIME_INTERNAL_H
#define RUNTIME_INTERNAL_H

#include "image/image.h"
#include "pkgimg/runtime.h"
#include "runtime/sys.h"

struct rt_member;
struct rt_bundle;
struct rt_codes;
struct rt_map;

struct pkgimg_image {
	struct img_view view;     /* of the loaded library; of the file if it has no code */
	struct rt_member *member; /* what it is to its world; NULL if it is in none */
	uint32_t target;          /* the one that runs */
	bool heap_only;           /* PKGIMG_HEAP_ONLY */
	struct rt_bundle *bundle; /* that it is in; NULL: it has a file of its own */
	struct rt_codes *codes;   /* atomic: made by the first pkgimg_describe */
	struct rt_map *symbols;   /* atomic: made by the first rt_symbol_find, whose it is */
	struct rt_library library;
	size_t nneeds;
	struct rt_library needs[]; /* none for symbols of the host */
};

/* the types and all the rest; valid until pkgimg_close */
const struct img_view *pkgimg_view(const struct pkgimg_image *image);

/* Address of the code for this CPU. An image without native code: as the host's `compile` says, or
 * NULL. */
void *rt_method_code(const struct pkgimg_image *image, uint32_t index);
/* NULL for a thread-local one */
void *rt_global_address(const struct pkgimg_image *image, uint32_t index);

struct cpu_arch;
/* What of `wanted` this machine offers, lowered by the cap (or NULL); nothing if arch is NULL.
 * returns PKGIMG_OK, or PKGIMG_E_CPU for a cap that is none */
int rt_cpu_offers(struct pkgimg_error *err, const struct cpu_arch *arch, const char *cap,
	const uint64_t wanted[IMG_FEATURE_WORDS], uint64_t out[IMG_FEATURE_WORDS]);

/* The target to take, by the checked file: before the library is loaded. */
int rt_choose_target(const char *path, const struct pkgimg_options *opt,
	const struct img_view *view, uint32_t *target, struct pkgimg_error *err);
/* Fill the slots of the loaded library, whose segments are those, for that target; or, if they are
 * filled, find out whether that choice will do, and put it in *target. */
int rt_take_target(const char *path, const struct pkgimg_options *opt, const struct img_view *v,
	const struct rt_segment segments[], size_t nsegments, uint32_t *target,
	struct pkgimg_error *err);

/* Give that access to what the system's loader made read-only of [from, to): whole pages.
 * returns 0 or an errno: some may have it, and some not */
int rt_protect_sealed(const struct rt_segment segments[], size_t nsegments, uintptr_t from,
	uintptr_t to, enum rt_access access);

/* Text of an error: the pieces, one after the other; a NULL ends them. Fills in code and text,
 * empties the rest. returns code; err may be NULL */
int rt_fail(struct pkgimg_error *err, int code, ...) __attribute__((sentinel));
/* the same for values: also keeps them apart. returns code */
int rt_fail_values(struct pkgimg_error *err, int code, const char *path, const char *problem,
	const char *expected, const char *found);
/* from the checker's error */
int rt_fail_image(struct pkgimg_error *err, const char *path, const struct img_error *e);

/* Is image `now`, which is dependency `number` of `v`, one that it can work with (FORMAT.md 6)?
 * returns PKGIMG_OK, PKGIMG_E_DEPENDENCY with both interface digests, or PKGIMG_E_MEMORY */
int rt_check_interface(const char *path, const struct img_view *v, uint32_t number,
	const struct img_view *now, struct pkgimg_error *err);

#endif
