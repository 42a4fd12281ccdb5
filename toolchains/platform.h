/* Platforms: what a YAML file of platforms/ says, inheritance done. Facts only;
 * platforms/SCHEMA.md describes every key. */
#ifndef TOOLCHAINS_PLATFORM_H
#define TOOLCHAINS_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/yml_kept.h"

enum platform_family {
	FAMILY_ELF,
	FAMILY_MINGW,
	FAMILY_DARWIN,
	FAMILY_WASM,
	FAMILY_FREEBSD,
	FAMILY_NETBSD,
	FAMILY_OPENBSD,
	FAMILY_DRAGONFLY,
	FAMILIES,
};

/* one fact with the place that states it; text NULL = not stated */
struct fact {
	const char *text;
	struct loc at;
};

/* start files and end files by kind of output */
enum crt_kind {
	CRT_EXE,
	CRT_PIE,
	CRT_STATIC,
	CRT_STATIC_PIE,
	CRT_SHARED,
	CRT_STATIC_SHARED, /* -static -shared, where it differs (BSD) */
	CRT_KINDS,
};
struct crt_files {
	struct yml_strs begin, end;
};

/* words of the compiler's runtime library by how it is linked */
enum runtime_kind {
	RT_C,
	RT_CXX,
	RT_STATIC,
	RT_SHARED,
	RT_NO_UNWINDER,
	RT_SHARED_LIBRARY, /* -shared-libgcc in a shared library (DragonFly) */
	RT_PROFILE,        /* -pg, where libraries have names for it (FreeBSD) */
	RT_STATIC_PROFILE,
	RT_KINDS,
};

/* Apple's systems, in the order in which their *_DEPLOYMENT_TARGET variables are looked at */
enum darwin_os {
	DARWIN_MACOS,
	DARWIN_IOS,
	DARWIN_TVOS,
	DARWIN_WATCHOS,
	DARWIN_DRIVERKIT,
	DARWIN_XROS,
	DARWIN_SYSTEMS,
};
enum darwin_env { DARWIN_DEVICE, DARWIN_SIMULATOR, DARWIN_CATALYST, DARWIN_ENVS };

/* facts of one Apple system; a list of start objects is words "VERSION WORD": below that version
 * the link starts with that word, and the first that fits counts */
struct darwin_facts {
	int os, env;
	struct fact platform_version; /* behind -platform_version: "ios-simulator" */
	struct fact runtime;          /* libclang_rt.<runtime>.a */
	struct fact kext_runtime;     /* libclang_rt.<kext-runtime>.a, for -lcc_kext */
	struct fact arclite;          /* libarclite_<arclite>.a */
	struct fact arc_since,
		subscripting_since; /* versions with Objective-C's ARC of their own */
	struct fact arm64_since;    /* the first version with arm64 */
	struct yml_strs start_program, start_dylib, start_bundle, start_profile;
};

