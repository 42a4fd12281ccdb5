/* The deployment target (facts/toolchains.md 4). Who may decide, in order:
 *
 *   the triple's system (not darwinN, which only names a kernel), refined by -m*-version-min=
 *   when it has no version; -mtargetos=; -m*-version-min=; MACOSX_DEPLOYMENT_TARGET and its kind;
 *   the SDK's name and version; the architecture. */
#include "toolchains/darwin_target.h"

#include <stdlib.h>

#include "base/str.h"
#include "toolchains/toolchain.h"

/* The names under which a system is asked for. What is true of it is in its platform file. */
static const struct system_names {
	const char *triple[2];
	const char *platform[DARWIN_ENVS]; /* NULL: no such environment */
	const char *variable;
	const char *option[2], *simulator_option[2];
	const char *sdk, *simulator_sdk;
	unsigned oldest; /* major version */
} systems[DARWIN_SYSTEMS] = {
	[DARWIN_MACOS] = { { "macosx", "macos" }, { "macos" }, "MACOSX_DEPLOYMENT_TARGET",
		{ "-mmacos-version-min=", "-mmacosx-version-min=" }, { NULL }, "MacOSX", NULL, 10 },
	[DARWIN_IOS] = { { "ios" }, { "ios", "ios-simulator", "ios-macabi" },
		"IPHONEOS_DEPLOYMENT_TARGET", { "-mios-version-min=", "-miphoneos-version-min=" },
		{ "-mios-simulator-version-min=", "-miphonesimulator-version-min=" }, "iPhoneOS",
		"iPhoneSimulator", 0 },
	[DARWIN_TVOS] = { { "tvos" }, { "tvos", "tvos-simulator" }, "TVOS_DEPLOYMENT_TARGET",
		{ "-mtvos-version-min=", "-mappletvos-version-min=" },
		{ "-mtvos-simulator-version-min=", "-mappletvsimulator-version-min=" }, "AppleTVOS",
		"AppleTVSimulator", 0 },
	[DARWIN_WATCHOS] = { { "watchos" }, { "watchos", "watchos-simulator" },
		"WATCHOS_DEPLOYMENT_TARGET", { "-mwatchos-version-min=" },
		{ "-mwatchos-simulator-version-min=", "-mwatchsimulator-version-min=" }, "WatchOS",
		"WatchSimulator", 0 },
	[DARWIN_DRIVERKIT] = { { "driverkit" }, { "driverkit" }, "DRIVERKIT_DEPLOYMENT_TARGET",
		{ NULL }, { NULL }, "DriverKit", NULL, 19 },
	[DARWIN_XROS] = { { "xros", "visionos" }, { "xros", "xros-simulator" },
		"XROS_DEPLOYMENT_TARGET", { NULL }, { NULL }, "XR", NULL, 1 },
};

/* a triple in parts, as far as Apple's have them; `version` has no parts if it says none */
struct triple {
	const char *arch, *os;
	bool darwin; /* the OS is darwinN */
	int system;  /* enum darwin_os, or -1 */
	enum darwin_env env;
	struct darwin_version version;
};

/* one way to say the target */
struct said {
	enum darwin_os os;
	enum darwin_env env;
	struct darwin_version version;
	bool extra;     /* something stands behind the version */
	bool bad;       /* no version at all */
	bool simulator; /* an x86 iOS is a simulator's, unless the environment was stated */
	bool by_user;   /* not guessed from the SDK or the architecture */
	const char *what;
	struct loc at;
};

struct find {
	struct tc *t;
	struct darwin_target *g;
	struct triple triple;
	const struct darwin_sdk *sdk;
};

/* ---- triples */

static struct triple triple_parse(struct arena *a, const char *text)
{
	struct triple t = { .system = -1 };
	const char *field[4] = { "", "", "", "" };
	char *s = str_dup(a, text);

