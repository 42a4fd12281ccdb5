/* What __builtin_cpu_supports and target_clones ask on AArch64: bits of __aarch64_cpu_features, and
 * the features that each stands for, in image/cpu_aarch64.c's words. (LLVM's own table says which
 * features a function with the extension may use, which is less than the extension.) The numbers
 * are LLVM's: include llvm/TargetParser/AArch64CPUFeatures.inc before the macro is used. What is in
 * no row is never there: DGH, RPRES, EBF16, PREDRES, LS64. */
#ifndef IMAGE_CPU_QUERIES_H
#define IMAGE_CPU_QUERIES_H

/* clang-format off */
#define CPU_QUERIES_AARCH64(X) \
	X(FEAT_RNG, "rand", "") \
	X(FEAT_FLAGM, "flagm", "") \
	X(FEAT_FLAGM2, "flagm", "altnzcv") \
	X(FEAT_FP16FML, "fp16fml", "") \
	X(FEAT_DOTPROD, "dotprod", "") \
	X(FEAT_SM4, "sm4", "") \
	X(FEAT_RDM, "rdm", "") \
	X(FEAT_LSE, "lse", "") \
	X(FEAT_FP, "fp-armv8", "") \
	X(FEAT_SIMD, "neon", "") \
	X(FEAT_CRC, "crc", "") \
	X(FEAT_SHA1, "sha2", "") \
	X(FEAT_SHA2, "sha2", "") \
	X(FEAT_SHA3, "sha3", "") \
	X(FEAT_AES, "aes", "") \
	X(FEAT_PMULL, "aes", "") \
	X(FEAT_FP16, "fullfp16", "") \
	X(FEAT_DIT, "dit", "") \
	X(FEAT_DPB, "ccpp", "") \
	X(FEAT_DPB2, "ccpp", "ccdp") \
	X(FEAT_JSCVT, "jsconv", "") \
	X(FEAT_FCMA, "complxnum", "") \
	X(FEAT_RCPC, "rcpc", "") \
	X(FEAT_RCPC2, "rcpc-immo", "") \
	X(FEAT_FRINTTS, "fptoint", "") \
	X(FEAT_I8MM, "i8mm", "") \
	X(FEAT_BF16, "bf16", "") \
	X(FEAT_SVE, "sve", "") \
	X(FEAT_SVE_BF16, "sve", "bf16") \
	X(FEAT_SVE_I8MM, "sve", "i8mm") \
	X(FEAT_SVE_F32MM, "sve", "f32mm") \
	X(FEAT_SVE_F64MM, "sve", "f64mm") \
	X(FEAT_SVE2, "sve2", "") \
	X(FEAT_SVE_AES, "sve2", "sve2-aes") \
	X(FEAT_SVE_PMULL128, "sve2", "sve2-aes") \
	X(FEAT_SVE_BITPERM, "sve2", "sve2-bitperm") \
	X(FEAT_SVE_SHA3, "sve2", "sve2-sha3") \
	X(FEAT_SVE_SM4, "sve2", "sve2-sm4") \
	X(FEAT_SME, "sme", "") \
	X(FEAT_MEMTAG, "mte", "") \
	X(FEAT_MEMTAG2, "mte", "") \
	X(FEAT_SB, "sb", "") \
	X(FEAT_SSBS, "ssbs", "") \
	X(FEAT_SSBS2, "ssbs", "") \
	X(FEAT_BTI, "bti", "") \
	X(FEAT_WFXT, "wfxt", "") \
	X(FEAT_SME_F64, "sme", "sme-f64f64") \
	X(FEAT_SME_I64, "sme", "sme-i16i64") \
	X(FEAT_SME2, "sme2", "") \
	X(FEAT_RCPC3, "rcpc3", "") \
	X(FEAT_MOPS, "mops", "")
/* clang-format on */

#endif
