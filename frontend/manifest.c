#include "frontend/manifest.h"

#include <string.h>

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
	STRS("exports", exports, YML_OPTIONAL),
	NODE("needs", needs),
	NODE("dependencies", dependencies),
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

const struct yml_field manifest_dependency_fields[] = {
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
