#include "frontend/tables/interface.h"

#include <inttypes.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "frontend/input.h"
#include "image/image.h"

enum { MOST_BYTES = 4096 };

int interface_write(
	struct arena *a, struct diags *d, const char *image, const struct job_word *file)
{
	struct diags silent = { .sink = diag_drop };
	struct img_error e = { 0 };
	struct img_view v;
	char *data, *old, *text;
	size_t size, n;

	if (input_read(a, d, file->at, "image", image, &data, &size))
		return -1;
	if (img_check_file(data, size, 0, &v, NULL, &e))
		return diag_err(d, file->at, "'%s' is no package image any more", image);
	text = str_fmt(a, "pkgimg interface %016" PRIx64 "\n", v.header->interface_digest);
	if (file_exists(file->text) &&
		!file_read(
			a, &silent, file->at, "interface file", file->text, MOST_BYTES, &old, &n) &&
		str_eq(old, text))
		return 0;
	return file_write(a, d, file->at, file->text, text, strlen(text));
}
