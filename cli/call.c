#include "cli/call.h"

#include <errno.h>
#include <ffi.h>
#include <stdint.h>

#include "base/str.h"
#include "cli/value.h"

/* One call in the making. */
struct call {
	struct diags *d;
	struct arena mem;
	const struct callee *from;
	const struct img_view *v;
	uint32_t method;
	const char *name;
	const struct img_type *type; /* the function's */
	size_t nargs;
	const char *const *args;
};

static const char *signature(struct call *c, uint32_t method)
{
	size_t n = img_signature(c->v, method, true, NULL, 0) + 1;
	char *text = arena_alloc(&c->mem, n, 1);

	img_signature(c->v, method, true, text, n);
	return text;
}

/* "double area(const struct shape *)" ends in what the user may have said, "area(const ...)" */
static bool ends_in(struct call *c, uint32_t method, const char *said)
{
	size_t n = img_signature(c->v, method, false, NULL, 0), want = strlen(said);
	char *text = arena_alloc(&c->mem, n + 1, 1);

	img_signature(c->v, method, false, text, n + 1);
	return str_ends(text, said) &&
	       (n == want || text[n - want - 1] == ' ' || text[n - want - 1] == '*' ||
		       text[n - want - 1] == '&');
}

/* methods that `function` means, the first in *first: by name, by symbol, by signature */
static uint32_t find_all(struct call *c, const char *function, uint32_t *first)
{
	uint32_t n = img_find_method(c->v, function, NULL, first);

	if (n || !strchr(function, '('))
		return n;
	for (uint32_t i = 0; i < c->v->nmethods; i++) {
		const char *name = img_str(c->v, c->v->methods[i].name);

		if (!strstr(function, name) || /* a type alone does not say which */
			(!img_signature_matches(c->v, i, function) && !ends_in(c, i, function)))
			continue;
		if (n++ == 0)
			*first = i;
	}
	return n;
}

static int not_found(struct call *c, const char *function)
{
	const char **names = arena_array(&c->mem, const char *, c->v->nmethods);
	const char *near;

	for (uint32_t i = 0; i < c->v->nmethods; i++)
		names[i] = img_str(c->v, c->v->methods[i].name);
	near = str_nearest(function, names, c->v->nmethods);
	if (near)
		return diag_err(c->d, NOWHERE, "no function '%s' in the image; did you mean '%s'?",
			function, near);
	return diag_err(c->d, NOWHERE,
		"no function '%s' in the image; 'pkgimg inspect' lists all %u", function,
		(unsigned)c->v->nmethods);
}

