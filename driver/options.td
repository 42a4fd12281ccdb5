// Every option of pkgimg, once: name, kind, aliases, group, help and which command sees it.
// Parser, --help, `did you mean` and docs/options.md come from here.
include "llvm/Option/OptParser.td"

// Names and values of these are in llvm/optvis.h.
def LinkOption : OptionVisibility;
def BuildOption : OptionVisibility;
def RunOption : OptionVisibility;
def InspectOption : OptionVisibility;
def PlatformsOption : OptionVisibility;
def CpusOption : OptionVisibility;
def CacheOption : OptionVisibility;
def BundleOption : OptionVisibility;
def DiffOption : OptionVisibility;
def MainOption : OptionVisibility;
def LinkerInput : OptionFlag; // keeps its place among the inputs


// ---- groups, in the order of --help
def general_Group : OptionGroup<"general options">, HelpText<"GENERAL">;
def output_Group  : OptionGroup<"output options">, HelpText<"OUTPUT">;
def kind_Group    : OptionGroup<"kind options">, HelpText<"KIND OF OUTPUT">;
def input_Group   : OptionGroup<"input options">, HelpText<"INPUTS">;
def target_Group  : OptionGroup<"target options">, HelpText<"TARGET">;
def library_Group : OptionGroup<"library options">, HelpText<"LIBRARIES AND START FILES">;
def image_Group   : OptionGroup<"image options">, HelpText<"PACKAGE IMAGES">;
def code_Group    : OptionGroup<"code options">, HelpText<"CODE">;
def show_Group    : OptionGroup<"show options">, HelpText<"SHOWING">;
def cache_Group   : OptionGroup<"cache options">, HelpText<"CACHE">;
def many_Group    : OptionGroup<"many-links options">, HelpText<"MANY AT ONCE">;
// Compile options that build systems leave on link lines. They are read and mean nothing here.
def compile_Group : OptionGroup<"compile options">;
// Options that ask a compiler for something else than a link.
def no_link_Group : OptionGroup<"options of compilers">;
// ld64's own options: toolchains/darwin.c has their order on the link line.
def darwin_Group  : OptionGroup<"darwin options">, HelpText<"APPLE PLATFORMS">;

// ---- everywhere
def help : Flag<["--", "-"], "help">, Group<general_Group>, HelpText<"Show this help">,
  Visibility<[LinkOption, BuildOption, RunOption, InspectOption, PlatformsOption, CpusOption,
              CacheOption, BundleOption, DiffOption, MainOption]>;
def h : Flag<["-"], "h">, Alias<help>,
  Visibility<[BuildOption, RunOption, InspectOption, PlatformsOption, CpusOption, CacheOption,
              BundleOption, DiffOption, MainOption]>;
def version : Flag<["--"], "version">, Group<general_Group>, HelpText<"Show the version">,
  Visibility<[LinkOption, BuildOption, MainOption]>;
def json : Flag<["--"], "json">, Group<show_Group>, HelpText<"Print JSON, for programs">,
  HelpTextForVariants<[BuildOption], "Print the events of a workspace's build, one JSON line each">,
  Visibility<[InspectOption, DiffOption, PlatformsOption, CpusOption, CacheOption, LinkOption,
              BuildOption]>;

// ---- link: clang's options
class LinkFlag<string name> : Flag<["-"], name>, Visibility<[LinkOption]>;
class LinkFlag2<string name> : Flag<["-", "--"], name>, Visibility<[LinkOption]>;

def o : JoinedOrSeparate<["-"], "o">, Group<output_Group>, MetaVarName<"<file>">,
  HelpText<"Write the output to <file>">, Visibility<[LinkOption, BuildOption, BundleOption]>;
def output_EQ : Joined<["--"], "output=">, Alias<o>,
  Visibility<[LinkOption, BuildOption, BundleOption]>;

def image : Flag<["--"], "image">, Group<kind_Group>, Visibility<[LinkOption]>,
  HelpText<"Link a package image: everything of the inputs, one exported symbol, no system file">;
def shared : LinkFlag2<"shared">, Group<kind_Group>, HelpText<"Link a shared library">;
def static : LinkFlag2<"static">, Group<kind_Group>, HelpText<"Link without shared libraries">;
def static_pie : LinkFlag<"static-pie">, Group<kind_Group>,
  HelpText<"Link a static, position-independent program">;
def pie : LinkFlag<"pie">, Group<kind_Group>, HelpText<"Link a position-independent program">;
def no_pie : LinkFlag<"no-pie">, Group<kind_Group>, HelpText<"Link a program at a fixed address">;
def nopie : LinkFlag<"nopie">, Group<kind_Group>, HelpText<"The same, on OpenBSD">;
def r : LinkFlag<"r">, Group<kind_Group>, Flags<[LinkerInput]>,
  HelpText<"Link a relocatable object">;

def l : JoinedOrSeparate<["-"], "l">, Group<input_Group>, Flags<[LinkerInput]>,
  MetaVarName<"<name>">, HelpText<"Link library <name>">, Visibility<[LinkOption]>;
def Wl_COMMA : CommaJoined<["-"], "Wl,">, Group<input_Group>, Flags<[LinkerInput]>,
  MetaVarName<"<word,...>">, HelpText<"Pass the words to the linker, at this place">,
  Visibility<[LinkOption]>;
def Xlinker : Separate<["-"], "Xlinker">, Group<input_Group>, Flags<[LinkerInput]>,
  MetaVarName<"<word>">, HelpText<"Pass the word to the linker, at this place">,
  Visibility<[LinkOption]>;
def z : Separate<["-"], "z">, Group<input_Group>, Flags<[LinkerInput]>, MetaVarName<"<keyword>">,
  HelpText<"Pass -z <keyword> to the linker, at this place">, Visibility<[LinkOption]>;
def e : JoinedOrSeparate<["-"], "e">, Group<input_Group>, Flags<[LinkerInput]>,
  MetaVarName<"<symbol>">, HelpText<"Start the program at <symbol>">, Visibility<[LinkOption]>;
def rpath : Separate<["-"], "rpath">, Group<input_Group>, Flags<[LinkerInput]>,
  MetaVarName<"<dir>">, HelpText<"Look for shared libraries in <dir> at run time">,
  Visibility<[LinkOption]>;
def config : Joined<["--"], "config=">, Group<input_Group>, MetaVarName<"<file>">,
  HelpText<"Read options from a clang configuration file, before those given here">,
  Visibility<[LinkOption]>;
def config_separate : Separate<["--"], "config">, Alias<config>, Visibility<[LinkOption]>;
def config_dir : Joined<["--"], "config-user-dir=">, Group<input_Group>, MetaVarName<"<dir>">,
  HelpText<"Look for configuration files without a slash in <dir>">, Visibility<[LinkOption]>;
def config_system_dir : Joined<["--"], "config-system-dir=">, Group<input_Group>,
  MetaVarName<"<dir>">, HelpText<"The same, behind it">, Visibility<[LinkOption]>;
def no_default_config : Flag<["--"], "no-default-config">, Group<input_Group>,

  HelpText<"Read no clang.cfg or TRIPLE.cfg in those folders">, Visibility<[LinkOption]>;
