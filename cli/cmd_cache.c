/* pkgimg cache list|explain|gc|verify: what is in the stores, and why it is used or not. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/str.h"
#include "cli/cached.h"
#include "driver/options.h"

struct request {
	struct cli *c;
	const char *verb;
	struct build_request build;
	struct cached_options cached;
	bool json, dry_run, repair;
	uint64_t max_bytes, max_age;
	struct pkgimg_cache *cache;
	struct json out;
};

/* ---- text */

static const char *hex(struct arena *a, const uint8_t *bytes, size_t n)
{
	struct strbuf b = { .mem = a };

	strbuf_hex(&b, bytes, n);
	return strbuf_text(&b);
}

static const char *ago(struct arena *a, int64_t when)
{
	int64_t s = (int64_t)time(NULL) - when;

	if (s < 0)
		s = 0;
	if (s < 120)
		return str_fmt(a, "%llds", (long long)s);
	if (s < 7200)
		return str_fmt(a, "%lldm", (long long)s / 60);
	if (s < 172800)
		return str_fmt(a, "%lldh", (long long)s / 3600);
	return str_fmt(a, "%lldd", (long long)s / 86400);
}

static const char *form_name(int native)
{
	return native ? "native" : "data-only";
}

static void json_rejections(struct json *j, const struct pkgimg_cache_candidate *c)
{
	json_array(j, "rejections");
	for (size_t i = 0; i < c->nrejections; i++) {
		const struct pkgimg_cache_rejection *r = &c->rejections[i];

		json_object(j, NULL);
		json_str(j, "code", r->code);
		json_str(j, "field", r->field);
		json_str(j, "expected", r->expected);
		json_str(j, "found", r->found);
		json_str(j, "remedy", r->remedy);
		json_end_object(j);
	}
	json_end_array(j);
}

static void json_candidate(struct json *j, const struct pkgimg_cache_candidate *c)
{
	json_object(j, NULL);
	json_str(j, "sidecar", c->sidecar);
	if (c->native >= 0)
		json_bool(j, "native", c->native);
	json_bool(j, "accepted", c->nrejections == 0);
	json_rejections(j, c);
	json_end_object(j);
}

static void text_candidate(const struct pkgimg_cache_candidate *c)
{
	printf("%s: %s%s%s\n", c->sidecar, c->native < 0 ? "" : form_name(c->native),
		c->native < 0 ? "" : ", ", c->nrejections ? "rejected" : "accepted");
	for (size_t i = 0; i < c->nrejections; i++) {
		const struct pkgimg_cache_rejection *r = &c->rejections[i];

		printf("  %s: %s: wanted %s, found %s; %s\n", r->code, r->field, r->expected,
			r->found, r->remedy);
	}
}

static int fail(struct request *r, const struct pkgimg_cache_error *e)
{
	diag_err(r->c->d, NOWHERE, "%s", e->text);
	return EXIT_INPUT;
}

/* the word behind the verb, or NULL */
static const char *word(const struct request *r)
{
	return r->build.ninputs ? r->build.inputs[0].text : NULL;
}

/* ---- list */

static void json_image(struct request *r, const struct pkgimg_cache_image *m)
{
	struct json *j = &r->out;

	json_object(j, NULL);
	json_str(j, "package", m->package);
	json_str(j, "version", m->version);
	json_str(j, "key", hex(r->c->mem, m->key, sizeof(m->key)));
	json_bool(j, "native", m->native);
	json_str(j, "abi", m->abi);
	json_str(j, "cpu_target", m->cpu_target);
	json_str(j, "toolchain", m->toolchain);
	json_str(j, "build_id", hex(r->c->mem, m->build_id, sizeof(m->build_id)));
	json_str(j, "interface", hex(r->c->mem, (const uint8_t *)&m->interface_digest, 8));
	json_str(j, "sidecar", m->sidecar);
	json_str(j, "library", m->library);
	json_uint(j, "bytes", m->bytes);
	json_int(j, "made", m->made);
	json_int(j, "used", m->used);
	json_end_object(j);
}

static void json_history(struct json *j, const struct pkgimg_cache_history *h)
{
	json_object(j, "statistics");
	json_uint(j, "hits", h->hits);
	json_uint(j, "misses", h->misses);
	json_object(j, "rejections");
	for (int i = 1; i < PKGIMG_REJECT_REASONS; i++)
		if (h->rejections[i])
			json_uint(j, pkgimg_cache_reason_code(i), h->rejections[i]);
	json_end_object(j);
	json_end_object(j);
}

