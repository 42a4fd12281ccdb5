/* Names become edges. Everything that is wrong with them is reported: a name twice, an output
 * twice, a dependency that nobody has, and each circle once. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "workspace/workspace.h"

struct graph {
	struct arena *mem;
	struct diags *d;
	struct ws *ws;
	size_t *by_name, *by_output; /* [ws->n] sorted */
};

static int by_name(const void *a, const void *b, void *ctx)
{
	const struct ws *ws = ctx;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int order = strcmp(ws->v[x].name, ws->v[y].name);

	return order ? order : x < y ? -1 : x > y;
}

static int by_output(const void *a, const void *b, void *ctx)
{
	const struct ws *ws = ctx;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int order = strcmp(ws->v[x].output.text, ws->v[y].output.text);

	return order ? order : x < y ? -1 : x > y;
}

static void check_names(struct graph *g)
{
	struct ws *ws = g->ws;

	for (size_t i = 1; i < ws->n; i++) {
		const struct ws_package *a = &ws->v[g->by_name[i - 1]];
		const struct ws_package *b = &ws->v[g->by_name[i]];
		const struct ws_package *c = &ws->v[g->by_output[i - 1]];
		const struct ws_package *e = &ws->v[g->by_output[i]];

		if (str_eq(a->name, b->name)) {
			diag_err(g->d, b->at, "package '%s' is listed twice; rename one of them",
				b->name);
			diag_note(g->d, a->at, "first listed here");
		}
		if (str_eq(c->output.text, e->output.text) && !str_eq(c->name, e->name)) {
			diag_err(g->d, e->output.at,
				"packages '%s' and '%s' have the same output '%s'; give one of "
				"them another 'output'",
				c->name, e->name, e->output.text);
			diag_note(g->d, c->output.at, "the other one is here");
		}
	}
}

/* index of the package, the first of that name; or WS_OUTSIDE */
static size_t find(const struct graph *g, const char *name)
{
	size_t low = 0, high = g->ws->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(g->ws->v[g->by_name[middle]].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < g->ws->n && str_eq(g->ws->v[g->by_name[low]].name, name) ? g->by_name[low]
									      : WS_OUTSIDE;
}

static const char *nearest(const struct graph *g, const char *name)
{
	const char **names = arena_array(g->mem, const char *, g->ws->n + 1);

	for (size_t i = 0; i < g->ws->n; i++)
		names[i] = g->ws->v[i].name;
	return str_nearest(name, names, g->ws->n);
}

static void report_unknown(const struct graph *g, const char *name, struct loc at, const char *what,
	const char *remedy)
{
	const char *near = nearest(g, name);

	diag_err(g->d, at, "%s '%s' is no package of the workspace%s%s%s", what,
		str_shown(g->mem, name), near ? "; did you mean '" : "; ", near ? near : remedy,
		near ? "'?" : "");
}

static void resolve(struct graph *g)
{
	for (size_t i = 0; i < g->ws->n; i++) {
		struct ws_package *p = &g->ws->v[i];

		for (size_t k = 0; k < p->ndeps; k++) {
			struct ws_dependency *dep = &p->deps[k];
			struct ws_package *of;

			dep->package = find(g, dep->name);
			if (dep->package == WS_OUTSIDE) {
				if (!dep->path.text)
					report_unknown(g, dep->name, dep->at, "dependency",
						"list it under 'packages', or give the image's "
						"file as its 'path'");
				continue;
			}
			of = &g->ws->v[dep->package];
			arena_push_room(
				g->mem, of->dependents, of->ndependents, of->dependents_cap);
			of->dependents[of->ndependents++] = i;
		}
	}
}

/* ---- order */

/* a walk along dependencies, without recursion: chains may be long */
struct walk {
	enum { NEW, OPEN, DONE } * state; /* [n] */
	size_t *path, *next;              /* [n] packages from the first to here; their next edge */
	size_t depth;
};

static void report_circle(struct graph *g, const struct walk *w, const struct ws_dependency *back)
{
	struct strbuf names = { .mem = g->mem };
	size_t from = 0;

	while (w->path[from] != back->package)
		from++;
	for (size_t i = from; i < w->depth; i++)
		strbuf_fmt(&names, "%s -> ", g->ws->v[w->path[i]].name);
	diag_err(g->d, back->at, "packages depend on each other in a circle: %s%s",
		strbuf_text(&names), back->name);
}

static void push(struct walk *w, size_t i)
{
	w->state[i] = OPEN;
	w->next[w->depth] = 0;
	w->path[w->depth++] = i;
}

static void visit(struct graph *g, struct walk *w, size_t start, size_t *norder)
{
	struct ws *ws = g->ws;

	push(w, start);
	while (w->depth) {
		size_t at = w->path[w->depth - 1];
		const struct ws_package *p = &ws->v[at];
		const struct ws_dependency *dep;

		if (w->next[w->depth - 1] == p->ndeps) {
			w->state[at] = DONE;
			ws->order[(*norder)++] = at;
			w->depth--;
			continue;
		}
		dep = &p->deps[w->next[w->depth - 1]++];
		if (dep->package == WS_OUTSIDE || w->state[dep->package] == DONE)
			continue;
		if (w->state[dep->package] == OPEN)
			report_circle(g, w, dep);
		else
			push(w, dep->package);
	}
}

static void find_order(struct graph *g)
{
	size_t n = g->ws->n, norder = 0;
	struct walk w = { 0 };

	w.state = arena_alloc_array(g->mem, n, sizeof(*w.state), _Alignof(int));
	w.path = arena_array(g->mem, size_t, n);
	w.next = arena_array(g->mem, size_t, n);
	g->ws->order = arena_array(g->mem, size_t, n);
	for (size_t i = 0; i < n; i++)
		if (w.state[i] == NEW)
			visit(g, &w, i, &norder);
}

/* ---- what was asked for, and all below it */

static void choose(struct graph *g, const struct job_words *asked)
{
	struct ws *ws = g->ws;

	for (size_t i = 0; i < ws->n; i++)
		ws->v[i].wanted = !asked->n;
	for (size_t i = 0; i < asked->n; i++) {
		size_t k = find(g, asked->v[i].text);

		if (k == WS_OUTSIDE)
			report_unknown(g, asked->v[i].text, asked->v[i].at, "input",
				"name packages that the file lists, or none for all");
		else
			ws->v[k].wanted = true;
	}
	for (size_t i = ws->n; i-- > 0;) { /* dependents are behind */
		const struct ws_package *p = &ws->v[ws->order[i]];

		for (size_t k = 0; p->wanted && k < p->ndeps; k++)
			if (p->deps[k].package != WS_OUTSIDE)
				ws->v[p->deps[k].package].wanted = true;
	}
}

int ws_graph(struct diags *d, const struct ws_host *host, struct ws *ws)
{
	struct graph g = { .mem = ws->mem, .d = d, .ws = ws };
	unsigned before = d->errors;

	g.by_name = arena_array(g.mem, size_t, ws->n + 1);
	g.by_output = arena_array(g.mem, size_t, ws->n + 1);
	for (size_t i = 0; i < ws->n; i++)
		g.by_name[i] = g.by_output[i] = i;
	qsort_r(g.by_name, ws->n, sizeof(size_t), by_name, ws);
	qsort_r(g.by_output, ws->n, sizeof(size_t), by_output, ws);
	check_names(&g);
	resolve(&g);
	find_order(&g);
	choose(&g, &host->packages);
	return d->errors == before ? 0 : -1;
}
