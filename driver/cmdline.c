/* The link command's options: their tables (driver/rules*.c) say which sets which flag, string or
 * list of the job. Only -Wl, and its kind, which keep their place among the inputs, need code. */
#include "driver/cmdline.h"

#include "base/str.h"
#include "driver/config.h"
#include "driver/jobfile.h"
#include "driver/options.h"
#include "driver/rules.h"
#include "driver/target.h"

struct parse {
	struct arena *a;
	struct diags *d;
	struct link_job *job;
	struct link_mode *mode;
	unsigned first;
	int query;              /* the index of the one that counts; 0: none */
	const unsigned *origin; /* the word of the command line each argument came from */
};

static struct loc place(const struct parse *p, const struct ll_arg *arg)
{
	return (struct loc) { .arg = p->first + p->origin[arg->index] };
}

unsigned cmdline_check(struct arena *a, struct diags *d, const struct ll_arg *args, size_t n,
	unsigned first, const unsigned *origin)
{
	unsigned bad = 0;

	(void)a;
	for (size_t i = 0; i < n; i++) {
		struct loc at = { .arg = first + (origin ? origin[args[i].index] : args[i].index) };

		if (args[i].unknown)
			diag_err(d, at, "unknown option '%s'%s%s%s", args[i].spelling,
				args[i].near ? "; did you mean '" : "",
				args[i].near ? args[i].near : "", args[i].near ? "'?" : "");
		else if (args[i].missing)
			diag_err(d, at, "option '%s' wants %u value%s behind it, and the line ends",
				args[i].spelling, args[i].wanted, args[i].wanted == 1 ? "" : "s");
		else
			continue;
		bad++;
	}
	return bad;
}

/* ---- actions */

static bool is_choice(const char *choices, const char *value)
{
	size_t n = strlen(value);

	for (const char *c = choices; c; c = strchr(c, '|') ? strchr(c, '|') + 1 : NULL)
		if (strcspn(c, "|") == n && !strncmp(c, value, n))
			return true;
	return false;
}

static void choice(struct parse *p, const struct option_rule *r, const struct ll_arg *arg)
{
	struct loc at = place(p, arg);

	if (!is_choice(r->choices, arg->values[0])) {
		diag_err(p->d, at, "'%s' wants one of %s, got '%s'", arg->spelling, r->choices,
			arg->values[0]);
		return;
	}
	if (r->id == OPT_driver_mode && str_eq(arg->values[0], "g++"))
		job_set_flag(p->job, JF_CXX, at);
	if (r->index >= 0)
		job_set_str(p->job, (enum job_str)r->index, arg->values[0], at);
}

/* --no-demangle is taken out of the user's words and put in a slot of its own, as clang does */
static void input_words(struct parse *p, const struct ll_arg *arg)
{
	for (size_t i = 0; i < arg->nvalues; i++)
		if (str_eq(arg->values[i], "--no-demangle"))
			job_set_flag(p->job, JF_NO_DEMANGLE, place(p, arg));
		else
			job_add_input(p->job, JOB_IN_WORD, arg->values[i], place(p, arg));
}

static void input_option(struct parse *p, const struct option_rule *r, const struct ll_arg *arg)
{
	job_add_input(p->job, JOB_IN_WORD, r->choices, place(p, arg));
	for (size_t i = 0; i < arg->nvalues; i++)
		job_add_input(p->job, JOB_IN_WORD, arg->values[i], place(p, arg));
	if (r->index)
		job_set_flag(p->job, (enum job_flag)r->index, place(p, arg));
}

static void input_joined(struct parse *p, const struct option_rule *r, const struct ll_arg *arg)
{
	job_add_input(p->job, JOB_IN_WORD, str_fmt(p->a, "%s%s", r->choices, arg->values[0]),
		place(p, arg));
}

/* the last of -pie and -no-pie wins: the toolchain looks for -no-pie first */
static void set_flag(struct parse *p, enum job_flag f, struct loc at)
{
	if (f == JF_PIE)
		p->job->flag[JF_NO_PIE].on = false;
	if (f == JF_STATIC_LIBSAN)
		p->job->flag[JF_SHARED_LIBSAN].on = false;
	job_set_flag(p->job, f, at);
}

