#include "driver/sdk.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"
#include "toolchains/darwin_target.h"
#include "llvm/shim.h"

/* the real one has some hundred kilobytes */
enum { MOST_SETTINGS = 16 * 1024 * 1024 };

static const char *text_of(const struct ll_json *object, const char *key)
{
	const struct ll_json *v = ll_json_get(object, key);

	return v && v->kind == LL_JSON_STRING ? v->text : "";
}

/* "VersionMap": { NAME: { "10.15": "13.1", ... } } */
static void version_map(struct arena *a, const struct ll_json *top, const char *name,
	struct darwin_version_map *out)
{
	const struct ll_json *map = ll_json_get(ll_json_get(top, "VersionMap"), name);

	if (!map || map->kind != LL_JSON_OBJECT)
		return;
	out->from = arena_array(a, struct darwin_version, map->n);
	out->to = arena_array(a, struct darwin_version, map->n);
	for (size_t i = 0; i < map->n; i++) {
		if (map->items[i].kind != LL_JSON_STRING ||
			!darwin_version_parse(map->keys[i], 4, &out->from[out->n]) ||
			!darwin_version_parse(map->items[i].text, 4, &out->to[out->n])) {
			out->n = 0;
			return;
		}
		out->n++;
	}
}

static const struct darwin_sdk *read_settings(
	struct arena *a, struct diags *d, const struct job_word *dir)
{
	struct darwin_sdk *sdk = arena_new(a, struct darwin_sdk);
	const char *path = path_join(a, dir->text, "SDKSettings.json");
	struct diags quiet = { .sink = diag_drop };
	const struct ll_json *top;
	struct darwin_version unused;
	char *text;
	size_t n;

	if (!file_is_regular(path) ||
		file_read(a, d, dir->at, "SDK's settings", path, MOST_SETTINGS, &text, &n))
		return NULL;
	top = ll_json_parse(a, &quiet, dir->at, text, n);
	if (top && darwin_version_parse(text_of(top, "Version"), 4, &sdk->version) &&
		darwin_version_parse(text_of(top, "MaximumDeploymentTarget"), 4, &unused)) {
		version_map(a, top, "macOS_iOSMac", &sdk->macos_to_catalyst);
		version_map(a, top, "iOSMac_macOS", &sdk->catalyst_to_macos);
		return sdk;
	}
	diag_warn(d, dir->at, "'%s' is not used: it does not say the SDK's version", path);
	return NULL;
}

void driver_add_sdk(struct arena *a, struct diags *d, struct link_job *job)
{
	const char *env = getenv("SDKROOT");
	const struct job_word *dir = &job->str[JS_ISYSROOT];

	if (!dir->text && env && *env == '/' && !str_eq(env, "/") && file_exists(env))
		job_set_str(job, JS_ISYSROOT, env, NOWHERE);
	if (!dir->text)
		return;
	if (!file_exists(dir->text))
		diag_warn(d, dir->at, "the SDK '%s' is not there", dir->text);
	job->sdk = read_settings(a, d, dir);
}
