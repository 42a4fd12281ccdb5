// Every option of pkgimg, once: name, kind, aliases, group, help and which command sees it.
// Parser, --help, `did you mean` and docs/options.md come from here.
include "llvm/Option/OptParser.td"

// Names and values of these are in llvm/optvis.h.
def LinkOption : OptionVisibility;
def BuildOption : OptionVisibility;
def RunOption : OptionVisibility;
def InspectOption : OptionVisibility;
def PlatformsOption : OptionVisibility;
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
def query_Group   : OptionGroup<"query options">, HelpText<"QUESTIONS">;
// Compile options that build systems leave on link lines. They are read and mean nothing here.
def compile_Group : OptionGroup<"compile options">;

// ---- everywhere
def help : Flag<["--", "-"], "help">, Group<general_Group>, HelpText<"Show this help">,
  Visibility<[LinkOption, BuildOption, RunOption, InspectOption, PlatformsOption, MainOption]>;
def h : Flag<["-"], "h">, Alias<help>,
  Visibility<[BuildOption, RunOption, InspectOption, PlatformsOption, MainOption]>;
def version : Flag<["--"], "version">, Group<general_Group>, HelpText<"Show the version">,
  Visibility<[LinkOption, BuildOption, MainOption]>;
def json : Flag<["--"], "json">, Group<show_Group>, HelpText<"Print JSON, for programs">,
  Visibility<[InspectOption, PlatformsOption, LinkOption]>;

// ---- link: clang's options
class LinkFlag<string name> : Flag<["-"], name>, Visibility<[LinkOption]>;
class LinkFlag2<string name> : Flag<["-", "--"], name>, Visibility<[LinkOption]>;

def o : JoinedOrSeparate<["-"], "o">, Group<output_Group>, MetaVarName<"<file>">,
  HelpText<"Write the output to <file>">, Visibility<[LinkOption, BuildOption]>;
def output_EQ : Joined<["--"], "output=">, Alias<o>, Visibility<[LinkOption, BuildOption]>;

def image : Flag<["--"], "image">, Group<kind_Group>, Visibility<[LinkOption]>,
  HelpText<"Link a package image: everything of the inputs, one exported symbol, no system file">;
def shared : LinkFlag2<"shared">, Group<kind_Group>, HelpText<"Link a shared library">;
def static : LinkFlag2<"static">, Group<kind_Group>, HelpText<"Link without shared libraries">;
def static_pie : LinkFlag<"static-pie">, Group<kind_Group>,
  HelpText<"Link a static, position-independent program">;
def pie : LinkFlag<"pie">, Group<kind_Group>, HelpText<"Link a position-independent program">;
def no_pie : LinkFlag<"no-pie">, Group<kind_Group>, HelpText<"Link a program at a fixed address">;
def nopie : LinkFlag<"nopie">, Group<kind_Group>, HelpText<"OpenBSD's spelling of -no-pie">;
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
def config_system_dir : Joined<["--"], "config-system-dir=">, Alias<config_dir>,
  Visibility<[LinkOption]>;
def no_default_config : Flag<["--"], "no-default-config">, Group<input_Group>,
  HelpText<"Accepted; none is read unless it is named">, Visibility<[LinkOption]>;
def job : Separate<["--"], "job">, Group<input_Group>, MetaVarName<"<file.yaml>">,
  HelpText<"Read the link from a job file; options given as well are added to it">,
  Visibility<[LinkOption]>;
def job_EQ : Joined<["--"], "job=">, Alias<job>, Visibility<[LinkOption]>;

def target : Joined<["--"], "target=">, Group<target_Group>, MetaVarName<"<triple>">,
  HelpText<"Link for <triple> instead of this machine">, Visibility<[LinkOption, BuildOption]>;