/* the name of OpenMP's library, which stays when it is turned off, turns it on */
static void set_str(struct parse *p, enum job_str s, const char *value, struct loc at)
{
	if (s == JS_OPENMP)
		job_set_flag(p->job, JF_OPENMP, at);
	job_set_str(p->job, s, value, at);
}

/* a list of its own that is empty: `--needs none` */
static void add_list(struct parse *p, enum job_list l, const char *value, struct loc at)
{
	if (l == JL_NEEDS && str_eq(value, "none"))
		p->job->list[l].given = true;
	else
		job_add(p->job, l, value, at);
}

/* -fsanitize=a,b: a list of what was said, in order, each with its sign */
static void add_marked(struct parse *p, const struct option_rule *r, const struct ll_arg *arg)
{
	for (size_t i = 0; i < arg->nvalues; i++)
		job_add(p->job, (enum job_list)r->index,
			str_fmt(p->a, "%s%s", r->choices, arg->values[i]), place(p, arg));
}

static void query(struct parse *p, const struct option_rule *r, const struct ll_arg *arg)
{
	if (p->query && p->query < r->index)
		return;
	p->query = r->index;
	job_set_str(p->job, JS_QUERY, r->choices, place(p, arg));
	if (arg->nvalues)
		job_set_str(p->job, JS_QUERY_NAME, arg->values[0], place(p, arg));
}

static void apply(struct parse *p, const struct option_rule *r, const struct ll_arg *arg)
{
	struct loc at = place(p, arg);

	switch (r->action) {
	case SET_FLAG: set_flag(p, (enum job_flag)r->index, at); break;
	case SET_STR: set_str(p, (enum job_str)r->index, arg->values[0], at); break;
	case CLEAR_FLAG: p->job->flag[r->index].on = false; break;
	case CLEAR_STR: p->job->str[r->index].text = NULL; break;
	case FIX_STR: job_set_str(p->job, (enum job_str)r->index, r->choices, at); break;
	case ADD_FIXED: job_add(p->job, (enum job_list)r->index, r->choices, at); break;
	case ADD_MARKED: add_marked(p, r, arg); break;
	case ADD_LIST: add_list(p, (enum job_list)r->index, arg->values[0], at); break;
	case INPUT_LIB: job_add_input(p->job, JOB_IN_LIB, arg->values[0], at); break;
	case INPUT_WORDS: input_words(p, arg); break;
	case INPUT_OPTION: input_option(p, r, arg); break;
	case INPUT_JOINED: input_joined(p, r, arg); break;
	case CHOICE: choice(p, r, arg); break;
	case QUERY: query(p, r, arg); break;
	case READ_JOB: jobfile_read(p->a, p->d, at, arg->values[0], p->job); break;
	case MODE: *((char *)p->mode + r->index) = true; break;
	case MODE_WORD:
		*(struct job_word *)((char *)p->mode + r->index) =
			(struct job_word) { arg->values[0], at };
		break;
	case IGNORE: break;
	case UNUSED:
		if (!p->job->flag[JF_QUIET_UNUSED].on)
			diag_warn(p->d, at, "option '%s' is not used for this link", arg->spelling);
		break;
	}
}

static void use_option(struct parse *p, const struct ll_arg *arg)
{
	const struct option_rule *r = rule_of(arg->id);
	bool apple = ll_opt_in_group(arg->id, OPT_darwin_Group);

	job_add_option(p->job, &(struct job_option) { arg->spelling, arg->values, arg->nvalues,
				       place(p, arg), apple });
	if (r)
		apply(p, r, arg);
	else if (arg->id == OPT_c || arg->group == OPT_no_link_Group)
		diag_err(p->d, place(p, arg),
			"'%s' is for a compiler, and pkgimg only links; name the compiler by "
			"--compiler=, or use it instead",
			arg->spelling);
	else if (!apple && !ll_opt_in_group(arg->id, OPT_compile_Group))
		diag_bug("option '%s' has no rule", arg->spelling);
}

/* ---- -Xarch_ARCH OPTION */

/* `host` is any target, `device` none of ours; other names are Apple's, where one architecture is
 * linked for. returns false if not, or reported */
