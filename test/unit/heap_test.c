/* Heaps in images: built by include/pkgimg/build.h, read again with the checker alone and a loader
 * of a few lines that puts the heap elsewhere. */
#include "image/image.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/fuzz/image_use.h"
#include "test/unit/heap_host.h"
#include "test/unit/unit.h"

enum { ROOM = 4 << 20 };

/* an image in memory, in exactly as many bytes as the file has */
struct image {
	uint8_t *file;
	size_t size, meta_at;
	struct img_view v;
	struct img_container box;
	uint8_t *heap; /* a copy, moved to where it lies */
};

static char folder[64];

static const char *path_to(const char *name)
{
	static char path[128];

	if (!*folder) {
		strcpy(folder, "/tmp/pkgimg-heap-test-XXXXXX");
		if (!mkdtemp(folder))
			abort();
	}
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static bool bit(const uint8_t *bits, uint64_t i)
{
	return bits[i / 8] >> i % 8 & 1;
}

/* what a loader does for heap `image`, now `delta` from where it was meant to be */
static void move(const struct image *m, uint8_t *heap, uint32_t image, uint64_t delta)
{
	for (uint32_t i = 0; i < m->v.nheap_relocs; i++) {
		const struct img_heap_reloc *r = &m->v.heap_relocs[i];
		const uint8_t *bits = m->file + m->v.heap->at + r->bits;

		if (r->image != image)
			continue;
		for (uint64_t k = 0; k < r->nwords; k++) {
			uint64_t *word = (uint64_t *)(void *)(heap + r->first + 8 * k);

			if (bit(bits, k))
				*word += delta;
		}
	}
}

static bool open_image(struct unit *u, struct image *m, const char *path)
{
	struct img_error e = { 0 };
	char text[256];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	*m = (struct image) { 0 };
	if (!CHECK(fd >= 0 && !fstat(fd, &st)))
		return false;
	m->size = (size_t)st.st_size;
	m->file = malloc(m->size);
	CHECK(read(fd, m->file, m->size) == (ssize_t)m->size);
	close(fd);
	if (!CHECK_INT(img_check_file(m->file, m->size, IMG_CHECK_FILE_SUM, &m->v, &m->box, &e),
		    IMG_OK)) {
		img_error_text(&e, text, sizeof(text));
		printf("  %s: %s\n", path, text);
		return false;
	}
	m->meta_at = m->box.meta_at;
	if (!m->v.heap)
		return true;
	m->heap = aligned_alloc(IMG_HEAP_ALIGN, m->v.heap->size);
	memcpy(m->heap, m->file + m->v.heap->at, m->v.heap->size);
	move(m, m->heap, IMG_SELF, (uint64_t)(uintptr_t)m->heap - m->v.heap->base);
	return true;
}

static void close_image(struct image *m)
{
	free(m->heap);
	free(m->file);
}

static value root(const struct image *m, const char *name)
{
	for (uint32_t i = 0; i < m->v.nroots; i++) {
		if (!strcmp(img_str(&m->v, m->v.roots[i].name), name))
			return *(value *)(void *)(m->heap + m->v.roots[i].cell);
	}
	return 0;
}

/* name of the heap type of the object at a place; "" if none begins there */
static const char *type_at(const struct image *m, const void *object)
{
	uint64_t place = (uint64_t)((const uint8_t *)object - m->heap), n = 0;
	const uint8_t *starts = m->heap + m->v.heap->starts;
	const uint16_t *types = (const void *)(m->heap + m->v.heap->types);

	if (place >= m->v.heap->mapped || place % 8 || !bit(starts, place / 8))
		return "";
	for (uint64_t i = 0; i < place / 8; i++)
		n += bit(starts, i);
	return img_str(&m->v, m->v.types[m->v.heap_types[types[n]].type].name);
}

static uint32_t fate_at(const struct image *m, const void *object)
{
	uint32_t i = img_heap_section_at(&m->v, (uint64_t)((const uint8_t *)object - m->heap), 1);

	return i == UINT32_MAX ? 0 : m->v.heap_sections[i].fate;
}

/* ---- an image with everything (heap_host.h) */

static const struct img_bind *bind_of(const struct image *m, const void *word)
{
	for (uint32_t i = 0; i < m->v.nbinds; i++) {
		if (m->heap + m->v.binds[i].offset == (const uint8_t *)word)
			return &m->v.binds[i];
	}
	return NULL;
}

static void check_sample(struct unit *u, const struct image *m)
{
	const struct table *t = (const void *)root(m, "Main.t");
	const struct closure *c = (const void *)t->at[0].data, *weak;
	const struct vector *v = (const void *)c->env;
	const struct img_bind *b = bind_of(m, &c->code);
	value list = v->at[0];

	CHECK_STR(type_at(m, t), "table");
	CHECK_INT(fate_at(m, t), IMG_FATE_MUTABLE);
	CHECK_INT(t->at[1].key, integer(3));
	CHECK_STR(type_at(m, c), "closure");
	CHECK_INT(fate_at(m, c), IMG_FATE_BOUND_CONST);
	CHECK(c->cache == NULL && c->weak == list && !c->code);
	if (CHECK(b && b->kind == IMG_BIND_METHOD && !b->addend))
		CHECK_STR(img_str(&m->v, m->v.methods[b->index].symbol), "add");
	CHECK_INT(fate_at(m, v), IMG_FATE_CONST);
	CHECK_INT(v->n, 5);
	for (int i = 99; i >= 0; i--) {
		const struct cons *cell = (const void *)list;

		CHECK_INT(cell->car, integer(i));
		list = cell->cdr;
	}
	CHECK_INT(list, integer(0));
	CHECK_INT(fate_at(m, (void *)v->at[2]), IMG_FATE_DATA);
	CHECK(!memcmp(((struct text *)v->at[2])->bytes, "hello", 5));
	CHECK(v->at[3] == (value)v && v->at[4] == (value)&v->at[2]);
	CHECK_STR(type_at(m, (void *)v->at[1]), "symbol");
	CHECK(((struct symbol *)v->at[1])->name == ((struct symbol *)t->at[0].key)->name);
	CHECK_INT(root(m, "Main.fix"), integer(42));
	CHECK_INT(root(m, "Main.const"), v->at[2]);
	weak = (const void *)root(m, "Main.weak");
	CHECK_INT(weak->weak, 0);
	b = bind_of(m, &weak->code);
	CHECK(b && b->kind == IMG_BIND_GLOBAL && b->addend == 2);
	CHECK_INT(m->v.ninterned, 3);
	CHECK_INT(m->v.interned[0].nuses, 2); /* the name, of both symbols */
	CHECK_INT(m->v.nhooks, 1);
	CHECK_INT(m->v.ninserts, 1);
	CHECK_INT(m->v.inserts[0].object, (uint64_t)((const uint8_t *)c - m->heap));
}

static void everything(struct unit *u)
{
	struct host h;
	struct image m;

	host_start(&h, ROOM);
	CHECK_INT(host_sample(&h, 0, path_to("Base.so"), 0, NULL), 0);
	if (open_image(u, &m, path_to("Base.so"))) {
		check_sample(u, &m);
		CHECK_INT(m.v.nvariables, 1);
		CHECK_INT(m.v.nbitcode, 0);
	}
	close_image(&m);
	CHECK_INT(host_sample(&h, 0, path_to("Base.pkgimg"), PKGIMG_BUILD_NO_NATIVE, NULL), 0);
	if (open_image(u, &m, path_to("Base.pkgimg"))) {
		check_sample(u, &m);
		CHECK(m.box.no_code);
		CHECK_INT(m.v.nbitcode, 1);
		CHECK(!memcmp(m.file + m.v.bitcode[0].at, "BC\xc0\xde", 4));
		CHECK_INT(m.v.methods[0].address, IMG_NO_ADDRESS);
	}
	close_image(&m);
	free(h.room);
}

/* the same heap elsewhere in memory is the same image; the file's name is in it */
static void deterministic(struct unit *u)
{
	struct image a, b;
	struct host h;

	host_start(&h, ROOM);
	CHECK_INT(host_sample(&h, 0, path_to("one/Base.so"), 0, NULL), 1);
	CHECK(strstr(h.text, "no such folder") != NULL);
	mkdir(path_to("one"), 0700);
	CHECK_INT(host_sample(&h, 4096 * 3 + 16, path_to("one/Base.so"), 0, NULL), 0);
	if (open_image(u, &a, path_to("Base.so")) && open_image(u, &b, path_to("one/Base.so"))) {
		CHECK_INT(a.size, b.size);
		CHECK(a.size == b.size && !memcmp(a.file, b.file, a.size));
		close_image(&b);
	}
	close_image(&a);
	free(h.room);
}

/* ---- a heap alone, and a million objects in a row */

static void long_list(struct unit *u)
{
	enum { N = 1000000 };
	struct pkgimg_build_report r = { .size = sizeof(r) };
	struct pkgimg_build *b;
	value list = integer(0), x;
	struct image m;
	struct host h;

	host_start(&h, (size_t)N * 32 + 4096);
	for (int i = 0; i < N; i++)
		list = host_cons(&h, integer(i), list);
	b = host_build(&h, "List", NULL);
	CHECK_INT(pkgimg_build_root(b, "Main.list", list, "cons", 0), 0);
	CHECK_INT(pkgimg_build_write(b, path_to("List.so"), &r), 0);
	CHECK_INT(r.objects, N);
	pkgimg_build_free(b);
	free(h.room);
	if (!open_image(u, &m, path_to("List.so")))
		return;
	x = root(&m, "Main.list");
	for (int i = N; i-- > 0; x = ((struct cons *)x)->cdr) {
		if (((struct cons *)x)->car != integer(i))
			CHECK_INT(((struct cons *)x)->car, integer(i));
	}
	CHECK_INT(x, integer(0));
	CHECK_INT(m.v.heap->nobjects, N);
	close_image(&m);
}

/* ---- mistakes */

static value wrong(struct host *h, int which, struct pkgimg_build *b)
{
	value bad = host_cons(h, integer(1), integer(2));
	struct cons *c = (struct cons *)bad;
	struct vector *v = host_vector(h, 4);
	struct symbol *y;
	struct closure *f;

	v->at[3] = bad;
	switch (which) {
	case 0: c->cdr = 0x7f0000000; break;    /* no memory */
	case 1: c->car = (value)&h->cap; break; /* memory, but no object */
	case 2:                                 /* of another type than its field */
		y = host_new(h, T_SYMBOL, sizeof(*y));
		y->name = (struct text *)v;
		v->at[0] = (value)v;
		v->at[3] = (value)y;
		break;
	case 3: /* a size that cannot be */ v->n = UINT64_C(1) << 61; break;
	case 4:
		v->n = 1 << 28; /* behind the end of memory */
		break;
	case 5: /* code that nobody knows */
		f = host_new(h, T_CLOSURE, sizeof(*f));
		f->code = LIVE_ADD;
		c->car = (value)f;
		break;
	case 6: /* an interned object that refers to memory of this process */
		y = host_new(h, T_SYMBOL, sizeof(*y));
		y->name = host_text(h, T_TEXT, "no name");
		pkgimg_build_root(b, "Main.first", (value)y->name, NULL, 0);
		c->car = (value)y;
		break;
	default: break;
	}
	return (value)v;
}

static void mistakes(struct unit *u)
{
	static const char *const texts[] = {
		"error: Main.bad -> [3] -> .cdr: points to 0x7f0000000, which is in no object",
		"error: Main.bad -> [3] -> .car: points to 0x",
		"error: Main.bad -> [3] -> .name: points to a 'vector' at 0x",
		"error: Main.bad: the 'vector' at 0x",
		"error: Main.bad: the 'vector' at 0x",
		"error: Main.bad -> [3] -> .car -> .code: points to 0x1234560, which is no code",
		"error: Main.bad -> [3] -> .car -> .name: points to a 'text' at 0x",
	};

	for (int i = 0; i < (int)UNIT_COUNT(texts); i++) {
		struct pkgimg_build *b;
		struct host h;

		host_start(&h, ROOM);
		b = host_build(&h, "Bad", NULL);
		pkgimg_build_root(b, "Main.bad", wrong(&h, i, b), NULL, 0);
		u->row = texts[i];
		CHECK_INT(pkgimg_build_write(b, path_to("Bad.so"), NULL), 1);
		CHECK(access(path_to("Bad.so"), F_OK) != 0);
		if (!CHECK(strncmp(h.text, texts[i], strlen(texts[i])) == 0))
			printf("  got: %s", h.text);
		pkgimg_build_free(b);
		free(h.room);
	}
}

/* symbols that modules lack, names twice, an owner that is no dependency: told together */
static void wrong_names(struct unit *u)
{
	struct pkgimg_build_method m = { .size = sizeof(m), .function = "f", .symbol = "none" };
	struct pkgimg_build *b;
	struct closure *c;
	struct host h;

	host_start(&h, ROOM);
	c = host_new(&h, T_CLOSURE, sizeof(*c));
	c->code = LIVE_ADD;
	b = host_build(&h, "Bad", NULL);
	pkgimg_build_symbol(b, "missing", (void *)(uintptr_t)LIVE_ADD, 0);
	pkgimg_build_root(b, "r", (value)c, NULL, 0);
	pkgimg_build_root(b, "r", (value)c, NULL, 0);
	pkgimg_build_method(b, &m);
	m.symbol = NULL;
	m.owner = "Nobody";
	pkgimg_build_method(b, &m);
	CHECK_INT(pkgimg_build_write(b, path_to("Bad.so"), NULL), 1);
	CHECK(strstr(h.text, "objects refer to 'missing', which no module has"));
	CHECK(strstr(h.text, "root 'r' is registered twice"));
	CHECK(strstr(h.text, "no module has 'none' as a visible function"));
	CHECK(strstr(h.text, "its owner 'Nobody' is no dependency"));
	pkgimg_build_free(b);
	free(h.room);
}

static void wrong_types(struct unit *u)
{
	static const struct pkgimg_field odd[] = { { "p", 4, 8, PKGIMG_STRONG, NULL } };
	static const struct pkgimg_field out[] = { { "p", 16, 8, PKGIMG_STRONG, NULL } };
	static const struct pkgimg_field twice[] = { { "p", 0, 8, PKGIMG_STRONG, NULL },
		{ "q", 0, 8, PKGIMG_DATA, NULL } };
	static const struct pkgimg_field code[] = { { "p", 0, 8, PKGIMG_CODE, NULL } };
#define BASE .size = sizeof(struct pkgimg_type), .name = "new", .bytes = 16
	static const struct {
		struct pkgimg_type type;
		const char *text;
	} rows[] = {
		{ { .size = sizeof(struct pkgimg_type), .bytes = 8 }, "wants a name" },
		{ { .size = sizeof(struct pkgimg_type), .name = "cons", .bytes = 8 },
			"registered twice" },
		{ { .size = sizeof(struct pkgimg_type), .name = "new" },
			"'bytes' of heap type 'new'" },
		{ { BASE, .align = 24 }, "'align' of heap type 'new' wants a power of two" },
		{ { BASE, .flags = 3 }, "not both" },
		{ { BASE, .fields = odd, .nfields = 1 },
			"pointer 'p' of heap type 'new' has 8 bytes at 4" },
		{ { BASE, .fields = out, .nfields = 1 }, "inside of its 16 bytes" },
		{ { BASE, .fields = twice, .nfields = 2 }, "is not behind the field before it" },
		{ { BASE, .fields = code, .nfields = 1, .flags = PKGIMG_TYPE_INTERNED },
			"address of code" },
		{ { BASE, .element_bytes = 8 }, "'count_size' of heap type 'new'" },
		{ { BASE, .count_size = 3, .element_bytes = 8 },
			"'count_size' of heap type 'new'" },
		{ { BASE, .count_size = 8, .count_at = 12, .element_bytes = 8 }, "'count_at' of" },
		{ { BASE, .count_size = 8 }, "'element_bytes' of" },
	};
	struct pkgimg_build *b;
	struct host h;

	host_start(&h, ROOM);
	b = host_build(&h, "Bad", NULL);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		h.text[0] = '\0';
		u->row = rows[i].text;
		CHECK_INT(pkgimg_build_type(b, &rows[i].type, NULL), 1);
		if (!CHECK(strstr(h.text, rows[i].text) != NULL))
			printf("  got: %s", h.text);
	}
	u->row = NULL;
	CHECK_INT(pkgimg_build_write(b, path_to("Bad.so"), NULL), 1);
	pkgimg_build_free(b);
	free(h.room);
}

