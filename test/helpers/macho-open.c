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

static char system_library;
static unsigned references;

static void load_file(const char *path)
{
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

	if (!strncmp(path, "/usr/lib/libSystem.", 19))
		return &system_library;
	if (!end || (flags & RTLD_NOLOAD && !references))
		return NULL;
	if (!references++)
		load_file(path);
	return &m;
}

void *macho_dlsym(void *handle, const char *name)
{
	char symbol[64];

	snprintf(symbol, sizeof(symbol), "_%s", name);
	return handle == &m ? find_export(symbol) : dlsym(RTLD_DEFAULT, name);
}

int macho_dlclose(void *handle)
{
	uint64_t end = 0;

	if (handle != &m || --references)
		return 0;
	while (nexits) {
		nexits--;
		exits[nexits].function(exits[nexits].argument);
	}
	for (unsigned i = 0; i < m.nsegments; i++)
		if (m.segments[i].vaddr + m.segments[i].memsz > end)
			end = m.segments[i].vaddr + m.segments[i].memsz;
	munmap(m.slide, end);
	free(m.tls);
	free(m.file);
	memset(&m, 0, sizeof(m));
	return 0;
}

char *macho_dlerror(void)
{
	static char text[] = "not found";

	return text;
}

uint32_t _dyld_image_count(void)
{
	return 1 + !!references;
}

/* the file's name and the begin of the library are all that is wanted */
int macho_dladdr(const void *address, void *out)
{
	Dl_info *info = out;

	if (!references || (const uint8_t *)address < m.slide)
		return 0;
	memset(info, 0, sizeof(*info));
	info->dli_fbase = m.slide;
	return 1;
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

static int open_once(const char *path, const char *name, int number)
{
	struct pkgimg_options o = { .size = sizeof(o),
		.flags = PKGIMG_VERIFY | PKGIMG_ALLOW_FOREIGN };
	struct pkgimg_image *image;
	struct pkgimg_method f;
	struct pkgimg_error e;

	if (pkgimg_open(path, &o, &image, &e) || pkgimg_find(image, name, "int (int)", &f, &e)) {
		printf("code %d: %s\n", e.code, e.text);
		return 1;
	}
	printf("%s: %d\n", name, ((int (*)(int))f.address)(number));
	print_slots(image);
	pkgimg_close(image);
	printf("closed, %u references\n", references);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	setvbuf(stdout, NULL, _IONBF, 0);
	return open_once(argv[1], argv[2], atoi(argv[3])) ||
	       open_once(argv[1], argv[2], atoi(argv[3]) + 1);
}
