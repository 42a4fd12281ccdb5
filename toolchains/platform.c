/* Platform files: found by name, read by table, inherited by filling the same struct again. */
#include "toolchains/platform.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

enum { DEEPEST_CHAIN = 16 };

static const char *const family_names[FAMILIES + 1] = { "elf", "mingw", "darwin", "wasm", "freebsd",
	"netbsd", "openbsd", "dragonfly", NULL };
static const char *const crt_names[CRT_KINDS] = { "executable", "pie", "static", "static-pie",
	"shared", "static-shared" };
static const char *const runtime_names[RT_KINDS] = { "c", "c++", "static", "shared", "no-unwinder",
	"shared-library", "profile", "static-profile" };
static const char *const var_names[PLATFORM_VARS] = {
	[VAR_SYSROOT] = "sysroot",
	[VAR_ARCH] = "arch",
	[VAR_TRIPLE] = "triple",
	[VAR_MULTIARCH] = "multiarch",
	[VAR_OSLIB] = "oslib",
	[VAR_GCC] = "gcc",
	[VAR_GCC_IN_SYSROOT] = "gcc-in-sysroot",
	[VAR_GCC_TRIPLE] = "gcc-triple",
	[VAR_DATA] = "data",
	[VAR_LLVM] = "llvm",
	[VAR_BUILTINS] = "builtins",
	[VAR_ARCH_WORD] = "arch-word",
	[VAR_ABI] = "abi",
	[VAR_GCC_SUFFIX] = "gcc-suffix",
	[VAR_GCC_OS_SUFFIX] = "gcc-os-suffix",
	[VAR_GCC_UP] = "gcc-up",
	[VAR_API] = "api",
	[VAR_TARGET_RUNTIMES] = "target-runtimes",
	[VAR_TARGET] = "target",
	[VAR_TARGET_ARCH] = "target-arch",
	[VAR_MINGW] = "mingw",
	[VAR_MINGW_NAME] = "mingw-name",
	[VAR_MINGW_ROOT] = "mingw-root",
	[VAR_USR_OSLIB] = "usr-oslib",
	[VAR_OS_ENV] = "os-env",
	[VAR_LLVM_VERSION] = "llvm-version",
	[VAR_LLVM_MAJOR] = "llvm-major",
};

/* What a file says that is no fact of the struct itself */
struct platform_file {
	struct platform *p;
	uint64_t schema;
	struct fact inherits;
	struct yml_node *start_files, *runtime, *unwind_libgcc, *unwind_libunwind, *image;
	struct yml_node *darwin, *windows;
};

#define P(member)         offsetof(struct platform, member)
#define F(member)         offsetof(struct platform_file, member)
#define FACT(key, member) { key, YML_T_STR, YML_OPTIONAL, P(member.text), P(member.at), NULL, 0 }
#define STRS(key, member) { key, YML_T_STRS, YML_OPTIONAL, P(member), YML_NO_AT, NULL, 0 }

