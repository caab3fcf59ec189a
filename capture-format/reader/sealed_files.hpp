// The sealed files that a source ends with, from the lengths at their ends: which file a place belongs to,
// whatever has become of the frames around it.
#pragma once

#include "capture-format/layout/uuid.hpp"
#include "capture-format/reader/byte_source.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace understudy::capture {

struct SealedFile {
  std::uint64_t start = 0;  ///< as its end says; 0 when it says more than there is
  std::uint64_t end = 0;
  std::uint64_t summary_bytes = 0;
  std::array<char, 8> uuid_begin{};
  bool has_its_length = true;

  bool is(const Uuid& uuid) const noexcept;
};

/// A capture inside a body is never among them: they are found from the end of the source backwards, each
/// from the begin of the one behind it. Looks at the first question; a pipe has none.
class SealedFiles {
 public:
  /// Concatenated files whose ends are known.
  static constexpr std::size_t kFilesMax = 65536;

  /// The source must outlive this.
  explicit SealedFiles(ByteSource& source) noexcept : source_(&source) {}

  /// The one that this place is in; null when nothing tells it. Where bytes are missing in a file, those
  /// before its begin seem to be in it.
  const SealedFile* around(std::uint64_t offset);

 private:
  void find();

  ByteSource* source_;
  bool searched_ = false;
  std::vector<SealedFile> files_;  ///< the last one first
};

}  // namespace understudy::capture