def x : JoinedOrSeparate<["-"], "x">, Group<input_Group>, MetaVarName<"none">,
  HelpText<"What the inputs behind it are; only `none`: each by its content">,
  Visibility<[LinkOption]>;
def compiler_EQ : Joined<["--"], "compiler=">, Group<input_Group>, MetaVarName<"<program>">,
  HelpText<"Let <program> compile sources among the inputs, and do what is no link (-c, -E, ...)">,
  Visibility<[LinkOption]>;
def job : Separate<["--"], "job">, Group<input_Group>, MetaVarName<"<file.yaml>">,
  HelpText<"Read the link from a job file; options given as well are added to it">,
  Visibility<[LinkOption]>;
def job_EQ : Joined<["--"], "job=">, Alias<job>, Visibility<[LinkOption]>;

def target : Joined<["--"], "target=">, Group<target_Group>, MetaVarName<"<triple>">,
  HelpText<"Link for <triple> instead of this machine">,
  Visibility<[LinkOption, BuildOption, CpusOption]>;
def target_legacy : Separate<["-"], "target">, Alias<target>, Visibility<[LinkOption, BuildOption]>;
def platform : Separate<["--"], "platform">, Group<target_Group>, MetaVarName<"<name|file>">,
  HelpText<"Use this platform instead of the one found by the triple">,
  Visibility<[LinkOption, BuildOption, CpusOption]>;
def platform_EQ : Joined<["--"], "platform=">, Alias<platform>,
  Visibility<[LinkOption, BuildOption, CpusOption]>;
def sysroot_EQ : Joined<["--"], "sysroot=">, Group<target_Group>, MetaVarName<"<dir>">,
  HelpText<"Look for start files and libraries in <dir>">, Visibility<[LinkOption]>;
def sysroot : Separate<["--"], "sysroot">, Alias<sysroot_EQ>, Visibility<[LinkOption]>;
def gcc_toolchain : Joined<["--"], "gcc-toolchain=">, Group<target_Group>, MetaVarName<"<dir>">,
  HelpText<"Look for GCC's start files and libgcc in <dir>">, Visibility<[LinkOption]>;
def resource_dir_EQ : Joined<["-"], "resource-dir=">, Group<target_Group>, MetaVarName<"<dir>">,
  HelpText<"Take the compiler's runtime libraries from this clang resource folder">,
  Visibility<[LinkOption]>;
def resource_dir : Separate<["-"], "resource-dir">, Alias<resource_dir_EQ>,
  Visibility<[LinkOption]>;
def gcc_install_dir : Joined<["--"], "gcc-install-dir=">, Group<target_Group>, MetaVarName<"<dir>">,
  HelpText<"Use the GCC installation in <dir>, the folder with crtbegin.o">,
  Visibility<[LinkOption]>;
def gcc_triple : Joined<["--"], "gcc-triple=">, Group<target_Group>, MetaVarName<"<triple>">,
  HelpText<"Look only for GCC installations for <triple>">, Visibility<[LinkOption]>;
def dyld_prefix : Joined<["--"], "dyld-prefix=">, Group<target_Group>, MetaVarName<"<dir>">,
  HelpText<"Put <dir> before the dynamic linker's path">, Visibility<[LinkOption]>;

def L : JoinedOrSeparate<["-"], "L">, Group<library_Group>, MetaVarName<"<dir>">,
  HelpText<"Look for libraries in <dir>">, Visibility<[LinkOption]>;
def B : JoinedOrSeparate<["-"], "B">, Group<library_Group>, MetaVarName<"<dir>">,
  HelpText<"Look for start files in <dir> first">, Visibility<[LinkOption]>;
def u : JoinedOrSeparate<["-"], "u">, Group<library_Group>, MetaVarName<"<symbol>">,
  HelpText<"Take <symbol> for undefined, so that an archive's member with it is linked">,
  Visibility<[LinkOption]>;
def T : JoinedOrSeparate<["-"], "T">, Group<library_Group>, MetaVarName<"<script>">,
  HelpText<"Use a linker script">, Visibility<[LinkOption]>;
def nostdlib : LinkFlag2<"nostdlib">, Group<library_Group>,
  HelpText<"No start files and no default libraries">;
def nostartfiles : LinkFlag<"nostartfiles">, Group<library_Group>, HelpText<"No start files">;
def nodefaultlibs : LinkFlag<"nodefaultlibs">, Group<library_Group>,
  HelpText<"No default libraries">;
def nolibc : LinkFlag<"nolibc">, Group<library_Group>, HelpText<"No C library">;
def nostdlibxx : LinkFlag<"nostdlib++">, Group<library_Group>, HelpText<"No C++ library">;
def driver_mode : Joined<["--"], "driver-mode=">, Group<library_Group>, MetaVarName<"gcc|g++">,
  HelpText<"g++: link the C++ library">, Visibility<[LinkOption]>;
def static_libstdcxx : LinkFlag<"static-libstdc++">, Group<library_Group>,
  HelpText<"Link the C++ library statically">;
def static_libgcc : LinkFlag<"static-libgcc">, Group<library_Group>,
  HelpText<"Link libgcc statically">;
def shared_libgcc : LinkFlag<"shared-libgcc">, Group<library_Group>,
  HelpText<"Link libgcc as a shared library">;
def rtlib_EQ : Joined<["-", "--"], "rtlib=">, Group<library_Group>,
  MetaVarName<"libgcc|compiler-rt|platform">, HelpText<"The compiler's runtime library">,
  Visibility<[LinkOption]>;
def unwindlib_EQ : Joined<["-", "--"], "unwindlib=">, Group<library_Group>,
  MetaVarName<"libgcc|libunwind|none|platform">, HelpText<"The unwinder's library">,
  Visibility<[LinkOption]>;
def stdlib_EQ : Joined<["-", "--"], "stdlib=">, Group<library_Group>,
  MetaVarName<"libstdc++|libc++|platform">, HelpText<"The C++ library">, Visibility<[LinkOption]>;
def fuse_ld_EQ : Joined<["-"], "fuse-ld=">, Group<library_Group>, MetaVarName<"lld">,
  HelpText<"The linker; only lld, which is in this program">, Visibility<[LinkOption]>;
def ld_path_EQ : Joined<["--"], "ld-path=">, Group<library_Group>, MetaVarName<"<program>">,
  HelpText<"Run this linker with the same words, instead of the LLD inside">,
  Visibility<[LinkOption]>;
def mexec_model_EQ : Joined<["-"], "mexec-model=">, Group<kind_Group>,
  MetaVarName<"command|reactor">, HelpText<"WebAssembly: a program, or a library with a start">,
  Visibility<[LinkOption]>;
def wasm_opt : Flag<["--"], "wasm-opt">, Group<output_Group>, Visibility<[LinkOption]>,
  HelpText<"WebAssembly: run wasm-opt over the output if it is installed">;
def no_wasm_opt : Flag<["--"], "no-wasm-opt">, Group<output_Group>, Visibility<[LinkOption]>,
  HelpText<"WebAssembly: do not run wasm-opt">;
