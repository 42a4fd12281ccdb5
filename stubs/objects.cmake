# The start code of images, compiled for the usual platforms as the program would do it at each link
# (test/stubs/start-objects.test compares). Included when the program is known: it says what a
# platform's triple and CPU are. Called by CMake's -P as well, to make one of them.
if(CMAKE_SCRIPT_MODE_FILE)
  execute_process(COMMAND ${PKGIMG} platforms ${NAME} OUTPUT_VARIABLE facts
                  COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCH "\ntriple: \"([^\"]*)" _ "\n${facts}")
  set(triple ${CMAKE_MATCH_1})
  if(triple MATCHES "windows") # 32-bit ARM runs Thumb code only there
    string(REGEX REPLACE "^arm" "thumb" triple ${triple})
  endif()
  string(REGEX MATCH "\ncpu-target: \"([^\",]*),?([^\"]*)" _ "\n${facts}")
  set(cpu -mcpu=${CMAKE_MATCH_1} -mattr=${CMAKE_MATCH_2})
  string(REGEX MATCH "\n  start: \"([^\"]*)" _ "${facts}")
  set(start ${CMAKE_MATCH_1})
  string(REGEX MATCH "\n  library:\n(    - [^\n]*\n)*" library "${facts}")
  string(REGEX MATCHALL "[^ \"]*\\.ll\"" library "${library}")
  string(REPLACE "\"" "" library "${library}")

  function(compile source out)
    # in its own folder: the name of the source is part of the object
    execute_process(COMMAND ${LLC} -filetype=obj -relocation-model=pic -function-sections
                            -data-sections -enable-no-trapping-fp-math -mtriple=${triple} ${cpu}
                            ${source} -o ${out}
                    WORKING_DIRECTORY ${CMAKE_CURRENT_LIST_DIR} COMMAND_ERROR_IS_FATAL ANY)
  endfunction()
  compile(${start} ${OUT}.o)
  foreach(source ${library})
    file(MAKE_DIRECTORY ${OUT})
    compile(${source} ${OUT}/${source})
    file(REMOVE ${OUT}/${source}.a)
    execute_process(COMMAND ${AR} --format=gnu rcsD ${source}.a ${source} WORKING_DIRECTORY ${OUT}
                    COMMAND_ERROR_IS_FATAL ANY)
    file(REMOVE ${OUT}/${source})
  endforeach()
  return()
endif()

# a platform, and behind '=' its triple without the vendor where that is another name
set(platforms x86_64-linux-gnu x86_64-linux-musl aarch64-linux-gnu aarch64-linux-musl
    arm-linux-gnueabihf i386-linux-gnu powerpc64le-linux-gnu riscv64-linux-gnu s390x-linux-gnu
    x86_64-windows-gnu aarch64-windows-gnu i386-windows-gnu=i686-windows-gnu
    arm-windows-gnu=armv7-windows-gnu)
find_program(LLVM_LLC llc HINTS ${LLVM_bindir} NO_DEFAULT_PATH)
find_program(LLVM_AR llvm-ar HINTS ${LLVM_bindir} NO_DEFAULT_PATH)
set(folder ${PROJECT_BINARY_DIR}/share/pkgimg/stubs/objects)
file(MAKE_DIRECTORY ${folder})
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/elf-image.ll
     ${CMAKE_CURRENT_LIST_DIR}/pe-*.ll)
foreach(row ${platforms})
  string(REGEX REPLACE "=.*" "" name ${row})
  string(REGEX REPLACE ".*=" "" out ${row})
  add_custom_command(OUTPUT ${folder}/${out}.o
    COMMAND ${CMAKE_COMMAND} -D PKGIMG=$<TARGET_FILE:pkgimg> -D LLC=${LLVM_LLC} -D AR=${LLVM_AR}
            -D NAME=${name} -D OUT=${folder}/${out} -P ${CMAKE_CURRENT_LIST_DIR}/objects.cmake
    DEPENDS pkgimg ${sources} ${CMAKE_CURRENT_LIST_DIR}/objects.cmake
            ${PROJECT_SOURCE_DIR}/platforms/${name}.yaml
    VERBATIM COMMENT "Compiling the start code of ${name}")
  list(APPEND start_objects ${folder}/${out}.o)
endforeach()
if(LLVM_LLC AND LLVM_AR) # without them each link compiles
  add_custom_target(start_objects ALL DEPENDS ${start_objects})
  install(DIRECTORY ${folder} DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgimg/stubs)
endif()
