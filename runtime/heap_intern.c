/* Interned objects: of those that are equal, one is the one, and references to the others lead to
 * it. Equal means: the same type, size and hash of the content (image/FORMAT.md 14). */
#include <stdlib.h>
#include <string.h>

#include "runtime/world.h"

/* ---- references to objects of a dependency that are others here */

static int fail_memory(struct rt_opening *o)
{
	return rt_fail(o->err, PKGIMG_E_MEMORY, o->path, ": out of memory", (char *)NULL);
}

static int fail_write(struct rt_opening *o)
{
	return rt_fail(o->err, PKGIMG_E_LOAD, o->path,
		": the memory of its heap cannot be made writable", (char *)NULL);
}

static int redirect_word(struct rt_opening *o, struct pkgimg_image *image,
	const struct img_heap_reloc *r, uintptr_t *word)
{
	const struct pkgimg_image *other = image->member->dependencies[r->image - 1];
	uintptr_t place, offset = *word - (uintptr_t)other->member->heap.at;

	if (offset >= other->member->heap.size)
		return PKGIMG_OK; /* it is behind the end of the last object */
	place = rt_heap_place(other, offset);
	if (place == *word)
		return PKGIMG_OK;
	if (rt_heap_unlock(image, r->section))
		return fail_write(o);
	*word = place;
	image->member->heap.written++;
	return PKGIMG_OK;
}

static int redirect(
	struct rt_opening *o, struct pkgimg_image *image, const struct img_heap_reloc *r)
{
	struct rt_heap *h = &image->member->heap;
	uintptr_t *words = (uintptr_t *)(void *)(h->at + r->first);
	int code = PKGIMG_OK;

	for (uint64_t i = 0; i < r->nwords; i += 64) {
		uint64_t set;

		memcpy(&set, h->scratch + r->bits + i / 8, sizeof(set));
		if (r->nwords - i < 64)
			set &= (UINT64_C(1) << (r->nwords - i)) - 1;
		for (; set && !code; set &= set - 1)
			code = redirect_word(o, image, r, words + i + __builtin_ctzll(set));
	}
	return code;
}

int rt_heap_forward(struct rt_opening *o, struct pkgimg_image *image)
{
	const struct img_view *v = &image->view;
	int code = PKGIMG_OK;

	for (uint32_t i = 0; i < v->nheap_relocs && !code; i++) {
		const struct img_heap_reloc *r = &v->heap_relocs[i];

		if (r->image != IMG_SELF &&
			image->member->dependencies[r->image - 1]->member->heap.nforwards)
			code = redirect(o, image, r);
	}
	return code;
}

/* ---- its own */

static int fail_entry(struct rt_opening *o, const char *problem)
{
	return rt_fail(
		o->err, PKGIMG_E_FORMAT, o->path, ": interned objects: ", problem, (char *)NULL);
}

/* the word at `offset` refers to the object; let it refer to `to` */
static int redirect_use(struct rt_opening *o, struct pkgimg_image *image, uint64_t offset,
	const struct rt_forward *f)
{
	struct rt_heap *h = &image->member->heap;
	uint32_t section = rt_heap_section(image, offset, sizeof(uintptr_t));
	uintptr_t object = (uintptr_t)h->at + (uintptr_t)f->offset, *word;

	if (section == UINT32_MAX || offset % sizeof(uintptr_t))
		return fail_entry(o, "a reference to one is no word of the heap");
	word = (uintptr_t *)(void *)(h->at + offset);
	if (*word - object >= f->size)
		return fail_entry(o, "a reference to one leads elsewhere");
	if (rt_heap_unlock(image, section))
		return fail_write(o);
	*word += f->to - object;
	h->written++;
	return PKGIMG_OK;
}

static int redirect_uses(struct rt_opening *o, struct pkgimg_image *image,
	const struct img_interned *n, const struct rt_forward *f)
{
	int code = PKGIMG_OK;

	for (uint32_t i = 0; i < n->nuses && !code; i++) {
		uint64_t offset;

		memcpy(&offset, image->member->heap.scratch + n->uses + i * sizeof(offset),
			sizeof(offset));
		code = redirect_use(o, image, offset, f);
	}
	return code;
}

static const struct rt_unique *find(const struct pkgimg_world *w, const struct rt_unique *like)
{
	const struct rt_unique *u;
	size_t at = 0;

	while ((u = rt_map_next(&w->interned, like->hash, &at)) != NULL) {
		if (u->digest == like->digest && u->size == like->size)
			return u;
	}
	return NULL;
}

/* the one in an image, or in the host; 0: it is this one */
static int find_one(struct rt_opening *o, struct pkgimg_image *image, uint32_t type,
	const struct rt_unique *like, uintptr_t *out)
{
	const struct pkgimg_host *host = &o->world->host;
	const struct rt_unique *u = find(o->world, like);
	struct pkgimg_heap_type said;
	void *object = (void *)like->object; /* NOLINT(performance-no-int-to-ptr) */

	*out = u ? u->object : 0;
	if (u)
		return rt_member_use(image->member, u->image) ? PKGIMG_OK : fail_memory(o);
	if (!host->intern)
		return PKGIMG_OK;
	rt_heap_type(image, type, &said);
	image->member->shown = true;
	*out = (uintptr_t)host->intern(host->ctx, &said, like->hash, object);
	if (*out == like->object)
		*out = 0;
	return PKGIMG_OK;
}

static int intern(struct rt_opening *o, struct pkgimg_image *image, const struct img_interned *n)
{
	struct rt_heap *h = &image->member->heap;
	const struct img_view *v = &image->view;
	uint64_t size = rt_heap_object_size(image, n->offset, n->type);
	struct rt_unique *one = &h->unique[h->nunique];
	struct rt_forward f = { n->offset, size, 0 };
	int code;

	if (!size)
		return fail_entry(o, "one does not end in its section");
	*one = (struct rt_unique) { n->hash, v->types[v->heap_types[n->type].type].digest, size,
		(uintptr_t)h->at + (uintptr_t)n->offset, image };
	code = find_one(o, image, n->type, one, &f.to);
	if (code)
		return code;
	if (!f.to) {
		if (!rt_map_add(&o->world->interned, n->hash, one))
			return fail_memory(o);
		h->nunique++;
		return PKGIMG_OK;
	}
	h->forwards[h->nforwards++] = f;
	return redirect_uses(o, image, n, &f);
}

static int by_offset(const void *a, const void *b)
{
	const struct rt_forward *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

int rt_heap_intern(struct rt_opening *o, struct pkgimg_image *image)
{
	const struct img_view *v = &image->view;
	struct rt_heap *h = &image->member->heap;
	int code = PKGIMG_OK;

	if (!v->ninterned)
		return PKGIMG_OK;
	h->unique = malloc(v->ninterned * sizeof(*h->unique));
	h->forwards = malloc(v->ninterned * sizeof(*h->forwards));
	if (!h->unique || !h->forwards)
		return fail_memory(o);
	for (uint32_t i = 0; i < v->ninterned && !code; i++)
		code = intern(o, image, &v->interned[i]);
	qsort(h->forwards, h->nforwards, sizeof(*h->forwards), by_offset);
	return code;
}

void rt_heap_unintern(struct pkgimg_image *image)
{
	struct rt_heap *h = &image->member->heap;

	for (size_t i = 0; i < h->nunique; i++)
		rt_map_remove(&image->member->world->interned, h->unique[i].hash, &h->unique[i]);
	h->nunique = 0;
}
