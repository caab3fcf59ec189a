// The directory that a recorder writes to, held open, and what it names its files.
#pragma once

#include "capture-format/layout/uuid.hpp"
#include "core/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace understudy::capture {

/// Move-only owner of the open directory.
class CaptureDirectory {
 public:
  /// Makes what is missing of the path (0700) and checks that a file can be made in it. A symbolic link is
  /// refused.
  static Outcome<CaptureDirectory> open(const std::filesystem::path& path);
  CaptureDirectory(CaptureDirectory&& other) noexcept;
  CaptureDirectory& operator=(CaptureDirectory&& other) noexcept;
  ~CaptureDirectory();

  int descriptor() const noexcept { return descriptor_; }
  /// Free for an unprivileged writer; 0 when the file system does not say.
  std::uint64_t free_bytes() const noexcept;

 private:
  explicit CaptureDirectory(int descriptor) noexcept : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

/// What the names of a service's captures begin with.
std::string capture_file_prefix(std::string_view service);

/// "<service>-<host>-<UTC start>-<seq>-<uuid8>.ucap.zst"; characters that do not belong into a file name
/// become '_'.
std::string capture_file_name(std::string_view service, std::string_view host, std::uint64_t start_ns,
                              std::uint64_t sequence, const Uuid& uuid);

}  // namespace understudy::capture
