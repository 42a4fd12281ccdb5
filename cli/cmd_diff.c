/* pkgimg diff OLD NEW: what changed between two images. Exit 0: nothing that counts, 1: something
 * (as diff does), or an image that is none. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/heap_facts.h"
#include "driver/options.h"

/* one line of the result */
enum change { ADDED, REMOVED, CHANGED };
struct difference {
	const char *part; /* "method" */
	const char *name;
	enum change change;
	const char *was, *is; /* NULL where there is none */
};

struct comparison {
	struct arena *mem;
	struct diags *d;
	const struct img_view *a, *b;
	struct difference *v; /* [n] */
	size_t n, cap;
};

static void note(
	struct comparison *c, const char *part, const char *name, const char *was, const char *is)
{
	if (was && is && str_eq(was, is))
		return;
	arena_push_room(c->mem, c->v, c->n, c->cap);
	c->v[c->n++] = (struct difference) { part, name,
		!was  ? ADDED
		: !is ? REMOVED
		      : CHANGED,
		was, is };
}

/* ---- lists of named things: each has a name to be found by, and a text that says what it is */

struct entry {
	const char *name, *text;
};
typedef struct entry entry_fn(struct comparison *c, const struct img_view *v, uint32_t i);

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->text, y->text);
}

static struct entry *entries(
	struct comparison *c, const struct img_view *v, uint32_t count, entry_fn *get, size_t *n)
{
	struct entry *e = arena_array(c->mem, struct entry, count);

	*n = 0;
	for (uint32_t i = 0; i < count; i++) {
		e[*n] = get(c, v, i);
		*n += e[*n].name != NULL;
	}
	if (*n)
		qsort(e, *n, sizeof(*e), by_name);
	return e;
}

static void compare_lists(
	struct comparison *c, const char *part, uint32_t na, uint32_t nb, entry_fn *get)
{
	size_t n, m, i = 0, k = 0;
	const struct entry *x = entries(c, c->a, na, get, &n);
	const struct entry *y = entries(c, c->b, nb, get, &m);

	while (i < n || k < m) {
		int order = i == n ? 1 : k == m ? -1 : strcmp(x[i].name, y[k].name);

		if (order < 0) {
			note(c, part, x[i].name, x[i].text, NULL);
			i++;
		} else if (order > 0) {
			note(c, part, y[k].name, NULL, y[k].text);
			k++;
		} else {
			note(c, part, x[i].name, x[i].text, y[k].text);
			i++, k++;
		}
	}
}

static struct entry method_entry(struct comparison *c, const struct img_view *v, uint32_t i)
{
	size_t n = img_signature(v, i, true, NULL, 0) + 1;
	char *text = arena_alloc(c->mem, n, 1);

	img_signature(v, i, true, text, n);
	return (struct entry) { img_str(v, v->methods[i].symbol), text };
}

static struct entry global_entry(struct comparison *c, const struct img_view *v, uint32_t i)
{
	const struct img_global *g = &v->globals[i];
	size_t n = img_declaration(v, g->type, img_str(v, g->name), NULL, 0) + 1;
	char *text = arena_alloc(c->mem, n, 1);

	img_declaration(v, g->type, img_str(v, g->name), text, n);
	return (struct entry) { img_str(v, g->symbol),
		str_fmt(c->mem, "%s, %" PRIu64 " bytes", text, g->size) };
}

static const char *member_text(struct comparison *c, const struct img_view *v,
	const struct img_type *t, const struct img_member *m)
{
	size_t n;
	char *text;

	if (t->kind == IMG_T_ENUM)
		return str_fmt(c->mem, "%s = %" PRId64, img_str(v, m->name), m->value);
	n = img_declaration(v, m->type, img_str(v, m->name), NULL, 0) + 1;
	text = arena_alloc(c->mem, n, 1);
	img_declaration(v, m->type, img_str(v, m->name), text, n);
	return str_fmt(c->mem, "+%" PRId64 " %s", m->value / 8, text);
}