def pthread : LinkFlag2<"pthread">, Group<library_Group>, HelpText<"Link the thread library">;
def pg : LinkFlag<"pg">, Group<library_Group>, HelpText<"Link gprof's start file">;
def rdynamic : LinkFlag<"rdynamic">, Group<output_Group>,
  HelpText<"Export a program's symbols to what it loads">;
def mwindows : LinkFlag<"mwindows">, Group<output_Group>,
  HelpText<"Link a program with windows of its own (MinGW)">;
def mconsole : LinkFlag<"mconsole">, Group<output_Group>,
  HelpText<"Link a program for the console (MinGW)">;
def mdll : LinkFlag<"mdll">, Group<output_Group>, HelpText<"Link a DLL (MinGW)">;
def municode : LinkFlag<"municode">, Group<library_Group>,
  HelpText<"Start at wmain instead of main (MinGW)">;
def mthreads : LinkFlag<"mthreads">, Group<library_Group>,
  HelpText<"Link MinGW's old thread library">;
def mguard_EQ : Joined<["-"], "mguard=">, Group<output_Group>, MetaVarName<"cf|cf-nochecks|none">,
  HelpText<"Control flow guard (MinGW)">, Visibility<[LinkOption]>;
def fauto_import : LinkFlag<"fauto-import">, Group<output_Group>,
  HelpText<"Import data of DLLs without dllimport (MinGW; default)">;
def fno_auto_import : LinkFlag<"fno-auto-import">, Group<output_Group>,
  HelpText<"Import no data of DLLs without dllimport (MinGW)">;
def undefined : JoinedOrSeparate<["-"], "undefined">, Group<library_Group>,
  MetaVarName<"<symbol>">, HelpText<"-u, as MinGW's linkers spell it too">,
  Visibility<[LinkOption]>;
def s : Flag<["-"], "s">, Group<output_Group>, Visibility<[LinkOption, BuildOption]>,
  HelpText<"Leave out symbols and debug information">;

def no_canonical_prefixes : LinkFlag<"no-canonical-prefixes">, Group<show_Group>;
def _HASH_HASH_HASH : Flag<["-"], "###">, Group<show_Group>, Visibility<[LinkOption, BuildOption]>,
  HelpText<"Print the link line and do not run it">;
def explain : Flag<["--"], "explain">, Group<show_Group>, Visibility<[LinkOption, BuildOption]>,
  HelpText<"Print why each word of the link line is there, and do not run it">;
def explain_clones : Flag<["--"], "explain-clones">, Group<show_Group>, Visibility<[BuildOption]>,
  HelpText<"Print which functions have versions for which CPU target, and why">;
def v : LinkFlag<"v">, Group<show_Group>, HelpText<"Print the link line and run it">;
def Wno_unused : LinkFlag<"Wno-unused-command-line-argument">, Group<show_Group>,
  HelpText<"Do not warn of options that are not used">;
def Qunused_arguments : LinkFlag<"Qunused-arguments">, Alias<Wno_unused>;

def t : LinkFlag<"t">, Group<show_Group>,
  HelpText<"Print the name of each input file (BSD, Windows)">;
// ---- link: many links in warm processes
def worker : Flag<["--"], "worker">, Group<many_Group>, Visibility<[LinkOption]>,
  HelpText<"Read link requests (Bazel's JSON worker protocol) and answer them until they end">;
def persistent_worker : Flag<["--"], "persistent_worker">, Alias<worker>, Visibility<[LinkOption]>;
def jobs : Separate<["--"], "jobs">, Group<many_Group>, MetaVarName<"<file.jsonl>">,
  HelpText<"Do the links of a file (-: standard input), one a line, and print their results">,
  Visibility<[LinkOption]>;
def jobs_EQ : Joined<["--"], "jobs=">, Alias<jobs>, Visibility<[LinkOption]>;
def j : JoinedOrSeparate<["-"], "j">, Group<many_Group>, MetaVarName<"<number>">,
  HelpText<"Use at most <number> processes for --worker and --jobs (as many as there are CPUs)">,
  HelpTextForVariants<[BuildOption], "Use at most <number> threads (as many as there are CPUs)">,
  Visibility<[LinkOption, BuildOption]>;

// known to clang's drivers of other platforms, without a meaning for those here

// accepted and not used: clang claims them when it only links
class Compile<string name> : Flag<["-"], name>, Group<compile_Group>, Visibility<[LinkOption]>;
class CompileJoined<string name> : Joined<["-"], name>, Group<compile_Group>,
  Visibility<[LinkOption]>;
