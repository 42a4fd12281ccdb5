/* Sanitizers on Darwin: dynamic libraries, found at run time beside the program or where they were
 * at the link. */
#include "toolchains/darwin.h"

#include "base/str.h"
#include "toolchains/profile.h"
#include "toolchains/sanitize.h"

static void check_one(struct tc *t, const char *name, bool there)
{
	if (sanitize_has(t, name) && !there)
		diag_err(t->d, t->san.at, "the sanitizer '%s' is not there for '%s'", name,
			t->triple);
}

/* What a platform's list cannot say, since it depends on the version or the architecture: the data
 * race detector has programs with 64 bits on macOS and in simulators, but visionOS's; the C++
 * libraries of old systems have no type information for vptr. */
static void check(struct tc *t)
{
	const struct darwin_target *g = &darwin_of(t)->target;
	bool simulator = g->system.env == DARWIN_SIMULATOR && g->system.os != DARWIN_XROS;
	bool bits64 = g->arm64 || str_starts(g->arch, "x86_64");
	bool old = darwin_is_mac(g) ? darwin_version_less(&g->native, 10, 9)
				    : darwin_is_ios(g) && g->system.env == DARWIN_DEVICE &&
					      darwin_version_less(&g->native, 5, 0);

	check_one(t, "thread", bits64 && (darwin_is_mac(g) || simulator));
	check_one(t, "memtag", g->arm64);
	check_one(t, "numerical", str_starts(g->arch, "x86_64"));
	if (sanitize_has(t, "vptr") && old && !sanitize_has(t, "null"))
		diag_err(t->d, t->san.at, "the sanitizer 'vptr' is not there for so old a system");
}

static void read_sanitizers(struct tc *t)
{
	sanitize_read(t, &t->san);
	check(t);
	t->san.shared = !tc_flag(t, JF_STATIC_LIBSAN);
}

static void shared(struct tc *t, const struct slot *s, const char *component)
{
	const char *path = darwin_runtime_path(t, component, true);

	tc_word(t, s, t->san.at, path);
	tc_word(t, s, t->san.at, "-rpath");
	tc_word(t, s, t->san.at, "@executable_path");
	tc_word(t, s, t->san.at, "-rpath");
	tc_word(t, s, t->san.at, path_dir(t->mem, path));
}

static bool stable_abi(struct tc *t)
{
	return darwin_flag(t, "-fsanitize-stable-abi", "-fno-sanitize-stable-abi");
}

void darwin_sanitizers(struct tc *t, const struct slot *s)
{
	bool asan, ubsan, tsan;

	read_sanitizers(t);
	asan = sanitize_has(t, "address");
	ubsan = sanitize_wants_ubsan(t);
	tsan = sanitize_has(t, "thread");
	if (!t->san.shared && (asan || ubsan || tsan)) {
		diag_err(t->d, t->job->flag[JF_STATIC_LIBSAN].at,
			"Apple's sanitizers are dynamic libraries; leave '-static-libsan' out");
		return;
	}
	if (!t->san.link)
		return;
	if (asan && stable_abi(t))
		tc_word(t, s, t->san.at, darwin_runtime_path(t, "asan_abi", false));
	else if (asan)
		shared(t, s, "asan");
	if (sanitize_has(t, "leak") && !asan)
		shared(t, s, "lsan");
	if (ubsan)
		shared(t, s, tc_flag(t, JF_SANITIZE_MINIMAL) ? "ubsan_minimal" : "ubsan");
	if (tsan)
		shared(t, s, "tsan");
	if (sanitize_has(t, "fuzzer") && !tc_flag(t, JF_SHARED)) {
		tc_word(t, s, t->san.at, darwin_runtime_path(t, "fuzzer", false));
		darwin_cxx_library(t, s, t->san.at);
	}
	if (tc_flag(t, JF_SANITIZE_STATS)) {
		tc_word(t, s, t->san.at, darwin_runtime_path(t, "stats_client", false));
		shared(t, s, "stats");
	}
}

/* XRay is for 64-bit macOS alone, as the triple has it; its runtimes are linked where they are
 * installed */
void darwin_xray(struct tc *t, const struct slot *s)
{
	static const char *const components[] = { "xray", "xray-basic", "xray-fdr" };
	const struct darwin_target *g = &darwin_of(t)->target;

	if (!tc_flag(t, JF_XRAY))
		return;
	if (g->triple_os != DARWIN_MACOS || !(g->arm64 || str_starts(g->arch, "x86_64"))) {
		diag_err(t->d, t->job->flag[JF_XRAY].at,
			"there is no XRay runtime for '%s'; leave '-fxray-instrument' out",
			t->triple);
		return;
	}
	for (size_t i = 0; i < 3 && xray_is_on(t); i++)
		darwin_runtime_if_there(t, s, components[i]);
}
