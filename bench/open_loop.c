/* open_loop open|dlopen|check IMAGE ROUNDS: the median time in microseconds, on the last line.
 *   open    from pkgimg_open to the answer of the first method; closing is not measured
 *   dlopen  the same by dlopen and the address of the metadata, with no check
 *   check   of the tables of a file that is mapped already, with their sum */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "image/image.h"
#include "pkgimg/runtime.h"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double by_pkgimg(const char *path)
{
	struct pkgimg_image *image;
	struct pkgimg_method m;
	struct pkgimg_error e;
	double start = now(), end;

	if (pkgimg_open(path, NULL, &image, &e) ||
		pkgimg_find(image, "add", "int (int, int)", &m, &e)) {
		puts(e.text);
		exit(1);
	}
	if (((int (*)(int, int))m.address)(40, 2) != 42)
		exit(1);
	end = now();
	pkgimg_close(image);
	return end - start;
}

static double by_dlopen(const char *path)
{
	double start = now(), end;
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!library || !dlsym(library, IMG_ROOT_SYMBOL))
		exit(1);
	end = now();
	dlclose(library);
	return end - start;
}

static double by_check(const char *path)
{
	static const void *file;
	static size_t size;
	struct img_view v;
	struct img_error e;
	double start;

	if (!file) {
		int fd = open(path, O_RDONLY);
		struct stat st;

		if (fd < 0 || fstat(fd, &st))
			exit(1);
		size = (size_t)st.st_size;
		file = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	start = now();
	if (img_check_file(file, size, 0, &v, NULL, &e))
		exit(1);
	return now() - start;
}

int main(int argc, char **argv)
{
	double (*once)(const char *) = argc == 4 && !strcmp(argv[1], "open")     ? by_pkgimg
				       : argc == 4 && !strcmp(argv[1], "dlopen") ? by_dlopen
										 : by_check;
	size_t rounds = argc == 4 ? (size_t)atoi(argv[3]) : 0;
	double *times = calloc(rounds + 1, sizeof(*times));

	if (!rounds || !times)
		return 2;
	for (size_t i = 0; i < rounds; i++)
		times[i] = once(argv[2]);
	qsort(times, rounds, sizeof(*times), compare);
	printf("first quarter %.1f\n%.2f\n", times[rounds / 4], times[rounds / 2]);
	return 0;
}
