#include "capture-format/layout/summary.hpp"

#include "capture-format/layout/limits.hpp"
#include "capture-format/layout/wire.hpp"
#include "capture.pb.h"
#include "core/base/crc32c.hpp"

#include <algorithm>

namespace understudy::capture {
namespace {

using At = ChunkHeaderOffset;

constexpr std::size_t kFixedBytes =
    kSkippableHeadBytes + 12;  // inner magic, entry size, reserved, entry count
constexpr std::size_t kEntrySizeAt = 12;
constexpr std::size_t kFlagsAt = 14;
constexpr std::size_t kCountAt = 16;
constexpr std::uint16_t kSummaryEncrypted = 1;
constexpr std::size_t kCrcBytes = 4;
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kUuidInTrailerBytes = 8;
constexpr std::size_t kIndexFieldsAt = 13;
static_assert(kIndexFieldsAt + At::kReserved - At::kSequence <= kSummaryEntryBytes);

void encode_entry(const IndexEntry& entry, char* at) {
  const auto header = encode(entry.header);
  wire::store(at, entry.offset);
  std::copy_n(header.data() + At::kHeaderLength, 5, at + 8);  // length, kind, flags
  wire::store(at + 8, entry.header.header_bytes);
  std::copy(header.data() + At::kSequence, header.data() + At::kReserved, at + kIndexFieldsAt);
}

IndexEntry decode_entry(std::string_view bytes) {
  IndexEntry entry;
  entry.offset = wire::load<std::uint64_t>(bytes.data());
  entry.header.header_bytes = wire::load<std::uint16_t>(bytes.data() + 8);
  entry.header.kind = static_cast<ChunkKind>(bytes[10]);
  entry.header.flags = wire::load<std::uint16_t>(bytes.data() + 11);
  decode_index_fields(bytes.substr(kIndexFieldsAt, At::kReserved - At::kSequence), entry.header);
  return entry;
}

std::string encode_message(const Summary& summary) {
  v1::Summary message;
  auto& totals = *message.mutable_totals();
  std::uint64_t min_start = UINT64_MAX;
  for (const auto& [offset, header] : summary.index) {
    totals.set_chunks(totals.chunks() + 1);
    totals.set_records(totals.records() + header.records);
    totals.set_exchanges(totals.exchanges() + header.exchanges);
    totals.set_raw_bytes(totals.raw_bytes() + header.raw_bytes);
    totals.set_stored_bytes(totals.stored_bytes() + header.header_bytes + header.stored_bytes);
    totals.set_dropped_exchanges(totals.dropped_exchanges() + header.dropped_exchanges);
    totals.set_dropped_bytes(totals.dropped_bytes() + header.dropped_bytes);
    if (header.exchanges != 0) min_start = std::min(min_start, header.min_start_ns);
    totals.set_max_end_ns(std::max(totals.max_end_ns(), header.max_end_ns));
  }
  if (min_start != UINT64_MAX) totals.set_min_start_ns(min_start);
  for (const auto& [route, exchanges] : summary.top_routes) {
    auto& entry = *message.add_top_route();
    entry.set_route(route);
    entry.set_exchanges(exchanges);
  }
  message.set_other_route_exchanges(summary.other_route_exchanges);
  return message.SerializeAsString();
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

bool is_intact_summary(std::string_view frame, const Uuid& file_uuid) noexcept {
  if (frame.size() < kFixedBytes + kLengthBytes + kCrcBytes + kSummaryTrailerBytes) return false;
  const auto trailer = decode_summary_trailer(frame.substr(frame.size() - kSummaryTrailerBytes), file_uuid);
  if (!trailer || trailer->summary_bytes != frame.size()) return false;
  const auto checked = frame.substr(0, frame.size() - kSummaryTrailerBytes - kCrcBytes);
  return crc32c(checked) == wire::load<std::uint32_t>(frame.data() + checked.size()) &&
         frame.substr(kSkippableHeadBytes, kSummaryInnerMagic.size()) == kSummaryInnerMagic;
}

std::string encode(const Summary& summary, const Uuid& file_uuid, std::uint64_t summary_offset) {
  const auto message = encode_message(summary);
  const auto index_bytes = summary.index.size() * kSummaryEntryBytes;
  std::string frame(kFixedBytes + index_bytes + kLengthBytes, '\0');
  char* at = frame.data();
  wire::store(at + kEntrySizeAt, static_cast<std::uint16_t>(kSummaryEntryBytes));
  wire::store(at + kCountAt, static_cast<std::uint32_t>(summary.index.size()));
  at += kFixedBytes;
  for (const auto& entry : summary.index) {
    encode_entry(entry, at);
    at += kSummaryEntryBytes;
  }
  wire::store(at, static_cast<std::uint32_t>(message.size()));
  frame += message;
  finish_frame(frame, file_uuid, summary_offset);
  return frame;
}

std::string_view summary_content(std::string_view frame) noexcept {
  return frame.substr(kEntrySizeAt, frame.size() - kEntrySizeAt - kCrcBytes - kSummaryTrailerBytes);
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
  return decode_summary_content(summary_content(frame));
}

std::optional<SealedSummary> decode_sealed_summary(std::string_view frame, const Uuid& file_uuid) noexcept {
  if (!is_intact_summary(frame, file_uuid)) return std::nullopt;
  if (wire::load<std::uint16_t>(frame.data() + kEntrySizeAt) != 0 ||
      wire::load<std::uint16_t>(frame.data() + kFlagsAt) != kSummaryEncrypted)
    return std::nullopt;
  return SealedSummary{wire::load<std::uint32_t>(frame.data() + kCountAt),
                       summary_content(frame).substr(kFixedBytes - kEntrySizeAt)};
}

std::optional<Summary> decode_summary_content(std::string_view content) {
  constexpr auto kHeadBytes = kFixedBytes - kEntrySizeAt;
  if (content.size() < kHeadBytes + kLengthBytes) return std::nullopt;
  const std::size_t entry_bytes = wire::load<std::uint16_t>(content.data());
  const std::size_t entries = wire::load<std::uint32_t>(content.data() + kCountAt - kEntrySizeAt);
  auto rest = content.substr(kHeadBytes);
  if (entry_bytes < kSummaryEntryBytes || entries > rest.size() / entry_bytes) return std::nullopt;
  Summary summary;
  summary.index.reserve(entries);
  for (std::size_t i = 0; i < entries; ++i, rest.remove_prefix(entry_bytes))
    summary.index.push_back(decode_entry(rest));
  if (rest.size() < kLengthBytes) return std::nullopt;
  const std::size_t message_bytes = wire::load<std::uint32_t>(rest.data());
  rest.remove_prefix(kLengthBytes);
  v1::Summary message;
  if (message_bytes > rest.size() || !message.ParseFromArray(rest.data(), static_cast<int>(message_bytes)))
    return std::nullopt;
  for (const auto& entry : message.top_route())
    summary.top_routes.push_back({entry.route(), entry.exchanges()});
  summary.other_route_exchanges = message.other_route_exchanges();
  return summary;
}

}  // namespace understudy::capture
