/* macho-open IMAGE NAME NUMBER: libpkgimg as it is on macOS, in this Linux process: macho-load
 * stands in for dyld, and sys_darwin.c looks at what it loaded. Opens a dylib for x86-64, calls
 * `int NAME(int)`, tells of slots, closes it, and opens it again. */
int macho_load_main(int argc, char **argv);
#define main macho_load_main
#include "test/helpers/macho-load.c"
#undef main

#include "runtime/internal.h"

/* what libpkgimg's calls of dyld lead to (test/CMakeLists.txt) */
void *macho_dlopen(const char *path, int flags);
void *macho_dlsym(void *handle, const char *name);
int macho_dlclose(void *handle);
char *macho_dlerror(void);
int macho_dladdr(const void *address, void *out);
uint32_t _dyld_image_count(void);

/* What is loaded. The stand-in works on one file, `m`: the others wait here, all of their own with
 * them. Those that are gone leave their place empty. */
enum { MOST_LIBRARIES = 8 };
static struct library {
	__typeof__(m) own;
	char path[512];
	unsigned references;
} libraries[MOST_LIBRARIES];
static char system_library;

static unsigned all_references(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < MOST_LIBRARIES; i++)
		n += libraries[i].references;
	return n;
}

static struct library *find_library(const char *path)
{
	for (unsigned i = 0; i < MOST_LIBRARIES; i++)
		if (libraries[i].references && !strcmp(libraries[i].path, path))
			return &libraries[i];
	return NULL;
}

static struct library *find_place(void)
{
	for (unsigned i = 0; i < MOST_LIBRARIES; i++)
		if (!libraries[i].references)
			return &libraries[i];
	fail("more than %d libraries", MOST_LIBRARIES);
}

static uint64_t end_of(const struct library *l)
{
	uint64_t end = 0;

	for (unsigned i = 0; i < l->own.nsegments; i++)
		if (l->own.segments[i].vaddr + l->own.segments[i].memsz > end)
			end = l->own.segments[i].vaddr + l->own.segments[i].memsz;
	return end;
}

static void load_file(const char *path)
{
	memset(&m, 0, sizeof(m));
	read_file(path);
	read_commands();
	map();
	if (m.chains.size)
		run_chains();
	run_rebase(m.rebase);
	run_bind(m.bind);
	run_bind(m.weak);
	run_bind(m.lazy);
	set_up_tls();
	protect();
	initialise(0, NULL);
}

void *macho_dlopen(const char *path, int flags)
{
	const char *end = strstr(path, ".dylib");
	struct library *l = find_library(path);

	if (!strncmp(path, "/usr/lib/libSystem.", 19))
		return &system_library;
	if (!end || (flags & RTLD_NOLOAD && !l))
		return NULL;
	if (!l) {
		l = find_place();
		load_file(path);
		l->own = m;
		snprintf(l->path, sizeof(l->path), "%s", path);
	}
	l->references++;
	return l;
}

static bool is_library(const void *handle)
{
	for (unsigned i = 0; i < MOST_LIBRARIES; i++)
		if (handle == &libraries[i])
			return true;
	return false;
}

void *macho_dlsym(void *handle, const char *name)
{
	char symbol[64];

	snprintf(symbol, sizeof(symbol), "_%s", name);
	if (!is_library(handle))
		return dlsym(RTLD_DEFAULT, name);
	m = ((struct library *)handle)->own;
	return find_export(symbol);
}

int macho_dlclose(void *handle)
{
	struct library *l = handle;

	if (!is_library(handle) || --l->references)
		return 0;
	while (!all_references() && nexits) { /* which one's they are is not known */
		nexits--;
		exits[nexits].function(exits[nexits].argument);
	}
	munmap(l->own.slide, end_of(l));
	free(l->own.tls);
	free(l->own.file);
	memset(l, 0, sizeof(*l));
	return 0;
}

char *macho_dlerror(void)
{
	static char text[] = "not found";

	return text;
}

uint32_t _dyld_image_count(void)
{
	uint32_t n = 1;

	for (unsigned i = 0; i < MOST_LIBRARIES; i++)
		n += libraries[i].references != 0;
	return n;
}

/* the file's name and the begin of the library are all that is wanted */
int macho_dladdr(const void *address, void *out)
{
	Dl_info *info = out;

	for (unsigned i = 0; i < MOST_LIBRARIES; i++) {
		const struct library *l = &libraries[i];

		if (!l->references || (uintptr_t)address - (uintptr_t)l->own.slide >= end_of(l))
			continue;
		memset(info, 0, sizeof(*info));
		info->dli_fbase = l->own.slide;
		return 1;
	}
	return 0;
}

/* "r--p" of the mapping that holds `at` */
static void print_pages(const char *what, const void *at)
{
	char line[512], perms[8];
	FILE *f = fopen("/proc/self/maps", "r");
	uintptr_t from, to;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, perms) == 3 && (uintptr_t)at >= from &&
			(uintptr_t)at < to)
			printf("%s: %s\n", what, perms);
	}
	if (f)
		fclose(f);
}

static void print_slots(const struct pkgimg_image *image)
{
	const struct img_view *v = &image->view;
	const char *root = (const char *)v->header;
	const struct img_dispatch *d = v->dispatch;
	unsigned wrong = 0;
	void **slots;

	if (!d)
		return;
	slots = (void **)(uintptr_t)(root + v->addresses[d->slots]);
	for (uint32_t i = 0; i < d->nslots; i++)
		wrong += slots[i] != root + v->entries[image->target * d->nslots + i];
	printf("target %u, %u slots wrong\n", pkgimg_target(image), wrong);
	print_pages("slots", slots);
	print_pages("code", slots[0]);
}

/* Of an image without native code: what a compiler there would have made of its bitcode, which
 * LLVM wraps for this system. */
static int compiled(int n)
{
	return 3000 + n;
}

static void *compile(void *ctx, const struct pkgimg_image *image, const char *symbol)
{
	struct pkgimg_bitcode code;
	int (*f)(int) = compiled;
	void *address;

	(void)ctx;
	if (pkgimg_bitcode_at(image, 0, &code) || memcmp(code.data, "\xde\xc0\x17\x0b", 4))
		return NULL;
	printf("compile %s\n", symbol);
	memcpy(&address, &f, sizeof(f));
	return address;
}

__attribute__((unused)) static int open_once(const char *path, const char *name, int number)
{
	struct pkgimg_options o = { .size = sizeof(o),
		.flags = PKGIMG_VERIFY | PKGIMG_ALLOW_FOREIGN };
	struct pkgimg_host host = { .size = sizeof(host), .compile = compile };
	struct pkgimg_image *image;
	struct pkgimg_method f;
	struct pkgimg_error e;

	if (strstr(path, ".pkgimg") && pkgimg_world_new(&host, NULL, 0, &o.world))
		return 1;
	if (pkgimg_open(path, &o, &image, &e) || pkgimg_find(image, name, "int (int)", &f, &e)) {
		printf("code %d: %s\n", e.code, e.text);
		return 1;
	}
	printf("%s: %d\n", name, ((int (*)(int))f.address)(number));
	print_slots(image);
	pkgimg_close(image);
	pkgimg_world_free(o.world);
	printf("closed, %u references\n", all_references());
	return 0;
}

#ifndef MACHO_OPEN_NO_MAIN
int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	setvbuf(stdout, NULL, _IONBF, 0);
	return open_once(argv[1], argv[2], atoi(argv[3])) ||
	       open_once(argv[1], argv[2], atoi(argv[3]) + 1);
}
#endif
