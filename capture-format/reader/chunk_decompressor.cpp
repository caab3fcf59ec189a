#include "capture-format/reader/chunk_decompressor.hpp"

#include "capture-format/layout/limits.hpp"
#include "capture-format/layout/zstd_frame.hpp"

#include <string>

#include <zstd.h>

namespace understudy::capture {
namespace {

// Raw buffers beyond this are given back after the chunk that needed them.
constexpr std::size_t kRawBytesKept = std::size_t{4} << 20;

}  // namespace

struct ChunkDecompressor::Context {
  ZSTD_DCtx* zstd = ZSTD_createDCtx();
  std::unique_ptr<char[]> raw;
  std::size_t capacity = 0;

  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeDCtx(zstd); }

  void reserve(std::size_t bytes) {
    if (bytes <= capacity && (capacity <= kRawBytesKept || bytes > kRawBytesKept)) return;
    raw.reset(new char[bytes]);
    capacity = bytes;
  }
};

ChunkDecompressor::ChunkDecompressor() : context_(std::make_unique<Context>()) {}
ChunkDecompressor::~ChunkDecompressor() = default;
ChunkDecompressor::ChunkDecompressor(ChunkDecompressor&&) noexcept = default;
ChunkDecompressor& ChunkDecompressor::operator=(ChunkDecompressor&&) noexcept = default;

Outcome<std::string_view> ChunkDecompressor::decompress(const ChunkHeader& header, std::string_view stored) {
  if ((header.flags & kEncrypted) != 0) return Failure{"encrypted"};
  const auto head = parse_zstd_frame_head(stored);
  if (!head) return Failure{"its data is no zstd frame"};
  if (head->content_bytes != header.raw_bytes || header.raw_bytes > kRawBytesMax)
    return Failure{"its length differs from what its header says"};
  if (head->has_dictionary || header.dictionary != 0) return Failure{"needs a dictionary"};
  if (head->window_bytes > kWindowBytesMax && head->window_bytes != head->content_bytes)
    return Failure{"its zstd window is too large"};
  if (ZSTD_findFrameCompressedSize(stored.data(), stored.size()) != stored.size())
    return Failure{"its data is not one zstd frame"};
  context_->reserve(header.raw_bytes);
  const auto size = ZSTD_decompressDCtx(context_->zstd, context_->raw.get(), header.raw_bytes, stored.data(),
                                        stored.size());
  if (ZSTD_isError(size) != 0) return Failure{std::string("zstd: ") + ZSTD_getErrorName(size)};
  if (size != header.raw_bytes) return Failure{"its length differs from what its header says"};
  return std::string_view(context_->raw.get(), size);
}

}  // namespace understudy::capture
