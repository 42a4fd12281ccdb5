/* Tables over the YAML tree: one row a key, and every mistake is a message with its place. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/yml.h"

struct fill {
	struct arena *mem;
	struct diags *d;
	const char *what;
	const struct yml_field *fields;
	size_t nfields;
};

static bool is_nothing(const struct yml_node *n)
{
	return n->kind == YML_SCALAR && !n->quoted && !*n->text;
}

/* "'key' wants a string, got a list" */
static int report_kind(struct fill *f, const char *key, const struct yml_node *n,
	const char *wanted, const char *empty)
{
	if (is_nothing(n) && empty)
		return diag_err(f->d, n->at,
			"'%s' wants %s, got nothing; write %s for an empty one", key, wanted,
			empty);
	return diag_err(f->d, n->at, "'%s' wants %s, got %s", key, wanted, yml_kind_name(n));
}

static int report_text(
	struct fill *f, const char *key, const struct yml_node *n, const char *wanted)
{
	if (n->kind != YML_SCALAR || is_nothing(n))
		return report_kind(f, key, n, wanted, NULL);
	return diag_err(
		f->d, n->at, "'%s' wants %s, got '%s'", key, wanted, str_shown(f->mem, n->text));
}

static bool is_text(const struct yml_node *n)
{
	return n->kind == YML_SCALAR && !is_nothing(n);
}

/* ---- one type each: returns 0, or -1 reported and nothing stored */

static int take_str(struct fill *f, const char *key, const struct yml_node *n, void *into)
{
	if (!is_text(n))
		return report_kind(f, key, n, "a string", "\"\"");
	memcpy(into, &n->text, sizeof(n->text));
	return 0;
}

static int take_bool(struct fill *f, const char *key, const struct yml_node *n, void *into)
{
	bool yes = is_text(n) && str_eq(n->text, "true");

	if (!yes && !(is_text(n) && str_eq(n->text, "false")))
		return report_text(f, key, n, "true or false");
	memcpy(into, &yes, sizeof(yes));
	return 0;
}

/* Decimal or 0x, nothing around it. "010" is refused: YAML 1.1 reads an octal number there, YAML
 * 1.2 a decimal one. */
static bool read_uint(const char *s, uint64_t *out)
{
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	const char *digits = hex ? s + 2 : s;
	size_t n = strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789");

	if (!n || digits[n] || (!hex && n > 1 && s[0] == '0'))
		return false;
	errno = 0;
	*out = strtoull(digits, NULL, hex ? 16 : 10);
	return errno == 0;
}

static int take_uint(
	struct fill *f, const struct yml_field *field, const struct yml_node *n, void *into)
{
	uint64_t most = field->max ? field->max : UINT64_MAX, value;
	const char *wanted = "a number, decimal or 0x";

	if (field->max)
		wanted = str_fmt(f->mem, "a number up to %" PRIu64, field->max);
	if (!is_text(n) || !read_uint(n->text, &value) || value > most)
		return report_text(f, field->key, n, wanted);
	memcpy(into, &value, sizeof(value));
	return 0;
}

/* "'a', 'b' or 'c'" */
static const char *name_list(struct arena *a, const char *const *names, size_t n)
{
	struct strbuf b = { .mem = a };

	for (size_t i = 0; i < n; i++)
		strbuf_fmt(&b, "%s'%s'", !i ? "" : i + 1 < n ? ", " : " or ", names[i]);
	return strbuf_text(&b);
}

static int take_enum(
	struct fill *f, const struct yml_field *field, const struct yml_node *n, void *into)
{
	const char *wanted, *near;
	size_t count = 0;

	for (; field->names[count]; count++) {
		int value = (int)count;

		if (is_text(n) && str_eq(n->text, field->names[count])) {
			memcpy(into, &value, sizeof(value));
			return 0;
		}
	}
	wanted = name_list(f->mem, field->names, count);
	near = is_text(n) ? str_nearest(n->text, field->names, count) : NULL;
	if (!near)
		return report_text(f, field->key, n, wanted);
	return diag_err(f->d, n->at, "'%s' wants %s, got '%s'; did you mean '%s'?", field->key,
		wanted, str_shown(f->mem, n->text), near);
}

