/* Reading goes on behind a mistake, so that one run shows all of them; what LLVM makes of a target
 * (its needs) is asked when all words are right. */
#include "frontend/cpu/target.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/str.h"
#include "frontend/cpu/ignored.h"
#include "image/image.h"
#include "llvm/shim.h"

/* where a target was said, for messages about it */
struct origin {
	struct loc at;
	size_t cpu_char, base_char; /* 1-based; base_char 0: it has no base(N) */
	struct strbuf added;        /* "+a,+b": features it asks for by name */
};

struct reader {
	struct arena *a;
	struct diags *d;
	const char *triple;
	const char *base; /* the base image's targets, or NULL */
	struct cpu_targets *out;
	struct ll_names cpus, features;
	struct origin *origins; /* [out->n] */
	size_t cap, origins_cap;
	/* the word and the target at hand */
	const struct job_word *word;
	size_t offset; /* of the part at hand in the word */
	bool inside;   /* ... of which `base` is the place: the part is of the base image */
	size_t base_offset;
	struct cpu_target *t;
	struct origin *o;
	struct strbuf words; /* t->features */
	unsigned errors;
};

static int fail(struct reader *r, size_t offset, const char *fmt, ...) FMT(3, 4);

static int fail(struct reader *r, size_t offset, const char *fmt, ...)
{
	va_list ap;
	const char *text;

	va_start(ap, fmt);
	text = str_vfmt(r->a, fmt, ap);
	va_end(ap);
	r->errors++;
	if (r->inside)
		return diag_err(r->d, r->word->at,
			"cpu target, character %zu: the base image has the targets '%s': %s",
			r->base_offset + 1, str_shown(r->a, r->base), text);
	return diag_err(r->d, r->word->at, "cpu target, character %zu: %s", offset + 1, text);
}

/* ---- names */

static bool is_known(const char *name, const struct ll_names *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (str_eq(l->v[i], name))
			return true;
	}
	return false;
}

static int unknown(struct reader *r, size_t offset, const char *what, const char *name,
	const struct ll_names *l)
{
	const char *near = str_nearest(name, l->v, l->n);

	return fail(r, offset, "unknown %s '%s' for %s%s%s%s", what, str_shown(r->a, name),
		r->triple, near ? "; did you mean '" : "; 'help' in its place lists them",
		near ? near : "", near ? "'?" : "");
}

/* What "generic" is where LLVM's CPU of that name has less than the ABI promises. */
static const struct {
	const char *arch, *cpu, *features;
} generics[] = {
	{ "x86_64", "x86-64", "" },
	{ "i386", "i686", "" },
	{ "riscv64", "generic-rv64", "+m,+a,+f,+d,+c" },
};

static void set_generic(struct reader *r)
{
	const char *arch = r->out->arch ? r->out->arch->name : "";

	r->t->cpu = "generic";
	for (size_t i = 0; i < sizeof(generics) / sizeof(generics[0]); i++) {
		if (!str_eq(arch, generics[i].arch))
			continue;
		r->t->cpu = generics[i].cpu;
		strbuf_puts(&r->words, generics[i].features);
	}
}

static int set_native(struct reader *r)
{
	const char *host = ll_host_triple(r->a);
	char abi[64];

	if (!img_abi_text(host, abi, sizeof(abi)) || img_cpu_arch(abi) != r->out->arch ||
		(!r->out->arch && !str_eq(r->triple, host)))
		return fail(r, r->offset,
			"'native' is the CPU of this machine, %s, and the code is for %s; name the "
			"CPU",
			host, r->triple);
	r->t->cpu = ll_host_cpu(r->a);
	strbuf_puts(&r->words, ll_host_features(r->a));
	return 0;
}

