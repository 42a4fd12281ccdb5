#include "frontend/heap/tables.h"

#include <string.h>

/* the image's types of heap objects, and what their fields are made of */
struct maker {
	struct heap *h;
	const struct heap_link *l;
	size_t cap_types, cap_members;
	uint32_t uints[4]; /* of 1, 2, 4, 8 bytes; 0: not yet */
	uint32_t first;    /* struct of heap type 0, in the order of names */
	uint32_t *pointer; /* [types.n + 1] to each of them, by number, and to any */
	uint32_t code;
};

static uint32_t text(const struct maker *m, const char *s)
{
	return strings_add(m->l->strings, s);
}

/* names are compared as bytes, so they must be in the table as they are */
static int check_text(const struct maker *m, const char *what, const char *s)
{
	if (!strcmp(m->l->strings->bytes + text(m, s), s))
		return 0;
	return diag_err(m->h->d, NOWHERE, "the name of a %s is no UTF-8; choose another", what);
}

static uint32_t add_type(struct maker *m, const struct img_type *y)
{
	struct type_table *t = m->l->types;

	arena_push_room(m->h->a, t->types, t->ntypes, m->cap_types);
	t->types[t->ntypes] = *y;
	return t->ntypes++;
}

static uint32_t uint_type(struct maker *m, unsigned log)
{
	static const char *const names[] = { "u8", "u16", "u32", "u64" };

	if (!m->uints[log])
		m->uints[log] = add_type(m, &(struct img_type) { .kind = IMG_T_UINT,
						    .name = text(m, names[log]),
						    .size = UINT64_C(1) << log,
						    .align = 1u << log });
	return m->uints[log];
}

static uint32_t data_type(struct maker *m, uint32_t bytes)
{
	for (unsigned log = 0; log < 4; log++) {
		if (bytes == 1u << log)
			return uint_type(m, log);
	}
	return add_type(m, &(struct img_type) { .kind = IMG_T_ARRAY,
				   .size = bytes,
				   .align = 1,
				   .target = uint_type(m, 0),
				   .count = bytes });
}

static uint32_t pointer_type(struct maker *m, const struct pkgimg_field *f)
{
	struct img_type y = { .kind = IMG_T_POINTER, .size = HEAP_WORD, .align = HEAP_WORD };
	int pointee;
	uint32_t *known;

	if (f->kind == PKGIMG_CODE) {
		if (!m->code) {
			y.target = add_type(m, &(struct img_type) { .kind = IMG_T_FUNCTION,
						       .flags = IMG_TF_NO_PROTOTYPE });
			m->code = add_type(m, &y);
		}
		return m->code;
	}
	pointee = heap_type_find(m->h, f->pointee);
	known = &m->pointer[m->h->types.n];
	if (pointee != HEAP_NO_TYPE) {
		uint32_t number = heap_type_at(m->h, (size_t)pointee)->number;

		known = &m->pointer[number];
		y.target = m->first + number;
	}
	if (!*known)
		*known = add_type(m, &y);
	return *known;
}

/* fields are made before the types that have them, so that their members lie together */
static void add_members(
	struct maker *m, struct img_type *y, const struct pkgimg_field *fields, size_t n)
{
	uint32_t *types = arena_array(m->h->a, uint32_t, n);
	struct type_table *t = m->l->types;

	for (size_t i = 0; i < n; i++)
		types[i] = fields[i].kind == PKGIMG_DATA ? data_type(m, fields[i].bytes)
							 : pointer_type(m, &fields[i]);
	for (size_t i = 0; i < n; i++) {
		arena_push_room(m->h->a, t->members, t->nmembers, m->cap_members);
		if (!y->nmembers++)
			y->members = t->nmembers;
		t->members[t->nmembers++] = (struct img_member) { .name = text(m, fields[i].name),
			.type = types[i],
			.value = (int64_t)fields[i].offset * 8 };
	}
}

/* array without bound of what is behind the fixed part */
static uint32_t elements_type(struct maker *m, const struct heap_type *t)
{
	struct img_type e = { .kind = IMG_T_STRUCT, .size = t->element_bytes, .align = 1 };
	char *name = arena_alloc(m->h->a, strlen(t->name) + 3, 1);

	memcpy(name, t->name, strlen(t->name));
	memcpy(name + strlen(t->name), "[]", 3);
	e.name = text(m, name);
	if (t->nelement)
		e.align = HEAP_WORD;
	add_members(m, &e, t->element_fields, t->nelement_fields);
	e.target = add_type(m, &e);
	return add_type(m, &(struct img_type) { .kind = IMG_T_ARRAY,
				   .target = e.target,
				   .count = IMG_UNBOUNDED,
				   .align = e.align });
}

