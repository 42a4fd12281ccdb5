#include "heap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mini_die(const char *what, const char *why)
{
	fprintf(stderr, "mini: %s: %s\n", what, why);
	exit(1);
}

void *mini_new(enum mini_kind kind, size_t bytes, uint32_t length)
{
	struct mini_head *o = calloc(1, (bytes + 7) / 8 * 8);

	if (!o)
		mini_die("memory", "there is no more");
	o->kind = kind;
	o->length = length;
	return o;
}

static struct mini_text *text(enum mini_kind kind, const char *bytes)
{
	size_t n = strlen(bytes);
	struct mini_text *t = mini_new(kind, sizeof(*t) + n, (uint32_t)n);

	memcpy(t->bytes, bytes, n);
	return t;
}

struct mini_text *mini_intern(struct mini_heap *h, struct mini_text *s)
{
	for (size_t i = 0; i < h->nsymbols; i++) {
		struct mini_text *known = h->symbols[i];

		if (known->head.length == s->head.length &&
			!memcmp(known->bytes, s->bytes, s->head.length))
			return known;
	}
	if (h->nsymbols == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 64;
		h->symbols = realloc(h->symbols, h->cap * sizeof(*h->symbols));
		if (!h->symbols)
			mini_die("memory", "there is no more");
	}
	return h->symbols[h->nsymbols++] = s;
}

mini mini_symbol(struct mini_heap *h, const char *name)
{
	return (mini)(uintptr_t)mini_intern(h, text(MINI_SYMBOL, name));
}

mini mini_string(const char *bytes)
{
	return (mini)(uintptr_t)text(MINI_STRING, bytes);
}

mini mini_cons(mini car, mini cdr)
{
	struct mini_cons *c = mini_new(MINI_CONS, sizeof(*c), 0);

	c->car = car;
	c->cdr = cdr;
	return (mini)(uintptr_t)c;
}

mini mini_vector(uint32_t n, const mini *values)
{
	struct mini_vector *v = mini_new(MINI_VECTOR, sizeof(*v) + n * sizeof(mini), n);

	memcpy(v->at, values, n * sizeof(mini));
	return (mini)(uintptr_t)v;
}

mini mini_float(double value)
{
	struct mini_float *f = mini_new(MINI_FLOAT, sizeof(*f), 0);

	f->value = value;
	return (mini)(uintptr_t)f;
}

mini mini_record(mini type, uint32_t n, const mini *values)
{
	struct mini_record *r = mini_new(MINI_RECORD, sizeof(*r) + n * sizeof(mini), n);

	r->type = type;
	memcpy(r->at, values, n * sizeof(mini));
	return (mini)(uintptr_t)r;
}

mini mini_type_of(struct mini_heap *h, mini value)
{
	static const char *const names[MINI_KINDS] = { [MINI_SYMBOL] = "symbol",
		[MINI_STRING] = "string",
		[MINI_CONS] = "cons",
		[MINI_VECTOR] = "vector",
		[MINI_FLOAT] = "float",
		[MINI_CLOSURE] = "closure",
		[MINI_FUNCTION] = "function",
		[MINI_METHOD] = "method" };

	if (value == MINI_NIL)
		return mini_symbol(h, "nil");
	if (mini_is_int(value))
		return mini_symbol(h, "integer");
	if (MINI_AS(vector, value)->head.kind == MINI_RECORD)
		return MINI_AS(record, value)->type;
	return mini_symbol(h, names[MINI_AS(vector, value)->head.kind]);
}
