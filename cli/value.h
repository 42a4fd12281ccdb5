/* Values of C types from text and back, for `pkgimg run`. */
#ifndef CLI_VALUE_H
#define CLI_VALUE_H

#include <ffi.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "image/image.h"

enum value_kind {
	VALUE_REFUSED, /* structs by value, vectors, and other things without a text form */
	VALUE_VOID,
	VALUE_BOOL,
	VALUE_INT,
	VALUE_UINT,
	VALUE_ENUM,
	VALUE_FLOAT,
	VALUE_DOUBLE,
	VALUE_LONG_DOUBLE,
	VALUE_STRING, /* char * */
	VALUE_POINTER,
};

/* How a type is passed and printed. */
struct value_form {
	enum value_kind kind;
	uint8_t size;     /* bytes: 1, 2, 4, 8 for integers and enums */
	bool is_signed;   /* integers and enums */
	uint32_t type;    /* bare; enums: for the names of values */
	const char *what; /* VALUE_REFUSED: "a struct by value" */
};

/* Integers are in i or u at full width before a call; on little-endian machines their first `size`
 * bytes are the argument. libffi returns integers widened to ffi_arg. */
union value {
	int64_t i;
	uint64_t u;
	float f;
	double d;
	long double ld;
	void *p;
	ffi_arg widened;
};

void value_form_of(const struct img_view *v, uint32_t type, struct value_form *out);

/* text -> *out. returns 0, or -1: not of that form or out of its range */
int value_read(const struct img_view *v, const struct value_form *form, const char *text,
	union value *out);
/* an argument of "...": int, long long, unsigned long long, double or string by its look */
void value_guess(const char *text, struct value_form *form, union value *out);

/* a value as it lies in memory, as value_print wants it */
void value_load(const struct value_form *form, const void *at, union value *out);

/* a line with the value; VALUE_VOID prints nothing */
void value_print(const struct img_view *v, const struct value_form *form, const union value *value,
	FILE *out);

ffi_type *value_ffi(const struct value_form *form);

/* "an integer from -128 to 127", "a number"; in the arena or static */
const char *value_wanted(struct arena *a, const struct value_form *form);
const char *value_type_text(struct arena *a, const struct img_view *v, uint32_t type);

#endif
