/* Options of what is linked and of what is done with it. */
#include "driver/rules.h"

#include "driver/cmdline.h"
#include "toolchains/link_job.h"

/* table */
static const struct option_rule link_rules[] = {
	{ OPT_image, SET_FLAG, JF_IMAGE, NULL },
	{ OPT_shared, SET_FLAG, JF_SHARED, NULL },
	{ OPT_static, SET_FLAG, JF_STATIC, NULL },
	{ OPT_static_pie, SET_FLAG, JF_STATIC_PIE, NULL },
	{ OPT_pie, SET_FLAG, JF_PIE, NULL },
	{ OPT_no_pie, SET_FLAG, JF_NO_PIE, NULL },
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
	{ OPT_rtlib_EQ, SET_STR, JS_RTLIB, NULL },
	{ OPT_unwindlib_EQ, SET_STR, JS_UNWINDLIB, NULL },
	{ OPT_stdlib_EQ, CHOICE, JS_STDLIB, "libstdc++|libc++|platform" },
	{ OPT_fuse_ld_EQ, SET_STR, JS_FUSE_LD, NULL },
	{ OPT_ld_path_EQ, SET_STR, JS_LD_PATH, NULL },
	{ OPT_driver_mode, CHOICE, -1, "gcc|g++" },
	{ OPT_resource_dir_EQ, SET_STR, JS_RESOURCE_DIR, NULL },
	{ OPT_gcc_install_dir, SET_STR, JS_GCC_INSTALL_DIR, NULL },
	{ OPT_gcc_triple, SET_STR, JS_GCC_TRIPLE, NULL },
	{ OPT_m32, FIX_STR, JS_BITS, "32" },
	{ OPT_m64, FIX_STR, JS_BITS, "64" },
	{ OPT_mx32, FIX_STR, JS_BITS, "x32" },
	{ OPT_m16, FIX_STR, JS_BITS, "16" },
	{ OPT_x, CHOICE, -1, "none" },
};

#define M(member) (int)offsetof(struct link_mode, member)

/* table */
static const struct option_rule ask_rules[] = {
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
	{ OPT_specs_EQ, UNUSED, 0, NULL },
	{ OPT_compiler_EQ, IGNORE, 0, NULL }, /* cli/compile.c has done it */
	{ OPT_Xarch__, IGNORE, 0, NULL },     /* looked at when all the others are known */
	{ OPT_job, READ_JOB, 0, NULL },
	{ OPT__HASH_HASH_HASH, MODE, M(dry_run), NULL },
	{ OPT_explain, MODE, M(explain), NULL },
	{ OPT_v, MODE, M(verbose), NULL },
	{ OPT_verbose, MODE, M(verbose), NULL },
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

const struct rule_table rules_link = { link_rules, sizeof(link_rules) / sizeof(link_rules[0]) };
const struct rule_table rules_ask = { ask_rules, sizeof(ask_rules) / sizeof(ask_rules[0]) };

const struct option_rule *rule_of(unsigned id)
{
	const struct rule_table *const tables[] = { &rules_link, &rules_ask, &rules_code,
		&rules_system };

	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (size_t i = 0; i < tables[t]->n; i++)
			if (tables[t]->v[i].id == id)
				return &tables[t]->v[i];
	return NULL;
}
