/* An image with native code and a heap, by hand. */
#ifndef HEAP_NATIVE_H
#define HEAP_NATIVE_H

#include "test/unit/heap_images.h"
#include "test/unit/image_maker.h"

enum { HEAP_AT = MAKER_ROOM, HEAP_MAPPED = 2 * IMG_HEAP_ALIGN, SCRATCH = 4096 };
enum { VARIABLE = 6 }; /* index of its address */

/* a closure: a number, two words of code; one in each section, at its begin */
static inline void put_tables(struct maker *m, void *ctx)
{
	const struct img_heap heap = { .at = HEAP_AT,
		.size = HEAP_MAPPED + IMG_HEAP_ALIGN,
		.base = BASE,
		.mapped = HEAP_MAPPED,
		.nobjects = 2,
		.starts = HEAP_MAPPED,
		.types = HEAP_MAPPED + HEAP_MAPPED / 64,
		.word = 8 };
	const struct img_heap_section sections[] = { { IMG_FATE_MUTABLE, 0, 0, 40 },
		{ IMG_FATE_BOUND_CONST, 0, IMG_HEAP_ALIGN, 40 },
		{ IMG_FATE_SCRATCH, 0, HEAP_MAPPED, SCRATCH } };
	const struct img_heap_type types[] = {
		{ .type = MK_NODE, .npointers = 2, .count_at = IMG_NO_COUNTER }
	};
	const struct img_heap_pointer pointers[] = { { 8, IMG_P_CODE }, { 16, IMG_P_CODE } };
	const struct img_bind binds[] = {
		{ .offset = IMG_HEAP_ALIGN + 8, .kind = IMG_BIND_METHOD, .index = 1 },
		{ .offset = IMG_HEAP_ALIGN + 16, .kind = IMG_BIND_GLOBAL, .index = 0, .addend = 1 },
	};
	const struct img_variable *variable = ctx;
	const struct img_insert inserts[] = { { .function = mk_str(m, "show"),
		.signature = mk_str(m, "int"),
		.method = 1,
		.object = IMG_HEAP_ALIGN } };

	mk_table(m, IMG_HEAP, &heap, sizeof(heap), 1);
	mk_table(m, IMG_HEAP_SECTIONS, sections, sizeof(sections[0]), COUNT(sections));
	mk_table(m, IMG_HEAP_TYPES, types, sizeof(types[0]), COUNT(types));
	mk_table(m, IMG_HEAP_POINTERS, pointers, sizeof(pointers[0]), COUNT(pointers));
	mk_table(m, IMG_BINDS, binds, sizeof(binds[0]), COUNT(binds));
	mk_table(m, IMG_VARIABLES, variable, sizeof(*variable), 1);
	mk_table(m, IMG_INSERTS, inserts, sizeof(inserts[0]), COUNT(inserts));
}

/* "NAME.pkgimg" in the folder: ELF */
static inline void write_it(struct unit *u, struct place *p, const char *name,
	struct maker_wish *wish, struct img_variable variable)
{
	static char heap[HEAP_MAPPED + IMG_HEAP_ALIGN];
	struct maker *m;
	struct img_error e;
	int fd = open(in(p, name), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	wish->name = name;
	wish->more = put_tables;
	wish->ctx = &variable;
	m = mk_image(wish);
	heap[0] = 11;
	heap[IMG_HEAP_ALIGN] = 22;
	heap[HEAP_MAPPED] = 1;                          /* starts: at 0 */
	heap[HEAP_MAPPED + IMG_HEAP_ALIGN / 8 / 8] = 1; /* and in the second section */
	CHECK(fd >= 0 && write(fd, m->file, m->size) == (ssize_t)m->size);
	CHECK(pwrite(fd, heap, sizeof(heap), HEAP_AT) == (ssize_t)sizeof(heap));
	CHECK_INT(image_seal(fd, mk_digest, NULL, NULL, &e), IMG_OK);
	close(fd);
	free(m);
}

#endif
