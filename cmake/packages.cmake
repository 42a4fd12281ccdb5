# What comes from outside; all of it is in packages.txt under its Debian name.
find_package(PkgConfig REQUIRED)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(FFI REQUIRED IMPORTED_TARGET libffi)
find_path(XXHASH_INCLUDE xxhash.h REQUIRED)

find_program(LLVM_CONFIG llvm-config-19 REQUIRED)
foreach(what bindir libdir includedir version)
  execute_process(COMMAND ${LLVM_CONFIG} --${what} OUTPUT_VARIABLE LLVM_${what}
                  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
endforeach()
if(NOT LLVM_version MATCHES "^19\\.")
  message(FATAL_ERROR "LLVM 19 is wanted, ${LLVM_CONFIG} is ${LLVM_version}; install llvm-19-dev")
endif()

find_program(LLVM_TBLGEN llvm-tblgen HINTS ${LLVM_bindir} REQUIRED)

# Every archive of LLVM by its full path, so that llvm/ctors.ld knows them by name. Polly is left
# out (llvm/polly_none.cpp); z3 and libxml2, which LLVM's own list has, are not needed (llvm/).
execute_process(COMMAND ${LLVM_CONFIG} --link-static --libfiles all OUTPUT_VARIABLE LLVM_archives
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(LLVM_archives UNIX_COMMAND "${LLVM_archives}")
list(FILTER LLVM_archives EXCLUDE REGEX "/lib(Polly|PollyISL)\\.a$")
foreach(name ELF MinGW COFF MachO Wasm Common)
  find_library(LLD_${name} liblld${name}.a HINTS ${LLVM_libdir} NO_DEFAULT_PATH REQUIRED)
  list(APPEND LLD_archives ${LLD_${name}})
endforeach()
find_library(Z_ARCHIVE libz.a REQUIRED)
find_library(ZSTD_ARCHIVE libzstd.a REQUIRED)
