# Flags that every target of the tree shares, as the interface target pkgimg_flags.
option(PKGIMG_WERROR "Treat warnings as errors" OFF)
set(PKGIMG_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")
set(PKGIMG_ARENA "" CACHE STRING
    "Arena of test builds: tiny (16-byte chunks), debug (each block a malloc)")

add_library(pkgimg_flags INTERFACE)
set(warnings -Wall -Wextra -Wshadow -Wvla)
set(c_warnings -Wconversion -Wmissing-prototypes -Wstrict-prototypes)
target_compile_options(pkgimg_flags INTERFACE ${warnings} "$<$<COMPILE_LANGUAGE:C>:${c_warnings}>")
if(PKGIMG_WERROR)
  target_compile_options(pkgimg_flags INTERFACE -Werror)
endif()
if(PKGIMG_SANITIZE)
  # vptr and function want RTTI, which LLVM's archives do not have
  set(sanitize -fsanitize=${PKGIMG_SANITIZE} -fno-sanitize=vptr,function -fno-sanitize-recover=all
      -fno-omit-frame-pointer)
  target_compile_options(pkgimg_flags INTERFACE ${sanitize})
  target_link_options(pkgimg_flags INTERFACE ${sanitize})
endif()
if(PKGIMG_ARENA STREQUAL "tiny")
  target_compile_definitions(pkgimg_flags INTERFACE PKGIMG_ARENA_TINY)
elseif(PKGIMG_ARENA STREQUAL "debug")
  target_compile_definitions(pkgimg_flags INTERFACE PKGIMG_ARENA_DEBUG)
endif()
target_compile_definitions(pkgimg_flags INTERFACE _GNU_SOURCE PKGIMG_VERSION="${PROJECT_VERSION}")
# no path of the build machine in what is built
target_compile_options(pkgimg_flags INTERFACE -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
target_include_directories(pkgimg_flags INTERFACE ${PROJECT_SOURCE_DIR}
                           ${PROJECT_SOURCE_DIR}/include)
link_libraries($<BUILD_INTERFACE:pkgimg_flags>)
