#include "workspace/progress.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"

const char *const ws_status_names[WS_STATUSES + 1] = { "waiting", "running", "current", "cached",
	"built", "failed", "skipped", NULL };

enum { BAR = 24, MOST_LINES = 16 };
static const double redraw = 80; /* ms */

struct slot {
	const char *package; /* NULL: free */
	double start, expected;
};

struct ws_progress {
	struct arena *mem;
	enum ws_show show;
	FILE *json;
	bool colour;
	size_t total, count[WS_STATUSES];
	unsigned jobs;
	struct slot *slots; /* [jobs] */
	double start, drawn;
	double expected_left, spent; /* ms: of what is not built; of what was */
	size_t unknown_left;         /* to be built, nobody knows how long it takes */
	size_t lines;                /* on the terminal, to be drawn over */
};

double ws_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

enum ws_show ws_show_default(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && *term && !str_eq(term, "dumb") ? WS_SHOW_TERMINAL
									       : WS_SHOW_PLAIN;
}

static size_t done(const struct ws_progress *p)
{
	size_t n = 0;

	for (int s = WS_CURRENT; s < WS_STATUSES; s++)
		n += p->count[s];
	return n;
}

/* ---- a terminal */

static void erase(struct ws_progress *p)
{
	if (p->lines)
		diag_text("\033[%zuA\033[J", p->lines);
	p->lines = 0;
}

static size_t width(void)
{
	struct winsize w;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) || w.ws_col < 20 ? 80 : w.ws_col;
}

/* cut to the terminal: a line that wraps could not be drawn over */
static void put_line(struct ws_progress *p, const char *colour, const char *text)
{
	int most = (int)width() - 1;

	if (p->colour && colour)
		diag_text("%s%.*s\033[0m\n", colour, most, text);
	else
		diag_text("%.*s\n", most, text);
	p->lines++;
}

/* ms until the end, or less than 0: nobody knows */
static double time_left(const struct ws_progress *p, double now)
{
	double left = p->expected_left, each;

	for (unsigned i = 0; i < p->jobs; i++) {
		const struct slot *s = &p->slots[i];
		double past = s->package ? now - s->start : 0;

		if (s->package && s->expected > 0)
			left -= past < s->expected ? past : s->expected;
	}
	if (p->unknown_left) {
		if (!p->count[WS_BUILT])
			return -1;
		each = p->spent / (double)p->count[WS_BUILT];
		left += each * (double)p->unknown_left;
	}
	return left / p->jobs;
}

static const char *span(struct arena *a, double ms)
{
	unsigned long s = (unsigned long)(ms / 1000 + 0.5);

	if (ms < 999.5)
		return str_fmt(a, "%.0f ms", ms);
	if (ms < 9950)
		return str_fmt(a, "%.1f s", ms / 1000);
	return s < 60 ? str_fmt(a, "%lu s", s) : str_fmt(a, "%lu min %02lu s", s / 60, s % 60);
}

static void draw(struct ws_progress *p)
{
	struct arena scratch = { 0 };
	double now = ws_now(), left = time_left(p, now);
	size_t n = done(p), filled = p->total ? BAR * n / p->total : BAR;
	struct strbuf b = { .mem = &scratch };
	unsigned shown = 0;

	erase(p);
	for (unsigned i = 0; i < p->jobs && shown < MOST_LINES; i++) {
		if (!p->slots[i].package)
			continue;
		put_line(p, "\033[36m",
			str_fmt(&scratch, "  %-32s %s", p->slots[i].package,
				span(&scratch, now - p->slots[i].start)));
		shown++;
	}
	strbuf_putc(&b, '[');
	for (size_t i = 0; i < BAR; i++)
		strbuf_putc(&b, i < filled ? '#' : '.');
	strbuf_fmt(&b, "] %zu/%zu", n, p->total);
	if (p->count[WS_FAILED])
		strbuf_fmt(&b, ", %zu failed", p->count[WS_FAILED]);
	if (left >= 0 && n < p->total)
		strbuf_fmt(&b, ", %s left", span(&scratch, left));
	put_line(p, p->count[WS_FAILED] ? "\033[31m" : "\033[32m", strbuf_text(&b));
	p->drawn = now;
	arena_free(&scratch);
}

void ws_progress_tick(struct ws_progress *p)
{
	if (p->show == WS_SHOW_TERMINAL && ws_now() - p->drawn >= redraw)
		draw(p);
}

/* ---- JSON */

static void put_json(
	struct ws_progress *p, const char *event, const struct ws_event *e, const char *lines)
{
	struct json j = { .f = p->json, .compact = true };

	json_object(&j, NULL);
	json_str(&j, "event", event);
	json_str(&j, "package", e->package);
	if (e->status != WS_RUNNING)
		json_str(&j, "status", ws_status_names[e->status]);
	if (e->ms > 0)
		json_uint(&j, "ms", (uint64_t)(e->ms + 0.5));
	if (e->output)
		json_str(&j, "output", e->output);
	if (e->key)
		json_str(&j, "key", e->key);
	json_array(&j, lines);
	for (size_t i = 0; i < e->nlines; i++)
		json_str(&j, NULL, e->lines[i]);
	json_end_array(&j);
	json_end_object(&j);
	fflush(p->json);
}

