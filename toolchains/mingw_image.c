/* PE package images: one DLL with one exported symbol, or with the native exports of a build too,
 * made of the job's inputs alone.
 *
 * No file of the target system takes part. What a DLL would get from MinGW's start files comes from
 * stubs/ (the platform's `image: start:`); what the image takes from other DLLs comes through
 * import libraries made on the fly from symbol lists. A definition file names what is exported. */
#include "toolchains/toolchain.h"

#include "base/str.h"
#include "toolchains/image_needs.h"

static void slot_entry(struct tc *t, const struct slot *s)
{
	tc_word(t, s, t->pf->dll_entry.at, "-e");
	tc_word(t, s, t->pf->dll_entry.at, t->pf->dll_entry.text);
}

/* Definition files of 32-bit x86 have names without the '_' that the linker puts in front. */
static void add_names(
	struct tc *t, struct strbuf *b, const struct job_words *l, const char *attribute)
{
	bool bare = str_eq(t->pf->arch.text, "i386");

	for (size_t i = 0; i < l->n; i++) {
		const char *name = l->v[i].text;

		strbuf_fmt(b, "\t\"%s\"%s\n", name + (bare && *name == '_'), attribute);
	}
}

static void slot_exports(struct tc *t, const struct slot *s)
{
	struct loc at = t->job->str[JS_ROOT_SYMBOL].at;

	struct strbuf b = { .mem = t->mem };

	/* as data: ARM's linkers add one to the address of a function */
	strbuf_fmt(&b, "EXPORTS\n\t\"%s\" DATA\n", tc_root_symbol(t));
	add_names(t, &b, &t->job->list[JL_FUNCTIONS], "");
	add_names(t, &b, &t->job->list[JL_DATA], " DATA");
	plan_make(t->plan, PLAN_TEXT, "image.def", strbuf_text(&b), at);
	tc_word(t, s, at, PLAN_TMP "image.def");
}

static void slot_import_library(struct tc *t, const struct slot *s)
{
	const struct job_word *w = &t->job->str[JS_IMPLIB];

	if (!w->text)
		return;
	tc_word(t, s, w->at, "--out-implib");
	tc_word(t, s, w->at, w->text);
}

static void slot_needs(struct tc *t, const struct slot *s)
{
	static const struct image_needs how = { PLAN_IMPORT_LIBRARY, ".a", "an import library" };

	image_needs_job_or_platform(t, s, &how);
}

#define PF(member) offsetof(struct platform, member)
static const struct slot image_slots[] = {
	{ "strip", .flag = JF_STRIP, .word = "-s" },
	{ "emulation", .emit = slot_emulation },
	{ "image-options", .list = PF(image_options) },
	{ "image-shared", .word = "--shared" },
	{ "entry", .emit = slot_entry },
	{ "output", .emit = slot_output },
	{ "exports", .emit = slot_exports },
	{ "import-library", .emit = slot_import_library },
	{ "start", .emit = slot_start },
	{ "whole-archive", .word = "--whole-archive" },
	{ "user-library-dirs", .emit = slot_user_library_dirs },
	{ "inputs", .emit = slot_inputs },
	{ "whole-archive", .word = "--no-whole-archive" },
	/* behind the inputs, which may have some of it themselves */
	{ "image-library", .emit = slot_start_library },
	{ "needs", .emit = slot_needs },
	{ 0 },
};

/* A DLL names the DLL of everything it imports: there are no symbols that any host may provide. */
static void refuse_host_symbols(struct tc *t)
{
	const struct job_words *l = &t->job->list[JL_HOST_SYMBOLS];

	for (size_t i = 0; i < l->n; i++)
		diag_err(t->d, l->v[i].at,
			"'%s' cannot be left to the host: a DLL names the file of each import; "
			"give the host's import library with --needs ./NAME.dll.a",
			l->v[i].text);
}

void mingw_image_plan(struct tc *t)
{
	t->plan->flavor = PLAN_MINGW;
	t->plan->linker = "ld.lld";
	if (!t->pf->image_start.text || !t->pf->image_stubs.text) {
		diag_err(t->d, t->job->flag[JF_IMAGE].at,
			"package images are not made for %s: it has no symbol lists", t->pf->name);
		return;
	}
	refuse_host_symbols(t);
	slots_run(t, image_slots);
}