/* keys at the top; those of struct platform_file are read by file_fields */
static const struct yml_field platform_fields[] = {
	FACT("description", description),
	{ "family", YML_T_ENUM, YML_OPTIONAL, P(family), YML_NO_AT, family_names, 0 },
	{ "abstract", YML_T_BOOL, YML_OPTIONAL, P(abstract), YML_NO_AT, NULL, 0 },
	FACT("triple", triple),
	FACT("arch", arch),
	FACT("emulation", emulation),
	FACT("dynamic-linker", dynamic_linker),
	FACT("hash-style", hash_style),
	{ "pie", YML_T_BOOL, YML_OPTIONAL, P(pie), P(pie_at), NULL, 0 },
	FACT("output", output),
	FACT("multiarch", multiarch),
	FACT("oslib", oslib),
	FACT("profile-crt1", profile_crt1),
	FACT("cpu-target", cpu_target),
	FACT("runtime-os", runtime_os),
	FACT("runtime-arch", runtime_arch),
	STRS("resource-dirs", resource_dirs),
	FACT("rtlib", rtlib),
	FACT("unwindlib", unwindlib),
	FACT("stdlib", stdlib),
	FACT("lto-cpu", lto_cpu),
	FACT("lto-cpu-option", lto_cpu_option),
	{ "emulated-tls", YML_T_BOOL, YML_OPTIONAL, P(emulated_tls), YML_NO_AT, NULL, 0 },
	{ "sanitizers-shared", YML_T_BOOL, YML_OPTIONAL, P(sanitizers_shared), YML_NO_AT, NULL, 0 },
	STRS("sanitizers", sanitizers),
	STRS("arch-sanitizers", arch_sanitizers),
	STRS("sanitizer-libraries", sanitizer_libraries),
	STRS("xray-libraries", xray_libraries),
	STRS("xray-archs", xray_archs),
	STRS("openmp-libraries", openmp_libraries),
	STRS("link-options", link_options),
	STRS("library-dirs", library_dirs),
	STRS("gcc-triples", gcc_triples),
	STRS("gcc-lib-dirs", gcc_lib_dirs),
	STRS("gcc-biarch-triples", gcc_biarch_triples),
	STRS("gcc-biarch-lib-dirs", gcc_biarch_lib_dirs),
	FACT("gcc-biarch-arch", gcc_biarch_arch),
	STRS("gcc-multilib", gcc_multilib),
	{ "gcc-either-width", YML_T_BOOL, YML_OPTIONAL, P(gcc_either_width), YML_NO_AT, NULL, 0 },
	{ "gcc-any", YML_T_BOOL, YML_OPTIONAL, P(gcc_any), YML_NO_AT, NULL, 0 },
	STRS("arch-options", arch_options),
	STRS("emulation-options", emulation_options),
	FACT("hard-float-linker", hard_float_linker),
	FACT("soft-float-linker", soft_float_linker),
	FACT("abi", abi),
	FACT("effective-arch", effective_arch),
	{ "big-endian", YML_T_BOOL, YML_OPTIONAL, P(big_endian), YML_NO_AT, NULL, 0 },
	FACT("other-emulation", other_emulation),
	STRS("other-arch-options", other_arch_options),
	{ "sysroot-twice", YML_T_BOOL, YML_OPTIONAL, P(sysroot_twice), YML_NO_AT, NULL, 0 },
	FACT("hwasan-linker", hwasan_linker),
	STRS("arch-libraries", arch_libraries),
	STRS("c-libraries", c_libraries),
	STRS("c++-libraries", cxx_libraries),
	STRS("libc++-libraries", libcxx_libraries),
	STRS("libc++-experimental", libcxx_experimental),
	{ "page-size", YML_T_UINT, YML_OPTIONAL, P(page_size), P(page_size_at), NULL, 1 << 20 },
	FACT("no-relax", no_relax),
	FACT("entry", entry),
	FACT("rpath", rpath),
	FACT("compat-library-dir", compat_library_dir),
	FACT("profile-suffix", profile_suffix),
	{ "profile-suffix-before", YML_T_UINT, YML_OPTIONAL, P(profile_suffix_before), YML_NO_AT,
		NULL, 1 << 20 },
	STRS("dynamic-options", dynamic_options),
	STRS("libc++-abi", libcxx_abi),
	STRS("thread-libraries", thread_libraries),
	STRS("lto-library-dirs", lto_library_dirs),
	STRS("reactor-start-files", reactor_start_files),
	STRS("command-start-files", command_start_files),
	FACT("reactor-entry", reactor_entry),
	FACT("default-sysroot", default_sysroot),
	{ NULL, 0, 0, 0, 0, NULL, 0 },
};
static const struct yml_field file_fields[] = {
	{ "schema", YML_T_UINT, YML_REQUIRED, F(schema), YML_NO_AT, NULL, 1 },
	{ "inherits", YML_T_STR, YML_OPTIONAL, F(inherits.text), F(inherits.at), NULL, 0 },
	{ "start-files", YML_T_MAP, YML_OPTIONAL, F(start_files), YML_NO_AT, NULL, 0 },
	{ "runtime", YML_T_MAP, YML_OPTIONAL, F(runtime), YML_NO_AT, NULL, 0 },
	{ "unwind-libgcc", YML_T_MAP, YML_OPTIONAL, F(unwind_libgcc), YML_NO_AT, NULL, 0 },
	{ "unwind-libunwind", YML_T_MAP, YML_OPTIONAL, F(unwind_libunwind), YML_NO_AT, NULL, 0 },
	{ "image", YML_T_MAP, YML_OPTIONAL, F(image), YML_NO_AT, NULL, 0 },
	{ "darwin", YML_T_MAP, YML_OPTIONAL, F(darwin), YML_NO_AT, NULL, 0 },
	{ "windows", YML_T_MAP, YML_OPTIONAL, F(windows), YML_NO_AT, NULL, 0 },
	{ NULL, 0, 0, 0, 0, NULL, 0 },
};
static const struct yml_field image_fields[] = {
	FACT("stubs", image_stubs),
	FACT("start", image_start),
	STRS("library", image_library),
	FACT("start-object", image_start_object),
	FACT("suffix", image_suffix),
	STRS("options", image_options),
	STRS("needs", image_needs),
	STRS("heap-range", image_heap_range),
	{ NULL, 0, 0, 0, 0, NULL, 0 },
};
static const char *const darwin_os_names[DARWIN_SYSTEMS + 1] = { "macos", "ios", "tvos", "watchos",
	"driverkit", "xros", NULL };