static void put_json_ends(struct ws_progress *p, bool last, int signal)
{
	struct json j = { .f = p->json, .compact = true };

	json_object(&j, NULL);
	json_str(&j, "event", last ? "finish" : "start");
	json_uint(&j, "packages", p->total);
	json_uint(&j, "jobs", p->jobs);
	for (int s = WS_CURRENT; last && s < WS_STATUSES; s++)
		json_uint(&j, ws_status_names[s], p->count[s]);
	if (last)
		json_uint(&j, "ms", (uint64_t)(ws_now() - p->start + 0.5));
	if (signal)
		json_int(&j, "signal", signal);
	json_end_object(&j);
	fflush(p->json);
}

/* ---- events */

void ws_replay(struct diags *d, const char *line)
{
	static const struct {
		const char *prefix;
		enum diag_kind kind;
	} kinds[] = { { "error: ", DIAG_ERROR }, { "warning: ", DIAG_WARNING },
		{ "note: ", DIAG_NOTE } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_starts(line, kinds[i].prefix)) {
			diag_line(d, kinds[i].kind, line);
			return;
		}
	}
	diag_more(d, line);
}

struct ws_progress *ws_progress_open(
	struct arena *a, enum ws_show show, FILE *json, size_t total, unsigned jobs)
{
	struct ws_progress *p = arena_new(a, struct ws_progress);
	const char *no_colour = getenv("NO_COLOR");

	*p = (struct ws_progress) {
		.mem = a,
		.show = show,
		.json = json,
		.colour = !no_colour || !*no_colour,
		.total = total,
		.jobs = jobs,
		.slots = arena_array(a, struct slot, jobs),
		.start = ws_now(),
	};
	if (show == WS_SHOW_JSON)
		put_json_ends(p, false, 0);
	return p;
}

void ws_progress_expect(struct ws_progress *p, double expected)
{
	p->expected_left += expected;
	p->unknown_left += expected <= 0;
}

void ws_progress_begin(
	struct ws_progress *p, size_t slot, const struct ws_event *e, double expected)
{
	p->slots[slot] = (struct slot) { e->package, ws_now(), expected };
	if (p->show == WS_SHOW_JSON)
		put_json(p, "begin", e, "why");
	else if (p->show == WS_SHOW_TERMINAL)
		draw(p);
}

static bool is_news(enum ws_status s)
{
	return s == WS_BUILT || s == WS_FAILED;
}

static void put_plain(struct ws_progress *p, const struct ws_event *e)
{
	struct arena scratch = { 0 };

	if (is_news(e->status))
		diag_text("[%zu/%zu] %s %s%s\n", done(p), p->total, ws_status_names[e->status],
			e->package,
			e->ms > 0 ? str_fmt(&scratch, " (%s)", span(&scratch, e->ms)) : "");
	arena_free(&scratch);
}

void ws_progress_end(struct ws_progress *p, size_t slot, const struct ws_event *e)
{
	p->count[e->status]++;
	if (slot != WS_OUTSIDE) {
		p->expected_left -= p->slots[slot].expected;
		p->unknown_left -= p->slots[slot].expected <= 0;
		p->slots[slot] = (struct slot) { 0 };
	}
	if (e->status == WS_BUILT)
		p->spent += e->ms;
	if (p->show == WS_SHOW_JSON) {
		put_json(p, "end", e, "messages");
		return;
	}
	erase(p);
	if (p->show == WS_SHOW_PLAIN)
		put_plain(p, e);
	for (size_t i = 0; e->status == WS_BUILT && i < e->nlines; i++)
		ws_replay(NULL, e->lines[i]); /* warnings; what failed is told at the end */
	if (p->show == WS_SHOW_TERMINAL && (is_news(e->status) || slot != WS_OUTSIDE))
		draw(p);
}

void ws_progress_note(struct ws_progress *p, const char *package, const char *text)
{
	struct ws_event e = {
		.package = package, .status = WS_RUNNING, .lines = &text, .nlines = 1
	};

	if (p->show == WS_SHOW_JSON) {
		put_json(p, "note", &e, "messages");
		return;
	}
	erase(p);
	diag_text("%s: %s\n", package, text);
}

/* "12 packages: 10 current, 2 built in 1.3 s" */
void ws_progress_close(struct ws_progress *p, int signal)
{
	struct strbuf b = { .mem = p->mem };
	const char *comma = ": ";

	if (p->show == WS_SHOW_JSON) {
		put_json_ends(p, true, signal);
		return;
	}
	erase(p);
	strbuf_fmt(&b, "%zu package%s", p->total, p->total == 1 ? "" : "s");
	for (int s = WS_CURRENT; s < WS_STATUSES; s++) {
		if (!p->count[s])
			continue;
		strbuf_fmt(&b, "%s%zu %s", comma, p->count[s], ws_status_names[s]);
		comma = ", ";
	}
	diag_text("%s in %s%s\n", strbuf_text(&b), span(p->mem, ws_now() - p->start),
		signal ? ", then stopped" : "");
}
