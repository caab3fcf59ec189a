// The directory that a recorder writes to, held open, and the names of the files in it.
#pragma once

#include "capture-format/layout/uuid.hpp"
#include "core/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace understudy::capture {

inline constexpr std::string_view kFileSuffix = ".ucap.zst";
inline constexpr std::string_view kOpenSuffix = ".part";
/// Behind kFileSuffix: what a killed recorder left, where it is damaged; a copy of what is whole is beside
/// it.
inline constexpr std::string_view kDamagedSuffix = ".damaged";

/// The name that an open file gets when it is sealed; any other name stays.
inline std::string sealed_name(std::string_view name) {
  return std::string(name.ends_with(kOpenSuffix) ? name.substr(0, name.size() - kOpenSuffix.size()) : name);
}

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