static void list_json(
	struct request *r, const struct pkgimg_cache_list *l, const struct pkgimg_cache_history *h)
{
	struct json *j = &r->out;

	json_object(j, NULL);
	json_array(j, "stores");
	for (size_t i = 0; pkgimg_cache_store(r->cache, i); i++)
		json_str(j, NULL, pkgimg_cache_store(r->cache, i));
	json_end_array(j);
	json_array(j, "images");
	for (size_t i = 0; i < l->n; i++)
		json_image(r, &l->images[i]);
	json_end_array(j);
	json_array(j, "broken");
	for (size_t i = 0; i < l->nbroken; i++)
		json_candidate(j, &l->broken[i]);
	json_end_array(j);
	json_history(j, h);
	json_end_object(j);
}

static void list_text(
	struct request *r, const struct pkgimg_cache_list *l, const struct pkgimg_cache_history *h)
{
	struct arena *a = r->c->mem;
	uint64_t bytes = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct pkgimg_cache_image *m = &l->images[i];

		bytes += m->bytes;
		printf("%-20s %-10s %.16s %-9s %10llu bytes  used %s ago  %s\n", m->package,
			m->version, hex(a, m->key, 8), form_name(m->native),
			(unsigned long long)m->bytes, ago(a, m->used),
			*m->cpu_target ? m->cpu_target : "-");
	}
	for (size_t i = 0; i < l->nbroken; i++)
		text_candidate(&l->broken[i]);
	printf("%zu images, %llu bytes; %llu hits, %llu misses", l->n, (unsigned long long)bytes,
		(unsigned long long)h->hits, (unsigned long long)h->misses);
	for (int i = 1; i < PKGIMG_REJECT_REASONS; i++)
		if (h->rejections[i])
			printf(", %s %llu", pkgimg_cache_reason_code(i),
				(unsigned long long)h->rejections[i]);
	putchar('\n');
}

static int cache_list(struct request *r)
{
	struct pkgimg_cache_history *h;
	struct pkgimg_cache_list *l;
	struct pkgimg_cache_error e;

	if (pkgimg_cache_list(r->cache, word(r), &l, &e))
		return fail(r, &e);
	if (pkgimg_cache_history(r->cache, word(r), &h, &e)) {
		pkgimg_cache_list_free(l);
		return fail(r, &e);
	}
	if (r->json)
		list_json(r, l, h);
	else
		list_text(r, l, h);
	pkgimg_cache_history_free(h);
	pkgimg_cache_list_free(l);
	return EXIT_OK;
}

/* ---- explain */

static void explain_last(struct request *r, const struct pkgimg_cache_history *h)
{
	if (r->json) {
		json_history(&r->out, h);
		json_object(&r->out, "last_miss");
		json_int(&r->out, "when", h->when);
		json_bool(&r->out, "made", h->made != 0);
		json_array(&r->out, "why");
		for (size_t i = 0; i < h->nlast; i++)
			json_str(&r->out, NULL, h->last[i]);
		json_end_array(&r->out);
		json_end_object(&r->out);
		return;
	}
	if (!h->when) {
		printf("no build of it is on record\n");
		return;
	}
	printf("last %s%s ago%s: %s\n", h->made ? "built " : "build began ",
		ago(r->c->mem, h->when), h->made ? "" : " and made nothing so far",
		h->nlast ? "no image fitted:" : "there was no image");
	for (size_t i = 0; i < h->nlast; i++)
		printf("  %s\n", h->last[i]);
}

static int explain(struct request *r, const struct pkgimg_cache_request *q)
{
	struct pkgimg_cache_history *h;
	struct pkgimg_cache_answer *answer;
	struct pkgimg_cache_error e;

	if (pkgimg_cache_explain(r->cache, q, &answer, &e))
		return fail(r, &e);
	if (pkgimg_cache_history(r->cache, q->package, &h, &e)) {
		pkgimg_cache_answer_free(answer);
		return fail(r, &e);
	}
	if (r->json) {
		json_object(&r->out, NULL);
		json_str(&r->out, "package", q->package);
		json_bool(&r->out, "found", answer->found);
		json_array(&r->out, "candidates");
		for (size_t i = 0; i < answer->ncandidates; i++)
			json_candidate(&r->out, &answer->candidates[i]);
		json_end_array(&r->out);
	} else if (!answer->ncandidates) {
		printf("no image of '%s' is in the stores\n", q->package);
	}
	for (size_t i = 0; !r->json && i < answer->ncandidates; i++)
		text_candidate(&answer->candidates[i]);
	explain_last(r, h);
	if (r->json)
		json_end_object(&r->out);
	pkgimg_cache_history_free(h);
	pkgimg_cache_answer_free(answer);
	return EXIT_OK;
}

