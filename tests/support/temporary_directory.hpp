// A directory of its own for one test, gone with its content when the test ends.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace understudy::test {

class TemporaryDirectory {
 public:
  /// Throws when no directory can be made.
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

  /// Writes a file below the directory and returns its path.
  std::filesystem::path write(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

/// The whole content of a file; throws when it cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace understudy::test