static const char *const darwin_env_names[DARWIN_ENVS + 1] = { "device", "simulator", "catalyst",
	NULL };
static const struct yml_field darwin_fields[] = {
	{ "os", YML_T_ENUM, YML_OPTIONAL, P(darwin.os), YML_NO_AT, darwin_os_names, 0 },
	{ "environment", YML_T_ENUM, YML_OPTIONAL, P(darwin.env), YML_NO_AT, darwin_env_names, 0 },
	FACT("platform-version", darwin.platform_version),
	FACT("runtime", darwin.runtime),
	FACT("kext-runtime", darwin.kext_runtime),
	FACT("arclite", darwin.arclite),
	FACT("arc-since", darwin.arc_since),
	FACT("subscripting-since", darwin.subscripting_since),
	FACT("arm64-since", darwin.arm64_since),
	STRS("start-program", darwin.start_program),
	STRS("start-dylib", darwin.start_dylib),
	STRS("start-bundle", darwin.start_bundle),
	STRS("start-profile", darwin.start_profile),
	{ NULL, 0, 0, 0, 0, NULL, 0 },
};
static const struct yml_field windows_fields[] = {
	FACT("dll-entry", dll_entry),
	FACT("seh-interceptor", seh_interceptor),
	FACT("unicode-crt1", unicode_crt1),
	STRS("first-libraries", first_libraries),
	STRS("crt-libraries", crt_libraries),
	STRS("other-crts", other_crts),
	STRS("system-libraries", sys_libraries),
	STRS("gui-libraries", gui_libraries),
	{ NULL, 0, 0, 0, 0, NULL, 0 },
};
static const struct yml_field crt_fields[] = {
	{ "begin", YML_T_STRS, YML_OPTIONAL, offsetof(struct crt_files, begin), YML_NO_AT, NULL,
		0 },
	{ "end", YML_T_STRS, YML_OPTIONAL, offsetof(struct crt_files, end), YML_NO_AT, NULL, 0 },
	{ NULL, 0, 0, 0, 0, NULL, 0 },
};

/* ---- reading one file */