struct platform {
	const char *name; /* of its file: "x86_64-linux-gnu" */
	const char *path; /* the file */
	struct loc at;    /* its top */
	const char *const
		*chain; /* the file and those it inherits from, nearest first; NULL ends */
	int family;
	bool abstract; /* only there to be inherited from */
	bool pie;      /* executables are position independent unless said otherwise */
	struct loc pie_at;
	struct fact description, triple, arch, emulation, dynamic_linker, hash_style, output,
		multiarch, oslib, profile_crt1, cpu_target;
	struct fact runtime_os, runtime_arch; /* how compiler-rt's old layout spells them */
	struct yml_strs resource_dirs;        /* where clang's resource folder may be */
	struct fact rtlib, unwindlib, stdlib; /* what `platform` means for those options */
	struct fact lto_cpu_option;           /* which option names it: "march", "mcpu" */
	struct fact lto_cpu;                  /* the CPU link-time optimisation makes code for */
	bool emulated_tls; /* thread-local variables by calls; link-time optimisation must know */
	bool sanitizers_shared;     /* their runtimes are shared libraries unless -static-libsan */
	struct yml_strs sanitizers; /* what -fsanitize= may name */
	struct yml_strs arch_sanitizers; /* and what it may name on this architecture */
	struct yml_strs sanitizer_libraries, xray_libraries; /* system libraries they need */
	struct yml_strs openmp_libraries;                    /* system libraries OpenMP needs */
	struct yml_strs xray_archs; /* architectures with an XRay runtime, as `arch` spells them */
	struct yml_strs link_options; /* words every link gets, after hash style */
	struct yml_strs
		library_dirs; /* in order; those with an unset variable or absent are left out */
	struct yml_strs gcc_triples;  /* names of the folder under lib/gcc */
	struct yml_strs gcc_lib_dirs; /* that may hold gcc/: lib64, lib */
	/* installations of the other width, which may have a folder for ours */
	struct yml_strs gcc_biarch_triples, gcc_biarch_lib_dirs;
	struct fact gcc_biarch_arch;       /* first word of such a triple */
	struct yml_strs gcc_multilib;      /* folders with files for us in an installation: "/32" */
	bool gcc_either_width;             /* the top of one of the other width serves too */
	bool gcc_any;                      /* installations without crtbegin.o are taken too */
	struct yml_strs arch_options;      /* words at the front: "-EL" */
	struct yml_strs emulation_options; /* words after the emulation: "-X" */
	struct fact hard_float_linker, soft_float_linker; /* by -mfloat-abi=, where it matters */
	/* where -EB and -EL turn the byte order of one platform about (ARM) */
	bool big_endian;
	struct fact other_emulation;
	struct yml_strs other_arch_options;
	bool sysroot_twice;         /* --sysroot= is repeated among the fixed words (MIPS) */
	struct fact hwasan_linker;  /* Android: the dynamic linker of -fsanitize=hwaddress */
	struct fact effective_arch; /* ARM: the subarchitecture that "arm" stands for */
	struct fact abi;            /* the ABI that -mabi= may change: "lp64d" */
	struct crt_files crt[CRT_KINDS];
	struct yml_strs runtime[RT_KINDS];          /* libgcc with its unwinder */
	struct yml_strs unwind_libgcc[RT_KINDS];    /* libgcc's unwinder beside compiler-rt */
	struct yml_strs unwind_libunwind[RT_KINDS]; /* LLVM's libunwind */
	struct yml_strs arch_libraries;             /* after the runtime; SPARC's -latomic */
	struct yml_strs c_libraries;                /* "-lc" */
	struct yml_strs cxx_libraries;              /* "-lstdc++": the words of libstdc++ */
	struct yml_strs libcxx_libraries;           /* "-lc++" */
	struct yml_strs libcxx_experimental; /* "-lc++experimental", for -fexperimental-library */
	uint64_t page_size;                  /* bytes */
	struct loc page_size_at;
	/* MinGW */
	struct fact dll_entry;           /* symbol a DLL starts at */
	struct fact seh_interceptor;     /* symbol drawn in with asan */
	struct fact unicode_crt1;        /* takes crt1's place with -municode */
	struct yml_strs crt_libraries;   /* left out when an input is one of other_crts */
	struct yml_strs other_crts;      /* how names of other C runtimes start */
	struct yml_strs sys_libraries;   /* of the desktop */
	struct yml_strs gui_libraries;   /* of programs with windows */
	struct yml_strs first_libraries; /* before the compiler's runtime library */
	/* WebAssembly */
	struct yml_strs libcxx_abi;       /* "-lc++abi", the last of libc++'s words */
	struct yml_strs thread_libraries; /* words of -pthread */
	struct yml_strs lto_library_dirs; /* before library_dirs with -flto */
	struct yml_strs reactor_start_files, command_start_files; /* the first found */
	struct fact reactor_entry;
	struct fact default_sysroot; /* absent: the root folder */
	/* BSD */
	struct fact no_relax;            /* the word for -mno-relax */
	struct fact entry;               /* symbol behind -e */
	struct fact rpath;               /* where the shared libgcc is at run time */
	struct fact compat_library_dir;  /* instead of library_dirs, if it holds crt1.o */
	struct fact profile_suffix;      /* of libraries, with -pg */
	uint64_t profile_suffix_before;  /* only before this version; 0: always */
	struct yml_strs dynamic_options; /* words of links that are not -static */
	/* package images */
	struct fact image_stubs;          /* folder of symbol lists under stubs/lists */
	struct fact image_start;          /* LLVM IR injected into every image, under stubs/ */
	struct fact image_start_object;   /* the same, compiled for that platform's triple */
	struct yml_strs image_library;    /* as image_start, but a link takes what it misses */
	struct fact image_suffix;         /* ".so" */
	struct yml_strs image_heap_range; /* first and last address + 1 for heaps, "0x..." */
	struct yml_strs image_options;    /* words every image link gets */
	struct yml_strs image_needs;      /* libraries an image may use when it says nothing */
	struct darwin_facts darwin;
};

