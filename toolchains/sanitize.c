/* Sanitizers. Two tables: the checks with their groups, and the runtimes with what they serve. A
 * runtime that is there for a larger one (asan holds ubsan) is not linked a second time. */
#include "toolchains/sanitize.h"

#include "base/file.h"
#include "base/str.h"
#include "toolchains/compiler_rt.h"
#include "toolchains/runtime.h"

enum san_bit {
	S_ADDRESS,
	S_POINTER_COMPARE,
	S_POINTER_SUBTRACT,
	S_KERNEL_ADDRESS,
	S_HWADDRESS,
	S_KERNEL_HWADDRESS,
	S_MEMTAG_STACK,
	S_MEMTAG_HEAP,
	S_MEMTAG_GLOBALS,
	S_MEMORY,
	S_KERNEL_MEMORY,
	S_FUZZER,
	S_FUZZER_NO_LINK,
	S_THREAD,
	S_LEAK,
	S_NUMERICAL,
	S_ALIGNMENT,
	S_ARRAY_BOUNDS,
	S_BOOL,
	S_BUILTIN,
	S_ENUM,
	S_FLOAT_CAST,
	S_FLOAT_DIVIDE,
	S_FUNCTION,
	S_INTEGER_DIVIDE,
	S_NONNULL,
	S_NULL,
	S_NULLABILITY_ARG,
	S_NULLABILITY_ASSIGN,
	S_NULLABILITY_RETURN,
	S_OBJECT_SIZE,
	S_POINTER_OVERFLOW,
	S_RETURN,
	S_RETURNS_NONNULL,
	S_SHIFT_BASE,
	S_SHIFT_EXPONENT,
	S_SIGNED_OVERFLOW,
	S_UNREACHABLE,
	S_VLA_BOUND,
	S_VPTR,
	S_UNSIGNED_OVERFLOW,
	S_UNSIGNED_SHIFT_BASE,
	S_DATAFLOW,
	S_CFI_CAST_STRICT,
	S_CFI_DERIVED_CAST,
	S_CFI_ICALL,
	S_CFI_MFCALL,
	S_CFI_UNRELATED_CAST,
	S_CFI_NVCALL,
	S_CFI_VCALL,
	S_KCFI,
	S_SAFE_STACK,
	S_SHADOW_CALL_STACK,
	S_UNSIGNED_TRUNCATION,
	S_SIGNED_TRUNCATION,
	S_SIGN_CHANGE,
	S_BITFIELD,
	S_LOCAL_BOUNDS,
	S_SCUDO,
	S_OBJC_CAST,
	SAN_BITS,
};
_Static_assert(SAN_BITS <= 64, "a san_mask has a bit for each check");

#define B(bit)      ((san_mask)1 << S_##bit)
#define SHIFT       (B(SHIFT_BASE) | B(SHIFT_EXPONENT))
#define TRUNCATION  (B(UNSIGNED_TRUNCATION) | B(SIGNED_TRUNCATION))
#define ARITHMETIC  (TRUNCATION | B(SIGN_CHANGE))
#define CONVERSION  (ARITHMETIC | B(BITFIELD))
#define NULLABILITY (B(NULLABILITY_ARG) | B(NULLABILITY_ASSIGN) | B(NULLABILITY_RETURN))
#define MEMTAG      (B(MEMTAG_STACK) | B(MEMTAG_HEAP) | B(MEMTAG_GLOBALS))
#define CFI                                                                                        \
	(B(CFI_DERIVED_CAST) | B(CFI_ICALL) | B(CFI_MFCALL) | B(CFI_UNRELATED_CAST) |              \
		B(CFI_NVCALL) | B(CFI_VCALL))
#define UNDEFINED_TRAP                                                                             \
	(B(ALIGNMENT) | B(BOOL) | B(BUILTIN) | B(ARRAY_BOUNDS) | B(ENUM) | B(FLOAT_CAST) |         \
		B(INTEGER_DIVIDE) | B(NONNULL) | B(NULL) | B(OBJECT_SIZE) | B(POINTER_OVERFLOW) |  \
		B(RETURN) | B(RETURNS_NONNULL) | SHIFT | B(SIGNED_OVERFLOW) | B(UNREACHABLE) |     \
		B(VLA_BOUND))
