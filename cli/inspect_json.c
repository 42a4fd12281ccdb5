#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "cli/heap_facts.h"
#include "image/cpu_features.h"

/* What all the printers here take. */
struct printer {
	struct json j;
	const struct img_view *v;
	struct arena scratch; /* emptied after each entry */
};

static void put_hex64(struct printer *p, const char *key, uint64_t value)
{
	char text[17];

	snprintf(text, sizeof(text), "%016" PRIx64, value);
	json_str(&p->j, key, text);
}

static void put_id(struct printer *p, const char *key, const uint8_t id[16])
{
	static const uint8_t none[16];
	char text[33];

	json_str(&p->j, key, memcmp(id, none, 16) ? inspect_hex(id, 16, text) : NULL);
}

static void put_str(struct printer *p, const char *key, uint32_t at)
{
	json_str(&p->j, key, img_str(p->v, at));
}

static const char *type_text(struct printer *p, uint32_t type)
{
	size_t n = img_type_text(p->v, type, NULL, 0) + 1;
	char *s = arena_alloc(&p->scratch, n, 1);

	img_type_text(p->v, type, s, n);
	return s;
}

static void put_header(struct printer *p)
{
	const struct img_header *h = p->v->header;

	json_object(&p->j, "header");
	json_uint(&p->j, "version", h->version);
	json_bool(&p->j, "sealed", h->flags & IMG_SEALED);
	json_bool(&p->j, "debug_info", h->flags & IMG_DEBUG_INFO);
	json_uint(&p->j, "file_size", h->file_size);
	json_uint(&p->j, "meta_size", h->meta_size);
	put_hex64(p, "meta_sum", h->meta_sum);
	put_hex64(p, "file_sum", h->file_sum);
	put_id(p, "build_id", h->build_id);
	put_hex64(p, "abi", h->abi);
	put_hex64(p, "interface_digest", h->interface_digest);
	json_end_object(&p->j);
}

static void put_package(struct printer *p)
{
	const struct img_package *k = p->v->package;

	json_object(&p->j, "package");
	put_str(p, "name", k->name);
	put_str(p, "version", k->version);
	put_str(p, "triple", k->triple);
	put_str(p, "abi_text", k->abi_text);
	put_str(p, "producer", k->producer);
	put_str(p, "source", k->source);
	put_str(p, "language", k->language);
	put_id(p, "uuid", k->uuid);
	json_str(&p->j, "form", img_form_name(img_form(p->v)));
	json_end_object(&p->j);
}

/* names of the bits that are set; one that has no name here is a number */
static void put_uses(struct printer *p, uint32_t dependency)
{
	json_array(&p->j, "uses");
	for (uint32_t i = 0; i < p->v->nuses; i++) {
		const struct img_use *u = &p->v->uses[i];

		if (u->dependency != dependency)
			continue;
		json_object(&p->j, NULL);
		json_str(&p->j, "kind", img_use_kind_name(u->kind));
		put_str(p, "name", u->name);
		put_hex64(p, "digest", u->digest);
		json_end_object(&p->j);
	}
	json_end_array(&p->j);
}

static void put_features(struct printer *p, const struct img_target *t)
{
	const struct cpu_arch *arch = img_cpu_arch(img_str(p->v, p->v->package->abi_text));
	char text[32];

	json_array(&p->j, "needs");
	for (unsigned i = 0; i < 64 * IMG_FEATURE_WORDS; i++) {
		if (!img_cpu_has(t->needs, i))
			continue;
		snprintf(text, sizeof(text), "feature %u", i);
		json_str(&p->j, NULL, arch && i < arch->nfeatures ? arch->features[i].name : text);
	}
	json_end_array(&p->j);
}

static void put_targets(struct printer *p)
{
	json_array(&p->j, "targets");
	for (uint32_t i = 0; i < p->v->ntargets; i++) {
		const struct img_target *t = &p->v->targets[i];

		json_object(&p->j, NULL);
		put_str(p, "cpu", t->cpu);
		put_str(p, "features", t->features);
		json_bool(&p->j, "clone_all", t->flags & IMG_TGF_CLONE_ALL);
		json_bool(&p->j, "opt_size", t->flags & IMG_TGF_OPT_SIZE);
		json_bool(&p->j, "min_size", t->flags & IMG_TGF_MIN_SIZE);
		json_uint(&p->j, "base", t->base);
		put_features(p, t);
		json_end_object(&p->j);
	}
	json_end_array(&p->j);
}

