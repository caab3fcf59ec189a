#include "core/sections/local_key.hpp"

#include "core/sections/sections.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace understudy::sections {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> key_directory() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/')
    return fs::path(state) / "understudy";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    return fs::path(home) / ".local/state/understudy";
  return std::nullopt;
}

/// Writes the whole key to a new file that nobody else can read; false leaves nothing behind.
bool write_key(const fs::path& path, const scrub::Key& key) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool written = ::write(file, key.data(), key.size()) == static_cast<::ssize_t>(key.size());
  const bool closed = ::close(file) == 0;
  if (!written || !closed) ::unlink(path.c_str());
  return written && closed;
}

}  // namespace

scrub::Key local_key() {
  const auto key = scrub::random_key();
  const auto directory = key_directory();
  if (!directory) return key;
  const auto path = *directory / "scrub.key";
  if (auto known = load_key_file(path.string())) return *known;

  std::error_code error;
  fs::create_directories(*directory, error);
  if (error) return key;
  fs::permissions(*directory, fs::perms::owner_all, error);
  // Linked into place whole: of two processes that start together, both use the key that was first.
  const auto fresh = *directory / fmt::format("scrub.key.{}", ::getpid());
  if (!write_key(fresh, key)) return key;
  const int linked = ::link(fresh.c_str(), path.c_str());
  ::unlink(fresh.c_str());
  if (linked == 0) return key;
  const auto first = load_key_file(path.string());
  return first ? *first : key;
}

}  // namespace understudy::sections
