/* struct link_job: one abstract link, however it was asked for (command line, job file, C API).
 * A toolchain turns a job and a platform into a struct link_plan; driver/run.c runs the plan.
 *
 * What a job can say is three enums (flags, strings, lists) and the inputs, so that the tables
 * which fill it (options, job file, C API) name a fact once each. Everything keeps who said it. */
#ifndef TOOLCHAINS_LINK_JOB_H
#define TOOLCHAINS_LINK_JOB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/argv.h"
#include "base/diag.h"

enum job_kind {
	JOB_EXECUTABLE, /* position independent or not, as JF_PIE and JF_NO_PIE say */
	JOB_SHARED,
	JOB_RELOCATABLE,
	JOB_STATIC, /* executable without a dynamic linker */
	JOB_STATIC_PIE,
	JOB_IMAGE, /* package image: a shared library with one root symbol and no start files */
	JOB_KINDS,
};
extern const char *const job_kind_names[JOB_KINDS + 1];

/* said or not said; clang's words can be combined (-shared -static), so each is a flag */
enum job_flag {
	JF_NONE, /* no flag; never on */
	JF_SHARED,
	JF_STATIC,
	JF_STATIC_PIE,
	JF_RELOCATABLE,
	JF_PIE,
	JF_NO_PIE,
	JF_NOPIE, /* OpenBSD's word for it */
	JF_IMAGE,
	JF_CXX, /* the C++ driver: its libraries are wanted */
	JF_STRIP,
	JF_TRACE, /* -t */
	JF_RDYNAMIC,
	JF_NOSTDLIB,
	JF_NOSTARTFILES,
	JF_NODEFAULTLIBS,
	JF_NOLIBC,
	JF_NOSTDLIBXX,
	JF_PTHREAD,
	JF_PROFILE_PG,
	JF_STATIC_LIBSTDCXX,
	JF_STATIC_LIBGCC,
	JF_SHARED_LIBGCC,
	JF_NO_DEMANGLE,
	/* MinGW */
	JF_WINDOWS,
	JF_CONSOLE,
	JF_DLL,
	JF_UNICODE,
	JF_MTHREADS,
	JF_NO_AUTO_IMPORT,
	JF_STACK_PROTECTOR,
	JF_NO_WASM_OPT,  /* WebAssembly: no wasm-opt after the link */
	JF_QUIET_UNUSED, /* no warning of what is not used */
	JF_FAST_MATH,
	JF_SPLIT_STACK,
	JF_EXPERIMENTAL_LIBRARY,
	JF_NO_RELAX,
	/* runtimes that instrumented code needs */
	JF_SHARED_LIBSAN,
	JF_STATIC_LIBSAN,
	JF_NO_SANITIZE_LINK_RUNTIME,
	JF_SANITIZE_LINK_CXX,
	JF_SANITIZE_MINIMAL,
	JF_SANITIZE_CROSS_DSO,
	JF_SANITIZE_STATS,
	JF_SANITIZE_HWASAN_ALIASES,
	JF_MEMORY_PROFILE,
	JF_RTLIB_ADD_RPATH,
	JF_PROFILE, /* instrumentation that writes a profile: -fprofile-generate and its kind */
	JF_COVERAGE,
	JF_XRAY,
	JF_NO_XRAY_LINK_DEPS,
	JF_OPENMP,
	JF_STATIC_OPENMP,
	/* link-time optimisation */
	JF_FAT_LTO,
	JF_SPLIT_DWARF,
	JF_PAD_SEGMENT, /* Android: -fandroid-pad-segment */
	JF_CS_PROFILE,  /* -fcs-profile-generate */
	JOB_FLAGS,
};