static void put_dispatch(struct printer *p)
{
	const struct img_dispatch *d = p->v->dispatch;

	if (!d) {
		json_str(&p->j, "dispatch", NULL);
		return;
	}
	json_object(&p->j, "dispatch");
	json_bool(&p->j, "self", d->flags & IMG_DF_SELF);
	json_int(&p->j, "slots", p->v->addresses[d->slots]);
	json_int(&p->j, "chosen", p->v->addresses[d->chosen]);
	json_array(&p->j, "entries");
	for (uint32_t i = 0; i < p->v->nentries; i++) {
		if (i % d->nslots == 0)
			json_array(&p->j, NULL);
		json_int(&p->j, NULL, p->v->entries[i]);
		if (i % d->nslots == d->nslots - 1)
			json_end_array(&p->j);
	}
	json_end_array(&p->j);
	json_end_object(&p->j);
}

static void put_needs(struct printer *p)
{
	json_array(&p->j, "needs");
	for (uint32_t i = 0; i < p->v->nneeds; i++) {
		json_object(&p->j, NULL);
		json_str(&p->j, "kind", img_need_kind_name(p->v->needs[i].kind));
		put_str(p, "name", p->v->needs[i].name);
		json_end_object(&p->j);
	}
	json_end_array(&p->j);
	json_array(&p->j, "dependencies");
	for (uint32_t i = 0; i < p->v->ndependencies; i++) {
		const struct img_dependency *d = &p->v->dependencies[i];

		json_object(&p->j, NULL);
		put_str(p, "name", d->name);
		put_str(p, "version", d->version);
		put_id(p, "uuid", d->uuid);
		put_id(p, "build_id", d->build_id);
		put_hex64(p, "interface_digest", d->interface_digest);
		json_bool(&p->j, "base", d->flags & IMG_DEP_BASE);
		json_bool(&p->j, "this_build", d->flags & IMG_DEP_BUILD);
		put_uses(p, i);
		json_end_object(&p->j);
	}
	json_end_array(&p->j);
}

static void put_imports(struct printer *p)
{
	json_array(&p->j, "imports");
	for (uint32_t i = 0; i < p->v->nimports; i++) {
		const struct img_import *n = &p->v->imports[i];

		json_object(&p->j, NULL);
		put_str(p, "symbol", n->symbol);
		put_str(p, "dependency", p->v->dependencies[n->dependency].name);
		json_str(&p->j, "kind", img_import_kind_name(n->kind));
		json_end_object(&p->j);
	}
	json_end_array(&p->j);
}

static void put_sizes(struct printer *p, const struct img_sizes *s)
{
	json_object(&p->j, "sizes");
	json_uint(&p->j, "code", s->code);
	json_uint(&p->j, "read_only", s->read_only);
	json_uint(&p->j, "data", s->data);
	json_uint(&p->j, "zero", s->zero);
	json_uint(&p->j, "metadata", s->metadata);
	json_uint(&p->j, "debug", s->debug);
	json_uint(&p->j, "other", s->other);
	json_end_object(&p->j);
}

static void put_methods(struct printer *p)
{
	json_array(&p->j, "methods");
	for (uint32_t i = 0; i < p->v->nmethods; i++) {
		const struct img_method *m = &p->v->methods[i];
		size_t n = img_signature(p->v, i, true, NULL, 0) + 1;
		char *text = arena_alloc(&p->scratch, n, 1);

		img_signature(p->v, i, true, text, n);
		json_object(&p->j, NULL);
		put_str(p, "name", m->name);
		put_str(p, "symbol", m->symbol);
		json_str(&p->j, "signature", text);
		json_uint(&p->j, "type", m->type);
		json_array(&p->j, "params");
		for (uint32_t k = 0; m->type && k < p->v->types[m->type].nmembers; k++)
			put_str(p, NULL, p->v->params[m->params + k]);
		json_end_array(&p->j);
		if (m->address == IMG_NO_ADDRESS) /* data alone */
			json_str(&p->j, "displacement", NULL);
		else
			json_int(&p->j, "displacement", p->v->addresses[m->address]);
		if (m->slot)
			json_uint(&p->j, "slot", m->slot - 1);
		else
			json_str(&p->j, "slot", NULL);
		put_str(p, "file", m->file);
		json_uint(&p->j, "line", m->line);
		json_end_object(&p->j);
		arena_free(&p->scratch);
	}
	json_end_array(&p->j);
}

