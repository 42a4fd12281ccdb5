/* include/pkgimg/link.h: the third way to fill a link job. */
#include "pkgimg/link.h"

#include <string.h>

#include "driver/driver.h"

struct caller {
	pkgimg_message_fn *message;
	void *ctx;
};

static void pass_on(void *ctx, enum diag_kind kind, const char *line)
{
	static const enum pkgimg_message kinds[] = {
		[DIAG_NOTE] = PKGIMG_NOTE,
		[DIAG_WARNING] = PKGIMG_WARNING,
		[DIAG_ERROR] = PKGIMG_ERROR,
	};
	struct caller *c = ctx;

	c->message(c->ctx, kinds[kind], line);
}

/* a job of an older header is shorter: what it lacks is "not said" */
static struct pkgimg_link_job widen(const struct pkgimg_link_job *in)
{
	struct pkgimg_link_job job = PKGIMG_LINK_JOB_INIT;

	memcpy(&job, in, in->size < sizeof(job) ? in->size : sizeof(job));
	return job;
}

static void set_str(struct link_job *job, enum job_str s, const char *text)
{
	if (text)
		job_set_str(job, s, text, NOWHERE);
}

static void set_list(struct link_job *job, enum job_list l, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		job_add(job, l, v[i], NOWHERE);
	job->list[l].given = v != NULL;
}

static int fill(struct diags *d, const struct pkgimg_link_job *in, struct link_job *job)
{
	static const struct {
		enum job_flag flag;
		const char *word;
	} kinds[] = {
		[PKGIMG_LINK_EXECUTABLE] = { JF_NONE, NULL },
		[PKGIMG_LINK_SHARED] = { JF_SHARED, NULL },
		[PKGIMG_LINK_RELOCATABLE] = { JF_RELOCATABLE, "-r" },
		[PKGIMG_LINK_STATIC] = { JF_STATIC, NULL },
		[PKGIMG_LINK_STATIC_PIE] = { JF_STATIC_PIE, NULL },
		[PKGIMG_LINK_IMAGE] = { JF_IMAGE, NULL },
	};
	static const enum job_input_kind inputs[] = {
		[PKGIMG_INPUT_FILE] = JOB_IN_FILE,
		[PKGIMG_INPUT_LIBRARY] = JOB_IN_LIB,
		[PKGIMG_INPUT_WORD] = JOB_IN_WORD,
	};

	if ((unsigned)in->kind >= sizeof(kinds) / sizeof(kinds[0]))
		return diag_err(d, NOWHERE,
			"pkgimg_link_job.kind wants an enum pkgimg_link_kind, got %d",
			(int)in->kind);
	if (kinds[in->kind].flag)
		job_set_flag(job, kinds[in->kind].flag, NOWHERE);
	if (kinds[in->kind].word)
		job_add_input(job, JOB_IN_WORD, kinds[in->kind].word, NOWHERE);
	for (size_t i = 0; i < in->ninputs; i++) {
		if ((unsigned)in->inputs[i].kind > PKGIMG_INPUT_WORD)
			return diag_err(d, NOWHERE,
				"pkgimg_link_job.inputs[%zu].kind wants an enum "
				"pkgimg_input_kind, got %d",
				i, (int)in->inputs[i].kind);
		job_add_input(job, inputs[in->inputs[i].kind], in->inputs[i].text, NOWHERE);
	}
	set_str(job, JS_OUTPUT, in->output);
	set_str(job, JS_TARGET, in->target);
	set_str(job, JS_PLATFORM, in->platform);
	set_str(job, JS_SYSROOT, in->sysroot);
	set_list(job, JL_LIBRARY_DIRS, in->library_dirs, in->nlibrary_dirs);
	set_list(job, JL_NEEDS, in->needs, in->nneeds);
	set_list(job, JL_HOST_SYMBOLS, in->host_symbols, in->nhost_symbols);
	return 0;
}

/* the part that both calls share: diagnostics to the caller, job filled, plan made */
static int plan(
	struct arena *a, struct diags *d, const struct pkgimg_link_job *in, struct link_plan *out)
{
	struct pkgimg_link_job wide = widen(in);
	struct link_job job = { .mem = a };

	if (fill(d, &wide, &job))
		return -1;
	return driver_plan(a, d, &job, out);
}

int pkgimg_link(const struct pkgimg_link_job *job, pkgimg_message_fn *message, void *ctx)
{
	struct caller caller = { message, ctx };
	struct diags d = { .sink = message ? pass_on : NULL, .ctx = &caller };
	struct driver_run_options options = { .verbose = driver_verbose_linking() };
	struct arena a = { 0 };
	struct link_plan p;
	int rc = plan(&a, &d, job, &p);

	if (!rc)
		rc = driver_run(&a, &d, &p, &options);
	arena_free(&a);
	if (rc == DRIVER_POISONED)
		return EXIT_BUG;
	return rc ? EXIT_INPUT : EXIT_OK;
}

size_t pkgimg_link_plan(const struct pkgimg_link_job *job, char *buf, size_t size,
	pkgimg_message_fn *message, void *ctx)
{
	struct caller caller = { message, ctx };
	struct diags d = { .sink = message ? pass_on : NULL, .ctx = &caller };
	struct arena a = { 0 };
	struct link_plan p;
	size_t n = 0;

	if (!plan(&a, &d, job, &p)) {
		const char *text = argv_shell(&p.argv);

		n = strlen(text);
		if (size) {
			size_t copy = n < size ? n : size - 1;

			memcpy(buf, text, copy);
			buf[copy] = '\0';
		}
	}
	arena_free(&a);
	return n;
}