	for (int i = 0; i < 4 && s; i++) {
		char *dash = strchr(s, '-');

		field[i] = s;
		if (dash)
			*dash++ = '\0';
		s = dash;
	}
	t.arch = field[0];
	t.os = field[2];
	if (str_eq(field[3], "simulator"))
		t.env = DARWIN_SIMULATOR;
	if (str_eq(field[3], "macabi"))
		t.env = DARWIN_CATALYST;
	t.darwin = str_starts(t.os, "darwin");
	for (int i = 0; i < DARWIN_SYSTEMS; i++)
		for (int k = 0; k < 2; k++)
			if (t.system < 0 && systems[i].triple[k] &&
				str_starts(t.os, systems[i].triple[k]))
				t.system = i;
	t.version = darwin_version_prefix(t.os + strcspn(t.os, "0123456789"));
	return t;
}

static struct darwin_version three(struct darwin_version v)
{
	return DARWIN_VERSION(v.part[0], v.part[1], v.part[2]);
}

static bool is_arm64(const char *arch)
{
	return str_eq(arch, "arm64") || str_eq(arch, "arm64e") || str_eq(arch, "aarch64");
}

/* The names that -arch takes. Others make a triple without an architecture. */
static const char *linker_arch(const char *arch)
{
	static const char *const same[] = { "i386", "i486", "i486SX", "i586", "i686", "pentium",
		"pentpro", "pentIIm3", "pentIIm5", "pentium4", "x86_64", "x86_64h", "armv4t",
		"armv5", "armv6", "armv6m", "armv7", "armv7em", "armv7k", "armv7m", "armv7s",
		"xscale", "arm64", "arm64e", "arm64_32" };

	if (str_eq(arch, "arm"))
		return "armv4t";
	if (str_eq(arch, "aarch64"))
		return "arm64";
	if (str_eq(arch, "aarch64_32"))
		return "arm64_32";
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (str_eq(arch, same[i]))
			return same[i];
	return "unknown";
}

/* Kernel N is macOS 10.(N-4) up to 19, 11 and on from 20; macOS 10.16 was a name of 11.0. Without a
 * version: 10.4, darwin8. */
static bool macos_version(const struct triple *t, struct darwin_version *out)
{
	struct darwin_version v = three(t->version);

	if (t->darwin) {
		unsigned kernel = v.part[0] ? v.part[0] : 8;

		*out = kernel <= 19 ? DARWIN_VERSION(10, kernel - 4, 0)
				    : DARWIN_VERSION(11 + kernel - 20, 0, 0);
		return kernel >= 4;
	}
	*out = v;
	if (t->system != DARWIN_MACOS || !v.part[0])
		*out = DARWIN_VERSION(10, 4, 0);
	return out->part[0] >= 10;
}

/* the version a triple means for a system, with the oldest one worth a name where it has none */
static bool system_version(
	enum darwin_os os, const struct triple *t, const char *arch, struct darwin_version *out)
{
	bool own = t->system == (int)os && t->version.part[0];

	*out = three(t->version);
	switch (os) {
	case DARWIN_MACOS: return macos_version(t, out);
	case DARWIN_IOS:
		if (t->system < 0)
			*out = DARWIN_VERSION(5, 0, 0);
		else if (!own && t->env == DARWIN_CATALYST)
			*out = DARWIN_VERSION(13, 1, 0);
		else if (!own)
			*out = DARWIN_VERSION(is_arm64(arch) ? 7 : 5, 0, 0);
		break;
	case DARWIN_WATCHOS:
		if (!own)
			*out = DARWIN_VERSION(2, 0, 0);
		break;
	case DARWIN_DRIVERKIT:
		if (!own)
			*out = DARWIN_VERSION(19, 0, 0);
		break;
	case DARWIN_XROS:
		if (!own)
			out->part[0] = 1;
		break;
	default: break;
	}
	return true;
}

/* ---- who says it */

/* a version as options and variables have it: up to three numbers, perhaps with more behind */
static void said_version(struct said *s, const char *text)
{
	size_t n = strspn(text, "0123456789.");

	s->version = darwin_version_prefix(text);
	s->bad = !s->version.n || (s->version.n < 3 && text[n]) || strstr(text, "..");
	s->extra = s->version.n == 3 && !darwin_version_parse(text, 3, &s->version);
	s->version = three(s->version);
}