/* ---- a package on a base image */

static const char *live_symbol(
	const struct pkgimg_dependency *d, const void *address, uint64_t *offset, int *function)
{
	(void)d;
	*offset = (uint64_t)((uintptr_t)address - 0x9000000);
	*function = 1;
	return *offset < 16 ? "base_function" : NULL;
}

static void loaded_as(struct pkgimg_dependency *d, const struct image *m)
{
	d->heap = m->heap;
	d->heap_base = m->v.heap->base;
	d->heap_size = m->v.heap->mapped;
	memcpy(d->build_id, m->v.header->build_id, sizeof(d->build_id));
}

static void dependent(struct unit *u)
{
	struct pkgimg_dependency d = { .size = sizeof(d),
		.flags = PKGIMG_DEPENDENCY_BASE,
		.name = "Base",
		.version = "1.0",
		.symbol = live_symbol };
	struct pkgimg_build_method add = {
		.size = sizeof(add), .function = "Base.show", .owner = "Base"
	};
	struct image base, m;
	struct pkgimg_build *b;
	struct closure *c;
	struct vector *v;
	struct host h;
	value far;

	host_start(&h, ROOM);
	CHECK_INT(host_sample(&h, 0, path_to("Base.so"), 0, NULL), 0);
	if (!open_image(u, &base, path_to("Base.so")))
		return;
	loaded_as(&d, &base);
	v = host_vector(&h, 300);
	far = root(&base, "Main.t");
	for (int i = 0; i < 300; i++)
		v->at[i] = i % 100 ? integer(i) : far + 8 * (value)i;
	c = host_new(&h, T_CLOSURE, sizeof(*c));
	c->code = (void (*)(void))0x9000004;
	v->at[1] = (value)c;
	b = host_build(&h, "App", NULL);
	pkgimg_build_dependency(b, &d);
	pkgimg_build_root(b, "App.v", (value)v, "vector", 0);
	pkgimg_build_root(b, "App.t", far, NULL, 0);
	pkgimg_build_method(b, &add);
	if (!CHECK_INT(pkgimg_build_write(b, path_to("App.so"), NULL), 0))
		printf("%s", h.text);
	pkgimg_build_free(b);
	if (open_image(u, &m, path_to("App.so"))) {
		const struct vector *got;

		CHECK_INT(m.v.dependencies[0].flags, IMG_DEP_BASE | IMG_DEP_BUILD);
		CHECK_INT(m.v.dependencies[0].heap_base, base.v.heap->base);
		CHECK_INT(m.v.inserts[0].image, 1);
		CHECK_INT(m.v.binds[0].kind, IMG_BIND_DEPENDENCY_METHOD);
		CHECK_INT(m.v.binds[0].addend, 4);
		move(&m, m.heap, 1, (uint64_t)(uintptr_t)base.heap - base.v.heap->base);
		CHECK_INT(root(&m, "App.t"), far);
		got = (const void *)root(&m, "App.v");
		CHECK(got->at[0] == far && got->at[100] == far + 800 && got->at[2] == integer(2));
		close_image(&m);
	}
	close_image(&base);
	free(h.room);
}

