#include "cli/cached.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/str.h"
#include "image/format.h"

struct make {
	struct cli *c;
	struct build_request *r;
	const struct cached_options *o;
	const struct cached *what;
	struct pkgimg_cache_error why; /* of what make itself did */
};

/* ---- waiting */

static int waiting(void *ctx, const struct pkgimg_cache_owner *o)
{
	struct cli *c = ctx;
	time_t since = (time_t)o->since;
	struct tm tm;
	char text[32] = "?";

	if (localtime_r(&since, &tm))
		strftime(text, sizeof(text), "%H:%M:%S", &tm);
	if (o->waited >= 1 && o->waited < 2)
		diag_note(c->d, NOWHERE,
			"waiting for process %lld on %s, which is building '%s' since %s",
			(long long)o->pid, o->host, o->package, text);
	return 0;
}

/* ---- making */

/* Under the name that it would have without the cache, which is in some formats of libraries. */
static int make_image(struct make *m, struct pkgimg_cache_build *build)
{
	struct arena *a = m->c->mem;
	const char *folder = path_join(a, pkgimg_cache_build_folder(build), "made"), *path;
	char why[128];

	if (mkdir(folder, 0777)) {
		diag_err(m->c->d, NOWHERE, "'%s' cannot be made: %s", folder,
			file_error_text(errno, why, sizeof(why)));
		return -1;
	}
	m->r->no_native = m->what->q.native != PKGIMG_CACHE_NATIVE_YES;
	path = path_join(a, folder,
		m->r->no_native ? str_fmt(a, "%s" IMG_DATA_SUFFIX, m->what->q.package)
				: m->what->base);
	m->r->output = (struct job_word) { path, NOWHERE };
	m->r->last = true;
	if (frontend_build(a, m->c->d, m->r, NULL))
		return -1;
	if (rename(path, pkgimg_cache_build_output(build))) {
		diag_err(m->c->d, NOWHERE, "'%s' cannot be moved: %s", path,
			file_error_text(errno, why, sizeof(why)));
		return -1;
	}
	return 0;
}

static int make(void *ctx, struct pkgimg_cache_build *build)
{
	struct make *m = ctx;

	for (size_t i = 0; i < m->o->depfiles.n; i++) {
		const struct job_word *w = &m->o->depfiles.v[i];

		if (pkgimg_cache_build_depfile(build, w->text, &m->why))
			return diag_err(m->c->d, w->at, "%s", m->why.text);
	}
	return make_image(m, build);
}

/* ---- telling */

static void tell(const struct pkgimg_cache_answer *a)
{
	char key[17];

	for (int i = 0; i < 8; i++)
		snprintf(key + 2 * i, 3, "%02x", a->hit.key[i]);
	for (size_t i = 0; a->built && i < a->ncandidates; i++) {
		const struct pkgimg_cache_rejection *r = a->candidates[i].rejections;

		diag_text("pkgimg: cache: not %s: %s: %s: wanted %s, found %s\n",
			path_base(a->candidates[i].sidecar), r->code, r->field, r->expected,
			r->found);
	}
	diag_text("pkgimg: cache: %s %s %s%s\n", a->built ? "built" : "hit", a->hit.package, key,
		a->hit.native ? "" : " (data-only)");
}

/* Between the answer and the copy the image may go, or turn out to be damaged: once more. */
static int copy_out(struct make *m, struct pkgimg_cache *cache, struct pkgimg_cache_answer *a)
{
	struct pkgimg_cache_error e;
	int code;

	if (!m->what->output) {
		printf("%s\n", a->hit.library);
		return EXIT_OK;
	}
	code = pkgimg_cache_export(cache, &a->hit, m->what->output, &e);
	if (!code)
		return EXIT_OK;
	if (code == PKGIMG_CACHE_E_IMAGE || e.sys_errno == ENOENT)
		return -1;
	diag_err(m->c->d, m->r->output.at, "%s", e.text);
	return EXIT_INPUT;
}

static int once(struct make *m, struct pkgimg_cache *cache, struct pkgimg_cache_request *q)
{
	struct build_request before = *m->r;
	struct pkgimg_cache_answer *a;
	struct pkgimg_cache_error e;
	int code = pkgimg_cache_get(cache, q, make, m, &a, &e);

	*m->r = before;
	if (code) {
		if (code != PKGIMG_CACHE_E_BUILD || !m->c->d->errors) /* else it was reported */
			diag_err(m->c->d, NOWHERE, "%s", e.text);
		return EXIT_INPUT;
	}
	if (m->r->verbose || m->r->timings)
		tell(a);
	code = copy_out(m, cache, a);
	pkgimg_cache_answer_free(a);
	return code;
}

int cached_build(struct cli *c, struct build_request *r, const struct cached_options *o)
{
	struct pkgimg_cache *cache;
	struct cached what;
	struct make m = { .c = c, .r = r, .o = o, .what = &what };
	int code;

	if (cached_request(c->mem, c->d, r, o, &what))
		return EXIT_INPUT;
	what.q.waiting = waiting;
	what.q.ctx = c;
	cache = cached_open(c->mem, c->d, o, 0);
	if (!cache)
		return EXIT_INPUT;
	code = once(&m, cache, &what.q);
	if (code < 0) {
		what.q.flags |= PKGIMG_CACHE_REBUILD;
		code = once(&m, cache, &what.q);
	}
	if (code < 0) {
		diag_err(c->d, r->output.at,
			"the image in the cache is damaged as soon as it is made; is the disk "
			"sound?");
		code = EXIT_INPUT;
	}
	pkgimg_cache_close(cache);
	return code;
}