/* The zippered variant: the same architecture, macOS beside Catalyst. The first that fits. */
static int find_variant(struct find *f, const struct said *main)
{
	const struct link_job *job = f->t->job;

	for (size_t i = 0; i < job->noptions; i++) {
		const struct job_option *o = &job->options[i];
		struct darwin_system *v = &f->g->variant;
		struct triple t;

		if (!str_eq(o->name, "-darwin-target-variant") || v->version.n)
			continue;
		t = triple_parse(f->t->mem, o->values[0]);
		if (!str_eq(linker_arch(t.arch), f->g->arch))
			continue;
		v->os = t.system == DARWIN_IOS ? DARWIN_IOS : DARWIN_MACOS;
		v->env = t.env;
		if (v->os == main->os || (main->os != DARWIN_MACOS && main->os != DARWIN_IOS) ||
			(v->os == DARWIN_IOS ? v->env : main->env) != DARWIN_CATALYST ||
			(t.system != DARWIN_IOS && t.system != DARWIN_MACOS && !t.darwin))
			return diag_err(f->t->d, o->at,
				"'%s' is no variant of this target; macOS and Mac Catalyst are "
				"variants of each other",
				o->values[0]);
		system_version(v->os, &t, t.arch, &v->version);
		if (t.version.part[0] && !t.darwin)
			v->version = t.version;
	}
	return 0;
}

static bool by_min_option(struct find *f, struct said *out);

static bool by_triple(struct find *f, struct said *out)
{
	const struct job_word *target = &f->t->job->str[JS_TARGET];
	struct said min;

	if (f->triple.system < 0)
		return false;
	*out = (struct said) { .os = (enum darwin_os)f->triple.system,
		.env = f->triple.env,
		.simulator = true,
		.by_user = true,
		.what = target->text,
		.at = target->at };
	if (!system_version(out->os, &f->triple, f->g->arch, &out->version))
		out->bad = true;
	if (find_variant(f, out))
		return true;
	if (job_option_last(f->t->job, "-mtargetos="))
		diag_err(f->t->d, job_option_last(f->t->job, "-mtargetos=")->at,
			"'-mtargetos=' and a target with a system, '%s', are too much; give one of "
			"them",
			f->triple.os);
	if (!by_min_option(f, &min) ||
		(min.os == out->os &&
			(min.bad || (!min.extra &&
					    !darwin_version_compare(&min.version, &out->version)))))
		return true;
	if (min.os == out->os && !f->triple.version.part[0]) {
		out->version = min.version;
		out->bad = min.bad;
		out->extra = min.extra;
		out->what = min.what;
		out->at = min.at;
	} else {
		diag_warn(f->t->d, min.at, "'%s' is not used: the target '%s' says otherwise",
			min.what, f->t->job->str[JS_TARGET].text);
	}
	return true;
}

static bool by_mtargetos(struct find *f, struct said *out)
{
	const struct job_option *o = job_option_last(f->t->job, "-mtargetos=");
	struct said min;
	struct triple t;

	if (!o)
		return false;
	t = triple_parse(f->t->mem, str_fmt(f->t->mem, "unknown-apple-%s", o->values[0]));
	*out = (struct said) { .os = (enum darwin_os)t.system,
		.env = t.env,
		.version = three(t.version),
		.by_user = true,
		.what = str_fmt(f->t->mem, "-mtargetos=%s", o->values[0]),
		.at = o->at };
	if (t.system < 0 || t.system == DARWIN_DRIVERKIT) {
		diag_err(f->t->d, o->at, "'-mtargetos=' wants a system as in 'macos12', got '%s'",
			o->values[0]);
		out->os = DARWIN_MACOS;
		out->version = DARWIN_VERSION(11, 0, 0);
	}
	out->bad = !out->version.part[0];
	if (by_min_option(f, &min))
		diag_err(f->t->d, min.at, "'%s' and '%s' contradict each other; give one of them",
			min.what, out->what);
	return true;
}

static const struct job_option *last_of(
	const struct link_job *job, const char *const a[2], const char *const b[2])
{
	const struct job_option *found = NULL;

	for (int i = 0; i < 4; i++) {
		const char *name = i < 2 ? a[i] : b[i - 2];
		const struct job_option *o = name ? job_option_last(job, name) : NULL;

		if (o && (!found || o > found))
			found = o;
	}
	return found;
}

