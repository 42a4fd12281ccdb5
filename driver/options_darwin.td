// ld64's options, part of options.td. toolchains/darwin.c has their order on the link line.
class DarwinFlag<string name> : Flag<["-"], name>, Group<darwin_Group>, Visibility<[LinkOption]>;
class DarwinSeparate<string name> : Separate<["-"], name>, Group<darwin_Group>,
  Visibility<[LinkOption]>;
class DarwinEither<string name> : JoinedOrSeparate<["-"], name>, Group<darwin_Group>,
  Visibility<[LinkOption]>;
class DarwinJoined<string name> : Joined<["-"], name>, Group<darwin_Group>,
  Visibility<[LinkOption]>;
class DarwinMulti<string name, int n> : MultiArg<["-"], name, n>, Group<darwin_Group>,
  Visibility<[LinkOption]>;
class DarwinInput<string name> : Separate<["-"], name>, Group<darwin_Group>, Flags<[LinkerInput]>,
  Visibility<[LinkOption]>;
def all_load : DarwinFlag<"all_load">;
def arch_errors_fatal : DarwinFlag<"arch_errors_fatal">;
def bind_at_load : DarwinFlag<"bind_at_load">;
def bundle : DarwinFlag<"bundle">, HelpText<"Link a bundle, a library that is loaded by name">;
def dead_strip : DarwinFlag<"dead_strip">;
def dylinker : DarwinFlag<"dylinker">;
def dynamic : DarwinFlag<"dynamic">;
def flat_namespace : DarwinFlag<"flat_namespace">;
def force_cpusubtype_ALL : DarwinFlag<"force_cpusubtype_ALL">;
def force_flat_namespace : DarwinFlag<"force_flat_namespace">;
def keep_private_externs : DarwinFlag<"keep_private_externs">;
def multi_module : DarwinFlag<"multi_module">;
def no_dead_strip_inits_and_terms : DarwinFlag<"no_dead_strip_inits_and_terms">;
def nofixprebinding : DarwinFlag<"nofixprebinding">;
def nomultidefs : DarwinFlag<"nomultidefs">;
def noprebind : DarwinFlag<"noprebind">;
def noseglinkedit : DarwinFlag<"noseglinkedit">;
def prebind : DarwinFlag<"prebind">;
def prebind_all_twolevel_modules : DarwinFlag<"prebind_all_twolevel_modules">;
def preload : DarwinFlag<"preload">;
def private_bundle : DarwinFlag<"private_bundle">;
def seglinkedit : DarwinFlag<"seglinkedit">;
def single_module : DarwinFlag<"single_module">;
def twolevel_namespace : DarwinFlag<"twolevel_namespace">;
def twolevel_namespace_hints : DarwinFlag<"twolevel_namespace_hints">;
def whatsloaded : DarwinFlag<"whatsloaded">;
def why_load : DarwinFlag<"why_load">;
def object : DarwinFlag<"object">;
def Mach : DarwinFlag<"Mach">;
def d_Flag : DarwinFlag<"d">;
def X_Flag : DarwinFlag<"X">;
def Z_Flag : DarwinFlag<"Z">;
def nodriverkitlib : DarwinFlag<"nodriverkitlib">;
def ObjC : DarwinFlag<"ObjC">;
def ObjCXX : DarwinFlag<"ObjC++">;
def fobjc_link_runtime : DarwinFlag<"fobjc-link-runtime">;
def fobjc_arc : DarwinFlag<"fobjc-arc">;
def fno_objc_arc : DarwinFlag<"fno-objc-arc">;
def fsanitize_stable_abi : DarwinFlag<"fsanitize-stable-abi">;
def fno_sanitize_stable_abi : DarwinFlag<"fno-sanitize-stable-abi">;
def fsave_optimization_record : DarwinFlag<"fsave-optimization-record">;
def fno_save_optimization_record : DarwinFlag<"fno-save-optimization-record">;
def fsave_optimization_record_EQ : DarwinJoined<"fsave-optimization-record=">;
def foptimization_record_file_EQ : DarwinJoined<"foptimization-record-file=">;
def foptimization_record_passes_EQ : DarwinJoined<"foptimization-record-passes=">;
def fdiagnostics_hotness_threshold_EQ : DarwinJoined<"fdiagnostics-hotness-threshold=">;
def save_stats : DarwinFlag<"save-stats">;
def save_stats_EQ : DarwinJoined<"save-stats=">;
def fprofile_instr_use : DarwinFlag<"fprofile-instr-use">;
def fno_profile_use : DarwinFlag<"fno-profile-use">;
def fno_profile_instr_use : DarwinFlag<"fno-profile-instr-use">;
def fapple_kext : DarwinFlag<"fapple-kext">;
def mkernel : DarwinFlag<"mkernel">;
def ffreestanding : DarwinFlag<"ffreestanding">;
def fapplication_extension : DarwinFlag<"fapplication-extension">;
def fno_application_extension : DarwinFlag<"fno-application-extension">;
def fapple_link_rtlib : DarwinFlag<"fapple-link-rtlib">;
def fnested_functions : DarwinFlag<"fnested-functions">;
def fno_pie : DarwinFlag<"fno-pie">;
def fno_PIE : DarwinFlag<"fno-PIE">;
def fglobal_isel : DarwinFlag<"fglobal-isel">;
def fno_global_isel : DarwinFlag<"fno-global-isel">;
def moutline : DarwinFlag<"moutline">;
def mno_outline : DarwinFlag<"mno-outline">;
def dynamiclib : DarwinFlag<"dynamiclib">, HelpText<"Link a dynamic library">;
def headerpad_max_install_names : DarwinFlag<"headerpad_max_install_names">;
def fembed_bitcode : DarwinFlag<"fembed-bitcode">;
def fembed_bitcode_marker : DarwinFlag<"fembed-bitcode-marker">;
def allowable_client : DarwinSeparate<"allowable_client">;
def arch : DarwinSeparate<"arch">, MetaVarName<"<arch>">,
  HelpText<"Link for <arch>; given several times, a universal file is made">;
