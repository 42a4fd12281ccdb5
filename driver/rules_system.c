/* Options that mean something on one system or architecture. */
#include "driver/rules.h"

#include "driver/cmdline.h"
#include "toolchains/link_job.h"

/* table */
static const struct option_rule system_rules[] = {
	{ OPT_nopie, SET_FLAG, JF_NOPIE, NULL },
	{ OPT_mwindows, SET_FLAG, JF_WINDOWS, NULL },
	{ OPT_mconsole, SET_FLAG, JF_CONSOLE, NULL },
	{ OPT_mdll, SET_FLAG, JF_DLL, NULL },
	{ OPT_municode, SET_FLAG, JF_UNICODE, NULL },
	{ OPT_mthreads, SET_FLAG, JF_MTHREADS, NULL },
	{ OPT_fno_auto_import, SET_FLAG, JF_NO_AUTO_IMPORT, NULL },
	{ OPT_fauto_import, CLEAR_FLAG, JF_NO_AUTO_IMPORT, NULL },
	{ OPT_t, SET_FLAG, JF_TRACE, NULL },
	{ OPT_mguard_EQ, CHOICE, JS_GUARD, "none|cf|cf-nochecks" },
	{ OPT_undefined, ADD_LIST, JL_UNDEF_LONG, NULL },
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
	{ OPT_mexec_model_EQ, SET_STR, JS_EXEC_MODEL, NULL },
	{ OPT_wasm_opt, CLEAR_FLAG, JF_NO_WASM_OPT, NULL },
	{ OPT_no_wasm_opt, SET_FLAG, JF_NO_WASM_OPT, NULL },
	{ OPT_mabi_EQ, SET_STR, JS_ABI, NULL },
	{ OPT_mfloat_abi_EQ, CHOICE, JS_FLOAT_ABI, "soft|softfp|hard" },
	{ OPT_msoft_float, FIX_STR, JS_FLOAT_ABI, "soft" },
	{ OPT_mhard_float, FIX_STR, JS_FLOAT_ABI, "hard" },
	{ OPT_mlittle_endian, FIX_STR, JS_ENDIAN, "little" },
	{ OPT_mbig_endian, FIX_STR, JS_ENDIAN, "big" },
	{ OPT_fandroid_pad_segment, SET_FLAG, JF_PAD_SEGMENT, NULL },
	{ OPT_fno_android_pad_segment, CLEAR_FLAG, JF_PAD_SEGMENT, NULL },
	{ OPT_mno_relax, SET_FLAG, JF_NO_RELAX, NULL },
	{ OPT_mrelax, CLEAR_FLAG, JF_NO_RELAX, NULL },
};

const struct rule_table rules_system = { system_rules,
	sizeof(system_rules) / sizeof(system_rules[0]) };
