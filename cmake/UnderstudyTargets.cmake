# understudy_library(NAME [ASIO] [LINK targets...] [PRIVATE_LINK targets...] [DIRS sub folders...])
#   One static library of a folder's .cpp files, alias understudy::NAME. What it links is what it may include:
#   scripts/tidy holds the includes against the table in docs/architecture.md.
# understudy_test(NAME [ASIO] DIRS folders... LINK targets... LABEL unit|component|conformance|e2e)
#   One GoogleTest program of all .cpp files in the folders, registered with CTest.

# Two precompiled headers: Asio stays out of everything that does no I/O.
function(understudy_precompile target asio)
  if(asio)
    target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled_asio.hpp)
  else()
    target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled_standard.hpp)
  endif()
endfunction()

function(understudy_library name)
  cmake_parse_arguments(arg "ASIO" "" "LINK;PRIVATE_LINK;DIRS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  foreach(dir IN LISTS arg_DIRS)
    file(GLOB more CONFIGURE_DEPENDS ${dir}/*.cpp)
    list(APPEND sources ${more})
  endforeach()
  add_library(understudy_${name} STATIC ${sources})
  add_library(understudy::${name} ALIAS understudy_${name})
  target_link_libraries(understudy_${name} PUBLIC understudy_settings ${arg_LINK} PRIVATE ${arg_PRIVATE_LINK})
  understudy_precompile(understudy_${name} ${arg_ASIO})
endfunction()

function(understudy_test name)
  cmake_parse_arguments(arg "ASIO" "LABEL" "LINK;DIRS" ${ARGN})
  foreach(dir IN LISTS arg_DIRS)
    file(GLOB more CONFIGURE_DEPENDS ${dir}/*.cpp)
    list(APPEND sources ${more})
  endforeach()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE understudy_settings ${arg_LINK} gtest gmock gtest_main Threads::Threads)
  understudy_precompile(${name} ${arg_ASIO})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT 300
    ENVIRONMENT "UNDERSTUDY_PROGRAM=${CMAKE_BINARY_DIR}/understudy;UNDERSTUDY_SOURCE=${PROJECT_SOURCE_DIR};UNDERSTUDY_BUILD=${CMAKE_BINARY_DIR}")
endfunction()