static void make_struct(struct maker *m, uint32_t number)
{
	const struct heap_type *t = m->h->by_name[number];
	struct type_table *table = m->l->types;
	struct img_type y = {
		.kind = IMG_T_STRUCT, .name = text(m, t->name), .size = t->bytes, .align = t->align
	};
	uint32_t elements = t->count_size ? elements_type(m, t) : 0;

	add_members(m, &y, t->fields, t->nfields);
	if (elements) {
		arena_push_room(m->h->a, table->members, table->nmembers, m->cap_members);
		if (!y.nmembers++)
			y.members = table->nmembers;
		table->members[table->nmembers++] =
			(struct img_member) { .name = text(m, "elements"),
				.type = elements,
				.value = (int64_t)t->bytes * 8 };
	}
	table->types[m->first + number] = y;
}

static int make_types(struct maker *m)
{
	struct type_table *t = m->l->types;
	struct heap *h = m->h;
	struct img_heap_type *out = arena_array(h->a, struct img_heap_type, h->types.n);
	struct img_heap_pointer *pointers;
	uint64_t *digests = arena_array(h->a, uint64_t, h->types.n);
	size_t n = 0, at = 0;

	m->cap_types = t->ntypes;
	m->cap_members = t->nmembers;
	m->first = t->ntypes;
	m->pointer = arena_array(h->a, uint32_t, h->types.n + 1);
	for (uint32_t i = 0; i < h->types.n; i++)
		add_type(m, &(struct img_type) { .kind = IMG_T_STRUCT });
	for (uint32_t i = 0; i < h->types.n; i++) {
		make_struct(m, i);
		n += h->by_name[i]->nfixed + h->by_name[i]->nelement;
		if (check_text(m, "heap type", h->by_name[i]->name))
			return -1;
	}
	pointers = arena_array(h->a, struct img_heap_pointer, n);
	for (uint32_t i = 0; i < h->types.n; i++) {
		const struct heap_type *x = h->by_name[i];

		out[i] = (struct img_heap_type) { .type = m->first + i,
			.flags = x->flags,
			.pointers = (uint32_t)at,
			.npointers = x->nfixed,
			.nelement = x->nelement,
			.count_at = x->count_size ? x->count_at : IMG_NO_COUNTER,
			.count_size = x->count_size,
			.hook = text(m, x->hook),
			.element_size = x->count_size ? x->element_bytes : 0 };
		for (uint32_t k = 0; k < x->nfixed + x->nelement; k++) {
			const struct heap_word *w =
				k < x->nfixed ? &x->fixed[k] : &x->element[k - x->nfixed];

			pointers[at++] = (struct img_heap_pointer) { w->offset, w->kind };
		}
	}
	img_digest_types(t->types, t->ntypes, t->members, m->l->strings->bytes);
	for (uint32_t i = 0; i < h->types.n; i++)
		digests[h->by_name[i] - (struct heap_type *)h->types.v] =
			t->types[m->first + i].digest;
	if (h->interned.n)
		heap_hash_interned(h, digests);
	m->l->table(m->l->ctx, IMG_HEAP_TYPES, out, h->types.n, sizeof(*out));
	m->l->table(m->l->ctx, IMG_HEAP_POINTERS, pointers, n, sizeof(*pointers));
	return 0;
}

/* ---- heap, sections, roots */

static void put_sections(const struct maker *m)
{
	struct heap *h = m->h;
	struct img_heap *heap = arena_new(h->a, struct img_heap);
	struct img_heap_section *out = arena_array(h->a, struct img_heap_section, IMG_FATES);
	size_t n = 0;

	*heap = (struct img_heap) { .size = h->size,
		.base = h->base,
		.mapped = h->mapped,
		.nobjects = h->nobjects,
		.starts = h->starts_at,
		.types = h->types_at,
		.word = HEAP_WORD };
	for (uint32_t f = IMG_FATE_DATA; f < IMG_FATES; f++) {
		if (h->sections[f].size)
			out[n++] = (struct img_heap_section) { f, 0, h->sections[f].offset,
				h->sections[f].size };
	}
	m->l->table(m->l->ctx, IMG_HEAP, heap, 1, sizeof(*heap));
	m->l->table(m->l->ctx, IMG_HEAP_SECTIONS, out, n, sizeof(*out));
}

static uint32_t section_index(const struct heap *h, uint32_t fate)
{
	uint32_t n = 0;

	for (uint32_t f = IMG_FATE_DATA; f < fate; f++)
		n += h->sections[f].size != 0;
	return n;
}