/* References to dependencies lie together, however far from each other their objects were found. */
static void external_pages(struct unit *u)
{
	enum { ALL = 20000, EVERY = 100 };
	struct pkgimg_dependency d = { .size = sizeof(d), .name = "Base", .version = "1.0" };
	struct image base, m;
	struct pkgimg_build *b;
	value list = integer(0);
	struct host h;

	host_start(&h, ROOM);
	if (!open_image(u, &base, path_to("Base.so")))
		return;
	loaded_as(&d, &base);
	for (int i = 0; i < ALL; i++)
		list = host_cons(&h, i % EVERY ? integer(i) : root(&base, "Main.t"), list);
	b = host_build(&h, "Far", NULL);
	pkgimg_build_dependency(b, &d);
	pkgimg_build_root(b, "Far.list", list, "cons", 0);
	CHECK_INT(pkgimg_build_write(b, path_to("App.so"), NULL), 0);
	pkgimg_build_free(b);
	if (open_image(u, &m, path_to("App.so"))) {
		CHECK_INT(
			m.v.nheap_relocs, 2); /* the list's own, then those that lead to the base */
		CHECK_INT(m.v.heap_relocs[1].count, ALL / EVERY);
		CHECK_INT(m.v.heap_relocs[1].npages, 1); /* of 79 with conses */
		close_image(&m);
	}
	close_image(&base);
	free(h.room);
}

