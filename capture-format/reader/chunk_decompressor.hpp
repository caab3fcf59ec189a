// The stored bytes of a chunk back to raw ones, every cap checked before memory is taken.
#pragma once

#include "capture-format/layout/chunk_header.hpp"
#include "core/base/result.hpp"

#include <memory>
#include <string_view>

namespace understudy::capture {

class FileOpener;

/// What the head of a chunk's zstd frame must say, every cap among it, before memory is taken for it.
Outcome<> check_zstd_head(const ChunkHeader& header, std::string_view stored);

/// Reuses its output buffer, and one zstd context for each thread; not thread-safe.
class ChunkDecompressor {
 public:
  ChunkDecompressor();
  ~ChunkDecompressor();
  ChunkDecompressor(ChunkDecompressor&&) noexcept;
  ChunkDecompressor& operator=(ChunkDecompressor&&) noexcept;

  /// Exactly one zstd frame with a content checksum, of the length that the header says. Valid until the next
  /// call. `opener`: of the chunk's file, when that is encrypted; then a plain chunk is refused.
  Outcome<std::string_view> decompress(const ChunkHeader& header, std::string_view stored,
                                       const FileOpener* opener = nullptr);
  /// The zstd frame of the last call, decrypted if it was encrypted; valid as long as its result.
  std::string_view frame() const noexcept;
  /// Gives back what only the frame needs.
  void release_frame() noexcept;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace understudy::capture
