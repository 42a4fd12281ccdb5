/* Bundles (BUNDLE.md): find the members, check all of them. As for images (image.h): nothing here
 * allocates, prints or keeps state. */
#ifndef IMAGE_BUNDLE_H
#define IMAGE_BUNDLE_H

#include "image/format_bundle.h"
#include "image/image.h"

struct img_bundle {
	const uint8_t *file; /* addresses count from here, in a file as in memory */
	uint64_t size;
	const struct img_bundle_header *header;
	const struct img_bundle_member *members; /* [header->nmembers] */
};

/* whether a file says that it is one; nothing is checked */
bool img_bundle_is(const void *file, uint64_t size);

/* Check a whole file: its directory and, member by member, what img_check_file checks of an image.
 * flags    IMG_CHECK_FILE_SUM: compare the sum of the whole file too
 * out      borrows `file`, which is 8-aligned; untouched on error
 * returns  IMG_OK or any code but IMG_E_ABI; after an error in a member *member is its number, else
 *          it is IMG_NO_ENTRY; member may be NULL */
enum img_code img_bundle_check(const void *file, uint64_t size, unsigned flags,
	struct img_bundle *out, uint64_t *member, struct img_error *e);

/* A view of member i of a checked bundle, in the file or in memory (file: where it begins there).
 */
void img_bundle_view(
	const struct img_bundle *b, const uint8_t *file, uint32_t i, struct img_view *out);

#endif