/* ---- hostile files */

struct tally {
	unsigned tried, accepted;
};

static void try(struct image *m, struct tally *t)
{
	struct img_header *h = (struct img_header *)(void *)(m->file + m->meta_at);
	struct img_view v;
	struct img_error e;

	h->meta_sum = 0;
	h->meta_sum = img_sum64(h, m->v.header->meta_size);
	t->tried++;
	if (img_check_file(m->file, m->size, 0, &v, NULL, &e))
		return;
	t->accepted++;
	image_use_heap(&v, v.heap ? m->file + v.heap->at : NULL, m->file);
}

static const uint64_t edges[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff, UINT64_C(1) << 63,
	UINT64_MAX, UINT64_MAX - 7, 0x10000, 0xffff0000, 8, 64 };

static void change_image(struct unit *u, const char *path)
{
	struct image m;
	struct tally t = { 0 };
	uint8_t *before;
	uint64_t n;

	if (!open_image(u, &m, path))
		return;
	n = m.v.header->meta_size;
	before = malloc(n);
	memcpy(before, m.file + m.meta_at, n);
	/* the header's own size decides what is summed: it is changed in image_test.c */
	for (uint64_t i = sizeof(struct img_header); i < n; i++) {
		for (int k = 0; k < 8; k++) {
			m.file[m.meta_at + i] ^= (uint8_t)(1 << k);
			try(&m, &t);
			m.file[m.meta_at + i] = before[i];
		}
	}
	for (uint64_t i = sizeof(struct img_header); i < n; i += 4) {
		for (size_t k = 0; k < 2 * UNIT_COUNT(edges); k++) {
			memcpy(m.file + m.meta_at + i, &edges[k / 2], k % 2 && i + 8 <= n ? 8 : 4);
			try(&m, &t);
			memcpy(m.file + m.meta_at + i, before + i, i + 8 <= n ? 8 : 4);
		}
	}
	CHECK(t.tried > 20000 && t.accepted > 0 && t.accepted < t.tried / 2);
	free(before);
	close_image(&m);
}

