/* An argument vector whose words each keep who asked for them, for --explain and for errors. */
#ifndef BASE_ARGV_H
#define BASE_ARGV_H

#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"

/* Why a word is there: the place that asked, and the rule (a slot's name) that turned it in. */
struct argv_why {
	struct loc at;
	const char *rule; /* static or arena text; NULL = the user's own word */
};

struct argv {
	struct arena *mem;
	const char **v; /* v[n] is NULL once a word was added */
	struct argv_why *why;
	size_t n, cap;
};

/* Each adds exactly one word, never split; the text is copied. */
void argv_add(struct argv *v, struct argv_why why, const char *word);
void argv_addf(struct argv *v, struct argv_why why, const char *fmt, ...) FMT(3, 4);

/* the words as one line, each quoted as a shell wants it; in v->mem */
const char *argv_shell(const struct argv *v);

#endif