def g_Joined : CompileJoined<"g">;
def W_Joined : CompileJoined<"W">;
def w : LinkFlag<"w">, Group<show_Group>, HelpText<"No warnings">;
def pipe : Compile<"pipe">;
def mtune_EQ : CompileJoined<"mtune=">;
def std_EQ : CompileJoined<"std=">;
def fPIC : Compile<"fPIC">;
def fpic : Compile<"fpic">;
def fPIE : Compile<"fPIE">;
def fpie : Compile<"fpie">;
def fno_plt : Compile<"fno-plt">;
def fvisibility_EQ : CompileJoined<"fvisibility=">;
def fstack_protector : Compile<"fstack-protector">;
def fstack_protector_all : Compile<"fstack-protector-all">;
def fstack_protector_strong : Compile<"fstack-protector-strong">;
def fno_stack_protector : Compile<"fno-stack-protector">;
def fno_exceptions : Compile<"fno-exceptions">;
def fno_rtti : Compile<"fno-rtti">;
def fexceptions : Compile<"fexceptions">;
def fno_strict_aliasing : Compile<"fno-strict-aliasing">;
def fdiagnostics_color_Joined : CompileJoined<"fdiagnostics-color">;
def fno_pic_flag : Compile<"fno-pic">;
def fno_PIC_flag : Compile<"fno-PIC">;
def fno_visibility_flag : Compile<"fno-visibility">;
def fasynchronous_unwind_tables_flag : Compile<"fasynchronous-unwind-tables">;
def fno_asynchronous_unwind_tables_flag : Compile<"fno-asynchronous-unwind-tables">;
def funwind_tables_flag : Compile<"funwind-tables">;
def fno_unwind_tables_flag : Compile<"fno-unwind-tables">;
def fomit_frame_pointer_flag : Compile<"fomit-frame-pointer">;
def fno_omit_frame_pointer_flag : Compile<"fno-omit-frame-pointer">;
def fno_common_flag : Compile<"fno-common">;
def fcommon_flag : Compile<"fcommon">;
def fno_builtin_flag : Compile<"fno-builtin">;
def fno_math_errno_flag : Compile<"fno-math-errno">;
def fmath_errno_flag : Compile<"fmath-errno">;
def fwrapv_flag : Compile<"fwrapv">;
def fno_wrapv_flag : Compile<"fno-wrapv">;
def fstrict_aliasing_flag : Compile<"fstrict-aliasing">;
def fno_semantic_interposition_flag : Compile<"fno-semantic-interposition">;
def fsemantic_interposition_flag : Compile<"fsemantic-interposition">;
def fno_ident_flag : Compile<"fno-ident">;
def fvisibility_inlines_hidden_flag : Compile<"fvisibility-inlines-hidden">;
def fno_threadsafe_statics_flag : Compile<"fno-threadsafe-statics">;
def frtti_flag : Compile<"frtti">;
def fno_inline_flag : Compile<"fno-inline">;
def finline_functions_flag : Compile<"finline-functions">;
def funroll_loops_flag : Compile<"funroll-loops">;
def fno_unroll_loops_flag : Compile<"fno-unroll-loops">;
def fvectorize_flag : Compile<"fvectorize">;
def fno_vectorize_flag : Compile<"fno-vectorize">;
def fshort_enums_flag : Compile<"fshort-enums">;
def fno_short_enums_flag : Compile<"fno-short-enums">;
def fsigned_char_flag : Compile<"fsigned-char">;
def funsigned_char_flag : Compile<"funsigned-char">;
def fstack_clash_protection_flag : Compile<"fstack-clash-protection">;
def fno_stack_clash_protection_flag : Compile<"fno-stack-clash-protection">;
def fcolor_diagnostics_flag : Compile<"fcolor-diagnostics">;
def fno_color_diagnostics_flag : Compile<"fno-color-diagnostics">;
def fno_addrsig_flag : Compile<"fno-addrsig">;
def faddrsig_flag : Compile<"faddrsig">;
def fwhole_program_vtables_flag : Compile<"fwhole-program-vtables">;
def fno_whole_program_vtables_flag : Compile<"fno-whole-program-vtables">;
def fvirtual_function_elimination_flag : Compile<"fvirtual-function-elimination">;
def ftime_report_flag : Compile<"ftime-report">;
def fblocks_flag : Compile<"fblocks">;
def fno_blocks_flag : Compile<"fno-blocks">;
def fmodules_flag : Compile<"fmodules">;
def fno_modules_flag : Compile<"fno-modules">;
def pedantic_flag : Compile<"pedantic">;
def ansi_flag : Compile<"ansi">;
def save_temps_flag : Compile<"save-temps">;
def fno_delete_null_pointer_checks_flag : Compile<"fno-delete-null-pointer-checks">;
def fcf_protection_flag : Compile<"fcf-protection">;
def fintegrated_as_flag : Compile<"fintegrated-as">;
def fno_integrated_as_flag : Compile<"fno-integrated-as">;
def mthumb_flag : Compile<"mthumb">;
def marm_flag : Compile<"marm">;
def mno_red_zone_flag : Compile<"mno-red-zone">;
def msse_flag : Compile<"msse">;
def msse2_flag : Compile<"msse2">;
def mavx_flag : Compile<"mavx">;
def mavx2_flag : Compile<"mavx2">;
def maes_flag : Compile<"maes">;
def mfma_flag : Compile<"mfma">;
def mno_outline_atomics_flag : Compile<"mno-outline-atomics">;
def moutline_atomics_flag : Compile<"moutline-atomics">;
def MD_flag : Compile<"MD">;
def MMD_flag : Compile<"MMD">;
def MP_flag : Compile<"MP">;
def fno_limit_debug_info_flag : Compile<"fno-limit-debug-info">;
def fstandalone_debug_flag : Compile<"fstandalone-debug">;
def fno_standalone_debug_flag : Compile<"fno-standalone-debug">;
def fdebug_types_section_flag : Compile<"fdebug-types-section">;
def fno_debug_types_section_flag : Compile<"fno-debug-types-section">;
def fno_sanitize_recover_flag : Compile<"fno-sanitize-recover">;
def fcoverage_mapping_flag : Compile<"fcoverage-mapping">;
def ftest_coverage_flag : Compile<"ftest-coverage">;
def fcf_protection_joined : CompileJoined<"fcf-protection=">;
def fdebug_prefix_map_joined : CompileJoined<"fdebug-prefix-map=">;
def ffile_prefix_map_joined : CompileJoined<"ffile-prefix-map=">;
def fmacro_prefix_map_joined : CompileJoined<"fmacro-prefix-map=">;
def fsanitize_recover_joined : CompileJoined<"fsanitize-recover">;
def fsanitize_blacklist_joined : CompileJoined<"fsanitize-blacklist=">;
def fsanitize_ignorelist_joined : CompileJoined<"fsanitize-ignorelist=">;
def ffp_contract_joined : CompileJoined<"ffp-contract=">;
def fmessage_length_joined : CompileJoined<"fmessage-length=">;
def ftls_model_joined : CompileJoined<"ftls-model=">;
def mfpu_joined : CompileJoined<"mfpu=">;
def mcmodel_joined : CompileJoined<"mcmodel=">;
def mtls_dialect_joined : CompileJoined<"mtls-dialect=">;
def mstack_alignment_joined : CompileJoined<"mstack-alignment=">;
def fmax_errors_joined : CompileJoined<"fmax-errors=">;
def ferror_limit_joined : CompileJoined<"ferror-limit=">;
def ftemplate_depth_joined : CompileJoined<"ftemplate-depth=">;
def mbranch_protection_joined : CompileJoined<"mbranch-protection=">;
def d_joined : CompileJoined<"d">;
def MF_pair : JoinedOrSeparate<["-"], "MF">, Group<compile_Group>, Visibility<[LinkOption]>;
def MT_pair : JoinedOrSeparate<["-"], "MT">, Group<compile_Group>, Visibility<[LinkOption]>;
def MQ_pair : JoinedOrSeparate<["-"], "MQ">, Group<compile_Group>, Visibility<[LinkOption]>;
def isystem_pair : JoinedOrSeparate<["-"], "isystem">, Group<compile_Group>,
  Visibility<[LinkOption]>;
def mllvm_pair : Separate<["-"], "mllvm">, Group<compile_Group>, Visibility<[LinkOption]>;
def D : JoinedOrSeparate<["-"], "D">, Group<compile_Group>, Visibility<[LinkOption]>;
def I : JoinedOrSeparate<["-"], "I">, Group<compile_Group>, Visibility<[LinkOption]>;
def U : JoinedOrSeparate<["-"], "U">, Group<compile_Group>, Visibility<[LinkOption]>;
class CompileSeparate<string name> : Separate<["-"], name>, Group<compile_Group>,
  Visibility<[LinkOption]>;
class CompileEither<string name> : JoinedOrSeparate<["-"], name>, Group<compile_Group>,
  Visibility<[LinkOption]>;
foreach name = ["iquote", "idirafter", "include", "imacros", "iprefix", "iwithprefix",
  "iwithprefixbefore", "isystem-after", "cxx-isystem", "stdlib++-isystem", "MJ"] in
  def : CompileEither<name>;
foreach name = ["Xclang", "Xpreprocessor", "Xassembler", "Xanalyzer", "include-pch", "ivfsoverlay",
  "dumpdir"] in def : CompileSeparate<name>;
foreach name = ["MG", "MV", "nostdinc", "nostdinc++", "nostdlibinc", "nobuiltininc", "trigraphs",
  "traditional", "traditional-cpp", "undef", "P", "C", "CC", "H", "Qn", "Qy", "time",
  "canonical-prefixes", "pedantic-errors", "no-pedantic"] in
  def : Compile<name>;
