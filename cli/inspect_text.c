/* The text form of `pkgimg inspect`. Names come from the file: what a terminal would obey instead
 * of show is printed as \xNN. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/str.h"
#include "cli/heap_facts.h"
#include "image/cpu_features.h"

enum { PLACE_COLUMN = 64 }; /* where "file:line" begins, if the text before it is shorter */

struct printer {
	FILE *f;
	const struct img_view *v;
	struct arena scratch; /* emptied after each entry */
};

static const char *safe(struct printer *p, const char *s)
{
	return inspect_safe(&p->scratch, s);
}

static const char *str(struct printer *p, uint32_t at)
{
	return safe(p, img_str(p->v, at));
}

static const char *declaration(struct printer *p, uint32_t type, const char *name)
{
	size_t n = img_declaration(p->v, type, name, NULL, 0) + 1;
	char *s = arena_alloc(&p->scratch, n, 1);

	img_declaration(p->v, type, name, s, n);
	return safe(p, s);
}

static void field(struct printer *p, const char *name, const char *value)
{
	if (*value)
		fprintf(p->f, "%-12s %s\n", name, value);
}

static void print_id(struct printer *p, const char *name, const uint8_t id[16])
{
	static const uint8_t none[16];
	char text[33];

	if (memcmp(id, none, sizeof(none)))
		field(p, name, inspect_hex(id, 16, text));
}

static void print_head(struct printer *p, const struct inspected *in)
{
	const struct img_header *h = p->v->header;
	const struct img_package *k = p->v->package;
	const char *version = str(p, k->version);

	fprintf(p->f, "%-12s %s%s%s\n", "package", str(p, k->name), *version ? " " : "", version);
	field(p, "file", safe(p, in->path));
	field(p, "triple", str(p, k->triple));
	field(p, "abi", str(p, k->abi_text));
	field(p, "language", str(p, k->language));
	field(p, "source", str(p, k->source));
	field(p, "producer", str(p, k->producer));
	print_id(p, "uuid", k->uuid);
	print_id(p, "build id", h->build_id);
	fprintf(p->f, "%-12s %016" PRIx64 "\n", "interface", h->interface_digest);
	fprintf(p->f, "%-12s version %u, %s debug information\n", "format", h->version,
		h->flags & IMG_DEBUG_INFO ? "with" : "without");
	if (img_form(p->v) == IMG_FORM_BITCODE)
		field(p, "form", "data-only: bitcode, compiled where it is loaded");
	arena_free(&p->scratch);
}

static void print_sizes(struct printer *p, const struct img_sizes *s)
{
	const struct {
		const char *name;
		uint64_t n;
	} rows[] = {
		{ "code", s->code },
		{ "read-only", s->read_only },
		{ "data", s->data },
		{ "zero", s->zero },
		{ "metadata", s->metadata },
		{ "debug", s->debug },
		{ "other", s->other },
		{ "file", p->v->header->file_size },
	};

	fputs("\nsizes in bytes\n", p->f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].n)
			fprintf(p->f, "  %-10s %12" PRIu64 "\n", rows[i].name, rows[i].n);
	}
}

/* the target, and the features it needs beyond those of its base */
static void print_target(struct printer *p, uint32_t i)
{
	const struct cpu_arch *arch = img_cpu_arch(img_str(p->v, p->v->package->abi_text));
	const struct img_target *t = &p->v->targets[i];
	const char *features = str(p, t->features);
	uint64_t more[IMG_FEATURE_WORDS];
	size_t n;
	char *text;

	for (unsigned w = 0; w < IMG_FEATURE_WORDS; w++)
		more[w] = t->needs[w] & ~(i ? p->v->targets[t->base].needs[w] : 0);
	n = img_cpu_names(arch, more, 0, " ", NULL, 0) + 1;
	text = arena_alloc(&p->scratch, n, 1);
	img_cpu_names(arch, more, 0, " ", text, n);
	fprintf(p->f, "  %" PRIu32 "  %s%s%s%s%s%s", i, str(p, t->cpu), *features ? "  " : "",
		features, t->flags & IMG_TGF_CLONE_ALL ? "  clone_all" : "",
		t->flags & IMG_TGF_OPT_SIZE ? "  opt_size" : "",
		t->flags & IMG_TGF_MIN_SIZE ? "  min_size" : "");
	if (i)
		fprintf(p->f, "  base %" PRIu32, t->base);
	fprintf(p->f, "%s%s\n", *text ? "\n     uses " : "", text);
}

