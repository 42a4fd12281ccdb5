# cmake --install: program, data, headers, libraries, pkg-config and CMake packages.
include(CMakePackageConfigHelpers)

install(TARGETS pkgimg RUNTIME)
# pkgld is the face for build systems. LLD's own names are not installed: they would hide the
# system's LLD; whoever wants them links them to pkgimg.
install(CODE "
  file(CREATE_LINK pkgimg
       \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/pkgld SYMBOLIC)
")
install(DIRECTORY platforms/ DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgimg/platforms
        FILES_MATCHING PATTERN *.yaml PATTERN SCHEMA.md)
install(DIRECTORY stubs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgimg/stubs
        FILES_MATCHING PATTERN *.ll PATTERN *.list)
install(DIRECTORY include/pkgimg DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN *.h)

set_target_properties(runtime_shared PROPERTIES EXPORT_NAME pkgimg)
set_target_properties(runtime PROPERTIES EXPORT_NAME static)
install(TARGETS runtime_shared runtime EXPORT pkgimgTargets
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(TARGET pkgimg_link)
  install(TARGETS pkgimg_link pkgimg_build EXPORT pkgimgTargets)
endif()
set(cmakedir ${CMAKE_INSTALL_LIBDIR}/cmake/pkgimg)
install(EXPORT pkgimgTargets NAMESPACE pkgimg:: DESTINATION ${cmakedir})
configure_package_config_file(cmake/pkgimgConfig.cmake.in ${PROJECT_BINARY_DIR}/pkgimgConfig.cmake
                              INSTALL_DESTINATION ${cmakedir}
                              PATH_VARS CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/pkgimgConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/pkgimgConfig.cmake
        ${PROJECT_BINARY_DIR}/pkgimgConfigVersion.cmake
        DESTINATION ${cmakedir})
# the .pc files find the prefix from where they lie, so that an install can be moved
file(RELATIVE_PATH PKGCONFIG_UP /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
foreach(pc pkgimg pkgimg-link pkgimg-build)
  configure_file(cmake/${pc}.pc.in ${PROJECT_BINARY_DIR}/${pc}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${pc}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