static int take_strs(struct fill *f, const char *key, const struct yml_node *n, void *into)
{
	bool list = n->kind == YML_SEQ;
	struct yml_strs strs = { .n = list ? n->n : 1 };
	int failed = 0;

	if (!list && !is_text(n))
		return report_kind(f, key, n, "a list of strings", "[]");
	strs.v = arena_array(f->mem, const char *, strs.n);
	strs.at = arena_array(f->mem, struct loc, strs.n);
	for (size_t i = 0; i < strs.n; i++) {
		const struct yml_node *item = list ? n->items[i] : n;

		if (!is_text(item))
			failed = diag_err(f->d, item->at,
				"'%s' wants a list of strings, got %s in it", key,
				yml_kind_name(item));
		strs.v[i] = item->text;
		strs.at[i] = item->at;
	}
	if (!failed)
		memcpy(into, &strs, sizeof(strs));
	return failed;
}

static int take(struct fill *f, const struct yml_field *field, struct yml_node *n, void *into)
{
	switch (field->type) {
	case YML_T_STR: return take_str(f, field->key, n, into);
	case YML_T_BOOL: return take_bool(f, field->key, n, into);
	case YML_T_UINT: return take_uint(f, field, n, into);
	case YML_T_ENUM: return take_enum(f, field, n, into);
	case YML_T_STRS: return take_strs(f, field->key, n, into);
	case YML_T_MAP:
		if (n->kind != YML_MAP)
			return report_kind(f, field->key, n, "a mapping", "{}");
		break;
	case YML_T_NODE: break;
	}
	memcpy(into, &n, sizeof(n));
	return 0;
}

/* ---- the whole mapping */

static const struct yml_field *field_of(const struct fill *f, const char *key)
{
	for (size_t i = 0; i < f->nfields; i++) {
		if (str_eq(f->fields[i].key, key))
			return &f->fields[i];
	}
	return NULL;
}

static int report_unknown(struct fill *f, const struct yml_node *key)
{
	enum { LIST_MOST = 16 }; /* more keys than these would bury the message */
	const char **names = arena_array(f->mem, const char *, f->nfields);
	const char *near, *shown = str_shown(f->mem, key->text);

	for (size_t i = 0; i < f->nfields; i++)
		names[i] = f->fields[i].key;
	near = str_nearest(key->text, names, f->nfields);
	if (near)
		return diag_err(f->d, key->at, "unknown key '%s' in %s; did you mean '%s'?", shown,
			f->what, near);
	if (f->nfields && f->nfields <= LIST_MOST)
		return diag_err(f->d, key->at, "unknown key '%s' in %s; wants %s", shown, f->what,
			name_list(f->mem, names, f->nfields));
	return diag_err(f->d, key->at, "unknown key '%s' in %s; remove it", shown, f->what);
}

static int fill_one(struct fill *f, const struct yml_node *key, struct yml_node *value, char *into)
{
	const struct yml_field *field = field_of(f, key->text);

	if (!field)
		return report_unknown(f, key);
	if (take(f, field, value, into + field->offset))
		return -1;
	if (field->at_offset != YML_NO_AT)
		memcpy(into + field->at_offset, &value->at, sizeof(value->at));
	return 0;
}

int yml_fill(struct arena *a, struct diags *d, const struct yml_node *map, const char *what,
	const struct yml_field *fields, void *into)
{
	struct fill f = { .mem = a, .d = d, .what = what, .fields = fields };
	int failed = 0;

	if (map->kind != YML_MAP)
		return diag_err(d, map->at, "%s wants a mapping, got %s", what, yml_kind_name(map));
	while (fields[f.nfields].key)
		f.nfields++;
	yml_each (i, map) {
		if (fill_one(&f, map->keys[i], map->items[i], into))
			failed = -1;
	}
	for (size_t i = 0; i < f.nfields; i++) {
		if (fields[i].need == YML_REQUIRED && !yml_get(map, fields[i].key))
			failed = diag_err(
				d, map->at, "key '%s' is missing in %s", fields[i].key, what);
	}
	return failed;
}
