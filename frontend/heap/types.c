/* Types of heap objects, as the host registers them. */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "frontend/heap/heap.h"

static const uint32_t known_flags = PKGIMG_TYPE_MUTABLE | PKGIMG_TYPE_INTERNED;

/* fields of the fixed part, or of the element; `of` for messages */
struct part {
	struct heap *h;
	const struct pkgimg_type *t;
	const char *of;
	const struct pkgimg_field *fields;
	size_t n;
	uint64_t bytes;
};

static int check_field(
	const struct part *p, const struct pkgimg_field *f, const char *name, uint64_t end)
{
	if (f->kind < PKGIMG_STRONG || f->kind > PKGIMG_DATA)
		return diag_err(p->h->d, NOWHERE,
			"field '%s' of %s '%s' has the kind %u; it wants an enum pkgimg_field_kind",
			name, p->of, p->t->name, f->kind);
	if (f->offset < end || f->bytes > p->bytes || f->offset > p->bytes - f->bytes)
		return diag_err(p->h->d, NOWHERE,
			"field '%s' of %s '%s', %u bytes at %u, is not behind the field before it "
			"and inside of its %" PRIu64 " bytes",
			name, p->of, p->t->name, f->bytes, f->offset, p->bytes);
	if (f->kind == PKGIMG_DATA)
		return 0;
	if (f->bytes != HEAP_WORD || f->offset % HEAP_WORD)
		return diag_err(p->h->d, NOWHERE,
			"pointer '%s' of %s '%s' has %u bytes at %u; pointers have %d bytes, at "
			"multiples of that",
			name, p->of, p->t->name, f->bytes, f->offset, HEAP_WORD);
	if (p->t->flags & PKGIMG_TYPE_INTERNED && f->kind == PKGIMG_CODE)
		return diag_err(p->h->d, NOWHERE,
			"field '%s' of %s '%s' has the address of code, which an interned object "
			"cannot have: it is another one in each process",
			name, p->of, p->t->name);
	return 0;
}

static int take_part(const struct part *p, struct pkgimg_field **fields, struct heap_word **words,
	uint32_t *nwords)
{
	struct arena *a = p->h->a;
	uint64_t end = 0;
	int failed = 0;

	*fields = arena_array(a, struct pkgimg_field, p->n);
	*words = arena_array(a, struct heap_word, p->n);
	*nwords = 0;
	for (size_t i = 0; i < p->n; i++) {
		struct pkgimg_field *f = &(*fields)[i];

		*f = p->fields[i];
		f->name = str_dup(a, f->name ? f->name : "");
		f->pointee = f->pointee ? str_dup(a, f->pointee) : NULL;
		if (check_field(p, f, f->name, end)) {
			failed = -1;
			continue;
		}
		end = f->offset + (uint64_t)f->bytes;
		if (f->kind != PKGIMG_DATA)
			(*words)[(*nwords)++] =
				(struct heap_word) { f->offset, (uint16_t)f->kind, 0, f->name };
	}
	return failed;
}

static int check_sizes(struct heap *h, const struct pkgimg_type *t)
{
	static const char how[] = "'%s' of heap type '%s' wants %s, got %" PRIu64;

	if (!t->bytes || t->bytes > UINT64_C(1) << 40)
		return diag_err(
			h->d, NOWHERE, how, "bytes", t->name, "1 to 2^40", (uint64_t)t->bytes);
	if (t->align & (t->align - 1) || t->align > IMG_HEAP_ALIGN)
		return diag_err(h->d, NOWHERE, how, "align", t->name, "a power of two up to 65536",
			(uint64_t)t->align);
	if (t->flags & ~known_flags || t->flags == known_flags)
		return diag_err(h->d, NOWHERE, how, "flags", t->name,
			"PKGIMG_TYPE_MUTABLE or PKGIMG_TYPE_INTERNED, not both",
			(uint64_t)t->flags);
	if (!t->count_size)
		return t->element_bytes || t->nelement_fields
			       ? diag_err(h->d, NOWHERE, how, "count_size", t->name,
					 "1, 2, 4 or 8, as there are elements", (uint64_t)0)
			       : 0;
	if (t->count_size > 8 || t->count_size & (t->count_size - 1))
		return diag_err(h->d, NOWHERE, how, "count_size", t->name, "1, 2, 4 or 8",
			(uint64_t)t->count_size);
	if (t->count_at + (uint64_t)t->count_size > t->bytes)
		return diag_err(h->d, NOWHERE, how, "count_at", t->name,
			"a place in the fixed part", (uint64_t)t->count_at);
	if (!t->element_bytes || t->element_bytes > UINT64_C(1) << 40)
		return diag_err(h->d, NOWHERE, how, "element_bytes", t->name, "1 to 2^40",
			(uint64_t)t->element_bytes);
	if (t->nelement_fields && (t->element_bytes % HEAP_WORD || t->bytes % HEAP_WORD))
		return diag_err(h->d, NOWHERE, how, "element_bytes", t->name,
			"a multiple of the size of a pointer, and 'bytes' as well",
			(uint64_t)t->element_bytes);
	return 0;
}

