/* pkgimg cpus [TARGETS | IMAGE]: this CPU's features; what CPU targets mean; which target of an
 * image runs here, and what the others lack. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/inspect.h"
#include "driver/options.h"
#include "frontend/target.h"
#include "runtime/cpu.h"
#include "runtime/internal.h"

/* a target of a string or of an image */
struct row {
	const char *name, *cpu, *features; /* name: as said, or NULL */
	uint64_t needs[IMG_FEATURE_WORDS], adds[IMG_FEATURE_WORDS], lacks[IMG_FEATURE_WORDS];
	bool clone_all, opt_size, min_size, accepted;
	size_t base;
};

struct report {
	struct arena *mem;
	const char *file;            /* of an image, or NULL */
	const char *triple;          /* of the targets; NULL: no targets are shown */
	const char *abi;             /* theirs */
	const struct cpu_arch *arch; /* theirs; NULL: features are not told */
	struct row *rows;
	size_t n, chosen; /* chosen: n if none runs here */
	bool here;        /* the targets are for this kind of CPU */
	const struct cpu_arch *host;
	const char *cap; /* or NULL */
	uint64_t offered[IMG_FEATURE_WORDS];
};

/* ---- what there is to say */

static const char *names(struct report *r, const struct cpu_arch *arch, const uint64_t set[])
{
	size_t n = img_cpu_names(arch, set, 0, " ", NULL, 0) + 1;
	char *text = arena_alloc(r->mem, n, 1);

	img_cpu_names(arch, set, 0, " ", text, n);
	return text;
}

static int read_host(struct diags *d, struct report *r)
{
	uint64_t all[IMG_FEATURE_WORDS];
	const char *cap = getenv("PKGIMG_CPU_CAP");
	struct pkgimg_error err;

	memset(all, 0xff, sizeof(all));
	r->host = rt_cpu_arch();
	r->cap = cap && *cap ? cap : NULL;
	if (rt_cpu_offers(&err, r->host, r->cap, all, r->offered))
		return diag_err(d, (struct loc) { .file = "PKGIMG_CPU_CAP" }, "%s", err.text);
	return 0;
}

/* adds, lacks and the choice, from needs */
static void judge(struct report *r)
{
	struct img_target *t = arena_array(r->mem, struct img_target, r->n);

	r->here = img_abi_is_same_cpu(r->abi, img_host_abi_text());
	for (size_t i = 0; i < r->n; i++) {
		struct row *row = &r->rows[i];

		memcpy(t[i].needs, row->needs, sizeof(row->needs));
		for (unsigned w = 0; w < IMG_FEATURE_WORDS; w++)
			row->adds[w] = row->needs[w] & ~(i ? r->rows[row->base].needs[w] : 0);
		row->accepted = rt_cpu_accepts(r->offered, row->needs, row->lacks) && r->here;
	}
	r->chosen = r->here ? rt_cpu_choose(t, (uint32_t)r->n, r->offered) : r->n;
}

static int read_spec(struct diags *d, const struct build_request *q, struct report *r)
{
	struct target t;

	if (target_read(r->mem, d, q, &t))
		return -1;
	r->triple = t.triple.normal;
	r->abi = t.abi;
	r->arch = t.arch;
	r->n = t.ncpus;
	r->rows = arena_array(r->mem, struct row, r->n);
	for (size_t i = 0; i < r->n; i++) {
		const struct cpu_target *c = &t.cpus[i];

		r->rows[i] = (struct row) { .name = c->name,
			.cpu = c->cpu,
			.features = c->features,
			.clone_all = i && c->clone_all,
			.opt_size = c->opt_size,
			.min_size = c->min_size,
			.base = c->base };
		memcpy(r->rows[i].needs, c->needs, sizeof(c->needs));
	}
	judge(r);
	return 0;
}

