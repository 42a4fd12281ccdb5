#include "frontend/manifest.h"

#include <string.h>

#include "base/str.h"

const char *const manifest_opt_levels[] = { "0", "1", "2", "3", "s", "z", NULL };

#define M(member)               offsetof(struct manifest, member)
#define WORD(key, member, need) { key, YML_T_STR, need, M(member.text), M(member.at), NULL, 0 }
#define STRS(key, member, need) { key, YML_T_STRS, need, M(member), YML_NO_AT, NULL, 0 }
#define NODE(key, member)       { key, YML_T_NODE, YML_OPTIONAL, M(member), YML_NO_AT, NULL, 0 }
#define END                     { NULL, 0, 0, 0, 0, NULL, 0 }

const struct yml_field manifest_fields[] = {
	{ "schema", YML_T_UINT, YML_REQUIRED, M(schema), YML_NO_AT, NULL, 1 },
	WORD("name", name, YML_REQUIRED),
	WORD("uuid", uuid, YML_OPTIONAL),
	WORD("version", version, YML_OPTIONAL),
	STRS("modules", modules, YML_REQUIRED),
	NODE("exports", exports),
	WORD("soname", soname, YML_OPTIONAL),
	WORD("import-library", import_library, YML_OPTIONAL),
	NODE("needs", needs),
	NODE("base", base),
	NODE("dependencies", dependencies),
	NODE("preferences", preferences),
	STRS("cpu-targets", cpu_targets, YML_OPTIONAL),
	{ "opt-level", YML_T_ENUM, YML_OPTIONAL, M(opt_level), YML_NO_AT, manifest_opt_levels, 0 },
	WORD("target", target, YML_OPTIONAL),
	WORD("platform", platform, YML_OPTIONAL),
	WORD("output", output, YML_OPTIONAL),
	STRS("depfile", depfiles, YML_OPTIONAL),
	END,
};

#define PART(type, key, member, need)                                                              \
	{ key, YML_T_STR, need, offsetof(struct type, member.text),                                \
		offsetof(struct type, member.at), NULL, 0 }

static const struct yml_field dependency_fields[] = {
	PART(manifest_dependency, "name", name, YML_REQUIRED),
	PART(manifest_dependency, "path", path, YML_REQUIRED),
	END,
};

const struct yml_field manifest_need_fields[] = {
	PART(manifest_need, "library", library, YML_OPTIONAL),
	{ "host", YML_T_STRS, YML_OPTIONAL, offsetof(struct manifest_need, host), YML_NO_AT, NULL,
		0 },
	END,
};

int manifest_read_dependency(struct arena *a, struct diags *d, const char *what,
	const struct yml_node *node, struct manifest_dependency *out)
{
	*out = (struct manifest_dependency) { 0 };
	if (node->kind == YML_SCALAR && *node->text) {
		out->name = (struct job_word) { node->text, node->at };
		return 0;
	}
	if (node->kind != YML_MAP)
		return diag_err(d, node->at,
			"%s wants a name or a mapping of 'name' and 'path', got %s", what,
			yml_kind_name(node));
	return yml_fill(a, d, node, what, dependency_fields, out);
}

void manifest_read_preferences(struct arena *a, struct diags *d, const struct yml_node *node,
	struct manifest_preferences *out)
{
	*out = (struct manifest_preferences) { 0 };
	if (!node)
		return;
	if (node->kind != YML_MAP) {
		diag_err(d, node->at, "'preferences' wants a mapping of names and values, got %s",
			yml_kind_name(node));
		return;
	}
	out->v = arena_array(a, struct manifest_preference, node->n);
	yml_each (i, node) {
		const struct yml_node *value = node->items[i];

		if (value->kind == YML_SCALAR && *node->keys[i]->text)
			out->v[out->n++] =
				(struct manifest_preference) { node->keys[i]->text, value->text };
		else
			diag_err(d, value->at,
				"the preference '%s' wants a name and a plain value, got %s",
				str_shown(a, node->keys[i]->text), yml_kind_name(value));
	}
}

/* ---- exports */

struct native_entry {
	struct yml_strs native;
};
static const struct yml_field native_fields[] = {
	{ "native", YML_T_STRS, YML_REQUIRED, offsetof(struct native_entry, native), YML_NO_AT,
		NULL, 0 },
	END,
};

static void add_export(struct arena *a, struct manifest_exports *e, const char *text, struct loc at)
{
	arena_push_room(a, e->names.v, e->names.n, e->names.cap);
	e->names.v[e->names.n++] = (struct job_word) { text, at };
}

void manifest_read_exports(
	struct arena *a, struct diags *d, const struct yml_node *node, struct manifest_exports *out)
{
	struct native_entry e = { 0 };

	*out = (struct manifest_exports) { 0 };
	if (!node)
		return;
	if (node->kind == YML_SCALAR && str_eq(node->text, "native")) {
		out->native = true;
		out->native_at = node->at;
		return;
	}
	out->names.given = true;
	if (node->kind == YML_SCALAR) {
		add_export(a, out, node->text, node->at);
	} else if (node->kind == YML_SEQ) {
		yml_each (i, node) {
			if (node->items[i]->kind != YML_SCALAR)
				diag_err(d, node->items[i]->at,
					"an entry of 'exports' wants a name or a glob, got %s",
					yml_kind_name(node->items[i]));
			else
				add_export(a, out, node->items[i]->text, node->items[i]->at);
		}
	} else if (!yml_fill(a, d, node, "'exports'", native_fields, &e)) {
		out->native = true;
		out->native_at = node->at;
		yml_each (i, &e.native)
			add_export(a, out, e.native.v[i], e.native.at[i]);
	}
}

/* ---- names */

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

bool manifest_is_name(const char *s)
{
	return *s && strchr(LETTERS, *s) && !s[strspn(s, LETTERS ".+-")] &&
	       strlen(s) <= MANIFEST_NAME_MOST;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool manifest_uuid(const char *text, uint8_t out[16])
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	uint8_t bytes[16] = { 0 };
	size_t digits = 0;

	if (strlen(text) != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; shape[i]; i++) {
		int value = hex_value(text[i]);

		if (shape[i] == '-') {
			if (text[i] != '-')
				return false;
			continue;
		}
		if (value < 0)
			return false;
		bytes[digits / 2] = (uint8_t)(bytes[digits / 2] << 4 | value);
		digits++;
	}
	memcpy(out, bytes, sizeof(bytes));
	return true;
}