foreach name = ["Xclang=", "save-temps="] in def : CompileJoined<name>;
class Compile2<string name> : Flag<["--"], name>, Group<compile_Group>, Visibility<[LinkOption]>;
foreach name = ["pedantic", "pedantic-errors", "no-pedantic", "ansi", "pipe", "save-temps",
  "start-no-unused-arguments", "end-no-unused-arguments"] in def : Compile2<name>;
foreach name = ["param=", "save-temps=", "std="] in
  def : Joined<["--"], name>, Group<compile_Group>, Visibility<[LinkOption]>;
def param : Separate<["--"], "param">, Group<compile_Group>, Visibility<[LinkOption]>;
include "options_compile.td"

// What makes no link. Asked for here, the answer is an error that says so.
foreach name = ["E", "S", "M", "MM", "fsyntax-only", "emit-llvm", "emit-ast", "fmodule-header",
  "module-file-info"] in
  def : Flag<["-"], name>, Group<no_link_Group>, Visibility<[LinkOption]>;
foreach name = ["analyze", "precompile"] in
  def : Flag<["--"], name>, Group<no_link_Group>, Visibility<[LinkOption]>;
// GCC's specs can say anything; what they would have said is not done
def specs_EQ : Joined<["-", "--"], "specs=">, Group<compile_Group>, Visibility<[LinkOption]>;

include "options_darwin.td"

// ---- runtimes of instrumented code
class LinkJoined<string name> : Joined<["-"], name>, Visibility<[LinkOption]>;
def fsanitize_EQ : CommaJoined<["-"], "fsanitize=">, Group<library_Group>,
  MetaVarName<"<check,...>">, HelpText<"Link the runtimes of these sanitizers">,
  Visibility<[LinkOption]>;
def fno_sanitize_EQ : CommaJoined<["-"], "fno-sanitize=">, Group<library_Group>,
  MetaVarName<"<check,...>">, HelpText<"Take these sanitizers back">, Visibility<[LinkOption]>;
def fsanitize_trap_EQ : CommaJoined<["-"], "fsanitize-trap=">, Group<library_Group>,
  MetaVarName<"<check,...>">, HelpText<"These sanitizers trap and need no runtime">,
  Visibility<[LinkOption]>;
def fno_sanitize_trap_EQ : CommaJoined<["-"], "fno-sanitize-trap=">, Group<library_Group>,
  MetaVarName<"<check,...>">, HelpText<"These sanitizers call their runtime">,
  Visibility<[LinkOption]>;
def fsanitize_trap : LinkFlag<"fsanitize-trap">, Alias<fsanitize_trap_EQ>, AliasArgs<["all"]>;
def fno_sanitize_trap : LinkFlag<"fno-sanitize-trap">, Alias<fno_sanitize_trap_EQ>,
  AliasArgs<["all"]>;
def fsanitize_undefined_trap : LinkFlag<"fsanitize-undefined-trap-on-error">,
  Alias<fsanitize_trap_EQ>, AliasArgs<["undefined"]>;
def fsanitize_coverage_EQ : CommaJoined<["-"], "fsanitize-coverage=">, Group<library_Group>,
  MetaVarName<"<kind,...>">, HelpText<"Link the runtime of coverage instrumentation">,
  Visibility<[LinkOption]>;
def fno_sanitize_coverage_EQ : CommaJoined<["-"], "fno-sanitize-coverage=">, Group<library_Group>,
  MetaVarName<"<kind,...>">, HelpText<"Take these kinds of coverage back">,
  Visibility<[LinkOption]>;
def shared_libsan : LinkFlag<"shared-libsan">, Group<library_Group>,
  HelpText<"Link sanitizer runtimes as shared libraries">;
def shared_libasan : LinkFlag<"shared-libasan">, Alias<shared_libsan>;
def static_libsan : LinkFlag<"static-libsan">, Group<library_Group>,
  HelpText<"Link sanitizer runtimes statically">;
def fsanitize_link_runtime : LinkFlag<"fsanitize-link-runtime">, Group<library_Group>,
  HelpText<"Link sanitizer runtimes (the default)">;
def fno_sanitize_link_runtime : LinkFlag<"fno-sanitize-link-runtime">, Group<library_Group>,
  HelpText<"Do not link sanitizer runtimes">;
def fsanitize_link_cxx_runtime : LinkFlag<"fsanitize-link-c++-runtime">, Group<library_Group>,
  HelpText<"Link the C++ part of sanitizer runtimes">;
def fno_sanitize_link_cxx_runtime : LinkFlag<"fno-sanitize-link-c++-runtime">,
  Group<library_Group>, HelpText<"Take -fsanitize-link-c++-runtime back">;
def fsanitize_minimal_runtime : LinkFlag<"fsanitize-minimal-runtime">, Group<library_Group>,
  HelpText<"Link the small runtimes of sanitizers">;
def fno_sanitize_minimal_runtime : LinkFlag<"fno-sanitize-minimal-runtime">, Group<library_Group>,
  HelpText<"Take -fsanitize-minimal-runtime back">;
def fsanitize_cfi_cross_dso : LinkFlag<"fsanitize-cfi-cross-dso">, Group<library_Group>,
  HelpText<"Control flow is checked across shared libraries">;
def fno_sanitize_cfi_cross_dso : LinkFlag<"fno-sanitize-cfi-cross-dso">, Group<library_Group>,
  HelpText<"Take -fsanitize-cfi-cross-dso back">;
def fsanitize_stats : LinkFlag<"fsanitize-stats">, Group<library_Group>,
  HelpText<"Sanitizers count what they check">;
def fno_sanitize_stats : LinkFlag<"fno-sanitize-stats">, Group<library_Group>,
  HelpText<"Take -fsanitize-stats back">;
def fsanitize_hwasan_aliases : LinkFlag<"fsanitize-hwaddress-experimental-aliasing">,
  Group<library_Group>, HelpText<"The hwaddress sanitizer uses page aliases">;
def fno_sanitize_hwasan_aliases : LinkFlag<"fno-sanitize-hwaddress-experimental-aliasing">,
  Group<library_Group>, HelpText<"Take -fsanitize-hwaddress-experimental-aliasing back">;
def fmemory_profile : LinkFlag<"fmemory-profile">, Group<library_Group>,
  HelpText<"Link the memory profiler's runtime">;
def fmemory_profile_EQ : LinkJoined<"fmemory-profile=">, Alias<fmemory_profile>;
def fno_memory_profile : LinkFlag<"fno-memory-profile">, Group<library_Group>,
  HelpText<"Take -fmemory-profile back">;
def frtlib_add_rpath : LinkFlag<"frtlib-add-rpath">, Group<library_Group>,
  HelpText<"Look for shared runtimes in their folder at run time">;
def fno_rtlib_add_rpath : LinkFlag<"fno-rtlib-add-rpath">, Group<library_Group>,
  HelpText<"Take -frtlib-add-rpath back">;
def fprofile_generate : LinkFlag<"fprofile-generate">, Group<library_Group>,
  HelpText<"Link the profile's runtime">;