/* options of two systems contradict each other */
static bool by_min_option(struct find *f, struct said *out)
{
	const struct job_option *found = NULL;

	for (int i = 0; i < DARWIN_SYSTEMS; i++) {
		const struct system_names *n = &systems[i];
		const struct job_option *o = last_of(f->t->job, n->option, n->simulator_option);

		if (!o)
			continue;
		if (found) {
			diag_err(f->t->d, o->at,
				"'%s' and '%s' contradict each other; give one of them",
				found->name, o->name);
			continue;
		}
		found = o;
		*out = (struct said) { .os = (enum darwin_os)i,
			.simulator = true,
			.by_user = true,
			.what = str_fmt(f->t->mem, "%s%s", o->name, o->values[0]),
			.at = o->at };
		for (int k = 0; k < 2; k++)
			if (n->simulator_option[k] && str_eq(o->name, n->simulator_option[k]))
				out->env = DARWIN_SIMULATOR;
		said_version(out, o->values[0]);
	}
	return found;
}

static bool sdk_says(struct find *f, struct said *out);

/* macOS and another system at once are usual in Apple's builds: the architecture decides. Any other
 * two are a mistake. */
static bool by_environment(struct find *f, struct said *out)
{
	const char *value[DARWIN_SYSTEMS];
	bool arm = str_starts(f->g->arch, "arm") && !str_eq(f->g->arch, "arm64_32");
	int first = -1;
	struct said sdk;

	for (int i = 0; i < DARWIN_SYSTEMS; i++) {
		const char *v = getenv(systems[i].variable);

		value[i] = v && *v ? v : NULL;
	}
	if (value[DARWIN_MACOS] && (value[DARWIN_IOS] || value[DARWIN_WATCHOS] ||
					   value[DARWIN_TVOS] || value[DARWIN_XROS])) {
		if (arm)
			value[DARWIN_MACOS] = NULL;
		else
			value[DARWIN_IOS] = value[DARWIN_WATCHOS] = value[DARWIN_TVOS] =
				value[DARWIN_XROS] = NULL;
	} else {
		for (int i = 0; i < DARWIN_SYSTEMS; i++)
			if (value[i] && first < 0)
				first = i;
			else if (value[i])
				diag_err(f->t->d, NOWHERE,
					"the environment has %s and %s; unset one of them",
					systems[first].variable, systems[i].variable);
	}
	for (int i = 0; i < DARWIN_SYSTEMS; i++) {
		if (!value[i])
			continue;
		*out = (struct said) { .os = (enum darwin_os)i,
			.simulator = true,
			.by_user = true,
			.what = str_fmt(f->t->mem, "%s=%s", systems[i].variable, value[i]) };
		said_version(out, value[i]);
		if (sdk_says(f, &sdk)) {
			out->env = sdk.env;
			out->simulator = false;
		}
		return true;
	}
	return false;
}

/* "MacOSX" of MacOSX14.0.sdk, and of Internal.MacOSX14.0.sdk */
static bool sdk_system(const char *name, struct said *out)
{
	for (int i = 0; i < DARWIN_SYSTEMS; i++) {
		const struct system_names *n = &systems[i];
		bool sim = n->simulator_sdk && str_starts(name, n->simulator_sdk);

		if (!sim && !str_starts(name, n->sdk))
			continue;
		out->os = (enum darwin_os)i;
		if (sim || (i == DARWIN_XROS && strstr(name, "Simulator")))
			out->env = DARWIN_SIMULATOR;
		return true;
	}
	return false;
}

/* the last folder of the path that ends in .sdk, without that */
static const char *sdk_name(struct arena *a, const char *path)
{
	const char *name = NULL;

	for (const char *s = path; *s;) {
		size_t n = strcspn(s, "/");

		if (n > 4 && !strncmp(s + n - 4, ".sdk", 4))
			name = str_ndup(a, s, n - 4);
		s += n + (s[n] == '/');
	}
	return name;
}

/* from the first digit to the last */
static bool version_in(struct arena *a, const char *name, struct darwin_version *out)
{
	const char *from = name + strcspn(name, "0123456789"), *to = from;

	for (const char *s = from; *s; s++)
		if (*s >= '0' && *s <= '9')
			to = s;
	return to > from &&
	       darwin_version_parse(str_ndup(a, from, (size_t)(to - from) + 1), 4, out);
}

