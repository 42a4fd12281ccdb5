/* The heap in both forms of `pkgimg inspect`: bytes by fate, objects by type, what a load costs. */
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "cli/heap_facts.h"

static const char *image_name(const struct img_view *v, uint32_t image)
{
	return image == IMG_SELF ? "itself" : img_str(v, v->dependencies[image - 1].name);
}

static const char *bind_kind_name(uint32_t kind)
{
	static const char *const names[] = { "?", "method", "global", "host", "dependency_method",
		"dependency_global" };

	return kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "?";
}

/* what a bind leads to, by name */
static const char *bind_target(const struct img_view *v, const struct img_bind *b)
{
	if (b->kind == IMG_BIND_METHOD)
		return img_str(v, v->methods[b->index].symbol);
	if (b->kind == IMG_BIND_GLOBAL)
		return img_str(v, v->globals[b->index].symbol);
	return img_str(v, b->index);
}

/* ---- text */

static void print_sections(FILE *out, const struct img_view *v)
{
	fprintf(out, "  %-14s %12s %8s\n", "fate", "bytes", "pages");
	for (uint32_t i = 0; i < v->nheap_sections; i++) {
		const struct img_heap_section *s = &v->heap_sections[i];

		fprintf(out, "  %-14s %12" PRIu64 " %8" PRIu64 "\n", img_fate_name(s->fate),
			s->size, (s->size + HEAP_PAGE - 1) / HEAP_PAGE);
	}
}

static void print_costs(struct arena *a, FILE *out, const struct heap_facts *h)
{
	const struct img_view *v = h->v;

	fprintf(out, "  each load writes %" PRIu32 " words on %" PRIu64 " pages\n", v->nbinds,
		h->bind_pages);
	for (uint32_t i = 0; i < v->nheap_relocs; i++) {
		const struct img_heap_reloc *r = &v->heap_relocs[i];

		fprintf(out, "  if %s moves: %" PRIu64 " words on %" PRIu64 " pages of %s\n",
			inspect_safe(a, image_name(v, r->image)), r->count, r->npages,
			img_fate_name(v->heap_sections[r->section].fate));
	}
}

static void print_types(struct arena *a, FILE *out, const struct heap_facts *h)
{
	fprintf(out, "\nobjects by type (%" PRIu64 ")\n", h->n);
	for (uint32_t i = 0; i < h->v->nheap_types; i++) {
		const struct img_heap_type *t = &h->v->heap_types[i];

		fprintf(out, "  %-32s %10" PRIu64 " %14" PRIu64 " bytes%s%s\n",
			inspect_safe(a, heap_type_name(h->v, i)), h->type[i].n, h->type[i].bytes,
			t->flags & IMG_HTF_MUTABLE ? "  mutable" : "",
			t->flags & IMG_HTF_INTERNED ? "  interned" : "");
	}
	fprintf(out, "\nbiggest objects\n");
	for (unsigned i = 0; i < h->nbiggest; i++)
		fprintf(out, "  +0x%-12" PRIx64 " %14" PRIu64 " bytes  %s\n", h->biggest[i]->offset,
			h->biggest[i]->size,
			inspect_safe(a, heap_type_name(h->v, h->biggest[i]->type)));
}

static void print_names(struct arena *a, FILE *out, const struct img_view *v)
{
	if (v->nroots)
		fprintf(out, "\nroots (%" PRIu32 ")\n", v->nroots);
	for (uint32_t i = 0; i < v->nroots; i++)
		fprintf(out, "  %s%s\n", inspect_safe(a, img_str(v, v->roots[i].name)),
			v->roots[i].flags & IMG_ROOT_CONST ? "  constant" : "");
	if (v->nbinds)
		fprintf(out, "\nbinds (%" PRIu32 ")\n", v->nbinds);
	for (uint32_t i = 0; i < v->nbinds; i++)
		fprintf(out, "  +0x%-12" PRIx64 " %s %s\n", v->binds[i].offset,
			bind_kind_name(v->binds[i].kind),
			inspect_safe(a, bind_target(v, &v->binds[i])));
	if (v->ninserts)
		fprintf(out, "\ninsertions (%" PRIu32 ")\n", v->ninserts);
	for (uint32_t i = 0; i < v->ninserts; i++) {
		const struct img_insert *n = &v->inserts[i];

		fprintf(out, "  %s(%s) of %s%s%s\n", inspect_safe(a, img_str(v, n->function)),
			inspect_safe(a, img_str(v, n->signature)),
			inspect_safe(a, image_name(v, n->image)),
			n->method == IMG_NO_METHOD ? "" : "  code ",
			n->method == IMG_NO_METHOD
				? ""
				: inspect_safe(a, img_str(v, v->methods[n->method].symbol)));
	}
}