def fprofile_generate_EQ : LinkJoined<"fprofile-generate=">, Alias<fprofile_generate>;
def fno_profile_generate : LinkFlag<"fno-profile-generate">, Group<library_Group>,
  HelpText<"Take -fprofile-generate back">;
def fprofile_instr_generate : LinkFlag<"fprofile-instr-generate">, Group<library_Group>,
  HelpText<"Link the profile's runtime">;
def fprofile_instr_generate_EQ : LinkJoined<"fprofile-instr-generate=">,
  Alias<fprofile_instr_generate>;
def fno_profile_instr_generate : LinkFlag<"fno-profile-instr-generate">, Group<library_Group>,
  HelpText<"Take -fprofile-instr-generate back">;
def fcreate_profile : LinkFlag<"fcreate-profile">, Group<library_Group>,
  HelpText<"Link the profile's runtime">;
def fcs_profile_generate : LinkFlag<"fcs-profile-generate">, Group<library_Group>,
  HelpText<"Link the profile's runtime, for a profile that knows callers">;
def fcs_profile_generate_EQ : LinkJoined<"fcs-profile-generate=">, Group<library_Group>,
  MetaVarName<"<dir>">, HelpText<"The same; the profile is written to <dir>">;
def coverage : Flag<["-", "--"], "coverage">, Group<library_Group>, Visibility<[LinkOption]>,
  HelpText<"Link the runtime of gcov's coverage">;
def fprofile_arcs : LinkFlag<"fprofile-arcs">, Group<library_Group>,
  HelpText<"Link the runtime of gcov's coverage">;
def fno_profile_arcs : LinkFlag<"fno-profile-arcs">, Group<library_Group>,
  HelpText<"Take -fprofile-arcs back">;
def fxray_instrument : LinkFlag<"fxray-instrument">, Group<library_Group>,
  HelpText<"Link XRay's runtime">;
def fno_xray_instrument : LinkFlag<"fno-xray-instrument">, Group<library_Group>,
  HelpText<"Take -fxray-instrument back">;
def fxray_modes_EQ : LinkJoined<"fxray-modes=">, Group<library_Group>, MetaVarName<"<mode,...>">,
  HelpText<"Modes of XRay's runtime: all, none, xray-basic, xray-fdr, xray-profiling">;
def fxray_link_deps : LinkFlag<"fxray-link-deps">, Group<library_Group>,
  HelpText<"Link XRay's runtime where it is used (the default)">;
def fno_xray_link_deps : LinkFlag<"fno-xray-link-deps">, Group<library_Group>,
  HelpText<"Take -fxray-link-deps back">;
def fopenmp : LinkFlag<"fopenmp">, Group<library_Group>, HelpText<"Link OpenMP's runtime">;
def fopenmp_EQ : LinkJoined<"fopenmp=">, Group<library_Group>,
  MetaVarName<"libomp|libgomp|libiomp5">, HelpText<"Link this runtime of OpenMP">;
def fno_openmp : LinkFlag<"fno-openmp">, Group<library_Group>, HelpText<"Take -fopenmp back">;
def static_openmp : LinkFlag<"static-openmp">, Group<library_Group>,
  HelpText<"Link OpenMP's runtime statically">;
def fsplit_stack : LinkFlag<"fsplit-stack">, Group<library_Group>,
  HelpText<"Threads are created with split stacks">;
def fno_split_stack : LinkFlag<"fno-split-stack">, Group<library_Group>,
  HelpText<"Take -fsplit-stack back">;
def fexperimental_library : LinkFlag<"fexperimental-library">, Group<library_Group>,
  HelpText<"Link libc++'s experimental part">;
def fno_experimental_library : LinkFlag<"fno-experimental-library">, Group<library_Group>,
  HelpText<"Take -fexperimental-library back">;
def ffast_math : LinkFlag<"ffast-math">, Group<library_Group>,
  HelpText<"Link the start file that flushes denormal numbers to zero, where there is one">;
def fno_fast_math : LinkFlag<"fno-fast-math">, Group<library_Group>,
  HelpText<"Take -ffast-math back">;
def funsafe_math : LinkFlag<"funsafe-math-optimizations">, Alias<ffast_math>;
def fno_unsafe_math : LinkFlag<"fno-unsafe-math-optimizations">, Alias<fno_fast_math>;
def gz : LinkFlag<"gz">, Group<output_Group>, HelpText<"Compress debug sections, with zlib">;
def gz_EQ : LinkJoined<"gz=">, Group<output_Group>, MetaVarName<"none|zlib|zstd">,
  HelpText<"Compress debug sections this way">;

// ---- link-time optimisation
def flto : LinkFlag<"flto">, Group<code_Group>, HelpText<"Optimise bitcode inputs as a whole">;
def flto_EQ : LinkJoined<"flto=">, Group<code_Group>, MetaVarName<"full|thin">,
  HelpText<"Optimise bitcode inputs as a whole, or in parts">;
def fno_lto : LinkFlag<"fno-lto">, Group<code_Group>, HelpText<"Take -flto back">;
def flto_jobs_EQ : LinkJoined<"flto-jobs=">, Group<code_Group>, MetaVarName<"<n>">,
  HelpText<"Threads of -flto=thin">;
def ffat_lto_objects : LinkFlag<"ffat-lto-objects">, Group<code_Group>,
  HelpText<"Inputs carry both bitcode and machine code">;
def fno_fat_lto_objects : LinkFlag<"fno-fat-lto-objects">, Group<code_Group>,
  HelpText<"Take -ffat-lto-objects back">;
// ---- queries
class Query<string name> : Flag<["-", "--"], name>, Group<show_Group>, Visibility<[LinkOption]>;
class QueryOf<string name> : Joined<["-", "--"], name>, Group<show_Group>,
  Visibility<[LinkOption]>, MetaVarName<"<file>">;
def print_file_name_EQ : QueryOf<"print-file-name=">,
  HelpText<"Print where start file or library <file> is found">;
def print_prog_name_EQ : QueryOf<"print-prog-name=">, HelpText<"Print where <file> is found">;
def print_libgcc_file_name : Query<"print-libgcc-file-name">,
  HelpText<"Print where the compiler's runtime library is found">;
def print_runtime_dir : Query<"print-runtime-dir">,
  HelpText<"Print the folder of the target's runtimes">;
def print_resource_dir : Query<"print-resource-dir">,
  HelpText<"Print clang's resource folder">;
def print_target_triple : Query<"print-target-triple">, HelpText<"Print the target">;
def print_effective_triple : Query<"print-effective-triple">,
  HelpText<"Print the target that code is made for">;
def print_multiarch : Query<"print-multiarch">, HelpText<"Print Debian's name of the target">;
def dumpmachine : Query<"dumpmachine">, HelpText<"Print the target">;
def dumpversion : Query<"dumpversion">, HelpText<"Print the version of the LLVM inside">;
def print_multi_lib : Query<"print-multi-lib">,
  HelpText<"Print the widths that GCC has files for">;
def print_multi_directory : Query<"print-multi-directory">,
  HelpText<"Print the folder of GCC's files for this width">;
