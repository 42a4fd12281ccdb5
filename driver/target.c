/* The effective target. The options change words of the normalised triple; the platform is looked
 * up afterwards, so that x86_64-linux-gnu with -m32 is linked as i386-linux-gnu is. */
#include "driver/target.h"

#include "base/str.h"

/* Families of architectures by width and byte order, as LLVM names them. NULL: there is none. */
static const struct variant {
	const char *bits32, *bits64;
} widths[] = {
	{ "i386", "x86_64" },
	{ "arm", "aarch64" },
	{ "armeb", "aarch64_be" },
	{ "powerpc", "powerpc64" },
	{ "powerpcle", "powerpc64le" },
	{ "riscv32", "riscv64" },
	{ "loongarch32", "loongarch64" },
	{ "mips", "mips64" },
	{ "mipsel", "mips64el" },
	{ "sparc", "sparc64" },
	{ "wasm32", "wasm64" },
};
static const struct order {
	const char *big, *little;
} orders[] = {
	{ "aarch64_be", "aarch64" },
	{ "powerpc", "powerpcle" },
	{ "powerpc64", "powerpc64le" },
	{ "mips", "mipsel" },
	{ "mips64", "mips64el" },
	{ "sparc", "sparcel" },
};
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* put another first word, or another environment, into the triple, and read it again */
static void set_arch(struct arena *a, struct ll_triple *t, const char *arch)
{
	const char *rest = strchr(t->normal, '-');

	ll_triple_parse(a, str_fmt(a, "%s%s", arch, rest ? rest : ""), t);
}

static void set_env(struct arena *a, struct ll_triple *t, const char *env)
{
	const char *end = t->normal;

	for (int i = 0; end && i < 3; i++)
		end = strchr(i ? end + 1 : end, '-');
	if (end)
		ll_triple_parse(
			a, str_fmt(a, "%.*s-%s", (int)(end - t->normal), t->normal, env), t);
	else
		ll_triple_parse(a, str_fmt(a, "%s-%s", t->normal, env), t);
}

/* LLVM's word for sparc64 is sparcv9 */
static const char *arch_name(const struct ll_triple *t)
{
	return str_eq(t->arch_name, "sparcv9") ? "sparc64" : t->arch_name;
}

/* release 6 of MIPS is a word of its own in each width; returns whether it is one */
static bool set_r6_width(struct arena *a, struct ll_triple *t, bool wide)
{
	static const char *const names[] = { "mipsisa32r6", "mipsisa64r6" };
	const char *word = str_ndup(a, t->normal, strcspn(t->normal, "-"));

	for (size_t i = 0; i < COUNT(names); i++)
		if (str_starts(word, names[i])) {
			set_arch(a, t, str_fmt(a, "%s%s", names[wide], word + strlen(names[i])));
			return true;
		}
	return false;
}

/* a triple whose architecture is right keeps its spelling: i686 stays i686 with -m32 */
static void set_width(struct arena *a, struct ll_triple *t, bool wide)
{
	if (set_r6_width(a, t, wide))
		return;
	for (size_t i = 0; i < COUNT(widths); i++) {
		const char *from = wide ? widths[i].bits32 : widths[i].bits64;

		if (!str_eq(arch_name(t), from))
			continue;
		set_arch(a, t, wide ? widths[i].bits64 : widths[i].bits32);
		return;
	}
}

static void apply_order(struct arena *a, struct ll_triple *t, const char *order)
{
	bool big = str_eq(order, "big");

	for (size_t i = 0; i < COUNT(orders); i++) {
		const char *from = big ? orders[i].little : orders[i].big;

		if (!str_eq(arch_name(t), from))
			continue;
		set_arch(a, t, big ? orders[i].big : orders[i].little);
		return;
	}
}

static void apply_bits(struct arena *a, struct ll_triple *t, const char *bits)
{
	bool x32 = str_eq(t->env, "gnux32"), musl_x32 = str_eq(t->env, "muslx32");
	bool x86 = str_eq(t->arch_name, "i386") || str_eq(t->arch_name, "x86_64");

	if (str_eq(bits, "x32")) {
		if (!x86)
			return;
		set_width(a, t, true);
		set_env(a, t, str_eq(t->env, "musl") ? "muslx32" : "gnux32");
		return;
	}
	if (str_eq(bits, "16") && !x86)
		return;
	if (x32 || musl_x32)
		set_env(a, t, x32 ? "gnu" : "musl");
	set_width(a, t, str_eq(bits, "64"));
}

/* MIPS's three ABIs are three environments */
static void apply_mips_abi(struct arena *a, struct ll_triple *t, const char *abi)
{
	bool gnu = str_starts(t->env, "gnu");

	if (str_eq(abi, "32") || str_eq(abi, "o32")) {
		set_width(a, t, false);
		if (gnu)
			set_env(a, t, "gnu");
	} else if (str_eq(abi, "n32")) {
		set_width(a, t, true);
		if (gnu)
			set_env(a, t, "gnuabin32");
	} else if (str_eq(abi, "64") || str_eq(abi, "n64")) {
		set_width(a, t, true);
		if (gnu)
			set_env(a, t, "gnuabi64");
	}
}

void target_of_job(struct arena *a, const struct link_job *job, struct ll_triple *out)
{
	const char *target = job->str[JS_TARGET].text, *order = job->str[JS_ENDIAN].text;
	const char *bits = job->str[JS_BITS].text, *abi = job->str[JS_ABI].text;
	const char *march = job->str[JS_ARCH_NAME].text;

	ll_triple_parse(a, target ? target : ll_host_triple(a), out);
	if (order)
		apply_order(a, out, order);
	if (bits)
		apply_bits(a, out, bits);
	if (abi && str_starts(out->arch_name, "mips"))
		apply_mips_abi(a, out, abi);
	if (march && str_starts(out->arch_name, "riscv") && str_starts(march, "rv"))
		set_width(a, out, str_starts(march, "rv64"));
	if (march && str_eq(out->arch_name, "riscv64") && str_starts(march, "rv32"))
		set_width(a, out, false);
}