def bundle_loader : DarwinSeparate<"bundle_loader">;
def darwin_target_variant : DarwinSeparate<"darwin-target-variant">;
def dylib_file : DarwinSeparate<"dylib_file">;
def exported_symbols_list : DarwinSeparate<"exported_symbols_list">;
def force_load : DarwinSeparate<"force_load">;
def image_base : DarwinSeparate<"image_base">;
def init : DarwinSeparate<"init">;
def install_name : DarwinSeparate<"install_name">, MetaVarName<"<path>">,
  HelpText<"The name by which a dynamic library is loaded">;
def isysroot : DarwinSeparate<"isysroot">, MetaVarName<"<dir>">, HelpText<"The SDK to link with">;
def multiply_defined : DarwinSeparate<"multiply_defined">;
def multiply_defined_unused : DarwinSeparate<"multiply_defined_unused">;
def read_only_relocs : DarwinSeparate<"read_only_relocs">;
def seg_addr_table : DarwinSeparate<"seg_addr_table">;
def seg_addr_table_filename : DarwinSeparate<"seg_addr_table_filename">;
def segs_read_only_addr : DarwinSeparate<"segs_read_only_addr">;
def segs_read_write_addr : DarwinSeparate<"segs_read_write_addr">;
def umbrella : DarwinSeparate<"umbrella">;
def unexported_symbols_list : DarwinSeparate<"unexported_symbols_list">;
def weak_reference_mismatches : DarwinSeparate<"weak_reference_mismatches">;
def client_name : DarwinEither<"client_name">;
def compatibility_version : DarwinEither<"compatibility_version">;
def current_version : DarwinEither<"current_version">;
def dylinker_install_name : DarwinEither<"dylinker_install_name">;
def F : DarwinEither<"F">, MetaVarName<"<dir>">, HelpText<"Look for frameworks in <dir>">;
def iframework : DarwinEither<"iframework">;
def pagezero_size : DarwinEither<"pagezero_size">;
def seg1addr : DarwinEither<"seg1addr">;
def sub_library : DarwinEither<"sub_library">;
def sub_umbrella : DarwinEither<"sub_umbrella">;
def segs_read_ : DarwinJoined<"segs_read_">;
def y : DarwinJoined<"y">;
def mlinker_version_EQ : DarwinJoined<"mlinker-version=">, MetaVarName<"<version>">,
  HelpText<"Link as for this version of ld64">;
