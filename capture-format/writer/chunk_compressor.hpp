// A filled chunk becomes stored bytes: zstd, checksums, and the fields of the header that follow from them.
#pragma once

#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/writer/chunk_builder.hpp"
#include "core/base/result.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace understudy::capture {

/// Not thread-safe; reuses its context and its output buffer.
class ChunkCompressor {
 public:
  explicit ChunkCompressor(int level);
  ~ChunkCompressor();

  /// One-shot, content checksum on. The view is valid until the next call. Fills the raw and stored fields
  /// and flags of `header`. Fails only when zstd does.
  Outcome<std::string_view> compress(std::string_view raw, ChunkHeader& header);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
  std::vector<char> stored_;
};

}  // namespace understudy::capture