enum job_str {
	JS_OUTPUT,   /* default: the platform's */
	JS_TARGET,   /* triple as spelled; default: the host's */
	JS_PLATFORM, /* a platform's name or file; default: found by the triple */
	JS_SYSROOT,
	JS_RTLIB,
	JS_UNWINDLIB,
	JS_STDLIB,
	JS_GCC_TOOLCHAIN,
	JS_GCC_INSTALL_DIR,
	JS_GCC_TRIPLE,
	JS_DYLD_PREFIX,
	JS_QUERY,        /* -print-file-name= and its kind: what is asked, without "-print-" */
	JS_QUERY_NAME,   /* ... of which file */
	JS_RESOURCE_DIR, /* of compiler-rt; default: clang's, where distributions put it */
	JS_COMPRESS_DEBUG,
	JS_OPENMP,
	JS_XRAY_MODES,
	JS_LTO, /* "full", "thin"; the plain -flto is full */
	JS_LTO_JOBS,
	JS_OPT_LEVEL, /* what stands behind -O: "2", "s", "fast" */
	JS_CPU,       /* -mcpu= */
	JS_HOST_CPU,  /* what `native` means; the driver says it */
	JS_ARCH_NAME, /* -march= */
	JS_ABI,
	JS_FLOAT_ABI,
	JS_ENDIAN, /* "little", "big" */
	JS_BITS,   /* "32", "64", "x32", "16": -m32 and its kind */
	JS_CS_PROFILE_DIR,
	JS_PROFILE_USE,
	JS_SAMPLE_PROFILE,
	JS_DEBUGGER, /* -ggdb, -glldb: whom debug information is for */
	JS_VECTOR_LIBRARY,
	JS_ROOT_SYMBOL, /* images; default pkgimg_image */
	JS_SONAME,      /* images; default: base name of the output */
	JS_IMPLIB,      /* images: the import library of the exports to make beside a DLL */
	JS_ISYSROOT,    /* Darwin: the SDK; default: SDKROOT of the environment */
	JS_GUARD,       /* MinGW: cf, cf-nochecks, none */
	JS_EXEC_MODEL,  /* WebAssembly: "command" or "reactor" */
	JS_FUSE_LD,
	JS_LD_PATH, /* an external linker that runs the plan */
	JOB_STRS,
};

/* ELF images: what is in front of a data symbol's name for the definition in the image itself,
 * which a program's copy does not take the place of */
#define TC_OWN_PREFIX "pkgimg.own."

enum job_list {
	JL_LIBRARY_DIRS, /* -L */
	JL_UNDEFINED,    /* -u */
	JL_UNDEF_LONG,   /* -undefined, which MinGW's linkers read as -u */
	JL_SCRIPTS,      /* -T */
	JL_PREFIXES,     /* -B */
	JL_SANITIZE,     /* "+address", "-undefined", and for traps "!+cfi", "!-cfi", in order */
	JL_SANITIZE_COVERAGE,
	JL_LTO_OPTIONS,  /* words behind -plugin-opt=, by options that only LTO cares for */
	JL_LIBRARY_PATH, /* folders of LIBRARY_PATH, for links to this machine */
	JL_NEEDS,        /* images: shared libraries, by soname */
	JL_HOST_SYMBOLS, /* images: symbols that the host program provides */
	JL_FUNCTIONS,    /* images: functions to export beside the root; object symbols */
	JL_DATA,         /* ... and data */
	JOB_LISTS,
};

/* a word with the place it comes from; text NULL = not said */
struct job_word {
	const char *text;
	struct loc at;
};
struct job_words {
	struct job_word *v;
	size_t n, cap;
	bool given; /* said, if only as an empty list */
};
/* the text is borrowed, the list grows in `a` */
void job_words_add(struct arena *a, struct job_words *l, const char *text, struct loc at);

/* What stands among the inputs, in the user's order */
enum job_input_kind {
	JOB_IN_FILE, /* an object, archive, shared library or linker script */
	JOB_IN_LIB,  /* -lNAME; `text` is NAME */
	JOB_IN_WORD, /* one word for the linker as it is: from -Wl, -Xlinker, -z x, -e x, -r */
};
struct job_input {
	enum job_input_kind kind;
	const char *text;
	struct loc at;
};

/* An option of the command line as it was typed, for the families that hand on many options and do
 * nothing else with them: those need no flag or string of their own. */
struct job_option {
	const char *name; /* "-dead_strip", "-mlinker-version=" */
	const char *const *values;
	size_t nvalues;
	struct loc at;
	bool apple; /* means something to Apple's linker alone */
};