static int read_image(struct diags *d, const char *path, struct report *r)
{
	struct inspected in;
	const struct img_view *v = &in.view;

	if (inspect_open(d, path, false, &in))
		return -1;
	r->file = path;
	r->triple = str_dup(r->mem, img_str(v, v->package->triple));
	r->abi = str_dup(r->mem, img_str(v, v->package->abi_text));
	r->arch = img_cpu_arch(r->abi);
	r->n = v->ntargets;
	r->rows = arena_array(r->mem, struct row, r->n);
	for (size_t i = 0; i < r->n; i++) {
		const struct img_target *t = &v->targets[i];

		r->rows[i] = (struct row) { .cpu = str_dup(r->mem, img_str(v, t->cpu)),
			.features = str_dup(r->mem, img_str(v, t->features)),
			.clone_all = t->flags & IMG_TGF_CLONE_ALL,
			.opt_size = t->flags & IMG_TGF_OPT_SIZE,
			.min_size = t->flags & IMG_TGF_MIN_SIZE,
			.base = t->base };
		memcpy(r->rows[i].needs, t->needs, sizeof(t->needs));
	}
	inspect_close(&in);
	judge(r);
	return 0;
}

/* ---- as text */

enum { WIDTH = 92 };

/* words in lines, each behind `indent` blanks */
static void print_words(const char *text, int indent)
{
	int column = 0;

	while (*text) {
		int n = (int)strcspn(text, " ");

		if (column && column + 1 + n > WIDTH) {
			putchar('\n');
			column = 0;
		}
		column += printf("%*s%.*s", column ? 1 : indent, "", n, text);
		text += n + (text[n] == ' ');
	}
	putchar('\n');
}

static void print_set(struct report *r, const char *what, const uint64_t set[])
{
	const char *text = names(r, r->arch, set);

	if (!*text)
		return;
	printf("     %s\n", what);
	print_words(text, 7);
}

static void print_row(struct report *r, size_t i)
{
	const struct row *row = &r->rows[i];

	printf("  %zu  %s", i, row->name ? row->name : row->cpu);
	if (row->name && !str_eq(row->name, row->cpu))
		printf(" (%s)", row->cpu);
	/* those of native are listed below in any case */
	if (*row->features && !(row->name && str_eq(row->name, "native")))
		printf("  %s", row->features);
	printf("%s%s%s", row->clone_all ? "  clone_all" : "", row->opt_size ? "  opt_size" : "",
		row->min_size ? "  min_size" : "");
	if (i)
		printf("  base %zu", row->base);
	printf("%s\n", i == r->chosen ? "  <- runs here" : "");
	print_set(r, i ? "adds to its base" : "needs", row->adds);
	if (r->here)
		print_set(r, "is refused here, for it needs", row->lacks);
}

static void print_decision(const struct report *r)
{
	if (!r->here)
		printf("\nnone runs here: they are for %s\n", r->triple);
	else if (r->chosen == r->n)
		printf("\nnone runs here%s%s%s\n", r->cap ? ", under PKGIMG_CPU_CAP='" : "",
			r->cap ? r->cap : "", r->cap ? "'" : "");
	else
		printf("\ntarget %zu runs here: of those that can it needs most features%s%s%s\n",
			r->chosen, r->cap ? ", under PKGIMG_CPU_CAP='" : "", r->cap ? r->cap : "",
			r->cap ? "'" : "");
}

static void print_targets(struct report *r)
{
	if (r->file)
		printf("%s: ", r->file);
	printf("CPU targets for %s (%zu)\n", r->triple, r->n);
	for (size_t i = 0; i < r->n; i++)
		print_row(r, i);
	print_decision(r);
}

/* is all of the level offered? */
static bool has_level(const struct report *r, unsigned level)
{
	const struct cpu_level *l = &r->host->levels[level];

	for (unsigned i = 0; i < l->nadds; i++) {
		if (!img_cpu_has(r->offered, l->adds[i]))
			return false;
	}
	return l->base == level || has_level(r, l->base);
}

static void print_host(struct report *r)
{
	printf("%-10s %s\n", "CPU", ll_host_cpu(r->mem));
	printf("%-10s %s\n", "ABI", img_host_abi_text());
	if (r->cap)
		printf("%-10s %s (PKGIMG_CPU_CAP)\n", "cap", r->cap);
	if (!r->host)
		return;
	printf("%-10s", "levels");
	for (unsigned i = 0; i < r->host->nlevels; i++)
		printf("%s%s", has_level(r, i) ? " " : "",
			has_level(r, i) ? r->host->levels[i].name : "");
	printf("\nfeatures\n");
	print_words(names(r, r->host, r->offered), 2);
}

/* ---- as JSON */

static void json_set(
	struct json *j, const char *key, const struct cpu_arch *arch, const uint64_t set[])
{
	char text[32];

