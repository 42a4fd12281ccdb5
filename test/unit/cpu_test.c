/* CPU targets: the string, the feature tables against LLVM's, the cap and the choice. */
#include <stdlib.h>

#include "base/str.h"
#include "frontend/cpu/ignored.h"
#include "frontend/cpu/target.h"
#include "image/image.h"
#include "runtime/cpu.h"
#include "test/unit/caught.h"
#include "test/unit/unit.h"
#include "llvm/shim.h"

#define LINUX "x86_64-unknown-linux-gnu"

static int read_cpus(struct arena *a, struct caught *c, const char *text, const char *triple,
	struct cpu_targets *out)
{
	struct job_word w = { text, { .arg = 4 } };

	return cpu_targets_read(a, caught_start(c), &w, 1, NULL, triple, out);
}

/* ---- the string */

static void reads(struct unit *u)
{
	static const struct {
		const char *text, *again; /* again: what cpu_targets_text makes of it */
	} rows[] = {
		{ "generic", "x86-64" },
		{ "haswell", "haswell" },
		{ "x86-64-v3,+aes,-avx2", "x86-64-v3,+aes,-avx2" },
		{ "generic;haswell", "x86-64;haswell" },
		{ "generic;haswell,clone_all;znver3,base(1)",
			"x86-64;haswell,clone_all;znver3,base(1)" },
		{ "generic,-clone_all;haswell,clone_all,-clone_all", "x86-64;haswell" },
		{ "generic;haswell,opt_size;znver3,min_size,+rdrnd",
			"x86-64;haswell,opt_size;znver3,+rdrnd,min_size" },
		{ "generic,clone_all;x86-64-v2,base(0)", "x86-64;x86-64-v2" },
		/* what Julia's own builds say */
		{ "generic;sandybridge,-xsaveopt,clone_all;haswell,-rdrnd,base(1);x86-64-v4,-rdrnd,"
		  "base(1)",
			"x86-64;sandybridge,-xsaveopt,clone_all;haswell,-rdrnd,base(1);x86-64-v4,-"
			"rdrnd,base(1)" },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct cpu_targets t;
		struct caught c;

		u->row = rows[i].text;
		CHECK_INT(read_cpus(&a, &c, rows[i].text, LINUX, &t), 0);
		CHECK_STR(c.text, "");
		CHECK_STR(cpu_targets_text(&a, &t), rows[i].again);
	}
	arena_free(&a);
}

static void refuses(struct unit *u)
{
	static const struct {
		const char *text, *error; /* error: a part of it */
		unsigned at;              /* character */
	} rows[] = {
		{ "haswel", "unknown CPU 'haswel' for " LINUX "; did you mean 'haswell'?", 1 },
		{ "vax", "unknown CPU 'vax' for " LINUX "; 'help' in its place lists them", 1 },
		{ "Haswell ", "did you mean 'haswell'?", 1 },
		{ "", "starts with a CPU's name", 1 },
		{ "generic;", "starts with a CPU's name", 9 },
		{ ";generic", "starts with a CPU's name", 1 },
		{ "generic;,clone_all", "starts with a CPU's name", 9 },
		{ "generic;clone_all", "got the option 'clone_all'", 9 },
		{ "+aes", "got the option '+aes'; write 'generic,+aes'", 1 },
		{ "sysimage", "what the base image was built for", 1 },
		{ "base;haswell", "what the base image was built for", 1 },
		{ "generic;base", "put it first", 9 },
		{ "sysimage,clone_all", "leave the options out", 10 },
		{ "i486", "has no 64-bit mode", 1 },
		{ "haswell,", "an option is missing", 9 },
		{ "haswell,aes", "'aes' wants a sign: +aes to use it", 9 },
		{ "haswell,+aess", "unknown CPU feature 'aess' for " LINUX "; did you mean 'aes'?",
			9 },
		{ "haswell,+", "unknown CPU feature ''", 9 },
		{ "haswell,opt-size", "did you mean 'opt_size'?", 9 },
		{ "haswell,-opt_size", "nothing to switch off", 9 },
		{ "haswell,-min_size", "nothing to switch off", 9 },
		{ "generic;haswell,-base(0)", "nothing to switch off", 17 },
		{ "haswell,opt_size,min_size", "keep one of them", 18 },
		{ "haswell,min_size,opt_size", "keep one of them", 18 },
		{ "haswell,base(0)", "target 0 refines no other", 9 },
		{ "generic;haswell,base(1)", "target 1 can only refine one before it, 0 to 0", 17 },
		{ "generic;haswell,base(4294967296)", "0 to 0", 17 },
		{ "generic;haswell,base(99999999999999999999)", "0 to 0", 17 },
		{ "generic;haswell,base(-1)", "wants the number of a target", 17 },
		{ "generic;haswell,base()", "wants the number of a target", 17 },
		{ "generic;haswell,base(0", "wants the number of a target", 17 },
		{ "generic;haswell,base( 0)", "wants the number of a target", 17 },
		{ "generic;haswell,base(0),base(0)", "a target has one base", 25 },
		{ "generic;haswell;znver3,base(1)", "target 1 ('haswell') has only some functions",
			24 },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct cpu_targets t;
		struct caught c;

		u->row = rows[i].text;
		CHECK_INT(read_cpus(&a, &c, rows[i].text, LINUX, &t), -1);
		CHECK_INT(c.d.errors, 1);
		CHECK(strstr(c.text, rows[i].error) != NULL);
		CHECK(strstr(c.text,
			      str_fmt(&a, "argument 4: cpu target, character %u: ", rows[i].at)) !=
			NULL);
	}
	arena_free(&a);
}