struct darwin_sdk; /* toolchains/darwin_target.h */

struct kept;

struct link_job {
	struct arena *mem; /* holds everything below */
	struct loc at;     /* the job file's top, or nowhere */
	struct kept *kept; /* what this process made of files, or NULL */
	struct {
		bool on;
		struct loc at;
	} flag[JOB_FLAGS];
	struct job_word str[JOB_STRS];
	struct job_words list[JOB_LISTS];
	struct job_input *inputs;
	size_t ninputs, inputs_cap;
	struct job_option *options; /* all of the command line, in its order */
	size_t noptions, options_cap;
	const struct darwin_sdk *sdk; /* what the SDK says of itself; NULL: there is none */
};

void job_set_flag(struct link_job *job, enum job_flag f, struct loc at);
void job_set_str(struct link_job *job, enum job_str s, const char *text, struct loc at);
void job_add(struct link_job *job, enum job_list l, const char *text, struct loc at);
void job_add_input(struct link_job *job, enum job_input_kind kind, const char *text, struct loc at);
void job_add_option(struct link_job *job, const struct job_option *option);
/* the last option of that name, or NULL */
const struct job_option *job_option_last(const struct link_job *job, const char *name);

/* the kind that the flags amount to: relocatable over image over shared over static-pie over static
 */
enum job_kind job_kind(const struct link_job *job);

/* ---- the plan */

/* A file that driver/run.c makes in the link's temporary directory; its word in the plan's argv is
 * PLAN_TMP followed by its name. */
#define PLAN_TMP "${tmp}/"
enum plan_make_kind {
	PLAN_TEXT,           /* `source` is the content */
	PLAN_IR,             /* `source` is a file of LLVM IR, compiled for the plan's triple */
	PLAN_IR_ARCHIVE,     /* the same, in an archive */
	PLAN_ELF_STUB,       /* `source` is a symbol list of stubs/ */
	PLAN_IMPORT_LIBRARY, /* the same, of a DLL */
	PLAN_TBD,            /* the same, of a dylib */
};
struct plan_make {
	enum plan_make_kind kind;
	const char *name;
	const char *source;
	const char *ready; /* PLAN_IR, PLAN_IR_ARCHIVE: what it makes, if it is there; or NULL */
	struct loc at;
};

/* PLAN_GNU is ELF; PLAN_MINGW is LLD's gnu flavour for PE */
enum plan_flavor { PLAN_GNU, PLAN_DARWIN, PLAN_WASM, PLAN_MINGW };

struct link_plan {
	enum plan_flavor flavor;
	enum job_kind kind;
	const char *linker; /* what -### shows as the program: "ld.lld" */
	struct argv argv;   /* the words behind it; the output's word is v[output_index] */
	size_t output_index;
	const char *output; /* as the user spelled it */
	struct loc output_at;
	struct job_word *inputs; /* [ninputs] files, for the check before the link */
	size_t ninputs;
	const char *const *file_dirs; /* [nfile_dirs] where start files were looked for */
	size_t nfile_dirs;
	struct plan_make *makes;
	size_t nmakes, makes_cap;
	const char *triple, *arch;
	const char *cpu;                      /* the platform's least CPU and features, or NULL */
	const struct job_words *host_symbols; /* images: what may stay undefined */
	bool check_undefined;                 /* images: the linker left that to us */
	struct job_words needs_files;         /* images: libraries of --needs that are files */
	const char *root_symbol;  /* images: the linker does not see that it is missing */
	const char *tbd_target;   /* Darwin: "arm64-macos" */
	const char *shown_only;   /* why the plan is shown and never run; NULL: it is run */
	bool no_link;             /* nothing to print: clang makes no link job here */
	struct argv post;         /* a program that is run over the output: v[0]; n == 0: none */
	size_t post_output[2];    /* its words that are the output */
	struct job_word external; /* --ld-path: the program that links instead of the LLD inside */
	/* Darwin, several -arch: the plan of the next one; `output` is the universal file of all */
	struct link_plan *next;
};

void plan_make(struct link_plan *p, enum plan_make_kind kind, const char *name, const char *source,
	struct loc at);

#endif
