#include "driver/sdk.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"
#include "toolchains/darwin_target.h"
#include "llvm/shim.h"

/* the real one has some hundred kilobytes */
enum { MOST_SETTINGS = 16 * 1024 * 1024 };

static const char *member(const struct ll_json_members *m, const char *key)
{
	for (size_t i = 0; i < m->n; i++)
		if (str_eq(m->v[i].key, key))
			return m->v[i].text;
	return NULL;
}

/* "VersionMap": { NAME: { "10.15": "13.1", ... } } */
static void version_map(struct arena *a, const char *text, size_t n, const char *name,
	struct darwin_version_map *out)
{
	const char *path[] = { "VersionMap", name };
	struct ll_json_members m;

	if (ll_json_members(a, text, n, path, 2, &m) || !m.n)
		return;
	out->from = arena_array(a, struct darwin_version, m.n);
	out->to = arena_array(a, struct darwin_version, m.n);
	for (size_t i = 0; i < m.n; i++) {
		if (!darwin_version_parse(m.v[i].key, 4, &out->from[out->n]) ||
			!darwin_version_parse(m.v[i].text, 4, &out->to[out->n])) {
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
	const char *version, *most;
	struct darwin_version unused;
	struct ll_json_members top;
	char *text;
	size_t n;

	if (!file_is_regular(path) ||
		file_read(a, d, dir->at, "SDK's settings", path, MOST_SETTINGS, &text, &n))
		return NULL;
	if (!ll_json_members(a, text, n, NULL, 0, &top)) {
		version = member(&top, "Version");
		most = member(&top, "MaximumDeploymentTarget");
		if (version && most && darwin_version_parse(version, 4, &sdk->version) &&
			darwin_version_parse(most, 4, &unused)) {
			version_map(a, text, n, "macOS_iOSMac", &sdk->macos_to_catalyst);
			version_map(a, text, n, "iOSMac_macOS", &sdk->catalyst_to_macos);
			return sdk;
		}
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
