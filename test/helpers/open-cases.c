/* open-cases [old] [WAY] CASE IMAGE [OTHER]: what pkgimg_open does when the system fails it. The
 * calls that libpkgimg makes of the system lead here (the linker's --wrap), and each can be made to
 * fail.
 *   faults           each call fails once, alone; what is left behind is told, and it opens after
 *   old faults       the same as if kernel and C library were old: more calls, other ways
 *   WAY faults       the same in a world that looks for dependencies in this folder: `world`;
 *                    `moved`, all heaps not at their places; `bundle`, IMAGE is one
 *   swap             OTHER lies at the image's path while the system's loader opens it
 *   old swap
 *   WAY heap-swap    OTHER lies at the path when the heap is mapped, or read
 *   reinstall        a copy of the image is put in its place while it is open
 *   maps             how the pages of the open image may be used */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pkgimg/runtime.h"

/* of the calls in progress; the wrapped functions have no argument for it */
static struct {
	bool on, old;
	unsigned count, fail_at; /* 1-based; 0: never */
	const char *failed;      /* the call that did */
	const char *put, *at;    /* rename put to at before the loader opens it */
	bool put_late;           /* but when the heap is mapped or read */
} now;

/* how images are opened */
static struct {
	bool world, moved, bundle;
} way;

/* what was */
struct opened {
	struct pkgimg_world *world;
	struct pkgimg_image *one, **all;
	size_t n;
};

static bool fails(const char *name)
{
	if (!now.on || ++now.count != now.fail_at)
		return false;
	now.failed = name;
	errno = ENOMEM;
	return true;
}

#define WRAP(result, name, ...)                                                                    \
	result __real_##name(__VA_ARGS__);                                                         \
	result __wrap_##name(__VA_ARGS__);                                                         \
	result __wrap_##name(__VA_ARGS__)

WRAP(int, open, const char *path, int flags, ...)
{
	return fails("open") ? -1 : __real_open(path, flags);
}

WRAP(int, fstat, int fd, struct stat *out)
{
	return fails("fstat") ? -1 : __real_fstat(fd, out);
}

WRAP(int, stat, const char *path, struct stat *out)
{
	return fails("stat") ? -1 : __real_stat(path, out);
}

/* the heap is what lies behind something in its file */
static void put_heap(off_t offset)
{
	if (!now.on || !now.put_late || offset == 0)
		return;
	now.put_late = false;
	if (rename(now.put, now.at))
		abort();
}

WRAP(void *, mmap, void *at, size_t size, int prot, int flags, int fd, off_t offset)
{
	put_heap(offset);
	return fails("mmap") ? MAP_FAILED : __real_mmap(at, size, prot, flags, fd, offset);
}

WRAP(int, mprotect, void *at, size_t size, int prot)
{
	return fails("mprotect") ? -1 : __real_mprotect(at, size, prot);
}

WRAP(int, ioctl, int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	return (now.on && now.old) || fails("ioctl") ? -1 : __real_ioctl(fd, request, arg);
}

WRAP(int, dlinfo, void *handle, int request, void *out)
{
	return (now.on && now.old) || fails("dlinfo") ? -1 : __real_dlinfo(handle, request, out);
}

WRAP(void *, dlopen, const char *path, int flags)
{
	bool is_image = now.on && strchr(path, '/') && !(flags & RTLD_NOLOAD);

	if (is_image && now.put && !now.put_late && rename(now.put, now.at))
		abort();
	if (is_image && now.put && !now.put_late)
		__real_dlopen(path, flags); /* as with musl: what is loaded stays */
	return fails(is_image ? "dlopen of the image" : "dlopen") ? NULL
								  : __real_dlopen(path, flags);
}

WRAP(void *, dlsym, void *handle, const char *name)
{
	return fails("dlsym") ? NULL : __real_dlsym(handle, name);
}

WRAP(void *, calloc, size_t n, size_t size)
{
	return fails("calloc") ? NULL : __real_calloc(n, size);
}

WRAP(void *, malloc, size_t size)
{
	return fails("malloc") ? NULL : __real_malloc(size);
}

WRAP(void *, realloc, void *p, size_t size)
{
	return fails("realloc") ? NULL : __real_realloc(p, size);
}

WRAP(ssize_t, pread, int fd, void *to, size_t size, off_t at)
{
	put_heap(at);
	return fails("pread") ? -1 : __real_pread(fd, to, size, at);
}

WRAP(int, pthread_mutex_init, pthread_mutex_t *mutex, const pthread_mutexattr_t *how)
{
	return fails("pthread_mutex_init") ? ENOMEM : __real_pthread_mutex_init(mutex, how);
}

WRAP(char *, getcwd, char *buf, size_t size)
{
	return fails("getcwd") ? NULL : __real_getcwd(buf, size);
}

static unsigned open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

/* lines of /proc/self/maps that end in the image's name; they are printed if `print` */
static unsigned mappings(const char *path, bool print)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') : path;
	FILE *f = fopen("/proc/self/maps", "r");
	char line[5000], perms[8];
	unsigned n = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (!strstr(line, base) || sscanf(line, "%*s %7s", perms) != 1)
			continue;
		n++;
		if (print)
			printf("%s%s\n", perms,
				strchr(perms, 'w') && strchr(perms, 'x') ? " writable code" : "");
	}
	if (f)
		fclose(f);
	return n;
}

/* bytes of all that is mapped, but for malloc's */
static unsigned long long mapped(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned long long from, to, n = 0;
	char line[5000];

	while (f && fgets(line, sizeof(line), f)) {
		if (!strstr(line, "[heap]") && sscanf(line, "%llx-%llx", &from, &to) == 2)
			n += to - from;
	}
	if (f)
		fclose(f);
	return n;
}