static void print_targets(struct printer *p)
{
	const struct img_dispatch *d = p->v->dispatch;

	fprintf(p->f, "\ntargets (%" PRIu32 ")\n", p->v->ntargets);
	for (uint32_t i = 0; i < p->v->ntargets; i++)
		print_target(p, i);
	if (d)
		fprintf(p->f, "  %" PRIu32 " functions with versions, chosen by the %s\n",
			d->nslots, d->flags & IMG_DF_SELF ? "image" : "loader");
	arena_free(&p->scratch);
}

static void print_needs(struct printer *p)
{
	char id[33];

	if (p->v->nneeds)
		fprintf(p->f, "\nneeds (%" PRIu32 ")\n", p->v->nneeds);
	for (uint32_t i = 0; i < p->v->nneeds; i++)
		fprintf(p->f, "  %-8s %s\n", img_need_kind_name(p->v->needs[i].kind),
			str(p, p->v->needs[i].name));
	if (p->v->ndependencies)
		fprintf(p->f, "\ndependencies (%" PRIu32 ")\n", p->v->ndependencies);
	for (uint32_t i = 0; i < p->v->ndependencies; i++) {
		const struct img_dependency *d = &p->v->dependencies[i];

		fprintf(p->f, "  %s %s  build id %s  interface %016" PRIx64 "%s\n", str(p, d->name),
			str(p, d->version), inspect_hex(d->build_id, 16, id), d->interface_digest,
			d->flags & IMG_DEP_BASE    ? "  base image"
			: d->flags & IMG_DEP_BUILD ? "  this build"
						   : "");
		for (uint32_t k = 0; k < p->v->nuses; k++)
			if (p->v->uses[k].dependency == i)
				fprintf(p->f, "    uses %-6s %s\n",
					img_use_kind_name(p->v->uses[k].kind),
					str(p, p->v->uses[k].name));
	}
	arena_free(&p->scratch);
}

static void print_imports(struct printer *p)
{
	if (p->v->nimports)
		fprintf(p->f, "\nimports (%" PRIu32 ")\n", p->v->nimports);
	for (uint32_t i = 0; i < p->v->nimports; i++) {
		const struct img_import *n = &p->v->imports[i];

		fprintf(p->f, "  %-6s %s  from %s\n", img_import_kind_name(n->kind),
			str(p, n->symbol), str(p, p->v->dependencies[n->dependency].name));
		arena_free(&p->scratch);
	}
}

/* "  text      file:line  note" */
static void print_entry(
	struct printer *p, const char *text, uint32_t file, uint32_t line, const char *note)
{
	const char *place = str(p, file);

	if (*place && line)
		place = str_fmt(&p->scratch, "%s:%" PRIu32, place, line);
	if (*place || *note)
		fprintf(p->f, "  %-*s  %s%s%s\n", PLACE_COLUMN, text, place,
			*place && *note ? "  " : "", note);
	else
		fprintf(p->f, "  %s\n", text);
	arena_free(&p->scratch);
}

