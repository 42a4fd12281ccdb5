/* x32 on Windows, which no compiler makes code for. clang 19 has no linker for it and hands the
 * line to GCC as it is: the options of linking in their order, the width of the architecture, the
 * inputs (Gnu.cpp, gcc::Common). The plan shows that line; a link is refused, since GCC would make
 * a 64-bit file of it and say nothing. */
#include "toolchains/toolchain.h"

#include "base/str.h"

/* how an option is put on GCC's line */
enum how { ALONE, JOINED, APART };

/* those of linking that are no inputs; GCC is not given the others */
static const struct {
	const char *name;
	enum how how;
} handed_on[] = {
	{ "-shared", ALONE },
	{ "--shared", ALONE },
	{ "-static", ALONE },
	{ "--static", ALONE },
	{ "-static-pie", ALONE },
	{ "-pie", ALONE },
	{ "-nostdlib", ALONE },
	{ "--nostdlib", ALONE },
	{ "-nostartfiles", ALONE },
	{ "-rdynamic", ALONE },
	{ "-s", ALONE },
	{ "-t", ALONE },
	{ "--coverage", ALONE },
	{ "-L", JOINED },
	{ "-T", APART },
	{ "-u", APART },
	{ "-undefined", APART },
	{ "--ld-path=", JOINED },
	{ "-fuse-ld=", JOINED },
};

static void slot_options(struct tc *t, const struct slot *s)
{
	for (size_t i = 0; i < t->job->noptions; i++) {
		const struct job_option *o = &t->job->options[i];
		const char *value = o->nvalues ? o->values[0] : "";

		for (size_t k = 0; k < sizeof(handed_on) / sizeof(handed_on[0]); k++) {
			if (!str_eq(o->name, handed_on[k].name))
				continue;
			if (handed_on[k].how == JOINED)
				tc_wordf(t, s, o->at, "%s%s", o->name, value);
			else
				tc_word(t, s, o->at, o->name);
			if (handed_on[k].how == APART)
				tc_word(t, s, o->at, value);
		}
	}
}

/* the option that an input is of, as it was typed; NULL: a job file's */
static const struct job_option *option_at(const struct tc *t, struct loc at)
{
	for (size_t i = 0; i < t->job->noptions; i++)
		if (at.arg && t->job->options[i].at.arg == at.arg)
			return &t->job->options[i];
	return NULL;
}

static void typed(struct tc *t, const struct slot *s, const struct job_option *o)
{
	struct strbuf b = { .mem = t->mem };

	if (str_eq(o->name, "-Wl,") || str_eq(o->name, "-l")) {
		strbuf_puts(&b, o->name);
		for (size_t i = 0; i < o->nvalues; i++)
			strbuf_fmt(&b, "%s%s", i ? "," : "", o->values[i]);
		tc_word(t, s, o->at, strbuf_text(&b));
		return;
	}
	tc_word(t, s, o->at, o->name);
	for (size_t i = 0; i < o->nvalues; i++)
		tc_word(t, s, o->at, o->values[i]);
}

/* GCC takes the words of -Wl, apart itself */
static void slot_gcc_inputs(struct tc *t, const struct slot *s)
{
	const struct job_option *before = NULL;

	for (size_t i = 0; i < t->job->ninputs; i++) {
		const struct job_input *in = &t->job->inputs[i];
		const struct job_option *o = option_at(t, in->at);

		if (!tc_input_present(in))
			continue;
		if (in->kind == JOB_IN_FILE || !o)
			tc_word(t, s, in->at, in->text);
		else if (o != before)
			typed(t, s, o);
		before = in->kind == JOB_IN_FILE ? NULL : o;
	}
}

static const struct slot x32_slots[] = {
	{ "options", .emit = slot_options },
	{ "width", .word = "-m64" },
	{ "output", .emit = slot_output },
	{ "inputs", .emit = slot_gcc_inputs },
	{ 0 },
};

bool mingw_is_x32(const struct tc *t)
{
	return str_ends(t->triple, "-gnux32");
}

void mingw_x32_plan(struct tc *t)
{
	t->plan->flavor = PLAN_MINGW;
	t->plan->linker = tc_find_program(t, tc_flag(t, JF_CXX) ? "g++" : "gcc");
	t->plan->external = (struct job_word) { 0 };
	t->plan->shown_only =
		"Windows has no x32, and GCC, to which clang hands this line, would link "
		"for 64 bits; use -m64 or -m32";
	slots_run(t, x32_slots);
}