static int find(struct call *c, const char *function)
{
	uint32_t first = 0, n = find_all(c, function, &first);

	if (n == 0)
		return not_found(c, function);
	if (n > 1) {
		diag_err(c->d, NOWHERE,
			"%u functions are named '%s'; say which by its signature or its symbol",
			(unsigned)n, function);
		for (uint32_t i = first; i < first + n && i < c->v->nmethods; i++)
			diag_note(c->d, NOWHERE, "%s, symbol '%s'", signature(c, i),
				img_str(c->v, c->v->methods[i].symbol));
		return -1;
	}
	c->method = first;
	c->name = img_str(c->v, c->v->methods[first].name);
	c->type = &c->v->types[c->v->methods[first].type];
	if (c->v->methods[first].type == 0)
		return diag_err(c->d, NOWHERE,
			"the types of '%s' are not known: its module has no "
			"debug information; compile it with -g",
			c->name);
	return 0;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void check_count(struct call *c)
{
	size_t wanted = c->type->nmembers;
	bool more = c->type->flags & IMG_TF_VARIADIC;

	if (c->nargs == wanted || (more && c->nargs > wanted))
		return;
	diag_err(c->d, NOWHERE, "'%s' wants %s%zu argument%s, got %zu", c->name,
		more ? "at least " : "", wanted, wanted == 1 ? "" : "s", c->nargs);
}

/* a function without prototype takes what the default promotions make of its parameters */
static void promote(const struct call *c, struct value_form *form)
{
	if ((c->type->flags & IMG_TF_NO_PROTOTYPE) && form->kind == VALUE_FLOAT)
		form->kind = VALUE_DOUBLE;
}

/* forms[k], values[k] of all arguments; every mistake is reported */
static void read_arguments(struct call *c, struct value_form *forms, union value *values)
{
	const struct img_member *params = c->v->members + c->type->members;

	for (size_t k = 0; k < c->type->nmembers; k++) {
		value_form_of(c->v, params[k].type, &forms[k]);
		promote(c, &forms[k]);
		if (forms[k].kind == VALUE_REFUSED)
			diag_err(c->d, NOWHERE,
				"argument %zu of '%s': %s (%s) cannot be passed "
				"from the command line",
				k + 1, c->name, forms[k].what,
				value_type_text(&c->mem, c->v, params[k].type));
		else if (k < c->nargs && value_read(c->v, &forms[k], c->args[k], &values[k]))
			diag_err(c->d, NOWHERE, "argument %zu of '%s': wants %s (%s), got '%s'",
				k + 1, c->name, value_wanted(&c->mem, &forms[k]),
				value_type_text(&c->mem, c->v, params[k].type), c->args[k]);
	}
	for (size_t k = c->type->nmembers; k < c->nargs; k++)
		value_guess(c->args[k], &forms[k], &values[k]);
}

static int prepare(struct call *c, ffi_cif *cif, ffi_type **types, struct value_form *result)
{
	size_t fixed = c->type->nmembers;
	ffi_status status;

	if (c->type->flags & IMG_TF_VARIADIC)
		status = ffi_prep_cif_var(cif, FFI_DEFAULT_ABI, (unsigned)fixed, (unsigned)c->nargs,
			value_ffi(result), types);
	else
		status = ffi_prep_cif(
			cif, FFI_DEFAULT_ABI, (unsigned)c->nargs, value_ffi(result), types);
	if (status != FFI_OK)
		return diag_err(
			c->d, NOWHERE, "'%s' cannot be called: libffi refused its types", c->name);
	return 0;
}

static int call(struct call *c, FILE *out)
{
	size_t n = c->nargs > c->type->nmembers ? c->nargs : c->type->nmembers;
	struct value_form *forms = arena_array(&c->mem, struct value_form, n), result;
	union value *values = arena_array(&c->mem, union value, n), got = { 0 };
	ffi_type **types = arena_array(&c->mem, ffi_type *, n);
	void **slots = arena_array(&c->mem, void *, n), *code;
	ffi_cif cif;

	check_count(c);
	read_arguments(c, forms, values);
	value_form_of(c->v, c->type->target, &result);
	if (result.kind == VALUE_REFUSED)
		diag_err(c->d, NOWHERE, "'%s' returns %s (%s), which cannot be printed", c->name,
			result.what, value_type_text(&c->mem, c->v, c->type->target));
	if (c->d->errors)
		return diag_note(c->d, NOWHERE, "its signature is %s", signature(c, c->method));
	for (size_t k = 0; k < smaller(n, c->nargs); k++) {
		types[k] = value_ffi(&forms[k]);
		slots[k] = &values[k];
	}
	if (prepare(c, &cif, types, &result))
		return -1;
	code = c->from->address(c->from->ctx, c->d, c->method);
	if (!code)
		return -1;
	fflush(out); /* what the function prints comes before its result */
	ffi_call(&cif, FFI_FN(code), &got, slots);
	fflush(NULL);
	value_print(c->v, &result, &got, out);
	if (fflush(out) || ferror(out))
		return diag_err(c->d, NOWHERE, "the result cannot be written: %s", strerror(errno));
	return 0;
}

/* a variable, printed as a function's result would be */
static int read_global(struct call *c, uint32_t index, FILE *out)
{
	const struct img_global *g = &c->v->globals[index];
	const char *name = img_str(c->v, g->name);
	struct value_form form;
	union value value;
	const void *at;

	value_form_of(c->v, g->type, &form);
	if (!g->type)
		return diag_err(c->d, NOWHERE,
			"the type of '%s' is not known: its module has no debug information; "
			"compile it with -g",
			name);
	if (form.kind == VALUE_REFUSED)
		return diag_err(c->d, NOWHERE, "'%s' is %s (%s), which cannot be printed", name,
			form.what, value_type_text(&c->mem, c->v, g->type));
	if (g->flags & IMG_GF_TLS)
		return diag_err(c->d, NOWHERE,
			"'%s' is thread-local: it is in no thread yet that could be asked", name);
	at = c->from->global(c->from->ctx, c->d, index);
	if (!at)
		return c->d->errors ? -1 : diag_err(c->d, NOWHERE, "'%s' has no address", name);
	value_load(&form, at, &value);
	value_print(c->v, &form, &value, out);
	if (fflush(out) || ferror(out))
		return diag_err(c->d, NOWHERE, "the result cannot be written: %s", strerror(errno));
	return 0;
}

int call_method(struct diags *d, const struct callee *from, const char *function, size_t nargs,
	const char *const *args, FILE *out)
{
	struct call c = { .d = d, .from = from, .v = from->view, .nargs = nargs, .args = args };
	unsigned before = d->errors;
	uint32_t at = 0;
	int result;

	d->errors = 0; /* the mistakes of this call */
	if (!nargs && !find_all(&c, function, &at) && img_find_global(c.v, function, &at) == 1) {
		result = read_global(&c, at, out);
	} else {
		result = find(&c, function);
		if (!result)
			result = call(&c, out);
	}
	d->errors += before;
	arena_free(&c.mem);
	return result;
}
