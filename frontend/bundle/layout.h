/* A bundle in the making: its members, and where everything lies. Addresses in it and places in its
 * file are the same numbers. */
#ifndef FRONTEND_BUNDLE_LAYOUT_H
#define FRONTEND_BUNDLE_LAYOUT_H

#include "frontend/bundle/symbols.h"
#include "image/format_bundle.h"

/* what a bundle has of its own, in this order: read-only up to BUNDLE_TLS, then writable */
enum bundle_part {
	BUNDLE_HEADERS, /* ELF header and program headers */
	BUNDLE_DIRECTORY,
	BUNDLE_SYMBOLS,
	BUNDLE_VERSYM,
	BUNDLE_VERNEED,
	BUNDLE_HASH,
	BUNDLE_STRINGS,
	BUNDLE_RELOCS,
	BUNDLE_FRAMES,
	BUNDLE_TLS,
	BUNDLE_DYNAMIC,
	BUNDLE_INIT,
	BUNDLE_FINI,
	BUNDLE_PARTS,
};

struct bundle_place {
	uint64_t at, size;
	void *bytes; /* [size] */
};

struct bundle {
	struct bundle_input output;
	struct member *member; /* [n] each behind those it depends on */
	size_t n;
	uint32_t **map; /* [n] of bundle_symbols_add */
	struct bundle_symbols symbols;
	const char *soname, *runpath; /* runpath: NULL if no member has one */
	struct bundle_place part[BUNDLE_PARTS];
	uint64_t page;               /* what all members are aligned to */
	uint64_t nsegments;          /* program headers */
	uint64_t nrelocs, nrelative; /* Elf64_Rela; the first are relative ones */
	uint64_t nframes;            /* entries of the search table */
	uint64_t tls_memsz, tls_align;
	uint64_t ndynamic;
	uint64_t end;              /* of the last member */
	uint64_t heaps, heaps_end; /* in the file alone; equal: no member has one */
	bool static_tls;
};

/* order.c: put the members in order; every two that do not fit together are an error */
int bundle_order(struct arena *a, struct diags *d, struct bundle *b);

/* Decide where everything lies; members and symbols are complete. Parts have memory after it. */
int bundle_lay_out(struct arena *a, struct diags *d, struct bundle *b);

/* relocs.c: how many entries a member needs at most; and all of them, in part BUNDLE_RELOCS */
uint64_t relocs_count(const struct member *m);
int relocs_make(struct diags *d, struct bundle *b);

#endif
