#include "capture-format/layout/summary.hpp"

#include "capture-format/layout/limits.hpp"
#include "capture-format/layout/packed_index.hpp"
#include "capture-format/layout/wire.hpp"
#include "capture.pb.h"
#include "core/base/crc32c.hpp"

#include <algorithm>
#include <array>

namespace understudy::capture {
namespace {

using At = ChunkHeaderOffset;

constexpr std::size_t kFixedBytes = kSkippableHeadBytes + 12;  // inner magic, entry size, flags, entry count
constexpr std::size_t kEntrySizeAt = 12;
constexpr std::size_t kFlagsAt = 14;
constexpr std::size_t kCountAt = 16;
constexpr std::uint16_t kSummaryEncrypted = 1;
constexpr std::uint16_t kSummaryPacked = 2;
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kTailBytes = kCrcBytes + kSummaryTrailerBytes;
constexpr std::size_t kUuidInTrailerBytes = 8;
constexpr std::size_t kIndexFieldsAt = 13;
static_assert(kFixedBytes + kLengthBytes == kPackedHeadBytes);
static_assert(kIndexFieldsAt + At::kBloom - At::kSequence == kPlaceBytes);
static_assert(kPlaceBytes + RouteBloom::kBytes <= kSummaryEntryBytes);
static_assert(At::kBloom + RouteBloom::kBytes == At::kReserved);

void append_place(const IndexEntry& entry, std::string& places) {
  const auto header = encode(entry.header);
  std::array<char, kPlaceBytes> place;
  wire::store(place.data(), entry.offset);
  wire::store(place.data() + 8, entry.header.header_bytes);
  std::copy(header.data() + At::kKind, header.data() + At::kFileUuid, place.data() + 10);
  std::copy(header.data() + At::kSequence, header.data() + At::kBloom, place.data() + kIndexFieldsAt);
  places.append(place.data(), place.size());
}

/// Without a Bloom filter it stays empty.
IndexEntry decode_entry(std::string_view place, std::string_view bloom) {
  std::array<char, At::kReserved - At::kSequence> fields{};
  std::copy_n(place.data() + kIndexFieldsAt, kPlaceBytes - kIndexFieldsAt, fields.data());
  std::copy(bloom.begin(), bloom.end(), fields.data() + At::kBloom - At::kSequence);
  IndexEntry entry;
  entry.offset = wire::load<std::uint64_t>(place.data());
  entry.header.header_bytes = wire::load<std::uint16_t>(place.data() + 8);
  entry.header.kind = static_cast<ChunkKind>(place[10]);
  entry.header.flags = wire::load<std::uint16_t>(place.data() + 11);
  decode_index_fields({fields.data(), fields.size()}, entry.header);
  return entry;
}

std::string encode_message(const Summary& summary) {
  v1::Summary message;
  const auto& sums = summary.totals;
  auto& totals = *message.mutable_totals();
  totals.set_chunks(sums.chunks);
  totals.set_records(sums.records);
  totals.set_exchanges(sums.exchanges);
  totals.set_raw_bytes(sums.raw_bytes);
  totals.set_stored_bytes(sums.stored_bytes);
  totals.set_dropped_exchanges(sums.dropped_exchanges);
  totals.set_dropped_bytes(sums.dropped_bytes);
  totals.set_min_start_ns(sums.min_start_ns);
  totals.set_max_end_ns(sums.max_end_ns);
  for (const auto& [route, exchanges] : summary.top_routes) {
    auto& entry = *message.add_top_route();
    entry.set_route(route);
    entry.set_exchanges(exchanges);
  }
  message.set_other_route_exchanges(summary.other_route_exchanges);
  return message.SerializeAsString();
}

SummaryTotals totals_of(const v1::Totals& totals) {
  return {totals.chunks(),        totals.records(),      totals.exchanges(),
          totals.raw_bytes(),     totals.stored_bytes(), totals.dropped_exchanges(),
          totals.dropped_bytes(), totals.min_start_ns(), totals.max_end_ns()};
}

/// Its length, then the message.
bool decode_message(std::string_view bytes, Summary& summary) {
  if (bytes.size() < kLengthBytes) return false;
  const std::size_t message_bytes = wire::load<std::uint32_t>(bytes.data());
  bytes.remove_prefix(kLengthBytes);
  v1::Summary message;
  if (message_bytes > bytes.size() || !message.ParseFromArray(bytes.data(), static_cast<int>(message_bytes)))
    return false;
  summary.totals = totals_of(message.totals());
  for (const auto& entry : message.top_route())
    summary.top_routes.push_back({entry.route(), entry.exchanges()});
  summary.other_route_exchanges = message.other_route_exchanges();
  return true;
}

/// What stands behind the number of entries: the length of the places' frame, and both frames.
std::optional<Summary> decode_packed(std::string_view bytes, std::size_t chunks) {
  const std::size_t places_bytes = wire::load<std::uint32_t>(bytes.data());
  bytes.remove_prefix(kLengthBytes);
  if (places_bytes > bytes.size()) return std::nullopt;
  Summary summary;
  if (places_bytes != 0) {
    auto index = decode_places(bytes.substr(0, places_bytes), chunks);
    if (!index) return std::nullopt;
    summary.index = *std::move(index);
  }
  if (!decode_blooms(bytes.substr(places_bytes), summary)) return std::nullopt;
  return summary;
}

/// Fills in magic and length and appends checksum and trailer.
void finish_frame(std::string& frame, const Uuid& file_uuid, std::uint64_t summary_offset) {
  const auto checked = frame.size();
  const auto frame_bytes = checked + kCrcBytes + kSummaryTrailerBytes;
  frame.resize(frame_bytes);
  wire::store(frame.data(), kSummaryMagic);
  wire::store(frame.data() + 4, static_cast<std::uint32_t>(frame_bytes - kSkippableHeadBytes));
  std::copy(kSummaryInnerMagic.begin(), kSummaryInnerMagic.end(), frame.data() + kSkippableHeadBytes);
  char* at = frame.data() + checked;
  wire::store(at, crc32c({frame.data(), checked}));
  at += kCrcBytes;
  wire::store(at, static_cast<std::uint64_t>(frame_bytes));
  wire::store(at + 8, summary_offset + frame_bytes);
  std::copy_n(file_uuid.begin(), kUuidInTrailerBytes, at + 16);
  std::copy(kEndMagic.begin(), kEndMagic.end(), at + 24);
}

}  // namespace

void Summary::add(std::uint64_t offset, const ChunkHeader& header) {
  ++totals.chunks;
  totals.records += header.records;
  totals.exchanges += header.exchanges;
  totals.raw_bytes += header.raw_bytes;
  totals.stored_bytes += std::uint64_t{header.header_bytes} + header.stored_bytes;
  totals.dropped_exchanges += header.dropped_exchanges;
  totals.dropped_bytes += header.dropped_bytes;
  if (header.exchanges != 0 && (totals.min_start_ns == 0 || header.min_start_ns < totals.min_start_ns))
    totals.min_start_ns = header.min_start_ns;
  totals.max_end_ns = std::max(totals.max_end_ns, header.max_end_ns);
  if (totals.chunks <= kIndexedChunksMax)
    index.push_back({offset, header});
  else
    std::vector<IndexEntry>().swap(index);
}

bool is_intact_summary(std::string_view frame, const Uuid& file_uuid) noexcept {
  if (frame.size() < kFixedBytes + kLengthBytes + kCrcBytes + kSummaryTrailerBytes) return false;
  const auto trailer = decode_summary_trailer(frame.substr(frame.size() - kSummaryTrailerBytes), file_uuid);
  if (!trailer || trailer->summary_bytes != frame.size()) return false;
  const auto checked = frame.substr(0, frame.size() - kSummaryTrailerBytes - kCrcBytes);
  return crc32c(checked) == wire::load<std::uint32_t>(frame.data() + checked.size()) &&
         frame.substr(kSkippableHeadBytes, kSummaryInnerMagic.size()) == kSummaryInnerMagic;
}

std::string encode(const Summary& summary, const Uuid& file_uuid, std::uint64_t summary_offset) {
  std::string places;
  std::string blooms;
  places.reserve(summary.index.size() * kPlaceBytes);
  blooms.reserve(summary.index.size() * RouteBloom::kBytes);
  for (const auto& entry : summary.index) {
    append_place(entry, places);
    const auto& bloom = entry.header.bloom.bytes();
    blooms.append(bloom.begin(), bloom.end());
  }
  const auto message = encode_message(summary);
  blooms.resize(blooms.size() + kLengthBytes);
  wire::store(blooms.data() + blooms.size() - kLengthBytes, static_cast<std::uint32_t>(message.size()));
  blooms += message;
  const auto packed = summary.index.empty() ? std::string() : pack_places(places);
  // An entry size of 0: who knows version 1.0 alone does not take it for an index, and walks the chunk
  // headers.
  std::string frame(kPackedHeadBytes, '\0');
  wire::store(frame.data() + kFlagsAt, kSummaryPacked);
  wire::store(frame.data() + kCountAt, static_cast<std::uint32_t>(summary.totals.chunks));
  wire::store(frame.data() + kFixedBytes, static_cast<std::uint32_t>(packed.size()));
  frame += packed;
  frame += pack_blooms(blooms);
  finish_frame(frame, file_uuid, summary_offset);
  return frame;
}

std::optional<PackedSummary> packed_summary(std::string_view head, std::uint64_t frame_bytes) noexcept {
  if (head.size() < kPackedHeadBytes || frame_bytes < kPackedHeadBytes + kTailBytes) return std::nullopt;
  if (head.substr(kSkippableHeadBytes, kSummaryInnerMagic.size()) != kSummaryInnerMagic ||
      wire::load<std::uint16_t>(head.data() + kEntrySizeAt) != 0 ||
      wire::load<std::uint16_t>(head.data() + kFlagsAt) != kSummaryPacked)
    return std::nullopt;
  const std::size_t places_bytes = wire::load<std::uint32_t>(head.data() + kFixedBytes);
  const auto packed_bytes = frame_bytes - kPackedHeadBytes - kTailBytes;
  if (places_bytes > packed_bytes) return std::nullopt;
  return PackedSummary{wire::load<std::uint32_t>(head.data() + kCountAt), places_bytes,
                       static_cast<std::size_t>(packed_bytes) - places_bytes};
}

std::optional<std::vector<IndexEntry>> decode_places(std::string_view frame, std::size_t chunks) {
  if (chunks > Summary::kIndexedChunksMax) return std::nullopt;
  const auto places = unpack_places(frame, chunks);
  if (!places) return std::nullopt;
  std::vector<IndexEntry> index;
  index.reserve(chunks);
  for (std::string_view rest = *places; !rest.empty(); rest.remove_prefix(kPlaceBytes))
    index.push_back(decode_entry(rest, {}));
  return index;
}

bool decode_blooms(std::string_view frame, Summary& summary) {
  const auto blooms = unpack_blooms(frame, summary.index.size());
  if (!blooms) return false;
  std::string_view rest = *blooms;
  for (auto& entry : summary.index) {
    std::copy_n(rest.begin(), RouteBloom::kBytes, entry.header.bloom.bytes().begin());
    rest.remove_prefix(RouteBloom::kBytes);
  }
  return decode_message(rest, summary);
}

std::string_view summary_content(std::string_view frame) noexcept {
  return frame.substr(kEntrySizeAt, frame.size() - kEntrySizeAt - kTailBytes);
}

std::string encode_sealed_summary(std::string_view sealed, std::uint32_t chunks, const Uuid& file_uuid,
                                  std::uint64_t summary_offset) {
  std::string frame(kFixedBytes, '\0');
  // An entry size of 0: whoever does not know of encryption does not take the ciphertext for an index.
  wire::store(frame.data() + kFlagsAt, kSummaryEncrypted);
  wire::store(frame.data() + kCountAt, chunks);
  frame += sealed;
  finish_frame(frame, file_uuid, summary_offset);
  return frame;
}

std::optional<SummaryTrailer> decode_summary_trailer(std::string_view trailer,
                                                     const Uuid& file_uuid) noexcept {
  if (trailer.size() != kSummaryTrailerBytes || trailer.substr(24) != kEndMagic) return std::nullopt;
  if (trailer.substr(16, kUuidInTrailerBytes) != std::string_view(file_uuid.data(), kUuidInTrailerBytes))
    return std::nullopt;
  return SummaryTrailer{wire::load<std::uint64_t>(trailer.data()),
                        wire::load<std::uint64_t>(trailer.data() + 8)};
}

std::optional<Summary> decode_summary(std::string_view frame, const Uuid& file_uuid) {
  if (!is_intact_summary(frame, file_uuid)) return std::nullopt;
  const auto trailer = decode_summary_trailer(frame.substr(frame.size() - kSummaryTrailerBytes), file_uuid);
  return decode_summary_content(summary_content(frame), trailer->file_bytes / kChunkHeaderBytes);
}

std::optional<SealedSummary> decode_sealed_summary(std::string_view frame, const Uuid& file_uuid) noexcept {
  if (!is_intact_summary(frame, file_uuid)) return std::nullopt;
  if (wire::load<std::uint16_t>(frame.data() + kEntrySizeAt) != 0 ||
      wire::load<std::uint16_t>(frame.data() + kFlagsAt) != kSummaryEncrypted)
    return std::nullopt;
  return SealedSummary{wire::load<std::uint32_t>(frame.data() + kCountAt),
                       summary_content(frame).substr(kFixedBytes - kEntrySizeAt)};
}

std::optional<Summary> decode_summary_content(std::string_view content, std::uint64_t chunks_max) {
  constexpr auto kHeadBytes = kFixedBytes - kEntrySizeAt;
  if (content.size() < kHeadBytes + kLengthBytes) return std::nullopt;
  const std::size_t entry_bytes = wire::load<std::uint16_t>(content.data());
  const auto flags = wire::load<std::uint16_t>(content.data() + kFlagsAt - kEntrySizeAt);
  const std::size_t entries = wire::load<std::uint32_t>(content.data() + kCountAt - kEntrySizeAt);
  if (entries > chunks_max) return std::nullopt;
  auto rest = content.substr(kHeadBytes);
  if (entry_bytes == 0 && flags == kSummaryPacked) return decode_packed(rest, entries);
  if (entry_bytes < kSummaryEntryBytes || entries > rest.size() / entry_bytes) return std::nullopt;
  Summary summary;
  summary.index.reserve(entries);
  for (std::size_t i = 0; i < entries; ++i, rest.remove_prefix(entry_bytes))
    summary.index.push_back(decode_entry(rest, rest.substr(kPlaceBytes, RouteBloom::kBytes)));
  if (!decode_message(rest, summary)) return std::nullopt;
  return summary;
}

}  // namespace understudy::capture