/* A mapping from names[] to lists of words (and, for crt, to begin/end): which row is a key? */
static size_t name_index(struct diags *d, const struct yml_node *key, const char *const *names,
	size_t n, const char *what)
{
	size_t i;

	for (i = 0; i < n && !str_eq(names[i], key->text); i++)
		;
	if (i == n) {
		const char *near = str_nearest(key->text, names, n);

		diag_err(d, key->at, "unknown key '%s' in %s%s%s%s", key->text, what,
			near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	}
	return i;
}

static void read_start_files(struct arena *a, struct diags *d, struct platform_file *f)
{
	yml_each (i, f->start_files) {
		struct yml_node *key = f->start_files->keys[i], *v = f->start_files->items[i];
		size_t k = name_index(d, key, crt_names, CRT_KINDS, "'start-files'");

		if (k == CRT_KINDS)
			continue;
		if (v->kind != YML_MAP)
			diag_err(d, v->at, "'%s' wants a mapping of 'begin' and 'end', got %s",
				key->text, yml_kind_name(v));
		else
			yml_fill(a, d, v, "start files", crt_fields, &f->p->crt[k]);
	}
}

/* a mapping from runtime_names[] to lists, into the array at `offset` of the platform */
static void read_runtime(struct arena *a, struct diags *d, struct platform *p, const char *what,
	const struct yml_node *node, size_t offset)
{
	struct yml_field row[RT_KINDS + 1] = { 0 };

	for (size_t k = 0; k < RT_KINDS; k++)
		row[k] = (struct yml_field) { runtime_names[k], YML_T_STRS, YML_OPTIONAL,
			offset + k * sizeof(struct yml_strs), YML_NO_AT, NULL, 0 };
	if (node)
		yml_fill(a, d, node, what, row, p);
}

/* every ${name} of a fact must be one of ours */
static void check_vars(struct diags *d, const char *text, struct loc at)
{
	for (const char *s = text; (s = strstr(s, "${")); s++) {
		const char *end = strchr(s, '}');
		size_t k;

		if (!end) {
			diag_err(d, at, "'%s' opens '${' and does not close it; add '}'", text);
			return;
		}
		for (k = 0; k < PLATFORM_VARS; k++)
			if (strlen(var_names[k]) == (size_t)(end - s - 2) &&
				!strncmp(var_names[k], s + 2, strlen(var_names[k])))
				break;
		if (k == PLATFORM_VARS)
			diag_err(d, at, "unknown variable '%.*s'; platforms/SCHEMA.md lists them",
				(int)(end - s + 1), s);
	}
}

static void check_node_vars(struct diags *d, const struct yml_node *n)
{
	if (n->kind == YML_SCALAR)
		check_vars(d, n->text, n->at);
	yml_each (i, n)
		check_node_vars(d, n->items[i]);
}

/* The top mapping in two parts: yml_fill reports unknown keys, so each table gets only its own. */
static struct yml_node *part(
	struct arena *a, const struct yml_node *top, const struct yml_field *others)
{
	struct yml_node *m = arena_new(a, struct yml_node);

	*m = *top;
	m->n = 0;
	m->keys = arena_array(a, struct yml_node *, top->n);
	m->items = arena_array(a, struct yml_node *, top->n);
	yml_each (i, top) {
		const struct yml_field *o;

		for (o = others; o->key && !str_eq(o->key, top->keys[i]->text); o++)
			;
		if (o->key)
			continue;
		m->keys[m->n] = top->keys[i];
		m->items[m->n++] = top->items[i];
	}
	return m;
}

struct load {
	struct arena *a;
	struct diags *d;
	struct kept *kept;
	const char *chain[DEEPEST_CHAIN + 1]; /* files being read, the asked one first */
	size_t n;
	bool elsewhere; /* one of them does not lie beside the file that inherits from it */
};

static int load_file(struct load *l, struct loc asked, const char *path, struct platform *p);
static const char *find_file(struct arena *a, const char *name);

static int load_parent(
	struct load *l, const struct fact *inherits, const char *from, struct platform *p)
{
	const char *path =
		path_join(l->a, path_dir(l->a, from), str_fmt(l->a, "%s.yaml", inherits->text));

	if (!file_exists(path)) {
		path = find_file(l->a, inherits->text);
		l->elsewhere = true;
	}
	if (!path)
		return diag_err(l->d, inherits->at,
			"inherits from '%s', which is no platform; `pkgimg platforms` lists them",
			inherits->text);
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->chain[i], path))
			return diag_err(l->d, inherits->at,
				"inherits from '%s', which inherits from this file: a cycle", path);
	if (l->n == DEEPEST_CHAIN)
		return diag_err(
			l->d, inherits->at, "more than %d files inherit in a row", DEEPEST_CHAIN);
	return load_file(l, inherits->at, path, p);
}

static int load_file(struct load *l, struct loc asked, const char *path, struct platform *p)
{
	struct platform_file f = { .p = p };
	unsigned before = l->d->errors;
	const struct yml_node *top =
		yml_kept_read(l->kept, l->a, l->d, asked, "platform file", path);

	if (!top)
		return -1;
	l->chain[l->n++] = path;
	check_node_vars(l->d, top);
	yml_fill(l->a, l->d, part(l->a, top, platform_fields), "a platform", file_fields, &f);
	if (f.inherits.text && load_parent(l, &f.inherits, path, p))
		return -1;
	p->abstract = false; /* said by each file for itself */
	p->at = top->at;
	yml_fill(l->a, l->d, part(l->a, top, file_fields), "a platform", platform_fields, p);
	if (f.start_files)
		read_start_files(l->a, l->d, &f);
	read_runtime(l->a, l->d, p, "'runtime'", f.runtime, P(runtime));
	read_runtime(l->a, l->d, p, "'unwind-libgcc'", f.unwind_libgcc, P(unwind_libgcc));
	read_runtime(l->a, l->d, p, "'unwind-libunwind'", f.unwind_libunwind, P(unwind_libunwind));
	if (f.image)
		yml_fill(l->a, l->d, f.image, "'image'", image_fields, p);
	if (f.darwin)
		yml_fill(l->a, l->d, f.darwin, "'darwin'", darwin_fields, p);
	if (f.windows)
		yml_fill(l->a, l->d, f.windows, "'windows'", windows_fields, p);
	return l->d->errors == before ? 0 : -1;
}

