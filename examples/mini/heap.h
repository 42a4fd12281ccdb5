/* Live objects of the language, and the symbols that are known: the same for who builds images and
 * for who runs them. Memory is never given back: both are short programs. */
#ifndef MINI_HEAP_H
#define MINI_HEAP_H

#include "mini.h"

struct mini_heap {
	struct mini_text **symbols; /* [nsymbols] */
	size_t nsymbols, cap;
};

_Noreturn void mini_die(const char *what, const char *why);

void *mini_new(enum mini_kind kind, size_t bytes, uint32_t length);
/* the symbol of that name: the one that is known, or a new one */
mini mini_symbol(struct mini_heap *h, const char *name);
/* the known symbol with the same name, which `s` becomes if there is none */
struct mini_text *mini_intern(struct mini_heap *h, struct mini_text *s);

mini mini_string(const char *text);
mini mini_cons(mini car, mini cdr);
mini mini_vector(uint32_t n, const mini *values);
mini mini_float(double value);
mini mini_record(mini type, uint32_t n, const mini *values);

/* the symbol by which methods are found: of a record its type, else the name of its kind */
mini mini_type_of(struct mini_heap *h, mini value);

#endif
