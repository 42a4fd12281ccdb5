#include "base/names.h"

#include <string.h>

static uint64_t hash(const char *s)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return h ^ h >> 32;
}

/* the slot of a name, or the free one where it belongs */
static uint32_t *slot_of(const struct names *t, const char *s)
{
	size_t i = (size_t)hash(s) & (t->nslots - 1);

	while (t->slots[i] && strcmp(t->v[t->slots[i] - 1], s) != 0)
		i = (i + 1) & (t->nslots - 1);
	return &t->slots[i];
}

/* a table that is never more than half full */
static void make_room(struct names *t)
{
	if (t->n < t->cap)
		return;
	arena_push_room(t->mem, t->v, t->n, t->cap);
	t->nslots = 2 * t->cap;
	t->slots = arena_array(t->mem, uint32_t, t->nslots);
	for (size_t i = 0; i < t->n; i++)
		*slot_of(t, t->v[i]) = (uint32_t)i + 1;
}

size_t names_add(struct names *t, const char *s)
{
	uint32_t *slot;

	make_room(t);
	slot = slot_of(t, s);
	if (*slot)
		return *slot - 1;
	t->v[t->n++] = s;
	*slot = (uint32_t)t->n;
	return t->n - 1;
}

size_t names_find(const struct names *t, const char *s)
{
	uint32_t *slot = t->nslots ? slot_of(t, s) : NULL;

	return slot && *slot ? *slot - 1 : NAMES_NONE;
}
