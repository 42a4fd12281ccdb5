/* check-host IMAGE: open it by libpkgimg and let its kernels be checked. */
#include <stdio.h>
#include <string.h>

#include "pkgimg/runtime.h"

int main(int argc, char **argv)
{
	struct pkgimg_image *image;
	struct pkgimg_method m;
	struct pkgimg_error e;
	int line;

	if (argc != 2)
		return 2;
	if (pkgimg_open(argv[1], NULL, &image, &e)) {
		puts(strstr(e.text, " needs ") ? "refused" : e.text);
		return 1;
	}
	if (pkgimg_find(image, "check", NULL, &m, &e))
		return puts(e.text), 1;
	line = ((int (*)(void))m.address)();
	printf(line ? "target %u, wrong in line %d\n" : "target %u, right\n", pkgimg_target(image),
		line);
	pkgimg_close(image);
	return 0;
}
