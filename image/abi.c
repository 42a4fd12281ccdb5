/* The ABI text, FORMAT.md 3: "VERSION CPU SYSTEM ENVIRONMENT ENDIAN POINTER-BITS". */
#include <string.h>

#include "image/image.h"
#include "image/out.h"

/* how a word of a triple reads in the text; prefixes match, longer ones stand first */
struct spelling {
	const char *prefix, *text;
};

static const struct {
	const char *prefix, *text, *endian;
	unsigned bits;
} cpus[] = {
	{ "x86_64", "x86_64", "le", 64 },
	{ "amd64", "x86_64", "le", 64 },
	{ "i386", "i386", "le", 32 },
	{ "i486", "i386", "le", 32 },
	{ "i586", "i386", "le", 32 },
	{ "i686", "i386", "le", 32 },
	{ "aarch64_be", "aarch64", "be", 64 },
	{ "aarch64", "aarch64", "le", 64 },
	{ "arm64e", "arm64e", "le", 64 }, /* pointers are signed */
	{ "arm64_32", "aarch64", "le", 32 },
	{ "arm64", "aarch64", "le", 64 },
	{ "armeb", "arm", "be", 32 },
	{ "thumb", "arm", "le", 32 },
	{ "arm", "arm", "le", 32 },
	{ "riscv64", "riscv64", "le", 64 },
	{ "riscv32", "riscv32", "le", 32 },
	{ "powerpc64le", "powerpc64", "le", 64 },
	{ "ppc64le", "powerpc64", "le", 64 },
	{ "powerpc64", "powerpc64", "be", 64 },
	{ "ppc64", "powerpc64", "be", 64 },
	{ "loongarch64", "loongarch64", "le", 64 },
	{ "s390x", "s390x", "be", 64 },
	{ "mips64el", "mips64", "le", 64 },
	{ "wasm32", "wasm32", "le", 32 },
	{ "wasm64", "wasm64", "le", 64 },
};

static const struct spelling systems[] = {
	{ "linux", "linux" },
	{ "windows", "windows" },
	{ "mingw32", "windows" },
	{ "macos", "macos" },
	{ "darwin", "macos" },
	{ "ios", "ios" },
	{ "tvos", "tvos" },
	{ "watchos", "watchos" },
	{ "xros", "xros" },
	{ "visionos", "xros" },
	{ "driverkit", "driverkit" },
	{ "freebsd", "freebsd" },
	{ "netbsd", "netbsd" },
	{ "openbsd", "openbsd" },
	{ "wasi", "wasi" },
	{ "none", "none" },
};

/* a word of a triple: [s, s + n) */
struct part {
	const char *s;
	size_t n;
};

static bool starts(struct part p, const char *prefix)
{
	size_t n = strlen(prefix);

	return p.n >= n && !memcmp(p.s, prefix, n);
}

static bool next_part(const char **triple, struct part *out)
{
	if (!**triple)
		return false;
	out->s = *triple;
	out->n = strcspn(*triple, "-");
	*triple += out->n;
	*triple += **triple == '-';
	return true;
}

static bool ends(struct part p, const char *suffix)
{
	size_t n = strlen(suffix);

	return p.n >= n && !memcmp(p.s + p.n - n, suffix, n);
}

static struct part environment(struct part system, struct part env)
{
	if (starts(system, "mingw32"))
		return (struct part) { "gnu", 3 };
	if (env.n == 0)
		return starts(system, "windows") ? (struct part) { "msvc", 4 }
						 : (struct part) { "none", 4 };
	if (starts(env, "android")) { /* android21: the API level is no part of the ABI */
		while (env.n && (env.s[env.n - 1] >= '0' && env.s[env.n - 1] <= '9'))
			env.n--;
	}
	return env;
}

