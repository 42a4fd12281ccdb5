/* import-images FOLDER [SYMBOL]: native images made by hand. "base" has three targets; the code of
 * "user" calls its `answer`, or SYMBOL (before "counter"), and knows its `counter`, by pointers
 * that are read-only. "Lib" and "App" are such ones without native code; LLVM's text stands for
 * their bitcode. */
#include "test/unit/import_images.h"

static const char lib_code[] = "@counter = global i32 5\n"
			       "define i32 @answer() {\n"
			       "  ret i32 42\n"
			       "}\n";
static const char app_code[] = "@counter = external global i32\n"
			       "declare i32 @answer()\n"
			       "define i32 @first() {\n"
			       "  %1 = call i32 @answer()\n"
			       "  ret i32 %1\n"
			       "}\n"
			       "define i32 @count() {\n"
			       "  %1 = load i32, ptr @counter\n"
			       "  %2 = add i32 %1, 1\n"
			       "  store i32 %2, ptr @counter\n"
			       "  ret i32 %2\n"
			       "}\n";

static struct hm *start_code(const char *name, uint64_t base, const char *code)
{
	struct hm *h = hm_new(name, base);

	hm_type(h, "node", "dd", 0, "");
	hm_root(h, "node", hm_object(h, IMG_FATE_CONST, 0, 0));
	h->bitcode = code;
	return h;
}

static void write_code(struct unit *u, struct place *p)
{
	struct hm *h = start_code("Lib", BASE, lib_code);

	hm_method(h, "answer");
	hm_global(h, "counter");
	CHECK(hm_write(h, in(p, "Lib")));
	h = start_code("App", BASE + STEP, app_code);
	hm_method(h, "count");
	hm_method(h, "first");
	hm_depend(h, "Lib", 0, NULL, digest_of(u, in(p, "Lib")));
	hm_import(h, IMG_IMPORT_METHOD, "answer");
	hm_import(h, IMG_IMPORT_GLOBAL, "counter");
	CHECK(hm_write(h, in(p, "App")));
}

int main(int argc, char **argv)
{
	struct place p = { 0 };
	struct unit unit = { 0 }, *u = &unit;
	struct import_wish user = user_wish();

	if (argc != 2 && argc != 3)
		return 2;
	snprintf(p.dir, sizeof(p.dir), "%s", argv[1]);
	write_both(u, &p, true);
	write_code(u, &p);
	if (argc == 3) {
		user.imports[0].symbol = argv[2];
		user.digest = digest_of(u, in(&p, "base"));
		write_importer(u, &p, "user", &user);
	}
	return unit.failed != 0;
}