static void print_methods(struct printer *p)
{
	if (p->v->nmethods)
		fprintf(p->f, "\nmethods (%" PRIu32 ")\n", p->v->nmethods);
	for (uint32_t i = 0; i < p->v->nmethods; i++) {
		const struct img_method *m = &p->v->methods[i];
		const char *symbol = str(p, m->symbol);
		size_t n = img_signature(p->v, i, true, NULL, 0) + 1;
		char *text = arena_alloc(&p->scratch, n, 1);

		img_signature(p->v, i, true, text, n);
		if (str_eq(img_str(p->v, m->symbol), img_str(p->v, m->name)))
			symbol = "";
		print_entry(p, safe(p, text), m->file, m->line, symbol);
	}
}

static void print_globals(struct printer *p)
{
	if (p->v->nglobals)
		fprintf(p->f, "\nglobals (%" PRIu32 ")\n", p->v->nglobals);
	for (uint32_t i = 0; i < p->v->nglobals; i++) {
		const struct img_global *g = &p->v->globals[i];
		const char *name = img_str(p->v, g->name);
		const char *note = str_fmt(&p->scratch, "%" PRIu64 " bytes%s%s", g->size,
			g->flags & IMG_GF_CONST ? ", constant" : "",
			g->flags & IMG_GF_TLS ? ", thread-local" : "");

		print_entry(p, g->type ? declaration(p, g->type, name) : safe(p, name), g->file,
			g->line, note);
	}
}

static void print_member(struct printer *p, const struct img_type *t, const struct img_member *m)
{
	const char *name = img_str(p->v, m->name);
	const char *what = m->flags & IMG_MF_VIRTUAL_BASE ? "  virtual base"
			   : m->flags & IMG_MF_BASE       ? "  base"
							  : "";

	if (t->kind == IMG_T_ENUM)
		fprintf(p->f, "    %s = %" PRId64 "\n", safe(p, name), m->value);
	else if (m->flags & IMG_MF_STATIC)
		fprintf(p->f, "    %-8s %s\n", "static", declaration(p, m->type, name));
	else if (m->flags & IMG_MF_BITFIELD)
		fprintf(p->f, "    %-8s %s : %" PRIu32 "\n",
			str_fmt(&p->scratch, "+%" PRId64 ".%" PRId64, m->value / 8, m->value % 8),
			declaration(p, m->type, name), m->bit_size);
	else
		fprintf(p->f, "    +%-7" PRId64 " %s%s\n", m->value / 8,
			declaration(p, m->type, name), what);
}

static void print_type(struct printer *p, uint32_t index)
{
	const struct img_type *t = &p->v->types[index];

	switch (t->kind) {
	case IMG_T_STRUCT:
	case IMG_T_CLASS:
	case IMG_T_UNION:
	case IMG_T_ENUM:
		fprintf(p->f, "  %s  size %" PRIu64 ", align %" PRIu32 "%s\n",
			declaration(p, index, ""), t->size, t->align,
			t->flags & IMG_TF_PACKED ? ", packed" : "");
		for (uint32_t k = 0; k < t->nmembers; k++)
			print_member(p, t, &p->v->members[t->members + k]);
		break;
	case IMG_T_TYPEDEF:
		fprintf(p->f, "  typedef %s\n", declaration(p, t->target, img_str(p->v, t->name)));
		break;
	case IMG_T_OPAQUE: fprintf(p->f, "  %s  opaque\n", declaration(p, index, "")); break;
	default: break; /* pointers, arrays and base types show where they are used */
	}
	arena_free(&p->scratch);
}

void inspect_text(const struct inspected *in, const struct heap_facts *heap, FILE *out)
{
	struct printer p = { .f = out, .v = &in->view };

	print_head(&p, in);
	print_sizes(&p, &in->sizes);
	print_targets(&p);
	print_needs(&p);
	print_imports(&p);
	print_methods(&p);
	print_globals(&p);
	fprintf(out, "\ntypes (%" PRIu32 ")\n", in->view.ntypes);
	for (uint32_t i = 0; i < in->view.ntypes; i++)
		print_type(&p, i);
	if (heap)
		heap_text(&p.scratch, heap, out);
	arena_free(&p.scratch);
}
