// The fixed 320-byte header before each chunk: what filters, readers and recovery know without decompressing.
#pragma once

#include "capture-format/layout/route_bloom.hpp"
#include "capture-format/layout/uuid.hpp"
#include "capture-format/layout/zstd_frame.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::capture {

enum class ChunkKind : std::uint8_t { data = 0, straggler = 1, gap = 2 };

/// Bits of ChunkHeader::flags.
enum ChunkFlag : std::uint16_t {
  kEncrypted = 1u << 0,
  kRaw = 1u << 1,
  kHas5xx = 1u << 2,
  kHasDiff = 1u << 3,
  kHasTruncation = 1u << 4,
  kHasWebSocket = 1u << 5,
  kBloomSaturated = 1u << 6,
  kHasGap = 1u << 7,
  kHoldsFileMagic =
      1u << 8,  ///< the stored bytes happen to hold a file header's magic (a capture inside a body)
};

/// Byte offsets within the frame, its 8 skippable-frame bytes included. Little-endian, no padding.
struct ChunkHeaderOffset {
  static constexpr std::size_t kFrameMagic = 0;
  static constexpr std::size_t kFrameLength = 4;
  static constexpr std::size_t kMagic = 8;
  static constexpr std::size_t kHeaderLength = 12;
  static constexpr std::size_t kKind = 14;
  static constexpr std::size_t kFlags = 15;
  static constexpr std::size_t kFileUuid = 17;
  static constexpr std::size_t kSequence = 33;
  static constexpr std::size_t kPreviousOffset = 41;
  static constexpr std::size_t kWorker = 49;
  static constexpr std::size_t kDictionary = 51;
  static constexpr std::size_t kMinStart = 55;
  static constexpr std::size_t kMaxStart = 63;
  static constexpr std::size_t kMaxEnd = 71;
  static constexpr std::size_t kFirstId = 79;
  static constexpr std::size_t kRecords = 87;
  static constexpr std::size_t kExchanges = 91;
  static constexpr std::size_t kRawLength = 95;
  static constexpr std::size_t kStoredLength = 99;
  static constexpr std::size_t kStoredCrc = 103;
  static constexpr std::size_t kStatusClass = 107;
  static constexpr std::size_t kMethods = 131;
  static constexpr std::size_t kMaxLatency = 133;
  static constexpr std::size_t kMirrorOutcome = 137;
  static constexpr std::size_t kDroppedExchanges = 169;
  static constexpr std::size_t kDroppedBytes = 173;
  static constexpr std::size_t kDropReasons = 181;
  static constexpr std::size_t kBloom = 183;
  static constexpr std::size_t kReserved = 311;
  static constexpr std::size_t kExtensions = 316;
};

inline constexpr std::size_t kChunkHeaderBytes = 320;
inline constexpr std::string_view kChunkMagic = "UCH1";

struct ChunkHeader {
  std::uint16_t header_bytes = kChunkHeaderBytes;  ///< with extensions, when a later writer had any
  ChunkKind kind = ChunkKind::data;
  std::uint16_t flags = 0;
  Uuid file_uuid{};
  std::uint64_t sequence = 0;         ///< from 0, in file order
  std::uint64_t previous_offset = 0;  ///< of the previous chunk header, from the file's own start; 0: none
  std::uint16_t worker = 0;
  std::uint32_t dictionary = 0;
  std::uint64_t min_start_ns = 0;
  std::uint64_t max_start_ns = 0;
  std::uint64_t max_end_ns = 0;
  std::uint64_t first_id = 0;
  std::uint32_t records = 0;
  std::uint32_t exchanges = 0;
  std::uint32_t raw_bytes = 0;
  std::uint32_t stored_bytes = 0;
  std::uint32_t stored_crc32c = 0;
  std::array<std::uint32_t, 6> status_class{};  ///< as `status_class` in record.hpp
  std::uint16_t methods = 0;                    ///< bits as in `method_bit`
  std::uint32_t max_latency_us = 0;
  std::array<std::uint32_t, 8>
      mirror_outcome{};                 ///< by MirrorOutcome; an exchange without a mirror counts in [0]
  std::uint32_t dropped_exchanges = 0;  ///< sums of the chunk's gap records, saturating
  std::uint64_t dropped_bytes = 0;
  std::uint16_t drop_reasons = 0;  ///< bit n: GapReason n
  RouteBloom bloom;
};

/// GET 0, HEAD 1, POST 2, PUT 3, PATCH 4, DELETE 5, OPTIONS 6, CONNECT 7, TRACE 8, any other 15.
unsigned method_bit(std::string_view method) noexcept;

using ChunkHeaderBytes = std::array<char, kChunkHeaderBytes>;

/// All fields, the checksum last.
ChunkHeaderBytes encode(const ChunkHeader& header) noexcept;

/// The same with an extension, which is no longer than kChunkExtensionBytesMax: the whole frame.
std::string encode(const ChunkHeader& header, std::string_view extension);
inline constexpr std::size_t kChunkExtensionBytesMax = 4096 - kChunkHeaderBytes;

/// The header's own length as far as `fixed` (its first 320 bytes) says, or nothing when it cannot be one.
std::optional<std::size_t> chunk_header_length(std::string_view fixed) noexcept;

/// Checks magic, length and checksum of the whole frame (fixed part and extensions), then the caps.
std::optional<ChunkHeader> decode_chunk_header(std::string_view frame) noexcept;

/// The fields from kSequence up to (not with) kReserved, which the summary's index repeats.
void decode_index_fields(std::string_view bytes, ChunkHeader& header) noexcept;

}  // namespace understudy::capture
