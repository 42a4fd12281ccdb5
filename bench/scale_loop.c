/* scale_loop MODE FOLDER|FILE N: what a load of many or of much costs, in microseconds, on the last
 * line.
 *   opens    N images of the folder, p0.so and so on, by pkgimg_open, once each
 *   dlopens  the same by dlopen, and the address of their metadata
 *   open     an image: open it, and close it, N times; the median of some
 *   find     an image with methods f0 to fN-1: open it, find the last of them, call it; the median
 *            of some */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/timing.h"
#include "image/image.h"
#include "pkgimg/runtime.h"

enum { ROUNDS = 9 };

static struct pkgimg_image *open_image(const char *path)
{
	struct pkgimg_image *image;
	struct pkgimg_error e;

	if (pkgimg_open(path, NULL, &image, &e))
		stop(e.text);
	return image;
}

static double open_all(const char *folder, unsigned n, int plain)
{
	double start = now_us();
	char path[4096];

	for (unsigned i = 0; i < n; i++) {
		void *library;

		snprintf(path, sizeof(path), "%s/p%u.so", folder, i);
		if (!plain)
			open_image(path);
		else if (!(library = dlopen(path, RTLD_NOW | RTLD_LOCAL)) ||
			 !dlsym(library, IMG_ROOT_SYMBOL))
			stop(dlerror());
	}
	return now_us() - start;
}

static double open_one(const char *path, unsigned rounds)
{
	double took[ROUNDS];

	for (unsigned i = 0; i < ROUNDS; i++) {
		double start = now_us();

		for (unsigned k = 0; k < rounds; k++)
			pkgimg_close(open_image(path));
		took[i] = (now_us() - start) / rounds;
	}
	return median(took, ROUNDS);
}

static double find(const char *path, unsigned n)
{
	double took[ROUNDS];
	char name[32];

	snprintf(name, sizeof(name), "f%u", n - 1);
	for (int i = 0; i < ROUNDS; i++) {
		double start = now_us();
		struct pkgimg_image *image = open_image(path);
		struct pkgimg_method m;
		struct pkgimg_error e;

		if (pkgimg_find(image, name, NULL, &m, &e))
			stop(e.text);
		if (((int (*)(int))m.address)(1) != (int)n)
			stop("a wrong answer");
		took[i] = now_us() - start;
		pkgimg_close(image);
	}
	return median(took, ROUNDS);
}

int main(int argc, char **argv)
{
	unsigned n = argc == 4 ? (unsigned)atoi(argv[3]) : 0;
	double value;

	if (!n)
		return 2;
	if (!strcmp(argv[1], "opens") || !strcmp(argv[1], "dlopens"))
		value = open_all(argv[2], n, argv[1][0] == 'd');
	else if (!strcmp(argv[1], "open"))
		value = open_one(argv[2], n);
	else if (!strcmp(argv[1], "find"))
		value = find(argv[2], n);
	else
		return 2;
	printf("%.2f\n", value);
	return 0;
}
