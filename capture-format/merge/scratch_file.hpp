// A file without a name, for what does not fit into memory: gone with the process, whatever ends it.
#pragma once

#include "core/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace understudy::capture {

/// Mode 0600, never visible by a name for longer than its creation. For one thread.
class ScratchFile {
 public:
  ScratchFile() = default;
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  /// In this directory. Fails with one line.
  Outcome<> create(const std::filesystem::path& directory);
  bool is_open() const noexcept { return descriptor_ >= 0; }

  /// Appends; fails when the disk does.
  Outcome<> append(std::string_view bytes);
  /// Exactly `count` bytes, or a failure.
  Outcome<> read_at(std::uint64_t offset, char* out, std::size_t count) const;
  std::uint64_t size() const noexcept { return size_; }
  /// Gives the disk space of a part back, where the file system can.
  void release(std::uint64_t begin, std::uint64_t end) const noexcept;

 private:
  Failure failure(std::string_view what) const;

  std::filesystem::path directory_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace understudy::capture
