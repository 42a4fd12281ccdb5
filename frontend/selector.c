#include "frontend/selector.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "image/image.h"
#include "llvm/shim.h"

/* "select-x86_64-linux.ll": the second and third word of the ABI text, and 64 bits throughout but
 * for i386; NULL where there is none */
static const char *selector_path(struct arena *a, const char *triple)
{
	char abi[128];
	char *words = abi, *cpu, *system, *path;

	if (!img_abi_text(triple, abi, sizeof(abi)))
		return NULL;
	if (!str_ends(abi, " 64") && !str_starts(abi, "1 i386 "))
		return NULL;
	strsep(&words, " ");
	cpu = strsep(&words, " ");
	system = strsep(&words, " ");
	path = str_fmt(a, "%s/stubs/select-%s-%s.ll", file_data_dir(a), cpu, system);
	return access(path, R_OK) ? NULL : path;
}

bool selector_exists(struct arena *a, const char *triple)
{
	return selector_path(a, triple) != NULL;
}

int selector_make(
	struct arena *a, struct diags *d, const struct target *t, const void **object, size_t *size)
{
	const char *path = selector_path(a, t->triple.normal);
	char *text;
	void *bytes;
	size_t n;

	if (!path)
		return diag_err(d, t->at,
			"an image for %s cannot choose between CPUs itself in this version, and "
			"this one must, for native exports or for code that runs before a loader "
			"could; give one CPU target",
			t->triple.normal);
	if (file_read(a, d, t->at, "selector", path, 1 << 20, &text, &n) ||
		ll_compile_ir(d, path_base(path), text, t->triple.normal,
			t->platform->cpu_target.text, &bytes, size))
		return -1;
	*object = memcpy(arena_alloc(a, *size, 16), bytes, *size);
	free(bytes);
	return 0;
}