static bool is_file(const char *s)
{
	return strchr(s, '/') || str_ends(s, ".yaml") || str_ends(s, ".yml") ||
	       str_ends(s, ".bc") || str_ends(s, ".ll") || str_ends(s, ".o") || str_ends(s, ".a");
}

/* A package's name: its images as they are. A package file, or modules: against that very build. */
static int cache_explain(struct request *r)
{
	struct cached what = { .q = { .size = sizeof(what.q) } };

	if (!word(r)) {
		diag_err(r->c->d, NOWHERE,
			"a package is wanted: pkgimg cache explain NAME, or what `pkgimg build` "
			"gets: PACKAGE.yaml and options");
		return EXIT_USAGE;
	}
	if (is_file(word(r))) {
		if (cached_request(r->c->mem, r->c->d, &r->build, &r->cached, &what))
			return EXIT_INPUT;
		return explain(r, &what.q);
	}
	what.q.package = word(r);
	what.q.flags = PKGIMG_CACHE_PARTIAL;
	what.q.toolchain = cached_toolchain(r->c->mem);
	if (cached_native(r->c->d, &r->cached.native, &what.q.native))
		return EXIT_USAGE;
	what.q.flags |= r->cached.native.text ? PKGIMG_CACHE_FORM : 0;
	return explain(r, &what.q);
}

/* ---- gc */

static int cache_gc(struct request *r)
{
	struct pkgimg_cache_gc gc = { .size = sizeof(gc),
		.dry_run = r->dry_run,
		.max_bytes = r->max_bytes,
		.max_age = r->max_age };
	struct pkgimg_cache_error e;
	struct json *j = &r->out;

	if (pkgimg_cache_gc(r->cache, &gc, &e))
		return fail(r, &e);
	if (!r->json) {
		printf("%s %llu images and %llu leftovers, %llu bytes; kept %llu images, %llu "
		       "bytes\n",
			r->dry_run ? "would remove" : "removed", (unsigned long long)gc.removed,
			(unsigned long long)gc.leftovers, (unsigned long long)gc.bytes_removed,
			(unsigned long long)gc.kept, (unsigned long long)gc.bytes_kept);
		return EXIT_OK;
	}
	json_object(j, NULL);
	json_uint(j, "removed", gc.removed);
	json_uint(j, "leftovers", gc.leftovers);
	json_uint(j, "bytes_removed", gc.bytes_removed);
	json_uint(j, "kept", gc.kept);
	json_uint(j, "bytes_kept", gc.bytes_kept);
	json_end_object(j);
	return EXIT_OK;
}

/* ---- verify */

static void verify_broken(void *ctx, const struct pkgimg_cache_candidate *c)
{
	struct request *r = ctx;

	if (r->json)
		json_candidate(&r->out, c);
	else
		text_candidate(c);
}

static int cache_verify(struct request *r)
{
	struct pkgimg_cache_verify v = { .size = sizeof(v),
		.repair = r->repair,
		.package = word(r),
		.broken = verify_broken,
		.ctx = r };
	struct pkgimg_cache_error e;
	struct json *j = &r->out;
	int code;

	if (r->json) {
		json_object(j, NULL);
		json_array(j, "broken");
	}
	code = pkgimg_cache_verify(r->cache, &v, &e);
	if (r->json) {
		json_end_array(j);
		json_uint(j, "sound", v.sound);
		json_uint(j, "data_only", v.data_only);
		json_uint(j, "unsound", v.unsound);
		json_uint(j, "removed", v.removed);
		json_uint(j, "bytes", v.bytes);
		json_end_object(j);
	} else if (!code) {
		printf("%llu images are sound (%llu data-only, %llu bytes), %llu are not; %llu "
		       "removed\n",
			(unsigned long long)v.sound, (unsigned long long)v.data_only,
			(unsigned long long)v.bytes, (unsigned long long)v.unsound,
			(unsigned long long)v.removed);
	}
	if (code)
		return fail(r, &e);
	return v.unsound > v.removed ? EXIT_INPUT : EXIT_OK;
}

/* ---- arguments */