def print_search_dirs : Query<"print-search-dirs">,
  HelpText<"Print the folders that files are looked for in">;

// ---- which target of several
def m32 : LinkFlag<"m32">, Group<target_Group>, HelpText<"Link for the target's 32-bit variant">;
def m64 : LinkFlag<"m64">, Group<target_Group>, HelpText<"Link for the target's 64-bit variant">;
def m16 : LinkFlag<"m16">, Group<target_Group>, HelpText<"Link for x86 in 16-bit mode: as -m32">;
def mx32 : LinkFlag<"mx32">, Group<target_Group>,
  HelpText<"Link for x86-64 with 32-bit pointers">;
def mabi_EQ : LinkJoined<"mabi=">, Group<target_Group>, MetaVarName<"<abi>">,
  HelpText<"The calling convention, on MIPS, RISC-V, LoongArch and PowerPC">;
def mfloat_abi_EQ : LinkJoined<"mfloat-abi=">, Group<target_Group>,
  MetaVarName<"soft|softfp|hard">, HelpText<"How floating-point values are passed, on ARM">;
def msoft_float : LinkFlag<"msoft-float">, Group<target_Group>, HelpText<"-mfloat-abi=soft">;
def mhard_float : LinkFlag<"mhard-float">, Group<target_Group>, HelpText<"-mfloat-abi=hard">;
def mlittle_endian : LinkFlag<"mlittle-endian">, Group<target_Group>,
  HelpText<"Link for the target's little-endian variant">;
def EL : LinkFlag<"EL">, Alias<mlittle_endian>;
def mbig_endian : LinkFlag<"mbig-endian">, Group<target_Group>,
  HelpText<"Link for the target's big-endian variant">;
def EB : LinkFlag<"EB">, Alias<mbig_endian>;
def fandroid_pad_segment : LinkFlag<"fandroid-pad-segment">, Group<target_Group>,
  HelpText<"Android's loader may pad the output's segments">;
def fno_android_pad_segment : LinkFlag<"fno-android-pad-segment">, Group<target_Group>,
  HelpText<"Take -fandroid-pad-segment back">;
def fsanitize_memtag_mode_EQ : CompileJoined<"fsanitize-memtag-mode=">;
def mnan_EQ : CompileJoined<"mnan=">;
def muclibc : Compile<"muclibc">;
def mglibc : Compile<"mglibc">;
def mmusl : Compile<"mmusl">;
def mbionic : Compile<"mbionic">;
def ffixed_x18 : Compile<"ffixed-x18">;
def Xarch__ : JoinedAndSeparate<["-"], "Xarch_">, Group<target_Group>,
  MetaVarName<"<arch> <option>">, HelpText<"Use <option>, a single word, when linking for <arch>">,
  Visibility<[LinkOption]>;
def mno_relax : LinkFlag<"mno-relax">, Group<target_Group>,
  HelpText<"The linker does not shorten RISC-V's instructions">;
def mrelax : LinkFlag<"mrelax">, Group<target_Group>, HelpText<"Take -mno-relax back">;
// Compile options that link-time optimisation passes on; they mean nothing to other links.
def march_EQ : CompileJoined<"march=">;
def mcpu_EQ : CompileJoined<"mcpu=">;
def ffunction_sections : Compile<"ffunction-sections">;
def fno_function_sections : Compile<"fno-function-sections">;
def fdata_sections : Compile<"fdata-sections">;
def fno_data_sections : Compile<"fno-data-sections">;
def gsplit_dwarf : Compile<"gsplit-dwarf">;
def ggdb : Compile<"ggdb">;
def glldb : Compile<"glldb">;
def fprofile_use : Compile<"fprofile-use">;
def fprofile_use_EQ : CompileJoined<"fprofile-use=">;
def fprofile_instr_use_EQ : CompileJoined<"fprofile-instr-use=">, Alias<fprofile_use_EQ>;
def fprofile_sample_use_EQ : CompileJoined<"fprofile-sample-use=">;
def fauto_profile_EQ : CompileJoined<"fauto-profile=">, Alias<fprofile_sample_use_EQ>;
def fveclib_EQ : CompileJoined<"fveclib=">;
def fstack_size_section : Compile<"fstack-size-section">;
def fsplit_machine_functions : Compile<"fsplit-machine-functions">;
def fno_split_machine_functions : Compile<"fno-split-machine-functions">;
def femulated_tls : Compile<"femulated-tls">;
def fno_emulated_tls : Compile<"fno-emulated-tls">;

// ---- images: link and build
def needs : Separate<["--"], "needs">, Group<image_Group>, MetaVarName<"<library>">,
  HelpText<"A shared library the image may use, by its soname or as a file; `none`: no library">,
  Visibility<[LinkOption, BuildOption]>;
def needs_EQ : Joined<["--"], "needs=">, Alias<needs>, Visibility<[LinkOption, BuildOption]>;
def host_symbol : Separate<["--"], "host-symbol">, Group<image_Group>, MetaVarName<"<symbol>">,
  HelpText<"A symbol that the host program provides">, Visibility<[LinkOption, BuildOption]>;
def host_symbol_EQ : Joined<["--"], "host-symbol=">, Alias<host_symbol>,
  Visibility<[LinkOption, BuildOption]>;
def root_symbol_EQ : Joined<["--"], "root-symbol=">, Group<image_Group>, MetaVarName<"<symbol>">,
  HelpText<"The one exported symbol (pkgimg_image)">, Visibility<[LinkOption]>;
def soname_EQ : Joined<["--"], "soname=">, Group<image_Group>, MetaVarName<"<name>">,
  HelpText<"The image's soname (base name of the output)">,
  Visibility<[LinkOption, BuildOption]>;
def export : Separate<["--"], "export">, Group<image_Group>, MetaVarName<"<name|glob>">,
  HelpText<"Offer only these methods and globals (all that are externally visible)">,
  Visibility<[BuildOption]>;
def export_EQ : Joined<["--"], "export=">, Alias<export>, Visibility<[BuildOption]>;
def exports_EQ : Joined<["--"], "exports=">, Group<image_Group>, MetaVarName<"<native>">,
  HelpText<"`native`: the image has ordinary C symbols as well, as any shared library">,
  Visibility<[BuildOption]>;
def out_implib_EQ : Joined<["--"], "out-implib=">, Group<image_Group>, MetaVarName<"<file>">,
  HelpText<"Also write an import library of the DLL; with --exports=native">,
  Visibility<[BuildOption]>;
def out_implib : Separate<["--"], "out-implib">, Alias<out_implib_EQ>, Visibility<[BuildOption]>;
def name_EQ : Joined<["--"], "name=">, Group<image_Group>, MetaVarName<"<name>">,
  HelpText<"The package's name (base name of the output)">, Visibility<[BuildOption]>;

def dependency : Separate<["--"], "dependency">, Group<image_Group>, MetaVarName<"<name>=<file>">,
  HelpText<"An image that this one is built with; of a package file's dependency: where it is">,
  Visibility<[BuildOption]>;