void heap_text(struct arena *a, const struct heap_facts *h, FILE *out)
{
	const struct img_view *v = h->v;

	fprintf(out,
		"\nheap\n  preferred address 0x%" PRIx64 ", %" PRIu64 " bytes in memory, %" PRIu64
		" in the file\n",
		v->heap->base, v->heap->mapped, v->heap->size);
	print_sections(out, v);
	print_costs(a, out, h);
	print_types(a, out, h);
	print_names(a, out, v);
}

/* ---- JSON */

static void put_sections(struct json *j, const struct img_view *v)
{
	json_array(j, "sections");
	for (uint32_t i = 0; i < v->nheap_sections; i++) {
		json_object(j, NULL);
		json_str(j, "fate", img_fate_name(v->heap_sections[i].fate));
		json_uint(j, "offset", v->heap_sections[i].offset);
		json_uint(j, "size", v->heap_sections[i].size);
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_types(struct json *j, const struct heap_facts *h)
{
	json_array(j, "types");
	for (uint32_t i = 0; i < h->v->nheap_types; i++) {
		const struct img_heap_type *t = &h->v->heap_types[i];

		json_object(j, NULL);
		json_str(j, "name", heap_type_name(h->v, i));
		json_uint(j, "type", t->type);
		json_bool(j, "mutable", t->flags & IMG_HTF_MUTABLE);
		json_bool(j, "interned", t->flags & IMG_HTF_INTERNED);
		json_uint(j, "pointers", t->npointers);
		json_uint(j, "element_pointers", t->nelement);
		json_uint(j, "element_size", t->element_size);
		json_str(j, "hook", img_str(h->v, t->hook));
		json_uint(j, "objects", h->type[i].n);
		json_uint(j, "bytes", h->type[i].bytes);
		json_end_object(j);
	}
	json_end_array(j);
	json_array(j, "biggest");
	for (unsigned i = 0; i < h->nbiggest; i++) {
		json_object(j, NULL);
		json_uint(j, "offset", h->biggest[i]->offset);
		json_uint(j, "size", h->biggest[i]->size);
		json_str(j, "type", heap_type_name(h->v, h->biggest[i]->type));
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_roots(struct json *j, const struct img_view *v)
{
	json_array(j, "roots");
	for (uint32_t i = 0; i < v->nroots; i++) {
		json_object(j, NULL);
		json_str(j, "name", img_str(v, v->roots[i].name));
		json_bool(j, "const", v->roots[i].flags & IMG_ROOT_CONST);
		json_uint(j, "cell", v->roots[i].cell);
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_relocs(struct json *j, const struct img_view *v)
{
	json_array(j, "relocations");
	for (uint32_t i = 0; i < v->nheap_relocs; i++) {
		const struct img_heap_reloc *r = &v->heap_relocs[i];

		json_object(j, NULL);
		json_str(j, "image",
			r->image == IMG_SELF ? NULL
					     : img_str(v, v->dependencies[r->image - 1].name));
		json_str(j, "fate", img_fate_name(v->heap_sections[r->section].fate));
		json_uint(j, "words", r->count);
		json_uint(j, "pages", r->npages);
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_binds(struct json *j, const struct img_view *v)
{
	json_array(j, "binds");
	for (uint32_t i = 0; i < v->nbinds; i++) {
		const struct img_bind *b = &v->binds[i];

		json_object(j, NULL);
		json_uint(j, "offset", b->offset);
		json_str(j, "kind", bind_kind_name(b->kind));
		json_str(j, "symbol", bind_target(v, b));
		json_str(j, "image",
			b->image == IMG_SELF ? NULL
					     : img_str(v, v->dependencies[b->image - 1].name));
		json_int(j, "addend", b->addend);
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_inserts(struct json *j, const struct img_view *v)
{
	json_array(j, "insertions");
	for (uint32_t i = 0; i < v->ninserts; i++) {
		const struct img_insert *n = &v->inserts[i];

		json_object(j, NULL);
		json_str(j, "function", img_str(v, n->function));
		json_str(j, "signature", img_str(v, n->signature));
		json_str(j, "image",
			n->image == IMG_SELF ? NULL
					     : img_str(v, v->dependencies[n->image - 1].name));
		json_str(j, "symbol",
			n->method == IMG_NO_METHOD ? NULL
						   : img_str(v, v->methods[n->method].symbol));
		json_end_object(j);
	}
	json_end_array(j);
}

void heap_json(const struct heap_facts *h, struct json *j)
{
	const struct img_view *v = h->v;

	json_object(j, "heap");
	json_uint(j, "at", v->heap->at);
	json_uint(j, "size", v->heap->size);
	json_uint(j, "base", v->heap->base);
	json_uint(j, "mapped", v->heap->mapped);
	json_uint(j, "objects", v->heap->nobjects);
	json_uint(j, "interned", v->ninterned);
	json_uint(j, "hooks", v->nhooks);
	json_uint(j, "bind_pages", h->bind_pages);
	put_sections(j, v);
	put_types(j, h);
	put_roots(j, v);
	put_relocs(j, v);
	put_binds(j, v);
	put_inserts(j, v);
	json_end_object(j);
}
