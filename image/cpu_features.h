/* CPU features that code can need: one table per architecture, rows are bits of img_target.needs.
 *
 * A row is an instruction set extension by LLVM's name, and how a loader finds out whether the
 * machine has it. Rows are only ever added at the end: images name them by number. What LLVM calls
 * a feature and is none (tuning, levels, what only a kernel uses) is in frontend/cpu/ignored.c.
 * No pointers, so that the copy of a table inside an image needs no relocations. */
#ifndef IMAGE_CPU_FEATURES_H
#define IMAGE_CPU_FEATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/format.h"

enum { CPU_NAME_SIZE = 23, CPU_APPLE_SIZE = 16, CPU_LEVEL_ADDS = 32 };

enum {
	CPU_SAID = 1, /* no compiler uses it on its own, only code that asks for it: the name of a
		       * CPU that has it does not need it, "+name" does */
};

/* A word is 64 bits that runtime/cpu.c reads from the machine. CPU_NOWHERE: nothing tells. */
enum { CPU_NOWHERE = 0, CPU_ALWAYS = 1, CPU_FIRST_WORD = 2 };

enum cpu_x86_word {
	X86_1C = CPU_FIRST_WORD, /* CPUID leaf 1, ECX; and so on */
	X86_1D,
	X86_7B,
	X86_7C,
	X86_7D,
	X86_71A, /* leaf 7, subleaf 1 */
	X86_71D,
	X86_D1A,
	X86_14B,
	X86_19B,
	X86_24B,
	X86_8001C, /* leaf 0x80000001 */
	X86_8008B,
	X86_FAMILY, /* bit n: the family is n or above */
	X86_WORDS,
};

/* what the system must save at a switch of threads (XCR0) before an x86 extension can be used */
enum cpu_x86_state { X86_ANY, X86_YMM, X86_ZMM, X86_TILE, X86_APX, X86_STATES };

enum cpu_aarch64_word {
	A64_HWCAP = CPU_FIRST_WORD, /* of Linux's AT_HWCAP, AT_HWCAP2 */
	A64_HWCAP2,
	A64_WORDS,
};

enum cpu_riscv_word {
	RV_LETTERS = CPU_FIRST_WORD, /* AT_HWCAP: bit 0 is 'a' */
	RV_EXT0,                     /* riscv_hwprobe: IMA_EXT_0 */
	RV_VLEN,                     /* bit n: vector registers have 2^n bits or more */
	RV_MISC,                     /* bit 0: vector loads need not be aligned */
	RV_WORDS,
};

struct cpu_feature {
	char name[CPU_NAME_SIZE];   /* LLVM's */
	uint8_t word, bit;          /* where it shows */
	uint8_t state;              /* enum cpu_x86_state */
	uint8_t flags;              /* CPU_SAID */
	uint8_t windows;            /* number for IsProcessorFeaturePresent; 0: none */
	char apple[CPU_APPLE_SIZE]; /* hw.optional.arm.NAME; "": none, "*": all have it */
};

/* What PKGIMG_CPU_CAP can be: a level has the features of another one and some more. */
struct cpu_level {
	char name[CPU_NAME_SIZE];
	uint8_t base; /* its index; the first's is its own */
	uint8_t nadds;
	uint8_t adds[CPU_LEVEL_ADDS]; /* [nadds] rows of the feature table */
};

struct cpu_arch {
	const struct cpu_feature *features; /* [nfeatures], at most 64 * IMG_FEATURE_WORDS */
	const struct cpu_level *levels;     /* [nlevels] */
	uint16_t nfeatures, nlevels, nwords;
	uint8_t generic; /* index of the level that all machines of the ABI have */
	char name[10];   /* as in the ABI text: "x86_64" */
};

/* by the second word of an ABI text (FORMAT.md 3); NULL: no features are told apart */
const struct cpu_arch *img_cpu_arch(const char *abi_text);
/* are two ABI texts of one kind of CPU? */
bool img_abi_is_same_cpu(const char *a, const char *b);

/* the row of a feature by LLVM's name, or -1 */
int img_cpu_feature(const struct cpu_arch *arch, const char *name);

/* Can a loader on that system tell whether the machine has it? `abi_text` as above. */
bool img_cpu_testable(const struct cpu_arch *arch, unsigned feature, const char *abi_text);

static inline bool img_cpu_has(const uint64_t set[IMG_FEATURE_WORDS], unsigned feature)
{
	return set[feature / 64] >> feature % 64 & 1;
}

static inline void img_cpu_add(uint64_t set[IMG_FEATURE_WORDS], unsigned feature)
{
	set[feature / 64] |= UINT64_C(1) << feature % 64;
}

/* "sse3, avx2 and 3 more": at most `most` names of the set (0: all); "feature 200" for bits that
 * no row has. arch may be NULL. returns the length it has or would have; NUL-terminated if size
 * is not 0 */
size_t img_cpu_names(const struct cpu_arch *arch, const uint64_t set[IMG_FEATURE_WORDS],
	unsigned most, const char *between, char *buf, size_t size);

#endif
