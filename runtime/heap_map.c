/* Put a heap into memory. At its preferred address, with its dependencies at theirs, nothing is
 * written: its pages are the file's. Else the words that a bitmap names get the distance added.
 *
 * A page of the file that is written to is copied by the system, which costs about 2 us, 500 times
 * what changing a word of it does. So a section with words on many of its pages is read into memory
 * of our own instead, in pieces that are still in the cache when their words are changed. */
#include <errno.h>
#include <string.h>

#include "image/image.h"
#include "runtime/world.h"

enum {
	PAGE = 4096,          /* that img_heap_reloc.npages counts */
	PIECE = 1 << 18,      /* bytes that are read at once */
	FEW = 6,              /* less than one page of so many is changed: copy on write */
	MANY_BYTES = 1 << 17, /* smaller sections are not worth the calls */
	HUGE_PAGE = 1 << 21,  /* that two threads should not share */
	SHARED = 1 << 24,     /* bytes to read that are worth a second thread */
};

static int fail_map(struct rt_opening *o, int error)
{
	struct img_error e = { .code = IMG_E_IO,
		.doing = "heap",
		.problem = "it cannot be mapped",
		.entry = IMG_NO_ENTRY,
		.got = (uint64_t)error };

	return rt_fail_image(o->err, o->path, &e);
}

/* how far the target of those words lies from where the file has it */
static uintptr_t distance(const struct pkgimg_image *image, const struct img_heap_reloc *r)
{
	const struct img_view *v = &image->view;
	const struct pkgimg_image *other;

	if (r->image == IMG_SELF)
		return (uintptr_t)image->member->heap.at - (uintptr_t)v->heap->base;
	other = image->member->dependencies[r->image - 1];
	return (uintptr_t)other->member->heap.at -
	       (uintptr_t)v->dependencies[r->image - 1].heap_base;
}

/* pages of a section with words that will change, if itself is moved or not */
static uint64_t pages_changed(const struct pkgimg_image *image, uint32_t section, bool moved)
{
	const struct img_view *v = &image->view;
	uint64_t n = 0;

	for (uint32_t i = 0; i < v->nheap_relocs; i++) {
		const struct img_heap_reloc *r = &v->heap_relocs[i];

		if (r->section == section &&
			(r->image == IMG_SELF ? moved : distance(image, r) != 0))
			n += r->npages;
	}
	return n;
}

/* words of constant objects may be changed for other reasons than distance; Windows wants to know
 * that before it maps them */
static bool may_change(const struct pkgimg_image *image)
{
	const struct rt_member *m = image->member;

	for (size_t i = 0; i < m->ndependencies; i++) {
		if (m->dependencies[i] && m->dependencies[i]->member->heap.nforwards)
			return true;
	}
	return image->view.ninterned || image->view.nhooks;
}

static enum rt_part_kind kind_of(const struct pkgimg_image *image, uint32_t section, bool moved)
{
	const struct img_heap_section *s = &image->view.heap_sections[section];
	uint64_t pages = pages_changed(image, section, moved);
	bool changes = pages || s->fate >= IMG_FATE_MUTABLE ||
		       (s->fate == IMG_FATE_CONST && may_change(image));

	if (pages >= s->size / PAGE / FEW && pages && s->size >= MANY_BYTES)
		return RT_PART_ZEROS;
	return changes ? RT_PART_COPY : RT_PART_READ;
}

/* sections that follow each other and are treated alike are one part: one mapping */
static void lay_out(struct pkgimg_image *image, uint64_t heap_at, bool moved)
{
	const struct img_view *v = &image->view;
	struct rt_heap *h = &image->member->heap;

	h->nparts = 0;
	h->writable = 0;
	for (uint32_t i = 0; i + 1 < v->nheap_sections; i++) {
		uint64_t from = v->heap_sections[i].offset;
		struct rt_part part = { .at = (size_t)from,
			.size = (size_t)(rt_heap_section_end(image, i) - from),
			.offset = heap_at + from,
			.kind = kind_of(image, i, moved) };

		if (part.kind != RT_PART_READ)
			h->writable |= 1u << i;
		if (h->nparts && h->parts[h->nparts - 1].kind == part.kind)
			h->parts[h->nparts - 1].size += part.size;
		else
			h->parts[h->nparts++] = part;
	}
}

