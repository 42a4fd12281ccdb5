/* The types of a world: one layout for each name. */
#include <stdlib.h>
#include <string.h>

#include "image/out.h"
#include "runtime/world.h"

/* A type of the world, as one of the images that have it says. */
struct rt_type {
	uint64_t hash;              /* of its name */
	struct pkgimg_image *image; /* NULL: all that have it are about to go */
	uint32_t index;             /* heap type of that image */
	uint32_t images;            /* that have it */
	char name[];
};

static const struct img_type *layout(const struct img_view *v, uint32_t index)
{
	return &v->types[v->heap_types[index].type];
}

static const char *name_of(const struct img_view *v, uint32_t index)
{
	return img_str(v, layout(v, index)->name);
}

void rt_heap_type(const struct pkgimg_image *image, uint32_t index, struct pkgimg_heap_type *out)
{
	const struct img_view *v = &image->view;
	const struct img_heap_type *t = &v->heap_types[index];

	*out = (struct pkgimg_heap_type) { .image = image,
		.name = name_of(v, index),
		.hook = img_str(v, t->hook),
		.digest = layout(v, index)->digest,
		.size = layout(v, index)->size,
		.element_size = t->element_size,
		.index = index,
		.is_mutable = (t->flags & IMG_HTF_MUTABLE) != 0,
		.is_interned = (t->flags & IMG_HTF_INTERNED) != 0 };
}

/* ---- the same, or what differs */

static const struct img_heap_pointer *pointers(const struct img_view *v, uint32_t index)
{
	return v->heap_pointers + v->heap_types[index].pointers;
}

static size_t npointers(const struct img_view *v, uint32_t index)
{
	return (size_t)v->heap_types[index].npointers + v->heap_types[index].nelement;
}

static bool same_pointers(
	const struct img_view *a, uint32_t ia, const struct img_view *b, uint32_t ib)
{
	return a->heap_types[ia].npointers == b->heap_types[ib].npointers &&
	       npointers(a, ia) == npointers(b, ib) &&
	       !memcmp(pointers(a, ia), pointers(b, ib),
		       npointers(a, ia) * sizeof(struct img_heap_pointer));
}

static bool same(const struct img_view *a, uint32_t ia, const struct img_view *b, uint32_t ib)
{
	const struct img_heap_type *ta = &a->heap_types[ia], *tb = &b->heap_types[ib];

	return layout(a, ia)->digest == layout(b, ib)->digest && ta->flags == tb->flags &&
	       ta->count_at == tb->count_at && ta->count_size == tb->count_size &&
	       ta->element_size == tb->element_size &&
	       !strcmp(img_str(a, ta->hook), img_str(b, tb->hook)) && same_pointers(a, ia, b, ib);
}

static const struct img_member *member_named(
	const struct img_view *v, const struct img_type *t, const char *name)
{
	for (uint32_t i = 0; i < t->nmembers; i++) {
		if (!strcmp(img_str(v, v->members[t->members + i].name), name))
			return &v->members[t->members + i];
	}
	return NULL;
}

/* "int64_t at 8" */
static void put_field(struct img_out *o, const struct img_view *v, const struct img_member *m)
{
	char text[80];

	img_type_text(v, m->type, text, sizeof(text));
	img_out_str(o, text);
	img_out_str(o, " at ");
	img_out_uint(o, (uint64_t)m->value / 8);
}

static void put_separator(struct img_out *o)
{
	if (o->len)
		img_out_str(o, "; ");
}

static void compare_fields(struct img_out *o, const struct img_view *a, const struct img_type *ta,
	const struct img_view *b, const struct img_type *tb)
{
	for (uint32_t i = 0; i < ta->nmembers; i++) {
		const struct img_member *m = &a->members[ta->members + i];
		const char *name = img_str(a, m->name);
		const struct img_member *other = member_named(b, tb, name);
		char here[160], there[160];
		struct img_out oh = { here, sizeof(here), 0 }, ot = { there, sizeof(there), 0 };

		put_field(&oh, a, m);
		if (other)
			put_field(&ot, b, other);
		if (other && !strcmp(here, there) && m->bit_size == other->bit_size &&
			m->flags == other->flags)
			continue;
		put_separator(o);
		img_out_str(o, "field '");
		img_out_str(o, name);
		img_out_str(o, "' is ");
		img_out_str(o, here);
		img_out_str(o, other ? ", was " : ", was not there");
		if (other)
			img_out_str(o, there);
	}
	for (uint32_t i = 0; i < tb->nmembers; i++) {
		const char *name = img_str(b, b->members[tb->members + i].name);

		if (member_named(a, ta, name))
			continue;
		put_separator(o);
		img_out_str(o, "field '");
		img_out_str(o, name);
		img_out_str(o, "' is gone");
	}
}

static void compare_number(struct img_out *o, const char *what, uint64_t here, uint64_t there)
{
	if (here == there)
		return;
	put_separator(o);
	img_out_str(o, what);
	img_out_str(o, " is ");
	img_out_uint(o, here);
	img_out_str(o, ", was ");
	img_out_uint(o, there);
}