def target_legacy : Separate<["-"], "target">, Alias<target>, Visibility<[LinkOption, BuildOption]>;
def platform : Separate<["--"], "platform">, Group<target_Group>, MetaVarName<"<name|file>">,
  HelpText<"Use this platform instead of the one found by the triple">,
  Visibility<[LinkOption, BuildOption]>;
def platform_EQ : Joined<["--"], "platform=">, Alias<platform>,
  Visibility<[LinkOption, BuildOption]>;
def sysroot_EQ : Joined<["--"], "sysroot=">, Group<target_Group>, MetaVarName<"<dir>">,
  HelpText<"Look for start files and libraries in <dir>">, Visibility<[LinkOption]>;
def sysroot : Separate<["--"], "sysroot">, Alias<sysroot_EQ>, Visibility<[LinkOption]>;
def gcc_toolchain : Joined<["--"], "gcc-toolchain=">, Group<target_Group>, MetaVarName<"<dir>">,
  HelpText<"Look for GCC's start files and libgcc in <dir>">, Visibility<[LinkOption]>;
def resource_dir_EQ : Joined<["-"], "resource-dir=">, Group<target_Group>, MetaVarName<"<dir>">,
  HelpText<"The folder of compiler-rt's libraries (lib/clang/MAJOR beside bin/)">, Visibility<[LinkOption]>;
def resource_dir : Separate<["-"], "resource-dir">, Alias<resource_dir_EQ>,
  Visibility<[LinkOption]>;
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
def rtlib_EQ : Joined<["-", "--"], "rtlib=">, Group<library_Group>, MetaVarName<"<name>">,
  HelpText<"The compiler's runtime library: libgcc, compiler-rt or platform">, Visibility<[LinkOption]>;
def unwindlib_EQ : Joined<["-", "--"], "unwindlib=">, Group<library_Group>,
  MetaVarName<"<name>">, HelpText<"The unwinder's library: libgcc, libunwind, none or platform">, Visibility<[LinkOption]>;
def stdlib_EQ : Joined<["-", "--"], "stdlib=">, Group<library_Group>,
  MetaVarName<"<name>">, HelpText<"The C++ library: libstdc++ or libc++">, Visibility<[LinkOption]>;
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
def flto : LinkFlag<"flto">, Group<output_Group>,
  HelpText<"Bitcode is compiled while linking; LTO's libraries come first">;
def flto_EQ : Joined<["-"], "flto=">, Group<output_Group>, MetaVarName<"full|thin">,
  HelpText<"The same, whole or by module">, Visibility<[LinkOption]>;
def fno_lto : LinkFlag<"fno-lto">, Group<output_Group>, HelpText<"Undo -flto">;
def fexperimental_library : LinkFlag<"fexperimental-library">, Group<library_Group>,
  HelpText<"Link the C++ library's experimental part">;
def fno_experimental_library : LinkFlag<"fno-experimental-library">, Group<library_Group>;
def pthread : LinkFlag2<"pthread">, Group<library_Group>, HelpText<"Link the thread library">;
def pg : LinkFlag<"pg">, Group<library_Group>, HelpText<"Link gprof's start file">;
def rdynamic : LinkFlag<"rdynamic">, Group<output_Group>,
  HelpText<"Export a program's symbols to what it loads">;
def s : Flag<["-"], "s">, Group<output_Group>, Visibility<[LinkOption, BuildOption]>,
  HelpText<"Leave out symbols and debug information">;

def _HASH_HASH_HASH : Flag<["-"], "###">, Group<show_Group>, Visibility<[LinkOption, BuildOption]>,
  HelpText<"Print the link line and do not run it">;
def explain : Flag<["--"], "explain">, Group<show_Group>, Visibility<[LinkOption, BuildOption]>,
  HelpText<"Print why each word of the link line is there, and do not run it">;
def v : LinkFlag<"v">, Group<show_Group>, HelpText<"Print the link line and run it">;
def Wno_unused : LinkFlag<"Wno-unused-command-line-argument">, Group<show_Group>,
  HelpText<"Do not warn of options that are not used">;
