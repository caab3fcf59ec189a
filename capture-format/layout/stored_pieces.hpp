// Checksums of the parts of a chunk's stored bytes: who reads its beginning alone can believe it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace understudy::capture {

/// FORMAT.md section 1.2. Empty: there are none, and only the whole chunk can be checked.
struct StoredPieces {
  static constexpr std::size_t kCountMax = 128;

  std::uint32_t bytes = 0;            ///< of each piece; the last one may be shorter
  std::vector<std::uint32_t> crc32c;  ///< of each

  /// Exactly as many as so many stored bytes need.
  bool cover(std::size_t stored_bytes) const noexcept;
};

/// Of 8 KiB each, twice as large as often as there would be more than kCountMax. None for a chunk of one
/// piece.
StoredPieces pieces_of(std::string_view stored);

}  // namespace understudy::capture