int heap_type_add(struct heap *h, const struct pkgimg_type *t)
{
	struct heap_type x = { 0 };
	size_t n = h->types.n;

	if (!t->name || !*t->name)
		return diag_err(h->d, NOWHERE, "a heap type wants a name, got none");
	if (n == HEAP_MOST_TYPES)
		return diag_err(h->d, NOWHERE,
			"there are more than %d heap types, an image "
			"holds no more",
			HEAP_MOST_TYPES);
	for (size_t i = 0; i < n; i++) {
		if (str_eq(heap_type_at(h, i)->name, t->name))
			return diag_err(
				h->d, NOWHERE, "heap type '%s' is registered twice", t->name);
	}
	if (check_sizes(h, t) ||
		take_part(&(struct part) { h, t, "heap type", t->fields, t->nfields, t->bytes },
			&x.fields, &x.fixed, &x.nfixed) ||
		take_part(&(struct part) { h, t, "elements of heap type", t->element_fields,
				  t->nelement_fields, t->element_bytes },
			&x.element_fields, &x.element, &x.nelement))
		return -1;
	x.name = str_dup(h->a, t->name);
	x.hook = str_dup(h->a, t->hook ? t->hook : "");
	x.bytes = t->bytes;
	x.element_bytes = t->element_bytes;
	x.align = t->align > IMG_HEAP_GRAIN ? t->align : IMG_HEAP_GRAIN;
	x.flags = t->flags;
	x.count_at = t->count_at;
	x.count_size = t->count_size;
	x.nfields = t->nfields;
	x.nelement_fields = t->nelement_fields;
	heap_room(&h->types, 1, sizeof(x));
	*heap_type_at(h, h->types.n++) = x;
	h->interns |= (t->flags & PKGIMG_TYPE_INTERNED) != 0;
	return (int)n;
}

/* ---- once all are there */

static int compare_names(const void *a, const void *b)
{
	const struct heap_type *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

int heap_type_find(const struct heap *h, const char *name)
{
	struct heap_type key = { .name = name };
	struct heap_type *k = &key, **found;

	if (!name)
		return HEAP_NO_TYPE;
	found = bsearch(&k, h->by_name, h->types.n, sizeof(k), compare_names);
	return found ? (int)(*found - (struct heap_type *)h->types.v) : -1;
}

static int resolve(struct heap *h, const struct heap_type *t, const struct pkgimg_field *fields,
	size_t n, struct heap_word *words)
{
	int failed = 0;

	for (size_t i = 0; i < n; i++) {
		int to;

		if (fields[i].kind == PKGIMG_DATA)
			continue;
		to = heap_type_find(h, fields[i].kind == PKGIMG_CODE ? NULL : fields[i].pointee);
		if (to < 0)
			failed = diag_err(h->d, NOWHERE,
				"field '%s' of heap type '%s' leads to '%s', which is no heap "
				"type; register it",
				fields[i].name, t->name, fields[i].pointee);
		words++->pointee = (uint16_t)to;
	}
	return failed;
}

int heap_types_finish(struct heap *h)
{
	struct heap_type **sorted = arena_array(h->a, struct heap_type *, h->types.n);
	int failed = 0;

	for (size_t i = 0; i < h->types.n; i++)
		sorted[i] = heap_type_at(h, i);
	if (h->types.n)
		qsort(sorted, h->types.n, sizeof(*sorted), compare_names);
	h->by_name = sorted;
	for (uint32_t i = 0; i < h->types.n; i++) {
		struct heap_type *t = sorted[i];

		t->number = i;
		failed |= resolve(h, t, t->fields, t->nfields, t->fixed);
		failed |= resolve(h, t, t->element_fields, t->nelement_fields, t->element);
	}
	return failed;
}

uint64_t heap_words(const struct heap_type *t, uint64_t size)
{
	uint64_t elements = t->nelement ? (size - t->bytes) / t->element_bytes : 0;

	return t->nfixed + elements * t->nelement;
}

const struct heap_word *heap_word_at(const struct heap_type *t, uint64_t nth, uint64_t *offset)
{
	if (nth < t->nfixed) {
		*offset = t->fixed[nth].offset;
		return &t->fixed[nth];
	}
	nth -= t->nfixed;
	*offset = t->bytes + nth / t->nelement * t->element_bytes +
		  t->element[nth % t->nelement].offset;
	return &t->element[nth % t->nelement];
}
