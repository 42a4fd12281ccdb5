/* RISC-V, 64 bits, on Linux: the single letters in AT_HWCAP, the rest by the riscv_hwprobe call
 * (Documentation/arch/riscv/hwprobe.rst). The columns: name, LLVM's name, word, bit, flags. */
#include "image/cpu_tables.h"

/* clang-format off */
#define RV_FEATURES(X) \
	X(I, "i", RV_LETTERS, 8, 0) \
	X(M, "m", RV_LETTERS, 12, 0) \
	X(A, "a", RV_LETTERS, 0, 0) \
	X(F, "f", RV_LETTERS, 5, 0) \
	X(D, "d", RV_LETTERS, 3, 0) \
	X(C, "c", RV_LETTERS, 2, 0) \
	X(ZMMUL, "zmmul", RV_LETTERS, 12, 0) \
	X(ZAAMO, "zaamo", RV_LETTERS, 0, 0) \
	X(ZALRSC, "zalrsc", RV_LETTERS, 0, 0) \
	X(ZICSR, "zicsr", CPU_ALWAYS, 0, 0) \
	X(ZIFENCEI, "zifencei", CPU_ALWAYS, 0, CPU_SAID) \
	X(V, "v", RV_LETTERS, 21, 0) \
	X(ZBA, "zba", RV_EXT0, 3, 0) \
	X(ZBB, "zbb", RV_EXT0, 4, 0) \
	X(ZBS, "zbs", RV_EXT0, 5, 0) \
	X(ZICBOZ, "zicboz", RV_EXT0, 6, CPU_SAID) \
	X(ZBC, "zbc", RV_EXT0, 7, 0) \
	X(ZBKB, "zbkb", RV_EXT0, 8, 0) \
	X(ZBKC, "zbkc", RV_EXT0, 9, 0) \
	X(ZBKX, "zbkx", RV_EXT0, 10, 0) \
	X(ZKND, "zknd", RV_EXT0, 11, 0) \
	X(ZKNE, "zkne", RV_EXT0, 12, 0) \
	X(ZKNH, "zknh", RV_EXT0, 13, 0) \
	X(ZKSED, "zksed", RV_EXT0, 14, 0) \
	X(ZKSH, "zksh", RV_EXT0, 15, 0) \
	X(ZKT, "zkt", RV_EXT0, 16, 0) \
	X(ZVBB, "zvbb", RV_EXT0, 17, 0) \
	X(ZVBC, "zvbc", RV_EXT0, 18, 0) \
	X(ZVKB, "zvkb", RV_EXT0, 19, 0) \
	X(ZVKG, "zvkg", RV_EXT0, 20, 0) \
	X(ZVKNED, "zvkned", RV_EXT0, 21, 0) \
	X(ZVKNHA, "zvknha", RV_EXT0, 22, 0) \
	X(ZVKNHB, "zvknhb", RV_EXT0, 23, 0) \
	X(ZVKSED, "zvksed", RV_EXT0, 24, 0) \
	X(ZVKSH, "zvksh", RV_EXT0, 25, 0) \
	X(ZVKT, "zvkt", RV_EXT0, 26, 0) \
	X(ZFH, "zfh", RV_EXT0, 27, 0) \
	X(ZFHMIN, "zfhmin", RV_EXT0, 28, 0) \
	X(ZVFH, "zvfh", RV_EXT0, 30, 0) \
	X(ZVFHMIN, "zvfhmin", RV_EXT0, 31, 0) \
	X(ZFA, "zfa", RV_EXT0, 32, 0) \
	X(ZTSO, "ztso", RV_EXT0, 33, 0) \
	X(EXPERIMENTAL_ZACAS, "experimental-zacas", RV_EXT0, 34, 0) \
	X(ZICOND, "zicond", RV_EXT0, 35, 0) \
	X(ZVE32X, "zve32x", RV_EXT0, 37, 0) \
	X(ZVE32F, "zve32f", RV_EXT0, 38, 0) \
	X(ZVE64X, "zve64x", RV_EXT0, 39, 0) \
	X(ZVE64F, "zve64f", RV_EXT0, 40, 0) \
	X(ZVE64D, "zve64d", RV_EXT0, 41, 0) \
	X(ZIMOP, "zimop", RV_EXT0, 42, CPU_SAID) \
	X(ZCA, "zca", RV_EXT0, 43, 0) \
	X(ZCB, "zcb", RV_EXT0, 44, 0) \
	X(ZCD, "zcd", RV_EXT0, 45, 0) \
	X(ZCMOP, "zcmop", RV_EXT0, 47, CPU_SAID) \
	X(ZAWRS, "zawrs", RV_EXT0, 48, CPU_SAID) \
	X(EXPERIMENTAL_SUPM, "experimental-supm", RV_EXT0, 49, CPU_SAID) \
	X(ZICNTR, "zicntr", RV_EXT0, 50, CPU_SAID) \
	X(ZIHPM, "zihpm", RV_EXT0, 51, CPU_SAID) \
	X(ZFBFMIN, "zfbfmin", RV_EXT0, 52, 0) \
	X(ZVFBFMIN, "zvfbfmin", RV_EXT0, 53, 0) \
	X(ZVFBFWMA, "zvfbfwma", RV_EXT0, 54, 0) \
	X(ZICBOM, "zicbom", RV_EXT0, 55, CPU_SAID) \
	X(ZABHA, "zabha", RV_EXT0, 58, 0) \
	X(ZVL32B, "zvl32b", RV_VLEN, 5, 0) \
	X(ZVL64B, "zvl64b", RV_VLEN, 6, 0) \
	X(ZVL128B, "zvl128b", RV_VLEN, 7, 0) \
	X(ZVL256B, "zvl256b", RV_VLEN, 8, 0) \
	X(ZVL512B, "zvl512b", RV_VLEN, 9, 0) \
	X(ZVL1024B, "zvl1024b", RV_VLEN, 10, 0) \
	X(ZVL2048B, "zvl2048b", RV_VLEN, 11, 0) \
	X(ZVL4096B, "zvl4096b", RV_VLEN, 12, 0) \
	X(ZVL8192B, "zvl8192b", RV_VLEN, 13, 0) \
	X(ZVL16384B, "zvl16384b", RV_VLEN, 14, 0) \
	X(ZVL32768B, "zvl32768b", RV_VLEN, 15, 0) \
	X(ZVL65536B, "zvl65536b", RV_VLEN, 16, 0) \
	X(UNALIGNED_VECTOR_MEM, "unaligned-vector-mem", RV_MISC, 0, 0) \
	X(E, "e", CPU_NOWHERE, 0, 0) \
	X(ZCF, "zcf", CPU_NOWHERE, 0, 0) \
	X(ZCMP, "zcmp", CPU_NOWHERE, 0, 0) \
	X(ZCMT, "zcmt", CPU_NOWHERE, 0, 0) \
	X(ZAMA16B, "zama16b", CPU_NOWHERE, 0, 0) \
	X(ZFINX, "zfinx", CPU_NOWHERE, 0, 0) \
	X(ZDINX, "zdinx", CPU_NOWHERE, 0, 0) \
	X(ZHINX, "zhinx", CPU_NOWHERE, 0, 0) \
	X(ZHINXMIN, "zhinxmin", CPU_NOWHERE, 0, 0) \
	X(ZKR, "zkr", CPU_NOWHERE, 0, CPU_SAID) \
	X(EXPERIMENTAL_ZALASR, "experimental-zalasr", CPU_NOWHERE, 0, 0) \
	X(EXPERIMENTAL_ZICFILP, "experimental-zicfilp", CPU_NOWHERE, 0, CPU_SAID) \
	X(EXPERIMENTAL_ZICFISS, "experimental-zicfiss", CPU_NOWHERE, 0, CPU_SAID) \
	X(XCVALU, "xcvalu", CPU_NOWHERE, 0, 0) \
	X(XCVBI, "xcvbi", CPU_NOWHERE, 0, 0) \
	X(XCVBITMANIP, "xcvbitmanip", CPU_NOWHERE, 0, 0) \
	X(XCVELW, "xcvelw", CPU_NOWHERE, 0, 0) \
	X(XCVMAC, "xcvmac", CPU_NOWHERE, 0, 0) \
	X(XCVMEM, "xcvmem", CPU_NOWHERE, 0, 0) \
	X(XCVSIMD, "xcvsimd", CPU_NOWHERE, 0, 0) \
	X(XSFVCP, "xsfvcp", CPU_NOWHERE, 0, 0) \
	X(XSFVFNRCLIPXFQF, "xsfvfnrclipxfqf", CPU_NOWHERE, 0, 0) \
	X(XSFVFWMACCQQQ, "xsfvfwmaccqqq", CPU_NOWHERE, 0, 0) \
	X(XSFVQMACCDOD, "xsfvqmaccdod", CPU_NOWHERE, 0, 0) \
	X(XSFVQMACCQOQ, "xsfvqmaccqoq", CPU_NOWHERE, 0, 0) \
	X(XTHEADBA, "xtheadba", CPU_NOWHERE, 0, 0) \
	X(XTHEADBB, "xtheadbb", CPU_NOWHERE, 0, 0) \
	X(XTHEADBS, "xtheadbs", CPU_NOWHERE, 0, 0) \
	X(XTHEADCMO, "xtheadcmo", CPU_NOWHERE, 0, 0) \
	X(XTHEADCONDMOV, "xtheadcondmov", CPU_NOWHERE, 0, 0) \
	X(XTHEADFMEMIDX, "xtheadfmemidx", CPU_NOWHERE, 0, 0) \
	X(XTHEADMAC, "xtheadmac", CPU_NOWHERE, 0, 0) \
	X(XTHEADMEMIDX, "xtheadmemidx", CPU_NOWHERE, 0, 0) \
	X(XTHEADMEMPAIR, "xtheadmempair", CPU_NOWHERE, 0, 0) \
	X(XTHEADSYNC, "xtheadsync", CPU_NOWHERE, 0, 0) \
	X(XTHEADVDOT, "xtheadvdot", CPU_NOWHERE, 0, 0) \
	X(XVENTANACONDOPS, "xventanacondops", CPU_NOWHERE, 0, 0) \
	X(XWCHC, "xwchc", CPU_NOWHERE, 0, 0)
