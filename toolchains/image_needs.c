#include "toolchains/image_needs.h"

#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "toolchains/platform.h"

static void one(struct tc *t, const struct slot *s, const struct image_needs *how, const char *name,
	struct loc at)
{
	const struct fact *lists = &t->pf->image_stubs;
	const char *list, *file;

	if (strchr(name, '/')) {
		job_words_add(t->mem, &t->plan->needs_files, name, at);
		tc_word(t, s, at, name);
		return;
	}
	list = str_fmt(t->mem, "%s/stubs/lists/%s/%s.list", t->data,
		lists->text ? lists->text : t->pf->name, name);
	if (!file_exists(list)) {
		diag_err(t->d, at,
			"no symbol list for '%s' on %s (looked for '%s'); name %s with a '/' in "
			"its path instead",
			name, t->pf->name, list, how->file_wanted);
		return;
	}
	file = str_fmt(t->mem, "%s%s", name, how->suffix);
	plan_make(t->plan, how->make, file, list, at);
	tc_wordf(t, s, at, PLAN_TMP "%s", file);
}

void image_needs_job(struct tc *t, const struct slot *s, const struct image_needs *how)
{
	const struct job_words *given = &t->job->list[JL_NEEDS];

	for (size_t i = 0; i < given->n; i++)
		one(t, s, how, given->v[i].text, given->v[i].at);
}

void image_needs_job_or_platform(struct tc *t, const struct slot *s, const struct image_needs *how)
{
	image_needs_job(t, s, how);
	if (!t->job->list[JL_NEEDS].given)
		yml_each (i, &t->pf->image_needs)
			one(t, s, how, t->pf->image_needs.v[i], t->pf->image_needs.at[i]);
}