static void changed(struct unit *u)
{
	change_image(u, path_to("Base.so"));
	change_image(u, path_to("Base.pkgimg"));
	change_image(u, path_to("App.so"));
}

/* cut at each length of what is read, and at each page of the rest */
static void cut(struct unit *u)
{
	struct image m;
	struct img_error e;
	struct img_view v;

	if (!open_image(u, &m, path_to("Base.pkgimg")))
		return;
	for (size_t n = 0; n < m.size; n += n < m.v.header->meta_size + 64 ? 1 : 4093) {
		uint8_t *copy = malloc(n ? n : 1);

		memcpy(copy, m.file, n);
		if (n >= sizeof(struct img_header)) {
			struct img_header *h = (struct img_header *)(void *)copy;

			h->file_size = n;
			if (h->meta_size <= n) {
				h->meta_sum = 0;
				h->meta_sum = img_sum64(h, h->meta_size);
			}
		}
		if (!CHECK(img_check_file(copy, n, 0, &v, NULL, &e) != IMG_OK))
			printf("  cut at %zu\n", n);
		free(copy);
	}
	close_image(&m);
}

/* each rule of check_heap.c, by the words that break it */
static void *entry(const struct image *m, uint32_t kind)
{
	uint8_t *meta = m->file + m->meta_at;
	struct img_table *dir = (void *)(meta + sizeof(struct img_header));

	while (dir->kind != kind)
		dir++;
	return meta + dir->offset;
}

