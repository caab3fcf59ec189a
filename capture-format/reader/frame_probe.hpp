// Looks at single places of a capture without moving: is there an intact frame of ours here, and how long is
// it?
#pragma once

#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/layout/file_header.hpp"
#include "capture-format/reader/byte_source.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace understudy::capture {

struct FileHeaderProbe {
  FileHeaderError error = FileHeaderError::damaged;
  FileHeader header;
  std::size_t frame_bytes = 0;
};

struct SummaryProbe {
  std::uint64_t frame_bytes = 0;
  std::uint32_t chunks = 0;
  bool intact = false;       ///< the trailer is right, and, if asked for, the checksum
  bool length_fits = false;  ///< the file is as long as the trailer says
};

/// Stateless apart from the source.
class FrameProbe {
 public:
  explicit FrameProbe(ByteSource& source) noexcept : source_(&source) {}

  FileHeaderProbe file_header(std::uint64_t offset) const;
  /// An intact chunk header; nothing otherwise.
  std::optional<ChunkHeader> chunk_header(std::uint64_t offset) const;
  /// What stands between the fixed part and the checksum of the intact header at `offset`.
  std::string chunk_extension(std::uint64_t offset, const ChunkHeader& header) const;
  enum class Depth : std::uint8_t { trailer, checksum };
  /// A summary frame that ends within the file; nothing otherwise.
  std::optional<SummaryProbe> summary(std::uint64_t offset, const Uuid& file_uuid, std::uint64_t file_start,
                                      Depth depth) const;
  /// Where the zstd frame at `offset` ends, from its block headers alone; nothing when it is none or torn.
  std::optional<std::uint64_t> zstd_frame_end(std::uint64_t offset) const;
  /// Where a chunk ends whose damaged header stands at `offset`: its data tells its own length. Nothing when
  /// no frame of ours begins there.
  std::optional<std::uint64_t> chunk_end_behind_damaged_header(std::uint64_t offset) const;
  /// True at the end of the file and where a frame of ours begins.
  bool is_frame_edge(std::uint64_t offset) const;
  /// True when the 8 bytes at `offset` + 8 say "file header", or the 4 at `offset` and those do not say
  /// "chunk".
  bool resembles_file_header(std::uint64_t offset) const;
  /// True when the 4 bytes at `offset` + 8 say "chunk" or "summary", whatever stands before them.
  bool resembles_chunk_or_summary(std::uint64_t offset) const;

 private:
  ByteSource* source_;
};

}  // namespace understudy::capture