/* ---- finding */

/* the folders that hold platforms, nearest first; the program's own is last */
static size_t platform_dirs(struct arena *a, const char **dirs, size_t cap)
{
	const char *env = getenv("PKGIMG_PLATFORM_PATH");
	size_t n = 0;

	while (env && *env && n < cap - 1) {
		size_t len = strcspn(env, ":");

		if (len)
			dirs[n++] = str_ndup(a, env, len);
		env += len + (env[len] == ':');
	}
	dirs[n++] = path_join(a, file_data_dir(a), "platforms");
	return n;
}

enum { MOST_DIRS = 32 };

static const char *find_file(struct arena *a, const char *name)
{
	const char *dirs[MOST_DIRS];
	size_t n = platform_dirs(a, dirs, MOST_DIRS);

	if (strchr(name, '/') || str_ends(name, ".yaml"))
		return name;
	for (size_t i = 0; i < n; i++) {
		const char *path = path_join(a, dirs[i], str_fmt(a, "%s.yaml", name));

		if (file_exists(path))
			return path;
	}
	return NULL;
}

static const char *name_of(struct arena *a, const char *path)
{
	const char *base = path_base(path);
	size_t n = strlen(base);

	return str_ends(base, ".yaml") ? str_ndup(a, base, n - 5) : base;
}

static int report_unknown(struct arena *a, struct diags *d, struct loc asked, const char *name)
{
	const char *const *names;
	const char *near;
	size_t n;

	platform_names(a, &names, &n);
	near = str_nearest(name, names, n);
	if (near)
		return diag_err(
			d, asked, "there is no platform '%s'; did you mean '%s'?", name, near);
	return diag_err(d, asked,
		"there is no platform '%s'; `pkgimg platforms` lists those there are", name);
}

/* what every platform must have said by now, itself or a parent */
static void check_complete(struct diags *d, const struct platform *p)
{
	const struct {
		const char *key, *text;
	} wanted[] = {
		{ "triple", p->triple.text },
		{ "arch", p->arch.text },
		{ "emulation", p->family == FAMILY_ELF || p->family == FAMILY_MINGW
				       ? p->emulation.text
				       : "" },
		{ "output", p->output.text },
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!wanted[i].text)
			diag_err(d, p->at,
				"key '%s' is missing in the platform and what it inherits",
				wanted[i].key);
	if (p->page_size & (p->page_size - 1))
		diag_err(d, p->page_size_at, "'page-size' wants a power of two, got %llu",
			(unsigned long long)p->page_size);
}

static const struct platform *load(
	struct load *l, struct loc asked, const char *path, const char *name)
{
	struct platform *p = arena_new(l->a, struct platform);
	struct diags *d = l->d;
	unsigned before = d->errors;

	p->family = -1;
	if (load_file(l, asked, path, p))
		return NULL;
	p->path = path;
	p->name = name_of(l->a, path);
	p->chain = arena_grow(l->a, l->chain, l->n * sizeof(char *), (l->n + 1) * sizeof(char *),
		_Alignof(char *));
	if (p->family < 0)
		diag_err(d, p->at, "key 'family' is missing in the platform and what it inherits");
	if (p->abstract)
		diag_err(d, asked,
			"'%s' is only there to be inherited from; choose one that inherits from it",
			name);
	else
		check_complete(d, p);
	return d->errors == before ? p : NULL;
}

/* A platform as it was read earlier. Each of its files lies beside the one that inherits from it,
 * which is where they are looked for first: while they are as they were, it is what it was. */
