/* ELF package images: one shared library with one exported symbol, or with the native exports of a
 * build too, made of the job's inputs alone.
 *
 * No file of the target system takes part. What a program would get from start files comes from
 * stubs/ (the platform's `image: start:`); what the image takes from shared libraries is resolved
 * against stub libraries made on the fly from symbol lists, so that symbol versions and DT_NEEDED
 * come out as from the real ones. A version script makes everything but what is exported local,
 * which also binds all calls inside the image directly. Exported functions are bound so as well
 * (--dynamic-list means that for what it does not list), as -Bsymbolic-functions does. Exported
 * data is not: a program that is not position independent has a copy of it, which the image must
 * use. The image's tables want the image's own, and a script gives it a second name for that. */
#include "toolchains/toolchain.h"

#include "base/str.h"
#include "toolchains/image_needs.h"

static void slot_page_size(struct tc *t, const struct slot *s)
{
	if (!t->pf->page_size)
		return;
	tc_word(t, s, t->pf->page_size_at, "-z");
	tc_wordf(t, s, t->pf->page_size_at, "max-page-size=%llu",
		(unsigned long long)t->pf->page_size);
}

/* Who links against an image with native exports needs it; debuggers and /proc show it. */
static void slot_soname(struct tc *t, const struct slot *s)
{
	const struct job_word *w = &t->job->str[JS_SONAME];

	tc_word(t, s, w->text ? w->at : t->plan->output_at, "-soname");
	tc_word(t, s, w->text ? w->at : t->plan->output_at,
		w->text ? w->text : path_base(t->plan->output));
}

/* quoted, they are no patterns */
static void add_names(struct strbuf *b, const struct job_words *l)
{
	for (size_t i = 0; i < l->n; i++)
		strbuf_fmt(b, " \"%s\";", l->v[i].text);
}

static void native_exports(struct tc *t, const struct slot *s)
{
	const struct job_words *data = &t->job->list[JL_DATA];
	struct strbuf list = { .mem = t->mem }, own = list;

	strbuf_puts(&list, "{");
	add_names(&list, data);
	strbuf_puts(&list, " };\n");
	plan_make(t->plan, PLAN_TEXT, "image.list", strbuf_text(&list), NOWHERE);
	tc_word(t, s, NOWHERE, "--dynamic-list=" PLAN_TMP "image.list");
	for (size_t i = 0; i < data->n; i++)
		strbuf_fmt(&own, "\"" TC_OWN_PREFIX "%s\" = \"%s\";\n", data->v[i].text,
			data->v[i].text);
	if (!data->n)
		return;
	plan_make(t->plan, PLAN_TEXT, "own.ld", strbuf_text(&own), NOWHERE);
	tc_word(t, s, NOWHERE, PLAN_TMP "own.ld");
}

static void slot_exports(struct tc *t, const struct slot *s)
{
	struct loc at = t->job->str[JS_ROOT_SYMBOL].at;
	struct strbuf b = { .mem = t->mem };

	strbuf_fmt(&b, "{ global: %s;", tc_root_symbol(t));
	add_names(&b, &t->job->list[JL_FUNCTIONS]);
	add_names(&b, &t->job->list[JL_DATA]);
	strbuf_puts(&b, " local: *; };\n");
	plan_make(t->plan, PLAN_TEXT, "image.ver", strbuf_text(&b), at);
	tc_word(t, s, at, "--version-script=" PLAN_TMP "image.ver");
	if (t->job->list[JL_FUNCTIONS].given)
		native_exports(t, s);
}

/* Symbols of the host program stay undefined in the file; which ones may is checked on the result
 * (driver/run.c). Without any, the linker itself refuses what nothing provides. */
static void slot_undefined(struct tc *t, const struct slot *s)
{
	const struct job_words *l = &t->job->list[JL_HOST_SYMBOLS];

	t->plan->check_undefined = l->n;
	if (l->n) {
		tc_word(t, s, l->v[0].at, "--unresolved-symbols=ignore-all");
	} else {
		tc_word(t, s, NOWHERE, "-z");
		tc_word(t, s, NOWHERE, "defs");
	}
}

static void slot_needs(struct tc *t, const struct slot *s)
{
	static const struct image_needs how = { PLAN_ELF_STUB, "", "a shared library file" };

	tc_word(t, s, NOWHERE, "--as-needed");
	image_needs_job_or_platform(t, s, &how);
}

#define PF(member) offsetof(struct platform, member)
static const struct slot image_slots[] = {
	{ "strip", .flag = JF_STRIP, .word = "-s" },
	{ "hash-style", .word = "--hash-style=", .fact = PF(hash_style) },
	{ "eh-frame-hdr", .word = "--eh-frame-hdr" },
	{ "emulation", .emit = slot_emulation },
	{ "page-size", .emit = slot_page_size },
	{ "image-options", .list = PF(image_options) },
	{ "image-shared", .word = "-shared" },
	{ "output", .emit = slot_output },
	{ "soname", .emit = slot_soname },
	{ "exports", .emit = slot_exports },
	{ "undefined", .emit = slot_undefined },
	{ "start", .emit = slot_start },
	{ "whole-archive", .word = "--whole-archive" },
	{ "user-library-dirs", .emit = slot_user_library_dirs },
	{ "inputs", .emit = slot_inputs },
	{ "whole-archive", .word = "--no-whole-archive" },
	{ "needs", .emit = slot_needs },
	{ 0 },
};

void elf_image_plan(struct tc *t)
{
	t->plan->flavor = PLAN_GNU;
	t->plan->linker = "ld.lld";
	slots_run(t, image_slots);
}