/* table */
static const struct rule {
	uint32_t kind, word, value;
	const char *text;
} rule_rows[] = {
	{ IMG_HEAP, 0, 0x123, "heap: its place in the file is not aligned" },
	{ IMG_HEAP, 0, 0x10000000, "heap: cut" },
	{ IMG_HEAP, 0, 0, "heap: it overlaps what the system maps" },
	{ IMG_HEAP, 2, 0, "heap: its size is impossible" },
	{ IMG_HEAP, 4, 8, "heap: its address is impossible" },
	{ IMG_HEAP, 6, 0x10000, "heap: what is mapped is not all but the scratch section" },
	{ IMG_HEAP, 8, 0x10000000, "heap: too many objects" },
	{ IMG_HEAP, 10, 0, "what it has for the loader is not in the scratch section" },
	{ IMG_HEAP, 14, 4, "words are not as wide as pointers: wanted 8, got 4" },
	{ IMG_HEAP, 15, 1, "heap: reserved fields" },
	{ IMG_HEAP_SECTIONS, 0, 7, "an unknown fate" },
	{ IMG_HEAP_SECTIONS, 6, 1, "an unknown fate, twice, or out of order" },
	{ IMG_HEAP_SECTIONS, 8, 0x20000, "not right behind the section before" },
	{ IMG_HEAP_SECTIONS, 4, 0, "heap sections, entry 0: its size is impossible" },
	{ IMG_HEAP_TYPES, 0, 0, "its type is no struct of known size with a name" },
	{ IMG_HEAP_TYPES, 1, 3, "unknown flags, or mutable and interned at once" },
	{ IMG_HEAP_TYPES, 2, 1, "its pointers are out of range or out of order" },
	{ IMG_HEAP_TYPES, 5, 1, "the counter's size is impossible" },
	{ IMG_HEAP_POINTERS, 0, 4, "pointers are not aligned or not in order" },
	{ IMG_HEAP_POINTERS, 0, 8000, "a pointer is outside of the object" },
	{ IMG_HEAP_POINTERS, 1, 9, "an unknown kind of pointer" },
	{ IMG_ROOTS, 1, 2, "unknown flags" },
	{ IMG_ROOTS, 0, 0, "a name is empty" },
	{ IMG_ROOTS, 2, 4, "its word is not aligned" },
	{ IMG_ROOTS, 2, 0, "its word is in a section of another fate" },
	{ IMG_ROOTS, 2, 0xfff0000, "its word is in no section" },
	{ IMG_HEAP_RELOCS, 0, 7, "its image is out of range" },
	{ IMG_HEAP_RELOCS, 1, 0, "its section has no pointers" },
	{ IMG_HEAP_RELOCS, 1, 70, "its section is out of range" },
	{ IMG_HEAP_RELOCS, 2, 64, "its first word is not aligned" },
	{ IMG_HEAP_RELOCS, 4, 0x10000, "its words are outside of the section" },
	{ IMG_HEAP_RELOCS, 6, 0, "what it has for the loader is not in the scratch" },
	{ IMG_HEAP_RELOCS, 8, 0, "its number of words is impossible" },
	{ IMG_HEAP_RELOCS, 10, 0, "its number of pages is impossible" },
	{ IMG_BINDS, 0, 0, "binds, entry 0: its word is in a section of another fate" },
	{ IMG_BINDS, 2, 9, "binds, entry 0: an unknown kind" },
	{ IMG_BINDS, 3, 99, "is out of range" },
	{ IMG_BINDS, 4, 1, "its image is out of range" },
	{ IMG_VARIABLES, 0, 99, "variables, entry 0: its address is out of range" },
	{ IMG_VARIABLES, 0, 0, "variables, entry 0: it is no pointer in memory of data" },
	{ IMG_VARIABLES, 1, 1, "its image is out of range" },
	{ IMG_VARIABLES, 2, 0xfff0000, "it leads outside of the heap" },
	{ IMG_INTERNED, 2, 4, "its object is not aligned" },
	{ IMG_INTERNED, 4, 5, "its type is not interned" },
	{ IMG_INTERNED, 4, 99, "its type is out of range" },
	{ IMG_INTERNED, 5, 0xffffff, "what it has for the loader is not in the scratch" },
	{ IMG_HOOKS, 2, 0, "hooks, entry 0: its type has none" },
	{ IMG_INSERTS, 0, 0, "insertions, entry 0: a name is empty" },
	{ IMG_INSERTS, 2, 1, "its image is out of range" },
	{ IMG_INSERTS, 3, 99, "its method is out of range" },
	{ IMG_INSERTS, 4, 3, "its object is not aligned" },
};

