/* x86, 32 and 64 bits. CPUID as in Intel's SDM 2A "CPUID" and AMD's APM 3 E; what a system must
 * save is in XCR0 (SDM 1, 13). The columns: name, LLVM's name, word, bit, state, flags. */
#include "image/cpu_tables.h"

/* clang-format off */
#define X86_FEATURES(X) \
	X(X87, "x87", X86_1D, 0, X86_ANY, 0) \
	X(CX8, "cx8", X86_1D, 8, X86_ANY, 0) \
	X(CMOV, "cmov", X86_1D, 15, X86_ANY, 0) \
	X(MMX, "mmx", X86_1D, 23, X86_ANY, 0) \
	X(FXSR, "fxsr", X86_1D, 24, X86_ANY, 0) \
	X(SSE, "sse", X86_1D, 25, X86_ANY, 0) \
	X(SSE2, "sse2", X86_1D, 26, X86_ANY, 0) \
	X(NOPL, "nopl", X86_FAMILY, 6, X86_ANY, 0) \
	X(SSE3, "sse3", X86_1C, 0, X86_ANY, 0) \
	X(PCLMUL, "pclmul", X86_1C, 1, X86_ANY, 0) \
	X(SSSE3, "ssse3", X86_1C, 9, X86_ANY, 0) \
	X(FMA, "fma", X86_1C, 12, X86_YMM, 0) \
	X(CX16, "cx16", X86_1C, 13, X86_ANY, 0) \
	X(SSE4_1, "sse4.1", X86_1C, 19, X86_ANY, 0) \
	X(SSE4_2, "sse4.2", X86_1C, 20, X86_ANY, 0) \
	X(CRC32, "crc32", X86_1C, 20, X86_ANY, 0) \
	X(MOVBE, "movbe", X86_1C, 22, X86_ANY, 0) \
	X(POPCNT, "popcnt", X86_1C, 23, X86_ANY, 0) \
	X(AES, "aes", X86_1C, 25, X86_ANY, 0) \
	X(XSAVE, "xsave", X86_1C, 27, X86_ANY, 0) \
	X(AVX, "avx", X86_1C, 28, X86_YMM, 0) \
	X(F16C, "f16c", X86_1C, 29, X86_YMM, 0) \
	X(RDRND, "rdrnd", X86_1C, 30, X86_ANY, CPU_SAID) \
	X(SAHF, "sahf", X86_8001C, 0, X86_ANY, 0) \
	X(LZCNT, "lzcnt", X86_8001C, 5, X86_ANY, 0) \
	X(SSE4A, "sse4a", X86_8001C, 6, X86_ANY, 0) \
	X(PRFCHW, "prfchw", X86_8001C, 8, X86_ANY, CPU_SAID) \
	X(XOP, "xop", X86_8001C, 11, X86_YMM, 0) \
	X(LWP, "lwp", X86_8001C, 15, X86_YMM, CPU_SAID) \
	X(FMA4, "fma4", X86_8001C, 16, X86_YMM, 0) \
	X(TBM, "tbm", X86_8001C, 21, X86_ANY, 0) \
	X(MWAITX, "mwaitx", X86_8001C, 29, X86_ANY, CPU_SAID) \
	X(CLZERO, "clzero", X86_8008B, 0, X86_ANY, CPU_SAID) \
	X(RDPRU, "rdpru", X86_8008B, 4, X86_ANY, CPU_SAID) \
	X(WBNOINVD, "wbnoinvd", X86_8008B, 9, X86_ANY, CPU_SAID) \
	X(FSGSBASE, "fsgsbase", X86_7B, 0, X86_ANY, CPU_SAID) \
	X(SGX, "sgx", X86_7B, 2, X86_ANY, CPU_SAID) \
	X(BMI, "bmi", X86_7B, 3, X86_ANY, 0) \
	X(AVX2, "avx2", X86_7B, 5, X86_YMM, 0) \
	X(BMI2, "bmi2", X86_7B, 8, X86_ANY, 0) \
	X(INVPCID, "invpcid", X86_7B, 10, X86_ANY, CPU_SAID) \
	X(RTM, "rtm", X86_7B, 11, X86_ANY, CPU_SAID) \
	X(AVX512F, "avx512f", X86_7B, 16, X86_ZMM, 0) \
	X(AVX512DQ, "avx512dq", X86_7B, 17, X86_ZMM, 0) \
	X(RDSEED, "rdseed", X86_7B, 18, X86_ANY, CPU_SAID) \
	X(ADX, "adx", X86_7B, 19, X86_ANY, 0) \
	X(AVX512IFMA, "avx512ifma", X86_7B, 21, X86_ZMM, 0) \
	X(CLFLUSHOPT, "clflushopt", X86_7B, 23, X86_ANY, CPU_SAID) \
	X(CLWB, "clwb", X86_7B, 24, X86_ANY, CPU_SAID) \
	X(AVX512CD, "avx512cd", X86_7B, 28, X86_ZMM, 0) \
	X(SHA, "sha", X86_7B, 29, X86_ANY, 0) \
	X(AVX512BW, "avx512bw", X86_7B, 30, X86_ZMM, 0) \
	X(AVX512VL, "avx512vl", X86_7B, 31, X86_ZMM, 0) \
	X(EVEX512, "evex512", X86_7B, 16, X86_ZMM, 0) \
	X(AVX512VBMI, "avx512vbmi", X86_7C, 1, X86_ZMM, 0) \
	X(PKU, "pku", X86_7C, 4, X86_ANY, CPU_SAID) \
	X(WAITPKG, "waitpkg", X86_7C, 5, X86_ANY, CPU_SAID) \
	X(AVX512VBMI2, "avx512vbmi2", X86_7C, 6, X86_ZMM, 0) \
	X(SHSTK, "shstk", X86_7C, 7, X86_ANY, CPU_SAID) \
	X(GFNI, "gfni", X86_7C, 8, X86_ANY, 0) \
	X(VAES, "vaes", X86_7C, 9, X86_YMM, 0) \
	X(VPCLMULQDQ, "vpclmulqdq", X86_7C, 10, X86_YMM, 0) \
	X(AVX512VNNI, "avx512vnni", X86_7C, 11, X86_ZMM, 0) \
	X(AVX512BITALG, "avx512bitalg", X86_7C, 12, X86_ZMM, 0) \
	X(AVX512VPOPCNTDQ, "avx512vpopcntdq", X86_7C, 14, X86_ZMM, 0) \
	X(RDPID, "rdpid", X86_7C, 22, X86_ANY, CPU_SAID) \
	X(KL, "kl", X86_7C, 23, X86_ANY, CPU_SAID) \
	X(CLDEMOTE, "cldemote", X86_7C, 25, X86_ANY, CPU_SAID) \
	X(MOVDIRI, "movdiri", X86_7C, 27, X86_ANY, CPU_SAID) \
	X(MOVDIR64B, "movdir64b", X86_7C, 28, X86_ANY, CPU_SAID) \
	X(ENQCMD, "enqcmd", X86_7C, 29, X86_ANY, CPU_SAID) \
	X(UINTR, "uintr", X86_7D, 5, X86_ANY, CPU_SAID) \
	X(AVX512VP2INTERSECT, "avx512vp2intersect", X86_7D, 8, X86_ZMM, 0) \
	X(SERIALIZE, "serialize", X86_7D, 14, X86_ANY, CPU_SAID) \
	X(TSXLDTRK, "tsxldtrk", X86_7D, 16, X86_ANY, CPU_SAID) \
	X(PCONFIG, "pconfig", X86_7D, 18, X86_ANY, CPU_SAID) \
	X(AMX_BF16, "amx-bf16", X86_7D, 22, X86_TILE, CPU_SAID) \
	X(AVX512FP16, "avx512fp16", X86_7D, 23, X86_ZMM, 0) \
	X(AMX_TILE, "amx-tile", X86_7D, 24, X86_TILE, CPU_SAID) \
	X(AMX_INT8, "amx-int8", X86_7D, 25, X86_TILE, CPU_SAID) \
	X(SHA512, "sha512", X86_71A, 0, X86_YMM, 0) \
	X(SM3, "sm3", X86_71A, 1, X86_YMM, 0) \
	X(SM4, "sm4", X86_71A, 2, X86_YMM, 0) \
	X(RAOINT, "raoint", X86_71A, 3, X86_ANY, CPU_SAID) \
	X(AVXVNNI, "avxvnni", X86_71A, 4, X86_YMM, 0) \
	X(AVX512BF16, "avx512bf16", X86_71A, 5, X86_ZMM, 0) \
	X(CMPCCXADD, "cmpccxadd", X86_71A, 7, X86_ANY, 0) \
	X(AMX_FP16, "amx-fp16", X86_71A, 21, X86_TILE, CPU_SAID) \
	X(HRESET, "hreset", X86_71A, 22, X86_ANY, CPU_SAID) \
	X(AVXIFMA, "avxifma", X86_71A, 23, X86_YMM, 0) \
	X(AVXVNNIINT8, "avxvnniint8", X86_71D, 4, X86_YMM, 0) \
	X(AVXNECONVERT, "avxneconvert", X86_71D, 5, X86_YMM, 0) \
	X(AMX_COMPLEX, "amx-complex", X86_71D, 8, X86_TILE, CPU_SAID) \
	X(AVXVNNIINT16, "avxvnniint16", X86_71D, 10, X86_YMM, 0) \
	X(PREFETCHI, "prefetchi", X86_71D, 14, X86_ANY, CPU_SAID) \
	X(USERMSR, "usermsr", X86_71D, 15, X86_ANY, CPU_SAID) \
	X(AVX10_1_256, "avx10.1-256", X86_71D, 19, X86_ZMM, 0) \
	X(AVX10_1_512, "avx10.1-512", X86_24B, 18, X86_ZMM, 0) \
	X(EGPR, "egpr", X86_71D, 21, X86_APX, 0) \
	X(PUSH2POP2, "push2pop2", X86_71D, 21, X86_APX, 0) \
	X(PPX, "ppx", X86_71D, 21, X86_APX, 0) \
	X(NDD, "ndd", X86_71D, 21, X86_APX, 0) \
	X(CCMP, "ccmp", X86_71D, 21, X86_APX, 0) \
	X(NF, "nf", X86_71D, 21, X86_APX, 0) \
	X(CF, "cf", X86_71D, 21, X86_APX, 0) \
	X(ZU, "zu", X86_71D, 21, X86_APX, 0) \
	X(XSAVEOPT, "xsaveopt", X86_D1A, 0, X86_YMM, CPU_SAID) \
	X(XSAVEC, "xsavec", X86_D1A, 1, X86_YMM, CPU_SAID) \
	X(XSAVES, "xsaves", X86_D1A, 3, X86_YMM, CPU_SAID) \
	X(PTWRITE, "ptwrite", X86_14B, 4, X86_ANY, CPU_SAID) \
	X(WIDEKL, "widekl", X86_19B, 2, X86_ANY, CPU_SAID) \
	X(SSE_UNALIGNED_MEM, "sse-unaligned-mem", X86_8001C, 7, X86_ANY, 0)
