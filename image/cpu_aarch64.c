/* AArch64. Linux: AT_HWCAP and AT_HWCAP2 (Documentation/arch/arm64/elf_hwcaps.rst); Windows: the
 * numbers PF_ARM_... of IsProcessorFeaturePresent; macOS: sysctl hw.optional.arm.FEAT_... The
 * columns: name, LLVM's name, word, bit, flags, Windows, macOS. */
#include "image/cpu_tables.h"

/* clang-format off */
#define A64_FEATURES(X) \
	X(FP_ARMV8, "fp-armv8", A64_HWCAP, 0, 0, A64_V8, "*") \
	X(NEON, "neon", A64_HWCAP, 1, 0, A64_V8, "*") \
	X(AES, "aes", A64_HWCAP, 4, 0, 30, "FEAT_PMULL") \
	X(SHA2, "sha2", A64_HWCAP, 6, 0, 30, "FEAT_SHA256") \
	X(CRC, "crc", A64_HWCAP, 7, 0, 31, "FEAT_CRC32") \
	X(LSE, "lse", A64_HWCAP, 8, 0, 34, "FEAT_LSE") \
	X(FULLFP16, "fullfp16", A64_HWCAP, 10, 0, 67, "FEAT_FP16") \
	X(RDM, "rdm", A64_HWCAP, 12, 0, 0, "FEAT_RDM") \
	X(JSCONV, "jsconv", A64_HWCAP, 13, 0, 44, "FEAT_JSCVT") \
	X(COMPLXNUM, "complxnum", A64_HWCAP, 14, 0, 0, "FEAT_FCMA") \
	X(RCPC, "rcpc", A64_HWCAP, 15, 0, 45, "FEAT_LRCPC") \
	X(CCPP, "ccpp", A64_HWCAP, 16, CPU_SAID, 0, "FEAT_DPB") \
	X(SHA3, "sha3", A64_HWCAP, 17, 0, 64, "FEAT_SHA3") \
	X(SM4, "sm4", A64_HWCAP, 19, 0, 0, "") \
	X(DOTPROD, "dotprod", A64_HWCAP, 20, 0, 43, "FEAT_DotProd") \
	X(SVE, "sve", A64_HWCAP, 22, 0, 46, "") \
	X(FP16FML, "fp16fml", A64_HWCAP, 23, 0, 0, "FEAT_FHM") \
	X(DIT, "dit", A64_HWCAP, 24, CPU_SAID, 0, "FEAT_DIT") \
	X(LSE2, "lse2", A64_HWCAP, 25, 0, 62, "FEAT_LSE2") \
	X(RCPC_IMMO, "rcpc-immo", A64_HWCAP, 26, 0, 0, "FEAT_LRCPC2") \
	X(FLAGM, "flagm", A64_HWCAP, 27, 0, 0, "FEAT_FlagM") \
	X(SSBS, "ssbs", A64_HWCAP, 28, CPU_SAID, 0, "FEAT_SSBS") \
	X(SB, "sb", A64_HWCAP, 29, CPU_SAID, 0, "FEAT_SB") \
	X(PAUTH, "pauth", A64_HWCAP, 30, 0, 0, "FEAT_PAuth") \
	X(GCS, "gcs", A64_HWCAP, 32, CPU_SAID, 0, "") \
	X(CCDP, "ccdp", A64_HWCAP2, 0, CPU_SAID, 0, "FEAT_DPB2") \
	X(SVE2, "sve2", A64_HWCAP2, 1, 0, 47, "") \
	X(SVE2_AES, "sve2-aes", A64_HWCAP2, 3, 0, 50, "") \
	X(SVE2_BITPERM, "sve2-bitperm", A64_HWCAP2, 4, 0, 51, "") \
	X(SVE2_SHA3, "sve2-sha3", A64_HWCAP2, 5, 0, 55, "") \
	X(SVE2_SM4, "sve2-sm4", A64_HWCAP2, 6, 0, 56, "") \
	X(ALTNZCV, "altnzcv", A64_HWCAP2, 7, 0, 0, "FEAT_FlagM2") \
	X(FPTOINT, "fptoint", A64_HWCAP2, 8, 0, 0, "FEAT_FRINTTS") \
	X(F32MM, "f32mm", A64_HWCAP2, 10, 0, 58, "") \
	X(F64MM, "f64mm", A64_HWCAP2, 11, 0, 59, "") \
	X(I8MM, "i8mm", A64_HWCAP2, 13, 0, 66, "FEAT_I8MM") \
	X(BF16, "bf16", A64_HWCAP2, 14, 0, 68, "FEAT_BF16") \
	X(RAND, "rand", A64_HWCAP2, 16, CPU_SAID, 0, "") \
	X(BTI, "bti", A64_HWCAP2, 17, CPU_SAID, 0, "FEAT_BTI") \
	X(MTE, "mte", A64_HWCAP2, 18, CPU_SAID, 0, "FEAT_MTE") \
	X(ECV, "ecv", A64_HWCAP2, 19, CPU_SAID, 0, "FEAT_ECV") \
	X(SME, "sme", A64_HWCAP2, 23, CPU_SAID, 70, "FEAT_SME") \
	X(SME_I16I64, "sme-i16i64", A64_HWCAP2, 24, CPU_SAID, 0, "FEAT_SME_I16I64") \
	X(SME_F64F64, "sme-f64f64", A64_HWCAP2, 25, CPU_SAID, 0, "FEAT_SME_F64F64") \
	X(SME_FA64, "sme-fa64", A64_HWCAP2, 30, CPU_SAID, 0, "") \
	X(WFXT, "wfxt", A64_HWCAP2, 31, CPU_SAID, 0, "FEAT_WFxT") \
	X(CSSC, "cssc", A64_HWCAP2, 34, 0, 0, "FEAT_CSSC") \
	X(SVE2P1, "sve2p1", A64_HWCAP2, 36, 0, 48, "") \
	X(SME2, "sme2", A64_HWCAP2, 37, CPU_SAID, 71, "FEAT_SME2") \
	X(SME2P1, "sme2p1", A64_HWCAP2, 38, CPU_SAID, 72, "FEAT_SME2p1") \
	X(SME_B16B16, "sme-b16b16", A64_HWCAP2, 41, CPU_SAID, 0, "FEAT_SME_B16B16") \
	X(SME_F16F16, "sme-f16f16", A64_HWCAP2, 42, CPU_SAID, 0, "FEAT_SME_F16F16") \
	X(MOPS, "mops", A64_HWCAP2, 43, 0, 0, "") \
	X(HBC, "hbc", A64_HWCAP2, 44, CPU_SAID, 0, "FEAT_HBC") \
	X(B16B16, "b16b16", A64_HWCAP2, 45, 0, 54, "") \
	X(SVE_B16B16, "sve-b16b16", A64_HWCAP2, 45, 0, 54, "") \
	X(RCPC3, "rcpc3", A64_HWCAP2, 46, 0, 0, "") \
	X(LSE128, "lse128", A64_HWCAP2, 47, 0, 0, "") \
	X(LUT, "lut", A64_HWCAP2, 49, 0, 0, "") \
	X(FAMINMAX, "faminmax", A64_HWCAP2, 50, 0, 0, "") \
	X(FP8, "fp8", A64_HWCAP2, 51, 0, 0, "") \
	X(FP8FMA, "fp8fma", A64_HWCAP2, 52, 0, 0, "") \
	X(FP8DOT4, "fp8dot4", A64_HWCAP2, 53, 0, 0, "") \
	X(FP8DOT2, "fp8dot2", A64_HWCAP2, 54, 0, 0, "") \
	X(SME_LUTV2, "sme-lutv2", A64_HWCAP2, 57, CPU_SAID, 0, "") \
	X(SME_F8F16, "sme-f8f16", A64_HWCAP2, 58, CPU_SAID, 0, "") \
	X(SME_F8F32, "sme-f8f32", A64_HWCAP2, 59, CPU_SAID, 0, "") \
	X(SSVE_FP8FMA, "ssve-fp8fma", A64_HWCAP2, 60, CPU_SAID, 0, "") \
	X(SSVE_FP8DOT4, "ssve-fp8dot4", A64_HWCAP2, 61, CPU_SAID, 0, "") \
	X(SSVE_FP8DOT2, "ssve-fp8dot2", A64_HWCAP2, 62, CPU_SAID, 0, "") \
	X(LS64, "ls64", CPU_NOWHERE, 0, CPU_SAID, 0, "") \
	X(TME, "tme", CPU_NOWHERE, 0, CPU_SAID, 0, "") \
	X(THE, "the", CPU_NOWHERE, 0, CPU_SAID, 0, "") \
	X(D128, "d128", CPU_NOWHERE, 0, CPU_SAID, 0, "") \
	X(CPA, "cpa", CPU_NOWHERE, 0, CPU_SAID, 0, "") \
	X(PAUTH_LR, "pauth-lr", CPU_NOWHERE, 0, 0, 0, "")
