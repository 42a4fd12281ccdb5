/* heap-world FOLDER MODULE: build images with build.h, there, and load them in a world: Base.so;
 * Left.so and Right.so that refer to it; Plain.pkgimg without native code. All but the first have
 * the bitcode of the file MODULE, with a function `int add(int, int)`. Says what is in them.
 * heap-world FOLDER -data MODULE [TRIPLE]: Data.pkgimg of that bitcode, whose variable `cache`
 * leads to a list heap-world FOLDER -bundle FILE: the same for three of them in a bundle; nothing
 * is built. */
#include "pkgimg/runtime.h"
#include "test/unit/heap_host.h"

#define LIVE_ADD ((void (*)(void))0x1234560)

static const char ir[] =
	"@cache = external global ptr\n"
	"define ptr @get() {\n %1 = load ptr, ptr @cache\n ret ptr %1\n}\n"
	"define i32 @add(i32 %a, i32 %b) {\n %c = add i32 %a, %b\n ret i32 %c\n}\n";

/* a whole file; nobody frees it */
static char *get(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	char *bytes = malloc(1 << 20);

	*size = f && bytes ? fread(bytes, 1, 1 << 20, f) : 0;
	if (f)
		fclose(f);
	return bytes;
}

static const char *path_of(const char *folder, const char *name)
{
	static char path[500];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static int finish(struct host *h, struct pkgimg_build *b, const char *path)
{
	int rc = pkgimg_build_write(b, path, NULL);

	pkgimg_build_free(b);
	if (rc)
		printf("build of %s: %d\n%s", path, rc, h->text);
	free(h->room);
	return rc;
}

/* "list": 99 to 0; "closure": of add; "symbol": x; its variable leads to the list */
static int build_base(const char *path, const char *module)
{
	struct pkgimg_build_options o = { .flags = module ? PKGIMG_BUILD_NO_NATIVE : 0 };
	const char *bitcode = ir;
	char *file = NULL;
	int rc;
	size_t size = strlen(ir);
	struct closure *c;
	struct pkgimg_build *b;
	struct host h;
	value list = integer(0);

	host_start(&h, 1 << 20);
	for (int i = 0; i < 100; i++)
		list = host_cons(&h, integer(i), list);
	c = host_new(&h, T_CLOSURE, sizeof(*c));
	*c = (struct closure) { LIVE_ADD, list, NULL, list };
	b = host_build(&h, module ? "Plain" : "Base", &o);
	if (module)
		bitcode = file = get(module, &size);
	pkgimg_build_module(b, "m", bitcode, size);
	pkgimg_build_symbol(b, "add", (void *)(uintptr_t)LIVE_ADD, 0);
	pkgimg_build_root(b, "list", list, "cons", 0);
	pkgimg_build_root(b, "closure", (value)c, "closure", 0);
	pkgimg_build_root(b, "symbol", host_symbol(&h, "x"), "symbol", 0);
	if (!module)
		pkgimg_build_variable(b, "cache", (void *)list, "cons");
	rc = finish(&h, b, path);
	free(file);
	return rc;
}

/* "list": 99 to 0, and so does the variable `cache` of the bitcode; no code is referred to */
static int build_data(const char *path, const char *module, const char *triple)
{
	struct pkgimg_build_options o = { .flags = PKGIMG_BUILD_NO_NATIVE, .target = triple };
	struct pkgimg_build *b;
	struct host h;
	value list = integer(0);
	size_t size;
	char *bitcode = get(module, &size);
	int rc;

	host_start(&h, 1 << 20);
	for (int i = 0; i < 100; i++)
		list = host_cons(&h, integer(i), list);
	b = host_build(&h, "Data", &o);
	pkgimg_build_module(b, "m", bitcode, size);
	pkgimg_build_root(b, "list", list, "cons", 0);
	pkgimg_build_variable(b, "cache", (void *)list, "cons");
	rc = finish(&h, b, path);
	free(bitcode);
	return rc;
}

static value root(const struct pkgimg_image *image, const char *name)
{
	void **cell = NULL;

	return pkgimg_root(image, name, &cell) ? 0 : (value)*cell;
}

/* "list": 10 conses whose car is the base's list; "closure": of the base's add; symbols x and y */
static int build_dependent(
	const char *name, const char *path, const struct pkgimg_image *base, const char *module)
{
	struct pkgimg_dependency d = { .size = sizeof(d) };
	const struct closure *theirs = (const void *)root(base, "closure");
	struct pkgimg_build_method m = { .size = sizeof(m),
		.function = "Base.add",
		.signature = name,
		.symbol = "add",
		.owner = "Base" };
	struct closure *c;
	struct pkgimg_build *b;
	struct host h;
	value list = integer(0);
	size_t size;
	char *bitcode = get(module, &size);
	int rc;

	pkgimg_describe(base, &d);
	host_start(&h, 1 << 20);
	for (int i = 0; i < 10; i++)
		list = host_cons(&h, root(base, "list"), list);
	c = host_new(&h, T_CLOSURE, sizeof(*c));
	*c = (struct closure) { theirs->code, list, NULL, integer(1) };
	b = host_build(&h, name, NULL);
	pkgimg_build_dependency(b, &d);
	pkgimg_build_module(b, "m", bitcode, size);
	pkgimg_build_root(b, "list", list, "cons", 0);
	pkgimg_build_root(b, "closure", (value)c, "closure", 0);
	pkgimg_build_root(b, "symbol", host_symbol(&h, "x"), "symbol", 0);
	pkgimg_build_root(b, "other", host_symbol(&h, "y"), "symbol", 0);
	pkgimg_build_method(b, &m);
	rc = finish(&h, b, path);
	free(bitcode);
	return rc;
}

static int on_insert(void *ctx, const struct pkgimg_insert *n)
{
	int (*add)(int, int);

	(void)ctx;
	memcpy(&add, &n->code, sizeof(add));
	printf("insert %s(%s) of %s: %d\n", n->function, n->signature, pkgimg_name(n->owner),
		add(20, 3));
	return 0;
}

static struct pkgimg_image *open_it(struct pkgimg_world *world, const char *path, uint32_t flags)
{
	struct pkgimg_options o = { .size = sizeof(o), .world = world, .flags = flags };
	struct pkgimg_image *image = NULL;
	struct pkgimg_error e;

	if (pkgimg_open(path, &o, &image, &e))
		printf("code %d: %s\n", e.code, e.text);
	return image;
}

static void print(const struct pkgimg_image *image)
{
	const struct closure *c = (const void *)root(image, "closure");
	struct pkgimg_heap_info info;
	int n = 0, (*add)(int, int);

	pkgimg_heap(image, &info);
	for (value list = root(image, "list"); !(list & 1); list = ((struct cons *)list)->cdr)
		n++;
	memcpy(&add, &c->code, sizeof(add));
	printf("%s: %s, %d conses, %d\n", pkgimg_name(image), info.moved ? "moved" : "at its place",
		n, add(2, 3));
}

/* in the order Base, Left, Right */
static int open_bundle(
	struct pkgimg_world *world, const char *path, uint32_t flags, struct pkgimg_image *out[3])
{
	struct pkgimg_options o = { .size = sizeof(o), .world = world, .flags = flags };
	struct pkgimg_image **images;
	struct pkgimg_error e;
	size_t n;

	if (pkgimg_open_bundle(path, &o, &images, &n, &e) || n != 3)
		return printf("code %d: %s\n", e.code, e.text), 1;
	memcpy(out, images, 3 * sizeof(out[0]));
	pkgimg_free_images(images);
	return 0;
}

static int open_each(
	struct pkgimg_world *world, const char *folder, uint32_t flags, struct pkgimg_image *out[3])
{
	out[0] = flags ? open_it(world, path_of(folder, "Base.so"), flags) : NULL;
	out[1] = open_it(world, path_of(folder, "Left.so"), 0);
	out[2] = open_it(world, path_of(folder, "Right.so"), 0);
	if (!out[0])
		out[0] = open_it(world, path_of(folder, "Base.so"), 0);
	return !out[0] || !out[1] || !out[2];
}

static int load(const char *folder, const char *bundle, uint32_t flags)
{
	struct pkgimg_host host = { .size = sizeof(host), .insert = on_insert };
	struct pkgimg_world *world;
	struct pkgimg_image *all[3], *base, *left, *right;
	struct pkgimg_method get;
	value list, (*f)(void);

	pkgimg_world_new(&host, &folder, 1, &world);
	if (bundle ? open_bundle(world, bundle, flags, all) : open_each(world, folder, flags, all))
		return 1;
	base = all[0], left = all[1], right = all[2];
	print(base), print(left), print(right);
	list = root(base, "list");
	printf("lists: %d %d\n", ((struct cons *)root(left, "list"))->car == list,
		((struct cons *)root(right, "list"))->car == list);
	printf("symbols: %d %d\n", root(left, "symbol") == root(base, "symbol"),
		root(left, "other") == root(right, "other"));
	pkgimg_find(base, "get", NULL, &get, NULL);
	memcpy(&f, &get.address, sizeof(f));
	printf("variable: %d\n", f() == list);
	pkgimg_close(left), pkgimg_close(base), pkgimg_close(right);
	printf("left: %s\n", pkgimg_world_next(world, NULL) ? "some" : "none");
	pkgimg_world_free(world);
	return 0;
}

int main(int argc, char **argv)
{
	struct pkgimg_image *base;
	struct pkgimg_world *world;
	int failed;

	if (argc == 4 && !strcmp(argv[2], "-bundle"))
		return load(argv[1], argv[3], 0) || load(argv[1], argv[3], PKGIMG_MOVE);
	if (argc >= 4 && !strcmp(argv[2], "-data"))
		return build_data(
			path_of(argv[1], "Data.pkgimg"), argv[3], argc > 4 ? argv[4] : NULL);
	if (argc != 3)
		return 2;
	if (build_base(path_of(argv[1], "Base.so"), NULL) ||
		build_base(path_of(argv[1], "Plain.pkgimg"), argv[2]) ||
		pkgimg_world_new(NULL, NULL, 0, &world))
		return 1;
	base = open_it(world, path_of(argv[1], "Base.so"), PKGIMG_MOVE);
	if (!base)
		return 1;
	failed = build_dependent("Left", path_of(argv[1], "Left.so"), base, argv[2]) ||
		 build_dependent("Right", path_of(argv[1], "Right.so"), base, argv[2]);
	pkgimg_close(base);
	pkgimg_world_free(world);
	return failed || load(argv[1], NULL, 0) || load(argv[1], NULL, PKGIMG_MOVE);
}