def Qunused_arguments : LinkFlag<"Qunused-arguments">, Alias<Wno_unused>;

// ---- questions: answered on stdout, nothing is linked
class Query<string name> : Flag<["-", "--"], name>, Group<query_Group>, Visibility<[LinkOption]>;
class QueryName<string name> : Joined<["-", "--"], name>, Group<query_Group>,
  Visibility<[LinkOption]>;
def dumpmachine : Query<"dumpmachine">, HelpText<"Print the target's triple">;
def dumpversion : Query<"dumpversion">, HelpText<"Print the version of the LLVM inside">;
def print_search_dirs : Query<"print-search-dirs">,
  HelpText<"Print where programs and libraries are looked for">;
def print_resource_dir : Query<"print-resource-dir">,
  HelpText<"Print the folder of compiler-rt's libraries">;
def print_file_name_EQ : QueryName<"print-file-name=">, MetaVarName<"<file>">,
  HelpText<"Print where <file> is found">;
def print_prog_name_EQ : QueryName<"print-prog-name=">, MetaVarName<"<program>">,
  HelpText<"Print where <program> is found">;
def print_libgcc_file_name : Query<"print-libgcc-file-name">,
  HelpText<"Print the compiler's runtime library">;
def print_runtime_dir : Query<"print-runtime-dir">,
  HelpText<"Print the folder of the target's compiler-rt">;
def print_multi_lib : Query<"print-multi-lib">, HelpText<"Print the multilibs">;
def print_multi_directory : Query<"print-multi-directory">,
  HelpText<"Print the multilib's folder">;
def print_target_triple : Query<"print-target-triple">, HelpText<"Print the target's triple">;
def print_effective_triple : Query<"print-effective-triple">,
  HelpText<"Print the triple that code is made for">;

// known to clang's drivers of other platforms, without a meaning for those here
def t : LinkFlag<"t">, Group<show_Group>;
def undefined : Separate<["-"], "undefined">, Group<show_Group>, MetaVarName<"<word>">,
  Visibility<[LinkOption]>;
def x : JoinedOrSeparate<["-"], "x">, Group<input_Group>, MetaVarName<"none">,
  HelpText<"What the inputs behind it are; only `none`: each by its content">,
  Visibility<[LinkOption]>;
def no_canonical_prefixes : LinkFlag<"no-canonical-prefixes">, Group<show_Group>;

// accepted and not used: clang claims them when it only links
class Compile<string name> : Flag<["-"], name>, Group<compile_Group>, Visibility<[LinkOption]>;
class CompileJoined<string name> : Joined<["-"], name>, Group<compile_Group>,
  Visibility<[LinkOption]>;
