/* data-host IMAGE CLANG SCRATCH [FOLDER]: a host without LLVM in it opens an image that has no
 * native code and calls its methods `first` and `count`. Its compiler is another program, started
 * when the first symbol of an image is asked for. Says each question as it comes. CLANG may be "-":
 * the compiler was here before, or it comes later; the bitcode is left in SCRATCH. Images that it
 * depends on are looked for in FOLDER; what its code refers to in them the linker gets as
 * addresses (not on Windows). */
#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkgimg/runtime.h"

enum { IMAGES = 8 };

struct host {
	const char *clang, *scratch;
	struct {
		const struct pkgimg_image *image;
		void *library; /* NULL: it could not be compiled */
	} compiled[IMAGES];
	int ncompiled, asked;
};

#ifdef _WIN32
#define SUFFIX ".dll"
static void *load(const char *path)
{
	return (void *)LoadLibraryA(path);
}
static void *find(void *library, const char *symbol)
{
	return (void *)(uintptr_t)GetProcAddress(library, symbol);
}
#else
#define SUFFIX ".so"
static void *load(const char *path)
{
	return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}
static void *find(void *library, const char *symbol)
{
	return dlsym(library, symbol);
}
#endif

/* for the linker: the undefined symbols of the bitcode, compiled by now; false: one is not to be
 * had
 */
static int define_imports(const struct pkgimg_image *image, char *command, size_t size)
{
	struct pkgimg_import n;

	for (uint32_t i = 0; !pkgimg_import_at(image, i, &n); i++) {
		void *address = pkgimg_import_address(image, i);
		size_t at = strlen(command);

		if (!address)
			return 0;
		snprintf(command + at, size - at, " -Wl,--defsym='%s'=0x%llx", n.symbol,
			(unsigned long long)(uintptr_t)address);
	}
	return strlen(command) + 1 < size;
}

/* the first image's code has the plain name, for compilers that come from elsewhere */
static void *compile_all(struct host *h, const struct pkgimg_image *image)
{
	struct pkgimg_bitcode code;
	char path[600], command[4000];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s%scode.bc", h->scratch,
		h->ncompiled > 1 ? pkgimg_name(image) : "", h->ncompiled > 1 ? "-" : "");
	f = fopen(path, "wb");
	if (!f || pkgimg_bitcode_at(image, 0, &code))
		return NULL;
	fwrite(code.data, 1, (size_t)code.size, f);
	fclose(f);
	snprintf(command, sizeof(command),
		"'%s' -w -O1 -fPIC -shared -nostdlib '%s' -o '%s" SUFFIX "'", h->clang, path, path);
	if (!define_imports(image, command, sizeof(command)))
		return NULL;
	printf("  the compiler is started\n");
	fflush(stdout);
	strcat(path, SUFFIX);
	return strcmp(h->clang, "-") && system(command) ? NULL : load(path);
}

static void *compile(void *ctx, const struct pkgimg_image *image, const char *symbol)
{
	struct host *h = ctx;
	int i = 0;

	h->asked++;
	printf("  compile %s\n", symbol);
	while (i < h->ncompiled && h->compiled[i].image != image)
		i++;
	if (i == IMAGES)
		return NULL;
	if (i == h->ncompiled) {
		h->compiled[h->ncompiled++].image = image;
		h->compiled[i].library = compile_all(h, image);
	}
	return h->compiled[i].library ? find(h->compiled[i].library, symbol) : NULL;
}

static void call(const struct pkgimg_image *image, const char *name)
{
	struct pkgimg_method m;
	struct pkgimg_error e;
	int (*f)(void);

	printf("%s:\n", name);
	if (pkgimg_find(image, name, NULL, &m, &e) || !m.address) {
		printf("  no code\n");
		return;
	}
	memcpy(&f, &m.address, sizeof(f));
	printf("  %d\n", f());
}

static void say_global(const struct pkgimg_image *image, const char *name)
{
	struct pkgimg_global g;

	printf("%s:\n", name);
	if (!pkgimg_find_global(image, name, &g, NULL) && g.address)
		printf("  %d\n", *(int *)g.address);
}

/* methods whose code is there already */
static int count_compiled(const struct pkgimg_image *image)
{
	int n = 0;

	for (uint32_t i = 0; i < pkgimg_method_count(image); i++) {
		struct pkgimg_method m;

		n += !pkgimg_method_at(image, i, &m) && m.address;
	}
	return n;
}

int main(int argc, char **argv)
{
	struct host h = { 0 };
	struct pkgimg_host host = { .size = sizeof(host), .ctx = &h, .compile = compile };
	struct pkgimg_options o = { .size = sizeof(o) };
	struct pkgimg_image *image;
	struct pkgimg_error e;

	if (argc != 4 && argc != 5)
		return 2;
	h.clang = argv[2], h.scratch = argv[3];
	if (pkgimg_world_new(&host, (const char *const *)argv + 4, (size_t)argc - 4, &o.world))
		return 1;
	if (pkgimg_open(argv[1], &o, &image, &e))
		return printf("code %d: %s\n", e.code, e.text), 1;
	printf("open: asked %d times, %d of %u methods compiled\n", h.asked, count_compiled(image),
		(unsigned)pkgimg_method_count(image));
	call(image, "first"), call(image, "count"), call(image, "first"), call(image, "count");
	say_global(image, "calls"), say_global(image, "calls");
	printf("end: asked %d times, %d of %u methods compiled\n", h.asked, count_compiled(image),
		(unsigned)pkgimg_method_count(image));
	pkgimg_world_free(o.world);
	return 0;
}