static int open_in_world(const char *path, struct opened *out, struct pkgimg_error *e)
{
	static const char *const folders[] = { "." };
	struct pkgimg_options o = { .size = sizeof(o), .flags = way.moved ? PKGIMG_MOVE : 0 };
	int code = pkgimg_world_new(NULL, folders, 1, &out->world);

	if (code) {
		e->code = code; /* it has no words of its own */
		strcpy(e->text, pkgimg_strerror(code));
		return code;
	}
	o.world = out->world;
	return way.bundle ? pkgimg_open_bundle(path, &o, &out->all, &out->n, e)
			  : pkgimg_open(path, &o, &out->one, e);
}

static int open_now(const char *path, struct opened *out, struct pkgimg_error *e)
{
	int code;

	*out = (struct opened) { 0 };
	*e = (struct pkgimg_error) { 0 };
	now.count = 0;
	now.failed = NULL;
	now.on = true;
	code = way.world ? open_in_world(path, out, e) : pkgimg_open(path, NULL, &out->one, e);
	now.on = false;
	return code;
}

/* returns whether something of them is still there */
static bool close_now(struct opened *o)
{
	bool left;

	pkgimg_close(o->one);
	for (size_t i = 0; i < o->n; i++)
		pkgimg_close(o->all[i]);
	pkgimg_free_images(o->all);
	left = pkgimg_world_next(o->world, NULL) != NULL;
	pkgimg_world_free(o->world);
	return left;
}

/* the first open brings in what stays: libraries, malloc's own */
static int faults(const char *path)
{
	unsigned files = open_files(), bad = 0;
	unsigned long long before;
	struct opened o;
	struct pkgimg_error e;
	int code = open_now(path, &o, &e);

	bad += close_now(&o) || code;
	before = mapped();
	do {
		now.fail_at++;
		code = open_now(path, &o, &e);
		if (!now.failed)
			break;
		printf("%s: code %d\n", now.failed, code);
		bad += (code != 0) != (!o.one && !o.all) || e.code != code ||
		       (code != 0) != (e.text[0] != '\0');
		if (close_now(&o) || open_files() != files || mappings(path, false) ||
			mapped() != before)
			bad += 1 + (unsigned)printf("something is left behind\n");
	} while (now.fail_at < 1000);
	printf("%u calls, then code %d; %u mistakes\n", now.count, code, bad);
	close_now(&o);
	return bad != 0;
}

static int swap(const char *path, const char *other)
{
	struct opened image;
	struct pkgimg_error e;

	now.put = other;
	now.at = path;
	printf("code %d: ", open_now(path, &image, &e));
	printf("%s\n", e.text);
	close_now(&image);
	now.put = NULL;
	printf("code %d once it is there\n", open_now(path, &image, &e));
	close_now(&image);
	return 0;
}

/* what was checked is what is there, whatever lies at the path by then */
static int heap_swap(const char *path, const char *other)
{
	struct pkgimg_object object = { 0 };
	struct opened o;
	struct pkgimg_error e;
	struct pkgimg_root root;
	uint64_t n = 0;
	int code;

	now.put = other;
	now.at = path;
	now.put_late = true;
	code = open_now(path, &o, &e);
	printf("code %d%s: %s\n", code, now.put_late ? ", not replaced" : "", e.text);
	for (size_t i = 0; i < o.n || (i == 0 && o.one); i++) {
		const struct pkgimg_image *image = o.one ? o.one : o.all[i];

		for (object = (struct pkgimg_object) { 0 }; !pkgimg_object_next(image, &object);)
			n += object.size != 0;
		for (uint32_t k = 0; !pkgimg_root_at(image, k, &root); k++)
			n += *root.cell != NULL;
	}
	printf("%llu objects and roots\n", (unsigned long long)n);
	close_now(&o);
	return 0;
}

static int reinstall(const char *path, const char *copy)
{
	struct opened image, again;
	struct pkgimg_error e;
	int one = open_now(path, &image, &e), two;

	if (rename(copy, path))
		return 1;
	two = open_now(path, &again, &e);
	printf("code %d, code %d\n", one, two);
	close_now(&again);
	close_now(&image);
	return 0;
}

__attribute__((visibility("default"))) int host_log(int);
int host_log(int n)
{
	return n;
}

int main(int argc, char **argv)
{
	struct opened image;
	struct pkgimg_error e;
	const char *other;

	setvbuf(stdout, NULL, _IONBF, 0);
	now.old = argc > 1 && !strcmp(argv[1], "old");
	argc -= now.old;
	argv += now.old;
	way.moved = argc > 1 && !strcmp(argv[1], "moved");
	way.bundle = argc > 1 && !strcmp(argv[1], "bundle");
	way.world = way.moved || way.bundle || (argc > 1 && !strcmp(argv[1], "world"));
	argc -= way.world;
	argv += way.world;
	if (argc < 3)
		return 2;
	other = argc > 3 ? argv[3] : "";
	if (!strcmp(argv[1], "faults"))
		return faults(argv[2]);
	if (!strcmp(argv[1], "swap"))
		return swap(argv[2], other);
	if (!strcmp(argv[1], "heap-swap"))
		return heap_swap(argv[2], other);
	if (!strcmp(argv[1], "reinstall"))
		return reinstall(argv[2], other);
	printf("code %d\n", open_now(argv[2], &image, &e));
	mappings(argv[2], true);
	close_now(&image);
	printf("closed: %u\n", mappings(argv[2], true));
	return 0;
}