#define UNDEFINED (UNDEFINED_TRAP | B(FUNCTION) | B(VPTR))
#define INTEGER                                                                                    \
	(CONVERSION | B(INTEGER_DIVIDE) | SHIFT | B(SIGNED_OVERFLOW) | B(UNSIGNED_OVERFLOW) |      \
		B(UNSIGNED_SHIFT_BASE))

/* table */
static const struct san_name {
	const char *name;
	san_mask bits;
} names[] = {
	{ "address", B(ADDRESS) },
	{ "pointer-compare", B(POINTER_COMPARE) },
	{ "pointer-subtract", B(POINTER_SUBTRACT) },
	{ "kernel-address", B(KERNEL_ADDRESS) },
	{ "hwaddress", B(HWADDRESS) },
	{ "kernel-hwaddress", B(KERNEL_HWADDRESS) },
	{ "memtag-stack", B(MEMTAG_STACK) },
	{ "memtag-heap", B(MEMTAG_HEAP) },
	{ "memtag-globals", B(MEMTAG_GLOBALS) },
	{ "memtag", MEMTAG },
	{ "memory", B(MEMORY) },
	{ "kernel-memory", B(KERNEL_MEMORY) },
	{ "fuzzer", B(FUZZER) },
	{ "fuzzer-no-link", B(FUZZER_NO_LINK) },
	{ "thread", B(THREAD) },
	{ "leak", B(LEAK) },
	{ "numerical", B(NUMERICAL) },
	{ "alignment", B(ALIGNMENT) },
	{ "array-bounds", B(ARRAY_BOUNDS) },
	{ "bool", B(BOOL) },
	{ "builtin", B(BUILTIN) },
	{ "enum", B(ENUM) },
	{ "float-cast-overflow", B(FLOAT_CAST) },
	{ "float-divide-by-zero", B(FLOAT_DIVIDE) },
	{ "function", B(FUNCTION) },
	{ "integer-divide-by-zero", B(INTEGER_DIVIDE) },
	{ "nonnull-attribute", B(NONNULL) },
	{ "null", B(NULL) },
	{ "nullability-arg", B(NULLABILITY_ARG) },
	{ "nullability-assign", B(NULLABILITY_ASSIGN) },
	{ "nullability-return", B(NULLABILITY_RETURN) },
	{ "nullability", NULLABILITY },
	{ "object-size", B(OBJECT_SIZE) },
	{ "pointer-overflow", B(POINTER_OVERFLOW) },
	{ "return", B(RETURN) },
	{ "returns-nonnull-attribute", B(RETURNS_NONNULL) },
	{ "shift-base", B(SHIFT_BASE) },
	{ "shift-exponent", B(SHIFT_EXPONENT) },
	{ "shift", SHIFT },
	{ "signed-integer-overflow", B(SIGNED_OVERFLOW) },
	{ "unreachable", B(UNREACHABLE) },
	{ "vla-bound", B(VLA_BOUND) },
	{ "vptr", B(VPTR) },
	{ "unsigned-integer-overflow", B(UNSIGNED_OVERFLOW) },
	{ "unsigned-shift-base", B(UNSIGNED_SHIFT_BASE) },
	{ "dataflow", B(DATAFLOW) },
	{ "cfi-cast-strict", B(CFI_CAST_STRICT) },
	{ "cfi-derived-cast", B(CFI_DERIVED_CAST) },
	{ "cfi-icall", B(CFI_ICALL) },
	{ "cfi-mfcall", B(CFI_MFCALL) },
	{ "cfi-unrelated-cast", B(CFI_UNRELATED_CAST) },
	{ "cfi-nvcall", B(CFI_NVCALL) },
	{ "cfi-vcall", B(CFI_VCALL) },
	{ "cfi", CFI },
	{ "kcfi", B(KCFI) },
	{ "safe-stack", B(SAFE_STACK) },
	{ "shadow-call-stack", B(SHADOW_CALL_STACK) },
	{ "implicit-unsigned-integer-truncation", B(UNSIGNED_TRUNCATION) },
	{ "implicit-signed-integer-truncation", B(SIGNED_TRUNCATION) },
	{ "implicit-integer-truncation", TRUNCATION },
	{ "implicit-integer-sign-change", B(SIGN_CHANGE) },
	{ "implicit-integer-arithmetic-value-change", B(SIGN_CHANGE) | B(SIGNED_TRUNCATION) },
	{ "implicit-integer-conversion", ARITHMETIC },
	{ "implicit-bitfield-conversion", B(BITFIELD) },
	{ "implicit-conversion", CONVERSION },
	{ "integer", INTEGER },
	{ "local-bounds", B(LOCAL_BOUNDS) },
	{ "bounds", B(ARRAY_BOUNDS) | B(LOCAL_BOUNDS) },
	{ "scudo", B(SCUDO) },
	{ "undefined", UNDEFINED },
	{ "undefined-trap", UNDEFINED_TRAP },
	{ "objc-cast", B(OBJC_CAST) },
};
enum { NAMES = sizeof(names) / sizeof(names[0]) };

