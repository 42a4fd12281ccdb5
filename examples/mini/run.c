/* Load the packages and use them: mini-run FOLDER. Exit 0 if all is as it should be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"
#include "pkgimg/runtime.h"

#if defined(_WIN32)
#define SUFFIX ".dll"
#elif defined(__APPLE__)
#define SUFFIX ".dylib"
#else
#define SUFFIX ".so"
#endif

struct runtime {
	struct mini_heap heap;
	struct mini_api api;
	struct pkgimg_world *world;
};

/* ---- what compiled code may call */

static void put(const struct mini_api *api, const char *text, size_t n)
{
	(void)api;
	fwrite(text, 1, n, stdout);
}

static void put_int(const struct mini_api *api, int64_t n)
{
	(void)api;
	printf("%lld", (long long)n);
}

/* the last inserted method for a type wins */
static mini call(const struct mini_api *api, struct mini_function *f, mini self, mini arg)
{
	struct runtime *r = api->ctx;
	mini type = mini_type_of(&r->heap, self);
	const struct mini_method *m = (void *)(uintptr_t)f->methods;

	while (m && m->type != type)
		m = (void *)(uintptr_t)m->next;
	if (!m)
		mini_die("call", "no method for a value of this type");
	f->calls = mini_from_int(mini_to_int(f->calls) + 1);
	return ((mini_code *)(uintptr_t)m->code)(api, self, arg);
}

/* ---- what the loader asks for */

static void *known_symbol(
	void *ctx, const struct pkgimg_heap_type *type, uint64_t hash, void *object)
{
	(void)type, (void)hash;
	return mini_intern(&((struct runtime *)ctx)->heap, object);
}

static int insert(void *ctx, const struct pkgimg_insert *i)
{
	struct mini_method *m = i->object;
	struct mini_function *f;
	void **cell;

	(void)ctx;
	if (!i->code || pkgimg_root(i->owner, i->function, &cell))
		return 1;
	f = *cell;
	m->code = (uint64_t)(uintptr_t)i->code;
	m->next = f->methods;
	f->methods = (uint64_t)(uintptr_t)m;
	return 0;
}

static struct pkgimg_image *open_package(struct runtime *r, const char *folder, const char *name)
{
	struct pkgimg_options o = { .size = sizeof(o), .world = r->world };
	struct pkgimg_image *image;
	struct pkgimg_error error;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s" SUFFIX, folder, name);
	if (pkgimg_open(path, &o, &image, &error))
		mini_die(name, error.text);
	return image;
}

/* ---- the program */

static mini global(const struct pkgimg_image *image, const char *name)
{
	void **cell;

	if (pkgimg_root(image, name, &cell))
		mini_die(name, "is no global");
	return (mini)(uintptr_t)*cell;
}

static void show(struct runtime *r, struct mini_function *f, const char *what, mini value)
{
	printf("%s: ", what);
	call(&r->api, f, value, MINI_NIL);
	putchar('\n');
}

static mini apply(struct runtime *r, mini closure, mini arg)
{
	const struct mini_closure *c = MINI_AS(closure, closure);

	return ((mini_code *)(uintptr_t)c->code)(&r->api, closure, arg);
}

static void use(struct runtime *r, const struct pkgimg_image *base,
	const struct pkgimg_image *shapes, const struct pkgimg_image *bank)
{
	struct mini_function *f = MINI_AS(function, global(base, "show"));
	struct mini_function *size = MINI_AS(function, global(base, "size"));
	mini values[2];

	show(r, f, "greeting", global(base, "greeting"));
	show(r, f, "all", global(shapes, "all"));
	show(r, f, "size of all", call(&r->api, size, global(shapes, "all"), MINI_NIL));
	show(r, f, "10 + 32", apply(r, global(base, "add-ten"), mini_from_int(32)));
	show(r, f, "deposit", apply(r, global(bank, "deposit"), mini_from_int(11)));
	show(r, f, "accounts", global(bank, "accounts"));
	show(r, f, "owner's", MINI_AS(cons, MINI_AS(cons, global(bank, "owner"))->cdr)->car);
	show(r, f, "logo", global(bank, "logo"));
	printf("circle is one symbol: %s\n",
		global(bank, "circle") == MINI_AS(record, global(shapes, "unit"))->type &&
				global(bank, "circle") == mini_symbol(&r->heap, "circle")
			? "yes"
			: "no");
	/* an object of this process, made of objects of two images */
	values[0] = global(shapes, "unit");
	values[1] = global(bank, "circle");
	show(r, f, "mixed", mini_cons(mini_vector(2, values), mini_from_int(7)));
	show(r, f, "shapes shown", MINI_AS(vector, global(shapes, "log"))->at[0]);
	show(r, f, "calls of show", f->calls);
	printf("Base has %s\n", pkgimg_world_image_at(r->world, f) == base ? "show" : "no show");
}

int main(int argc, char **argv)
{
	struct runtime r = { 0 };
	struct pkgimg_host host = {
		.size = sizeof(host), .ctx = &r, .intern = known_symbol, .insert = insert
	};
	const char *folder = argv[1];
	struct pkgimg_image *shapes, *bank;

	if (argc != 2) {
		fputs("usage: mini-run FOLDER\n", stderr);
		return 2;
	}
	r.api = (struct mini_api) { .ctx = &r, .put = put, .put_int = put_int, .call = call };
	if (pkgimg_world_new(&host, &folder, 1, &r.world))
		mini_die("world", "cannot be made");
	/* Base comes in because they need it */
	shapes = open_package(&r, folder, "Shapes");
	bank = open_package(&r, folder, "Bank");
	use(&r, pkgimg_world_find(r.world, "Base", NULL), shapes, bank);
	pkgimg_close(bank);
	pkgimg_close(shapes);
	pkgimg_world_free(r.world);
	return 0;
}
