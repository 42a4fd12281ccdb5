/* Build the images of three packages from live objects: Base, and on it Shapes and Bank.
 *
 *   mini-build FOLDER BASE.bc SHAPES.bc BANK.bc [TRIPLE]
 *
 * Base is built first and opened; the objects of the other two refer to objects in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"
#include "pkgimg/build.h"
#include "pkgimg/runtime.h"

struct builder {
	struct mini_heap heap;
	const char *folder, *target; /* target: NULL for this machine */
	struct pkgimg_world *world;
	struct pkgimg_image *base;
	struct pkgimg_build *build; /* of the package at hand */
	uint32_t type[MINI_KINDS];  /* numbers in it */
};

static void check(int failed)
{
	if (failed)
		mini_die("build", "a mistake was reported above");
}

/* ---- the language's types, told to the library */

#define HEAD                                                                                       \
	{ "kind", 0, 4, PKGIMG_DATA, NULL },                                                       \
	{                                                                                          \
		"length", 4, 4, PKGIMG_DATA, NULL                                                  \
	}
#define VALUE(name, offset) { name, offset, 8, PKGIMG_STRONG, NULL }

static const struct pkgimg_field text_fields[] = { HEAD };
static const struct pkgimg_field element[] = { VALUE("", 0) };
static const struct pkgimg_field cons_fields[] = { HEAD, VALUE("car", 8), VALUE("cdr", 16) };
static const struct pkgimg_field float_fields[] = { HEAD, { "value", 8, 8, PKGIMG_DATA, NULL } };
static const struct pkgimg_field closure_fields[] = { HEAD, { "code", 8, 8, PKGIMG_CODE, NULL } };
static const struct pkgimg_field record_fields[] = { HEAD, VALUE("type", 8) };
static const struct pkgimg_field function_fields[] = { HEAD, VALUE("name", 8),
	{ "methods", 16, 8, PKGIMG_TRANSIENT, NULL }, VALUE("calls", 24) };
static const struct pkgimg_field method_fields[] = { HEAD, VALUE("type", 8),
	{ "code", 16, 8, PKGIMG_TRANSIENT, NULL }, { "next", 24, 8, PKGIMG_TRANSIENT, NULL } };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define FIXED(text, size_, fields_, flags_)                                                        \
	{ .size = sizeof(struct pkgimg_type),                                                      \
		.name = text,                                                                      \
		.bytes = size_,                                                                    \
		.fields = fields_,                                                                 \
		.nfields = COUNT(fields_),                                                         \
		.flags = flags_ }
#define BYTES(text, size_, fields_, flags_)                                                        \
	{ .size = sizeof(struct pkgimg_type),                                                      \
		.name = text,                                                                      \
		.bytes = size_,                                                                    \
		.fields = fields_,                                                                 \
		.nfields = COUNT(fields_),                                                         \
		.flags = flags_,                                                                   \
		.count_at = 4,                                                                     \
		.count_size = 4,                                                                   \
		.element_bytes = 1 }
#define VALUES(text, size_, fields_, flags_)                                                       \
	{ .size = sizeof(struct pkgimg_type),                                                      \
		.name = text,                                                                      \
		.bytes = size_,                                                                    \
		.fields = fields_,                                                                 \
		.nfields = COUNT(fields_),                                                         \
		.flags = flags_,                                                                   \
		.count_at = 4,                                                                     \
		.count_size = 4,                                                                   \
		.element_bytes = 8,                                                                \
		.element_fields = element,                                                         \
		.nelement_fields = 1 }

static const struct pkgimg_type types[MINI_KINDS] = {
	[MINI_SYMBOL] = BYTES("mini.symbol", 8, text_fields, PKGIMG_TYPE_INTERNED),
	[MINI_STRING] = BYTES("mini.string", 8, text_fields, 0),
	[MINI_CONS] = FIXED("mini.cons", 24, cons_fields, PKGIMG_TYPE_MUTABLE),
	[MINI_VECTOR] = VALUES("mini.vector", 8, text_fields, PKGIMG_TYPE_MUTABLE),
	[MINI_FLOAT] = FIXED("mini.float", 16, float_fields, 0),
	[MINI_CLOSURE] = VALUES("mini.closure", 16, closure_fields, 0),
	[MINI_FUNCTION] = FIXED("mini.function", 32, function_fields, PKGIMG_TYPE_MUTABLE),
	[MINI_METHOD] = FIXED("mini.method", 32, method_fields, PKGIMG_TYPE_MUTABLE),
	[MINI_RECORD] = VALUES("mini.record", 16, record_fields, PKGIMG_TYPE_MUTABLE),
};

