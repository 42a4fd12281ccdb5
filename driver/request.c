#include "driver/request.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "llvm/shim.h"

enum { LONGEST_LINE = 64 * 1024 * 1024, READ_AT_ONCE = 64 * 1024 };

/* ---- requests */

struct reading {
	struct arena *a;
	struct diags *d;
	struct loc at;
	struct link_request *out;
	const char *job; /* file */
	const struct ll_json *arguments;
};

static int wants(const struct reading *r, const char *key, const char *what, enum ll_json_kind got)
{
	return diag_err(r->d, r->at, "'%s' wants %s, got %s", key, what, ll_json_kind_name(got));
}

/* a name for the system: no NUL can be inside */
static int read_text(struct reading *r, const char *key, const struct ll_json *v, const char **out)
{
	if (v->kind != LL_JSON_STRING)
		return wants(r, key, "a string", v->kind);
	if (strlen(v->text) != v->size)
		return diag_err(r->d, r->at, "'%s' wants a text without NUL characters", key);
	*out = v->text;
	return 0;
}

static int read_id(struct reading *r, const char *key, const struct ll_json *v)
{
	if (v->kind != LL_JSON_NUMBER || !v->is_integer || v->integer < 0 || v->integer > INT_MAX)
		return wants(r, key, "a whole number from 0 to 2147483647", v->kind);
	r->out->id = (int)v->integer;
	return 0;
}

static int read_cancel(struct reading *r, const char *key, const struct ll_json *v)
{
	if (v->kind != LL_JSON_BOOL)
		return wants(r, key, "true or false", v->kind);
	r->out->cancel = v->boolean;
	return 0;
}

static int read_folder(struct reading *r, const char *key, const struct ll_json *v)
{
	const char *text;

	if (read_text(r, key, v, &text))
		return -1;
	if (*text) /* Bazel's way to say none */
		r->out->cwd = text;
	return 0;
}

static int read_job(struct reading *r, const char *key, const struct ll_json *v)
{
	return read_text(r, key, v, &r->job);
}

static int read_arguments(struct reading *r, const char *key, const struct ll_json *v)
{
	if (v->kind != LL_JSON_ARRAY)
		return wants(r, key, "an array of strings", v->kind);
	r->arguments = v;
	return 0;
}

/* what the worker has no use for: it keeps nothing of a file between two links */
static int pass_over(struct reading *r, const char *key, const struct ll_json *v)
{
	(void)r, (void)key, (void)v;
	return 0;
}

struct key {
	const char *name;
	int (*read)(struct reading *r, const char *key, const struct ll_json *v);
};
static const struct key work_keys[] = {
	{ "arguments", read_arguments },
	{ "cancel", read_cancel },
	{ "inputs", pass_over },
	{ "requestId", read_id },
	{ "sandboxDir", read_folder },
	{ "verbosity", pass_over },
	{ 0 },
};
static const struct key job_keys[] = {
	{ "arguments", read_arguments },
	{ "cwd", read_folder },
	{ "job", read_job },
	{ 0 },
};

static void read_key(
	struct reading *r, enum request_form form, const char *name, const struct ll_json *v)
{
	const struct key *k = form == REQUEST_JOB ? job_keys : work_keys;

	for (; k->name; k++) {
		if (str_eq(k->name, name)) {
			k->read(r, name, v);
			return;
		}
	}
	if (form == REQUEST_JOB)
		diag_err(r->d, r->at,
			"a job has no key '%s'; there are 'arguments', 'job' and 'cwd'",
			str_shown(r->a, name));
}

/* the words of the link command: those of `job` first, as if the user had typed them */
static void make_argv(struct reading *r)
{
	size_t n = r->arguments ? r->arguments->n : 0, at = 0;
	const char **v = arena_array(r->a, const char *, n + 3);

	if (r->job) {
		v[at++] = "--job";
		v[at++] = r->job;
	}
	for (size_t i = 0; i < n; i++)
		if (!read_text(r, "arguments", &r->arguments->items[i], &v[at]))
			at++;
	r->out->argv = v;
	r->out->n = at;
}

int request_read(struct arena *a, struct diags *d, struct loc at, enum request_form form,
	const char *text, size_t n, struct link_request *out)
{
	struct reading r = { .a = a, .d = d, .at = at, .out = out };
	unsigned before = d->errors;
	const struct ll_json *v;

	*out = (struct link_request) { 0 };
	v = ll_json_parse(a, d, at, text, n);
	if (!v)
		return -1;
	if (v->kind != LL_JSON_OBJECT)
		return diag_err(
			d, at, "a request wants an object, got %s", ll_json_kind_name(v->kind));
	for (size_t i = 0; i < v->n; i++)
		read_key(&r, form, v->keys[i], &v->items[i]);
	make_argv(&r);
	if (d->errors == before && form == REQUEST_JOB && !r.job && !r.arguments)
		diag_err(d, at, "a job wants 'arguments' or 'job'");
	return d->errors == before ? 0 : -1;
}

/* ---- lines */

int line_reader_fill(struct line_reader *r)
{
	ssize_t got;

	if (r->taken) /* there is no buffer before the first line */
		memmove(r->buf, r->buf + r->taken, r->n - r->taken);
	r->n -= r->taken;
	r->searched -= r->taken;
	r->taken = 0;
	if (r->n > LONGEST_LINE)
		return EFBIG;
	if (r->cap - r->n < READ_AT_ONCE) {
		r->cap = 2 * r->cap + READ_AT_ONCE;
		r->buf = realloc(r->buf, r->cap);
		if (!r->buf)
			diag_fatal("out of memory: %zu bytes wanted", r->cap);
	}
	do
		got = read(r->fd, r->buf + r->n, r->cap - r->n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno;
	r->end = !got;
	r->n += (size_t)got;
	return 0;
}

static bool is_blank(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strchr(" \t\r", s[i]) || !s[i])
			return false;
	return true;
}

bool line_reader_next(struct line_reader *r, const char **line, size_t *n)
{
	while (r->taken < r->n) {
		char *end = memchr(r->buf + r->searched, '\n', r->n - r->searched);

		r->searched = r->n;
		if (!end && !r->end)
			return false;
		*line = r->buf + r->taken;
		*n = (end ? (size_t)(end - r->buf) : r->n) - r->taken;
		r->taken = r->searched = r->taken + *n + (end ? 1 : 0);
		r->line++;
		if (!is_blank(*line, *n))
			return true;
	}
	return false;
}

void line_reader_free(struct line_reader *r)
{
	free(r->buf);
	r->buf = NULL;
}
