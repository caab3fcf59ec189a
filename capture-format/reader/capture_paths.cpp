#include "capture-format/reader/capture_paths.hpp"

#include "capture-format/layout/file_names.hpp"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

namespace understudy::capture {

Outcome<std::vector<std::filesystem::path>> captures_in(const std::filesystem::path& directory) {
  std::error_code error;
  std::vector<std::filesystem::path> found;
  for (std::filesystem::directory_iterator each(directory, error), end; !error && each != end;
       each.increment(error)) {
    std::error_code gone;
    if (is_capture_name(each->path().filename().string()) && each->is_regular_file(gone))
      found.push_back(each->path());
  }
  if (error) return Failure{fmt::format("{}: {}", directory.string(), error.message())};
  std::sort(found.begin(), found.end());
  return {boost::system::in_place_value, std::move(found)};
}

Outcome<std::vector<std::string>> expand_capture_paths(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const auto& path : paths) {
    std::error_code missing;
    if (!std::filesystem::is_directory(path, missing)) {
      files.push_back(path);
      continue;
    }
    const auto captures = captures_in(path);
    if (!captures) return captures.error();
    if (captures->empty()) return Failure{fmt::format("{}: holds no captures (*{})", path, kFileSuffix)};
    for (const auto& capture : *captures) files.push_back(capture.string());
  }
  return {boost::system::in_place_value, std::move(files)};
}

bool is_pipe(const std::filesystem::path& path) {
  std::error_code missing;
  const auto status = std::filesystem::status(path == "-" ? "/dev/stdin" : path, missing);
  return !missing && (std::filesystem::is_fifo(status) || std::filesystem::is_socket(status));
}

}  // namespace understudy::capture
