#include "workspace/job.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"
#include "workspace/request.h"

/* ---- what is said */

static void add_line(struct arena *a, struct ws_lines *l, const char *line)
{
	arena_push_room(a, l->v, l->n, l->cap);
	l->v[l->n++] = line;
}

struct keeper {
	struct arena *mem;
	struct ws_lines *lines;
};

static void keep(void *ctx, enum diag_kind kind, const char *line)
{
	struct keeper *k = ctx;

	(void)kind;
	add_line(k->mem, k->lines, str_dup(k->mem, line));
}

#define KEEPING(run, job, name)                                                                    \
	struct keeper name##_keeper = { (run)->mem, &(job)->said };                                \
	struct diags name = { .sink = keep, .ctx = &name##_keeper }

static bool fail(struct ws_run *r, size_t i, const char *what)
{
	struct ws_job *job = &r->jobs[i];
	KEEPING(r, job, d);

	job->status = WS_FAILED;
	if (what)
		diag_err(&d, r->ws->v[i].at, "package '%s': %s", r->ws->v[i].name, what);
	return true;
}

/* "error: argument 3: ..." of a process that was started from here: the place is the one in the
 * workspace file that made the argument */
static const char *with_place(struct ws_run *r, const struct ws_job *job, const char *line)
{
	static const char word[] = ": argument ";
	const char *at = strstr(line, word);
	char *end, place[512];
	unsigned long n;

	if (!at || at != strchr(line, ':'))
		return line;
	n = strtoul(at + strlen(word), &end, 10);
	if (*end != ':' || n >= job->line.n || !job->line.why[n].at.file)
		return line;
	return str_fmt(r->mem, "%.*s: %s%s", (int)(at - line), line,
		loc_text(job->line.why[n].at, place, sizeof(place)), end);
}

/* the image as the user knows it, in place of where it is being made */
static const char *with_output(
	struct ws_run *r, const char *line, const char *made, const char *name)
{
	struct strbuf b = { .mem = r->mem };
	const char *at;

	if (!strstr(line, made))
		return line;
	for (; (at = strstr(line, made)); line = at + strlen(made)) {
		strbuf_add(&b, line, (size_t)(at - line));
		strbuf_puts(&b, name);
	}
	strbuf_puts(&b, line);
	return strbuf_text(&b);
}

static void take_text(struct ws_run *r, size_t i)
{
	static const char prefix[] = "pkgimg: ";
	struct ws_job *job = &r->jobs[i];
	const char *name = r->ws->v[i].output.text;
	char *text = str_ndup(r->mem, job->child.text ? job->child.text : "", job->child.n);

	for (char *line; (line = strsep(&text, "\n"));) {
		if (!*line && !text)
			break;
		if (str_starts(line, prefix))
			line = (char *)with_place(r, job, line + strlen(prefix));
		add_line(r->mem, &job->said, with_output(r, line, job->made, name));
	}
}

/* ---- the question */

static uint32_t of_base(const struct ws_dependency *dep)
{
	return dep->base ? PKGIMG_CACHE_DEP_BASE : 0;
}

static int gather_dependencies(struct ws_run *r, size_t i)
{
	const struct ws_package *p = &r->ws->v[i];
	struct ws_job *job = &r->jobs[i];
	int failed = 0;
	KEEPING(r, job, d);

	job->dependencies = arena_array(r->mem, struct pkgimg_cache_dependency, p->ndeps);
	for (size_t k = 0; k < p->ndeps; k++) {
		struct pkgimg_cache_dependency *dep = &job->dependencies[k];
		const struct pkgimg_cache_image *of;

		if (p->deps[k].package == WS_OUTSIDE) {
			failed |= ws_outside_image(r->mem, &d, &p->deps[k], dep);
			dep->flags |= of_base(&p->deps[k]);
			continue;
		}
		of = &r->jobs[p->deps[k].package].answer->hit;
		*dep = (struct pkgimg_cache_dependency) {
			.name = of->package,
			.version = of->version,
			.interface_digest = of->interface_digest,
			.symbols = of->symbols,
			.nsymbols = of->nsymbols,
			.flags = of_base(&p->deps[k]),
		};
		memcpy(dep->uuid, of->uuid, sizeof(dep->uuid));
		memcpy(dep->build_id, of->build_id, sizeof(dep->build_id));
		dep->flags |= of->native ? 0 : PKGIMG_CACHE_DEP_DATA_ONLY;
	}
	return failed;
}

/* the cache says that a source cannot be read; the user wants to know which, and who named it */
static bool fail_of_cache(struct ws_run *r, size_t i, const struct pkgimg_cache_error *e)
{
	const struct ws_package *p = &r->ws->v[i];
	struct ws_job *job = &r->jobs[i];
	int found = 0;
	KEEPING(r, job, d);

	for (size_t k = 0; e->code == PKGIMG_CACHE_E_SOURCE && k < p->modules.n; k++)
		found |= file_check_input(&d, p->modules.v[k].at, "module", p->modules.v[k].text);
	for (size_t k = 0; e->code == PKGIMG_CACHE_E_SOURCE && k < p->files.n; k++)
		found |= file_check_input(&d, p->files.v[k].at, "input", p->files.v[k].text);
	return fail(r, i, found ? NULL : e->text);
}

static void take_reasons(struct ws_run *r, struct ws_job *job, const struct pkgimg_cache_answer *a)
{
	for (size_t i = 0; i < a->ncandidates; i++) {
		const struct pkgimg_cache_candidate *c = &a->candidates[i];

		if (c->nrejections)
			add_line(r->mem, &job->why,
				str_fmt(r->mem, "%s: %s: expected %s, found %s",
					c->rejections[0].code, c->rejections[0].field,
					c->rejections[0].expected, c->rejections[0].found));
	}
	if (!job->why.n)
		add_line(r->mem, &job->why, r->o->force ? "forced" : "no image yet");
}

/* ---- its place */

int ws_folder_of(struct arena *a, struct diags *d, struct loc at, const char *path)
{
	const char *dir = path_dir(a, path);
	char why[128];

	if (file_is_dir(dir))
		return 0;
	if (ws_folder_of(a, d, at, dir))
		return -1;
	if (!mkdir(dir, 0777) || errno == EEXIST)
		return 0;
	return diag_err(
		d, at, "folder '%s' for images: %s", dir, file_error_text(errno, why, sizeof(why)));
}

/* between the answer and the copy the image went, or it was damaged: it is as if there were none */
static bool is_lost(
	struct ws_run *r, struct ws_job *job, int code, const struct pkgimg_cache_error *e)
{
	if (job->request.flags & PKGIMG_CACHE_REBUILD ||
		(code != PKGIMG_CACHE_E_IMAGE && e->sys_errno != ENOENT))
		return false;
	job->request.flags |= PKGIMG_CACHE_REBUILD;
	job->status = WS_WAITING;
	pkgimg_cache_answer_free(job->answer);
	job->answer = NULL;
	add_line(r->mem, &job->why, str_dup(r->mem, e->text));
	return true;
}

/* The image that the cache has is what shall be at the package's output.
 * returns true: ended; false: it has to be built */
static bool place(struct ws_run *r, size_t i, enum ws_status status)
{
	const struct ws_package *p = &r->ws->v[i];
	struct ws_job *job = &r->jobs[i];
	const struct pkgimg_cache_image *hit = &job->answer->hit;
	struct ws_record *old = ws_records_find(&r->records, p->name);
	struct ws_record now = { .package = p->name, .ms = job->ms };
	struct pkgimg_cache_error e;
	int code;
	KEEPING(r, job, d);

	job->status = WS_CURRENT;
	if (old && !memcmp(old->key, hit->key, sizeof(hit->key)) &&
		!memcmp(old->build_id, hit->build_id, sizeof(hit->build_id)) &&
		ws_record_is(old, p->output.text) && status == WS_CACHED)
		return true;
	if (ws_folder_of(r->mem, &d, p->output.at, p->output.text))
		return fail(r, i, NULL);
	code = pkgimg_cache_export(r->o->cache, hit, p->output.text, &e);
	if (code && is_lost(r, job, code, &e))
		return false;
	if (code)
		return fail(r, i, e.text);
	if (now.ms <= 0 && old)
		now.ms = old->ms;
	memcpy(now.key, hit->key, sizeof(now.key));
	memcpy(now.build_id, hit->build_id, sizeof(now.build_id));
	ws_records_put(r->mem, &r->records, &now, p->output.text);
	job->status = status;
	return true;
}

/* why that of native code was refused which was used last */
static const char *first_reason(struct arena *a, const struct pkgimg_cache_answer *answer)
{
	for (size_t i = 0; i < answer->ncandidates; i++) {
		const struct pkgimg_cache_candidate *c = &answer->candidates[i];
		const struct pkgimg_cache_rejection *r = c->rejections;

		if (c->native == 1 && c->nrejections)
			return str_fmt(a, "%s: %s: expected %s, found %s", r->code, r->field,
				r->expected, r->found);
	}
	return "there is none";
}

const char *ws_job_lacks(struct ws_run *r, size_t i)
{
	struct ws_job *job = &r->jobs[i];
	struct pkgimg_cache_error e;
	const char *why = NULL;
	bool failed = gather_dependencies(r, i);

	job->said = (struct ws_lines) { 0 }; /* it will be said when it is asked for */
	if (failed)
		return "what it is built with cannot be read";
	ws_request(r->mem, r->ws, i, r->host, job->dependencies, &job->request);
	job->request.flags |= PKGIMG_CACHE_NO_STATS;
	if (pkgimg_cache_lookup(r->o->cache, &job->request, &job->answer, &e)) {
		job->answer = NULL;
		return str_dup(r->mem, e.text);
	}
	if (!job->answer->found)
		why = first_reason(r->mem, job->answer);
	return why;
}

bool ws_job_ask(struct ws_run *r, size_t i)
{
	struct ws_job *job = &r->jobs[i];
	struct ws_record *old = ws_records_find(&r->records, r->ws->v[i].name);
	struct pkgimg_cache_error e;

	job->expected = old ? old->ms : 0;
	if (gather_dependencies(r, i))
		return fail(r, i, NULL);
	ws_request(r->mem, r->ws, i, r->host, job->dependencies, &job->request);
	if (r->o->force)
		job->request.flags |= PKGIMG_CACHE_REBUILD;
	if (pkgimg_cache_lookup(r->o->cache, &job->request, &job->answer, &e))
		return fail_of_cache(r, i, &e);
	if (job->answer->found)
		return place(r, i, WS_CACHED);
	take_reasons(r, job, job->answer);
	pkgimg_cache_answer_free(job->answer);
	job->answer = NULL;
	return false;
}

/* ---- the process */

/* The image is made by its own name, which is in some formats of libraries. */
static int make_line(struct ws_run *r, size_t i)
{
	struct ws_job *job = &r->jobs[i];
	struct argv_why no = { 0 };
	const char *folder = path_join(r->mem, pkgimg_cache_build_folder(job->build), "made");
	char why[128];
	KEEPING(r, job, d);

	if (mkdir(folder, 0777))
		return diag_err(&d, NOWHERE, "folder '%s' cannot be made: %s", folder,
			file_error_text(errno, why, sizeof(why)));
	job->made = path_join(r->mem, folder, path_base(r->ws->v[i].output.text));
	job->line = (struct argv) { .mem = r->mem };
	argv_add(&job->line, no, r->host->program);
	ws_line(r->ws, i, job->made, &job->line);
	argv_addf(&job->line, no, "-j%u", r->o->jobs);
	return 0;
}

enum ws_began ws_job_begin(struct ws_run *r, size_t i)
{
	struct ws_job *job = &r->jobs[i];
	struct pkgimg_cache_error e;
	const char *const *env;
	int code;
	KEEPING(r, job, d);

	job->request.flags |= PKGIMG_CACHE_NO_WAIT | PKGIMG_CACHE_ASKED;
	code = pkgimg_cache_begin(r->o->cache, &job->request, &job->build, &job->answer, &e);
	if (code == PKGIMG_CACHE_E_BUSY) {
		if (!job->was_busy)
			ws_progress_note(r->progress, r->ws->v[i].name, e.text);
		job->was_busy = true;
		return WS_BEGAN_BUSY;
	}
	if (code) {
		fail_of_cache(r, i, &e);
		return WS_BEGAN_ENDED;
	}
	if (!job->build)
		return place(r, i, WS_CACHED) ? WS_BEGAN_ENDED : WS_BEGAN_BUSY;
	pkgimg_cache_answer_free(job->answer);
	job->answer = NULL;
	env = ws_child_environment(r->mem, pkgimg_cache_build_folder(job->build), r->makeflags);
	job->start = ws_now();
	if (make_line(r, i) || ws_child_start(&d, &r->signals, job->line.v, env, &job->child)) {
		pkgimg_cache_abandon(job->build);
		job->build = NULL;
		fail(r, i, NULL);
		return WS_BEGAN_ENDED;
	}
	job->status = WS_RUNNING;
	return WS_BEGAN;
}

/* the text of what went wrong, or NULL */
static const char *commit(struct ws_run *r, size_t i, struct pkgimg_cache_error *e)
{
	const struct ws_package *p = &r->ws->v[i];
	struct ws_job *job = &r->jobs[i];
	struct pkgimg_cache_build *build = job->build;

	job->build = NULL;
	for (size_t k = 0; k < p->depfiles.n; k++) {
		if (pkgimg_cache_build_depfile(build, p->depfiles.v[k].text, e)) {
			pkgimg_cache_abandon(build);
			return e->text;
		}
	}
	if (rename(job->made, pkgimg_cache_build_output(build))) {
		pkgimg_cache_abandon(build);
		return "the process that builds it left no image";
	}
	return pkgimg_cache_commit(build, &job->answer, e) ? e->text : NULL;
}

void ws_job_end(struct ws_run *r, size_t i, int status)
{
	struct ws_job *job = &r->jobs[i];
	struct pkgimg_cache_error e;
	const char *wrong;

	take_text(r, i);
	ws_child_forget(&job->child);
	job->ms = ws_now() - job->start;
	if (status) {
		pkgimg_cache_abandon(job->build);
		job->build = NULL;
		fail(r, i,
			status > 128 ? str_fmt(r->mem,
					       "the process that builds it was ended by signal %d",
					       status - 128)
			: status == EXIT_INPUT && job->said.n
				? NULL
				: str_fmt(r->mem, "the process that builds it ended with status %d",
					  status));
		return;
	}
	wrong = commit(r, i, &e);
	if (wrong)
		fail(r, i, wrong);
	else if (!place(r, i, WS_BUILT))
		fail(r, i, "its image went out of the cache as soon as it was there; build again");
}
