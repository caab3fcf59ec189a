// The hard caps of the format: what a writer never exceeds and a reader refuses before it allocates.
#pragma once

#include <cstddef>
#include <cstdint>

namespace understudy::capture {

inline constexpr std::uint8_t kMajorVersion = 1;
inline constexpr std::uint8_t kMinorVersion = 1;

/// Decompressed bytes of a chunk, and so of a record. More: dropped and counted by a writer, damage for a
/// reader.
inline constexpr std::size_t kRawBytesMax = std::size_t{64} << 20;
/// Stored bytes of a chunk: what zstd may need for incompressible input of that size.
inline constexpr std::size_t kStoredBytesMax = kRawBytesMax + (kRawBytesMax >> 8) + 1024;
/// The zstd window of a data frame that does not hold its content in a single segment.
inline constexpr std::uint64_t kWindowBytesMax = std::uint64_t{8} << 20;
/// Fields of one message, trailers, extensions, mirrors or rule hits of one exchange. More: a malformed
/// record.
inline constexpr std::size_t kHeadersMax = 65536;
inline constexpr std::size_t kRepeatedMax = 1024;
/// The file header's frame. More: damage.
inline constexpr std::size_t kFileHeaderBytesMax = std::size_t{64} << 10;
/// Extensions after the fixed part of a chunk header.
inline constexpr std::size_t kChunkHeaderBytesMax = 4096;
/// The summary's frame. More: it is not believed. Writers stay far below (Summary::kIndexedChunksMax).
inline constexpr std::size_t kSummaryBytesMax = std::size_t{256} << 20;
/// Notes about damage that are kept word for word; all damage is counted.
inline constexpr std::size_t kDamageNotesMax = 20;

}  // namespace understudy::capture
