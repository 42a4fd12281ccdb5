#include "frontend/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "image/sum.h"
#include "llvm/shim.h"

void seal_blake3(void *ctx, const void *data, size_t n, uint8_t out[32])
{
	struct ll_hash **h = ctx;

	if (!*h)
		*h = ll_blake3_new();
	ll_blake3_add(*h, data, n);
	if (!out)
		return;
	ll_blake3_end(*h, out);
	*h = NULL;
}

static void sha256(void *ctx, const void *data, size_t n, uint8_t out[32])
{
	(void)ctx;
	ll_sha256(data, n, out);
}

_Static_assert((int)LL_WINDOW == (int)IMG_WINDOW && (int)LL_WINDOW_SUM == (int)IMG_WINDOW_SUM,
	"sums that LLD's output has are those of the format");

static const uint8_t *known_sum(const void *ctx, uint64_t window)
{
	const struct ll_sums *s = ctx;

	return s && window < s->n && s->v[window].known ? s->v[window].sum : NULL;
}

int seal_image(void *ctx, struct diags *d, const char *path, const struct ll_sums *sums)
{
	const struct loc *at = ctx;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct img_error e = { 0 };
	struct ll_hash *state = NULL;
	char text[512];
	int failed;

	if (fd < 0)
		return diag_err(d, *at, "the linked image '%s' cannot be opened: %s", path,
			strerror(errno));
	failed = image_seal_known(fd, known_sum, sums, seal_blake3, sha256, &state, &e) != IMG_OK;
	if (close(fd) && !failed)
		return diag_err(
			d, *at, "the image '%s' cannot be written: %s", path, strerror(errno));
	if (!failed)
		return 0;
	img_error_text(&e, text, sizeof(text));
	return diag_err(d, *at, "the linked image '%s' is not sound: %s", path, text);
}
