/* What is in the heap part of an image that was read but not loaded: for `inspect` and `diff`. */
#ifndef CLI_HEAP_FACTS_H
#define CLI_HEAP_FACTS_H

#include "base/arena.h"
#include "cli/inspect.h"

enum { HEAP_PAGE = 4096, HEAP_MOST_BIG = 10 };

struct heap_object {
	uint64_t offset, size; /* in the heap; bytes with elements */
	uint32_t type;         /* heap type */
};

struct heap_type_sum {
	uint64_t n, bytes;
};

struct heap_facts {
	const struct img_view *v;
	const uint8_t *bytes;             /* the heap in the file */
	const struct heap_object *object; /* [n] by offset */
	uint64_t n;
	struct heap_type_sum *type;         /* [v->nheap_types] */
	const struct heap_object **biggest; /* [nbiggest] the biggest first */
	unsigned nbiggest;
	uint64_t bind_pages; /* that each load writes to */
};

/* Look at all objects. The image has a heap.
 * returns 0, or -1 reported: the list of objects is broken */
int heap_facts(
	struct arena *a, struct diags *d, const struct inspected *in, struct heap_facts *out);

/* The object that has that byte, or NULL. */
const struct heap_object *heap_object_at(const struct heap_facts *h, uint64_t offset);

/* One way from a root, a variable of the code or an added method to an object: "Main.cache -> .next
 * -> [3]", in the arena; NULL: there is none. The shortest one. O(objects and references) */
const char *heap_path(struct arena *a, const struct heap_facts *h, const struct heap_object *to);

/* the name of a heap type */
const char *heap_type_name(const struct img_view *v, uint32_t type);

/* the `heap` part of both forms of `inspect` */
struct json;
void heap_text(struct arena *a, const struct heap_facts *h, FILE *out);
void heap_json(const struct heap_facts *h, struct json *j);

#endif
