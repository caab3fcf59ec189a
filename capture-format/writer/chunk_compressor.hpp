// A filled chunk becomes stored bytes: zstd, checksums, and the fields of the header that follow from them.
#pragma once

#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/reader/chunk_bytes.hpp"
#include "capture-format/writer/chunk_builder.hpp"
#include "core/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace understudy::capture {

/// How much time a chunk gets. `fast` is zstd level 1, `fastest` -1, where the recorder's own level is not
/// lower anyway; `none` stores the bytes in raw blocks (flag kRaw).
enum class Effort : std::uint8_t { ordinary, fast, fastest, none };
inline constexpr std::size_t kEfforts = 4;

/// Not thread-safe; reuses its context and its output buffer.
class ChunkCompressor {
 public:
  explicit ChunkCompressor(int level);
  ~ChunkCompressor();

  /// One-shot, content checksum on. The view is valid until the next call. Fills the raw and stored fields
  /// and flags of `header`. Fails only when zstd does.
  Outcome<std::string_view> compress(std::string_view raw, ChunkHeader& header,
                                     Effort effort = Effort::ordinary);

 private:
  Outcome<std::size_t> compress_into_stored(std::string_view raw, Effort effort);

  struct Context;
  std::unique_ptr<Context> context_;
  int level_;
  ChunkBytes stored_;
};

}  // namespace understudy::capture
