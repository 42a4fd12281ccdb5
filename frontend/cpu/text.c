/* CPU targets as text: for --cpu-target=help, and as they are kept in an image. */
#include <stdlib.h>

#include "base/str.h"
#include "frontend/cpu/ignored.h"
#include "frontend/cpu/target.h"
#include "image/image.h"
#include "llvm/shim.h"

bool cpu_targets_from_environment(struct job_word *out)
{
	static const char *const names[] = { "PKGIMG_CPU_TARGET", "JULIA_CPU_TARGET" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *text = getenv(names[i]);

		if (!text || !*text)
			continue;
		*out = (struct job_word) { text, { .file = names[i] } };
		return true;
	}
	return false;
}

/* `word` is a part of `text`, between ';' or ',' */
static bool has_part(const char *text, const char *word)
{
	size_t n;

	for (; *text; text += n + (text[n] != '\0')) {
		n = strcspn(text, ",;");
		if (n == strlen(word) && !strncmp(text, word, n))
			return true;
	}
	return false;
}

bool cpu_targets_want_help(const struct job_word *words, size_t nwords)
{
	for (size_t i = 0; i < nwords; i++) {
		if (has_part(words[i].text, "help"))
			return true;
	}
	return false;
}

/* names in columns, as many as fit into 80 */
static void put_columns(struct strbuf *b, const struct ll_names *names)
{
	size_t widest = 0, columns;

	for (size_t i = 0; i < names->n; i++) {
		if (strlen(names->v[i]) > widest)
			widest = strlen(names->v[i]);
	}
	columns = 78 / (widest + 2) + (widest > 76);
	for (size_t i = 0; i < names->n; i++) {
		bool last = i % columns == columns - 1 || i == names->n - 1;

		strbuf_fmt(b, "%s%-*s%s", i % columns ? "" : "  ", last ? 0 : (int)widest + 2,
			names->v[i], last ? "\n" : "");
	}
}

const char *cpu_targets_help(struct arena *a, struct diags *d, struct loc at, const char *triple)
{
	struct ll_names cpus, features, isa = { 0 };
	const struct cpu_arch *arch;
	struct strbuf b = { .mem = a };
	const char **v;
	char abi[64] = "";

	if (ll_cpu_names(a, triple, &cpus) || ll_feature_names(a, triple, &features))
		return diag_err(d, at, "LLVM has no CPU tables for %s", triple), NULL;
	img_abi_text(triple, abi, sizeof(abi));
	arch = img_cpu_arch(abi);
	v = arena_array(a, const char *, features.n + 1);
	for (size_t i = 0; i < features.n; i++) {
		if (!arch || !cpu_ignored(arch->name, features.v[i]))
			v[isa.n++] = features.v[i];
	}
	isa.v = v;
	strbuf_fmt(&b,
		"CPU targets for %s:\n\n"
		"  CPU(,OPTION)*(;CPU(,OPTION)*)*      \"generic;x86-64-v3,clone_all\"\n\n"
		"  OPTION: clone_all     all functions have a version for it, not only those "
		"that gain\n"
		"          base(N)       it refines target N, counted from 0, instead of target 0\n"
		"          opt_size, min_size    smaller code, like -Os and -Oz\n"
		"          +FEATURE, -FEATURE\n\n"
		"CPUs, besides generic and native:\n",
		triple);
	put_columns(&b, &cpus);
	strbuf_puts(&b, "\nfeatures:\n");
	put_columns(&b, &isa);
	return strbuf_text(&b);
}

const char *cpu_targets_text(struct arena *a, const struct cpu_targets *t)
{
	struct strbuf b = { .mem = a };

	for (size_t i = 0; i < t->n; i++) {
		const struct cpu_target *c = &t->v[i];

		strbuf_fmt(
			&b, "%s%s%s%s", i ? ";" : "", c->cpu, *c->features ? "," : "", c->features);
		strbuf_puts(&b, i && c->clone_all ? ",clone_all" : "");
		strbuf_puts(&b, c->opt_size ? ",opt_size" : c->min_size ? ",min_size" : "");
		if (c->base)
			strbuf_fmt(&b, ",base(%zu)", c->base);
	}
	return strbuf_text(&b);
}

const char *cpu_targets_of_image(struct arena *a, const struct img_view *v)
{
	struct strbuf b = { .mem = a };

	for (size_t i = 0; i < v->ntargets; i++) {
		const struct img_target *t = &v->targets[i];
		const char *features = img_str(v, t->features);

		strbuf_fmt(&b, "%s%s%s%s", i ? ";" : "", img_str(v, t->cpu), *features ? "," : "",
			features);
		strbuf_puts(&b, t->flags & IMG_TGF_CLONE_ALL ? ",clone_all" : "");
		strbuf_puts(&b, t->flags & IMG_TGF_OPT_SIZE   ? ",opt_size"
				: t->flags & IMG_TGF_MIN_SIZE ? ",min_size"
							      : "");
		if (t->base)
			strbuf_fmt(&b, ",base(%u)", (unsigned)t->base);
	}
	return strbuf_text(&b);
}
