#include "capture-format/reader/frame_probe.hpp"

#include "capture-format/layout/limits.hpp"
#include "capture-format/layout/summary.hpp"
#include "capture-format/layout/wire.hpp"
#include "core/base/crc32c.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace understudy::capture {
namespace {

constexpr std::size_t kSummaryHeadBytes = 20;
constexpr std::size_t kCheckedPieceBytes = 64 * 1024;
/// zstd blocks hold 128 KiB at most; a chunk of the largest size split into small ones stays far below.
constexpr std::size_t kBlocksMax = 65536;

}  // namespace

FileHeaderProbe FrameProbe::file_header(std::uint64_t offset) const {
  FileHeaderProbe probe;
  const auto length = file_header_length(source_->read_at(offset, kSkippableHeadBytes));
  if (!length) return probe;
  const auto bytes = source_->read_at(offset, *length);
  probe.error = decode_file_header(bytes, probe.header, probe.frame_bytes);
  return probe;
}

std::optional<ChunkHeader> FrameProbe::chunk_header(std::uint64_t offset) const {
  std::array<char, kChunkHeaderBytesMax> bytes;
  const auto fixed = source_->read_at(offset, bytes.data(), kChunkHeaderBytes);
  const auto length = chunk_header_length({bytes.data(), fixed});
  if (!length) return std::nullopt;
  auto got = fixed;
  if (*length > fixed) got += source_->read_at(offset + fixed, bytes.data() + fixed, *length - fixed);
  return decode_chunk_header({bytes.data(), got});
}

std::string FrameProbe::chunk_extension(std::uint64_t offset, const ChunkHeader& header) const {
  return source_->read_at(offset + ChunkHeaderOffset::kExtensions, header.header_bytes - kChunkHeaderBytes);
}

std::optional<SummaryProbe> FrameProbe::summary(std::uint64_t offset, const Uuid& file_uuid,
                                                std::uint64_t file_start, Depth depth) const {
  const auto head = source_->read_at(offset, kSummaryHeadBytes);
  if (head.size() < kSummaryHeadBytes || wire::load<std::uint32_t>(head.data()) != kSummaryMagic ||
      head.compare(kSkippableHeadBytes, kSummaryInnerMagic.size(), kSummaryInnerMagic) != 0)
    return std::nullopt;
  SummaryProbe probe;
  probe.frame_bytes = kSkippableHeadBytes + wire::load<std::uint32_t>(head.data() + 4);
  probe.chunks = wire::load<std::uint32_t>(head.data() + 16);
  if (probe.frame_bytes < kSummaryHeadBytes + 4 + kSummaryTrailerBytes ||
      probe.frame_bytes > kSummaryBytesMax || !source_->reaches(offset + probe.frame_bytes))
    return std::nullopt;
  const auto trailer_at = offset + probe.frame_bytes - kSummaryTrailerBytes;
  const auto trailer = decode_summary_trailer(source_->read_at(trailer_at, kSummaryTrailerBytes), file_uuid);
  if (!trailer || trailer->summary_bytes != probe.frame_bytes) return probe;
  probe.length_fits = file_start + trailer->file_bytes == offset + probe.frame_bytes;
  if (depth == Depth::trailer) {
    probe.intact = true;
    return probe;
  }
  std::uint32_t checksum = 0;
  std::string piece;
  for (auto at = offset; at < trailer_at - 4; at += piece.size()) {
    piece = source_->read_at(
        at, static_cast<std::size_t>(std::min<std::uint64_t>(kCheckedPieceBytes, trailer_at - 4 - at)));
    if (piece.empty()) return probe;
    checksum = crc32c(piece, checksum);
  }
  const auto stored = source_->read_at(trailer_at - 4, 4);
  probe.intact = stored.size() == 4 && wire::load<std::uint32_t>(stored.data()) == checksum;
  return probe;
}

std::optional<std::uint64_t> FrameProbe::zstd_frame_end(std::uint64_t offset) const {
  const auto head = parse_zstd_frame_head(source_->read_at(offset, kZstdFrameHeadMax));
  if (!head) return std::nullopt;
  auto at = offset + head->head_bytes;
  for (std::size_t block = 0; block < kBlocksMax; ++block) {
    std::array<char, 3> bytes;
    if (source_->read_at(at, bytes.data(), bytes.size()) != bytes.size()) return std::nullopt;
    const auto header = wire::load<std::uint16_t>(bytes.data()) |
                        static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[2])) << 16;
    const auto type = header >> 1 & 3;
    if (type == 3) return std::nullopt;
    at += bytes.size() + (type == 1 ? 1 : header >> 3);  // a run stores one byte
    if ((header & 1) == 0) continue;
    at += head->has_checksum ? 4 : 0;
    return source_->reaches(at) ? std::optional(at) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> FrameProbe::chunk_end_behind_damaged_header(std::uint64_t offset) const {
  // Its length stands there twice, and most are the fixed one: at most one of the three is what was damaged.
  const auto head = source_->read_at(offset, ChunkHeaderOffset::kKind);
  if (head.size() < ChunkHeaderOffset::kKind) return std::nullopt;
  const std::array<std::uint64_t, 3> lengths{
      kChunkHeaderBytes, wire::load<std::uint16_t>(head.data() + ChunkHeaderOffset::kHeaderLength),
      std::uint64_t{wire::load<std::uint32_t>(head.data() + ChunkHeaderOffset::kFrameLength)} +
          kSkippableHeadBytes};
  for (const auto length : lengths) {
    if (length < kChunkHeaderBytes || length > kChunkHeaderBytesMax) continue;
    const auto end = zstd_frame_end(offset + length);
    if (end && is_frame_edge(*end)) return end;
  }
  return std::nullopt;
}

bool FrameProbe::is_frame_edge(std::uint64_t offset) const {
  if (!source_->reaches(offset + 1)) return source_->reaches(offset);
  const auto head = source_->read_at(offset, kSummaryHeadBytes);
  if (head.size() < kSummaryHeadBytes) return false;
  const auto magic = wire::load<std::uint32_t>(head.data());
  if (magic == kSummaryMagic) return head.substr(8, kSummaryInnerMagic.size()) == kSummaryInnerMagic;
  if (magic == kFileHeaderMagic) return file_header(offset).error != FileHeaderError::damaged;
  return magic == kChunkHeaderMagic && chunk_header(offset).has_value();
}

bool FrameProbe::resembles_file_header(std::uint64_t offset) const {
  const auto head = source_->read_at(offset, kSkippableHeadBytes + kFileMagic.size());
  if (head.size() < kSkippableHeadBytes) return false;
  const auto inner = std::string_view(head).substr(kSkippableHeadBytes);
  if (inner == kFileMagic) return true;
  // One bit makes the outer magic of a chunk that of a file.
  return wire::load<std::uint32_t>(head.data()) == kFileHeaderMagic && !inner.starts_with(kChunkMagic);
}

bool FrameProbe::resembles_chunk_or_summary(std::uint64_t offset) const {
  const auto inner = source_->read_at(offset + kSkippableHeadBytes, kChunkMagic.size());
  return inner == kChunkMagic || inner == kSummaryInnerMagic;
}

}  // namespace understudy::capture