/* every reference of the language leads to the start of an object, which tells its kind */
static int describe(void *ctx, const void *address, struct pkgimg_build_object *out)
{
	const struct builder *b = ctx;
	const struct mini_head *o = address;

	out->start = o;
	out->type = b->type[o->kind];
	return 1;
}

/* ---- a package */

static char *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	long n = f && !fseek(f, 0, SEEK_END) ? ftell(f) : -1;
	char *bytes = n < 0 ? NULL : malloc((size_t)n + 1);

	if (!bytes || fseek(f, 0, SEEK_SET) || fread(bytes, 1, (size_t)n, f) != (size_t)n)
		mini_die(path, "cannot be read");
	fclose(f);
	*size = (size_t)n;
	return bytes;
}

static void begin(struct builder *b, const char *name, const char *bitcode)
{
	static const struct pkgimg_pattern reference = { 1, 0 };
	struct pkgimg_build_options o = { .size = sizeof(o),
		.name = name,
		.version = "1.0",
		.target = b->target,
		.patterns = &reference,
		.npatterns = 1,
		.describe = describe,
		.describe_ctx = b };
	size_t size;
	char *bytes = read_file(bitcode, &size);

	check(pkgimg_build_new(&o, &b->build));
	for (unsigned kind = MINI_SYMBOL; kind < MINI_KINDS; kind++)
		check(pkgimg_build_type(b->build, &types[kind], &b->type[kind]));
	check(pkgimg_build_module(b->build, name, bytes, size));
}

static const char *suffix_of(const char *target)
{
	if (target && strstr(target, "mingw"))
		return ".dll";
	return target && strstr(target, "-apple-") ? ".dylib" : ".so";
}

static const char *path_of(const struct builder *b, const char *name)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s%s", b->folder, name, suffix_of(b->target));
	return path;
}

static void end(struct builder *b, const char *name)
{
	struct pkgimg_build_report r = { .size = sizeof(r) };

	check(pkgimg_build_write(b->build, path_of(b, name), &r));
	pkgimg_build_free(b->build);
	printf("%s: %u objects, %u of them symbols\n", name, (unsigned)r.objects,
		(unsigned)r.interned);
}

static void root(struct builder *b, const char *name, mini value)
{
	check(pkgimg_build_root(b->build, name, (uintptr_t)value, NULL, 0));
}

/* a method for values of a type; the runtime puts it into the function's list */
static void method(struct builder *b, const char *owner, const char *function, const char *type,
	const char *symbol)
{
	struct mini_method *m = mini_new(MINI_METHOD, sizeof(*m), 0);
	struct pkgimg_build_method told = { .size = sizeof(told),
		.function = function,
		.signature = type,
		.symbol = symbol,
		.object = (uintptr_t)m,
		.owner = owner };

	m->type = mini_symbol(&b->heap, type);
	check(pkgimg_build_method(b->build, &told));
}

/* a closure's code is not here: any address that is told to be the symbol's will do */
static mini closure(struct builder *b, const char *symbol, mini var)
{
	struct mini_closure *c = mini_new(MINI_CLOSURE, sizeof(*c) + sizeof(mini), 1);
	char *stand_in = malloc(16);

	if (!stand_in)
		mini_die("memory", "there is no more");
	check(pkgimg_build_symbol(b->build, symbol, stand_in, 16));
	c->code = (uint64_t)(uintptr_t)stand_in;
	c->vars[0] = var;
	return (mini)(uintptr_t)c;
}

static struct mini_function *function(struct builder *b, const char *name)
{
	struct mini_function *f = mini_new(MINI_FUNCTION, sizeof(*f), 0);

	f->name = mini_symbol(&b->heap, name);
	f->calls = mini_from_int(0);
	return f;
}

/* ---- the three */

static void build_base(struct builder *b, const char *bitcode)
{
	static const struct {
		const char *function, *type, *symbol;
	} methods[] = {
		{ "show", "integer", "base_show_integer" },
		{ "show", "nil", "base_show_nil" },
		{ "show", "symbol", "base_show_symbol" },
		{ "show", "string", "base_show_string" },
		{ "show", "cons", "base_show_cons" },
		{ "show", "vector", "base_show_vector" },
		{ "show", "float", "base_show_float" },
		{ "show", "closure", "base_show_closure" },
		{ "size", "cons", "base_size_cons" },
		{ "size", "vector", "base_size_vector" },
		{ "size", "string", "base_size_text" },
		{ "size", "symbol", "base_size_text" },
	};
	struct mini_function *show, *size;

	begin(b, "Base", bitcode);
	show = function(b, "show");
	size = function(b, "size");
	check(pkgimg_build_variable(b->build, "base_show", show, NULL));
	check(pkgimg_build_variable(b->build, "base_size", size, NULL));
	root(b, "show", (mini)(uintptr_t)show);
	root(b, "size", (mini)(uintptr_t)size);
	root(b, "greeting", mini_string("hello"));
	root(b, "add-ten", closure(b, "base_add", mini_from_int(10)));
	root(b, "answer", mini_from_int(42));
	for (size_t i = 0; i < COUNT(methods); i++)
		method(b, NULL, methods[i].function, methods[i].type, methods[i].symbol);
	end(b, "Base");
}

