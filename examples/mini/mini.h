/* The values of a small dynamic language, as its compiled code, its builder and its runtime know
 * them. A value is a word: an integer with the lowest bit set, nil, or the address of an object. */
#ifndef MINI_H
#define MINI_H

#include <stddef.h>
#include <stdint.h>

typedef uint64_t mini;

#define MINI_NIL ((mini)0)

static inline mini mini_from_int(int64_t n)
{
	return (mini)n << 1 | 1;
}

static inline int64_t mini_to_int(mini v)
{
	return (int64_t)v >> 1;
}

static inline int mini_is_int(mini v)
{
	return v & 1;
}

enum mini_kind {
	MINI_SYMBOL = 1, /* one object for each name, in the whole process */
	MINI_STRING,
	MINI_CONS,
	MINI_VECTOR,
	MINI_FLOAT,
	MINI_CLOSURE,
	MINI_FUNCTION, /* a generic one: its methods decide by the type of their argument */
	MINI_METHOD,
	MINI_RECORD,
	MINI_KINDS,
};

struct mini_head {
	uint32_t kind;
	uint32_t length; /* of the variable part: bytes or values */
};
struct mini_text { /* symbols and strings; no NUL at the end */
	struct mini_head head;
	char bytes[];
};
struct mini_cons {
	struct mini_head head;
	mini car, cdr;
};
struct mini_vector {
	struct mini_head head;
	mini at[];
};
struct mini_float {
	struct mini_head head;
	double value;
};
struct mini_record {
	struct mini_head head;
	mini type; /* symbol */
	mini at[];
};

struct mini_api;
/* compiled code: of a method, self is the value it was chosen for; of a closure, the closure */
typedef mini mini_code(const struct mini_api *api, mini self, mini arg);

struct mini_closure {
	struct mini_head head;
	uint64_t code; /* mini_code * */
	mini vars[];
};
struct mini_method {
	struct mini_head head;
	mini type;     /* symbol */
	uint64_t code; /* mini_code *, set when the method is inserted */
	uint64_t next; /* struct mini_method *, the same */
};
struct mini_function {
	struct mini_head head;
	mini name;
	uint64_t methods; /* struct mini_method *, in the order of insertion, the last one first */
	mini calls;       /* integer: how often it was called in this process */
};

/* what the runtime gives to compiled code */
struct mini_api {
	void *ctx;
	void (*put)(const struct mini_api *api, const char *text, size_t n);
	void (*put_int)(const struct mini_api *api, int64_t n);
	mini (*call)(const struct mini_api *api, struct mini_function *f, mini self, mini arg);
};

#define MINI_AS(type, v) ((struct mini_##type *)(uintptr_t)(v))

#endif
