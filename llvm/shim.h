/* The only door to LLVM and LLD that is not LLVM-C. Plain C; the .cpp files behind it are the only
 * C++ of the tree.
 *
 * Strings and arrays that come out are copies in the caller's arena. Nothing here throws, exits or
 * prints: text goes to sinks, failures are results. `ll_start` rules: see below. */
#ifndef LLVM_SHIM_H
#define LLVM_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "base/arena.h"
#include "base/diag.h"

/* ---- start-up
 * LLVM's and LLD's ~630 static constructors (option registries, tables) are gathered by the link
 * (llvm/ctors.ld) into a section of their own and run by the first ll_start(), so that commands
 * which need neither do not pay for them. Call it before ll_link and before any LLVM-C call; the
 * other functions of this header call it themselves or, where marked "cold", do not need it.
 * threads: any, the first caller runs them */
void ll_start(void);
/* Those of them that a link of native objects needs, a tenth; ll_link calls it, and ll_start when
 * it meets bitcode or an option of LLVM. threads: any */
void ll_start_link(void);

/* Register every target LLVM was built with: infos, code generators, assembly parsers and
 * printers. Before LLVM-C codegen; calls ll_start. threads: any, the first caller does it */
void ll_init_targets(void);

/* "19.1.7"; cold */
const char *ll_version(void);

/* ---- LLD */
enum ll_flavor { LL_GNU, LL_DARWIN, LL_WASM, LL_COFF };

enum ll_status {
	LL_OK,
	LL_LINK_FAILED, /* messages were given to the sink */
	LL_POISONED,    /* failed, messages were given, and LLD must not run again in this process:
			 * its fatal errors and crashes. Later calls of ll_link are refused. */
};

/* One line of LLD's output, without its newline; `err` tells stderr from stdout. One call at a
 * time, but perhaps on a worker thread of LLD. */
typedef void ll_sink(void *ctx, bool err, const char *line, size_t n);

/* What is known of an output because it was made while LLD wrote it: the sums of windows of 1 MiB,
 * the first at its beginning. Nothing is known of most windows, and of small outputs. */
enum { LL_WINDOW = 1 << 20, LL_WINDOW_SUM = 16 };
struct ll_window_sum {
	bool known;
	uint8_t sum[LL_WINDOW_SUM]; /* XXH3-128, little-endian */
};
struct ll_sums {
	struct arena *mem; /* in: where the sums go */
	const struct ll_window_sum *v;
	size_t n;
};

/* Link in this process. argv has no program name: it starts with the first real argument. PE by
 * the gnu flavour is chosen by `-m i386pep` and the like, as LLD does. LLD's messages come out as
 * "pkgimg: error: ...". `*code` is LLD's exit code, 128 + N after signal N; it is 0 with LL_OK
 * only, and even then the output must be checked to exist (LLVM issue #66974). A fatal error on
 * one of LLD's worker threads ends the process with exit code 1, after its message was given to the
 * sink. `sums`: NULL, or to be filled in.
 * threads: one link at a time; a second caller waits */
enum ll_status ll_link(enum ll_flavor f, size_t n, const char *const v[], ll_sink *sink, void *ctx,
	int *code, struct ll_sums *sums);

/* LLD as itself (`ld.lld`, `lld -flavor gnu`, ...): argv[0] chooses the flavour as in LLD's own
 * program; output goes to this process's stdout and stderr. As in LLD's own program, it mostly ends
 * the process itself; returns the exit code where it does not. */
int ll_lld_main(int argc, char **argv);

/* ---- options (LLVM Option over driver/options.td); cold */
struct ll_arg {
	unsigned id;               /* OPT_xxx of driver/options.h, aliases resolved; 0 = an input
				    * or unknown */
	unsigned group;            /* OPT_xxx of its group in options.td, or 0 */
	unsigned flags;            /* of enum opt_flag (llvm/optvis.h) */
	const char *spelling;      /* as typed, without its value: "--target="; or the input */
	const char *const *values; /* [nvalues]; an input: the word; comma-joined ones are split */
	size_t nvalues;
	unsigned index;   /* of its first word in argv, from 0 */
	bool unknown;     /* starts with '-' and is in no table; `spelling` is the word */
	const char *near; /* unknown: the nearest known spelling (with the value that was
			   * typed behind a '='), or NULL */
	bool missing;     /* the option wants more values than follow; none are given. It
			   * swallows the words that do follow, so it comes last */
	unsigned wanted;  /* missing: how many values it wants */
};

