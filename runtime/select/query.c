/* What __builtin_cpu_supports, __builtin_cpu_is and target_clones look into: variables that
 * elsewhere libgcc.a or compiler-rt has, of which an image carries nothing. An image whose code
 * asks gets this file, compiled as select.c is. The layout is libgcc's ABI; the numbers of bits are
 * those of the LLVM that compiles the image's code. PKGIMG_CPU_CAP counts here as well.
 *
 * It is a constructor before others, and resolvers of ifuncs call it before that. */
#define PKGIMG_QUERY
#include "runtime/select/select.c"

#define EXPORT HIDDEN __attribute__((used))

static bool same_text(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

/* features of this machine under the cap; a cap that makes no sense is the selector's to report */
static void offered_features(uint64_t offered[IMG_FEATURE_WORDS])
{
	uint64_t all[IMG_FEATURE_WORDS];
	char cap[CAP_SIZE];
	const char *word;
	size_t len;

	for (unsigned w = 0; w < IMG_FEATURE_WORDS; w++)
		all[w] = UINT64_MAX;
	rt_cpu_detect(ARCH, all, offered);
	if (system_cap(cap, sizeof(cap)))
		rt_cpu_cap(ARCH, cap, offered, &word, &len);
}

static bool is_offered(const uint64_t offered[IMG_FEATURE_WORDS], const char *name)
{
	for (unsigned i = 0; i < ARCH->nfeatures; i++) {
		if (same_text(ARCH->features[i].name, name))
			return img_cpu_has(offered, i);
	}
	return false;
}

#if defined(__x86_64__) || defined(__i386__)

enum {
	VENDOR_NONE,
#define X86_VENDOR(ENUM, STR) ENUM,
#include <llvm/TargetParser/X86TargetParser.def>
	VENDOR_OTHER
};
enum {
	TYPE_NONE,
#define X86_CPU_TYPE(ENUM, STR) ENUM,
#include <llvm/TargetParser/X86TargetParser.def>
};
enum {
	SUBTYPE_NONE,
#define X86_CPU_SUBTYPE(ENUM, STR) ENUM,
#include <llvm/TargetParser/X86TargetParser.def>
};
enum {
#define X86_FEATURE(ENUM, STR) FEATURE_##ENUM,
#include <llvm/TargetParser/X86TargetParser.def>
#define X86_MICROARCH_LEVEL(ENUM, STR, PRIORITY) FEATURE_##ENUM = PRIORITY,
#include <llvm/TargetParser/X86TargetParser.def>
};

static const struct {
	char name[19];
	uint8_t bit;
} known_features[] = {
#define X86_FEATURE_COMPAT(ENUM, STR, PRIORITY) { STR, FEATURE_##ENUM },
#define X86_FEATURE(ENUM, STR)
#include <llvm/TargetParser/X86TargetParser.def>
}, known_levels[] = {
#define X86_MICROARCH_LEVEL(ENUM, STR, PRIORITY) { STR, FEATURE_##ENUM },
#include <llvm/TargetParser/X86TargetParser.def>
};

/* Makers' families and models, as CPUID's leaf 1 has them; `of` is an extension that tells apart
 * what shares a model. Later rows refine. */
enum { ANY_MODEL = 255 };
/* clang-format off */
static const struct {
	uint8_t vendor, family, first, last; /* models */
	uint8_t type, subtype;
	char of[11];
} known_models[] = {
	{ VENDOR_INTEL, 6, 0x0f, 0x0f, INTEL_CORE2, 0, "" },
	{ VENDOR_INTEL, 6, 0x16, 0x17, INTEL_CORE2, 0, "" },
	{ VENDOR_INTEL, 6, 0x1d, 0x1d, INTEL_CORE2, 0, "" },
	{ VENDOR_INTEL, 6, 0x1c, 0x1c, INTEL_BONNELL, 0, "" },
	{ VENDOR_INTEL, 6, 0x26, 0x27, INTEL_BONNELL, 0, "" },
	{ VENDOR_INTEL, 6, 0x35, 0x36, INTEL_BONNELL, 0, "" },
	{ VENDOR_INTEL, 6, 0x37, 0x37, INTEL_SILVERMONT, 0, "" },
	{ VENDOR_INTEL, 6, 0x4a, 0x4a, INTEL_SILVERMONT, 0, "" },
	{ VENDOR_INTEL, 6, 0x4c, 0x4d, INTEL_SILVERMONT, 0, "" },
	{ VENDOR_INTEL, 6, 0x5a, 0x5a, INTEL_SILVERMONT, 0, "" },
	{ VENDOR_INTEL, 6, 0x5d, 0x5d, INTEL_SILVERMONT, 0, "" },
	{ VENDOR_INTEL, 6, 0x5c, 0x5c, INTEL_GOLDMONT, 0, "" },
	{ VENDOR_INTEL, 6, 0x5f, 0x5f, INTEL_GOLDMONT, 0, "" },
	{ VENDOR_INTEL, 6, 0x7a, 0x7a, INTEL_GOLDMONT_PLUS, 0, "" },
	{ VENDOR_INTEL, 6, 0x86, 0x86, INTEL_TREMONT, 0, "" },
	{ VENDOR_INTEL, 6, 0x57, 0x57, INTEL_KNL, 0, "" },
	{ VENDOR_INTEL, 6, 0x85, 0x85, INTEL_KNM, 0, "" },
	{ VENDOR_INTEL, 6, 0xaf, 0xaf, INTEL_SIERRAFOREST, 0, "" },
	{ VENDOR_INTEL, 6, 0xb6, 0xb6, INTEL_GRANDRIDGE, 0, "" },
	{ VENDOR_INTEL, 6, 0xdd, 0xdd, INTEL_CLEARWATERFOREST, 0, "" },
	{ VENDOR_INTEL, 6, 0x1a, 0x1a, INTEL_COREI7, INTEL_COREI7_NEHALEM, "" },
	{ VENDOR_INTEL, 6, 0x1e, 0x1f, INTEL_COREI7, INTEL_COREI7_NEHALEM, "" },
	{ VENDOR_INTEL, 6, 0x2e, 0x2e, INTEL_COREI7, INTEL_COREI7_NEHALEM, "" },
	{ VENDOR_INTEL, 6, 0x25, 0x25, INTEL_COREI7, INTEL_COREI7_WESTMERE, "" },
	{ VENDOR_INTEL, 6, 0x2c, 0x2c, INTEL_COREI7, INTEL_COREI7_WESTMERE, "" },
	{ VENDOR_INTEL, 6, 0x2f, 0x2f, INTEL_COREI7, INTEL_COREI7_WESTMERE, "" },
	{ VENDOR_INTEL, 6, 0x2a, 0x2a, INTEL_COREI7, INTEL_COREI7_SANDYBRIDGE, "" },
	{ VENDOR_INTEL, 6, 0x2d, 0x2d, INTEL_COREI7, INTEL_COREI7_SANDYBRIDGE, "" },
	{ VENDOR_INTEL, 6, 0x3a, 0x3a, INTEL_COREI7, INTEL_COREI7_IVYBRIDGE, "" },
	{ VENDOR_INTEL, 6, 0x3e, 0x3e, INTEL_COREI7, INTEL_COREI7_IVYBRIDGE, "" },
	{ VENDOR_INTEL, 6, 0x3c, 0x3c, INTEL_COREI7, INTEL_COREI7_HASWELL, "" },
	{ VENDOR_INTEL, 6, 0x3f, 0x3f, INTEL_COREI7, INTEL_COREI7_HASWELL, "" },
	{ VENDOR_INTEL, 6, 0x45, 0x46, INTEL_COREI7, INTEL_COREI7_HASWELL, "" },
	{ VENDOR_INTEL, 6, 0x3d, 0x3d, INTEL_COREI7, INTEL_COREI7_BROADWELL, "" },
	{ VENDOR_INTEL, 6, 0x47, 0x47, INTEL_COREI7, INTEL_COREI7_BROADWELL, "" },
	{ VENDOR_INTEL, 6, 0x4f, 0x4f, INTEL_COREI7, INTEL_COREI7_BROADWELL, "" },
	{ VENDOR_INTEL, 6, 0x56, 0x56, INTEL_COREI7, INTEL_COREI7_BROADWELL, "" },
	{ VENDOR_INTEL, 6, 0x4e, 0x4e, INTEL_COREI7, INTEL_COREI7_SKYLAKE, "" },
	{ VENDOR_INTEL, 6, 0x5e, 0x5e, INTEL_COREI7, INTEL_COREI7_SKYLAKE, "" },
	{ VENDOR_INTEL, 6, 0x8e, 0x8e, INTEL_COREI7, INTEL_COREI7_SKYLAKE, "" },
	{ VENDOR_INTEL, 6, 0x9e, 0x9e, INTEL_COREI7, INTEL_COREI7_SKYLAKE, "" },
	{ VENDOR_INTEL, 6, 0xa5, 0xa6, INTEL_COREI7, INTEL_COREI7_SKYLAKE, "" },
	{ VENDOR_INTEL, 6, 0x55, 0x55, INTEL_COREI7, INTEL_COREI7_SKYLAKE_AVX512, "" },
	{ VENDOR_INTEL, 6, 0x55, 0x55, INTEL_COREI7, INTEL_COREI7_CASCADELAKE, "avx512vnni" },
	{ VENDOR_INTEL, 6, 0x55, 0x55, INTEL_COREI7, INTEL_COREI7_COOPERLAKE, "avx512bf16" },
	{ VENDOR_INTEL, 6, 0x66, 0x66, INTEL_COREI7, INTEL_COREI7_CANNONLAKE, "" },
	{ VENDOR_INTEL, 6, 0x7d, 0x7e, INTEL_COREI7, INTEL_COREI7_ICELAKE_CLIENT, "" },
	{ VENDOR_INTEL, 6, 0x9d, 0x9d, INTEL_COREI7, INTEL_COREI7_ICELAKE_CLIENT, "" },
	{ VENDOR_INTEL, 6, 0x6a, 0x6a, INTEL_COREI7, INTEL_COREI7_ICELAKE_SERVER, "" },
	{ VENDOR_INTEL, 6, 0x6c, 0x6c, INTEL_COREI7, INTEL_COREI7_ICELAKE_SERVER, "" },
	{ VENDOR_INTEL, 6, 0x8c, 0x8d, INTEL_COREI7, INTEL_COREI7_TIGERLAKE, "" },
	{ VENDOR_INTEL, 6, 0xa7, 0xa7, INTEL_COREI7, INTEL_COREI7_ROCKETLAKE, "" },
	{ VENDOR_INTEL, 6, 0x97, 0x97, INTEL_COREI7, INTEL_COREI7_ALDERLAKE, "" },
	{ VENDOR_INTEL, 6, 0x9a, 0x9a, INTEL_COREI7, INTEL_COREI7_ALDERLAKE, "" },
	{ VENDOR_INTEL, 6, 0xaa, 0xaa, INTEL_COREI7, INTEL_COREI7_ALDERLAKE, "" },
	{ VENDOR_INTEL, 6, 0xac, 0xac, INTEL_COREI7, INTEL_COREI7_ALDERLAKE, "" },
	{ VENDOR_INTEL, 6, 0xb7, 0xb7, INTEL_COREI7, INTEL_COREI7_ALDERLAKE, "" },
	{ VENDOR_INTEL, 6, 0xba, 0xba, INTEL_COREI7, INTEL_COREI7_ALDERLAKE, "" },
	{ VENDOR_INTEL, 6, 0xbe, 0xbf, INTEL_COREI7, INTEL_COREI7_ALDERLAKE, "" },
	{ VENDOR_INTEL, 6, 0x8f, 0x8f, INTEL_COREI7, INTEL_COREI7_SAPPHIRERAPIDS, "" },
	{ VENDOR_INTEL, 6, 0xcf, 0xcf, INTEL_COREI7, INTEL_COREI7_SAPPHIRERAPIDS, "" },
	{ VENDOR_INTEL, 6, 0xad, 0xad, INTEL_COREI7, INTEL_COREI7_GRANITERAPIDS, "" },
	{ VENDOR_INTEL, 6, 0xae, 0xae, INTEL_COREI7, INTEL_COREI7_GRANITERAPIDS_D, "" },
	{ VENDOR_INTEL, 6, 0xc5, 0xc5, INTEL_COREI7, INTEL_COREI7_ARROWLAKE, "" },
	{ VENDOR_INTEL, 6, 0xb5, 0xb5, INTEL_COREI7, INTEL_COREI7_ARROWLAKE, "" },
	{ VENDOR_INTEL, 6, 0xc6, 0xc6, INTEL_COREI7, INTEL_COREI7_ARROWLAKE_S, "" },
	{ VENDOR_INTEL, 6, 0xbd, 0xbd, INTEL_COREI7, INTEL_COREI7_ARROWLAKE_S, "" },
	{ VENDOR_INTEL, 6, 0xcc, 0xcc, INTEL_COREI7, INTEL_COREI7_PANTHERLAKE, "" },
	{ VENDOR_AMD, 0x10, 0, ANY_MODEL, AMDFAM10H, 0, "" },
	{ VENDOR_AMD, 0x10, 2, 2, AMDFAM10H, AMDFAM10H_BARCELONA, "" },
	{ VENDOR_AMD, 0x10, 4, 4, AMDFAM10H, AMDFAM10H_SHANGHAI, "" },
	{ VENDOR_AMD, 0x10, 8, 8, AMDFAM10H, AMDFAM10H_ISTANBUL, "" },
	{ VENDOR_AMD, 0x14, 0, ANY_MODEL, AMD_BTVER1, 0, "" },
	{ VENDOR_AMD, 0x15, 0, 1, AMDFAM15H, AMDFAM15H_BDVER1, "" },
	{ VENDOR_AMD, 0x15, 2, 2, AMDFAM15H, AMDFAM15H_BDVER2, "" },
	{ VENDOR_AMD, 0x15, 0x10, 0x1f, AMDFAM15H, AMDFAM15H_BDVER2, "" },
	{ VENDOR_AMD, 0x15, 0x30, 0x3f, AMDFAM15H, AMDFAM15H_BDVER3, "" },
	{ VENDOR_AMD, 0x15, 0x60, 0x7f, AMDFAM15H, AMDFAM15H_BDVER4, "" },
	{ VENDOR_AMD, 0x16, 0, ANY_MODEL, AMD_BTVER2, 0, "" },
	{ VENDOR_AMD, 0x17, 0, 0x2f, AMDFAM17H, AMDFAM17H_ZNVER1, "" },
	{ VENDOR_AMD, 0x17, 0x30, ANY_MODEL, AMDFAM17H, AMDFAM17H_ZNVER2, "" },
	{ VENDOR_AMD, 0x19, 0, 0x5f, AMDFAM19H, AMDFAM19H_ZNVER3, "" },
	{ VENDOR_AMD, 0x19, 0x10, 0x1f, AMDFAM19H, AMDFAM19H_ZNVER4, "" },
	{ VENDOR_AMD, 0x19, 0x60, ANY_MODEL, AMDFAM19H, AMDFAM19H_ZNVER4, "" },
	{ VENDOR_AMD, 0x1a, 0, ANY_MODEL, AMDFAM1AH, AMDFAM1AH_ZNVER5, "" },
};
/* clang-format on */

EXPORT struct {
	uint32_t vendor, type, subtype, features[1];
} __cpu_model;
EXPORT uint32_t __cpu_features2[3];

static uint32_t vendor(void)
{
	struct x86_regs r = cpuid(0, 0); /* ebx, edx, ecx: the maker's name */

	if (r.v[1] == 0x756e6547 && r.v[3] == 0x49656e69 && r.v[2] == 0x6c65746e)
		return VENDOR_INTEL;
	if (r.v[1] == 0x68747541 && r.v[3] == 0x69746e65 && r.v[2] == 0x444d4163)
		return VENDOR_AMD;
	return VENDOR_OTHER;
}

static void set_model(const uint64_t offered[IMG_FEATURE_WORDS])
{
	uint32_t eax = cpuid(1, 0).v[0], family = eax >> 8 & 15, model = eax >> 4 & 15;

	if (family == 6 || family == 15)
		model += eax >> 12 & 0xf0;
	if (family == 15)
		family += eax >> 20 & 255;
	__cpu_model.vendor = vendor();
	for (size_t i = 0; i < sizeof(known_models) / sizeof(known_models[0]); i++) {
		if (known_models[i].vendor != __cpu_model.vendor ||
			known_models[i].family != family || model < known_models[i].first ||
			model > known_models[i].last ||
			(known_models[i].of[0] && !is_offered(offered, known_models[i].of)))
			continue;
		__cpu_model.type = known_models[i].type;
		__cpu_model.subtype = known_models[i].subtype;
	}
}

static void set_bit(unsigned bit)
{
	if (bit < 32)
		__cpu_model.features[0] |= 1u << bit;
	else
		__cpu_features2[bit / 32 - 1] |= 1u << bit % 32;
}

static void set_level(const uint64_t offered[IMG_FEATURE_WORDS], unsigned known)
{
	uint64_t wanted[IMG_FEATURE_WORDS], lacks[IMG_FEATURE_WORDS];

	for (unsigned w = 0; w < IMG_FEATURE_WORDS; w++)
		wanted[w] = 0;
	for (unsigned i = 0; i < ARCH->nlevels; i++) {
		if (!same_text(ARCH->levels[i].name, known_levels[known].name))
			continue;
		add_level(ARCH, i, wanted);
		if (rt_cpu_accepts(offered, wanted, lacks))
			set_bit(known_levels[known].bit);
	}
}

EXPORT int __cpu_indicator_init(void)
{
	uint64_t offered[IMG_FEATURE_WORDS];

	if (__cpu_model.vendor)
		return 0;
	offered_features(offered);
	for (size_t i = 0; i < sizeof(known_features) / sizeof(known_features[0]); i++) {
		if (is_offered(offered, known_features[i].name))
			set_bit(known_features[i].bit);
	}
	for (unsigned i = 0; i < sizeof(known_levels) / sizeof(known_levels[0]); i++)
		set_level(offered, i);
	set_model(offered);
	return 0;
}

static void init(void)
{
	__cpu_indicator_init();
}

#elif defined(__aarch64__)

#include "image/cpu_queries.h"
#include <llvm/TargetParser/AArch64CPUFeatures.inc>

static const struct {
	uint8_t bit;
	char wanted[2][13];
} queries[] = {
#define ROW(BIT, A, B) { BIT, { A, B } },
	CPU_QUERIES_AARCH64(ROW)
#undef ROW
};

EXPORT struct {
	uint64_t features;
} __aarch64_cpu_features;

EXPORT void __init_cpu_features(void)
{
	uint64_t offered[IMG_FEATURE_WORDS], bits = UINT64_C(1) << FEAT_INIT;

	if (__aarch64_cpu_features.features)
		return;
	offered_features(offered);
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		if (is_offered(offered, queries[i].wanted[0]) &&
			(!queries[i].wanted[1][0] || is_offered(offered, queries[i].wanted[1])))
			bits |= UINT64_C(1) << queries[i].bit;
	}
	__aarch64_cpu_features.features = bits;
}

/* resolvers of ifuncs hand on what they got from the loader */
EXPORT void __init_cpu_features_resolver(unsigned long hwcap, const void *more)
{
	(void)hwcap, (void)more;
	__init_cpu_features();
}

static void init(void)
{
	__init_cpu_features();
}

#endif

typedef void constructor(void);
__attribute__((section(FIRST), used)) static constructor *first = init;
