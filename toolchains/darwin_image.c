/* Mach-O package images: one dylib with one exported symbol, or with the native exports of a build
 * too, made of the job's inputs alone.
 *
 * No file of Apple's takes part. What the image takes from the libraries of `needs:` is bound to
 * them by stubs (.tbd) made on the fly from symbol lists; everything else is left to dyld, which
 * looks for it in all that the process has loaded (-undefined dynamic_lookup). Whether it may be is
 * checked on the result (driver/undefined.c).
 *
 * There is no start object: dyld runs constructors by itself, the linker makes ___dso_handle, and
 * destructors go through libSystem's __cxa_atexit.
 *
 * The words of an image are the same wherever and whenever it is linked: the deployment target
 * comes from the target or the platform file, the install name and the signature's identifier are
 * the base name of the output, debug maps have no folder and no time in them (the platform's
 * options). */
#include "toolchains/darwin.h"

#include "base/str.h"
#include "toolchains/image_needs.h"

static void slot_undefined(struct tc *t, const struct slot *s)
{
	tc_word(t, s, NOWHERE, "-undefined");
	tc_word(t, s, NOWHERE, "dynamic_lookup");
}

/* where dyld would look for it if something were linked against it */
static void slot_install_name(struct tc *t, const struct slot *s)
{
	const struct job_word *w = &t->job->str[JS_SONAME];

	tc_word(t, s, w->text ? w->at : t->plan->output_at, "-install_name");
	if (w->text)
		tc_word(t, s, w->at, w->text);
	else
		tc_wordf(t, s, t->plan->output_at, "@rpath/%s", path_base(t->plan->output));
}

static void add_names(struct strbuf *b, const struct job_words *l)
{
	for (size_t i = 0; i < l->n; i++)
		strbuf_fmt(b, "%s\n", l->v[i].text);
}

static void native_exports(struct tc *t, const struct slot *s)
{
	struct strbuf b = { .mem = t->mem };

	add_names(&b, &t->job->list[JL_FUNCTIONS]);
	add_names(&b, &t->job->list[JL_DATA]);
	if (!b.n)
		return;
	plan_make(t->plan, PLAN_TEXT, "image.exp", strbuf_text(&b), NOWHERE);
	tc_word(t, s, NOWHERE, "-exported_symbols_list");
	tc_word(t, s, NOWHERE, PLAN_TMP "image.exp");
}

static void slot_exports(struct tc *t, const struct slot *s)
{
	struct loc at = t->job->str[JS_ROOT_SYMBOL].at;

	tc_word(t, s, at, "-exported_symbol");
	tc_wordf(t, s, at, "_%s", tc_root_symbol(t));
	native_exports(t, s);
}

/* The platform's own `needs:` are for builds, which know what they take of them. Without a word of
 * them dyld can find everything, so a link names no library that it was not asked to name. */
static void slot_needs(struct tc *t, const struct slot *s)
{
	static const struct image_needs how = { PLAN_TBD, ".tbd", "a dylib or .tbd file" };

	image_needs_job(t, s, &how);
}

#define PF(member) offsetof(struct platform, member)
static const struct slot image_slots[] = {
	{ "image-shared", .word = "-dylib" },
	{ "arch", .emit = darwin_arch },
	{ "platform-version", .emit = darwin_platform_version },
	{ "strip", .flag = JF_STRIP, .word = "-S" },
	{ "strip", .flag = JF_STRIP, .word = "-x" },
	{ "undefined", .emit = slot_undefined },
	{ "image-options", .list = PF(image_options) },
	{ "output", .emit = darwin_output_word },
	{ "install-name", .emit = slot_install_name },
	{ "exports", .emit = slot_exports },
	{ "whole-archive", .word = "-all_load" },
	{ "user-library-dirs", .emit = slot_user_library_dirs },
	{ "inputs", .emit = slot_inputs },
	{ "needs", .emit = slot_needs },
	{ 0 },
};

/* Who declares what the image takes from elsewhere wants to hear of what he forgot. */
void darwin_image_plan(struct tc *t)
{
	t->plan->check_undefined = t->job->list[JL_HOST_SYMBOLS].n || t->job->list[JL_NEEDS].given;
	t->plan->root_symbol = tc_root_symbol(t);
	darwin_plan_archs(t, image_slots);
}
