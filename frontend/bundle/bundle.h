/* pkgimg bundle: package images in, one shared library out that holds all of them.
 *
 *   member.c   an image's file -> its segments, relocations, symbols, all checked
 *   symbols.c  what the members take from outside, each symbol, version and library once
 *   layout.c   where everything lies
 *   relocs.c   the members' relocations, moved
 *   write.c    all of these in order, then the file
 *
 * Each member keeps its own layout, moved as a whole, so that nothing inside of it has to be
 * changed but the words that the system's loader fills in. The format is in image/BUNDLE.md. */
#ifndef FRONTEND_BUNDLE_BUNDLE_H
#define FRONTEND_BUNDLE_BUNDLE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"

struct bundle_input {
	const char *path;
	struct loc at; /* who named it */
};

/* Join images to one file, each behind those of the others that it depends on.
 * inputs   [n], at least one; 64-bit ELF images of one ABI, each package once
 * output   made whole or not at all
 * returns  0, or -1 with every mistake reported
 * source   image/BUNDLE.md */
int bundle_make(struct arena *a, struct diags *d, const struct bundle_input *inputs, size_t n,
	struct bundle_input output);

#endif