/* clang-format on */

enum {
#define X(id, name, word, bit, flags) F_##id,
	RV_FEATURES(X)
#undef X
		NFEATURES
};
_Static_assert(NFEATURES <= 64 * IMG_FEATURE_WORDS, "image/FORMAT.md 5");

static const struct cpu_feature rv_features[NFEATURES] = {
#define X(id, name, word, bit, flags) { name, word, bit, 0, flags, 0, "" },
	RV_FEATURES(X)
#undef X
};

/* the profiles, as far as code depends on them */
enum { L_RV64I, L_RV64GC, L_RVA20U64, L_RVA22U64, L_RVA22U64V, L_RVA23U64, NLEVELS };
static const struct cpu_level rv_levels[NLEVELS] = {
	[L_RV64I] = { "rv64i", L_RV64I, 2, { F_I, F_ZICSR } },
	[L_RV64GC] = { "rv64gc", L_RV64I, 10,
		{ F_M, F_A, F_ZMMUL, F_ZAAMO, F_ZALRSC, F_F, F_D, F_C, F_ZCA, F_ZCD } },
	[L_RVA20U64] = { "rva20u64", L_RV64GC, 0, { 0 } },
	[L_RVA22U64] = { "rva22u64", L_RVA20U64, 5, { F_ZBA, F_ZBB, F_ZBS, F_ZFHMIN, F_ZKT } },
	[L_RVA22U64V] = { "rva22u64v", L_RVA22U64, 9,
		{ F_V, F_ZVE32X, F_ZVE32F, F_ZVE64X, F_ZVE64F, F_ZVE64D, F_ZVL32B, F_ZVL64B,
			F_ZVL128B } },
	[L_RVA23U64] = { "rva23u64", L_RVA22U64V, 9,
		{ F_ZCA, F_ZCB, F_ZCD, F_ZFA, F_ZICOND, F_ZVBB, F_ZVKB, F_ZVFHMIN, F_ZVKT } },
};

CPU_TABLE const struct cpu_arch img_cpu_riscv64 = { rv_features, rv_levels, NFEATURES, NLEVELS,
	RV_WORDS, L_RV64GC, "riscv64" };
