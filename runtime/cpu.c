/* One table drives all: a machine is read into words, and each row of its architecture's table
 * (image/cpu_features.h) says in which bit of which word a feature shows. What differs between
 * systems is how words are read, at the end of this file's first part. */
#include "runtime/cpu.h"

#include "image/cpu_tables.h"

#if defined(__linux__) && !defined(PKGIMG_SELECT)
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>
#elif defined(__FreeBSD__)
#include <sys/auxv.h>
#endif
#ifdef PKGIMG_SELECT
#include "runtime/bare.h"
#endif

enum { MOST_WORDS = 16 };
_Static_assert(
	(int)X86_WORDS <= MOST_WORDS && (int)A64_WORDS <= MOST_WORDS && (int)RV_WORDS <= MOST_WORDS,
	"image/cpu_features.h");

/* ---- the machine, as words: read_words() and machine_has() of each */

#if defined(__x86_64__) || defined(__i386__)

struct x86_regs {
	uint32_t v[4]; /* eax, ebx, ecx, edx */
};

static struct x86_regs cpuid(uint32_t leaf, uint32_t sub)
{
	struct x86_regs r;

	__asm__ volatile("cpuid"
		: "=a"(r.v[0]), "=b"(r.v[1]), "=c"(r.v[2]), "=d"(r.v[3])
		: "a"(leaf), "c"(sub));
	return r;
}

