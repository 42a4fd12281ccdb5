# CMake toolchain file: compile with the compilers that CMake finds or is given, link with pkgld.
#
#   cmake -DCMAKE_TOOLCHAIN_FILE=examples/pkgld.cmake -DPKGLD=/path/to/pkgld ...
#
# A toolchain file of your own can include() this one. CMake reads it for its checks as well, which
# are to link with the same linker.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PKGLD)
if(NOT PKGLD)
  find_program(PKGLD pkgld REQUIRED)
endif()

foreach(lang C CXX)
  set(pkgld "\"${PKGLD}\"")
  if(lang STREQUAL CXX)
    string(APPEND pkgld " --driver-mode=g++")
  endif()
  string(CONCAT CMAKE_${lang}_LINK_EXECUTABLE
         "${pkgld} <FLAGS> <CMAKE_${lang}_LINK_FLAGS> <LINK_FLAGS> <OBJECTS> -o <TARGET> "
         "<LINK_LIBRARIES>")
  string(CONCAT CMAKE_${lang}_CREATE_SHARED_LIBRARY
         "${pkgld} <CMAKE_SHARED_LIBRARY_${lang}_FLAGS> <LANGUAGE_COMPILE_FLAGS> <LINK_FLAGS> "
         "<CMAKE_SHARED_LIBRARY_CREATE_${lang}_FLAGS> <SONAME_FLAG><TARGET_SONAME> -o <TARGET> "
         "<OBJECTS> <LINK_LIBRARIES>")
  set(CMAKE_${lang}_CREATE_SHARED_MODULE ${CMAKE_${lang}_CREATE_SHARED_LIBRARY})
endforeach()
