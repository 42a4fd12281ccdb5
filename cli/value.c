#include "cli/value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "union value: first bytes count");

static void refuse(struct value_form *f, const char *what)
{
	f->kind = VALUE_REFUSED;
	f->what = what;
}

static void integer(struct value_form *f, enum value_kind kind, uint64_t size, bool is_signed)
{
	f->kind = kind;
	f->size = (uint8_t)size;
	f->is_signed = is_signed;
	if (size != 1 && size != 2 && size != 4 && size != 8)
		refuse(f, "an integer of unusual size");
}

static void floating(struct value_form *f, const char *name, uint64_t size)
{
	if (size == sizeof(float))
		f->kind = VALUE_FLOAT;
	else if (size == sizeof(double))
		f->kind = VALUE_DOUBLE;
	else if (size == sizeof(long double) && str_eq(name, "long double"))
		f->kind = VALUE_LONG_DOUBLE;
	else
		refuse(f, "a floating-point type of unusual size");
}

/* plain and signed char; "char" is an UCHAR where char is unsigned (Arm) */
static bool is_char(const struct img_view *v, uint32_t type)
{
	const struct img_type *t = &v->types[type];

	return t->size == 1 &&
	       (t->kind == IMG_T_CHAR ||
		       (t->kind == IMG_T_UCHAR && str_eq(img_str(v, t->name), "char")));
}

void value_form_of(const struct img_view *v, uint32_t type, struct value_form *out)
{
	uint32_t bare = img_type_bare(v, type);
	const struct img_type *t = &v->types[bare];
	struct value_form f = { .type = bare };

	switch (t->kind) {
	case IMG_T_VOID: f.kind = VALUE_VOID; break;
	case IMG_T_BOOL: integer(&f, VALUE_BOOL, t->size, false); break;
	case IMG_T_INT:
	case IMG_T_CHAR: integer(&f, VALUE_INT, t->size, true); break;
	case IMG_T_UINT:
	case IMG_T_UCHAR:
	case IMG_T_UTF: integer(&f, VALUE_UINT, t->size, false); break;
	case IMG_T_ENUM: integer(&f, VALUE_ENUM, t->size, t->flags & IMG_TF_SIGNED); break;
	case IMG_T_FLOAT: floating(&f, img_str(v, t->name), t->size); break;
	case IMG_T_POINTER:
		f.kind = is_char(v, img_type_bare(v, t->target)) ? VALUE_STRING : VALUE_POINTER;
		break;
	case IMG_T_REF:
	case IMG_T_RVALUE_REF: f.kind = VALUE_POINTER; break;
	case IMG_T_COMPLEX: refuse(&f, "a complex number"); break;
	case IMG_T_VECTOR: refuse(&f, "a vector"); break;
	case IMG_T_STRUCT:
	case IMG_T_CLASS: refuse(&f, "a struct by value"); break;
	case IMG_T_UNION: refuse(&f, "a union by value"); break;
	default: refuse(&f, "a type without a text form"); break;
	}
	*out = f;
}

ffi_type *value_ffi(const struct value_form *form)
{
	switch (form->kind) {
	case VALUE_FLOAT: return &ffi_type_float;
	case VALUE_DOUBLE: return &ffi_type_double;
	case VALUE_LONG_DOUBLE: return &ffi_type_longdouble;
	case VALUE_STRING:
	case VALUE_POINTER: return &ffi_type_pointer;
	case VALUE_REFUSED:
	case VALUE_VOID: return &ffi_type_void;
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_UINT:
	case VALUE_ENUM: break;
	}
	switch (form->size) {
	case 1: return form->is_signed ? &ffi_type_sint8 : &ffi_type_uint8;
	case 2: return form->is_signed ? &ffi_type_sint16 : &ffi_type_uint16;
	case 4: return form->is_signed ? &ffi_type_sint32 : &ffi_type_uint32;
	default: return form->is_signed ? &ffi_type_sint64 : &ffi_type_uint64;
	}
}

/* ---- reading */

/* the byte of 'c', '\n', '\x41', or -1 */
static int char_literal(const char *s)
{
	static const char names[] = "abfnrtv0\\'\"", bytes[] = "\a\b\f\n\r\t\v\0\\'\"";
	size_t n = strlen(s);
	const char *at;

	if (n < 3 || s[0] != '\'' || s[n - 1] != '\'')
		return -1;
	if (n == 3 && s[1] != '\\')
		return (unsigned char)s[1];
	at = n == 4 && s[1] == '\\' ? strchr(names, s[2]) : NULL;
	if (at && *at)
		return (unsigned char)bytes[at - names];
	if (n == 6 && s[1] == '\\' && s[2] == 'x' && strspn(s + 3, "0123456789abcdefABCDEF") == 2)
		return (int)strtol(s + 3, NULL, 16);
	return -1;
}

