# Compiler settings shared by every target of this project: warnings, sanitizers, ccache.
add_library(understudy_settings INTERFACE)
target_compile_features(understudy_settings INTERFACE cxx_std_20)
target_include_directories(understudy_settings INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(understudy_settings INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -Wcast-qual -Wnull-dereference -Wno-missing-field-initializers)
# Asio's functions are compiled once, in core/net/asio.cpp. Coroutine frames live in its recycling allocator, whose
# default of two cached blocks per thread would send every busy moment to malloc (chriskohlhoff/asio#1167).
target_compile_definitions(understudy_settings INTERFACE
  UNDERSTUDY_VERSION="${PROJECT_VERSION}"
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these inside its own std::string and variant at -O2 (GCC 105329, 105562, 104165).
  target_compile_options(understudy_settings INTERFACE
    -Wno-restrict -Wno-maybe-uninitialized -Wno-null-dereference -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds
    -Wno-mismatched-new-delete)
endif()

if(UNDERSTUDY_SANITIZE)
  target_compile_options(understudy_settings INTERFACE
    -fsanitize=${UNDERSTUDY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(understudy_settings INTERFACE -fsanitize=${UNDERSTUDY_SANITIZE})
  # g++ guards every access with these two, a fifth of the build; AddressSanitizer reports a null access all the same,
  # and clang's fuzz targets keep both.
  if(UNDERSTUDY_SANITIZE MATCHES "undefined" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(understudy_settings INTERFACE -fno-sanitize=null,alignment)
  endif()
  # ThreadSanitizer does not know fences, and Asio needs none: its queues are handed over under a mutex.
  if(UNDERSTUDY_SANITIZE STREQUAL "thread")
    target_compile_definitions(understudy_settings INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers are only cacheable with these (ccache manual, "Precompiled headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(understudy_settings INTERFACE -fpch-preprocess)
  endif()
endif()
