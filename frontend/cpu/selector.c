#include "frontend/cpu/selector.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "image/image.h"
#include "llvm/shim.h"

/* kind "select": "select-x86_64-linux.ll": the second and third word of the ABI text, and 64 bits
 * throughout but for i386; NULL where there is none */
static const char *part_path(struct arena *a, const char *kind, const char *triple)
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
	path = str_fmt(a, "%s/stubs/%s-%s-%s.ll", file_data_dir(a), kind, cpu, system);
	return access(path, R_OK) ? NULL : path;
}

bool selector_exists(struct arena *a, const char *triple)
{
	return part_path(a, "select", triple) != NULL;
}

static int part_make(struct arena *a, struct diags *d, const struct target *t, const char *path,
	const void **object, size_t *size)
{
	char *text;
	void *bytes;
	size_t n;

	if (file_read(a, d, t->at, "selector", path, 1 << 20, &text, &n) ||
		ll_compile_ir(d, path_base(path), text, t->triple.normal,
			t->platform->cpu_target.text, &bytes, size))
		return -1;
	*object = memcpy(arena_alloc(a, *size, 16), bytes, *size);
	free(bytes);
	return 0;
}

int selector_make(
	struct arena *a, struct diags *d, const struct target *t, const void **object, size_t *size)
{
	const char *path = part_path(a, "select", t->triple.normal);

	if (!path)
		return diag_err(d, t->at,
			"an image for %s cannot choose between CPUs itself in this version, and "
			"this one must, for native exports or for code that runs before a loader "
			"could; give one CPU target",
			t->triple.normal);
	return part_make(a, d, t, path, object, size);
}

bool cpu_query_is(const char *symbol)
{
	static const char *const names[] = { "__cpu_model", "__cpu_features2",
		"__cpu_indicator_init", "__aarch64_cpu_features", "__init_cpu_features",
		"__init_cpu_features_resolver" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq(symbol, names[i]) || (*symbol == '_' && str_eq(symbol + 1, names[i])))
			return true;
	}
	return false;
}

int cpu_query_make(
	struct arena *a, struct diags *d, const struct target *t, const void **object, size_t *size)
{
	const char *path = part_path(a, "query", t->triple.normal);

	*object = NULL;
	return path ? part_make(a, d, t, path, object, size) : 0;
}
