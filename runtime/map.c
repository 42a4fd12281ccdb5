#include "runtime/map.h"

#include <stdlib.h>

struct rt_map_entry {
	uint64_t hash;
	void *value;
};

/* where a hash would best be; hashes are not always good in their low bits */
static size_t home(const struct rt_map *m, uint64_t hash)
{
	return (size_t)((hash * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (m->size - 1);
}

void *rt_map_next(const struct rt_map *m, uint64_t hash, size_t *at)
{
	if (!m->size)
		return NULL;
	for (; *at < m->size; ++*at) {
		const struct rt_map_entry *e = &m->entries[(home(m, hash) + *at) & (m->size - 1)];

		if (!e->value)
			return NULL;
		if (e->hash == hash) {
			++*at;
			return e->value;
		}
	}
	return NULL;
}

static void put(struct rt_map *m, uint64_t hash, void *value)
{
	size_t i = home(m, hash);

	while (m->entries[i].value)
		i = (i + 1) & (m->size - 1);
	m->entries[i] = (struct rt_map_entry) { hash, value };
}

static bool grow(struct rt_map *m)
{
	struct rt_map larger = { .size = m->size ? m->size * 2 : 16, .used = m->used };

	larger.entries = calloc(larger.size, sizeof(*larger.entries));
	if (!larger.entries)
		return false;
	for (size_t i = 0; i < m->size; i++) {
		if (m->entries[i].value)
			put(&larger, m->entries[i].hash, m->entries[i].value);
	}
	free(m->entries);
	*m = larger;
	return true;
}

bool rt_map_add(struct rt_map *m, uint64_t hash, void *value)
{
	if (m->used >= m->size / 2 && !grow(m))
		return false;
	put(m, hash, value);
	m->used++;
	return true;
}

/* Entries behind a free one cannot be found: those that follow move up, if that brings them no
 * further than home. */
static void close_gap(struct rt_map *m, size_t gap)
{
	size_t mask = m->size - 1, i = gap;

	for (;;) {
		i = (i + 1) & mask;
		if (!m->entries[i].value)
			break;
		if (((i - home(m, m->entries[i].hash)) & mask) < ((i - gap) & mask))
			continue;
		m->entries[gap] = m->entries[i];
		gap = i;
	}
	m->entries[gap].value = NULL;
}

void rt_map_remove(struct rt_map *m, uint64_t hash, const void *value)
{
	if (!m->size)
		return;
	for (size_t i = home(m, hash); m->entries[i].value; i = (i + 1) & (m->size - 1)) {
		if (m->entries[i].hash == hash && m->entries[i].value == value) {
			close_gap(m, i);
			m->used--;
			return;
		}
	}
}

void rt_map_free(struct rt_map *m)
{
	free(m->entries);
	*m = (struct rt_map) { 0 };
}
