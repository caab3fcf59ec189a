// The stored bytes of a chunk back to raw ones, every cap checked before memory is taken.
#pragma once

#include "capture-format/layout/chunk_header.hpp"
#include "core/base/result.hpp"

#include <memory>
#include <string_view>

namespace understudy::capture {

/// Reuses its context and its output buffer; not thread-safe.
class ChunkDecompressor {
 public:
  ChunkDecompressor();
  ~ChunkDecompressor();
  ChunkDecompressor(ChunkDecompressor&&) noexcept;
  ChunkDecompressor& operator=(ChunkDecompressor&&) noexcept;

  /// Exactly one zstd frame with a content checksum, of the length that the header says. Valid until the next
  /// call.
  Outcome<std::string_view> decompress(const ChunkHeader& header, std::string_view stored);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace understudy::capture