static void put_globals(struct printer *p)
{
	json_array(&p->j, "globals");
	for (uint32_t i = 0; i < p->v->nglobals; i++) {
		const struct img_global *g = &p->v->globals[i];

		json_object(&p->j, NULL);
		put_str(p, "name", g->name);
		put_str(p, "symbol", g->symbol);
		json_uint(&p->j, "type", g->type);
		json_str(&p->j, "text", g->type ? type_text(p, g->type) : NULL);
		json_uint(&p->j, "size", g->size);
		json_bool(&p->j, "thread_local", g->flags & IMG_GF_TLS);
		json_bool(&p->j, "const", g->flags & IMG_GF_CONST);
		if (g->address != IMG_NO_ADDRESS)
			json_int(&p->j, "displacement", p->v->addresses[g->address]);
		put_str(p, "file", g->file);
		json_uint(&p->j, "line", g->line);
		json_end_object(&p->j);
		arena_free(&p->scratch);
	}
	json_end_array(&p->j);
}

/* the names of the bits that are set */
static void put_flags(struct printer *p, uint32_t flags, const char *const *names, unsigned n)
{
	json_array(&p->j, "flags");
	for (unsigned i = 0; i < n; i++) {
		if (flags >> i & 1)
			json_str(&p->j, NULL, names[i]);
	}
	json_end_array(&p->j);
}

static void put_member(struct printer *p, const struct img_type *t, const struct img_member *m)
{
	static const char *const names[] = { "bitfield", "base", "static", "virtual_base",
		"artificial", "anonymous" };

	json_object(&p->j, NULL);
	put_str(p, "name", m->name);
	if (t->kind == IMG_T_ENUM) {
		json_int(&p->j, "value", m->value);
	} else {
		json_uint(&p->j, "type", m->type);
		put_flags(p, m->flags, names, 6);
	}
	if (t->kind != IMG_T_ENUM && t->kind != IMG_T_FUNCTION) {
		json_int(&p->j, "offset_bits", m->value);
		json_uint(&p->j, "bit_size", m->bit_size);
	}
	json_end_object(&p->j);
}

static void put_type(struct printer *p, uint32_t index)
{
	static const char *const names[] = { "variadic", "signed", "packed", "no_prototype" };
	const struct img_type *t = &p->v->types[index];

	json_object(&p->j, NULL);
	json_str(&p->j, "kind", img_type_kind_name(t->kind));
	put_str(p, "name", t->name);
	json_str(&p->j, "text", type_text(p, index));
	json_str(&p->j, "tag", t->tag ? img_type_kind_name(t->tag) : NULL);
	put_flags(p, t->flags, names, 4);
	json_uint(&p->j, "depth", t->depth);
	json_uint(&p->j, "size", t->size);
	json_uint(&p->j, "align", t->align);
	json_uint(&p->j, "target", t->target);
	if (t->count == IMG_UNBOUNDED)
		json_str(&p->j, "count", NULL);
	else
		json_uint(&p->j, "count", t->count);
	put_hex64(p, "digest", t->digest);
	json_array(&p->j, "members");
	for (uint32_t k = 0; k < t->nmembers; k++)
		put_member(p, t, &p->v->members[t->members + k]);
	json_end_array(&p->j);
	json_end_object(&p->j);
	arena_free(&p->scratch);
}

void inspect_json(const struct inspected *in, const struct heap_facts *heap, FILE *out)
{
	struct printer p = { .j = { .f = out }, .v = &in->view };

	json_object(&p.j, NULL);
	json_str(&p.j, "file", in->path);
	put_header(&p);
	put_package(&p);
	put_targets(&p);
	put_dispatch(&p);
	put_needs(&p);
	put_imports(&p);
	put_sizes(&p, &in->sizes);
	if (heap)
		heap_json(heap, &p.j);
	else
		json_str(&p.j, "heap", NULL);
	put_methods(&p);
	put_globals(&p);
	json_array(&p.j, "types");
	for (uint32_t i = 0; i < in->view.ntypes; i++)
		put_type(&p, i);
	json_end_array(&p.j);
	json_end_object(&p.j);
}