static void shows_all_mistakes(struct unit *u)
{
	struct arena a = { 0 };
	struct cpu_targets t;
	struct caught c;

	CHECK_INT(
		read_cpus(&a, &c, "vax,+none;;haswell,x,base(7),opt_size,min_size", LINUX, &t), -1);
	CHECK_INT(c.d.errors, 6);
	CHECK_INT(read_cpus(&a, &c, "x86-64-v3;generic", LINUX, &t), 0);
	CHECK(strstr(c.text, "lacks features of target 0 ('x86-64-v3')") != NULL);
	CHECK_INT(c.d.warnings, 1);
	CHECK(!memcmp(t.v[0].needs, t.v[1].needs, sizeof(t.v[0].needs)));
	CHECK_INT(read_cpus(&a, &c, "pwr8;pwr9", "powerpc64le-unknown-linux-gnu", &t), -1);
	CHECK(strstr(c.text, "cannot choose between CPUs") != NULL);
	CHECK_INT(read_cpus(&a, &c, "native", "aarch64-unknown-linux-gnu", &t), -1);
	CHECK(strstr(c.text, "'native' is the CPU of this machine") != NULL);
	CHECK_INT(read_cpus(&a, &c, "generic,+sm4,+hbc", "arm64-apple-macosx14.0.0", &t), -1);
	CHECK(strstr(c.text, "cannot find out whether its CPU has sm4; write 'generic,-sm4'") !=
		NULL);
	CHECK_INT(read_cpus(&a, &c, "generic,+xtheadba", "riscv64-unknown-linux-gnu", &t), -1);
	CHECK(strstr(c.text, "cannot find out whether its CPU has xtheadba") != NULL);
	arena_free(&a);
}

static bool needs(const struct cpu_targets *t, size_t i, const char *name)
{
	return img_cpu_has(t->v[i].needs, (unsigned)img_cpu_feature(t->arch, name));
}