static int read_cpu(struct reader *r, const char *name)
{
	struct ll_names has;

	r->t->name = name;
	r->t->cpu = name;
	if (!*name)
		return fail(r, r->offset,
			"a target starts with a CPU's name, such as 'native' or 'generic'");
	if (str_eq(name, "native"))
		return set_native(r);
	if (str_eq(name, "generic"))
		return set_generic(r), 0;
	if (str_eq(name, "clone_all") || str_eq(name, "-clone_all") || str_eq(name, "opt_size") ||
		str_eq(name, "min_size") || str_starts(name, "base(") || *name == '+')
		return fail(r, r->offset,
			"a target starts with a CPU's name, got the option '%s'; write "
			"'generic,%s'",
			str_shown(r->a, name), str_shown(r->a, name));
	if (!is_known(name, &r->cpus))
		return unknown(r, r->offset, "CPU", name, &r->cpus);
	r->t->cpu = ll_cpu_resolve(r->a, r->triple, name);
	if (r->out->arch && str_eq(r->out->arch->name, "x86_64")) {
		ll_cpu_features(r->a, r->triple, name, "", &has);
		if (!is_known("64bit", &has))
			return fail(r, r->offset, "CPU '%s' has no 64-bit mode", name);
	}
	return 0;
}

/* ---- options */

static int set_clone_all(struct reader *r, const char *word)
{
	r->t->clone_all = *word != '-';
	return 0;
}

static int set_size(struct reader *r, const char *word)
{
	bool min = str_eq(word, "min_size");

	if (min ? r->t->opt_size : r->t->min_size)
		return fail(r, r->offset,
			"opt_size and min_size are said of one target; keep one of them");
	if (min)
		r->t->min_size = true;
	else
		r->t->opt_size = true;
	return 0;
}

static int refuse_negative(struct reader *r, const char *word)
{
	return fail(r, r->offset, "'%s': there is nothing to switch off; leave it out",
		str_shown(r->a, word));
}

static int set_base(struct reader *r, const char *word)
{
	size_t self = r->out->n - 1;
	const char *digits = word + strlen("base(");
	char *end;
	unsigned long n;

	n = strtoul(digits, &end, 10);
	if (*digits < '0' || *digits > '9' || !str_eq(end, ")"))
		return fail(r, r->offset,
			"'%s' wants the number of a target before this one, such as 'base(0)'",
			str_shown(r->a, word));
	if (r->o->base_char)
		return fail(r, r->offset, "a target has one base; leave '%s' out", word);
	if (n >= self)
		return fail(r, r->offset,
			self ? "'%s': target %zu can only refine one before it, 0 to %zu"
			     : "'%s': target 0 refines no other; leave it out",
			str_shown(r->a, word), self, self - 1);
	r->o->base_char = r->offset + 1;
	r->t->base = n;
	return 0;
}

static int set_feature(struct reader *r, const char *word)
{
	if (!is_known(word + 1, &r->features))
		return unknown(r, r->offset, "CPU feature", word + 1, &r->features);
	strbuf_fmt(&r->words, "%s%s", r->words.n ? "," : "", word);
	if (*word == '+')
		strbuf_fmt(&r->o->added, "%s%s", r->o->added.n ? "," : "", word);
	return 0;
}

static int no_option(struct reader *r, const char *word)
{
	static const char *const options[] = { "clone_all", "opt_size", "min_size" };
	const char *near = str_nearest(word, options, sizeof(options) / sizeof(options[0]));

	if (!*word)
		return fail(r, r->offset, "an option is missing here; take the ',' away");
	if (near)
		return fail(r, r->offset, "unknown option '%s'; did you mean '%s'?",
			str_shown(r->a, word), near);
	return fail(r, r->offset, "'%s' wants a sign: +%s to use it, -%s not to",
		str_shown(r->a, word), str_shown(r->a, word), str_shown(r->a, word));
}

static int read_option(struct reader *r, const char *word)
{
	static const struct {
		const char *word;
		bool prefix;
		int (*read)(struct reader *, const char *);
	} rows[] = {
		{ "clone_all", false, set_clone_all },
		{ "-clone_all", false, set_clone_all },
		{ "opt_size", false, set_size },
		{ "min_size", false, set_size },
		{ "-opt_size", false, refuse_negative },
		{ "-min_size", false, refuse_negative },
		{ "-base(", true, refuse_negative },
		{ "base(", true, set_base },
		{ "+", true, set_feature },
		{ "-", true, set_feature },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].prefix ? str_starts(word, rows[i].word) : str_eq(word, rows[i].word))
			return rows[i].read(r, word);
	}
	return no_option(r, word);
}

/* ---- words */