static void rules(struct unit *u)
{
	struct image m;

	if (!open_image(u, &m, path_to("Base.so")))
		return;
	for (size_t i = 0; i < UNIT_COUNT(rule_rows); i++) {
		uint32_t *word = (uint32_t *)entry(&m, rule_rows[i].kind) + rule_rows[i].word,
			 old = *word;
		struct img_header *h = (struct img_header *)(void *)(m.file + m.meta_at);
		struct img_view v;
		struct img_error e = { 0 };
		char text[256] = "";

		u->row = rule_rows[i].text;
		*word = rule_rows[i].value;
		h->meta_sum = 0;
		h->meta_sum = img_sum64(h, h->meta_size);
		CHECK_INT(img_check_file(m.file, m.size, 0, &v, NULL, &e), IMG_E_FORMAT);
		img_error_text(&e, text, sizeof(text));
		if (!CHECK(strstr(text, rule_rows[i].text) != NULL))
			printf("  got: %s\n", text);
		*word = old;
	}
	u->row = NULL;
	close_image(&m);
}

/* A heap of more than 4 GiB, most of it a hole in a sparse file: everything behind the first
 * section moves up, and the scratch section gets a larger bitmap at its end. */
static void move_up(struct image *m, uint64_t by)
{
	struct img_heap *h = entry(m, IMG_HEAP);
	struct img_heap_section *s = entry(m, IMG_HEAP_SECTIONS);
	struct img_heap_section *scratch = &s[m->v.nheap_sections - 1];
	struct img_root *roots = entry(m, IMG_ROOTS);
	struct img_heap_reloc *relocs = entry(m, IMG_HEAP_RELOCS);
	struct img_bind *binds = entry(m, IMG_BINDS);
	struct img_interned *interned = entry(m, IMG_INTERNED);
	struct img_hook *hooks = entry(m, IMG_HOOKS);
	struct img_insert *inserts = entry(m, IMG_INSERTS);
	uint64_t from = s[1].offset;

#define MOVE(x) ((x) += (x) >= from ? by : 0)
	for (uint32_t i = 0; i < m->v.nheap_sections; i++)
		MOVE(s[i].offset);
	s[0].size = s[1].offset;
	for (uint32_t i = 0; i < m->v.nroots; i++)
		MOVE(roots[i].cell);
	for (uint32_t i = 0; i < m->v.nheap_relocs; i++)
		MOVE(relocs[i].first), MOVE(relocs[i].bits);
	for (uint32_t i = 0; i < m->v.nbinds; i++)
		MOVE(binds[i].offset);
	for (uint32_t i = 0; i < m->v.ninterned; i++)
		MOVE(interned[i].offset), MOVE(interned[i].uses);
	for (uint32_t i = 0; i < m->v.nhooks; i++)
		MOVE(hooks[i].offset);
	for (uint32_t i = 0; i < m->v.ninserts; i++)
		MOVE(inserts[i].object);
	MOVE(h->types);
	MOVE(h->mapped);
#undef MOVE
	h->starts = scratch->offset + (scratch->size + 7) / 8 * 8;
	scratch->size = h->starts + h->mapped / 64 - scratch->offset;
	h->size = (scratch->offset + scratch->size + IMG_HEAP_ALIGN - 1) / IMG_HEAP_ALIGN *
		  IMG_HEAP_ALIGN;
}

