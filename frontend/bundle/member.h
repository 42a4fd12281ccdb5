/* An image that goes into a bundle: what the system's loader would do with it, read from its
 * dynamic section. All ranges are inside the file and inside its memory. */
#ifndef FRONTEND_BUNDLE_MEMBER_H
#define FRONTEND_BUNDLE_MEMBER_H

#include <elf.h>
#include <stdbool.h>

#include "frontend/bundle/bundle.h"
#include "image/image.h"

enum { MEMBER_MOST_RANGES = 8 };

/* Pages of one kind, as they are in memory; zeros follow what is in the file. */
struct member_range {
	uint64_t from, filesz, memsz; /* from: in the member, a multiple of the page */
	bool write;
};

struct member_table {
	uint64_t at, size; /* address in the member, bytes; size 0: there is none */
};

struct member {
	struct bundle_input in;
	const uint8_t *file;
	uint64_t file_size;
	struct img_view view;
	uint16_t machine;
	uint64_t page; /* what the member must be aligned to */
	uint64_t span; /* bytes of address space, whole pages */
	struct member_range range[MEMBER_MOST_RANGES];
	unsigned nranges;
	uint8_t *memory; /* [nmemory] as it is in memory before relocation; behind that are zeros */
	uint64_t nmemory;
	const Elf64_Sym *symbols;
	const Elf64_Half *versym; /* NULL: no versions */
	uint32_t nsymbols;
	const char *strings; /* [nstrings], ends with NUL */
	uint64_t nstrings;
	struct member_table verneed, rela, plt, relr, init, fini, relro, frames, tls;
	uint32_t nverneed;
	uint64_t tls_memsz, tls_align;
	const Elf64_Dyn *dynamic; /* [ndynamic] */
	uint64_t ndynamic;
	bool static_tls;
	uint64_t meta; /* address of the metadata */

	/* by layout.c */
	uint64_t at;     /* in the bundle */
	uint64_t heap;   /* place of its heap in the bundle's file, 0: it has none */
	uint64_t tls_at; /* of its block in the bundle's */
};

/* Read and check one. m->in is set. returns 0, or -1 with every mistake reported */
int member_read(struct arena *a, struct diags *d, struct member *m);

/* report why it cannot be in a bundle. returns -1 */
int member_bad(struct diags *d, const struct member *m, const char *problem);

/* the text at `offset` of its dynamic strings; NULL if there is none */
const char *member_string(const struct member *m, uint64_t offset);

/* n bytes at address `at`; NULL if they are not in its memory, or are zeros behind the file's */
static inline void *member_bytes(const struct member *m, uint64_t at, uint64_t n)
{
	return at <= m->nmemory && n <= m->nmemory - at ? m->memory + at : NULL;
}

#endif
