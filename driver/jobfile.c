/* Job files: the link job of link_job.h as YAML. The keys are the enums' words. */
#include "driver/jobfile.h"

#include "base/str.h"
#include "base/yml.h"

/* `flags:` of a job file */
static const struct {
	const char *name;
	enum job_flag flag;
} flag_names[] = {
	{ "c++", JF_CXX },
	{ "no-demangle", JF_NO_DEMANGLE },
	{ "no-libc", JF_NOLIBC },
	{ "no-pie", JF_NO_PIE },
	{ "nodefaultlibs", JF_NODEFAULTLIBS },
	{ "nostartfiles", JF_NOSTARTFILES },
	{ "nostdlib", JF_NOSTDLIB },
	{ "nostdlib++", JF_NOSTDLIBXX },
	{ "pie", JF_PIE },
	{ "profile", JF_PROFILE_PG },
	{ "pthread", JF_PTHREAD },
	{ "rdynamic", JF_RDYNAMIC },
	{ "shared-libgcc", JF_SHARED_LIBGCC },
	{ "static-libgcc", JF_STATIC_LIBGCC },
	{ "static-libstdc++", JF_STATIC_LIBSTDCXX },
	{ "strip", JF_STRIP },
};
enum { NFLAGS = sizeof(flag_names) / sizeof(flag_names[0]) };

static const char *const kind_names[] = { "executable", "shared", "relocatable", "static",
	"static-pie", "image", NULL };

struct job_file {
	uint64_t schema;
	int kind;
	struct loc kind_at;
	struct job_word str[JOB_STRS];
	struct yml_strs list[JOB_LISTS], flags;
	struct yml_node *inputs;
};

#define J(member)    offsetof(struct job_file, member)
#define STR(key, i)  { key, YML_T_STR, YML_OPTIONAL, J(str[i].text), J(str[i].at), NULL, 0 }
#define LIST(key, i) { key, YML_T_STRS, YML_OPTIONAL, J(list[i]), YML_NO_AT, NULL, 0 }
static const struct yml_field fields[] = {
	{ "schema", YML_T_UINT, YML_REQUIRED, J(schema), YML_NO_AT, NULL, 1 },
	{ "kind", YML_T_ENUM, YML_REQUIRED, J(kind), J(kind_at), kind_names, 0 },
	{ "inputs", YML_T_NODE, YML_OPTIONAL, J(inputs), YML_NO_AT, NULL, 0 },
	{ "flags", YML_T_STRS, YML_OPTIONAL, J(flags), YML_NO_AT, NULL, 0 },
	STR("output", JS_OUTPUT),
	STR("target", JS_TARGET),
	STR("platform", JS_PLATFORM),
	STR("sysroot", JS_SYSROOT),
	STR("gcc-toolchain", JS_GCC_TOOLCHAIN),
	STR("dynamic-linker-prefix", JS_DYLD_PREFIX),
	STR("root-symbol", JS_ROOT_SYMBOL),
	STR("soname", JS_SONAME),
	LIST("library-dirs", JL_LIBRARY_DIRS),
	LIST("undefined", JL_UNDEFINED),
	LIST("scripts", JL_SCRIPTS),
	LIST("prefixes", JL_PREFIXES),
	LIST("needs", JL_NEEDS),
	LIST("host-symbols", JL_HOST_SYMBOLS),
	{ NULL, 0, 0, 0, 0, NULL, 0 },
};

/* one input: a path, or {library: NAME}, or {word: WORD} */
struct input_row {
	struct job_word library, word;
};
#define I(member) offsetof(struct input_row, member)
static const struct yml_field input_fields[] = {
	{ "library", YML_T_STR, YML_OPTIONAL, I(library.text), I(library.at), NULL, 0 },
	{ "word", YML_T_STR, YML_OPTIONAL, I(word.text), I(word.at), NULL, 0 },
	{ NULL, 0, 0, 0, 0, NULL, 0 },
};

