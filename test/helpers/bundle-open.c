/* bundle-open bundle FILE       all images of a bundle, in their order
 * bundle-open each FILE...      the same for images, opened one by one
 * bundle-open again FILE        a bundle twice: in one world, in two at once, without a world, and
 *                               closed one by one, the first first
 * Says of each image its name, its target, and what `int test(int)` makes of 10. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkgimg/runtime.h"

static int call(const struct pkgimg_image *image)
{
	struct pkgimg_method m;
	struct pkgimg_error e;
	int (*test)(int);

	if (pkgimg_find(image, "test", NULL, &m, &e))
		return puts(e.text), -1;
	memcpy(&test, &m.address, sizeof(test));
	return test(10);
}

static void print(const struct pkgimg_image *image)
{
	printf("%s: target %u, %d\n", pkgimg_name(image), (unsigned)pkgimg_target(image),
		call(image));
}

/* returns the images, or NULL with the reason printed */
static struct pkgimg_image **open_bundle(const char *path, struct pkgimg_world *world, size_t *n)
{
	struct pkgimg_options o = { .size = sizeof(o), .world = world };
	struct pkgimg_image **images;
	struct pkgimg_error e;

	if (!pkgimg_open_bundle(path, &o, &images, n, &e))
		return images;
	printf("code %d: %s\n", e.code, e.text);
	return NULL;
}

static void close_all(struct pkgimg_image **images, size_t n)
{
	for (size_t i = 0; i < n; i++)
		pkgimg_close(images[i]);
	pkgimg_free_images(images);
}

static int whole(const char *path, struct pkgimg_world *world)
{
	size_t n;
	struct pkgimg_image **images = open_bundle(path, world, &n);

	if (!images)
		return 1;
	for (size_t i = 0; i < n; i++)
		print(images[i]);
	close_all(images, n);
	return 0;
}

static int each(int n, char **paths, struct pkgimg_world *world)
{
	struct pkgimg_options o = { .size = sizeof(o), .world = world };
	struct pkgimg_image *images[16];
	struct pkgimg_error e;

	for (int i = 0; i < n && i < 16; i++) {
		if (pkgimg_open(paths[i], &o, &images[i], &e))
			return printf("code %d: %s\n", e.code, e.text), 1;
	}
	for (int i = 0; i < n; i++)
		print(images[i]);
	while (n--)
		pkgimg_close(images[n]);
	return 0;
}

static int again(const char *path, struct pkgimg_world *world)
{
	struct pkgimg_world *other;
	struct pkgimg_image **a, **b, **c, **d;
	size_t n, same = 0;

	if (pkgimg_world_new(NULL, NULL, 0, &other))
		return 1;
	a = open_bundle(path, world, &n);
	b = open_bundle(path, world, &n);
	c = open_bundle(path, other, &n);
	d = open_bundle(path, NULL, &n);
	if (!a || !b || !c || !d)
		return 1;
	for (size_t i = 0; i < n; i++)
		same += a[i] == b[i] && a[i] != c[i] && c[i] != d[i];
	printf("%zu of %zu are the same in their world\n", same, n);
	close_all(a, n);
	print(b[0]);
	close_all(b, n);
	print(c[n - 1]);
	close_all(c, n);
	for (size_t i = 0; i < n; i++) {
		print(d[i]);
		pkgimg_close(d[i]);
	}
	pkgimg_free_images(d);
	pkgimg_world_free(other);
	return 0;
}

int main(int argc, char **argv)
{
	const char *folder = ".";
	struct pkgimg_world *world;
	int failed;

	if (argc < 3 || pkgimg_world_new(NULL, &folder, 1, &world))
		return 2;
	if (!strcmp(argv[1], "each"))
		failed = each(argc - 2, argv + 2, world);
	else
		failed = !strcmp(argv[1], "again") ? again(argv[2], world) : whole(argv[2], world);
	if (pkgimg_world_next(world, NULL))
		failed = puts("not all of them are closed");
	pkgimg_world_free(world);
	return failed;
}
