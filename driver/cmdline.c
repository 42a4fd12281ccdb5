/* The link command's options as one table: which option sets which flag, string or list of the job.
 * Only -Wl, and its kind, which keep their place among the inputs, need code. */
#include "driver/cmdline.h"

#include "base/str.h"
#include "driver/config.h"
#include "driver/jobfile.h"
#include "driver/options.h"

enum action {
	SET_FLAG,
	CLEAR_FLAG,
	SET_STR,
	CLEAR_STR,
	FIX_STR, /* the string is `choices`: the option has no value */
	ADD_LIST,
	ADD_FIXED,    /* the list gets `choices` */
	ADD_MARKED,   /* each value, with `choices` before it */
	INPUT_LIB,    /* -lNAME at its place */
	INPUT_WORDS,  /* each value is a word at its place */
	INPUT_OPTION, /* the option and its value, two words at their place */
	INPUT_JOINED, /* the option with its value as one word at its place */
	CHOICE,       /* the value must be one of `choices` */
	READ_JOB,
	QUERY, /* `choices` is what is asked; of several the lowest `index` counts, as in clang */
	MODE,
	MODE_WORD, /* a struct job_word of struct link_mode */
	IGNORE,    /* means nothing to a link */
	UNUSED,    /* the same, and worth a warning */
};

struct option_rule {
	enum opt_id id;
	enum action action;
	int index; /* enum job_flag, job_str, job_list; MODE: offset in struct link_mode */
	const char *choices; /* CHOICE: the values that are taken, '|' between them */
};

