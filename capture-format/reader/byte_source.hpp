// Where a reader takes its bytes from: a file by pread, a pipe, or memory. Short reads mean the end.
#pragma once

#include "capture-format/layout/limits.hpp"
#include "core/base/result.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace understudy::capture {

/// What a pipe keeps in memory: from the place that its reader may go back to, to the furthest byte that was
/// asked for. Beyond it a pipe seems to end. A sound file needs one chunk, and at its end its summary.
inline constexpr std::uint64_t kPipeWindowBytesMax =
    kSummaryBytesMax + kStoredBytesMax + (std::size_t{4} << 20);

/// Not thread-safe: it counts what was read.
class ByteSource {
 public:
  /// Reads up to this size share one buffer, so that the fields of a header cost one system call.
  static constexpr std::size_t kPeekBytes = 320;

  virtual ~ByteSource() = default;

  /// Up to `count` bytes from `offset`; fewer only at the end (or where the disk fails).
  std::size_t read_at(std::uint64_t offset, char* out, std::size_t count);
  std::string read_at(std::uint64_t offset, std::size_t count) {
    std::string bytes(count, '\0');
    bytes.resize(read_at(offset, bytes.data(), count));
    return bytes;
  }

  /// True when there are bytes up to `end`. A pipe is read until it is known.
  bool reaches(std::uint64_t end) { return end <= size_ || do_reach(end); }
  /// The bytes known of: of a file, when it was opened or last refreshed; of a pipe, what has come.
  std::uint64_t size() const noexcept { return size_; }
  /// Looks whether the file has grown. It never shrinks for a reader.
  void refresh() { size_ = std::max(size_, current_size()); }
  std::uint64_t bytes_read() const noexcept { return bytes_read_; }

  /// False for a pipe: what lies before a released place is gone, and the end is not known from the start.
  virtual bool is_seekable() const noexcept { return true; }
  /// Nothing before `offset` will be read again.
  virtual void release_before(std::uint64_t /*offset*/) {}
  /// Most of it will be skipped: reading ahead would fetch what nobody wants.
  virtual void expect_skips() {}

 protected:
  explicit ByteSource(std::uint64_t size) noexcept : size_(size) {}
  void set_size(std::uint64_t size) noexcept { size_ = size; }

 private:
  virtual std::size_t do_read_at(std::uint64_t offset, char* out, std::size_t count) = 0;
  virtual bool do_reach(std::uint64_t /*end*/) { return false; }
  virtual std::uint64_t current_size() const { return size_; }

  std::uint64_t size_;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t peeked_at_ = 0;
  std::size_t peeked_bytes_ = 0;
  std::array<char, kPeekBytes> peeked_;
};

/// A regular file, or a pipe ("-" is standard input), which is read as it comes.
Outcome<std::unique_ptr<ByteSource>> open_file_source(const std::filesystem::path& path);
std::unique_ptr<ByteSource> make_memory_source(std::string bytes);

}  // namespace understudy::capture