def g_Joined : CompileJoined<"g">;
def W_Joined : CompileJoined<"W">;
def w : LinkFlag<"w">, Group<show_Group>, HelpText<"No warnings">;
def pipe : Compile<"pipe">;
def m64 : LinkFlag<"m64">, Group<target_Group>, HelpText<"The target's 64-bit variant">;
def m32 : LinkFlag<"m32">, Group<target_Group>, HelpText<"The target's 32-bit variant">;
def mx32 : LinkFlag<"mx32">, Group<target_Group>, HelpText<"The target's x32 variant">;
def march_EQ : CompileJoined<"march=">;
def mtune_EQ : CompileJoined<"mtune=">;
def mcpu_EQ : CompileJoined<"mcpu=">;
def std_EQ : CompileJoined<"std=">;
def fPIC : Compile<"fPIC">;
def fpic : Compile<"fpic">;
def fPIE : Compile<"fPIE">;
def fpie : Compile<"fpie">;
def fno_plt : Compile<"fno-plt">;
def fvisibility_EQ : CompileJoined<"fvisibility=">;
def fstack_protector_Joined : CompileJoined<"fstack-protector">;
def ffunction_sections : Compile<"ffunction-sections">;
def fdata_sections : Compile<"fdata-sections">;
def fno_exceptions : Compile<"fno-exceptions">;
def fno_rtti : Compile<"fno-rtti">;
def fexceptions : Compile<"fexceptions">;
def fno_strict_aliasing : Compile<"fno-strict-aliasing">;
def fdiagnostics_color_Joined : CompileJoined<"fdiagnostics-color">;
def fsanitize_EQ : CompileJoined<"fsanitize=">;
def fno_sanitize_Joined : CompileJoined<"fno-sanitize">;
def shared_libsan : Compile<"shared-libsan">;
def shared_libasan : Compile<"shared-libasan">;
def static_libsan : Compile<"static-libsan">;
def frtlib_add_rpath : Compile<"frtlib-add-rpath">;
def coverage : Flag<["-", "--"], "coverage">, Group<compile_Group>, Visibility<[LinkOption]>;
def fprofile_Joined : CompileJoined<"fprofile-">;
def fopenmp : Compile<"fopenmp">;
def fopenmp_EQ : CompileJoined<"fopenmp=">;
def fxray_Joined : CompileJoined<"fxray-">;
def flto_jobs_EQ : CompileJoined<"flto-jobs=">;
def ffat_lto_objects : Compile<"ffat-lto-objects">;
def fsplit_stack : Compile<"fsplit-stack">;
def ffast_math : Compile<"ffast-math">;
def D : JoinedOrSeparate<["-"], "D">, Group<compile_Group>, Visibility<[LinkOption]>;
def I : JoinedOrSeparate<["-"], "I">, Group<compile_Group>, Visibility<[LinkOption]>;

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
  HelpText<"The image's soname (base name of the output)">, Visibility<[LinkOption]>;
def export : Separate<["--"], "export">, Group<image_Group>, MetaVarName<"<name|glob>">,
  HelpText<"Offer only these methods and globals (all that are externally visible)">,
  Visibility<[BuildOption]>;
def export_EQ : Joined<["--"], "export=">, Alias<export>, Visibility<[BuildOption]>;
def name_EQ : Joined<["--"], "name=">, Group<image_Group>, MetaVarName<"<name>">,
  HelpText<"The package's name (base name of the output)">, Visibility<[BuildOption]>;

// ---- build
def c : Flag<["-"], "c">, Group<output_Group>, Visibility<[BuildOption]>,
  HelpText<"Make one object for `pkgimg link --image`, and do not link">;
def Olevel : Joined<["-"], "O">, Group<code_Group>, MetaVarName<"<0|1|2|3|s|z>">,
  HelpText<"How much to optimise (2)">,
  HelpTextForVariants<[LinkOption], "Accepted; a link has nothing to optimise">,
  Visibility<[BuildOption, LinkOption]>;
def cpu_target : Separate<["--"], "cpu-target">, Group<code_Group>, MetaVarName<"<target>">,
  HelpText<"The CPU to make code for: cpu[,+feature][,-feature] (the platform's)">,
  Visibility<[BuildOption]>;
def cpu_target_EQ : Joined<["--"], "cpu-target=">, Alias<cpu_target>, Visibility<[BuildOption]>;
def timings : Flag<["--"], "timings">, Group<show_Group>,
  HelpText<"Print how long each phase took">, Visibility<[BuildOption, RunOption]>;
def verbose : Flag<["--"], "verbose">, Group<show_Group>,
  HelpText<"Print the link command and the linker's own report">, Visibility<[BuildOption]>;

// ---- run
def jit : Flag<["--"], "jit">, Group<code_Group>, Visibility<[RunOption]>,
  HelpText<"IMAGE is bitcode: compile it in memory and call it">;

// ---- inspect
def verify : Flag<["--"], "verify">, Group<show_Group>,
  HelpText<"Check the sum of the whole file as well">, Visibility<[InspectOption, RunOption]>;