static inline bool platform_is_bsd(const struct platform *p)
{
	return p->family >= FAMILY_FREEBSD && p->family <= FAMILY_DRAGONFLY;
}

/* Read the platform `name` (a name looked up in PKGIMG_PLATFORM_PATH, then in the program's own
 * platforms; or, when it holds a '/' or ends in ".yaml", a file). `quiet`: say nothing if there is
 * no such name. kept: what this process has read of them, where it is put as well, or NULL: in the
 * arena. returns it, or NULL: reported, unless quiet and absent */
const struct platform *platform_load(struct arena *a, struct diags *d, struct kept *kept,
	struct loc asked, const char *name, bool quiet);

/* What a list of platforms shows; texts are NULL where the file itself does not say. */
struct platform_row {
	const char *name, *path, *triple, *description;
};
/* Those that can be loaded, sorted by name, abstract ones left out. returns how many */
size_t platform_list(struct arena *a, const struct platform_row **out);

/* All names that can be loaded, sorted, abstract ones left out */
void platform_names(struct arena *a, const char *const **names, size_t *n);

/* The effective YAML: every key with its value and, as a comment, the place that states it */
void platform_print(const struct platform *p, FILE *out);

/* The variables of ${...} in facts; text NULL = unset */
enum platform_var {
	VAR_SYSROOT,
	VAR_ARCH,
	VAR_TRIPLE,
	VAR_MULTIARCH,
	VAR_OSLIB,
	VAR_GCC,
	VAR_GCC_IN_SYSROOT,
	VAR_GCC_TRIPLE,
	VAR_DATA,
	VAR_LLVM,      /* where clang lies, by its resource folder */
	VAR_BUILTINS,  /* compiler-rt's libclang_rt.builtins.a */
	VAR_ARCH_WORD, /* the triple's first word, as the user spelled it */
	VAR_ABI,
	VAR_GCC_SUFFIX,
	VAR_GCC_OS_SUFFIX,
	VAR_GCC_UP,
	VAR_API,
	VAR_TARGET_RUNTIMES,
	VAR_TARGET,      /* the triple as the user spelled it */
	VAR_TARGET_ARCH, /* its architecture */
	VAR_MINGW,       /* the folder that holds MinGW's folders */
	VAR_MINGW_NAME,  /* the one of them with headers and libraries */
	VAR_MINGW_ROOT,  /* VAR_MINGW, if its own lib/ is the target's */
	VAR_USR_OSLIB,   /* the system's library folder below usr */
	VAR_OS_ENV,      /* what stands behind ARCH-VENDOR- in the triple */
	VAR_LLVM_VERSION,
	VAR_LLVM_MAJOR,
	PLATFORM_VARS,
};
struct platform_vars {
	const char *v[PLATFORM_VARS];
};
/* Put the variables in. returns the text, or NULL when it uses one that is unset. (Unknown names
 * were reported when the file was read.) */
const char *platform_subst(struct arena *a, const struct platform_vars *vars, const char *text);

#endif