/* Parse argv[0..argc) (no program name) with the options whose visibility meets `visibility`
 * (a mask of enum opt_visibility, llvm/optvis.h). Order is kept; empty words are dropped. */
const struct ll_arg *ll_opts_parse(
	struct arena *a, size_t argc, const char *const argv[], unsigned visibility, size_t *nargs);

/* The help text of the options visible under the mask, grouped, as LLVM tools print it. */
const char *ll_opts_help(
	struct arena *a, unsigned visibility, const char *usage, const char *title);

/* is the option (or group) in the group, directly or through a group of that group? */
bool ll_opt_in_group(unsigned id, unsigned group);

/* ---- response files; cold
 * Expand @FILE words, nested, names relative to the working directory; the word of a file that does
 * not exist stays as it is. Files may be UTF-8, or UTF-16 with a byte order mark. origin[i] is the
 * index in argv of the word that out_argv[i] is or came from.
 * `first` is the number of argv[0] as the user counts, for messages.
 * returns 0, or -1 reported (a file that includes itself, unreadable, bad encoding) */
enum ll_quoting { LL_QUOTE_GNU, LL_QUOTE_WINDOWS };
int ll_expand_response(struct arena *a, struct diags *d, enum ll_quoting q, unsigned first,
	size_t argc, const char *const argv[], size_t *out_argc, const char *const **out_argv,
	const unsigned **origin);

/* The words of a clang configuration file: one option or more per line, # comments, \ at a line's
 * end goes on, @FILE relative to the file it stands in, <CFGDIR> the file's folder. returns 0, or
 * -1 reported at `at` */
int ll_read_config(struct arena *a, struct diags *d, struct loc at, const char *path, size_t *n,
	const char *const **words);

/* ---- triples; cold */
struct ll_triple {
	const char *text;              /* as given */
	const char *normal;            /* normalised: x86_64-unknown-linux-gnu */
	const char *arch;              /* first word as spelled: "armv7" */
	const char *arch_name;         /* LLVM's canonical arch name: "arm" */
	const char *vendor, *os, *env; /* canonical names; "unknown" or "" if absent */
	unsigned os_major, os_minor;
	unsigned bits; /* 16, 32, 64; 0 unknown */
	bool little_endian;
	bool known; /* the arch is one that LLVM knows */
};
void ll_triple_parse(struct arena *a, const char *text, struct ll_triple *out);
/* normalised, and as code is made for it: 32-bit ARM on Windows runs Thumb code only */
const char *ll_code_triple(struct arena *a, const char *text);
/* the triple of this machine, normalised */
const char *ll_host_triple(struct arena *a);

/* ---- CPU tables (target must be one LLVM was built with) */
struct ll_names {
	const char *const *v;
	size_t n;
};
/* returns 0, or -1 if LLVM has no such target */
int ll_cpu_names(struct arena *a, const char *triple, struct ll_names *out);
int ll_feature_names(struct arena *a, const char *triple, struct ll_names *out);
/* the name that LLVM's code generators know a CPU of ll_cpu_names by; may be `cpu` itself */
const char *ll_cpu_resolve(struct arena *a, const char *triple, const char *cpu);
/* The features a CPU (or "", the least) has with "+a,-b" behind it, with all that follows from
 * them. Names must be known. returns 0, or -1 if LLVM has no such target */
int ll_cpu_features(struct arena *a, const char *triple, const char *cpu, const char *features,
	struct ll_names *out);
/* name for tuning and "+a,-b" features of this machine */
const char *ll_host_cpu(struct arena *a);
const char *ll_host_features(struct arena *a);

