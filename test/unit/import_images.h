/* Images whose code refers to others, by hand. */
#ifndef IMPORT_IMAGES_H
#define IMPORT_IMAGES_H

#include <fcntl.h>

#include "test/unit/heap_images.h"
#include "test/unit/image_maker.h"

/* what there is of an image's addresses for slots; its method `add` is the end of the unset ones */
enum { UNSET = 1, SLOT_A = 4, SLOT_B = 6 };

struct imported {
	const char *symbol; /* NULL: none */
	uint32_t kind;
	int slot;
};

enum { NIMPORTS = 2 };

struct import_wish {
	const char *name;       /* of the package, and of its file */
	const char *dependency; /* NULL: none, and no imports */
	uint64_t digest;        /* of its interface */
	unsigned versions[2];   /* as in struct maker_wish */
	bool sealed;            /* the system's loader makes all of its data read-only */
	struct imported imports[NIMPORTS];
};

static inline void put_imports(struct maker *m, void *ctx)
{
	const struct import_wish *w = ctx;
	struct img_import all[NIMPORTS];
	uint32_t n = 0;

	for (; n < NIMPORTS && w->imports[n].symbol; n++)
		all[n] = (struct img_import) { .symbol = mk_str(m, w->imports[n].symbol),
			.kind = w->imports[n].kind,
			.address = (uint32_t)w->imports[n].slot,
			.unset = UNSET };
	if (n)
		mk_table(m, IMG_IMPORTS, all, sizeof(all[0]), n);
}

static inline uint64_t slot_at(int slot)
{
	return DATA_AT + 512 + (slot == SLOT_A ? MAKER_SLOTS : MAKER_VARIABLE);
}

/* Behind the metadata: relocations that let the slots lead to `add`, and program headers, of which
 * there is one more. `answer` is what is in the first slot. */
static inline void bind_slots(struct maker *m, const struct import_wish *w)
{
	Elf64_Ehdr h;
	Elf64_Phdr p[6];
	Elf64_Rela r[NIMPORTS] = { 0 };
	Elf64_Dyn dyn[] = { { DT_RELA, { 0 } }, { DT_RELASZ, { 0 } },
		{ DT_RELAENT, { sizeof(r[0]) } }, { DT_NULL, { 0 } } };
	size_t at = (m->meta_at + m->meta_size + 63) / 64 * 64, n = 0;

	for (; n < NIMPORTS && w->imports[n].symbol; n++)
		r[n] = (Elf64_Rela) { .r_offset = slot_at(w->imports[n].slot),
#if defined(__x86_64__)
			.r_info = R_X86_64_RELATIVE,
#else
			.r_info = R_AARCH64_RELATIVE,
#endif
			.r_addend = CODE_AT + 16 };
	memcpy(&h, m->file, sizeof(h));
	memcpy(p, m->file + h.e_phoff, 5 * sizeof(p[0]));
	dyn[0].d_un.d_val = at;
	dyn[1].d_un.d_val = n * sizeof(r[0]);
	memcpy(m->file + at, r, sizeof(r));
	memcpy(m->file + DATA_AT + 5 * sizeof(dyn[0]), dyn, sizeof(dyn));
	p[3].p_filesz = p[3].p_memsz = 9 * sizeof(dyn[0]);
	p[2].p_memsz = MAKER_PAGE;
	p[5] = (Elf64_Phdr) { PT_GNU_RELRO, PF_R, DATA_AT, DATA_AT, DATA_AT, 1024, MAKER_PAGE, 1 };
	h.e_phoff = at + sizeof(r);
	h.e_phnum = w->sealed ? 6 : 5;
	p[0].p_filesz = p[0].p_memsz = h.e_phoff + sizeof(p);
	memcpy(m->file + h.e_phoff, p, sizeof(p));
	memcpy(m->file, &h, sizeof(h));
#if defined(__x86_64__)
	{ /* jmp *slot(%rip) */
		uint8_t jump[6] = { 0xff, 0x25 };
		int32_t distance = (int32_t)(slot_at(SLOT_A) - (CODE_AT + 6));

		memcpy(jump + 2, &distance, 4);
		memcpy(m->file + CODE_AT, jump, sizeof(jump));
	}
#endif
}

/* "FILE.pkgimg" in the folder: ELF */
static inline void write_importer(
	struct unit *u, struct place *p, const char *file, struct import_wish *w)
{
	struct maker_wish wish = { .name = w->name,
		.dependency = w->dependency,
		.interface_digest = w->digest,
		.versions = { w->versions[0], w->versions[1] },
		.more = put_imports,
		.ctx = w };
	struct maker *m = mk_image(&wish);
	struct img_error e;
	int fd = open(in(p, file), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (w->dependency)
		bind_slots(m, w);
	CHECK(fd >= 0 && write(fd, m->file, m->size) == (ssize_t)m->size);
	if (!CHECK_INT(image_seal(fd, mk_digest, NULL, NULL, &e), IMG_OK)) {
		char text[300];

		img_error_text(&e, text, sizeof(text));
		printf("# seal: %s\n", text);
	}
	close(fd);
	free(m);
}

#if defined(__x86_64__)
enum { SOME = 8, MORE = 10 }; /* features that every machine has: sse3, sse4.1 */
#else
enum { SOME = 4, MORE = 5 };
#endif

/* "base", with versions for three targets, and "user", which calls its `answer` */
static inline struct import_wish base_wish(void)
{
	return (struct import_wish) { .name = "base", .versions = { SOME, MORE } };
}

static inline struct import_wish user_wish(void)
{
	return (struct import_wish) { .name = "user",
		.dependency = "base",
		.imports = { { "answer", IMG_IMPORT_METHOD, SLOT_A },
			{ "counter", IMG_IMPORT_GLOBAL, SLOT_B } } };
}

static inline uint64_t digest_of(struct unit *u, const char *path)
{
	struct pkgimg_dependency d = { .size = sizeof(d) };
	struct pkgimg_image *image = open_it(u, path, NULL, 0);

	pkgimg_describe(image, &d);
	pkgimg_close(image);
	return d.interface_digest;
}

static inline void write_both(struct unit *u, struct place *p, bool sealed)
{
	struct import_wish base = base_wish(), user = user_wish();

	write_importer(u, p, "base", &base);
	user.digest = digest_of(u, in(p, "base"));
	user.sealed = sealed;
	write_importer(u, p, "user", &user);
}

#endif
