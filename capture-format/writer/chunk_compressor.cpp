#include "capture-format/writer/chunk_compressor.hpp"

#include "capture-format/layout/file_header.hpp"
#include "capture-format/writer/raw_frame.hpp"
#include "core/base/crc32c.hpp"

#include <algorithm>

#include <zstd.h>

namespace understudy::capture {
namespace {

// For level 3, tables that leave room in a core's cache for what is compressed: some per cent faster on
// chunks of 1 MiB, and less than 0.1 % larger.
constexpr int kTunedLevel = 3;
constexpr int kTunedHashLog = 16;
constexpr int kTunedChainLog = 15;

int level_of(Effort effort, int ordinary) noexcept {
  switch (effort) {
    case Effort::fast:
      return std::min(ordinary, 1);
    case Effort::fastest:
      return std::min(ordinary, -1);
    default:
      return ordinary;
  }
}

}  // namespace

struct ChunkCompressor::Context {
  ZSTD_CCtx* zstd = ZSTD_createCCtx();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeCCtx(zstd); }
};

ChunkCompressor::ChunkCompressor(int level) : context_(std::make_unique<Context>()), level_(level) {
  ZSTD_CCtx_setParameter(context_->zstd, ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter(context_->zstd, ZSTD_c_contentSizeFlag, 1);
}

ChunkCompressor::~ChunkCompressor() = default;

Outcome<std::size_t> ChunkCompressor::compress_into_stored(std::string_view raw, Effort effort) {
  const auto bound = std::max(ZSTD_compressBound(raw.size()), raw_frame_bound(raw.size()));
  char* const stored = stored_.resize(bound);
  if (effort == Effort::none) return write_raw_frame(raw, stored);
  const int level = level_of(effort, level_);
  const bool tuned = level == kTunedLevel;
  ZSTD_CCtx_setParameter(context_->zstd, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context_->zstd, ZSTD_c_hashLog, tuned ? kTunedHashLog : 0);
  ZSTD_CCtx_setParameter(context_->zstd, ZSTD_c_chainLog, tuned ? kTunedChainLog : 0);
  const auto size = ZSTD_compress2(context_->zstd, stored, bound, raw.data(), raw.size());
  if (ZSTD_isError(size) != 0) return Failure{std::string("zstd: ") + ZSTD_getErrorName(size)};
  return size;
}

Outcome<std::string_view> ChunkCompressor::compress(std::string_view raw, ChunkHeader& header,
                                                    Effort effort) {
  const auto size = compress_into_stored(raw, effort);
  if (!size) return size.error();
  const auto stored = stored_.view().substr(0, *size);
  header.raw_bytes = static_cast<std::uint32_t>(raw.size());
  header.stored_bytes = static_cast<std::uint32_t>(*size);
  header.stored_crc32c = crc32c(stored);
  if (effort == Effort::none) header.flags |= kRaw;
  // A capture inside a captured body can be stored verbatim; after damage nobody may take it for a file of
  // its own.
  if (stored.find(kFileMagic) != std::string_view::npos) header.flags |= kHoldsFileMagic;
  return stored;
}

}  // namespace understudy::capture
