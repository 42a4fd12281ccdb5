/* pkgimg inspect: what is in a package image, for people and for programs. */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/diag.h"
#include "image/image.h"

/* An image that was read and checked, but not loaded: no code of it runs. */
struct inspected {
	const char *path;
	struct img_view view;
	struct img_container box;
	struct img_sizes sizes;
	void *file; /* mapped; view and box are of it */
	size_t size;
};

/* Read and check the image at `path`; verify: compare the sum of the whole file too.
 * returns 0 with *out for inspect_close, or -1 reported: not readable, no image, broken */
int inspect_open(struct diags *d, const char *path, bool verify, struct inspected *out);
void inspect_close(struct inspected *in);

/* Print all of the image at `path` to `out`. verify: compare the sum of the whole file too.
 * returns 0, or -1 reported: not readable, no image, broken */
int inspect_image(struct diags *d, const char *path, bool json, bool verify, FILE *out);

/* the JSON form; keys are in docs, and tools/decode_image.py prints the same */
void inspect_json(const struct inspected *in, FILE *out);
/* the text form */
void inspect_text(const struct inspected *in, FILE *out);

/* n bytes as hex digits in buf[2 * n + 1]; returns buf */
const char *inspect_hex(const uint8_t *bytes, size_t n, char *buf);

#endif