/* types that have a name and a layout of their own */
static struct entry type_entry(struct comparison *c, const struct img_view *v, uint32_t i)
{
	const struct img_type *t = &v->types[i];
	struct strbuf b = { .mem = c->mem };

	if (!*img_str(v, t->name) || t->kind < IMG_T_STRUCT || t->kind > IMG_T_TYPEDEF)
		return (struct entry) { NULL, NULL };
	if (t->kind == IMG_T_TYPEDEF)
		strbuf_fmt(&b, "digest %016" PRIx64, t->digest);
	else
		strbuf_fmt(&b, "%" PRIu64 " bytes {", t->size);
	for (uint32_t k = 0; k < t->nmembers; k++)
		strbuf_fmt(&b, "%s %s", k ? ";" : "",
			member_text(c, v, t, &v->members[t->members + k]));
	if (t->kind != IMG_T_TYPEDEF)
		strbuf_puts(&b, " }");
	return (struct entry) { str_fmt(c->mem, "%s %s", img_type_kind_name(t->kind),
					img_str(v, t->name)),
		strbuf_text(&b) };
}

static struct entry need_entry(struct comparison *c, const struct img_view *v, uint32_t i)
{
	(void)c;
	return (struct entry) { img_str(v, v->needs[i].name),
		img_need_kind_name(v->needs[i].kind) };
}

static struct entry target_entry(struct comparison *c, const struct img_view *v, uint32_t i)
{
	const struct img_target *t = &v->targets[i];

	return (struct entry) { str_fmt(c->mem, "%" PRIu32, i),
		str_fmt(c->mem, "%s%s%s%s", img_str(v, t->cpu), *img_str(v, t->features) ? "," : "",
			img_str(v, t->features),
			t->flags & IMG_TGF_CLONE_ALL ? ",clone_all" : "") };
}

static struct entry dependency_entry(struct comparison *c, const struct img_view *v, uint32_t i)
{
	const struct img_dependency *d = &v->dependencies[i];
	char id[33];

	return (struct entry) { img_str(v, d->name),
		str_fmt(c->mem, "%s build %s interface %016" PRIx64, img_str(v, d->version),
			inspect_hex(d->build_id, 16, id), d->interface_digest) };
}

static struct entry import_entry(struct comparison *c, const struct img_view *v, uint32_t i)
{
	const struct img_import *n = &v->imports[i];

	return (struct entry) { img_str(v, n->symbol),
		str_fmt(c->mem, "%s of %s", img_import_kind_name(n->kind),
			img_str(v, v->dependencies[n->dependency].name)) };
}

static struct entry root_entry(struct comparison *c, const struct img_view *v, uint32_t i)
{
	(void)c;
	return (struct entry) { img_str(v, v->roots[i].name),
		v->roots[i].flags & IMG_ROOT_CONST ? "constant" : "variable" };
}

static struct entry insert_entry(struct comparison *c, const struct img_view *v, uint32_t i)
{
	const struct img_insert *n = &v->inserts[i];

	return (struct entry) { str_fmt(c->mem, "%s(%s)", img_str(v, n->function),
					img_str(v, n->signature)),
		n->method == IMG_NO_METHOD ? "no code" : img_str(v, v->methods[n->method].symbol) };
}

/* ---- all of an image */