static int compare_entries(const void *a, const void *b)
{
	const struct heap_entry *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int put_roots(const struct maker *m)
{
	struct heap *h = m->h;
	const struct heap_entry **v = arena_array(h->a, const struct heap_entry *, h->entries.n);
	struct img_root *out = arena_array(h->a, struct img_root, h->entries.n);
	size_t n = 0;
	int failed = 0;

	for (size_t i = 0; i < h->entries.n; i++) {
		v[n] = HEAP_AT(h->entries, struct heap_entry, i);
		n += v[n]->kind == ENTRY_ROOT;
	}
	if (n)
		qsort(v, n, sizeof(*v), compare_entries);
	for (size_t i = 0; i < n; i++) {
		if (i && !strcmp(v[i]->name, v[i - 1]->name))
			failed = diag_err(
				h->d, NOWHERE, "root '%s' is registered twice", v[i]->name);
		failed |= check_text(m, "root", v[i]->name);
		out[i] = (struct img_root) { text(m, v[i]->name),
			v[i]->flags & PKGIMG_ROOT_CONST ? IMG_ROOT_CONST : 0, v[i]->cell };
	}
	m->l->table(m->l->ctx, IMG_ROOTS, out, n, sizeof(*out));
	return failed;
}

/* ---- words */

static void put_relocs(const struct maker *m)
{
	struct heap *h = m->h;
	struct img_heap_reloc *out = arena_array(h->a, struct img_heap_reloc, h->relocs.n);

	for (size_t i = 0; i < h->relocs.n; i++) {
		const struct heap_relocs *r = HEAP_AT(h->relocs, struct heap_relocs, i);

		out[i] = (struct img_heap_reloc) { .image = r->image,
			.section = section_index(h, r->fate),
			.first = h->sections[r->fate].offset + r->first * HEAP_WORD,
			.nwords = r->nwords,
			.bits = r->at,
			.count = r->count,
			.npages = r->npages };
	}
	m->l->table(m->l->ctx, IMG_HEAP_RELOCS, out, h->relocs.n, sizeof(*out));
}

static int put_target(const struct maker *m, const struct heap_extern *x, struct img_bind *out)
{
	switch (x->kind) {
	case EXTERN_HOST:
		out->kind = IMG_BIND_HOST;
		out->index = text(m, x->symbol);
		return 0;
	case EXTERN_CODE:
		out->kind = x->function ? IMG_BIND_DEPENDENCY_METHOD : IMG_BIND_DEPENDENCY_GLOBAL;
		out->index = text(m, x->symbol);
		out->image = x->dependency + 1;
		return 0;
	default: break;
	}
	out->kind = IMG_BIND_METHOD;
	out->index = m->l->method(m->l->ctx, x->symbol);
	if (out->index != UINT32_MAX)
		return 0;
	out->kind = IMG_BIND_GLOBAL;
	out->index = m->l->global(m->l->ctx, x->symbol);
	if (out->index != UINT32_MAX)
		return 0;
	return diag_err(m->h->d, NOWHERE,
		"objects refer to '%s', which no module has as a visible function or variable; is "
		"it static, or misspelled?",
		x->symbol);
}

static int put_binds(const struct maker *m)
{
	struct heap *h = m->h;
	struct img_bind *targets = arena_array(h->a, struct img_bind, h->externs.n);
	struct img_bind *out = arena_array(h->a, struct img_bind, h->binds.n);
	int failed = 0;

	for (size_t i = h->deps.n; i < h->externs.n; i++)
		failed |= put_target(m, HEAP_AT(h->externs, struct heap_extern, i), &targets[i]);
	for (size_t i = 0; i < h->binds.n; i++) {
		const struct heap_bind *b = HEAP_AT(h->binds, struct heap_bind, i);

		out[i] = targets[b->target];
		out[i].offset = b->place;
		out[i].addend = b->addend;
	}
	m->l->table(m->l->ctx, IMG_BINDS, out, h->binds.n, sizeof(*out));
	return failed;
}

/* ---- interned objects, hooks, insertions, variables, dependencies */

static void put_interned(const struct maker *m)
{
	struct heap *h = m->h;
	struct img_interned *out = arena_array(h->a, struct img_interned, h->interned.n);
	struct img_hook *hooks = arena_array(h->a, struct img_hook, h->hooks.n);

	for (size_t i = 0; i < h->interned.n; i++) {
		const struct heap_interned *n = HEAP_AT(h->interned, struct heap_interned, i);

		out[i] = (struct img_interned) { .hash = n->hash,
			.offset = heap_object_at(h, n->object)->place,
			.type = heap_type_at(h, heap_type_of(h, n->object))->number,
			.nuses = n->nuses,
			.uses = n->uses };
	}
	for (size_t i = 0; i < h->hooks.n; i++) {
		uint32_t o = *HEAP_AT(h->hooks, uint32_t, i);

		hooks[i] = (struct img_hook) { heap_object_at(h, o)->place,
			heap_type_at(h, heap_type_of(h, o))->number, 0 };
	}
	m->l->table(m->l->ctx, IMG_INTERNED, out, h->interned.n, sizeof(*out));
	m->l->table(m->l->ctx, IMG_HOOKS, hooks, h->hooks.n, sizeof(*hooks));
}

static uint32_t owner_of(const struct heap *h, const char *name)
{
	for (uint32_t i = 0; i < h->deps.n; i++) {
		if (!strcmp(heap_dep_at(h, i)->name, name))
			return i + 1;
	}
	return UINT32_MAX;
}

static int put_insert(const struct maker *m, const struct heap_method *x, struct img_insert *out)
{
	struct heap *h = m->h;

	*out = (struct img_insert) { .function = text(m, x->function),
		.signature = text(m, x->signature),
		.method = IMG_NO_METHOD,
		.object = IMG_NO_OBJECT };
	if (x->owner)
		out->image = owner_of(h, x->owner);
	if (out->image == UINT32_MAX)
		return diag_err(h->d, NOWHERE,
			"method of '%s': its owner '%s' is no dependency; register it", x->function,
			x->owner);
	if (x->symbol)
		out->method = m->l->method(m->l->ctx, x->symbol);
	if (x->symbol && out->method == IMG_NO_METHOD)
		return diag_err(h->d, NOWHERE,
			"method of '%s': no module has '%s' as a visible function; is it static, "
			"or misspelled?",
			x->function, x->symbol);
	if (x->entry != UINT32_MAX) {
		const struct heap_entry *e = HEAP_AT(h->entries, struct heap_entry, x->entry);

		out->object = heap_object_at(h, e->edge)->place;
	}
	return 0;
}

static int put_inserts(const struct maker *m)
{
	struct heap *h = m->h;
	struct img_insert *out = arena_array(h->a, struct img_insert, h->methods.n);
	struct img_variable *vars = arena_array(h->a, struct img_variable, h->variables.n);
	int failed = 0;

	for (size_t i = 0; i < h->methods.n; i++)
		failed |= put_insert(m, HEAP_AT(h->methods, struct heap_method, i), &out[i]);
	for (size_t i = 0; i < h->variables.n; i++) {
		const struct heap_variable *x = HEAP_AT(h->variables, struct heap_variable, i);
		const struct heap_entry *e = HEAP_AT(h->entries, struct heap_entry, x->entry);

		vars[i].address = m->l->variable(m->l->ctx, x->symbol);
		if (e->edge < EDGE_EXTERN) {
			const struct heap_object *o = heap_object_at(h, e->edge);

			vars[i].offset = o->place + (e->word - o->address);
		} else {
			vars[i].image = 1 + (e->edge - EDGE_EXTERN);
			vars[i].offset =
				e->word -
				(uint64_t)(uintptr_t)heap_dep_at(h, e->edge - EDGE_EXTERN)->heap;
		}
	}
	m->l->table(m->l->ctx, IMG_INSERTS, out, h->methods.n, sizeof(*out));
	m->l->table(m->l->ctx, IMG_VARIABLES, vars, h->variables.n, sizeof(*vars));
	return failed;
}

static void put_dependencies(const struct maker *m)
{
	struct heap *h = m->h;
	struct img_dependency *out = arena_array(h->a, struct img_dependency, h->deps.n);

	for (size_t i = 0; i < h->deps.n; i++) {
		const struct pkgimg_dependency *d = heap_dep_at(h, i);

		out[i] = (struct img_dependency) { .name = text(m, d->name),
			.version = text(m, d->version ? d->version : ""),
			.interface_digest = d->interface_digest,
			.heap_base = d->heap_base,
			.flags =
				(d->flags & PKGIMG_DEPENDENCY_BASE ? IMG_DEP_BASE : 0u) |
				(h->dep_used[i] || d->flags & PKGIMG_DEPENDENCY_BASE ? IMG_DEP_BUILD
										     : 0u) };
		memcpy(out[i].uuid, d->uuid, sizeof(out[i].uuid));
		memcpy(out[i].build_id, d->build_id, sizeof(out[i].build_id));
	}
	m->l->table(m->l->ctx, IMG_DEPENDENCIES, out, h->deps.n, sizeof(*out));
}

int heap_put_tables(struct heap *h, const struct heap_link *l)
{
	struct maker m = { .h = h, .l = l };
	int failed = 0;

	if (heap_exists(h)) {
		if (make_types(&m))
			return -1;
		put_sections(&m);
		failed = put_roots(&m);
		put_relocs(&m);
		failed |= put_binds(&m);
		put_interned(&m);
	}
	put_dependencies(&m);
	return put_inserts(&m) | failed;
}
