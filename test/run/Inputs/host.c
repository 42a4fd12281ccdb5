/* host.c IMAGE: a host of its own, linked against the installed libpkgimg */
#include <pkgimg/runtime.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct pkgimg_image *image;
	struct pkgimg_method add;
	struct pkgimg_global answer;
	struct pkgimg_error error;

	if (argc != 2 || pkgimg_open(argv[1], NULL, &image, &error) ||
		pkgimg_find(image, "add", "int (int, int)", &add, &error) ||
		pkgimg_find_global(image, "answer", &answer, &error)) {
		fprintf(stderr, "%s\n", argc == 2 ? error.text : "an image is wanted");
		return 1;
	}
	printf("%s: add gives %d, answer is %d\n", pkgimg_name(image),
		((int (*)(int, int))add.address)(40, 2), *(int *)answer.address);
	pkgimg_close(image);
	return 0;
}
