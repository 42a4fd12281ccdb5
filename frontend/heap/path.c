/* How an object is reached: "Main.cache -> [3] -> .next". */
#include <inttypes.h>

#include "base/str.h"
#include "frontend/heap/heap.h"

enum { MOST_STEPS = 64 }; /* of a path that is written out */

static void put_step(const struct heap *h, struct strbuf *b, uint32_t object, uint64_t via)
{
	const struct heap_type *t = heap_type_at(h, heap_type_of(h, object));
	uint64_t offset;
	const struct heap_word *w = heap_word_at(t, via, &offset);

	strbuf_fmt(b, " -> ");
	if (via >= t->nfixed)
		strbuf_fmt(b, "[%" PRIu64 "]", (via - t->nfixed) / t->nelement);
	if (via < t->nfixed || t->nelement > 1)
		strbuf_fmt(b, ".%s", w->name);
}

const char *heap_path(const struct heap *h, uint32_t object, uint64_t via)
{
	struct {
		uint32_t object;
		uint64_t via;
	} steps[MOST_STEPS];
	struct strbuf b = { .mem = h->a };
	uint64_t n = 0; /* the last steps are in `steps`, as in a ring */

	while (object != HEAP_ENTRY) {
		const struct heap_object *o = heap_object_at(h, object);

		steps[n % MOST_STEPS].object = object;
		steps[n++ % MOST_STEPS].via = via;
		via = o->via;
		object = o->parent;
	}
	strbuf_fmt(&b, "%s", HEAP_AT(h->entries, struct heap_entry, via)->name);
	/* a long list: its beginning says most, the first steps from the root */
	for (uint64_t i = n; i-- > 0 && n - i <= MOST_STEPS;)
		put_step(h, &b, steps[i % MOST_STEPS].object, steps[i % MOST_STEPS].via);
	if (n > MOST_STEPS)
		strbuf_fmt(&b, " -> ... (%" PRIu64 " more)", n - MOST_STEPS);
	return strbuf_text(&b);
}