static void begin_target(struct reader *r)
{
	arena_push_room(r->a, r->out->v, r->out->n, r->cap);
	arena_push_room(r->a, r->origins, r->out->n, r->origins_cap);
	r->t = &r->out->v[r->out->n];
	r->o = &r->origins[r->out->n];
	*r->t = (struct cpu_target) { .clone_all = r->out->n == 0 };
	*r->o = (struct origin) { .at = r->word->at,
		.cpu_char = (r->inside ? r->base_offset : r->offset) + 1,
		.added = { .mem = r->a } };
	r->words = (struct strbuf) { .mem = r->a };
	r->out->n++;
}

static void read_target(struct reader *r, char *text)
{
	size_t start = r->offset;
	char *rest = text, *part = strsep(&rest, ",");

	begin_target(r);
	read_cpu(r, part);
	while ((part = strsep(&rest, ","))) {
		r->offset = start + (size_t)(part - text);
		read_option(r, part);
	}
	r->t->features = strbuf_text(&r->words);
}

static void read_targets(struct reader *r, const char *from, void (*read)(struct reader *, char *))
{
	char *text = str_dup(r->a, from), *rest = text, *part;

	while ((part = strsep(&rest, ";"))) {
		r->offset = (size_t)(part - text);
		read(r, part);
	}
}

static bool is_base(const char *part)
{
	size_t n = strcspn(part, ",");

	return (n == 4 && str_starts(part, "base")) || (n == 8 && str_starts(part, "sysimage"));
}

/* All targets of the base image, so that whichever of those runs there is one here that goes with
 * it. */
static void read_base(struct reader *r, const char *part)
{
	size_t offset = r->offset;

	if (r->out->n)
		fail(r, offset, "'%s' stands for all targets of the base image: put it first",
			part);
	else if (strchr(part, ','))
		fail(r, offset + strcspn(part, ",") + 1,
			"the base image's targets are taken as they are; leave the options out");
	else if (!r->base)
		fail(r, offset,
			"'%s' is what the base image was built for, and this build has none; name "
			"it as the first dependency, or write its targets out, such as "
			"'generic;x86-64-v3,clone_all'",
			part);
	if (r->out->n || strchr(part, ',') || !r->base) {
		read_target(r, str_dup(r->a, "generic")); /* a sound dummy */
		return;
	}
	r->inside = true;
	r->base_offset = offset;
	read_targets(r, r->base, read_target);
	r->inside = false;
}

static void read_part(struct reader *r, char *part)
{
	if (is_base(part))
		read_base(r, part);
	else
		read_target(r, part);
}

/* ---- all of them */

static void check_bases(struct reader *r)
{
	for (size_t i = 0; i < r->out->n; i++) {
		const struct cpu_target *t = &r->out->v[i];

		if (!r->origins[i].base_char || r->out->v[t->base].clone_all)
			continue;
		diag_err(r->d, r->origins[i].at,
			"cpu target, character %zu: 'base(%zu)': target %zu ('%s') has only some "
			"functions; give it clone_all, or refine another",
			r->origins[i].base_char, t->base, t->base, r->out->v[t->base].name);
		r->errors++;
	}
}

/* file names and symbols are made of it */
static const char *safe_suffix(struct arena *a, const char *name)
{
	char *s = str_dup(a, name);

	for (char *c = s; *c; c++) {
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", *c))
			*c = '_';
	}
	return s;
}

static bool suffix_taken(const struct cpu_targets *t, size_t n, const char *suffix)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(t->v[i].suffix, suffix))
			return true;
	}
	return false;
}

static void name_clones(struct reader *r)
{
	for (size_t i = 0; i < r->out->n; i++) {
		const char *plain = safe_suffix(r->a, r->out->v[i].name), *s = plain;

		for (unsigned k = 2; suffix_taken(r->out, i, s); k++)
			s = str_fmt(r->a, "%s.%u", plain, k);
		r->out->v[i].suffix = s;
	}
}

/* ---- needs */

/* rows of features that follow from what was asked for by name, not from the CPU's */
static void asked_for(struct reader *r, const struct origin *o, uint64_t set[IMG_FEATURE_WORDS])
{
	struct ll_names with, without;

	if (!o->added.n)
		return;
	ll_cpu_features(r->a, r->triple, "", o->added.s, &with);
	ll_cpu_features(r->a, r->triple, "", "", &without);
	for (size_t i = 0; i < with.n; i++) {
		int row = img_cpu_feature(r->out->arch, with.v[i]);

		if (row >= 0 && !is_known(with.v[i], &without))
			img_cpu_add(set, (unsigned)row);
	}
}

