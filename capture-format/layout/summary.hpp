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
/// An entry of the index of version 1.0; packed, one takes as much memory.
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

/// Sums over the chunks of a file.
struct SummaryTotals {
  std::uint64_t chunks = 0;
  std::uint64_t records = 0;
  std::uint64_t exchanges = 0;
  std::uint64_t raw_bytes = 0;
  std::uint64_t stored_bytes = 0;  ///< headers included
  std::uint64_t dropped_exchanges = 0;
  std::uint64_t dropped_bytes = 0;
  std::uint64_t min_start_ns = 0;  ///< 0: no exchange
  std::uint64_t max_end_ns = 0;
};

struct Summary {
  /// A file of more chunks gets no index: readers walk its headers. 33 MB of memory for a writer.
  static constexpr std::size_t kIndexedChunksMax = 100'000;

  SummaryTotals totals;
  std::vector<IndexEntry> index;       ///< of all chunks, or empty
  std::vector<RouteCount> top_routes;  ///< the most frequent first
  std::uint64_t other_route_exchanges = 0;

  /// The next chunk, whose header stands at `offset`.
  void add(std::uint64_t offset, const ChunkHeader& header);
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

/// The begin of a packed summary's frame, up to the first of its two zstd frames.
inline constexpr std::size_t kPackedHeadBytes = 24;

/// Where the parts of a packed summary stand, so that a filter can read what it needs alone.
struct PackedSummary {
  std::uint32_t chunks = 0;
  std::size_t places_bytes = 0;  ///< of the zstd frame at kPackedHeadBytes; 0: there is no index
  std::size_t blooms_bytes = 0;  ///< of the zstd frame behind
};
/// Nothing when these are not the first bytes of a packed summary in the clear.
std::optional<PackedSummary> packed_summary(std::string_view head, std::uint64_t frame_bytes) noexcept;
/// The index with empty Bloom filters. Nothing when it does not hold exactly so many entries.
std::optional<std::vector<IndexEntry>> decode_places(std::string_view frame, std::size_t chunks);
/// Adds the Bloom filters of its index and all else. False when the frame holds something else.
bool decode_blooms(std::string_view frame, Summary& summary);

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
/// What has been decrypted of one, of a file that cannot have more than so many chunks.
std::optional<Summary> decode_summary_content(std::string_view content, std::uint64_t chunks_max);

}  // namespace understudy::capture