	json_array(j, key);
	for (unsigned i = 0; i < 64 * IMG_FEATURE_WORDS; i++) {
		if (!img_cpu_has(set, i))
			continue;
		snprintf(text, sizeof(text), "feature %u", i);
		json_str(j, NULL, arch && i < arch->nfeatures ? arch->features[i].name : text);
	}
	json_end_array(j);
}

static void json_host(struct json *j, struct report *r)
{
	json_object(j, "host");
	json_str(j, "cpu", ll_host_cpu(r->mem));
	json_str(j, "abi", img_host_abi_text());
	json_str(j, "cap", r->cap);
	json_array(j, "levels");
	for (unsigned i = 0; r->host && i < r->host->nlevels; i++) {
		if (has_level(r, i))
			json_str(j, NULL, r->host->levels[i].name);
	}
	json_end_array(j);
	json_set(j, "features", r->host, r->offered);
	json_end_object(j);
}

static void json_row(struct json *j, const struct report *r, const struct row *row)
{
	json_object(j, NULL);
	json_str(j, "name", row->name);
	json_str(j, "cpu", row->cpu);
	json_str(j, "features", row->features);
	json_bool(j, "clone_all", row->clone_all);
	json_bool(j, "opt_size", row->opt_size);
	json_bool(j, "min_size", row->min_size);
	json_uint(j, "base", row->base);
	json_set(j, "needs", r->arch, row->needs);
	json_set(j, "adds", r->arch, row->adds);
	json_set(j, "lacks", r->arch, row->lacks);
	json_bool(j, "accepted", row->accepted);
	json_end_object(j);
}

static void print_json(struct report *r)
{
	struct json j = { .f = stdout };

	json_object(&j, NULL);
	json_host(&j, r);
	if (r->triple) {
		json_str(&j, "file", r->file);
		json_str(&j, "triple", r->triple);
		json_array(&j, "targets");
		for (size_t i = 0; i < r->n; i++)
			json_row(&j, r, &r->rows[i]);
		json_end_array(&j);
		if (r->chosen < r->n)
			json_uint(&j, "chosen", r->chosen);
		else
			json_str(&j, "chosen", NULL);
	}
	json_end_object(&j);
}

/* ---- the command */

static int show(struct cli *c, struct build_request *q, const char *image, bool json)
{
	struct report r = { .mem = c->mem };
	bool targets = q->cpu_target.text || q->target.text || q->platform.text;

	if (!image && q->cpu_target.text && cpu_targets_want_help(&q->cpu_target, 1)) {
		const char *text = target_cpu_help(c->mem, c->d, q);

		if (text)
			fputs(text, stdout);
		return text ? EXIT_OK : EXIT_INPUT;
	}
	if (read_host(c->d, &r) || (image && read_image(c->d, image, &r)) ||
		(!image && targets && read_spec(c->d, q, &r)))
		return EXIT_INPUT;
	if (json)
		print_json(&r);
	else if (r.triple)
		print_targets(&r);
	else
		print_host(&r);
	return EXIT_OK;
}

int cmd_cpus(struct cli *c)
{
	struct build_request q = { 0 };
	const char *image = NULL;
	bool json = false;
	size_t n;
	const struct ll_arg *args = cli_parse(c, CpusOption, &n);

	if (!args)
		return EXIT_USAGE;
	for (size_t i = 0; i < n; i++) {
		struct job_word w = { args[i].id ? (args[i].nvalues ? args[i].values[0] : "")
						 : args[i].spelling,
			cli_place(c, &args[i]) };

		switch (args[i].id) {
		case OPT_help:
			return cli_help(c, CpusOption, "pkgimg cpus [--json] [TARGETS | IMAGE]",
				"shows this CPU's features, what CPU targets mean, and which "
				"target of an image runs here");
		case OPT_json: json = true; continue;
		case OPT_target: q.target = w; continue;
		case OPT_platform: q.platform = w; continue;
		default: break;
		}
		if (image || q.cpu_target.text) {
			diag_err(c->d, w.at,
				"one image or one string of CPU targets is wanted, '%s' is a "
				"second",
				w.text);
			return EXIT_USAGE;
		}
		/* no CPU has a '/' or a '.' in its name but levels such as armv8.1-a */
		if (strchr(w.text, '/') || file_is_regular(w.text))
			image = w.text;
		else
			q.cpu_target = w;
	}
	return show(c, &q, image, json);
}