static const struct {
	const char *name;
	int (*run)(struct request *r);
} verbs[] = { { "list", cache_list }, { "explain", cache_explain }, { "gc", cache_gc },
	{ "verify", cache_verify } };
enum { NVERBS = sizeof(verbs) / sizeof(verbs[0]) };

/* "12", "3k", "2G": a number of the smallest unit of `units` ("kMG": 1024 each) */
static int read_number(struct cli *c, const struct ll_arg *arg, const char *units,
	const uint64_t *factors, uint64_t *out)
{
	const char *text = arg->values[0], *unit;
	uint64_t factor = 1;
	char *end;

	*out = strtoull(text, &end, 10);
	unit = *end ? strchr(units, *end) : NULL;
	if (unit)
		factor = factors[unit - units];
	if (!isdigit((unsigned char)*text) || (*end && (!unit || end[1])) ||
		(*out && factor > UINT64_MAX / 2 / *out))
		return diag_err(c->d, cli_place(c, arg),
			"'%s' wants a number, with one of '%s' behind it or nothing, got '%s'",
			arg->spelling, units, str_shown(c->mem, text));
	*out *= factor;
	return 0;
}

static int apply(struct request *r, const struct ll_arg *arg)
{
	static const uint64_t bytes[] = { 1 << 10, 1 << 20, 1 << 30 };
	static const uint64_t seconds[] = { 1, 60, 3600, 86400 };

	switch (arg->id) {
	case OPT_json: r->json = true; return 0;
	case OPT_dry_run: r->dry_run = true; return 0;
	case OPT_repair: r->repair = true; return 0;
	case OPT_max_bytes_EQ: return read_number(r->c, arg, "kMG", bytes, &r->max_bytes);
	case OPT_max_age_EQ: return read_number(r->c, arg, "smhd", seconds, &r->max_age);
	default: break;
	}
	if (!build_apply(r->c, arg, &r->build) && !cached_apply(r->c, arg, &r->cached))
		diag_bug("option '%s' has no rule", arg->spelling);
	return 0;
}

static int no_verb(struct cli *c, const struct job_word *w)
{
	const char *names[NVERBS], *near;

	for (size_t i = 0; i < NVERBS; i++)
		names[i] = verbs[i].name;
	near = w ? str_nearest(w->text, names, NVERBS) : NULL;
	if (!w)
		diag_err(c->d, NOWHERE,
			"what to do is wanted: pkgimg cache list, explain, gc or verify");
	else
		diag_err(c->d, w->at, "there is no 'cache %s'%s%s%s", str_shown(c->mem, w->text),
			near ? "; did you mean '" : "; it is list, explain, gc or verify",
			near ? near : "", near ? "'?" : "");
	return EXIT_USAGE;
}

static int run(struct request *r, int (*verb)(struct request *r))
{
	int code;

	r->out = (struct json) { .f = stdout };
	r->cache = cached_open(r->c->mem, r->c->d, &r->cached, 0);
	if (!r->cache)
		return EXIT_INPUT;
	code = verb(r);
	if (r->json)
		putchar('\n');
	pkgimg_cache_close(r->cache);
	return code;
}

int cmd_cache(struct cli *c)
{
	struct request r = { .c = c };
	bool explains = c->n && str_eq(c->argv[0], "explain"); /* takes what a build takes */
	struct job_word *words, *verb = NULL;
	int failed = 0;
	size_t n;
	const struct ll_arg *args =
		cli_parse(c, (unsigned)CacheOption | (explains ? (unsigned)BuildOption : 0u), &n);

	if (!args)
		return EXIT_USAGE;
	words = r.build.inputs = arena_array(c->mem, struct job_word, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct job_word w = { args[i].spelling, cli_place(c, &args[i]) };

		if (args[i].id == OPT_help)
			return cli_help(c, CacheOption,
				"pkgimg cache [options] list [PACKAGE] | explain PACKAGE | gc | "
				"verify [PACKAGE]",
				"shows and tends the images that were made");
		if (args[i].id)
			failed |= apply(&r, &args[i]);
		else if (!verb)
			verb = memcpy(arena_new(c->mem, struct job_word), &w, sizeof(w));
		else
			words[r.build.ninputs++] = w;
	}
	if (failed)
		return EXIT_USAGE;
	for (size_t i = 0; verb && i < NVERBS; i++)
		if (str_eq(verb->text, verbs[i].name))
			return run(&r, verbs[i].run);
	return no_verb(c, verb);
}
