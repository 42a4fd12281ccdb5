/* macho-mini FOLDER: the runtime of examples/mini with libpkgimg as it is on macOS, in this Linux
 * process (macho-open.c): it loads dylibs for x86-64. */
#define MACHO_OPEN_NO_MAIN
#include "test/helpers/macho-open.c"

int open_foreign(const char *path, const struct pkgimg_options *opt, struct pkgimg_image **out,
	struct pkgimg_error *err);

/* what examples/mini/run.c calls: the images are for another system than the one this runs on */
int open_foreign(const char *path, const struct pkgimg_options *opt, struct pkgimg_image **out,
	struct pkgimg_error *err)
{
	struct pkgimg_options o = *opt;

	o.flags |= PKGIMG_ALLOW_FOREIGN;
	return pkgimg_open(path, &o, out, err);
}