static int map(struct rt_opening *o, struct pkgimg_image *image)
{
	const struct img_heap *said = image->view.heap;
	struct rt_heap *h = &image->member->heap;
	void *base = (void *)(uintptr_t)said->base;
	int error = EEXIST;

	h->size = (size_t)said->mapped;
	if (!(o->opt->flags & PKGIMG_MOVE)) {
		lay_out(image, o->heap_at, false);
		error = rt_map_parts(o->file, h->parts, h->nparts, h->size, base, &base);
	}
	if (error) {
		lay_out(image, o->heap_at, true);
		error = rt_map_parts(o->file, h->parts, h->nparts, h->size, NULL, &base);
	}
	if (error) {
		h->nparts = 0;
		return fail_map(o, error);
	}
	h->at = base;
	return PKGIMG_OK;
}

/* ---- words */

static uint64_t add_sparse(uintptr_t *words, uint64_t bits, uintptr_t delta)
{
	uint64_t n = 0;

	for (; bits; bits &= bits - 1, n++)
		words[__builtin_ctzll(bits)] += delta;
	return n;
}

/* what to add to four words, by which of them change: a load and an add for two or four words at
 * once, where taking masks from bits apart costs three times as much */
struct addends {
	uintptr_t of[16][4];
};

static void make_addends(struct addends *a, uintptr_t delta)
{
	for (unsigned bits = 0; bits < 16; bits++) {
		for (unsigned i = 0; i < 4; i++)
			a->of[bits][i] = bits >> i & 1 ? delta : 0;
	}
}

static uint64_t add_dense(uintptr_t *words, uint64_t bits, const struct addends *a)
{
	uint64_t n = (uint64_t)__builtin_popcountll(bits);

	for (unsigned i = 0; i < 16; i++, words += 4, bits >>= 4) {
		const uintptr_t *add = a->of[bits & 15];

		for (unsigned k = 0; k < 4; k++)
			words[k] += add[k];
	}
	return n;
}

/* add to the words of [from, to) of the heap; both multiples of 64 words but for the end */
static uint64_t move_words(struct pkgimg_image *image, const struct img_heap_reloc *r,
	uint64_t from, uint64_t to, uintptr_t delta)
{
	struct rt_heap *h = &image->member->heap;
	const uint8_t *bits = h->scratch + r->bits;
	uint64_t group = 64 * sizeof(uintptr_t), end = r->first + r->nwords * sizeof(uintptr_t);
	uint64_t written = 0;
	struct addends addends;

	make_addends(&addends, delta);
	if (from < r->first)
		from = r->first;
	if (to > end)
		to = end;
	for (uint64_t at = from; at < to; at += group) {
		uintptr_t *words = (uintptr_t *)(void *)(h->at + at);
		uint64_t set;

		memcpy(&set, bits + (at - r->first) / group * 8, sizeof(set));
		if (to - at < group) {
			set &= (UINT64_C(1) << (to - at) / sizeof(uintptr_t)) - 1;
			written += add_sparse(words, set, delta);
		} else if (__builtin_popcountll(set) < 24) {
			written += add_sparse(words, set, delta);
		} else {
			written += add_dense(words, set, &addends);
		}
	}
	return written;
}

/* returns words that were written */
static uint64_t move_all(struct pkgimg_image *image, uint32_t section, uint64_t from, uint64_t to)
{
	const struct img_view *v = &image->view;
	uint64_t written = 0;

	for (uint32_t i = 0; i < v->nheap_relocs; i++) {
		const struct img_heap_reloc *r = &v->heap_relocs[i];
		uintptr_t delta = r->section == section ? distance(image, r) : 0;

		if (delta)
			written += move_words(image, r, from, to, delta);
	}
	return written;
}

