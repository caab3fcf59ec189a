#include "capture-format/layout/packed_index.hpp"

#include "capture-format/layout/zstd_frame.hpp"

#include <memory>

#include <zstd.h>

namespace understudy::capture {
namespace {

constexpr int kLevel = 3;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
};

std::string compress(std::string_view bytes) {
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  // Each frame is read without the other one, and without the checksum of the summary.
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string frame(ZSTD_compressBound(bytes.size()), '\0');
  const auto size = ZSTD_compress2(context.get(), frame.data(), frame.size(), bytes.data(), bytes.size());
  // With this much room zstd fails for want of memory alone; an empty frame is no index, which every reader
  // can do without.
  frame.resize(ZSTD_isError(size) != 0 ? 0 : size);
  return frame;
}

/// What the frame holds, when that is between both bounds: its own claim is believed no further.
std::optional<std::string> decompress(std::string_view frame, std::size_t least, std::size_t most) {
  const auto head = parse_zstd_frame_head(frame);
  if (!head || head->has_dictionary || !head->has_checksum || head->content_bytes < least ||
      head->content_bytes > most || ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size())
    return std::nullopt;
  std::string bytes(static_cast<std::size_t>(head->content_bytes), '\0');
  const auto size = ZSTD_decompress(bytes.data(), bytes.size(), frame.data(), frame.size());
  if (ZSTD_isError(size) != 0 || size != bytes.size()) return std::nullopt;
  return bytes;
}

}  // namespace

std::string pack_places(std::string_view places) {
  const auto chunks = places.size() / kPlaceBytes;
  std::string columns(places.size(), '\0');
  for (std::size_t chunk = 0; chunk < chunks; ++chunk)
    for (std::size_t i = 0; i < kPlaceBytes; ++i)
      columns[i * chunks + chunk] = places[chunk * kPlaceBytes + i];
  return compress(columns);
}

std::optional<std::string> unpack_places(std::string_view frame, std::size_t chunks) {
  const auto size = chunks * kPlaceBytes;
  const auto columns = decompress(frame, size, size);
  if (!columns) return std::nullopt;
  std::string places(size, '\0');
  for (std::size_t chunk = 0; chunk < chunks; ++chunk)
    for (std::size_t i = 0; i < kPlaceBytes; ++i)
      places[chunk * kPlaceBytes + i] = (*columns)[i * chunks + chunk];
  return places;
}

std::string pack_blooms(std::string_view blooms) { return compress(blooms); }

std::optional<std::string> unpack_blooms(std::string_view frame, std::size_t chunks) {
  const auto size = chunks * RouteBloom::kBytes;
  return decompress(frame, size, size + kSummaryMessageBytesMax);
}

}  // namespace understudy::capture
