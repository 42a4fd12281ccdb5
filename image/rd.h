/* The cursor of the checkers: bytes, and what is being looked at, so that an error can say so. */
#ifndef IMAGE_RD_H
#define IMAGE_RD_H

#include <stdbool.h>

#include "image/image.h"

struct img_rd {
	const uint8_t *base;
	uint64_t size;
	const char *doing;
	uint64_t entry;
	struct img_error *e;
};

/* Fill in the error; both return false, so that a check can `return img_bad(...)`. */
bool img_bad(struct img_rd *r, const char *problem);
bool img_bad_value(
	struct img_rd *r, const char *problem, const char *relation, uint64_t wanted, uint64_t got);

/* n bytes at `at` lie inside; cannot wrap */
bool img_need_bytes(struct img_rd *r, uint64_t at, uint64_t n, const char *problem);

/* Check that every address of the view leads where it should (container.c). */
bool img_check_addresses(struct img_rd *r, const struct img_container *c, const struct img_view *v);

/* Types and members (types.c); strings and counts of the view are checked already. */
bool img_check_types(struct img_rd *r, const struct img_view *v);
/* What the heap's tables say (check_heap.c); count: entries of IMG_HEAP. All other tables are
 * checked already. */
bool img_check_heap(struct img_rd *r, const struct img_view *v, uint64_t count);
/* Where heap and bitcode lie in the file, and where pointer variables lead. */
bool img_check_heap_file(struct img_rd *r, const struct img_container *c, const struct img_view *v);

/* What the code refers to in dependencies (check_imports.c); strings, dependencies and counts are
 * checked already. */
bool img_check_imports(struct img_rd *r, const struct img_view *v);
/* Where the slots of imports are; all other addresses are checked already. */
bool img_check_imports_file(
	struct img_rd *r, const struct img_container *c, const struct img_view *v);

/* The string can be used; it is not empty either. */
bool img_check_string(struct img_rd *r, const struct img_view *v, uint32_t at);
bool img_check_name(struct img_rd *r, const struct img_view *v, uint32_t at);
/* a string offset that may be used */
bool img_string_ok(const struct img_view *v, uint32_t at);

#endif