static void put_differences(struct img_out *o, const struct img_view *a, uint32_t ia,
	const struct img_view *b, uint32_t ib)
{
	const struct img_heap_type *ta = &a->heap_types[ia], *tb = &b->heap_types[ib];

	compare_number(o, "its size", layout(a, ia)->size, layout(b, ib)->size);
	compare_number(o, "its alignment", layout(a, ia)->align, layout(b, ib)->align);
	compare_fields(o, a, layout(a, ia), b, layout(b, ib));
	compare_number(o, "mutable", ta->flags & IMG_HTF_MUTABLE, tb->flags & IMG_HTF_MUTABLE);
	compare_number(o, "interned", (ta->flags & IMG_HTF_INTERNED) != 0,
		(tb->flags & IMG_HTF_INTERNED) != 0);
	compare_number(o, "the size of its elements", ta->element_size, tb->element_size);
	compare_number(o, "the place of its counter", ta->count_at, tb->count_at);
	compare_number(o, "the size of its counter", ta->count_size, tb->count_size);
	if (strcmp(img_str(a, ta->hook), img_str(b, tb->hook))) {
		put_separator(o);
		img_out_str(o, "it has another hook");
	}
	if (!same_pointers(a, ia, b, ib)) {
		put_separator(o);
		img_out_str(o, "its pointers are others");
	}
	if (!o->len)
		img_out_str(o, "something that it holds differs");
}

static int fail_types(
	struct rt_opening *o, struct pkgimg_image *image, uint32_t index, const struct rt_type *t)
{
	const struct img_view *v = &image->view, *other = &t->image->view;
	char differences[400] = "";
	struct img_out out = { differences, sizeof(differences), 0 };

	put_differences(&out, v, index, other, t->index);
	return rt_fail(o->err, PKGIMG_E_TYPE, o->path, ": type '", name_of(v, index),
		"' is another one than in '", img_str(other, other->package->name),
		"': ", differences, (char *)NULL);
}

/* ---- the registry */

static uint64_t hash_of(const struct img_view *v, uint32_t index)
{
	const char *name = name_of(v, index);

	return img_sum64(name, strlen(name));
}

static struct rt_type *find(const struct pkgimg_world *w, const char *name, uint64_t hash)
{
	struct rt_type *t;
	size_t at = 0;

	while ((t = rt_map_next(&w->types, hash, &at)) != NULL) {
		if (!strcmp(t->name, name))
			return t;
	}
	return NULL;
}

static int add(struct rt_opening *o, struct pkgimg_image *image, uint32_t index, uint64_t hash)
{
	const struct pkgimg_host *host = &o->world->host;
	struct pkgimg_heap_type said;
	struct rt_type *t;
	size_t n;

	rt_heap_type(image, index, &said);
	if (host->type) {
		image->member->shown = true;
		if (host->type(host->ctx, &said))
			return rt_fail(o->err, PKGIMG_E_HOST, o->path, ": type '", said.name,
				"' is not what the host knows by that name", (char *)NULL);
	}
	n = strlen(said.name) + 1;
	t = malloc(sizeof(*t) + n);
	if (t && rt_map_add(&o->world->types, hash, t)) {
		*t = (struct rt_type) { hash, image, index, 1 };
		memcpy(t->name, said.name, n);
		return PKGIMG_OK;
	}
	free(t);
	return rt_fail(o->err, PKGIMG_E_MEMORY, o->path, ": out of memory", (char *)NULL);
}

int rt_types_join(struct rt_opening *o, struct pkgimg_image *image)
{
	const struct img_view *v = &image->view;

	for (uint32_t i = 0; i < v->nheap_types; i++) {
		uint64_t hash = hash_of(v, i);
		struct rt_type *t = find(o->world, name_of(v, i), hash);
		int code = PKGIMG_OK;

		if (t && !t->image)
			t->image = image, t->index = i;
		if (t && same(v, i, &t->image->view, t->index))
			t->images++;
		else if (t)
			code = fail_types(o, image, i, t);
		else
			code = add(o, image, i, hash);
		if (code)
			return code;
		image->member->ntypes++;
	}
	return PKGIMG_OK;
}

/* heap type of that name, or UINT32_MAX; they are sorted by name */
static uint32_t find_in(const struct img_view *v, uint32_t ntypes, const char *name)
{
	uint32_t lo = 0, hi = ntypes;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int c = strcmp(name_of(v, mid), name);

		if (c == 0)
			return mid;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return UINT32_MAX;
}

/* another image says from now on what the type is */
static void hand_over(struct rt_type *t, const char *name)
{
	struct pkgimg_image *left = t->image;

	t->image = NULL;
	for (struct pkgimg_image *i = left->member->world->first; i; i = i->member->next) {
		uint32_t index = find_in(&i->view, i->member->ntypes, name);

		if (i != left && index != UINT32_MAX) {
			t->image = i;
			t->index = index;
			return;
		}
	}
}

void rt_types_leave(struct pkgimg_image *image)
{
	const struct img_view *v = &image->view;
	struct pkgimg_world *w = image->member->world;

	for (; image->member->ntypes > 0; image->member->ntypes--) {
		uint32_t i = image->member->ntypes - 1;
		struct rt_type *t = find(w, name_of(v, i), hash_of(v, i));

		if (--t->images == 0) {
			rt_map_remove(&w->types, t->hash, t);
			free(t);
		} else if (t->image == image) {
			hand_over(t, name_of(v, i));
		}
	}
}

uint32_t pkgimg_heap_type_count(const struct pkgimg_image *image)
{
	return image ? image->view.nheap_types : 0;
}

int pkgimg_heap_type_at(
	const struct pkgimg_image *image, uint32_t index, struct pkgimg_heap_type *out)
{
	if (!image || !out || index >= image->view.nheap_types)
		return PKGIMG_E_ARGUMENT;
	rt_heap_type(image, index, out);
	return PKGIMG_OK;
}
