#include "proxy/config/file_checks.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace understudy::proxy {
namespace {

namespace fs = std::filesystem;

/// The path itself, or the nearest directory above it that is there.
fs::path nearest_existing(fs::path path) {
  std::error_code error;
  path = fs::absolute(path, error);
  while (!path.empty() && !fs::exists(path, error) && path != path.root_path()) path = path.parent_path();
  return path;
}

Outcome<> check_directory(std::string_view key, const fs::path& directory) {
  const auto existing = nearest_existing(directory);
  std::error_code error;
  if (!fs::is_directory(existing, error))
    return Failure{fmt::format("{}: {} is not a directory", key, existing.string())};
  if (::access(existing.c_str(), W_OK | X_OK) != 0)
    return Failure{fmt::format("{}: {} is not writable for this user", key, existing.string())};
  return {};
}

Outcome<> check_file(std::string_view key, const fs::path& file) {
  std::error_code error;
  if (fs::is_directory(file, error)) return Failure{fmt::format("{}: {} is a directory", key, file.string())};
  if (fs::exists(file, error)) {
    if (::access(file.c_str(), W_OK) == 0) return {};
    return Failure{fmt::format("{}: {} is not writable for this user", key, file.string())};
  }
  const auto above = fs::absolute(file, error).parent_path();
  if (!fs::is_directory(above, error))
    return Failure{fmt::format("{}: the directory {} is not there", key, above.string())};
  return check_directory(key, above);
}

}  // namespace

Outcome<> check_files(const ProxyConfig& config) {
  if (config.capture) {
    if (auto checked = check_directory("capture.directory", config.capture->directory); !checked)
      return checked;
    if (const auto keys = capture::open_key_ring(config.capture->encryption); !keys)
      return Failure{fmt::format("capture.encryption: {}", keys.error().message)};
  }
  if (config.access_log && config.access_log->path != "-")
    return check_file("log.access", config.access_log->path);
  return {};
}

}  // namespace understudy::proxy
