#include "capture-format/reader/chunk_decompressor.hpp"

#include "capture-format/layout/limits.hpp"
#include "capture-format/layout/zstd_frame.hpp"
#include "capture-format/reader/chunk_bytes.hpp"
#include "capture-format/reader/file_opener.hpp"

#include <string>

#include <zstd.h>

namespace understudy::capture {

namespace {

/// One for each thread and not for each chunk that is held: it is larger than many a chunk.
ZSTD_DCtx* zstd_of_this_thread() {
  thread_local const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                                     ZSTD_freeDCtx);
  return context.get();
}

}  // namespace

Outcome<> check_zstd_head(const ChunkHeader& header, std::string_view stored) {
  const auto head = parse_zstd_frame_head(stored);
  if (!head) return Failure{"its data is no zstd frame"};
  if (head->content_bytes != header.raw_bytes || header.raw_bytes > kRawBytesMax)
    return Failure{"its length differs from what its header says"};
  if (head->has_dictionary || header.dictionary != 0) return Failure{"needs a dictionary"};
  if (head->window_bytes > kWindowBytesMax && head->window_bytes != head->content_bytes)
    return Failure{"its zstd window is too large"};
  return {};
}

struct ChunkDecompressor::Context {
  ChunkBytes raw;
  ChunkBytes decrypted;
  std::string_view frame;
};

ChunkDecompressor::ChunkDecompressor() : context_(std::make_unique<Context>()) {}
ChunkDecompressor::~ChunkDecompressor() = default;
ChunkDecompressor::ChunkDecompressor(ChunkDecompressor&&) noexcept = default;
ChunkDecompressor& ChunkDecompressor::operator=(ChunkDecompressor&&) noexcept = default;

std::string_view ChunkDecompressor::frame() const noexcept { return context_->frame; }

void ChunkDecompressor::release_frame() noexcept {
  context_->decrypted = {};
  context_->frame = {};
}

Outcome<std::string_view> ChunkDecompressor::decompress(const ChunkHeader& header, std::string_view stored,
                                                        const FileOpener* opener) {
  if ((header.flags & kEncrypted) != 0) {
    if (opener == nullptr) return Failure{"encrypted"};
    const auto opened = opener->open_data(header, stored, context_->decrypted.resize(stored.size()));
    if (!opened) return Failure{"its ciphertext is not authentic: changed, or of another place"};
    stored = *opened;
  } else if (opener != nullptr) {
    return Failure{"plain, in an encrypted file"};
  }
  context_->frame = stored;
  if (auto checked = check_zstd_head(header, stored); !checked) return checked.error();
  if (ZSTD_findFrameCompressedSize(stored.data(), stored.size()) != stored.size())
    return Failure{"its data is not one zstd frame"};
  char* const raw = context_->raw.resize(header.raw_bytes);
  const auto size =
      ZSTD_decompressDCtx(zstd_of_this_thread(), raw, header.raw_bytes, stored.data(), stored.size());
  if (ZSTD_isError(size) != 0) return Failure{std::string("zstd: ") + ZSTD_getErrorName(size)};
  if (size != header.raw_bytes) return Failure{"its length differs from what its header says"};
  return std::string_view(raw, size);
}

}  // namespace understudy::capture
