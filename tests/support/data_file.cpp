#include "tests/support/data_file.hpp"

#include <cstdlib>

namespace understudy::test {

std::filesystem::path source_root() {
  if (const char* named = std::getenv("UNDERSTUDY_SOURCE"); named != nullptr) return named;
  for (auto at = std::filesystem::current_path(); at.has_relative_path(); at = at.parent_path())
    if (std::filesystem::exists(at / "cmake" / "UnderstudyTargets.cmake")) return at;
  return std::filesystem::current_path();
}

std::optional<std::filesystem::path> data_file(std::string_view name) {
  const char* named = std::getenv("UNDERSTUDY_DATA");
  const auto directory =
      named != nullptr ? std::filesystem::path(named) : source_root().parent_path() / "shared" / "data";
  auto file = directory / name;
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::nullopt;
  return file;
}

}  // namespace understudy::test