static void compare_package(struct comparison *c)
{
	const struct img_package *a = c->a->package, *b = c->b->package;
	char was[33], is[33];
	const struct {
		const char *name;
		uint32_t was, is;
	} rows[] = {
		{ "name", a->name, b->name },
		{ "version", a->version, b->version },
		{ "platform", a->abi_text, b->abi_text },
		{ "producer", a->producer, b->producer },
		{ "source", a->source, b->source },
		{ "language", a->language, b->language },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		note(c, "package", rows[i].name, img_str(c->a, rows[i].was),
			img_str(c->b, rows[i].is));
	note(c, "package", "form", img_form_name(img_form(c->a)), img_form_name(img_form(c->b)));
	note(c, "package", "interface",
		str_fmt(c->mem, "%016" PRIx64, c->a->header->interface_digest),
		str_fmt(c->mem, "%016" PRIx64, c->b->header->interface_digest));
	note(c, "package", "build id",
		str_dup(c->mem, inspect_hex(c->a->header->build_id, 16, was)),
		str_dup(c->mem, inspect_hex(c->b->header->build_id, 16, is)));
}

static void compare_sizes(
	struct comparison *c, const struct img_sizes *a, const struct img_sizes *b)
{
	const struct {
		const char *name;
		uint64_t was, is;
	} rows[] = {
		{ "code", a->code, b->code },
		{ "read-only", a->read_only, b->read_only },
		{ "data", a->data, b->data },
		{ "zero", a->zero, b->zero },
		{ "metadata", a->metadata, b->metadata },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		note(c, "size", rows[i].name, str_fmt(c->mem, "%" PRIu64, rows[i].was),
			str_fmt(c->mem, "%" PRIu64, rows[i].is));
}

static uint64_t bytes_of_fate(const struct img_view *v, uint32_t fate)
{
	for (uint32_t i = 0; i < v->nheap_sections; i++) {
		if (v->heap_sections[i].fate == fate)
			return v->heap_sections[i].size;
	}
	return 0;
}

/* objects and bytes of each type of heap objects */
static struct entry *heap_entries(struct comparison *c, const struct heap_facts *h, size_t *n)
{
	struct entry *e;

	*n = h->v ? h->v->nheap_types : 0;
	e = arena_array(c->mem, struct entry, *n);
	for (uint32_t i = 0; i < *n; i++)
		e[i] = (struct entry) { heap_type_name(h->v, i),
			str_fmt(c->mem, "%" PRIu64 " objects, %" PRIu64 " bytes", h->type[i].n,
				h->type[i].bytes) };
	return e;
}

static int compare_heaps(struct comparison *c, const struct inspected *a, const struct inspected *b)
{
	struct heap_facts x = { 0 }, y = { 0 };
	size_t n, m, i = 0, k = 0;
	const struct entry *p, *q;

	if ((c->a->heap && heap_facts(c->mem, c->d, a, &x)) ||
		(c->b->heap && heap_facts(c->mem, c->d, b, &y)))
		return -1;
	p = heap_entries(c, &x, &n);
	q = heap_entries(c, &y, &m);
	while (i < n || k < m) { /* both rise by name */
		int order = i == n ? 1 : k == m ? -1 : strcmp(p[i].name, q[k].name);

		note(c, "heap type", order <= 0 ? p[i].name : q[k].name,
			order <= 0 ? p[i].text : NULL, order >= 0 ? q[k].text : NULL);
		i += order <= 0;
		k += order >= 0;
	}
	for (uint32_t fate = IMG_FATE_DATA; fate < IMG_FATE_SCRATCH; fate++)
		note(c, "heap bytes", img_fate_name(fate),
			str_fmt(c->mem, "%" PRIu64, bytes_of_fate(c->a, fate)),
			str_fmt(c->mem, "%" PRIu64, bytes_of_fate(c->b, fate)));
	return 0;
}

static int compare(struct comparison *c, const struct inspected *a, const struct inspected *b)
{
	c->a = &a->view;
	c->b = &b->view;
	compare_package(c);
	compare_lists(c, "target", c->a->ntargets, c->b->ntargets, target_entry);
	compare_lists(c, "need", c->a->nneeds, c->b->nneeds, need_entry);
	compare_lists(c, "dependency", c->a->ndependencies, c->b->ndependencies, dependency_entry);
	compare_lists(c, "import", c->a->nimports, c->b->nimports, import_entry);
	compare_lists(c, "method", c->a->nmethods, c->b->nmethods, method_entry);
	compare_lists(c, "global", c->a->nglobals, c->b->nglobals, global_entry);
	compare_lists(c, "type", c->a->ntypes, c->b->ntypes, type_entry);
	compare_lists(c, "root", c->a->nroots, c->b->nroots, root_entry);
	compare_lists(c, "insertion", c->a->ninserts, c->b->ninserts, insert_entry);
	compare_sizes(c, &a->sizes, &b->sizes);
	return compare_heaps(c, a, b);
}

/* ---- the report */

static void print_text(const struct comparison *c, FILE *out)
{
	static const char marks[] = { [ADDED] = '+', [REMOVED] = '-', [CHANGED] = '~' };

	for (size_t i = 0; i < c->n; i++) {
		const struct difference *x = &c->v[i];

		fprintf(out, "%c %s %s", marks[x->change], x->part, inspect_safe(c->mem, x->name));
		if (x->change == CHANGED)
			fprintf(out, "\n    was %s\n    is  %s\n", inspect_safe(c->mem, x->was),
				inspect_safe(c->mem, x->is));
		else
			fprintf(out, ": %s\n", inspect_safe(c->mem, x->was ? x->was : x->is));
	}
	if (!c->n)
		fputs("the images are the same\n", out);
}

static void print_json(const struct comparison *c, FILE *out)
{
	static const char *const names[] = {
		[ADDED] = "added", [REMOVED] = "removed", [CHANGED] = "changed"
	};
	struct json j = { .f = out };

	json_object(&j, NULL);
	json_bool(&j, "same", !c->n);
	json_array(&j, "differences");
	for (size_t i = 0; i < c->n; i++) {
		json_object(&j, NULL);
		json_str(&j, "part", c->v[i].part);
		json_str(&j, "name", c->v[i].name);
		json_str(&j, "change", names[c->v[i].change]);
		json_str(&j, "was", c->v[i].was);
		json_str(&j, "is", c->v[i].is);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
}

static int diff(struct cli *c, const char *const paths[2], bool json)
{
	struct comparison k = { .mem = c->mem, .d = c->d };
	struct inspected a, b;
	int failed;

	if (inspect_open(c->d, paths[0], false, &a))
		return inspect_open(c->d, paths[1], false, &b) ? EXIT_INPUT
							       : (inspect_close(&b), EXIT_INPUT);
	if (inspect_open(c->d, paths[1], false, &b)) {
		inspect_close(&a);
		return EXIT_INPUT;
	}
	failed = compare(&k, &a, &b);
	if (!failed && json)
		print_json(&k, stdout);
	else if (!failed)
		print_text(&k, stdout);
	if (fflush(stdout) || ferror(stdout))
		failed = diag_err(c->d, NOWHERE, "the output cannot be written");
	inspect_close(&a);
	inspect_close(&b);
	return failed || k.n ? EXIT_INPUT : EXIT_OK;
}

int cmd_diff(struct cli *c)
{
	const char *paths[2] = { NULL, NULL };
	size_t n, images = 0;
	const struct ll_arg *args = cli_parse(c, DiffOption, &n);
	bool json = false;

	if (!args)
		return EXIT_USAGE;
	for (size_t i = 0; i < n; i++) {
		if (args[i].id == OPT_help)
			return cli_help(c, DiffOption, "pkgimg diff [--json] OLD NEW",
				"tells what changed between two package images; exit 1 if "
				"something did");
		json |= args[i].id == OPT_json;
		if (!args[i].id && images < 2)
			paths[images] = args[i].spelling;
		images += !args[i].id;
	}
	if (images != 2) {
		diag_err(c->d, NOWHERE,
			"two images are wanted, got %zu; name the old and the new one", images);
		return EXIT_USAGE;
	}
	return diff(c, paths, json);
}
