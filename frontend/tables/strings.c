#include "frontend/tables/strings.h"

#include <string.h>

#include "base/str.h"

void strings_init(struct strings *s, struct arena *mem)
{
	*s = (struct strings) { .mem = mem, .names.mem = mem };
	strings_add(s, "");
}

/* the text, or a copy of it that is UTF-8 */
static const char *sound(struct strings *s, const char *text)
{
	size_t n = strlen(text), step;
	char *copy = NULL;

	for (size_t i = 0; i < n; i += step) {
		step = str_utf8_length(text + i, n - i);
		if (step)
			continue;
		step = 1;
		if (!copy)
			copy = str_ndup(s->mem, text, n);
		copy[i] = '?';
	}
	return copy ? copy : text;
}

uint32_t strings_add(struct strings *s, const char *text)
{
	size_t before = s->names.n, i, size;

	text = sound(s, text);
	i = names_add(&s->names, text);
	if (s->names.n == before)
		return s->offset[i];
	size = strlen(text) + 1;
	arena_push_room(s->mem, s->offset, i, s->cap_offset);
	if (s->n + size > UINT32_MAX) {
		s->full = true;
		s->offset[i] = 0;
		return 0;
	}
	while (s->n + size > s->cap_bytes) {
		size_t cap = s->cap_bytes ? 2 * s->cap_bytes : 4096;

		s->bytes = arena_grow(s->mem, s->bytes, s->n, cap, 1);
		s->cap_bytes = cap;
	}
	memcpy(s->bytes + s->n, text, size);
	s->offset[i] = (uint32_t)s->n;
	s->n += size;
	return s->offset[i];
}