static bool digit_of(char c, unsigned base, unsigned *out)
{
	if (c >= '0' && c <= '9')
		*out = (unsigned)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*out = (unsigned)(c - 'a') + 10;
	else if (c >= 'A' && c <= 'F')
		*out = (unsigned)(c - 'A') + 10;
	else
		return false;
	return *out < base;
}

/* [-+]digits or [-+]0xdigits: sign and magnitude. returns 0 or -1 */
static int read_magnitude(const char *s, bool *negative, uint64_t *out)
{
	uint64_t value = 0;
	unsigned base = 10, digit;

	*negative = *s == '-';
	s += *s == '-' || *s == '+';
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	}
	if (!*s)
		return -1;
	for (; *s; s++) {
		if (!digit_of(*s, base, &digit) || value > (UINT64_MAX - digit) / base)
			return -1;
		value = value * base + digit;
	}
	*out = value;
	return 0;
}

static uint64_t highest(const struct value_form *f)
{
	unsigned bits = f->size * 8u - f->is_signed;

	return bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

static int read_integer(const struct value_form *f, const char *text, union value *out)
{
	int c = char_literal(text);
	uint64_t value = (uint64_t)c;
	bool negative = false;

	if (c < 0 && read_magnitude(text, &negative, &value))
		return -1;
	if (c > 127 && f->size == 1 && f->is_signed)
		value = (uint64_t)(c - 256), negative = false; /* '\xff' is the char -1 */
	else if (negative ? value > highest(f) + f->is_signed || (!f->is_signed && value)
			  : value > highest(f))
		return -1;
	out->u = negative ? -value : value;
	return 0;
}

static int read_bool(const char *text, union value *out)
{
	bool yes = str_eq(text, "true") || str_eq(text, "1");

	if (!yes && !str_eq(text, "false") && !str_eq(text, "0"))
		return -1;
	out->u = yes;
	return 0;
}

static int read_enum(
	const struct img_view *v, const struct value_form *f, const char *text, union value *out)
{
	const struct img_type *t = &v->types[f->type];

	for (uint32_t k = 0; k < t->nmembers; k++) {
		if (str_eq(img_str(v, v->members[t->members + k].name), text)) {
			out->i = v->members[t->members + k].value;
			return 0;
		}
	}
	return read_integer(f, text, out);
}

static int read_floating(const struct value_form *f, const char *text, union value *out)
{
	char *end;

	if (!*text || strchr(" \t\n\v\f\r", *text))
		return -1;
	errno = 0;
	if (f->kind == VALUE_FLOAT)
		out->f = strtof(text, &end);
	else if (f->kind == VALUE_DOUBLE)
		out->d = strtod(text, &end);
	else
		out->ld = strtold(text, &end);
	if (*end)
		return -1;
	if (errno != ERANGE) /* too large is a mistake, too small becomes the nearest */
		return 0;
	return (f->kind == VALUE_FLOAT           ? out->f * 0 != 0
		       : f->kind == VALUE_DOUBLE ? out->d * 0 != 0
						 : out->ld * 0 != 0)
		       ? -1
		       : 0;
}

static int read_pointer(const char *text, union value *out)
{
	bool negative;
	uint64_t value = 0;

	if (!str_eq(text, "null") &&
		(!str_starts(text, "0x") || read_magnitude(text, &negative, &value) ||
			value > UINTPTR_MAX))
		return -1;
	out->p = (void *)(uintptr_t)value;
	return 0;
}

int value_read(
	const struct img_view *v, const struct value_form *form, const char *text, union value *out)
{
	switch (form->kind) {
	case VALUE_BOOL: return read_bool(text, out);
	case VALUE_INT:
	case VALUE_UINT: return read_integer(form, text, out);
	case VALUE_ENUM: return read_enum(v, form, text, out);
	case VALUE_FLOAT:
	case VALUE_DOUBLE:
	case VALUE_LONG_DOUBLE: return read_floating(form, text, out);
	case VALUE_STRING: out->p = (void *)(uintptr_t)text; return 0;
	case VALUE_POINTER: return read_pointer(text, out);
	case VALUE_REFUSED:
	case VALUE_VOID: break;
	}
	return -1;
}

void value_guess(const char *text, struct value_form *form, union value *out)
{
	static const struct value_form forms[] = {
		{ .kind = VALUE_INT, .size = sizeof(int), .is_signed = true },
		{ .kind = VALUE_INT, .size = sizeof(long long), .is_signed = true },
		{ .kind = VALUE_UINT, .size = sizeof(long long) },
		{ .kind = VALUE_DOUBLE },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		/* strtod knows words too ("inf", "nan"): here they are words */
		if (forms[i].kind == VALUE_DOUBLE && !strpbrk(text, "0123456789"))
			break;
		*form = forms[i];
		if (!value_read(NULL, form, text, out))
			return;
	}
	*form = (struct value_form) { .kind = VALUE_STRING };
	out->p = (void *)(uintptr_t)text;
}

/* ---- printing */

/* the fewest digits that read back as the same value */
static void print_floating(const struct value_form *f, const union value *value, FILE *out)
{
	char text[64];

	for (int digits = 1; digits <= 21; digits++) {
		if (f->kind == VALUE_FLOAT) {
			snprintf(text, sizeof(text), "%.*g", digits, (double)value->f);
			if (digits >= 9 || strtof(text, NULL) == value->f)
				break;
		} else if (f->kind == VALUE_DOUBLE) {
			snprintf(text, sizeof(text), "%.*g", digits, value->d);
			if (digits >= 17 || strtod(text, NULL) == value->d)
				break;
		} else {
			snprintf(text, sizeof(text), "%.*Lg", digits, value->ld);
			if (strtold(text, NULL) == value->ld)
				break;
		}
	}
	fprintf(out, "%s\n", text);
}

static int64_t narrowed(const struct value_form *f, const union value *value)
{
	unsigned shift = 64 - f->size * 8u;
	uint64_t up = value->u << shift;

	return f->is_signed ? (int64_t)up >> shift : (int64_t)(up >> shift);
}

static void print_enum(
	const struct img_view *v, const struct value_form *f, int64_t value, FILE *out)
{
	const struct img_type *t = &v->types[f->type];
	const char *name = NULL;

	for (uint32_t k = 0; k < t->nmembers && !name; k++) {
		if (v->members[t->members + k].value == value)
			name = img_str(v, v->members[t->members + k].name);
	}
	if (name)
		fprintf(out, "%s (%" PRId64 ")\n", name, value);
	else
		fprintf(out, "%" PRId64 "\n", value);
}

void value_load(const struct value_form *form, const void *at, union value *out)
{
	*out = (union value) { 0 };
	memcpy(out, at, value_ffi(form)->size);
}

void value_print(const struct img_view *v, const struct value_form *form, const union value *value,
	FILE *out)
{
	switch (form->kind) {
	case VALUE_BOOL: fprintf(out, "%s\n", narrowed(form, value) ? "true" : "false"); break;
	case VALUE_INT: fprintf(out, "%" PRId64 "\n", narrowed(form, value)); break;
	case VALUE_UINT: fprintf(out, "%" PRIu64 "\n", (uint64_t)narrowed(form, value)); break;
	case VALUE_ENUM: print_enum(v, form, narrowed(form, value), out); break;
	case VALUE_FLOAT:
	case VALUE_DOUBLE:
	case VALUE_LONG_DOUBLE: print_floating(form, value, out); break;
	case VALUE_STRING:
		fprintf(out, "%s\n", value->p ? (const char *)value->p : "(null)");
		break;
	case VALUE_POINTER: fprintf(out, "0x%" PRIxPTR "\n", (uintptr_t)value->p); break;
	case VALUE_REFUSED:
	case VALUE_VOID: break;
	}
}

const char *value_wanted(struct arena *a, const struct value_form *form)
{
	uint64_t high = highest(form);

	switch (form->kind) {
	case VALUE_BOOL: return "true or false";
	case VALUE_INT:
		return str_fmt(a, "an integer from -%" PRIu64 " to %" PRIu64, high + 1, high);
	case VALUE_UINT: return str_fmt(a, "an integer from 0 to %" PRIu64, high);
	case VALUE_ENUM: return "an enumerator or an integer";
	case VALUE_FLOAT:
	case VALUE_DOUBLE:
	case VALUE_LONG_DOUBLE: return "a number";
	case VALUE_STRING: return "a string";
	case VALUE_POINTER: return "an address (0x...) or null";
	case VALUE_REFUSED:
	case VALUE_VOID: break;
	}
	return "nothing";
}

const char *value_type_text(struct arena *a, const struct img_view *v, uint32_t type)
{
	size_t n = img_type_text(v, type, NULL, 0) + 1;
	char *text = arena_alloc(a, n, 1);

	img_type_text(v, type, text, n);
	return text;
}