/* checks that cannot be in one program: each of `a` with each of `b` */
static const struct {
	san_mask a, b;
} conflicts[] = {
	{ B(ADDRESS), B(THREAD) | B(MEMORY) },
	{ B(THREAD), B(MEMORY) },
	{ B(LEAK), B(THREAD) | B(MEMORY) },
	{ B(KERNEL_ADDRESS), B(ADDRESS) | B(LEAK) | B(THREAD) | B(MEMORY) },
	{ B(HWADDRESS), B(ADDRESS) | B(THREAD) | B(MEMORY) | B(KERNEL_ADDRESS) },
	{ B(SCUDO),
		B(ADDRESS) | B(HWADDRESS) | B(LEAK) | B(THREAD) | B(MEMORY) | B(KERNEL_ADDRESS) },
	{ B(SAFE_STACK),
		B(LEAK) | B(ADDRESS) | B(HWADDRESS) | B(THREAD) | B(MEMORY) | B(KERNEL_ADDRESS) },
	{ B(KERNEL_HWADDRESS), B(ADDRESS) | B(HWADDRESS) | B(LEAK) | B(THREAD) | B(MEMORY) |
				       B(KERNEL_ADDRESS) | B(SAFE_STACK) },
	{ B(KERNEL_MEMORY), B(ADDRESS) | B(HWADDRESS) | B(LEAK) | B(THREAD) | B(MEMORY) |
				    B(KERNEL_ADDRESS) | B(SCUDO) | B(SAFE_STACK) },
	{ MEMTAG, B(ADDRESS) | B(KERNEL_ADDRESS) | B(HWADDRESS) | B(KERNEL_HWADDRESS) },
	{ B(KCFI), B(FUNCTION) },
};

/* need something else of the job */
#define NEEDS_LTO   (CFI | B(CFI_CAST_STRICT))
#define NEEDS_PIE   (B(DATAFLOW) | B(HWADDRESS) | B(SCUDO) | B(KCFI))
#define NEEDS_UBSAN (UNDEFINED | INTEGER | NULLABILITY | CFI | B(FLOAT_DIVIDE) | B(OBJC_CAST))

/* what the runtime that only reports serves, or what needs none */
#define MINIMAL                                                                                    \
	((UNDEFINED & ~B(VPTR)) | INTEGER | NULLABILITY | B(FLOAT_DIVIDE) | B(LOCAL_BOUNDS) |      \
		B(OBJC_CAST) | CFI | B(CFI_CAST_STRICT) | B(SCUDO) | B(SHADOW_CALL_STACK) |        \
		B(KCFI) | MEMTAG)

/* ---- reading the options */

static bool minimal(const struct tc *t)
{
	return tc_flag(t, JF_SANITIZE_MINIMAL);
}

static const struct san_name *find_name(const char *text)
{
	for (size_t i = 0; i < NAMES; i++)
		if (str_eq(names[i].name, text))
			return &names[i];
	return NULL;
}

