#include "capture-format/writer/chunk_compressor.hpp"

#include "capture-format/layout/file_header.hpp"
#include "core/base/crc32c.hpp"

#include <zstd.h>

namespace understudy::capture {
namespace {

// Stored buffers beyond this are given back after the chunk that needed them.
constexpr std::size_t kStoredBytesKept = std::size_t{4} << 20;

}  // namespace

struct ChunkCompressor::Context {
  ZSTD_CCtx* zstd = ZSTD_createCCtx();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeCCtx(zstd); }
};

ChunkCompressor::ChunkCompressor(int level) : context_(std::make_unique<Context>()) {
  ZSTD_CCtx_setParameter(context_->zstd, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context_->zstd, ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter(context_->zstd, ZSTD_c_contentSizeFlag, 1);
}

ChunkCompressor::~ChunkCompressor() = default;

Outcome<std::string_view> ChunkCompressor::compress(std::string_view raw, ChunkHeader& header) {
  const auto bound = ZSTD_compressBound(raw.size());
  if (stored_.size() < bound || (stored_.size() > kStoredBytesKept && bound <= kStoredBytesKept)) {
    stored_ = std::vector<char>(bound);
  }
  const auto size = ZSTD_compress2(context_->zstd, stored_.data(), stored_.size(), raw.data(), raw.size());
  if (ZSTD_isError(size) != 0) return Failure{std::string("zstd: ") + ZSTD_getErrorName(size)};
  const std::string_view stored(stored_.data(), size);
  header.raw_bytes = static_cast<std::uint32_t>(raw.size());
  header.stored_bytes = static_cast<std::uint32_t>(size);
  header.stored_crc32c = crc32c(stored);
  // A capture inside a captured body can be stored verbatim; after damage nobody may take it for a file of
  // its own.
  if (stored.find(kFileMagic) != std::string_view::npos) header.flags |= kHoldsFileMagic;
  return stored;
}

}  // namespace understudy::capture