/* only where CPUID says OSXSAVE */
static uint64_t xcr0(void)
{
	uint32_t low, high;

	__asm__ volatile(".byte 0x0f, 0x01, 0xd0" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

static const struct {
	uint32_t leaf;
	uint8_t sub, reg;
} x86_words[X86_WORDS] = {
	[X86_1C] = { 1, 0, 2 },
	[X86_1D] = { 1, 0, 3 },
	[X86_7B] = { 7, 0, 1 },
	[X86_7C] = { 7, 0, 2 },
	[X86_7D] = { 7, 0, 3 },
	[X86_71A] = { 7, 1, 0 },
	[X86_71D] = { 7, 1, 3 },
	[X86_D1A] = { 0xd, 1, 0 },
	[X86_14B] = { 0x14, 0, 1 },
	[X86_19B] = { 0x19, 0, 1 },
	[X86_24B] = { 0x24, 0, 1 },
	[X86_8001C] = { 0x80000001, 0, 2 },
	[X86_8008B] = { 0x80000008, 0, 1 },
	[X86_FAMILY] = { 1, 0, 0 },
};

/* bits of XCR0 for enum cpu_x86_state */
static const uint32_t x86_states[X86_STATES] = {
	[X86_YMM] = 0x6,
	[X86_ZMM] = 0xe6,
	[X86_TILE] = 0x60000,
	[X86_APX] = 0x80000,
};

static uint64_t family_word(uint32_t eax)
{
	uint32_t family = eax >> 8 & 15;

	if (family == 15)
		family += eax >> 20 & 255;
	return family >= 63 ? UINT64_MAX : (UINT64_C(2) << family) - 1;
}

/* states the system saves, as bits by enum cpu_x86_state */
static uint64_t saved_states(uint32_t leaf1_ecx)
{
	uint64_t out = 1 << X86_ANY, saved;

	if (!(leaf1_ecx >> 27 & 1))
		return out;
	saved = xcr0();
	for (unsigned i = X86_YMM; i < X86_STATES; i++)
		out |= (uint64_t)((saved & x86_states[i]) == x86_states[i]) << i;
#ifdef __APPLE__
	/* it saves them from their first use on, and shows the bits only then */
	if (out >> X86_YMM & 1)
		out |= 1 << X86_ZMM;
#endif
	return out;
}

/* words[CPU_NOWHERE] carries the states, as nothing else is there */
static void read_words(uint64_t words[], uint32_t wanted)
{
	uint32_t most[2] = { 0, 0 };
	struct x86_regs r = { { 0, 0, 0, 0 } };
	uint32_t leaf = UINT32_MAX, sub = 0;

	most[0] = cpuid(0, 0).v[0];
	words[CPU_NOWHERE] = saved_states(cpuid(1, 0).v[2]);
	for (unsigned i = CPU_FIRST_WORD; i < X86_WORDS; i++) {
		unsigned high = x86_words[i].leaf >> 31;

		if (!(wanted >> i & 1))
			continue;
		if (!most[high])
			most[high] = cpuid(high << 31, 0).v[0];
		if (x86_words[i].leaf > most[high])
			continue;
		if (leaf != x86_words[i].leaf || sub != x86_words[i].sub)
			r = cpuid(leaf = x86_words[i].leaf, sub = x86_words[i].sub);
		words[i] = r.v[x86_words[i].reg];
		if (i == X86_FAMILY)
			words[i] = family_word(r.v[0]);
	}
}

static bool machine_has(const struct cpu_feature *f, const uint64_t words[])
{
	return words[f->word] >> f->bit & 1 && words[CPU_NOWHERE] >> f->state & 1;
}

#elif defined(__aarch64__) && defined(__APPLE__)

int sysctlbyname(const char *name, void *old, size_t *oldlen, void *new, size_t newlen);

static void read_words(uint64_t words[], uint32_t wanted)
{
	(void)words, (void)wanted;
}

static bool machine_has(const struct cpu_feature *f, const uint64_t words[])
{
	static const char prefix[] = "hw.optional.arm.";
	char name[sizeof(prefix) + CPU_APPLE_SIZE];
	size_t n = 0, size = sizeof(int);
	int value = 0;

	(void)words;
	if (!f->apple[0] || f->apple[0] == '*')
		return f->apple[0];
	for (; prefix[n]; n++)
		name[n] = prefix[n];
	for (size_t i = 0; i < CPU_APPLE_SIZE; i++)
		name[n++] = f->apple[i];
	name[n] = '\0';
	return !sysctlbyname(name, &value, &size, NULL, 0) && value;
}

#elif defined(__aarch64__) && defined(_WIN32)

__declspec(dllimport) int IsProcessorFeaturePresent(unsigned long feature);

static void read_words(uint64_t words[], uint32_t wanted)
{
	(void)words, (void)wanted;
}

static bool machine_has(const struct cpu_feature *f, const uint64_t words[])
{
	(void)words;
	return f->windows && IsProcessorFeaturePresent(f->windows);
}

#else

static inline bool machine_has(const struct cpu_feature *f, const uint64_t words[])
{
	return words[f->word] >> f->bit & 1;
}

#if (defined(__aarch64__) || defined(__riscv)) && (defined(__linux__) || defined(__FreeBSD__))

enum { AUX_HWCAP = 16, AUX_HWCAP2 = 26 }; /* on FreeBSD 25 and 26, by its own call */

static uint64_t aux(unsigned long key)
{
#if defined(PKGIMG_SELECT)
	return bare_auxv(key);
#elif defined(__FreeBSD__)
	unsigned long value = 0;

	elf_aux_info(key == AUX_HWCAP ? AT_HWCAP : AT_HWCAP2, &value, sizeof(value));
	return value;
#else
	return getauxval(key);
#endif
}

#endif

#if defined(__aarch64__) && (defined(__linux__) || defined(__FreeBSD__))

static void read_words(uint64_t words[], uint32_t wanted)
{
	(void)wanted;
	words[A64_HWCAP] = aux(AUX_HWCAP);
	words[A64_HWCAP2] = aux(AUX_HWCAP2);
}

#elif defined(__riscv) && __riscv_xlen == 64 && defined(__linux__)

enum {
	HWPROBE_CALL = 258,
	HWPROBE_IMA_EXT_0 = 4,
	HWPROBE_MISALIGNED_VECTOR = 10,
	HWPROBE_C = 1,
	HWPROBE_V = 2,
	HWPROBE_ZVE = 37, /* zve32x, zve32f, zve64x, zve64f, zve64d */
	HWPROBE_ZCA = 43,
	HWPROBE_ZCD = 45,
};

static long hwprobe(int64_t pairs[][2], size_t n)
{
#ifdef PKGIMG_SELECT
	return bare_call(HWPROBE_CALL, (long)pairs, (long)n, 0, 0, 0);
#else
	return syscall(HWPROBE_CALL, pairs, n, 0, NULL, 0);
#endif
}

/* Kernels before 6.4 have no such call: then the letters are all there is. */
static void read_words(uint64_t words[], uint32_t wanted)
{
	int64_t pairs[2][2] = { { HWPROBE_IMA_EXT_0, 0 }, { HWPROBE_MISALIGNED_VECTOR, 0 } };
	uint64_t letters = aux(AUX_HWCAP), ext = 0, bytes;

	if (wanted >> RV_EXT0 & 1 && !hwprobe(pairs, 2)) {
		if (pairs[0][0] == HWPROBE_IMA_EXT_0)
			ext = (uint64_t)pairs[0][1];
		if (pairs[1][0] == HWPROBE_MISALIGNED_VECTOR)
			words[RV_MISC] = pairs[1][1] == 2 || pairs[1][1] == 3;
	}
	if (letters >> ('v' - 'a') & 1) { /* the registers can be used, so their length be read */
		__asm__ volatile("csrr %0, 0xc22" : "=r"(bytes));
		for (uint64_t n = 0; n < 32 && UINT64_C(1) << n <= bytes * 8; n++)
			words[RV_VLEN] |= UINT64_C(1) << n;
		ext |= UINT64_C(31) << HWPROBE_ZVE;
	}
	if (letters >> ('c' - 'a') & 1)
		ext |= UINT64_C(1) << HWPROBE_ZCA | (letters >> ('d' - 'a') & 1) << HWPROBE_ZCD;
	words[RV_LETTERS] = letters;
	words[RV_EXT0] = ext;
}

#else

static void read_words(uint64_t words[], uint32_t wanted)
{
	(void)words, (void)wanted;
}

#endif
#endif

/* ---- what is offered */

#ifndef PKGIMG_SELECT
const struct cpu_arch *rt_cpu_arch(void)
{
#if defined(__x86_64__)
	return &img_cpu_x86_64;
#elif defined(__i386__)
	return &img_cpu_i386;
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return &img_cpu_aarch64;
#elif defined(__riscv) && __riscv_xlen == 64
	return &img_cpu_riscv64;
#else
	return NULL;
#endif
}
#endif

static void add_level(const struct cpu_arch *arch, unsigned level, uint64_t set[IMG_FEATURE_WORDS])
{
	for (;; level = arch->levels[level].base) {
		const struct cpu_level *l = &arch->levels[level];

		for (unsigned i = 0; i < l->nadds; i++)
			img_cpu_add(set, l->adds[i]);
		if (l->base == level)
			return;
	}
}

/* A program for one of these ABIs runs only where its least features are; a program for 32-bit
 * x86 or RISC-V may run on less than the level. */
static bool abi_has_generic(void)
{
#if defined(__x86_64__) || defined(__aarch64__)
	return true;
#else
	return false;
#endif
}

RT_CPU void rt_cpu_detect(const struct cpu_arch *arch, const uint64_t wanted[IMG_FEATURE_WORDS],
	uint64_t out[IMG_FEATURE_WORDS])
{
	uint64_t words[MOST_WORDS];
	uint32_t mask = 0;

	for (unsigned i = 0; i < MOST_WORDS; i++)
		words[i] = i == CPU_ALWAYS;
	for (unsigned i = 0; i < IMG_FEATURE_WORDS; i++)
		out[i] = 0;
	if (abi_has_generic())
		add_level(arch, arch->generic, out);
	for (unsigned i = 0; i < arch->nfeatures; i++) {
		if (img_cpu_has(wanted, i) && !img_cpu_has(out, i))
			mask |= 1u << arch->features[i].word;
	}
	if (mask >> CPU_FIRST_WORD)
		read_words(words, mask);
	for (unsigned i = 0; i < arch->nfeatures; i++) {
		const struct cpu_feature *f = &arch->features[i];

		if (!(mask >> f->word & 1) || f->word == CPU_NOWHERE)
			continue;
		if (f->word == CPU_ALWAYS || machine_has(f, words))
			img_cpu_add(out, i);
	}
}

/* ---- cap */

static bool word_is(const char *word, size_t len, const char *name)
{
	size_t i = 0;

	while (i < len && name[i] && word[i] == name[i])
		i++;
	return i == len && !name[i];
}

static bool cap_level(
	const struct cpu_arch *arch, const char *word, size_t len, uint64_t cap[IMG_FEATURE_WORDS])
{
	if (word_is(word, len, "native")) {
		for (unsigned i = 0; i < IMG_FEATURE_WORDS; i++)
			cap[i] = UINT64_MAX;
		return true;
	}
	if (word_is(word, len, "generic")) {
		add_level(arch, arch->generic, cap);
		return true;
	}
	for (unsigned i = 0; i < arch->nlevels; i++) {
		if (word_is(word, len, arch->levels[i].name)) {
			add_level(arch, i, cap);
			return true;
		}
	}
	return false;
}

static bool cap_feature(
	const struct cpu_arch *arch, const char *word, size_t len, uint64_t cap[IMG_FEATURE_WORDS])
{
	for (unsigned i = 0; i < arch->nfeatures; i++) {
		uint64_t bit = UINT64_C(1) << i % 64;

		if (!word_is(word + 1, len - 1, arch->features[i].name))
			continue;
		cap[i / 64] = *word == '+' ? cap[i / 64] | bit : cap[i / 64] & ~bit;
		return true;
	}
	return false;
}

RT_CPU const char *rt_cpu_cap(const struct cpu_arch *arch, const char *text,
	uint64_t offered[IMG_FEATURE_WORDS], const char **word, size_t *len)
{
	uint64_t cap[IMG_FEATURE_WORDS];

	for (unsigned i = 0; i < IMG_FEATURE_WORDS; i++)
		cap[i] = 0;
	for (unsigned n = 0;; n++, text += *len + 1) {
		*word = text;
		for (*len = 0; text[*len] && text[*len] != ',';)
			++*len;
		if (n == 0 && !cap_level(arch, text, *len, cap))
			return "is no level of this CPU's kind";
		if (n && *text != '+' && *text != '-')
			return "wants a sign: + to allow it, - not to";
		if (n && !cap_feature(arch, text, *len, cap))
			return "is no feature of this CPU's kind";
		if (!text[*len])
			break;
	}
	for (unsigned i = 0; i < IMG_FEATURE_WORDS; i++)
		offered[i] &= cap[i];
	return NULL;
}

/* ---- choice */

RT_CPU bool rt_cpu_accepts(const uint64_t offered[IMG_FEATURE_WORDS],
	const uint64_t needs[IMG_FEATURE_WORDS], uint64_t lacks[IMG_FEATURE_WORDS])
{
	uint64_t any = 0;

	for (unsigned i = 0; i < IMG_FEATURE_WORDS; i++) {
		lacks[i] = needs[i] & ~offered[i];
		any |= lacks[i];
	}
	return !any;
}

/* features used; no popcount, which may be a call into a library */
static unsigned count(const uint64_t set[IMG_FEATURE_WORDS])
{
	unsigned n = 0;

	for (unsigned i = 0; i < 64 * IMG_FEATURE_WORDS; i++)
		n += img_cpu_has(set, i);
	return n;
}

RT_CPU uint32_t rt_cpu_choose(
	const struct img_target *targets, uint32_t n, const uint64_t offered[IMG_FEATURE_WORDS])
{
	uint64_t lacks[IMG_FEATURE_WORDS];
	unsigned best_count = 0;
	uint32_t best = n;

	for (uint32_t i = 0; i < n; i++) {
		unsigned has = count(targets[i].needs);

		if (has < best_count || !rt_cpu_accepts(offered, targets[i].needs, lacks))
			continue;
		best = i;
		best_count = has;
	}
	return best;
}