static void finds_needs(struct unit *u)
{
	struct arena a = { 0 };
	struct cpu_targets t;
	struct caught c;

	CHECK_INT(read_cpus(&a, &c, "generic;haswell;haswell,+rdrnd,-fma,clone_all;skylake,base(2)",
			  LINUX, &t),
		0);
	CHECK(needs(&t, 0, "sse2") && !needs(&t, 0, "sse3"));
	/* instructions that only code which asks for them has */
	CHECK(needs(&t, 1, "avx2") && needs(&t, 1, "fma") && !needs(&t, 1, "rdrnd"));
	CHECK(needs(&t, 2, "rdrnd") && !needs(&t, 2, "fma"));
	CHECK(needs(&t, 3, "rdrnd") && needs(&t, 3, "fma") && needs(&t, 3, "adx"));
	CHECK_STR(t.v[0].suffix, "generic");
	CHECK_STR(t.v[1].suffix, "haswell");
	CHECK_STR(t.v[2].suffix, "haswell.2");
	CHECK_INT(t.v[3].base, 2);
	CHECK(t.v[0].clone_all && !t.v[1].clone_all);
	CHECK_INT(read_cpus(&a, &c, "generic;cortex-a76;neoverse-v1", "aarch64-unknown-linux-gnu",
			  &t),
		0);
	CHECK(needs(&t, 1, "dotprod") && !needs(&t, 1, "sve") && needs(&t, 2, "sve"));
	CHECK_INT(read_cpus(&a, &c, "generic;generic,+v", "riscv64-unknown-linux-gnu", &t), 0);
	CHECK(needs(&t, 0, "d") && needs(&t, 1, "zvl128b") && !needs(&t, 0, "v"));
	CHECK_STR(t.v[1].features, "+m,+a,+f,+d,+c,+v");
	CHECK_INT(read_cpus(&a, &c, "generic;apple-m1", "arm64-apple-macosx14.0.0", &t), 0);
	CHECK_STR(c.text, "");
	CHECK(needs(&t, 1, "fp16fml"));
	arena_free(&a);
}

/* every CPU of LLVM makes a target: what it has is in one of the two lists */
static void knows_every_cpu(struct unit *u)
{
	static const char *const triples[] = { LINUX, "i686-unknown-linux-gnu",
		"aarch64-unknown-linux-gnu" };
	struct arena a = { 0 };

	for (size_t i = 0; i < UNIT_COUNT(triples); i++) {
		struct ll_names cpus;

		CHECK_INT(ll_cpu_names(&a, triples[i], &cpus), 0);
		for (size_t k = 0; k < cpus.n; k++) {
			struct cpu_targets t;
			struct caught c;

			u->row = cpus.v[k];
			if (read_cpus(&a, &c, cpus.v[k], triples[i], &t))
				CHECK(strstr(c.text, "has no 64-bit mode") != NULL);
			else
				CHECK(c.text[0] == '\0');
		}
	}
	arena_free(&a);
}

/* ---- tables */

static void tables_are_llvms(struct unit *u)
{
	static const struct {
		const char *triple, *abi;
	} rows[] = {
		{ LINUX, "1 x86_64 linux gnu le 64" },
		{ "i686-unknown-linux-gnu", "1 i386 linux gnu le 32" },
		{ "aarch64-unknown-linux-gnu", "1 aarch64 linux gnu le 64" },
		{ "riscv64-unknown-linux-gnu", "1 riscv64 linux gnu le 64" },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct cpu_arch *arch = img_cpu_arch(rows[i].abi);
		struct ll_names all;

		if (!CHECK(arch != NULL))
			continue;
		CHECK_INT(ll_feature_names(&a, rows[i].triple, &all), 0);
		for (size_t k = 0; k < all.n; k++) {
			u->row = all.v[k];
			CHECK((img_cpu_feature(arch, all.v[k]) >= 0) !=
				cpu_ignored(arch->name, all.v[k]));
		}
		for (int k = 0; k < arch->nfeatures; k++) {
			bool there = false;

			u->row = arch->features[k].name;
			for (size_t n = 0; n < all.n; n++)
				there |= str_eq(all.v[n], u->row);
			CHECK(there);
			CHECK_INT(img_cpu_feature(arch, u->row), k); /* each name once */
		}
	}
	arena_free(&a);
}