/* ---- JSON; cold */
enum ll_json_kind {
	LL_JSON_NULL,
	LL_JSON_BOOL,
	LL_JSON_NUMBER,
	LL_JSON_STRING,
	LL_JSON_ARRAY,
	LL_JSON_OBJECT,
};
struct ll_json {
	enum ll_json_kind kind;
	bool boolean;
	bool is_integer; /* number: `integer` is exactly it */
	double number;
	int64_t integer;
	const char *text;      /* string: UTF-8, NUL-terminated */
	size_t size;           /* string: its bytes; more than strlen(text) if a NUL is inside */
	size_t n;              /* array, object: entries */
	struct ll_json *items; /* [n] */
	const char **keys;     /* object: [n], sorted, each once: of equal ones the last counts */
};
/* The whole of text[0..n), which must be one JSON value, nested at most 256 deep.
 * returns it, or NULL reported at `at` */
const struct ll_json *ll_json_parse(
	struct arena *a, struct diags *d, struct loc at, const char *text, size_t n);
/* the value of a key, or NULL (also when `object` is NULL or no object) */
const struct ll_json *ll_json_get(const struct ll_json *object, const char *key);
/* "a string", "an array", ... for messages */
const char *ll_json_kind_name(enum ll_json_kind k);

/* ---- hashes; cold */
void ll_blake3(const void *data, size_t n, uint8_t out[32]);
/* the same piece by piece: new, add, end (which frees it) */
struct ll_hash;
struct ll_hash *ll_blake3_new(void);
void ll_blake3_add(struct ll_hash *h, const void *data, size_t n);
void ll_blake3_end(struct ll_hash *h, uint8_t out[32]);
void ll_sha256(const void *data, size_t n, uint8_t out[32]);

/* ---- untrusted input
 * Do `work(ctx)`, which reads bytes that may be damaged, and survive LLVM's fatal errors and
 * crashes in it. returns false, with a reason, if LLVM gave up: what the work had in hand (a
 * context, its modules) must then be left alone, not disposed of. threads: any */
bool ll_guarded(struct arena *a, void (*work)(void *ctx), void *ctx, const char **why);

/* ---- inputs */
enum ll_file_kind {
	LL_FILE_UNKNOWN,
	LL_FILE_BITCODE, /* raw or wrapped */
	LL_FILE_IR_TEXT, /* by name: .ll */
	LL_FILE_ELF_OBJECT,
	LL_FILE_COFF_OBJECT,
	LL_FILE_MACHO_OBJECT,
	LL_FILE_WASM_OBJECT,
	LL_FILE_ARCHIVE, /* also thin */
	LL_FILE_SHARED,  /* a linked shared library or program */
};
/* by magic and, for IR text, by name (`path` may be NULL); cold */
enum ll_file_kind ll_file_kind(const char *path, const void *data, size_t n);
const char *ll_file_kind_name(enum ll_file_kind k);

/* The LLVM that wrote a bitcode buffer ("LLVM19.1.7", "LLVM20.1.0-rust-1.89.0"), or NULL if it
 * says nothing. `major` gets its major version or 0. */
const char *ll_bitcode_producer(struct arena *a, const void *data, size_t n, unsigned *major);

/* Symbols of a native object (or of every member of an archive). Names are as in LLVM IR: Mach-O's
 * '_' is not part of them (a name without one stays as it is). */
struct ll_symbol {
	const char *name; /* as in LLVM IR: the '_' of i386 COFF is not part of it, @BYTES is */
	const char *file; /* "a.o" or "liba.a(b.o)" */
	bool undefined, weak, global, hidden, function, tls, common;
	bool bound; /* undefined, in a linked Mach-O file: it says which library has it */
	uint64_t size;
};
/* returns 0, or -1 reported at `at`: not an object, broken, or of another machine than `triple`
 * (message names both). A universal Mach-O file is read for the triple's architecture; bitcode,
 * alone or in an archive, has symbols as well; of a shared library it is the dynamic ones; a text
 * stub (.tbd) counts as one. NULL `triple`: any machine will do. */
int ll_object_symbols(struct arena *a, struct diags *d, struct loc at, const char *path,
	const void *data, size_t n, const char *triple, const struct ll_symbol **out,
	size_t *count);
/* Bytes of code and data that a link of an object, or of all objects of an archive, puts into
 * memory; those that ll_mark_large is about are left out. What cannot be read has none. */
