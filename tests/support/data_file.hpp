// The recorded real traffic that lies beside a checkout; tests that need it are skipped where it is not.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include <gtest/gtest.h>

namespace understudy::test {

/// Looks in the directory that UNDERSTUDY_DATA names, or else in ../shared/data beside the source tree.
std::optional<std::filesystem::path> data_file(std::string_view name);

/// The root of the source tree, from UNDERSTUDY_SOURCE, which CTest sets, or else above the working
/// directory.
std::filesystem::path source_root();

}  // namespace understudy::test

/// Declares `variable` as the path of the data file, or skips the test visibly. For use in a test's body.
#define UNDERSTUDY_DATA_FILE_OR_SKIP(variable, name)                                                      \
  const auto variable##_found = ::understudy::test::data_file(name);                                      \
  if (!variable##_found)                                                                                  \
    GTEST_SKIP() << "data file " << (name) << " is not here; set UNDERSTUDY_DATA to the directory of it"; \
  const std::filesystem::path variable = *variable##_found