#define M(member) (int)offsetof(struct link_mode, member)
static const struct option_rule rules[] = {
	{ OPT_image, SET_FLAG, JF_IMAGE, NULL },
	{ OPT_shared, SET_FLAG, JF_SHARED, NULL },
	{ OPT_static, SET_FLAG, JF_STATIC, NULL },
	{ OPT_static_pie, SET_FLAG, JF_STATIC_PIE, NULL },
	{ OPT_pie, SET_FLAG, JF_PIE, NULL },
	{ OPT_no_pie, SET_FLAG, JF_NO_PIE, NULL },
	{ OPT_nopie, SET_FLAG, JF_NOPIE, NULL },
	{ OPT_s, SET_FLAG, JF_STRIP, NULL },
	{ OPT_rdynamic, SET_FLAG, JF_RDYNAMIC, NULL },
	{ OPT_nostdlib, SET_FLAG, JF_NOSTDLIB, NULL },
	{ OPT_nostartfiles, SET_FLAG, JF_NOSTARTFILES, NULL },
	{ OPT_nodefaultlibs, SET_FLAG, JF_NODEFAULTLIBS, NULL },
	{ OPT_nolibc, SET_FLAG, JF_NOLIBC, NULL },
	{ OPT_nostdlibxx, SET_FLAG, JF_NOSTDLIBXX, NULL },
	{ OPT_pthread, SET_FLAG, JF_PTHREAD, NULL },
	{ OPT_pg, SET_FLAG, JF_PROFILE_PG, NULL },
	{ OPT_static_libstdcxx, SET_FLAG, JF_STATIC_LIBSTDCXX, NULL },
	{ OPT_static_libgcc, SET_FLAG, JF_STATIC_LIBGCC, NULL },
	{ OPT_shared_libgcc, SET_FLAG, JF_SHARED_LIBGCC, NULL },
	{ OPT_mwindows, SET_FLAG, JF_WINDOWS, NULL },
	{ OPT_mconsole, SET_FLAG, JF_CONSOLE, NULL },
	{ OPT_mdll, SET_FLAG, JF_DLL, NULL },
	{ OPT_municode, SET_FLAG, JF_UNICODE, NULL },
	{ OPT_mthreads, SET_FLAG, JF_MTHREADS, NULL },
	{ OPT_fno_auto_import, SET_FLAG, JF_NO_AUTO_IMPORT, NULL },
	{ OPT_fauto_import, CLEAR_FLAG, JF_NO_AUTO_IMPORT, NULL },
	{ OPT_fstack_protector, SET_FLAG, JF_STACK_PROTECTOR, NULL },
	{ OPT_fstack_protector_all, SET_FLAG, JF_STACK_PROTECTOR, NULL },
	{ OPT_fstack_protector_strong, SET_FLAG, JF_STACK_PROTECTOR, NULL },
	{ OPT_t, SET_FLAG, JF_TRACE, NULL },
	{ OPT_mguard_EQ, CHOICE, JS_GUARD, "none|cf|cf-nochecks" },
	{ OPT_undefined, ADD_LIST, JL_UNDEF_LONG, NULL },
	{ OPT_o, SET_STR, JS_OUTPUT, NULL },
	{ OPT_target, SET_STR, JS_TARGET, NULL },
	{ OPT_platform, SET_STR, JS_PLATFORM, NULL },
	{ OPT_sysroot_EQ, SET_STR, JS_SYSROOT, NULL },
	{ OPT_gcc_toolchain, SET_STR, JS_GCC_TOOLCHAIN, NULL },
	{ OPT_dyld_prefix, SET_STR, JS_DYLD_PREFIX, NULL },
	{ OPT_root_symbol_EQ, SET_STR, JS_ROOT_SYMBOL, NULL },
	{ OPT_soname_EQ, SET_STR, JS_SONAME, NULL },
	{ OPT_L, ADD_LIST, JL_LIBRARY_DIRS, NULL },
	{ OPT_B, ADD_LIST, JL_PREFIXES, NULL },
	{ OPT_u, ADD_LIST, JL_UNDEFINED, NULL },
	{ OPT_T, ADD_LIST, JL_SCRIPTS, NULL },
	{ OPT_needs, ADD_LIST, JL_NEEDS, NULL },
	{ OPT_host_symbol, ADD_LIST, JL_HOST_SYMBOLS, NULL },
	{ OPT_l, INPUT_LIB, 0, NULL },
	{ OPT_Wl_COMMA, INPUT_WORDS, 0, NULL },
	{ OPT_Xlinker, INPUT_WORDS, 0, NULL },
	{ OPT_z, INPUT_OPTION, 0, "-z" },
	{ OPT_e, INPUT_OPTION, 0, "-e" },
	{ OPT_rpath, INPUT_OPTION, 0, "-rpath" },
	{ OPT_r, INPUT_OPTION, JF_RELOCATABLE, "-r" },
	{ OPT_framework, INPUT_OPTION, 0, "-framework" },
	{ OPT_weak_framework, INPUT_OPTION, 0, "-weak_framework" },
	{ OPT_weak_library, INPUT_OPTION, 0, "-weak_library" },
	{ OPT_weak_l, INPUT_JOINED, 0, "-weak-l" },
	{ OPT_reexport_framework, INPUT_OPTION, 0, "-reexport_framework" },
	{ OPT_reexport_library, INPUT_OPTION, 0, "-reexport_library" },
	{ OPT_reexport_l, INPUT_JOINED, 0, "-reexport-l" },
	{ OPT_lazy_framework, INPUT_OPTION, 0, "-lazy_framework" },
	{ OPT_lazy_library, INPUT_OPTION, 0, "-lazy_library" },
	{ OPT_filelist, INPUT_OPTION, 0, "-filelist" },
	{ OPT_alias_list, INPUT_OPTION, 0, "-alias_list" },
	{ OPT_isysroot, SET_STR, JS_ISYSROOT, NULL },
	{ OPT_rtlib_EQ, SET_STR, JS_RTLIB, NULL },
	{ OPT_unwindlib_EQ, SET_STR, JS_UNWINDLIB, NULL },
	{ OPT_stdlib_EQ, CHOICE, JS_STDLIB, "libstdc++|libc++|platform" },
	{ OPT_fuse_ld_EQ, SET_STR, JS_FUSE_LD, NULL },
	{ OPT_ld_path_EQ, SET_STR, JS_LD_PATH, NULL },
	{ OPT_mexec_model_EQ, SET_STR, JS_EXEC_MODEL, NULL },
	{ OPT_wasm_opt, CLEAR_FLAG, JF_NO_WASM_OPT, NULL },
	{ OPT_no_wasm_opt, SET_FLAG, JF_NO_WASM_OPT, NULL },
	{ OPT_driver_mode, CHOICE, -1, "gcc|g++" },
	{ OPT_resource_dir_EQ, SET_STR, JS_RESOURCE_DIR, NULL },
	{ OPT_gcc_install_dir, SET_STR, JS_GCC_INSTALL_DIR, NULL },
	{ OPT_gcc_triple, SET_STR, JS_GCC_TRIPLE, NULL },
	{ OPT_fsanitize_EQ, ADD_MARKED, JL_SANITIZE, "+" },
	{ OPT_fno_sanitize_EQ, ADD_MARKED, JL_SANITIZE, "-" },
	{ OPT_fsanitize_trap_EQ, ADD_MARKED, JL_SANITIZE, "!+" },
	{ OPT_fno_sanitize_trap_EQ, ADD_MARKED, JL_SANITIZE, "!-" },
	{ OPT_fsanitize_coverage_EQ, ADD_MARKED, JL_SANITIZE_COVERAGE, "+" },
	{ OPT_fno_sanitize_coverage_EQ, ADD_MARKED, JL_SANITIZE_COVERAGE, "-" },
	{ OPT_shared_libsan, SET_FLAG, JF_SHARED_LIBSAN, NULL },
	{ OPT_static_libsan, SET_FLAG, JF_STATIC_LIBSAN, NULL },
	{ OPT_fsanitize_link_runtime, CLEAR_FLAG, JF_NO_SANITIZE_LINK_RUNTIME, NULL },
	{ OPT_fno_sanitize_link_runtime, SET_FLAG, JF_NO_SANITIZE_LINK_RUNTIME, NULL },
	{ OPT_fsanitize_link_cxx_runtime, SET_FLAG, JF_SANITIZE_LINK_CXX, NULL },
	{ OPT_fno_sanitize_link_cxx_runtime, CLEAR_FLAG, JF_SANITIZE_LINK_CXX, NULL },
	{ OPT_fsanitize_minimal_runtime, SET_FLAG, JF_SANITIZE_MINIMAL, NULL },
	{ OPT_fno_sanitize_minimal_runtime, CLEAR_FLAG, JF_SANITIZE_MINIMAL, NULL },
	{ OPT_fsanitize_cfi_cross_dso, SET_FLAG, JF_SANITIZE_CROSS_DSO, NULL },
	{ OPT_fno_sanitize_cfi_cross_dso, CLEAR_FLAG, JF_SANITIZE_CROSS_DSO, NULL },
	{ OPT_fsanitize_stats, SET_FLAG, JF_SANITIZE_STATS, NULL },
	{ OPT_fno_sanitize_stats, CLEAR_FLAG, JF_SANITIZE_STATS, NULL },
	{ OPT_fsanitize_hwasan_aliases, SET_FLAG, JF_SANITIZE_HWASAN_ALIASES, NULL },
	{ OPT_fno_sanitize_hwasan_aliases, CLEAR_FLAG, JF_SANITIZE_HWASAN_ALIASES, NULL },
	{ OPT_fmemory_profile, SET_FLAG, JF_MEMORY_PROFILE, NULL },
	{ OPT_fno_memory_profile, CLEAR_FLAG, JF_MEMORY_PROFILE, NULL },
	{ OPT_frtlib_add_rpath, SET_FLAG, JF_RTLIB_ADD_RPATH, NULL },
	{ OPT_fno_rtlib_add_rpath, CLEAR_FLAG, JF_RTLIB_ADD_RPATH, NULL },
	{ OPT_fprofile_generate, SET_FLAG, JF_PROFILE, NULL },
	{ OPT_fno_profile_generate, CLEAR_FLAG, JF_PROFILE, NULL },
	{ OPT_fprofile_instr_generate, SET_FLAG, JF_PROFILE, NULL },
	{ OPT_fno_profile_instr_generate, CLEAR_FLAG, JF_PROFILE, NULL },
	{ OPT_fcreate_profile, SET_FLAG, JF_PROFILE, NULL },
	{ OPT_fcs_profile_generate, SET_FLAG, JF_CS_PROFILE, NULL },
	{ OPT_fcs_profile_generate_EQ, SET_STR, JS_CS_PROFILE_DIR, NULL },
	{ OPT_coverage, SET_FLAG, JF_COVERAGE, NULL },
	{ OPT_fprofile_arcs, SET_FLAG, JF_COVERAGE, NULL },
	{ OPT_fno_profile_arcs, CLEAR_FLAG, JF_COVERAGE, NULL },
	{ OPT_fxray_instrument, SET_FLAG, JF_XRAY, NULL },
	{ OPT_fno_xray_instrument, CLEAR_FLAG, JF_XRAY, NULL },
	{ OPT_fxray_modes_EQ, SET_STR, JS_XRAY_MODES, NULL },
	{ OPT_fxray_link_deps, CLEAR_FLAG, JF_NO_XRAY_LINK_DEPS, NULL },
	{ OPT_fno_xray_link_deps, SET_FLAG, JF_NO_XRAY_LINK_DEPS, NULL },
	{ OPT_fopenmp, FIX_STR, JS_OPENMP, "libomp" },
	{ OPT_fopenmp_EQ, SET_STR, JS_OPENMP, NULL },
	{ OPT_fno_openmp, CLEAR_STR, JS_OPENMP, NULL },
	{ OPT_static_openmp, SET_FLAG, JF_STATIC_OPENMP, NULL },
	{ OPT_fsplit_stack, SET_FLAG, JF_SPLIT_STACK, NULL },
	{ OPT_fno_split_stack, CLEAR_FLAG, JF_SPLIT_STACK, NULL },
	{ OPT_fexperimental_library, SET_FLAG, JF_EXPERIMENTAL_LIBRARY, NULL },
	{ OPT_fno_experimental_library, CLEAR_FLAG, JF_EXPERIMENTAL_LIBRARY, NULL },
	{ OPT_ffast_math, SET_FLAG, JF_FAST_MATH, NULL },
	{ OPT_fno_fast_math, CLEAR_FLAG, JF_FAST_MATH, NULL },
	{ OPT_gz, FIX_STR, JS_COMPRESS_DEBUG, "zlib" },
	{ OPT_gz_EQ, CHOICE, JS_COMPRESS_DEBUG, "none|zlib|zstd" },
	{ OPT_flto, FIX_STR, JS_LTO, "full" },
	{ OPT_flto_EQ, CHOICE, JS_LTO, "full|thin|auto|jobserver" },
	{ OPT_fno_lto, CLEAR_STR, JS_LTO, NULL },
	{ OPT_flto_jobs_EQ, SET_STR, JS_LTO_JOBS, NULL },
	{ OPT_ffat_lto_objects, SET_FLAG, JF_FAT_LTO, NULL },
	{ OPT_fno_fat_lto_objects, CLEAR_FLAG, JF_FAT_LTO, NULL },
	{ OPT_Olevel, SET_STR, JS_OPT_LEVEL, NULL },
	{ OPT_march_EQ, SET_STR, JS_ARCH_NAME, NULL },
	{ OPT_mcpu_EQ, SET_STR, JS_CPU, NULL },
	{ OPT_m32, FIX_STR, JS_BITS, "32" },
	{ OPT_m64, FIX_STR, JS_BITS, "64" },
	{ OPT_mx32, FIX_STR, JS_BITS, "x32" },
	{ OPT_m16, FIX_STR, JS_BITS, "16" },
	{ OPT_mabi_EQ, SET_STR, JS_ABI, NULL },
	{ OPT_mfloat_abi_EQ, CHOICE, JS_FLOAT_ABI, "soft|softfp|hard" },
	{ OPT_msoft_float, FIX_STR, JS_FLOAT_ABI, "soft" },
	{ OPT_mhard_float, FIX_STR, JS_FLOAT_ABI, "hard" },
	{ OPT_mlittle_endian, FIX_STR, JS_ENDIAN, "little" },
	{ OPT_mbig_endian, FIX_STR, JS_ENDIAN, "big" },
	{ OPT_mno_relax, SET_FLAG, JF_NO_RELAX, NULL },
	{ OPT_mrelax, CLEAR_FLAG, JF_NO_RELAX, NULL },
	{ OPT_x, CHOICE, -1, "none" },
	{ OPT_ffunction_sections, ADD_FIXED, JL_LTO_OPTIONS, "-function-sections=1" },
	{ OPT_fno_function_sections, ADD_FIXED, JL_LTO_OPTIONS, "-function-sections=0" },
	{ OPT_fdata_sections, ADD_FIXED, JL_LTO_OPTIONS, "-data-sections=1" },
	{ OPT_fno_data_sections, ADD_FIXED, JL_LTO_OPTIONS, "-data-sections=0" },
	{ OPT_fsplit_machine_functions, ADD_FIXED, JL_LTO_OPTIONS, "-split-machine-functions" },
	{ OPT_fno_split_machine_functions, ADD_FIXED, JL_LTO_OPTIONS,
		"no -split-machine-functions" },
	{ OPT_fstack_size_section, ADD_FIXED, JL_LTO_OPTIONS, "-stack-size-section" },
	{ OPT_femulated_tls, ADD_FIXED, JL_LTO_OPTIONS, "-emulated-tls" },
	{ OPT_fno_emulated_tls, ADD_FIXED, JL_LTO_OPTIONS, "no -emulated-tls" },
	{ OPT_gsplit_dwarf, SET_FLAG, JF_SPLIT_DWARF, NULL },
	{ OPT_ggdb, FIX_STR, JS_DEBUGGER, "gdb" },
	{ OPT_glldb, FIX_STR, JS_DEBUGGER, "lldb" },
	{ OPT_fprofile_use_EQ, SET_STR, JS_PROFILE_USE, NULL },
	{ OPT_fprofile_sample_use_EQ, SET_STR, JS_SAMPLE_PROFILE, NULL },
	{ OPT_fveclib_EQ, SET_STR, JS_VECTOR_LIBRARY, NULL },
	{ OPT_dumpmachine, QUERY, 1, "target-triple" },
	{ OPT_dumpversion, QUERY, 2, "version" },
	{ OPT_print_resource_dir, QUERY, 3, "resource-dir" },
	{ OPT_print_search_dirs, QUERY, 4, "search-dirs" },
	{ OPT_print_runtime_dir, QUERY, 5, "runtime-dir" },
	{ OPT_print_file_name_EQ, QUERY, 6, "file-name" },
	{ OPT_print_prog_name_EQ, QUERY, 7, "prog-name" },
	{ OPT_print_libgcc_file_name, QUERY, 8, "libgcc-file-name" },
	{ OPT_print_multi_lib, QUERY, 9, "multi-lib" },
	{ OPT_print_multi_directory, QUERY, 10, "multi-directory" },
	{ OPT_print_target_triple, QUERY, 11, "target-triple" },
	{ OPT_print_effective_triple, QUERY, 12, "effective-triple" },
	{ OPT_print_multiarch, QUERY, 13, "multiarch" },
	{ OPT_job, READ_JOB, 0, NULL },
	{ OPT__HASH_HASH_HASH, MODE, M(dry_run), NULL },
	{ OPT_explain, MODE, M(explain), NULL },
	{ OPT_v, MODE, M(verbose), NULL },
	{ OPT_help, MODE, M(help), NULL },
	{ OPT_version, MODE, M(version), NULL },
	/* config_words has read these */
	{ OPT_config, IGNORE, 0, NULL },
	{ OPT_config_dir, IGNORE, 0, NULL },
	{ OPT_config_system_dir, IGNORE, 0, NULL },
	{ OPT_no_default_config, IGNORE, 0, NULL },
	{ OPT_no_canonical_prefixes, IGNORE, 0, NULL },
	{ OPT_w, MODE, M(quiet), NULL },
	{ OPT_json, MODE, M(json), NULL },
	{ OPT_Wno_unused, SET_FLAG, JF_QUIET_UNUSED, NULL },
	{ OPT_worker, MODE, M(worker), NULL },
	{ OPT_jobs, MODE_WORD, M(jobs), NULL },
	{ OPT_j, MODE_WORD, M(procs), NULL },
};

static const struct option_rule *rule_of(unsigned id)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].id == id)
			return &rules[i];
	return NULL;
}

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
	case SET_STR: job_set_str(p->job, (enum job_str)r->index, arg->values[0], at); break;
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
		const struct option_rule *r = rule_of(arg->id);

		if (arg->unknown || arg->missing)
			continue;
		if (!arg->id) {
			job_add_input(job, JOB_IN_FILE, arg->spelling, place(&p, arg));
			continue;
		}
		job_add_option(
			job, &(struct job_option) { arg->spelling, arg->values, arg->nvalues,
				     place(&p, arg), ll_opt_in_group(arg->id, OPT_darwin_Group) });
		if (r)
			apply(&p, r, arg);
		else if (!ll_opt_in_group(arg->id, OPT_compile_Group) &&
			 !ll_opt_in_group(arg->id, OPT_darwin_Group))
			diag_bug("option '%s' has no rule", arg->spelling);
	}
	d->no_warnings = mode->quiet;
	return d->errors == before ? 0 : -1;
}