uint64_t ll_object_bytes(const void *data, size_t n);
/* The name that a text stub (.tbd) says its library has; NULL: it is none, or broken. */
const char *ll_stub_install_name(struct arena *a, const void *data, size_t n);

/* Write the Mach-O files parts[0..n), one architecture each, as one universal file.
 * returns 0, or -1 reported */
int ll_universal(struct diags *d, const char *const parts[], size_t n, const char *out);

/* ---- debug information
 * One model for both sources, LLVM's metadata (a module before optimisation) and DWARF (native
 * objects). Indices are into `types`; type 0 is `void`. Strings are "" when absent. A chain of
 * types that are laid out in one another (typedefs, qualifiers, arrays, members) is never a cycle:
 * a hostile one is cut with `void`; pointers do make cycles. */
enum ll_type_kind {
	LL_T_VOID,
	LL_T_BOOL,
	LL_T_INT,
	LL_T_UINT,
	LL_T_CHAR,
	LL_T_UCHAR,
	LL_T_FLOAT,
	LL_T_COMPLEX,
	LL_T_UTF,     /* char8_t, char16_t, char32_t */
	LL_T_DECIMAL, /* decimal float and other encodings: named, sized, no more */
	LL_T_POINTER,
	LL_T_REF,
	LL_T_RVALUE_REF,
	LL_T_MEMBER_POINTER,
	LL_T_NULLPTR,
	LL_T_ARRAY, /* count elements of target; count UINT64_MAX = unknown bound */
	LL_T_VECTOR,
	LL_T_STRUCT,
	LL_T_CLASS,
	LL_T_UNION,
	LL_T_ENUM,
	LL_T_TYPEDEF,
	LL_T_CONST,
	LL_T_VOLATILE,
	LL_T_RESTRICT,
	LL_T_ATOMIC,
	LL_T_FUNCTION, /* target = return type, members = types of the parameters */
	LL_T_OPAQUE,   /* declared, not defined: kind of tag in `tag` */
};

enum ll_member_flags {
	LL_M_BITFIELD = 1,
	LL_M_BASE = 2,
	LL_M_STATIC = 4,
	LL_M_VIRTUAL_BASE = 8,
	LL_M_ARTIFICIAL = 16,
	LL_M_ANONYMOUS = 32,
};

struct ll_member {
	const char *name;
	uint32_t type;
	uint32_t flags;      /* enum ll_member_flags */
	uint64_t bit_offset; /* fields and bases: from the start of the struct; a virtual base: 0 */
	uint32_t bit_size;   /* bit fields: width; else 0 */
	uint32_t align;      /* bytes asked for by this member itself (alignas), else 0 */
	int64_t value;       /* enumerators */
};

struct ll_type {
	enum ll_type_kind kind;
	enum ll_type_kind tag; /* LL_T_OPAQUE: struct, class, union or enum */
	const char *name;      /* with scope: "ns::point"; "" if anonymous */
	uint64_t size;         /* bytes */
	uint32_t align;        /* bytes; computed from the members where the source has none */
	uint32_t target;       /* pointee, element, underlying, return type */
	uint32_t cls;          /* pointers to members: the class */
	uint64_t count;        /* arrays, vectors */
	bool variadic;         /* functions; also those without a prototype */
	bool no_prototype;     /* functions: C's `int f()` */
	bool is_signed;        /* integers; enums by their underlying type */
	bool packed;           /* a member (or the end) lies below its natural alignment */
	struct ll_member *members;
	size_t nmembers;
	const char *file;
	uint32_t line;
};

struct ll_func {
	const char *name;   /* with scope: "ns::area" */
	const char *symbol; /* as in LLVM IR: Mach-O's and i386 COFF's '_' is not part of it */
	uint32_t type;      /* an LL_T_FUNCTION */
	const char *const *params; /* names, one per parameter of the type; "" if unnamed */
	const char *file;
	uint32_t line;
	bool local; /* static: no external linkage */
};

struct ll_var {
	const char *name, *symbol;
	uint32_t type;
	const char *file;
	uint32_t line;
	bool local, tls, constant;
};

