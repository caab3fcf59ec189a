#include "capture-format/layout/chunk_header.hpp"

#include "capture-format/layout/limits.hpp"
#include "capture-format/layout/wire.hpp"
#include "core/base/crc32c.hpp"

#include <algorithm>

namespace understudy::capture {
namespace {

using At = ChunkHeaderOffset;
static_assert(At::kExtensions + kCrcBytes == kChunkHeaderBytes);
static_assert(At::kBloom + RouteBloom::kBytes == At::kReserved);
static_assert(kChunkHeaderBytes + kChunkExtensionBytesMax == kChunkHeaderBytesMax);

}  // namespace

unsigned method_bit(std::string_view method) noexcept {
  static constexpr std::array<std::string_view, 9> kMethods{"GET",    "HEAD",    "POST",    "PUT",  "PATCH",
                                                            "DELETE", "OPTIONS", "CONNECT", "TRACE"};
  for (unsigned bit = 0; bit < kMethods.size(); ++bit)
    if (kMethods[bit] == method) return bit;
  return 15;
}

ChunkHeaderBytes encode(const ChunkHeader& header) noexcept {
  ChunkHeaderBytes bytes{};
  char* at = bytes.data();
  wire::store(at + At::kFrameMagic, kChunkHeaderMagic);
  wire::store(at + At::kFrameLength, static_cast<std::uint32_t>(kChunkHeaderBytes - kSkippableHeadBytes));
  std::copy(kChunkMagic.begin(), kChunkMagic.end(), at + At::kMagic);
  wire::store(at + At::kHeaderLength, static_cast<std::uint16_t>(kChunkHeaderBytes));
  wire::store(at + At::kKind, static_cast<std::uint8_t>(header.kind));
  wire::store(at + At::kFlags, header.flags);
  std::copy(header.file_uuid.begin(), header.file_uuid.end(), at + At::kFileUuid);
  wire::store(at + At::kSequence, header.sequence);
  wire::store(at + At::kPreviousOffset, header.previous_offset);
  wire::store(at + At::kWorker, header.worker);
  wire::store(at + At::kDictionary, header.dictionary);
  wire::store(at + At::kMinStart, header.min_start_ns);
  wire::store(at + At::kMaxStart, header.max_start_ns);
  wire::store(at + At::kMaxEnd, header.max_end_ns);
  wire::store(at + At::kFirstId, header.first_id);
  wire::store(at + At::kRecords, header.records);
  wire::store(at + At::kExchanges, header.exchanges);
  wire::store(at + At::kRawLength, header.raw_bytes);
  wire::store(at + At::kStoredLength, header.stored_bytes);
  wire::store(at + At::kStoredCrc, header.stored_crc32c);
  for (std::size_t i = 0; i < header.status_class.size(); ++i)
    wire::store(at + At::kStatusClass + 4 * i, header.status_class[i]);
  wire::store(at + At::kMethods, header.methods);
  wire::store(at + At::kMaxLatency, header.max_latency_us);
  for (std::size_t i = 0; i < header.mirror_outcome.size(); ++i)
    wire::store(at + At::kMirrorOutcome + 4 * i, header.mirror_outcome[i]);
  wire::store(at + At::kDroppedExchanges, header.dropped_exchanges);
  wire::store(at + At::kDroppedBytes, header.dropped_bytes);
  wire::store(at + At::kDropReasons, header.drop_reasons);
  std::copy(header.bloom.bytes().begin(), header.bloom.bytes().end(), at + At::kBloom);
  wire::store(at + At::kExtensions, crc32c({at, At::kExtensions}));
  return bytes;
}

std::string encode(const ChunkHeader& header, std::string_view extension) {
  const auto fixed = encode(header);
  const auto length = kChunkHeaderBytes + extension.size();
  std::string frame(fixed.data(), At::kExtensions);
  frame.reserve(length);
  wire::store(frame.data() + At::kFrameLength, static_cast<std::uint32_t>(length - kSkippableHeadBytes));
  wire::store(frame.data() + At::kHeaderLength, static_cast<std::uint16_t>(length));
  frame += extension;
  const auto checksum = crc32c(frame);
  frame.resize(length);
  wire::store(frame.data() + length - kCrcBytes, checksum);
  return frame;
}

std::optional<std::size_t> chunk_header_length(std::string_view fixed) noexcept {
  if (fixed.size() < kChunkHeaderBytes) return std::nullopt;
  const char* at = fixed.data();
  const auto length = wire::load<std::uint16_t>(at + At::kHeaderLength);
  const bool plausible = wire::load<std::uint32_t>(at + At::kFrameMagic) == kChunkHeaderMagic &&
                         fixed.substr(At::kMagic, kChunkMagic.size()) == kChunkMagic &&
                         length >= kChunkHeaderBytes && length <= kChunkHeaderBytesMax &&
                         wire::load<std::uint32_t>(at + At::kFrameLength) == length - kSkippableHeadBytes;
  if (!plausible) return std::nullopt;
  return length;
}

std::optional<ChunkHeader> decode_chunk_header(std::string_view frame) noexcept {
  const auto length = chunk_header_length(frame);
  if (!length || *length > frame.size()) return std::nullopt;
  const char* at = frame.data();
  if (crc32c(frame.substr(0, *length - kCrcBytes)) != wire::load<std::uint32_t>(at + *length - kCrcBytes))
    return std::nullopt;
  ChunkHeader header;
  header.header_bytes = static_cast<std::uint16_t>(*length);
  header.kind = static_cast<ChunkKind>(at[At::kKind]);
  header.flags = wire::load<std::uint16_t>(at + At::kFlags);
  std::copy_n(at + At::kFileUuid, header.file_uuid.size(), header.file_uuid.begin());
  decode_index_fields(frame.substr(At::kSequence, At::kReserved - At::kSequence), header);
  if (header.raw_bytes > kRawBytesMax || header.stored_bytes > kStoredBytesMax) return std::nullopt;
  return header;
}

void decode_index_fields(std::string_view bytes, ChunkHeader& header) noexcept {
  const auto read = [&bytes](std::size_t offset, auto& value) {
    value = wire::load<std::remove_reference_t<decltype(value)>>(bytes.data() + offset - At::kSequence);
  };
  read(At::kSequence, header.sequence);
  read(At::kPreviousOffset, header.previous_offset);
  read(At::kWorker, header.worker);
  read(At::kDictionary, header.dictionary);
  read(At::kMinStart, header.min_start_ns);
  read(At::kMaxStart, header.max_start_ns);
  read(At::kMaxEnd, header.max_end_ns);
  read(At::kFirstId, header.first_id);
  read(At::kRecords, header.records);
  read(At::kExchanges, header.exchanges);
  read(At::kRawLength, header.raw_bytes);
  read(At::kStoredLength, header.stored_bytes);
  read(At::kStoredCrc, header.stored_crc32c);
  for (std::size_t i = 0; i < header.status_class.size(); ++i)
    read(At::kStatusClass + 4 * i, header.status_class[i]);
  read(At::kMethods, header.methods);
  read(At::kMaxLatency, header.max_latency_us);
  for (std::size_t i = 0; i < header.mirror_outcome.size(); ++i)
    read(At::kMirrorOutcome + 4 * i, header.mirror_outcome[i]);
  read(At::kDroppedExchanges, header.dropped_exchanges);
  read(At::kDroppedBytes, header.dropped_bytes);
  read(At::kDropReasons, header.drop_reasons);
  for (std::size_t i = 0; i < RouteBloom::kBytes; ++i)
    header.bloom.bytes()[i] = static_cast<unsigned char>(bytes[At::kBloom - At::kSequence + i]);
}

}  // namespace understudy::capture