/* images name features by number */
static void numbers_stay(struct unit *u)
{
	static const struct {
		const char *abi, *name;
		int row;
	} rows[] = {
		{ "1 x86_64 linux gnu le 64", "x87", 0 },
		{ "1 x86_64 linux gnu le 64", "avx2", 38 },
		{ "1 i386 linux gnu le 32", "avx512f", 42 },
		{ "1 x86_64 linux gnu le 64", "sse-unaligned-mem", 111 },
		{ "1 aarch64 linux gnu le 64", "neon", 1 },
		{ "1 aarch64 linux gnu le 64", "sve2", 26 },
		{ "1 aarch64 linux gnu le 64", "pauth-lr", 75 },
		{ "1 riscv64 linux gnu le 64", "i", 0 },
		{ "1 riscv64 linux gnu le 64", "v", 11 },
		{ "1 riscv64 linux gnu le 64", "xwchc", 113 },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		u->row = rows[i].name;
		CHECK_INT(img_cpu_feature(img_cpu_arch(rows[i].abi), rows[i].name), rows[i].row);
	}
	CHECK(img_cpu_arch("1 s390x linux gnu be 64") == NULL);
	CHECK(img_cpu_arch("") == NULL && img_cpu_arch("1") == NULL && img_cpu_arch("1 ") == NULL);
}

static void levels_are_llvms(struct unit *u)
{
	static const struct {
		const char *triple, *level, *target;
	} rows[] = {
		{ "i686-unknown-linux-gnu", "i686", "i686" },
		{ "i686-unknown-linux-gnu", "pentium4", "pentium4" },
		{ LINUX, "x86-64", "x86-64" },
		{ LINUX, "generic", "generic" },
		{ LINUX, "x86-64-v2", "x86-64-v2" },
		{ LINUX, "x86-64-v3", "x86-64-v3" },
		{ LINUX, "x86-64-v4", "x86-64-v4" },
		{ "aarch64-unknown-linux-gnu", "armv8-a", "generic,+v8a" },
		{ "aarch64-unknown-linux-gnu", "armv8.1-a", "generic,+v8.1a" },
		{ "aarch64-unknown-linux-gnu", "armv8.2-a", "generic,+v8.2a" },
		{ "aarch64-unknown-linux-gnu", "armv8.3-a", "generic,+v8.3a" },
		{ "aarch64-unknown-linux-gnu", "armv8.4-a", "generic,+v8.4a" },
		{ "aarch64-unknown-linux-gnu", "armv8.5-a", "generic,+v8.5a" },
		{ "aarch64-unknown-linux-gnu", "armv8.6-a", "generic,+v8.6a" },
		{ "aarch64-unknown-linux-gnu", "armv8.7-a", "generic,+v8.7a" },
		{ "aarch64-unknown-linux-gnu", "armv8.8-a", "generic,+v8.8a" },
		{ "aarch64-unknown-linux-gnu", "armv8.9-a", "generic,+v8.9a" },
		{ "aarch64-unknown-linux-gnu", "armv9-a", "generic,+v9a,+sve2" },
		{ "aarch64-unknown-linux-gnu", "armv9.1-a", "generic,+v9.1a,+sve2" },
		{ "aarch64-unknown-linux-gnu", "armv9.2-a", "generic,+v9.2a,+sve2" },
		{ "aarch64-unknown-linux-gnu", "armv9.3-a", "generic,+v9.3a,+sve2" },
		{ "aarch64-unknown-linux-gnu", "armv9.4-a", "generic,+v9.4a,+sve2p1" },
		{ "riscv64-unknown-linux-gnu", "rv64gc", "generic,+zaamo,+zalrsc,+zca,+zcd" },
		{ "riscv64-unknown-linux-gnu", "rva20u64",
			"generic,+rva20u64,+zaamo,+zalrsc,+zca,+zcd" },
		{ "riscv64-unknown-linux-gnu", "rva22u64",
			"generic,+rva22u64,+zaamo,+zalrsc,+zca,+zcd" },
		{ "riscv64-unknown-linux-gnu", "rva22u64v",
			"generic,+rva22u64,+v,+zaamo,+zalrsc,+zca,+zcd" },
		{ "riscv64-unknown-linux-gnu", "rva23u64",
			"generic,+experimental-rva23u64,+zaamo,+zalrsc,+zca,+zcd" },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		uint64_t cap[IMG_FEATURE_WORDS], asked[IMG_FEATURE_WORDS];
		char want[1024], got[1024];
		struct cpu_targets t;
		struct caught c;
		const char *word;
		size_t len;

		u->row = rows[i].level;
		memset(cap, 0xff, sizeof(cap));
		CHECK_INT(read_cpus(&a, &c, rows[i].target, rows[i].triple, &t), 0);
		CHECK_STR(rt_cpu_cap(t.arch, rows[i].level, cap, &word, &len), NULL);
		memcpy(asked, t.v[0].needs, sizeof(asked));
		/* "+v8.4a" asks for what hangs on it by name, too */
		for (unsigned k = 0; k < t.arch->nfeatures; k++) {
			if (t.arch->features[k].flags & CPU_SAID)
				asked[k / 64] &= ~(UINT64_C(1) << k % 64);
		}
		img_cpu_names(t.arch, asked, 0, " ", want, sizeof(want));
		img_cpu_names(t.arch, cap, 0, " ", got, sizeof(got));
		CHECK_STR(got, want);
	}
	arena_free(&a);
}