struct ll_debug {
	struct ll_type *types;
	size_t ntypes;
	struct ll_func *funcs;
	size_t nfuncs;
	struct ll_var *vars;
	size_t nvars;
	const char *producer; /* of the first unit: "clang version 19.1.7" */
	const char *language; /* "C11", "C++14", ... of the first unit */
};

struct LLVMOpaqueModule;
struct LLVMOpaqueValue;
/* From a module's metadata; the module was verified and is only read. `out->nfuncs` counts
 * definitions only. Line tables alone are no debug info here.
 * returns true if there was debug info; `out` is valid (and empty) if not */
bool ll_debug_from_module(struct arena *a, struct LLVMOpaqueModule *m, struct ll_debug *out);

/* A type by its name, as ll_type has it. */
struct ll_known_type {
	const char *name;
	bool open; /* it is only declared here, and may be known all the same, with all it leads to
		    */
};
struct ll_known_types {
	struct ll_known_type *v;
	size_t n;
};
/* The types with a name whose layout a module's code may have been compiled with, those of bodies
 * too: by its debug information, and by LLVM's names of structs. Each name once.
 * returns false if a function has no debug information: then it may know any type, and out is empty
 */
bool ll_module_known_types(struct arena *a, struct LLVMOpaqueModule *m, struct ll_known_types *out);
/* From the DWARF of a native object or an archive's members; same returns. Static variables inside
 * functions, whose symbols DWARF does not name, are left out (and g++'s local variables have their
 * source name for a symbol); broken parts are skipped. */
bool ll_debug_from_object(struct arena *a, const void *data, size_t n, struct ll_debug *out);

/* What a sound module has that no code can be made of in reasonable time or space: integers of more
 * than 8192 bits, vectors of more than 16384 elements in registers, alignments above 64 MiB, data
 * of a type without a size. returns the first as text, or NULL */
const char *ll_module_limits(struct arena *a, struct LLVMOpaqueModule *m);
/* Bytes of the variables of a module without such faults, but for those in x86-64's sections for
 * large data; UINT64_MAX: more. */
uint64_t ll_module_bytes(struct LLVMOpaqueModule *m);
/* Where a module for x86-64 has more than 1 GiB of variables, and the file format sections for them
 * that code reaches by addresses of 64 bits (ELF), put those of 64 KiB and more there. */
void ll_mark_large(struct LLVMOpaqueModule *m);

/* Do LLVM's readers of bitcode and IR text verify what has debug information, and print on stderr
 * what is wrong with it? They do unless told otherwise. Of the process: not while another thread
 * reads. */
void ll_readers_verify(bool on);
/* LLVM's verifier. Debug information that is not sound, or of another version of LLVM's, is taken
 * out of the module and *debug set to the reason; else it is NULL.
 * returns LLVM's text of what is wrong with the module itself, or NULL */
const char *ll_module_fault(struct arena *a, struct LLVMOpaqueModule *m, const char **debug);
/* Who uses an undefined symbol of a module: "in 'f' (sqlite3.c:12)", or NULL */
const char *ll_module_user(struct arena *a, struct LLVMOpaqueModule *m, const char *symbol);

/* Say of a global of a module whether the linked file's own definition is the one that is meant:
 * "dso_local", which LLVM-C can neither see nor set. Never of another name of an ifunc. */
void ll_set_dso_local(struct LLVMOpaqueValue *global, bool local);

/* ---- code
 * LLVM IR text -> a native object in malloc'd memory, for the small inputs that pkgimg injects.
 * `cpu` is a CPU and features, "generic-rv64,+d", which may decide the calling convention; NULL:
 * the least that the triple stands for.
 * returns 0, or -1 reported */
int ll_compile_ir(struct diags *d, const char *name, const char *text, const char *triple,
	const char *cpu, void **object, size_t *size);

/* ---- imports: functions and variables of other images
 * The address of `foo` is in the pointer LL_IMPORT_PREFIX `foo`, the slot, which each load sets
 * before it calls anything but constructors. import.cpp has more. */