/* clang-format on */

enum {
#define X(id, name, word, bit, state, flags) F_##id,
	X86_FEATURES(X)
#undef X
		NFEATURES
};
_Static_assert(NFEATURES <= 64 * IMG_FEATURE_WORDS, "image/FORMAT.md 5");

static const struct cpu_feature x86_features[NFEATURES] = {
#define X(id, name, word, bit, state, flags) { name, word, bit, state, flags, 0, "" },
	X86_FEATURES(X)
#undef X
};

/* the psABI's levels, and two below them for 32 bits */
enum { L_I686, L_PENTIUM4, L_X86_64, L_X86_64_V2, L_X86_64_V3, L_X86_64_V4, NLEVELS };
static const struct cpu_level x86_levels[NLEVELS] = {
	[L_I686] = { "i686", L_I686, 3, { F_X87, F_CX8, F_CMOV } },
	[L_PENTIUM4] = { "pentium4", L_I686, 5, { F_MMX, F_FXSR, F_SSE, F_SSE2, F_NOPL } },
	[L_X86_64] = { "x86-64", L_PENTIUM4, 0, { 0 } },
	[L_X86_64_V2] = { "x86-64-v2", L_X86_64, 8,
		{ F_CX16, F_SAHF, F_POPCNT, F_CRC32, F_SSE3, F_SSSE3, F_SSE4_1, F_SSE4_2 } },
	[L_X86_64_V3] = { "x86-64-v3", L_X86_64_V2, 9,
		{ F_AVX, F_AVX2, F_BMI, F_BMI2, F_F16C, F_FMA, F_LZCNT, F_MOVBE, F_XSAVE } },
	[L_X86_64_V4] = { "x86-64-v4", L_X86_64_V3, 6,
		{ F_AVX512F, F_AVX512BW, F_AVX512CD, F_AVX512DQ, F_AVX512VL, F_EVEX512 } },
};

CPU_TABLE const struct cpu_arch img_cpu_x86_64 = { x86_features, x86_levels, NFEATURES, NLEVELS,
	X86_WORDS, L_X86_64, "x86_64" };
CPU_TABLE const struct cpu_arch img_cpu_i386 = { x86_features, x86_levels, NFEATURES, NLEVELS,
	X86_WORDS, L_I686, "i386" };
