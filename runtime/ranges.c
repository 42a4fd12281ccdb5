/* A sorted array of pointers to ranges, changed in place in steps of one store each. After each
 * step it is a sorted array still, one of its elements perhaps twice. A reader looks at each
 * element at most once, so one that meets a single step sees the array as it was before or after
 * it; one that meets two notices by the version. Then it may have missed its range, and looks once
 * more; what it finds is right in any case, as a range never changes.
 *
 * Nobody ever waits for a writer: a collector may stop all threads at any place and still ask.
 * So readers may hold a range or an array for ever: both stay until the world ends. An array that
 * grows doubles, and a range is used again when an image comes back to its place. */
#include "runtime/ranges.h"

#include <stdlib.h>

struct rt_range {
	uintptr_t from, to;
	struct pkgimg_image *image; /* atomic */
	struct rt_range *next;      /* of those that were removed */
};

struct rt_range_table {
	struct rt_range_table *older;
	size_t room;
	size_t n;                   /* atomic */
	struct rt_range *entries[]; /* atomic; [room], n of them used, by address */
};

#define GET(place)        __atomic_load_n(&(place), __ATOMIC_ACQUIRE)
#define SET(place, value) __atomic_store_n(&(place), (value), __ATOMIC_RELEASE)

/* only one thread writes */
static void step(struct rt_ranges *r)
{
	SET(r->version, r->version + 1);
}

/* how many ranges begin at or before the address */
static size_t bound(const struct rt_range_table *t, uintptr_t address)
{
	size_t lo = 0, hi = GET(t->n);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (GET(t->entries[mid])->from <= address)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* the last element that was seen to begin at or before the address */
static const struct rt_range *search(const struct rt_range_table *t, uintptr_t address)
{
	const struct rt_range *best = NULL;
	size_t lo = 0, hi = GET(t->n);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct rt_range *e = GET(t->entries[mid]);

		if (e->from <= address)
			lo = mid + 1, best = e;
		else
			hi = mid;
	}
	return best;
}

struct pkgimg_image *rt_ranges_find(const struct rt_ranges *r, uintptr_t address)
{
	for (;;) {
		size_t version = GET(r->version);
		const struct rt_range_table *t = GET(r->table);
		const struct rt_range *e = t ? search(t, address) : NULL;

		if (e && address < e->to)
			return GET(e->image);
		if (GET(r->version) == version)
			return NULL;
	}
}

static struct rt_range_table *room_for_one(struct rt_ranges *r)
{
	struct rt_range_table *t = r->table, *larger;
	size_t room = t ? t->room * 2 : 16;

	if (t && t->n < t->room)
		return t;
	larger = malloc(sizeof(*larger) + room * sizeof(larger->entries[0]));
	if (!larger)
		return NULL;
	larger->older = t;
	larger->room = room;
	larger->n = t ? t->n : 0;
	for (size_t i = 0; i < larger->n; i++)
		larger->entries[i] = t->entries[i];
	SET(r->table, larger);
	step(r);
	return larger;
}

static struct rt_range *range_for(
	struct rt_ranges *r, uintptr_t from, uintptr_t to, struct pkgimg_image *image)
{
	struct rt_range *e;

	for (struct rt_range **at = &r->retired; (e = *at) != NULL; at = &e->next) {
		if (e->from == from && e->to == to) {
			*at = e->next;
			SET(e->image, image);
			return e;
		}
	}
	e = malloc(sizeof(*e));
	if (e)
		*e = (struct rt_range) { from, to, image, NULL };
	return e;
}

bool rt_ranges_add(struct rt_ranges *r, uintptr_t from, uintptr_t to, struct pkgimg_image *image)
{
	struct rt_range_table *t = room_for_one(r);
	struct rt_range *e = t ? range_for(r, from, to, image) : NULL;
	size_t at, n;

	if (!e)
		return false;
	at = bound(t, from);
	n = t->n;
	SET(t->entries[n], n ? t->entries[n - 1] : e);
	SET(t->n, n + 1);
	step(r);
	for (size_t i = n; i > at; i--) {
		SET(t->entries[i], t->entries[i - 1]);
		step(r);
	}
	SET(t->entries[at], e);
	step(r);
	return true;
}

void rt_ranges_remove(struct rt_ranges *r, uintptr_t from)
{
	struct rt_range_table *t = r->table;
	size_t at = t ? bound(t, from) : 0;
	struct rt_range *gone;

	if (at == 0 || t->entries[at - 1]->from != from)
		return;
	gone = t->entries[at - 1];
	for (; at < t->n; at++) {
		SET(t->entries[at - 1], t->entries[at]);
		step(r);
	}
	SET(t->n, t->n - 1);
	step(r);
	gone->next = r->retired;
	r->retired = gone;
}

void rt_ranges_free(struct rt_ranges *r)
{
	for (size_t i = 0; r->table && i < r->table->n; i++)
		free(r->table->entries[i]);
	while (r->table) {
		struct rt_range_table *t = r->table;

		r->table = t->older;
		free(t);
	}
	while (r->retired) {
		struct rt_range *e = r->retired;

		r->retired = e->next;
		free(e);
	}
	*r = (struct rt_ranges) { 0 };
}
