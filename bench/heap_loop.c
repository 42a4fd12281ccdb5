/* heap_loop MODE FILE [FOLDER]: one load in this process, what it cost on the last line.
 *   bundle    microseconds: all images of a bundle, open
 *   dlopens   microseconds: each *.so of a folder by dlopen and the address of its metadata
 *   load      microseconds: an image with a heap, open in a world, at its preferred address
 *   move      the same elsewhere, all pages read afterwards not counted
 *   memcpy    microseconds: as many bytes as that heap has, copied to fresh memory
 *   dirty     per cent of the heap's pages that the load made this process's own
 *   share     per cent of the heap's pages that a second process has in common with this one */
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "image/image.h"
#include "pkgimg/runtime.h"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static _Noreturn void stop(const char *why)
{
	puts(why);
	exit(1);
}

static double bundle(const char *path)
{
	struct pkgimg_image **images;
	struct pkgimg_error e;
	size_t n;
	double start = now(), took;

	if (pkgimg_open_bundle(path, NULL, &images, &n, &e))
		stop(e.text);
	took = now() - start;
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
	start = now();
	for (size_t i = 0; i < n; i++) {
		void *library = dlopen(paths[i], RTLD_NOW | RTLD_LOCAL);

		if (!library || !dlsym(library, IMG_ROOT_SYMBOL))
			stop(dlerror());
	}
	start = now() - start;
	printf("%zu images\n", n);
	return n ? start : 0;
}

static double load(const char *path, uint32_t flags, struct pkgimg_heap_info *info)
{
	struct pkgimg_options o = { .size = sizeof(o), .flags = flags };
	struct pkgimg_image *image;
	struct pkgimg_error e;
	double start, took;

	if (pkgimg_world_new(NULL, NULL, 0, &o.world))
		stop("no world");
	start = now();
	if (pkgimg_open(path, &o, &image, &e))
		stop(e.text);
	took = now() - start;
	if (pkgimg_heap(image, info))
		stop("no heap");
	if (!info->moved != !(flags & PKGIMG_MOVE))
		stop("not where it should be");
	return took;
}

static double copy(const struct pkgimg_heap_info *h)
{
	size_t n = 0;
	char *to;
	double start;

	for (int i = 0; i < PKGIMG_FATES; i++)
		n += h->sections[i].size;
	start = now();
	to = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(to, n, MADV_HUGEPAGE);
	for (int i = 0; i < PKGIMG_FATES; i++) {
		memcpy(to, h->sections[i].address, h->sections[i].size);
		to += h->sections[i].size;
	}
	return now() - start;
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
	int ready[2], done[2];
	double part;
	char c;
	pid_t child;

	if (pipe(ready) || pipe(done))
		stop("no pipe");
	child = fork();
	load(path, 0, h);
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

static double measure(const char *mode, const char *path)
{
	struct pkgimg_heap_info h;
	double took;

	if (!strcmp(mode, "bundle"))
		return bundle(path);
	if (!strcmp(mode, "dlopens"))
		return dlopens(path);
	if (!strcmp(mode, "share"))
		return share(path, &h);
	took = load(path, strcmp(mode, "move") ? 0 : PKGIMG_MOVE, &h);
	if (!strcmp(mode, "memcpy"))
		return touch(&h), copy(&h);
	if (!strcmp(mode, "dirty")) {
		touch(&h);
		return 100 * (pages(&h, "Private_Dirty:") + pages(&h, "Anonymous:")) / 2 /
		       pages(&h, "Rss:");
	}
	return took;
}

int main(int argc, char **argv)
{
	double value;

	if (argc != 3)
		return 2;
	value = measure(argv[1], argv[2]);
	printf("%.2f\n", value);
	return 0;
}