struct kept_platform {
	const struct platform *p;
	struct stat states[DEEPEST_CHAIN + 1]; /* of p->chain */
};

static const char kept_kind[] = "platform";

static const struct platform *find_kept(const struct kept *kept, const char *path)
{
	const struct kept_platform *k;
	struct stat now;

	if (!kept_can(kept, path, &now))
		return NULL;
	k = kept_find(kept, kept_kind, path, &now);
	for (size_t i = 1; k && k->p->chain[i]; i++)
		if (!kept_can(kept, k->p->chain[i], &now) || !kept_is_same(&now, &k->states[i]))
			return NULL;
	return k ? k->p : NULL;
}

static void keep(struct kept *kept, const struct load *l, const struct platform *p)
{
	struct kept_platform *k = arena_new(&kept->mem, struct kept_platform);

	k->p = p;
	for (size_t i = 0; i < l->n; i++)
		if (!kept_can(kept, l->chain[i], &k->states[i]))
			return;
	kept_add(kept, kept_kind, p->path, &k->states[0], k);
}

const struct platform *platform_load(struct arena *a, struct diags *d, struct kept *kept,
	struct loc asked, const char *name, bool quiet)
{
	struct load l = { .a = kept ? &kept->mem : a, .d = d, .kept = kept };
	const char *path = find_file(a, name);
	const struct platform *p;

	if (!path) {
		if (!quiet)
			report_unknown(a, d, asked, name);
		return NULL;
	}
	p = kept ? find_kept(kept, path) : NULL;
	if (p)
		return p;
	p = load(&l, asked, str_dup(l.a, path), name);
	if (p && kept && !l.elsewhere)
		keep(kept, &l, p);
	return p;
}

/* ---- listing */

/* the plain value of a key at the top of a file, or NULL: enough for a list of some hundred files,
 * which need not be read as YAML for it */
static const char *glance_at(struct arena *a, const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *s = text; s; s = strchr(s, '\n') ? strchr(s, '\n') + 1 : NULL)
		if (!strncmp(s, key, n) && s[n] == ':' && s[n + 1] == ' ')
			return str_ndup(a, s + n + 2, strcspn(s + n + 2, "\n"));
	return NULL;
}

/* Keys that a list shows stand in the first lines: one read of a file is enough.
 * returns false for what is only inherited from, and for what cannot be read */