static bool xarch_is_for(struct parse *p, const char *arch, struct loc at)
{
	const struct job_option *first = NULL;
	struct ll_triple t;

	if (str_eq(arch, "host") || str_eq(arch, "device"))
		return str_eq(arch, "host");
	target_of_job(p->a, p->job, &t);
	if (!strstr(t.normal, "-apple-"))
		return false;
	for (size_t i = 0; i < p->job->noptions; i++) {
		const struct job_option *o = &p->job->options[i];

		if (!str_eq(o->name, "-arch"))
			continue;
		if (first && !str_eq(first->values[0], o->values[0])) {
			diag_err(p->d, at,
				"'-Xarch_%s' wants one architecture; link each by itself", arch);
			return false;
		}
		first = o;
	}
	if (first)
		return str_eq(first->values[0], arch);
	return str_eq(t.arch, arch) || (str_eq(arch, "arm64") && str_eq(t.arch, "aarch64"));
}

/* words of Apple's linker from -Xarch_ stand before all inputs */
static void put_first(struct link_job *job, const struct ll_arg *arg, size_t k, struct loc at)
{
	job_add_input(job, JOB_IN_WORD, arg->values[k], at);
	for (size_t i = job->ninputs - 1; i > k; i--) {
		struct job_input other = job->inputs[i - 1];

		job->inputs[i - 1] = job->inputs[i];
		job->inputs[i] = other;
	}
}

/* What decides the target, the way of optimising and the list of inputs is decided before clang
 * looks at -Xarch_, so such an option has no effect there. */
static bool xarch_is_late(const struct ll_arg *arg)
{
	static const enum opt_id late[] = { OPT_flto, OPT_flto_EQ, OPT_fno_lto, OPT_driver_mode,
		OPT_resource_dir_EQ };

	for (size_t i = 0; i < sizeof(late) / sizeof(late[0]); i++)
		if (arg->id == late[i])
			return true;
	return ll_opt_in_group(arg->id, OPT_target_Group);
}

static void xarch(struct parse *p, const struct ll_arg *arg)
{
	struct loc at = place(p, arg);
	struct ll_arg in;
	size_t n;

	if (!xarch_is_for(p, arg->values[0], at))
		return;
	in = *ll_opts_parse(p->a, 1, &arg->values[1], LinkOption, &n);
	in.index = arg->index;
	if (!in.id || in.missing) {
		diag_err(p->d, at, "'%s' behind '-Xarch_%s' is no option that stands by itself",
			arg->values[1], arg->values[0]);
		return;
	}
	if ((in.flags & LinkerInput) && strcmp(arg->values[0], "host"))
		for (size_t i = 0; i < in.nvalues; i++)
			put_first(p->job, &in, i, at);
	if ((in.flags & LinkerInput) || xarch_is_late(&in))
		return;
	use_option(p, &in);
}

int cmdline_parse(struct arena *a, struct diags *d, size_t n, const char *const argv[],
	unsigned first, struct link_job *job, struct link_mode *mode, bool *usage)
{
	struct parse p = { .a = a, .d = d, .job = job, .mode = mode, .first = first };
	unsigned before = d->errors;
	struct words words;
	const struct ll_arg *args;
	size_t nargs;

	if (config_words(a, d, &(struct config_line) { n, argv, first, job->str[JS_TARGET].text },
		    &words))
		return -1;
	p.origin = words.origin;
	args = ll_opts_parse(a, words.n, words.v, LinkOption, &nargs);
	*usage = cmdline_check(a, d, args, nargs, first, p.origin) > 0;
	for (size_t i = 0; i < nargs; i++) {
		const struct ll_arg *arg = &args[i];

		if (arg->unknown || arg->missing)
			continue;
		if (!arg->id) {
			job_add_input(job, JOB_IN_FILE, arg->spelling, place(&p, arg));
			continue;
		}
		use_option(&p, arg);
	}
	for (size_t i = 0; i < nargs; i++)
		if (args[i].id == OPT_Xarch__ && !args[i].missing)
			xarch(&p, &args[i]);
	d->no_warnings = mode->quiet;
	return d->errors == before ? 0 : -1;
}
