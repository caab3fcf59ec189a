#include "capture-format/writer/capture_directory.hpp"

#include "capture-format/layout/file_names.hpp"
#include "core/base/ascii.hpp"
#include "core/base/clock.hpp"

#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace understudy::capture {
namespace {

constexpr std::size_t kNamePartMax = 64;

Failure failure(const std::filesystem::path& path, std::string_view what) {
  const boost::system::error_code error(errno, boost::system::system_category());
  return Failure{fmt::format("capture directory {}: {}: {}", path.string(), what, error.message())};
}

Outcome<> make_directories(const std::filesystem::path& path) {
  std::filesystem::path made;
  for (const auto& part : path) {
    made /= part;
    if (mkdir(made.c_str(), 0700) == 0 || errno == EEXIST || errno == EISDIR) continue;
    std::error_code ignored;
    if (std::filesystem::is_directory(made, ignored)) continue;
    return failure(made, "cannot be made");
  }
  return {};
}

/// access(2) would not notice a read-only mount for root, nor a full directory quota.
bool can_create_in(int directory) {
  const auto name = ".probe-" + to_hex(random_uuid());
  const int probe =
      openat(directory, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (probe < 0) return false;
  close(probe);
  return unlinkat(directory, name.c_str(), 0) == 0;
}

std::string name_part(std::string_view text) {
  std::string part(text.substr(0, kNamePartMax));
  for (char& c : part) {
    const char lower = ascii_lower(c);
    if (!(lower >= 'a' && lower <= 'z') && !ascii_digit(c) && c != '.' && c != '_') c = '_';
  }
  if (part.empty() || part.front() == '.') part.insert(0, 1, '_');
  return part;
}

}  // namespace

Outcome<CaptureDirectory> CaptureDirectory::open(const std::filesystem::path& path) {
  if (path.empty()) return Failure{"the capture directory has no name"};
  if (auto made = make_directories(path); !made) return made.error();
  auto given = path.lexically_normal();
  if (!given.has_filename() && given.has_relative_path()) given = given.parent_path();  // a slash at its end
  const int descriptor = ::open(given.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  std::error_code ignored;
  if (descriptor < 0 && std::filesystem::is_symlink(given, ignored))
    return Failure{
        fmt::format("capture directory {}: is a symbolic link; name the directory itself", given.string())};
  if (descriptor < 0) return failure(path, "cannot be opened");
  CaptureDirectory directory(descriptor);
  if (!can_create_in(descriptor)) return failure(path, "cannot be written");
  return directory;
}

CaptureDirectory::CaptureDirectory(CaptureDirectory&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

CaptureDirectory& CaptureDirectory::operator=(CaptureDirectory&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

CaptureDirectory::~CaptureDirectory() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::uint64_t CaptureDirectory::free_bytes() const noexcept {
  struct statvfs space{};
  if (fstatvfs(descriptor_, &space) != 0) return 0;
  return static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
}

std::string capture_file_prefix(std::string_view service) { return name_part(service) + '-'; }

std::string capture_file_name(std::string_view service, std::string_view host, std::uint64_t start_ns,
                              std::uint64_t sequence, const Uuid& uuid) {
  const auto seconds = static_cast<std::time_t>(start_ns / kSecondNs);
  return fmt::format("{}{}-{:%Y%m%dT%H%M%SZ}-{:04}-{}{}", capture_file_prefix(service), name_part(host),
                     fmt::gmtime(seconds), sequence, to_hex(uuid).substr(0, 8), kFileSuffix);
}

}  // namespace understudy::capture
