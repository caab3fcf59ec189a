#include "capture-format/layout/stored_pieces.hpp"

#include "core/base/crc32c.hpp"

#include <algorithm>

namespace understudy::capture {
namespace {

constexpr std::uint32_t kSmallestPieceBytes = 8 * 1024;

constexpr std::size_t pieces_in(std::size_t bytes, std::size_t piece_bytes) noexcept {
  return (bytes + piece_bytes - 1) / piece_bytes;
}

}  // namespace

bool StoredPieces::cover(std::size_t stored_bytes) const noexcept {
  return bytes != 0 && crc32c.size() == pieces_in(stored_bytes, bytes);
}

StoredPieces pieces_of(std::string_view stored) {
  StoredPieces pieces;
  if (stored.size() <= kSmallestPieceBytes) return pieces;
  pieces.bytes = kSmallestPieceBytes;
  while (pieces_in(stored.size(), pieces.bytes) > StoredPieces::kCountMax) pieces.bytes *= 2;
  pieces.crc32c.reserve(pieces_in(stored.size(), pieces.bytes));
  for (; !stored.empty(); stored.remove_prefix(std::min<std::size_t>(pieces.bytes, stored.size())))
    pieces.crc32c.push_back(crc32c(stored.substr(0, pieces.bytes)));
  return pieces;
}

}  // namespace understudy::capture