static void names_sets(struct unit *u)
{
	const struct cpu_arch *arch = img_cpu_arch("1 x86_64 linux gnu le 64");
	uint64_t set[IMG_FEATURE_WORDS] = { 7, 0, 0, UINT64_C(1) << 63 };
	char text[64];

	CHECK_INT(img_cpu_names(arch, set, 0, " ", text, sizeof(text)), 24);
	CHECK_STR(text, "x87 cx8 cmov feature 255");
	img_cpu_names(arch, set, 2, ", ", text, sizeof(text));
	CHECK_STR(text, "x87, cx8 and 2 more");
	img_cpu_names(NULL, set, 1, ", ", text, sizeof(text));
	CHECK_STR(text, "feature 0 and 3 more");
	CHECK_INT(img_cpu_names(arch, set, 0, " ", NULL, 0), 24);
	CHECK_INT(img_cpu_names(arch, set, 0, " ", text, 5), 24);
	CHECK_STR(text, "x87 ");
}

/* ---- cap and choice */

static void caps(struct unit *u)
{
	static const struct {
		const char *text, *problem, *word;
	} rows[] = {
		{ "native", NULL, NULL },
		{ "x86-64-v3,+aes,-avx2", NULL, NULL },
		{ "x86-64-v5", "is no level of this CPU's kind", "x86-64-v5" },
		{ "", "is no level of this CPU's kind", "" },
		{ "x86-64-v", "is no level of this CPU's kind", "x86-64-v" },
		{ "native,", "wants a sign: + to allow it, - not to", "" },
		{ "native,aes,+x", "wants a sign: + to allow it, - not to", "aes" },
		{ "native,+ae", "is no feature of this CPU's kind", "+ae" },
		{ "native,-aesx,+aes", "is no feature of this CPU's kind", "-aesx" },
	};
	const struct cpu_arch *arch = img_cpu_arch("1 x86_64 linux gnu le 64");
	uint64_t set[IMG_FEATURE_WORDS];
	const char *word;
	size_t len;

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		uint64_t before[IMG_FEATURE_WORDS];

		u->row = rows[i].text;
		memset(set, 0xff, sizeof(set));
		memcpy(before, set, sizeof(set));
		CHECK_STR(rt_cpu_cap(arch, rows[i].text, set, &word, &len), rows[i].problem);
		if (!rows[i].problem)
			continue;
		CHECK(len == strlen(rows[i].word) && !strncmp(word, rows[i].word, len));
		CHECK(!memcmp(set, before, sizeof(set)));
	}
	u->row = NULL;
	memset(set, 0, sizeof(set)); /* a cap adds nothing */
	CHECK_STR(rt_cpu_cap(arch, "x86-64-v4,+aes", set, &word, &len), NULL);
	CHECK(!set[0] && !set[1]);
	memset(set, 0xff, sizeof(set));
	rt_cpu_cap(arch, "x86-64-v3,+aes,-avx2", set, &word, &len);
	CHECK(img_cpu_has(set, 18) && img_cpu_has(set, 20) && !img_cpu_has(set, 38));
}

