// Removes the oldest captures of a directory, so that a recorder never fills a disk: by size, age and free
// space.
#pragma once

#include "capture-format/recorder.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::capture {

/// One sealed capture, or one that is or was being written.
struct KeptFile {
  std::string name;
  std::uint64_t bytes = 0;
  std::uint64_t changed_ns = 0;  ///< wall clock
  bool sealed = false;           ///< nobody writes it any more
};

/// Which of `files` must go, the oldest first: as many as it takes to hold `limits`, never one that is not
/// sealed. `free_bytes` is what the disk has left.
std::vector<std::string> files_to_remove(std::vector<KeptFile> files, const KeepLimits& limits,
                                         std::uint64_t now_ns, std::uint64_t free_bytes);

/// Belongs to the disk thread. Counts the captures of its service in the directory, those of earlier runs
/// included; other files are none of its business.
class FileKeeper {
 public:
  /// `directory` stays open as long as this lives.
  FileKeeper(int directory, std::string_view service, const KeepLimits& limits);

  bool is_limited() const noexcept;
  /// Looks at the directory and removes what must go; returns how many files went. Errors leave a file where
  /// it is, and the next look tries again.
  std::uint64_t sweep(std::uint64_t free_bytes);

 private:
  std::vector<KeptFile> list() const;

  int directory_;
  std::string prefix_;
  KeepLimits limits_;
};

}  // namespace understudy::capture