static bool sdk_says(struct find *f, struct said *out)
{
	const struct job_word *path = &f->t->job->str[JS_ISYSROOT];
	const char *name = path->text ? sdk_name(f->t->mem, path->text) : NULL;
	struct darwin_version v;

	*out = (struct said) { .what = path->text, .at = path->at };
	if (!name)
		return false;
	if (f->sdk)
		v = f->sdk->version;
	else if (!version_in(f->t->mem, name, &v))
		return false;
	if (!sdk_system(name, out) &&
		!(strchr(name, '.') && sdk_system(strchr(name, '.') + 1, out)))
		return false;
	out->version = v;
	return true;
}

/* where the name decides the target, it is the SDK's version as well */
static bool by_sdk(struct find *f, struct said *out)
{
	struct darwin_sdk *sdk;

	if (!sdk_says(f, out))
		return false;
	if (!f->sdk) {
		sdk = arena_new(f->t->mem, struct darwin_sdk);
		sdk->version = out->version;
		f->g->sdk = sdk;
	}
	out->version = three(out->version);
	return true;
}

static bool by_arch(struct find *f, struct said *out)
{
	static const struct {
		const char *arch;
		enum darwin_os os;
	} rules[] = {
		{ "armv7", DARWIN_IOS },
		{ "armv7s", DARWIN_IOS },
		{ "armv7k", DARWIN_WATCHOS },
		{ "arm64_32", DARWIN_WATCHOS },
	};
	const struct job_word *target = &f->t->job->str[JS_TARGET];

	*out = (struct said) {
		.os = DARWIN_MACOS, .simulator = true, .what = target->text, .at = target->at
	};
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (str_eq(f->g->arch, rules[i].arch))
			out->os = rules[i].os;
	out->bad = !system_version(out->os, &f->triple, f->g->arch, &out->version);
	return true;
}

/* ---- the result */

static void check_version(struct find *f, struct said *s)
{
	const struct darwin_version *v = &s->version;
	bool bits32 = !f->g->arm64 && !str_starts(f->g->arch, "x86_64");

	if (s->bad || s->extra || v->part[0] < systems[s->os].oldest || v->part[0] >= 1000 ||
		v->part[1] >= 100 || v->part[2] >= 100) {
		diag_err(f->t->d, s->at, "'%s' has no version that a system of Apple's has",
			s->what ? s->what : f->triple.os);
		return;
	}
	if (s->env == DARWIN_CATALYST && darwin_version_less(v, 13, 1))
		diag_err(f->t->d, s->at, "Mac Catalyst begins with iOS 13.1, '%s' is older",
			s->what);
	if (s->os != DARWIN_IOS || !bits32 || v->part[0] < 11)
		return;
	if (!s->by_user)
		s->version = DARWIN_VERSION(10, 99, 99);
	else if (s->env == DARWIN_CATALYST)
		diag_err(f->t->d, s->at, "Mac Catalyst has no 32-bit programs");
	else
		diag_err(f->t->d, s->at,
			"iOS 11 and later have no 32-bit programs; ask for 10.3 or less");
}

/* macOS 10.15 is the first with Catalyst; a variant of less is what counts */
static void set_native(struct find *f, const struct said *s)
{
	struct darwin_target *g = f->g;

	g->native = s->version;
	if (s->env != DARWIN_CATALYST)
		return;
	g->native = DARWIN_VERSION(10, 15, 0);
	if (f->triple.version.part[0] && g->sdk) {
		struct darwin_version found;

		if (darwin_version_map(&g->sdk->catalyst_to_macos, &s->version, g->native, &found))
			g->native = found;
	}
	if (g->variant.version.n && darwin_version_compare(&g->variant.version, &g->native) < 0)
		g->native = g->variant.version;
}

static const struct platform *facts(struct tc *t, enum darwin_os os, enum darwin_env env)
{
	const char *name = systems[os].platform[env];

	if (t->pf->darwin.os == (int)os && t->pf->darwin.env == (int)env)
		return t->pf;
	return platform_load(
		t->mem, t->d, t->job->kept, NOWHERE, name ? name : systems[os].platform[0], false);
}