#define LL_IMPORT_PREFIX "pkgimg.import."
#define LL_IMPORT_UNSET  "pkgimg.import" /* where slots lead until they are set */

/* Have instructions take the address of `symbol`, a declaration in the module, from its slot.
 * stub     a function with that name will be there: of it only calls read the slot
 * returns  1 if something needs the name, as an initialiser does: the declaration stays; else 0 */
int ll_import_use(struct LLVMOpaqueModule *m, const char *symbol, bool stub);
/* The function that a constructor of the module calls, at whatever depth, and that reads a slot:
 * too early; NULL: there is none */
const char *ll_import_early(struct arena *a, struct LLVMOpaqueModule *m);
/* Define a slot in a module for it, and a function `symbol` that jumps through it if `stub`.
 * user     where the function is declared, or NULL
 * returns  0, or -1: no stub can be made for this machine */
int ll_import_define(
	struct LLVMOpaqueModule *m, const char *symbol, struct LLVMOpaqueModule *user, bool stub);

/* ---- versions of functions for several CPUs
 * A version of `foo` is the function `foo.SUFFIX`. What is called `foo` then is a stub, there if
 * something wants its address, that jumps through the function's slot, a pointer in the array
 * LL_SLOTS. llvm/clone.h has more. */
#define LL_SLOTS "pkgimg.slots"

enum ll_func_trait {
	/* what may gain */
	LL_F_LOOP = 1 << 0,       /* a loop */
	LL_F_TIGHT = 1 << 1,      /* an innermost loop that calls nothing */
	LL_F_COUNTED = 1 << 2,    /* a tight one whose count is known before it runs */
	LL_F_FLOAT_LOOP = 1 << 3, /* floating point in a loop */
	LL_F_BIT_LOOP = 1 << 4,   /* bits counted, searched, rotated or reversed in a loop */
	LL_F_VECTOR = 1 << 5,     /* vectors: signature, calls, loads, stores, values */
	LL_F_MATH = 1 << 6,       /* fma, muladd, fast-math flags */
	LL_F_HALF = 1 << 7,       /* 16-bit IEEE floats */
	LL_F_BFLOAT = 1 << 8,     /* 16-bit brain floats */
	LL_F_CPU_QUERY = 1 << 9,  /* asks what the CPU has */
	LL_F_ROUND = 1 << 10,     /* floor, ceil and the like: some CPUs have to call a library */
	/* how it is used */
	LL_F_COLD = 1 << 16,     /* rarely runs */
	LL_F_OPTNONE = 1 << 17,  /* LLVM leaves it as it is */
	LL_F_ALWAYS = 1 << 18,   /* always inlined */
	LL_F_HINT = 1 << 19,     /* the source says inline */
	LL_F_NOINLINE = 1 << 20, /* never inlined */
	LL_F_ONE_CALL = 1 << 21, /* local, and one call is its only use */
};

struct ll_callee {
	uint32_t func;   /* index */
	uint64_t weight; /* calls of it, each 8 times at each depth of loops */
};

struct ll_func_facts {
	const char *name;
	uint32_t traits;           /* enum ll_func_trait */
	const char *kept;          /* why it can have one version only; NULL: it can have several */
	uint32_t size;             /* instructions */
	uint64_t work;             /* instructions, each 8 times at each depth of loops */
	uint64_t gaining;          /* of these with a trait that gains, LL_F_TIGHT alone left out */
	uint64_t tight;            /* of the rest in tight loops */
	struct ll_callee *callees; /* [ncallees] called directly; ascending, each once */
	size_t ncallees;
};

struct LLVMOpaqueTargetMachine;
/* What a module's functions are, those with a body, in its order. Functions without a name get
 * one, and functions that nothing uses are gone after it. `machine` is for the least of the CPUs,
 * `cpu` and `features` what its code is compiled for; `native[0..nnative)` are the symbols that
 * objects define, which win over weak functions of the module.
 * returns [*n] */
const struct ll_func_facts *ll_clone_facts(struct arena *a, struct LLVMOpaqueModule *m,
	struct LLVMOpaqueTargetMachine *machine, const char *cpu, const char *features,
	const char *const native[], size_t nnative, size_t *n);

