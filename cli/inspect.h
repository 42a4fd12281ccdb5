/* pkgimg inspect: what is in a package image, for people and for programs. */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/diag.h"
#include "image/bundle.h"
#include "image/image.h"

/* An image that was read and checked, but not loaded: no code of it runs. */
struct inspected {
	const char *path;
	struct img_view view;
	struct img_container box;
	struct img_sizes sizes;
	void *file; /* mapped; view and box are of it */
	size_t size;
	uint64_t heap_at;         /* where its heap is in the file */
	struct img_bundle bundle; /* header NULL: the file is an image; else view is of a member */
};

/* Read and check the image at `path`; verify: compare the sum of the whole file too.
 * returns 0 with *out for inspect_close, or -1 reported: not readable, no image, broken */
int inspect_open(struct diags *d, const char *path, bool verify, struct inspected *out);
/* The same for a bundle, whose member of that name is looked at; box says nothing, and sizes only
 * how large the metadata is. NULL: the first one. A file that is no bundle is an image. */
int inspect_open_any(
	struct diags *d, const char *path, const char *member, bool verify, struct inspected *out);
void inspect_close(struct inspected *in);

struct inspect_how {
	bool json;
	bool verify;      /* compare the sum of the whole file too */
	const char *path; /* instead of all: how a root leads to this offset of the heap; or NULL */
	struct loc path_at;
	const char *member; /* of a bundle: this image, in full; NULL: a list of all */
};
/* Print all of the image at `path` to `out`.
 * returns 0, or -1 reported: not readable, no image, broken, no such object */
int inspect_image(struct diags *d, const char *path, const struct inspect_how *how, FILE *out);

/* the JSON form; keys are in docs, and tools/decode_image.py prints the same. heap: NULL if there
 * is none */
struct heap_facts;
void inspect_json(const struct inspected *in, const struct heap_facts *heap, FILE *out);
/* the text form */
void inspect_text(const struct inspected *in, const struct heap_facts *heap, FILE *out);

/* what is in a bundle; keys are in docs */
void inspect_bundle_text(const struct inspected *in, FILE *out);
void inspect_bundle_json(const struct inspected *in, FILE *out);

/* s with its control characters spelled out, in the arena: names come from files, and a terminal
 * would obey them */
struct arena;
const char *inspect_safe(struct arena *a, const char *s);

/* n bytes as hex digits in buf[2 * n + 1]; returns buf */
const char *inspect_hex(const uint8_t *bytes, size_t n, char *buf);

#endif
