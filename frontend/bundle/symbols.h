/* The dynamic symbols of a bundle: what its members take from outside, each once, and its root. */
#ifndef FRONTEND_BUNDLE_SYMBOLS_H
#define FRONTEND_BUNDLE_SYMBOLS_H

#include "base/names.h"
#include "frontend/bundle/member.h"

/* a string table in the making: each text once */
struct text_table {
	struct names names;
	uint32_t *offset; /* [names.n] */
	char *bytes;      /* [n] */
	size_t n, cap_offset, cap_bytes;
};
void text_table_init(struct text_table *t, struct arena *a);
uint32_t text_table_add(struct text_table *t, struct arena *a, const char *text);

/* a version of a library's symbols; its number is 2 + its index */
struct symbol_version {
	uint32_t library; /* number in `libraries` */
	uint32_t name;    /* in `text` */
	Elf64_Word hash;
	Elf64_Half flags;
};

struct bundle_symbols {
	struct text_table text;
	struct names known;             /* NAME@VERSION@LIBRARY: symbol 1 + its number */
	struct names versions;          /* VERSION@LIBRARY */
	struct names libraries;         /* that have versions */
	struct names needed;            /* DT_NEEDED */
	struct names paths;             /* DT_RUNPATH, DT_RPATH */
	struct symbol_version *version; /* [versions.n] */
	size_t cap_version;
	Elf64_Sym *symbol;  /* [n], the null symbol first; the root is not among them yet */
	Elf64_Half *versym; /* [n] */
	size_t n, cap_symbol, cap_versym;
};

void bundle_symbols_init(struct bundle_symbols *s, struct arena *a);

/* Add those of a member, its libraries and versions.
 * map      [m->nsymbols] number in the bundle of each, 0 for its root
 * returns  0, or -1 reported */
int bundle_symbols_add(struct arena *a, struct diags *d, struct bundle_symbols *s,
	const struct member *m, uint32_t *map);

/* DT_VERNEED of all. returns its bytes in the arena, `size` of them, `count` libraries */
const void *bundle_verneed(
	struct arena *a, struct bundle_symbols *s, uint64_t *size, uint64_t *count);

#endif
