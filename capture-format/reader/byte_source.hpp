// Where a reader takes its bytes from: a file by pread, or memory. Short reads mean the end.
#pragma once

#include "core/base/result.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace understudy::capture {

/// Not thread-safe: it counts what was read.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// Up to `count` bytes from `offset`; fewer only at the end (or where the disk fails).
  std::size_t read_at(std::uint64_t offset, char* out, std::size_t count) {
    const auto got = do_read_at(offset, out, count);
    bytes_read_ += got;
    return got;
  }
  std::string read_at(std::uint64_t offset, std::size_t count) {
    std::string bytes(count, '\0');
    bytes.resize(read_at(offset, bytes.data(), count));
    return bytes;
  }
  /// When it was opened or last refreshed; a file that grows is read up to here.
  std::uint64_t size() const noexcept { return size_; }
  /// Looks whether the file has grown. It never shrinks for a reader.
  void refresh() { size_ = std::max(size_, current_size()); }
  std::uint64_t bytes_read() const noexcept { return bytes_read_; }

 protected:
  explicit ByteSource(std::uint64_t size) noexcept : size_(size) {}

 private:
  virtual std::size_t do_read_at(std::uint64_t offset, char* out, std::size_t count) = 0;
  virtual std::uint64_t current_size() const { return size_; }

  std::uint64_t size_;
  std::uint64_t bytes_read_ = 0;
};

/// A regular file; or a pipe ("-" is standard input), whose bytes are first put into an unlinked temporary
/// file.
Outcome<std::unique_ptr<ByteSource>> open_file_source(const std::filesystem::path& path);
std::unique_ptr<ByteSource> make_memory_source(std::string bytes);

}  // namespace understudy::capture
