/* Which Apple system is linked for, from which version on: decided by the target triple, by
 * -mtargetos=, by -m*-version-min=, by the environment, by the SDK, by the architecture; the first
 * that speaks. */
#ifndef TOOLCHAINS_DARWIN_TARGET_H
#define TOOLCHAINS_DARWIN_TARGET_H

#include "toolchains/darwin_version.h"
#include "toolchains/link_job.h"
#include "toolchains/platform.h"

struct tc;

/* what SDKSettings.json says; the driver reads it (driver/sdk.c) */
struct darwin_sdk {
	struct darwin_version version;
	struct darwin_version_map macos_to_catalyst, catalyst_to_macos;
};

/* one system and version: what the program, or its variant in a zippered library, runs on */
struct darwin_system {
	enum darwin_os os;
	enum darwin_env env;
	struct darwin_version version; /* three parts */
	const struct platform *pf;     /* its facts */
};

struct darwin_target {
	struct darwin_system system;
	struct darwin_system variant; /* -darwin-target-variant; pf NULL: none */
	struct darwin_version native; /* of macOS, for Catalyst; else the system's */
	const struct darwin_sdk *sdk;
	const char *arch; /* as the linker names it */
	bool x86, arm64;  /* arm64: also arm64e, not arm64_32 */
	int triple_os;    /* enum darwin_os of the triple, which `system` may not be; or -1 */
	struct loc at;    /* who said the version */
};

/* `arch` is a name of -arch, or NULL for the triple's. returns 0, or -1 reported */
int darwin_target_find(
	struct tc *t, const char *arch, struct loc arch_at, struct darwin_target *out);

/* iOS or tvOS, device or simulator: what Apple's tools treat as "iOS based" */
bool darwin_is_ios(const struct darwin_target *g);
/* macOS or Catalyst */
bool darwin_is_mac(const struct darwin_target *g);

/* how the linker names the version: raised to the first one that the architecture exists on */
struct darwin_version darwin_floor(const struct darwin_target *g, const struct darwin_system *s);

#endif
