// The beginning of a chunk, as far as a filter for rare statuses needs it.
#pragma once

#include "capture-format/filter.hpp"
#include "capture-format/gap.hpp"
#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/layout/stored_pieces.hpp"
#include "capture-format/reader/byte_source.hpp"
#include "capture-format/reader/chunk_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace understudy::capture {

/// Reads a chunk piece by piece, each checked before it is decompressed, until as many exchanges have come as
/// the header counts of the statuses that are wanted. Reuses its memory; not thread-safe.
class ChunkBeginning {
 public:
  /// Of more exchanges than these the last one stands so near to the end that nothing is spared.
  static constexpr std::uint32_t kWantedMax = 4;

  explicit ChunkBeginning(Filter filter);
  ~ChunkBeginning();

  /// `pieces` are those of the chunk, whose data stands at `data_at`. False: the whole chunk is wanted, or
  /// something is not as it should be, and whoever reads the whole will find out what.
  bool read(ByteSource& source, std::uint64_t data_at, const ChunkHeader& chunk, const StoredPieces& pieces);
  /// Takes the whole records of the last beginning away and gives room for the next.
  void swap_raw(ChunkBytes& other) noexcept { std::swap(raw_, other); }

 private:
  struct Stream;

  bool read_piece(ByteSource& source, std::uint64_t at, std::size_t bytes, std::uint32_t crc32c);
  bool decompress_piece();
  bool walk_records();

  Filter filter_;
  std::unique_ptr<Stream> stream_;
  ChunkBytes piece_;
  ChunkBytes raw_;
  std::size_t decompressed_ = 0;
  std::size_t walked_ = 0;  ///< of these: whole records
  StatusQuota quota_;
  ExchangeView exchange_;
  Gap gap_;
};

}  // namespace understudy::capture