static void chooses(struct unit *u)
{
	static const struct {
		const char *cap;
		uint32_t taken;
	} rows[] = {
		{ "generic", 0 },
		{ "x86-64-v2", 0 },
		{ "x86-64-v3", 2 }, /* of two equal ones the last */
		{ "x86-64-v3,+aes", 2 },
		{ "x86-64-v3,+aes,+pclmul", 3 },
		{ "x86-64-v4", 4 },
		{ "native", 4 },
		{ "native,-evex512", 3 },
		{ "native,-sse2", 5 },
	};
	struct arena a = { 0 };
	struct img_target v[5] = { 0 };
	struct cpu_targets t;
	struct caught c;

	CHECK_INT(read_cpus(&a, &c,
			  "generic;x86-64-v3;x86-64-v3,clone_all;x86-64-v3,+pclmul,+aes;"
			  "x86-64-v4",
			  LINUX, &t),
		0);
	for (size_t i = 0; i < t.n; i++)
		memcpy(v[i].needs, t.v[i].needs, sizeof(v[i].needs));
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		uint64_t set[IMG_FEATURE_WORDS];
		const char *word;
		size_t len;

		u->row = rows[i].cap;
		memset(set, 0xff, sizeof(set));
		CHECK_STR(rt_cpu_cap(t.arch, rows[i].cap, set, &word, &len), NULL);
		CHECK_INT(rt_cpu_choose(v, 5, set), rows[i].taken);
	}
	arena_free(&a);
}

/* what LLVM says of this machine and what is detected */
static void detects(struct unit *u)
{
	const struct cpu_arch *arch = rt_cpu_arch();
	uint64_t all[IMG_FEATURE_WORDS], got[IMG_FEATURE_WORDS], one[IMG_FEATURE_WORDS];
	struct arena a = { 0 };
	char *text = str_dup(&a, ll_host_features(&a)), *word;

	if (!arch)
		return;
	memset(all, 0xff, sizeof(all));
	rt_cpu_detect(arch, all, got);
	while ((word = strsep(&text, ","))) {
		int row = img_cpu_feature(arch, word + 1);

		u->row = word;
		if (row < 0 || str_eq(word + 1, "evex512")) /* LLVM has it on without AVX-512 */
			continue;
		CHECK_INT(img_cpu_has(got, (unsigned)row), *word == '+');
	}
	for (unsigned i = 0; i < arch->nfeatures; i++) { /* asked for alone: the same answer */
		uint64_t want[IMG_FEATURE_WORDS] = { 0 };

		u->row = arch->features[i].name;
		img_cpu_add(want, i);
		rt_cpu_detect(arch, want, one);
		CHECK_INT(img_cpu_has(one, i), img_cpu_has(got, i));
	}
	arena_free(&a);
}

static void reads_the_environment(struct unit *u)
{
	struct job_word w;

	unsetenv("PKGIMG_CPU_TARGET");
	unsetenv("JULIA_CPU_TARGET");
	CHECK(!cpu_targets_from_environment(&w));
	setenv("JULIA_CPU_TARGET", "haswell", 1);
	CHECK(cpu_targets_from_environment(&w));
	CHECK_STR(w.text, "haswell");
	CHECK_STR(w.at.file, "JULIA_CPU_TARGET");
	setenv("PKGIMG_CPU_TARGET", "znver3", 1);
	CHECK(cpu_targets_from_environment(&w));
	CHECK_STR(w.text, "znver3");
	setenv("PKGIMG_CPU_TARGET", "", 1);
	CHECK(cpu_targets_from_environment(&w));
	CHECK_STR(w.text, "haswell");
	w.text = "generic;help";
	CHECK(cpu_targets_want_help(&w, 1));
	w.text = "generic,helper";
	CHECK(!cpu_targets_want_help(&w, 1));
}

UNIT_MAIN(reads, refuses, shows_all_mistakes, finds_needs, knows_every_cpu, tables_are_llvms,
	numbers_stay, levels_are_llvms, names_sets, caps, chooses, detects, reads_the_environment)
