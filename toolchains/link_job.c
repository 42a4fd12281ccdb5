#include "toolchains/link_job.h"

#include <string.h>

const char *const job_kind_names[JOB_KINDS + 1] = {
	[JOB_EXECUTABLE] = "executable",
	[JOB_SHARED] = "shared",
	[JOB_RELOCATABLE] = "relocatable",
	[JOB_STATIC] = "static",
	[JOB_STATIC_PIE] = "static-pie",
	[JOB_IMAGE] = "image",
};

void job_set_flag(struct link_job *job, enum job_flag f, struct loc at)
{
	job->flag[f].on = true;
	job->flag[f].at = at;
}

void job_set_str(struct link_job *job, enum job_str s, const char *text, struct loc at)
{
	job->str[s] = (struct job_word) { text, at };
}

void job_words_add(struct arena *a, struct job_words *l, const char *text, struct loc at)
{
	arena_push_room(a, l->v, l->n, l->cap);
	l->v[l->n++] = (struct job_word) { text, at };
	l->given = true;
}

void job_add(struct link_job *job, enum job_list l, const char *text, struct loc at)
{
	job_words_add(job->mem, &job->list[l], text, at);
}

void job_add_input(struct link_job *job, enum job_input_kind kind, const char *text, struct loc at)
{
	arena_push_room(job->mem, job->inputs, job->ninputs, job->inputs_cap);
	job->inputs[job->ninputs++] = (struct job_input) { kind, text, at };
}

void job_add_option(struct link_job *job, const struct job_option *option)
{
	arena_push_room(job->mem, job->options, job->noptions, job->options_cap);
	job->options[job->noptions++] = *option;
}

const struct job_option *job_option_last(const struct link_job *job, const char *name)
{
	for (size_t i = job->noptions; i > 0; i--)
		if (!strcmp(job->options[i - 1].name, name))
			return &job->options[i - 1];
	return NULL;
}

enum job_kind job_kind(const struct link_job *job)
{
	static const struct {
		enum job_flag flag;
		enum job_kind kind;
	} rules[] = {
		{ JF_RELOCATABLE, JOB_RELOCATABLE },
		{ JF_IMAGE, JOB_IMAGE },
		{ JF_SHARED, JOB_SHARED },
		{ JF_STATIC_PIE, JOB_STATIC_PIE },
		{ JF_STATIC, JOB_STATIC },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (job->flag[rules[i].flag].on)
			return rules[i].kind;
	return JOB_EXECUTABLE;
}

void plan_make(struct link_plan *p, enum plan_make_kind kind, const char *name, const char *source,
	struct loc at)
{
	arena_push_room(p->argv.mem, p->makes, p->nmakes, p->makes_cap);
	p->makes[p->nmakes++] =
		(struct plan_make) { .kind = kind, .name = name, .source = source, .at = at };
}