struct ll_clone_cpu {
	const char *suffix, *cpu, *features;
	size_t base; /* whose versions it uses where it has none of its own; below its own index */
};

struct ll_clone_plan {
	const struct ll_clone_cpu *cpus; /* [ncpus]; cpus[0] has a version of every function */
	size_t ncpus;
	const bool *chosen; /* [ncpus * nfuncs] does the CPU have a version? row 0 is not read */
	const struct ll_func_facts *funcs; /* [nfuncs] of ll_clone_facts */
	size_t nfuncs;
	const char *const *taken; /* [ntaken] symbols of native inputs: not for new names */
	size_t ntaken;
};

struct ll_clones {
	struct LLVMOpaqueModule **modules; /* [ncpus], owned by the caller; NULL: no version; [0] is
					    * the module that was given */
	const char **slots;                /* [nslots] names of functions, as they were */
	size_t nslots;
	const char **entries; /* [ncpus * nslots] the version that a CPU calls */
	const char **symbols; /* [ncpus * nfuncs] of the versions; NULL where there is none */
};

/* Make the versions: each CPU's in a module of its own, in the same context, verified.
 * returns 0, or -1 with LLVM's message reported */
int ll_clone_make(struct arena *a, struct diags *d, struct LLVMOpaqueModule *m,
	const struct ll_clone_plan *plan, struct ll_clones *out);

/* ---- shards: a module in pieces, for code generation in parallel
 * Shard 0 has the variables that several shards use, constructors and module assembly. The pieces
 * depend on the module alone; a change in it changes few of them. A module under twice the wanted
 * size, or one that cannot be taken apart, is one piece and is left as it is; else local symbols
 * that several shards name get a new name, and are hidden. */
struct ll_split;
struct ll_shard {
	const char *first, *last; /* functions, in the module's order; NULL: variables alone */
	size_t nfunctions;
	uint64_t weight; /* instructions: what it costs to compile */
};
struct ll_split_options {
	uint64_t size;     /* instructions a shard should have, about */
	bool imports;      /* functions worth inlining are copied into other shards */
	bool no_file_sums; /* debug information loses the sums of source files, which each edit of
			    * a file changes in all that was made from it */
	const char *tag;   /* behind the names of local symbols that become hidden: ".local" */
	bool (*taken)(void *ctx, const char *name); /* is the name in use outside the module? */
	void *ctx;
};
/* The module must stay as it is until ll_split_end; *out is [*n], n >= 1.
 * threads: one at a time per context */
struct ll_split *ll_split_make(struct arena *a, struct LLVMOpaqueModule *m,
	const struct ll_split_options *o, const struct ll_shard **out, size_t *n);
/* shard i as bitcode in malloc'd memory */
void ll_split_write(struct ll_split *s, size_t i, void **bitcode, size_t *size);
/* The module is whole again; s is gone. */
void ll_split_end(struct ll_split *s);

/* ---- DLLs
 * An import library for `dll` ("kernel32.dll", the name the loader gets) as the file `path`. Names
 * are as a DLL exports them, without the decoration of i386, which is added.
 * returns 0, or -1 reported: no DLLs for that triple, not writable; cold */
struct ll_import {
	const char *name;
	const char *other; /* the name that the DLL exports, if it is another one; else NULL */
	bool data;         /* there is only __imp_NAME */
	bool stdcall;      /* on i386, with `args` bytes of arguments */
	unsigned args;
};
int ll_write_import_library(struct diags *d, struct loc at, const char *path, const char *dll,
	const char *triple, const struct ll_import *v, size_t n);

/* The name that a DLL, or an import library for one, has for the loader (NULL if it does not say),
 * and a DLL's exports.
 * returns 0, or -1: it is neither */
int ll_dll_read(
	struct arena *a, const void *data, size_t n, const char **dll, struct ll_names *exports);

/* ---- archives
 * One object in memory as an archive with an index, the file `path`: a linker takes it only if
 * something is missing that it defines. returns 0, or -1 reported */
int ll_write_archive(struct diags *d, struct loc at, const char *path, const char *member,
	const void *object, size_t size);

#ifdef __cplusplus
}
#endif
#endif
