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

#include "bench/timing.h"
#include "image/image.h"
#include "pkgimg/runtime.h"

static double by_pkgimg(const char *path)
{
	struct pkgimg_image *image;
	struct pkgimg_method m;
	struct pkgimg_error e;
	double start = now_us(), end;

	if (pkgimg_open(path, NULL, &image, &e) ||
		pkgimg_find(image, "add", "int (int, int)", &m, &e)) {
		puts(e.text);
		exit(1);
	}
	if (((int (*)(int, int))m.address)(40, 2) != 42)
		exit(1);
	end = now_us();
	pkgimg_close(image);
	return end - start;
}

static double by_dlopen(const char *path)
{
	double start = now_us(), end;
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!library || !dlsym(library, IMG_ROOT_SYMBOL))
		exit(1);
	end = now_us();
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
	start = now_us();
	if (img_check_file(file, size, 0, &v, NULL, &e))
		exit(1);
	return now_us() - start;
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
	printf("%.2f\n", median(times, rounds));
	return 0;
}
