#include "base/argv.h"

#include <stdarg.h>

#include "base/str.h"

static void add(struct argv *v, struct argv_why why, const char *owned)
{
	/* one place more than `cap` words: the NULL behind the last */
	if (v->n == v->cap) {
		size_t cap = v->cap ? 2 * v->cap : 32;

		v->v = arena_grow(v->mem, v->v, v->n * sizeof(*v->v), (cap + 1) * sizeof(*v->v),
			_Alignof(char *));
		v->why = arena_grow(v->mem, v->why, v->n * sizeof(*v->why), cap * sizeof(*v->why),
			_Alignof(struct argv_why));
		v->cap = cap;
	}
	v->why[v->n] = why;
	v->v[v->n++] = owned;
	v->v[v->n] = NULL;
}

void argv_add(struct argv *v, struct argv_why why, const char *word)
{
	add(v, why, str_dup(v->mem, word));
}

void argv_addf(struct argv *v, struct argv_why why, const char *fmt, ...)
{
	va_list ap;
	char *word;

	va_start(ap, fmt);
	word = str_vfmt(v->mem, fmt, ap);
	va_end(ap);
	add(v, why, word);
}

const char *argv_shell(const struct argv *v)
{
	struct strbuf line = { .mem = v->mem };

	for (size_t i = 0; i < v->n; i++) {
		if (i)
			strbuf_putc(&line, ' ');
		strbuf_shell(&line, v->v[i]);
	}
	return strbuf_text(&line);
}
