// Finds the way back after damage: the next place in a file where one of its own frames surely begins.
#pragma once

#include "capture-format/layout/uuid.hpp"
#include "capture-format/reader/byte_source.hpp"
#include "capture-format/reader/chunk_numbers.hpp"
#include "capture-format/reader/left_files.hpp"
#include "capture-format/reader/sealed_files.hpp"

#include <cstdint>
#include <optional>

namespace understudy::capture {

struct ResyncRequest {
  std::uint64_t from = 0;
  Uuid file_uuid{};
  std::uint64_t file_start = 0;
  const ChunkNumbers* come = nullptr;  ///< a chunk that has come already is a copy; null: none has
  /// The damaged bytes cannot hold the magic of a file header, so one that is found begins a concatenated
  /// file.
  bool trust_file_headers = false;
  /// Nor can they hold a chunk, so one of another file begins that file, whose header is lost.
  bool trust_chunk_headers = false;
  SealedFiles* sealed = nullptr;    ///< which file a place belongs to, as far as their ends tell
  const LeftFiles* left = nullptr;  ///< a chunk that is missing of one of them leads back to it
  std::uint64_t end = UINT64_MAX;   ///< nothing is looked for behind it
  bool release = false;             ///< what was looked through without a find is not needed again
};

struct ResyncResult {
  std::uint64_t offset = 0;   ///< where to go on; `end`, or that of the source, when nothing was found
  bool past_summary = false;  ///< `offset` is the end of the file's own (damaged) summary
  std::uint64_t summary_at = UINT64_MAX;  ///< where that begins, as its end says
};

/// Scans forward by the file's own uuid, so that captures inside captured bodies cannot confuse it.
ResyncResult resync(ByteSource& source, const ResyncRequest& request);

/// The first intact chunk of a file whose header at `file_start` is damaged: by what the end of that file
/// tells, else by the uuid that the header still tells, else the chunk with number 0 close behind it, else by
/// a pair of chunks of which the later says how far behind `file_start` the earlier stands.
std::optional<std::uint64_t> find_first_chunk(ByteSource& source, SealedFiles& sealed,
                                              std::uint64_t file_start);

}  // namespace understudy::capture