static void find_needs(struct reader *r, size_t index)
{
	const struct cpu_arch *arch = r->out->arch;
	struct cpu_target *t = &r->out->v[index];
	const struct origin *o = &r->origins[index];
	uint64_t asked[IMG_FEATURE_WORDS] = { 0 };
	struct strbuf bad = { .mem = r->a }, cure = { .mem = r->a };
	struct ll_names on;

	asked_for(r, o, asked);
	ll_cpu_features(r->a, r->triple, t->cpu, t->features, &on);
	for (size_t i = 0; i < on.n; i++) {
		int row = img_cpu_feature(arch, on.v[i]);
		bool said = row >= 0 && arch->features[row].flags & CPU_SAID;

		if (said ? !img_cpu_has(asked, (unsigned)row) : cpu_ignored(arch->name, on.v[i]))
			continue;
		if (row >= 0 && img_cpu_testable(arch, (unsigned)row, r->out->abi)) {
			img_cpu_add(t->needs, (unsigned)row);
			continue;
		}
		strbuf_fmt(&bad, "%s%s", bad.n ? ", " : "", on.v[i]);
		strbuf_fmt(&cure, ",-%s", on.v[i]);
	}
	if (!bad.n)
		return;
	r->errors++;
	diag_err(r->d, o->at,
		"cpu target, character %zu: a program on %s cannot find out whether its CPU has "
		"%s; write '%s%s'",
		o->cpu_char, r->triple, bad.s, t->name, cure.s);
}

static bool add_needs(struct cpu_target *t, const struct cpu_target *of)
{
	bool more = false;

	for (unsigned i = 0; i < IMG_FEATURE_WORDS; i++) {
		more |= (of->needs[i] & ~t->needs[i]) != 0;
		t->needs[i] |= of->needs[i];
	}
	return more;
}

/* A target runs code of its base and of target 0 too, where a function has no version of its own.
 */
static void complete_needs(struct reader *r)
{
	for (size_t i = 1; i < r->out->n; i++) {
		struct cpu_target *t = &r->out->v[i];

		if (add_needs(t, &r->out->v[0]))
			diag_warn(r->d, r->origins[i].at,
				"cpu target, character %zu: target %zu ('%s') lacks features of "
				"target 0 ('%s'), whose functions it calls; put the least CPU "
				"first",
				r->origins[i].cpu_char, i, t->name, r->out->v[0].name);
		add_needs(t, &r->out->v[t->base]);
	}
}

int cpu_targets_read(struct arena *a, struct diags *d, const struct job_word *words, size_t nwords,
	const char *base, const char *triple, struct cpu_targets *out)
{
	struct reader r = { .a = a, .d = d, .triple = triple, .base = base, .out = out };
	char abi[64] = "";

	*out = (struct cpu_targets) { 0 };
	img_abi_text(triple, abi, sizeof(abi));
	out->abi = str_dup(a, abi);
	out->arch = img_cpu_arch(out->abi);
	if (ll_cpu_names(a, triple, &r.cpus) || ll_feature_names(a, triple, &r.features))
		return diag_err(
			d, nwords ? words->at : NOWHERE, "LLVM has no CPU tables for %s", triple);
	for (size_t i = 0; i < nwords; i++) {
		r.word = &words[i];
		read_targets(&r, r.word->text, read_part);
	}
	if (!out->n)
		return diag_err(d, NOWHERE, "a CPU target is wanted, such as 'generic'");
	if (out->n > 1 && !out->arch) {
		r.errors++;
		diag_err(d, r.origins[1].at,
			"%zu cpu targets: images for %s cannot choose between CPUs in this "
			"version; give one target",
			out->n, triple);
	}
	if (!r.errors)
		check_bases(&r);
	name_clones(&r);
	for (size_t i = 0; i < out->n && out->arch && !r.errors; i++)
		find_needs(&r, i);
	if (!r.errors && out->arch)
		complete_needs(&r);
	return r.errors ? -1 : 0;
}
