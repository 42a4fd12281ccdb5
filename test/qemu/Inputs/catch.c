/* catch IMAGE: calls of `int catches(int)` */
#include <stdio.h>

#include "pkgimg/runtime.h"

int main(int argc, char **argv)
{
	struct pkgimg_image *image;
	struct pkgimg_method m;
	struct pkgimg_error e;

	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc != 2 || pkgimg_open(argv[1], NULL, &image, &e) ||
		pkgimg_find(image, "catches", "int (int)", &m, &e)) {
		printf("no image: %s\n", e.text);
		return 1;
	}
	for (int x = -1; x < 6; x += 3)
		printf("catches %d\n", ((int (*)(int))m.address)(x));
	pkgimg_close(image);
	puts("closed");
	return 0;
}
