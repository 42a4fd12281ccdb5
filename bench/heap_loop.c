/* heap_loop MODE FILE: what a load costs, on the last line.
 *   bundle    microseconds: all images of a bundle, open, once
 *   dlopens   microseconds: each *.so of the folder FILE by dlopen, once, and the address of its
 *             metadata
 *   load      microseconds: an image with a heap, open in a world, at its preferred address; the
 *             best of some
 *   move      the same at another address
 *   memcpy    microseconds: the bytes of that heap copied to fresh memory; the best of some
 *   dirty     per cent of the heap's pages that a load made this process's own
 *   share     per cent of the heap's pages that a second process has in common with this one */
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/timing.h"
#include "image/image.h"
#include "pkgimg/runtime.h"

enum { ROUNDS = 9 };

static double bundle(const char *path)
{
	struct pkgimg_image **images;
	struct pkgimg_error e;
	size_t n;
	double start = now_us(), took;

	if (pkgimg_open_bundle(path, NULL, &images, &n, &e))
		stop(e.text);
	took = now_us() - start;
	printf("%zu images\n", n);
	return took;
}

static double dlopens(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *entry;
	char(*paths)[512] = NULL;
	size_t n = 0;
	double start;

	while (d && (entry = readdir(d)) != NULL) {
		if (!strstr(entry->d_name, ".so"))
			continue;
		paths = realloc(paths, (n + 1) * sizeof(*paths));
		snprintf(paths[n++], sizeof(*paths), "%s/%s", folder, entry->d_name);
	}
	start = now_us();
	for (size_t i = 0; i < n; i++) {
		void *library = dlopen(paths[i], RTLD_NOW | RTLD_LOCAL);

		if (!library || !dlsym(library, IMG_ROOT_SYMBOL))
			stop(dlerror());
	}
	start = now_us() - start;
	printf("%zu images\n", n);
	return n ? start : 0;
}

static double load(
	const char *path, uint32_t flags, struct pkgimg_heap_info *info, struct pkgimg_image **out)
{
	struct pkgimg_options o = { .size = sizeof(o), .flags = flags };
	struct pkgimg_image *image;
	struct pkgimg_error e;
	double start, took;

	if (pkgimg_world_new(NULL, NULL, 0, &o.world))
		stop("no world");
	start = now_us();
	if (pkgimg_open(path, &o, &image, &e))
		stop(e.text);
	took = now_us() - start;
	if (pkgimg_heap(image, info))
		stop("no heap");
	if (!info->moved != !(flags & PKGIMG_MOVE))
		stop("not where it should be");
	*out = image;
	return took;
}

/* one copy of all sections, to memory as new as what a load gets */
static double copy(const struct pkgimg_heap_info *h)
{
	size_t n = 0;
	char *all, *to;
	double start = now_us();

	for (int i = 0; i < PKGIMG_FATES; i++)
		n += h->sections[i].size;
	to = all = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(all, n, MADV_HUGEPAGE);
	for (int i = 0; i < PKGIMG_FATES; i++) {
		memcpy(to, h->sections[i].address, h->sections[i].size);
		to += h->sections[i].size;
	}
	start = now_us() - start;
	munmap(all, n);
	return start;
}

static void touch(const struct pkgimg_heap_info *h)
{
	volatile char sum = 0;

	for (int i = 0; i < PKGIMG_FATES; i++) {
		for (uint64_t k = 0; k < h->sections[i].size; k += 4096)
			sum += ((const char *)h->sections[i].address)[k];
	}
}

/* kibibytes of a kind in the mappings of the heap, by smaps */
static double pages(const struct pkgimg_heap_info *h, const char *kind)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	unsigned long from = 0, to, kib;
	char line[512];
	double sum = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			continue;
		if (from >= (uintptr_t)h->address && from < (uintptr_t)h->address + h->size &&
			!strncmp(line, kind, strlen(kind)) &&
			sscanf(line + strlen(kind), "%lu", &kib) == 1)
			sum += (double)kib;
	}
	if (f)
		fclose(f);
	return sum;
}

static double share(const char *path, struct pkgimg_heap_info *h)
{
	struct pkgimg_image *image;
	int ready[2], done[2];
	double part;
	char c;
	pid_t child;

	if (pipe(ready) || pipe(done))
		stop("no pipe");
	child = fork();
	load(path, 0, h, &image);
	touch(h);
	if (!child) {
		if (write(ready[1], "", 1) != 1 || read(done[0], &c, 1) != 1)
			_exit(1);
		_exit(0);
	}
	if (child < 0 || read(ready[0], &c, 1) != 1)
		stop("no second process");
	part = (pages(h, "Shared_Clean:") + pages(h, "Shared_Dirty:")) / pages(h, "Rss:");
	if (write(done[1], "", 1) != 1)
		stop("no second process");
	waitpid(child, NULL, 0);
	return 100 * part;
}

static double best_load(const char *path, uint32_t flags)
{
	struct pkgimg_heap_info h;
	struct pkgimg_image *image;
	double best = 1e12;

	for (int i = 0; i < ROUNDS; i++) {
		double took = load(path, flags, &h, &image);

		pkgimg_close(image);
		best = took < best ? took : best;
	}
	return best;
}

static double best_copy(const struct pkgimg_heap_info *h)
{
	double best = 1e12;

	for (int i = 0; i < ROUNDS; i++) {
		double took = copy(h);

		best = took < best ? took : best;
	}
	return best;
}

static double of_one_heap(const char *mode, const char *path)
{
	struct pkgimg_heap_info h;
	struct pkgimg_image *image;

	load(path, 0, &h, &image);
	touch(&h);
	if (!strcmp(mode, "memcpy"))
		return best_copy(&h);
	/* a file that was just written has dirty pages of its own: those do not count */
	return 100 * pages(&h, "Anonymous:") / pages(&h, "Rss:");
}

int main(int argc, char **argv)
{
	const char *mode = argc == 3 ? argv[1] : "";
	struct pkgimg_heap_info h;
	double value;

	if (!strcmp(mode, "bundle"))
		value = bundle(argv[2]);
	else if (!strcmp(mode, "dlopens"))
		value = dlopens(argv[2]);
	else if (!strcmp(mode, "share"))
		value = share(argv[2], &h);
	else if (!strcmp(mode, "load") || !strcmp(mode, "move"))
		value = best_load(argv[2], *mode == 'm' ? PKGIMG_MOVE : 0);
	else if (!strcmp(mode, "memcpy") || !strcmp(mode, "dirty"))
		value = of_one_heap(mode, argv[2]);
	else
		return 2;
	printf("%.2f\n", value);
	return 0;
}
