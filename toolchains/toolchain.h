/* Toolchains: one per platform family. A toolchain turns a job and a platform into the words of a
 * link line and never runs anything.
 *
 * The order of a link line is a table of slots. Most slots are data: a flag of the job and the word
 * it stands for, or a list of the platform. Only a slot that needs two facts or a look at the disk
 * is a function, with its reason above it. */
#ifndef TOOLCHAINS_TOOLCHAIN_H
#define TOOLCHAINS_TOOLCHAIN_H

#include "base/argv.h"
#include "toolchains/gcc.h"
#include "toolchains/link_job.h"
#include "toolchains/platform.h"

/* sanitizers: a set of checks; the bits are in the table of sanitize.c */
typedef uint64_t san_mask;

struct sanitize {
	san_mask on;       /* groups put in full, what was taken back left out */
	san_mask trapping; /* these trap and call no runtime */
	bool coverage;     /* -fsanitize-coverage= or the fuzzer's own */
	bool shared;       /* runtimes as shared libraries */
	bool cxx;          /* with their C++ parts */
	bool link;         /* false: -fno-sanitize-link-runtime, or none is on */
	bool pie;          /* some check works in position-independent programs only */
	struct loc at;     /* the last option that asked */
};

/* what a plan is made of and in; lives for one plan */
struct tc {
	struct arena *mem;
	struct diags *d;
	const struct link_job *job;
	const struct platform *pf;
	struct link_plan *plan;
	enum job_kind kind;
	enum crt_kind crt;
	struct gcc_install gcc; /* dir NULL: none found */
	struct platform_vars vars;
	struct job_words library_dirs; /* the platform's, substituted, those that exist */
	const char **file_dirs;        /* [nfile_dirs] where tc_find_file looks */
	size_t nfile_dirs;
	const char *data; /* the program's data folder */
	struct {
		const char *base, *name, *root;
	} mingw;                  /* as VAR_MINGW and those behind it */
	const char *triple;       /* the target's, normalised */
	const char *resource_dir; /* clang's, of compiler-rt */
	struct sanitize san;      /* what -fsanitize= and its kind amount to */
	bool is_android;
	unsigned api; /* Android: the API level; 0: none named */
};

struct slot {
	const char *name;
	void (*emit)(struct tc *t, const struct slot *s); /* a rule; or the row is data: */
	enum job_flag flag; /* only if the job has this flag (JF_NONE: always) */
	const char *word;   /* the word; with `fact`, what stands before the fact's text */
	size_t fact,
		list; /* offset in struct platform of a struct fact, a struct yml_strs; 0: none */
};

/* run a table, ended by a row without a name */
void slots_run(struct tc *t, const struct slot *slots);

/* one word at a slot */
void tc_word(struct tc *t, const struct slot *s, struct loc at, const char *word);
void tc_wordf(struct tc *t, const struct slot *s, struct loc at, const char *fmt, ...) FMT(4, 5);
/* a list of the platform, ${} put in; words with an unset variable are left out */
void tc_words(struct tc *t, const struct slot *s, const struct yml_strs *words);

/* Where a start file or library lies: -B folders, then the library folders; the bare name when it
 * is nowhere, so that the linker reports it (clang's GetFilePath). */
const char *tc_find_file(struct tc *t, const char *name);

/* a program: -B folders, the program's own folder, PATH; its bare name when it is nowhere */
const char *tc_find_program(struct tc *t, const char *name);
/* the folder of this program; "" if it is not known */
const char *tc_program_dir(struct tc *t);

/* The program that --ld-path= or -fuse-ld= names; text NULL: the LLD inside. One that is nowhere,
 * or that nobody may run, is reported. */
struct job_word tc_linker(struct tc *t);

/* is the input's file there? One that is not has no word in the line, as with clang; the check
 * before the link reports it. */
bool tc_input_present(const struct job_input *in);

/* A string of the job that must be one of `choices` ("a|b") if it was said.
 * returns false: it is not, reported */
bool tc_choice(struct tc *t, enum job_str s, const char *option, const char *choices);

/* What a family reads and has no use for: one warning each if it was said. Ended by JF_NONE. */
struct unused_flag {
	enum job_flag flag;
	const char *spelling;
};
void tc_warn_unused(struct tc *t, const struct unused_flag *flags);
/* say that a word of the user has no use here, unless such warnings are off */
void tc_unused(struct tc *t, struct loc at, const char *word);

/* slots that families share */
void slot_sysroot(struct tc *t, const struct slot *s);
void slot_emulation(struct tc *t, const struct slot *s); /* nothing where the platform has none */
void slot_compress(struct tc *t, const struct slot *s);
void slot_output(struct tc *t, const struct slot *s);
void slot_inputs(struct tc *t, const struct slot *s);
void slot_user_library_dirs(struct tc *t, const struct slot *s);
void slot_library_dirs(struct tc *t, const struct slot *s);
/* images: the platform's `start:` and `library:`, compiled with this program or at the link */
void slot_start(struct tc *t, const struct slot *s);
void slot_start_library(struct tc *t, const struct slot *s);

static inline bool tc_flag(const struct tc *t, enum job_flag f)
{
	return t->job->flag[f].on;
}

static inline struct loc tc_flag_at(const struct tc *t, enum job_flag f)
{
	return t->job->flag[f].at;
}

/* ELF's answers; elsewhere -r says nothing about them */
static inline bool tc_wants_start_files(const struct tc *t)
{
	return !tc_flag(t, JF_NOSTDLIB) && !tc_flag(t, JF_NOSTARTFILES) &&
	       !tc_flag(t, JF_RELOCATABLE);
}

static inline bool tc_wants_libraries(const struct tc *t)
{
	return !tc_flag(t, JF_NOSTDLIB) && !tc_flag(t, JF_NODEFAULTLIBS) &&
	       !tc_flag(t, JF_RELOCATABLE);
}

/* the one exported symbol of an image */
static inline const char *tc_root_symbol(const struct tc *t)
{
	const char *s = t->job->str[JS_ROOT_SYMBOL].text;

	return s ? s : "pkgimg_image";
}

/* Plan a job for a platform. `vars_triple` is the target's triple, normalised.
 * returns 0, or -1 with all mistakes reported */
int toolchain_plan(struct arena *a, struct diags *d, const struct link_job *job,
	const struct platform *pf, const char *triple, struct link_plan *out);

/* The part of it before the words: everything of struct tc is known then. */
int toolchain_begin(struct arena *a, struct diags *d, const struct link_job *job,
	const struct platform *pf, const char *triple, struct link_plan *out, struct tc *t);

/* the families */
void elf_plan(struct tc *t);
void elf_image_plan(struct tc *t);
void darwin_plan(struct tc *t);
void darwin_image_plan(struct tc *t);
void mingw_plan(struct tc *t);
void mingw_image_plan(struct tc *t);
/* the target is x32 of Windows, and the line that is shown for it */
bool mingw_is_x32(const struct tc *t);
void mingw_x32_plan(struct tc *t);
/* where the sysroot of a MinGW target is, and GCC in it: t->mingw, t->gcc */
void mingw_find(struct tc *t);
void bsd_plan(struct tc *t); /* all four systems */
void bsd_library_dirs(struct tc *t);
void wasm_plan(struct tc *t);
void wasm_library_dirs(struct tc *t);

#endif