/* clang-format on */

enum { A64_V8 = 29 }; /* PF_ARM_V8_INSTRUCTIONS_AVAILABLE */

enum {
#define X(id, name, word, bit, flags, windows, apple) F_##id,
	A64_FEATURES(X)
#undef X
		NFEATURES
};
_Static_assert(NFEATURES <= 64 * IMG_FEATURE_WORDS, "image/FORMAT.md 5");

static const struct cpu_feature a64_features[NFEATURES] = {
#define X(id, name, word, bit, flags, windows, apple) { name, word, bit, 0, flags, windows, apple },
	A64_FEATURES(X)
#undef X
};

/* what an architecture version makes mandatory; without what only the options of one have */
enum {
	L_ARMV8_A,
	L_ARMV8_1_A,
	L_ARMV8_2_A,
	L_ARMV8_3_A,
	L_ARMV8_4_A,
	L_ARMV8_5_A,
	L_ARMV8_6_A,
	L_ARMV8_7_A,
	L_ARMV8_8_A,
	L_ARMV8_9_A,
	L_ARMV9_A,
	L_ARMV9_1_A,
	L_ARMV9_2_A,
	L_ARMV9_3_A,
	L_ARMV9_4_A,
	NLEVELS
};
static const struct cpu_level a64_levels[NLEVELS] = {
	[L_ARMV8_A] = { "armv8-a", L_ARMV8_A, 2, { F_FP_ARMV8, F_NEON } },
	[L_ARMV8_1_A] = { "armv8.1-a", L_ARMV8_A, 3, { F_CRC, F_LSE, F_RDM } },
	[L_ARMV8_2_A] = { "armv8.2-a", L_ARMV8_1_A, 0, { 0 } },
	[L_ARMV8_3_A] = { "armv8.3-a", L_ARMV8_2_A, 4, { F_COMPLXNUM, F_JSCONV, F_PAUTH, F_RCPC } },
	[L_ARMV8_4_A] = { "armv8.4-a", L_ARMV8_3_A, 4,
		{ F_DOTPROD, F_FLAGM, F_LSE2, F_RCPC_IMMO } },
	[L_ARMV8_5_A] = { "armv8.5-a", L_ARMV8_4_A, 2, { F_ALTNZCV, F_FPTOINT } },
	[L_ARMV8_6_A] = { "armv8.6-a", L_ARMV8_5_A, 2, { F_BF16, F_I8MM } },
	[L_ARMV8_7_A] = { "armv8.7-a", L_ARMV8_6_A, 0, { 0 } },
	[L_ARMV8_8_A] = { "armv8.8-a", L_ARMV8_7_A, 1, { F_MOPS } },
	[L_ARMV8_9_A] = { "armv8.9-a", L_ARMV8_8_A, 1, { F_CSSC } },
	[L_ARMV9_A] = { "armv9-a", L_ARMV8_5_A, 3, { F_FULLFP16, F_SVE, F_SVE2 } },
	[L_ARMV9_1_A] = { "armv9.1-a", L_ARMV9_A, 2, { F_BF16, F_I8MM } },
	[L_ARMV9_2_A] = { "armv9.2-a", L_ARMV9_1_A, 0, { 0 } },
	[L_ARMV9_3_A] = { "armv9.3-a", L_ARMV9_2_A, 1, { F_MOPS } },
	[L_ARMV9_4_A] = { "armv9.4-a", L_ARMV9_3_A, 2, { F_CSSC, F_SVE2P1 } },
};

CPU_TABLE const struct cpu_arch img_cpu_aarch64 = { a64_features, a64_levels, NFEATURES, NLEVELS,
	A64_WORDS, L_ARMV8_A, "aarch64" };