static void large(struct unit *u)
{
	const uint64_t by = UINT64_C(5) << 30;
	struct img_error e = { 0 };
	struct img_header *h;
	struct img_view v;
	struct image m;
	uint64_t size;
	uint8_t *file;
	int fd;

	if (!open_image(u, &m, path_to("Base.pkgimg")))
		return;
	move_up(&m, by);
	h = (struct img_header *)(void *)m.file;
	size = m.v.heap->at + m.v.heap->size;
	h->file_size = size;
	h->meta_sum = 0;
	h->meta_sum = img_sum64(h, h->meta_size);
	fd = open(path_to("large"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	CHECK(write(fd, m.file, m.v.heap->at) == (ssize_t)m.v.heap->at &&
		!ftruncate(fd, (off_t)size));
	file = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_NORESERVE, fd, 0);
	if (CHECK(file != MAP_FAILED)) {
		char text[256] = "";

		if (!CHECK_INT(img_check_file(file, size, 0, &v, NULL, &e), IMG_OK)) {
			img_error_text(&e, text, sizeof(text));
			printf("  %s\n", text);
		} else {
			CHECK_INT(img_heap_section_at(&v, by + v.heap_sections[0].offset, 8), 0);
			CHECK_INT(v.heap_sections[v.nheap_sections - 1].offset, v.heap->mapped);
			CHECK(v.heap->mapped > by && v.roots[0].cell > by);
		}
		h->file_size = size - IMG_HEAP_ALIGN;
		h->meta_sum = 0;
		h->meta_sum = img_sum64(h, h->meta_size);
		CHECK(pwrite(fd, m.file, m.v.heap->at, 0) == (ssize_t)m.v.heap->at);
		CHECK_INT(
			img_check_file(file, size - IMG_HEAP_ALIGN, 0, &v, NULL, &e), IMG_E_FORMAT);
		CHECK_STR(e.problem, "cut");
		munmap(file, size);
	}
	close(fd);
	unlink(path_to("large"));
	close_image(&m);
}

static void clean_up(struct unit *u)
{
	static const char *const names[] = { "Base.so", "Base.pkgimg", "App.so", "one/Base.so",
		"List.so" };

	for (size_t i = 0; i < UNIT_COUNT(names); i++)
		CHECK_INT(unlink(path_to(names[i])), 0);
	CHECK_INT(rmdir(path_to("one")), 0);
	CHECK_INT(rmdir(folder), 0);
}

UNIT_MAIN(everything, deterministic, long_list, mistakes, wrong_names, wrong_types, external_pages,
	dependent, changed, cut, rules, large, clean_up)
