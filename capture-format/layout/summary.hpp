// The last frame of a sealed file: the index of its chunks, totals, the busiest endpoints, and the end
// marker.
#pragma once

#include "capture-format/layout/chunk_header.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::capture {

inline constexpr std::string_view kSummaryInnerMagic = "UCS1";
inline constexpr std::string_view kEndMagic = "UCAPEND1";
inline constexpr std::size_t kSummaryEntryBytes = 296;
inline constexpr std::size_t kSummaryTrailerBytes = 32;
inline constexpr std::size_t kTopRoutesMax = 64;

struct IndexEntry {
  std::uint64_t offset = 0;  ///< of the chunk header, from the file's own start
  ChunkHeader header;        ///< without the uuid
};

struct RouteCount {
  std::string route;  ///< method, a space, the endpoint path
  std::uint64_t exchanges = 0;
};

struct Summary {
  std::vector<IndexEntry> index;
  std::vector<RouteCount> top_routes;  ///< the most frequent first
  std::uint64_t other_route_exchanges = 0;
};

/// The whole frame. `summary_offset` is where it will stand, from the file's own start.
std::string encode(const Summary& summary, const Uuid& file_uuid, std::uint64_t summary_offset);

/// What the 32 bytes at the end of a sealed file say.
struct SummaryTrailer {
  std::uint64_t summary_bytes = 0;  ///< of the whole frame
  std::uint64_t file_bytes = 0;     ///< of the whole file, summary included
};

/// Nothing when these are no trailer of the file with that uuid.
std::optional<SummaryTrailer> decode_summary_trailer(std::string_view trailer,
                                                     const Uuid& file_uuid) noexcept;

/// Checks lengths, checksum and trailer of the whole frame. Only a cache: every field is in the chunks too.
std::optional<Summary> decode_summary(std::string_view frame, const Uuid& file_uuid);

/// The part of a plain frame that is encrypted in an encrypted file: entry size, count, index and message.
std::string_view summary_content(std::string_view frame) noexcept;
/// The frame of an encrypted file. `sealed` is the ciphertext of the content, its tag at the end.
std::string encode_sealed_summary(std::string_view sealed, std::uint32_t chunks, const Uuid& file_uuid,
                                  std::uint64_t summary_offset);
/// Lengths, checksum and trailer alone: what can be said of a frame that nobody opens.
bool is_intact_summary(std::string_view frame, const Uuid& file_uuid) noexcept;

struct SealedSummary {
  std::uint32_t chunks = 0;
  std::string_view sealed;
};
/// Checks lengths, checksum and trailer; nothing for a plain one.
std::optional<SealedSummary> decode_sealed_summary(std::string_view frame, const Uuid& file_uuid) noexcept;
/// What has been decrypted of one.
std::optional<Summary> decode_summary_content(std::string_view content);

}  // namespace understudy::capture