static void read_input(struct diags *d, struct yml_node *n, struct link_job *job)
{
	struct input_row row = { 0 };

	if (n->kind == YML_SCALAR) {
		job_add_input(job, JOB_IN_FILE, n->text, n->at);
		return;
	}
	if (n->kind != YML_MAP) {
		diag_err(d, n->at, "an input wants a path, {library: NAME} or {word: WORD}, got %s",
			yml_kind_name(n));
		return;
	}
	if (yml_fill(job->mem, d, n, "an input", input_fields, &row))
		return;
	if (row.library.text && row.word.text)
		diag_err(d, n->at, "an input is a 'library' or a 'word', not both; make it two");
	else if (row.library.text)
		job_add_input(job, JOB_IN_LIB, row.library.text, row.library.at);
	else if (row.word.text)
		job_add_input(job, JOB_IN_WORD, row.word.text, row.word.at);
	else
		diag_err(d, n->at, "an input wants a 'library' or a 'word'");
}

static void read_inputs(struct diags *d, struct yml_node *n, struct link_job *job)
{
	if (n->kind != YML_SEQ) {
		diag_err(d, n->at, "'inputs' wants a list, got %s", yml_kind_name(n));
		return;
	}
	yml_each (i, n)
		read_input(d, n->items[i], job);
}

static void read_flags(struct diags *d, const struct yml_strs *flags, struct link_job *job)
{
	const char *names[NFLAGS];

	for (size_t k = 0; k < NFLAGS; k++)
		names[k] = flag_names[k].name;
	yml_each (i, flags) {
		const char *near;
		size_t k;

		for (k = 0; k < NFLAGS && !str_eq(names[k], flags->v[i]); k++)
			;
		if (k < NFLAGS) {
			job_set_flag(job, flag_names[k].flag, flags->at[i]);
			continue;
		}
		near = str_nearest(flags->v[i], names, NFLAGS);
		diag_err(d, flags->at[i], "unknown flag '%s'%s%s%s", flags->v[i],
			near ? "; did you mean '" : "; docs/job-files.md lists them",
			near ? near : "", near ? "'?" : "");
	}
}

static void set_kind(struct link_job *job, enum job_kind kind, struct loc at)
{
	static const enum job_flag flags[JOB_KINDS] = {
		[JOB_SHARED] = JF_SHARED,
		[JOB_RELOCATABLE] = JF_RELOCATABLE,
		[JOB_STATIC] = JF_STATIC,
		[JOB_STATIC_PIE] = JF_STATIC_PIE,
		[JOB_IMAGE] = JF_IMAGE,
	};

	if (flags[kind])
		job_set_flag(job, flags[kind], at);
	if (kind == JOB_RELOCATABLE) /* clang has -r among the inputs */
		job_add_input(job, JOB_IN_WORD, "-r", at);
}

int jobfile_read(
	struct arena *a, struct diags *d, struct loc asked, const char *path, struct link_job *job)
{
	struct job_file f = { 0 };
	unsigned before = d->errors;
	struct yml_node *top = yml_read(a, d, asked, "job file", path);

	if (!top || yml_fill(a, d, top, "a job file", fields, &f))
		return -1;
	job->at = top->at;
	set_kind(job, (enum job_kind)f.kind, f.kind_at);
	for (int s = 0; s < JOB_STRS; s++)
		if (f.str[s].text)
			job_set_str(job, (enum job_str)s, f.str[s].text, f.str[s].at);
	for (int l = 0; l < JOB_LISTS; l++) {
		yml_each (i, &f.list[l])
			job_add(job, (enum job_list)l, f.list[l].v[i], f.list[l].at[i]);
		if (f.list[l].at) /* given, if only as [] */
			job->list[l].given = true;
	}
	read_flags(d, &f.flags, job);
	if (f.inputs)
		read_inputs(d, f.inputs, job);
	return d->errors == before ? 0 : -1;
}
