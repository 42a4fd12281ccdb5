/* Words for what LLD's link-time optimisation writes and reads besides the program: profiles,
 * remarks, statistics. clang says them in every link, with bitcode or without. */
#include "toolchains/darwin.h"

#include "base/file.h"
#include "base/str.h"

static const struct job_option *last_of(const struct tc *t, const char *const *names)
{
	const struct job_option *found = darwin_option_of(t, names);

	return found && !str_starts(found->name, "-fno-") ? found : NULL;
}

static const struct job_option *profile_use(const struct tc *t)
{
	static const char *const names[] = { "-fprofile-use",
		"-fprofile-use=", "-fprofile-instr-use", "-fprofile-instr-use=", "-fno-profile-use",
		"-fno-profile-instr-use", NULL };

	return last_of(t, names);
}

void darwin_profile_paths(struct tc *t, const struct slot *s)
{
	static const char *const generate[] = { "-fcs-profile-generate",
		"-fcs-profile-generate=", "-fno-profile-generate", NULL };
	const struct job_option *make = last_of(t, generate), *use = profile_use(t);
	const char *path;

	if (make) {
		path = path_join(
			t->mem, make->nvalues ? make->values[0] : "", "default_%m.profraw");
		tc_word(t, s, make->at, "--cs-profile-generate");
		tc_wordf(t, s, make->at, "--cs-profile-path=%s", path);
	} else if (use) {
		path = use->nvalues ? use->values[0] : "";
		if (!*path || file_is_dir(path))
			path = path_join(t->mem, path, "default.profdata");
		tc_wordf(t, s, use->at, "--cs-profile-path=%s", path);
	}
}

static void mllvm(struct tc *t, const struct slot *s, struct loc at, const char *word)
{
	tc_word(t, s, at, "-mllvm");
	tc_word(t, s, at, word);
}

/* "-lto-pass-remarks-x=" and an option's value, if the option is there */
static void mllvm_value(struct tc *t, const struct slot *s, const char *word, const char *option)
{
	const struct job_option *o = darwin_option(t, option);

	if (o)
		mllvm(t, s, o->at, str_fmt(t->mem, "%s%s", word, o->values[0]));
}

/* remarks on what was optimised go beside the output unless a file is named; one file cannot be for
 * several architectures */
void darwin_remarks(struct tc *t, const struct slot *s)
{
	static const char *const save[] = { "-fsave-optimization-record",
		"-fsave-optimization-record=", "-foptimization-record-file=",
		"-foptimization-record-passes=", "-fno-save-optimization-record", NULL };
	const struct job_option *on = last_of(t, save);
	const struct job_option *file = darwin_option(t, "-foptimization-record-file=");
	const struct job_option *format = darwin_option(t, "-fsave-optimization-record=");
	const char *kind = format ? format->values[0] : "yaml";

	if (!on)
		return;
	if (file && darwin_of(t)->universal) {
		diag_err(t->d, file->at,
			"'-foptimization-record-file=' names one file, and several '-arch' write "
			"one each");
		return;
	}
	mllvm(t, s, on->at, "-lto-pass-remarks-output");
	mllvm(t, s, on->at,
		file ? file->values[0] : str_fmt(t->mem, "%s.opt.%s", darwin_output(t), kind));
	mllvm_value(t, s, "-lto-pass-remarks-filter=", "-foptimization-record-passes=");
	if (*kind)
		mllvm(t, s, on->at, str_fmt(t->mem, "-lto-pass-remarks-format=%s", kind));
	if (!profile_use(t))
		return;
	mllvm(t, s, on->at, "-lto-pass-remarks-with-hotness");
	mllvm_value(
		t, s, "-lto-pass-remarks-hotness-threshold=", "-fdiagnostics-hotness-threshold=");
}

/* INPUT.stats, in this folder or beside the output */
void darwin_stats(struct tc *t, const struct slot *s)
{
	const struct job_option *o = darwin_option(t, "-save-stats=");
	const char *base, *dir = "", *dot;

	if (!o)
		o = darwin_option(t, "-save-stats");
	if (!o || !t->plan->ninputs)
		return;
	if (o->nvalues && str_eq(o->values[0], "obj") && strchr(darwin_output(t), '/'))
		dir = path_dir(t->mem, darwin_output(t));
	else if (o->nvalues && !str_eq(o->values[0], "obj") && !str_eq(o->values[0], "cwd")) {
		diag_err(t->d, o->at, "'-save-stats=' wants cwd or obj, got '%s'", o->values[0]);
		return;
	}
	base = path_base(t->plan->inputs[0].text);
	dot = strrchr(base, '.');
	base = str_fmt(
		t->mem, "%.*s.stats", (int)(dot ? (size_t)(dot - base) : strlen(base)), base);
	mllvm(t, s, o->at, str_fmt(t->mem, "-lto-stats-file=%s", path_join(t->mem, dir, base)));
}
