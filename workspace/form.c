/* Native images and data-only ones do not mix in one load, so packages that are built with each
 * other, directly or not, are of one form. A group of them is found by joining what an edge
 * connects. */
#include "base/str.h"
#include "workspace/job.h"

/* ---- what was said */

static int read_form(struct diags *d, const struct ws_host *host, struct ws_package *p)
{
	static const char *const words[] = { [PKGIMG_CACHE_NATIVE_YES] = "yes",
		[PKGIMG_CACHE_NATIVE_NO] = "no",
		[PKGIMG_CACHE_NATIVE_EXISTING] = "existing" };
	struct job_word *said = &p->settings.native;

	if (host->native.text)
		*said = host->native;
	for (uint32_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!said->text || str_eq(said->text, words[i])) {
			p->native = i;
			ws_set_form(p, i == PKGIMG_CACHE_NATIVE_NO);
			return 0;
		}
	}
	return diag_err(
		d, said->at, "'native-code' wants 'yes', 'no' or 'existing', got '%s'", said->text);
}

static int check_edge(struct diags *d, const struct ws_package *p, const struct ws_dependency *edge,
	const struct ws_package *on)
{
	static const char *const meant[] = { [PKGIMG_CACHE_NATIVE_YES] = "native",
		[PKGIMG_CACHE_NATIVE_NO] = "data-only",
		[PKGIMG_CACHE_NATIVE_EXISTING] = "of the form that exists" };

	if (p->native == on->native)
		return 0;
	diag_err(d, edge->at,
		"native and data-only images do not mix in one load: '%s' is to be %s, and '%s', "
		"which it is built with, %s; say the same 'native-code' of both",
		p->name, meant[p->native], on->name, meant[on->native]);
	if (on->settings.native.text)
		diag_note(d, on->settings.native.at, "said of '%s' here", on->name);
	return -1;
}

int ws_forms(struct diags *d, const struct ws_host *host, struct ws *ws)
{
	int failed = 0;

	for (size_t i = 0; i < ws->n; i++)
		failed |= read_form(d, host, &ws->v[i]);
	for (size_t i = 0; i < ws->n && !failed; i++)
		for (size_t k = 0; k < ws->v[i].ndeps; k++)
			if (ws->v[i].deps[k].package != WS_OUTSIDE)
				failed |= check_edge(d, &ws->v[i], &ws->v[i].deps[k],
					&ws->v[ws->v[i].deps[k].package]);
	return failed;
}

void ws_set_form(struct ws_package *p, bool data_only)
{
	p->data_only = data_only;
	p->output.text = data_only ? p->data : p->library;
}

/* ---- what exists */

/* the first package of its group */
static size_t group_of(size_t *group, size_t i)
{
	while (group[i] != i)
		i = group[i] = group[group[i]];
	return i;
}

static size_t *find_groups(struct arena *a, const struct ws *ws)
{
	size_t *group = arena_array(a, size_t, ws->n + 1);

	for (size_t i = 0; i < ws->n; i++)
		group[i] = i;
	for (size_t i = 0; i < ws->n; i++) {
		for (size_t k = 0; k < ws->v[i].ndeps; k++) {
			size_t on = ws->v[i].deps[k].package;

			if (ws->v[i].wanted && on != WS_OUTSIDE)
				group[group_of(group, i)] = group_of(group, on);
		}
	}
	return group;
}

static bool asks(const struct ws_package *p)
{
	return p->wanted && p->native == PKGIMG_CACHE_NATIVE_EXISTING;
}

static void note(struct ws_run *r, const struct ws_package *p, const char *lacking, const char *why)
{
	const char *text =
		str_eq(p->name, lacking)
			? str_fmt(r->mem, "data-only, for it has no native image: %s", why)
			: str_fmt(r->mem,
				  "data-only, for '%s' has no native image, and forms do not mix "
				  "in one load",
				  lacking);

	ws_progress_note(r->progress, p->name, text);
}

void ws_choose_forms(struct ws_run *r)
{
	struct ws *ws = r->ws;
	size_t *group = find_groups(r->mem, ws);
	const char **lacking = arena_array(r->mem, const char *, ws->n + 1);
	const char **why = arena_array(r->mem, const char *, ws->n + 1);

	for (size_t k = 0; k < ws->n; k++) {
		size_t i = ws->order[k], g = group_of(group, i);

		if (!asks(&ws->v[i]) || lacking[g])
			continue;
		why[g] = r->o->force ? "it is to be made again" : ws_job_lacks(r, i);
		lacking[g] = why[g] ? ws->v[i].name : NULL;
	}
	for (size_t k = 0; k < ws->n; k++) {
		size_t i = ws->order[k], g = group_of(group, i);
		struct ws_package *p = &ws->v[i];

		pkgimg_cache_answer_free(r->jobs[i].answer);
		r->jobs[i].answer = NULL;
		if (!asks(p) || !lacking[g])
			continue;
		ws_set_form(p, true);
		note(r, p, lacking[g], why[g]);
	}
}
