/* heap FOLDER [-move]...: open base (moved, with -move), left and right (moved, with a second and
 * third) of test/helpers/heap-images.c in one world; say what is in them. */
#include <pkgimg/runtime.h>
#include <stdio.h>
#include <string.h>

static int complain(const struct pkgimg_error *e)
{
	printf("code %d: %s\n", e->code, e->text);
	return 1;
}

static uint64_t *root(const struct pkgimg_image *image, const char *name)
{
	void **cell = NULL;

	return pkgimg_root(image, name, &cell) ? NULL : *cell;
}

static void print(const struct pkgimg_image *image, const struct pkgimg_image *base)
{
	struct pkgimg_heap_info info;
	struct pkgimg_object o = { 0 };
	uint64_t n = 0, wrong = 0, objects = 0, found = 0;

	pkgimg_heap(image, &info);
	for (uint64_t *c = root(image, "list"); c; c = (uint64_t *)(uintptr_t)c[1], n++) {
		uintptr_t to = image == base ? (uintptr_t)c : (uintptr_t)root(base, "list");

		wrong += c[0] != to + 3;
	}
	while (!pkgimg_object_next(image, &o)) {
		struct pkgimg_object at;

		objects++;
		found += !pkgimg_object_at(image, (char *)o.start + 5, &at) && at.start == o.start;
	}
	printf("%s: %s, list of %d, %d wrong, %d objects, %d found, %s\n", pkgimg_name(image),
		info.moved ? "moved" : "at its place", (int)n, (int)wrong, (int)objects, (int)found,
		info.words_written ? "words written" : "nothing written");
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "base", "left", "right" };
	const char *const folders[] = { argv[1] };
	struct pkgimg_image *images[3] = { 0 };
	struct pkgimg_world *world;
	struct pkgimg_error e;
	uint64_t *vector;

	if (pkgimg_world_new(NULL, folders, 1, &world))
		return 2;
	for (int i = 0; i < 3; i++) {
		struct pkgimg_options o = { .size = sizeof(o), .world = world };
		char path[300];

		o.flags = argc > i + 2 && !strcmp(argv[i + 2], "-move") ? PKGIMG_MOVE : 0;
		snprintf(path, sizeof(path), "%s/%s.pkgimg", argv[1], names[i]);
		if (pkgimg_open(path, &o, &images[i], &e))
			return complain(&e);
	}
	for (int i = 0; i < 3; i++)
		print(images[i], images[0]);
	printf("one symbol: %d %d\n", root(images[1], "seven") == root(images[0], "symbol"),
		root(images[1], "eight") == root(images[2], "eight"));
	printf("by address: %s\n",
		pkgimg_name(pkgimg_world_image_at(world, root(images[2], "list"))));
	vector = root(images[0], "vector");
	vector[1] = 5;
	printf("written: %d\n", (int)vector[1]);
	for (int i = 0; i < 3; i++)
		pkgimg_close(images[i]);
	printf("left: %s\n", pkgimg_world_next(world, NULL) ? "some" : "none");
	pkgimg_world_free(world);
	return 0;
}
