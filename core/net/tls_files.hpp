// Notices that files have changed, in whatever way they were replaced.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace understudy::net {

/// Device, inode, size and time of change of some files, following symbolic links: an edit, a rename and the
/// swap of a linked folder (as Kubernetes does with secrets) all show.
class FileStamps {
 public:
  FileStamps() = default;
  /// As they are now. A file that is not there has a stamp as well.
  explicit FileStamps(const std::vector<std::string>& paths);
  bool operator==(const FileStamps&) const = default;

 private:
  struct Stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t bytes = -1;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  std::vector<Stamp> stamps_;
};

}  // namespace understudy::net
