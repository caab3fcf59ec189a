# understudy_library(NAME [ASIO|GLUE] [LINK targets...] [PRIVATE_LINK targets...] [DIRS sub folders...])
#   One static library of a folder's .cpp files, alias understudy::NAME. What it links is what it may include:
#   scripts/tidy holds the includes against the table in docs/architecture.md. GLUE: runs once per process (command
#   lines). Sanitizer builds do not optimise it, and but for the edit-build-test loop its files are compiled in batches:
#   each would spend more on CLI11's headers than on itself.
# understudy_test(NAME [ASIO] [THREADED] DIRS folders... LINK targets... LABEL unit|component|conformance|e2e)
#   One GoogleTest program of all .cpp files in the folders, registered with CTest.

# Headers are precompiled four times in all, not once per target: Asio stays out of everything that does no I/O, and
# test programs (`use` is test) are never optimised; what they test is.
foreach(precompiled standard asio)
  foreach(use library test)
    set(target understudy_precompiled_${precompiled}_${use})
    add_library(${target} OBJECT ${PROJECT_SOURCE_DIR}/cmake/precompiled.cpp)
    target_link_libraries(${target} PRIVATE understudy_settings Boost::headers)
    target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled_${precompiled}.hpp)
  endforeach()
  target_precompile_headers(understudy_precompiled_${precompiled}_test PRIVATE <gtest/gtest.h>)
  target_compile_options(understudy_precompiled_${precompiled}_test PRIVATE -O0)
endforeach()

function(understudy_precompile target asio use)
  if(asio)
    target_precompile_headers(${target} REUSE_FROM understudy_precompiled_asio_${use})
  else()
    target_precompile_headers(${target} REUSE_FROM understudy_precompiled_standard_${use})
  endif()
  if(use STREQUAL test)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

function(understudy_library name)
  cmake_parse_arguments(arg "ASIO;GLUE" "" "LINK;PRIVATE_LINK;DIRS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  foreach(dir IN LISTS arg_DIRS)
    file(GLOB more CONFIGURE_DEPENDS ${dir}/*.cpp)
    list(APPEND sources ${more})
  endforeach()
  add_library(understudy_${name} STATIC ${sources})
  add_library(understudy::${name} ALIAS understudy_${name})
  target_link_libraries(understudy_${name} PUBLIC understudy_settings ${arg_LINK} PRIVATE ${arg_PRIVATE_LINK})
  set(use library)
  if(arg_GLUE AND UNDERSTUDY_SANITIZE)
    set(use test)
  endif()
  if(arg_GLUE AND (UNDERSTUDY_SANITIZE OR CMAKE_BUILD_TYPE STREQUAL "Release"))
    set_target_properties(understudy_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 7)
  endif()
  understudy_precompile(understudy_${name} ${arg_ASIO} ${use})
endfunction()

# All test programs, and those whose subject has threads: what the sanitizer runs build.
add_custom_target(test_programs)
add_custom_target(threaded_test_programs)

function(understudy_test name)
  cmake_parse_arguments(arg "ASIO;THREADED" "LABEL" "LINK;DIRS" ${ARGN})
  foreach(dir IN LISTS arg_DIRS)
    file(GLOB more CONFIGURE_DEPENDS ${dir}/*.cpp)
    list(APPEND sources ${more})
  endforeach()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE understudy_settings ${arg_LINK} gtest gmock gtest_main Threads::Threads)
  understudy_precompile(${name} ${arg_ASIO} test)
  add_dependencies(test_programs ${name})
  if(arg_ASIO OR arg_THREADED)
    list(APPEND arg_LABEL threads)
    add_dependencies(threaded_test_programs ${name})
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT 300
    ENVIRONMENT "UNDERSTUDY_PROGRAM=${CMAKE_BINARY_DIR}/understudy;UNDERSTUDY_SOURCE=${PROJECT_SOURCE_DIR};UNDERSTUDY_BUILD=${CMAKE_BINARY_DIR}")
endfunction()