static bool glance(struct arena *a, const char *path, struct platform_row *out)
{
	char text[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	const char *abstract;

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return false;
	text[n] = '\0';
	abstract = glance_at(a, text, "abstract");
	out->name = name_of(a, path);
	out->path = path;
	out->triple = glance_at(a, text, "triple");
	out->description = glance_at(a, text, "description");
	return !abstract || !str_eq(abstract, "true");
}

static int by_name(const void *a, const void *b)
{
	const struct platform_row *x = a, *y = b;

	return strcmp(x->name, y->name);
}

size_t platform_list(struct arena *a, const struct platform_row **out)
{
	const char *dirs[MOST_DIRS];
	size_t ndirs = platform_dirs(a, dirs, MOST_DIRS), n = 0, cap = 0, kept = 0;
	struct platform_row *v = NULL, row;

	for (size_t i = 0; i < ndirs; i++) {
		DIR *dir = opendir(dirs[i]);

		for (struct dirent *e; dir && (e = readdir(dir));) {
			if (!str_ends(e->d_name, ".yaml") ||
				!glance(a, path_join(a, dirs[i], e->d_name), &row))
				continue;
			arena_push_room(a, v, n, cap);
			v[n++] = row;
		}
		if (dir)
			closedir(dir);
	}
	if (n)
		qsort(v, n, sizeof(*v), by_name);
	for (size_t i = 0; i < n; i++)
		if (!kept || !str_eq(v[kept - 1].name, v[i].name))
			v[kept++] = v[i];
	*out = v;
	return kept;
}

void platform_names(struct arena *a, const char *const **names, size_t *n)
{
	const struct platform_row *rows;
	const char **v;

	*n = platform_list(a, &rows);
	v = arena_array(a, const char *, *n);
	for (size_t i = 0; i < *n; i++)
		v[i] = rows[i].name;
	*names = v;
}

/* ---- variables */

const char *platform_subst(struct arena *a, const struct platform_vars *vars, const char *text)
{
	struct strbuf b = { .mem = a };

	for (const char *s = text; *s;) {
		const char *open = strstr(s, "${"), *end;

		if (!open) {
			strbuf_puts(&b, s);
			break;
		}
		strbuf_add(&b, s, (size_t)(open - s));
		end = strchr(open, '}');
		for (size_t k = 0; k < PLATFORM_VARS; k++) {
			if (strlen(var_names[k]) != (size_t)(end - open - 2) ||
				strncmp(var_names[k], open + 2, strlen(var_names[k])))
				continue;
			if (!vars->v[k])
				return NULL;
			strbuf_puts(&b, vars->v[k]);
		}
		s = end + 1;
	}
	return strbuf_text(&b);
}

/* ---- printing: the tables again, as YAML */

static void print_place(FILE *out, struct loc at)
{
	char buf[4096];

	if (at.file)
		fprintf(out, "  # %s", loc_text(at, buf, sizeof(buf)));
	fputc('\n', out);
}

static void print_strs(FILE *out, const char *key, const struct yml_strs *s, int indent)
{
	if (!s->n)
		return;
	fprintf(out, "%*s%s:\n", indent, "", key);
	for (size_t i = 0; i < s->n; i++) {
		fprintf(out, "%*s- \"%s\"", indent + 2, "", s->v[i]);
		print_place(out, s->at[i]);
	}
}

static void print_field(FILE *out, const struct yml_field *f, const void *from, int indent)
{
	const char *at = (const char *)from + f->offset;
	struct loc place = { 0 };

	if (f->at_offset != YML_NO_AT)
		place = *(const struct loc *)(const void *)((const char *)from + f->at_offset);
	if (f->type == YML_T_STRS) {
		print_strs(out, f->key, (const void *)at, indent);
		return;
	}
	if (f->type == YML_T_STR && *(const char *const *)(const void *)at)
		fprintf(out, "%*s%s: \"%s\"", indent, "", f->key,
			*(const char *const *)(const void *)at);
	else if (f->type == YML_T_ENUM)
		fprintf(out, "%*s%s: %s", indent, "", f->key,
			f->names[*(const int *)(const void *)at]);
	else if (f->type == YML_T_BOOL && *(const bool *)at)
		fprintf(out, "%*s%s: true", indent, "", f->key);
	else if (f->type == YML_T_UINT && *(const uint64_t *)(const void *)at)
		fprintf(out, "%*s%s: %llu", indent, "", f->key,
			(unsigned long long)*(const uint64_t *)(const void *)at);
	else
		return;
	print_place(out, place);
}

static void print_runtime(FILE *out, const char *key, const struct yml_strs *kinds)
{
	fprintf(out, "%s:\n", key);
	for (size_t k = 0; k < RT_KINDS; k++)
		print_strs(out, runtime_names[k], &kinds[k], 2);
}

static void print_section(
	FILE *out, const char *key, const struct yml_field *fields, const struct platform *p)
{
	fprintf(out, "%s:\n", key);
	for (const struct yml_field *f = fields; f->key; f++)
		print_field(out, f, p, 2);
}

void platform_print(const struct platform *p, FILE *out)
{
	fprintf(out, "# %s, in effect:", p->name);
	for (size_t i = 0; p->chain[i]; i++)
		fprintf(out, "%s %s", i ? " <-" : "", p->chain[i]);
	fprintf(out, "\nschema: 1\n");
	for (const struct yml_field *f = platform_fields; f->key; f++)
		print_field(out, f, p, 0);
	fprintf(out, "start-files:\n");
	for (size_t k = 0; k < CRT_KINDS; k++) {
		if (!p->crt[k].begin.n && !p->crt[k].end.n)
			continue;
		fprintf(out, "  %s:\n", crt_names[k]);
		print_strs(out, "begin", &p->crt[k].begin, 4);
		print_strs(out, "end", &p->crt[k].end, 4);
	}
	print_runtime(out, "runtime", p->runtime);
	print_runtime(out, "unwind-libgcc", p->unwind_libgcc);
	print_runtime(out, "unwind-libunwind", p->unwind_libunwind);
	print_section(out, "image", image_fields, p);
	if (p->family == FAMILY_DARWIN)
		print_section(out, "darwin", darwin_fields, p);
	if (p->family == FAMILY_MINGW)
		print_section(out, "windows", windows_fields, p);
}