size_t img_abi_text(const char *triple, char *buf, size_t size)
{
	struct img_out o = { buf, size, 0 };
	struct part cpu, system = { 0 }, env = { "", 0 };
	const char *system_text = NULL;
	size_t c = 0, ncpus = sizeof(cpus) / sizeof(cpus[0]);
	unsigned bits;

	if (!next_part(&triple, &cpu))
		return 0;
	while (c < ncpus && !starts(cpu, cpus[c].prefix))
		c++;
	while (c < ncpus && !system_text && next_part(&triple, &system)) {
		for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]) && !system_text; i++)
			system_text = starts(system, systems[i].prefix) ? systems[i].text : NULL;
	}
	if (!system_text)
		return 0;
	next_part(&triple, &env);
	env = environment(system, env);
	bits = ends(env, "32") ? 32 : cpus[c].bits; /* gnux32, gnuabin32, gnu_ilp32 */
	img_out_str(&o, "1 ");
	img_out_str(&o, cpus[c].text);
	img_out_str(&o, " ");
	img_out_str(&o, system_text);
	img_out_str(&o, " ");
	img_out_mem(&o, env.s, env.n);
	img_out_str(&o, " ");
	img_out_str(&o, cpus[c].endian);
	img_out_str(&o, bits == 64 ? " 64" : " 32");
	return o.len;
}

#if defined(__x86_64__)
#define CPU "x86_64"
#elif defined(__i386__)
#define CPU "i386"
#elif defined(__aarch64__)
#define CPU "aarch64"
#elif defined(__arm__)
#define CPU "arm"
#elif defined(__riscv) && __riscv_xlen == 64
#define CPU "riscv64"
#elif defined(__riscv)
#define CPU "riscv32"
#elif defined(__powerpc64__)
#define CPU "powerpc64"
#elif defined(__loongarch64)
#define CPU "loongarch64"
#else
#error "this CPU has no ABI text yet: add it to cpus[] and here"
#endif

#if defined(__linux__)
#define SYSTEM "linux"
#elif defined(_WIN32)
#define SYSTEM "windows"
#elif defined(__APPLE__)
#define SYSTEM "macos"
#elif defined(__FreeBSD__)
#define SYSTEM "freebsd"
#elif defined(__NetBSD__)
#define SYSTEM "netbsd"
#elif defined(__OpenBSD__)
#define SYSTEM "openbsd"
#else
#error "this system has no ABI text yet: add it to systems[] and here"
#endif

/* musl has no macro of its own; <string.h> above defines glibc's */
#if defined(__GLIBC__)
#define LIBC "gnu"
#elif defined(__ANDROID__)
#define LIBC "android"
#elif defined(__linux__)
#define LIBC "musl"
#elif defined(__MINGW32__)
#define LIBC "gnu"
#elif defined(_WIN32)
#define LIBC "msvc"
#else
#define LIBC "none"
#endif

#if defined(__arm__) && defined(__ARM_PCS_VFP)
#define FLOATS "eabihf"
#elif defined(__arm__)
#define FLOATS "eabi"
#elif defined(__x86_64__) && defined(__ILP32__)
#define FLOATS "x32"
#else
#define FLOATS ""
#endif

#if UINTPTR_MAX == UINT64_MAX
#define BITS "64"
#else
#define BITS "32"
#endif

const char *img_host_abi_text(void)
{
	return "1 " CPU " " SYSTEM " " LIBC FLOATS " le " BITS;
}

enum img_code img_check_abi(const struct img_view *v, struct img_error *e)
{
	const char *text = img_str(v, v->package->abi_text), *host = img_host_abi_text();
	struct img_out wanted = { e->wanted_text, sizeof(e->wanted_text), 0 };
	struct img_out got = { e->got_text, sizeof(e->got_text), 0 };

	if (!strcmp(text, host))
		return IMG_OK;
	*e = (struct img_error) { .code = IMG_E_ABI,
		.doing = "package",
		.problem = "an image for another platform",
		.entry = IMG_NO_ENTRY };
	img_out_str(&wanted, host);
	img_out_str(&got, text);
	return IMG_E_ABI;
}
