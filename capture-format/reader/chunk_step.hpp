// One frame of a capture on its way from the scanner, which finds it, to whoever reads its records.
#pragma once

#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/layout/file_header.hpp"
#include "capture-format/reader.hpp"
#include "capture-format/reader/chunk_bytes.hpp"
#include "capture-format/reader/chunk_decompressor.hpp"
#include "capture-format/reader/frame_scanner.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::capture {

/// Filled by the thread that scans, decoded by any, read by the first again; its memory is used anew for the
/// next chunk.
struct ChunkStep {
  ScanEvent event = ScanEvent::end;
  std::shared_ptr<const FileHeader> file;
  ChunkHeader chunk;
  std::uint64_t chunk_offset = 0;
  std::uint64_t position = 0;  ///< behind the frame
  bool sealed = false;
  Damage damage;  ///< met on the way to this frame
  ChunkBytes stored;
  bool is_beginning = false;           ///< only the beginning of the chunk was read, and is decoded
  ChunkBytes beginning;                ///< that: whole records
  std::string_view raw;                ///< after `decode`
  std::optional<std::string> failure;  ///< why there are no raw bytes

  /// Decompresses the stored bytes of a chunk; nothing to do for another frame.
  void decode();
  /// After `decode`, of a chunk whose raw bytes alone are needed from now on.
  void release_stored() noexcept;
  /// Memory that its chunk takes; the same before and after `decode`.
  std::size_t bytes() const noexcept;

 private:
  ChunkDecompressor decompressor_;
};

/// Adds what was met to what is known already; the notes are bounded.
void add_damage(Damage& total, Damage&& more);
/// "chunk 3 at offset 1024: what".
void add_lost_chunk(Damage& total, const ChunkHeader& chunk, std::uint64_t chunk_offset,
                    std::string_view what);

}  // namespace understudy::capture