/* Base's symbols are the ones from now on: a symbol of that name is a reference into its image */
static void *known_symbol(
	void *ctx, const struct pkgimg_heap_type *type, uint64_t hash, void *object)
{
	(void)type, (void)hash;
	return mini_intern(&((struct builder *)ctx)->heap, object);
}

static void open_base(struct builder *b)
{
	struct pkgimg_host host = { .size = sizeof(host), .ctx = b, .intern = known_symbol };
	struct pkgimg_options o = { .size = sizeof(o), .flags = b->target ? PKGIMG_HEAP_ONLY : 0 };
	struct pkgimg_error error;

	b->heap = (struct mini_heap) { 0 };
	if (pkgimg_world_new(&host, NULL, 0, &b->world))
		mini_die("world", "cannot be made");
	o.world = b->world;
	if (pkgimg_open(path_of(b, "Base"), &o, &b->base, &error))
		mini_die("Base", error.text);
}

static void depend_on_base(struct builder *b)
{
	struct pkgimg_dependency *d = calloc(1, sizeof(*d)); /* lives as long as the build */

	if (!d)
		mini_die("memory", "there is no more");
	d->size = sizeof(*d);
	if (pkgimg_describe(b->base, d))
		mini_die("Base", "cannot be described");
	d->flags |= PKGIMG_DEPENDENCY_BASE;
	check(pkgimg_build_dependency(b->build, d));
}

static void *base_root(struct builder *b, const char *name)
{
	void **cell;

	if (pkgimg_root(b->base, name, &cell))
		mini_die(name, "is no global of Base");
	return *cell;
}

static mini shape(struct builder *b, const char *type, double side)
{
	mini value = mini_float(side);

	return mini_record(mini_symbol(&b->heap, type), 1, &value);
}

static void build_shapes(struct builder *b, const char *bitcode)
{
	mini log = mini_from_int(0), all[3];

	begin(b, "Shapes", bitcode);
	depend_on_base(b);
	method(b, "Base", "show", "circle", "shapes_show_circle");
	method(b, "Base", "show", "square", "shapes_show_square");
	method(b, "Base", "size", "circle", "shapes_size_circle");
	method(b, "Base", "size", "square", "shapes_size_square");
	all[0] = shape(b, "circle", 1);
	all[1] = shape(b, "square", 2);
	all[2] = (mini)(uintptr_t)base_root(b, "greeting"); /* an object of Base */
	root(b, "all", mini_vector(3, all));
	root(b, "unit", all[0]);
	log = mini_vector(1, &log);
	root(b, "log", log);
	check(pkgimg_build_variable(b->build, "shapes_log", MINI_AS(vector, log), "mini.vector"));
	end(b, "Shapes");
}

static void build_bank(struct builder *b, const char *bitcode)
{
	mini owner, account, fields[2], accounts;

	begin(b, "Bank", bitcode);
	depend_on_base(b);
	check(pkgimg_build_variable(b->build, "bank_show", base_root(b, "show"), NULL));
	method(b, "Base", "show", "account", "bank_show_account");
	owner = mini_cons(mini_string("Ada"), MINI_NIL);
	fields[0] = MINI_AS(cons, owner)->car;
	fields[1] = mini_from_int(100);
	account = mini_record(mini_symbol(&b->heap, "account"), 2, fields);
	/* owner and account refer to each other */
	MINI_AS(cons, owner)->cdr = mini_cons(account, MINI_NIL);
	accounts = mini_cons(account, MINI_NIL);
	root(b, "owner", owner);
	root(b, "accounts", accounts);
	root(b, "deposit", closure(b, "bank_deposit", account));
	root(b, "logo", shape(b, "circle", 3)); /* a record of Shapes' type, by the symbol alone */
	root(b, "circle", mini_symbol(&b->heap, "circle"));
	end(b, "Bank");
}

int main(int argc, char **argv)
{
	struct builder b = { 0 };

	if (argc != 5 && argc != 6) {
		fputs("usage: mini-build FOLDER BASE.bc SHAPES.bc BANK.bc [TRIPLE]\n", stderr);
		return 2;
	}
	b.folder = argv[1];
	b.target = argc == 6 ? argv[5] : NULL;
	build_base(&b, argv[2]);
	open_base(&b);
	build_shapes(&b, argv[3]);
	build_bank(&b, argv[4]);
	pkgimg_world_free(b.world);
	return 0;
}