def mtargetos_EQ : DarwinJoined<"mtargetos=">, MetaVarName<"<os version>">,
  HelpText<"Link for this system, as `macos12`">;
def fembed_bitcode_EQ : DarwinJoined<"fembed-bitcode=">;
def sectalign : DarwinMulti<"sectalign", 3>;
def sectcreate : DarwinMulti<"sectcreate", 3>;
def sectobjectsymbols : DarwinMulti<"sectobjectsymbols", 2>;
def sectorder : DarwinMulti<"sectorder", 3>;
def segaddr : DarwinMulti<"segaddr", 2>;
def segcreate : DarwinMulti<"segcreate", 3>;
def segprot : DarwinMulti<"segprot", 3>;
def framework : DarwinInput<"framework">, MetaVarName<"<name>">, HelpText<"Link framework <name>">;
def weak_framework : DarwinInput<"weak_framework">;
def weak_library : DarwinInput<"weak_library">;
def reexport_framework : DarwinInput<"reexport_framework">;
def reexport_library : DarwinInput<"reexport_library">;
def lazy_framework : DarwinInput<"lazy_framework">;
def lazy_library : DarwinInput<"lazy_library">;
def filelist : DarwinInput<"filelist">;
def alias_list : DarwinInput<"alias_list">;
def weak_l : Joined<["-"], "weak-l">, Group<darwin_Group>, Flags<[LinkerInput]>,
  Visibility<[LinkOption]>;
def reexport_l : Joined<["-"], "reexport-l">, Group<darwin_Group>, Flags<[LinkerInput]>,
  Visibility<[LinkOption]>;
def mmacos_version_min_EQ : DarwinJoined<"mmacos-version-min=">, MetaVarName<"<version>">,
  HelpText<"Run on macOS <version> and later">;
def mmacosx_version_min_EQ : DarwinJoined<"mmacosx-version-min=">;
def mios_version_min_EQ : DarwinJoined<"mios-version-min=">, MetaVarName<"<version>">,
  HelpText<"Run on iOS <version> and later">;
def miphoneos_version_min_EQ : DarwinJoined<"miphoneos-version-min=">;
def mios_simulator_version_min_EQ : DarwinJoined<"mios-simulator-version-min=">;
def miphonesimulator_version_min_EQ : DarwinJoined<"miphonesimulator-version-min=">;
def mtvos_version_min_EQ : DarwinJoined<"mtvos-version-min=">, MetaVarName<"<version>">,
  HelpText<"Run on tvOS <version> and later">;
def mappletvos_version_min_EQ : DarwinJoined<"mappletvos-version-min=">;
def mtvos_simulator_version_min_EQ : DarwinJoined<"mtvos-simulator-version-min=">;
def mappletvsimulator_version_min_EQ : DarwinJoined<"mappletvsimulator-version-min=">;
def mwatchos_version_min_EQ : DarwinJoined<"mwatchos-version-min=">, MetaVarName<"<version>">,
  HelpText<"Run on watchOS <version> and later">;
def mwatchos_simulator_version_min_EQ : DarwinJoined<"mwatchos-simulator-version-min=">;
def mwatchsimulator_version_min_EQ : DarwinJoined<"mwatchsimulator-version-min=">;
