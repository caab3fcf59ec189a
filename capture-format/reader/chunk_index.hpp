// Where the chunks stand that a filter wants, from the summaries of sealed files: what lies between is not
// even looked at.
#pragma once

#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/layout/file_header.hpp"
#include "capture-format/layout/summary.hpp"
#include "capture-format/reader/byte_source.hpp"
#include "capture-format/reader/sealed_files.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace understudy::capture {

/// Of one file at a time, which may be one of several that were concatenated. Holds only the places of wanted
/// chunks; while it loads, one index of at most kIndexBytesMax.
class ChunkIndex {
 public:
  /// Of a larger summary the chunk headers are read instead.
  static constexpr std::uint64_t kIndexBytesMax = std::uint64_t{32} << 20;

  /// A wanted chunk, or behind the last one the summary, whose number is that of all chunks.
  struct Place {
    std::uint64_t offset = 0;  ///< in the source
    std::uint64_t sequence = 0;
  };
  using Wanted = std::function<bool(const ChunkHeader&)>;

  /// The source must be seekable; both must outlive this.
  ChunkIndex(ByteSource& source, SealedFiles& files) noexcept : source_(&source), files_(&files) {}

  /// Nothing is loaded when the file is not sealed, is locked, or anything in its summary is not as it should
  /// be.
  void load(std::uint64_t file_start, const FileHeader& header, const Wanted& wanted);
  void unload() noexcept {
    places_.clear();
    authentic_summary_at_ = 0;
  }
  /// True when the summary there was decrypted for the index that is loaded.
  bool has_opened(std::uint64_t summary_at) const noexcept {
    return summary_at != 0 && summary_at == authentic_summary_at_;
  }
  /// The first place at `offset` or behind it; nothing when no index is loaded.
  std::optional<Place> next_from(std::uint64_t offset) const;

 private:
  std::optional<Summary> read_summary(const SealedFile& file, const FileHeader& header, const Wanted& wanted);

  ByteSource* source_;
  SealedFiles* files_;
  std::vector<Place> places_;
  std::uint64_t authentic_summary_at_ = 0;
};

}  // namespace understudy::capture