/* [from, to) of a section into memory of our own */
struct reading {
	const struct rt_file *file;
	struct pkgimg_image *image;
	uint64_t heap_at; /* in the file */
	uint64_t from, to, written;
	uint32_t section;
	int error;
};

static void read_and_move(void *ctx)
{
	struct reading *r = ctx;
	char *heap = r->image->member->heap.at;

	for (uint64_t at = r->from; at < r->to && !r->error; at += PIECE) {
		uint64_t n = r->to - at < PIECE ? r->to - at : PIECE;

		r->error = rt_file_read(r->file, r->heap_at + at, heap + at, (size_t)n);
		if (!r->error)
			r->written += move_all(r->image, r->section, at, at + n);
	}
}

/* The system fills the pages with zeros first, then with the file's bytes, and both take as long as
 * memory does: a second thread is worth it for a large heap. */
static int read_section(struct rt_opening *o, struct pkgimg_image *image, uint32_t section)
{
	const struct img_heap_section *s = &image->view.heap_sections[section];
	struct rt_heap *h = &image->member->heap;
	uintptr_t middle = (uintptr_t)h->at + (uintptr_t)(s->offset + s->size / 2);
	struct reading all = { o->file, image, o->heap_at, s->offset, s->offset + s->size, 0,
		section, 0 };
	struct reading rest = all;
	struct rt_thread thread;

	rest.from = (middle - middle % HUGE_PAGE) - (uintptr_t)h->at;
	if (s->size >= SHARED && !rt_thread_start(&thread, read_and_move, &rest)) {
		all.to = rest.from;
		read_and_move(&all);
		rt_thread_join(&thread);
	} else {
		rest = (struct reading) { 0 };
		read_and_move(&all);
	}
	if (all.error || rest.error)
		return fail_map(o, all.error ? all.error : rest.error);
	h->copied += s->size;
	h->written += all.written + rest.written;
	return PKGIMG_OK;
}

static const struct rt_part *part_of(const struct rt_heap *h, uint64_t offset)
{
	const struct rt_part *p = h->parts;

	while (offset - p->at >= p->size)
		p++;
	return p;
}

/* only what is used: the rest of the last page is zero in the file, too */
static int fill(struct rt_opening *o, struct pkgimg_image *image, uint32_t section)
{
	const struct img_heap_section *s = &image->view.heap_sections[section];
	struct rt_heap *h = &image->member->heap;

	if (part_of(h, s->offset)->kind == RT_PART_ZEROS)
		return read_section(o, image, section);
	h->written += move_all(image, section, s->offset, s->offset + s->size);
	return PKGIMG_OK;
}

/* references into a dependency want a heap there, and the distance to be known */
static int check_dependencies(struct rt_opening *o, struct pkgimg_image *image)
{
	const struct img_view *v = &image->view;

	for (uint32_t i = 0; i < v->ndependencies; i++) {
		const struct img_dependency *d = &v->dependencies[i];
		const struct pkgimg_image *other = image->member->dependencies[i];

		if (!d->heap_base)
			continue;
		if (!other || !other->view.heap || other->view.heap->base != d->heap_base)
			return rt_fail(o->err, PKGIMG_E_DEPENDENCY, o->path,
				": it refers to the heap of '", img_str(v, d->name),
				"', which has none, or another one, here", (char *)NULL);
	}
	return PKGIMG_OK;
}

int rt_heap_map(struct rt_opening *o, struct pkgimg_image *image)
{
	const struct img_view *v = &image->view;
	struct rt_heap *h = &image->member->heap;
	int code = check_dependencies(o, image);

	if (code || !v->heap)
		return code;
	if (v->heap->word != sizeof(uintptr_t) || v->heap->mapped > SIZE_MAX / 2)
		return rt_fail(o->err, PKGIMG_E_ABI, o->path,
			": its heap was made for pointers of another size", (char *)NULL);
	code = map(o, image);
	if (code)
		return code;
	h->scratch = (const uint8_t *)o->file_bytes + o->heap_at;
	for (uint32_t i = 0; i + 1 < v->nheap_sections && !code; i++)
		code = fill(o, image, i);
	return code;
}