static int set_arch(struct tc *t, const char *arch, struct loc at, struct darwin_target *g)
{
	bool m32 = job_option_last(t->job, "-m32"), m64 = job_option_last(t->job, "-m64");

	g->arch = linker_arch(arch);
	if (str_eq(g->arch, "unknown") && at.arg)
		return diag_err(
			t->d, at, "'-arch' wants an architecture of Apple's, got '%s'", arch);
	g->arm64 = is_arm64(g->arch);
	g->x86 = !g->arm64 && !str_starts(g->arch, "arm") && !str_eq(g->arch, "xscale") &&
		 !str_eq(g->arch, "unknown");
	m32 = m32 && job_option_last(t->job, "-m32") > job_option_last(t->job, "-m64");
	if (m32 && g->arm64) {
		g->arch = at.arg ? "arm" : "armv4t";
		g->arm64 = false;
	} else if (m32 && str_starts(g->arch, "x86_64")) {
		g->arch = "i386";
	} else if (!m32 && m64 && g->x86 && !str_starts(g->arch, "x86_64")) {
		g->arch = "x86_64";
	} else if (!m32 && m64 && !at.arg && str_starts(g->arch, "arm") && !g->arm64) {
		g->arch = "arm64";
		g->arm64 = true;
	}
	return 0;
}

int darwin_target_find(struct tc *t, const char *arch, struct loc arch_at, struct darwin_target *g)
{
	static bool (*const deciders[])(struct find *, struct said *) = { by_triple, by_mtargetos,
		by_min_option, by_environment, by_sdk, by_arch };
	struct find f = { .t = t, .g = g, .sdk = t->job->sdk };
	unsigned before = t->d->errors;
	struct said s = { 0 };

	*g = (struct darwin_target) { .sdk = f.sdk };
	f.triple = triple_parse(t->mem, t->plan->triple);
	g->triple_os = f.triple.darwin ? DARWIN_MACOS : f.triple.system;
	if (set_arch(t, arch ? arch : f.triple.arch, arch_at, g))
		return -1;
	for (size_t i = 0; i < sizeof(deciders) / sizeof(deciders[0]) && !deciders[i](&f, &s); i++)
		;
	check_version(&f, &s);
	if (t->d->errors != before)
		return -1;
	if (s.env == DARWIN_DEVICE && s.os != DARWIN_MACOS && s.os != DARWIN_DRIVERKIT &&
		s.simulator && g->x86)
		s.env = DARWIN_SIMULATOR;
	set_native(&f, &s);
	g->at = s.at;
	g->system = (struct darwin_system) { s.os, s.env, s.version, facts(t, s.os, s.env) };
	if (g->variant.version.n)
		g->variant.pf = facts(t, g->variant.os, g->variant.env);
	if (s.os == DARWIN_MACOS) /* an older one has no programs for arm64 that were to be kept */
		g->native = darwin_floor(g, &g->system);
	return t->d->errors == before ? 0 : -1;
}

bool darwin_is_ios(const struct darwin_target *g)
{
	return (g->system.os == DARWIN_IOS || g->system.os == DARWIN_TVOS) &&
	       g->system.env != DARWIN_CATALYST;
}

bool darwin_is_mac(const struct darwin_target *g)
{
	return g->system.os == DARWIN_MACOS || g->system.env == DARWIN_CATALYST;
}

struct darwin_version darwin_floor(const struct darwin_target *g, const struct darwin_system *s)
{
	struct darwin_version v = s->version, since;

	/* iOS's programs with signed pointers begin with 14, whatever else exists before */
	if (str_eq(g->arch, "arm64e") && (s->os == DARWIN_IOS || s->os == DARWIN_TVOS) &&
		v.part[0] < 14)
		v = (struct darwin_version) { { 14, 0 }, 2 };
	if (g->arm64 && s->pf->darwin.arm64_since.text &&
		darwin_version_parse(s->pf->darwin.arm64_since.text, 3, &since) &&
		darwin_version_compare(&v, &since) < 0)
		v = since;
	return v;
}