def dependency_EQ : Joined<["--"], "dependency=">, Alias<dependency>, Visibility<[BuildOption]>;
def base : Separate<["--"], "base">, Group<image_Group>, MetaVarName<"<name>=<file>">,
  HelpText<"The base image: the first dependency, and that very build of it">,
  Visibility<[BuildOption]>;
def base_EQ : Joined<["--"], "base=">, Alias<base>, Visibility<[BuildOption]>;
def package_version : Joined<["--"], "package-version=">, Group<image_Group>,
  MetaVarName<"<version>">, HelpText<"The package's version">, Visibility<[BuildOption]>;
def uuid : Joined<["--"], "uuid=">, Group<image_Group>, MetaVarName<"<uuid>">,
  HelpText<"The package's UUID">, Visibility<[BuildOption]>;
def interface_file : Joined<["--"], "interface-file=">, Group<output_Group>,
  MetaVarName<"<file>">, Visibility<[BuildOption]>,
  HelpText<"Write the image's interface digest to <file>, unless that has it already">;

// ---- build: workspaces
def workspace : Separate<["--"], "workspace">, Group<many_Group>, MetaVarName<"<file>">,
  HelpText<"Build the packages that <file> lists, those that changed; inputs are names of some">,
  Visibility<[BuildOption]>;
def workspace_EQ : Joined<["--"], "workspace=">, Alias<workspace>, Visibility<[BuildOption]>;
def plan : Separate<["--"], "plan">, Group<many_Group>, MetaVarName<"ninja">,
  HelpText<"Write the workspace's build as a file for ninja (-o, build.ninja), and build nothing">,
  Visibility<[BuildOption]>;
def plan_EQ : Joined<["--"], "plan=">, Alias<plan>, Visibility<[BuildOption]>;

// ---- build
def c : Flag<["-"], "c">, Group<output_Group>, Visibility<[BuildOption, LinkOption]>,
  HelpText<"Make one object for `pkgimg link --image`, and do not link">,
  HelpTextForVariants<[LinkOption], "Refused, as are -E and -S: a link compiles nothing">;
def Olevel : Joined<["-"], "O">, Group<code_Group>, MetaVarName<"<0|1|2|3|s|z>">,
  HelpText<"How much to optimise (2)">,
  HelpTextForVariants<[LinkOption], "Accepted; a link has nothing to optimise">,
  Visibility<[BuildOption, LinkOption]>;
def cpu_target : Separate<["--"], "cpu-target">, Group<code_Group>, MetaVarName<"<targets>">,
  HelpText<"The CPUs to make code for: cpu[,option]*[;cpu[,option]*]*, `help` lists them">,
  Visibility<[BuildOption]>;
def cpu_target_EQ : Joined<["--"], "cpu-target=">, Alias<cpu_target>, Visibility<[BuildOption]>;
def incremental : Separate<["--"], "incremental">, Group<code_Group>, MetaVarName<"<folder>">,
  HelpText<"Take what did not change from the objects of earlier builds in <folder>">,
  Visibility<[BuildOption]>;
def incremental_EQ : Joined<["--"], "incremental=">, Alias<incremental>,
  Visibility<[BuildOption]>;
def shard_size : Separate<["--"], "shard-size">, Group<code_Group>, MetaVarName<"<number>">,
  HelpText<"Compile in parts of about <number> instructions (4000); for tests of pkgimg">,
  Visibility<[BuildOption]>;
def shard_size_EQ : Joined<["--"], "shard-size=">, Alias<shard_size>, Visibility<[BuildOption]>;
def timings : Flag<["--"], "timings">, Group<show_Group>,
  HelpText<"Print how long each phase took">, Visibility<[BuildOption, RunOption]>;
def verbose : Flag<["--"], "verbose">, Group<show_Group>,
  HelpText<"Print the link command and the linker's own report">,
  Visibility<[BuildOption, LinkOption]>;

// ---- cache: build and cache
def cache : Flag<["--"], "cache">, Group<cache_Group>, Visibility<[BuildOption]>,
  HelpText<"Take the image from the cache, or make it there; -o copies it, else its path is shown">;
def native_code_EQ : Joined<["--"], "pkgimage-native-code=">, Group<cache_Group>,
  MetaVarName<"<yes|no|existing>">, Visibility<[BuildOption]>,
  HelpText<"With native code (yes), data-only (no), or native if there is one (existing)">;
def pkgimages_EQ : Joined<["--"], "pkgimages=">, Alias<native_code_EQ>, Visibility<[BuildOption]>;
def depfile : Separate<["--"], "depfile">, Group<cache_Group>, MetaVarName<"<file.d>">,
  HelpText<"The modules were made from these files as well (`clang -MD`): look at them too">,
  Visibility<[BuildOption]>;
def depfile_EQ : Joined<["--"], "depfile=">, Alias<depfile>, Visibility<[BuildOption]>;
def rebuild : Flag<["--"], "rebuild">, Group<cache_Group>, Visibility<[BuildOption]>,
  HelpText<"Make the image again, whatever the cache has">;
def store_EQ : Joined<["--"], "store=">, Group<cache_Group>, MetaVarName<"<folder>">,
  HelpText<"Use this store instead of those of PKGIMG_CACHE; may be given several times">,
  Visibility<[CacheOption, BuildOption]>;
def max_bytes_EQ : Joined<["--"], "max-bytes=">, Group<cache_Group>, MetaVarName<"<number>[k|M|G]">,
  HelpText<"gc: keep at most so much, the last used">, Visibility<[CacheOption]>;
def max_age_EQ : Joined<["--"], "max-age=">, Group<cache_Group>, MetaVarName<"<number>[s|m|h|d]">,
  HelpText<"gc: remove what was not used for so long">, Visibility<[CacheOption]>;
def dry_run : Flag<["--"], "dry-run">, Group<cache_Group>, HelpText<"gc: only say what would go">,
  Visibility<[CacheOption]>;
def repair : Flag<["--"], "repair">, Group<cache_Group>, HelpText<"verify: remove what is broken">,
  Visibility<[CacheOption]>;

// ---- run
def jit : Flag<["--"], "jit">, Group<code_Group>, Visibility<[RunOption]>,
  HelpText<"IMAGE is bitcode: compile it in memory and call it">;
def allow_untrusted : Flag<["--"], "allow-untrusted">, Group<code_Group>, Visibility<[RunOption]>,
  HelpText<"Load an image that everybody may write, or that belongs to another user">;

// ---- inspect
def member_EQ : Joined<["--"], "member=">, Group<show_Group>, MetaVarName<"<name>">,
  HelpText<"The image of that name in the bundle IMAGE">, Visibility<[InspectOption, RunOption]>;
def path : Separate<["--"], "path">, Group<show_Group>, MetaVarName<"<offset>">,
  HelpText<"Print how a root leads to the object at <offset> of the heap">,
  Visibility<[InspectOption]>;
def path_EQ : Joined<["--"], "path=">, Alias<path>, Visibility<[InspectOption]>;
def verify : Flag<["--"], "verify">, Group<show_Group>,
  HelpText<"Check the sum of the whole file as well">, Visibility<[InspectOption, RunOption]>;
