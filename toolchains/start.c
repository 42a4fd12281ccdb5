/* The start code of images that pkgimg brings along (stubs/): LLVM IR, and the objects and archives
 * that were made of it when the program was built (stubs/objects.cmake). */
#include "toolchains/toolchain.h"

#include <string.h>

#include "base/file.h"
#include "base/str.h"

/* "armv7", "linux", "gnueabihf" of armv7-VENDOR-linux-gnueabihf: what code depends on */
static const char *without_vendor(struct arena *a, const char *triple)
{
	const char *arch_end = strchr(triple, '-');
	const char *vendor_end = arch_end ? strchr(arch_end + 1, '-') : NULL;

	return vendor_end ? str_fmt(a, "%.*s%s", (int)(arch_end - triple), triple, vendor_end)
			  : triple;
}

/* Is there code compiled with this program? Only for the triple of the platform that names the
 * object (armv7 inherits from arm), and only if what else decides its bytes is as we ship it. */
static bool is_ready(struct tc *t, struct loc source_at)
{
	const struct fact *f = &t->pf->image_start_object;
	const char *name = f->text ? path_base(f->text) : "";
	const struct loc made_of[] = { f->at, source_at, t->pf->cpu_target.at };

	if (!str_eq(name, str_fmt(t->mem, "%s.o", without_vendor(t->mem, t->triple))))
		return false;
	for (size_t i = 0; i < sizeof(made_of) / sizeof(made_of[0]); i++) {
		if (made_of[i].file && !str_starts(made_of[i].file, t->data))
			return false;
	}
	return true;
}

static void make(struct tc *t, enum plan_make_kind kind, const char *name, const char *source,
	const char *ready, struct loc at)
{
	plan_make(t->plan, kind, name, str_fmt(t->mem, "%s/stubs/%s", t->data, source), at);
	if (is_ready(t, at))
		t->plan->makes[t->plan->nmakes - 1].ready =
			str_fmt(t->mem, "%s/stubs/%s", t->data, ready);
}

void slot_start(struct tc *t, const struct slot *s)
{
	const struct fact *f = &t->pf->image_start;

	if (!f->text)
		return;
	make(t, PLAN_IR, "start.o", f->text, t->pf->image_start_object.text, f->at);
	tc_word(t, s, f->at, PLAN_TMP "start.o");
}

/* The archives made of the files of objects/NAME.o's platform are in objects/NAME/. */
void slot_start_library(struct tc *t, const struct slot *s)
{
	const struct yml_strs *files = &t->pf->image_library;
	const char *object = t->pf->image_start_object.text;
	size_t n = object ? strlen(object) : 0;

	n -= n > 2 ? 2 : n;
	yml_each (i, files) {
		const char *name = str_fmt(t->mem, "%s.a", files->v[i]);

		make(t, PLAN_IR_ARCHIVE, name, files->v[i],
			str_fmt(t->mem, "%.*s/%s", (int)n, object ? object : "", name),
			files->at[i]);
		tc_wordf(t, s, files->at[i], PLAN_TMP "%s", name);
	}
}