static void report_unknown(struct tc *t, const struct job_word *w, const char *name)
{
	const char *all[NAMES], *near;

	for (size_t i = 0; i < NAMES; i++)
		all[i] = names[i].name;
	near = str_nearest(name, all, NAMES);
	diag_err(t->d, w->at, "there is no sanitizer '%s'%s%s%s", name,
		near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* The checks of one entry of the list: a name; "all" only where something is taken back or traps */
static san_mask entry_bits(struct tc *t, const struct job_word *w, bool all_is_fine)
{
	const char *name = w->text + strspn(w->text, "!+-");
	const struct san_name *n = find_name(name);

	if (str_eq(name, "all") && all_is_fine)
		return ~(san_mask)0;
	if (str_eq(name, "vptr") && w->text[0] == '!' && w->text[1] == '+')
		diag_err(t->d, w->at, "'vptr' needs its runtime and cannot trap; take it out");
	if (!n) {
		report_unknown(t, w, name);
		return 0;
	}
	return n->bits;
}

static san_mask supported(struct tc *t)
{
	const struct yml_strs *lists[] = { &t->pf->sanitizers, &t->pf->arch_sanitizers };
	san_mask m = 0;

	for (size_t l = 0; l < 2; l++)
		yml_each (i, lists[l]) {
			const struct san_name *n = find_name(lists[l]->v[i]);

			if (n)
				m |= n->bits;
			else
				diag_err(t->d, lists[l]->at[i], "there is no sanitizer '%s'",
					lists[l]->v[i]);
		}
	return m;
}

/* -frtti or -fno-rtti was the last of them; without type information vptr has nothing to look at */
static bool no_rtti(const struct tc *t)
{
	const struct job_option *no = job_option_last(t->job, "-fno-rtti");
	const struct job_option *yes = job_option_last(t->job, "-frtti");

	return no && (!yes || no > yes);
}

/* What stands in the way of vptr: nothing in a group, a mistake where it is asked for by name.
 * NULL: nothing is. */
static const char *against_vptr(const struct tc *t, san_mask trapping)
{
	if (trapping & B(VPTR))
		return "-fsanitize-trap=";
	if (no_rtti(t))
		return "-fno-rtti";
	return minimal(t) ? "-fsanitize-minimal-runtime" : NULL;
}

/* From the last option to the first, since what is taken back later is not looked at: neither is it
 * linked nor is it a mistake that the platform lacks it. A group keeps what the platform has. */
static void read_checks(struct tc *t, struct sanitize *out)
{
	const struct job_words *l = &t->job->list[JL_SANITIZE];
	const char *no_vptr = against_vptr(t, out->trapping);
	san_mask removed = 0, have = supported(t);

	for (size_t i = l->n; i-- > 0;) {
		const struct job_word *w = &l->v[i];
		san_mask bits;

		if (w->text[0] == '!')
			continue;
		bits = entry_bits(t, w, w->text[0] == '-');
		if (w->text[0] == '-') {
			removed |= bits;
			continue;
		}
		if (bits && !(bits & ~removed))
			continue;
		if (bits && !(bits & have))
			diag_err(t->d, w->at, "the sanitizer '%s' is not there for '%s'",
				w->text + 1, t->triple);
		if (no_vptr && bits == B(VPTR))
			diag_err(t->d, w->at, "'-fsanitize=vptr' and '%s' contradict each other",
				no_vptr);
		if (no_vptr)
			bits &= ~B(VPTR);
		if (!out->on)
			out->at = w->at;
		out->on |= bits & ~removed & have;
	}
	if (out->on & B(FUZZER))
		out->on |= B(FUZZER_NO_LINK);
}

/* Control flow integrity traps unless told not to; the others call their runtime unless told to
 * trap. */
static san_mask read_traps(struct tc *t)
{
	const struct job_words *l = &t->job->list[JL_SANITIZE];
	san_mask removed = 0, on = 0;

	for (size_t i = l->n; i-- > 0;) {
		const struct job_word *w = &l->v[i];

		if (w->text[0] != '!')
			continue;
		if (w->text[1] == '-')
			removed |= entry_bits(t, w, true);
		else
			on |= entry_bits(t, w, true) & ~removed;
	}
	return on | ((CFI | B(CFI_CAST_STRICT)) & ~removed);
}

static bool read_coverage(struct tc *t)
{
	const struct job_words *l = &t->job->list[JL_SANITIZE_COVERAGE];
	bool on = false;

	for (size_t i = 0; i < l->n; i++)
		on = l->v[i].text[0] == '+';
	return on;
}

static const char *name_of(san_mask bits)
{
	for (size_t i = 0; i < NAMES; i++)
		if (names[i].bits & bits)
			return names[i].name;
	return "none";
}

static void check(struct tc *t, const struct sanitize *san)
{
	for (size_t i = 0; i < sizeof(conflicts) / sizeof(conflicts[0]); i++)
		if ((san->on & conflicts[i].a) && (san->on & conflicts[i].b))
			diag_err(t->d, san->at,
				"the sanitizers '%s' and '%s' cannot be in one program; "
				"take one out",
				name_of(san->on & conflicts[i].a),
				name_of(san->on & conflicts[i].b));
	if ((san->on & NEEDS_LTO) && !t->job->str[JS_LTO].text)
		diag_err(t->d, san->at, "the sanitizer '%s' works on whole programs; add '-flto'",
			name_of(san->on & NEEDS_LTO));
	if (minimal(t) && (san->on & ~MINIMAL))
		diag_err(t->d, san->at,
			"the sanitizer '%s' needs more than '-fsanitize-minimal-runtime' has",
			name_of(san->on & ~MINIMAL));
	if ((san->on & B(SHADOW_CALL_STACK)) && str_starts(t->pf->arch.text, "aarch64") &&
		!t->is_android && t->pf->family == FAMILY_ELF &&
		!job_option_last(t->job, "-ffixed-x18"))
		diag_err(t->d, san->at,
			"'shadow-call-stack' keeps a register for itself; add '-ffixed-x18'");
}

void sanitize_read(struct tc *t, struct sanitize *out)
{
	*out = (struct sanitize) { .link = !tc_flag(t, JF_NO_SANITIZE_LINK_RUNTIME) };
	out->trapping = read_traps(t);
	read_checks(t, out);
	out->coverage = read_coverage(t) || (out->on & B(FUZZER_NO_LINK));
	out->shared = tc_flag(t, JF_SHARED_LIBSAN) ||
		      (t->pf->sanitizers_shared && !tc_flag(t, JF_STATIC_LIBSAN));
	out->cxx = tc_flag(t, JF_CXX) || tc_flag(t, JF_SANITIZE_LINK_CXX);
	out->pie = out->on & NEEDS_PIE;
	check(t, out);
}

bool sanitize_has(const struct tc *t, const char *name)
{
	const struct san_name *n = find_name(name);

	return n && (t->san.on & n->bits);
}

/* ---- runtimes */

/* what a runtime is needed for: more than a bit in some cases */
static bool wants_memprof(const struct tc *t)
{
	return tc_flag(t, JF_MEMORY_PROFILE);
}

static bool wants_lsan(const struct tc *t)
{
	return (t->san.on & B(LEAK)) && !(t->san.on & (B(ADDRESS) | B(HWADDRESS)));
}

static bool cfi_reports(const struct tc *t)
{
	return t->san.on & CFI & ~t->san.trapping;
}

/* the library that checks calls between shared libraries; Android's libc holds it */
static bool wants_cfi(const struct tc *t, bool reports)
{
	return tc_flag(t, JF_SANITIZE_CROSS_DSO) && !t->is_android && cfi_reports(t) == reports;
}

bool sanitize_wants_ubsan(const struct tc *t)
{
	static const san_mask with_ubsan =
		B(ADDRESS) | B(MEMORY) | B(NUMERICAL) | B(HWADDRESS) | B(THREAD) | B(DATAFLOW);

	if ((t->san.on & with_ubsan) || wants_lsan(t) || wants_cfi(t, true))
		return false;
	if ((t->san.on & B(SCUDO)) && !minimal(t))
		return false;
	return (t->san.on & NEEDS_UBSAN & ~t->san.trapping) || t->san.coverage;
}

static bool wants_stats(const struct tc *t)
{
	return tc_flag(t, JF_SANITIZE_STATS);
}

enum need { NEED_BIT, NEED_MEMPROF, NEED_LSAN, NEED_UBSAN, NEED_CFI, NEED_CFI_DIAG, NEED_STATS };

/* The runtimes in the order of the static ones. `shared_order`: the place among the shared ones; 0:
 * there is no shared one, and the static one is linked in any case. */
static const struct san_runtime {
	const char *name;
	enum need need;
	san_mask bit;
	int shared_order;
	const char *cxx;      /* its C++ part */
	const char *preinit;  /* beside the shared one, in programs */
	const char *required; /* a symbol that must be taken from it; it is no whole archive then */
} runtimes[] = {
	{ "stats_client", NEED_STATS, 0, 0, NULL, NULL, NULL },
	{ "asan", NEED_BIT, B(ADDRESS), 1, "asan_cxx", "asan-preinit", NULL },
	{ "memprof", NEED_MEMPROF, 0, 2, "memprof_cxx", "memprof-preinit", NULL },
	{ "hwasan", NEED_BIT, B(HWADDRESS), 7, "hwasan_cxx", "hwasan-preinit", NULL },
	{ "dfsan", NEED_BIT, B(DATAFLOW), 0, NULL, NULL, NULL },
	{ "lsan", NEED_LSAN, 0, 0, NULL, NULL, NULL },
	{ "msan", NEED_BIT, B(MEMORY), 0, "msan_cxx", NULL, NULL },
	{ "nsan", NEED_BIT, B(NUMERICAL), 3, NULL, NULL, NULL },
	{ "tsan", NEED_BIT, B(THREAD), 6, "tsan_cxx", NULL, NULL },
	{ "ubsan_standalone", NEED_UBSAN, 0, 4, "ubsan_standalone_cxx", NULL, NULL },
	{ "safestack", NEED_BIT, B(SAFE_STACK), 0, NULL, NULL, "__safestack_init" },
	{ "cfi", NEED_CFI, 0, 0, NULL, NULL, NULL },
	{ "cfi_diag", NEED_CFI_DIAG, 0, 0, "ubsan_standalone_cxx", NULL, NULL },
	{ "stats", NEED_STATS, 0, 0, NULL, NULL, "__sanitizer_stats_register" },
	{ "scudo_standalone", NEED_BIT, B(SCUDO), 5, "scudo_standalone_cxx", NULL, NULL },
};
enum { RUNTIMES = sizeof(runtimes) / sizeof(runtimes[0]), LAST_SHARED = 7 };

static bool is_needed(const struct tc *t, const struct san_runtime *r)
{
	switch (r->need) {
	case NEED_BIT:
		/* Android's libc holds the runtime of safe stacks */
		return (t->san.on & r->bit) && !(t->is_android && r->bit == B(SAFE_STACK));
	case NEED_MEMPROF: return wants_memprof(t);
	case NEED_LSAN: return wants_lsan(t);
	case NEED_UBSAN: return sanitize_wants_ubsan(t);
	case NEED_CFI: return wants_cfi(t, false);
	case NEED_CFI_DIAG: return wants_cfi(t, true);
	case NEED_STATS: return wants_stats(t);
	}
	return false;
}

/* the variants that an option chooses */
static const char *variant(struct tc *t, const char *name)
{
	if (minimal(t) && str_eq(name, "ubsan_standalone"))
		return "ubsan_minimal";
	if (tc_flag(t, JF_SANITIZE_HWASAN_ALIASES) && str_eq(name, "hwasan"))
		return "hwasan_aliases";
	if (tc_flag(t, JF_SANITIZE_HWASAN_ALIASES) && str_eq(name, "hwasan_cxx"))
		return "hwasan_aliases_cxx";
	return name;
}

static void whole(struct tc *t, const struct slot *s, const char *name)
{
	tc_word(t, s, t->san.at, "--whole-archive");
	tc_word(t, s, t->san.at, compiler_rt_file(t, name, RUNTIME_STATIC));
	tc_word(t, s, t->san.at, "--no-whole-archive");
}

/* The symbols of a static runtime must be seen by shared libraries: by the list beside it if there
 * is one. returns false if there is none, and all symbols are to be exported */
static bool dynamic_list(struct tc *t, const struct slot *s, const char *name)
{
	const char *list = str_fmt(t->mem, "%s.syms", compiler_rt_file(t, name, RUNTIME_STATIC));

	if (!file_exists(list))
		return false;
	tc_wordf(t, s, t->san.at, "--dynamic-list=%s", list);
	return true;
}

static void shared_runtimes(struct tc *t, const struct slot *s)
{
	for (int order = 1; order <= LAST_SHARED; order++)
		for (size_t i = 0; i < RUNTIMES; i++) {
			const struct san_runtime *r = &runtimes[i];

			if (r->shared_order != order || !is_needed(t, r))
				continue;
			tc_word(t, s, t->san.at,
				compiler_rt_file(t, variant(t, r->name), RUNTIME_SHARED));
			compiler_rt_rpath(t, s);
		}
}

/* what goes into every output beside a shared runtime, or into programs only */
static void helper_runtimes(struct tc *t, const struct slot *s)
{
	for (int order = 1; order <= LAST_SHARED; order++)
		for (size_t i = 0; i < RUNTIMES; i++) {
			const struct san_runtime *r = &runtimes[i];

			if (r->shared_order != order || !r->preinit || !t->san.shared)
				continue;
			/* Android's asan is started by its loader */
			if (tc_flag(t, JF_SHARED) || !is_needed(t, r) ||
				(t->is_android && order < LAST_SHARED))
				continue;
			whole(t, s, r->preinit);
		}
	if (t->san.on & B(ADDRESS))
		whole(t, s, "asan_static");
}

/* Is the runtime linked statically into this output? Shared libraries leave it to the program, but
 * for the counters' client. */
static bool is_static(const struct tc *t, const struct san_runtime *r)
{
	if (!is_needed(t, r) || (r->shared_order && t->san.shared))
		return false;
	if ((r->need == NEED_CFI || r->need == NEED_CFI_DIAG) && t->san.shared &&
		sanitize_wants_ubsan(t))
		return false;
	return !tc_flag(t, JF_SHARED) || r == &runtimes[0];
}

/* whole archives first, then those that are drawn in by a symbol */
static bool static_runtimes(struct tc *t, const struct slot *s)
{
	bool listed = true;

	for (size_t i = 0; i < RUNTIMES; i++) {
		const struct san_runtime *r = &runtimes[i];

		if (r->required || !is_static(t, r))
			continue;
		whole(t, s, variant(t, r->name));
		listed &= dynamic_list(t, s, variant(t, r->name));
		if (!r->cxx || !t->san.cxx || (minimal(t) && r->need == NEED_UBSAN))
			continue;
		whole(t, s, variant(t, r->cxx));
		listed &= dynamic_list(t, s, variant(t, r->cxx));
	}
	for (size_t i = 0; i < RUNTIMES; i++) {
		const struct san_runtime *r = &runtimes[i];

		if (!r->required || !is_static(t, r))
			continue;
		tc_word(t, s, t->san.at, compiler_rt_file(t, r->name, RUNTIME_STATIC));
		listed &= dynamic_list(t, s, r->name);
	}
	return listed;
}

/* libFuzzer brings main, so only programs get it; it is C++ */
static void fuzzer(struct tc *t, const struct slot *s)
{
	if (!(t->san.on & B(FUZZER)) || tc_flag(t, JF_SHARED))
		return;
	whole(t, s, "fuzzer");
	if (!(t->san.on & (B(ADDRESS) | B(THREAD) | B(MEMORY))))
		whole(t, s, "fuzzer_interceptors");
	if (!tc_flag(t, JF_NOSTDLIBXX))
		cxx_library_words(t, s);
}

/* returns whether all static ones say themselves what they export */
static bool all_runtimes(struct tc *t, const struct slot *s)
{
	for (size_t i = 0; i < RUNTIMES; i++)
		if (runtimes[i].required && is_static(t, &runtimes[i])) {
			tc_word(t, s, t->san.at, "-u");
			tc_word(t, s, t->san.at, runtimes[i].required);
		}
	fuzzer(t, s);
	if (t->san.shared)
		shared_runtimes(t, s);
	helper_runtimes(t, s);
	return static_runtimes(t, s);
}

/* Android's loader tags memory as the file says */
static void memtag(struct tc *t, const struct slot *s)
{
	const struct job_option *o = job_option_last(t->job, "-fsanitize-memtag-mode=");
	const char *mode = o ? o->values[0] : "sync";

	if (!(t->san.on & MEMTAG))
		return;
	if (!str_eq(mode, "sync") && !str_eq(mode, "async"))
		diag_err(t->d, o->at, "'-fsanitize-memtag-mode=' wants sync or async, got '%s'",
			mode);
	tc_wordf(t, s, o ? o->at : t->san.at, "--android-memtag-mode=%s", mode);
	if (t->san.on & B(MEMTAG_HEAP))
		tc_word(t, s, t->san.at, "--android-memtag-heap");
	if (t->san.on & B(MEMTAG_STACK))
		tc_word(t, s, t->san.at, "--android-memtag-stack");
}

void slot_sanitizers(struct tc *t, const struct slot *s)
{
	bool listed = true;

	if (tc_flag(t, JF_IMAGE))
		return;
	if (t->san.link)
		listed = all_runtimes(t, s);
	if (!listed)
		tc_word(t, s, t->san.at, "--export-dynamic");
	else if (tc_flag(t, JF_SANITIZE_CROSS_DSO))
		tc_word(t, s, t->san.at, "--export-dynamic-symbol=__cfi_check");
	memtag(t, s);
}

void sanitizer_libraries(struct tc *t, const struct slot *s)
{
	if (!t->san.link)
		return;
	for (size_t i = 0; i < RUNTIMES; i++)
		if (is_static(t, &runtimes[i])) {
			tc_words(t, s, &t->pf->sanitizer_libraries);
			return;
		}
}
