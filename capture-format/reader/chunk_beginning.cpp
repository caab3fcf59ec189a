#include "capture-format/reader/chunk_beginning.hpp"

#include "capture-format/layout/wire.hpp"
#include "capture-format/reader/chunk_decompressor.hpp"
#include "capture-format/reader/exchange_decoder.hpp"
#include "core/base/crc32c.hpp"

#include <algorithm>

#include <zstd.h>

namespace understudy::capture {

struct ChunkBeginning::Stream {
  ZSTD_DCtx* zstd = ZSTD_createDCtx();
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { ZSTD_freeDCtx(zstd); }
};

ChunkBeginning::ChunkBeginning(Filter filter)
    : filter_(std::move(filter)), stream_(std::make_unique<Stream>()) {}
ChunkBeginning::~ChunkBeginning() = default;

bool ChunkBeginning::read(ByteSource& source, std::uint64_t data_at, const ChunkHeader& chunk,
                          const StoredPieces& pieces) {
  quota_ = filter_.quota(chunk);
  if (quota_.exchanges > kWantedMax || quota_.exchanges >= chunk.exchanges) return false;
  ZSTD_DCtx_reset(stream_->zstd, ZSTD_reset_session_only);
  decompressed_ = walked_ = 0;
  std::size_t at = 0;
  for (const auto checksum : pieces.crc32c) {
    const auto bytes = std::min<std::size_t>(pieces.bytes, chunk.stored_bytes - at);
    if (!read_piece(source, data_at + at, bytes, checksum)) return false;
    if (at == 0) {
      if (!check_zstd_head(chunk, piece_.view())) return false;
      raw_.resize(chunk.raw_bytes);
    }
    if (!decompress_piece()) return false;
    at += bytes;
    if (!walk_records()) continue;
    raw_.shrink(walked_);
    return true;
  }
  return false;
}

bool ChunkBeginning::read_piece(ByteSource& source, std::uint64_t at, std::size_t bytes,
                                std::uint32_t checksum) {
  return source.read_at(at, piece_.resize(bytes), bytes) == bytes && crc32c(piece_.view()) == checksum;
}

bool ChunkBeginning::decompress_piece() {
  ZSTD_inBuffer in{piece_.view().data(), piece_.view().size(), 0};
  ZSTD_outBuffer out{raw_.data(), raw_.view().size(), decompressed_};
  while (in.pos < in.size) {
    const auto before = in.pos + out.pos;
    if (ZSTD_isError(ZSTD_decompressStream(stream_->zstd, &out, &in)) != 0) return false;
    if (in.pos + out.pos == before) return false;
  }
  decompressed_ = out.pos;
  return true;
}

/// True when all that can be wanted has come. A record that is not whole yet is looked at again with the next
/// piece.
bool ChunkBeginning::walk_records() {
  while (quota_.exchanges != 0) {
    wire::Reader records(raw_.view().substr(walked_, decompressed_ - walked_));
    const char* const begin = raw_.view().data() + walked_;
    if (!records.next()) return false;
    walked_ += static_cast<std::size_t>(records.position() - begin);
    if (!records.is(1, wire::Type::bytes)) continue;
    const auto kind = decode_record(records.bytes(), exchange_, gap_);
    if (kind == RecordKind::exchange && quota_.counts(exchange_)) --quota_.exchanges;
  }
  return true;
}

}  // namespace understudy::capture
