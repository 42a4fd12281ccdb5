/* load-once IMAGE METHOD: open the image, find the method, close it: what a host does, for
 * bench/budgets to count. */
#include <stdio.h>

#include "pkgimg/runtime.h"

int main(int argc, char **argv)
{
	struct pkgimg_image *image;
	struct pkgimg_error err;
	struct pkgimg_method method;

	if (argc != 3)
		return 2;
	if (pkgimg_open(argv[1], NULL, &image, &err) ||
		pkgimg_find(image, argv[2], NULL, &method, &err)) {
		puts(err.text);
		return 1;
	}
	pkgimg_close(image);
	return 0;
}
