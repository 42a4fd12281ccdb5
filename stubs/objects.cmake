# The start code of images, compiled for the usual platforms as the program would do it at each link
# (test/stubs/start-objects.test compares). Included when the program is known: it says what a
# platform's triple and CPU are. Called by CMake's -P as well, to make one of them.
if(CMAKE_SCRIPT_MODE_FILE)
  execute_process(COMMAND ${PKGIMG} platforms ${NAME} OUTPUT_VARIABLE facts
                  COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCH "\ntriple: \"([^\"]*)" _ "\n${facts}")
  set(triple ${CMAKE_MATCH_1})
  string(REGEX MATCH "\ncpu-target: \"([^\",]*),?([^\"]*)" _ "\n${facts}")
  # in its own folder: the name of the source is part of the object
  execute_process(COMMAND ${LLC} -filetype=obj -relocation-model=pic -function-sections
                          -data-sections -enable-no-trapping-fp-math
                          -mtriple=${triple} -mcpu=${CMAKE_MATCH_1}
                          -mattr=${CMAKE_MATCH_2} elf-image.ll -o ${OUT}
                  WORKING_DIRECTORY ${CMAKE_CURRENT_LIST_DIR} COMMAND_ERROR_IS_FATAL ANY)
  return()
endif()

find_program(LLVM_LLC llc HINTS ${LLVM_bindir} NO_DEFAULT_PATH)
set(folder ${PROJECT_BINARY_DIR}/share/pkgimg/stubs/objects)
file(MAKE_DIRECTORY ${folder})
foreach(name x86_64-linux-gnu x86_64-linux-musl aarch64-linux-gnu aarch64-linux-musl
        arm-linux-gnueabihf i386-linux-gnu powerpc64le-linux-gnu riscv64-linux-gnu s390x-linux-gnu)
  add_custom_command(OUTPUT ${folder}/${name}.o
    COMMAND ${CMAKE_COMMAND} -D PKGIMG=$<TARGET_FILE:pkgimg> -D LLC=${LLVM_LLC} -D NAME=${name}
            -D OUT=${folder}/${name}.o -P ${CMAKE_CURRENT_LIST_DIR}/objects.cmake
    DEPENDS pkgimg ${CMAKE_CURRENT_LIST_DIR}/elf-image.ll ${CMAKE_CURRENT_LIST_DIR}/objects.cmake
            ${PROJECT_SOURCE_DIR}/platforms/${name}.yaml
    VERBATIM COMMENT "Compiling the start code of ${name}")
  list(APPEND start_objects ${folder}/${name}.o)
endforeach()
if(LLVM_LLC) # without it each link compiles
  add_custom_target(start_objects ALL DEPENDS ${start_objects})
  install(FILES ${start_objects} DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgimg/stubs/objects)
endif()
